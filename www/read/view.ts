// "How to read this": the steps one by one, with a list of them, and the way back to the result.

import { append, fill, h, icon, rich } from "../dom";
import { loadDrawing } from "../drawing";
import { readAddress, type Screen } from "../hash";
import type { Actions, Model, View } from "../model";
import { sheet } from "../styles";
import { stepBlock, type Live } from "./step";
import { STEPS } from "./steps";

export function readView(model: Model, actions: Actions, phone: () => boolean, before: Screen): View {
  void sheet("read/read");
  // A visitor may come here first.
  void loadDrawing();
  const back = h("button.text-link.read-back", { type: "button", onclick: () => actions.show(before) }, icon("back", 18), "Back to the result");
  const list = h("ol.read-list");
  const place = h("div");
  const ways = h("nav.read-ways", { "aria-label": "Next and previous step" });
  const root = h("div.view.read-view", null, back, h("h1.read-title", { tabindex: "-1" }, "How to read this"),
    h("nav", { "aria-label": "Steps" }, list), place, ways);
  let shown = -1;
  let live: Live | null = null;

  function update(): void {
    const asked = Math.max(0, STEPS.findIndex((step) => step.id === model.state.read));
    if (asked === shown) return live?.update();
    const moved = shown >= 0;
    shown = asked;
    live?.destroy();
    live = stepBlock(STEPS[shown]!, { model, actions, phone, given: model.state.set, keep: (numbers) => { if (STEPS[shown]!.id === (model.state.read || STEPS[0]!.id)) actions.set(numbers); } });
    fill(place, live.root);
    fill(list, ...STEPS.map((step, i) => h("li", null, h("a", { href: readAddress(step.id), "aria-current": i === shown ? "step" : null }, h("span", null, rich(step.short))))));
    fill(ways);
    append(ways, [way(shown - 1, "Previous: "), way(shown + 1, "Next: ")]);
    if (moved) place.querySelector("h2")?.focus({ preventScroll: true });
  }

  update();
  return { root, update, destroy: () => live?.destroy() };
}

function way(index: number, word: string): HTMLElement | null {
  const step = STEPS[index];
  return step ? h("a.text-link", { href: readAddress(step.id) }, h("span", null, word, rich(step.short))) : null;
}
