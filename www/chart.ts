// One figure: a canvas whose space is reserved by the style sheet, drawn when its size, its data or the theme change.

import { beside } from "./beside";
import { h } from "./dom";
import { drawingReady, onRedraw, viewOf } from "./drawing";
import type { Figure, Layout, ResultDocument } from "./protocol";
import { themeAt } from "./theme";

export type FigureParts = Omit<Figure, "width" | "height" | "scale" | "theme">;

export interface ChartSource {
  /** The document and what to draw of it; null leaves the chart empty. */
  figure(): { document: ResultDocument; parts: FigureParts } | null;
  /** A ready-made drawing for the time before the module is there. */
  fallback?(): SVGSVGElement | null;
  drawn?(layout: Layout): void;
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

  constructor(name: string, private readonly source: ChartSource) {
    this.root = h(`div.chart.${name}` as "div.chart");
    this.root.append(this.canvas);
    this.observer = new ResizeObserver(() => this.update());
    this.observer.observe(this.root);
    this.forget = onRedraw((now) => (now ? this.draw() : this.update()));
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
    this.forget();
  }

  /** The figure as it would be drawn now, for export and for the layout. */
  current(): { document: ResultDocument; figure: Figure } | null {
    const found = this.source.figure();
    const width = this.root.clientWidth;
    const height = this.root.clientHeight;
    if (!found || width < 8 || height < 8) return null;
    return { document: found.document, figure: { ...found.parts, null: beside(), width, height, scale: devicePixelRatio || 1, theme: themeAt(this.root) } };
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
