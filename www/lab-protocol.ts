// What the page asks of the laboratory, and what it answers. Types only.

import type { EngineError, Options, SensitivityAxis, SensitivityPoint } from "./protocol";
import type { LessonAsk } from "./read/protocol";

/** The weights of a checkpoint: what the reader knows of its tensors, and the files that hold them by their numbers. */
export interface Weights { network: Uint8Array; files: { id: number; file: File }[] }

/** One thing to do. Each has a module of its own in `www/lab/`. */
export type LabTask = LessonAsk | SensitivityTask;

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
