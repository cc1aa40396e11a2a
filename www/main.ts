// The page: puts the parts together and decides which of the three screens stands.

import { drawBeside } from "./beside";
import { bannerPlace } from "./banners";
import { dropCard, status } from "./chrome";
import { DemoFigures, demoFiles, firstView, wholeResult, type DemoFile } from "./demo";
import { debounce, fill, h } from "./dom";
import { isDrawable, loadDrawing, redrawAll } from "./drawing";
import { fromList, listen } from "./drop";
import { header } from "./header";
import { parse, serialise, type PageState, type Screen, type Theme } from "./hash";
import { isolate } from "./isolation";
import { found, identitiesOf } from "./identity";
import { forget, load, type Kept } from "./kept";
import { keptLine } from "./keeping";
import { listenKeys } from "./keys";
import { newModel, type Actions, type Model, type View } from "./model";
import { close } from "./popover";
import { countRequests } from "./requests";
import type { ScoreBook } from "./score-book";
import { splitScores } from "./score-files";
import type { ResultDocument } from "./protocol";
import { isPlace, screensOf, type Shown } from "./screens";
import { Session } from "./session";
import { canAnalyse } from "./support";
import { setTheme, startTheme, theme, onTheme } from "./theme";
import { ERRORS, finding, ofLayers, seriesHeadline } from "./words";

/** A reading shorter than this does not change the screen. */
const READING_AFTER_MS = 300;
const PHONE = 520;

const main = document.querySelector("main")!;
document.querySelector(".unstarted")?.remove();
const filesInput = document.querySelector<HTMLInputElement>("#files")!;
const folderInput = document.querySelector<HTMLInputElement>("#folder")!;

const model: Model = newModel(parse(location.hash), canAnalyse() ? "none" : "missing");
const figures = new DemoFigures();
let demo: DemoFile | null = null;
let whole = false;
let noDemo = false;
/** Zoom or pins were chosen here, for the result that stands; those of a link wait for the files it means. */
let looked = false;
let joining = false;
/** The file whose place the next choice takes. */
let failed: string | null = null;
let isReady: () => void = () => undefined;
const ready = new Promise<void>((resolve) => { isReady = resolve; });

/** The bare figure of `embed=1`: decided once, as it changes what stands around. */
const framed = model.state.frame !== null;
startTheme(model.state.theme, !framed);
drawBeside(model.state.beside);

const session = new Session(model, {
  changed: () => schedule(),
  settled: (results) => {
    if (results && looked) Object.assign(model.state, { zoom: null, pins: [] });
    model.state.view = results && model.document?.checkpoints.length === 1 ? "one" : results ? "series" : model.state.view;
    announce();
    remember();
  },
  ready,
  choose: () => actions.choose(),
  chooseAgain: (file) => actions.chooseAgain(file),
  showDemo: () => { void showDemo(); },
  countAll() {
    model.state.options = { ...model.state.options, layers: null };
    remember();
    session.readAll();
  },
  async scores(files, add) {
    const { scores: found, rest } = await splitScores(files);
    if (!add && rest.length && model.source !== "demo") book?.clear();
    if (found.length) await (await scores()).take(found, !rest.length);
    return rest;
  },
  scored: (document_) => book?.complete(document_) ?? document_,
  withScores: (document_) => book?.with(document_) ?? document_,
  oneHop() {
    model.state.options = { ...model.state.options, hops: 1, interconnect: "original" };
    remember();
    session.readAll();
  },
});

let book: ScoreBook | null = null;
let opening: Promise<ScoreBook> | null = null;
function scores(): Promise<ScoreBook> {
  opening ??= import("./score-book").then((module) => {
    book = new module.ScoreBook(model, schedule, () => session.keepScores());
    book.attach();
    return book;
  });
  return opening;
}

const actions: Actions = {
  choose: (folder = false) => { joining = false; failed = null; const input = folder ? folderInput : filesInput; input.value = ""; input.click(); },
  chooseAgain(file) { actions.choose(); joining = true; failed = file ?? null; },
  select(index) {
    const last = (model.document?.checkpoints.length ?? 1) - 1;
    model.selected = Math.max(0, Math.min(last, index));
    model.state.step = model.selected === last ? null : model.document?.checkpoints[model.selected]?.step ?? null;
    session.selected();
    remember();
    schedule();
  },
  show(view) { void showView(view); },
  whole: wholeDemo,
  set(numbers) { model.state.set = numbers; remember(); },
  // Each tab has axes of its own.
  tab(tab) { Object.assign(model.state, { tab, zoom: null }); remember(); schedule(); },
  look(next) { Object.assign(model.state, next); looked = true; remember(); schedule(); },
  share: () => { void import("./builder/sheet").then(({ openBuilder }) => openBuilder(model, actions)).catch(() => {
    model.banners.push({ kind: "error", title: "The link builder did not load", body: "Reload the page to try again.", actions: [] });
    schedule();
  }); },
  openWeb: () => { void import("./remote/dialog").then(({ openWeb }) => openWeb(model, actions)).catch(() => {
    model.banners.push({ kind: "error", title: "The way to other sites did not load", body: "Reload the page to try again.", actions: [] });
    schedule();
  }); },
  tellWeb(web) { model.web = web; schedule(); },
  readWeb(reading) {
    session.openRemote(reading);
    offered = `${model.state.source} ${model.state.revisions}`;
    remember();
  },
  pick(which, value) {
    if (value === null) delete model.state.picks[which];
    else model.state.picks[which] = value;
    remember();
  },
  opened(section, open) {
    model.state.open = model.state.open.filter((one) => one !== section).concat(open ? section : []);
    remember();
  },
  beside(kind) { model.state.beside = kind; drawBeside(kind); remember(); schedule(); },
  options(next) {
    model.state.options = next;
    remember();
    session.change(next);
    schedule();
  },
  setAdd(add) { model.add = add; schedule(); },
  analyseDemo() {
    if (!demo) return;
    const wanted = demo;
    void demoFiles(wanted).then((files) => session.open(fromList(files)), () => {
      model.banners.push({ kind: "error", title: "The demo\u2019s files did not load", body: "The site did not answer. Try again, or drop files of your own.", actions: [{ label: "Try again", run: () => { model.banners = []; actions.analyseDemo(); schedule(); } }] });
      schedule();
    });
  },
  cancel: () => session.cancel(),
  dismiss(banner) { model.banners = model.banners.filter((b) => b !== banner); schedule(); },
  leaveOut(item) { item.state = "left out"; schedule(); },
  fit: (checkpoint, sample, q) => session.fit(checkpoint, sample, q),
  compare: (before, after, take) => session.compare(before, after, take),
  wiring: (checkpoint) => session.wiring(checkpoint),
  weights: (checkpoint) => session.weights(checkpoint),
  rewire: (wiring) => session.rewire(wiring),
  chooseStateDict: (checkpoint, path) => session.chooseStateDict(checkpoint, path),
  scores,
  answers(answers) { model.state.answers = answers; remember(); schedule(); },
  preset(preset) { model.state.preset = preset; remember(); schedule(); },
  list: session.list,
  damage: (checkpoint, wish, tell) => session.damage(checkpoint, wish, tell),
};

// ---- frame ----

const top = header({
  screen: () => model.state.view,
  link: () => location.href,
  home: () => void showView("series"),
  themed: () => { model.state.theme = model.state.theme ? theme() : null; remember(); },
  choose: () => actions.choose(),
  web: () => actions.openWeb(),
  share: () => actions.share(),
  // Only where no drop card stands: while reading, and beside one checkpoint on a wide page.
  needsOpen: () => !["series", "waiting", "one"].includes(shown) || (shown === "one" && main.clientWidth >= 1000),
});
const place = { header: document.querySelector("#header")!, status: document.querySelector("#status")! };
// The inputs for files stay, whatever goes.
if (framed) main.append(filesInput, folderInput);
if (framed) for (const part of [place.header, place.status, document.querySelector(".skip")!]) part.remove();
place.header.append(top.root);
const card = dropCard(model, actions);
const foot = status(model);
place.status.append(foot.root);
const banners = bannerPlace(model, actions);
const kept = keptLine(model, actions);
const stage = h("div.stage");
const live = h("div.sr", { "aria-live": "polite" });
if (!framed) main.append(banners.root, kept.root);
main.append(stage, live);
const phone = (): boolean => main.clientWidth < PHONE;

const screens = screensOf({
  model, actions, figures, phone, framed, card: card.root,
  noDemo: () => noDemo, follow, open: (files) => session.open(files),
  themed: () => { model.state.theme = theme(); remember(); schedule(); },
});

let view: View | null = null;
let shown = "";
let readingSince = 0;
let readingTimer = 0;

function screen(): Shown {
  if (framed) return isPlace(model.state.view) ? model.state.view : "frame";
  if (model.reading) {
    readingSince ||= performance.now();
    const left = READING_AFTER_MS - (performance.now() - readingSince);
    if (left <= 0 || shown === "reading" || !model.document) return "reading";
    clearTimeout(readingTimer);
    readingTimer = window.setTimeout(schedule, left);
    return shown === "one" || isPlace(shown) ? shown : "series";
  }
  readingSince = 0;
  if (isPlace(model.state.view)) return model.state.view;
  if (!model.document) return "waiting";
  return model.state.view === "one" || model.document.checkpoints.length === 1 ? "one" : "series";
}

function render(): void {
  book?.attach();
  const next = screen();
  banners.update();
  kept.update();
  card.update();
  foot.update();
  main.dataset["screen"] = next;
  if (next === shown) {
    top.update();
    return view?.update();
  }
  const lost = !!view?.root.contains(document.activeElement);
  view?.destroy();
  close(false);
  const before = shown === "one" ? "one" : "series";
  shown = next;
  top.update();
  view = screens[next](before);
  fill(stage, view?.root);
  if (lost) stage.querySelector("h1")?.focus({ preventScroll: true });
}

let due = false;
/** One rendering a frame, however much changes; a hidden page has no frames. */
function schedule(): void {
  if (due) return;
  due = true;
  const run = (): void => { due = false; render(); };
  if (document.hidden) setTimeout(run, 0);
  else requestAnimationFrame(run);
}

function announce(): void {
  const d = model.document;
  if (!d || model.source === "demo") return;
  const c = d.checkpoints[model.selected];
  fill(live, d.checkpoints.length > 1 ? `${d.checkpoints.length} checkpoints analysed. ${seriesHeadline(d)}` : c ? `Analysed. ${finding(c, d.options.null.includes("shuffle"), ofLayers(d.options))}` : "");
}

/** The address that the state was read from or written to. Where it is another, a link was followed and the state is old. */
let address = location.hash;
const remember = debounce(150, () => {
  if (location.hash !== address) return;
  describeFiles();
  const text = serialise(model.state);
  const url = `${location.pathname}${location.search}${text ? `#${text}` : ""}`;
  // A sandboxed frame may not rewrite its address.
  try { if (url !== `${location.pathname}${location.search}${location.hash}`) history.replaceState(null, "", url); } catch { /* the state is told below */ }
  address = location.hash;
  document.dispatchEvent(new CustomEvent("neuromfa-state", { detail: text }));
});

/** What the link is about: until something else is shown, that which it came with. */
function describeFiles(): void {
  if (model.source === "demo" || !model.document) return;
  if (session.own.raw !== linkedResult) model.state.result = "";
  model.state.files = identitiesOf(model.document);
}

/** The result that came with the link, and how the link calls it. */
let linkedResult: ResultDocument | null = null;
let linkedAs = "";

/** Looks for what a link is about besides settings: a result in it or beside the page, or files that its reader has. */
async function openLinked(): Promise<void> {
  const { result, files, source, revisions } = model.state;
  if (framed || result || !source) await openGiven(result, files);
  else {
    const here = model.document !== null && files.length > 0 && found(files, model.document) === files.length;
    // Nothing is asked of the other site before the reader confirms it.
    if (!here && offered !== `${source} ${revisions}`) actions.openWeb();
    offered = `${source} ${revisions}`;
  }
  schedule();
}

/** The checkpoints on another site that a link has led to, or that were read. */
let offered = "";

async function openGiven(result: string, files: readonly string[]): Promise<void> {
  if (!result && !files.length) return;
  const { awaitFiles, openResult } = await import("./linked");
  if (!result) awaitFiles(files, model, schedule);
  else if (result !== linkedAs || session.own.raw !== linkedResult) {
    const { view } = model.state;
    linkedAs = result;
    linkedResult = await openResult(result, model, session);
    // The link says what of it is shown.
    if (linkedResult) {
      model.state.view = view;
      selectStep(linkedResult);
    }
  }
}

async function showView(next: Screen): Promise<void> {
  if (next === "one") await wholeDemo();
  model.state.view = next;
  remember();
  schedule();
  scrollTo({ top: 0 });
}

/** The first view's document is cut; all else that shows the demo needs the whole of it. */
async function wholeDemo(): Promise<void> {
  if (model.source !== "demo" || whole) return;
  const full = await wholeResult();
  if (!full || model.source !== "demo") return;
  model.document = full;
  whole = true;
  schedule();
}

// ---- events ----

for (const input of [filesInput, folderInput]) input.addEventListener("change", () => { void session.open(fromList(input.files ?? []), joining, failed); joining = false; failed = null; });
listen({ files: (files) => { void session.open(files); }, wanted: () => !model.state.frame?.fixed.includes("drop") });
if (!framed) listenKeys({
  open: () => actions.choose(),
  play: () => stage.querySelector<HTMLButtonElement>(".play")?.click(),
  exportMenu: () => stage.querySelector<HTMLButtonElement>(".export")?.click(),
}, top.keys);
addEventListener("hashchange", () => {
  const next = parse(location.hash);
  if (framed !== (next.frame !== null)) return location.reload();
  follow(next);
});
/** Shows what a link says; the address says it already, or is written again. */
function follow(next: PageState): void {
  address = location.hash;
  const before = JSON.stringify(model.state.options);
  model.state = next;
  if (model.state.demo && model.source !== "demo" && !model.reading) return session.list.showDemo();
  drawBeside(model.state.beside);
  // A frame is as its link says; a page keeps what its reader chose.
  if (framed || model.state.theme) setTheme(model.state.theme);
  const index = model.document?.checkpoints.findIndex((c) => c.step === model.state.step) ?? -1;
  model.selected = index >= 0 ? index : (model.document?.checkpoints.length ?? 1) - 1;
  if (JSON.stringify(model.state.options) !== before) session.change(model.state.options);
  remember();
  void openLinked();
  void showView(model.state.view);
}
onTheme((now: Theme) => { redrawAll(); void now; });
matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", redrawAll);
let wasPhone = phone();
new ResizeObserver(() => { if (wasPhone !== phone()) { wasPhone = phone(); schedule(); } }).observe(main);
countRequests(({ sent, stopped }) => {
  model.requests += sent;
  model.stoppedRequests += stopped;
  schedule();
});

/** The demo takes the page, unless something of the user's has come to stand there. */
async function showDemo(): Promise<void> {
  demo ??= await firstView(framed || phone(), theme(), figures).catch(() => null);
  noDemo = !demo;
  if (model.source !== "demo" ? !session.own.away : model.document) return schedule();
  whole = false;
  Object.assign(model, { document: demo, source: "demo", keys: [], found: new Map(), undoable: null, deck: demo?.demo?.deck ?? null });
  if (!demo) return schedule();
  model.demoBytes = demo.checkpoints.reduce((sum, c) => sum + c.files.reduce((s, f) => s + f.bytes, 0), 0);
  selectStep(demo);
  await showView(demo.checkpoints.length > 1 ? model.state.view : "one");
}

/** Selects the step of the address, else the last. */
function selectStep({ checkpoints }: ResultDocument): void {
  const index = model.state.step === null ? -1 : checkpoints.findIndex((c) => c.step === model.state.step);
  model.selected = index >= 0 ? index : checkpoints.length - 1;
}

/** Shows what the browser kept. What cannot be shown is forgotten: it must not stand in the way at every visit. */
async function restore(found: Kept): Promise<void> {
  if (model.reading || session.own.raw) return; // files were faster
  try {
    if (!isDrawable(found.document)) throw new TypeError("no result");
    session.own.restore(found, model.state.demo);
    session.own.present(null);
    if (found.document.scores.length) void scores().then((opened) => opened.restore(found.document.scores));
    if (!model.state.demo && model.document) selectStep(model.document);
    render();
  } catch {
    session.own.discard();
    shown = ""; // the screen was not built to its end
    model.source = "demo";
    model.document = null;
    await forget();
    await showDemo();
  }
}

async function boot(): Promise<void> {
  render();
  // Where a page is part of another, what was kept here would be a surprise there.
  const found = self.top === self && !framed && !model.state.result ? await load() : null;
  // The demo needs no Wasm and does not wait for isolation; Wasm does, or a reload would cut its download.
  const first = (found && !model.state.demo) || model.state.result ? Promise.resolve() : showDemo();
  await isolate();
  isReady();
  await first;
  if (!await loadDrawing()) model.engine = "missing";
  // Most visitors want it next.
  else void import("./view-one").catch(() => undefined);
  if (found) await restore(found);
  await openLinked();
  if (!model.document) await showDemo();
  if (model.engine === "missing") {
    model.banners.push({ kind: "note", title: ERRORS.noEngine().split(". ")[0]!, body: ERRORS.noEngine().split(". ").slice(1).join(". "), actions: [] });
  }
  // The canvas measures known glyphs: it waits a moment for them, then draws again when they come.
  void document.fonts.ready.then(redrawAll);
  schedule();
  if (model.engine === "none") setTimeout(() => session.warm(), 200);
  void import("./print").then(({ listenPrint }) => listenPrint(model, main), () => undefined);
  void import("./offline").then(({ watchOffline }) => watchOffline((offline) => { model.offline = offline; schedule(); }), () => undefined);
}

void boot();
