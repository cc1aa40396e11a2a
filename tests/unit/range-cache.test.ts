// Ranges that are kept are those that were read, however they are asked for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { RangeCache } from "../../www/remote/range-cache";

const content = Uint8Array.from({ length: 5000 }, (_, index) => index * 7 % 251);

/** Reads as the worker does: fetches what is missing and keeps it; the number of bytes that were fetched. */
function read(cache: RangeCache, file: number, offset: number, length: number): number {
  const into = new Uint8Array(length);
  let fetched = 0;
  for (const { start, end } of cache.copy(file, offset, into)) {
    into.set(content.subarray(start, end), start - offset);
    cache.keep(file, start, content.slice(start, end));
    fetched += end - start;
  }
  assert.deepEqual(into, content.slice(offset, offset + length));
  return fetched;
}

test("no byte is fetched twice", () => {
  const cache = new RangeCache(1 << 20);
  let random = 12345;
  const next = (most: number): number => (random = (random * 1103515245 + 12345) % 2147483648) % most;
  const seen = [new Set<number>(), new Set<number>()];
  for (let times = 0; times < 400; times++) {
    const [file, offset] = [next(2), next(4900)];
    const length = 1 + next(Math.min(300, 5000 - offset));
    const missing = Array.from({ length }, (_, at) => offset + at).filter((byte) => !seen[file]!.has(byte));
    assert.equal(read(cache, file, offset, length), missing.length);
    for (const byte of missing) seen[file]!.add(byte);
  }
});

test("what two reads fetched at once is kept once", () => {
  const cache = new RangeCache(1 << 20);
  cache.keep(0, 100, content.slice(100, 200));
  cache.keep(0, 50, content.slice(50, 250));
  cache.keep(0, 60, content.slice(60, 90));
  assert.equal(read(cache, 0, 40, 300), 10 + 90);
});

test("what was used longest ago goes first", () => {
  const cache = new RangeCache(1600);
  for (let at = 0; at < 1600; at += 200) read(cache, 0, at, 200);
  assert.equal(read(cache, 0, 0, 200), 0);
  read(cache, 0, 2000, 200);
  assert.equal(read(cache, 0, 0, 200), 0, "just used");
  assert.equal(read(cache, 0, 200, 200), 200, "long ago");
});
