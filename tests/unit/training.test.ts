import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "../../www/nearest";
import type { Checkpoint, Layout, ResultDocument } from "../../www/protocol";
import { nfdTable, numbersTable, seriesNames, sizesTable } from "../../www/training-tables";

function checkpoint(step: number | null, width: number, more: Partial<Checkpoint> = {}): Checkpoint {
  return {
    name: step === null ? "model" : `step${step}`, step, width, parameters: 1_000_000, samples: [],
    mean: { alpha0: 1.2, alpha0_sd: null, width, width_sd: null },
    nulls: [{ kind: "shuffle", samples: 100, alpha0: 1.1, width: 0.5, emergence: 0.06, width_values: [], alpha0_values: [], alpha: [], f: [], nfd: { mean: 0.96, histogram: null } }],
    nfd: { mean: 0.95, median: 0.94, sd: 0.1, min: 0.4, max: 1.5, histogram: { from: 0, to: 0, counts: [] }, layers: [] },
    emergence: 0.07, ...more,
  } as unknown as Checkpoint;
}

const document_ = (...checkpoints: Checkpoint[]): ResultDocument => ({ checkpoints, scores: [], options: { null: ["shuffle"] } }) as unknown as ResultDocument;
const layout = (more: Partial<Layout>): Layout => ({ plots: [], ...more });

test("a click takes the nearest row, step or mark", () => {
  const rows = [{ checkpoint: 0, y: 10 }, { checkpoint: 3, y: 20 }];
  assert.equal(nearest(layout({ rows, steps: [{ checkpoint: 7, x: 0 }] }), 0, 16), 3);
  const steps = [{ checkpoint: 0, x: 10 }, { checkpoint: 1, x: 50 }];
  const marks = [{ checkpoint: 0, x: 10, y: 10 }, { checkpoint: 1, x: 50, y: 90 }];
  assert.equal(nearest(layout({ steps, marks }), 31, 0), 1);
  // Of several series at the same step, the mark decides.
  assert.equal(nearest(layout({ steps: [{ checkpoint: 0, x: 10 }, { checkpoint: 1, x: 10 }], marks: [{ checkpoint: 0, x: 10, y: 10 }, { checkpoint: 1, x: 10, y: 90 }] }), 10, 80), 1);
  assert.equal(nearest(layout({}), 1, 1), null);
});

test("tables hold every number beside chance", () => {
  const quantity = { name: "width", words: "Width {w}", own: (c: Checkpoint) => c.mean.width, chance: () => 0.5 };
  const one = document_(checkpoint(0, 0.5), checkpoint(3000, 0.735), checkpoint(3000, 0.2, { damage: { kind: "noise", amount: 1, round: 1, seed: 0 } }));
  assert.deepEqual(numbersTable(one, [quantity], "Numbers"), {
    caption: "Numbers", head: ["step", "Width {w}", "shuffled"], rows: [["0", "0.500", "0.500"], ["3,000", "0.735", "0.500"]],
  });
  assert.deepEqual(nfdTable(one).rows[1], ["Step 3,000", "0.950", "0.960", "0.940", "0.100", "0.400", "1.500"]);
  assert.deepEqual(seriesNames(one), [""]);
});

test("of several series, the last checkpoint of each has its size", () => {
  const two = document_(checkpoint(0, 0.5, { series: "small" }), checkpoint(9, 0.6, { series: "small" }), checkpoint(9, 0.7, { series: "large", parameters: 70_000_000 }));
  assert.deepEqual(sizesTable(two).rows, [
    ["small", "1,000,000", "9", "0.070", "0.060", "+0.100"],
    ["large", "70,000,000", "9", "0.070", "0.060", "+0.200"],
  ]);
  assert.deepEqual(numbersTable(two, [], "Numbers").rows[2], ["large", "9"]);
});
