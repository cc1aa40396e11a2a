// Change over training in full: any number over steps, the path of regularity and width, the fractal dimension over
// steps, and models of several sizes. Every figure moves with the slider and its play button.

import { fill, h, rich } from "./dom";
import type { Actions, Model, View } from "./model";
import { figureBlock, type FigureBlock } from "./plain-figure";
import { why } from "./popover";
import type { TableData } from "./tables";
import { nfdTable, numbersTable, QUANTITIES, quantitiesOf, seriesNames, sizesTable, type Quantity } from "./training-tables";

/** Height of a chart of the stack with its title, wide and on a phone. */
const CHART = { wide: 132, phone: 118 };
/** Charts that are stacked at first, where there are so many. */
const AT_FIRST = 3;

export function trainingSection(model: Model, actions: Actions, phone: () => boolean): View {
  // Scores have names of the reader's own, which no address holds.
  let chosen: Set<string> | null = model.state.picks.over ? new Set(model.state.picks.over.split(",")) : null;
  let x: "log" | "linear" = model.state.picks.axis ? "linear" : "log";
  const ticks = h("div.choices", { role: "group", "aria-label": "Numbers over steps" });
  const scale = h("div.segments", { role: "radiogroup", "aria-label": "Axis of steps" }, ...(["log", "linear"] as const).map((value) => {
    const box = h("input", { type: "radio", name: "step-axis", value, checked: value === x, onchange: () => { x = value; actions.pick("axis", x === "linear" ? x : null); update(); } });
    return h("label", null, box, h("span", null, value === "log" ? "Logarithmic" : "Even"));
  }));

  const all = (): Quantity[] => (model.document ? quantitiesOf(model.document) : []);
  /** The first score, E and the width above shuffled, until somebody chooses. */
  const picked = (): Quantity[] => {
    const quantities = all();
    const score = quantities.find((q) => q.name.startsWith("score:"));
    const first = new Set([score?.name ?? "alpha0", ...QUANTITIES.map((q) => q.name)].slice(0, AT_FIRST));
    return quantities.filter((q) => (chosen ?? first).has(q.name));
  };
  const compact = (): { compact: boolean } => ({ compact: phone() });
  const table = (quantities: () => Quantity[], caption: string) => (): TableData => numbersTable(model.document!, quantities(), caption);

  const over = figureBlock(model, actions, {
    name: "training-series", title: "Numbers over training steps", help: why("emergence"),
    parts: () => ({ kind: "series", series: picked().map((q) => q.name), x, title: true, ...compact() }),
    height: () => 22 + Math.max(1, picked().length) * (phone() ? CHART.phone : CHART.wide),
    table: table(picked, "Numbers over training steps"),
  });
  const path = figureBlock(model, actions, {
    name: "training-path", title: "Width against regularity", help: why("width"),
    parts: () => ({ kind: "path", ...compact() }),
    table: table(() => QUANTITIES.filter((q) => q.name === "alpha0" || q.name === "width"), "Width against regularity"),
  });
  const nfd = figureBlock(model, actions, {
    name: "training-nfd", title: "Neuron fractal dimension over steps", help: why("nfd"),
    parts: () => ({ kind: "nfd-steps", ...compact() }),
    table: () => nfdTable(model.document!),
  });
  const sizes = figureBlock(model, actions, {
    name: "training-sizes", title: "Models by their number of parameters", help: why("emergence"),
    parts: () => ({ kind: "sizes", ...compact() }),
    table: () => sizesTable(model.document!),
  });
  const figures: FigureBlock[] = [over, path, nfd, sizes];
  over.root.insertBefore(h("div.figure-choices", null, ticks, scale), over.chart.root);
  const root = h("div.training-section", null, over.root, h("div.figure-pair", null, path.root, nfd.root), sizes.root);

  function showTicks(): void {
    const on = new Set(picked().map((q) => q.name));
    const names = all();
    // Boxes stay while they are the same: a new one would lose the focus.
    if ([...ticks.children].map((row) => row.querySelector("input")!.value).join("\n") === names.map((q) => q.name).join("\n")) {
      for (const box of ticks.querySelectorAll("input")) box.checked = on.has(box.value);
      return;
    }
    fill(ticks, ...names.map((q) => {
      const box = h("input", { type: "checkbox", value: q.name, checked: on.has(q.name), onchange: () => {
        chosen = new Set(picked().map((p) => p.name));
        if (box.checked) chosen.add(q.name);
        // The last one stays: a figure of nothing helps nobody.
        else if (chosen.size > 1) chosen.delete(q.name);
        actions.pick("over", [...chosen].filter((name) => !name.startsWith("score:")).join() || null);
        update();
      } });
      return h("label.tick-row", null, box, h("span", null, rich(q.words)));
    }));
  }

  function update(): void {
    const document = model.document;
    if (!document) return;
    showTicks();
    sizes.root.hidden = seriesNames(document).length < 2;
    for (const figure of figures) if (!figure.root.hidden) figure.update();
  }
  update();
  return { root, update, destroy: () => figures.forEach((figure) => figure.destroy()) };
}
