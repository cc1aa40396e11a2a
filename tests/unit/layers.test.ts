import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { comparable, DEFAULTS, initial, parse, serialise } from "../../www/hash";
import { chosen, counts, layersFrom, layersText, layersWords, placesOf, rangesOf, spanned } from "../../www/layers";

const KINDS = ["attention in", "attention out", "MLP up", "MLP down"];
const decoder = (blocks: number): string[] => Array.from({ length: blocks }, (_, b) => KINDS.map((kind) => `block ${b} ${kind}`)).flat();
const namesOf = (names: string[], layers: [number, number][] | null): string[] => names.filter((_, i) => counts(layers, i));

test("ranges are written as the command line takes them, and read back", () => {
  assert.deepEqual(rangesOf([0, 1, 2, 5, 7, 8]), [[0, 2], [5, 5], [7, 8]]);
  assert.equal(layersText([[0, 2], [5, 5]]), "0-2,5");
  assert.deepEqual(layersFrom("0-2,5"), [[0, 2], [5, 5]]);
  assert.deepEqual(layersFrom("0-2,3,4-4"), [[0, 4]], "ranges that touch are one");
  for (const wrong of ["", "a", "3-1", "0-2,2", "5,1", "-1", "1-", "0,,1", "1.5", "0-4294967296"]) assert.equal(layersFrom(wrong), null, wrong);
});

test("the address holds the choice, and nothing where all layers count", () => {
  const state = initial();
  state.options = { ...DEFAULTS, layers: [[0, 0], [4, 7]] };
  assert.equal(serialise(state), "v=1&layers=0,4-7");
  assert.deepEqual(parse(`#${serialise(state)}`), state);
  state.options = { ...DEFAULTS, layers: null };
  assert.equal(serialise(state), "");
  assert.equal(parse("#v=1&layers=7-2").options.layers, null);
});

test("a kind within blocks, and back to all", () => {
  const places = placesOf(decoder(3));
  assert.deepEqual([places.kinds, places.unit, places.blocks], [KINDS, "block", [0, 2]]);
  assert.deepEqual(chosen(places, new Set(["attention in"]), [0, 2]), [[0, 0], [4, 4], [8, 8]]);
  assert.deepEqual(chosen(places, new Set(KINDS), [1, 2]), [[4, 11]]);
  assert.deepEqual(chosen(places, new Set(["MLP down", "MLP up"]), [1, 1]), [[6, 7]]);
  assert.equal(chosen(places, new Set(KINDS), [0, 2]), null);
  assert.deepEqual(chosen(places, new Set(), [0, 2]), []);
  assert.deepEqual(spanned(places, [[6, 7]]), { kinds: new Set(["MLP up", "MLP down"]), blocks: [1, 1] });
  assert.deepEqual(spanned(places, null), { kinds: new Set(KINDS), blocks: [0, 2] });
  assert.deepEqual(spanned(places, [[90, 95]]), { kinds: new Set(KINDS), blocks: [0, 2] }, "layers of another network");
});

test("stacks, stages and experts", () => {
  assert.deepEqual(placesOf(["encoder block 0 attention in", "decoder block 0 attention in"]).kinds, ["encoder attention in", "decoder attention in"]);
  assert.deepEqual(placesOf(["block 1 expert 0 up", "block 1 expert 1 up", "block 1 shared expert up"]).kinds, ["expert up", "shared expert up"]);
  const staged = placesOf(["stage 0 block 0 MLP up", "stage 0 block 1 MLP up", "stage 1 block 0 MLP up"]);
  assert.deepEqual([staged.kinds, staged.blocks], [["MLP up"], [0, 2]], "blocks are counted through the stages");
});

test("without blocks, layers are chosen by their numbers", () => {
  const places = placesOf(["0.weight", "2.weight", "4.weight"]);
  assert.deepEqual([places.kinds, places.unit, places.blocks], [[""], "layer", [0, 2]]);
  assert.deepEqual(chosen(places, new Set([""]), [1, 2]), [[1, 2]]);
});

test("matrices of no block stand by themselves", () => {
  const places = placesOf([...decoder(2), "head.weight"]);
  assert.deepEqual(chosen(places, new Set(["", "MLP up"]), [1, 1]), [[6, 6], [8, 8]]);
});

test("what counts, in words", () => {
  const names = decoder(6);
  const words = (layers: [number, number][]): string => layersWords(namesOf(names, layers), layers);
  assert.equal(words([[0, 0], [4, 4], [8, 8]]), "attention in, blocks 0 to 2");
  assert.equal(words([[6, 7]]), "MLP up, MLP down, block 1");
  assert.equal(words([[4, 11]]), "4 kinds of matrices, blocks 1 to 2");
  assert.equal(words([[0, 0], [20, 20]]), "attention in, 2 blocks");
  assert.equal(layersWords(["2.weight", "4.weight"], [[1, 2]]), "layers 1 to 2");
  assert.equal(layersWords(["0.weight", "4.weight"], [[0, 0], [2, 2]]), "0.weight, 4.weight");
});

test("every family that is known can be taken apart and put together", () => {
  for (const file of readdirSync("tests/data/families").filter((name) => name.endsWith(".json"))) {
    const { groups } = JSON.parse(readFileSync(`tests/data/families/${file}`, "utf8")) as { groups: [string][] };
    const names = groups.map(([name]) => name);
    const places = placesOf(names);
    const one = places.kinds.flatMap((kind) => namesOf(names, chosen(places, new Set([kind]), places.blocks)));
    assert.deepEqual([...one].sort(), [...names].sort(), file);
    assert.equal(chosen(places, new Set(places.kinds), places.blocks), null, file);
    assert.ok(places.kinds.length <= 12, `${file}: ${places.kinds.join(", ")}`);
  }
});

test("results of one choice may stand in one series, those of others may not", () => {
  const { layers: _none, ...older } = DEFAULTS;
  assert.ok(comparable(older as typeof DEFAULTS, DEFAULTS), "a document from before there was a choice");
  assert.ok(comparable({ ...DEFAULTS, null: [], hops: 1 } as typeof DEFAULTS, DEFAULTS));
  assert.ok(!comparable({ ...DEFAULTS, layers: [[0, 3]] }, DEFAULTS));
  assert.ok(comparable({ ...DEFAULTS, layers: [[0, 3]] }, { ...DEFAULTS, layers: [[0, 3]] }));
});
