// The line that says what is kept on this computer, with the ways to forget it, to the demo and back.

import { fill, h } from "./dom";
import type { Actions, Model } from "./model";
import { LIST } from "./words";

export function keptLine(model: Model, actions: Actions): { root: HTMLElement; update(): void } {
  const words = h("span", { role: "status" });
  const button = (text: string, run: () => void): HTMLButtonElement => h("button.text-link", { type: "button", onclick: run }, text);
  const own = button("Show it", () => actions.list.showOwn());
  const forget = button("Forget", () => actions.list.forget());
  const demo = button("Show the demo", () => actions.list.showDemo());
  const root = h("p.kept", { hidden: true }, words, own, forget, demo);

  function sentence(): string {
    const kept = model.keeping === "kept";
    if (model.source === "demo") return kept ? LIST.keptAside : LIST.aside;
    switch (model.keeping) {
      case "kept": return LIST.kept;
      case null: return LIST.keeping;
      default: return LIST[model.keeping];
    }
  }

  return { root, update() {
    const lost = root.contains(document.activeElement) ? document.activeElement : null;
    const aside = model.source === "demo";
    // In a frame nothing is kept, nor of the result of a link.
    root.hidden = self.top !== self || model.state.result !== "" || model.reading !== null || !model.document || (aside && !model.aside);
    const text = sentence();
    if (words.textContent !== text) fill(words, text);
    own.hidden = !aside;
    demo.hidden = aside;
    forget.hidden = model.keeping !== "kept";
    // The button that was pressed is gone: the next thing to do takes its place.
    if (lost instanceof HTMLElement && lost.hidden && !root.hidden) (aside ? own : demo).focus({ preventScroll: true });
  } };
}
