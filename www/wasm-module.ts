// Loads a Wasm module by its name, on the page and in workers.

import { addressOf } from "./addresses";

/** What every module exports; it must be called once before anything else of it. */
export interface WasmModule<T = unknown> {
  default(options: { module_or_path: string; memory?: WebAssembly.Memory }): Promise<T>;
}

/** The script of a module; nothing of it runs before `start`. */
export async function loadWasm<M extends WasmModule>(name: string): Promise<M> {
  // Not for bundlers: the address is known when it runs.
  return await import(/* webpackIgnore: true */ /* @vite-ignore */ addressOf(`wasm/${name}.js`)) as M;
}

/** Fetches and starts the code itself, over a given memory if it is to be shared. */
export function startWasm<T>(module: WasmModule<T>, name: string, memory?: WebAssembly.Memory): Promise<T> {
  return module.default({ module_or_path: addressOf(`wasm/${name}_bg.wasm`), ...(memory ? { memory } : {}) });
}
