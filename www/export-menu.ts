// The export menu: the figure at publication size, its caption, and the numbers behind it.

import { fill, h, plain, rich } from "./dom";
import { save, type Beside } from "./export";
import { close } from "./popover";
import { loadStyles } from "./figures-style";
import type { ResultDocument } from "./protocol";
import { citation, savePng, saveSvg, saveTex, type Print, type Shown } from "./printing";
import { viewOf } from "./drawing";

/** Figures that pgfplots draws. */
const CHARTS = new Set(["spectrum", "tau", "dimension", "fit", "nfd", "series", "path", "scatter"]);

const WIDTHS: [number, string][] = [[85, "85 mm, one column"], [174, "174 mm, two columns"]];
const PNGS: [number, string][] = [[96, "PNG, 1\u00d7"], [192, "PNG, 2\u00d7"], [288, "PNG, 3\u00d7"], [384, "PNG, 4\u00d7"], [300, "PNG, 300 dpi"], [600, "PNG, 600 dpi"]];

/** Chosen once for every figure of the visit. */
const print: Print = { width: 174, text: "outlines", transparent: false };

/** The menu needs its style sheet to be placed. */
export const ready = loadStyles();

export function exportMenu(name: string, shown: Shown | null, document_: ResultDocument | null, beside?: Beside): HTMLElement {
  const menu = h("div.menu-columns", { role: "menu", "aria-label": "Export" });
  const status = h("p.menu-status", { role: "status" });

  const item = (label: string, run: () => void | Promise<unknown>, off = false): HTMLElement => h("button.menu-item", {
    type: "button", role: "menuitem", tabindex: "-1", ...(off ? { "aria-disabled": "true" } : {}),
    onclick: () => {
      if (off) return;
      fill(status, "Making the file\u2026");
      Promise.resolve().then(run).then(() => close(), () => fill(status, "The file could not be made. Try again."));
    },
  }, label);
  const radio = (label: string, key: string, on: boolean, choose: () => void): HTMLElement => {
    const button = h("button.menu-item.menu-choice", { type: "button", role: "menuitemradio", tabindex: "-1", "aria-checked": String(on), "data-key": key, onclick: () => {
      choose();
      for (const other of menu.querySelectorAll(`[data-key=${key}]`)) other.setAttribute("aria-checked", String(other === button));
    } }, h("span.menu-mark", { "aria-hidden": "true" }), label);
    return button;
  };
  const choice = <K extends keyof Print>(label: string, key: K, value: Print[K]): HTMLElement => radio(label, key, print[key] === value, () => { print[key] = value; });
  const group = (title: string, ...items: HTMLElement[]): HTMLElement =>
    h("div.menu-group", { role: "group", "aria-label": plain(title) }, h("p.menu-title", { "aria-hidden": "true" }, rich(title)), ...items);

  const none = !shown;
  let which = { name, shown };
  const figure = (use: (shown: Shown, name: string) => Promise<unknown>) => () => which.shown ? use(which.shown, which.name) : undefined;
  menu.append(
    h("div", { role: "presentation" },
      beside ? group("Which figure",
        radio(beside.own, "which", true, () => { which = { name, shown }; }),
        radio(beside.other, "which", false, () => { which = { name: beside.name, shown: beside.chart.current() }; })) : "",
      group("Width in print", ...WIDTHS.map(([width, label]) => choice(label, "width", width))),
      group("Text in SVG", choice("Outlines of glyphs", "text", "outlines"), choice("Text, fonts inside", "text", "text")),
      group("Ground", choice("White", "transparent", false), choice("Transparent", "transparent", true))),
    h("div", { role: "presentation" },
      group("Figure",
        item("SVG", figure((s, as) => saveSvg(as, s, print)), none),
        ...PNGS.map(([perInch, label]) => item(label, figure((s, as) => savePng(as, s, print, perInch)), none)),
        item("pgfplots (.tex)", figure((s, as) => saveTex(as, s, print)), none || !CHARTS.has(shown.figure.kind)),
        item("Copy the caption", figure(async (s) => navigator.clipboard.writeText((await citation(s)).caption)), none)),
      group("Numbers",
        item("Numbers as CSV", () => { const text = document_ && viewOf(document_)?.csv(); if (text) save(new Blob([text], { type: "text/csv" }), `${name}.csv`); }, !document_),
        item("Result as JSON", () => { if (document_) save(new Blob([JSON.stringify(document_)], { type: "application/json" }), `${name}.json`); }, !document_))));
  menu.addEventListener("keydown", arrows);
  return h("div.menu.export-menu", null, menu, status);
}

function arrows(event: KeyboardEvent): void {
  const items = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("[role^=menuitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  // Letters go to the next entry that begins so.
  const typed = event.key.length === 1 && !event.ctrlKey && !event.metaKey && event.key !== " "
    ? [...items.slice(at + 1), ...items].find((entry) => entry.textContent?.trim().toLowerCase().startsWith(event.key.toLowerCase())) : undefined;
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key] ?? (typed ? items.indexOf(typed) : undefined);
  if (event.key === "Tab") return void close();
  if (next === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  items[(next + items.length) % items.length]?.focus();
}
