import assert from "node:assert/strict";
import { test } from "node:test";
import type { Checkpoint, SensitivityAxis, SensitivityPoint } from "../../www/protocol";
import { promise, quirkSentence, quirkTable, sensitivitySentence, sensitivityTable } from "../../www/sensitivity-words";

function point(value: number | string, width: number, chance: number, present = false): SensitivityPoint {
  return {
    value, is_present: present, alpha0: 1.2, width, emergence: 0.07, neurons_kept: 1344,
    null: { samples: 20, alpha0: 1.19, alpha0_interval: [1.18, 1.2], width: chance, width_interval: [chance - 0.01, chance + 0.01], emergence: 0.06, emergence_interval: [0.05, 0.07] },
  };
}

const checkpoint = { name: "step3000", step: 3000, files: [{ name: "step3000.safetensors", bytes: 5e6, identity: "" }] } as unknown as Checkpoint;
const threshold = (points: SensitivityPoint[]): SensitivityAxis => ({ axis: "threshold", points });

test("the sentence names the option that moves the width most, and whether its sign holds", () => {
  const steady: SensitivityAxis = { axis: "rounding", points: [point("up", 0.8, 0.6), point("nearest", 0.78, 0.6, true)] };
  const above = sensitivitySentence([steady, threshold([point(50, 1.0, 0.8), point(150, 0.78, 0.6, true), point(300, 0.6, 0.5)])]);
  assert.equal(above, "Nothing here moves {w} more than the longest edge {T}: from 0.600 to 1.000. "
    + "Whatever is chosen, {w} is above that of the shuffles, by +0.100 to +0.200: this does not hang on one option.");
  const mixed = sensitivitySentence([threshold([point(50, 0.7, 0.8), point(150, 0.78, 0.6, true), point(300, 0.505, 0.5)])]);
  assert.match(mixed, /above 95% of the shuffles under 1 of 3 settings and below under 1; the difference goes from \u22120\.100 to \+0\.180\. /);
  assert.equal(sensitivitySentence([]), "");
});

test("tables have chance beside every number", () => {
  const axes = [threshold([point(50, 1.0, 0.8), point(150, 0.78, 0.6, true)]), { axis: "rounding", points: [point("up", 0.8, 0.6)] }];
  const { head, rows } = sensitivityTable(checkpoint, axes);
  assert.deepEqual(rows.map((row) => row[0]), ["longest edge T 50", "longest edge T 150, as chosen", "rounding up"]);
  assert.ok(rows.every((row) => row.length === head.length));
  const quirks = [{ ...point("exact", 1.1, 0.5), text: "Nothing." }, { ...point("all together, 32", 0.7, 0.4), text: "All." }];
  assert.deepEqual(quirkTable(checkpoint, quirks).rows.map((row) => row.slice(0, 2)), [["exact", "Nothing."], ["all together, 32", "All."]]);
  assert.equal(quirkSentence(quirks), "{\u03b1\u2080} is 1.200 exact and 1.200 as published; {w} is 1.100 exact and 0.700 as published; {E} is 0.070 exact and 0.070 as published. "
    + "Above shuffled, {w} is +0.600 and +0.300.");
  assert.equal(quirkSentence(quirks.slice(1)), "");
});

test("what computing reads is said before", () => {
  assert.match(promise(null, checkpoint), /Reads step 3,000 once for \{T\}.*one file, 5 MB/);
  assert.match(promise({ ...checkpoint, step: 0 } as Checkpoint, checkpoint), /Reads step 3,000 and step 0, from which \{E\} counts, once.*2 files, 10 MB/);
});
