// The large figure: the chart, one cursor for pointer, touch and keys, its readout, and its words for those who listen.

import { Chart, type ChartSource, type FigureParts } from "./chart";
import { debounce, fill, h, icon, reducedMotion, symbol } from "./dom";
import type { FigureTools } from "./figure-tools";
import { fixed } from "./format";
import { current, type Choosing, type Model } from "./model";
import type { Checkpoint } from "./protocol";
import { shuffleOf } from "./verdict";
import { capital, label, spectrumSummary } from "./words";

const MOVE_MS = 180;

export class SpectrumFigure {
  readonly root: HTMLElement;
  readonly chart: Chart;
  private cursor: number | null = null;
  private readonly readout = h("div.readout", { hidden: true });
  private readonly live = h("div.sr", { "aria-live": "polite" });
  private readonly summary: HTMLElement;
  private shown = -1;
  private from: { checkpoint: number; start: number } | null = null;
  private readonly speak = debounce(150, (text: string) => fill(this.live, text));
  /** Opens the menu of what else the figure can do. */
  readonly look = h("button.ghost.look", { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": "Zoom and pin", onclick: () => void this.tools().then((tools) => tools.menu(this.look)) }, icon("zoom", 18), h("span", null, "Zoom"));
  private tooled: Promise<FigureTools> | null = null;
  private ready: FigureTools | null = null;

  constructor(private readonly model: Model, private readonly actions: Choosing, name: string, parts: () => FigureParts, extra: Pick<ChartSource, "fallback"> & { toggleTable(): void }) {
    const id = `summary-${name}`;
    this.summary = h("p.sr", { id });
    this.chart = new Chart(name, {
      figure: () => model.document && {
        document: model.document,
        parts: { ...this.looked(parts()), checkpoint: model.selected, ...this.motion(), ...(this.cursor === null ? {} : { cursor: { q_index: this.cursor } }) },
      },
      ...(extra.fallback ? { fallback: extra.fallback } : {}),
      drawn: () => this.place(),
    });
    this.chart.root.append(this.readout);
    Object.entries({ tabindex: "0", role: "group", "aria-label": "Figure: multifractal spectrum", "aria-describedby": id }).forEach(([k, v]) => this.chart.root.setAttribute(k, v));
    this.root = h("div.figure", null, this.chart.root, this.summary, this.live);
    const { root } = this.chart;
    root.addEventListener("pointermove", (event) => this.near(event, false));
    root.addEventListener("pointerdown", (event) => this.near(event, true));
    root.addEventListener("pointerleave", () => this.setCursor(null));
    root.addEventListener("blur", () => this.setCursor(null));
    root.addEventListener("keydown", (event) => this.key(event, extra.toggleTable));
    for (const kind of ["pointerenter", "focusin"]) root.addEventListener(kind, () => void this.tools().catch(() => undefined));
    this.update();
  }

  update(): void {
    const here = current(this.model);
    fill(this.summary, here ? spectrumSummary(here) : "");
    if (this.shown !== this.model.selected) {
      if (this.shown >= 0 && this.shown < (this.model.document?.checkpoints.length ?? 0) && !reducedMotion()) {
        this.from = { checkpoint: this.shown, start: performance.now() };
      }
      this.shown = this.model.selected;
    }
    this.chart.update();
  }

  destroy(): void {
    this.chart.destroy();
    this.ready?.destroy();
  }

  private tools(): Promise<FigureTools> {
    this.tooled ??= import("./figure-tools").then(({ figureTools }) => {
      const at = (): { x: number; y: number } | null => this.chart.layout?.points?.find((p) => p.q_index === this.cursor) ?? null;
      return this.ready = figureTools(this.chart, this.model, this.actions, (words) => this.speak(words), at);
    });
    this.tooled.catch(() => { this.tooled = null; });
    return this.tooled;
  }

  /** The part of the figure that is looked at, what is pinned, and whether chance is drawn. */
  private looked(parts: FigureParts): FigureParts {
    const { zoom, pins, chance } = this.model.state;
    if (parts.axes_only || parts.kind === "fit") return parts;
    return { ...parts, pinned: pins, nulls: chance, ...(zoom ? { domain: { x: [zoom[0], zoom[1]], y: [zoom[2], zoom[3]] } } : {}) };
  }

  /** Where the selected curve is on its way from the previous one; asks for the next frame while it moves. */
  private motion(): Pick<FigureParts, "from"> {
    if (!this.from) return {};
    const t = (performance.now() - this.from.start) / MOVE_MS;
    if (t >= 1) {
      this.from = null;
      return {};
    }
    setTimeout(() => this.chart.update(), 0);
    return { from: { checkpoint: this.from.checkpoint, done: 1 - (1 - t) ** 3 } };
  }

  private near(event: PointerEvent, press: boolean): void {
    const layout = this.chart.layout;
    if (!layout) return;
    const box = this.chart.root.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const rows = layout.rows ?? [];
    const first = rows[0];
    const gap = rows.length > 1 ? Math.abs(rows[1]!.y - first!.y) : 12;
    if (first && y > Math.min(...rows.map((r) => r.y)) - gap) {
      this.setCursor(null);
      if (press && event.button === 0) {
        const row = rows.reduce((a, b) => (Math.abs(b.y - y) < Math.abs(a.y - y) ? b : a));
        this.actions.select(row.checkpoint);
      }
      return;
    }
    let best = -1;
    let least = 60 * 60;
    for (const p of layout.points ?? []) {
      const d = (p.x - x) ** 2 + (p.y - y) ** 2;
      if (d < least) { least = d; best = p.q_index; }
    }
    this.setCursor(best < 0 ? null : best);
  }

  private key(event: KeyboardEvent, toggleTable: () => void): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const points = this.chart.layout?.points ?? [];
    const last = (this.model.document?.checkpoints.length ?? 1) - 1;
    const here = this.model.selected;
    const step = (to: number): void => this.actions.select(Math.max(0, Math.min(last, to)));
    // Along q in the direction of the arrow: alpha falls as q grows.
    const along = (by: number): void => {
      if (!points.length) return;
      const ordered = [...points].sort((a, b) => a.x - b.x);
      const at = ordered.findIndex((p) => p.q_index === this.cursor);
      const start = ordered.findIndex((p) => p.q_index === Math.floor(points.length / 2));
      const next = ordered[Math.max(0, Math.min(ordered.length - 1, at < 0 ? start : at + by))];
      if (next) this.setCursor(next.q_index, true);
    };
    const ends = (which: "first" | "last"): void => {
      const ordered = [...points].sort((a, b) => a.x - b.x);
      const p = which === "first" ? ordered[0] : ordered[ordered.length - 1];
      if (p) this.setCursor(p.q_index, true);
    };
    const actions: Record<string, () => void> = {
      ArrowLeft: () => along(-1), ArrowRight: () => along(1), ArrowUp: () => step(here - 1), ArrowDown: () => step(here + 1),
      PageUp: () => step(here - 5), PageDown: () => step(here + 5), Home: () => ends("first"), End: () => ends("last"), t: toggleTable, T: toggleTable,
      Escape: () => (this.cursor === null ? this.chart.root.blur() : this.setCursor(null)),
    };
    const run = actions[event.key];
    if (!run && this.ready?.key(event.key)) return event.preventDefault();
    if (!run) return;
    event.preventDefault();
    run();
  }

  private setCursor(q: number | null, aloud = false): void {
    if (q === this.cursor) return;
    this.cursor = q;
    this.chart.update();
    const sentence = this.words();
    if (aloud && sentence) this.speak(sentence);
  }

  private words(): string {
    const c = current(this.model);
    const s = c?.samples[0];
    if (!c || !s || this.cursor === null) return "";
    const n = shuffleOf(c);
    const i = this.cursor;
    const chance = n ? `; shuffled \u03b1 ${fixed(n.alpha[i])}, f ${fixed(n.f[i])}` : "";
    const pinned = this.pinned().map((other) => `; ${label(other)} \u03b1 ${fixed(other.samples[0]?.alpha[i])}, f ${fixed(other.samples[0]?.f[i])}`);
    return `q ${fixed(s.q[i], 1)}: \u03b1 ${fixed(s.alpha[i])}, f ${fixed(s.f[i])}${chance}${pinned.join("")}`;
  }

  /** The pinned checkpoints beside the selected one. */
  private pinned(): Checkpoint[] {
    const { document: document_, state, selected } = this.model;
    return state.pins.flatMap((index) => (index === selected ? [] : document_?.checkpoints[index] ?? []));
  }

  /** The readout beside the point, on the side with more room, never over it. */
  private place(): void {
    const c = current(this.model);
    const s = c?.samples[0];
    const i = this.cursor;
    const point = i === null ? undefined : this.chart.layout?.points?.find((p) => p.q_index === i);
    this.readout.hidden = !point;
    if (!c || !s || i === null || !point) return;
    const n = shuffleOf(c);
    const pinned = this.pinned();
    const row = (name: string, key: "alpha" | "f"): HTMLElement =>
      h("tr", null, h("th", { scope: "row" }, symbol(name)), h("td", null, fixed(s[key][i])), h("td", null, n ? fixed(n[key][i]) : "computing"),
        ...pinned.map((other) => h("td", null, fixed(other.samples[0]?.[key][i]))));
    fill(this.readout,
      h("p", null, `${capital(label(c))}, `, symbol("q"), ` = ${fixed(s.q[i], 1)}`),
      h("table", null, h("tr", null, h("td"), h("th", { scope: "col" }, "this"), h("th", { scope: "col" }, "shuffled"), ...pinned.map((other) => h("th", { scope: "col" }, label(other)))),
        row("\u03b1", "alpha"), row("f", "f")));
    const { clientWidth, clientHeight } = this.chart.root;
    const { offsetWidth, offsetHeight } = this.readout;
    const right = point.x < clientWidth / 2;
    const left = right ? point.x + 18 : point.x - offsetWidth - 18;
    this.readout.style.setProperty("left", `${Math.max(0, Math.min(clientWidth - offsetWidth, left))}px`);
    this.readout.style.setProperty("top", `${Math.max(0, Math.min(clientHeight - offsetHeight, point.y + 6))}px`);
  }
}
