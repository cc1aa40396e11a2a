// Every sentence of the section of scores but the readings of correlations, which come with the numbers.

import { integer, plural } from "./format";
import type { Association, Quantity, Score } from "./protocol";

export const QUANTITIES: Record<Quantity, string> = {
  emergence: "Degree of emergence {E}",
  excess_width: "Width above shuffled",
  width: "Width {w}",
  alpha0: "Regularity {\u03b1\u2080}",
};

export const SCORES = {
  none: "No scores yet. Drop results of lm-evaluation-harness, one file for each step, or a table with a column of steps: CSV, TSV, or what a training log prints.",
  unread: "Files are read on this computer.",
  noSteps: "The checkpoints have no steps, so that scores belong to none. Name the files like step1000.",
  computing: "The correlations are being computed.",
  lateHelp: (from: number | null) => `The late phase leaves out the early rise. ${from === null ? "" : `It begins with step ${integer(from)}: `}by itself with the first checkpoint at or after a third of the last step, which looks at no number.`,
  columns: ["metric", "steps", "n", "{r} and 95%", "\u03c1 and 95%", "log(1 + step), {r}", "shuffled, {r}", "{r} without log(1 + step), 95%"],
  caption: (quantity: string) => `${quantity} and scores: Pearson\u2019s {r} and Spearman\u2019s \u03c1, with intervals of 2,000 bootstrap draws of checkpoints`,
  all: "all",
  from: (step: number) => `from ${integer(step)}`,
  published: "Published results: Pythia-1.4B",
  back: "Back to this series",
  presetTitle: (title: string) => `Published results: ${title}`,
  presetLimits: "No weights were read for these numbers, and nobody published shuffled weights beside them. What they show is said with the table.",
  presetFailed: "The published results did not load. Try again.",
  twoAxes: "As it was published: two axes, whose scales are free to be chosen so that the curves meet.",
};

/** What of a metric has no counterpart. */
export function unmatched(score: Score, association: Association | undefined): string {
  const parts = [plural(score.values.length, "value")];
  if (association?.steps_without_checkpoint) parts.push(`${integer(association.steps_without_checkpoint)} without a checkpoint`);
  if (association?.checkpoints_without_score) parts.push(`${plural(association.checkpoints_without_score, "checkpoint")} without a score`);
  return parts.join(", ");
}
