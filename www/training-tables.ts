// Numbers of training as tables: the twins of the figures over steps.

import { fixed, integer, signed } from "./format";
import type { Checkpoint, Maybe, ResultDocument } from "./protocol";
import type { TableData } from "./tables";
import { shuffleOf } from "./verdict";
import { capital, label } from "./words";

export interface Quantity {
  name: string;
  /** In tick boxes and tables; symbols in braces. */
  words: string;
  own(c: Checkpoint): Maybe | undefined;
  chance?(c: Checkpoint): Maybe | undefined;
  write?: (x: Maybe | undefined) => string;
}

export const QUANTITIES: Quantity[] = [
  { name: "emergence", words: "Emergence {E}", own: (c) => c.emergence, chance: (c) => shuffleOf(c)?.emergence },
  { name: "excess_width", words: "Width above shuffled", own: excessWidth, write: signed },
  { name: "alpha0", words: "Regularity {\u03b1\u2080}", own: (c) => c.mean.alpha0, chance: (c) => shuffleOf(c)?.alpha0 },
  { name: "width", words: "Width {w}", own: (c) => c.mean.width, chance: (c) => shuffleOf(c)?.width },
  { name: "asymmetry", words: "Asymmetry", own: (c) => mean(c.samples.map((s) => s.asymmetry)), chance: (c) => shuffleOf(c)?.asymmetry },
  { name: "nfd", words: "Mean NFD", own: (c) => c.nfd.mean, chance: (c) => shuffleOf(c)?.nfd?.mean },
];

function excessWidth(c: Checkpoint): Maybe {
  const shuffled = shuffleOf(c)?.width;
  return shuffled == null || c.mean.width === null ? null : c.mean.width - shuffled;
}

function mean(values: readonly (Maybe | undefined)[]): Maybe {
  const known = values.filter((v): v is number => v != null);
  return known.length ? known.reduce((sum, v) => sum + v, 0) / known.length : null;
}

/** All numbers that the document has, scores first. */
export function quantitiesOf(document: ResultDocument): Quantity[] {
  const scores = document.scores.filter((score, i, all) => all.findIndex((other) => other.metric === score.metric) === i);
  return [...scores.map(({ metric }): Quantity => ({
    name: `score:${metric}`, words: capital(metric),
    own: (c) => document.scores.find((s) => s.metric === metric && (s.series ?? c.series) === c.series)?.values.find((v) => v.step === c.step)?.value,
  })), ...QUANTITIES];
}

export function seriesNames(document: ResultDocument): string[] {
  return [...new Set(document.checkpoints.map((c) => c.series ?? ""))];
}

/** A row for each checkpoint, every number beside chance. */
export function numbersTable(document: ResultDocument, quantities: readonly Quantity[], caption: string): TableData {
  const several = seriesNames(document).length > 1;
  const head = quantities.flatMap((q) => [q.words, ...(q.chance ? ["shuffled"] : [])]);
  const cells = (c: Checkpoint): string[] => quantities.flatMap((q) => [(q.write ?? fixed)(q.own(c)), ...(q.chance ? [fixed(q.chance(c))] : [])]);
  return {
    caption,
    head: [...(several ? ["series"] : []), "step", ...head],
    rows: document.checkpoints.filter((c) => !c.damage).map((c) => [...(several ? [c.series ?? "unnamed"] : []), c.step === null ? c.name : integer(c.step), ...cells(c)]),
  };
}

export function nfdTable(document: ResultDocument): TableData {
  const rows = document.checkpoints.filter((c) => !c.damage).map((c) => {
    const { mean: middle, median, sd, min, max } = c.nfd;
    return [capital(label(c)), ...[middle, shuffleOf(c)?.nfd?.mean, median, sd, min, max].map((v) => fixed(v))];
  });
  return { caption: "Neuron fractal dimension over steps", head: ["checkpoint", "mean", "shuffled", "median", "sd", "smallest", "largest"], rows };
}

/** The last checkpoint of each series. */
export function sizesTable(document: ResultDocument): TableData {
  const rows = seriesNames(document).map((name) => {
    const c = document.checkpoints.filter((other) => (other.series ?? "") === name && !other.damage).pop();
    return c ? [name || "unnamed", integer(c.parameters), c.step === null ? c.name : integer(c.step), fixed(c.emergence), fixed(shuffleOf(c)?.emergence), signed(excessWidth(c))] : [name];
  });
  return { caption: "Models by their number of parameters", head: ["series", "parameters", "step", "{E}", "shuffled", "Width above shuffled"], rows };
}
