// The style sheet of what belongs to figures and is not part of the first view: menu, tools, pins, citation. Loaded once.

import { toldAddresses } from "./addresses";
import { h } from "./dom";

let loading: Promise<void> | null = null;

/** Resolves when it is there; what stands without it still works. */
export function loadStyles(): Promise<void> {
  // Elements of other pages have all their sheets.
  if (toldAddresses()) return Promise.resolve();
  loading ??= new Promise((resolve) => {
    const sheet = h("link", { rel: "stylesheet", href: new URL("figures.css", import.meta.url).href, onload: () => resolve(), onerror: () => resolve() });
    document.head.append(sheet);
  });
  return loading;
}
