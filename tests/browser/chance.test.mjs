// Every null model in the page: the numbers of the command line, the one that is drawn, and intervals over neurons.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromiumTab } from './chromium.mjs';
import { analyse, assertQuiet, commandLine, events, golden, needs, picture, site, until, visit } from './harness.mjs';

const files = ['step0', 'step256', 'step1000'].map((step) => join(golden, `${step}.safetensors`));
const KINDS = ['shuffle', 'gaussian', 'initialisation', 'rescale'];

/** What the command line says. */
function printed(...options) {
  return JSON.parse(execFileSync(commandLine(), ['analyze', ...files, ...options], { maxBuffer: 1 << 28 }));
}

test('null models and the bootstrap have the bits of the command line, whatever the number of threads', needs('Chromium'), async (t) => {
  const native = printed('--null', KINDS.join(), '--null-samples', '12', '--bootstrap', '30');
  for (const threads of [1, 2]) {
    const server = await site(t);
    const tab = await chromiumTab(t);
    await visit(tab, `${server.url}#v=1&null=${KINDS.join()}&null_samples=12&bootstrap=30&threads=${threads}`);
    const result = await analyse(tab, files);
    assert.deepEqual(result.checkpoints, native.checkpoints, `${threads} threads`);
    assert.deepEqual(result.checkpoints[2].nulls.map(({ kind }) => kind), KINDS);
    assertQuiet(tab);
  }
});

test('a null model is added, drawn in grey and told in a sentence', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&null_samples=10`);
  await analyse(tab, files);
  await tab.page.locator('details.everything > summary', { hasText: 'Beside chance and scale' }).click();
  await until('the section', () => tab.page.locator('.chance').isVisible());
  const text = () => tab.page.locator('.chance').innerText();
  assert.doesNotMatch(await text(), /Drawn in grey/);

  const before = (await events(tab)).results.length;
  await tab.page.getByRole('checkbox', { name: /^Gaussian/ }).check();
  await until('Gaussian networks', async () => (await events(tab)).results.length > before || /10 Gaussian networks/.test(await text()));
  await tab.page.getByRole('checkbox', { name: /^Rescaled/ }).check();
  await until('the rescaled checkpoint', async () => /Rescaled\. (The first checkpoint|As wide)/.test(await text()));
  await tab.page.getByRole('checkbox', { name: /^Intervals over neurons/ }).check();
  await until('resamples', async () => /200 resamples/.test(await text()));

  await tab.page.getByLabel('Drawn in grey').selectOption('gaussian');
  await until('the address', () => tab.evaluate(() => location.hash.includes('beside=gaussian')));
  await tab.page.locator('.chance').scrollIntoViewIfNeeded();
  await tab.screenshot(picture('chance'));
  assertQuiet(tab);
});
