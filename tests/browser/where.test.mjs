// Where it happens: the grid of groups by keyboard, one group in the large chart, the table in the order of a number, and
// two checkpoints neuron by neuron, with the numbers of the command line.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromiumTab } from './chromium.mjs';
import { analyse, assertQuiet, commandLine, golden, needs, picture, site, until, visit } from './harness.mjs';

const files = ['step0', 'step1000'].map((step) => join(golden, `${step}.safetensors`));

test('groups are found by keyboard, opened, sorted and compared', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&null_samples=10`);
  const result = await analyse(tab, files);
  const [, last] = result.checkpoints;
  assert.equal(last.groups.length, 12);
  assert.equal(last.groups[0].nulls[0].samples, 10);
  const text = (selector) => tab.page.locator(selector).innerText();

  await tab.page.getByRole('button', { name: /settings, checks and fit/ }).click();
  // On a wide page it is open from the start.
  await until('the grid', () => tab.page.getByRole('grid').isVisible());
  assert.equal(await tab.page.locator('.grid-cell').count(), 12);
  await tab.page.locator('.grid-cell').first().focus();
  await press(tab, 'ArrowRight', 'ArrowDown');
  const [, , , , , group] = last.groups;
  assert.match(await focused(tab), new RegExp(`^${group.name}: width ${group.width.toFixed(3)}, .* of 10 shuffles|all 10 shuffles`));
  await press(tab, 'Enter');
  await until('the large chart', () => tab.page.locator('.where-open').isVisible());
  assert.equal(await text('.where-open h3'), `Spectrum of ${group.name}`);
  await tab.page.locator('.where').scrollIntoViewIfNeeded();
  await tab.screenshot(picture('where'));
  await tab.page.locator('.where-open button', { hasText: 'Close' }).click();
  assert.match(await focused(tab), new RegExp(`^${group.name}:`), 'the focus comes back');

  await tab.page.locator('summary', { hasText: 'Table of the groups' }).click();
  await tab.page.locator('.group-table thead button', { hasText: 'Above shuffled' }).click();
  const rows = await tab.page.locator('.group-table tbody th').allInnerTexts();
  const excess = ({ width, nulls: [shuffled] }) => width - shuffled.width;
  assert.deepEqual(rows, [...last.groups].sort((a, b) => excess(b) - excess(a)).map(({ name }) => name));
  assert.equal(await tab.page.locator('.group-table th[aria-sort="descending"]').innerText(), 'Above shuffled');

  const printed = execFileSync(commandLine(), ['compare', ...files, '--json', '--top', '20'], { maxBuffer: 1 << 26 });
  const { whole, groups } = JSON.parse(printed);
  await until('all shuffled pairs', async () => /mean of 20 shuffled pairs/.test(await text('.where-compare')));
  const compared = await text('.where-compare');
  for (const { distance } of [whole, ...groups]) {
    assert.ok(compared.includes(`${distance.value.toFixed(3)} (shuffled ${distance.shuffled.toFixed(3)})`), `${distance.value}`);
  }
  const [most] = whole.gains;
  assert.ok(compared.includes(`${most.group}, neuron ${most.neuron}`));
  assert.ok(compared.includes(`+${most.change.value.toFixed(3)} (shuffled +${most.change.shuffled.toFixed(3)})`));
  assertQuiet(tab);
});

async function press(tab, ...keys) {
  for (const key of keys) await tab.page.keyboard.press(key);
}

function focused(tab) {
  return tab.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText);
}
