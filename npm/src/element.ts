// <neuromfa-view>: the figure of a result document in any page, in a shadow root; the same view as a frame with embed=1.

import "./where";
import { drawBeside } from "../../www/beside";
import { icon, h } from "../../www/dom";
import { isDrawable, loadDrawing, redrawAll, showDocuments } from "../../www/drawing";
import { fromTransfer } from "../../www/drop";
import { newFrame, parse, serialise, type Frame, type PageState, type Theme } from "../../www/hash";
import { newModel, type Model } from "../../www/model";
import type { Options, ResultDocument } from "../../www/protocol";
import { isResult } from "../../www/result";
import { systemTheme } from "../../www/theme";
import { embedView, type EmbedNote, type EmbedShape, type EmbedView } from "../../www/view-embed";
import { ERRORS } from "../../www/words";
import { NeuroMFAError } from "./errors";
import { analyze, open, type OpenedCheckpoint, type Progress, type Source } from "./index";
import { loadFonts, sheet } from "./looks";
import { answered } from "./sources";

export * from "./index";

export type NeuroMFAEvents = {
  /** A document has come, from `src`, from files or by `analyze`; one that the host sets itself is not told. */
  "neuromfa-result": CustomEvent<ResultDocument>;
  "neuromfa-progress": CustomEvent<Progress>;
  "neuromfa-error": CustomEvent<{ code: string; text: string; file: string; hint: string }>;
  /** The reader has chosen another step or curve. */
  "neuromfa-state": CustomEvent<{ hash: string }>;
};

/** Below this many pixels nothing can be drawn. */
const LEAST_HEIGHT = 64;
/** Files that are read as results and not as checkpoints. */
const MOST_JSON = 512e6;

/** Elements of the page. */
let connected = 0;

export class NeuroMFAView extends HTMLElement {
  static readonly observedAttributes = ["src", "hash", "theme", "question", "answer", "page", "heading"];

  readonly #model: Model = { ...newModel(stateOf(""), "none"), source: "result" };
  /** Options that the host set beside those of the hash. */
  #options: Partial<Options> = {};
  #note: EmbedNote | null = null;
  #view: EmbedView | null = null;
  /** Carries the theme; its height is the element's. */
  readonly #place = h("div.neuromfa");
  readonly #height = new CSSStyleSheet();
  readonly #card: HTMLElement;
  #watching: (() => void)[] = [];
  /** What is under way: fetching a document, or an analysis. */
  #work: AbortController | null = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open", delegatesFocus: false });
    root.adoptedStyleSheets = [sheet(), this.#height];
    root.append(this.#place);
    this.#card = this.#fileCard();
    this.addEventListener("dragover", (event) => {
      if (this.#takesFiles && event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
    this.addEventListener("drop", (event) => {
      if (!this.#takesFiles || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      void fromTransfer(event.dataTransfer).then((files) => this.#take(files));
    });
  }

  // ---- what a host sets and reads ----

  /** Address of a result document. */
  get src(): string { return this.getAttribute("src") ?? ""; }
  set src(value: string) { this.setAttribute("src", value); }

  /** The result document that is shown. */
  get document(): ResultDocument | null { return this.#model.document; }
  set document(value: ResultDocument | null) {
    this.#stop();
    if (value === null) this.#show(null);
    else void this.#checked(value, "").then((document) => this.#show(document), (error) => this.#fail(error));
  }

  /** State and options, in the words of a link: "step=1000&tab=tau&fixed=slider". */
  get hash(): string { return serialise({ ...this.#model.state, theme: null }); }
  set hash(value: string) { this.setAttribute("hash", value); }

  /** Options of an analysis beside those of the hash. */
  get options(): Partial<Options> { return { ...this.#options }; }
  set options(value: Partial<Options>) { this.#options = { ...value }; }

  /** "light", "dark", or anything else for the reader's own. */
  get theme(): string { return this.getAttribute("theme") ?? ""; }
  set theme(value: string) { this.setAttribute("theme", value); }

  /** A question above the figure, and an answer that is shown when it is asked for. */
  get question(): string { return this.getAttribute("question") ?? ""; }
  set question(value: string) { this.setAttribute("question", value); }
  get answer(): string { return this.getAttribute("answer") ?? ""; }
  set answer(value: string) { this.setAttribute("answer", value); }

  /** Analyses files and shows them as they come; fires the events of the page. */
  async analyze(input: Iterable<Source> | Iterable<OpenedCheckpoint>): Promise<ResultDocument> {
    const work = this.#begin();
    try {
      const document = await this.#analysed([...input], work.signal);
      if (this.#work === work) await this.#arrived(document, work);
      return document;
    } catch (error) {
      if (this.#work === work) this.#fail(error);
      throw error;
    }
  }

  /** Ends what is under way; what is shown stays. */
  cancel(): void {
    this.#stop();
    this.#tell(null);
  }

  // ---- life ----

  connectedCallback(): void {
    showDocuments(connected += 1);
    loadFonts();
    void loadDrawing().then((there) => { if (!there) this.#tell({ icon: "error", text: ERRORS.noView(), actions: [] }); });
    this.#follow();
    this.#view = embedView(this.#model, {
      select: (index) => this.#select(index),
      tab: (tab) => { this.#model.state.tab = tab; this.#moved(); },
      look: (next) => { Object.assign(this.#model.state, next); this.#moved(); },
    }, () => this.#shape());
    this.#place.replaceChildren(this.#view.root);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const themed = (): void => this.#themed();
    dark.addEventListener("change", themed);
    const observer = new ResizeObserver(() => this.#fit());
    observer.observe(this.#place);
    this.#watching = [() => dark.removeEventListener("change", themed), () => observer.disconnect()];
    this.#themed();
    this.#update();
    if (!this.#model.document && !this.#work) this.#load();
  }

  disconnectedCallback(): void {
    showDocuments(connected -= 1);
    for (const stop of this.#watching.splice(0)) stop();
    this.#view?.destroy();
    this.#view = null;
    // Moved to another place it comes back at once.
    queueMicrotask(() => { if (!this.isConnected) this.#stop(); });
  }

  attributeChangedCallback(name: string): void {
    if (!this.isConnected || !this.#view) return;
    if (name === "src") return this.#load();
    if (name === "theme") return this.#themed();
    const { result } = this.#model.state;
    if (name === "hash") this.#follow();
    if (this.#model.state.result !== result) this.#load();
    this.#update();
  }

  // ---- state ----

  #follow(): void {
    const { state } = this.#model;
    this.#model.state = stateOf(this.getAttribute("hash") ?? "");
    if (this.#model.state.beside !== state.beside) drawBeside(this.#model.state.beside);
    this.#selectStep();
    if (this.#view) this.#themed();
  }

  #selectStep(): void {
    const { document, state } = this.#model;
    const last = (document?.checkpoints.length ?? 1) - 1;
    const asked = state.step === null ? -1 : document?.checkpoints.findIndex(({ step }) => step === state.step) ?? -1;
    this.#model.selected = asked < 0 ? last : asked;
  }

  #select(index: number): void {
    const { document, state } = this.#model;
    const last = (document?.checkpoints.length ?? 1) - 1;
    this.#model.selected = Math.max(0, Math.min(last, index));
    state.step = this.#model.selected === last ? null : document?.checkpoints[this.#model.selected]?.step ?? null;
    this.#moved();
  }

  #moved(): void {
    this.#update();
    this.#fire("neuromfa-state", { hash: this.hash });
  }

  get #frame(): Frame {
    return this.#model.state.frame ?? newFrame();
  }

  get #takesFiles(): boolean {
    return this.#frame.drop;
  }

  #shape(): EmbedShape {
    const { question, answer, fixed, transparent, drop } = this.#frame;
    const page = this.getAttribute("page");
    const state = serialise({ ...this.#model.state, frame: null });
    const heading = this.getAttribute("heading");
    return {
      question: this.question || question, answer: this.answer || answer, fixed, transparent,
      heading: heading === "h1" || heading === "h2" || heading === "h3" ? heading : "p",
      full: page ? `${new URL(page, this.baseURI).href}${state ? `#${state}` : ""}` : null,
      note: this.#note,
      swapTheme: () => { this.theme = this.#place.dataset["theme"] === "dark" ? "light" : "dark"; },
      card: drop ? this.#card : null,
    };
  }

  #themed(): void {
    const wanted = this.theme === "light" || this.theme === "dark" ? this.theme : this.#model.state.theme;
    const next: Theme = wanted ?? systemTheme();
    if (this.#place.dataset["theme"] === next) return;
    this.#place.dataset["theme"] = next;
    redrawAll();
  }

  #update(): void {
    // Room is kept for what will come, and for nothing else.
    this.#place.classList.toggle("empty", !this.#model.document && !this.#work);
    this.#view?.update();
    this.#fit();
  }

  /** As high as everything in it needs, unless the host's own style sheet gives it another height. */
  #fit(): void {
    if (!this.#view?.root.clientWidth) return;
    this.#height.replaceSync(`:host { height: ${Math.max(LEAST_HEIGHT, this.#view.natural())}px; }`);
  }

  #tell(note: EmbedNote | null): void {
    this.#note = note;
    this.#update();
  }

  // ---- documents ----

  #show(document: ResultDocument | null): void {
    const first = !this.#model.document;
    const key = first ? null : this.#model.document!.checkpoints[this.#model.selected]?.name;
    this.#model.document = document;
    this.#model.keys = document?.checkpoints.map(({ name }) => name) ?? [];
    const same = key == null ? -1 : this.#model.keys.indexOf(key);
    if (same >= 0 && this.#work) this.#model.selected = same;
    else this.#selectStep();
    this.#update();
  }

  /** Throws where it is no result, or none that can be drawn. */
  async #checked(value: unknown, file: string): Promise<ResultDocument> {
    const there = await loadDrawing();
    if (!isResult(value) || (there && !isDrawable(value))) {
      throw new NeuroMFAError({ code: "not-a-result", text: ERRORS.resultFile(file || "The document"), file });
    }
    return value;
  }

  /** Shows a document that was asked for and tells the host. */
  async #arrived(document: ResultDocument, work: AbortController): Promise<void> {
    await loadDrawing();
    if (this.#work !== work) return;
    this.#note = null;
    this.#show(document);
    this.#work = null;
    this.#fire("neuromfa-result", document);
  }

  /** The document of `src`, else the one that the hash names or holds; what a host has set stays where there is neither. */
  #load(): void {
    const { result } = this.#model.state;
    const file = /\.json$/.test(result) ? result : "";
    if (!this.src && !result) return;
    const work = this.#begin();
    this.#tell({ icon: "ring", text: "Loading the result", actions: [] });
    const loaded = this.src || file ? this.#fetched(this.src || file, work.signal) : unpacked(result);
    loaded.then(async ({ value, name }) => this.#arrived(await this.#checked(value, name), work))
      .catch((error: unknown) => { if (this.#work === work) this.#fail(error); });
  }

  async #fetched(path: string, signal: AbortSignal): Promise<Named> {
    const address = new URL(path, this.baseURI);
    const response = await answered(address, signal);
    return { value: await response.json().catch(() => null), name: address.pathname.split("/").pop()! };
  }

  /** Files of the reader: one result is shown as it is, all else is analysed. */
  async #take(files: { path: string; file: File }[]): Promise<void> {
    const [only] = files;
    if (!only) return;
    if (files.length > 1 || !/\.json$/i.test(only.path) || only.file.size > MOST_JSON) return void this.analyze(files).catch(() => undefined);
    const work = this.#begin();
    try {
      const value = await only.file.text().then((text) => JSON.parse(text) as unknown, () => null).catch(() => null);
      await this.#arrived(await this.#checked(value, only.path), work);
    } catch (error) {
      if (this.#work === work) this.#fail(error);
    }
  }

  async #analysed(input: (Source | OpenedCheckpoint)[], signal: AbortSignal): Promise<ResultDocument> {
    const stop = { label: "Cancel", run: () => this.cancel() };
    this.#tell({ icon: "ring", text: "Reading", actions: [stop] });
    const failures: NeuroMFAError[] = [];
    const onError = (error: NeuroMFAError): void => {
      failures.push(error);
      this.#fire("neuromfa-error", detail(error));
    };
    const opened = input.every(isOpened) ? input : await open(input as Source[], { signal, onError });
    if (!opened.length) throw failures[0] ?? new NeuroMFAError({ code: "nothing-to-analyse", text: ERRORS.nothing() });
    return await analyze(opened, { ...this.#model.state.options, ...this.#options }, {
      signal, onError,
      onProgress: (progress) => {
        this.#fire("neuromfa-progress", progress);
        if (!signal.aborted) this.#tell({ icon: "ring", text: progressText(progress), actions: [stop] });
      },
      onDocument: (document) => { if (!signal.aborted) void loadDrawing().then(() => { if (!signal.aborted && this.#work?.signal === signal) this.#show(document); }); },
    });
  }

  #begin(): AbortController {
    this.#stop();
    return (this.#work = new AbortController());
  }

  #stop(): void {
    this.#work?.abort();
    this.#work = null;
  }

  #fail(error: unknown): void {
    this.#work = null;
    const known = error instanceof NeuroMFAError ? error : new NeuroMFAError({ code: "unknown", text: error instanceof Error ? error.message : String(error) });
    const hint = known.hint && !known.message.includes(known.hint) ? ` ${known.hint}` : "";
    this.#tell({ icon: "error", text: known.message + hint, actions: [{ label: "Close", run: () => this.#tell(null) }] });
    this.#fire("neuromfa-error", detail(known));
  }

  #fire<K extends keyof NeuroMFAEvents>(type: K, content: NeuroMFAEvents[K]["detail"]): void {
    // A copy: hosts may change what they get.
    this.dispatchEvent(new CustomEvent(type, { detail: JSON.parse(JSON.stringify(content)) as unknown, bubbles: true, composed: true }));
  }

  #fileCard(): HTMLElement {
    const input = h("input.sr", { type: "file", multiple: true, tabindex: "-1", "aria-label": "Checkpoint files" });
    input.addEventListener("change", () => {
      const files = [...input.files ?? []].map((file) => ({ path: file.name, file }));
      input.value = "";
      void this.#take(files);
    });
    const button = h("button.embed-button", { type: "button", onclick: () => input.click() }, icon("file", 18), " Open checkpoints");
    return h("div.neuromfa-card", null, button, input, h("span.embed-sentence", null, "or drop them here. They stay on this computer."));
  }
}

function detail({ code, message, file, hint }: NeuroMFAError): { code: string; text: string; file: string; hint: string } {
  return { code, text: message, file, hint };
}

function isOpened(one: Source | OpenedCheckpoint): one is OpenedCheckpoint {
  return typeof one === "object" && "architecture" in one;
}

function progressText(progress: Progress): string {
  const { checkpoint, of } = progress;
  const done = progress.phase === "reading" ? progress.bytes : progress.done;
  const share = of ? `, ${Math.floor((100 * done) / of)}%` : "";
  return progress.phase === "reading" ? `Reading ${checkpoint}${share}` : `Shuffles of ${checkpoint}${share}`;
}

/** What should be a result, and how to call it. */
interface Named { value: unknown; name: string }

/** A result that a link holds. */
async function unpacked(text: string): Promise<Named> {
  const { unpack } = await import("../../www/embed/pack");
  return { value: await unpack(text).catch(() => null), name: "The result in the link" };
}

/** The state of a link for a bare figure. */
function stateOf(hash: string): PageState {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  given.set("embed", "1");
  return parse(given.toString());
}

declare global {
  interface HTMLElementTagNameMap { "neuromfa-view": NeuroMFAView }
}

// Two copies of the package on one page: the first one stays.
if (!customElements.get("neuromfa-view")) customElements.define("neuromfa-view", NeuroMFAView);
