// The worker of the laboratory: one task after the other, with a module of its own, so that the engine is free meanwhile.

import { lesson, type LessonModule } from "./lab/lesson";
import { explain, rivals, type RivalsModule } from "./lab/rivals";
import { sensitivity, type SensitivityModule } from "./lab/sensitivity";
import type { FromLab, LabTask, ToLab } from "./lab-protocol";
import type { EngineError } from "./protocol";
import { loadWasm, startWasm, type WasmModule } from "./wasm-module";

interface LabModule extends WasmModule, LessonModule, RivalsModule, SensitivityModule {}

const loaded = (async () => {
  const module = await loadWasm<LabModule>("lab");
  await startWasm(module, "lab");
  return module;
})();
loaded.catch(() => undefined); // told with the first task

/** Tasks that are to stop, or never to begin. */
const stopped = new Set<number>();
let busy = Promise.resolve();

const post = (message: FromLab): void => self.postMessage(message);

self.onmessage = ({ data }: MessageEvent<ToLab>): void => {
  if (data.type === "stop") {
    stopped.add(data.request);
    return;
  }
  busy = busy.then(() => run(data.request, data.task));
};

async function run(request: number, task: LabTask): Promise<void> {
  try {
    const module = await loaded;
    const over = (): boolean => stopped.has(request);
    const tell = (data: unknown): void => post({ request, state: "working", data, error: null });
    const data = over() ? null : await perform(module, task, tell, over);
    post({ request, state: over() ? "stopped" : "done", data: over() ? null : data, error: null });
  } catch (error) {
    post({ request, state: "failed", data: null, error: told(error) });
    // A trap poisons the module: the page starts another worker.
    if (error instanceof WebAssembly.RuntimeError) throw error;
  }
}

/** What the task gives at its end; what it tells meanwhile is its own. */
function perform(module: LabModule, task: LabTask, tell: (data: unknown) => void, over: () => boolean): unknown {
  switch (task.kind) {
    case "lesson": return lesson(module, task);
    case "rivals": return rivals(module, task, tell, over);
    case "explain": return explain(module, task);
    case "sensitivity": return sensitivity(module, task, tell, over);
  }
}

function told(error: unknown): EngineError {
  const given = error as Partial<EngineError> & { message?: string; name?: string };
  if (given?.name === "NotReadableError" || given?.name === "NotFoundError" || given?.name === "SecurityError") {
    return { code: "file-changed", file: "", text: "", hint: "" };
  }
  return { code: given?.code ?? "lab", text: given?.text ?? given?.message ?? String(error), file: given?.file ?? "", hint: given?.hint ?? "" };
}
