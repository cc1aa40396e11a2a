// The page's side of the laboratory: starts its worker when something is first asked of it, and a new one after a trap.

import type { FromLab, LabState, LabTask, ToLab } from "./lab-protocol";
import type { EngineError } from "./protocol";
import { startWorker } from "./start-worker";

/** Told of a task as it goes on; `data` is the task's own. */
export type TellLab = (state: LabState, data: unknown, error: EngineError | null) => void;

let worker: Worker | null = null;
let last = 0;
const waiting = new Map<number, TellLab>();

/** Begins a task; the answer stops it. */
export function lab(task: LabTask, tell: TellLab): () => void {
  const request = (last += 1);
  waiting.set(request, tell);
  send({ type: "task", request, task });
  return () => {
    if (!waiting.delete(request)) return;
    send({ type: "stop", request });
    tell("stopped", null, null);
  };
}

function send(message: ToLab): void {
  worker ??= started();
  worker.postMessage(message);
}

function started(): Worker {
  const own = startWorker("lab-worker.js");
  own.onmessage = ({ data }: MessageEvent<FromLab>) => {
    const tell = waiting.get(data.request);
    if (data.state !== "working") waiting.delete(data.request);
    tell?.(data.state, data.data, data.error);
  };
  own.onerror = (event) => {
    event.preventDefault();
    if (worker === own) worker = null;
    own.terminate();
    const error: EngineError = { code: "lab", text: event.message || "The worker did not start.", file: "", hint: "Try it again." };
    for (const [request, tell] of [...waiting]) {
      waiting.delete(request);
      tell("failed", null, error);
    }
  };
  return own;
}
