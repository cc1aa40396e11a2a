// A lesson: a few steps, each with something to do, something to predict, and an answer that is computed when it is asked for.

import type { Live, Setting } from "../read/step";

/** What is asked: one of several sentences, or a number. `near` is how far off still counts as close. */
export type Question =
  | { text: string; choices: readonly string[] }
  | { text: string; label: string; near: number; digits: number };

/** What was computed for a step. Every number of its sentences comes from there. */
export interface Findings {
  /** The right choice, or the number. */
  right: number;
  answer: string;
  /** "What you saw", in a sentence. */
  saw: string;
}

export interface LessonStep {
  heading: string;
  plain: readonly string[];
  /** What to do with the figure. */
  task: string;
  live(setting: Setting): Live;
  /** Where its controls stand at first. */
  start: readonly number[];
  /** The question comes before the figure. */
  predict?: true;
  question: Question;
  find(setting: Setting): Promise<Findings>;
  /** What not to conclude. */
  caution: string;
  /** The step of "How to read this" that has the equations. */
  read: string;
}

export interface Lesson {
  /** In the address. */
  id: string;
  title: string;
  /** What one knows afterwards. */
  about: string;
  steps: readonly LessonStep[];
}

/** A quick reader's words a minute, and what a step takes besides reading. */
const WORDS_A_MINUTE = 220;
const MINUTES_A_STEP = 0.35;
/** Answers are computed; most have about so many words. */
const WORDS_OF_AN_ANSWER = 35;

/** How long a lesson takes, from the length of its texts; below five in all of them. */
export function minutes(lesson: Lesson): number {
  const words = lesson.steps.reduce((sum, step) => sum + WORDS_OF_AN_ANSWER + wordsOf(step), 0);
  return words / WORDS_A_MINUTE + MINUTES_A_STEP * lesson.steps.length;
}

function wordsOf({ heading, plain, task, question, caution }: LessonStep): number {
  const texts = [heading, ...plain, task, question.text, ...("choices" in question ? question.choices : []), caution];
  return texts.join(" ").split(/\s+/).length;
}

/** The place of the largest value. */
export function largest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

/** The place of the value that is nearest to `wanted`. */
export function nearestTo(wanted: number, values: readonly number[]): number {
  return largest(values.map((value) => -Math.abs(value - wanted)));
}

/** 0, 1 or 2: whether `to` is below `from` by more than `margin`, about the same, or above it. */
export function direction(from: number, to: number, margin: number): 0 | 1 | 2 {
  return to < from - margin ? 0 : to > from + margin ? 2 : 1;
}
