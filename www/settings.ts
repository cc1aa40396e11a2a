// The settings of the rail. They apply at once; where the kept histograms do not suffice the files are read again.

import { h, hidden, icon, rich } from "./dom";
import { fixed } from "./format";
import { allowed, followsPaths, possible, SCHEMES } from "./hash";
import { layersButton, layersValue } from "./layer-choice";
import { current, isElsewhere, weightsHere, type Actions, type Model } from "./model";
import { toggle } from "./popover";
import type { Options, Scheme } from "./protocol";

type Distance = Options["distance"];

const SCHEME_WORDS: Record<Scheme, string> = {
  auto: "As the architecture has it", "small-wang": "GPT-NeoX: small and wang", "scaled-normal": "Normal 0.02, outputs scaled", normal: "Normal 0.02", xavier: "Xavier, uniform", kaiming: "Kaiming, uniform",
};

const INTERCONNECTS = { original: "Original", serial: "Serial", true: "True" } as const;

export interface Settings { root: HTMLElement; update(): void }

export function settings(model: Model, actions: Actions): Settings {
  const rows = h("div.settings-rows");
  const root = h("section.settings", { "aria-labelledby": "settings-title" }, h("h2.rail-title", { id: "settings-title" }, "Settings"), rows);
  const layers = layersButton(model, actions);
  let shown = "";
  let more = false;

  function update(): void {
    const locked = !weightsHere(model);
    const options = model.document?.options ?? model.state.options;
    const c = current(model);
    const key = JSON.stringify([options, locked, c && layersValue(model, c), model.source, model.engine === "missing"]);
    if (key === shown) return;
    const focus = (document.activeElement as HTMLElement | null)?.id;
    shown = key;
    layers.update();
    rows.replaceChildren(...(locked ? fixedRows(options) : openRows(options)));
    if (locked) rows.append(unlock());
    if (focus) document.getElementById(focus)?.focus();
  }

  function set(change: Partial<Options>): void {
    actions.options(possible({ ...model.state.options, ...change }));
  }

  /** All of a file on another site is read only where that is asked for, beside its cost. */
  function sampledElsewhere({ network }: Options): boolean {
    return network === "sampled" && (model.document?.checkpoints.some(isElsewhere) ?? false);
  }

  function openRows(o: Options): HTMLElement[] {
    const list = [
      row("Network", sampledElsewhere(o) ? h("span.locked", null, "Sampled", hidden(", the whole is on another site: ask for it from the web, where its cost is said")) : segments("network", [["full", "Whole"], ["sampled", "Sampled"]], o.network, (v) => set({ network: v as Options["network"] }))),
      ...(o.network === "sampled" ? [
        number("samples", "Samples", o.samples), number("layer_sample", "Neurons per layer", o.layer_sample),
        row("Rows", segments("rows", [["random", "Random"], ["strips", "Strips"]], o.rows ?? "random", (v) => set({ rows: v as Options["rows"] }))),
        row("Hops", segments("hops", [["1", "1"], ["2", "2"], ["3", "3"]], String(o.hops ?? 1), (v) => set({ hops: Number(v) }))),
        row("Interconnect", segments("interconnect", [["original", "Original"], ["serial", "Serial"], ["true", "True"]], o.interconnect ?? "original", (v) => set({ interconnect: v as Options["interconnect"] }))),
      ] : []),
      row("Layers that count", followsPaths(o) ? h("span.locked", null, "All", hidden(", since paths run through all layers")) : layers.root),
      row("Mode", segments("mode", [["exact", "Exact"], ["reference", "Reference"]], o.mode, (v) => set({ mode: v as Options["mode"] }))),
      row("Length of an edge", segments("distance", [["inverse", "1/|w|"], ["scaled", "s/|w|"]], o.distance ?? "inverse", (v) => set({ distance: v as Distance }))),
      number("threshold", "Longest edge {T}", o.threshold),
      row("Range of {q}", range(o)),
      row("Null model", nulls(o)),
      number("seed", "Seed", o.seed),
      details(o),
    ];
    return list;
  }

  /** What the published code does otherwise, each by itself, and what is seldom changed. */
  function details(o: Options): HTMLElement {
    const choice = (key: "differences" | "tie" | "rounding", name: string, choices: [string, string][]): HTMLElement => {
      const list = h("select.field", { id: `set-${key}`, onchange: () => set({ [key]: list.value || undefined }) },
        ...choices.map(([value, words]) => h("option", { value, selected: value === (o[key] ?? "") }, words)));
      return row(name, list, `set-${key}`);
    };
    return h("details.more-settings", { open: more, ontoggle: (event: Event) => { more = (event.target as HTMLDetailsElement).open; } }, h("summary", null, "Details of the method"),
      choice("differences", "{\u03b1} from {\u03c4}", [["", "As the mode"], ["central", "Central differences"], ["forward", "Forward differences"]]),
      choice("tie", "Tied peak", [["", "As the mode"], ["first", "Below q = 0"], ["second", "At q = 0"]]),
      choice("rounding", "Lengths rounded", [["halves", "To halves"], ["nearest", "To integers"], ["up", "Up"], ["twos", "To even numbers"]]),
      number("minimum_degree", "Kept with more edges than", o.minimum_degree ?? 10),
      ...(o.mode === "reference" ? [number("filter", "Filter (0 to 3)", o.filter)] : []));
  }

  function row(name: string, control: HTMLElement, for_?: string): HTMLElement {
    const label = h(for_ ? "label" : "span", for_ ? { for: for_ } : null);
    label.classList.add("setting-name");
    label.append(rich(name));
    return h("div.setting", null, label, control);
  }

  function segments(name: string, choices: [string, string][], value: string, pick: (v: string) => void): HTMLElement {
    const group = h("div.segments", { role: "radiogroup", "aria-label": `${name.charAt(0).toUpperCase()}${name.slice(1)}` });
    for (const [v, text] of choices) {
      const input = h("input", { type: "radio", name: `set-${name}`, id: `set-${name}-${v}`, value: v, checked: v === value, onchange: () => pick(v) });
      group.append(h("label", null, input, h("span", null, text)));
    }
    return group;
  }

  function number(key: keyof Options, name: string, value: number): HTMLElement {
    const id = `set-${key}`;
    const input = h("input.field", { type: "text", inputmode: "decimal", id, value: String(value), autocomplete: "off", size: 6 });
    input.addEventListener("change", () => {
      const next = Number(input.value.replace("\u2212", "-"));
      const good = input.value.trim() !== "" && allowed(key, next);
      input.setAttribute("aria-invalid", String(!good));
      if (good) set({ [key]: next });
    });
    return row(name, input, id);
  }

  function range(o: Options): HTMLElement {
    const text = `${fixed(o.q_min, Number.isInteger(o.q_min) ? 0 : 1)} to ${fixed(o.q_max, Number.isInteger(o.q_max) ? 0 : 1)}`;
    const button = h("button.field", { type: "button", id: "set-q", "aria-expanded": "false" }, hidden("Range of q: "), text);
    button.addEventListener("click", () => toggle(button, () => h("div.explain", { role: "dialog", "aria-label": "Range of q" },
      number("q_min", "Smallest {q}", o.q_min), number("q_max", "Largest {q}", o.q_max), number("q_step", "Step", o.q_step))));
    return button;
  }

  function nulls(o: Options): HTMLElement {
    const text = nullsValue(o);
    const button = h("button.field", { type: "button", id: "set-null", "aria-expanded": "false" }, hidden("Null model: "), text);
    button.addEventListener("click", () => toggle(button, () => {
      const kinds: [string, string][] = [["shuffle", "Shuffle: every weight kept, dealt at random"], ["gaussian", "Gaussian: normal weights of the same size"], ["initialisation", "Initialisation: drawn as before training"], ...(followsPaths(o) ? [] : [["rescale", "Rescale: the first checkpoint at this size"] as [string, string]])];
      const chosen = new Set(o.null);
      const boxes = kinds.map(([k, words]) => h("label.tick-row", null,
        h("input", { type: "checkbox", checked: chosen.has(k), onchange: (event: Event) => {
          if ((event.target as HTMLInputElement).checked) chosen.add(k);
          else chosen.delete(k);
          set({ null: kinds.map(([name]) => name).filter((name) => chosen.has(name)) });
        } }), h("span", null, words)));
      return h("div.explain", { role: "dialog", "aria-label": "Null model" }, ...boxes, number("null_samples", "Samples of each", o.null_samples),
        row("Initialisation", schemes(o), "set-initialisation"));
    }));
    return button;
  }

  function schemes(o: Options): HTMLElement {
    const list = h("select.field", { id: "set-initialisation", onchange: () => set({ initialisation: list.value as Scheme }) },
      ...SCHEMES.map((name) => h("option", { value: name, selected: name === (o.initialisation ?? "auto") }, SCHEME_WORDS[name])));
    return list;
  }

  function nullsValue(o: Options): string {
    return o.null.length ? `${o.null.map((k) => k[0]!.toUpperCase() + k.slice(1)).join(", ")}, ${o.null_samples}` : "None";
  }

  function fixedRows(o: Options): HTMLElement[] {
    const line = (name: string, value: string): HTMLElement => row(name, h("span.locked", null, value, icon("lock", 16), hidden("needs the weights")));
    return [
      line("Network", o.network === "full" ? "Whole" : "Sampled"),
      ...(o.network === "sampled" && o.rows === "strips" ? [line("Rows", "Strips")] : []),
      ...(followsPaths(o) ? [line("Hops", String(o.hops)), line("Interconnect", INTERCONNECTS[o.interconnect ?? "original"])] : []),
      line("Layers that count", layersText()),
      line("Mode", o.mode === "exact" ? "Exact" : "Reference"),
      line("Longest edge {T}", String(o.threshold)),
      line("Range of {q}", `${fixed(o.q_min, 0)} to ${fixed(o.q_max, 0)}`),
      ...(o.distance === "scaled" ? [line("Length of an edge", "s/|w|")] : []),
      line("Null model", nullsValue(o)),
    ];
  }

  function layersText(): string {
    const c = current(model);
    return c ? layersValue(model, c) : "All";
  }

  function unlock(): HTMLElement {
    return model.source === "demo" && model.engine !== "missing"
      ? h("p.unlock", null, h("button.text-link", { type: "button", onclick: () => actions.analyseDemo() }, "Analyse these files here"), " to change a setting.")
      : h("p.unlock", null, "Settings need the weights. ", h("button.text-link", { type: "button", onclick: () => actions.choose() }, "Add the checkpoint"));
  }

  update();
  return { root, update };
}

