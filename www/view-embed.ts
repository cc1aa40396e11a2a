// The bare figure for the pages of others: spectrum, slider, up to three numbers beside chance, and a foot with a way out.
// It stands in a frame or in a shadow root, so it looks at nothing but its own parts and what it is given.

import { Chart } from "./chart";
import { fill, h, icon, mark, plain, rich, type Icon } from "./dom";
import { fixed, percent } from "./format";
import type { Control, Tab } from "./hash";
import { current, type Actions, type Choosing, type Model, type View } from "./model";
import { CELLS, type Which } from "./numbers";
import type { Checkpoint, ResultDocument, Score } from "./protocol";
import { Slider } from "./slider";
import { SpectrumFigure } from "./spectrum";
import { extent, isTraining } from "./verdict";
import { capital, COMPUTING, finding, numberCaption, ofLayers, seriesHeadline } from "./words";

/** What the place and the link ask of the view; read again with every update. */
export interface EmbedShape {
  question: string;
  answer: string;
  /** Controls that are not shown. */
  fixed: readonly Control[];
  transparent: boolean;
  /** The heading's rank in the page around it. */
  heading: "h1" | "h2" | "h3" | "p";
  /** Address of the whole page with the same state; null leaves the link out. */
  full: string | null;
  /** The foot's sentence, and a shorter one for narrow places. */
  privacy?: { long: string; short: string };
  /** One line above the figure: what is being read, what went wrong. */
  note?: EmbedNote | null;
  /** Changes between light and dark; without it there is no such button. */
  swapTheme?: () => void;
  /** The answer was shown or hidden, which takes another height. */
  opened?: () => void;
  /** The drop card, where it is wanted. */
  card?: HTMLElement | null;
  /** A ready-made drawing for the time before the drawing module is there. */
  fallback?: (name: string) => SVGSVGElement | null;
}

export interface EmbedNote {
  icon: Icon;
  text: string;
  actions: { label: string; run: () => void }[];
}

export interface EmbedView extends View {
  /** The height at which everything has its room, at the present width. */
  natural(): number;
}

/** Design brief, section 12. */
const NARROW = 520;
const LOW = 360;
const LOWER = 300;
/** Narrower places have no room for a sentence in the foot. */
const WORDLESS = 340;

const PRIVACY = { long: "Runs in this page. Nothing is uploaded.", short: "Nothing is uploaded." };
const TABS: [Tab, string][] = [["spectrum", "{f(\u03b1)}"], ["tau", "{\u03c4(q)}"], ["dimension", "{D(q)}"]];

export function embedView(model: Model, actions: Pick<Actions, "select" | "tab"> & Partial<Pick<Actions, "look">>, shape: () => EmbedShape): EmbedView {
  let narrow = false;
  let answered = false;
  const isFixed = (control: Control): boolean => shape().fixed.includes(control);
  // The arrow keys of the figure choose a checkpoint as the slider does.
  const allowed: Choosing = { select: (index) => { if (!isFixed("slider")) actions.select(index); }, look: (next) => actions.look?.(next) };
  const fallback = (name: string): SVGSVGElement | null => shape().fallback?.(name) ?? null;

  const heading = h(shape().heading, { class: "embed-question", tabindex: "-1" });
  const answer = h("p.embed-answer", { id: "embed-answer" });
  const ask = h("button.embed-button", { type: "button", "aria-controls": "embed-answer", onclick: () => { answered = !answered; update(); shape().opened?.(); } });
  const note = h("div.embed-note", { role: "status" });
  const tabs = h("div.embed-tabs", { role: "group", "aria-label": "Curves" });
  const tabButtons = TABS.map(([tab, text]) => {
    const button = h("button.embed-button", { type: "button", onclick: () => actions.tab(tab) }, rich(text));
    tabs.append(button);
    return { tab, button };
  });
  const kind = (): Tab => TABS.find(([tab]) => tab === model.state.tab)?.[0] ?? "spectrum";

  const spectrum = new SpectrumFigure(drawnModel(model), allowed, "spectrum.in-embed", () => ({ kind: kind(), rulers: false, compact: narrow, nulls: true, transparent: true, ...steadyDomain() }), {
    toggleTable: () => undefined, fallback: () => fallback("spectrum"),
  });
  /** One checkpoint alone stands on the axes of all, so that sliding moves curves and not axes. */
  function steadyDomain(): { domain?: { x: [number, number]; y: [number, number] } } {
    const domain = isAlone(model) && kind() === "spectrum" ? domainOf(model.document!) : null;
    return domain ? { domain } : {};
  }

  const slider = new Slider(model, allowed, () => ({ compact: narrow, transparent: true }), () => fallback("steps"));
  const numbers = h("div.embed-numbers", { role: "group", "aria-label": "Numbers" });
  let cells: Cell[] = [];
  let cellsOf = "";

  const sentence = h("span.embed-sentence");
  const out = h("a.embed-out", { target: "_blank", rel: "noopener" }, h("span", null, "Open full view"), icon("out", 16));
  const swap = h("button.embed-button", { type: "button", onclick: () => shape().swapTheme?.() }, "Light or dark");
  const foot = h("div.embed-foot", null, h("span.embed-mark", null, mark(), h("span", null, "NeuroMFA")), sentence, swap, out);
  const cardPlace = h("div.embed-card");
  const figure = h("div.embed-figure", null, spectrum.root);
  const inside = h("div.embed-in", null, h("div.embed-head", null, heading, ask), answer, note, cardPlace, tabs, figure, numbers, slider.root, foot);
  const root = h("div.embed", null, inside);

  const observer = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = root;
    if (!width) return;
    const before = narrow;
    narrow = width < NARROW;
    fitClasses(width, height);
    if (narrow !== before) update();
  });
  observer.observe(root);
  observer.observe(inside);

  function fitClasses(width: number, height: number): void {
    for (const [name, on] of [["narrow", width < NARROW], ["wordless", width < WORDLESS || height < LOWER], ["low", height < LOW]] as const) root.classList.toggle(name, on);
    // An answer or a note may have taken the room of the numbers.
    root.classList.remove("tight");
    root.classList.toggle("tight", inside.offsetHeight > height + 1);
  }

  function update(): void {
    const now = shape();
    const document = model.document;
    const here = current(model);
    root.classList.toggle("transparent", now.transparent);
    // Without a question, the finding is told to those who listen.
    const told = !document || !here ? "" : document.checkpoints.length > 1 ? seriesHeadline(document) : finding(here, document.options.null.includes("shuffle"), ofLayers(document.options));
    setText(heading, now.question || plain(told));
    heading.classList.toggle("sr", !now.question);
    ask.hidden = !now.answer;
    setText(ask, answered ? "Hide answer" : "Show answer");
    ask.setAttribute("aria-expanded", String(answered));
    answer.hidden = !now.answer || !answered;
    setText(answer, now.answer);
    updateNote(now.note ?? null);
    tabs.hidden = isFixed("tabs");
    for (const { tab, button } of tabButtons) button.setAttribute("aria-pressed", String(tab === kind()));
    if (cardPlace.firstChild !== (now.card ?? null)) fill(cardPlace, now.card);
    cardPlace.hidden = !now.card;
    root.classList.toggle("no-play", isFixed("play"));
    updateNumbers();
    setText(sentence, (now.privacy ?? PRIVACY)[narrow ? "short" : "long"]);
    swap.hidden = isFixed("theme") || !now.swapTheme;
    out.hidden = isFixed("open") || !now.full;
    if (now.full) out.setAttribute("href", now.full);
    spectrum.update();
    slider.update();
    if (isFixed("slider")) slider.root.hidden = true;
  }

  let noted = "";
  /** Built anew only where it says something else: a button in it may have the focus. */
  function updateNote(next: EmbedNote | null): void {
    note.hidden = !next;
    const key = next ? JSON.stringify([next.icon, next.text, next.actions.map((a) => a.label)]) : "";
    if (key === noted) return;
    noted = key;
    fill(note, next && icon(next.icon, 18), next && h("span", null, next.text),
      ...(next?.actions ?? []).map((action, i) => h("button.embed-button", { type: "button", onclick: () => shape().note?.actions[i]?.run() }, action.label)));
  }

  function updateNumbers(): void {
    const document = model.document;
    numbers.hidden = isFixed("numbers") || !document;
    if (!document || numbers.hidden) return;
    const wanted = numbersOf(document);
    if (wanted.join() !== cellsOf) {
      cellsOf = wanted.join();
      for (const cell of cells) cell.destroy();
      cells = wanted.map((which) => which === "score" ? scoreCell(model) : numberCell(model, which, fallback));
      fill(numbers, ...cells.map((cell) => cell.root));
    }
    for (const cell of cells) cell.update();
  }

  /** Measured with all that a low place leaves out. */
  function natural(): number {
    const before = root.className;
    root.classList.remove("low", "tight");
    root.classList.add("natural");
    const height = Math.ceil(inside.getBoundingClientRect().height);
    root.className = before;
    return height;
  }

  update();
  return {
    root, update, natural,
    destroy() {
      observer.disconnect();
      for (const part of [spectrum, slider, ...cells]) part.destroy();
    },
  };
}

const isAlone = (model: Model): boolean => model.state.view === "one" && (model.document?.checkpoints.length ?? 0) > 1;

/** Spectra and shuffles of all checkpoints, with the room that the design gives them. */
function domainOf({ checkpoints }: ResultDocument): { x: [number, number]; y: [number, number] } | null {
  const curves = checkpoints.flatMap((c) => [...c.samples, ...c.nulls.filter((n) => n.kind === "shuffle")]);
  const x = extent(curves.flatMap((curve) => curve.alpha));
  const y = extent(curves.flatMap((curve) => curve.f));
  if (!x || !y) return null;
  const [wide, high] = [PADDING * (x[1] - x[0]), PADDING * -y[0]];
  return { x: [x[0] - wide, x[1] + wide], y: [y[0] - high, Math.max(0, y[1]) + high] };
}

const PADDING = 0.04;

/** The model as the large figure sees it: with nothing but the selected checkpoint where one alone is asked for. */
function drawnModel(model: Model): Model {
  const alone = new WeakMap<Checkpoint, ResultDocument>();
  const only = (): ResultDocument | null => {
    const here = current(model);
    if (!model.document || !here || !isAlone(model)) return model.document;
    // One document for each, so that it is read once.
    const known = alone.get(here) ?? { ...model.document, checkpoints: [here], associations: [] };
    alone.set(here, known);
    return known;
  };
  return Object.create(model, { document: { get: only }, selected: { get: () => (isAlone(model) ? 0 : model.selected) } }) as Model;
}

interface Cell { root: HTMLElement; update(): void; destroy(): void }

/** Width first, as it alone can speak of structure; then where the spectrum lies; then a score, if there is one. */
function numbersOf(document: ResultDocument): (Which | "score")[] {
  return ["width", "alpha0", document.scores[0] ? "score" : isTraining(document) ? "emergence" : "nfd"];
}

function numberCell(model: Model, which: Which, fallback: (name: string) => SVGSVGElement | null): Cell {
  const { phone: name, value, chance } = CELLS.find((cell) => cell.which === which)!;
  const chart = new Chart(`strip.strip-${which}`, {
    figure: () => model.document && { document: model.document, parts: { kind: "strip", number: which, checkpoint: model.selected, transparent: true } },
    fallback: () => fallback(`strip-${which}`),
  });
  chart.root.setAttribute("role", "img");
  const big = h("span.embed-big");
  const beside = h("span.embed-beside");
  return {
    root: h("div.embed-number", null, h("p.embed-name", null, rich(name)), h("p.embed-value", null, big, " ", beside), chart.root),
    update() {
      const here = current(model);
      if (!here || !model.document) return;
      const n = chance(here);
      setText(big, fixed(value(here)));
      setText(beside, n != null ? `shuffled ${fixed(n)}` : model.document.options.null.includes("shuffle") ? COMPUTING : "no shuffle asked for");
      chart.root.setAttribute("aria-label", plain(numberCaption(which, model.document, model.selected)));
      chart.update();
    },
    destroy: () => chart.destroy(),
  };
}

/** The first score of the document at this step: a share as a bar, anything else as it is. */
function scoreCell(model: Model): Cell {
  const name = h("p.embed-name");
  const big = h("span.embed-big");
  const beside = h("span.embed-beside");
  const bar = h("div.embed-bar", { "aria-hidden": "true" });
  return {
    root: h("div.embed-number", null, name, h("p.embed-value", null, big, " ", beside), bar),
    update() {
      const score = model.document?.scores[0];
      const step = current(model)?.step;
      if (!score) return;
      const value = score.values.find((one) => one.step === step)?.value ?? null;
      const share = isShare(score);
      const [head, tail] = nameOf(score.metric);
      setText(name, head);
      setText(beside, tail);
      setText(big, value === null || !share ? fixed(value) : percent(value));
      bar.hidden = !share || value === null;
      bar.style.setProperty("--share", String(value ?? 0));
    },
    destroy: () => undefined,
  };
}

const isShare = (score: Score): boolean => score.values.every(({ value }) => value >= 0 && value <= 1);

/** "next-character accuracy" as a name and what it is of. */
function nameOf(metric: string): [string, string] {
  const [, of, last] = /^(.*?)[ _]?(accuracy)$/i.exec(metric) ?? [];
  return of && last ? [capital(last), of] : [capital(metric), ""];
}

/** Leaves the node alone where nothing changes, so that nothing is told twice. */
function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
