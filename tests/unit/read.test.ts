import assert from "node:assert/strict";
import { test } from "node:test";
import { ringExponent } from "../../www/read/known";
import { STEPS } from "../../www/read/steps";

test("the ring of the method has the exponent that it is known to have", () => {
  assert.equal(ringExponent(1000, 4).toFixed(4), "0.9872");
});

test("every step has an address of its own, and words that none of them may use are absent", () => {
  assert.equal(new Set(STEPS.map((step) => step.id)).size, STEPS.length);
  const words = STEPS.flatMap(({ live: _, ...step }) => Object.values(step).flat()).join(" ");
  assert.doesNotMatch(words, /significant|emergent abilit|intelligen|peak dimension/i);
  for (const { equations } of STEPS) assert.ok(equations.some((line) => line.startsWith("=")));
});
