// The cursor of figures over checkpoints: one for pointer, touch and keys. It tells the values of the checkpoint under it,
// each beside chance. Loaded when a figure is first entered.

import type { Chart, Cursor } from "./chart";
import { debounce, fill, h, plain, rich } from "./dom";
import { fixed } from "./format";
import { loadStyles } from "./figures-style";
import { nearest } from "./nearest";
import type { Checkpoint, Figure, ResultDocument } from "./protocol";
import { QUANTITIES, quantitiesOf, type Quantity } from "./training-tables";
import { capital, label } from "./words";

/** The numbers that a figure shows. */
function shownBy(figure: Figure, document_: ResultDocument): Quantity[] {
  const all = quantitiesOf(document_);
  const named = (names: readonly string[]): Quantity[] => names.flatMap((name) => all.find((q) => q.name === name) ?? []);
  switch (figure.kind) {
    case "series": return named(figure.series ?? []);
    case "path": return named(["alpha0", "width"]);
    case "nfd-steps": return named(["nfd"]);
    case "scatter": return named([figure.number ?? "emergence", `score:${figure.metric ?? document_.scores[0]?.metric}`]);
    case "scores-normalised": return named(["emergence", ...(figure.series ?? all.map((q) => q.name).filter((name) => name.startsWith("score:")))]);
    default: return QUANTITIES.filter((q) => q.name === "emergence" || q.name === "width");
  }
}

function nameOf(c: Checkpoint): string {
  return c.damage ? `${capital(c.damage.kind)}, round ${c.damage.round}` : `${c.series ? `${c.series}, ` : ""}${capital(label(c))}`;
}

export function readCursor(chart: Chart): Cursor {
  void loadStyles();
  const readout = h("div.readout.chart-readout", { hidden: true });
  const line = h("div.cursor-line", { hidden: true });
  const live = h("div.sr", { "aria-live": "polite" });
  chart.root.append(line, readout, live);
  const speak = debounce(150, (text: string) => fill(live, text));
  let at: number | null = null;
  /** The cursor follows the selection while arrow keys move that. */
  let keys = false;

  const places = (): { checkpoint: number; x: number; y: number | null }[] => {
    const { steps, marks, rows } = chart.layout ?? {};
    if (steps?.length) return steps.map(({ checkpoint, x }) => ({ checkpoint, x, y: null }));
    const found = marks?.length ? marks : (rows ?? []).map(({ checkpoint, y }) => ({ checkpoint, x: chart.root.clientWidth / 2, y }));
    return found.filter((mark, i) => found.findIndex((other) => other.checkpoint === mark.checkpoint) === i);
  };

  function show(index: number | null, aloud = false): void {
    at = index;
    const now = chart.current();
    const c = index === null ? undefined : now?.document.checkpoints[index];
    const place = places().find((one) => one.checkpoint === index);
    readout.hidden = line.hidden = !c || !place;
    if (!now || !c || !place) return;
    const rows = shownBy(now.figure, now.document).map((q) => ({ words: q.words, own: (q.write ?? fixed)(q.own(c)), chance: q.chance ? fixed(q.chance(c)) : "" }));
    fill(readout, h("p", null, nameOf(c)),
      h("table", null, h("tr", null, h("td"), h("th", { scope: "col" }, "this"), h("th", { scope: "col" }, "shuffled")),
        ...rows.map((row) => h("tr", null, h("th", { scope: "row" }, rich(row.words)), h("td", null, row.own), h("td", null, row.chance)))));
    stand(place);
    if (aloud) speak(`${nameOf(c)}: ${rows.map((row) => `${plain(row.words)} ${row.own}${row.chance ? `, shuffled ${row.chance}` : ""}`).join("; ")}`);
  }

  /** On the side with more room, never over the cursor. */
  function stand({ x, y }: { x: number; y: number | null }): void {
    const { clientWidth, clientHeight } = chart.root;
    const { offsetWidth, offsetHeight } = readout;
    const left = x < clientWidth / 2 ? x + 14 : x - offsetWidth - 14;
    readout.style.setProperty("left", `${Math.max(0, Math.min(clientWidth - offsetWidth, left))}px`);
    readout.style.setProperty("top", `${Math.max(0, Math.min(clientHeight - offsetHeight, y === null ? 24 : y + 8))}px`);
    line.hidden = y !== null;
    line.style.setProperty("left", `${x}px`);
  }

  function near(event: PointerEvent): number | null {
    const box = chart.root.getBoundingClientRect();
    return chart.layout ? nearest(chart.layout, event.clientX - box.left, event.clientY - box.top) : null;
  }

  const moved = (event: PointerEvent): void => { keys = false; show(near(event)); };
  const left = (event: PointerEvent): void => { if (event.pointerType !== "touch") show(null); };
  const blurred = (): void => { keys = false; show(null); };
  const pressed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (at === null) chart.root.blur();
      return show(null);
    }
    const order = places();
    const here = order.findIndex((one) => one.checkpoint === (at ?? chart.current()?.figure.checkpoint));
    const to = { ArrowLeft: here - 1, ArrowUp: here - 1, ArrowRight: here + 1, ArrowDown: here + 1, PageUp: here - 5, PageDown: here + 5, Home: 0, End: Infinity }[event.key];
    if (to === undefined || !order.length) return;
    keys = event.defaultPrevented;
    // Where arrows select, the selection has moved already and the next drawing shows it.
    if (keys) return;
    event.preventDefault();
    show(order[Math.max(0, Math.min(order.length - 1, here < 0 ? 0 : to))]!.checkpoint, true);
  };
  const listening = new AbortController();
  const { signal } = listening;
  chart.root.addEventListener("pointermove", moved, { signal });
  chart.root.addEventListener("pointerdown", moved, { signal });
  chart.root.addEventListener("pointerleave", left, { signal });
  chart.root.addEventListener("blur", blurred, { signal });
  chart.root.addEventListener("keydown", pressed, { signal });

  return {
    near: moved,
    drawn() {
      if (keys && document.activeElement === chart.root) show(chart.current()?.figure.checkpoint ?? null, true);
      else if (at !== null) show(at);
    },
    destroy: () => listening.abort(),
  };
}
