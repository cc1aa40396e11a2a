// Keys of the page. Single letters act only while a figure has the focus, but for O and ?, which any text field stops,
// and which can be switched off (WCAG 2.1.4).

import { h } from "./dom";
import { toggle } from "./popover";

const KEYS: [string, string][] = [
  ["O", "open files"], ["\u2190 \u2192", "along q in a figure, step on the slider"], ["\u2191 \u2193", "checkpoint, in a figure"],
  ["Home End", "first and last"], ["PgUp PgDn", "five steps"], ["Space", "play and pause, figure or slider"],
  ["T", "table, in a figure"], ["+ \u2212 0", "zoom in, zoom out, all, in the spectrum"], ["P N", "pin, null model on and off, in the spectrum"], ["E", "export, in a figure"], ["?", "these keys"], ["Esc", "closes what is open, then leaves the figure"],
];

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

function panel(): HTMLElement {
  const list = h("dl.keys");
  for (const [key, what] of KEYS) {
    const dt = h("dt");
    for (const k of key.split(" ")) dt.append(h("kbd", null, k));
    list.append(dt, h("dd", null, what));
  }
  const off = h("input", { type: "checkbox", checked: letters, onchange: () => { letters = off.checked; } });
  return h("div.explain", { role: "dialog", "aria-label": "Keys" }, h("p.explain-title", null, "Keys"), list, h("label.tick-row", null, off, h("span", null, "Letters act anywhere on the page")));
}
