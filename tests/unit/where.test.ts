import { strict as assert } from "node:assert";
import test from "node:test";
import type { Checkpoint, Group, ResultDocument } from "../../www/protocol";
import { cellsOf, documentOf, gridOf, ordered, tint } from "../../www/where";
import { beside, byChance, cellWords, whereHeadline } from "../../www/words-where";

function group(name: string, width: number | null, shuffled: number[]): Group {
  const mean = shuffled.length ? shuffled.reduce((a, b) => a + b, 0) / shuffled.length : null;
  const nulls = shuffled.length ? [{ kind: "shuffle", samples: shuffled.length, alpha0: 1, alpha0_interval: null, width: mean, width_interval: null, width_values: shuffled }] : [];
  return { name, neurons_kept: 4, diameter: 90, alpha0: 1, width, asymmetry: null, alpha: [1], f: [0], nulls };
}

function checkpoint(groups: Group[]): Checkpoint {
  const sample = { seed: null, neurons_kept: 9, radii: [], q: [0], tau: [0], stderr: [], r_squared: [], dimension: [], alpha: [9], f: [9], partition: { q: [], ln_z: [] }, alpha0: 9, width: 9, asymmetry: null };
  const nfd = { mean: 1, median: 1, sd: 0, min: 1, max: 1, histogram: { from: 0, to: 0, counts: [] }, layers: groups.map((g, i) => ({ name: g.name, mean: i })) };
  const nulls = [{ kind: "shuffle", samples: 2, alpha0: 9, alpha0_interval: null, width: 9, width_interval: null, emergence: 9, alpha: [9], f: [9], alpha0_values: [9], width_values: [9], nfd: { mean: 9, histogram: null } }];
  return { name: "step8", step: 8, format: "", architecture: "", guessed: false, files: [], parameters: 1, network: { neurons: 1, edges: 1, zero_weights: 0, nonfinite_weights: 0, layers: [] }, samples: [sample], mean: { alpha0: 9, alpha0_sd: null, width: 9, width_sd: null }, nulls, groups, nfd, warnings: [], emergence: 9 };
}

const groups = [
  group("block 0 attention in", 0.5, [0.1, 0.2]), group("block 0 MLP up", 0.9, [0.1, 0.3]),
  group("block 1 attention in", 0.4, [0.5, 0.5]), group("block 1 MLP up", null, []),
];

test("rows are kinds, columns blocks, in order or by excess", () => {
  const cells = cellsOf(checkpoint(groups));
  assert.deepEqual(cells.map((cell) => cell.excess && Math.round(100 * cell.excess)), [35, 70, -10, null]);
  const plain = gridOf(cells, { rows: false, columns: false });
  assert.deepEqual([plain.rows, plain.columns], [["attention in", "MLP up"], [0, 1]]);
  assert.deepEqual(plain.cells.map((row) => row.map((cell) => cell.map((one) => one.number))), [[[0], [2]], [[1], [3]]]);
  const sorted = gridOf(cells, { rows: true, columns: true });
  assert.deepEqual([sorted.rows, sorted.columns], [["MLP up", "attention in"], [0, 1]]);
  const reversed = cellsOf(checkpoint([groups[2]!, groups[3]!, { ...groups[0]!, name: "block 2 attention in" }]));
  assert.deepEqual(gridOf(reversed, { rows: false, columns: true }).columns, [2, 1]);
});

test("tables are sorted by a number, and what has none comes last", () => {
  const cells = cellsOf(checkpoint(groups));
  const numbers = (key: "name" | "width" | "excess" | "alpha0" | "nfd", ascending: boolean) => ordered(cells, key, ascending).map((cell) => cell.number);
  assert.deepEqual(numbers("name", true), [0, 1, 2, 3]);
  assert.deepEqual(numbers("name", false), [3, 2, 1, 0]);
  assert.deepEqual(numbers("width", false), [1, 0, 2, 3]);
  assert.deepEqual(numbers("excess", true), [2, 0, 1, 3]);
  assert.deepEqual(numbers("alpha0", false), [0, 1, 2, 3]);
  assert.deepEqual(numbers("nfd", false), [3, 2, 1, 0]);
});

test("bold needs twenty shuffles for each group", () => {
  const many = Array.from({ length: 40 }, (_, i) => i / 100);
  const two = [group("block 0 MLP up", 0.5, many), group("block 1 MLP up", 0.2, many)];
  assert.deepEqual(cellsOf(checkpoint(two)).map((cell) => cell.bold), [true, false]);
  assert.deepEqual(cellsOf(checkpoint([...two, group("block 2 MLP up", 0.5, many)])).map((cell) => cell.bold), [false, false, false]);
});

test("tints are in proportion to what is above chance", () => {
  assert.deepEqual([tint(0.4, 0.4), tint(0.2, 0.4), tint(0, 0.4), tint(-1, 0.4), tint(null, 0.4), tint(0, 0)], [20, 10, 0, 0, 0, 0]);
});

test("a group is a document of its own", () => {
  const c = checkpoint(groups);
  const whole = { schema: "neuromfa-result/1", tool: { name: "", version: "" }, options: {}, checkpoints: [c, { ...c, name: "old", groups: [] }], scores: [{ metric: "a", values: [] }] } as unknown as ResultDocument;
  const { checkpoints, scores } = documentOf(whole, "block 0 MLP up");
  assert.equal(checkpoints.length, 1);
  const [own] = checkpoints;
  assert.deepEqual([own!.mean.width, own!.samples[0]!.width, own!.samples[0]!.alpha, own!.samples[0]!.tau], [0.9, 0.9, [1], []]);
  assert.deepEqual([own!.nulls[0]!.width, own!.nulls[0]!.alpha, own!.nulls[0]!.width_values], [0.2, [], [0.1, 0.3]]);
  assert.deepEqual([own!.emergence, own!.nulls[0]!.emergence, scores], [null, null, []]);
  assert.equal(c.mean.width, 9, "the document itself stays");
});

test("no number without chance beside it", () => {
  const cells = cellsOf(checkpoint(groups));
  assert.equal(cellWords(cells[0]!), "block 0 attention in: width 0.500, 0.350 above shuffled, wider than all 2 shuffles");
  assert.equal(cellWords(cells[2]!), "block 1 attention in: width 0.400, 0.100 below shuffled, wider than 0 of 2 shuffles");
  assert.equal(cellWords(cells[3]!), "block 1 MLP up: width \u2013, no spectrum");
  assert.equal(whereHeadline(cells), "Most above chance in block 0 MLP up: +0.700 of width. 2 of 3 groups are wider than all of their shuffles");
  assert.equal(byChance(cells), "Of 4 groups, 1 would be wider than all of 2 shuffles by chance. Bold stands from 80 shuffles on.");
  assert.equal(whereHeadline(cellsOf(checkpoint([group("a", 1, [])]))), "1 group, each with a spectrum of its own. Shuffled: computing");
  assert.equal(beside({ value: 0.5, shuffled: null, shuffled_interval: null }), "+0.500 (shuffled: computing)");
  assert.equal(beside({ value: 0.5, shuffled: -0.25, shuffled_interval: null }, false), "0.500 (shuffled \u22120.250)");
});
