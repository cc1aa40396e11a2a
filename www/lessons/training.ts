// Training: predict each move of the demo's numbers before it is drawn.

import { fixed, integer, percent, signed } from "../format";
import type { Checkpoint, ResultDocument } from "../protocol";
import { demoDocument } from "../read/demo";
import { against, shuffledShare, shuffleOf } from "../verdict";
import { direction, nearestTo, type Lesson, type LessonStep } from "./lesson";
import { pathLive } from "./path";

const EARLY = 256;
const VERDICTS = { narrower: 0, "maybe narrower": 0, "as wide": 1, "maybe wider": 2, wider: 2 } as const;
const SHARES = [0, 0.5, 1];

async function demo(): Promise<ResultDocument> {
  return (await demoDocument())!;
}

const at = (document: ResultDocument, step: number): Checkpoint => document.checkpoints.find((c) => c.step === step)!;
const last = (document: ResultDocument): Checkpoint => document.checkpoints[document.checkpoints.length - 1]!;

/** The accuracy of the model at a checkpoint, as the demo's document has it. */
function accuracy(document: ResultDocument, c: Checkpoint): string {
  const found = document.scores[0]?.values.find((score) => score.step === c.step)?.value;
  return found === undefined ? "some" : percent(found);
}

const shareOfE = (c: Checkpoint): number => (shuffleOf(c)?.emergence ?? NaN) / (c.emergence ?? NaN);

const steps: LessonStep[] = [
  {
    heading: "Does the arch widen from the start?",
    plain: ["A small language model learns to guess the next letter. Its training was stored at 15 steps. The line is drawn only as far as you move the slider, so that you can predict first."],
    task: `Choose an answer. Then move from step 0 to step ${EARLY}.`,
    live: pathLive("width"), start: [0], predict: true,
    question: { text: `What does the width do in the first ${EARLY} steps?`, choices: ["It falls", "It stays", "It rises"] },
    async find() {
      const all = await demo();
      const [from, to] = [all.checkpoints[0]!, at(all, EARLY)];
      return {
        right: direction(from.mean.width!, to.mean.width!, 0.01),
        answer: `From ${fixed(from.mean.width)} to ${fixed(to.mean.width)}. In the same steps the model\u2019s accuracy went from ${accuracy(all, from)} to ${accuracy(all, to)}: it learned a lot while its arch became narrower.`,
        saw: "The width is no score of how much was learned.",
      };
    },
    caution: "This is one model. Another may move in another way: look before you generalise.",
    read: "width",
  },
  {
    heading: "Narrower than before, narrower than chance?",
    plain: [`At step ${EARLY} the width is below that of step 0. But the sizes of the weights have changed meanwhile, and with them the width that chance would give.`],
    task: `Choose an answer. Then go to step ${EARLY}, and read the width beside its shuffles.`,
    live: pathLive("width"), start: [0], predict: true,
    question: { text: `How wide is the network at step ${EARLY}, beside its own shuffles?`, choices: ["Narrower than they are", "About as wide", "Wider than they are"] },
    async find() {
      const c = at(await demo(), EARLY);
      const n = shuffleOf(c)!;
      const stand = against(c.mean.width, n)!;
      return {
        right: VERDICTS[stand.verdict],
        answer: `Its width is ${fixed(c.mean.width)}, that of its shuffles ${fixed(n.width)}: it is wider than ${stand.above} of ${stand.of}. The width fell, but the width of chance fell further.`,
        saw: `Width above shuffled is ${signed((c.mean.width ?? NaN) - (n.width ?? NaN))} already, while the width itself has fallen.`,
      };
    },
    caution: "Never compare the width with that of another step alone. Compare each with its own shuffles.",
    read: "chance",
  },
  {
    heading: "The first rise of {E}",
    plain: ["{E} is 0 at step 0, by definition, and rises from there. Shuffled weights have an {E} of their own: that of the sizes of the weights alone."],
    task: "Choose an answer. Then move to step 128, and watch both lines.",
    live: pathLive("emergence"), start: [0], predict: true,
    question: { text: "At step 128: how much of {E} do shuffled weights reach?", choices: ["Next to nothing", "About half", "All of it"] },
    async find() {
      const c = at(await demo(), 128);
      return {
        right: nearestTo(shareOfE(c), SHARES),
        answer: `{E} is ${fixed(c.emergence)}, and ${fixed(shuffleOf(c)!.emergence)} when shuffled: ${percent(shareOfE(c))} of it. So far, the sizes of the weights explain all of {E}.`,
        saw: "Both lines of {E} rise together.",
      };
    },
    caution: "A number that rises in training need not be about what was learned.",
    read: "noise",
  },
  {
    heading: "And at the end?",
    plain: ["Later the lines part. What shuffled weights do not reach, neither do the sizes of the weights."],
    task: "Choose a number. Then move to the last step.",
    live: pathLive("emergence"), start: [128], predict: true,
    question: { text: "At the last step: how many percent of {E} do shuffled weights reach?", label: "Percent, 0 to 100", near: 10, digits: 0 },
    async find() {
      const c = last(await demo());
      return {
        right: 100 * shareOfE(c),
        answer: `{E} is ${fixed(c.emergence)} at step ${integer(c.step ?? 0)}, and ${fixed(shuffleOf(c)!.emergence)} when shuffled. Whoever shows {E} alone shows both parts as one.`,
        saw: "A large part of {E} at the end comes without structure.",
      };
    },
    caution: "{E} counts from the first checkpoint. With a later first one it would be another number.",
    read: "chance",
  },
  {
    heading: "What moved the centre?",
    plain: ["{\u03b1\u2080} is the rate of a typical neuron. It falls in this training: the network became \u201cmore regular\u201d."],
    task: "Choose an answer. Then move to the last step, and compare both lines.",
    live: pathLive("alpha0"), start: [0], predict: true,
    question: { text: "How far do shuffled weights move, compared with the network?", choices: ["They hardly move", "About half as far", "About as far"] },
    async find() {
      const all = await demo();
      const [from, to] = [all.checkpoints[0]!, last(all)];
      const share = shuffledShare(from, to) ?? NaN;
      return {
        right: nearestTo(share, SHARES),
        answer: `{\u03b1\u2080} goes from ${fixed(from.mean.alpha0)} to ${fixed(to.mean.alpha0)}, and for shuffled weights from ${fixed(shuffleOf(from)!.alpha0)} to ${fixed(shuffleOf(to)!.alpha0)}: ${percent(share)} as far.`,
        saw: "The sizes of the weights explain the whole way of the centre, but not the width.",
      };
    },
    caution: "\u201cMore regular\u201d sounds like order. Here it says that weights became larger.",
    read: "width",
  },
];

export const TRAINING: Lesson = {
  id: "training", title: "Training",
  about: "Predict how width, {E} and {\u03b1\u2080} of a language model move, then watch them beside chance.",
  steps,
};
