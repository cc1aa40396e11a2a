// What the page knows, and what can be asked of it. Views read the model and call actions; only main.ts changes it.

import { followsPaths, type PageState, type Tab } from "./hash";
import type { Checkpoint, DamageProgress, DamageWish, EngineError, EngineState, FitData, Found, NullProgress, Options, ResultDocument, WiringData, WiringSpec } from "./protocol";

export type Source = "demo" | "files" | "result";

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
}

/** `again`: files that are read once more, under other options; the view stays. */
export interface Reading { items: Item[]; started: boolean; again?: boolean }

export interface Banner {
  kind: "error" | "warning" | "note";
  title: string;
  body: string;
  /** What the engine adds for those who ask: the code, and its hint. */
  details?: string;
  actions: { label: string; run: () => void }[];
}

export interface Model {
  state: PageState;
  document: ResultDocument | null;
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
  /** Requests to other sites, and bytes. Zero as long as there are no web sources. */
  requests: number;
  demoBytes: number;
}

export interface Actions {
  choose(folder?: boolean): void;
  /** The next choice joins what is there: a file that takes its place in the series. */
  chooseAgain(): void;
  select(index: number): void;
  show(view: "series" | "one"): void;
  tab(tab: Tab): void;
  options(next: Options): void;
  setAdd(add: boolean): void;
  analyseDemo(): void;
  cancel(): void;
  dismiss(banner: Banner): void;
  leaveOut(item: Item): void;
  fit(checkpoint: Checkpoint, sample: number, q: number): Promise<FitData | null>;
  wiring(checkpoint: Checkpoint): Promise<WiringData | null>;
  /** Reads all files again with this wiring; null for the recognised one. */
  rewire(wiring: WiringSpec | null): void;
  chooseStateDict(checkpoint: Checkpoint, path: string): void;
  /** Damages a checkpoint in memory, round by round, and tells of it; the answer stops it. */
  damage(checkpoint: Checkpoint, wish: DamageWish, tell: (progress: DamageProgress) => void): () => void;
}

/** Whether the weights behind the shown document are at hand. */
export function weightsHere(model: Model): boolean {
  return model.source === "files";
}

export function current(model: Model): Checkpoint | null {
  return model.document?.checkpoints[model.selected] ?? null;
}

/** Layers of the whole of a checkpoint; null where only a part of it is known. */
export function allLayers(model: Model, checkpoint: Checkpoint): number | null {
  // Paths leave other layers than there are groups, and all of them count.
  if (model.document && followsPaths(model.document.options)) return checkpoint.network.layers.length;
  const read = model.source === "files" ? model.found.get(checkpoint.name)?.groups : undefined;
  return read ?? checkpoint.part?.layers_of_all ?? (model.document?.options.layers ? null : checkpoint.network.layers.length);
}

/** One of the three screens: built once, then told of every change. */
export interface View {
  root: HTMLElement;
  update(): void;
  destroy(): void;
}
