// What a multifractal is: from a divided line to the weights of a network.

import { fixed, percent } from "../format";
import { demoDocument, widthLive } from "../read/demo";
import { cantorLive, ringLive } from "../read/known";
import { ringExponent } from "../read/ring";
import { against, extent, shuffleOf } from "../verdict";
import { computed } from "./computed";
import { direction, largest, type Lesson, type LessonStep } from "./lesson";

/** A weight below 1 is one above it, with the line mirrored. */
const WEIGHTS = Array.from({ length: 36 }, (_, i) => (5 + i) / 10);
const cantor: LessonStep["live"] = (setting) => cantorLive(setting, WEIGHTS);

/** Width of the arch, from its exact rates, and its top. */
async function arch(weight: number): Promise<{ width: number; top: number }> {
  const { counted, q } = await computed<"measure">({ kind: "lesson", what: "measure", weights: [1, 0, weight] });
  const [low, high] = extent(counted.alpha) ?? [NaN, NaN];
  return { width: high - low, top: counted.f[q.indexOf(0)] ?? NaN };
}

const COMPARED = [1, 2, 4];
const MOVED = 0.01;

const steps: LessonStep[] = [
  {
    heading: "A line, divided again and again",
    plain: [
      "Divide a line in three, leave the middle empty, and share what it carries between the two others. Then do so with each of them, again and again.",
      "Look closer and closer at one place, and the mass around it shrinks. How fast it shrinks is the rate {\u03b1} of that place. The arch {f(\u03b1)} says how large the set of places is that has each rate.",
    ],
    task: "Set the weight to 1.0, so that both thirds get the same share.",
    live: cantor, start: [2],
    question: { text: "What becomes of the arch?", choices: ["It keeps its width", "It shrinks to one point", "It becomes a level line"] },
    async find() {
      const { width, top } = await arch(1);
      return {
        right: width < 1e-9 ? 1 : 0,
        answer: `The width is ${fixed(width, 4)}, and {\u03b1} and {f} are both ${fixed(top, 4)}. Both thirds thin out alike, so all places have the same rate.`,
        saw: "Equal shares, one rate: a fractal.",
      };
    },
    caution: "One point is not one place: infinitely many share that rate.",
    read: "cantor",
  },
  {
    heading: "Shares that are not equal",
    plain: ["Now one third gets more than the other, at every division. Some places become rich, others poor."],
    task: "Move the weight from 1.0 to 2.0, and on to 4.0.",
    live: cantor, start: [1],
    question: { text: "At which weight is the arch widest?", choices: COMPARED.map((weight) => `At ${fixed(weight, 1)}`) },
    async find() {
      const widths = await Promise.all(COMPARED.map(async (weight) => (await arch(weight)).width));
      return {
        right: largest(widths),
        answer: `The widths are ${widths.map((w, i) => `${fixed(w)} at ${fixed(COMPARED[i], 1)}`).join(", ")}. The more uneven the shares, the more the rates differ.`,
        saw: "Unequal shares, many rates: a multifractal. Its width says how much they differ.",
      };
    },
    caution: "Wide does not mean complex or good. The rule behind this arch fits in one sentence.",
    read: "cantor",
  },
  {
    heading: "The other way round",
    plain: ["With a weight of 2.0 the right third gets twice as much as the left one. With 0.5 it gets half as much."],
    task: "Set the weight to 0.5. What happens to the bars, and what to the width?",
    live: cantor, start: [2],
    question: { text: "How wide is the arch at 0.5, compared with 2.0?", choices: ["Narrower", "As wide", "Wider"] },
    async find() {
      const [two, half] = await Promise.all([arch(2), arch(0.5)]);
      return {
        right: direction(two.width, half.width, 1e-6),
        answer: `The width is ${fixed(half.width, 4)} at 0.5, and ${fixed(two.width, 4)} at 2.0. The line is mirrored, and rates do not know left from right.`,
        saw: "The bars changed sides; the arch did not move.",
      };
    },
    caution: "A spectrum does not say where a rate is found. Different things can have the same spectrum.",
    read: "cantor",
  },
  {
    heading: "A lattice instead of a line",
    plain: ["In a network, the mass around a node is the number of nodes within a distance. On this ring, each of 1,000 nodes is joined to its four nearest."],
    task: `Look at the ring as it is, then move ${percent(MOVED)} of its edges.`,
    live: ringLive, start: [0],
    question: { text: `What do so few moved edges do to the spectrum?`, choices: ["It stays one point", "It becomes an arch"] },
    async find() {
      const [ring, moved] = await Promise.all([0, MOVED].map((rewired) => computed<"ring">({ kind: "lesson", what: "ring", nodes: 1000, neighbours: 4, rewired })));
      return {
        right: (moved?.width ?? 0) > 0.01 ? 1 : 0,
        answer: `The ring is one point at ${fixed(ring?.alpha0, 4)} (by its formula ${fixed(ringExponent(1000, 4), 4)}). With ${percent(MOVED)} of the edges moved, the width is ${fixed(moved?.width)}: nodes near a shortcut reach more, sooner.`,
        saw: "Where all nodes see the same there is one rate. Where they differ there is width.",
      };
    },
    caution: "The point is not at 1, although a ring is a line: it comes to an end. A finite network has no exact dimension.",
    read: "boxes",
  },
  {
    heading: "Now a neural network",
    plain: ["A weight joins two neurons; the edge is 1/|weight| long. At step 0 of its training, this language model has random weights. Grey: the same weights, dealt to its neurons anew."],
    task: "Stay at step 0. Compare both arches.",
    live: widthLive, start: [0],
    question: { text: "What is the spectrum of a network that has learned nothing?", choices: ["One point", "An arch, as wide as the grey one", "An arch, wider than the grey one"] },
    async find() {
      const c = (await demoDocument())!.checkpoints[0]!;
      const n = shuffleOf(c)!;
      const stand = against(c.mean.width, n)!;
      return {
        right: (c.mean.width ?? 0) < 1e-9 ? 0 : stand.verdict === "as wide" ? 1 : 2,
        answer: `Its width is ${fixed(c.mean.width)}; the ${stand.of} shuffles have ${fixed(n.width)} on average. Random weights make neurons differ by chance.`,
        saw: "Noise has a spectrum, too.",
      };
    },
    caution: "A width above 0 is no sign of structure. What counts is the width above shuffled: see the next lesson.",
    read: "width",
  },
];

export const MULTIFRACTAL: Lesson = {
  id: "multifractal", title: "What a multifractal is",
  about: "A divided line, a ring, then a network: one rate or many, and what the width of an arch is.",
  steps,
};
