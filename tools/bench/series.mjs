// The demo's checkpoints, from the drop to all plots: without null models, and with 100 shuffles of each. And what null
// models of one of them take.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, say } from '../lib.mjs';
import { digits, median } from './numbers.mjs';
import { analyse, openPage } from './pages.mjs';

export const name = 'series';
export const title = 'A training series';
export const needs = 'page';

const rounds = 3;
const folder = join(root, 'demo/checkpoints');
const files = readdirSync(folder).map((file) => join(folder, file));
/** 1.2 million weights. */
const last = [join(folder, 'step3000.safetensors')];
const samples = 200;
const kinds = ['shuffle', 'gaussian', 'initialisation'];

export async function measure(chrome) {
  const rows = [];
  for (const threads of [1, 2]) {
    say(`${threads} threads`);
    const plain = [];
    const shuffled = [];
    for (let round = 0; round < rounds; round++) {
      plain.push(await drop(chrome, { threads, options: 'null=' }));
      shuffled.push(await drop(chrome, { threads, options: 'null=shuffle&null_samples=100' }));
    }
    const ms = (runs) => median(runs.map((run) => run.ms));
    const one = await nullModels(chrome, threads);
    rows.push({ threads, one, plain_ms: ms(plain), shuffled_ms: ms(shuffled), longest_task_ms: Math.max(...shuffled.map((run) => run.longest)) });
  }
  return { rounds, checkpoints: files.length, rows };
}

/** What the null samples of one checkpoint take: with them less without. */
async function nullModels(chrome, threads) {
  const runs = { none: [] };
  for (let round = 0; round < rounds; round++) {
    for (const kind of ['none', ...kinds]) {
      const options = kind === 'none' ? 'null=' : `null=${kind}&null_samples=${samples}`;
      (runs[kind] ??= []).push((await drop(chrome, { threads, options }, last)).ms);
    }
  }
  const without = median(runs.none);
  return Object.fromEntries(kinds.map((kind) => [kind, median(runs[kind]) - without]));
}

/** A visit that drops all files, and the longest time for which the page could not have answered. */
async function drop(chrome, options, dropped = files) {
  const page = await openPage(chrome, options);
  try {
    await page.evaluate(() => {
      window.longest = 0;
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
      }).observe({ type: 'longtask' });
    });
    const { ms } = await analyse(page, dropped);
    return { ms, longest: await page.evaluate(() => window.longest) };
  } finally {
    await page.close();
  }
}

export function tables({ rounds, checkpoints, rows }) {
  return [
    {
      text: `The ${checkpoints} checkpoints of the demo (2.4 MB each), from the choice of the files to the complete result, in s; the page draws every checkpoint as it comes. Beside it the longest task of the page's own thread, in ms: for so long it did not answer. Medians of ${rounds} visits, the longest of all.`,
      columns: ['threads', 'without null models', 'with 100 shuffles of each', 'longest task'],
      rows: rows.map((row) => [row.threads, digits(row.plain_ms / 1e3), digits(row.shuffled_ms / 1e3), digits(row.longest_task_ms)]),
    },
    {
      text: `${samples} null samples of one of them (1.2 million weights, step 3,000): the complete result with them less that without, in s.`,
      columns: ['threads', ...kinds],
      rows: rows.map(({ threads, one }) => [threads, ...kinds.map((kind) => digits(one[kind] / 1e3))]),
    },
  ];
}

export function summary({ checkpoints, rows }) {
  const { plain_ms, shuffled_ms } = rows.at(-1);
  const shuffles = rows.map(({ one }) => `${digits(one.shuffle / 1e3)} s`);
  return [
    [`${checkpoints} checkpoints from drop to all plots, 2 threads`, `${digits(plain_ms / 1e3)} s`, 'below 3 s'],
    [`${samples} shuffles of 1.2 million weights, 1 and 2 threads`, shuffles.join(', '), 'below 3.5 and 2 s'],
    ['the same with 100 shuffles of each', `${digits(shuffled_ms / 1e3)} s`, 'below 20 s'],
  ];
}
