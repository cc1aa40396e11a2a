// Keys of the page. Single letters act only while a figure has the focus, but for O and ?, which any text field stops,
// and which can be switched off (WCAG 2.1.4).

import { h } from "./dom";
import { KEYS } from "./key-list";
import { toggle } from "./popover";

let letters = true;

export interface KeyActions { open(): void; play(): void; exportMenu(): void }

export function listenKeys(actions: KeyActions, anchor: HTMLElement): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    if (target.closest("input:not([type=range]):not([type=radio]):not([type=checkbox]), textarea, select")) return;
    const figure = !!target.closest(".chart");
    if (event.key === " " && figure) {
      event.preventDefault();
      actions.play();
      return;
    }
    if (!letters && !figure) return;
    switch (event.key) {
      case "o": case "O": event.preventDefault(); actions.open(); break;
      case "?": event.preventDefault(); toggle(anchor, panel); break;
      case "e": case "E": if (figure) { event.preventDefault(); actions.exportMenu(); } break;
    }
  });
  anchor.addEventListener("click", () => toggle(anchor, panel));
}

/** Keys and what they do. */
export function keyList(keys: readonly [string, string][]): HTMLElement {
  const list = h("dl.keys");
  for (const [key, what] of keys) {
    const dt = h("dt");
    for (const k of key.split(" ")) dt.append(h("kbd", null, k));
    list.append(dt, h("dd", null, what));
  }
  return list;
}

function panel(): HTMLElement {
  const off = h("input", { type: "checkbox", checked: letters, onchange: () => { letters = off.checked; } });
  return h("div.explain", { role: "dialog", "aria-label": "Keys" }, h("p.explain-title", null, "Keys"), keyList(KEYS), h("label.tick-row", null, off, h("span", null, "Letters act anywhere on the page")));
}
