// Paths of several hops and the damage test, in the real page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { chromiumTab } from './chromium.mjs';
import { analyse, assertClose, assertQuiet, golden, needs, picture, events, site, until, visit } from './harness.mjs';

const checkpoint = join(golden, 'step1000.safetensors');

test('hops are chosen in the settings of a sampled network, kept in the address, and have the golden numbers', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&network=sampled&samples=1&null_samples=5`);
  await analyse(tab, checkpoint);
  const goldens = { 2: [0.6025143800, 0.7016295948], 3: [0.6981396012, 0.6763440170] };
  for (const [hops, wanted] of Object.entries(goldens)) {
    const before = (await events(tab)).results.length;
    await tab.page.locator(`#set-hops-${hops}`).check({ force: true });
    // A change of options fires nothing: the numbers on the screen tell.
    await until(`${hops} hops`, async () => (await numbers(tab)).includes(wanted[1].toFixed(3)));
    assert.equal((await events(tab)).results.length, before);
    await until('the address', async () => (await tab.evaluate(() => location.hash)).includes(`hops=${hops}`));
  }
  assert.match(await tab.page.locator('.settings').innerText(), /Layers that count\s+All/);
  await tab.screenshot(picture('hops'));
  await tab.page.locator('#set-network-full').check({ force: true });
  await until('the whole network', async () => !/hops/.test(await tab.evaluate(() => location.hash)));
  assertQuiet(tab);

  const linked = await chromiumTab(t);
  await visit(linked, `${server.url}#v=1&network=sampled&samples=1&null_samples=5&hops=3&interconnect=true`);
  const { options, checkpoints: [record] } = await analyse(linked, checkpoint);
  assert.deepEqual([options.hops, options.interconnect], [3, 'true']);
  assert.equal(record.network.layers.length, 12, 'parallel parts of a block leave the same neurons');
  assert.equal(record.nulls[0].samples, 5);
  assertQuiet(linked);
});

test('a network without blocks is refused, and one action goes back to one hop', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&network=sampled&samples=1&null_samples=2&hops=2`);
  await tab.choose(join(root, 'tests/data/architectures/mlp/model.safetensors'));
  await until('the refusal', async () => (await events(tab)).errors.length > 0);
  assert.match((await events(tab)).errors[0].text, /paths run through whole blocks of four layers/);
  await tab.page.getByRole('button', { name: 'Follow one hop' }).click();
  const result = await until('neuromfa-result', async () => (await events(tab)).results.at(-1));
  assert.equal(result.options.hops, 1);
});

test('weights are damaged round by round, drawn as they change, and the test can be stopped', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&null_samples=5`);
  const before = readFileSync(checkpoint);
  const whole = await analyse(tab, checkpoint);
  await tab.page.getByText('Damage test', { exact: true }).click();
  await tab.page.locator('#damage-kind').selectOption('prune');
  await tab.page.locator('#damage-amount').fill('0.25');
  await tab.page.locator('#damage-rounds').fill('3');
  await tab.page.getByRole('button', { name: 'Run' }).click();
  await until('the last round', async () => /After pruning of 75% of the weights/.test(await section(tab)));
  assert.match(await section(tab), /how well the damaged model still works was not measured/);
  await tab.page.locator('.damage summary').click();
  const rows = await until('the table', async () => {
    const found = await tab.evaluate(() => [...document.querySelectorAll('.damage table.data tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent)));
    return found.length > 0 && found;
  });
  assert.deepEqual(rows.map((row) => row.slice(0, 2)), [['round 0', 'none'], ['round 1', '25%'], ['round 2', '50%'], ['round 3', '75%']]);
  assertClose('round 0', [Number(rows[0][4])], [Number(whole.checkpoints[0].mean.width.toFixed(3))]);
  assert.ok(rows.every((row) => row.slice(2).every((cell) => cell !== '\u2013')), 'chance beside every number');
  const drawn = await tab.evaluate(() => { const canvas = document.querySelector('.chart.damage-chart canvas'); return canvas.width > 0 && canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte !== 0); });
  assert.ok(drawn, 'the figure');
  await tab.page.locator('.damage').scrollIntoViewIfNeeded();
  await tab.screenshot(picture('damage'));

  await tab.page.locator('#damage-amount').fill('0.9');
  await tab.page.getByRole('button', { name: 'Run' }).click();
  await until('the refusal', async () => /3 rounds of 0\.9 are more than all weights/.test(await section(tab)));

  await tab.page.locator('#damage-kind').selectOption('noise');
  await tab.page.locator('#damage-rounds').fill('1000');
  await tab.page.getByRole('button', { name: 'Run' }).click();
  await until('some rounds', async () => /round [1-9]\d* of 1000/.test(await section(tab)));
  await tab.page.getByRole('button', { name: 'Cancel' }).click();
  await until('the end', async () => /Stopped after round \d+\./.test(await section(tab)));
  assert.equal(await tab.page.getByRole('button', { name: 'Run' }).isVisible(), true);
  assert.ok(readFileSync(checkpoint).equals(before));
  assertQuiet(tab);
});

const section = (tab) => tab.page.locator('.damage').innerText();
const numbers = (tab) => tab.page.locator('.numbers-table').innerText();
