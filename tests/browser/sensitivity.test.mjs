// Sensitivities and the published code beside the exact numbers, computed in the laboratory, in the real page.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromiumTab } from './chromium.mjs';
import { analyse, assertQuiet, folder, golden, needs, picture, site, until, visit } from './harness.mjs';

const steps = [0, 1000].map((step) => join(golden, `step${step}.safetensors`));

test('one option at a time: points are drawn as they arrive, and the present setting has the numbers of the result', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&null_samples=5`);
  const document = await analyse(tab, steps);
  const last = document.checkpoints[1];
  await tab.page.getByRole('button', { name: /settings, checks and fit/ }).click();
  await opened(tab);
  assert.match(await section(tab), /Reads step 1,000 and step 0, from which E counts/);
  await tab.page.getByRole('button', { name: 'Compute', exact: true }).click();
  await until('some settings', async () => /[1-9]\d* of \d+ settings/.test(await section(tab)));
  await tab.page.getByRole('button', { name: 'Cancel' }).click();
  await until('the end', async () => /Stopped\. What was computed stays\./.test(await section(tab)));

  await tab.page.getByRole('button', { name: 'Compute', exact: true }).click();
  await until('the sentence', async () => /Nothing here moves w more than/.test(await section(tab)));
  await until('all settings', () => tab.page.getByRole('button', { name: 'Compute', exact: true }).isVisible(), { timeout: 120_000 });
  await tab.page.locator('.sensitivity summary').click();
  const rows = await until('the table', async () => {
    const found = await tableRows(tab, '.sensitivity .twin-details');
    return found.length > 0 && found;
  });
  const present = rows.filter(([name]) => name.endsWith(', as chosen'));
  assert.equal(present.length, 7, 'a point of every axis');
  for (const row of present) assert.deepEqual([row[1], row[4], row[7]], [last.mean.alpha0, last.mean.width, last.emergence].map(fixed));
  assert.ok(rows.every((row) => row.every((cell) => cell !== '\u2013')), 'chance beside every number');
  const label = await tab.page.locator('.sensitivity-chart').getAttribute('aria-label');
  assert.match(label, /Sensitivity at step 1,000, over 8 settings of Longest edge T/);
  await tab.page.locator('.sensitivity').scrollIntoViewIfNeeded();
  await tab.screenshot(picture('sensitivity'));
  assertQuiet(tab);
});

test('the published code beside the exact numbers, and a result file that has them is shown without weights', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&null_samples=5`);
  // The configuration tells that the residuals are parallel.
  const document = await analyse(tab, [steps[1], join(golden, 'config.json')]);
  await opened(tab);
  await tab.page.getByRole('button', { name: /published code/ }).click();
  await until('the sentence', async () => /exact and \d\.\d+ as published/.test(await section(tab)), { timeout: 120_000 });
  const named = async () => (await tableRows(tab, '.quirks')).map(([name]) => name);
  await until('the last row', async () => (await named()).includes('two hops, interconnect edges'));
  const names = await named();
  assert.equal(names[0], 'exact');
  for (const name of ['all together, 32', 'two hops, serial wiring']) assert.ok(names.includes(name), `${name} among ${names.join('; ')}`);
  assertQuiet(tab);

  const point = { value: 150, is_present: true, alpha0: 1, width: 0.7, emergence: null, neurons_kept: 10, null: null };
  document.checkpoints[0].sensitivity = [{ axis: 'threshold', points: [{ ...point, value: 100, is_present: false, width: 0.9 }, point] }];
  const file = join(folder(t), 'result.json');
  writeFileSync(file, JSON.stringify(document));
  const other = await chromiumTab(t);
  await visit(other, `${server.url}#v=1`);
  await other.choose([file]);
  await until('the result', async () => /drawn without weights/i.test(await other.evaluate(() => document.body.innerText)));
  await opened(other);
  assert.match(await section(other), /Other options need the weights/);
  assert.match(await section(other), /Nothing here moves w more than the longest edge T: from 0\.700 to 0\.900/);
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).checkpoints[0].sensitivity.length, 1);
});

const fixed = (value) => (value < 0 ? '\u2212' : '') + Math.abs(value).toFixed(3);
const section = (tab) => tab.page.locator('.sensitivity').innerText();

async function opened(tab) {
  await tab.page.getByText('Sensitivity', { exact: true }).click();
  await until('the section', () => tab.page.locator('.sensitivity').isVisible());
}

function tableRows(tab, within) {
  return tab.evaluate((within) => [...document.querySelectorAll(`${within} table.data tbody tr`)].map((row) => [...row.children].map((cell) => cell.textContent)), within);
}
