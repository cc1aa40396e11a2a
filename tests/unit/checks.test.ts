import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CHECKS, passes, warningTitle } from "../../www/check-words";
import type { Checkpoint, ResultDocument, Validity } from "../../www/protocol";
import { checksTable, keptTable, validitySentence } from "../../www/section-validity";

const MEASURED: Validity = {
  fit: { lowest: 0.83, lowest_at: -3, median: 0.86 },
  radii: { count: 140, smallest: 11, largest: 150 },
  slopes: [{ q: -3, lower: 1, upper: 2, whole: 1.4 }, { q: 0, lower: 1.08, upper: 2.12, whole: 1.54 }, { q: 3, lower: 1, upper: 2, whole: 1.4 }],
  largest_alpha_rise: 0, largest_f: 0,
  carried: { q: -3, radius: 20, neurons: 237.3, of: 5058 },
  kept_share: 5058 / 5376, worst_group: { name: "b", share: 0.75 },
  zero_share: 0, repeated: { name: "a", values: 1024, distinct: 1020 },
};

function checkpoint(step: number, validity: Validity | undefined, codes: string[], kept = 318): Checkpoint {
  return {
    name: `step${step}`, step, validity, warnings: codes.map((code) => ({ code, text: "Found." })),
    network: { neurons: 5376, edges: 1, zero_weights: 0, nonfinite_weights: 0, layers: [{ name: "a", tensors: [], neurons: 5000, edges_per_neuron: 64, kept: 5000 }, { name: "b", tensors: [], neurons: 376, edges_per_neuron: 64, kept: 376 - kept }] },
  } as unknown as Checkpoint;
}

const series = (...checkpoints: Checkpoint[]): ResultDocument => ({ checkpoints }) as unknown as ResultDocument;

test("what warns is the engine's word, what passes shows its number", () => {
  const c = checkpoint(0, MEASURED, ["neurons-left-out"]);
  assert.equal(warningTitle("neurons-left-out", c), "318 of 5,376 neurons left out");
  const lines = Object.fromEntries(passes(c).map(({ check, text }) => [check.code, text]));
  assert.equal(lines["fit-fair"], "{R\u00b2} of 0.83 or more: {\u03b1} sums up a shape", "not straight, and not said to be");
  assert.equal(lines["few-radii"], "140 lengths from 11 to 150");
  assert.equal(lines["slopes-vary"], "{\u03b1\u2080} 1.08 and 2.12 over shorter and longer edges");
  assert.equal(lines["few-neurons"], "The lowest {q} rests on 237 of 5,058 neurons");
  assert.ok(!("neurons-left-out" in lines) && !("kept-changed" in lines));
  // A warning hides no other check, and without its numbers a document has no passes.
  assert.equal(Object.keys(lines).length, CHECKS.length - 2);
  assert.deepEqual(passes(checkpoint(0, undefined, [])), []);
  assert.equal(warningTitle("neurons-left-out", checkpoint(0, undefined, [])), "Some neurons are left out");
});

test("a share is never rounded to all or to nothing", () => {
  const line = (zero_share: number): string | undefined => passes(checkpoint(0, { ...MEASURED, zero_share }, [])).find(({ check }) => check.code === "zero-weights")?.text;
  assert.equal(line(0), "No zero weights");
  assert.equal(line(1e-9), "0.01% of weights are exactly zero");
});

test("over a series, the tables say where each check warns and which groups lose neurons", () => {
  const doc = series(checkpoint(0, MEASURED, [], 0), checkpoint(10, MEASURED, ["fit-fair", "kept-changed"]));
  const table = checksTable(doc);
  assert.deepEqual(table.head, ["Check", "step 0", "step 10"]);
  const row = (start: string): string[] | undefined => table.rows.find(([name]) => name!.startsWith(start));
  assert.deepEqual(row("Lowest R"), ["Lowest R\u00b2", "0.83", "! 0.83"]);
  assert.deepEqual(row("Other neurons"), ["Other neurons than at the baseline", "\u2013", "!"]);
  assert.deepEqual(keptTable(doc).rows, [["b", "100%", "15.4%"]]);
  assert.match(validitySentence(doc), /^Warnings: Lowest \{R\u00b2\} \(1 of 2\); Other neurons/);
  assert.match(validitySentence(series(checkpoint(0, undefined, []))), /^This result does not say/);
});

test("behind each ? stands the threshold of docs/validity.md", () => {
  const rows = readFileSync("docs/validity.md", "utf8").split("\n").filter((line) => line.startsWith("| `"));
  const thresholds = new Map(rows.map((line) => line.split("|").map((cell) => cell.trim())).map((cells) => [cells[1]!.replace(/`/g, ""), cells[3]!]));
  for (const { code, threshold, measured, why } of CHECKS) {
    assert.equal(thresholds.get(code), threshold.replace(/[{}]/g, "").replace(/\.$/, ""), code);
    assert.ok(measured.endsWith(".") && why.endsWith("."), code);
  }
});
