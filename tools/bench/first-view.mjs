// The first second of a visit, and whether the page answers while the engine works.
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root, say, target } from '../lib.mjs';
import { digits, interleaved, median } from './numbers.mjs';

export const name = 'first-view';
export const title = 'The first view, and answers while the engine works';
export const needs = 'page';

const rounds = 5;
const viewport = { width: 1440, height: 900 };
/** 10 Mbit/s with the round trip of a good land line, and a processor of a quarter of the speed. The bench's server does not compress. */
const slow = { network: { offline: false, latency: 40, downloadThroughput: 10e6 / 8, uploadThroughput: 10e6 / 8 }, slowdown: 4 };
const demo = [0, 16, 256, 1000, 3000].map((step) => join(root, `demo/checkpoints/step${step}.safetensors`));

export async function measure(chrome) {
  const visits = await interleaved(rounds, { local: () => firstView(chrome, null), slow: () => firstView(chrome, slow) });
  const ms = (list, what) => median(list.map((one) => one[what]));
  const of = (list) => ({ drawn_ms: ms(list, 'drawn'), contentful_ms: ms(list, 'contentful'), shift: Math.max(...list.map(({ shift }) => shift)) });
  say('answers while the engine works');
  return { rounds: visits.local.length, local: of(visits.local), slow: of(visits.slow), answers: await answers(chrome) };
}

/** One visit by a stranger. */
async function firstView(chrome, emulated) {
  const context = await chrome.browser.newContext({ viewport });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  if (emulated) {
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', emulated.network);
    await session.send('Emulation.setCPUThrottlingRate', { rate: emulated.slowdown });
  }
  await page.addInitScript(watchDrawing);
  await page.goto(chrome.url);
  await page.waitForFunction(() => window.drawn !== undefined && window.contentful !== undefined, null, { timeout: 60_000 });
  const found = await page.evaluate(() => ({ drawn: window.drawn, contentful: window.contentful, shift: window.shift }));
  await context.close();
  return found;
}

/** Runs in the page before its own scripts: notes the end of the first frame that has headline and figure. */
function watchDrawing() {
  window.shift = 0;
  new PerformanceObserver((list) => list.getEntries().forEach(({ startTime }) => { window.contentful ??= startTime; })).observe({ type: 'paint', buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => { window.shift += value; })).observe({ type: 'layout-shift', buffered: true });
  const look = () => {
    const figure = [...document.querySelectorAll('main svg, main canvas')].some((one) => one.getBoundingClientRect().width > 200);
    if (!figure || !document.querySelector('main h1')?.textContent) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => { window.drawn ??= performance.now(); }, 0));
  };
  requestAnimationFrame(look);
}

/** Slider, tabs, theme, tables and explanations while a large file is read, and while shuffles are computed. */
async function answers(chrome) {
  const context = await chrome.browser.newContext({ viewport });
  const page = await context.newPage();
  await page.addInitScript(watchAnswers);
  await page.goto(`${chrome.url}#v=1&null_samples=2000`);
  await page.waitForFunction(() => /Engine: \d/.test(document.querySelector('#status').textContent), null, { timeout: 60_000 });
  await page.locator('input[type=file]').first().setInputFiles([...demo, larger()]);
  await page.waitForFunction(() => document.querySelectorAll('.file-done').length === 5, null, { timeout: 60_000 });
  const reading = await during(page, async (turn) => {
    if (!(await page.locator('.reading-view').count())) return false;
    await page.locator('.range').focus();
    await page.keyboard.press(turn % 2 ? 'ArrowLeft' : 'ArrowRight');
    if (turn % 5 === 0) await page.locator('.header-tools .theme-button').click(); // the theme
    if (turn % 7 === 0) await page.locator('.status-item:visible').nth(turn % 3).click();
  });
  await page.keyboard.press('Escape');
  const cancel = page.locator('.bar-row button');
  if (await cancel.count()) await cancel.click(); // it keeps the five
  await page.waitForFunction(() => document.querySelector('.series-view') !== null, null, { timeout: 60_000 });
  const shuffling = await during(page, async (turn) => {
    await page.locator('.range').focus();
    await page.keyboard.press(turn % 2 ? 'ArrowLeft' : 'ArrowRight');
    if (turn % 4 === 0) await page.locator('.title-row .tools button').first().click(); // the table
    if (turn % 6 === 0) await page.locator('.header-tools .theme-button').click();
  });
  await page.getByRole('button', { name: /settings, checks and fit/ }).click();
  await page.waitForSelector('#tab-tau');
  const one = await during(page, async (turn) => {
    await page.locator(`#tab-${['tau', 'fit', 'dimension', 'spectrum'][turn % 4]}`).click();
    if (turn % 3 === 0) await page.keyboard.press('ArrowRight');
  });
  await context.close();
  return { reading, shuffling, one };
}

const turns = 40;

/** Does it again and again; the 95th percentile of what the browser measured from each input to the next paint. */
async function during(page, act) {
  await page.evaluate(() => { window.answers = []; window.longest = 0; });
  for (let turn = 0; turn < turns; turn++) {
    if ((await act(turn)) === false) break;
    await sleep(80);
  }
  await sleep(300);
  return page.evaluate(() => {
    const sorted = window.answers.map(({ duration }) => duration).sort((a, b) => a - b);
    return { inputs: sorted.length, p95_ms: sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0, worst_ms: sorted.at(-1) ?? 0, longest_task_ms: window.longest };
  });
}

/** Runs in the page: one entry for each interaction, the longest of its events. Those below 16 ms are not told. */
function watchAnswers() {
  window.answers = [];
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const { interactionId, duration, name } of list.getEntries()) {
      if (!interactionId) continue;
      const known = window.answers.find(({ id }) => id === interactionId);
      if (!known) window.answers.push({ id: interactionId, duration, name });
      else known.duration = Math.max(known.duration, duration);
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => { window.longest = Math.max(window.longest, duration); })).observe({ type: 'longtask', buffered: true });
}

/** 1 GB of weights with the widths of a Llama; every row has other values. */
function larger() {
  const path = join(target, 'bench', 'step4000.safetensors');
  if (existsSync(path)) return path;
  mkdirSync(join(target, 'bench'), { recursive: true });
  const side = 4096;
  const matrices = 16;
  const bytes = side * side * 4;
  const header = Object.fromEntries(Array.from({ length: matrices }, (_, i) => [`layers.${i}.weight`, { dtype: 'F32', shape: [side, side], data_offsets: [i * bytes, (i + 1) * bytes] }]));
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = openSync(`${path}-part`, 'w');
  writeSync(file, length);
  writeSync(file, text);
  let seed = 1;
  const even = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5;
  const block = new Float32Array(2 ** 20);
  for (let part = 0; part < (matrices * bytes) / block.byteLength; part++) {
    for (let i = 0; i < block.length; i++) block[i] = 0.04 * (even() + even() + even());
    writeSync(file, new Uint8Array(block.buffer));
  }
  closeSync(file);
  renameSync(`${path}-part`, path);
  return path;
}

const milliseconds = (value) => `${Math.round(value).toLocaleString('en')} ms`;

export function tables({ rounds, local, slow: throttled, answers: { reading, shuffling, one } }) {
  return [
    {
      text: `A first visit, ${rounds} times each by a fresh profile; medians. "Drawn": headline and figure are on the screen. Slow is 10 Mbit/s, 40 ms and a processor slowed down 4 times; the server does not compress.`,
      columns: ['', 'first paint', 'drawn', 'layout shift at most'],
      rows: [['this machine', local], ['slow', throttled]].map(([where, found]) => [where, milliseconds(found.contentful_ms), milliseconds(found.drawn_ms), digits(found.shift)]),
    },
    {
      text: 'From an input to the next paint, as the browser tells it (in steps of 8 ms), while the engine works: keys on the slider, tabs, tables, theme, explanations.',
      columns: ['the engine', 'inputs', '95th percentile', 'worst', 'longest task of the page'],
      rows: [['reads 1.07 GB', reading], ['shuffles, series', shuffling], ['shuffles, one checkpoint', one]].map(([what, found]) => [what, found.inputs, milliseconds(found.p95_ms), milliseconds(found.worst_ms), milliseconds(found.longest_task_ms)]),
    },
  ];
}

export function summary({ local, slow: throttled, answers: all }) {
  return [
    ['first view drawn, this machine', milliseconds(local.drawn_ms), 'at most 1,000 ms'],
    ['first view drawn, 10 Mbit/s, processor slowed down 4 times', milliseconds(throttled.drawn_ms), 'at most 2,500 ms'],
    ['input to next paint while the engine works, 95th percentile', milliseconds(Math.max(...Object.values(all).map(({ p95_ms }) => p95_ms))), 'at most 100 ms'],
  ];
}
