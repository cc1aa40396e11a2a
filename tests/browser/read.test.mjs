// "How to read this": every step computes its numbers in the page, and can be used without a mouse.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/lib.mjs';
import { chromiumTab } from './chromium.mjs';
import { assertQuiet, needs, picture, site, until, visit } from './harness.mjs';

const STEPS = ['cantor', 'boxes', 'exponents', 'width', 'noise', 'chance', 'checks'];

test('the Cantor set and the ring have their exact answers', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&view=read`);
  const cantor = await rows(tab, 'smallest α');
  // The weights 1 and 2: q = 3 and q = -3, by the closed form of the derivative.
  const alpha = (q, p = [1 / 3, 2 / 3]) => {
    const powers = p.map((share) => share ** q);
    return -p.reduce((sum, share, i) => sum + powers[i] * Math.log(share), 0) / (powers[0] + powers[1]) / Math.log(3);
  };
  assert.deepEqual(cantor['smallest α'], [alpha(3), alpha(3)].map((value) => value.toFixed(4)));
  assert.deepEqual(cantor['largest α'], [alpha(-3), alpha(-3)].map((value) => value.toFixed(4)));
  assert.equal(cantor['top of f'][0], (Math.log(2) / Math.log(3)).toFixed(4));
  assert.ok(Number(cantor['largest difference in τ(q)'][0].replace('−', '-')) < 1e-9);
  assert.ok(await drawn(tab, 'read-cantor') && await drawn(tab, 'read-arch'));
  await tab.page.locator('input[type=range]').fill('0');
  await until('one point', async () => (await table(tab))['width w']?.[0] === '0.0000');
  assert.equal((await table(tab))['smallest α'][0], (Math.log(2) / Math.log(3)).toFixed(4));
  await until('the address', async () => (await hash(tab)).includes('set=1'));
  await tab.screenshot(picture('read-cantor'));

  await tab.page.getByRole('link', { name: /^Next: / }).click();
  const ring = await rows(tab, 'centre α0');
  assert.deepEqual(ring['centre α0'], ['0.9872', '0.9872']);
  assert.deepEqual(ring['width w'], ['0.0000', '0.0000']);
  assert.deepEqual(ring['largest distance d, in hops'], ['250', '250']);
  await tab.page.locator('input[type=range]').fill('5');
  await until('a wider ring', async () => Number((await table(tab))['width w'][0]) > 0.1);
  await tab.screenshot(picture('read-boxes'));
  assertQuiet(tab);
});

test('the size of noise moves its E, and its shuffles with it', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&view=read&read=noise&set=1,150`);
  const one = await rows(tab, 'emergence E');
  assert.deepEqual(one['emergence E'].slice(0, 2), ['0.000', '0.000']);
  assert.equal(one['regularity α0'][0], one['regularity α0'][1]);
  const scale = tab.page.locator('input[type=range]').first();
  assert.equal(await scale.getAttribute('aria-valuetext'), '1.00');
  const began = Date.now();
  await scale.fill('8');
  const two = await until('another E', async () => { const found = await table(tab); return found['emergence E'][1] !== '0.000' && found; });
  t.diagnostic(`an answer after ${Date.now() - began} ms`);
  const [, e, shuffled] = two['emergence E'];
  const [low, high] = shuffled.split(' to ').map(Number);
  assert.ok(Number(e) > 0.2 && Number(e) < 0.35, e);
  assert.ok(low > 0.2 && high < 0.35, shuffled);
  await until('the address', async () => (await hash(tab)).includes('set=2,150'));
  await until('the sentence', async () => /Every weight times 2\.00: .* shuffled E 0\.\d+/.test(await tab.page.locator('.read-table [role=status]').textContent()));
  await until('E over the scale', () => drawn(tab, 'read-scales'));
  await tab.screenshot(picture('read-noise'));
  await tab.page.locator('input[type=range]').nth(1).fill('3');
  await until('another threshold', async () => (await table(tab))['regularity α0'][0] !== one['regularity α0'][0]);
  assertQuiet(tab);
});

test('the demo’s numbers are those of its document', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&view=read&read=chance`);
  const found = await rows(tab, 'emergence E');
  const demo = JSON.parse(readFileSync(join(root, 'demo/first-view.json'), 'utf8'));
  const last = demo.checkpoints.at(-1);
  const [shuffle] = last.nulls;
  assert.deepEqual(found['emergence E'], [last.emergence, shuffle.emergence].map((value) => value.toFixed(3)));
  const above = (last.mean.width - shuffle.width).toFixed(3);
  assert.equal(found['width above shuffled'][0], above < 0 ? above.replace('-', '−') : `+${above}`);
  const narrower = shuffle.width_values.filter((width) => width < last.mean.width).length;
  assert.equal(found['narrower shuffles'][0], `${narrower} of ${shuffle.width_values.length}`);
  await tab.page.getByRole('link', { name: /^Next: / }).click();
  await until('the badges', async () => (await tab.page.locator('.read-badges').innerText()).includes('of 15 checkpoints'));
  const fair = demo.checkpoints.filter((c) => c.warnings.some(({ code }) => code === 'fit-fair')).length;
  assert.match(await tab.page.locator('.read-badges li').first().innerText(), new RegExp(`Demo: ${fair} of ${demo.checkpoints.length} checkpoints`));
  assertQuiet(tab);
});

test('it is reached and left by keys, and keeps the options of the page', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&threshold=120`);
  await tab.page.getByRole('link', { name: 'How to read this' }).focus();
  await tab.page.keyboard.press('Enter');
  await rows(tab, 'smallest α');
  assert.match(await hash(tab), /threshold=120/);
  for (const id of STEPS.slice(1)) {
    await tab.page.getByRole('link', { name: /^Next: / }).focus();
    await tab.page.keyboard.press('Enter');
    await until(`step ${id}`, async () => (await hash(tab)).includes(`read=${id}`) && await tab.evaluate(() => document.activeElement?.tagName === 'H2'));
    await until('its numbers', async () => Object.keys(await table(tab)).length > 0);
    assert.doesNotMatch(await tab.page.locator('.read-step').innerText(), /significant|emergent abilit|intelligen/i);
    await tab.page.keyboard.press('Tab');
    assert.equal(await tab.evaluate(() => document.activeElement?.getAttribute('type')), 'range', `${id}: its slider is next`);
    const before = await tab.evaluate(() => document.activeElement.getAttribute('aria-valuetext'));
    await tab.page.keyboard.press('ArrowLeft');
    await tab.page.keyboard.press('ArrowLeft');
    const after = await tab.evaluate(() => document.activeElement.getAttribute('aria-valuetext'));
    if (id !== 'boxes') assert.notEqual(after, before, `${id}: the keys move it`);
  }
  await tab.page.locator('.read-equations summary').press('Enter');
  assert.ok(await tab.evaluate(() => document.querySelector('.read-equations math msup') !== null));
  await tab.page.locator('.read-back').press('Enter');
  await until('the result', async () => (await tab.evaluate(() => document.querySelector('main').dataset.screen)) === 'series');
  assert.match(await hash(tab), /threshold=120/);
  await tab.page.locator('.why').first().click();
  await tab.page.getByRole('link', { name: 'Read more' }).click();
  await until('the step', async () => (await tab.evaluate(() => document.querySelector('main').dataset.screen)) === 'read');
  assertQuiet(tab);
});

test('every step fits 320 pixels, in light and dark', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await tab.page.setViewportSize({ width: 320, height: 760 });
  for (const [i, id] of STEPS.entries()) {
    const theme = i % 2 ? 'dark' : 'light';
    await visit(tab, `${server.url}#v=1&theme=${theme}&view=read&read=${id}`);
    await until(`numbers of ${id}`, async () => Object.keys(await table(tab)).length > 0);
    const [wide, across] = await tab.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= across, `${id} is ${wide} wide`);
    await tab.page.locator('.read-equations summary').click();
    const opened = await tab.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(opened <= 320, `${id}, equations: ${opened} wide`);
    await tab.page.screenshot({ path: picture(`read-phone-${id}`), fullPage: true });
  }
  assertQuiet(tab);
});

/** The table of numbers: the cells of each row by its name. */
const table = (tab) =>
  tab.evaluate(() => Object.fromEntries([...document.querySelectorAll('.read-numbers tbody tr')].map((row) => [row.firstElementChild.textContent, [...row.children].slice(1).map((cell) => cell.textContent)])));

const rows = (tab, name) => until(`the row ${name}`, async () => { const found = await table(tab); return found[name] && found; });
const hash = (tab) => tab.evaluate(() => location.hash);
const drawn = (tab, name) => until(`figure ${name}`, () => tab.evaluate((chart) => {
  const canvas = document.querySelector(`.chart.${chart} canvas`);
  const colours = new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer));
  return colours.size > 3;
}, name));
