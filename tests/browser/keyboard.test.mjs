// Whole visits without a pointer.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromiumTab } from './chromium.mjs';
import { assertQuiet, events, golden, hugeCheckpoint, needs, nextResult, site, until, visit } from './harness.mjs';
import { views } from './views.mjs';

const series = [0, 32, 1000].map((step) => join(golden, `step${step}.safetensors`));

/** What has the focus, as someone would name it. */
const focused = (tab) =>
  tab.evaluate(() => {
    const one = document.activeElement;
    const label = one.getAttribute('aria-label') ?? (one.labels?.[0]?.textContent || one.textContent);
    return { label: label.trim().replace(/\s+/g, ' ').slice(0, 60), role: one.getAttribute('role') ?? one.tagName.toLowerCase(), classes: one.className };
  });

const press = (tab, ...keys) => keys.reduce((before, key) => before.then(() => tab.page.keyboard.press(key)), Promise.resolve());

/** Presses Tab until the focus is on what is wanted; the way there. */
async function reach(tab, what, wanted, limit = 60) {
  const way = [];
  while (way.length < limit) {
    await press(tab, 'Tab');
    const here = await focused(tab);
    way.push(here);
    if (wanted(here)) return way;
  }
  assert.fail(`Tab does not reach ${what}: ${way.map(({ label }) => label).join(' | ')}`);
}

const step = (tab) => tab.evaluate(() => document.querySelector('.range').getAttribute('aria-valuetext'));

test('the order of the Tab key is that of reading, and everything shows its focus', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t, { reducedMotion: 'reduce' });
  await views['first-view'].open(tab, server.url);
  const way = await reach(tab, 'the status bar', ({ label }) => label === 'Nothing leaves this computer');
  const order = [/^Skip to the result/, /^NeuroMFA$/, /^How to read this/, /^Choose files/, /^Figure: multifractal spectrum/, /^Training step/, /^Beside chance and scale/];
  const places = order.map((name) => way.findIndex(({ label }) => name.test(label)));
  assert.ok(places.every((place) => place >= 0), `${order[places.indexOf(-1)]} is on the way`);
  assert.deepEqual(places, [...places].sort((a, b) => a - b));

  await tab.evaluate(() => document.querySelector('.brand').focus());
  const unseen = [];
  for (let i = 0; i < way.length; i++) {
    await press(tab, 'Tab');
    const visible = await tab.evaluate(() => {
      const one = document.activeElement;
      // The native slider is drawn over: its frame has the outline. So it is with segments of a switch.
      return [one, one.parentElement, one.nextElementSibling].some((node) => node && getComputedStyle(node).outlineStyle !== 'none' && parseFloat(getComputedStyle(node).outlineWidth) >= 2);
    });
    if (!visible) unseen.push((await focused(tab)).label);
  }
  assert.deepEqual(unseen.filter((label) => !/^NeuroMFA: |^$/.test(label)), []);
});

test('slider, figure, menus, explanations and sections', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t, { reducedMotion: 'reduce' });
  await views['first-view'].open(tab, server.url);

  await reach(tab, 'the figure', ({ label }) => label.startsWith('Figure: multifractal'));
  await press(tab, 'ArrowRight');
  await until('the readout', () => tab.evaluate(() => document.querySelector('.readout').hidden === false));
  await press(tab, 'ArrowUp');
  await until('the step before', async () => /^step 2,000/.test(await step(tab)));
  await press(tab, 't');
  await until('the table', () => tab.evaluate(() => document.querySelector('.twin-place table') !== null));
  await press(tab, 't', 'e');
  await until('the menu', () => tab.evaluate(() => document.querySelector('.popover [role="menu"]') !== null));
  const first = (await focused(tab)).label;
  await press(tab, 'ArrowDown');
  assert.notEqual((await focused(tab)).label, first, 'arrows move in the menu');
  await press(tab, 'Escape');
  assert.equal(await tab.evaluate(() => document.querySelector('.popover')), null);

  await reach(tab, 'the slider', ({ label }) => label === 'Training step');
  for (const [key, words] of [['Home', /^step 0,/], ['End', /^step 3,000/], ['PageDown', /^step 256/], ['ArrowRight', /^step 512/]]) {
    await press(tab, key);
    await until(`the slider after ${key}`, async () => words.test(await step(tab)));
  }

  await reach(tab, 'an explanation', ({ classes }) => classes === 'why');
  const asked = await focused(tab);
  await press(tab, 'Enter');
  await until('the explanation', () => tab.evaluate(() => document.querySelector('.popover[role="dialog"]')?.contains(document.activeElement)));
  await press(tab, 'Escape');
  assert.equal((await focused(tab)).label, asked.label, 'the focus returns');

  await reach(tab, 'a section', ({ label }) => label === 'Beside chance and scale');
  await press(tab, 'Enter');
  await until('the section', () => tab.evaluate(() => document.querySelector('details[open] > .section-body')?.childElementCount > 0));
  await press(tab, 'Tab');
  assert.ok(await tab.evaluate(() => document.querySelector('details[open] > .section-body').contains(document.activeElement)), 'Tab goes into it');
  assertQuiet(tab);
});

test('files by the letter O, tabs by arrows, settings, and a reading that is cancelled', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t, { reducedMotion: 'reduce' });
  // Whoever listens gets the browser's dialog; the browser takes a moment to hand it over.
  tab.page.on('filechooser', () => {});
  await visit(tab, `${server.url}#v=1&null=`);
  await until('the engine', () => tab.evaluate(() => /Engine: \d/.test(document.querySelector('#status').textContent)));
  const opened = tab.page.waitForEvent('filechooser');
  await press(tab, 'o');
  await (await opened).setFiles(series[2]);
  await nextResult(tab, 0);

  await until('one checkpoint', () => tab.evaluate(() => document.querySelector('#tab-spectrum') !== null));
  await reach(tab, 'a setting', ({ label }) => /^Exact/.test(label));
  await press(tab, 'ArrowRight');
  await until('the other mode', () => tab.evaluate(() => /mode=reference/.test(location.hash)));
  await reach(tab, 'the tabs', ({ role }) => role === 'tab');
  await press(tab, 'ArrowRight', 'ArrowRight');
  // The focus moves at once, what is shown with the next picture.
  await until('its tab', () => tab.evaluate(() => document.activeElement.id === 'tab-fit' && document.activeElement.getAttribute('aria-selected') === 'true'), { timeout: 5000 });

  const again = tab.page.waitForEvent('filechooser');
  await press(tab, 'o');
  await (await again).setFiles(hugeCheckpoint(t, { matrices: 64 }));
  await until('progress', async () => (await events(tab)).progress.some(({ checkpoint }) => checkpoint === 'huge'));
  await until('the list', () => tab.evaluate(() => document.querySelector('.files') !== null));
  await reach(tab, 'Cancel', ({ label }) => label === 'Cancel');
  await press(tab, 'Enter');
  await until('the offer to go on', () => tab.evaluate(() => /Stopped/.test(document.querySelector('.banners').innerText)));
  assertQuiet(tab);
});
