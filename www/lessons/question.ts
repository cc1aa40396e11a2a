// The question of a step: something to predict, and the answer, which is on the page only once it was asked for.

import { fill, h, plain, rich } from "../dom";
import { fixed } from "../format";
import type { Setting } from "../read/step";
import type { Findings, LessonStep, Question } from "./lesson";

export interface QuestionPart {
  root: HTMLElement;
  /** Whether the answer stands without being asked for. */
  showAlways(always: boolean): void;
  destroy(): void;
}

export function questionPart(step: LessonStep, setting: Setting, says: (sentence: string) => void): QuestionPart {
  const guess = "choices" in step.question ? choices(step.question) : number(step.question);
  const place = h("div.lesson-answer", { id: "lesson-answer", hidden: true });
  const button = h("button.ghost.framed.lesson-show", { type: "button", "aria-expanded": "false", "aria-controls": "lesson-answer", onclick: () => { open = !open; asked = true; show(); } });
  let open = false;
  /** Asked for by the reader: then it is read out, too. */
  let asked = false;
  let always = false;
  let dead = false;
  let findings: Promise<Findings> | null = null;

  function show(): void {
    const shown = open || always;
    button.hidden = always;
    button.setAttribute("aria-expanded", String(shown));
    fill(button, shown ? "Hide the answer" : "Show the answer");
    place.hidden = !shown;
    if (!shown) return fill(place);
    fill(place, h("p.caption", null, "The answer is being computed."));
    findings ??= step.find(setting);
    findings.then((found) => { if (!dead && (open || always)) tell(found); }, () => {
      findings = null; // may be asked for again
      if (!dead) fill(place, h("p.read-failed", null, "The answer could not be computed. Hide it and show it again to try once more."));
    });
  }

  function tell(found: Findings): void {
    const verdict = guess.verdict(found.right);
    const right = "choices" in step.question ? step.question.choices[found.right] ?? "" : fixed(found.right, step.question.digits);
    fill(place,
      verdict && h("p.lesson-verdict", null, verdict),
      h("p", null, h("strong", null, rich(`${right.replace(/\.$/, "")}.`)), " ", rich(found.answer)),
      h("div.lesson-ends", null,
        h("div", null, h("h3.section-title", null, "What you saw"), h("p", null, rich(found.saw))),
        h("div", null, h("h3.section-title", null, "What not to conclude"), h("p", null, rich(step.caution)))));
    guess.mark(found.right);
    if (asked) says(plain(`${verdict} ${right}. ${found.answer}`));
    asked = false;
  }

  show();
  return {
    root: h("section.lesson-question", { "aria-label": "Question" }, guess.root, button, place),
    showAlways(next) {
      if (next === always) return;
      always = next;
      show();
    },
    destroy() { dead = true; },
  };
}

interface Guess {
  root: HTMLElement;
  /** What is said of what was guessed; empty where nothing was. */
  verdict(right: number): string;
  mark(right: number): void;
}

function choices(question: Extract<Question, { choices: readonly string[] }>): Guess {
  const inputs = question.choices.map((_, i) => h("input", { type: "radio", name: "lesson-choice", value: i }));
  const rows = question.choices.map((text, i) => h("label.lesson-choice", null, inputs[i]!, h("span", null, rich(text))));
  const chosen = (): number => inputs.findIndex((input) => input.checked);
  return {
    root: h("fieldset.lesson-guess", null, h("legend", null, rich(question.text)), ...rows),
    verdict: (right) => (chosen() < 0 ? "" : chosen() === right ? "You were right." : "You chose another."),
    mark: (right) => rows.forEach((row, i) => row.classList.toggle("right", i === right)),
  };
}

function number(question: Extract<Question, { label: string }>): Guess {
  const input = h("input.field", { type: "text", inputmode: "decimal", id: "lesson-number", autocomplete: "off" });
  const value = (): number => (input.value.trim() === "" ? NaN : Number(input.value.trim().replace(",", ".").replace("\u2212", "-").replace("%", "")));
  return {
    root: h("div.lesson-guess", null, h("p.lesson-asked", { id: "lesson-asked" }, rich(question.text)),
      h("label.lesson-number", { for: "lesson-number" }, h("span", null, rich(question.label)), input)),
    verdict(right) {
      if (!Number.isFinite(value())) return "";
      const off = Math.abs(value() - right);
      const said = `You said ${fixed(value(), question.digits)}`;
      return off < 0.5 * 10 ** -question.digits ? `${said}, and were right.` : off <= question.near ? `${said}, which is close.` : `${said}.`;
    },
    mark: () => undefined,
  };
}
