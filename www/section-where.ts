// Where it happens: every group beside its own shuffles, over the steps of training, and two checkpoints neuron by neuron.

import { Chart } from "./chart";
import { fill, h, plain, rich } from "./dom";
import { exportButton } from "./export";
import { fixed, integer, interval, signed } from "./format";
import { OTHER } from "./layers";
import { current, weightsHere, type Actions, type Model, type View } from "./model";
import { why } from "./popover";
import type { Checkpoint, Comparison, Difference, Figure, Layout, Maybe, NeuronChange, ResultDocument } from "./protocol";
import { spectrumTable, tableElement, type TableData } from "./tables";
import { cellsOf, documentOf, gridOf, ordered, shuffleOfGroup, tint, type Cell, type Key } from "./where";
import { beside, byChance, cellWords, neuronWords, shufflesWanted, standing, WHERE, whereHeadline } from "./words-where";
import { capital, label } from "./words";

type HeatValue = "excess_width" | "width" | "alpha0" | "nfd";

const HEAT: { value: HeatValue; text: string; of: (cell: Cell) => Maybe }[] = [
  { value: "excess_width", text: "Width above shuffled", of: (cell) => cell.excess },
  { value: "width", text: "Width {w}", of: (cell) => cell.group.width },
  { value: "alpha0", text: "Regularity {\u03b1\u2080}", of: (cell) => cell.group.alpha0 },
  { value: "nfd", text: "Mean NFD", of: (cell) => cell.nfd },
];

const COLUMNS: { key: Key; text: string }[] = [
  { key: "name", text: "Group" },
  { key: "width", text: "Width {w}" },
  { key: "excess", text: "Above shuffled" },
  { key: "alpha0", text: "{\u03b1\u2080}" },
  { key: "nfd", text: "Mean NFD" },
];

/** CSS pixels of a row of small spectra, and of one group in the narrow form and in the heat map. */
const ROW = { small: 96, narrow: 30, heat: 18 };
/** What the figures have above and below their rows. */
const AROUND = 86;
/** With more blocks the figure is a strip of cells, and has one spectrum below. */
const STRIP = { blocks: 12, height: 420 };

export function whereSection(model: Model, actions: Actions, phone: () => boolean): View {
  let cells: Cell[] = [];
  let opened: string | null = null;
  let own: { of: ResultDocument; name: string; document: ResultDocument } | null = null;
  /** What was rendered last: progress of the null models alone changes nothing here. */
  let rendered: unknown[] = [];

  const headline = h("p.deck", { role: "status" });
  const chanceNote = h("p.caption");
  const none = h("p.caption", { hidden: true });
  const body = h("div.where-body");

  const grid = groupGrid(open);
  const small = new Chart("groups", { 
    figure: () => {
      const group = cells.findIndex((cell) => cell.name === opened);
      return drawn({ kind: "groups", checkpoint: model.selected, nulls: true, compact: phone(), ...(group < 0 ? {} : { group }) });
    },
    drawn: (layout) => small.root.setAttribute("aria-label", `${layout.summary ?? "Spectra of the groups"}. The grid holds the numbers.`),
  });
  // Shuffles of single groups have numbers, in the words below, and no curves.
  const large = new Chart("group-spectrum", { figure: () => {
    const document = opened === null ? null : ownDocument(opened);
    return document && { document, parts: { kind: "spectrum", checkpoint: selectedIn(document), rulers: false, nulls: false, compact: phone() } };
  }, drawn: () => tabulate() });
  const largeTwin = h("div");
  const largeDetails = h("details.twin-details", null, h("summary", null, "Table"), largeTwin);
  const tabulate = (): void => {
    const document = opened === null ? null : ownDocument(opened);
    const c = document?.checkpoints[selectedIn(document)];
    if (largeDetails.open && c) fill(largeTwin, tableElement(spectrumTable(c)));
  };
  largeDetails.addEventListener("toggle", tabulate);
  const largeTitle = h("h3.figure-title", { tabindex: "-1" });
  const largeWords = h("p.caption");
  const closeButton = h("button.text-link", { type: "button", onclick: () => open(null) }, "Close");
  const largePart = h("div.where-open", { hidden: true }, h("div.title-row", null, largeTitle, h("div.tools", null, exportButton(() => "neuromfa-group", () => large, () => model.document), closeButton)), large.root, largeWords, largeDetails);

  const table = groupTable(open);
  const heat = heatPart(model, actions, drawn, phone, open);
  const pair = comparePart(model, actions);

  const root = h("section.where", { "aria-label": WHERE.title },
    h("div.title-row", null, h("h2.section-title", null, WHERE.title), why("excess"), h("div.tools", null, exportButton(() => "neuromfa-groups", () => small, () => model.document))),
    headline, chanceNote, none, body);
  fill(body, small.root, grid.root, largePart, table.root, heat.root, pair.root);
  small.root.addEventListener("pointerdown", (event) => {
    const box = small.root.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const found = cellAt(small.layout, x, y);
    const name = found && cells[found.row]?.name;
    if (name) open(name);
  });

  function drawn(parts: Omit<Figure, "width" | "height" | "scale" | "theme">) {
    return model.document && cells.length > 0 ? { document: model.document, parts } : null;
  }

  function ownDocument(name: string): ResultDocument | null {
    if (!model.document) return null;
    if (own?.of !== model.document || own.name !== name) own = { of: model.document, name, document: documentOf(model.document, name) };
    return own.document.checkpoints.length ? own.document : null;
  }

  function selectedIn(document: ResultDocument): number {
    const name = current(model)?.name;
    return Math.max(0, document.checkpoints.findIndex((c) => c.name === name));
  }

  /** Shows a group in the large chart, or closes it. */
  function open(name: string | null): void {
    const before = opened;
    opened = name;
    update();
    if (name === null) return grid.root.hidden ? table.focus(before) : grid.focus(before);
    largeTitle.focus({ preventScroll: true });
    largePart.scrollIntoView({ block: "nearest" });
  }

  function update(): void {
    const state = [model.document, model.selected, model.reading === null, opened, phone()];
    if (state.every((value, i) => value === rendered[i])) return;
    rendered = state;
    const c = current(model);
    cells = c ? cellsOf(c) : [];
    if (!cells.some((cell) => cell.name === opened)) opened = null;
    none.hidden = cells.length > 0;
    fill(none, none.hidden ? null : WHERE.none);
    body.hidden = cells.length === 0;
    fill(headline, cells.length ? `${whereHeadline(cells)}.` : null);
    const enough = shufflesWanted(cells);
    const more = enough !== null && weightsHere(model)
      && h("button.text-link", { type: "button", onclick: () => actions.options({ ...model.state.options, null_samples: enough }) }, `Draw ${integer(enough)} shuffles`);
    fill(chanceNote, byChance(cells), more && " ", more);
    grid.update(cells, opened);
    // On a phone each group has a row of its own.
    grid.root.hidden = phone();
    if (phone()) table.root.open = true;
    const blocks = new Set(cells.map((cell) => cell.block)).size;
    const kinds = new Set(cells.map((cell) => cell.kind)).size;
    const height = phone() ? cells.length * ROW.narrow : blocks > STRIP.blocks ? STRIP.height : kinds * ROW.small;
    small.root.style.setProperty("height", `${AROUND + height}px`);
    small.root.setAttribute("role", "img");
    small.update();
    table.update(cells);
    largePart.hidden = opened === null;
    const cell = cells.find((one) => one.name === opened);
    if (cell && c) {
      fill(largeTitle, WHERE.open(cell.name));
      fill(largeWords, `${capital(label(c))}. ${capital(cellWords(cell))}. ${integer(cell.group.neurons_kept)} neurons, longest radius ${cell.group.diameter ?? "none"}.`);
      large.root.setAttribute("role", "img");
      large.root.setAttribute("aria-label", `Spectrum at ${label(c)}. ${cellWords(cell)}.`);
    }
    large.update();
    heat.update();
    pair.update();
  }

  update();
  return { root, update, destroy: () => { small.destroy(); large.destroy(); heat.destroy(); } };
}

/** The cell under a point of a figure. */
function cellAt(layout: Layout | null, x: number, y: number): NonNullable<Layout["cells"]>[number] | undefined {
  return layout?.cells?.find((cell) => x >= cell.left && x <= cell.left + cell.width && y >= cell.top && y <= cell.top + cell.height);
}

// ---- the grid: rows are kinds, columns blocks ----

function groupGrid(open: (name: string) => void): { root: HTMLElement; update(cells: readonly Cell[], opened: string | null): void; focus(name: string | null): void } {
  const table = h("table.group-grid", { role: "grid", "aria-label": "Groups: width above shuffled" });
  const root = h("div.twin-scroll", null, table);
  const sorted = { rows: false, columns: false };
  let shown: readonly Cell[] = [];
  let openedName: string | null = null;
  /** The cell that the tab key reaches: row and column, headings among them. */
  let at = { row: 1, column: 1 };

  function focusable(): HTMLElement[][] {
    return [...table.rows].map((row) => [...row.cells].map((cell) => cell.querySelector<HTMLElement>("button") ?? cell));
  }

  function move(row: number, column: number, focus: boolean): void {
    const all = focusable();
    const to = { row: Math.max(0, Math.min(all.length - 1, row)), column: 0 };
    to.column = Math.max(0, Math.min((all[to.row]?.length ?? 1) - 1, column));
    at = to;
    all.forEach((line, r) => line.forEach((element, c) => element.setAttribute("tabindex", r === to.row && c === to.column ? "0" : "-1")));
    if (focus) all[to.row]?.[to.column]?.focus();
  }

  table.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { row, column } = at;
    const next = ({
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      Home: [row, 0], End: [row, Infinity], PageUp: [0, column], PageDown: [Infinity, column],
    } as Record<string, [number, number]>)[event.key];
    if (!next) return;
    event.preventDefault();
    move(next[0], next[1], true);
  });
  table.addEventListener("focusin", (event) => {
    const all = focusable();
    const row = all.findIndex((line) => line.includes(event.target as HTMLElement));
    if (row >= 0) move(row, all[row]!.indexOf(event.target as HTMLElement), false);
  });

  function heading(text: string, spoken: string, scope: "col" | "row", on: boolean, sort: () => void): HTMLElement {
    const button = h("button.grid-head", { type: "button", "aria-label": `${spoken}: ${on ? "back to the order of the network" : "sort by width above shuffled"}`, onclick: sort }, text);
    const role = scope === "col" ? "columnheader" : "rowheader";
    return h("th", { scope, role, "aria-sort": on ? "descending" : "none" }, button);
  }

  function cell(groups: readonly Cell[], largest: number): HTMLElement {
    const [first] = groups;
    if (!first) return h("td", { role: "gridcell" });
    // Experts of a block share a cell: that with the most above chance stands for them.
    const most = groups.reduce((a, b) => ((b.excess ?? -Infinity) > (a.excess ?? -Infinity) ? b : a), first);
    const button = h("button.grid-cell", { type: "button", "aria-label": cellWords(most), "aria-pressed": String(most.name === openedName), onclick: () => open(most.name) },
      h("span.grid-width", null, fixed(most.group.width)),
      h(most.bold ? "b.grid-excess" : "span.grid-excess" as "span", null, most.excess === null ? (most.group.width === null ? "\u2013" : "computing") : signed(most.excess)),
      groups.length > 1 && h("span.caption", null, `1 of ${groups.length}`));
    button.style.setProperty("--tint", `${tint(most.excess, largest)}%`);
    return h("td", { role: "gridcell" }, button);
  }

  function render(): void {
    const grid = gridOf(shown, sorted);
    const largest = Math.max(0, ...shown.map((one) => one.excess ?? 0));
    const held = root.contains(document.activeElement);
    const sort = (which: "rows" | "columns") => (): void => {
      sorted[which] = !sorted[which];
      render();
    };
    const head = h("tr", { role: "row" }, h("td", { role: "gridcell" }), ...grid.columns.map((column) => heading(`${column}`, `${grid.unit} ${column}`, "col", sorted.columns, sort("columns"))));
    const rows = grid.rows.map((row, r) => h("tr", { role: "row" }, heading(capital(row || OTHER), row || OTHER, "row", sorted.rows, sort("rows")), ...grid.cells[r]!.map((groups) => cell(groups, largest))));
    fill(table, h("thead", { role: "rowgroup" }, head), h("tbody", { role: "rowgroup" }, ...rows));
    move(at.row, at.column, held);
  }

  return {
    root,
    update(cells, opened) {
      shown = cells;
      openedName = opened;
      render();
    },
    focus(name) {
      const found = [...table.querySelectorAll<HTMLElement>("button.grid-cell")].find((button) => name !== null && button.getAttribute("aria-label")?.startsWith(`${name}:`));
      (found ?? table.querySelector<HTMLElement>("button.grid-cell"))?.focus();
    },
  };
}

// ---- the table: one row for each group, sorted by a heading ----

function groupTable(open: (name: string) => void): { root: HTMLDetailsElement; update(cells: readonly Cell[]): void; focus(name: string | null): void } {
  let sort: { key: Key; ascending: boolean } = { key: "name", ascending: true };
  let shown: readonly Cell[] = [];
  const head = h("tr");
  const rows = h("tbody");
  const table = h("table.data.group-table", null, h("caption.sr", null, "Groups beside their shuffled weights"), h("thead", null, head), rows);
  const root = h("details.twin-details", null, h("summary", null, "Table of the groups"), h("div.twin-scroll", { tabindex: "0", role: "region", "aria-label": "Table of the groups" }, table));
  root.addEventListener("toggle", () => render());

  function heading({ key, text }: (typeof COLUMNS)[number]): HTMLElement[] {
    const on = sort.key === key;
    const button = h("button.grid-head", { type: "button", onclick: () => {
      sort = { key, ascending: on ? !sort.ascending : key === "name" };
      render();
      head.querySelectorAll("button")[COLUMNS.findIndex((column) => column.key === key)]?.focus();
    } });
    button.append(rich(text));
    const own = h("th", { scope: "col", "aria-sort": !on ? "none" : sort.ascending ? "ascending" : "descending" }, button);
    return key === "width" || key === "alpha0" ? [own, h("th", { scope: "col" }, "Shuffled, mean and 95%")] : [own];
  }

  function row(cell: Cell): HTMLElement {
    const chance = shuffleOfGroup(cell.group);
    const beside_ = (mean: Maybe | undefined, ends: [number, number] | null | undefined): HTMLElement =>
      h("td", null, chance ? fixed(mean) : "computing", chance && ends ? h("span.interval", null, ` ${interval(ends)}`) : null);
    return h("tr", null,
      h("th", { scope: "row" }, h("button.text-link", { type: "button", onclick: () => open(cell.name) }, cell.name)),
      h("td", null, fixed(cell.group.width)), beside_(chance?.width, chance?.width_interval),
      h("td", { title: standing(cell) }, h(cell.bold ? "b" : "span", null, signed(cell.excess)), h("span.sr", null, `, ${standing(cell)}`)),
      h("td", null, fixed(cell.group.alpha0)), beside_(chance?.alpha0, chance?.alpha0_interval),
      h("td", null, fixed(cell.nfd)));
  }

  function render(): void {
    if (!root.open) return;
    fill(head, ...COLUMNS.flatMap(heading));
    fill(rows, ...ordered(shown, sort.key, sort.ascending).map(row));
  }

  return {
    root,
    update(cells) {
      shown = cells;
      render();
    },
    focus(name) {
      [...rows.querySelectorAll<HTMLElement>("th button")].find((button) => button.textContent === name)?.focus();
    },
  };
}

// ---- the heat map: groups against steps ----

function heatPart(model: Model, actions: Actions, drawn: (parts: Omit<Figure, "width" | "height" | "scale" | "theme">) => ReturnType<ConstructorParameters<typeof Chart>[1]["figure"]>, phone: () => boolean, open: (name: string) => void): { root: HTMLElement; update(): void; destroy(): void } {
  let value: HeatValue = (model.state.picks.heat as HeatValue | undefined) ?? "excess_width";
  const name = h("h3.figure-title");
  const chart = new Chart("heat", {
    figure: () => drawn({ kind: "heat", number: value, by: "groups", checkpoint: model.selected, compact: phone() }),
    drawn: (layout) => chart.root.setAttribute("aria-label", `${layout.summary ?? name.textContent ?? ""}. The table below holds the numbers.`),
  });
  chart.root.addEventListener("pointerdown", (event) => {
    const box = chart.root.getBoundingClientRect();
    const found = cellAt(chart.layout, event.clientX - box.left, event.clientY - box.top);
    const group = found && current(model)?.groups?.[found.row]?.name;
    if (!found || !group) return;
    actions.select(found.checkpoint);
    open(group);
  });
  const select = h("select.field", { "aria-label": "What the colours are", onchange: () => {
    value = select.value as HeatValue;
    actions.pick("heat", value === "excess_width" ? null : value);
    update();
  } }, ...HEAT.map((one) => h("option", { value: one.value, selected: one.value === value }, plain(one.text))));
  const twin = h("div");
  const details = h("details.twin-details", null, h("summary", null, "Table"), twin);
  details.addEventListener("toggle", () => update());
  const root = h("div.where-heat", null, h("div.title-row", null, name, select, h("div.tools", null, exportButton(() => "neuromfa-heat", () => chart, () => model.document))), chart.root, details);

  function data(): TableData {
    const { text, of } = HEAT.find((one) => one.value === value)!;
    const all = model.document?.checkpoints ?? [];
    const columns = all.map((c) => new Map(cellsOf(c).map((cell) => [cell.name, of(cell)])));
    const names = [...new Set(columns.flatMap((column) => [...column.keys()]))];
    const number = value === "excess_width" ? signed : fixed;
    return { caption: WHERE.heat(plain(text)), head: ["group", ...all.map((c) => label(c))], rows: names.map((group) => [group, ...columns.map((column) => number(column.get(group)))]) };
  }

  function update(): void {
    root.hidden = (model.document?.checkpoints.length ?? 0) < 2;
    if (root.hidden) return;
    const { text } = HEAT.find((one) => one.value === value)!;
    fill(name, rich(text), " over the steps");
    chart.root.setAttribute("role", "img");
    const rows = current(model)?.groups?.length ?? 0;
    chart.root.style.setProperty("height", `${AROUND + rows * ROW.heat}px`);
    chart.update();
    if (details.open) fill(twin, tableElement(data()));
  }
  return { root, update, destroy: () => chart.destroy() };
}

// ---- two checkpoints ----

function comparePart(model: Model, actions: Actions): { root: HTMLElement; update(): void } {
  let ends: [string, string] | null = null;
  let shown: { document: ResultDocument; ends: string; data: Comparison | null; refused: string } | null = null;
  const selects = (["From", "to"] as const).map((words, side) => {
    const select = h("select.field", { "aria-label": side === 0 ? "Checkpoint before" : "Checkpoint after", onchange: () => {
      ends = [selects[0]!.select.value, selects[1]!.select.value];
      update();
    } });
    return { words, select };
  });
  const said = h("p.caption", { role: "status" });
  const place = h("div");
  const root = h("div.where-compare", null,
    h("h3.figure-title", null, "Two checkpoints, neuron by neuron"),
    h("div.ends", null, ...selects.flatMap(({ words, select }) => [h("span", { "aria-hidden": "true" }, words), select])),
    said, place);

  function update(): void {
    const doc = model.document;
    const all = doc?.checkpoints ?? [];
    root.hidden = all.length < 2;
    if (!doc || root.hidden) return;
    const names = all.map((c) => c.name);
    if (!ends?.every((name) => names.includes(name))) ends = [names[0]!, names[names.length - 1]!];
    selects.forEach(({ select }, side) => {
      fill(select, ...all.map((c) => h("option", { value: c.name }, label(c))));
      select.value = ends![side]!;
    });
    const [before, after] = ends.map((name) => all.find((c) => c.name === name)!) as [Checkpoint, Checkpoint];
    ask(doc, before, after);
    render(before, after);
  }

  /** Asks the engine, once for each pair of checkpoints of a document. */
  function ask(doc: ResultDocument, before: Checkpoint, after: Checkpoint): void {
    const key = JSON.stringify([before.name, after.name, doc.options]);
    if (!weightsHere(model) || model.reading || shown?.ends === key || before === after) return;
    shown = { document: doc, ends: key, data: null, refused: "" };
    actions.compare(before, after, (data, refused) => {
      if (shown?.ends !== key) return;
      shown = { document: doc, ends: key, data, refused };
      // The document may have grown meanwhile: null models arrive.
      const now = model.document?.checkpoints ?? [];
      const [left, right] = [before, after].map((c) => now.find((other) => other.name === c.name));
      if (left && right) render(left, right);
    });
  }

  function render(before: Checkpoint, after: Checkpoint): void {
    const data = weightsHere(model) && before !== after ? shown?.data ?? null : null;
    fill(said, before === after ? "Choose two different checkpoints."
      : !weightsHere(model) ? WHERE.noWeights : shown?.refused || (data ? `${WHERE.pairs(data.shuffled_pairs)} ${WHERE.distance}` : WHERE.comparing));
    if (before === after) return fill(place);
    fill(place, tableElement(data ? comparedTable(data) : storedTable(before, after)),
      ...(data ? [neuronTable("Neurons whose fractal dimension rose most", data.whole.gains), neuronTable("Neurons whose fractal dimension fell most", data.whole.losses)] : []));
  }
  return { root, update };
}

function comparedTable(data: Comparison): TableData {
  const row = (d: Difference): string[] => [d.name ?? "all groups", beside(d.distance, false), beside(d.alpha0.change), beside(d.width.change), beside(d.nfd.change), beside(d.rank_correlation, false)];
  return { caption: "Changes of the groups", head: ["group", "distance", "change of {\u03b1\u2080}", "change of {w}", "change of mean NFD", "rank correlation"], rows: [data.whole, ...data.groups].map(row) };
}

/** What a result without weights tells: the changes of its numbers, and those of its shuffles. */
function storedTable(before: Checkpoint, after: Checkpoint): TableData {
  const others = new Map(cellsOf(after).map((cell) => [cell.name, cell]));
  const change = (from: Maybe | undefined, to: Maybe | undefined): Maybe => (from == null || to == null ? null : to - from);
  const rows = cellsOf(before).flatMap((cell) => {
    const other = others.get(cell.name);
    if (!other) return [];
    const chances = [shuffleOfGroup(cell.group), shuffleOfGroup(other.group)];
    const pair = (of: "alpha0" | "width"): string => beside({ value: change(cell.group[of], other.group[of]), shuffled: change(chances[0]?.[of], chances[1]?.[of]), shuffled_interval: null });
    return [[cell.name, pair("alpha0"), pair("width")]];
  });
  return { caption: "Changes of the groups", head: ["group", "change of {\u03b1\u2080}", "change of {w}"], rows };
}

function neuronTable(caption: string, neurons: readonly NeuronChange[]): HTMLElement | null {
  if (!neurons.length) return null;
  return tableElement({
    caption,
    head: ["neuron", "NFD before", "after", "change", "edges before", "after"],
    rows: neurons.map((n) => [neuronWords(n), fixed(n.before), fixed(n.after), beside(n.change), integer(n.edges_before), integer(n.edges_after)]),
  });
}
