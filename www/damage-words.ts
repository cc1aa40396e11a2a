// What a damage test says of itself: the kinds, their units, and the sentence under its figure.

import { fixed, percent, signed } from "./format";
import type { Checkpoint, Damage, DamageKind, DamageWish, EngineError, ResultDocument } from "./protocol";
import type { TableData } from "./tables";
import { shuffleOf } from "./verdict";
import { label } from "./words";

/** What a kind is called, what its amount means, what it begins with, and what it does. */
export const KINDS: Record<DamageKind, { name: string; amount: string; first: Omit<DamageWish, "kind" | "seed">; does: string }> = {
  noise: {
    name: "Noise", amount: "Noise of each round, in standard deviations", first: { amount: 0.25, rounds: 8 },
    does: "Adds Gaussian noise to every matrix, in the same direction in each round. Its size is a multiple of the standard deviation of the matrix.",
  },
  prune: {
    name: "Pruning", amount: "Share of the weights, each round", first: { amount: 0.1, rounds: 8 },
    does: "Sets the smallest weights of every matrix to 0.",
  },
  rewire: {
    name: "Rewiring", amount: "Share of the weights, each round", first: { amount: 0.125, rounds: 8 },
    does: "Lets weights of the same layer change places at random. When all have, the network is one of its own shuffles.",
  },
  quantise: {
    name: "Quantisation", amount: "Bits in the first round", first: { amount: 8, rounds: 7 },
    does: "Leaves every matrix fewer different weights, evenly spaced: one bit less with each round.",
  },
};

export const PROMISE = "Damages the weights in memory, round by round, and analyses what is left. No file is altered. Each round begins with the undamaged weights.";

/** What had been done after a round. */
export function amountText({ kind, amount, round }: Damage): string {
  if (round === 0) return "none";
  switch (kind) {
    case "noise": return `${fixed(amount, 2)} sd`;
    case "quantise": return `${amount} bits`;
    default: return percent(amount);
  }
}

function doneText({ kind, amount }: Damage): string {
  switch (kind) {
    case "noise": return `noise of ${fixed(amount, 2)} standard deviations`;
    case "prune": return `pruning of ${percent(amount)} of the weights`;
    case "rewire": return `rewiring of ${percent(amount)} of the weights`;
    case "quantise": return `quantisation to ${amount} bits`;
  }
}

/** The rounds of a test, without the checkpoint that E counts from. */
export function roundsOf(document: ResultDocument): Checkpoint[] {
  return document.checkpoints.filter((c) => c.damage);
}

/** Width above that of the shuffled weights. */
function excess(c: Checkpoint): number | null {
  const chance = shuffleOf(c)?.width ?? null;
  return c.mean.width === null || chance === null ? null : c.mean.width - chance;
}

/** What the last round shows, and what it does not. */
export function damageSentence(document: ResultDocument): string {
  const rounds = roundsOf(document);
  const [before, after] = [rounds[0], rounds[rounds.length - 1]];
  if (!before || !after?.damage || after === before) return "";
  const base = document.checkpoints[0]!;
  const from = base === before ? "the undamaged weights" : label(base);
  const chance = (c: Checkpoint): string => fixed(shuffleOf(c)?.width);
  return `After ${doneText(after.damage)}, {w} went from ${fixed(before.mean.width)} to ${fixed(after.mean.width)}, that of shuffled weights from ${chance(before)} to ${chance(after)}: `
    + `above shuffled from ${signed(excess(before))} to ${signed(excess(after))}. {E} against ${from} went from ${fixed(before.emergence)} to ${fixed(after.emergence)}, shuffled ${fixed(shuffleOf(after)?.emergence)}. `
    + "This tells what happened to the weights; how well the damaged model still works was not measured.";
}

/** The numbers behind the figure. */
export function damageTable(document: ResultDocument): TableData {
  const rows = document.checkpoints.map((c) => {
    const n = shuffleOf(c);
    return [c.damage ? `round ${c.damage.round}` : label(c), c.damage ? amountText(c.damage) : "\u2013", fixed(c.mean.alpha0), fixed(n?.alpha0), fixed(c.mean.width), fixed(n?.width), signed(excess(c)), fixed(c.emergence), fixed(n?.emergence)];
  });
  return { caption: "Rounds of damage", head: ["round", "damage", "{\u03b1\u2080}", "shuffled", "{w}", "shuffled", "above shuffled", "{E}", "shuffled"], rows };
}

/** Why a test did not run. */
export function failureText(error: EngineError): string {
  if (error.code === "no-weights") return "The weights are no longer at hand. Choose the file again.";
  if (error.code === "file-changed") return "The file changed after it was chosen. Choose it again.";
  return error.hint && !error.text.includes(error.hint) ? `${error.text} ${error.hint}` : error.text;
}
