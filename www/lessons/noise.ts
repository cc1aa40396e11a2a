// Noise against structure: what moves without anything being learned, and what does not.

import { fixed, percent, signed } from "../format";
import { chanceLive, demoDocument, widthLive } from "../read/demo";
import { scaleLive } from "../read/noise";
import type { NoiseAnswer } from "../read/protocol";
import { against, extent, shuffledShare, shuffleOf } from "../verdict";
import { computed } from "./computed";
import { direction, type Lesson, type LessonStep } from "./lesson";

/** As the figure of the steps computes it. */
const noise = (scale: number, threshold: number): Promise<NoiseAnswer> => computed<"noise">({ kind: "lesson", what: "noise", scale, threshold, shuffles: 10 });

const between = (values: readonly (number | null)[]): string => {
  const [low, high] = extent(values) ?? [NaN, NaN];
  return `${fixed(low)} to ${fixed(high)}`;
};

const steps: LessonStep[] = [
  {
    heading: "A network that has learned nothing",
    plain: ["Every weight of this network is a random number. Nobody trained it; no neuron has a task. Grey: the same weights, dealt to its neurons anew."],
    task: "Look at the arch at the factor 1.00, and at the grey ones.",
    live: scaleLive, start: [1, 150],
    question: { text: "Is such a network a single point?", choices: ["Yes: without training all neurons are alike", "No: it is an arch, like its shuffles", "No: it is an arch, wider than its shuffles"] },
    async find() {
      const { now } = await noise(1, 150);
      const width = now.spectrum?.width ?? NaN;
      const shuffles = now.shuffled.map((s) => s?.width ?? null);
      return {
        right: width < 1e-9 ? 0 : width > extent(shuffles)![1] ? 2 : 1,
        answer: `Its width is ${fixed(width)}; ten shuffles have ${between(shuffles)}. By chance, some neurons have more large weights than others.`,
        saw: "Noise has width, and shuffling it changes nothing.",
      };
    },
    caution: "Do not take an arch for a finding. Every network has one.",
    read: "noise",
  },
  {
    heading: "Twice the same noise",
    plain: ["Multiply every weight by 2. No neuron gains anything over another: all edges become half as long. {E}, the degree of emergence, compares the network with itself before."],
    task: "Move the factor from 1.00 to 2.00, and watch {E}.",
    live: scaleLive, start: [1, 150],
    question: { text: "Nothing was learned. What does {E} say?", choices: ["It falls below 0", "It stays at 0", "It rises above 0"] },
    async find() {
      const { now, before, emergence, shuffled } = await noise(2, 150);
      return {
        right: direction(0, emergence ?? NaN, 0.01),
        answer: `{E} is ${fixed(emergence)}, and ${between(shuffled)} for the shuffles: {\u03b1\u2080} went from ${fixed(before.spectrum?.alpha0)} to ${fixed(now.spectrum?.alpha0)}. Short edges fill boxes early, and that is all that happened.`,
        saw: "Larger weights alone raise {E}. The shuffles show it, too.",
      };
    },
    caution: "{E} above 0 does not mean that anything emerged. Training makes weights larger.",
    read: "noise",
  },
  {
    heading: "A setting moves it as well",
    plain: ["Edges longer than {T} do not count. {T} is a choice of whoever measures: 150 is usual."],
    task: "Leave the factor at 1.00, and set the longest edge to 300.",
    live: scaleLive, start: [1, 150],
    question: { text: "The network is the same. What becomes of {\u03b1\u2080}?", choices: ["It falls", "It stays", "It rises"] },
    async find() {
      const [usual, far] = await Promise.all([noise(1, 150), noise(1, 300)]);
      const [from, to] = [usual, far].map((one) => one.now.spectrum?.alpha0 ?? NaN) as [number, number];
      return {
        right: direction(from, to, 0.01),
        answer: `{\u03b1\u2080} goes from ${fixed(from)} to ${fixed(to)}. The lines behind it are bent, so their slope depends on how far one looks.`,
        saw: "Another {T}, another {\u03b1\u2080}, for the same weights.",
      };
    },
    caution: "Numbers of two networks can be compared at the same {T} only, and with the same kind of sample.",
    read: "checks",
  },
  {
    heading: "Deal the weights anew",
    plain: ["A shuffle keeps every weight of a matrix, and forgets which neuron had it. This is a trained language model, beside 100 shuffles of its weights."],
    task: "Compare the arch with the grey one: first at step 0, then at the last step.",
    live: widthLive, start: [0],
    question: { text: "At the last step: how many of 100 shuffles are narrower than the network?", label: "Shuffles, 0 to 100", near: 5, digits: 0 },
    async find() {
      const demo = (await demoDocument())!;
      const last = demo.checkpoints[demo.checkpoints.length - 1]!;
      const n = shuffleOf(last)!;
      const stand = against(last.mean.width, n)!;
      return {
        right: stand.above,
        answer: `The width is ${fixed(last.mean.width)}, that of the shuffles ${fixed(n.width)}. Chance alone makes a network wider than all ${stand.of} once in ${stand.of + 1} times.`,
        saw: `The weights alone would give ${fixed(n.width)}. The rest is about which neuron has them.`,
      };
    },
    caution: "This says that there is structure, not what it does, nor that the model is better for it.",
    read: "chance",
  },
  {
    heading: "Which number speaks of structure?",
    plain: ["Training moved {\u03b1\u2080}, raised {E}, and widened the arch. For each of them you can ask how much of it the shuffled weights show, too."],
    task: "Go through the training, and compare each number with its shuffled twin.",
    live: chanceLive, start: [0],
    question: { text: "Which change do the sizes of the weights explain least?", choices: ["That {\u03b1\u2080} fell", "That {E} rose", "That the width is above shuffled"] },
    async find() {
      const demo = (await demoDocument())!;
      const [first, last] = [demo.checkpoints[0]!, demo.checkpoints[demo.checkpoints.length - 1]!];
      const n = shuffleOf(last)!;
      const [a, e] = [shuffledShare(first, last) ?? NaN, (n.emergence ?? NaN) / (last.emergence ?? NaN)];
      const excess = (last.mean.width ?? NaN) - (n.width ?? NaN);
      const outside = against(last.mean.width, n)?.verdict === "wider" ? 0 : 1;
      const explained = [Math.abs(a), Math.abs(e), outside];
      return {
        right: explained.indexOf(Math.min(...explained)),
        answer: `Shuffled weights move {\u03b1\u2080} ${percent(a)} as far, and reach ${percent(e)} of {E}. Of the width above shuffled, ${signed(excess)}, they have none: it is what is left when they are taken off.`,
        saw: "Width above shuffled is the number to lead with.",
      };
    },
    caution: "What is left is no measure of quality. It says only: not by chance.",
    read: "chance",
  },
];

export const NOISE: Lesson = {
  id: "noise", title: "Noise against structure",
  about: "Which numbers move although nothing was learned, and how shuffled weights tell.",
  steps,
};
