// The link builder: what a page of somebody else is to show, beside a view of it that follows every change.

import { fetched } from "../demo";
import { debounce, fill, h, icon, plain, rich } from "../dom";
import { pack, unpack, MOST_PACKED } from "../embed/pack";
import { save } from "../export";
import { integer } from "../format";
import { CONTROLS, newFrame, parse, serialise, type Control, type PageState, type Tab, type Theme } from "../hash";
import { identitiesOf } from "../identity";
import type { Actions, Model } from "../model";
import type { ResultDocument } from "../protocol";
import { sheet } from "../styles";
import { chosenTheme, showTheme } from "../theme";
import { embedView } from "../view-embed";
import { capital, label } from "../words";
import { snippets } from "./snippets";

/** What the frame is about: the demo, the reader's own result, and how it gets there, or a lesson. */
type Content = "demo" | "inside" | "beside" | "files" | "lesson";

const CONTENT: Record<Content, { name: string; hint: string }> = {
  demo: { name: "The demo", hint: "A small language model in training." },
  inside: { name: "This result, inside the link", hint: "Curves and numbers cut to four decimals. Left out: names, single groups and layers, fits, checks, and null models other than the shuffles." },
  beside: { name: "This result, in a file beside the page", hint: "Put the file into the folder of the page that is embedded, or into one below it." },
  lesson: { name: "A lesson", hint: "Five steps with something to do and to predict. It brings its own controls and questions." },
  files: { name: "Files that the readers have", hint: "The link knows them by fingerprints. Each reader drops them into the frame." },
};

const NAMES: Record<Control, string> = {
  slider: "Choose a step with the slider", play: "Play the steps", tabs: "Change between {f(\u03b1)}, {\u03c4(q)} and {D(q)}", theme: "Change between light and dark",
  numbers: "See the numbers beside chance", open: "Open the full view", drop: "Drop files of their own",
};
const FIXED_NAMES: Record<Control, string> = {
  slider: "the step", play: "no playing", tabs: "the curve", theme: "light or dark", numbers: "no numbers", open: "no way to the full view", drop: "no files",
};

const TABS: [Tab, string][] = [["spectrum", "Spectrum f(\u03b1)"], ["tau", "Mass exponent \u03c4(q)"], ["dimension", "Dimension D(q)"]];
const SIZES: [name: string, width: number | null, height: number][] = [["Text column, 640 by 420", 640, 420], ["Phone, 360 by 640", 360, 640], ["Small, 280 by 240", 280, 240], ["Whole width, 480 high", null, 480]];
/** A lesson is a page to read. */
const LESSON_HEIGHT = 900;

const PROMISE = "The link holds settings only, no weights and no file names.";
const PROMISE_INSIDE = "The link holds settings and the numbers of the figure, no weights and no file names.";

export async function openBuilder(model: Model, actions: Actions): Promise<void> {
  const [{ LESSONS }] = await Promise.all([import("../lessons/lessons"), sheet("embed/embed"), sheet("builder/builder")]);
  const own = model.source === "demo" ? null : model.document;
  const packed = own ? await pack(own).catch(() => null) : null;
  const documents = new Map<Content, ResultDocument | null>([["demo", own ? null : model.document], ["inside", packed ? await unpack(packed) : null], ["beside", own], ["files", own], ["lesson", model.document]]);

  const before = chosenTheme();
  let content: Content = model.state.view === "lesson" ? "lesson" : !own ? "demo" : packed ? "inside" : "beside";
  let fileName = "result.json";
  let [, width, height]: (typeof SIZES)[number] = SIZES[0]!;
  if (content === "lesson") [width, height] = [null, LESSON_HEIGHT];
  let grows = true;
  // A copy: nothing of the page changes while links are tried.
  const state: PageState = { ...parse(serialise(model.state)), frame: newFrame(), view: model.state.view === "one" ? "one" : "series", open: [], picks: {}, preset: null, demo: false, source: "", revisions: "" };
  const frame = state.frame!;
  const given = { lesson: model.state.lesson || LESSONS[0]!.id, at: model.state.at, set: model.state.set };

  // ---- the view of it ----

  const shown: Model = { ...model, state, reading: null, banners: [], nulls: null };
  const shownActions: Actions = {
    ...actions,
    select: (index) => { chooseStep(index); },
    tab: (tab) => { state.tab = tab; change(); },
    beside: () => undefined,
  };
  const view = embedView(shown, shownActions, () => ({
    question: frame.question, answer: frame.answer, fixed: frame.fixed, transparent: frame.transparent, heading: "p", full: address(false),
    swapTheme: () => undefined,
  }));
  const lessonWords = h("div.builder-lesson");
  const place = h("div.builder-frame", null, view.root, lessonWords);
  const stage = h("div.builder-stage", { role: "region", "aria-label": "How it will look" }, place);
  // A frame that is wider than the room for it is shown smaller.
  const room = new ResizeObserver(() => fit());
  room.observe(stage);
  function fit(): void {
    const { paddingLeft, paddingRight } = getComputedStyle(stage);
    const free = stage.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    place.style.setProperty("width", `${width ?? free}px`);
    place.style.setProperty("height", `${height}px`);
    place.style.setProperty("zoom", String(Math.min(1, free / (width ?? free))));
  }

  function chooseStep(index: number): void {
    const all = shown.document?.checkpoints ?? [];
    shown.selected = Math.max(0, Math.min(all.length - 1, index));
    state.step = shown.selected === all.length - 1 ? null : all[shown.selected]?.step ?? null;
    change();
  }

  async function present(): Promise<void> {
    if (content === "demo" && !documents.get("demo")) documents.set("demo", await (await fetched("first-view.json"))?.json() as ResultDocument | undefined ?? null);
    shown.document = documents.get(content) ?? null;
    shown.source = content === "demo" ? "demo" : "result";
    const all = shown.document?.checkpoints ?? [];
    const at = all.findIndex((c) => c.step === state.step);
    fill(steps, ...all.map((c, i) => h("option", { value: i }, capital(label(c)))));
    chooseStep(at < 0 ? all.length - 1 : at);
  }

  // ---- the link ----

  function address(framed: boolean): string {
    if (content === "lesson") {
      const same = given.lesson === model.state.lesson && model.state.view === "lesson";
      const lesson: PageState = { ...parse(""), theme: state.theme, view: "lesson", lesson: given.lesson, ...(same ? { at: given.at, set: given.set } : {}), frame: framed ? newFrame() : null };
      return new URL(`#${serialise(lesson)}`, location.href.replace(/#.*/, "")).href;
    }
    const linked: PageState = { ...state, frame: framed ? frame : null, files: content === "files" && own ? identitiesOf(own) : [], result: content === "inside" ? packed ?? "" : content === "beside" ? fileName : "" };
    return new URL(`#${serialise(linked) || "v=1"}`, location.href.replace(/#.*/, "")).href;
  }

  // ---- 1: what is shown ----

  const choices = h("div.builder-choices", { role: "radiogroup", "aria-label": "What is shown" }, ...(Object.keys(CONTENT) as Content[]).map((one) => {
    const input = h("input", { type: "radio", name: "content", value: one, checked: one === content, disabled: one === "inside" && !packed, onchange: () => {
      content = one;
      if (one === "lesson") { [width, height] = [null, LESSON_HEIGHT]; fields(); }
      change();
      void present();
    } });
    const long = one === "inside" && own && !packed;
    return h("label.tick-row", { hidden: one !== "demo" && one !== "lesson" && !own }, input, h("span", null, CONTENT[one].name, h("span.caption", null, long ? `Too long for a link, which takes ${integer(MOST_PACKED)} bytes. Put it beside the page.` : CONTENT[one].hint)));
  }));
  const nameField = h("input.field", { type: "text", value: fileName, spellcheck: "false", id: "builder-file", oninput: () => { takeName(); } });
  const saving = h("button.ghost.framed", { type: "button", onclick: () => { if (own) save(new Blob([JSON.stringify(own)], { type: "application/json" }), fileName.split("/").pop()!); } }, "Save the file");
  const fileRow = h("div.builder-row", null, h("label", { for: "builder-file" }, "Its name ", nameField), saving);
  function takeName(): void {
    const valid = parse(`#v=1&result=${encodeURIComponent(nameField.value)}`).result === nameField.value && nameField.value.endsWith(".json");
    nameField.setAttribute("aria-invalid", String(!valid));
    if (valid) fileName = nameField.value;
    change();
  }
  const lessons = select("builder-lesson", LESSONS.map(({ id, title }) => [id, title]), given.lesson, (value) => { given.lesson = value; });
  const steps = h("select.field", { id: "builder-step", onchange: () => chooseStep(Number(steps.value)) });
  const curve = select("builder-curve", TABS.map(([tab, text]) => [tab, text]), state.tab, (value) => { state.tab = value as Tab; });

  const curves = select("builder-curves", [["series", "Of every checkpoint"], ["one", "Of one checkpoint alone"]], state.view, (value) => { state.view = value === "one" ? "one" : "series"; });

  // ---- 2: what students may change ----

  const ticks = CONTROLS.map((control) => {
    const box = h("input", { type: "checkbox", checked: !frame.fixed.includes(control), onchange: () => {
      frame.fixed = CONTROLS.filter((one) => (one === control ? !box.checked : frame.fixed.includes(one)));
      change();
    } });
    return { control, box, row: h("label.tick-row", null, box, h("span", null, rich(NAMES[control]))) };
  });
  const card = h("input", { type: "checkbox", onchange: () => { frame.drop = card.checked; change(); } });
  const cardRow = h("label.tick-row.builder-under", null, card, h("span", null, "and see the card that says so"));
  const fixedLine = h("p.caption");

  // ---- 3: question ----

  const question = h("input.field", { type: "text", id: "builder-question", maxlength: 300, oninput: () => { frame.question = question.value; change(); } });
  const answer = h("textarea.field", { id: "builder-answer", rows: 2, maxlength: 600, oninput: () => { frame.answer = answer.value; change(); } });

  // ---- 4: look ----

  const size = select("builder-size", [...SIZES.map(([name], i): [string, string] => [String(i), name]), ["own", "As written below"]], "0", (value) => { [, width, height] = SIZES[Number(value)] ?? ["", width, height]; fields(); });
  const widthField = number("builder-width", (value) => { width = value; });
  const heightField = number("builder-height", (value) => { height = value ?? height; });
  function fields(): void {
    widthField.value = width === null ? "" : String(width);
    heightField.value = String(height);
  }
  const theme = select("builder-theme", [["", "As the reader\u2019s system"], ["light", "Light"], ["dark", "Dark"]], state.theme ?? "", (value) => { state.theme = value ? value as Theme : null; });
  const clear = tick("Clear ground, which shows the page around it", frame.transparent, (on) => { frame.transparent = on; });
  const growing = tick("The frame takes the height that it needs (with a script, where the page allows one)", grows, (on) => { grows = on; });

  // ---- 5: copy ----

  const promise = h("p.builder-promise");
  const blocks = h("div");
  const said = h("span.sr", { role: "status" });
  let copies: { code: HTMLElement; hint: HTMLElement }[] = [];

  function showCopies(): void {
    setText(promise, content === "inside" ? PROMISE_INSIDE : PROMISE);
    const now = snippets({ url: address(true), title: content === "lesson" ? `Lesson: ${LESSONS.find(({ id }) => id === given.lesson)?.title ?? ""}` : titleOf(frame.question), width, height, grows });
    if (!copies.length) {
      copies = now.map(({ name }, i) => {
        const code = h("code");
        const hint = h("p.caption");
        const copied = h("span", null, "Copy");
        const copy = h("button.ghost.framed", { type: "button", "aria-label": `Copy: ${name}`, onclick: () => { void copyText(code.textContent ?? "", copied, i); } }, icon("link", 16), copied);
        blocks.append(h("section.builder-block", { "aria-label": name }, h("div.builder-head", null, h("h3", null, name), copy), h("pre", { tabindex: "0" }, code), hint));
        return { code, hint };
      });
    }
    now.forEach(({ text, hint }, i) => { setText(copies[i]!.code, text); setText(copies[i]!.hint, hint); });
  }

  async function copyText(text: string, button: HTMLElement, index: number): Promise<void> {
    const done = await (navigator.clipboard?.writeText(text).then(() => true, () => false) ?? false);
    // Without the clipboard the text is selected, ready for the keys.
    if (!done) getSelection()?.selectAllChildren(copies[index]!.code);
    setText(button, done ? "Copied" : "Selected");
    setText(said, done ? "Copied" : "The text is selected: copy it with the keyboard");
    setTimeout(() => setText(button, "Copy"), 2000);
  }

  // ---- together ----

  const close = h("button.quiet", { type: "button", "aria-label": "Close", onclick: () => dialog.close() }, icon("close", 20));
  const title = h("h2.builder-title", { id: "builder-title" }, "Share or embed");
  const labelled = (text: string, field: HTMLElement): HTMLElement => h("label.setting", { for: field.id }, text, " ", field);
  const group = (name: string, ...inside: (Node | string)[]): HTMLElement => h("fieldset.builder-group", null, h("legend", null, name), ...inside);
  const ofLesson = [labelled("Which one", lessons)];
  const ofFigure = [labelled("At the start", steps), labelled("Curve", curve), labelled("Drawn", curves),
    group("What students may change", ...ticks.flatMap(({ control, row }) => (control === "drop" ? [row, cardRow] : [row])), fixedLine),
    group("Question", h("label.builder-text", { for: "builder-question" }, "One line above the figure ", question), h("label.builder-text", { for: "builder-answer" }, "An answer behind a button ", answer), h("p.caption", null, "Whoever reads the link itself can find the answer in it."))];
  const dialog = h("dialog.builder", { "aria-labelledby": "builder-title" },
    stage,
    h("div.builder-sheet", null, h("div.builder-top", null, title, close),
      group("What is shown", choices, own ? "" : h("p.caption", null, "Open checkpoints or a result file first to share those."), fileRow, ...ofLesson, ...ofFigure.slice(0, 3)),
      ...ofFigure.slice(3),
      group("Look", labelled("Size", size), h("div.builder-row", null, labelled("Width", widthField), labelled("Height", heightField)), labelled("Theme", theme), clear, growing),
      group("Copy", promise, blocks), said));

  const draw = debounce(50, () => { view.update(); showCopies(); });
  function change(): void {
    steps.value = String(shown.selected);
    curve.value = TABS.some(([tab]) => tab === state.tab) ? state.tab : "spectrum";
    fileRow.hidden = content !== "beside";
    const lesson = LESSONS.find(({ id }) => id === given.lesson);
    const isLesson = content === "lesson";
    for (const part of ofLesson) part.hidden = !isLesson;
    for (const part of [...ofFigure, clear, view.root]) part.hidden = isLesson;
    ofFigure[2]!.hidden = isLesson || (shown.document?.checkpoints.length ?? 0) < 2;
    lessonWords.hidden = !isLesson;
    if (isLesson && lesson) fill(lessonWords, h("p.builder-title", null, lesson.title), h("p", null, rich(lesson.about)), h("a.text-link", { href: address(true), target: "_blank", rel: "noopener" }, "See it as the frame will show it"));
    cardRow.hidden = frame.fixed.includes("drop");
    fixedLine.textContent = frame.fixed.length ? `Fixed: ${frame.fixed.map((one) => FIXED_NAMES[one]).join(", ")}.` : "Nothing is fixed.";
    fit();
    const at = SIZES.findIndex(([, w, t]) => w === width && t === height);
    size.value = at < 0 ? "own" : String(at);
    showTheme(state.theme);
    draw();
  }

  dialog.addEventListener("close", () => {
    view.destroy();
    room.disconnect();
    dialog.remove();
    showTheme(before);
  });
  fields();
  document.body.append(dialog);
  dialog.showModal();
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
  await present();

  // ---- fields ----

  function select(id: string, entries: readonly (readonly [string, string])[], value: string, take: (value: string) => void): HTMLSelectElement {
    const field = h("select.field", { id, onchange: () => { take(field.value); change(); } }, ...entries.map(([key, text]) => h("option", { value: key, selected: key === value }, plain(text))));
    return field;
  }

  function number(id: string, take: (value: number | null) => void): HTMLInputElement {
    const field = h("input.field", { type: "number", id, min: 280, max: 2000, placeholder: "100%", oninput: () => {
      const value = Number(field.value);
      if (field.value !== "" && !(value >= 200 && value <= 2000)) return field.setAttribute("aria-invalid", "true");
      field.removeAttribute("aria-invalid");
      take(field.value === "" ? null : Math.round(value));
      change();
    } });
    return field;
  }

  function tick(text: string, on: boolean, take: (on: boolean) => void): HTMLElement {
    const box = h("input", { type: "checkbox", checked: on, onchange: () => { take(box.checked); change(); } });
    return h("label.tick-row", null, box, h("span", null, text));
  }
}

function titleOf(question: string): string {
  return question.trim() || "NeuroMFA: the spectrum of a network\u2019s weights beside chance";
}

function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
