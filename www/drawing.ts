// The drawing module (view.wasm), loaded when the page is idle: until then the demo's figures are ready-made SVG.

import type { Checkpoint, Figure, Layout, ResultDocument } from "./protocol";
import { loadWasm, startWasm, type WasmModule } from "./wasm-module";

interface WasmView {
  draw(canvas: HTMLCanvasElement, figure: Figure): Layout;
  svg(figure: Figure): string;
  csv(): string;
  scoresCsv(): string;
  associationsCsv(): string;
  free(): void;
}

interface ViewModule extends WasmModule {
  View: new (document: ResultDocument) => WasmView;
  arrange(records: Checkpoint[]): Checkpoint[];
}

let module: ViewModule | null = null;
let loading: Promise<boolean> | null = null;
const waiting = new Set<(now?: boolean) => void>();

// The shown document and the one before it: a result that is being read and the picture that still stands.
let kept = 2;
/** Documents that the module threw out: told once, not with every frame. */
const refused = new WeakSet<ResultDocument>();
const cache: { document: ResultDocument; view: WasmView }[] = [];

/** Loads the module once; false where it cannot run. */
export function loadDrawing(): Promise<boolean> {
  loading ??= (async () => {
    try {
      const loaded = await loadWasm<ViewModule>("view");
      await startWasm(loaded, "view");
      module = loaded;
      for (const redraw of waiting) redraw();
      return true;
    } catch {
      return false;
    }
  })();
  return loading;
}

export const drawingReady = (): boolean => module !== null;

/** Calls `redraw` whenever everything must be drawn anew: module there, fonts there, theme, device pixels. */
export function onRedraw(redraw: (now?: boolean) => void): () => void {
  waiting.add(redraw);
  return () => waiting.delete(redraw);
}

export function redrawAll(): void {
  for (const redraw of waiting) redraw();
}

/** Before the next line runs: paper has no frames. */
export function redrawNow(): void {
  for (const redraw of waiting) redraw(true);
}

/** The same records, completed: in the order of their series, with the degrees of emergence. */
export function arrange(records: Checkpoint[]): Checkpoint[] {
  return module ? module.arrange(records) : records;
}

/** Whether the module takes the document; true while it is not there to ask. */
export function isDrawable(document: ResultDocument): boolean {
  try {
    if (module) new module.View(document).free();
    return true;
  } catch {
    return false;
  }
}

/** Several documents are shown at once, by elements of a page: each stays, and the one before it. */
export function showDocuments(count: number): void {
  kept = count + 1;
}

export function viewOf(document: ResultDocument): WasmView | null {
  if (!module) return null;
  const at = cache.findIndex((c) => c.document === document);
  if (at >= 0) {
    // The one that was longest not drawn goes first.
    const [known] = cache.splice(at, 1);
    cache.unshift(known!);
    return known!.view;
  }
  if (refused.has(document)) return null;
  refused.add(document); // until the module has taken it
  const view = new module.View(document);
  refused.delete(document);
  cache.unshift({ document, view });
  for (const old of cache.splice(kept)) old.view.free();
  return view;
}
