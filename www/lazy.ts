// A part of a view that is loaded when it is opened, so that the first view stays small.

import { fill, h } from "./dom";
import type { View } from "./model";

export function lazy(title: string, load: () => Promise<View>): View {
  const place = h("div");
  const root = h("details.lazy", null, h("summary", null, title), place);
  let view: View | null = null;
  let asked = false;
  let gone = false;
  root.addEventListener("toggle", () => {
    if (!root.open || asked) return view?.update();
    asked = true;
    load().then((loaded) => {
      if (gone) return loaded.destroy();
      view = loaded;
      fill(place, loaded.root);
      loaded.update();
    }, () => {
      asked = false;
      fill(place, h("p.caption", null, "This part did not load. Close and open it to try again."));
    });
  });
  return {
    root,
    update() { if (root.open) view?.update(); },
    destroy() {
      gone = true;
      view?.destroy();
    },
  };
}
