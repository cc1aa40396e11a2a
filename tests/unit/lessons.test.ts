import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse, serialise } from "../../www/hash";
import { direction, largest, minutes, nearestTo } from "../../www/lessons/lesson";

// Modules of figures and workers ask the window for its theme and origin when they are loaded. Nothing is drawn here.
Object.assign(globalThis, { self: globalThis, matchMedia: () => ({ matches: false, addEventListener: () => undefined }), addEventListener: () => undefined });
const { LESSONS } = await import("../../www/lessons/lessons");
const { STEPS } = await import("../../www/read/steps");

test("there are five lessons of four to seven steps, below five minutes each", () => {
  assert.deepEqual(LESSONS.map((lesson) => lesson.id), ["multifractal", "noise", "training", "sampling", "claim"]);
  for (const lesson of LESSONS) {
    assert.ok(lesson.steps.length >= 4 && lesson.steps.length <= 7, lesson.id);
    assert.ok(minutes(lesson) < 5, `${lesson.id} takes ${minutes(lesson)} minutes`);
    assert.ok(minutes(lesson) > 2, `${lesson.id}: nobody is so quick`);
    assert.ok(lesson.title && lesson.about);
  }
});

test("each step has words, a task, a question, a caution, and its equations elsewhere", () => {
  for (const lesson of LESSONS) {
    for (const [i, step] of lesson.steps.entries()) {
      const name = `${lesson.id} ${i + 1}`;
      for (const text of [step.heading, ...step.plain, step.task, step.question.text, step.caution]) {
        assert.ok(text.length > 8, `${name}: ${text}`);
        assert.doesNotMatch(text, /!|\b(simply|obviously|significant)\b/i, name);
      }
      if ("choices" in step.question) {
        const { choices } = step.question;
        assert.ok(choices.length >= 2 && new Set(choices).size === choices.length, name);
      } else assert.ok(step.question.near > 0 && step.question.label, name);
      assert.equal(typeof step.find, "function", name);
      assert.ok(STEPS.some((one) => one.id === step.read), `${name}: ${step.read}`);
    }
  }
});

test("no step gives a result away that is to be computed", () => {
  // Numbers in its texts are settings of figures, shapes of the networks, and orders of magnitude: never results.
  const allowed = /^(0|1|2|4|10|15|16|20|24|32|64|95|100|128|150|256|300|512|1[.,]00|2[.,]00|1\.0|2\.0|4\.0|0\.5|1,000|3,000|53,000|1\.4|1%|\u22121)$/;
  for (const lesson of LESSONS) {
    for (const step of lesson.steps) {
      const texts = [step.heading, ...step.plain, step.task, step.question.text, step.caution, ...("choices" in step.question ? step.question.choices : [step.question.label])];
      for (const number of texts.join(" ").match(/\u2212?\d[\d.,]*%?/g) ?? []) assert.match(number.replace(/[.,]$/, ""), allowed, `${lesson.id}: ${step.heading}`);
    }
  }
});

test("choices are compared with what was computed", () => {
  assert.equal(largest([1, 3, 2]), 1);
  assert.equal(nearestTo(0.04, [1 / 4, 1 / 10, 1 / 24]), 2);
  assert.deepEqual([direction(1, 0.5, 0.1), direction(1, 1.05, 0.1), direction(1, 2, 0.1)], [0, 1, 2]);
});

test("a link to a step, with its controls and answers", () => {
  const text = "v=1&view=lesson&lesson=noise&at=3&answers=shown&set=2,150";
  const state = parse(`#${text}`);
  assert.deepEqual([state.view, state.lesson, state.at, state.answers, state.set], ["lesson", "noise", 3, "shown", [2, 150]]);
  assert.equal(serialise(state), text);
  for (const at of ["0", "-1", "1.5", "x", "99"]) assert.equal(parse(`#v=1&view=lesson&lesson=noise&at=${at}`).at, 1);
  assert.equal(parse("#v=1&view=lesson&answers=maybe").answers, "hidden");
  assert.equal(serialise(parse("#v=1&view=help&help=fit-fair")), "v=1&view=help&help=fit-fair");
});

test("what teachers are told of the lessons is what there is", () => {
  const text = readFileSync("docs/teaching.md", "utf8");
  for (const lesson of LESSONS) {
    assert.ok(text.includes(lesson.title), lesson.title);
    const row = text.split("\n").find((line) => line.startsWith("|") && line.includes(`\`${lesson.id}\``));
    assert.ok(row, lesson.id);
    assert.ok(row.includes(`| ${lesson.steps.length} |`) && row.includes(`| ${Math.round(minutes(lesson))} |`), `${row} is not ${lesson.steps.length} steps, ${Math.round(minutes(lesson))} minutes`);
  }
});
