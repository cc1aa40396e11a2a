// What lessons ask of the laboratory for their answers.

import { lab } from "../lab";
import type { LessonAnswers, LessonAsk } from "../read/protocol";

/** One question to the laboratory, and its answer. */
export function computed<K extends LessonAsk["what"]>(ask: Extract<LessonAsk, { what: K }>): Promise<LessonAnswers[K]> {
  return new Promise((resolve, reject) => {
    lab(ask, (state, data, error) => {
      if (state === "done") resolve(data as LessonAnswers[K]);
      else if (state !== "working") reject(new Error(error?.text || "The laboratory stopped."));
    });
  });
}
