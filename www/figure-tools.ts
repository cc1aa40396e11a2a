// Zoom, pins and the null model of the large figure. Loaded when somebody first comes to use it.

import type { Chart } from "./chart";
import { h, rich } from "./dom";
import { fixed } from "./format";
import { loadStyles } from "./figures-style";
import type { Choosing, Model } from "./model";
import { close, toggle } from "./popover";
import type { Layout } from "./protocol";
import { capital, label } from "./words";

const MOST_PINS = 4;
const FACTOR = 1.5;
/** A shorter way of the pointer is a click. */
const LEAST_DRAG = 6;

type Box = [x0: number, x1: number, y0: number, y1: number];
type Plot = Layout["plots"][number];

export interface FigureTools {
  /** Whether the key was for these tools. */
  key(key: string): boolean;
  menu(button: HTMLElement): void;
  destroy(): void;
}

export function figureTools(chart: Chart, model: Model, actions: Choosing, say: (words: string) => void, cursor: () => { x: number; y: number } | null): FigureTools {
  void loadStyles();
  const box = h("div.zoom-box", { hidden: true });
  chart.root.append(box);

  /** The chart with the axes that can be zoomed. */
  const plot = (): Plot | null => {
    const found = chart.layout?.plots[0];
    return found && ["spectrum", "tau", "dimension"].includes(found.name) ? found : null;
  };

  function zoom(to: Box | null): void {
    if (to && !(to[1] - to[0] > 1e-6 && to[3] - to[2] > 1e-6)) return;
    actions.look({ zoom: to && to.map((value) => Number(value.toPrecision(5))) as Box });
    say(to ? `Zoomed to ${fixed(to[0])} to ${fixed(to[1])} across and ${fixed(to[2])} to ${fixed(to[3])} up` : "The whole figure");
  }

  /** Closer to the cursor, or to the middle of the figure. */
  function scale(by: number): void {
    const p = plot();
    if (!p) return;
    const at = cursor();
    const [u, v] = at ? [(at.x - p.left) / p.width, 1 - (at.y - p.top) / p.height] : [0.5, 0.5];
    const [wide, high] = [(p.x1 - p.x0) * by, (p.y1 - p.y0) * by];
    // The place under the cursor stays where it is.
    const [x, y] = [p.x0 + u * (p.x1 - p.x0) - u * wide, p.y0 + v * (p.y1 - p.y0) - v * high];
    zoom([x, x + wide, y, y + high]);
  }

  const isPinned = (): boolean => model.state.pins.includes(model.selected);

  function pin(): void {
    const { pins } = model.state;
    const c = model.document?.checkpoints[model.selected];
    if (!c) return;
    const name = capital(label(c));
    if (isPinned()) {
      actions.look({ pins: pins.filter((index) => index !== model.selected) });
      return say(`${name} is no longer pinned`);
    }
    const there = pins.filter((index) => index < (model.document?.checkpoints.length ?? 0));
    if (there.length >= MOST_PINS) return say(`${MOST_PINS} checkpoints are pinned. Take one away first.`);
    actions.look({ pins: [...there, model.selected] });
    say(`${name} is pinned`);
  }

  function chance(): void {
    actions.look({ chance: !model.state.chance });
    say(model.state.chance ? "The null model is drawn" : "The null model is hidden");
  }

  const keys: Record<string, () => void> = {
    "+": () => scale(1 / FACTOR), "=": () => scale(1 / FACTOR), "-": () => scale(FACTOR), 0: () => zoom(null),
    p: pin, P: pin, n: chance, N: chance,
  };

  // ---- drag ----

  let from: { x: number; y: number } | null = null;
  const inside = (event: PointerEvent, p: Plot): { x: number; y: number } => {
    const { left, top } = chart.root.getBoundingClientRect();
    return { x: Math.max(p.left, Math.min(p.left + p.width, event.clientX - left)), y: Math.max(p.top, Math.min(p.top + p.height, event.clientY - top)) };
  };

  function down(event: PointerEvent): void {
    const p = plot();
    // A finger scrolls the page; it has the buttons of the menu.
    if (!p || event.button !== 0 || event.pointerType === "touch") return;
    const { left, top } = chart.root.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    if (x < p.left || x > p.left + p.width || y < p.top || y > p.top + p.height) return;
    from = { x, y };
    chart.root.setPointerCapture(event.pointerId);
  }

  function move(event: PointerEvent): void {
    const p = plot();
    if (!from || !p) return;
    const to = inside(event, p);
    const far = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)) >= LEAST_DRAG;
    box.hidden = !far;
    // A flat box keeps the other axis as it is.
    const whole = { x: Math.abs(to.x - from.x) < LEAST_DRAG, y: Math.abs(to.y - from.y) < LEAST_DRAG };
    const [x0, x1] = whole.x ? [p.left, p.left + p.width] : [Math.min(from.x, to.x), Math.max(from.x, to.x)];
    const [y0, y1] = whole.y ? [p.top, p.top + p.height] : [Math.min(from.y, to.y), Math.max(from.y, to.y)];
    for (const [key, value] of Object.entries({ left: x0, top: y0, width: x1 - x0, height: y1 - y0 })) box.style.setProperty(key, `${value}px`);
  }

  function up(): void {
    const p = plot();
    const drawn = !box.hidden;
    box.hidden = true;
    from = null;
    if (!p || !drawn) return;
    const [left, top, width, height] = ["left", "top", "width", "height"].map((key) => parseFloat(box.style.getPropertyValue(key))) as Box;
    const x = (px: number): number => p.x0 + (px - p.left) / p.width * (p.x1 - p.x0);
    const y = (px: number): number => p.y1 - (px - p.top) / p.height * (p.y1 - p.y0);
    zoom([x(left), x(left + width), y(top + height), y(top)]);
  }

  const cancel = (): void => { from = null; box.hidden = true; };
  const reset = (): void => { if (model.state.zoom) zoom(null); };
  const listening = new AbortController();
  const { signal } = listening;
  chart.root.addEventListener("pointerdown", down, { signal });
  chart.root.addEventListener("pointermove", move, { signal });
  chart.root.addEventListener("pointerup", up, { signal });
  chart.root.addEventListener("pointercancel", cancel, { signal });
  chart.root.addEventListener("dblclick", reset, { signal });

  // ---- the same by buttons ----

  function menu(button: HTMLElement): void {
    toggle(button, () => {
      const c = model.document?.checkpoints[model.selected];
      const several = (model.document?.checkpoints.length ?? 0) > 1;
      const root = h("div.menu", { role: "menu", "aria-label": "Zoom and pin" });
      const item = (words: string, run: () => void, stays = false): HTMLElement =>
        h("button.menu-item", { type: "button", role: "menuitem", tabindex: "-1", onclick: () => { run(); if (!stays) close(); } }, rich(words));
      root.append(item("Zoom in", () => scale(1 / FACTOR), true), item("Zoom out", () => scale(FACTOR), true), item("The whole figure", () => zoom(null)));
      if (several && c) root.append(item(`${isPinned() ? "Take the pin from" : "Pin"} ${label(c)}`, pin));
      if (model.state.pins.length) root.append(item("Take all pins away", () => { actions.look({ pins: [] }); say("Nothing is pinned"); }));
      root.append(h("button.menu-item.menu-choice", { type: "button", role: "menuitemcheckbox", tabindex: "-1", "aria-checked": String(model.state.chance), onclick: () => { chance(); close(); } }, h("span.menu-mark", { "aria-hidden": "true" }), "Null model"));
      root.addEventListener("keydown", (event) => {
        const items = [...root.querySelectorAll<HTMLElement>("button")];
        const at = items.indexOf(document.activeElement as HTMLElement);
        const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
        if (event.key === "Tab") close();
        if (next === undefined) return;
        event.preventDefault();
        items[(next + items.length) % items.length]?.focus();
      });
      return root;
    });
  }

  return {
    key(key) {
      const run = keys[key];
      // Fits and empty axes have nothing to zoom or pin.
      if (!run || !plot()) return false;
      run();
      return true;
    },
    menu,
    destroy: () => listening.abort(),
  };
}
