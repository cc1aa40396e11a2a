// Questions to the laboratory that follow one another as a slider moves: one at a time, and of those that wait the last.

import { lab } from "../lab";
import type { EngineError } from "../protocol";
import type { LessonAnswers, LessonAsk } from "./protocol";

export interface Asking<K extends LessonAsk["what"]> {
  ask(question: Extract<LessonAsk, { what: K }>): void;
  destroy(): void;
}

export function asking<K extends LessonAsk["what"]>(take: (answer: LessonAnswers[K]) => void, fail: (error: EngineError) => void): Asking<K> {
  let stop: (() => void) | null = null;
  let next: Extract<LessonAsk, { what: K }> | null = null;
  let dead = false;

  function send(question: Extract<LessonAsk, { what: K }>): void {
    stop = lab(question, (state, data, error) => {
      if (state === "working") return;
      stop = null;
      if (dead) return;
      if (state === "done") take(data as LessonAnswers[K]);
      if (error) fail(error);
      const waiting = next;
      next = null;
      if (waiting) send(waiting);
    });
  }

  return {
    ask: (question) => { if (stop) next = question; else send(question); },
    destroy() { dead = true; stop?.(); },
  };
}
