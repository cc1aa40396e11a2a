// The matrices of a checkpoint by linear algebra, and how much of E simple numbers explain.

import type { ExplainTask, RivalsProgress, RivalsTask } from "../lab-protocol";
import type { Explained, Options, Plan, Rivals } from "../protocol";
import { Reading } from "../reading";

interface WasmRivals {
  plan(options: Options, largest: number): Plan;
  feed(bytes: Uint8Array): void;
  finish(): Rivals;
  free(): void;
}

export interface RivalsModule {
  Rivals: new (network: Uint8Array) => WasmRivals;
  explain(checkpoints: ExplainTask["checkpoints"]): Explained[];
}

/** Starts its worker when something is first read. */
let reading: Reading | null = null;

/** Reads and measures. Null where it was stopped. */
export async function rivals(module: RivalsModule, { weights, options, largest }: RivalsTask, tell: (progress: RivalsProgress) => void, over: () => boolean): Promise<Rivals | null> {
  const running = new module.Rivals(weights.network);
  try {
    const plan = running.plan(options, largest);
    const files = new Map(weights.files.map(({ id, file }) => [id, file]));
    const slices = plan.reads.map(({ file, offset, length }) => ({ file: files.get(file)!, offset, length }));
    let read = 0;
    for await (const part of (reading ??= new Reading()).read(slices)) {
      // The message that stops is heard between two parts.
      await new Promise((resolve) => setTimeout(resolve));
      if (over()) return null;
      tell({ read, of: plan.bytes });
      running.feed(part);
      read += part.length;
    }
    return running.finish();
  } finally {
    running.free();
  }
}

export function explain(module: RivalsModule, { checkpoints }: ExplainTask): Explained[] {
  return module.explain(checkpoints);
}
