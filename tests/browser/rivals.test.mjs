// Simple rivals of E in the real page: those without weights at once, those of the matrices as the command line has them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromiumTab } from './chromium.mjs';
import { analyse, assertQuiet, golden, needs, picture, site, until, visit } from './harness.mjs';

const checkpoints = [0, 32, 256, 1000].map((step) => join(golden, `step${step}.safetensors`));

const tables = (tab) => tab.evaluate(() => [...document.querySelectorAll('.rivals table.data')].map((table) => [...table.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent))));
const sentences = (tab) => tab.page.locator('.rivals-sentences li').allInnerTexts();

test('simple rivals stand beside E, and those of the matrices are computed when asked for', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&null_samples=5`);
  await analyse(tab, checkpoints);
  await tab.page.getByText('Simple rivals', { exact: true }).click();
  await until('the rivals without matrices', async () => (await sentences(tab)).length === 4);
  assert.match((await sentences(tab))[0], /^log\(1 \+ step\) alone explains 65% of E over 4 checkpoints\./);

  await tab.page.locator('.rivals').getByRole('button', { name: 'Compute' }).click();
  await until('all rivals', async () => (await sentences(tab)).length === 7);
  await tab.page.locator('.rivals summary').click();
  // Each checkpoint fills its row when its matrices are measured; the last one comes last.
  const [shares, values] = await until('the tables, whole', async () => { const found = await tables(tab); return found.length === 2 && found[1].length === 4 && found[1].every((row) => row.at(-1) !== '\u2013') && found; });
  // Of "neuromfa analyze --rivals" (tests/commands/rivals.rs): spectral norm, stable rank and exponent, each beside shuffled.
  assert.deepEqual(values.at(-1).slice(5), ['3.312', '1.970', '12.046', '25.339', '3.593', '5.288']);
  assert.deepEqual(shares.map((row) => row[0]), ['log(1 + step)', 'E of shuffled weights', 'Mean |w|', 'Mean weighted degree', 'Spectral norm', 'Stable rank', 'Power-law exponent']);
  assert.ok(shares.every((row) => row[1] === '4' && row[4] !== '\u2013'), 'chance beside every share');
  const drawn = await tab.evaluate(() => { const canvas = document.querySelector('.chart.rivals-chart canvas'); return canvas.width > 0 && canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte !== 0); });
  assert.ok(drawn, 'the figure');
  await tab.page.locator('.rivals').scrollIntoViewIfNeeded();
  await tab.screenshot(picture('rivals'));
  assertQuiet(tab);
});
