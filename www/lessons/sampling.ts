// Sampling against the whole network.

import { fixed, integer, interval, percent } from "../format";
import { against, extent, shuffleOf } from "../verdict";
import { direction, nearestTo, type Lesson, type LessonStep } from "./lesson";
import { each, sampled, sampleLive, whole } from "./samples";

const USUAL = 32;
const LARGER = 64;
const LAST = 3000;
/** Of all weights. */
const PARTS = [1 / 4, 1 / 10, 1 / 24];

const steps: LessonStep[] = [
  {
    heading: "What is a sample?",
    plain: ["The published code does not look at the whole network. Of each layer it draws {K} neurons (twice as many hidden ones), and keeps the weights between them; ten times. This model has 128 neurons to a layer, and 512 hidden ones."],
    task: `Look at ten samples of ${USUAL} neurons: each dot is one of them.`,
    live: sampleLive, start: [USUAL, LAST],
    question: { text: `Which part of the weights is in one sample of ${USUAL}?`, choices: ["About a quarter", "About a tenth", "About one in 24"] },
    async find() {
      const [some, all] = await Promise.all([sampled(LAST, USUAL), whole(LAST)]);
      const part = some.network.edges / all.network.edges;
      return {
        right: nearestTo(part, PARTS),
        answer: `${percent(part, 1)}. A quarter of the neurons on both sides of a matrix is a sixteenth of its weights; of the hidden neurons, only an eighth is drawn.`,
        saw: "A sample is a small network cut out of a large one.",
      };
    },
    caution: "Few weights need not be a bad sample. But what was not drawn was not seen.",
    read: "boxes",
  },
  {
    heading: "Ten samples of one network",
    plain: ["All ten dots are of the same network, at the same step. Only the drawn neurons differ."],
    task: "How far apart are the lowest and the highest dot, in both figures?",
    live: sampleLive, start: [USUAL, LAST],
    question: { text: "How far apart are the ten widths, from smallest to largest?", choices: ["By less than a hundredth of the mean", "By up to a tenth of it", "By more than a tenth of it"] },
    async find() {
      const some = await sampled(LAST, USUAL);
      const [low, high] = extent(each(some, "width"))!;
      const apart = (high - low) / some.mean.width!;
      return {
        right: apart < 0.01 ? 0 : apart <= 0.1 ? 1 : 2,
        answer: `From ${fixed(low)} to ${fixed(high)}, which is ${percent(apart)} of their mean, ${fixed(some.mean.width)}. For {\u03b1\u2080} it is ${interval(extent(each(some, "alpha0")))}.`,
        saw: "Another seed, another number.",
      };
    },
    caution: "A change that is smaller than the scatter of the dots may be the seed.",
    read: "width",
  },
  {
    heading: "The mean, and the whole",
    plain: ["One could hope that samples scatter around the value of the whole network. The line shows that value: all weights, no drawing."],
    task: "Compare the dots with the line, for {\u03b1\u2080} and for {w}.",
    live: sampleLive, start: [USUAL, LAST],
    question: { text: "Where is the mean width of the samples?", choices: ["Below that of the whole network", "At it, within its uncertainty", "Above that of the whole network"] },
    async find() {
      const [some, all] = await Promise.all([sampled(LAST, USUAL), whole(LAST)]);
      const [low, high] = some.uncertainty?.width_interval ?? [NaN, NaN];
      const w = all.mean.width ?? NaN;
      return {
        right: high < w ? 0 : low > w ? 2 : 1,
        answer: `The mean is ${fixed(some.mean.width)}, with a 95% interval from ${fixed(low)} to ${fixed(high)}; the whole network has ${fixed(w)}. For {\u03b1\u2080} it is ${fixed(some.mean.alpha0)} against ${fixed(all.mean.alpha0)}.`,
        saw: "Ten samples agree on a number that need not be the network\u2019s.",
      };
    },
    caution: "The interval says how well ten samples know their own mean. It knows nothing of what every sample lacks.",
    read: "width",
  },
  {
    heading: "Larger samples",
    plain: ["More neurons bring more edges to each. At step 0 the network is noise: only the size of the sample can make a difference."],
    task: `Set the step to 0. Then move {K} from ${USUAL} to ${LARGER}, and on to 256.`,
    live: sampleLive, start: [USUAL, 0],
    question: { text: `The network is noise. What does {\u03b1\u2080} do from {K} = ${USUAL} to ${LARGER}?`, choices: ["It falls", "It stays", "It rises"] },
    async find() {
      const [a, b, all] = await Promise.all([sampled(0, USUAL), sampled(0, LARGER), whole(0)]);
      return {
        right: direction(a.mean.alpha0!, b.mean.alpha0!, 0.005),
        answer: `It goes from ${fixed(a.mean.alpha0)} to ${fixed(b.mean.alpha0)}; the whole network has ${fixed(all.mean.alpha0)}. Shuffled samples go from ${fixed(shuffleOf(a)?.alpha0)} to ${fixed(shuffleOf(b)?.alpha0)}.`,
        saw: "The size of the sample is a setting, and it moves the numbers of pure noise.",
      };
    },
    caution: "Never compare numbers of samples of different sizes, nor a sample with a whole network.",
    read: "noise",
  },
  {
    heading: "What survives",
    plain: ["Each sample can be shuffled, too. The grey line is the mean of shuffled samples of the same size: chance, measured in the same way."],
    task: "Go back to step 3,000. Is the width of the samples above the grey line at every {K}?",
    live: sampleLive, start: [USUAL, LAST],
    question: { text: `With samples of ${USUAL}: is this network still wider than its shuffles?`, choices: ["No, sampling hides it", "Yes, than all of them", "It may be chance"] },
    async find() {
      const [some, all] = await Promise.all([sampled(LAST, USUAL), whole(LAST)]);
      const n = shuffleOf(some)!;
      const stand = against(some.mean.width, n)!;
      return {
        right: stand.verdict === "wider" ? 1 : stand.verdict === "maybe wider" ? 2 : 0,
        answer: `The mean width is ${fixed(some.mean.width)}, and that of ${integer(n.samples)} shuffled samples ${fixed(n.width)}: wider than ${stand.above} of ${stand.of}. In the whole network it is ${fixed(all.mean.width)} against ${fixed(shuffleOf(all)?.width)}.`,
        saw: "Beside chance of the same kind, a sample can still tell structure.",
      };
    },
    caution: "How much wider it is depends on {K}. Say the size of the sample wherever you show the number.",
    read: "chance",
  },
];

export const SAMPLING: Lesson = {
  id: "sampling", title: "Sampling against the whole network",
  about: "Ten samples of a network are analysed in front of you, beside all of its weights.",
  steps,
};
