// Change over training in full: the section below the first view, its figures, tables and choices.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromiumTab } from './chromium.mjs';
import { assertQuiet, needs, picture, site, until, visit } from './harness.mjs';

const forms = {
  wide: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

/** Runs in the page: whether something is drawn on the canvas of this chart. */
function drawn(name) {
  const canvas = document.querySelector(`.chart.${name} > canvas`);
  if (!canvas?.width) return false;
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  for (let i = 0; i < data.length && colours.size < 20; i += 4) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  return colours.size >= 20;
}

async function opened(t, options) {
  const server = await site(t);
  const tab = await chromiumTab(t, options);
  await visit(tab, server.url);
  await tab.page.getByText('Change over training, in full').click();
  for (const name of ['training-series', 'training-path', 'training-nfd']) await until(name, () => tab.evaluate(drawn, name));
  return { server, tab };
}

for (const [name, options] of Object.entries(forms)) {
  test(`change over training is drawn: ${name}`, needs('Chromium'), async (t) => {
    const { tab } = await opened(t, options);
    await tab.page.locator('.training-section').screenshot({ path: picture(`training-${name}`) });
    const sideways = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(sideways <= 0, `${sideways} px wider than the window`);
    assertQuiet(tab);
  });
}

test('the section is loaded when it is opened', needs('Chromium'), async (t) => {
  const { server } = await opened(t, forms.wide);
  assert.ok(server.paths.some((path) => /section-training/.test(path)), server.paths.join(' '));
});

test('numbers are chosen, and the step by pointer and keys', needs('Chromium'), async (t) => {
  const { tab } = await opened(t, forms.wide);
  const { page } = tab;
  const chart = page.locator('.chart.training-series');
  const height = () => chart.evaluate((node) => node.clientHeight);
  const before = await height();
  await page.getByRole('group', { name: 'Numbers over steps' }).getByLabel('Asymmetry').check();
  await until('another chart', async () => (await height()) > before + 100);
  await page.getByLabel('Even', { exact: true }).check();
  const summary = () => tab.evaluate(() => document.querySelector('#summary-training-series').textContent);
  await until('a sentence', async () => /asymmetry from .* at step 0 to .* at step 3,000, shuffled/.test(await summary()));

  const selected = () => tab.evaluate(() => document.querySelector('.slider input').value);
  assert.equal(await selected(), '14');
  await chart.focus();
  await page.keyboard.press('ArrowLeft');
  await until('the step before', async () => (await selected()) === '13');
  await page.keyboard.press('Home');
  await until('the first step', async () => (await selected()) === '0');
  // The lowest row of the distributions is the last step.
  const box = await page.locator('.chart.training-nfd').boundingBox();
  await page.locator('.chart.training-nfd').click({ position: { x: box.width / 2, y: box.height - 30 } });
  await until('the last step', async () => (await selected()) === '14');

  await page.locator('.training-section').getByRole('button', { name: 'Table' }).first().click();
  const rows = await page.locator('.training-section table.data tbody tr').count();
  assert.equal(rows, 15);
  assertQuiet(tab);
});
