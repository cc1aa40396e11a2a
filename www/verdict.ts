// What the numbers say, decided once: every sentence, table and figure summary of the page asks here.

import type { Checkpoint, Maybe, Null, ResultDocument } from "./protocol";

/** The shuffle null of a checkpoint, if it is there. */
export function shuffleOf(checkpoint: Checkpoint): Null | null {
  return checkpoint.nulls.find((n) => n.kind === "shuffle" && n.samples > 0) ?? null;
}

/** How a width stands against the widths of its shuffles. */
export interface Against {
  verdict: "wider" | "maybe wider" | "as wide" | "maybe narrower" | "narrower";
  /** Shuffles that are narrower than the value. */
  above: number;
  of: number;
}

export function against(value: Maybe, shuffled: Null): Against | null {
  const values = shuffled.width_values.filter((v): v is number => v !== null);
  if (value === null || values.length === 0) return null;
  const above = values.filter((v) => v < value).length;
  const below = values.filter((v) => v > value).length;
  const of = values.length;
  const [low, high] = shuffled.width_interval ?? [Math.min(...values), Math.max(...values)];
  if (above === of) return { verdict: "wider", above, of };
  if (below === of) return { verdict: "narrower", above, of };
  if (value > high) return { verdict: "maybe wider", above, of };
  if (value < low) return { verdict: "maybe narrower", above, of };
  return { verdict: "as wide", above, of };
}

export type SeriesCase = "moved and widened" | "moved, widened, shuffled narrower" | "widened" | "moved" | "maybe" | "alike" | "unchanged" | "pending";

/** Which of the headlines a training series has earned. */
export function seriesCase(document: ResultDocument): SeriesCase {
  const first = document.checkpoints[0];
  const last = document.checkpoints[document.checkpoints.length - 1];
  if (!first || !last) return "pending";
  const nullFirst = shuffleOf(first);
  const nullLast = shuffleOf(last);
  if (!nullFirst || !nullLast) return "pending";
  if (within(first.mean.alpha0, last.mean.alpha0, nullFirst.alpha0_interval)
    && within(first.mean.width, last.mean.width, nullFirst.width_interval)) return "unchanged";
  const stand = against(last.mean.width, nullLast);
  switch (stand?.verdict) {
    case "wider":
      if (!movesAsFar(first, last)) return "widened";
      // "Only move" would be wrong of shuffles that end narrower than those of the first checkpoint.
      return (nullLast.width ?? 0) < (nullFirst.width_interval?.[0] ?? 0) ? "moved, widened, shuffled narrower" : "moved and widened";
    case "narrower": return "alike";
    case "as wide": return "moved";
    default: return "maybe";
  }
}

/** Whether a change is no larger than half the 95 % interval of the first checkpoint's shuffles. */
function within(from: Maybe, to: Maybe, interval: [number, number] | null): boolean {
  if (from === null || to === null || !interval) return false;
  return Math.abs(to - from) <= (interval[1] - interval[0]) / 2;
}

/** Whether the centre of the shuffled spectrum moved between 80 and 120 % as far as the spectrum itself. */
export function movesAsFar(first: Checkpoint, last: Checkpoint): boolean {
  const share = shuffledShare(first, last);
  return share !== null && share >= 0.8 && share <= 1.2;
}

/** Movement of the shuffled alpha_0 as a share of the movement of alpha_0. */
export function shuffledShare(first: Checkpoint, last: Checkpoint): number | null {
  const a = shuffleOf(first)?.alpha0;
  const b = shuffleOf(last)?.alpha0;
  const from = first.mean.alpha0;
  const to = last.mean.alpha0;
  if (a == null || b == null || from === null || to === null || from === to) return null;
  return (b - a) / (to - from);
}

/** Whether the document is one series whose checkpoints all know their step: a training. */
export function isTraining(document: ResultDocument): boolean {
  return document.checkpoints.length > 1 && document.checkpoints.every((c) => c.step !== null) && seriesNames(document).length === 1;
}

/** The names of the series, in order; null for the one without. */
export function seriesNames(document: ResultDocument): (string | null)[] {
  return [...new Set(document.checkpoints.map((c) => c.series ?? null))];
}

/** The checkpoint that the degree of emergence of this one counts from. */
export function baselineOf(document: ResultDocument, checkpoint: Checkpoint): Checkpoint {
  const series = document.checkpoints.filter((c) => (c.series ?? null) === (checkpoint.series ?? null));
  return series.find((c) => c.is_baseline) ?? series[0] ?? checkpoint;
}

/** Smallest and largest finite value. */
export function extent(values: readonly Maybe[]): [number, number] | null {
  const finite = values.filter((v): v is number => v !== null && Number.isFinite(v));
  return finite.length ? [Math.min(...finite), Math.max(...finite)] : null;
}
