// A part of a view behind a heading: its module is loaded when it is first opened, so that the first view stays small.

import { h } from "./dom";
import type { Actions, Model, View } from "./model";
import { sheet } from "./styles";

type Build = (model: Model, actions: Actions, phone: () => boolean) => View;

/** What the address calls a section. */
const nameOf = (title: string): string => title.toLowerCase().replace(/[^a-z]+/g, "-").replace(/^-|-$/g, "").slice(0, 40);

/** The last of the sections is not one: a way to give all of it to others. */
export function shareLine(actions: Actions): HTMLElement {
  return h("p.everything", null, h("button.text-link", { type: "button", onclick: () => actions.share() }, "Share this, or put it into a page of yours"));
}

export function section(title: string, load: () => Promise<Build>, model: Model, actions: Actions, phone: () => boolean, asked = false): View {
  const body = h("div.section-body");
  const name = nameOf(title);
  // Sections that are open stay so when a screen is built anew.
  const root = h("details.everything", { open: asked || model.state.open.includes(name) }, h("summary", null, title), body);
  let known = root.open;
  let inside: View | null = null;
  let loading = false;
  let dead = false;

  async function fetched(): Promise<void> {
    loading = true;
    const [build] = await Promise.all([load().catch(() => null), actions.whole(), sheet("sections")]);
    loading = false;
    if (dead) return;
    if (!build) return body.replaceChildren(h("p.caption", null, "This part of the page did not load. Close and open it to try again."));
    inside = build(model, actions, phone);
    body.replaceChildren(inside.root);
  }

  function update(): void {
    if (!root.open) return;
    if (inside) inside.update();
    else if (!loading) void fetched();
  }

  root.addEventListener("toggle", () => {
    // One that is open from the start is told of as well, and nobody has opened it.
    if (root.open !== known) actions.opened(name, known = root.open);
    update();
  });
  update();
  return { root, update, destroy: () => { dead = true; inside?.destroy(); } };
}
