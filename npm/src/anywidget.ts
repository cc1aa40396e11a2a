// The figure as an anywidget module: Jupyter, MyST and Jupyter Book, marimo. Give its address, not its text: it loads the
// package's other files from beside itself.

import "./element";
import type { ResultDocument } from "../../www/protocol";

/** What anywidget hands over of a model. */
export interface WidgetModel {
  get(name: string): unknown;
  on(event: string, callback: () => void): void;
  off?(event: string, callback: () => void): void;
}

/** Pixels. */
const HEIGHT = 520;

/**
 * Traitlets: `document`, a result document or the address of one; `hash`, the state in the words of a link; `height` in
 * pixels, 0 for as high as it needs.
 */
function render({ model, el }: { model: WidgetModel; el: HTMLElement }): () => void {
  const view = document.createElement("neuromfa-view");
  const follow: Record<string, () => void> = {
    hash: () => { view.hash = text(model.get("hash")); },
    document: () => {
      const given = model.get("document");
      if (typeof given === "string" && given) view.src = given;
      // A notebook's empty dictionary is no document yet.
      else if (given && typeof given === "object" && Object.keys(given).length) view.document = given as ResultDocument;
    },
    height: () => {
      const given = Number(model.get("height") ?? HEIGHT);
      if (given > 0) view.style.setProperty("height", `${given}px`);
      else view.style.removeProperty("height");
    },
  };
  for (const [name, update] of Object.entries(follow)) {
    update();
    model.on(`change:${name}`, update);
  }
  el.append(view);
  return () => {
    for (const [name, update] of Object.entries(follow)) model.off?.(`change:${name}`, update);
    view.remove();
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export default { render };
