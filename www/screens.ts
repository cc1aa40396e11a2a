// The screens, one of which stands. Those that a first visit does not need are loaded when they are first shown.

import type { DemoFigures } from "./demo";
import { fill, h } from "./dom";
import type { PageState, Screen } from "./hash";
import type { Actions, Model, View } from "./model";
import type { InputFile } from "./protocol";
import { readingView } from "./view-reading";
import { seriesView } from "./view-series";

export type Shown = Screen | "reading" | "waiting" | "frame";

/** What the screens need of the page. */
export interface ScreenParts {
  model: Model;
  actions: Actions;
  figures: DemoFigures;
  card: HTMLElement;
  phone: () => boolean;
  /** The page is a frame in another one. */
  framed: boolean;
  noDemo(): boolean;
  /** Shows what a link says. */
  follow(state: PageState): void;
  open(files: InputFile[]): void;
  /** The theme was changed by hand. */
  themed(): void;
}

/** Screens that need no document. */
export function isPlace(view: string): view is "read" | "lesson" | "help" {
  return view === "read" || view === "lesson" || view === "help";
}

/** Builds each screen; `before` is the one to go back to. */
export function screensOf(parts: ScreenParts): Record<Shown, (before: Screen) => View> {
  const { model, actions, card, figures, phone } = parts;
  return {
    waiting: () => welcome(parts),
    series: () => seriesView(model, actions, card, phone, figures),
    reading: () => readingView(model, actions, card, phone),
    one: () => late("One checkpoint", async () => {
      const module = await import("./view-one");
      return () => module.oneView(model, actions, card, phone);
    }),
    read: (before) => place(parts, "How to read this", async () => {
      const module = await import("./read/view");
      return () => module.readView(model, actions, phone, before);
    }),
    lesson: () => place(parts, "Lessons", async () => {
      const module = await import("./lessons/view");
      await module.sheets();
      return () => module.lessonView(model, actions, phone);
    }),
    help: () => place(parts, "Help", async () => {
      const module = await import("./help/view");
      await module.sheets();
      return () => module.helpView(model);
    }),
    // The bare figure, and the messages of the page around it.
    frame: () => late("NeuroMFA", async () => {
      const module = await import("./embed/page");
      await module.styles();
      return () => module.framedView(model, actions, parts);
    }),
  };
}

/** Before the demo is there, and where a host has none: the way in, and a heading only once it is known that none comes. */
function welcome({ card, noDemo }: ScreenParts): View {
  const headline = h("h1.headline", { tabindex: "-1" });
  const update = (): void => fill(headline, noDemo() ? "See the spectrum of a network\u2019s weights, beside chance" : "");
  update();
  return { root: h("div.view.series-view", null, h("div.top", null, h("div.words", null, headline), card)), update, destroy: () => undefined };
}

/** A screen that is loaded when it is first shown. */
function late(title: string, load: () => Promise<() => View>): View {
  const root = h("div", null, h("h1.sr", { tabindex: "-1" }, title));
  let inside: View | null = null;
  let gone = false;
  load().then((build) => {
    if (gone) return;
    const focused = root.contains(document.activeElement);
    inside = build();
    fill(root, inside.root);
    if (focused) root.querySelector("h1")?.focus({ preventScroll: true });
  }, () => fill(root, h("h1.headline", { tabindex: "-1" }, title), h("p.deck", null, "This part of the page did not load. Reload the page to try again.")));
  return { root, update: () => inside?.update(), destroy: () => { gone = true; inside?.destroy(); } };
}

/** A part of the page besides results; in a frame it talks to the page around it, as the figure does. */
function place(parts: ScreenParts, title: string, load: () => Promise<() => View>): View {
  return late(title, async () => {
    const build = await load();
    if (!parts.framed) return build;
    const module = await import("./embed/page");
    await module.styles();
    return () => module.framedPlace(parts.model, build(), parts);
  });
}
