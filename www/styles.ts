// Style sheets of parts that the first view does not need.

import { h } from "./dom";

/** Asks for a sheet by its path below `assets/`, once. */
export function sheet(path: string): void {
  const href = `assets/${path}.css`;
  if (!document.querySelector(`link[href="${href}"]`)) document.head.append(h("link", { rel: "stylesheet", href }));
}
