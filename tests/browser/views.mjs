// Every view of the page, and how a visitor comes to it: what the tests of access and of pictures go through.
// A view that is added to the page gets an entry here.
import { appendFileSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { dist } from '../../tools/lib.mjs';
import { analyse, folder, golden, hugeCheckpoint, thesis, until, visit } from './harness.mjs';

const few = '#v=1&null_samples=3';
const series = [0, 32, 1000].map((step) => join(golden, `step${step}.safetensors`));
const main = '#main';

/**
 * `open` brings a fresh tab to the view and settles when all of it stands; `turns` are selectors of what is clicked one after
 * the other to see the rest of it; `popovers` are those of buttons that open something over it.
 * @type {Record<string, {open: (tab, url: string, t) => Promise<void>, turns?: string[], popovers?: string[]}>}
 */
export const views = {
  'first-view': {
    open: (tab, url) => demo(tab, url),
    popovers: ['.numbers .why', '.title-row .export', '.status-left .status-item:nth-of-type(2)', '.status-right .status-item:nth-of-type(2)', '.keys-button'],
  },
  'first-view-open': {
    async open(tab, url) {
      await demo(tab, url);
      await openSections(tab);
    },
  },
  one: {
    open: (tab, url) => demo(tab, url, '#v=1&view=one'),
    turns: ['#tab-tau', '#tab-fit', '#tab-dimension'],
    popovers: ['.drawer-button', '.checks .why', '.one-head .export'],
  },
  'one-open': {
    async open(tab, url) {
      await demo(tab, url, '#v=1&view=one');
      await openSections(tab);
    },
  },
  'own-series': {
    async open(tab, url) {
      await visit(tab, `${url}${few}`);
      await analyse(tab, series);
      await openSections(tab);
    },
  },
  'own-checkpoint': {
    async open(tab, url) {
      await visit(tab, `${url}${few}`);
      await analyse(tab, series[2]);
      await openSections(tab);
    },
    popovers: ['.drawer-button', '#set-layers', '#set-q'],
  },
  reading: {
    async open(tab, url, t) {
      await visit(tab, `${url}#v=1&null=`);
      const cut = join(folder(t), 'step100.safetensors');
      copyFileSync(series[0], cut);
      appendFileSync(cut, 'more than the header promises');
      await tab.choose([...series, cut, hugeCheckpoint(t, { matrices: 64 })]);
      await until('the list', () => tab.evaluate(() => document.querySelectorAll('.file-done, .file-failed').length >= 2));
    },
  },
  error: {
    async open(tab, url, t) {
      await demo(tab, url);
      await tab.choose(thesis(t));
      await until('the error', () => tab.evaluate(() => document.querySelector('.banner') !== null));
      await tab.page.getByRole('button', { name: 'Details' }).click();
    },
  },
  result: {
    async open(tab, url) {
      await demo(tab, url);
      await tab.choose(join(dist, 'demo/result.json'));
      await until('the result', () => tab.evaluate(() => /Result file/.test(document.querySelector('#status').textContent)));
      await tab.evaluate(() => { location.hash = '#v=1&view=one'; });
      await until('one of its checkpoints', () => tab.page.getByText('Result file, drawn without weights').isVisible());
      await until('its figures', () => tab.evaluate(drawn, main));
    },
  },
  empty: {
    async open(tab, url) {
      await visit(tab, `${url}#v=1&null=&threshold=2`);
      await analyse(tab, series[0]);
    },
  },
  read: {
    async open(tab, url) {
      await demo(tab, url, '#v=1&view=read');
      await until('the step', () => tab.evaluate(() => document.querySelector('.read-step h2') !== null));
    },
    turns: [2, 3, 4, 5, 6, 7].map((step) => `.read-list li:nth-child(${step}) a`),
  },
  lessons: {
    async open(tab, url) {
      await words(tab, url, '#v=1&view=lesson');
      await until('the list', () => tab.page.getByRole('heading', { name: 'Lessons' }).isVisible());
    },
  },
  lesson: {
    async open(tab, url) {
      await demo(tab, url, '#v=1&view=lesson&lesson=noise&at=2&answers=shown');
      await until('the step', () => tab.evaluate(() => document.querySelector('.lesson-view h2, .lesson h2') !== null));
    },
  },
  help: {
    async open(tab, url) {
      await words(tab, url, '#v=1&view=help');
      await until('the topic', () => tab.page.getByRole('heading', { name: 'Start', exact: true }).isVisible());
    },
    turns: ['method', 'numbers', 'checks', 'faq', 'cite', 'changes', 'report'].map((topic) => `a[href*="help=${topic}"]`),
  },
  embed: {
    async open(tab, url) {
      await visit(tab, `${url}#v=1&embed=1&drop=1&fixed=&q=What+moves%3F&a=The+centre.`);
      await until('the figure', () => tab.evaluate(drawn, '#main'));
      await tab.page.getByRole('button', { name: 'Show answer' }).click();
    },
  },
  'files-asked-for': {
    async open(tab, url) {
      await demo(tab, url, '#v=1&files=0123456789ab');
      await until('the note', () => tab.evaluate(() => document.querySelector('.banner') !== null));
    },
  },
  web: {
    async open(tab, url) {
      await demo(tab, url, '#v=1&source=EleutherAI%2Fpythia-70m&revisions=step%7B0,1000%7D');
      await until('the dialog', () => tab.page.getByRole('button', { name: 'Ask huggingface.co' }).isVisible());
      await tab.page.getByText('More', { exact: true }).click();
    },
  },
  builder: {
    async open(tab, url) {
      await visit(tab, `${url}${few}`);
      await analyse(tab, series[2]);
      await tab.evaluate(() => document.querySelector('.share-button').click());
      await until('the blocks', () => tab.evaluate(() => document.querySelectorAll('.builder-block').length > 4));
    },
  },
};

/** The demo in one of its screens, drawn by the module. */
async function demo(tab, url, hash = '') {
  await words(tab, url, hash);
  await until('the figures', () => tab.evaluate(drawn, main));
}

/** A screen without figures. */
async function words(tab, url, hash) {
  await visit(tab, `${url}${hash}`);
  await until('the engine', () => tab.evaluate(() => !/starting|when needed/.test(document.querySelector('#status').textContent)));
  await tab.evaluate(() => document.fonts.ready.then(() => true));
}

/** Runs in the page. A canvas that nothing was drawn on has the size that every canvas begins with. */
function drawn(within) {
  const place = document.querySelector(within);
  const canvases = [...place.querySelectorAll('.chart canvas')].filter((one) => one.getBoundingClientRect().width > 50);
  return !!place.querySelector('h1')?.textContent && canvases.length > 0 && canvases.every(({ width, height }) => width !== 300 || height !== 150);
}

/** Opens what can be opened below a view, and waits for it. */
async function openSections(tab) {
  const open = () => tab.evaluate(() => document.querySelectorAll('main details:not([open]) > summary').forEach((one) => one.getClientRects().length && one.click()));
  await open();
  await until('the sections', () => tab.evaluate(() => {
    const bodies = [...document.querySelectorAll('main details[open] > .section-body')].filter((one) => one.getClientRects().length > 0);
    return bodies.every((one) => one.childElementCount > 0);
  }));
  // What can be opened inside of them, and the tables of figures.
  await open();
  await tab.evaluate(() => document.querySelectorAll('main button[aria-expanded="false"]').forEach((one) => one.textContent === 'Table' && one.click()));
}

/** Two frames: one for the page to notice a change, one to draw it. */
export function settled(tab) {
  return tab.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)))));
}
