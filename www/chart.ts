// One figure: a canvas whose space is reserved by the style sheet, drawn when its size, its data or the theme change.

import { beside } from "./beside";
import { h } from "./dom";
import { drawingReady, onRedraw, viewOf } from "./drawing";
import { forcedColors } from "./forced";
import type { Figure, Layout, ResultDocument } from "./protocol";
import { themeAt } from "./theme";

export type FigureParts = Omit<Figure, "width" | "height" | "scale" | "theme" | "system">;

/** Figures whose checkpoints have places: the pointer, a finger and arrow keys read them. */
const READ: ReadonlySet<Figure["kind"]> = new Set(["series", "path", "sizes", "damage", "rivals", "scatter", "scores-normalised", "nfd-steps"]);

/** What follows the pointer over a figure; see cursor.ts. */
export interface Cursor { near(event: PointerEvent): void; drawn(): void; destroy(): void }

export interface ChartSource {
  /** The document and what to draw of it; null leaves the chart empty. */
  figure(): { document: ResultDocument; parts: FigureParts } | null;
  /** A ready-made drawing for the time before the module is there. */
  fallback?(): SVGSVGElement | null;
  drawn?(layout: Layout): void;
  /** Does without a cursor of its own. */
  still?: boolean;
}

export class Chart {
  readonly root: HTMLElement;
  readonly canvas = h("canvas", { "aria-hidden": "true" });
  layout: Layout | null = null;
  private readonly observer: ResizeObserver;
  private readonly forget: () => void;
  private frame = 0;
  private standIn: SVGSVGElement | null = null;
  private dead = false;
  private cursor: Cursor | null = null;

  constructor(name: string, private readonly source: ChartSource) {
    this.root = h(`div.chart.${name}` as "div.chart");
    this.root.append(this.canvas);
    this.observer = new ResizeObserver(() => this.update());
    this.observer.observe(this.root);
    this.forget = onRedraw((now) => (now ? this.draw() : this.update()));
    for (const kind of ["pointerenter", "focusin"]) this.root.addEventListener(kind, (event) => this.read(event));
  }

  /** Loads the cursor when somebody first comes to read the figure. */
  private read(event: Event): void {
    const kind = this.source.figure()?.parts.kind;
    if (this.cursor || this.dead || this.source.still || !kind || !READ.has(kind)) return;
    const none = (): void => undefined;
    this.cursor = { near: none, drawn: none, destroy: none };
    void import("./cursor").then(({ readCursor }) => {
      if (this.dead) return;
      this.cursor = readCursor(this);
      if (event instanceof PointerEvent) this.cursor.near(event);
    }, () => { this.cursor = null; });
  }

  /** Draws with the next frame, once however often it is asked. */
  update(): void {
    if (this.frame || this.dead) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  destroy(): void {
    this.dead = true;
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    this.cursor?.destroy();
    this.forget();
  }

  /** The figure as it would be drawn now, for export and for the layout. */
  current(): { document: ResultDocument; figure: Figure } | null {
    const found = this.source.figure();
    const width = this.root.clientWidth;
    const height = this.root.clientHeight;
    if (!found || width < 8 || height < 8) return null;
    const system = forcedColors();
    return { document: found.document, figure: { ...found.parts, null: beside(), width, height, scale: devicePixelRatio || 1, ...(system ? { theme: "forced", system } : { theme: themeAt(this.root) }) } };
  }

  private draw(): void {
    if (!drawingReady()) return this.showStandIn();
    const now = this.current();
    if (!now) {
      this.canvas.getContext("2d")?.clearRect(0, 0, this.canvas.width, this.canvas.height);
      this.layout = null;
      return;
    }
    try {
      const view = viewOf(now.document);
      if (!view) return;
      this.layout = view.draw(this.canvas, now.figure);
      this.standIn?.remove();
      this.standIn = null;
      this.source.drawn?.(this.layout);
      this.cursor?.drawn();
    } catch (error) {
      // A figure that cannot be drawn leaves its table; it must not take the page along.
      console.error(error);
      this.layout = null;
    }
  }

  private showStandIn(): void {
    const svg = this.source.fallback?.() ?? null;
    if (svg === this.standIn) return;
    this.standIn?.remove();
    this.standIn = svg;
    if (svg) this.root.append(svg);
  }
}
