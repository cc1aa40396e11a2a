// What a link brings to another reader: results, files that only he has, what was chosen in sections; and the link builder.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dist } from '../../tools/lib.mjs';
import { chromiumTab } from './chromium.mjs';
import { analyse, assertQuiet, golden, listen, needs, picture, site, until, visit } from './harness.mjs';

const checkpoint = join(golden, 'step1000.safetensors');
/** A headline of one checkpoint, which the demo does not have. */
const FINDING = /shuffles of its own weights|this may be chance|own weights, shuffled/;
const hash = (tab) => tab.evaluate(() => location.hash);
const text = (tab, selector) => tab.evaluate((selector) => document.querySelector(selector)?.innerText ?? '', selector);

test('a link to own files asks for them, and knows them again', needs('Chromium'), async (t) => {
  const server = await site(t);
  const sender = await chromiumTab(t);
  await visit(sender, `${server.url}#v=1&null=`);
  await analyse(sender, checkpoint);
  const link = await until('the files in the address', async () => /files=[0-9a-f]{12}/.test(await hash(sender)) && sender.page.url());
  assert.doesNotMatch(link, /step1000|safetensors/);

  const reader = await chromiumTab(t);
  await visit(reader, link);
  await until('the question for files', async () => /files that are not here: drop them to see it/.test(await text(reader, '.banners')));
  await until('the demo meanwhile', () => reader.evaluate(() => !!document.querySelector('h1')?.textContent));
  await analyse(reader, checkpoint);
  await until('the recognition', () => reader.evaluate(() => !!document.querySelector('.banner.match .icon-check')));
  assert.match(await text(reader, '.banners'), /These are the files of the link/);

  const other = await chromiumTab(t);
  await visit(other, link);
  await until('the question for files', async () => /not here/.test(await text(other, '.banners')));
  await analyse(other, join(golden, 'step32.safetensors'));
  await until('the difference', async () => /These are not the files of the link/.test(await text(other, '.banners')));
  assert.equal(await other.evaluate(() => document.querySelector('.banner.match')), null);
  assertQuiet(reader);
});

test('a result comes with the link or lies beside the page, and is not kept', needs('Chromium'), async (t) => {
  const server = await site(t);
  const sender = await chromiumTab(t, { permissions: ['clipboard-read', 'clipboard-write'] });
  await visit(sender, `${server.url}#v=1&null_samples=5`);
  const result = await analyse(sender, checkpoint);
  // The builder packs it.
  await sender.page.locator('.share-button').first().click();
  const inside = sender.page.getByRole('radio', { name: /inside the link/ });
  await inside.waitFor();
  assert.equal(await inside.isChecked(), true);
  const link = await until('the link', async () => /result=[\w-]{50,}/.test(await sender.page.locator('.builder-block code').first().innerText()) && (await sender.page.locator('.builder-block code').first().innerText()));
  assert.match(await text(sender, '.builder-promise'), /no weights and no file names/);
  assert.doesNotMatch(link, /files=/);

  const width = result.checkpoints[0].mean.width.toFixed(3);
  const reader = await chromiumTab(t);
  await visit(reader, link);
  await until('the width', async () => (await text(reader, '.embed-number .embed-big')) === width);
  // The same in the full view, which is not kept for the next visit.
  const full = await reader.page.locator('.embed-out').evaluate((one) => one.href);
  assert.match(full, /result=/);
  assert.doesNotMatch(full, /embed=/);
  await visit(reader, full);
  await reader.page.reload();
  await reader.evaluate(listen);
  await until('the finding', async () => FINDING.test(await text(reader, 'h1')));
  await reader.page.waitForTimeout(800);
  await visit(reader, server.url);
  await until('the demo', async () => /Training/.test(await text(reader, 'h1')));
  assert.equal(await reader.evaluate(() => document.querySelector('.kept')?.hidden), true);

  // Beside the page.
  writeFileSync(join(dist, 'beside.json'), JSON.stringify(result));
  t.after(() => rmSync(join(dist, 'beside.json')));
  const second = await chromiumTab(t);
  await visit(second, `${server.url}#v=1&result=beside.json`);
  await until('the finding', async () => FINDING.test(await text(second, 'h1')));
  assertQuiet(second);

  // The link's own step and view hold for its result, and going elsewhere in the page does not open it again.
  await second.page.goto('about:blank');
  await visit(second, `${server.url}#v=1&result=demo/first-view.json&step=512`);
  const stepIs = (step) => until(`step ${step}`, () => second.evaluate((step) => document.querySelector('.range')?.getAttribute('aria-valuetext')?.includes(`step ${step},`), step));
  await stepIs(512);
  await second.page.locator('.range').press('ArrowLeft');
  await stepIs(256);
  await second.evaluate(() => { location.hash = location.hash.replace(/#.*/, '#v=1&result=demo/first-view.json&step=256&view=read'); });
  await until('the steps', () => second.evaluate(() => document.querySelector('.read-title') !== null));
  await second.page.waitForTimeout(500);
  assert.equal(await second.evaluate(() => document.querySelector('.read-title') !== null), true);

  // What is not there, or no result, or elsewhere, leaves the demo and says why; elsewhere is not even asked.
  const asked = server.paths.length;
  for (const [bad, said] of [['result=missing.json', /is not here/], [`result=${'A'.repeat(60)}`, /cannot be read/], ['result=..%2Fbeside.json', /^$/]]) {
    await second.page.goto('about:blank');
    await visit(second, `${server.url}#v=1&${bad}`);
    await until('the demo', async () => /Training/.test(await text(second, 'h1')));
    await until('the reason', async () => said.test(await text(second, '.banners')));
  }
  assert.ok(server.paths.slice(asked).every((path) => !path.includes('beside')));
  assert.deepEqual(second.foreign, []);
});

test('open sections and what is chosen in them come back', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  await tab.page.getByText('Change over training, in full').click();
  await tab.page.getByRole('radio', { name: 'Even' }).check({ force: true });
  await tab.page.locator('.training-section').getByRole('checkbox', { name: /Mean NFD/ }).check();
  await until('the address', async () => /open=change-over-training-in-full.*axis=linear.*over=[^&]*nfd/.test(await hash(tab)));
  const link = tab.page.url();
  const reader = await chromiumTab(t);
  await visit(reader, link);
  await reader.page.locator('.training-section').waitFor();
  assert.equal(await reader.page.getByRole('radio', { name: 'Even' }).isChecked(), true);
  assert.equal(await reader.page.locator('.training-section').getByRole('checkbox', { name: /Mean NFD/ }).isChecked(), true);
  assert.equal(reader.page.url(), link);
  assertQuiet(reader);
});

test('the link builder: by keyboard, with a view that follows', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t, { permissions: ['clipboard-read', 'clipboard-write'] });
  await visit(tab, server.url);
  const before = await hash(tab);
  await tab.page.locator('.share-button').first().focus();
  await tab.page.keyboard.press('Enter');
  const dialog = tab.page.getByRole('dialog', { name: 'Share or embed' });
  await dialog.waitFor();
  const fixed = dialog.getByText(/^Fixed:/);
  assert.match(await fixed.innerText(), /the curve, light or dark/);
  await dialog.getByRole('checkbox', { name: 'Play the steps' }).uncheck();
  await dialog.getByLabel('One line above the figure').fill('What moves?');
  await dialog.getByLabel('An answer behind a button').fill('The centre.');
  await dialog.getByLabel('At the start').selectOption({ label: 'Step 512' });
  await dialog.getByLabel('Theme').selectOption('dark');
  await until('the view', async () => (await dialog.locator('.embed-question').innerText()) === 'What moves?');
  assert.equal(await dialog.locator('.play').isVisible(), false);
  assert.match(await fixed.innerText(), /no playing/);
  const block = dialog.getByRole('region', { name: 'Plain HTML' });
  await until('the block', async () => /fixed=play,tabs,theme/.test(await block.locator('code').innerText()));
  await tab.screenshot(picture('builder'));
  await block.getByRole('button', { name: /Copy/ }).click();
  const copied = await until('the copy', () => tab.evaluate(() => navigator.clipboard.readText()));
  const [, source] = /<iframe src="([^"]*)"/.exec(copied);
  assert.match(copied, /title="What moves\?" width="640" height="420" loading="lazy" allow="cross-origin-isolated"/);
  assert.match(await dialog.locator('.builder-promise').innerText(), /The link holds settings only, no weights and no file names\./);

  // The focus stays inside, Esc closes, and it returns to the button; the page is as it was.
  for (let i = 0; i < 60; i++) await tab.page.keyboard.press('Tab');
  assert.equal(await tab.evaluate(() => document.activeElement === document.body || !!document.activeElement.closest('dialog')), true);
  await tab.page.keyboard.press('Escape');
  await until('the end', async () => (await tab.page.locator('dialog').count()) === 0);
  assert.equal(await tab.evaluate(() => document.activeElement.classList.contains('share-button')), true);
  assert.equal(await hash(tab), before);
  assert.equal(await tab.evaluate(() => document.documentElement.dataset.theme), undefined);

  // What was copied shows what was seen.
  const reader = await chromiumTab(t, { viewport: { width: 640, height: 420 } });
  await visit(reader, source.replace(/&amp;/g, '&'));
  await until('the question', async () => (await text(reader, 'h1')) === 'What moves?');
  await until('the step', () => reader.evaluate(() => /step 512/.test(document.querySelector('.range')?.getAttribute('aria-valuetext') ?? '')));
  assert.equal(await reader.page.locator('.play').isVisible(), false);
  assert.equal(await reader.evaluate(() => document.documentElement.dataset.theme), 'dark');
  assertQuiet(reader);
});

test('the link builder on a phone needs no scrolling sideways', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t, { viewport: { width: 320, height: 700 }, isMobile: true, hasTouch: true });
  await visit(tab, server.url);
  await tab.page.locator('.menu-button').click();
  await tab.page.locator('.header-menu .share-button').click();
  const dialog = tab.page.getByRole('dialog', { name: 'Share or embed' });
  await dialog.waitFor();
  await until('the blocks', async () => (await dialog.locator('.builder-block').count()) > 4);
  assert.ok((await dialog.evaluate((one) => one.scrollWidth - one.clientWidth)) <= 0);
  await tab.screenshot(picture('builder-phone'));
  assertQuiet(tab);
});
