// What the page asks of the laboratory, and what it answers. Types only.

import type { Checkpoint, EngineError, Null, Options, Rivals, SensitivityAxis, SensitivityPoint } from "./protocol";
import type { LessonAsk } from "./read/protocol";

/** The weights of a checkpoint: what the reader knows of its tensors, and the files that hold them by their numbers. */
export interface Weights { network: Uint8Array; files: { id: number; file: File }[] }

/** One thing to do. Each has a module of its own in `www/lab/`. */
export type LabTask = LessonAsk | RivalsTask | ExplainTask | SensitivityTask;

/** The matrices of a checkpoint; the last answer is `Rivals`, those before it how many bytes of how many were read. */
export interface RivalsTask { kind: "rivals"; weights: Weights; options: Options; largest: number }
export interface RivalsProgress { read: number; of: number }

/** How much of E simple numbers explain: `Explained[]`. */
export interface ExplainTask { kind: "explain"; checkpoints: Contender[] }
export type Contender = Pick<Checkpoint, "series" | "step" | "emergence" | "baselines">
  & { nulls: Pick<Null, "kind" | "alpha0" | "width" | "emergence">[]; rivals?: Pick<Rivals, "mean" | "shuffled"> };

/** What is told of a task while it goes on; the last one is `done`, `stopped` or `failed`. */
export type LabState = "working" | "done" | "stopped" | "failed";

export type ToLab =
  | { type: "task"; request: number; task: LabTask }
  | { type: "stop"; request: number };

export interface FromLab { request: number; state: LabState; data: unknown; error: EngineError | null }

/** One option varied at a time. E counts from the baseline under the same option. */
export interface SensitivityTask {
  kind: "sensitivity";
  checkpoint: Weights;
  baseline: Weights | null;
  options: Options;
  /** `threshold`, `layer-sample`, `q`, `minimum-degree`, `rounding`, `scale`, `distance`, `quirks`. */
  axes: string[];
  /** Shuffles of each point. */
  samples: number;
}

/** What is there of them so far. */
export interface SensitivityFound { done: number; points: number; sensitivity: SensitivityAxis[]; quirks: SensitivityPoint[] }
