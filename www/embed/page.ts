// The page as a frame in another one: the bare figure, its messages, and its style sheet.

import type { DemoFigures } from "../demo";
import { isDrawable, loadDrawing } from "../drawing";
import { newFrame, parse, serialise, type PageState } from "../hash";
import type { Actions, Model, View } from "../model";
import type { InputFile, ResultDocument } from "../protocol";
import { sheet } from "../styles";
import { setTheme, theme } from "../theme";
import { embedView, type EmbedNote, type EmbedShape } from "../view-embed";
import { connect, type Host } from "./messages";

export interface FrameParts {
  card: HTMLElement;
  figures: DemoFigures;
  noDemo(): boolean;
  /** Shows what a link says. */
  follow(state: PageState): void;
  open(files: InputFile[]): void;
  /** The theme was changed by hand. */
  themed(): void;
}

const SEEN = { long: "Computed in this page. The page around it can read the numbers.", short: "Computed in this page." };

export function framedView(model: Model, actions: Actions, parts: FrameParts): View {
  const { classList } = document.documentElement;
  classList.add("embedded");
  classList.remove("embedded-place");
  let told = 0;
  const view = embedView(model, actions, () => ({ ...shapeOf(model, actions, parts), opened: tellHeight }));
  const talk = talkOf(model, parts);

  function tellHeight(): void {
    const height = view.natural();
    if (height === told || !view.root.clientWidth) return;
    told = height;
    talk.host.send("height", { height });
  }
  const observer = new ResizeObserver(tellHeight);
  observer.observe(view.root);
  // Fonts change what is needed.
  void document.fonts.ready.then(tellHeight);

  return {
    root: view.root,
    update() {
      view.update();
      tellHeight();
    },
    destroy() {
      observer.disconnect();
      talk.end();
      view.destroy();
    },
  };
}

type Obeying = Pick<FrameParts, "follow" | "open">;

/** Listens to the page around, and tells it what happens until it is ended. */
function talkOf(model: Model, parts: Obeying): { host: Host; end(): void } {
  const host = connect({
    set(hash) {
      const given = new URLSearchParams(hash);
      given.set("embed", "1");
      parts.follow(parse(given.toString()));
    },
    open: parts.open,
    drawable: async (document) => await loadDrawing() && isDrawable(document as ResultDocument),
  });
  const ended = new AbortController();
  const forward: [string, (detail: unknown) => void][] = [
    ["neuromfa-result", (detail) => host.send("result", { document: detail })],
    ["neuromfa-progress", (detail) => host.send("progress", detail as object)],
    ["neuromfa-error", (detail) => host.send("error", detail as object)],
    ["neuromfa-state", (detail) => host.send("state", { hash: detail })],
  ];
  for (const [type, send] of forward) document.addEventListener(type, (event) => send((event as CustomEvent).detail), { signal: ended.signal });
  host.send("ready", { hash: serialise(model.state) });
  return { host, end: () => ended.abort() };
}

/** A lesson or another part of the page in a frame: it scrolls as a page does, and tells how high it would like to be. */
export function framedPlace(model: Model, view: View, parts: Obeying): View {
  const { classList } = document.documentElement;
  classList.remove("embedded");
  classList.add("embedded-place");
  const talk = talkOf(model, parts);
  let told = 0;
  const observer = new ResizeObserver(() => {
    const height = Math.ceil(view.root.getBoundingClientRect().bottom + scrollY + ROOM_BELOW);
    if (height !== told) talk.host.send("height", { height: (told = height) });
  });
  observer.observe(view.root);
  return {
    ...view,
    destroy() {
      observer.disconnect();
      talk.end();
      view.destroy();
    },
  };
}

/** Below a lesson. */
const ROOM_BELOW = 24;

function shapeOf(model: Model, actions: Actions, parts: FrameParts): EmbedShape {
  const frame = model.state.frame ?? newFrame();
  const state = serialise({ ...model.state, frame: null });
  return {
    question: frame.question, answer: frame.answer, fixed: frame.fixed, transparent: frame.transparent, heading: "h1",
    full: `${location.pathname}${location.search}${state ? `#${state}` : ""}`,
    ...(model.source !== "demo" && parent !== window ? { privacy: SEEN } : {}),
    note: noteOf(model, actions, parts),
    swapTheme: () => { setTheme(theme() === "dark" ? "light" : "dark"); parts.themed(); },
    card: frame.drop ? parts.card : null,
    // The ready-made drawings are of another size: only the large one is worth it.
    fallback: (name) => (name === "spectrum" && model.source === "demo" && model.selected === (model.document?.checkpoints.length ?? 0) - 1 ? parts.figures.get(name) : null),
  };
}

/** What stands above the figure: the reading first, then the newest trouble. */
function noteOf(model: Model, actions: Actions, parts: FrameParts): EmbedNote | null {
  if (model.reading) {
    const { items } = model.reading;
    const done = items.filter((item) => item.state === "done").length;
    const now = items.find((item) => item.state === "reading");
    const share = now && now.of ? `, ${Math.floor((100 * now.read) / now.of)}%` : "";
    return { icon: "ring", text: items.length ? `Reading: ${done} of ${items.length} done${share}` : "Reading", actions: [{ label: "Cancel", run: () => actions.cancel() }] };
  }
  const banner = model.banners.at(-1);
  if (banner) {
    return {
      icon: banner.kind === "error" ? "error" : banner.kind === "match" ? "check" : "warn", text: [banner.title.replace(/\.?$/, "."), banner.body].join(" ").trim(),
      actions: [...banner.actions, { label: "Close", run: () => actions.dismiss(banner) }],
    };
  }
  return parts.noDemo() && !model.document ? { icon: "warn", text: "There is nothing to show yet: drop checkpoints or a result file.", actions: [] } : null;
}

/** The sheet of the view; where it does not come, words and figure still do. */
export const styles = (): Promise<unknown> => sheet("embed/embed");
