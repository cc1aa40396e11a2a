// The stored demo: a cut result document and its figures as ready-made SVG, so that the first view needs no Wasm.

import type { ResultDocument } from "./protocol";
import type { Theme } from "./hash";

/** Words about the demo that no document holds, beside its document. */
export interface DemoFile extends ResultDocument {
  demo?: { deck?: { wide: string; phone: string }; checkpoints?: { path: string; bytes: number }[]; figures?: string[] };
}

export class DemoFigures {
  private readonly found = new Map<string, SVGSVGElement>();

  get(name: string): SVGSVGElement | null {
    return this.found.get(name) ?? null;
  }

  /** `text` is one SVG whose children with `data-figure` are figures, or one figure, the spectrum. */
  take(text: string): void {
    const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    if (root.nodeName !== "svg") return;
    // Only drawings: whatever could load or run is thrown away.
    for (const bad of root.querySelectorAll("script, foreignObject, image, use, a, style")) bad.remove();
    const parts = [...root.querySelectorAll<SVGSVGElement>("svg[data-figure]")];
    const list: [string, SVGSVGElement][] = parts.length ? parts.map((p) => [p.dataset["figure"]!, p]) : [["spectrum", root as unknown as SVGSVGElement]];
    for (const [name, svg] of list) {
      const own = document.importNode(svg, true);
      own.setAttribute("aria-hidden", "true");
      own.removeAttribute("x");
      own.removeAttribute("y");
      this.found.set(name, own);
    }
  }
}

const at = (path: string): URL => new URL(`demo/${path}`, document.baseURI);

/** A file of the demo; null where the site does not give it. */
export async function fetched(path: string): Promise<Response | null> {
  try {
    const response = await fetch(at(path));
    return response.ok ? response : null;
  } catch {
    return null;
  }
}

export async function firstView(phone: boolean, theme: Theme, figures: DemoFigures): Promise<DemoFile | null> {
  const [json, svg] = await Promise.all([fetched("first-view.json"), fetched(`first-view-${phone ? "phone" : "wide"}-${theme}.svg`)]);
  if (svg) figures.take(await svg.text());
  return json ? await json.json() as DemoFile : null;
}

/** Everything that the cut document leaves out. */
export async function wholeResult(): Promise<ResultDocument | null> {
  const response = await fetched("result.json");
  return response ? await response.json() as ResultDocument : null;
}

/** The checkpoints of the demo as files: the names follow from the document. */
export async function demoFiles(demo: DemoFile): Promise<File[]> {
  const list = demo.demo?.checkpoints?.map((c) => c.path) ?? demo.checkpoints.flatMap((c) => c.files.map((f) => f.name));
  const files: File[] = [];
  for (const path of list) {
    const response = await fetched(`checkpoints/${path}`);
    if (!response) throw new Error(path);
    files.push(new File([await response.blob()], path));
  }
  return files;
}
