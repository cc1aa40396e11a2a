// Reading a claim critically: published numbers, and what else goes with the same score.

import { fixed, integer } from "../format";
import { demoDocument } from "../read/demo";
import { largest, type Lesson, type LessonStep } from "./lesson";
import { claimLive, correlation, drawnClaim, published, shuffledLive } from "./published";

const LATE = 53_000;

const ends = (pair: [number, number] | null | undefined): string => (pair ? `95%: ${fixed(pair[0], 2)} to ${fixed(pair[1], 2)}` : "no interval");

const steps: LessonStep[] = [
  {
    heading: "A claim, and its number",
    plain: ["Published numbers of a language model with 1.4 billion weights: its degree of emergence {E}, and how often it guesses the last word of a passage. The claim: as {E} rises, so does the ability."],
    task: "Look at the first figure. Each dot is a checkpoint.",
    live: drawnClaim, start: [0],
    question: { text: "Pearson\u2019s {r} is 1 where all dots lie on a rising line, and 0 where they show no trend. Which {r} do you see?", label: "{r}, from \u22121 to 1", near: 0.1, digits: 2 },
    async find({ actions }) {
      const all = await correlation(actions, await published(), LATE);
      return {
        right: all.pearson ?? NaN,
        answer: `Over all ${integer(all.n)} checkpoints, ${ends(all.pearson_interval)}. That looks like a strong claim.`,
        saw: "{E} and the score rise together, closely.",
      };
    },
    caution: "Two things that rise during training rise together. That is all that {r} has seen so far.",
    read: "chance",
  },
  {
    heading: "Ask a clock",
    plain: ["A good test of a claim: does something that cannot know the answer do as well? log(1 + step) is a clock. It knows nothing of weights or of language."],
    task: "Look at the second figure: the same scores, against the clock.",
    live: drawnClaim, start: [0],
    question: { text: "How well does the clock alone go with the score?", label: "{r}, from \u22121 to 1", near: 0.1, digits: 2 },
    async find({ actions }) {
      const all = await correlation(actions, await published(), LATE);
      return {
        right: all.log_step.pearson ?? NaN,
        answer: `For {E} it is ${fixed(all.pearson, 2)}. With the clock taken out of both, {E} and the score still have ${fixed(all.partial_pearson, 2)} (${ends(all.partial_pearson_interval)}).`,
        saw: "A clock that knows nothing gets far. {E} is closer still, over the whole training.",
      };
    },
    caution: "Over the whole training is not at every time of it. The next step asks when.",
    read: "chance",
  },
  {
    heading: "Leave out the early rise",
    plain: ["Both numbers begin at nearly nothing. A few early points can make a high {r} all by themselves. So look at the late phase alone, where the model still learns."],
    task: `Move the slider until only steps from ${integer(LATE)} on are left.`,
    live: claimLive, start: [0],
    question: { text: `From step ${integer(LATE)} on: what can be said of {r}?`, choices: ["It stays near 1", "It falls, but is surely above 0", "It falls, and 0 is within its interval"] },
    async find({ actions }) {
      const { late } = await correlation(actions, await published(), LATE);
      const [low, high] = late?.pearson_interval ?? [NaN, NaN];
      return {
        right: low <= 0 && high >= 0 ? 2 : (late?.pearson ?? 0) > 0.9 ? 0 : 1,
        answer: `Over ${integer(late?.n ?? 0)} checkpoints {r} is ${fixed(late?.pearson, 2)} (${ends(late?.pearson_interval)}), and that of the clock ${fixed(late?.log_step.pearson, 2)}.`,
        saw: "{E} owes its high {r} to the early rise. The clock keeps its own.",
      };
    },
    caution: "An interval with 0 in it does not say that there is nothing. It says that these points cannot tell.",
    read: "chance",
  },
  {
    heading: "Ask chance, too",
    plain: ["Nobody published shuffled weights of that model. For the demo on this page they were computed: its accuracy, its {E}, and the {E} of the same weights dealt to its neurons at random."],
    task: "Compare both figures: in the grey one there is no structure at all.",
    live: shuffledLive, start: [], predict: true,
    question: { text: "Which goes best with the demo\u2019s accuracy?", choices: ["{E}", "{E} of shuffled weights", "log(1 + step)"] },
    async find({ actions }) {
      const one = await correlation(actions, (await demoDocument())!, null);
      const all = [one.pearson, one.shuffled?.pearson, one.log_step.pearson].map((r) => r ?? NaN);
      return {
        right: largest(all),
        answer: `{r} is ${fixed(all[0], 2)} for {E}, ${fixed(all[1], 2)} for shuffled weights, and ${fixed(all[2], 2)} for log(1 + step).`,
        saw: "What sees no weights at all follows the score best.",
      };
    },
    caution: "This is another, smaller model. It does not disprove the published numbers; it shows which test they lack.",
    read: "chance",
  },
  {
    heading: "Write it as you would defend it",
    plain: ["You have seen {r} over all checkpoints, that of a clock, the late phase, and shuffled weights."],
    task: "Go back where you are in doubt.",
    live: claimLive, start: [LATE],
    question: { text: "Which sentence do these numbers support?", choices: [
      "Emergence of ability can be read from the weights.",
      "{E} follows the score over the whole training, more closely than a clock; late, the clock is closer, and these points cannot tell of {E}.",
      "{E} has nothing to do with ability.",
    ] },
    async find({ actions }) {
      const { late, pearson, log_step } = await correlation(actions, await published(), LATE);
      const [low, high] = late?.pearson_interval ?? [NaN, NaN];
      return {
        right: low <= 0 && high >= 0 && (pearson ?? 0) > (log_step.pearson ?? 1) && (late?.pearson ?? 1) < (late?.log_step.pearson ?? 0) ? 1 : 0,
        answer: `Over all, ${fixed(pearson, 2)} against ${fixed(log_step.pearson, 2)} of the clock; late, ${fixed(late?.pearson, 2)} (${fixed(low, 2)} to ${fixed(high, 2)}) against ${fixed(late?.log_step.pearson, 2)}. The first sentence says more than was measured, and so does the third.`,
        saw: "A claim is as strong as the comparisons that stand beside it.",
      };
    },
    caution: "Checkpoints of one training are not independent, and correlation is not cause.",
    read: "chance",
  },
];

export const CLAIM: Lesson = {
  id: "claim", title: "Reading a claim critically",
  about: "A published correlation, asked four questions: a clock, the late phase, chance, and its wording.",
  steps,
};
