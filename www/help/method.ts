// Help: the method, short and exact. `docs/` and the source say more.

import type { Topic } from "./topic";

export const METHOD: Topic = {
  id: "method", title: "Method", about: "From weights to {f(\u03b1)}, and what stands beside it.",
  entries: [
    { id: "network", title: "Weights as a network", read: "boxes", body: [
      "A weight joins two neurons. The length of this edge is",
      "= r = \\frac{1}{| w |}",
      "so strong edges are short. A weight of exactly 0, or one that is not a number, is no edge. A neuron\u2019s edges are those that leave it; matrices that leave the same neurons (query, key and value, for one) are put together as one group.",
    ] },
    { id: "boxes", title: "Boxes around a neuron", read: "boxes", body: [
      "Edges with 1 < {r} \u2264 {T} count, {T} = 150 unless you change it, and neurons with more than ten of them. Lengths are rounded to whole numbers. With {d} the largest length that occurs,",
      "= N_i(r) = 1 + \"edges of\" i \"up to\" r",
      "= p_i(r) = \\frac{N_i(r)}{N_i(d)}",
    ] },
    { id: "partition", title: "The sum over neurons", read: "exponents", body: [
      "= Z_q(r) = \u2211_i p_i(r)^q",
      "for {q} from \u22123 to 3 in steps of 0.1. {\u03c4(q)} is the slope of the least-squares line of ln {Z} on ln({r}/{d}) over all lengths that occur.",
    ] },
    { id: "legendre", title: "The spectrum", read: "exponents", body: [
      "= \u03b1(q) = \\frac{\u03c4(q + h) - \u03c4(q - h)}{2 h}",
      "= f = q \u03b1 - \u03c4 \\quad h = 0.1",
      "In the exact mode, with one-sided differences at both ends. The reference mode takes \u03b1 from each pair of neighbouring {q}, as the published code does.",
      "The number of neurons does not change with {r}, so {\u03c4}(0) = 0 and {f} is 0 at {\u03b1\u2080}: its top is no dimension.",
    ] },
    { id: "emergence-equation", title: "Degree of emergence", read: "noise", body: [
      "= E = \\frac{w}{w_1} \\ln \\frac{\u03b1_{0,1}}{\u03b1_0}",
      "with the index 1 for the first checkpoint of the series, or the one that you choose. In a sampled network, {\u03b1\u2080} and {w} are means over samples first.",
    ] },
    { id: "shuffles", title: "Shuffles, and other null models", read: "chance", body: [
      "A shuffle permutes all entries of a group over its neurons. It keeps the weights and forgets who has them. Every number is computed for 100 shuffles too; {E} of a shuffle compares it with its own shuffle of the first checkpoint.",
      "- Gaussian: normal weights of the same size in every group",
      "- As initialised: weights as the architecture draws them before training",
      "- Rescaled: the first checkpoint\u2019s weights, made as large as the later ones",
      "\u201cWider than all 100 shuffles\u201d happens by chance once in 101 times.",
    ] },
    { id: "sampled-network", title: "Sampled networks", body: [
      "The published code draws {K} neurons of each layer (2{K} hidden ones) with ten seeds, and takes the mean of ten results. Here you can do the same, with the same draws, or take the whole network, which is the default.",
    ] },
    { id: "paths", title: "Paths of several hops", body: ["In sampled networks, distances can follow paths of up to three steps instead of single weights. The published code uses one hop, and so does this page unless you change it."] },
    { id: "fractal-dimension", title: "Neuron fractal dimension", read: "boxes", body: [
      "For one neuron, over its own lengths up to 200, edges of length 1 and less included:",
      "= \"NFD\"_i = \"slope of\" \\ln {N_i(r)} \"on\" \\ln r",
      "It is 0 for neurons with ten edges or fewer, or a single length.",
    ] },
  ],
};
