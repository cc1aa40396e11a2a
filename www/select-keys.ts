// A figure over checkpoints as one tab stop: arrows select the checkpoint that the whole page shows.

import type { Actions, Model } from "./model";

/** Gives a figure its role, its name and its keys. */
export function selectKeys(root: HTMLElement, model: Model, actions: Actions, label: string, describedBy: string): void {
  for (const [key, value] of Object.entries({ tabindex: "0", role: "group", "aria-label": label, "aria-describedby": describedBy })) root.setAttribute(key, value);
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const here = model.selected;
    const to = { ArrowLeft: here - 1, ArrowUp: here - 1, ArrowRight: here + 1, ArrowDown: here + 1, PageUp: here - 5, PageDown: here + 5, Home: 0, End: Infinity }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    actions.select(Math.max(0, Math.min((model.document?.checkpoints.length ?? 1) - 1, to)));
  });
}
