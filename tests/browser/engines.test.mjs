// The main run in the other engines: the same numbers, with threads where the engine has them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromiumTab } from './chromium.mjs';
import { firefoxTab } from './firefox.mjs';
import { analyse, assertGolden, assertQuiet, assertSame, browsers, engineStatus, golden, needs, picture, site, visit } from './harness.mjs';
import { webkitTab } from './webkit.mjs';

const checkpoint = join(golden, 'step1000.safetensors');

/** What Chromium says, to compare with; null where there is no Chromium. */
async function reference(t, server) {
  if (!browsers.Chromium) return null;
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  return await analyse(tab, checkpoint);
}

test('Firefox analyses with threads and gives the same document', needs('Firefox'), async (t) => {
  const server = await site(t);
  const tab = await firefoxTab(t);
  await visit(tab, server.url);
  assert.equal(await tab.evaluate(() => crossOriginIsolated), true);
  const result = await analyse(tab, checkpoint);
  assertGolden(result.checkpoints[0], 'step1000.safetensors');
  assert.match(await engineStatus(tab), /\d+ threads/);
  await tab.screenshot(picture('one-checkpoint-firefox'));
  const wanted = await reference(t, server);
  if (wanted) assertSame(result, wanted);
  assertQuiet(tab);
});

// It calls itself isolated, yet refuses to share memory with the pool's workers: a standing test of the fallback.
test('WebKitGTK falls back to one thread and gives the same document', needs('WebKitGTK'), async (t) => {
  const server = await site(t);
  const tab = await webkitTab(t);
  await visit(tab, server.url);
  const result = await analyse(tab, checkpoint);
  assertGolden(result.checkpoints[0], 'step1000.safetensors');
  assert.match(await engineStatus(tab), /1 thread,/);
  await tab.screenshot(picture('one-checkpoint-webkit'));
  const wanted = await reference(t, server);
  if (wanted) assertSame(result, wanted);
});
