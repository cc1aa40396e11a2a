// What it takes merely to bring a file of 1 GB into Wasm memory: the limit of what the page can do.
import assert from 'node:assert/strict';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, root } from '../lib.mjs';
import { gigabyteF32, intoPageCache } from './models.mjs';
import { digits, interleaved, median } from './numbers.mjs';

export const name = 'reading';
export const title = 'Reading 1 GB into Wasm memory';
export const needs = 'page';

const rounds = 3;
/** A reading of seconds that takes longer has stalled. */
const STALLED_MS = 20_000;
const MB = 1 << 20;
const KB = 1 << 10;

/** The page's own method first. */
export const pageMethod = { name: 'page' };
const methods = [
  ["the page's slices", pageMethod],
  ['FileReaderSync, 8 MB', { name: 'sync', size: 8 * MB }],
  ...[2, 3].flatMap((ahead) => [4, 8, 16].map((size) => [`arrayBuffer, ${ahead} in flight, ${size} MB`, { name: 'buffers', size: size * MB, ahead }])),
  ['stream, default reader', { name: 'stream' }],
  ...[[256 * KB, '256 KB'], [MB, '1 MB'], [4 * MB, '4 MB']].map(([size, text]) => [`stream, reader with a buffer of ${text}`, { name: 'byob', size }]),
  ['one stream for each tensor, buffer of 1 MB', { name: 'tensors', size: MB }],
];
/** Those that may be the fastest, measured again beside the page. */
export const fastMethods = methods.filter(([, { name, size }]) => name === 'stream' || (name === 'byob' && size === MB) || (name === 'buffers' && size === 16 * MB));

export async function measure(chrome) {
  const model = gigabyteF32();
  await intoPageCache(model);
  const worker = await fileWorker(chrome, model);
  const variants = methods.flatMap(([text, method]) => ['single', 'shared'].map((memory) => [`${text}|${memory}`, () => worker.read(method, memory)]));
  const results = await interleaved(rounds, Object.fromEntries(variants));
  await worker.close();
  const of = (text, memory) => {
    const all = results[`${text}|${memory}`];
    const ended = all.filter(({ stalled }) => !stalled);
    return { rate: ended.length ? median(ended.map(({ ms, bytes }) => bytes / ms / 1e6)) : null, stalled: all.length - ended.length };
  };
  return { rounds, bytes: model.bytes, rows: methods.map(([text]) => ({ method: text, single: of(text, 'single'), shared: of(text, 'shared') })) };
}

/**
 * A worker that reads this model's file; each reading is checked against the file. One that comes to no end, as streams
 * at times do, is given up together with its worker.
 */
export async function fileWorker(chrome, model) {
  const begin = async () => {
    const worker = await chrome.worker('reading.js', { files: [model.path] });
    await worker.give({ work: 'start', readAhead: readAhead() });
    return worker;
  };
  const check = checksum(model.path);
  let worker = await begin();
  return {
    async read(method, memory) {
      const result = await inTime(worker.ask({ work: 'read', method, memory }));
      if (result === null) {
        await worker.close();
        worker = await begin();
        return { stalled: true, ms: Infinity };
      }
      assert.equal(result.check, check, `${method.name}: other bytes than the file's`);
      assert.ok(result.bytes >= model.bytes);
      return result;
    },
    close: () => worker.close(),
  };
}

/** What is promised, or null where it takes too long. */
async function inTime(promise) {
  promise.catch(() => undefined); // the worker's end, if it is given up
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(() => resolve(null), STALLED_MS)));
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** How far ahead the page reads, as its worker says. */
function readAhead() {
  const text = readFileSync(join(root, 'www/reading-worker.ts'), 'utf8');
  const constant = (name) => Number(text.match(new RegExp(`^const ${name} = ([\\de]+);`, 'm'))?.[1] ?? fail());
  return { bytes: constant('BYTES_IN_FLIGHT'), reads: constant('READS_IN_FLIGHT'), least: constant('LEAST_READS_IN_FLIGHT') };
}

function fail() {
  throw new Failure('www/reading-worker.ts reads files in another way than tools/bench/browser/reading.js believes: change both');
}

/** The same sum as tools/bench/browser/reading.js makes: one byte in 65536, but for those of the header. */
function checksum(path) {
  const file = openSync(path, 'r');
  const byte = Buffer.alloc(1);
  let sum = 0;
  for (let at = 65536; at < fstatSync(file).size; at += 65536) {
    readSync(file, byte, 0, 1, at);
    sum = (sum + (byte[0] + 1) * ((at / 65536) % 65521)) % 2 ** 32;
  }
  closeSync(file);
  return sum;
}

export function tables({ rounds, bytes, rows }) {
  return [
    {
      text: `A file of ${(bytes / 1e9).toFixed(2)} GB that the system holds in memory, read in a worker of Chromium and copied to plain and to shared Wasm memory, in GB/s. Medians of ${rounds} interleaved rounds. One byte of 65,536 is compared with the file's. A reading that took more than ${STALLED_MS / 1e3} s had stalled: its stream gave no more.`,
      columns: ['', 'plain', 'shared'],
      rows: rows.map(({ method, single, shared }) => [method, rate(single), rate(shared)]),
    },
  ];
}

function rate({ rate, stalled }) {
  return [rate === null ? '' : digits(rate), stalled ? `(stalled ${stalled} times)` : ''].filter(Boolean).join(' ');
}
