// What the analysis needs of a browser. The demo needs none of it.

// The smallest module with a SIMD instruction: one function that returns i8x16.splat(0).
const SIMD = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11]);

/** Whether this browser runs Wasm with SIMD. */
export function simd(): boolean {
  try {
    return typeof WebAssembly === "object" && WebAssembly.validate(SIMD);
  } catch {
    return false;
  }
}

/** Whether workers may be modules: the browser tells by reading the option. */
export function moduleWorkers(): boolean {
  let asked = false;
  const probe = { get type(): "module" { asked = true; return "module"; } };
  try {
    // An empty data URL never runs anything; where the policy refuses it, the option was read before.
    const url = URL.createObjectURL(new Blob([""], { type: "text/javascript" }));
    new Worker(url, probe).terminate();
    URL.revokeObjectURL(url);
  } catch { /* the answer is in `asked` */ }
  return asked;
}

export function canAnalyse(): boolean {
  return typeof Worker === "function" && simd() && moduleWorkers();
}
