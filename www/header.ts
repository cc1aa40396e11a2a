// The header: where one can go, and what can be done from everywhere. On narrow pages both are in a menu.

import { fill, h, hidden, icon, mark } from "./dom";
import { placeAddress, type Screen } from "./hash";
import { close, toggle } from "./popover";
import { onTheme, setTheme, theme } from "./theme";

export interface Header {
  root: HTMLElement;
  /** Opens the list of keys beside it. */
  keys: HTMLButtonElement;
  update(): void;
}

export interface HeaderSource {
  screen(): Screen;
  /** The address of what is shown. */
  link(): string;
  home(): void;
  themed(): void;
  choose(): void;
  /** Opens the way to checkpoints on other sites. */
  web(): void;
  /** Opens the link builder. */
  share(): void;
  /** Whether the screen has no other button that opens files. */
  needsOpen(): boolean;
}

const PLACES: readonly { name: string; view: Screen; of: readonly Screen[] }[] = [
  { name: "Explore", view: "series", of: ["series", "one"] },
  { name: "How to read this", view: "read", of: ["read"] },
  { name: "Lessons", view: "lesson", of: ["lesson"] },
  { name: "Help", view: "help", of: ["help"] },
];

export function header(source: HeaderSource): Header {
  const name = h("a.brand", { href: "#" }, mark(), h("span", null, "NeuroMFA"));
  name.addEventListener("click", (event) => { event.preventDefault(); source.home(); });
  const inline = links(source);
  const places = h("nav.places", { "aria-label": "Parts of this page" }, ...inline.map((link) => link.root));
  const open = h("button.quiet.open-button", { type: "button", onclick: () => source.choose() }, h("span", null, "Open files"));
  const web = h("button.quiet.web-button", { type: "button", onclick: () => source.web() }, h("span", null, "From the web"));
  const keys = h("button.quiet.keys-button", { type: "button", "aria-expanded": "false" }, h("span.button-text", null, "Keys"));
  const swap = themeButton(source);
  onTheme(() => themeFace(swap));
  const menu = h("button.quiet.menu-button", { type: "button", "aria-expanded": "false", "aria-label": "Menu" }, icon("menu", 20));
  menu.addEventListener("click", () => toggle(menu, () => h("div.menu.header-menu", null,
    h("nav", { "aria-label": "Parts of this page" }, ...links(source, () => close(false)).map((link) => link.root)), webItem(source, () => close()), share(source, () => close()), themeButton(source, () => close()))));
  const root = h("div.header-in", null, name, places, h("div.header-tools", null, open, web, keys, ...copyLink(source), share(source), swap, menu));
  const update = (): void => {
    open.hidden = web.hidden = !source.needsOpen();
    for (const link of inline) link.update();
  };
  return { root, keys, update };
}

interface PlaceLink { root: HTMLElement; update(): void }

function links(source: HeaderSource, followed: () => void = () => undefined): PlaceLink[] {
  return PLACES.map(({ name, view, of }) => {
    const root = h("a.place", null, name);
    const update = (): void => {
      root.setAttribute("href", placeAddress(view));
      if (of.includes(source.screen())) root.setAttribute("aria-current", "page");
      else root.removeAttribute("aria-current");
    };
    // The rest of the address may be another by the time the link is followed.
    root.addEventListener("click", () => { update(); followed(); });
    update();
    return { root, update };
  });
}

function copyLink(source: HeaderSource): HTMLElement[] {
  const text = h("span.button-text", null, "Copy link");
  const said = h("span.sr", { role: "status" });
  const say = (words: string): void => { fill(text, words); fill(said, words); setTimeout(() => fill(text, "Copy link"), 2000); };
  const copy = (): void => {
    (navigator.clipboard?.writeText(source.link()) ?? Promise.reject(new Error("no clipboard"))).then(() => say("Copied"), () => say("Copy the address bar"));
  };
  return [h("button.quiet", { type: "button", onclick: copy }, icon("link", 18), text), said];
}

function webItem(source: HeaderSource, chosen: () => void): HTMLButtonElement {
  return h("button.quiet", { type: "button", onclick: () => { chosen(); source.web(); } }, icon("download", 18), h("span", null, "From the web"));
}

function share(source: HeaderSource, chosen: () => void = () => undefined): HTMLButtonElement {
  return h("button.quiet.share-button", { type: "button", onclick: () => { chosen(); source.share(); } }, icon("out", 18), h("span", null, "Embed"));
}

function themeButton(source: HeaderSource, chosen: () => void = () => undefined): HTMLButtonElement {
  const button = h("button.quiet.theme-button", { type: "button" });
  button.addEventListener("click", () => { setTheme(theme() === "dark" ? "light" : "dark"); source.themed(); chosen(); });
  themeFace(button);
  return button;
}

function themeFace(button: HTMLButtonElement): void {
  const next = theme() === "dark" ? "Light" : "Dark";
  fill(button, icon(next === "Dark" ? "moon" : "sun", 18), h("span", null, next), hidden(" theme"));
}
