// Help: checks and badges, what each means and what to do.

import { CHECKS, warningName } from "../check-words";
import type { Entry, Topic } from "./topic";

/** What to do, in the words that the warnings of a result have (src/report/validity.rs; a test compares them). */
export const REMEDIES: Record<string, string> = {
  "wiring-guessed": "Look through the groups, and wire the matrices yourself where they are wrong.",
  quantised: "Compare it with checkpoints of the same type only.",
  "no-edges": "Look at how the file was written, and take another step of the training.",
  "no-spectrum": "Raise the longest edge T; weights of a single size have no spectrum at any T.",
  "fit-fair": "Read \u03b1 as a summary of shape, not as an exact exponent.",
  "few-radii": "Read \u03b1 as a summary of shape; a longer T adds radii.",
  "slopes-vary": "Read \u03b1\u2080 as a mean over lengths, and compare it at the same T only.",
  "tau-not-concave": "Do not read the width, nor the branch of f(\u03b1) that folds back.",
  "f-above-zero": "Do not read \u03b1\u2080 and E; look at the fit at the orders around 0.",
  "peak-tied": "Compare with other results of the reference mode only, or take the exact mode.",
  "few-neurons": "Do not read the right side of the spectrum: take a larger sample, or a q range nearer to 0.",
  "neurons-left-out": "Raise T to keep more, and compare networks that keep alike only.",
  "zero-weights": "Compare only with networks pruned or quantised alike.",
  "repeated-values": "Compare only with weights that were quantised alike, and with their own shuffles.",
  "nonfinite-weights": "Look for where the training broke, and take a step before it.",
  "samples-dropped": "Take filter 0 to see the means over all samples.",
  "late-first-checkpoint": "Add the checkpoint of the start of training.",
  "chosen-baseline": "Say so where you show E.",
  "kept-changed": "Read E and the change of the width beside those of the shuffles, which lose the same neurons; or raise T.",
};

/** Badges that say what they mean, without a threshold. */
const MEANINGS: Record<string, string> = {
  "wiring-guessed": "The names of the tensors did not tell which neurons they join. The page put them in the order of their names.",
  quantised: "The weights were stored in 8 bits or fewer, so that lengths come in few sizes.",
  "no-edges": "All weights are zero, or not numbers.",
  "no-spectrum": "No neuron has enough edges of length 1 to {T}, or all edges have one length. There is nothing to fit a line on.",
  "peak-tied": "The reference mode leaves {\u03b1\u2080} to rounding between two values; the page takes the first, always.",
  "samples-dropped": "A filter of the published code dropped some of the samples.",
  "late-first-checkpoint": "The series begins after step 0, so that {E} counts from there.",
  "chosen-baseline": "{E} counts from a checkpoint that you chose, not from the first one.",
};

export const CHECK_HELP: Topic = {
  id: "checks", title: "Checks and badges", about: "A number with a badge is not wrong: it says less than it seems to. What each badge means, and what to do.", read: "checks",
  entries: Object.keys(REMEDIES).map((code): Entry => {
    const check = CHECKS.find((one) => one.code === code);
    const body = check ? [check.measured, `Warns: ${check.threshold}`, check.why] : [MEANINGS[code] ?? ""];
    return { id: code, title: check?.name ?? warningName(code), body: [...body, `What to do: ${REMEDIES[code]}`] };
  }),
};
