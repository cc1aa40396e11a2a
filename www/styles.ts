// Style sheets of parts that the first view does not need.

import { h } from "./dom";

const asked = new Map<string, Promise<unknown>>();

/** Asks for a sheet by its path below `assets/`, once; settles when it is there, or is known not to come. */
export function sheet(path: string): Promise<unknown> {
  const found = asked.get(path) ?? new Promise((resolve) => {
    const link = h("link", { rel: "stylesheet", href: `assets/${path}.css` });
    link.addEventListener("load", resolve);
    link.addEventListener("error", resolve);
    document.head.append(link);
  });
  asked.set(path, found);
  return found;
}
