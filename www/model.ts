// What the page knows, and what can be asked of it. Views read the model and call actions; only main.ts changes it.

import type { TakeComparison } from "./engine-client";
import type { Weights } from "./lab-protocol";
import { followsPaths, type NullKind, type PageState, type Pick, type Screen, type Tab } from "./hash";
import type { Checkpoint, DamageProgress, DamageWish, EngineError, EngineState, FitData, Found, NullProgress, Options, ResultDocument, WiringData, WiringSpec } from "./protocol";
import type { Offline } from "./offline";
import type { RemoteReading, Web } from "./remote/web";
import type { ScoreBook } from "./score-book";

/** `kept`: a result of an earlier visit, from the browser's own database. */
export type Source = "demo" | "files" | "result" | "kept";

/** What is known of keeping the user's results over a reload; null before anything was kept. */
export type Keeping = "kept" | "forgotten" | "full" | "refused" | null;

/** One line of the reading list. */
export interface Item {
  id: number;
  name: string;
  file: string;
  step: number | null;
  bytes: number;
  state: "waiting" | "reading" | "done" | "failed" | "left out";
  read: number;
  of: number;
  label: string;
  error: EngineError | null;
  /** On another site: `of` is what is read of it, also before it is. */
  remote?: boolean;
}

/** `again`: files that are read once more, under other options; the view stays. */
export interface Reading {
  items: Item[];
  started: boolean;
  again?: boolean;
  /** How many files are looked at, until it is known what is in them. */
  files?: number;
}

export interface Banner {
  kind: "error" | "warning" | "note" | "match";
  title: string;
  body: string;
  /** What the engine adds for those who ask: the code, and its hint. */
  details?: string;
  /** What a report says of it, without names. */
  error?: { code: string; text: string; file: string };
  actions: { label: string; run: () => void }[];
}

export interface Model {
  state: PageState;
  document: ResultDocument | null;
  /** What the engine calls the checkpoints of the document, whatever names the user gave them; see `keyOf`. */
  keys: string[];
  /** What would be undone in the list of checkpoints, in words. */
  undoable: string | null;
  /** Checkpoints that were found and not read when the reading was stopped. */
  stopped: Item[];
  keeping: Keeping;
  /** While the demo stands: whether a result of the user's can be shown instead. */
  aside: boolean;
  source: Source;
  /** Words for the demo that no document holds. */
  deck: { wide: string; phone: string } | null;
  selected: number;
  reading: Reading | null;
  banners: Banner[];
  nulls: NullProgress | null;
  /** What the engine said about each checkpoint, by name. */
  found: Map<string, Found>;
  engine: EngineState | "none" | "starting" | "missing";
  /** The most memory that the engine has taken, in bytes; 0 before the first result. */
  memoryUsed: number;
  add: boolean;
  /** Requests to other sites that nobody confirmed, of the page and its workers: zero, as their policy forbids them. */
  requests: number;
  /** Those that the page's policy forbade. */
  stoppedRequests: number;
  /** What was asked of the sites that the reader confirmed; null before any. */
  web: Web | null;
  /** What is kept for use without a network; null until it is known. */
  offline: Offline | null;
  demoBytes: number;
}

export interface Actions {
  choose(folder?: boolean): void;
  /** The next choice joins what is there: a file that takes its place in the series; `file` is the one that failed. */
  chooseAgain(file?: string): void;
  select(index: number): void;
  show(view: Screen): void;
  /** The numbers of the controls of a step of "How to read this" or of a lesson. */
  set(numbers: number[]): void;
  /** Whether the answers of lessons wait to be asked for. */
  answers(answers: PageState["answers"]): void;
  tab(tab: Tab): void;
  /** Zoom, pins and null model of the large figure. */
  look(next: Look): void;
  /** Opens the way to checkpoints on other sites. */
  openWeb(): void;
  /** Takes what was asked of them so far. */
  tellWeb(web: Web): void;
  /** Reads what was found there. */
  readWeb(reading: RemoteReading): void;
  /** Opens the link builder. */
  share(): void;
  /** What is chosen in a section, for the address; null for what is usual. */
  pick(which: Pick, value: string | null): void;
  /** A section was opened or closed. */
  opened(section: string, open: boolean): void;
  /** The null model that figures draw in grey. */
  beside(kind: NullKind): void;
  options(next: Options): void;
  setAdd(add: boolean): void;
  analyseDemo(): void;
  cancel(): void;
  dismiss(banner: Banner): void;
  leaveOut(item: Item): void;
  fit(checkpoint: Checkpoint, sample: number, q: number): Promise<FitData | null>;
  /** Two checkpoints whose weights are at hand, neuron by neuron; called again as shuffles arrive. */
  compare(before: Checkpoint, after: Checkpoint, take: TakeComparison): void;
  wiring(checkpoint: Checkpoint): Promise<WiringData | null>;
  /** What the laboratory needs of a checkpoint; null where its files are not at hand. */
  weights(checkpoint: Checkpoint): Promise<Weights | null>;
  /** Reads all files again with this wiring; null for the recognised one. */
  rewire(wiring: WiringSpec | null): void;
  chooseStateDict(checkpoint: Checkpoint, path: string): void;
  /** Sees to it that the whole of the document is at hand: of the demo, the first view has a part only. */
  whole(): Promise<void>;
  /** Benchmark scores; loaded when they are first asked for. */
  scores(): Promise<ScoreBook>;
  /** Published numbers in the section of scores, or none. */
  preset(preset: PageState["preset"]): void;
  /** Damages a checkpoint in memory, round by round, and tells of it; the answer stops it. */
  damage(checkpoint: Checkpoint, wish: DamageWish, tell: (progress: DamageProgress) => void): () => void;
  list: ListActions;
}

/** What a figure with its slider asks for. */
export interface Choosing { select(index: number): void; look(next: Look): void }

/** How the large figure is looked at. */
export interface Look { zoom?: PageState["zoom"]; pins?: number[]; chance?: boolean }

/** What can be done to the list of checkpoints. A checkpoint is meant by its key. Each change can be undone. */
export interface ListActions {
  rename(key: string, name: string): void;
  setStep(key: string, step: number | null): void;
  /** Into another series, by its name; null for the one without. */
  move(key: string, series: string | null): void;
  nameSeries(series: string | null, name: string | null): void;
  /** E of the whole series counts from this checkpoint. */
  chooseBaseline(key: string): void;
  remove(key: string): void;
  undo(): void;
  /** Takes everything of the user's off the page. */
  clear(): void;
  /** Reads what was left when the reading was stopped. */
  goOn(): void;
  forget(): void;
  showDemo(): void;
  showOwn(): void;
}

/** What is known before anything has come. */
export function newModel(state: PageState, engine: "none" | "missing"): Model {
  return {
    state, document: null, source: "demo", deck: null, selected: 0, reading: null, banners: [], nulls: null, keys: [], undoable: null,
    stopped: [], keeping: null, aside: false, found: new Map(), engine, add: false, requests: 0, stoppedRequests: 0, web: null, offline: null, demoBytes: 0, memoryUsed: 0,
  };
}

/** Whether the weights behind the shown document are at hand. */
export function weightsHere(model: Model): boolean {
  return model.source === "files";
}

/** Whether files are on another site: the engine says so with their identities. */
export function isElsewhere({ files }: { files: Checkpoint["files"] }): boolean {
  return files.some((file) => file.identity?.startsWith("remote:"));
}

/** Whether all files of the checkpoints are at hand, for what reads them again and again. */
export function filesHere(model: Model, checkpoints: readonly Checkpoint[]): boolean {
  return weightsHere(model) && !checkpoints.some(isElsewhere);
}

/** What the engine calls a checkpoint of the document. */
export function keyOf(model: Model, checkpoint: Checkpoint): string {
  return model.keys[model.document?.checkpoints.indexOf(checkpoint) ?? -1] ?? checkpoint.name;
}

/** The checkpoint of the document that the engine calls so. */
export function byKey(model: Model, key: string): Checkpoint | undefined {
  return model.document?.checkpoints[model.keys.indexOf(key)];
}

export function current(model: Model): Checkpoint | null {
  return model.document?.checkpoints[model.selected] ?? null;
}

/** Layers of the whole of a checkpoint; null where only a part of it is known. */
export function allLayers(model: Model, checkpoint: Checkpoint): number | null {
  // Paths leave other layers than there are groups, and all of them count.
  if (model.document && followsPaths(model.document.options)) return checkpoint.network.layers.length;
  const read = model.source === "files" ? model.found.get(keyOf(model, checkpoint))?.groups : undefined;
  return read ?? checkpoint.part?.layers_of_all ?? (model.document?.options.layers ? null : checkpoint.network.layers.length);
}

/** One of the three screens: built once, then told of every change. */
export interface View {
  root: HTMLElement;
  update(): void;
  destroy(): void;
}
