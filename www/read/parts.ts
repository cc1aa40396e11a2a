// What the live parts of steps are made of: sliders, figures of plain data, rows of numbers that are read out.

import { Chart } from "../chart";
import { debounce, fill, h, plain, rich } from "../dom";
import { exportButton } from "../export";
import { fixed } from "../format";
import { DEFAULTS } from "../hash";
import type { EngineError, Figure, Maybe, ResultDocument } from "../protocol";
import { tableElement, type TableData } from "../tables";

/** Figures of plain data are drawn of no checkpoint. */
const NOTHING: ResultDocument = { schema: "neuromfa-result/1", tool: { name: "neuromfa", version: "" }, options: DEFAULTS, checkpoints: [], scores: [] };

export type Lesson = NonNullable<Figure["lesson"]>;
export type LessonLine = Lesson["lines"][number];
export type Domain = NonNullable<Figure["domain"]>;

type Columns = Pick<LessonLine, "x" | "y">;

/** Every `each`-th point of two columns. */
export function columns(x: readonly number[], y: readonly Maybe[], each = 1): Columns {
  const kept = x.map((_, i) => i).filter((i) => i % each === 0);
  return { x: kept.map((i) => x[i]!), y: kept.map((i) => y[i] ?? NaN) };
}

/** Points as two columns. */
export function places(points: readonly (readonly [number, number])[]): Columns {
  return { x: points.map((p) => p[0]), y: points.map((p) => p[1]) };
}

/** A slider over a list of values. */
export interface SliderPart { root: HTMLElement; readonly value: number; readonly index: number; set(index: number): void }

interface SliderWish {
  label: string;
  values: readonly number[];
  /** The value that it begins with, or the nearest. */
  start: number;
  text(value: number): string;
  moved(): void;
}

export function slider({ label, values, start, text, moved }: SliderWish): SliderPart {
  const input = h("input", { type: "range", min: 0, max: values.length - 1, step: 1, "aria-label": plain(label) });
  const said = h("output.read-value");
  const nearest = values.reduce((best, value, i) => (Math.abs(value - start) < Math.abs(values[best]! - start) ? i : best), 0);
  const part = {
    root: h("label.read-slider", null, h("span", null, rich(label)), input, said),
    get index() { return Number(input.value); },
    get value() { return values[Number(input.value)]!; },
    set(index: number) {
      input.value = String(index);
      fill(said, text(part.value));
      input.setAttribute("aria-valuetext", text(part.value));
    },
  };
  part.set(nearest);
  input.addEventListener("input", () => { part.set(part.index); moved(); });
  return part;
}

export interface FigurePart { root: HTMLElement; chart: Chart; draw(described: string): void }

/** A figure with its title; `said` describes it to those who do not see it. */
export function figure(name: string, title: string, source: () => { document?: ResultDocument; parts: Omit<Figure, "width" | "height" | "scale" | "theme"> } | null, legend?: string): FigurePart {
  const chart = new Chart(`read-${name}`, {
    figure: () => {
      const found = source();
      return found && { document: found.document ?? NOTHING, parts: found.parts };
    },
  });
  chart.root.setAttribute("role", "img");
  chart.root.setAttribute("aria-label", plain(title));
  const twin = h("div");
  const details = h("details.twin-details", null, h("summary", null, "Table"), twin);
  const tabulate = (): void => {
    const found = chart.current();
    details.hidden = !found?.figure.lesson;
    if (details.open && found?.figure.lesson) fill(twin, tableElement(lessonTable(plain(title), found.figure.lesson)));
  };
  details.addEventListener("toggle", tabulate);
  const root = h("figure.read-figure", null,
    h("figcaption", null, h("span.figure-title", null, rich(title)), legend ? h("span.legend", null, rich(legend)) : null, exportButton(() => `neuromfa-${name}`, () => chart, () => null)),
    chart.root, details);
  return { root, chart, draw: (described) => { chart.root.setAttribute("aria-label", `${plain(title)}. ${described}`); chart.update(); tabulate(); } };
}

/** The points of a figure of plain data, line after line. */
function lessonTable(caption: string, { x, lines }: Lesson): TableData {
  const rows = lines.flatMap(({ name, style, x: xs, y }) => xs.map((value, i) => [name || style, fixed(value, 4), fixed(Number.isFinite(y[i]) ? y[i] : null, 4)]));
  return { caption, head: ["line", `{${x || "x"}}`, "value"], rows };
}

export interface NumbersPart { root: HTMLElement; show(head: string[], rows: string[][], sentence: string): void; fail(error: EngineError): void }

/** A small table of what was computed, and its sentence for those who listen: some time after the last change. */
export function numbers(caption: string): NumbersPart {
  const table = h("table.read-numbers");
  const live = h("p.sr", { role: "status" });
  const failed = h("p.read-failed", { role: "alert", hidden: true });
  const say = debounce(400, (sentence: string) => fill(live, sentence));
  return {
    root: h("div.read-table", null, table, live, failed),
    show(head, rows, sentence) {
      failed.hidden = true;
      fill(table, h("caption.sr", null, caption),
        h("thead", null, h("tr", null, h("td"), ...head.map((text) => h("th", { scope: "col" }, rich(text))))),
        h("tbody", null, ...rows.map(([name, ...cells]) => h("tr", null, h("th", { scope: "row" }, rich(name!)), ...cells.map((cell) => h("td", null, cell))))));
      say(plain(sentence));
    },
    fail(error) {
      failed.hidden = false;
      fill(failed, `This could not be computed. ${error.text} ${error.hint || "Reload the page to try again."}`);
    },
  };
}
