// The sentences of "where it happens". They come with the section, not with the first view.

import { fixed, integer, plural, signed } from "./format";
import type { Measure, NeuronChange } from "./protocol";
import { SHUFFLES_PER_GROUP, type Cell } from "./where";
import { capital } from "./words";

/** How a group stands against its shuffles. */
export function standing(cell: Cell): string {
  if (cell.group.width === null) return "no spectrum";
  if (cell.of === 0) return "shuffled: computing";
  return cell.above === cell.of ? `wider than all ${integer(cell.of)} shuffles` : `wider than ${integer(cell.above)} of ${integer(cell.of)} shuffles`;
}

/** What a screen reader hears of a cell. */
export function cellWords(cell: Cell): string {
  const excess = cell.excess === null ? "" : `${fixed(Math.abs(cell.excess))} ${cell.excess < 0 ? "below" : "above"} shuffled, `;
  return `${cell.name}: width ${fixed(cell.group.width)}, ${excess}${standing(cell)}`;
}

/** The finding of the section. */
export function whereHeadline(cells: readonly Cell[]): string {
  const told = cells.filter((cell) => cell.excess !== null);
  if (cells.length && cells.every((cell) => cell.group.width === null)) return `${plural(cells.length, "group")}, none with a spectrum`;
  if (!told.length) return `${plural(cells.length, "group")}, each with a spectrum of its own. Shuffled: computing`;
  const [most] = [...told].sort((a, b) => b.excess! - a.excess!);
  if (most!.excess! <= 0) return "No group is wider than its own shuffled weights";
  const wider = told.filter((cell) => cell.above === cell.of).length;
  return `Most above chance in ${most!.name}: ${signed(most!.excess)} of width. ${integer(wider)} of ${plural(told.length, "group")} ${wider === 1 ? "is" : "are"} wider than all of their shuffles`;
}

/** What must be known of many groups that are looked at together. */
export function byChance(cells: readonly Cell[]): string {
  const of = Math.max(0, ...cells.map((cell) => cell.of));
  if (of === 0) return "";
  const expected = cells.length / (of + 1);
  const wanted = SHUFFLES_PER_GROUP * cells.length;
  return `Of ${plural(cells.length, "group")}, ${fixed(expected, expected < 0.95 ? 1 : 0)} would be wider than all of ${integer(of)} shuffles by chance. ${of >= wanted ? "Bold stands where chance would do so in one of twenty pages." : `Bold stands from ${integer(wanted)} shuffles on.`}`;
}

/** Shuffles that a claim about so many groups needs; null where there are enough, or none at all. */
export function shufflesWanted(cells: readonly Cell[]): number | null {
  const of = Math.max(0, ...cells.map((cell) => cell.of));
  const wanted = SHUFFLES_PER_GROUP * cells.length;
  return of === 0 || of >= wanted ? null : wanted;
}

/** "+0.120 (shuffled +0.080)". */
export function beside(measure: Measure, sign = true): string {
  const number = sign ? signed : fixed;
  return `${number(measure.value)} (${measure.shuffled === null ? "shuffled: computing" : `shuffled ${number(measure.shuffled)}`})`;
}

export function neuronWords({ group, neuron }: NeuronChange): string {
  return `${group}, neuron ${integer(neuron)}`;
}

export const WHERE = {
  title: "Width above shuffled, group by group",
  none: "This result holds no spectra of single groups. Results of earlier versions have none, nor have networks of more than 1,024 groups: choose layers for those.",
  noWeights: "Neurons are compared where the weights are: drop both checkpoints. The widths and centres below are those that this result holds.",
  comparing: "Comparing the neurons.",
  pairs: (n: number): string => `Beside each number the mean of ${plural(n, "shuffled pair")}: both checkpoints shuffled, each by itself.`,
  distance: "Distance is the root mean square of the change of \u03b1 over all q. Rank correlation tells how far neurons kept their order: 1 is the same order, 0 none.",
  open: (name: string): string => `Spectrum of ${name}`,
  heat: (what: string): string => `${capital(what)} of every group at every checkpoint`,
} as const;
