// The smallest helper that builds DOM: text goes in as text, never as markup (the page has no HTML sink at all).

type Child = Node | string | null | undefined | false;
type Value = string | number | boolean | null | undefined | ((event: never) => void);

/** `h("button.ghost", { onclick, "aria-label": … }, "Text", node)`. Classes stand in the tag. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K | `${K}.${string}`, props?: Record<string, Value> | null, ...children: Child[]): HTMLElementTagNameMap[K] {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name as K);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(key.slice(2), value as EventListener);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  append(node, children);
  return node;
}

export function append(node: Element, children: readonly Child[]): void {
  for (const child of children) if (child !== null && child !== undefined && child !== false) node.append(child);
}

/** Replaces what a node holds. */
export function fill(node: Element, ...children: Child[]): void {
  node.replaceChildren();
  append(node, children);
}

/** Text with the symbols of the method, `{w}` or `{α₀}`, in their own italic. */
export function rich(text: string): DocumentFragment {
  const out = document.createDocumentFragment();
  for (const [i, part] of text.split(/\{([^}]*)\}/).entries()) {
    if (part === "") continue;
    out.append(i % 2 === 0 ? part : symbol(part));
  }
  return out;
}

/** One symbol of the method. */
export function symbol(text: string): HTMLElement {
  const node = h("i.sym");
  for (const [i, part] of text.split("\u2080").entries()) {
    if (i > 0) node.append(h("sub", null, "0"));
    if (part) node.append(part);
  }
  return node;
}

/** Words of the analysis, with the symbols in them marked for `rich`. */
export function marked(text: string): string {
  return text.replace(/\u03b1\u2080|\u03b1|\u03c4\(q\)|R\u00b2/g, "{$&}");
}

/** The same text for a label that cannot hold markup. */
export function plain(text: string): string {
  return text.replace(/[{}]/g, "");
}

const ICONS = {
  file: "M6 3h7l5 5v13H6zM13 3v5h5",
  link: "M10 14a4.2 4.2 0 0 0 6 0l3-3a4.24 4.24 0 0 0-6-6l-1.5 1.5M14 10a4.2 4.2 0 0 0-6 0l-3 3a4.24 4.24 0 0 0 6 6l1.5-1.5",
  moon: "M20 14.5A8.5 8.5 0 1 1 9.5 4a6.6 6.6 0 0 0 10.5 10.5z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5",
  play: "M8 5.5v13l11-6.5z",
  pause: "M8 5v14M16 5v14",
  table: "M3 5h18v14H3zM3 10h18M3 14.5h18M9 5v14",
  zoom: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5L21 21M7.5 10.5h6M10.5 7.5v6",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  check: "M4.5 12.5l5 5 10-11",
  warn: "M12 4L2.5 20h19zM12 10v5M12 17.4v.2",
  error: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7.5v5.5M12 16.2v.2",
  close: "M6 6l12 12M18 6L6 18",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  out: "M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9",
  menu: "M4 7h16M4 12h16M4 17h16",
  back: "M14 5l-7 7 7 7",
  ring: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17",
} as const;

export type Icon = keyof typeof ICONS;

/** A 24-unit line icon, decorative: the word stands beside it or in the button's label. */
export function icon(name: Icon, size = 20): SVGSVGElement {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  for (const [k, v] of Object.entries({ viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true", focusable: "false", class: `icon icon-${name}` })) svg.setAttribute(k, String(v));
  const path = document.createElementNS(ns, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** The mark: an arch, and its shuffle inside. */
export function mark(): SVGSVGElement {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  for (const [k, v] of Object.entries({ viewBox: "0 0 24 18", width: 24, height: 18, "aria-hidden": "true", class: "mark" })) svg.setAttribute(k, v as string);
  for (const [d, name] of [["M2 16C4 6 7 2 11 2c5 0 8 5 11 11", "mark-arch"], ["M6 16c.8-6 2.3-9 5-9 3 0 4.2 3 5 6", "mark-null"]]) {
    const path = document.createElementNS(ns, "path");
    path.setAttribute("d", d!);
    path.setAttribute("class", name!);
    svg.append(path);
  }
  return svg;
}

/** Text for screen readers only. */
export function hidden(text: string): HTMLElement {
  return h("span.sr", null, text);
}

/** Runs `then` after `wait` ms without another call. */
export function debounce<A extends unknown[]>(wait: number, then: (...args: A) => void): (...args: A) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => then(...args), wait);
  };
}

export const reducedMotion = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;
