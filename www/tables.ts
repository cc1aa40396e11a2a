// Every figure has a table twin with the same data: real tables, sorted by any column, copied as TSV.

import { h, rich } from "./dom";
import { fixed, integer, signed } from "./format";
import type { Checkpoint, Histogram, ResultDocument } from "./protocol";
import { seriesNames, shuffleOf } from "./verdict";
import { label } from "./words";

export interface TableData { caption: string; head: string[]; rows: string[][] }

export function spectrumTable(c: Checkpoint): TableData {
  const s = c.samples[0];
  const n = shuffleOf(c);
  const rows = (s?.alpha ?? []).map((a, i) => [fixed(s!.q[i], 1), fixed(a), fixed(s!.f[i]), fixed(n?.alpha[i]), fixed(n?.f[i])]);
  return { caption: `Spectrum at ${label(c)}`, head: ["{q}", "{\u03b1}", "{f(\u03b1)}", "{\u03b1}, shuffled", "{f}, shuffled"], rows };
}

export function exponentTable(c: Checkpoint): TableData {
  const s = c.samples[0];
  const rows = (s?.q ?? []).map((q, i) => [fixed(q, 1), fixed(s!.tau[i]), fixed(s!.stderr[i], 4), fixed(s!.r_squared[i], 2), fixed(s!.dimension[i])]);
  return { caption: `Fits at ${label(c)}`, head: ["{q}", "{\u03c4(q)}", "standard error", "{R\u00b2}", "{D(q)}"], rows };
}

export function histogramTable(c: Checkpoint): TableData {
  const own: Histogram = c.nfd.histogram;
  const chance = shuffleOf(c)?.nfd?.histogram;
  const wide = (own.to - own.from) / Math.max(1, own.counts.length);
  const rows = own.counts.map((n, i) => [`${fixed(own.from + i * wide, 2)}\u2013${fixed(own.from + (i + 1) * wide, 2)}`, integer(n), chance ? fixed(chance.counts[i], 1) : "\u2013"])
    .filter((r) => r[1] !== "0" || (r[2] !== "\u2013" && r[2] !== "0.0"));
  return { caption: `Neuron fractal dimension at ${label(c)}`, head: ["from\u2013to", "neurons", "shuffled, mean"], rows };
}

/** All numbers of all checkpoints. */
export function seriesTable(d: ResultDocument): TableData {
  const several = seriesNames(d).length > 1;
  const rows = d.checkpoints.map((c) => {
    const n = shuffleOf(c);
    const scores = d.scores.map((s) => fixed(s.values.find((v) => v.step === c.step)?.value));
    const more = n && n.width !== null && c.mean.width !== null ? c.mean.width - n.width : null;
    return [...(several ? [c.series ?? ""] : []), c.step === null ? c.name : integer(c.step), fixed(c.mean.alpha0), fixed(n?.alpha0), fixed(c.mean.width), fixed(n?.width), signed(more), fixed(c.emergence), fixed(n?.emergence), fixed(c.nfd.mean), fixed(n?.nfd?.mean), ...scores];
  });
  return {
    caption: "All checkpoints",
    head: [...(several ? ["series"] : []), d.checkpoints.every((c) => c.step !== null) ? "step" : "checkpoint", "{\u03b1\u2080}", "shuffled", "{w}", "shuffled", "above shuffled", "{E}", "shuffled", "mean NFD", "shuffled", ...d.scores.map((s) => s.metric)],
    rows,
  };
}

export function tableElement(data: TableData): HTMLElement {
  const body = h("tbody", null, ...data.rows.map((row) => h("tr", null, ...row.map((cell, i) => (i === 0 ? h("th", { scope: "row" }, cell) : h("td", null, cell))))));
  const head = h("tr", null, ...data.head.map((cell, column) => {
    // A column of names may need none itself; a heading without words would.
    const th = cell ? h("th", { scope: "col" }) : h("td");
    th.append(cell && data.rows.length > 1 ? h("button.sort", { type: "button", onclick: () => sort(body, head, column) }, rich(cell)) : rich(cell));
    return th;
  }));
  const status = h("span.copied", { role: "status" });
  const copy = h("button.quiet", { type: "button", onclick: () => {
    navigator.clipboard?.writeText(tsv(data)).then(() => status.replaceChildren("Copied"), () => status.replaceChildren("The browser refused to copy"));
  } }, "Copy");
  return h("div.twin", null,
    h("div.twin-head", null, copy, status),
    h("div.twin-scroll", { tabindex: "0", role: "region", "aria-label": data.caption }, h("table.data", null, h("caption", null, data.caption), h("thead", null, head), body)));
}

/** Orders the rows by a column, and the other way when asked again. Numbers by their value, other cells by their words. */
function sort(body: HTMLElement, head: HTMLElement, column: number): void {
  const falling = head.children[column]?.getAttribute("aria-sort") === "ascending";
  for (const [i, th] of [...head.children].entries()) {
    if (i === column) th.setAttribute("aria-sort", falling ? "descending" : "ascending");
    else th.removeAttribute("aria-sort");
  }
  const keyed = [...body.children].map((row) => ({ row, text: row.children[column]?.textContent ?? "" })).map(({ row, text }) => ({ row, text, value: parseFloat(text.replace(/\u2212/g, "-").replace(/,/g, "")) }));
  // What is no number stands last, either way.
  keyed.sort((a, b) => Number(isNaN(a.value)) - Number(isNaN(b.value)) || (falling ? -1 : 1) * (isNaN(a.value) ? a.text.localeCompare(b.text) : a.value - b.value));
  body.append(...keyed.map(({ row }) => row));
}

export function tsv(data: TableData): string {
  return [data.head.map((c) => c.replace(/[{}]/g, "")), ...data.rows].map((r) => r.join("\t").replace(/\u2212/g, "-")).join("\n");
}
