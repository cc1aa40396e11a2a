// A figure below the first view: title, chart, table twin, a sentence for those who listen, and selection of a checkpoint
// by pointer and keys.

import { Chart, type FigureParts } from "./chart";
import { fill, h, icon } from "./dom";
import { exportButton } from "./export";
import type { Actions, Model } from "./model";
import { nearest } from "./nearest";
import { selectKeys } from "./select-keys";
import { tableElement, type TableData } from "./tables";

export interface PlainFigure {
  /** Class of the chart, which gives it its height, and file name of its export. */
  name: string;
  title: string;
  /** Stands beside the title: an explanation. */
  help?: HTMLElement;
  parts(): FigureParts;
  table(): TableData;
  /** Height in CSS pixels, where it depends on what is drawn. */
  height?(): number;
}

export interface FigureBlock { root: HTMLElement; chart: Chart; update(): void; destroy(): void }

export function figureBlock(model: Model, actions: Actions, { name, title, help, parts, table, height }: PlainFigure): FigureBlock {
  const summary = h("p.sr", { id: `summary-${name}` });
  const chart = new Chart(name, {
    figure: () => model.document && { document: model.document, parts: { ...parts(), checkpoint: model.selected } },
    drawn: (layout) => fill(summary, [layout.summary, ...(layout.nothing ?? [])].filter(Boolean).join(" ")),
  });
  selectKeys(chart.root, model, actions, `Figure: ${title}`, summary.id);
  const twin = h("div.twin-place", { hidden: true });
  const button = h("button.ghost", { type: "button", "aria-expanded": "false", onclick: () => toggle() }, icon("table", 18), h("span", null, "Table"));
  const toggle = (): void => {
    twin.hidden = !twin.hidden;
    button.setAttribute("aria-expanded", String(!twin.hidden));
    if (!twin.hidden) fill(twin, tableElement(table()));
  };
  chart.root.addEventListener("pointerdown", (event) => {
    const box = chart.root.getBoundingClientRect();
    const found = chart.layout && nearest(chart.layout, event.clientX - box.left, event.clientY - box.top);
    if (event.button === 0 && found != null) actions.select(found);
  });
  chart.root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.toLowerCase() !== "t") return;
    event.preventDefault();
    toggle();
  });
  const root = h("div.plain-figure", { role: "group", "aria-label": title },
    h("div.title-row", null, h("h3.figure-title", null, title, help), h("div.tools", null, button, exportButton(() => `neuromfa-${name}`, () => chart, () => model.document))),
    chart.root, summary, twin);
  return {
    root, chart,
    update() {
      if (height) chart.root.style.setProperty("height", `${height()}px`);
      chart.update();
      if (!twin.hidden) fill(twin, tableElement(table()));
    },
    destroy: () => chart.destroy(),
  };
}
