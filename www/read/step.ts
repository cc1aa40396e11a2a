// One step: a question, plain words, a live figure with its controls, what to conclude, and the equations. A lesson is a list
// of steps.

import { h, rich } from "../dom";
import type { Actions, Model } from "../model";
import { math } from "./math";

/** What a step may ask of the page around it. */
export interface Setting {
  model: Model;
  actions: Actions;
  phone(): boolean;
  /** The numbers that the address has for the step's controls. */
  given: readonly number[];
  /** Keeps these in the address. */
  keep(numbers: number[]): void;
}

/** The figures and controls of a step. */
export interface Live { root: HTMLElement; update(): void; destroy(): void }

export interface Step {
  /** In the address. */
  id: string;
  /** In the list of steps. */
  short: string;
  question: string;
  plain: string[];
  live(setting: Setting): Live;
  conclude: string;
  /** What not to conclude. */
  caution: string;
  /** Sentences, and equations where a line begins with `=`. */
  equations: string[];
}

/** Words and figures of a step; its heading is `h2`. */
export function stepBlock(step: Step, setting: Setting): Live {
  const live = step.live(setting);
  const root = h("article.read-step", null,
    h("h2.headline.result", { tabindex: "-1" }, rich(step.question)),
    h("div.read-plain", null, ...step.plain.map((text) => h("p", null, rich(text)))),
    live.root,
    h("div.read-ends", null,
      h("div", null, h("h3.section-title", null, "What to conclude"), h("p", null, rich(step.conclude))),
      h("div", null, h("h3.section-title", null, "What not to conclude"), h("p", null, rich(step.caution)))),
    h("details.everything.read-equations", null, h("summary", null, "The equations"), ...lines(step.equations)));
  return { root, update: live.update, destroy: live.destroy };
}

/** Sentences, and equations where a line begins with `=`. */
export function lines(texts: readonly string[]): HTMLElement[] {
  return texts.map((text) => (text.startsWith("=") ? equation(text.slice(1)) : h("p", null, rich(text))));
}

function equation(text: string): HTMLElement {
  const root = h("div.read-equation");
  root.append(math(text));
  return root;
}
