import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS, initial, parse, serialise } from "../../www/hash";

test("a link can ask for the demo", () => {
  assert.equal(parse("#v=1&show=demo").demo, true);
  assert.equal(parse("#v=1&show=mine").demo, false);
  assert.equal(serialise({ ...initial(), demo: true }), "v=1&show=demo");
});

test("an untouched page has no hash", () => {
  assert.equal(serialise(initial()), "");
  assert.deepEqual(parse(""), initial());
});

test("what is written comes back", () => {
  const state = initial();
  state.options = { ...DEFAULTS, network: "sampled", mode: "reference", seed: 7, threshold: 120.5, q_min: -2, null: ["shuffle", "gaussian"] };
  Object.assign(state, { theme: "dark", threads: 2, step: 0, view: "one", tab: "fit", preset: "published" });
  assert.deepEqual(parse(`#${serialise(state)}`), state);
});

test("a step of the page that teaches, and the numbers of its controls", () => {
  const state = parse("#v=1&view=read&read=noise&set=2,150,x,,1e999&threshold=120");
  assert.deepEqual([state.view, state.read, state.set, state.options.threshold], ["read", "noise", [2, 150], 120]);
  assert.equal(serialise(state), "v=1&threshold=120&view=read&read=noise&set=2,150");
  assert.deepEqual(parse(serialise(state)), state);
  assert.deepEqual([parse("#v=1&read=noise&set=2").read, parse("#v=1&read=noise&set=2").set], ["", []], "belongs to its view");
});

test("no null at all is a state of its own", () => {
  const state = initial();
  state.options = { ...DEFAULTS, null: [] };
  assert.deepEqual(parse(serialise(state)).options.null, []);
});

test("nonsense, other versions and values out of range change nothing", () => {
  for (const hash of ["#v=2&seed=9", "#seed=-1&threshold=abc&q_min=5&threads=1e9&step=x&view=two&theme=pink&null_samples=1.5", "#%E0%A4%A", "#q_step="]) {
    assert.deepEqual(parse(hash), initial());
  }
});
