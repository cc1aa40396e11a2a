// A section whose code is loaded when it is opened first, so that the first view stays small.

import { h } from "./dom";
import type { View } from "./model";

export function lazySection(title: string, load: () => Promise<View>): View {
  const body = h("div.section-body");
  const root = h("details.everything", null, h("summary", null, title), body);
  let view: View | null = null;
  let loading: Promise<void> | null = null;
  let dead = false;
  root.addEventListener("toggle", () => {
    if (!root.open) return;
    if (view) return view.update();
    loading ??= load().then((loaded) => {
      if (dead) return loaded.destroy();
      view = loaded;
      body.replaceChildren(loaded.root);
    }, () => {
      loading = null;
      body.replaceChildren(h("p.caption", { role: "status" }, "This part of the page did not load. Close it, and open it again."));
    });
  });
  return {
    root,
    update: () => { if (root.open) view?.update(); },
    destroy() { dead = true; view?.destroy(); },
  };
}
