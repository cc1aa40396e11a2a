// A figure that is read by its own cursor: one tab stop, named by what it shows.

import { fill, h } from "./dom";

/** Makes a figure focusable; the answer describes what is drawn. */
export function readable(root: HTMLElement, label: string): (summary: string) => void {
  const summary = h("p.sr", { id: `said-${Math.random().toString(36).slice(2, 9)}` });
  root.append(summary);
  for (const [key, value] of Object.entries({ tabindex: "0", role: "group", "aria-label": `Figure: ${label}`, "aria-describedby": summary.id })) root.setAttribute(key, value);
  return (words) => { if (summary.textContent !== words) fill(summary, words); };
}
