// The steps of "How to read this", in order. Every number in them is computed in the page or read from the demo's document.

import { h } from "../dom";
import { badgesLive, chanceLive, widthLive } from "./demo";
import { cantorLive, ringLive } from "./known";
import { exponentsLive, scaleLive, straightLive } from "./noise";
import type { Live, Setting, Step } from "./step";

export const STEPS: readonly Step[] = [
  {
    id: "cantor", short: "What a multifractal is", question: "What is a multifractal?",
    plain: [
      "Divide a line in three, leave the middle empty, and share what it carries between the two others. Do the same with each of them, again and again.",
      "Shared in halves, the mass becomes thinner at one and the same rate {\u03b1} wherever there is any: a fractal, a single point in the figure. Shared unevenly, some places thin out faster than others: a multifractal. The arch {f(\u03b1)} says how large the set of places is that has each rate.",
    ],
    live: (setting) => cantorLive(setting),
    conclude: "The width of the arch says how much the rates differ. Here one number makes it, the weight; equal weights give width 0.",
    caution: "Wide does not mean complex or good. The rule behind this arch fits in one sentence.",
    equations: [
      "Boxes of size {r} = 3\u207b\u00b9, 3\u207b\u00b2, \u2026 3\u207b\u2078 are laid over the line; {m} is the mass in a box, and empty boxes are left out. Each {q} from \u22123 to 3 weights rich or poor boxes.",
      "= Z_q(r) = ∑ m^q",
      "The slope of ln {Z} on ln {r} is {\u03c4(q)}; its derivative is the rate, and {f} follows.",
      "= α = \\frac{d τ}{d q} \\quad f(α) = q α - τ(q)",
      "Exactly, with the weight {v} and the shares {p} = 1/(1 + {v}) and {v}/(1 + {v}):",
      "= τ(q) = \\frac{\\ln {( p_1^q + p_2^q )}}{\\ln {( 1 / 3 )}}",
      "With equal weights {\u03b1} and {f} are ln 2 / ln 3, the dimension of the Cantor set.",
    ],
  },
  {
    id: "boxes", short: "A network as distances", question: "How is a network a set of distances?",
    plain: [
      "A weight joins two neurons. Strong means near: the length of the edge is {r} = 1/|weight|. A box around a neuron grows, and {N(r)} counts what has come to lie in it.",
      "On a ring where each node is joined to its four nearest, every node sees the same: one rate, no width. Move some edges to nodes by chance, and nodes begin to differ. Grey is one neuron of a network of noise, with lengths 1/|weight|.",
    ],
    live: ringLive,
    conclude: "Where all neurons have the same profile {N(r)}, the spectrum is one point. Its width is about differences between neurons.",
    caution: "The point is not exactly at 1, although a ring is a line: a box holds its own centre too, and the ring comes to an end. A finite network has no exact dimension.",
    equations: [
      "A node and all within {r} hops, or of a neuron its edges up to length {r}, those of length 1 and less and those above {T} left out:",
      "= N_i(r) = 1 + | \"{\" j : 1 < r_{i j} ≤ r \"}\" | \\quad p_i(r) = \\frac{N_i(r)}{N_i(d)}",
      "{d} is the largest radius. Lengths are rounded to whole numbers; neurons with ten edges or fewer do not count. On the ring all hops count, from 1 on.",
      "= N(r) = 1 + 4 r \\quad α = \"slope of\" \\ln {N(r)} \"on\" \\ln r",
    ],
  },
  {
    id: "exponents", short: "From boxes to {\u03c4}, {\u03b1}, {f}", question: "How do boxes become {\u03c4}, {\u03b1} and {f}?",
    plain: [
      "Each neuron\u2019s share is raised to the power {q}, and all are added: high {q} listens to neurons that fill up early, low {q} to late ones. On logarithmic axes this is nearly a line, and its slope is {\u03c4(q)}. This is a network of noise: no training, random weights.",
      "Move {q} to 0: every neuron counts as one, whatever its box holds. The line is level, {\u03c4} is 0, and so is {f}: the top of the arch.",
    ],
    live: exponentsLive,
    conclude: "{\u03b1} and {f} are {\u03c4} seen from the side: the slope of {\u03c4}, and where its tangent meets the axis.",
    caution: "The top of {f} is 0 by construction, for every network. It is not the dimension of anything, unlike that of the Cantor set.",
    equations: [
      "= Z_q(r) = ∑_i p_i(r)^q",
      "{\u03c4(q)} is the slope of the least-squares line of ln {Z} on ln({r}/{d}) over all radii that occur.",
      "= α(q) = \\frac{τ(q + h) - τ(q - h)}{2 h} \\quad f = q α - τ \\quad h = 0.1",
      "The sum runs over neurons, whose number does not change with {r}; over boxes, as on the line, it would. Hence",
      "= Z_0(r) = \"number of neurons\" \\quad τ(0) = 0 \\quad f(α_0) = 0",
    ],
  },
  {
    id: "width", short: "{\u03b1\u2080} and {w}", question: "What do {\u03b1\u2080} and {w} say?",
    plain: [
      "{\u03b1\u2080} is the rate under the top of the arch: how fast a typical neuron gathers connections as weaker ones are counted. Smaller is more regular. {w} is the distance between its ends: how much neurons differ.",
      "Move through the training of a small language model. Grey is the same for its weights, dealt to neurons at random.",
    ],
    live: widthLive,
    conclude: "Where the grey arch moves along, the sizes of the weights explain it. Where the arch is wider than the grey one, neurons differ by more than that.",
    caution: "Wide is not good or bad, and noise alone has width. {\u03b1\u2080} follows the size of the weights: compare it with its shuffles, never by itself.",
    equations: [
      "= α_0 = τ ′ (0) \\quad w = \\max α - \\min α",
      "Over {q} from \u22123 to 3; other limits give another {w}. The right end of the arch belongs to low {q}: neurons that fill up late.",
    ],
  },
  {
    id: "noise", short: "Noise has a spectrum too", question: "Does noise have a spectrum too?",
    plain: [
      "This network was never trained: its weights are random numbers. Multiply all of them by one factor. No neuron gains anything over another, yet the arch moves, and {E}, the degree of emergence, moves with it.",
      "So do its shuffles, in grey. That is how you can tell.",
    ],
    live: scaleLive,
    conclude: "{\u03b1\u2080}, {w} and {E} follow the size of the weights and the longest edge {T}. A change of theirs is news only where shuffled weights do not show it too.",
    caution: "{E} above 0 does not mean that anything emerged. Training makes weights larger, and that alone raises it.",
    equations: [
      "= E = \\frac{w}{w_1} \\ln \\frac{α_{0,1}}{α_0}",
      "With index 1 the network at scale 1; in a training, the first checkpoint. Each shuffle is compared with its own at scale 1.",
      "The noise: six blocks in the shape of GPT-NeoX, as a sample of 32 neurons has them, independent normal weights of standard deviation 0.02 times the factor. A factor {s} divides all lengths by {s}; the limits 1 and {T} stay, so that other edges lie between them.",
    ],
  },
  {
    id: "chance", short: "Taking chance away", question: "What is left when chance is taken away?",
    plain: [
      "A shuffle keeps every weight of a matrix and deals them to its neurons anew. What depends on the weights alone stays; what depends on who has them goes. So the width above shuffled is what neurons have to themselves.",
      "Compare both charts: {E} beside the {E} of shuffled weights, and the width above shuffled beside the band that shuffles fill.",
    ],
    live: chanceLive,
    conclude: "The width above shuffled is the number to lead with: 0 means that weights dealt at random would do, and outside of the band they would not.",
    caution: "It does not say what the structure does, or that the model is better for it. Anything that grows in training correlates with a score.",
    equations: [
      "= Δ w = w - \\frac{1}{S} ∑_{s = 1}^S w_s",
      "With the widths of all {S} shuffles. All entries of a group are permuted, zeros and those out of range too. The band holds 95% of the shuffles; \u201cwider than all 100\u201d happens to noise once in 101 times.",
    ],
  },
  {
    id: "checks", short: "When to distrust a number", question: "When should a number not be trusted?",
    plain: [
      "A least-squares line can be laid through anything. {R\u00b2} says how straight the points behind it are; the page marks numbers whose lines are bent, and other doubts, with a badge.",
      "Even the lines of pure noise are not straight. They are a summary of shape, and that is what {\u03b1} is then.",
    ],
    live: both(straightLive, badgesLive),
    conclude: "A number with a badge is not wrong. It says less than it seems to, and the badge says what.",
    caution: "A number without a badge is not proven. It has passed these tests, no others.",
    equations: [
      "= R^2 = \\frac{{( ∑ (x - m_x) (y - m_y) )}^2}{∑ {(x - m_x)}^2 ∑ {(y - m_y)}^2}",
      "With {x} = ln({r}/{d}), {y} = ln {Z} and their means. At {q} = 0 all {y} are equal, and there is no {R\u00b2}.",
    ],
  },
];

/** Two live parts, one above the other; the first has the controls. */
function both(first: (setting: Setting) => Live, second: () => Live): (setting: Setting) => Live {
  return (setting) => {
    const parts = [first(setting), second()];
    return {
      root: h("div", null, ...parts.map((part) => part.root)),
      update: () => { for (const part of parts) part.update(); },
      destroy: () => { for (const part of parts) part.destroy(); },
    };
  };
}
