import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, bytesOf, count, fixed, integer, interval, percent, signed } from "../../www/format";

test("minus is a minus, and never minus nothing", () => {
  assert.equal(fixed(-0.2), "\u22120.200");
  assert.equal(fixed(-0.0001), "0.000");
  assert.equal(fixed(null), "\u2013");
  assert.equal(signed(0.065), "+0.065");
  assert.equal(signed(-1, 1), "\u22121.0");
});

test("intervals get a fourth decimal where three would agree", () => {
  assert.equal(interval([0.661, 0.682]), "0.661\u20130.682");
  assert.equal(interval([1.1771, 1.1774]), "1.1771\u20131.1774");
  assert.equal(interval([-0.1, 0.2]), "\u22120.100 to 0.200");
});

test("sizes", () => {
  assert.equal(bytes(5_030_016), "5.0 MB");
  assert.equal(bytes(512), "512 bytes");
  assert.equal(bytes(5.5e9), "5.5 GB");
  assert.equal(bytesOf(51e6, 75e6), "51 of 75 MB");
  assert.equal(count(1_179_648), "1.2 million");
  assert.equal(integer(1179648), "1,179,648");
  assert.equal(percent(0.62), "62%");
});
