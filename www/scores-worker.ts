// A worker for benchmark scores: reads their files and compares them with a series, with a module of its own.

import type { Association, EngineError, LocalFile, Score, ScoreRequest } from "./protocol";
import { loadWasm, startWasm, type WasmModule } from "./wasm-module";

export type ToScores =
  | { request: number; type: "read"; files: LocalFile[]; series: string | null; known: Score[] }
  | { request: number; type: "associate"; of: ScoreRequest };

export type FromScores =
  | { request: number; scores: Score[]; errors: EngineError[] }
  | { request: number; associations: Association[] }
  | { request: number; broken: string };

interface ScoreFiles {
  add(path: string, bytes: Uint8Array, series?: string): void;
  finish(): string;
}

interface Module extends WasmModule {
  ScoreFiles: new (known: string) => ScoreFiles;
  associate(request: string): string;
}

/** Larger files are not brought into memory; the module tells the exact limit. */
const MOST_BYTES = 64e6;

const loaded = (async () => {
  const module = await loadWasm<Module>("scores");
  await startWasm(module, "scores");
  return module;
})();
loaded.catch(() => undefined); // told with the first request

const post = (message: FromScores): void => self.postMessage(message);

/** One after the other. */
let busy = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<ToScores>): void => {
  busy = busy.then(() => answer(data)).catch((error: unknown) => {
    post({ request: data.request, broken: error instanceof Error ? error.message : String(error) });
  });
};

async function answer(asked: ToScores): Promise<void> {
  const module = await loaded;
  const { request } = asked;
  if (asked.type === "associate") {
    return post({ request, associations: JSON.parse(module.associate(JSON.stringify(asked.of))) as Association[] });
  }
  const files = new module.ScoreFiles(JSON.stringify(asked.known));
  const errors: EngineError[] = [];
  for (const { path, file } of asked.files) {
    try {
      const bytes = new Uint8Array(await file.slice(0, MOST_BYTES).arrayBuffer());
      files.add(path, bytes, asked.series ?? undefined);
    } catch (error) {
      errors.push(told(error, file.name));
    }
  }
  post({ request, scores: JSON.parse(files.finish()) as Score[], errors });
}

/** What the module threw, or what the browser says of a file that is gone. */
function told(error: unknown, file: string): EngineError {
  const { code, text, hint } = error as Partial<EngineError>;
  if (code && text) return { code, text, file, hint: hint ?? "" };
  if (error instanceof WebAssembly.RuntimeError) throw error;
  return { code: "file-changed", text: "", file, hint: "" };
}
