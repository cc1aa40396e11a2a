// The main run in Chromium: files in, numbers out, the same by every way in and in every flavour.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { chromiumTab } from './chromium.mjs';
import {
  analyse, assertClose, assertGolden, assertQuiet, assertSame, engineStatus, events, expected, golden, hugeCheckpoint,
  needs, nextResult, site, thesis, until, visit,
} from './harness.mjs';

const checkpoint = join(golden, 'step1000.safetensors');

test('an isolated page analyses a checkpoint with threads', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  assert.equal(await tab.evaluate(() => crossOriginIsolated), true);
  const result = await analyse(tab, checkpoint);
  assert.equal(result.schema, 'neuromfa-result/1');
  assert.equal(result.checkpoints.length, 1);
  assertGolden(result.checkpoints[0], 'step1000.safetensors');
  assert.match(await engineStatus(tab), /\d+ threads, isolated/);
  assertQuiet(tab);
});

test('a page that is not isolated gives the same document on one thread', needs('Chromium'), async (t) => {
  const isolated = await site(t);
  const plain = await site(t, { isolated: false });
  const [threaded, single] = [await chromiumTab(t), await chromiumTab(t, { serviceWorkers: 'block' })];
  await visit(threaded, isolated.url);
  await visit(single, plain.url);
  assert.equal(await single.evaluate(() => crossOriginIsolated), false);
  const [wanted, result] = [await analyse(threaded, checkpoint), await analyse(single, checkpoint)];
  assert.match(await engineStatus(single), /1 thread,/);
  assert.ok(result.checkpoints[0].nulls.length > 0, 'the page computes the shuffle null by default');
  assertSame(result, wanted);
  assertQuiet(single);
});

test('Wasm gives the bits that the stored demo has, which was computed natively', needs('Chromium'), async (t) => {
  const stored = JSON.parse(readFileSync(join(root, 'demo/result.json'), 'utf8')).checkpoints.at(-1);
  // Alone, the checkpoint is the first of its series: E is another number.
  const bits = ({ network, samples, mean, nulls, nfd, baselines, files }) => ({
    network, samples, mean, nfd, baselines, files, nulls: nulls.filter(({ kind }) => kind === 'shuffle').map((null_) => ({ ...null_, difference: { ...null_.difference, emergence: null }, emergence: null, emergence_interval: null })),
  });
  for (const [isolated, engine] of [[true, /\d+ threads,/], [false, /1 thread,/]]) {
    const server = await site(t, { isolated });
    const tab = await chromiumTab(t, isolated ? {} : { serviceWorkers: 'block' });
    await visit(tab, server.url);
    const result = await analyse(tab, join(root, `demo/checkpoints/${stored.files[0].name}`));
    assert.match(await engineStatus(tab), engine);
    assert.deepEqual(bits(result.checkpoints[0]), bits(stored));
  }
});

test('a dropped file and a dropped folder are analysed', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  await tab.drop([checkpoint]);
  const one = await nextResult(tab, 0);
  assertGolden(one.checkpoints[0], 'step1000.safetensors');
  await tab.drop([golden]);
  const series = await nextResult(tab, 1);
  assert.equal(series.checkpoints.length, expected.checkpoints.length);
  assertQuiet(tab);
});

test('a folder of checkpoints is a series, ordered by step', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  await tab.chooseFolder(golden);
  const { checkpoints } = await nextResult(tab, 0);
  const wanted = [...expected.checkpoints].sort((a, b) => a.step - b.step);
  assert.deepEqual(checkpoints.map(({ step }) => step), wanted.map(({ step }) => step));
  checkpoints.forEach((one, i) => assertGolden(one, wanted[i].file));
  assertClose('emergence', checkpoints.map(({ emergence }) => emergence), wanted.map((one) => one.emergence_exact_full));
  const progress = (await events(tab)).progress;
  assert.ok(progress.length >= checkpoints.length, 'progress of each checkpoint');
  for (const { bytes, of } of progress) assert.ok(bytes <= of, `${bytes} of ${of}`);
  assertQuiet(tab);
});

test('several files chosen at once are one series and one result', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  const files = readdirSync(golden).filter((name) => name.endsWith('.safetensors')).map((name) => join(golden, name));
  const { checkpoints } = await analyse(tab, files);
  assert.equal(checkpoints.length, files.length);
  assert.equal((await events(tab)).results.length, 1);
  // A new drop replaces what was there.
  const { checkpoints: replaced } = await analyse(tab, checkpoint);
  assert.equal(replaced.length, 1);
});

test('a file that is no checkpoint says so and keeps what was drawn', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  await analyse(tab, checkpoint);
  const headline = await tab.evaluate(() => document.querySelector('h1').textContent);
  await tab.choose(thesis(t));
  const { errors } = await until('neuromfa-error', async () => {
    const seen = await events(tab);
    return seen.errors.length > 0 && seen;
  });
  assert.equal(errors.length, 1);
  assert.equal(errors[0].file, 'thesis.pdf');
  assert.match(errors[0].code, /^[a-z0-9-]+$/);
  assert.match(errors[0].text, /thesis\.pdf/);
  await until('the error on the page', () => tab.evaluate(() => document.body.innerText.includes('thesis.pdf')));
  assert.equal(await tab.evaluate(() => document.querySelector('h1').textContent), headline);
  assert.equal((await events(tab)).results.length, 1, 'nothing was analysed');
  assertQuiet(tab);
});

test('a running analysis can be cancelled, and the next one works', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  await tab.choose(hugeCheckpoint(t));
  await until('progress', async () => (await events(tab)).progress.length > 0);
  const button = tab.page.getByRole('button', { name: /^cancel/i });
  await button.click();
  await button.waitFor({ state: 'hidden', timeout: 3000 });
  assert.equal((await events(tab)).results.length, 0);
  const { checkpoints } = await analyse(tab, checkpoint);
  assertGolden(checkpoints[0], 'step1000.safetensors');
  assertQuiet(tab);
});
