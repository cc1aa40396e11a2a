import assert from "node:assert/strict";
import { test } from "node:test";
import { amountText, damageSentence, damageTable, failureText, roundsOf } from "../../www/damage-words";
import { DEFAULTS, followsPaths, parse, possible, serialise, initial } from "../../www/hash";
import type { Checkpoint, Damage, ResultDocument } from "../../www/protocol";

function round(damage: Damage | null, width: number, chance: number, emergence: number): Checkpoint {
  return {
    name: damage ? `model round ${damage.round}` : "step0", step: damage ? null : 0, mean: { alpha0: 1.2, alpha0_sd: null, width, width_sd: null },
    nulls: [{ kind: "shuffle", samples: 3, alpha0: 1.19, width: chance, emergence: emergence / 2, alpha0_values: [], width_values: [] }], emergence,
    ...(damage ? { damage } : {}),
  } as unknown as Checkpoint;
}

const pruned = (round: number): Damage => ({ kind: "prune", amount: 0.1 * round, round, seed: 0 });

function tested(first: Checkpoint[]): ResultDocument {
  return { checkpoints: [...first, round(pruned(0), 0.735, 0.67, first.length ? 0.072 : 0), round(pruned(1), 0.7, 0.65, 0.01), round(pruned(2), 0.5, 0.52, -0.03)] } as ResultDocument;
}

test("the sentence has chance beside every number and says what was not measured", () => {
  assert.equal(damageSentence(tested([])),
    "After pruning of 20% of the weights, {w} went from 0.735 to 0.500, that of shuffled weights from 0.670 to 0.520: above shuffled from +0.065 to \u22120.020. "
    + "{E} against the undamaged weights went from 0.000 to \u22120.030, shuffled \u22120.015. This tells what happened to the weights; how well the damaged model still works was not measured.");
  assert.match(damageSentence(tested([round(null, 0.6, 0.6, 0)])), /\{E\} against step 0 went from 0\.072 to \u22120\.030/);
  assert.equal(damageSentence({ checkpoints: [round(pruned(0), 0.7, 0.6, 0)] } as ResultDocument), "");
});

test("the table has every round, and the checkpoint that E counts from", () => {
  const document = tested([round(null, 0.6, 0.6, 0)]);
  assert.equal(roundsOf(document).length, 3);
  const { rows, head } = damageTable(document);
  assert.deepEqual(rows.map((row) => row.slice(0, 2)), [["step 0", "\u2013"], ["round 0", "none"], ["round 1", "10%"], ["round 2", "20%"]]);
  for (const row of rows) assert.equal(row.length, head.length);
});

test("amounts have the unit of their kind", () => {
  assert.equal(amountText({ kind: "noise", amount: 0.75, round: 3, seed: 0 }), "0.75 sd");
  assert.equal(amountText({ kind: "quantise", amount: 6, round: 3, seed: 0 }), "6 bits");
  assert.equal(amountText({ kind: "rewire", amount: 0.5, round: 1, seed: 0 }), "50%");
});

test("a refused test says why, and what to do once", () => {
  assert.equal(failureText({ code: "x", text: "Too large.", hint: "Damage a smaller model.", file: "" }), "Too large. Damage a smaller model.");
  assert.equal(failureText({ code: "x", text: "Too large. Damage a smaller model.", hint: "Damage a smaller model.", file: "" }), "Too large. Damage a smaller model.");
});

test("paths need a sampled network and all of its layers", () => {
  const sampled = { ...DEFAULTS, network: "sampled" as const };
  assert.equal(followsPaths(DEFAULTS), false);
  assert.deepEqual(possible({ ...sampled, hops: 2, layers: [[0, 3]] }), { ...sampled, hops: 2, layers: null });
  assert.deepEqual(possible({ ...DEFAULTS, hops: 3, interconnect: "true" }), DEFAULTS);
  assert.deepEqual(possible({ ...sampled, layers: [[0, 3]] }).layers, [[0, 3]]);
  const state = initial();
  state.options = { ...sampled, hops: 3, interconnect: "true" };
  assert.equal(serialise(state), "v=1&network=sampled&hops=3&interconnect=true");
  assert.deepEqual(parse(serialise(state)), state);
  assert.deepEqual(parse("#v=1&hops=2"), initial());
  assert.deepEqual(parse("#v=1&network=sampled&hops=4&interconnect=x").options, sampled);
});
