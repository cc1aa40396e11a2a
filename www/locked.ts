// What stands in the place of something that reads files again and again, where these are not at hand.

import { fill, h } from "./dom";
import { isElsewhere, type Actions } from "./model";
import type { Checkpoint } from "./protocol";

const ELSEWHERE = "The weights are on another site. This reads all of them, more than once, and needs the files: download them first. ";

export interface Locked { root: HTMLElement; update(hidden: boolean, checkpoints: readonly Checkpoint[]): void }

/** `usual`: why, where there are no files at all. */
export function locked(actions: Actions, usual: string, button: string): Locked {
  const why = h("span");
  const root = h("p.unlock", null, why, h("button.text-link", { type: "button", onclick: () => actions.choose() }, button));
  return { root, update(hidden, checkpoints) {
    root.hidden = hidden;
    const text = checkpoints.some(isElsewhere) ? ELSEWHERE : usual;
    if (why.textContent !== text) fill(why, text);
  } };
}
