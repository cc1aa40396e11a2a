// The real page in Chromium, watched: when files were chosen, what its worker said, when the result was there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, read, target } from '../lib.mjs';
import { commandLine } from './native.mjs';

/** The page with these options in its address, its engine ready. */
export async function openPage(chrome, { threads, options = 'null=', flavour = threads > 1 ? 'threads' : 'single' }) {
  const page = await chrome.browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(watch);
  await page.goto(`${chrome.url}#v=1&threads=${threads}&${options}`);
  const ready = await page.evaluate(() => window.watched.next('ready'));
  assert.equal(ready.flavour, flavour, 'another engine than was asked for');
  return page;
}

/** Runs in the page before its own scripts. */
function watch() {
  const seen = [];
  const waiting = [];
  const note = (type, more = {}) => {
    seen.push({ type, at: performance.now(), ...more });
    for (const one of waiting.splice(0)) one();
  };
  window.watched = {
    note,
    /** The first of this kind that was seen after so many events. */
    async next(type, from = 0) {
      for (;;) {
        const found = seen.slice(from).find((event) => event.type === type);
        if (found) return found;
        await new Promise((resolve) => waiting.push(resolve));
      }
    },
    count: () => seen.length,
  };
  window.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        const { type, flavour, memory } = data ?? {};
        if (['ready', 'found', 'checkpoint', 'document'].includes(type)) note(type, { flavour, memory });
      });
    }
  };
  document.addEventListener('change', () => note('chosen'), true);
  document.addEventListener('neuromfa-result', ({ detail }) => note('result', { checkpoints: detail.checkpoints }));
  document.addEventListener('neuromfa-error', ({ detail }) => note('result', { error: detail.text }));
}

/** Gives the page these files, and says how long it took and what it found. */
export async function analyse(page, files) {
  await page.locator('input[type=file]').first().setInputFiles(files);
  const events = await page.evaluate(async () => {
    const result = await window.watched.next('result');
    const types = ['chosen', 'found', 'checkpoint', 'document'];
    return { result, ...Object.fromEntries(await Promise.all(types.map(async (type) => [type, await window.watched.next(type)]))) };
  });
  if (events.result.error) throw new Failure(events.result.error);
  return {
    ms: events.result.at - events.chosen.at,
    worker_ms: events.checkpoint.at - events.found.at,
    memory: events.document.memory,
    samples: events.result.checkpoints.map(({ samples }) => samples),
  };
}

/** A whole visit. */
export async function visit(chrome, files, options) {
  const page = await openPage(chrome, options);
  try {
    return await analyse(page, files);
  } finally {
    await page.close();
  }
}

/** What the command line says of the same files. */
export function onCommandLine(files, args = []) {
  const out = join(target, 'bench', 'command-line.json');
  const begun = performance.now();
  if (read(commandLine, ['analyze', ...files, '--out', out, ...args]) === null) throw new Failure(`${files} cannot be analysed`);
  const ms = performance.now() - begun;
  return { ms, samples: JSON.parse(readFileSync(out, 'utf8')).checkpoints.map(({ samples }) => samples) };
}
