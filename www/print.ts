// What paper needs beyond a style sheet: figures in the light theme, and below the view the tables that a reader cannot open,
// with the address in full. It stands as long as the page is being printed.

import { redrawNow } from "./drawing";
import { h } from "./dom";
import { current, type Model } from "./model";
import { histogramTable, seriesTable, spectrumTable, tableElement, type TableData } from "./tables";
import { lightFor } from "./theme";

export function listenPrint(model: Model, main: HTMLElement): void {
  let foot: HTMLElement | null = null;
  addEventListener("beforeprint", () => {
    lightFor(true);
    redrawNow();
    foot?.remove();
    foot = h("section.print-only", { "aria-label": "Tables" }, ...tables(model).map(tableElement), h("p.print-foot", null, location.href));
    main.append(foot);
  });
  addEventListener("afterprint", () => {
    foot?.remove();
    foot = null;
    lightFor(false);
    redrawNow();
  });
}

function tables(model: Model): TableData[] {
  const { document: result } = model;
  const one = current(model);
  if (!result || !one || !["series", "one"].includes(model.state.view)) return [];
  return [...(result.checkpoints.length > 1 ? [seriesTable(result)] : []), spectrumTable(one), histogramTable(one)];
}
