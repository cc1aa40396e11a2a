import assert from "node:assert/strict";
import { test } from "node:test";
import { specOf } from "../../www/wiring";

const row = (tensor: string, name: string, joined = false, counted = true) => ({
  matrix: { tensor, axes: "outputs-first" as const }, counted, joined, group: { name, role: "other" },
});
const names = (rows: ReturnType<typeof row>[]): [string, string[]][] => specOf("test", rows).groups.map((g) => [g.name, g.matrices.map((m) => m.tensor)]);

test("joined rows form one group, in their order", () => {
  assert.deepEqual(names([row("q", "in"), row("k", "in", true), row("o", "out")]), [["in", ["q", "k"]], ["out", ["o"]]]);
});

test("a row that leaves its group stands for itself, and rows that are left out break none", () => {
  assert.deepEqual(names([row("q", "in"), row("k", "in", false)]), [["in", ["q"]], ["k", ["k"]]]);
  assert.deepEqual(names([row("q", "in"), row("x", "x", false, false), row("k", "in", true)]), [["in", ["q", "k"]]]);
  assert.deepEqual(names([row("q", "in", true), row("k", "in", true)]), [["in", ["q", "k"]]], "the first joins nothing");
});
