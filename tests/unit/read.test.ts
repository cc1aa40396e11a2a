import assert from "node:assert/strict";
import { test } from "node:test";
import { profile, ringExponent } from "../../www/read/ring";

test("the ring of the method has the exponent that it is known to have", () => {
  assert.equal(ringExponent(1000, 4).toFixed(4), "0.9872");
});

test("a profile ends where everything is inside", () => {
  assert.deepEqual(profile([1, 3, 4], 1), [[Math.log(1 / 2), Math.log(3 / 4)], [0, 0]]);
});
