// The wiring of a checkpoint as a table, and its editor: leave matrices out, move them, put them into one group, say
// what their axes are. The engine checks every edit; the files are read again.

import { fill, h, icon, plain } from "./dom";
import { integer } from "./format";
import { allLayers, current, weightsHere, type Actions, type Model } from "./model";
import type { Axes, Checkpoint, MatrixSpec, WiringData, WiringSpec } from "./protocol";

export interface WiringPart { root: HTMLElement; update(): void }

/** More rows than this are not drawn: the filter finds the others. */
const MOST_ROWS = 300;

const AXES: [Axes, string][] = [
  ["outputs-first", "[outputs, inputs]"],
  ["inputs-first", "[inputs, outputs]"],
  ["convolution", "convolution"],
  ["transposed-convolution", "transposed convolution"],
];

/** One matrix in the editor. */
interface Row {
  matrix: MatrixSpec;
  shape: string;
  counted: boolean;
  /** Leaves the same neurons as the row above. */
  joined: boolean;
  /** Of the group that it came with; a row that was joined and no longer is takes its tensor's name. */
  group: Omit<WiringSpec["groups"][number], "matrices">;
}

export function wiringPart(model: Model, actions: Actions): WiringPart {
  const title = h("h2.section-title", { id: "layers-title" });
  const note = h("span.caption");
  const change = h("button.ghost.framed", { type: "button", onclick: () => { void edit(); } }, "Change the wiring");
  const body = h("div");
  const root = h("section.layers", { id: "layers", "aria-labelledby": "layers-title" },
    h("div.title-row", null, h("div.layers-words", null, title, note), change), body);
  let editing: Editor | null = null;

  async function edit(): Promise<void> {
    const c = current(model);
    const data = c && await actions.wiring(c);
    if (!data) return;
    const done = (): void => { editing = null; update(); change.focus(); };
    editing = editor(data, { apply: (spec) => { actions.rewire(spec); done(); }, close: done });
    update();
    editing.focus();
  }

  function update(): void {
    const c = current(model);
    if (!c) return;
    const groups = c.network.layers.length;
    const all = allLayers(model, c);
    const of = all !== null && all !== groups ? `${integer(all)} groups of neurons, ${integer(groups)} of which count` : `${groups} ${groups === 1 ? "group" : "groups"} of neurons`;
    fill(title, `Wiring: ${of}`);
    fill(note, words(c));
    change.hidden = !weightsHere(model) || editing !== null;
    fill(body, editing?.root ?? table(c));
  }
  update();
  return { root, update };
}

function words(c: Checkpoint): string {
  if (c.warnings.some((w) => w.code === "wiring-edited")) return "your own wiring";
  return c.guessed ? "a guess: no family that is known has such names" : `recognised as ${c.architecture}`;
}

function table(c: Checkpoint): HTMLElement {
  const body = h("tbody");
  for (const l of c.network.layers.slice(0, MOST_ROWS)) {
    body.append(h("tr", null, h("th", { scope: "row" }, l.name), h("td.names", null, l.tensors.join(", ")), h("td", null, integer(l.neurons)), h("td", null, integer(l.edges_per_neuron)), h("td", null, integer(l.kept))));
  }
  const more = c.network.layers.length - MOST_ROWS;
  return h("div.twin-scroll", { tabindex: "0", role: "region", "aria-label": "Wiring" }, h("table.data", null, h("caption.sr", null, "Groups of neurons"),
    h("thead", null, h("tr", null, ...["group", "tensors", "neurons", "edges each", "kept"].map((t) => h("th", { scope: "col" }, t)))), body),
  more > 0 && h("p.caption", null, `and ${integer(more)} more groups; the result file lists all.`));
}

interface Editor { root: HTMLElement; focus(): void }

function editor(data: WiringData, on: { apply(spec: WiringSpec | null): void; close(): void }): Editor {
  const shapes = new Map(data.tensors.map((t) => [t.name, `${t.dtype} [${t.shape.join(", ")}]`]));
  let rows = rowsOf(data, shapes);
  const filter = h("input.field.wiring-filter", { type: "search", id: "wiring-filter", placeholder: "part of a name", autocomplete: "off" });
  const found = h("span.caption", { role: "status" });
  const body = h("tbody");
  const message = h("p.caption", { role: "status" });

  const shown = (): Row[] => rows.filter((row) => row.matrix.tensor.includes(filter.value.trim()));

  function draw(): void {
    const list = shown();
    fill(body, ...list.slice(0, MOST_ROWS).map(line));
    fill(found, `${integer(list.length)} of ${integer(rows.length)} matrices${list.length > MOST_ROWS ? `; the first ${MOST_ROWS} are shown` : ""}`);
    fill(message, summary(rows));
  }

  function line(row: Row): HTMLElement {
    const name = row.matrix.tensor;
    const at = rows.indexOf(row);
    const part = row.matrix.rows ? ` rows ${row.matrix.rows[0]} to ${row.matrix.rows[1] - 1}` : "";
    const tick = (label: string, on_: boolean, set: (on: boolean) => void, off = false): HTMLElement => h("input", {
      type: "checkbox", checked: on_, disabled: off, "aria-label": `${label}: ${name}${part}`,
      onchange: (event: Event) => { set((event.target as HTMLInputElement).checked); draw(); },
    });
    const axes = h("select.field", { "aria-label": `Axes of ${name}${part}`, onchange: (event: Event) => { row.matrix = { ...row.matrix, axes: (event.target as HTMLSelectElement).value as Axes }; } },
      ...AXES.map(([value, text]) => h("option", { value, selected: value === row.matrix.axes }, text)));
    const move = (by: -1 | 1, label: string, glyph: string): HTMLElement => h("button.quiet", { type: "button", disabled: !rows[at + by], "aria-label": `Move ${name}${part} ${label}`, onclick: () => swap(at, by) }, glyph);
    return h("tr", null,
      h("td", null, tick("Counted", row.counted, (on_) => { row.counted = on_; })),
      h("td", null, tick("Same neurons as the row above", row.joined, (on_) => { row.joined = on_; }, at === 0)),
      h("th.names", { scope: "row" }, name, part && h("span.caption", null, part)),
      h("td.names", null, row.shape),
      h("td", null, axes),
      h("td.moves", null, move(-1, "up", "\u2191"), move(1, "down", "\u2193")));
  }

  function swap(at: number, by: -1 | 1): void {
    const [here, there] = [rows[at]!, rows[at + by]!];
    rows[at] = there;
    rows[at + by] = here;
    draw();
    body.querySelectorAll<HTMLButtonElement>(".moves button")[2 * shown().indexOf(here) + (by < 0 ? 0 : 1)]?.focus();
  }

  const all = (label: string, change: (row: Row) => void): HTMLElement => h("button.ghost.framed", { type: "button", onclick: () => { shown().forEach(change); draw(); } }, label);
  const allAxes = h("select.field", { "aria-label": "Axes of all that are shown", onchange: (event: Event) => {
    const { value } = event.target as HTMLSelectElement;
    if (value) shown().forEach((row) => { row.matrix = { ...row.matrix, axes: value as Axes }; });
    draw();
  } }, h("option", { value: "" }, "axes of all shown"), ...AXES.map(([value, text]) => h("option", { value }, text)));
  filter.addEventListener("input", draw);

  const apply = h("button.primary", { type: "button", onclick: () => {
    if (rows.some((row) => row.counted)) on.apply(specOf(data.spec.architecture, rows));
    else fill(message, icon("warn", 16), " At least one matrix must be counted.");
  } }, "Read the files again so");
  const root = h("div.wiring-editor", null,
    h("p.caption", null, "A neuron is an input of a matrix; matrices with the same neurons form a group, and each group has its edges in one list."),
    h("div.wiring-tools", null, h("label", { for: "wiring-filter" }, "Show"), filter, found, all("Count all shown", (row) => { row.counted = true; }), all("Leave all shown out", (row) => { row.counted = false; }), allAxes),
    h("div.twin-scroll", { tabindex: "0", role: "region", "aria-label": "Wiring, to be changed" }, h("table.data.wiring-table", null,
      h("caption.sr", null, "Matrices in their order"),
      h("thead", null, h("tr", null, ...["counted", "with the row above", "tensor", "type and shape", "axes", "order"].map((t) => h("th", { scope: "col" }, t)))), body)),
    message,
    h("div.wiring-tools", null, apply,
      data.edited && h("button.ghost.framed", { type: "button", onclick: () => on.apply(null) }, "Back to what was recognised"),
      h("button.ghost", { type: "button", onclick: () => on.close() }, "Cancel")));
  root.addEventListener("keydown", (event) => { if (event.key === "Escape") on.close(); });
  draw();
  return { root, focus: () => filter.focus() };
}

/** The wired matrices in their order, then every other tensor that could be one. */
function rowsOf(data: WiringData, shapes: Map<string, string>): Row[] {
  const wired = data.spec.groups.flatMap(({ matrices, ...group }) => matrices.map((matrix, i): Row => ({
    matrix, shape: shapes.get(matrix.tensor) ?? "", counted: true, joined: i > 0, group,
  })));
  const known = new Set(wired.map((row) => row.matrix.tensor));
  const others = data.tensors.filter((t) => t.shape.length > 1 && !known.has(t.name)).map((t): Row => ({
    matrix: { tensor: t.name, axes: t.shape.length > 2 ? "convolution" : "outputs-first" }, shape: shapes.get(t.name) ?? "",
    counted: false, joined: false, group: { name: t.name, role: "other" },
  }));
  return [...wired, ...others];
}

/** Groups of consecutive rows; a row that lost its group stands for itself. */
export function specOf(architecture: string, rows: readonly Pick<Row, "matrix" | "counted" | "joined" | "group">[]): WiringSpec {
  const groups: WiringSpec["groups"] = [];
  const names = new Set<string>();
  for (const row of rows.filter((r) => r.counted)) {
    const last = groups[groups.length - 1];
    if (row.joined && last) {
      last.matrices.push(row.matrix);
      continue;
    }
    const taken = names.has(row.group.name);
    names.add(row.group.name);
    groups.push({ ...(taken ? { name: row.matrix.tensor, role: "other" } : row.group), matrices: [row.matrix] });
  }
  return { architecture, groups };
}

function summary(rows: Row[]): string {
  const groups = specOf("", rows).groups.length;
  const left = rows.filter((row) => !row.counted).length;
  return plain(`${integer(groups)} ${groups === 1 ? "group" : "groups"}; ${integer(left)} ${left === 1 ? "tensor is" : "tensors are"} left out.`);
}
