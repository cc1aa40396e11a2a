// The list of checkpoints: names, steps, series, baselines, what is left out. Every change shows at once, is said, and
// can be undone.

import { fill, h, hidden, icon, rich } from "./dom";
import { nameFrom, stepFrom } from "./edits";
import { fixed, integer, plural, spelled } from "./format";
import type { Actions, Model, View } from "./model";
import type { Checkpoint, ResultDocument } from "./protocol";
import { stepColour } from "./ramp";
import { theme } from "./theme";
import { baselineOf, seriesNames, shuffleOf } from "./verdict";
import { capital, COMPUTING, LIST, seriesLabel } from "./words";

/** Stands for a series that does not exist yet. */
const NEW = "new";
const NOT_A_STEP = "A step is a whole number, such as 1000. Leave it empty where there is none.";

interface Row { root: HTMLElement; remove: HTMLElement; update(c: Checkpoint, index: number, doc: ResultDocument): void }
interface Group { root: HTMLElement; list: HTMLElement; update(name: string | null, doc: ResultDocument): void }

export function seriesList(model: Model, actions: Actions): View {
  const { list } = actions;
  const rows = new Map<string, Row>();
  const groups: Group[] = [];
  const said = h("p.sr", { role: "status" });
  const sum = h("p.caption.list-sum");
  const unread = h("p.list-unread", { hidden: true });
  const undo = h("button.ghost.framed", { type: "button", onclick: () => undone() }, icon("back", 16), h("span", null, "Undo"), hidden(""));
  const add = h("button.ghost.framed", { type: "button", onclick: () => actions.chooseAgain() }, "Add checkpoints");
  const clear = h("button.ghost.framed", { type: "button", onclick: () => list.clear() }, "Clear all");
  const place = h("div.list-groups");
  const root = h("section.series-list", { "aria-label": "List of checkpoints" },
    h("div.list-head", null, sum, h("div.list-tools", null, undo, add, clear)), unread, place, said);
  /** What must have the focus after the next drawing. */
  let focus: (() => HTMLElement | null | undefined) | null = null;

  /** Does something to the list and says what it was. */
  function act(change: () => void): void {
    const before = model.undoable;
    change();
    if (model.undoable !== null && (model.undoable !== before || before !== null)) say(`${capital(model.undoable)}.`);
  }

  function say(words: string): void {
    fill(said, words);
  }

  function undone(): void {
    const what = model.undoable;
    if (what === null) return;
    list.undo();
    say(`Undone: ${what}.`);
  }

  function remove(key: string): void {
    const at = model.keys.indexOf(key);
    const next = model.keys[at + 1] ?? model.keys[at - 1];
    focus = () => (next === undefined ? null : rows.get(next)?.remove);
    act(() => list.remove(key));
  }

  function row(key: string): Row {
    const id = `list-${rows.size}-${Math.random().toString(36).slice(2, 8)}`;
    const dot = h("span.dot");
    const name = h("input.field", { type: "text", id: `${id}-name`, autocomplete: "off", spellcheck: "false", maxlength: 200 });
    const step = h("input.field", { type: "text", id: `${id}-step`, inputmode: "numeric", autocomplete: "off", placeholder: "none" });
    const series = h("select.field", { id: `${id}-series` });
    const base = h("input", { type: "radio", id: `${id}-base` });
    const values = h("span.list-values");
    const removeName = hidden("");
    const drop = h("button.quiet.list-remove", { type: "button", onclick: () => remove(key) }, icon("close", 16), h("span", null, "Remove"), removeName);
    const names: HTMLElement[] = [];
    const labelled = (for_: string, words: string, control: HTMLElement, kind: string): HTMLElement => {
      const whose = hidden("");
      names.push(whose);
      return h(`div.list-cell.${kind}` as "div", null, h("label", { for: `${id}-${for_}` }, h("span.list-label", null, rich(words)), whose), control);
    };
    const root = h("li.list-row", null,
      dot, labelled("name", "Name", name, "list-name"), labelled("step", "Step", step, "list-step"), labelled("series", "Series", series, "list-series"),
      labelled("base", "{E} counts from here", base, "list-base"), values, drop);

    name.addEventListener("change", () => {
      const next = nameFrom(name.value);
      const now = at(key)?.name;
      if (next === undefined || next === now) name.value = now ?? "";
      else act(() => list.rename(key, next));
    });
    step.addEventListener("change", () => {
      const next = stepFrom(step.value);
      step.toggleAttribute("aria-invalid", next === undefined);
      if (next === undefined) {
        step.setAttribute("aria-invalid", "true");
        return say(NOT_A_STEP);
      }
      step.removeAttribute("aria-invalid");
      if (next === (at(key)?.step ?? null)) step.value = stepText(next);
      else act(() => list.setStep(key, next));
    });
    series.addEventListener("change", () => {
      const names = seriesNames(model.document!);
      act(() => list.move(key, series.value === NEW ? fresh(names) : names[Number(series.value)] ?? null));
    });
    base.addEventListener("change", () => act(() => list.chooseBaseline(key)));

    return { root, remove: drop, update(c, index, doc) {
      dot.style.setProperty("background", stepColour(index, doc.checkpoints.length, theme()));
      const whose = ` of ${c.name}`;
      for (const one of names) fill(one, whose);
      fill(removeName, ` ${c.name}`);
      set(name, c.name);
      if (!step.hasAttribute("aria-invalid") || document.activeElement !== step) set(step, stepText(c.step));
      if (document.activeElement !== step) step.removeAttribute("aria-invalid");
      options(series, doc, c.series ?? null);
      base.name = `baseline-${seriesNames(doc).indexOf(c.series ?? null)}`;
      base.checked = baselineOf(doc, c) === c;
      const chance = shuffleOf(c)?.emergence;
      const beside = chance != null ? `shuffled ${fixed(chance)}` : doc.options.null.includes("shuffle") ? COMPUTING : "no shuffle asked for";
      fill(values, h("span", null, rich(`{E} ${fixed(c.emergence)}`)), h("span.caption", null, beside));
    } };
  }

  function group(): Group {
    const id = `series-${groups.length}`;
    const input = h("input.field", { type: "text", id, autocomplete: "off", spellcheck: "false", maxlength: 200, placeholder: "no name" });
    const count = h("span.caption");
    const items = h("ul.list-rows");
    const root = h("div.list-group", { role: "group" }, h("div.list-series-name", null, h("label", { for: id }, "Series"), input, count), items);
    let shown: string | null = null;
    input.addEventListener("change", () => {
      const next = nameFrom(input.value) ?? null;
      if (next !== shown) act(() => list.nameSeries(shown, next));
    });
    return { root, list: items, update(name, doc) {
      shown = name;
      set(input, name ?? "");
      root.setAttribute("aria-label", `Series ${seriesLabel(name)}`);
      fill(count, plural(doc.checkpoints.filter((c) => (c.series ?? null) === name).length, "checkpoint"));
    } };
  }

  function at(key: string): Checkpoint | undefined {
    return model.document?.checkpoints[model.keys.indexOf(key)];
  }

  function update(): void {
    const doc = model.document;
    if (!doc || model.source === "demo") return;
    const active = document.activeElement instanceof HTMLElement && root.contains(document.activeElement) ? document.activeElement : null;
    const names = seriesNames(doc);
    while (groups.length < names.length) groups.push(group());
    groups.forEach((one, i) => {
      const name = names[i];
      one.root.hidden = name === undefined;
      if (name === undefined) return;
      if (!one.root.isConnected) place.append(one.root);
      one.update(name, doc);
    });
    const next = new Map<string, number>();
    doc.checkpoints.forEach((c, index) => {
      const key = model.keys[index]!;
      let one = rows.get(key);
      if (!one) rows.set(key, one = row(key));
      const where = groups[names.indexOf(c.series ?? null)]!.list;
      const place_ = next.get(c.series ?? "") ?? 0;
      next.set(c.series ?? "", place_ + 1);
      if (where.children[place_] !== one.root) where.insertBefore(one.root, where.children[place_] ?? null);
      one.update(c, index, doc);
    });
    for (const [key, one] of rows) if (!model.keys.includes(key)) { one.root.remove(); rows.delete(key); }
    head(doc, names.length);
    // A node that is moved loses the focus.
    const wanted = focus ? focus() ?? undo : active?.isConnected ? active : active ? undo : null;
    focus = null;
    if (wanted && document.activeElement !== wanted) wanted.focus({ preventScroll: true });
  }

  function head(doc: ResultDocument, series: number): void {
    const many = plural(doc.checkpoints.length, "checkpoint");
    const order = doc.checkpoints.every((c) => c.step !== null) ? "in the order of their steps" : "in the order given, where a step is missing";
    fill(sum, `${many}${series > 1 ? ` in ${spelled(series)} series` : ""}, ${order}.`);
    undo.setAttribute("aria-disabled", String(model.undoable === null));
    fill(undo.lastElementChild!, model.undoable === null ? ": nothing to undo" : `: ${model.undoable}`);
    add.hidden = model.engine === "missing";
    unread.hidden = !model.stopped.length;
    if (!unread.hidden) {
      fill(unread, `Not read yet: ${model.stopped.map((item) => (item.step === null ? item.name : `step ${integer(item.step)}`)).join(", ")}. `,
        h("button.text-link", { type: "button", onclick: () => list.goOn() }, LIST.goOn));
    }
  }

  update();
  return { root, update, destroy: () => undefined };
}

/** Leaves a field alone while someone types in it. */
function set(input: HTMLInputElement, text: string): void {
  if (input.dataset["shown"] === text && document.activeElement === input) return;
  input.dataset["shown"] = text;
  input.value = text;
}

function stepText(step: number | null): string {
  return step === null ? "" : String(step);
}

function options(select: HTMLSelectElement, doc: ResultDocument, own: string | null): void {
  const names = seriesNames(doc);
  const key = JSON.stringify(names);
  if (select.dataset["shown"] !== key) {
    select.dataset["shown"] = key;
    select.replaceChildren(...names.map((name, i) => h("option", { value: i }, name ?? "no name")), h("option", { value: NEW }, "A new series"));
  }
  select.value = String(names.indexOf(own));
}

/** A name that no series has. */
function fresh(names: readonly (string | null)[]): string {
  for (let n = names.length + 1; ; n += 1) if (!names.includes(`series ${n}`)) return `series ${n}`;
}
