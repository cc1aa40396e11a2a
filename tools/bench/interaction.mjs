// From a changed setting to the drawn figure, in the page with a checkpoint of the demo and its histograms.
import { join } from 'node:path';
import { root, say } from '../lib.mjs';
import { digits, median } from './numbers.mjs';
import { analyse, openPage } from './pages.mjs';

export const name = 'interaction';
export const title = 'From a setting to the figure';
export const needs = 'page';

const changes = 12;
const file = join(root, 'demo/checkpoints/step3000.safetensors');

/** What is changed, to and fro. */
const settings = {
  threshold: { selector: '#set-threshold', values: ['120', '150'] },
  mode: { selector: '#set-mode-', values: ['reference', 'exact'] },
  q: { selector: '#set-q_max', values: ['2', '3'] },
};

export async function measure(chrome) {
  const rows = [];
  for (const threads of [1, 2]) {
    say(`${threads} threads`);
    const page = await openPage(chrome, { threads });
    await analyse(page, [file]);
    await page.waitForSelector('#set-threshold');
    const ms = {};
    for (const [setting, how] of Object.entries(settings)) {
      const times = await page.evaluate(turn, { setting, ...how, changes });
      ms[setting] = median(times.slice(2));
    }
    await page.close();
    rows.push({ threads, ms });
  }
  return { changes, rows };
}

/** Runs in the page: milliseconds from each change to the end of the frame that shows the new document. */
async function turn({ setting, selector, values, changes }) {
  const times = [];
  for (let i = 0; i < changes; i++) {
    const value = values[i % values.length];
    const wanted = setting === 'mode' ? `${selector}${value}` : selector;
    while (!document.querySelector(wanted)) {
      // The range of q is in a window of its own.
      if (setting === 'q') document.querySelector('#set-q')?.click();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const before = window.watched.count();
    const start = performance.now();
    if (setting === 'mode') document.querySelector(wanted).click();
    else {
      const input = document.querySelector(selector);
      input.value = value;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    }
    await window.watched.next('document', before);
    // The figure is drawn in the next frame; what comes after the frame is later than that.
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return times;
}

export function tables({ rows }) {
  return [
    {
      text: 'Milliseconds from a change to the end of the frame that draws it, from kept histograms, nothing read again; without null models, which follow later. One frame lasts 16.7 ms. Medians.',
      columns: ['threads', 'threshold', 'mode', 'range of q'],
      rows: rows.map(({ threads, ms }) => [threads, digits(ms.threshold), digits(ms.mode), digits(ms.q)]),
    },
  ];
}

export function summary({ rows }) {
  const [small] = rows;
  return [['threshold, mode or range of q changed to figure drawn, one demo checkpoint', `${digits(Math.max(...Object.values(small.ms)))} ms`, 'one frame, 16.7 ms']];
}
