// Four numbers of the selected checkpoint, each beside chance and the first step.

import { Chart } from "./chart";
import { fill, h, rich } from "./dom";
import { fixed, integer } from "./format";
import { current, type Model } from "./model";
import { why } from "./popover";
import { stepColour } from "./ramp";
import { onTheme, theme } from "./theme";
import { capital, COMPUTING, label, numberCaption, ofLayers } from "./words";
import { baselineOf, shuffleOf } from "./verdict";
import type { Checkpoint } from "./protocol";

export type Which = "alpha0" | "width" | "emergence" | "nfd";

export const CELLS: { which: Which; title: string; phone: string; value: (c: Checkpoint) => number | null; chance: (c: Checkpoint) => number | null | undefined }[] = [
  { which: "alpha0", title: "Regularity {\u03b1\u2080}", phone: "Regularity {\u03b1\u2080}", value: (c) => c.mean.alpha0, chance: (c) => shuffleOf(c)?.alpha0 },
  { which: "width", title: "Heterogeneity, width {w}", phone: "Width {w}", value: (c) => c.mean.width, chance: (c) => shuffleOf(c)?.width },
  { which: "emergence", title: "Degree of emergence {E}", phone: "Emergence {E}", value: (c) => c.emergence, chance: (c) => shuffleOf(c)?.emergence },
  { which: "nfd", title: "Neuron fractal dimension", phone: "Mean NFD", value: (c) => c.nfd.mean, chance: (c) => shuffleOf(c)?.nfd?.mean },
];

export class Numbers {
  readonly root: HTMLElement;
  private readonly title = h("h2.section-title");
  private readonly keys = h("div.legend");
  private readonly cells: { update(): void; chart: Chart }[] = [];

  constructor(private readonly model: Model, open: HTMLElement, fallback: (which: Which) => SVGSVGElement | null) {
    const grid = h("div.numbers-grid");
    for (const { which, title, phone, value, chance } of CELLS) {
      const chart = new Chart(`strip.strip-${which}`, {
        figure: () => model.document && { document: model.document, parts: { kind: "strip", number: which, checkpoint: model.selected } },
        fallback: () => fallback(which),
      });
      chart.root.setAttribute("role", "img");
      const big = h("p.big");
      const null_ = h("p.number-null");
      const caption = h("p.caption");
      const name = h("h3.number-name", null, h("span.name-wide", null, rich(title)), h("span.name-phone", null, rich(phone)), why(which));
      grid.append(h(`div.number.number-${which}` as "div", null, name, null_, big, chart.root, caption));
      this.cells.push({ chart, update: () => {
        const c = current(model);
        if (!c || !model.document) return;
        const computing = model.document.options.null.includes("shuffle") ? COMPUTING : "no shuffle asked for";
        fill(big, fixed(value(c)));
        const n = chance(c);
        fill(null_, n == null ? computing : `shuffled ${fixed(n)}`);
        const words = numberCaption(which, model.document, model.selected);
        fill(caption, rich(words));
        chart.root.setAttribute("aria-label", words.replace(/[{}]/g, ""));
        chart.update();
      } });
    }
    this.root = h("section.numbers", { "aria-label": "Four numbers" }, h("div.numbers-head", null, this.title, open, this.keys), grid);
    onTheme(() => this.legend());
    this.update();
  }

  update(): void {
    const c = current(this.model);
    if (!c) return;
    const part = this.model.document && ofLayers(this.model.document.options) ? ", some layers," : "";
    fill(this.title, `${capital(label(c))}${part} in four numbers`);
    this.legend();
    for (const cell of this.cells) cell.update();
  }

  destroy(): void {
    for (const cell of this.cells) cell.chart.destroy();
  }

  private legend(): void {
    const c = current(this.model);
    const document = this.model.document;
    if (!c || !document) return;
    const all = document.checkpoints;
    const first = baselineOf(document, c);
    const n = shuffleOf(c);
    const dot = h("span.dot");
    dot.style.setProperty("background", stepColour(this.model.selected, all.length, theme()));
    const tick = h("span.tick");
    tick.style.setProperty("background", stepColour(all.indexOf(first), all.length, theme()));
    fill(this.keys,
      h("span.key", null, dot, label(c)),
      n && h("span.key", null, h("span.band"), `95% of ${integer(n.samples)} shuffles`),
      c !== first && h("span.key", null, tick, label(first)));
  }
}
