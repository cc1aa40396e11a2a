// The choice of the layers that count, and the note beside numbers that are not of the whole network.

import { fill, h, hidden, icon } from "./dom";
import { integer } from "./format";
import { chosen, layersText, OTHER, placesOf, share, spanned, type Layers, type Places } from "./layers";
import { allLayers, current, weightsHere, type Actions, type Model } from "./model";
import { toggle } from "./popover";
import type { Checkpoint } from "./protocol";
import { capital, layersNote, mixedLayers, ofLayers } from "./words";

/** "All 24", "6 of 24", or "6" where nobody knows of how many. */
export function layersValue(model: Model, c: Checkpoint): string {
  const all = allLayers(model, c);
  const here = c.network.layers.length;
  return all === here ? `All ${integer(all)}` : all === null ? integer(here) : `${integer(here)} of ${integer(all)}`;
}

/** The button in the settings, which opens the choice by kind and by block. It outlives the settings that are drawn anew. */
export function layersButton(model: Model, actions: Actions): { root: HTMLElement; update(): void } {
  const value = h("span");
  const root = h("button.field", { type: "button", id: "set-layers", "aria-expanded": "false" }, hidden("Layers that count: "), value);
  root.addEventListener("click", () => { void open(root, model, actions); });
  return { root, update() {
    const c = current(model);
    fill(value, c ? layersValue(model, c) : "All");
  } };
}

async function open(button: HTMLElement, model: Model, actions: Actions): Promise<void> {
  const c = current(model);
  const names = c && await wholeWiring(model, actions, c);
  if (names && button.isConnected) toggle(button, () => panel(model, actions, placesOf(names)));
}

/** Names of all layers of a checkpoint, those that do not count too. */
async function wholeWiring(model: Model, actions: Actions, c: Checkpoint): Promise<string[]> {
  const own = c.network.layers.map((layer) => layer.name);
  if (allLayers(model, c) === own.length) return own;
  return (await actions.wiring(c))?.spec.groups.map((group) => group.name) ?? own;
}

function panel(model: Model, actions: Actions, places: Places): HTMLElement {
  let { kinds, blocks } = spanned(places, model.state.options.layers);
  const all = places.layers.length;
  const { unit } = places;
  const said = h("p.caption", { role: "status" });
  const ticks = places.kinds.map((kind) => {
    const many = places.layers.filter((place) => place.kind === kind).length;
    const box = h("input", { type: "checkbox", onchange: () => {
      if (box.checked) kinds.add(kind);
      else kinds.delete(kind);
      apply();
    } });
    return { kind, box, row: h("label.tick-row", null, box, h("span", null, capital(kind || OTHER), h("span.tick-count", null, ` ${integer(many)}`))) };
  });
  const ends = ([["first", "From"], ["last", "to"]] as const).map(([end, words], at) => {
    const numbers = Array.from({ length: places.blocks[1] - places.blocks[0] + 1 }, (_, i) => places.blocks[0] + i);
    const select = h("select.field", { id: `layers-${end}`, "aria-label": `${capital(end)} ${unit}`, onchange: () => {
      blocks = at === 0 ? [Number(select.value), Math.max(blocks[1], Number(select.value))] : [Math.min(blocks[0], Number(select.value)), Number(select.value)];
      apply();
    } }, ...numbers.map((n) => h("option", { value: n }, `${n}`)));
    return { select, words };
  });

  /** Shows the choice; a choice of nothing is not asked for. */
  function apply(): void {
    const layers = chosen(places, kinds, blocks);
    show(layers);
    if (layers?.length !== 0) actions.options({ ...model.state.options, layers });
  }

  function show(layers: Layers): void {
    const count = layers ? layers.reduce((sum, [first, last]) => sum + last - first + 1, 0) : all;
    for (const { kind, box } of ticks) box.checked = kinds.has(kind);
    ends.forEach(({ select }, at) => { select.value = String(blocks[at]); });
    fill(said, layers?.length === 0 ? "At least one layer must count: the numbers are as before." : !layers ? `All ${integer(all)} layers count.`
      : `${share(count, all)} count${layersText(layers) === layersText(chosen(places, kinds, blocks)) ? "" : ", chosen by number"}.`);
  }

  const back = h("button.ghost.framed", { type: "button", onclick: () => {
    ({ kinds, blocks } = spanned(places, null));
    apply();
  } }, `Count all ${integer(all)}`);
  const mixed = [...new Set([...model.found.values()].map((found) => found.groups))].sort((a, b) => a - b);
  show(model.state.options.layers);
  return h("div.explain.layer-choice", { role: "dialog", "aria-label": "Layers that count" },
    h("div.choice-head", null, h("p.explain-title", null, "Layers that count"), back),
    ticks.length > 1 && h("fieldset", null, h("legend", null, "Kind"), ...ticks.map((tick) => tick.row)),
    h("fieldset", null, h("legend", null, `${capital(unit)}s`), h("div.ends", null, ...ends.flatMap(({ select, words }) => [h("span", { "aria-hidden": "true" }, words), select]))),
    said,
    mixed.length > 1 && h("p.caption", null, mixedLayers(mixed)));
}

/** Says that the numbers are of a part of the network; the way back is one action. */
export function partNote(model: Model, actions: Actions): { root: HTMLElement; update(): void } {
  const words = h("span");
  const back = h("button.text-link", { type: "button", onclick: () => actions.options({ ...model.state.options, layers: null }) }, "Count all layers");
  const root = h("p.part-note", { hidden: true }, icon("warn", 16), h("span", null, words, " ", back));
  return { root, update() {
    const c = current(model);
    const options = model.document?.options;
    const lost = document.activeElement === back;
    root.hidden = !c || !options || !ofLayers(options) || allLayers(model, c) === c.network.layers.length;
    if (root.hidden && lost) root.closest(".words")?.querySelector("h1")?.focus({ preventScroll: true });
    if (!c || !options || root.hidden) return;
    fill(words, layersNote(c, options, allLayers(model, c)));
    back.hidden = !weightsHere(model);
  } };
}
