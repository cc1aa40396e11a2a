// Explanations behind each "?": title, plain words, and what not to conclude (design brief, section 9).

export interface Explanation {
  title: string;
  plain: string;
  caution: string;
  /** The step of "How to read this" that says more. */
  step?: string;
}

export const EXPLANATIONS = {
  spectrum: {
    title: "Spectrum {f(\u03b1)}",
    plain: "How fast neurons gather connections as weaker and weaker weights are counted. {\u03b1} is the rate; the arch shows how much rates differ from neuron to neuron.",
    caution: "Its top is 0 by construction: it is not the dimension of anything.",
    step: "exponents",
  },
  alpha0: {
    title: "Regularity {\u03b1\u2080}",
    plain: "The typical rate. Smaller is more regular.",
    caution: "It follows the size of the weights: doubling every weight changes it. Compare it with the shuffled value.",
    step: "width",
  },
  width: {
    title: "Width {w}",
    plain: "How much neurons differ. 0 means that all have the same profile.",
    caution: "Wide is not good or bad; noise alone has width. Only width above shuffled speaks of structure.",
    step: "width",
  },
  excess: {
    title: "Width above shuffled",
    plain: "What is lost when every weight is kept but dealt to neurons at random.",
    caution: "It does not say what the structure does.",
    step: "chance",
  },
  emergence: {
    title: "Degree of emergence {E}",
    plain: "One number for \u201cmore regular and more varied than at the first checkpoint\u201d.",
    caution: "Larger weights alone raise it; with a late first checkpoint it counts from there. Do not read it on its own.",
    step: "noise",
  },
  nfd: {
    title: "Neuron fractal dimension",
    plain: "The same rate, one number per neuron.",
    caution: "Two humps often mean two kinds of matrices, not two kinds of neurons.",
    step: "boxes",
  },
  r2: {
    title: "{R\u00b2} of the fit",
    plain: "How straight the line behind each {\u03b1} is.",
    caution: "Below 0.9, read {\u03b1} as a summary of shape, not as an exact exponent.",
    step: "checks",
  },
  asymmetry: {
    title: "Asymmetry",
    plain: "Whether the arch leans: above 0, its right side (slow neurons) is the longer one.",
    caution: "It follows from the same fit as the width: no third witness.",
  },
  tau: {
    title: "Mass exponent {\u03c4(q)}",
    plain: "One slope for each weighting {q}: high {q} looks at neurons rich in strong connections, low {q} at poor ones. The spectrum is this curve, seen from the side.",
    caution: "A straight line means that all neurons share one rate. Small bends are not findings; compare them with the shuffled curve.",
    step: "exponents",
  },
  dimension: {
    title: "Dimension {D(q)}",
    plain: "{\u03c4(q)} divided by {q}: the average rate as {q} sees it.",
    caution: "It is the same information as {f(\u03b1)}, not a second result.",
    step: "exponents",
  },
  score: {
    title: "Correlation with a score",
    plain: "Anything that grows in training correlates with a score.",
    caution: "Compare with log(step) before you believe it.",
  },
} satisfies Record<string, Explanation>;

export type Topic = keyof typeof EXPLANATIONS;
