// Checks in words: what the badges of a result are called, and what stands behind each "?". The engine decides what fires
// (docs/validity.md); the page says it, and the numbers of what does not fire.

import { fixed, integer, percent, plural } from "./format";
import type { Checkpoint, Validity, Warning } from "./protocol";

/** Of a result that says what its badges were decided by. */
type Known = Checkpoint & { validity: Validity };

/** One check. Symbols of the method stand in braces. */
export interface CheckWords {
  code: string;
  /** In tables. */
  name: string;
  /** What was measured, short; null where nothing was. */
  number(c: Known): string | null;
  /** Title of the warning. */
  warned(c: Known): string;
  /** The line of a check that passed. */
  passed(c: Known): string;
  /** Behind the "?": what is measured, when it warns, and why there. */
  measured: string;
  threshold: string;
  why: string;
}

/** Below this a line is a summary, whether it warns or not. */
const STRAIGHT = 0.9;

const keptNumber = (c: Known): string | null => (c.validity.kept_share === null ? null : share(c.validity.kept_share));

export const CHECKS: CheckWords[] = [
  {
    code: "fit-fair", name: "Lowest {R\u00b2}",
    number: ({ validity: { fit } }) => fit && fixed(fit.lowest, 2),
    warned: ({ validity: { fit } }) => `Fit is fair: {R\u00b2} down to ${fixed(fit?.lowest, 2)}`,
    passed: ({ validity: { fit } }) => ((fit?.lowest ?? 0) < STRAIGHT ? `{R\u00b2} of ${fixed(fit?.lowest, 2)} or more: {\u03b1} sums up a shape` : `Lines are straight: {R\u00b2} of ${fixed(fit?.lowest, 2)} or more`),
    measured: "How straight the line behind each {\u03c4(q)} is: the lowest {R\u00b2} over all {q}.",
    threshold: "Below 0.75.",
    why: "None of 200 untrained networks was below it: such lines are more bent than those of usual initial weights. From 0.75 to 0.9 is usual for weights, and no power law either: {\u03b1} sums up a shape.",
  },
  {
    code: "few-radii", name: "Lengths in the fit",
    number: ({ validity: { radii } }) => radii && `${integer(radii.count)}, ${integer(radii.smallest)}\u2013${integer(radii.largest)}`,
    warned: ({ validity: { radii } }) => `Few lengths: ${integer(radii?.count ?? 0)}, from ${integer(radii?.smallest ?? 0)} to ${integer(radii?.largest ?? 0)}`,
    passed: ({ validity: { radii } }) => `${integer(radii?.count ?? 0)} lengths from ${integer(radii?.smallest ?? 0)} to ${integer(radii?.largest ?? 0)}`,
    measured: "The rounded lengths that the lines are fitted on.",
    threshold: "Fewer than 10 lengths, or the largest is less than 10 times the smallest.",
    why: "Over less than a factor of ten, a curve and a line look alike.",
  },
  {
    code: "slopes-vary", name: "{\u03b1\u2080}, shorter and longer half",
    number: (c) => slopesOf(c),
    warned: (c) => `Slopes vary: {\u03b1\u2080} ${slopesOf(c) ?? ""}`,
    passed: (c) => `{\u03b1\u2080} ${slopesOf(c) ?? ""} over shorter and longer edges`,
    measured: "{\u03b1\u2080} from the shorter half of lengths, on a logarithmic scale, and from the longer half.",
    threshold: "One is more than 6 times the other.",
    why: "A power law has one slope. Untrained weights have two, up to 5.3 times apart: {\u03b1\u2080} is a mean over lengths, and depends on {T}.",
  },
  {
    code: "tau-not-concave", name: "Rise of {\u03b1}",
    number: ({ validity: { largest_alpha_rise: rise } }) => (rise === null ? null : fixed(rise)),
    warned: () => "{\u03c4} is not concave",
    passed: ({ validity: { largest_alpha_rise: rise } }) => ((rise ?? 0) < 0.0005 ? "{\u03c4(q)} is concave" : `{\u03c4(q)} is concave but for ${fixed(rise)} of {\u03b1}`),
    measured: "The most by which {\u03b1} rises with {q}; it should fall.",
    threshold: "Above 0.01.",
    why: "Where {\u03b1} rises, {f(\u03b1)} folds back, and the width counts the fold. Mixed kinds of matrices bend it by less before any training.",
  },
  {
    code: "f-above-zero", name: "Largest {f}",
    number: ({ validity: { largest_f: f } }) => (f === null ? null : fixed(f)),
    warned: ({ validity: { largest_f: f } }) => `{f} above 0: ${fixed(f, 4)}`,
    passed: () => "No {f} above 0",
    measured: "The largest {f(\u03b1)}, which is 0 at {q} = 0.",
    threshold: "Above 0 by more than rounding (0.000000001).",
    why: "The peak is elsewhere than {\u03b1\u2080} then.",
  },
  {
    code: "few-neurons", name: "Neurons that the lowest {q} rests on",
    number: ({ validity: { carried } }) => carried && integer(carried.neurons),
    warned: ({ validity: { carried } }) => `The lowest {q} rests on ${plural(Math.round(carried?.neurons ?? 0), "neuron")}`,
    passed: ({ validity: { carried } }) => `The lowest {q} rests on ${integer(carried?.neurons ?? 0)} of ${integer(carried?.of ?? 0)} neurons`,
    measured: "How many neurons with equal shares would make the sum of the lowest {q} as uneven as it is, at the length where they are fewest.",
    threshold: "Fewer than 10.",
    why: "The right end of the spectrum is then a property of some neurons, not of the network.",
  },
  {
    code: "neurons-left-out", name: "Neurons kept",
    number: keptNumber,
    warned: (c) => `${integer(leftOut(c))} of ${integer(c.network.neurons)} neurons left out`,
    passed: (c) => (leftOut(c) === 0 ? "Every neuron has over 10 edges" : leftOut(c) === c.network.neurons ? "" : `${keptNumber(c) ?? ""} of neurons have over 10 edges`),
    measured: "Neurons with more than 10 edges of length 1 to {T}. The others count in no number.",
    threshold: "1% of all are left out, or 5% of a group.",
    why: "Which ones are left out changes with the size of the weights, and the spectrum with it.",
  },
  {
    code: "kept-changed", name: "Other neurons than at the baseline",
    // Said by the neurons that are kept.
    number: () => null,
    warned: () => "Other neurons than at the start",
    passed: () => "",
    measured: "The share of kept neurons, here and at the checkpoint that {E} counts from.",
    threshold: "They differ by 1% of all neurons or more.",
    why: "Neurons that crossed the limit of 10 edges are in one of the two spectra only.",
  },
  {
    code: "zero-weights", name: "Zero weights",
    number: ({ validity: { zero_share: zeros } }) => (zeros === null ? null : share(zeros)),
    warned: ({ validity: { zero_share: zeros } }) => `${share(zeros ?? 0)} of weights are exactly zero`,
    passed: ({ validity: { zero_share: zeros } }) => (zeros === 0 ? "No zero weights" : `${share(zeros ?? 0)} of weights are exactly zero`),
    measured: "Weights that are exactly 0: they are no edges.",
    threshold: "0.1% or more.",
    why: "Training and chance leave no exact zeros; pruning and quantising do.",
  },
  {
    code: "repeated-values", name: "Distinct values",
    number: ({ validity: { repeated } }) => repeated && percent(repeated.distinct / repeated.values),
    warned: ({ validity: { repeated } }) => `Weights repeat: ${percent((repeated?.distinct ?? 0) / (repeated?.values ?? 1))} are distinct`,
    passed: ({ validity: { repeated } }) => `Weights do not repeat: ${percent((repeated?.distinct ?? 0) / (repeated?.values ?? 1))} are distinct`,
    measured: "Distinct values in up to four runs of 1,024 weights of each group, without zeros; the group that repeats most.",
    threshold: "Fewer than a third are distinct.",
    why: "In 16 bits more than half are, in 32 bits nearly all; 256 levels leave a sixth.",
  },
  {
    code: "nonfinite-weights", name: "Not a number",
    number: (c) => integer(c.network.nonfinite_weights),
    warned: (c) => `${plural(c.network.nonfinite_weights, "weight")} not a number`,
    passed: () => "Every weight is a number",
    measured: "Weights that are infinite or not a number: they are no edges.",
    threshold: "Any.",
    why: "Something went wrong before the file was written.",
  },
];

function slopesOf(c: Known): string | null {
  const slopes = c.validity.slopes.find((s) => s.q === 0);
  return slopes ? `${fixed(slopes.lower, 2)} and ${fixed(slopes.upper, 2)}` : null;
}

function leftOut(c: Known): number {
  return c.network.neurons - c.network.layers.reduce((sum, layer) => sum + layer.kept, 0);
}

/** A share that is never rounded to all or to nothing. */
function share(x: number): string {
  if (x === 0 || x === 1) return percent(x);
  return percent(Math.min(0.9999, Math.max(0.0001, x)), x > 0.999 || x < 0.001 ? 2 : 1);
}

/** The checks that have a number and no warning. */
export function passes(c: Checkpoint): { check: CheckWords; text: string }[] {
  if (!isKnown(c)) return [];
  const open = CHECKS.filter((check) => !warningOf(c, check.code) && check.number(c) !== null);
  return open.map((check) => ({ check, text: check.passed(c) })).filter(({ text }) => text);
}

export function isKnown(c: Checkpoint): c is Known {
  return c.validity !== undefined;
}

export function warningOf(c: Checkpoint, code: string): Warning | undefined {
  return c.warnings.find((w) => w.code === code);
}

export function checkOf(code: string): CheckWords | undefined {
  return CHECKS.find((check) => check.code === code);
}

const TITLES: Record<string, string> = {
  "fit-fair": "Fit is fair",
  guessed: "The wiring is a guess",
  "wiring-guessed": "The wiring is a guess",
  "zero-weights": "Some weights are exactly zero",
  quantised: "Quantised source",
  "neurons-left-out": "Some neurons are left out",
  "peak-tied": "Peak tied (reference mode)",
  "f-above-zero": "{f} above 0",
  "tau-not-concave": "{\u03c4} is not concave",
  "late-first-checkpoint": "First checkpoint is not the start of training",
  "chosen-baseline": "{E} counts from a chosen checkpoint",
  "missing-shard": "One part is missing",
  "no-edges": "No edges",
  "no-spectrum": "No spectrum",
  "nonfinite-weights": "Some weights are not numbers",
  "samples-dropped": "Some samples are left out",
  "index-mismatch": "The index and the files disagree",
  "config-unreadable": "The configuration could not be read",
  "unknown-type": "Some tensors are not read",
  "head-width-guessed": "The width of the heads is a guess",
  "matrices-left-out": "Some matrices are left out",
  "packed-part": "Some weights are packed integers",
  "several-state-dicts": "Several sets of weights",
  "wiring-edited": "Your own wiring",
  "groups-guessed": "Groups of channels are a guess",
  "transposed-guessed": "A transposed convolution is a guess",
  "depthwise-first": "The first convolution may be read wrongly",
  "positions-first": "Kernels are stored with their positions first",
};

/** Title of a warning of a checkpoint. */
export function warningTitle(code: string, c: Checkpoint): string {
  const check = checkOf(code);
  return check && isKnown(c) ? check.warned(c) : warningName(code);
}

/** The same without a number. */
export function warningName(code: string): string {
  return TITLES[code] ?? code.charAt(0).toUpperCase() + code.slice(1).replace(/-/g, " ");
}
