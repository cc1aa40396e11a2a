// The rail beside one checkpoint: what was read, settings, checks. On narrow pages it is a drawer.

import { checkOf, passes, warningTitle, type CheckWords } from "./check-words";
import { fill, h, hidden, icon, plain, marked, rich } from "./dom";
import { bytes, integer } from "./format";
import { layersValue } from "./layer-choice";
import { current, keyOf, type Actions, type Model } from "./model";
import { helpLink, toggle } from "./popover";
import type { Found } from "./protocol";
import { settings } from "./settings";

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
    fill(list,
      ...c.warnings.map((w) => check(false, warningTitle(w.code, c), [marked(w.text), marked(w.remedy ?? "")], checkOf(w.code))),
      ...passes(c).map(({ check: words, text }) => check(true, text, [], words)));
    const warnings = c.warnings.length;
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

/** One line: a title, and of a warning what was found and what to do. */
function check(ok: boolean, title: string, sentences: string[], words: CheckWords | undefined): HTMLElement {
  const lines = sentences.filter(Boolean).map((text, i) => h(i === 0 ? "span.check-text" : "span.check-text.remedy", null, rich(text)));
  return h(ok ? "li.check.ok" : "li.check.warn", null, icon(ok ? "check" : "warn", 18), h("span.sr", null, ok ? "Passed: " : "Warning: "),
    h("span", null, h("span.check-title", null, rich(title)), words ? whyButton(words) : null, ...lines));
}

/** The "?" of a check: what is measured, when it warns, and why there. */
function whyButton({ code, name, measured, threshold, why }: CheckWords): HTMLButtonElement {
  const button = h("button.why", { type: "button", "aria-expanded": "false" }, h("span", { "aria-hidden": "true" }, "?"), hidden(`About the check: ${plain(name)}`));
  button.addEventListener("click", () => toggle(button, () => h("div.explain", { role: "dialog", "aria-label": plain(name) },
    h("p.explain-title", null, rich(name)), h("p", null, rich(measured)), h("p", null, h("b", null, "Warns: "), rich(threshold)), h("p.caution", null, rich(why)), h("p", null, helpLink(code)))));
  return button;
}
