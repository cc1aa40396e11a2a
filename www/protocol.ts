// What crosses a boundary: the result document (interfaces.md), the engine's answers, and the messages between the
// page and its worker. Types only; nothing here runs.

import type { Weights } from "./lab-protocol";
import type { RemoteFile } from "./remote/protocol";

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
  /** Rows of a sampled network: drawn one by one, as published, or in short runs. Absent in documents where it is the former. */
  rows?: "random" | "strips";
  threshold: number;
  nfd_threshold: number;
  q_min: number;
  q_max: number;
  q_step: number;
  filter: number;
  /** Length of the paths that are followed in a sampled network. */
  hops: number;
  /** What joins the layers of a block beside its weights. Absent in documents where it is the original. */
  interconnect?: "original" | "serial" | "true";
  /** Absent, as the next ones, in documents where they are the usual ones: 10, nearest, those of the mode. */
  minimum_degree?: number;
  rounding?: "halves" | "nearest" | "up" | "twos";
  differences?: "central" | "forward";
  tie?: "first" | "second";
  /** How long an edge is. Absent in documents where it is 1/|w|. */
  distance?: "inverse" | "scaled";
  null: string[];
  null_samples: number;
  /** How the null model `initialisation` draws weights. Absent in documents where the architecture says it. */
  initialisation?: Scheme;
  /** Resamples of the neurons of a whole network. Absent in documents without. */
  bootstrap?: number;
}

export type Scheme = "auto" | "small-wang" | "scaled-normal" | "normal" | "xavier" | "kaiming";

export type DamageKind = "noise" | "prune" | "rewire" | "quantise";

/** All that was done to the weights up to a round; its unit is that of the kind. */
export interface Damage { kind: DamageKind; amount: number; round: number; seed: number }

export interface Warning { code: string; text: string; remedy?: string }

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

/** A number less the mean of a null model's, with its 95 % interval. */
export interface Excess { value: number; interval: [number, number] }

export interface Null {
  kind: string;
  /** Of `initialisation`. */
  scheme?: string;
  samples: number;
  /** Absent in older documents, likewise the sentence. */
  difference?: { alpha0: Excess | null; width: Excess | null; emergence: Excess | null };
  text?: string;
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

/** The spectrum of one group alone; its null models have no curves. Older documents have none. */
export interface Group {
  name: string;
  neurons_kept: number;
  diameter: Maybe;
  alpha0: Maybe;
  width: Maybe;
  asymmetry: Maybe;
  alpha: Maybe[];
  f: Maybe[];
  nulls: { kind: string; samples: number; alpha0: Maybe; alpha0_interval: [number, number] | null; width: Maybe; width_interval: [number, number] | null; width_values: Maybe[] }[];
}

export interface Histogram { from: number; to: number; counts: number[] }

export interface Layer {
  name: string;
  tensors: string[];
  neurons: number;
  edges_per_neuron: number;
  kept: number;
  mean_abs_weight?: Maybe;
}

/** What was measured to tell whether the numbers can be read as they stand. */
export interface Validity {
  fit: { lowest: number; lowest_at: number; median: number } | null;
  radii: { count: number; smallest: number; largest: number } | null;
  /** D(q), α₀ at q = 0, over the shorter half of lengths, the longer one, and all. */
  slopes: { q: number; lower: number; upper: number; whole: number }[];
  largest_alpha_rise: Maybe;
  largest_f: Maybe;
  /** Neurons that the smallest q rests on. */
  carried: { q: number; radius: number; neurons: number; of: number } | null;
  kept_share: Maybe;
  worst_group: { name: string; share: number } | null;
  zero_share: Maybe;
  repeated: { name: string; values: number; distinct: number } | null;
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
  uncertainty?: { over: "samples" | "neurons"; count: number; alpha0_interval: Interval; width_interval: Interval; emergence_interval?: Interval };
  nulls: Null[];
  groups?: Group[];
  nfd: { mean: Maybe; median: Maybe; sd: Maybe; min: Maybe; max: Maybe; histogram: Histogram; layers: { name: string; mean: Maybe; median?: Maybe; sd?: Maybe }[] };
  baselines?: { mean_abs_weight: Maybe; mean_weighted_degree: Maybe };
  warnings: Warning[];
  /** What the warnings were decided by; absent from documents of older versions and from published numbers. */
  validity?: Validity;
  emergence: Maybe;
  /** Name of the series; absent for the only one, and for one without a name. */
  series?: string | null;
  /** Whether the user chose that the degrees of emergence of the series count from here. */
  is_baseline?: boolean;
  /** Absent where nothing was done. */
  damage?: Damage;
  /** What linear algebra says of the matrices; absent where it was not asked for. */
  rivals?: Rivals;
  /** Numbers under other options, and what the published code does otherwise; absent where nobody asked. */
  sensitivity?: SensitivityAxis[];
  quirks?: SensitivityPoint[];
  /** In a document of some layers that `merge` can join; its sums are of no use here. */
  part?: { layers_of_all: number };
}

export interface SpectralMeans { spectral_norm: Maybe; stable_rank: Maybe; alpha: Maybe }

/** One number of a checkpoint for each that linear algebra has of its matrices, and the same of permuted entries. */
export interface Rivals {
  mean: SpectralMeans;
  shuffles: number;
  shuffled: SpectralMeans;
  shuffled_range: { [K in keyof SpectralMeans]: Interval };
  matrices: (SpectralMeans & { group: string; tensor: string; outputs: number; inputs: number; slices: number; x_min: Maybe; distance: Maybe; tail: Maybe; eigenvalues: number; shuffled: SpectralMeans & { distance: Maybe; tail: Maybe } })[];
  largest_matrix: number;
  too_large: string[];
  /** What is left out; empty where nothing is. */
  text: string;
}

/** How much of E one simple number explains, alone. */
export interface Explained {
  series?: string;
  rival: "log_step" | "shuffled_emergence" | "mean_abs_weight" | "mean_weighted_degree" | keyof SpectralMeans;
  n: number;
  r_squared: Maybe;
  residual: Maybe;
  pearson: Maybe;
  spearman: Maybe;
  /** 95 of 100 random orders explain less. */
  chance: Maybe;
  /** The same number of permuted matrices. */
  shuffled: Maybe;
  text: string;
}

/** One option varied, all others as they are. */
export interface SensitivityAxis { axis: string; points: SensitivityPoint[] }

/** The numbers under one setting, and those of shuffles under the same. */
export interface SensitivityPoint {
  value: number | string;
  text?: string;
  is_present: boolean;
  alpha0: Maybe;
  width: Maybe;
  emergence: Maybe;
  neurons_kept: number;
  null: {
    samples: number;
    alpha0: Maybe;
    alpha0_interval: [number, number] | null;
    width: Maybe;
    width_interval: [number, number] | null;
    emergence: Maybe;
    emergence_interval: [number, number] | null;
  } | null;
}

export interface Score { metric: string; values: { step: number; value: number }[]; series?: string }

export type Quantity = "emergence" | "excess_width" | "width" | "alpha0";

type Interval = [low: number, high: number] | null;

export interface Coefficients { pearson: Maybe; spearman: Maybe }

/** Correlation of a number of the checkpoints and a metric, over checkpoints that have both. */
export interface Correlations {
  n: number;
  pearson: Maybe;
  pearson_interval: Interval;
  spearman: Maybe;
  spearman_interval: Interval;
  /** Given log(1 + step). */
  partial_pearson: Maybe;
  partial_pearson_interval?: Interval;
  /** The metric and log(1 + step) alone. */
  log_step: Coefficients;
  /** The metric and the same number of the shuffles. */
  shuffled?: Coefficients | null;
}

export interface Association extends Correlations {
  series?: string;
  metric: string;
  quantity: Quantity;
  late: (Correlations & { from_step: number }) | null;
  steps_without_checkpoint: number;
  checkpoints_without_score: number;
  /** What the numbers show and what they do not. */
  text: string;
}

/** What the module needs to compare scores with a series. */
export interface ScoreRequest {
  checkpoints: (Pick<Checkpoint, "series" | "step" | "mean" | "emergence"> & { nulls: Pick<Null, "kind" | "alpha0" | "width" | "emergence">[] })[];
  scores: Score[];
  late_from: Maybe;
}

export interface ResultDocument {
  schema: "neuromfa-result/1";
  tool: { name: string; version: string };
  options: Options;
  checkpoints: Checkpoint[];
  scores: Score[];
  associations?: Association[];
  explained?: Explained[];
}

// ---- the engine ----

export interface EngineError { code: string; text: string; file: string; hint: string }

export interface Found {
  id: number;
  /** No two checkpoints of the page have the same: the worker tells them apart. */
  name: string;
  step: Maybe;
  /** The folder that it is a series with, or the series that it joined; also where that is the only one. */
  series: string | null;
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

/** A number and the same of both checkpoints shuffled: the mean over the pairs and 95 % of them. */
export interface Measure { value: Maybe; shuffled: Maybe; shuffled_interval: [number, number] | null }

export interface Change { before: Maybe; after: Maybe; change: Measure }

export interface NeuronChange { group: string; neuron: number; before: number; after: number; change: Measure; edges_before: number; edges_after: number }

/** What changed in a group; without a name in all of them. */
export interface Difference {
  name: string | null;
  neurons: number;
  alpha0: Change;
  width: Change;
  distance: Measure;
  shift: Measure;
  shape: Measure;
  nfd: Change;
  rank_correlation: Measure;
  gains: NeuronChange[];
  losses: NeuronChange[];
}

/** Two checkpoints: what `neuromfa compare --json` prints too. */
export interface Comparison { shuffled_pairs: number; whole: Difference; groups: Difference[] }

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

/** A file of this computer, or one on another site. */
export interface InputFile { path: string; file: File | RemoteFile }

export interface LocalFile extends InputFile { file: File }

/** What came at once, and the series that files among it join: those that are in no folder with several checkpoints. */
export interface Dropped { files: InputFile[]; join: string | null }

export interface EngineState {
  flavour: "threads" | "single";
  threads: number;
  isolated: boolean;
  /** Largest memory that the browser granted, in MiB; null where the module made its own. */
  memory: number | null;
}

export type ToWorker =
  | { type: "start"; threads: number | null }
  /** Comes with a port of a worker that reads from other sites, by which its files are read; without one where that has ended. */
  | { type: "remote"; worker: number }
  | { type: "job"; job: number; drops: Dropped[]; options: Options; add: boolean; done: Checkpoint[]; join: string | null; selected: string | null; wishes: Wishes; paused: boolean }
  | { type: "resume"; job: number; names: string[]; selected: string | null }
  | { type: "hide"; names: string[] }
  | { type: "wishes"; job: number; wishes: Wishes; selected: string | null }
  | { type: "wiring"; request: number; name: string }
  /** What the laboratory needs of a checkpoint. */
  | { type: "weights"; request: number; name: string }
  | { type: "options"; job: number; options: Options; selected: string | null }
  | { type: "select"; name: string }
  | { type: "cancel"; job: number }
  | { type: "compare"; request: number; before: string; after: string }
  /** Damages a checkpoint in memory; E counts from `first` if there is one. */
  | { type: "damage"; request: number; name: string; wish: DamageWish; first: Checkpoint | null }
  | { type: "stop-damage"; request: number }
  | { type: "fit"; request: number; name: string; sample: number; q: number };

export type FromWorker =
  | ({ type: "ready" } & EngineState)
  /** `known`: those that are here already, and are not read. */
  | { type: "found"; job: number; drop: Drop; known: string[] }
  | { type: "reading"; job: number; id: number; name: string; bytes: number; of: number; label: string }
  | { type: "checkpoint"; job: number; id: number; name: string }
  | { type: "failed"; job: number; id: number | null; error: EngineError }
  | { type: "document"; job: number; document: ResultDocument; nulls: NullProgress; final: boolean; memory: number }
  | { type: "nulls"; job: number; nulls: NullProgress }
  | { type: "cancelled"; job: number }
  | { type: "damage"; request: number; progress: DamageProgress }
  | { type: "fit"; request: number; data: FitData | null }
  | { type: "comparison"; request: number; data: Comparison | null; refused: string; final: boolean }
  | { type: "wiring"; request: number; data: WiringData | null }
  | { type: "weights"; request: number; data: Weights | null }
  | { type: "refound"; job: number; found: Found }
  | { type: "rereading"; job: number; checkpoints: Found[] }
  | { type: "refused"; job: number }
  | { type: "trap"; text: string; where: string };

/** Names of the checkpoints whose null samples are not complete, and how far the current one is. */
export interface NullProgress { waiting: string[]; current: string | null; done: number; of: number }

// ---- drawing ----

/** Red, green and blue of what CSS calls Canvas, CanvasText, GrayText and Highlight. */
export interface SystemColors { canvas: [number, number, number]; text: [number, number, number]; gray: [number, number, number]; highlight: [number, number, number] }

export interface Figure {
  kind: "spectrum" | "tau" | "fit" | "dimension" | "nfd" | "strip" | "series" | "steps"
    | "path" | "scores-normalised" | "radar" | "scatter" | "groups" | "heat" | "nfd-steps" | "sizes" | "damage" | "rivals" | "sensitivity" | "published" | "lesson";
  width: number;
  height: number;
  scale: number;
  theme: "light" | "dark" | "print" | "forced";
  /** `forced`: what it draws with. */
  system?: SystemColors;
  /** Leaves the ground clear. */
  transparent?: boolean;
  compact?: boolean;
  title?: boolean;
  checkpoint?: number;
  /** While the selection moves: where it comes from and the share of the way done. */
  from?: { checkpoint: number; done: number };
  /** Checkpoints that are drawn in front and named, each with a dash of its own. */
  pinned?: number[];
  sample?: number;
  rulers?: boolean;
  nulls?: boolean;
  /** The kind of null model that is drawn; shuffles where there is none of it. */
  null?: string;
  /** `strip`, `scatter`, `heat`. */
  number?: "alpha0" | "width" | "emergence" | "nfd" | "excess_width" | "asymmetry";
  /** Charts of `series`, lines of `scores-normalised`, axes of `radar`: numbers, or `score:NAME`. */
  series?: string[];
  /** `scatter`. */
  metric?: string;
  late_from?: number;
  /** `heat`: its rows. */
  by?: "groups" | "blocks";
  /** `groups`: the one that is opened. */
  group?: number;
  /** The axis of steps. */
  x?: "log" | "linear";
  pending?: { step: number; state: "waiting" | "failed" }[];
  cursor?: { q_index?: number };
  q?: number;
  fit?: FitData;
  /** `lesson`: points as they are drawn. */
  lesson?: { x: string; lines: { style: "dots" | "curve" | "exact" | "before" | "chance" | "bars"; name: string; x: number[]; y: number[] }[] };
  domain?: { x?: [number, number]; y?: [number, number] };
  axes_only?: boolean;
  message?: string[];
}

export interface Layout {
  plots: { name: string; left: number; top: number; width: number; height: number; x0: number; x1: number; y0: number; y1: number; x_scale: string }[];
  points?: { checkpoint: number; q_index: number; x: number; y: number }[];
  rows?: { checkpoint: number; y: number }[];
  steps?: { checkpoint: number; x: number }[];
  marks?: { checkpoint: number; x: number; y: number }[];
  cells?: { checkpoint: number; row: number; left: number; top: number; width: number; height: number; value: Maybe }[];
  /** What the figure shows, in a sentence. */
  summary?: string;
  /** Why nothing is drawn but axes, and what helps. */
  nothing?: string[];
}
