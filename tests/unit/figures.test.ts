// Zoom, pins and the null model of the large figure in the address, and tables that are copied.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, serialise } from "../../www/hash";
import { tsv } from "../../www/tables";

test("zoom and pins come back from the address", () => {
  const state = parse("#v=1&zoom=0.9,1.2,-0.3,0.02&pin=1,15&chance=0");
  assert.deepEqual([state.zoom, state.pins, state.chance], [[0.9, 1.2, -0.3, 0.02], [0, 14], false]);
  assert.equal(serialise(state), "v=1&zoom=0.9,1.2,-0.3,0.02&pin=1,15&chance=0");
  assert.equal(serialise(parse("#v=1")), "");
});

test("what is no zoom and no pin is not believed", () => {
  for (const zoom of ["", "1", "1,2,3", "2,1,0,1", "0,1,1,1", "0,1,0,NaN", "0,1,0,1e9", "0,,0,1", "a,b,c,d", "0,1,0,1,2"]) {
    assert.equal(parse(`#v=1&zoom=${zoom}`).zoom, null, zoom);
  }
  assert.deepEqual(parse("#v=1&pin=0,-1,x,2,2,3,4,5,6").pins, [1, 2, 3, 4]);
});

test("a copied table has plain words and plain signs", () => {
  assert.equal(tsv({ caption: "", head: ["{q}", "{α}, shuffled"], rows: [["−3.0", "1.250"]] }), "q\tα, shuffled\n-3.0\t1.250");
});
