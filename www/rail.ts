// The rail beside one checkpoint: what was read, settings, checks. On narrow pages it is a drawer.

import { fill, h, icon, rich } from "./dom";
import { bytes, integer } from "./format";
import { layersValue } from "./layer-choice";
import { current, keyOf, type Actions, type Model } from "./model";
import { toggle } from "./popover";
import type { Found } from "./protocol";
import { settings } from "./settings";
import { checks } from "./verdict";
import { checkWords, warningTitle } from "./words";

export interface Rail { root: HTMLElement; button: HTMLButtonElement; update(): void }

export function rail(model: Model, actions: Actions): Rail {
  const read = h("section.read", { "aria-label": "What was read" });
  const set = settings(model, actions);
  const list = h("ul.checks");
  const add = h("label.tick-row", null, h("input", { type: "checkbox", checked: model.add, onchange: (event: Event) => actions.setAdd((event.target as HTMLInputElement).checked) }), h("span", null, "Add the next files to these"));
  const adding = h("section.adding", { "aria-label": "Next files" }, add);
  const body = h("div.rail-body", null, read, set.root,
    h("section", { "aria-labelledby": "checks-title" }, h("h2.rail-title", { id: "checks-title" }, "Checks"), list),
    adding);
  const button = h("button.ghost.drawer-button", { type: "button", "aria-expanded": "false", "aria-controls": "rail" }) as HTMLButtonElement;
  const root = h("aside.rail", { id: "rail", "aria-label": "Settings and checks" }, body);
  button.addEventListener("click", () => {
    const open = root.classList.toggle("open");
    button.setAttribute("aria-expanded", String(open));
  });

  function update(): void {
    const c = current(model);
    if (!c) return;
    const found = model.found.get(keyOf(model, c));
    const file = c.files.length === 1 ? c.files[0]!.name : c.name;
    const size = c.files.reduce((sum, f) => sum + f.bytes, 0);
    const types = found?.dtypes.length ? `, ${found.dtypes.join(", ")}` : "";
    const blocks = found?.blocks ? `, ${found.blocks} blocks` : "";
    const kept = c.samples[0]?.neurons_kept ?? 0;
    const line = (name: string, ...value: (Node | string | false)[]): HTMLElement => h("div.fact", null, h("dt", null, name), h("dd", null, ...value));
    const skipped = c.network.skipped ?? found?.skipped ?? [];
    const left = h("button.text-link", { type: "button", "aria-expanded": "false" }, skipped.slice(0, 3).map((s) => s.reason).join(", ") + (skipped.length > 3 ? " \u2026" : ""));
    left.addEventListener("click", () => toggle(left, () => {
      const dl = h("dl.skips");
      for (const s of skipped) dl.append(h("dt", null, s.reason), h("dd", null, s.tensors.slice(0, 40).join(", ") + (s.tensors.length > 40 ? ` and ${s.tensors.length - 40} more` : "")));
      return h("div.explain", { role: "dialog", "aria-label": "Not counted" }, h("p.explain-title", null, "Not counted, and why"), dl);
    }));
    const wiring = h("button.text-link", { type: "button", onclick: () => document.getElementById("layers")?.scrollIntoView({ block: "start" }) }, "Wiring");
    fill(read,
      (model.source === "result" || model.source === "kept") && h("p.badge", null, icon("file", 16), `${model.source === "kept" ? "Kept result" : "Result file"}, drawn without weights`),
      h("h2.rail-title.file-name", { title: file }, file),
      h("dl.facts", null,
        line("Read as", `${c.architecture}${blocks}`),
        line("Format", c.format, found?.imports.length ? ", " : "", found?.imports.length ? pickleReport(found.imports) : false),
        found !== undefined && found.state_dicts.length > 1 && line("Taken from", stateDicts(found.state_dicts, (path) => actions.chooseStateDict(c, path))),
        line("Size, type", `${bytes(size)}${types}`),
        line("Weights", integer(c.network.edges + c.network.zero_weights)),
        line("Neurons kept", `${integer(kept)} of ${integer(c.network.neurons)}`),
        line("Groups", `${layersValue(model, c).replace("All ", "")} `, wiring),
        skipped.length > 0 && line("Not counted", left)));
    set.update();
    adding.hidden = model.source === "demo"; // what is loaded never joins the demo
    const found_ = checks(c);
    const known = new Set(found_.map((x) => x.code));
    const bad = found_.filter((x) => !x.ok);
    const others = c.warnings.filter((w) => !known.has(w.code) && !known.has(ALIASES[w.code] ?? ""));
    fill(list,
      ...others.map((w) => check(false, warningTitle(w.code), w.text)),
      ...[...bad, ...found_.filter((x) => x.ok)].map((x) => {
        const words = checkWords(x.code, x.ok, x.value);
        return check(x.ok, words.title, words.text);
      }));
    const warnings = bad.length + others.length;
    fill(button, "Settings and checks", warnings > 0 && h("span.count", null, `${warnings}`), warnings > 0 && h("span.sr", null, warnings === 1 ? " warning" : " warnings"));
  }
  update();
  return { root, button, update };
}

/** What a program that unpickles the file would import. */
function pickleReport(imports: Found["imports"]): HTMLElement {
  const unknown = imports.filter((i) => !i.known);
  const button = h("button.text-link", { type: "button", "aria-expanded": "false" }, unknown.length ? `${unknown.length} unknown names` : "pickle read as data");
  button.addEventListener("click", () => toggle(button, () => h("div.explain", { role: "dialog", "aria-label": "Pickle" },
    h("p.explain-title", null, "What the pickle names"),
    h("p", null, "A program that unpickles this file would import these. Here the pickle is read as data and nothing is run."),
    h("ul.imports", null, ...[...unknown, ...imports.filter((i) => i.known)].map((i) => h("li", null, i.name, !i.known && h("span.warn-word", null, " unknown")))))));
  return button;
}

function stateDicts(list: Found["state_dicts"], pick: (path: string) => void): HTMLElement {
  return h("select.field.wide", { id: "state-dict", "aria-label": "Taken from", onchange: (event: Event) => pick((event.target as HTMLSelectElement).value) },
    ...list.map((s) => h("option", { value: s.path, selected: s.chosen }, `${s.path || "top of the file"} (${integer(s.tensors)} tensors)`)));
}

/** The engine's names of what the page checks itself. */
const ALIASES: Record<string, string> = { "fit-poor": "fit-fair", "f-positive": "f-above-zero", "tau-concavity": "tau-not-concave", "neurons-dropped": "neurons-left-out", "zeros": "zero-weights" };

function check(ok: boolean, title: string, text: string): HTMLElement {
  const head = h("span.check-title");
  head.append(rich(title));
  const more = h("span.check-text");
  more.append(rich(text));
  return h(ok ? "li.check.ok" : "li.check.warn", null, icon(ok ? "check" : "warn", 18), h("span.sr", null, ok ? "Passed: " : "Warning: "), h("span", null, head, text ? more : null));
}
