// What the browser tests share: sites to visit, files to drop, and the page's events.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, openSync, closeSync, ftruncateSync, mkdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBrowsers } from '../../tools/browsers.mjs';
import { root, run, target } from '../../tools/lib.mjs';
import { serve } from '../../tools/serve.mjs';

export const browsers = await findBrowsers();
export const golden = join(root, 'tests/data/neox-tiny');
export const expected = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8'));

/** Options of a test that needs this engine: without it the test is skipped, and the summary says so. */
export function needs(engine) {
  return { skip: browsers[engine] ? false : `${engine} is not installed and could not be fetched`, timeout: 150_000 };
}

/**
 * Serves the built site until the test ends; `paths` collects what pages and their workers ask for, without what the service
 * worker fetches by itself to keep it.
 */
export async function site(t, options = {}) {
  const paths = [];
  const server = await serve({ ...options, onRequest: (path, { referer }) => referer?.endsWith('/sw.js') || paths.push(path) });
  t.after(() => server.close());
  return { ...server, paths };
}

/** A folder that lives as long as the test. */
export function folder(t) {
  const path = mkdtempSync(join(tmpdir(), 'neuromfa-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A file that is no checkpoint. */
export function thesis(t) {
  const path = join(folder(t), 'thesis.pdf');
  writeFileSync(path, '%PDF-1.7\nThis is a thesis.\n');
  return path;
}

/** A checkpoint of zeros that takes seconds to read and next to no space on disk. */
export function hugeCheckpoint(t, { side = 4096, matrices = 32 } = {}) {
  const path = join(folder(t), 'huge.safetensors');
  const bytes = side * side * 4;
  const header = {};
  for (let i = 0; i < matrices; i++) {
    header[`layers.${i}.weight`] = { dtype: 'F32', shape: [side, side], data_offsets: [i * bytes, (i + 1) * bytes] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = openSync(path, 'w');
  writeSync(file, length);
  writeSync(file, text);
  ftruncateSync(file, length.length + text.length + matrices * bytes);
  closeSync(file);
  return path;
}

/** The command line, as `cargo test` or `cargo build` made it; built where it is not there. */
export function commandLine() {
  const path = join(target, 'debug', process.platform === 'win32' ? 'neuromfa.exe' : 'neuromfa');
  if (!existsSync(path)) run('cargo', ['build', '--quiet', '--locked', '--bin', 'neuromfa']);
  return path;
}

/** Where a test leaves pictures for people to look at. */
export function picture(name) {
  const path = join(root, 'test-results', 'screenshots');
  mkdirSync(path, { recursive: true });
  return join(path, `${name}.png`);
}

/** Asks until the answer is truthy, and returns it. */
export async function until(what, ask, { timeout = 60_000 } = {}) {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) assert.fail(`waited ${timeout / 1000} s for ${what}`);
    await sleep(50);
  }
}

/** Visits a page, waits until it may have reloaded to become isolated, and listens to its events. */
export async function visit(tab, url) {
  await tab.goto(url);
  // A reload breaks a question off; it is asked again.
  const started = () => tab.evaluate(() => document.querySelector('h1') !== null).catch(() => false);
  await until('the page to start', started, { timeout: 20_000 }).catch((error) => {
    error.message += `; the console says: ${tab.problems.join('; ') || 'nothing'}`;
    throw error;
  });
  await tab.evaluate(listen);
}

/** Runs in the page. Details are kept as text at the moment of the event, as a page may change them later. */
export function listen() {
  const plain = (value) =>
    value === null ||
    ['string', 'boolean'].includes(typeof value) ||
    Number.isFinite(value) ||
    (Array.isArray(value) && value.every(plain)) ||
    (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(plain));
  const events = { results: [], errors: [], progress: [], strange: [] };
  window.neuromfaEvents = events;
  for (const [name, list] of [['result', events.results], ['error', events.errors], ['progress', events.progress]]) {
    document.addEventListener(`neuromfa-${name}`, ({ detail }) => {
      list.push(JSON.stringify(detail));
      if (!plain(detail)) events.strange.push(`neuromfa-${name} carries something that JSON cannot`);
    });
  }
}

/** The events so far: lists of details. */
export async function events(tab) {
  const { results, errors, progress, strange } = await tab.evaluate(() => window.neuromfaEvents);
  const parse = (list) => list.map((text) => JSON.parse(text));
  return { results: parse(results), errors: parse(errors), progress: parse(progress), strange };
}

/** Chooses files and waits for their result document. */
export async function analyse(tab, paths, options) {
  const before = (await events(tab)).results.length;
  await tab.choose(paths);
  return await nextResult(tab, before, options);
}

/** The first result after so many. */
export async function nextResult(tab, before, options) {
  const found = await until(
    'neuromfa-result',
    async () => {
      const seen = await events(tab);
      assert.deepEqual(seen.errors, [], 'neuromfa-error');
      return seen.results.length > before && seen;
    },
    options,
  );
  assert.deepEqual(found.strange, []);
  await until('its screen', () => tab.evaluate(rendered));
  return found.results.at(-1);
}

/** Runs in the page. After two frames the result has its screen, and that one may still have to be loaded: its heading stands alone. */
async function rendered() {
  for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => { setTimeout(resolve, 50); requestAnimationFrame(resolve); });
  return document.querySelector('.stage > div > h1.sr:only-child') === null;
}

/** Checks the checkpoint that was computed from this file of the golden data against the reference. */
export function assertGolden(checkpoint, file) {
  const { full, step } = expected.checkpoints.find((one) => one.file === file);
  const [sample] = checkpoint.samples;
  assert.equal(checkpoint.step, step);
  assert.equal(checkpoint.network.neurons, full.neurons);
  assert.equal(checkpoint.network.edges, full.edges);
  assert.equal(sample.neurons_kept, full.nodes_kept);
  assert.equal(sample.radii.length, full.radii_count);
  assert.equal(sample.diameter, full.diameter);
  assertClose('q', sample.q, expected.q);
  assertClose('tau', sample.tau, full.tau);
  assertClose('alpha', sample.alpha, full.exact.alpha);
  assertClose('f', sample.f, full.exact.f);
  assertClose('alpha0', [sample.alpha0], [full.exact.alpha0]);
  assertClose('width', [sample.width], [full.exact.width]);
  assertClose('nfd', [checkpoint.nfd.mean, checkpoint.nfd.max], [full.nfd.mean, full.nfd.max]);
}

/** Equal to nine digits. */
export function assertClose(name, actual, wanted) {
  assert.equal(actual.length, wanted.length, `${name}: number of values`);
  wanted.forEach((value, i) => {
    const difference = Math.abs(actual[i] - value);
    assert.ok(difference <= 1e-9 * Math.max(1, Math.abs(value)), `${name}[${i}] is ${actual[i]}, not ${value}`);
  });
}

/** The same results, whatever computed them. */
export function assertSame(actual, wanted) {
  assert.deepEqual({ ...actual, tool: null }, { ...wanted, tool: null });
}

/** Nothing went wrong unseen, and nothing was asked of another site. */
export function assertQuiet(tab) {
  assert.deepEqual(tab.problems, [], 'errors in the console');
  assert.deepEqual(tab.foreign, [], 'requests to other sites');
}

/** Which flavour of the engine the site has delivered, where no service worker may have kept it before. */
export function flavours({ paths }) {
  const asked = paths.map((path) => path.match(/(?:first|engine)-(\w+)_bg\.wasm/)?.[1]).filter(Boolean);
  return [...new Set(asked)];
}

/** What the status bar says of the engine, such as "Engine: 2 threads, isolated". */
export function engineStatus(tab) {
  return tab.evaluate(() => document.body.innerText.match(/Engine: [^\n]*/)?.[0] ?? '');
}
