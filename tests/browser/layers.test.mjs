// Which layers count: chosen by keyboard, kept in the address, never read twice where histograms suffice; parts and
// merged parts of the command line drawn like any result.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { chromiumTab } from './chromium.mjs';
import { analyse, assertGolden, assertQuiet, assertSame, commandLine, events, folder, golden, needs, nextResult, picture, site, until, visit } from './harness.mjs';

const checkpoint = join(golden, 'step1000.safetensors');
const fewer = join(root, 'tests/data/architectures/gpt2/model.safetensors');
const nulls = 'null_samples=10';

test('a kind of layer is chosen by keyboard alone, and all layers come back to the last bit', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&${nulls}`);
  const whole = await analyse(tab, checkpoint);
  const { progress } = await events(tab);

  await tabTo(tab, '#set-layers');
  assert.equal(await focused(tab), 'Layers that count: All 12');
  await press(tab, 'Enter');
  await until('the choice', () => tab.page.getByRole('dialog', { name: 'Layers that count' }).isVisible());
  assert.equal(await focused(tab), 'Count all 12');
  await press(tab, 'Tab', 'Tab', 'Space', 'Tab', 'Space', 'Tab', 'Space');
  await until('what counts', async () => /3 of 12 layers count/.test(await tab.page.locator('.layer-choice').innerText()));
  await complete(tab, '3 of 12');
  await tab.screenshot(picture('layers-choice'));
  await press(tab, 'Escape');
  assert.equal(await focused(tab), 'Layers that count: 3 of 12');

  const part = await exported(tab);
  assert.deepEqual(part.options.layers, [[0, 0], [4, 4], [8, 8]]);
  assert.deepEqual(part.checkpoints[0].network.layers.map(({ name }) => name), [0, 1, 2].map((block) => `block ${block} attention in`));
  assert.notEqual(part.checkpoints[0].mean.width, whole.checkpoints[0].mean.width);
  assert.match(await tab.evaluate(() => location.hash), /layers=0,4,8/);
  const page = await tab.evaluate(() => document.querySelector('main').innerText);
  assert.match(page, /Numbers of a part of the network: 3 of 12 layers \(attention in, blocks 0 to 2\)\./);
  assert.match(page, /these layers/);
  assert.match(page, /12 groups of neurons, 3 of which count/);

  await tabTo(tab, '.part-note button');
  await press(tab, 'Enter');
  await complete(tab, 'All 12');
  assertSame(await exported(tab), whole);
  assert.equal(await tab.page.locator('.part-note').isVisible(), false);
  assert.doesNotMatch(await tab.evaluate(() => location.hash), /layers/);
  assert.equal((await events(tab)).progress.length, progress.length, 'the file is not read again');
  assertQuiet(tab);
});

test('a link chooses layers; those that were not read are read when they are asked for', needs('Chromium'), async (t) => {
  const server = await site(t);
  const [linked, plain] = [await chromiumTab(t), await chromiumTab(t)];
  await visit(linked, `${server.url}#v=1&${nulls}&layers=8-11`);
  await visit(plain, `${server.url}#v=1&${nulls}`);
  const part = await analyse(linked, checkpoint);
  const whole = await analyse(plain, checkpoint);
  // By kind and block, from kept histograms: the bits of a reading of these layers.
  await plain.page.locator('#set-layers').click();
  await plain.page.getByLabel('First block').selectOption('2');
  await complete(plain, '4 of 12');
  assertSame(await exported(plain), part);
  // What counts is shown as it came with the link.
  await linked.page.locator('#set-layers').click();
  assert.equal(await linked.page.getByLabel('First block').inputValue(), '2');
  const read = (await events(linked)).progress.length;
  await linked.page.getByRole('button', { name: 'Count all 12' }).click();
  await complete(linked, 'All 12');
  assert.ok((await events(linked)).progress.length > read, 'the file is read again');
  assertSame(await exported(linked), whole);
  assertQuiet(linked);
});

test('a choice that some checkpoints cannot have leaves them out, says so, and is taken back by one action', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&null=&layers=0-9`);
  await tab.choose([checkpoint, fewer]);
  await until('the one that has so many', async () => (await events(tab)).results.length > 0);
  const { results, errors } = await events(tab);
  assert.deepEqual(results[0].checkpoints.map(({ name }) => name), ['step1000']);
  assert.deepEqual(errors.map(({ code }) => code), ['bad-layers']);
  assert.match(await tab.page.locator('.banners').innerText(), /There is no layer 9: the network has 8/);
  await tab.page.locator('#set-layers').click();
  assert.match(await tab.page.locator('.layer-choice').innerText(), /10 of 12 layers count, chosen by number\.[^]*The checkpoints have 8 and 12 layers: the same layer numbers count in each/);
  await tab.page.keyboard.press('Escape');
  await tab.page.locator('.banners').getByRole('button', { name: 'Count all layers' }).click();
  await until('both', async () => (await events(tab)).results.length > 1);
  assert.equal((await events(tab)).results[1].checkpoints.length, 2);
  assert.equal(await tab.page.locator('.banners').innerText(), '');
});

test('a part, and merged parts, of the command line are drawn like any result', needs('Chromium'), async (t) => {
  const [part, merged] = parts(folder(t));
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  const page = () => tab.evaluate(() => document.querySelector('main').innerText);

  const { checkpoints: [first] } = await analyse(tab, part);
  assert.equal(first.part.layers_of_all, 12);
  assert.match(await page(), /Result file, drawn without weights[^]*Numbers of a part of the network: 6 of 12 layers \(4 kinds of matrices, blocks 0 to 1\)\./);
  assert.match(await tab.page.locator('.settings').innerText(), /Layers that count\s*6 of 12/);
  assert.equal(await tab.page.locator('.part-note button').isVisible(), false, 'what needs the weights is not offered');
  assert.ok(await drawn(tab), 'the curve of the part');

  const { checkpoints: [second] } = await analyse(tab, merged);
  assertGolden(second, 'step1000.safetensors');
  assert.doesNotMatch(await page(), /part of the network/);
  assert.match(await tab.page.locator('.settings').innerText(), /Layers that count\s*All 12/);
  assert.ok(await drawn(tab), 'the curve of the whole');
  assertQuiet(tab);
});

test('a result joins checkpoints that were computed alike', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&null=`);
  const stored = await analyse(tab, checkpoint);
  const file = join(folder(t), 'step1000.json');
  writeFileSync(file, JSON.stringify(stored));
  const joined = await analyse(tab, [file, join(golden, 'step0.safetensors')]);
  assert.deepEqual(joined.checkpoints.map(({ name }) => name), ['step0', 'step1000']);
  assert.deepEqual(joined.checkpoints[1].samples, stored.checkpoints[0].samples);
  assertQuiet(tab);
});

/** Presses keys one after the other. */
async function press(tab, ...keys) {
  for (const key of keys) await tab.page.keyboard.press(key);
}

/** Tab, from where the focus is, until this has it. */
async function tabTo(tab, selector) {
  for (let i = 0; i < 120; i++) {
    if (await tab.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await press(tab, 'Tab');
  }
  assert.fail(`the keyboard does not reach ${selector}`);
}

/** The name of what has the focus. */
function focused(tab) {
  return tab.evaluate(() => document.activeElement.textContent);
}

/** Waits for numbers of so many layers, nulls included. */
async function complete(tab, layers) {
  const button = () => tab.page.locator('#set-layers').textContent();
  const numbers = () => tab.page.locator('.numbers-table').textContent();
  await until(`numbers of ${layers} layers`, async () => (await button()) === `Layers that count: ${layers}` && !/computing/.test(await numbers()));
}

/** The document that the page would save. */
async function exported(tab) {
  const download = tab.page.waitForEvent('download');
  await tab.page.getByRole('button', { name: 'Export' }).first().click();
  await tab.page.getByRole('menuitem', { name: 'Result as JSON' }).click();
  return JSON.parse(readFileSync(await (await download).path(), 'utf8'));
}

/** Whether the large figure has more than one colour. */
function drawn(tab) {
  return until('a drawing', () => tab.evaluate(() => {
    const canvas = document.querySelector('.one-figure canvas');
    const pixels = canvas && new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    return pixels && new Set(pixels).size > 20;
  }));
}

/** Two parts of a checkpoint, the first of which comes back, and the document that they are merged into. */
function parts(into) {
  const program = commandLine();
  const neuromfa = (...args) => execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const [first, second, merged] = ['first', 'second', 'merged'].map((name) => join(into, `${name}.json`));
  neuromfa('analyze', checkpoint, '--layers', '0-5', '--part', '--out', first);
  neuromfa('analyze', checkpoint, '--layers', '6-11', '--part', '--out', second);
  neuromfa('merge', first, second, '--out', merged);
  return [first, merged];
}
