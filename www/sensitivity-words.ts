// What sensitivities say: the sentence, the table, and what computing them takes.

import { fixed, integer, interval, signed } from "./format";
import type { Checkpoint, Maybe, SensitivityAxis, SensitivityPoint } from "./protocol";
import type { TableData } from "./tables";
import { label } from "./words";

/** What is varied, as tables and sentences name it. */
const AXES: Record<string, { name: string; option: string }> = {
  threshold: { name: "longest edge {T}", option: "the longest edge {T}" },
  "layer-sample": { name: "neurons drawn {K}", option: "the sample {K}" },
  q: { name: "range of {q}", option: "the range of {q}" },
  "minimum-degree": { name: "least degree", option: "the least degree" },
  rounding: { name: "rounding", option: "the rounding of lengths" },
  scale: { name: "weights times", option: "the size of all weights" },
  distance: { name: "distance", option: "the definition of distance" },
};

export const AXIS_NAMES = Object.keys(AXES);

/** Shuffles of each point. */
export const SHUFFLES = 20;

/** What "Compute" does. */
export function promise(baseline: Checkpoint | null, present: Checkpoint): string {
  const files = present.files.length + (baseline?.files.length ?? 0);
  const bytes = [present, ...(baseline ? [baseline] : [])].flatMap((c) => c.files).reduce((sum, file) => sum + file.bytes, 0);
  const from = baseline ? ` and ${label(baseline)}, from which {E} counts,` : "";
  return `Varies one option at a time, all others as chosen, and shuffles the weights ${SHUFFLES} times for each. `
    + `Reads ${label(present)}${from} once for {T}, {q}, least degree and rounding, and again for each {K}, size and distance: `
    + `${files === 1 ? "one file" : `${files} files`}, ${integer(bytes / 1e6)} MB, some 13 times in all. Nothing else of the result changes.`;
}

const excess = (p: SensitivityPoint): number | null => (p.width === null || p.null?.width == null ? null : p.width - p.null.width);

/** How far the width of an axis reaches. */
function reach(axis: SensitivityAxis): { low: number; high: number } | null {
  const widths = axis.points.map((p) => p.width).filter((w): w is number => w !== null);
  return widths.length > 1 ? { low: Math.min(...widths), high: Math.max(...widths) } : null;
}

/** Which option moves the width most, and whether it stays on one side of its shuffles. */
export function sensitivitySentence(axes: SensitivityAxis[]): string {
  const moved = axes.flatMap((axis) => {
    const ends = reach(axis);
    return ends ? [{ axis, ...ends }] : [];
  }).sort((a, b) => b.high - b.low - (a.high - a.low))[0];
  if (!moved) return "";
  const option = AXES[moved.axis.axis]?.option ?? moved.axis.axis;
  const points = axes.flatMap((axis) => axis.points);
  const compared = points.filter((p) => excess(p) !== null && p.null?.width_interval);
  const above = compared.filter((p) => p.width! > p.null!.width_interval![1]).length;
  const below = compared.filter((p) => p.width! < p.null!.width_interval![0]).length;
  const differences = compared.map((p) => excess(p)!);
  const range = `${signed(Math.min(...differences))} to ${signed(Math.max(...differences))}`;
  const most = `Nothing here moves {w} more than ${option}: from ${fixed(moved.low)} to ${fixed(moved.high)}. `;
  if (compared.length === 0) return most;
  if (above === compared.length) return `${most}Whatever is chosen, {w} is above that of the shuffles, by ${range}: this does not hang on one option.`;
  if (below === compared.length) return `${most}Whatever is chosen, {w} is below that of the shuffles, by ${range}: this does not hang on one option.`;
  return `${most}{w} is above 95% of the shuffles under ${above} of ${compared.length} settings and below under ${below}; the difference goes from ${range}. `
    + "What is said about this width holds for the settings it was computed with.";
}

const number = (value: number | string): string => (typeof value === "string" ? value : fixed(value, Number.isInteger(value) ? 0 : 3));

function cells(p: SensitivityPoint): string[] {
  const pair = (value: Maybe, mean: Maybe | undefined, ends: [number, number] | null | undefined): string[] => [fixed(value), fixed(mean), interval(ends)];
  return [
    ...pair(p.alpha0, p.null?.alpha0, p.null?.alpha0_interval),
    ...pair(p.width, p.null?.width, p.null?.width_interval),
    ...pair(p.emergence, p.null?.emergence, p.null?.emergence_interval),
    integer(p.neurons_kept),
  ];
}

const HEAD = ["{\u03b1\u2080}", "shuffled", "95%", "{w}", "shuffled", "95%", "{E}", "shuffled", "95%", "neurons kept"];

/** The numbers behind the figure. */
export function sensitivityTable(c: Checkpoint, axes: SensitivityAxis[]): TableData {
  const rows = axes.flatMap(({ axis, points }) => points.map((p) => [
    `${(AXES[axis]?.name ?? axis).replace(/[{}]/g, "")} ${number(p.value)}${p.is_present ? ", as chosen" : ""}`, ...cells(p)]));
  return { caption: `Sensitivity at ${label(c)}`, head: ["setting", ...HEAD], rows };
}

/** The published code beside the exact numbers. */
export function quirkTable(c: Checkpoint, quirks: SensitivityPoint[]): TableData {
  const rows = quirks.map((p) => [number(p.value), p.text ?? "", ...cells(p)]);
  return { caption: `The published code beside the exact numbers, at ${label(c)}`, head: ["difference", "what is done", ...HEAD], rows };
}

/** What all differences together do to w and E. */
export function quirkSentence(quirks: SensitivityPoint[]): string {
  const named = (name: string): SensitivityPoint | undefined => quirks.find((p) => p.value === name);
  const [exact, all] = [named("exact"), named("all together, 32")];
  if (!exact || !all) return "";
  const between = (of: (p: SensitivityPoint) => Maybe): string => `${fixed(of(exact))} exact and ${fixed(of(all))} as published`;
  const emergence = exact.emergence === null && all.emergence === null ? "" : `; {E} is ${between((p) => p.emergence)}`;
  return `{\u03b1\u2080} is ${between((p) => p.alpha0)}; {w} is ${between((p) => p.width)}${emergence}. `
    + `Above shuffled, {w} is ${signed(excess(exact))} and ${signed(excess(all))}.`;
}
