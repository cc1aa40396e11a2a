// Sensitivities in the laboratory: point by point, of the baseline and of the checkpoint, told as they arrive.

import type { SensitivityFound, SensitivityTask, Weights } from "../lab-protocol";
import type { SensitivityAxis, SensitivityPoint } from "../protocol";
import { Reading } from "../reading";

interface Found { sensitivity: SensitivityAxis[]; quirks: SensitivityPoint[] }

/** The points of one checkpoint. */
interface Job {
  points(): number;
  done(): number;
  begin(): { reads: { file: number; offset: number; length: number }[] } | null;
  feed(bytes: Uint8Array): void;
  finish(): void;
  /** How many shuffles of the point are missing. */
  shuffle(count: number): number;
  axes(): Found;
  axesAgainst(baseline: Job): Found;
  free(): void;
}

export interface SensitivityModule { Sensitivity: new (network: Uint8Array, options: object, axes: string[], samples: number) => Job }

/** Shuffles are computed so long between two looks at the messages. */
const BATCH_MS = 50;

let reading: Reading | null = null;

export async function sensitivity(module: SensitivityModule, task: SensitivityTask, tell: (found: SensitivityFound) => void, over: () => boolean): Promise<void> {
  const job = ({ network }: Weights): Job => new module.Sensitivity(network, task.options, task.axes, task.samples);
  const own = job(task.checkpoint);
  const base = task.baseline && job(task.baseline);
  try {
    while (own.done() < own.points()) {
      if (base && task.baseline) await point(base, task.baseline, over);
      if (!over()) await point(own, task.checkpoint, over);
      if (over()) return;
      tell({ done: own.done(), points: own.points(), ...(base ? own.axesAgainst(base) : own.axes()) });
    }
  } finally {
    own.free();
    base?.free();
  }
}

async function point(job: Job, weights: Weights, over: () => boolean): Promise<void> {
  const plan = job.begin();
  if (plan) {
    const file = (id: number): File => weights.files.find((known) => known.id === id)!.file;
    const slices = plan.reads.map((read) => ({ file: file(read.file), offset: read.offset, length: read.length }));
    reading ??= new Reading();
    for await (const part of reading.read(slices)) {
      if (over()) return;
      job.feed(part);
    }
    job.finish();
  }
  for (let missing = Infinity; missing > 0;) {
    const until = performance.now() + BATCH_MS;
    while (missing > 0 && performance.now() < until) missing = job.shuffle(1);
    // A message that stops the task is taken in between.
    await new Promise((resolve) => setTimeout(resolve));
    if (over()) return;
  }
}
