// Figures that are read and used: zoom, pins, the cursor by keys, tables, files for print, and what to cite.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromiumTab } from './chromium.mjs';
import { analyse, assertQuiet, commandLine, folder, golden, needs, picture, site, until, visit } from './harness.mjs';

const checkpoints = [0, 32, 256, 1000].map((step) => join(golden, `step${step}.safetensors`));
const figure = (tab) => tab.page.locator('.chart.spectrum');
const spoken = (tab) => tab.evaluate(() => document.querySelector('.figure [aria-live]').textContent);

/** A series of four, with the drawing module at work. */
async function opened(t, options) {
  const server = await site(t);
  const tab = await chromiumTab(t, options);
  await visit(tab, `${server.url}#v=1&null_samples=5`);
  const result = await analyse(tab, checkpoints);
  await until('a drawn figure', () => tab.evaluate(() => document.querySelector('.chart.spectrum canvas').width > 300));
  return { tab, server, result };
}

/** What the browser saves when an entry of the export menu is chosen, after these choices. */
async function exported(tab, entry, choices = [], button = tab.page.getByRole('button', { name: 'Export' }).first()) {
  await button.click();
  const menu = tab.page.getByRole('menu', { name: 'Export' });
  for (const choice of choices) await menu.getByRole('menuitemradio', { name: choice }).click();
  const download = tab.page.waitForEvent('download');
  await menu.getByRole('menuitem', { name: entry, exact: true }).click();
  return readFileSync(await (await download).path());
}

test('the large figure is zoomed, its pins are compared, and a link brings both back', needs('Chromium'), async (t) => {
  const { tab, server } = await opened(t);
  await figure(tab).focus();
  await tab.page.keyboard.press('ArrowRight');
  await until('the cursor', async () => /^q .*shuffled/.test(await spoken(tab)));
  await until('the tools', () => tab.evaluate(() => document.querySelector('.chart.spectrum .zoom-box') !== null));
  await tab.page.keyboard.press('+');
  await until('zoom in the address', () => tab.evaluate(() => /zoom=[\d.-]+,/.test(location.hash)));
  assert.match(await spoken(tab), /^Zoomed to/);
  await tab.page.keyboard.press('0');
  await until('all of it again', () => tab.evaluate(() => !location.hash.includes('zoom=')));

  const box = await figure(tab).boundingBox();
  await tab.page.mouse.move(box.x + 200, box.y + 60);
  await tab.page.mouse.down();
  await tab.page.mouse.move(box.x + 400, box.y + 180, { steps: 4 });
  await tab.screenshot(picture('figures-drag'));
  await tab.page.mouse.up();
  await until('the part that was drawn around', () => tab.evaluate(() => location.hash.includes('zoom=')));

  await tab.page.keyboard.press('ArrowUp');
  await tab.page.keyboard.press('p');
  await until('a pin', () => tab.evaluate(() => /pin=3(&|$)/.test(location.hash)));
  await tab.page.keyboard.press('ArrowDown');
  await tab.page.keyboard.press('0');
  await tab.page.keyboard.press('ArrowRight');
  const heads = () => tab.page.locator('.chart.spectrum .readout th[scope=col]').allInnerTexts();
  await until('a column for the pin', async () => (await heads()).join() === 'this,shuffled,step 256');
  await tab.page.keyboard.press('n');
  await until('no null model', () => tab.evaluate(() => location.hash.includes('chance=0')));
  await tab.page.keyboard.press('n');

  // The same by buttons, for fingers.
  await tab.page.getByRole('button', { name: 'Zoom and pin' }).click();
  await tab.page.getByRole('menuitem', { name: 'Zoom in' }).click();
  await tab.page.keyboard.press('Escape');
  await until('zoom by a button', () => tab.evaluate(() => location.hash.includes('zoom=')));
  const hash = await tab.evaluate(() => location.hash);
  await tab.screenshot(picture('figures-pinned'));
  assertQuiet(tab);

  const other = await chromiumTab(t);
  await visit(other, `${server.url}${hash}`);
  await until('the demo', () => other.evaluate(() => document.querySelector('h1')?.textContent));
  await analyse(other, checkpoints);
  await until('the same address', async () => (await other.evaluate(() => location.hash)) === hash);
});

test('one cursor reads the charts over steps by pointer and keys, every value beside chance', needs('Chromium'), async (t) => {
  const { tab } = await opened(t);
  const charts = tab.page.locator('.chart.series');
  await charts.hover({ position: { x: 120, y: 60 } });
  const readout = charts.locator('.readout');
  await until('the values under the pointer', async () => (await readout.isVisible()) && /Degree|Emergence E/.test(await readout.innerText()));
  const head = await readout.locator('p').innerText();
  await charts.focus();
  await tab.page.keyboard.press('Home');
  await tab.page.keyboard.press('ArrowRight');
  await until('step 32', async () => /^Step 32/.test(await readout.locator('p').innerText()));
  assert.match(head, /^Step \d/);
  const cells = await readout.locator('td').allInnerTexts();
  assert.ok(cells.some((cell) => /^\d\.\d{3}$/.test(cell)), 'values');
  assert.match(await until('what is said', () => tab.evaluate(() => document.querySelector('.chart.series [aria-live]').textContent)), /Step 32: Emergence E .*, shuffled/);
  await tab.screenshot(picture('figures-cursor'));

  // Tables are ordered by any column.
  await tab.page.getByText('Table of every checkpoint', { exact: true }).click();
  const table = tab.page.locator('details table.data').last();
  const steps = () => table.locator('tbody th').allInnerTexts();
  await until('the table', async () => (await steps()).length === 4);
  const sort = table.getByRole('button', { name: 'step' });
  await sort.click();
  await sort.click();
  assert.deepEqual(await steps(), ['1,000', '256', '32', '0']);
  assert.equal(await table.locator('th[aria-sort]').getAttribute('aria-sort'), 'descending');
  assertQuiet(tab);
});

test('a figure is saved for print as the command line draws it', needs('Chromium'), async (t) => {
  const { tab } = await opened(t);
  const place = folder(t);
  const result = join(place, 'result.json');
  writeFileSync(result, await exported(tab, 'Result as JSON'));
  const native = (name, ...options) => {
    const path = join(place, name);
    execFileSync(commandLine(), ['merge', result, '--out', path, ...options], { maxBuffer: 1e9 });
    return readFileSync(path);
  };
  const page = String(await exported(tab, 'SVG', [/85 mm/, /Outlines/]));
  assert.equal(page, String(native('column.svg', '--figure-width', '85mm')), 'outlines, one column');
  const text = String(await exported(tab, 'SVG', [/174 mm/, /Text/]));
  assert.equal(text, String(native('page.svg', '--figure-width', '174mm', '--figure-text', 'text')), 'text, two columns');
  assert.match(text, /src:url\(data:font\/woff2;base64,d09GMg/);

  const stack = String(await exported(tab, 'SVG', [/Charts over the steps/, /Outlines/]));
  assert.match(stack, /<title>Change over training<\/title>[^]*aria-label="a"[^]*aria-label="c"/, 'the other figure, its panels with letters');

  const png = await exported(tab, 'PNG, 300 dpi');
  assert.equal(png.readUInt32BE(16), 2055, '174 mm at 300 dots to an inch');
  assert.equal(png.readUInt32BE(png.indexOf('pHYs') + 4), 11811);
  assert.equal(String(await exported(tab, 'pgfplots (.tex)')), String(native('page.tex', '--figure-width', '174mm')));

  await tab.page.getByText('How to cite', { exact: true }).click();
  const parts = tab.page.locator('.cite-text');
  await until('caption, entries and receipt', async () => (await parts.allInnerTexts()).filter(Boolean).length === 3);
  const [caption, entries, receipt] = await parts.allInnerTexts();
  assert.match(caption, /neurons.*5 shuffles.*exact mode.*Computed with neuromfa/);
  assert.equal(entries.trim(), String(native('cite.bib')).trim());
  assert.equal(JSON.parse(receipt).files.length, 4);
  await tab.page.locator('.cite').scrollIntoViewIfNeeded();
  await tab.screenshot(picture('figures-cite'));
  assertQuiet(tab);
});

test('the export menu is worked by keys, and figures keep to forced colours', needs('Chromium'), async (t) => {
  const { tab } = await opened(t, { forcedColors: 'active' });
  await figure(tab).focus();
  await tab.page.keyboard.press('e');
  const menu = tab.page.getByRole('menu', { name: 'Export' });
  await menu.waitFor();
  const focused = () => tab.evaluate(() => document.activeElement.textContent);
  assert.equal(await focused(), 'Spectrum');
  await tab.page.keyboard.press('End');
  assert.equal(await focused(), 'Result as JSON');
  await tab.page.keyboard.press('s');
  assert.equal(await focused(), 'Spectrum');
  await tab.page.keyboard.press('s');
  assert.equal(await focused(), 'SVG');
  await tab.page.keyboard.press('Escape');
  await until('the focus back', async () => (await focused()).includes('Export'));

  // Ground, text, grey and highlight of the system, and nothing else but what lies between two of them on edges.
  const { wanted, found } = await tab.evaluate(() => {
    const probe = document.body.appendChild(document.createElement('span'));
    const of = (name) => { probe.style.setProperty('color', name); return getComputedStyle(probe).color.match(/\d+/g).slice(0, 3).join(); };
    const wanted = ['Canvas', 'CanvasText', 'GrayText', 'Highlight'].map(of);
    const canvas = document.querySelector('.chart.spectrum canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const found = new Map();
    for (let i = 0; i < data.length; i += 4) { const key = data.slice(i, i + 3).join(); found.set(key, (found.get(key) ?? 0) + 1); }
    return { wanted, found: [...found].sort((a, b) => b[1] - a[1]).slice(0, 12).map(([key]) => key) };
  });
  assert.equal(found[0], wanted[0], 'the ground');
  for (const color of wanted.slice(1)) assert.ok(found.includes(color), `${color} among ${found.join(' ')}`);
  await tab.screenshot(picture('figures-forced'));
  assertQuiet(tab);
});
