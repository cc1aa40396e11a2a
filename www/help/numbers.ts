// Help: every number, from the explanations behind each "?", with its definition.

import { EXPLANATIONS, type Explanation, type Topic as Number_ } from "../explain";
import type { Entry, Topic } from "./topic";

/** In words or as an equation; the words around them are those of the popovers. */
const DEFINITIONS: Record<Number_, readonly string[]> = {
  excess: ["= \u0394 w = w - \\frac{1}{S} \u2211_{s = 1}^S w_s", "with the widths of all {S} shuffles."],
  width: ["= w = \\max \u03b1 - \\min \u03b1"],
  alpha0: ["= \u03b1_0 = \u03c4 \u2032 (0)", "In the reference mode, \u03b1 where {f} is largest."],
  emergence: ["= E = \\frac{w}{w_1} \\ln \\frac{\u03b1_{0,1}}{\u03b1_0}"],
  nfd: ["The slope of ln {N(r)} on ln {r} of one neuron, over its own lengths up to 200; the page shows the mean over neurons, and their histogram."],
  spectrum: ["= \u03b1 = \\frac{d \u03c4}{d q} \\quad f = q \u03b1 - \u03c4"],
  tau: ["The slope of ln {Z} on ln({r}/{d}), for each {q}."],
  dimension: ["= D(q) = \\frac{\u03c4(q)}{q}", "At {q} = 0 it is {\u03b1\u2080}."],
  r2: ["The share of the variance of ln {Z} that the line explains, for each {q}; there is none at {q} = 0, where all points are level."],
  asymmetry: ["= A = \\ln \\frac{\u03b1_{\"max\"} - \u03b1_0}{\u03b1_0 - \u03b1_{\"min\"}}", "None where either side is 0."],
  score: ["Pearson\u2019s {r} and Spearman\u2019s \u03c1 over checkpoints that have both, with intervals of 2,000 draws of checkpoints."],
};

function entry(id: Number_): Entry {
  const { title, plain, caution, step }: Explanation = EXPLANATIONS[id];
  return { id, title, body: [plain, ...DEFINITIONS[id], `Do not conclude: ${caution}`], ...(step ? { read: step } : {}) };
}

export const NUMBERS: Topic = {
  id: "numbers", title: "Numbers", about: "What each number says, how it is defined, and what not to conclude from it.",
  entries: (Object.keys(DEFINITIONS) as Number_[]).map(entry),
};
