// Every view of the page, and how a visitor comes to it: what the tests of access and of pictures go through.
// A view that is added to the page gets a line here.
import { appendFileSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { dist } from '../../tools/lib.mjs';
import { analyse, folder, golden, hugeCheckpoint, thesis, until, visit } from './harness.mjs';

const few = '#v=1&null_samples=3';
const series = [0, 32, 1000].map((step) => join(golden, `step${step}.safetensors`));

/** Each opens its view in a fresh tab, and settles when all of it stands. */
export const views = {
  'first-view': (tab, url) => demo(tab, url),
  'first-view-table': async (tab, url) => {
    await demo(tab, url);
    await tab.page.locator('.figure').first().focus().catch(() => undefined);
    await tab.evaluate(() => [...document.querySelectorAll('button')].find((one) => one.textContent === 'Table')?.click());
  },
  'first-view-sections': async (tab, url) => {
    await demo(tab, url);
    await openSections(tab);
  },
  ...Object.fromEntries(['spectrum', 'tau', 'fit', 'dimension'].map((name) => [`one-${name}`, (tab, url) => demo(tab, url, `#v=1&view=one&tab=${name}`)])),
  'one-sections': async (tab, url) => {
    await demo(tab, url, '#v=1&view=one');
    await openSections(tab);
  },
  'own-series': async (tab, url) => {
    await visit(tab, `${url}${few}`);
    await analyse(tab, series);
    await openSections(tab);
  },
  'own-checkpoint': async (tab, url) => {
    await visit(tab, `${url}${few}`);
    await analyse(tab, series[2]);
    await tab.evaluate(() => document.querySelector('.drawer-button')?.click());
    await openSections(tab);
  },
  reading: async (tab, url, t) => {
    await visit(tab, `${url}#v=1&null=`);
    const cut = join(folder(t), 'step100.safetensors');
    copyFileSync(series[0], cut);
    appendFileSync(cut, 'more than the header promises');
    await tab.choose([...series, cut, hugeCheckpoint(t, { matrices: 64 })]);
    await until('the list', () => tab.evaluate(() => document.querySelectorAll('.file-done, .file-failed').length >= 2));
  },
  error: async (tab, url, t) => {
    await demo(tab, url);
    await tab.choose(thesis(t));
    await until('the error', () => tab.evaluate(() => document.querySelector('.banner') !== null));
    await tab.evaluate(() => [...document.querySelectorAll('.banner button')].find((one) => one.textContent === 'Details')?.click());
  },
  result: async (tab, url) => {
    await visit(tab, `${url}#v=1&view=one`);
    await tab.choose(join(dist, 'demo/result.json'));
    await until('the result', () => tab.evaluate(() => /Result file/.test(document.querySelector('#status').textContent) && document.querySelector('main h1')?.textContent));
  },
  empty: async (tab, url) => {
    await visit(tab, `${url}#v=1&null=&threshold=2`);
    await analyse(tab, series[0]);
  },
  ...Object.fromEntries(['cantor', 'boxes', 'exponents', 'width', 'noise', 'chance', 'checks'].map((step) => [`read-${step}`, async (tab, url) => {
    await demo(tab, url, `#v=1&view=read&read=${step}`);
    await until('the step', () => tab.evaluate(() => document.querySelector('.read-step h2') !== null && [...document.querySelectorAll('.chart canvas')].every((one) => one.width > 0)));
  }])),
};

/** What opens over a view. */
export const popovers = {
  'why-first-view': { view: 'first-view', button: '.numbers .why' },
  'export-first-view': { view: 'first-view', button: '.export' },
  'status-engine': { view: 'first-view', button: '.status-right .status-item:nth-of-type(2)' },
  'status-requests': { view: 'first-view', button: '.status-left .status-item:nth-of-type(2)' },
  keys: { view: 'first-view', button: '.keys-button', wide: true },
  'layers-own': { view: 'own-checkpoint', button: '#set-layers' },
  'range-own': { view: 'own-checkpoint', button: '#set-q' },
  'check-one': { view: 'one-spectrum', button: '.checks .why', wide: true },
};

/** The demo in one of its screens, drawn by the module. */
async function demo(tab, url, hash = '') {
  await visit(tab, `${url}${hash}`);
  await until('the figures', () => tab.evaluate(drawn));
  await until('the engine', () => tab.evaluate(() => !/starting|when needed/.test(document.querySelector('#status').textContent)));
  await tab.evaluate(() => document.fonts.ready.then(() => true));
}

/** Runs in the page. */
function drawn() {
  const canvases = [...document.querySelectorAll('.chart canvas')].filter((one) => one.getBoundingClientRect().width > 50);
  return document.querySelector('main h1')?.textContent && canvases.length > 0 && canvases.every(({ width, height }) => width !== 300 || height !== 150);
}

/** Opens what can be opened below a view, and waits for it. */
export async function openSections(tab) {
  await tab.evaluate(() => {
    for (const one of document.querySelectorAll('main details:not([open]) > summary')) one.click();
  });
  await until('the sections', () => tab.evaluate(() => {
    const bodies = [...document.querySelectorAll('main details[open] > .section-body')].filter((one) => one.getClientRects().length > 0);
    return bodies.every((one) => one.childElementCount > 0);
  }));
  // Details inside of sections, once.
  await tab.evaluate(() => {
    for (const one of document.querySelectorAll('main details:not([open]) > summary')) one.click();
  });
}
