// The export menu: this figure as PNG or SVG, the whole result as CSV or JSON. Nothing leaves the page but a file.

import type { Chart } from "./chart";
import { h, icon } from "./dom";
import { viewOf } from "./drawing";
import type { ResultDocument } from "./protocol";
import { close, toggle } from "./popover";

const PNG_SCALES = [1, 2, 4];

export function exportButton(name: () => string, chart: () => Chart | null, document_: () => ResultDocument | null): HTMLButtonElement {
  const button = h("button.ghost.export", { type: "button", "aria-haspopup": "menu", "aria-expanded": "false" }, icon("download", 18), "Export");
  const item = (label: string, run: () => void): HTMLElement => h("button.menu-item", { type: "button", role: "menuitem", onclick: () => { run(); close(); } }, label);
  button.addEventListener("click", () => toggle(button, () => {
    const menu = h("div.menu", { role: "menu", "aria-label": "Export" });
    for (const scale of PNG_SCALES) menu.append(item(`Figure as PNG, ${scale}\u00d7`, () => png(name(), chart(), scale)));
    menu.append(
      item("Figure as SVG", () => svg(name(), chart())),
      item("Numbers as CSV", () => csv(name(), document_())),
      item("Result as JSON", () => { const d = document_(); if (d) save(new Blob([JSON.stringify(d)], { type: "application/json" }), `${name()}.json`); }));
    menu.addEventListener("keydown", arrows);
    return menu;
  }));
  return button;
}

function arrows(event: KeyboardEvent): void {
  const items = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("[role=menuitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items[(next + items.length) % items.length]?.focus();
}

/** Drawn again at the size of an export, in the light theme on its own ground. */
function png(name: string, chart: Chart | null, scale: number): void {
  const now = chart?.current();
  if (!now) return;
  const canvas = h("canvas");
  viewOf(now.document)?.draw(canvas, { ...now.figure, scale, theme: "print" });
  canvas.toBlob((blob) => { if (blob) save(blob, `${name}.png`); });
}

function svg(name: string, chart: Chart | null): void {
  const now = chart?.current();
  const text = now && viewOf(now.document)?.svg({ ...now.figure, theme: "print" });
  if (text) save(new Blob([text], { type: "image/svg+xml" }), `${name}.svg`);
}

function csv(name: string, document_: ResultDocument | null): void {
  const text = document_ && viewOf(document_)?.csv();
  if (text) save(new Blob([text], { type: "text/csv" }), `${name}.csv`);
}

export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
