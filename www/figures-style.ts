// The style sheet of what belongs to figures and is not part of the first view: menu, tools, pins, citation. Loaded once.

import { h } from "./dom";

let loaded = false;

export function loadStyles(): void {
  if (loaded) return;
  loaded = true;
  document.head.append(h("link", { rel: "stylesheet", href: new URL("figures.css", import.meta.url).href }));
}
