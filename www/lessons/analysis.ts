// Analyses of the demo's checkpoints for a lesson: by an engine of its own, one after the other, each once.

import { fetched } from "../demo";
import { EngineClient } from "../engine-client";
import { DEFAULTS } from "../hash";
import type { Checkpoint, FromWorker, InputFile, Options } from "../protocol";
import { canAnalyse } from "../support";

const known = new Map<string, Promise<Checkpoint>>();
let busy: Promise<unknown> = Promise.resolve();
let client: EngineClient | null = null;
let take: (message: FromWorker) => void = () => undefined;

/** The demo's checkpoint of this step under other options than the usual ones. */
export function analysed(step: number, changes: Partial<Options>): Promise<Checkpoint> {
  const key = JSON.stringify([step, changes]);
  const found = known.get(key) ?? after(() => analyse(step, { ...DEFAULTS, ...changes }));
  known.set(key, found);
  // What failed may be asked for again.
  found.catch(() => known.delete(key));
  return found;
}

/** Ends the engine; what is being computed is given up. */
export function release(): void {
  client?.end();
  client = null;
  take({ type: "trap", text: "The lesson was left.", where: "" });
}

function after(work: () => Promise<Checkpoint>): Promise<Checkpoint> {
  const next = busy.then(work);
  busy = next.catch(() => undefined);
  return next;
}

async function analyse(step: number, options: Options): Promise<Checkpoint> {
  if (!canAnalyse()) throw new Error("This browser lacks WebAssembly SIMD or module workers.");
  const file = await checkpointFile(step);
  // One thread: small work, and the same numbers everywhere.
  client ??= new EngineClient({ ready: () => undefined, message: (message) => take(message) }, () => 1);
  const own = client;
  return new Promise((resolve, reject) => {
    take = (message) => {
      if (message.type === "document" && message.final) resolve(message.document.checkpoints[0]!);
      if (message.type === "failed") reject(new Error(message.error.text));
      if (message.type === "trap") reject(new Error(message.text));
    };
    own.run({ files: [file], join: null }, options, false);
  });
}

async function checkpointFile(step: number): Promise<InputFile> {
  const path = `step${step}.safetensors`;
  const response = await fetched(`checkpoints/${path}`);
  if (!response) throw new Error("The demo\u2019s files did not load.");
  return { path, file: new File([await response.blob()], path) };
}
