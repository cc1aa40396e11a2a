// What crosses a boundary: the result document (interfaces.md), the engine's answers, and the messages between the
// page and its worker. Types only; nothing here runs.

/** A number that may not exist (no fit, division by zero). */
export type Maybe = number | null;

export interface Options {
  network: "full" | "sampled";
  /** The layers that count, as ranges [first, last] of their numbers; null for all. Absent in older documents. */
  layers: [first: number, last: number][] | null;
  mode: "exact" | "reference";
  samples: number;
  seed: number;
  layer_sample: number;
  threshold: number;
  nfd_threshold: number;
  q_min: number;
  q_max: number;
  q_step: number;
  filter: number;
  /** Length of the paths that are followed in a sampled network. */
  hops: number;
  /** What joins the layers of a block beside its weights. Absent in documents where it is the original. */
  interconnect?: "original" | "true";
  null: string[];
  null_samples: number;
}

export type DamageKind = "noise" | "prune" | "rewire" | "quantise";

/** All that was done to the weights up to a round; its unit is that of the kind. */
export interface Damage { kind: DamageKind; amount: number; round: number; seed: number }

export interface Warning { code: string; text: string }

export interface Sample {
  seed: Maybe;
  neurons_kept: number;
  radii: number[];
  q: number[];
  tau: Maybe[];
  stderr: Maybe[];
  r_squared: Maybe[];
  dimension: Maybe[];
  alpha: Maybe[];
  f: Maybe[];
  partition: { q: number[]; ln_z: Maybe[][] };
  alpha0: Maybe;
  width: Maybe;
  asymmetry: Maybe;
}

export interface Null {
  kind: string;
  samples: number;
  alpha0: Maybe;
  alpha0_interval: [number, number] | null;
  width: Maybe;
  width_interval: [number, number] | null;
  emergence: Maybe;
  emergence_interval?: [number, number] | null;
  asymmetry?: Maybe;
  asymmetry_interval?: [number, number] | null;
  alpha: Maybe[];
  f: Maybe[];
  alpha0_values: Maybe[];
  width_values: Maybe[];
  nfd?: { mean: Maybe; histogram: Histogram | null };
}

export interface Histogram { from: number; to: number; counts: number[] }

export interface Layer {
  name: string;
  tensors: string[];
  neurons: number;
  edges_per_neuron: number;
  kept: number;
}

export interface Checkpoint {
  name: string;
  step: Maybe;
  format: string;
  architecture: string;
  guessed: boolean;
  files: { name: string; bytes: number; identity: string }[];
  parameters: number;
  network: {
    neurons: number;
    edges: number;
    zero_weights: number;
    nonfinite_weights: number;
    layers: Layer[];
    skipped?: { reason: string; tensors: string[] }[];
  };
  samples: Sample[];
  mean: { alpha0: Maybe; alpha0_sd: Maybe; width: Maybe; width_sd: Maybe };
  nulls: Null[];
  nfd: { mean: Maybe; median: Maybe; sd: Maybe; min: Maybe; max: Maybe; histogram: Histogram; layers: unknown[] };
  baselines?: { mean_abs_weight: Maybe; mean_weighted_degree: Maybe };
  warnings: Warning[];
  emergence: Maybe;
  /** Absent where nothing was done. */
  damage?: Damage;
  /** In a document of some layers that `merge` can join; its sums are of no use here. */
  part?: { layers_of_all: number };
}

export interface Score { metric: string; values: { step: number; value: number }[] }

export interface ResultDocument {
  schema: "neuromfa-result/1";
  tool: { name: string; version: string };
  options: Options;
  checkpoints: Checkpoint[];
  scores: Score[];
}

// ---- the engine ----

export interface EngineError { code: string; text: string; file: string; hint: string }

export interface Found {
  id: number;
  name: string;
  step: Maybe;
  bytes: number;
  format: string;
  architecture: string;
  guessed: boolean;
  files: { name: string; bytes: number; identity: string }[];
  dtypes: string[];
  groups: number;
  blocks: number;
  parameters: number;
  skipped: { reason: string; tensors: string[] }[];
  warnings: Warning[];
  /** Globals that a pickle names; nothing is ever imported or run. */
  imports: { name: string; known: boolean }[];
  /** The sets of weights of a file that holds several. */
  state_dicts: { path: string; tensors: number; parameters: number; chosen: boolean }[];
}

/** What the axes of a tensor are. */
export type Axes = "outputs-first" | "inputs-first" | "convolution" | "transposed-convolution";

/** A tensor, or a part of it, read as a matrix. */
export interface MatrixSpec { tensor: string; axes: Axes; groups?: number; rows?: [number, number] }

/** Which matrices leave which neurons, in order: what `neuromfa inspect --wiring` prints too. */
export interface WiringSpec {
  architecture: string;
  groups: { name: string; role: string; block?: number; stack?: number; matrices: MatrixSpec[] }[];
}

/** The wiring of a checkpoint, and every tensor that could be part of one. */
export interface WiringData {
  spec: WiringSpec;
  edited: boolean;
  guessed: boolean;
  tensors: { name: string; dtype: string; shape: number[] }[];
}

/** How the user wants the files to be read: one wiring for all, and a state dict by the number of the checkpoint. */
export interface Wishes { wiring: WiringSpec | null; stateDicts: Record<number, string> }

export interface Drop {
  checkpoints: Found[];
  skipped: { path: string; why: string }[];
  errors: EngineError[];
}

export interface Plan {
  reads: { file: number; offset: number; length: number; label: string }[];
  bytes: number;
}

/** The log-log points behind one alpha. */
export interface FitData { radii: number[]; ln_z: Maybe[]; slope: Maybe; intercept: Maybe; r_squared: Maybe }

/** A damage test: the amount that each round adds, or the bits of the first. */
export interface DamageWish { kind: DamageKind; amount: number; rounds: number; seed: number }

/** How far a damage test is. */
export interface DamageProgress {
  /** The rounds that are complete, behind the checkpoint from which E counts if that is another one. */
  document: ResultDocument | null;
  round: number;
  rounds: number;
  state: "reading" | "shuffling" | "done" | "stopped" | "failed";
  error: EngineError | null;
}

// ---- page and worker ----

export interface InputFile { path: string; file: File }

export interface EngineState {
  flavour: "threads" | "single";
  threads: number;
  isolated: boolean;
  /** Largest memory that the browser granted, in MiB; null where the module made its own. */
  memory: number | null;
}

export type ToWorker =
  | { type: "start"; threads: number | null }
  | { type: "job"; job: number; drops: InputFile[][]; options: Options; add: boolean; done: Checkpoint[]; selected: string | null; wishes: Wishes }
  | { type: "wishes"; job: number; wishes: Wishes; selected: string | null }
  | { type: "wiring"; request: number; name: string }
  | { type: "options"; job: number; options: Options; selected: string | null }
  | { type: "select"; name: string }
  | { type: "cancel"; job: number }
  /** Damages a checkpoint in memory; E counts from `first` if there is one. */
  | { type: "damage"; request: number; name: string; wish: DamageWish; first: Checkpoint | null }
  | { type: "stop-damage"; request: number }
  | { type: "fit"; request: number; name: string; sample: number; q: number };

export type FromWorker =
  | ({ type: "ready" } & EngineState)
  | { type: "found"; job: number; drop: Drop }
  | { type: "reading"; job: number; id: number; name: string; bytes: number; of: number; label: string }
  | { type: "checkpoint"; job: number; id: number; name: string }
  | { type: "failed"; job: number; id: number | null; error: EngineError }
  | { type: "document"; job: number; document: ResultDocument; nulls: NullProgress; final: boolean; memory: number }
  | { type: "nulls"; job: number; nulls: NullProgress }
  | { type: "cancelled"; job: number }
  | { type: "damage"; request: number; progress: DamageProgress }
  | { type: "fit"; request: number; data: FitData | null }
  | { type: "wiring"; request: number; data: WiringData | null }
  | { type: "refound"; job: number; found: Found }
  | { type: "rereading"; job: number; checkpoints: Found[] }
  | { type: "refused"; job: number }
  | { type: "trap"; text: string; where: string };

/** Names of the checkpoints whose null samples are not complete, and how far the current one is. */
export interface NullProgress { waiting: string[]; current: string | null; done: number; of: number }

// ---- drawing ----

export interface Figure {
  kind: "spectrum" | "tau" | "fit" | "dimension" | "nfd" | "strip" | "series" | "steps" | "damage";
  width: number;
  height: number;
  scale: number;
  theme: "light" | "dark" | "print";
  compact?: boolean;
  title?: boolean;
  checkpoint?: number;
  /** While the selection moves: where it comes from and the share of the way done. */
  from?: { checkpoint: number; done: number };
  sample?: number;
  rulers?: boolean;
  nulls?: boolean;
  number?: "alpha0" | "width" | "emergence" | "nfd";
  series?: string[];
  pending?: { step: number; state: "waiting" | "failed" }[];
  cursor?: { q_index?: number };
  q?: number;
  fit?: FitData;
  axes_only?: boolean;
  message?: string[];
}

export interface Layout {
  plots: { name: string; left: number; top: number; width: number; height: number; x0: number; x1: number; y0: number; y1: number; x_scale: string }[];
  points?: { checkpoint: number; q_index: number; x: number; y: number }[];
  rows?: { checkpoint: number; y: number }[];
  steps?: { checkpoint: number; x: number }[];
}
