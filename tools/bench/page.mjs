// The page on files of 1 GB: the whole network against merely reading the same file.
import assert from 'node:assert/strict';
import { say } from '../lib.mjs';
import { billion, gigabyteBf16, gigabyteF32, intoPageCache } from './models.mjs';
import { buildCommandLine } from './native.mjs';
import { digits, interleaved, median, ratio } from './numbers.mjs';
import { onCommandLine, visit } from './pages.mjs';
import { fastMethods, fileWorker, pageMethod } from './reading.mjs';

export const name = 'page';
export const title = 'The page, whole network';
export const needs = 'page';

const rounds = 3;

export async function measure(chrome) {
  buildCommandLine();
  const files = [];
  for (const [dtype, make] of [['f32', gigabyteF32], ['bf16', gigabyteBf16]]) files.push(await measureFile(chrome, dtype, make()));
  say('1e9 weights');
  const large = billion();
  await intoPageCache(large);
  const memory = {};
  const expected = onCommandLine([large.path]);
  for (const threads of [1, 2]) {
    const found = await visit(chrome, [large.path], { threads });
    assert.deepEqual(found.samples, expected.samples, 'another answer');
    memory[flavours[threads]] = { bytes: found.memory, ms: found.ms };
  }
  return { rounds, files, billion: { weights: large.weights, bytes: large.bytes, memory } };
}

const flavours = { 1: 'single', 2: 'threads' };

async function measureFile(chrome, dtype, model) {
  say(`1 GB of ${dtype}`);
  await intoPageCache(model);
  const worker = await fileWorker(chrome, model);
  const page = (threads) => () => visit(chrome, [model.path], { threads });
  const fast = Object.fromEntries(fastMethods.map(([text, method]) => [`fast ${text}`, () => worker.read(method, 'single')]));
  const results = await interleaved(rounds, {
    native: async () => onCommandLine([model.path]),
    single: page(1),
    read_single: () => worker.read(pageMethod, 'single'),
    threads: page(2),
    read_shared: () => worker.read(pageMethod, 'shared'),
    ...fast,
  });
  await worker.close();
  for (const { samples } of [...results.single, ...results.threads]) assert.deepEqual(samples, results.native[0].samples, 'another answer');
  const ms = (name) => results[name].map((result) => result.ms);
  const fastest = results.native.map((_, round) => Math.min(...Object.keys(fast).map((name) => results[name][round].ms)));
  const flavour = (name, read) => ({
    ms: median(ms(name)),
    worker_ms: median(results[name].map((result) => result.worker_ms)),
    reading_ms: median(ms(read)),
    against_reading: ratio(ms(name), ms(read)),
    worker_against_reading: ratio(results[name].map((result) => result.worker_ms), ms(read)),
    against_fastest_reading: ratio(ms(name), fastest),
    memory: Math.max(...results[name].map((result) => result.memory)),
  });
  const measured = {
    dtype,
    weights: model.weights,
    bytes: model.bytes,
    native_ms: median(ms('native')),
    fastest_reading_ms: median(fastest),
    single: flavour('single', 'read_single'),
    threads: flavour('threads', 'read_shared'),
  };
  say(['single', 'threads'].map((name) => `${name}: ${digits(measured[name].ms / 1e3)} s, ${digits(measured[name].against_reading)} times reading`).join('; '));
  return measured;
}

const flavourNames = { single: 'single flavour', threads: 'threads flavour, 2 threads' };
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

export function tables({ rounds, files, billion }) {
  const row = (file, flavour) => {
    const one = file[flavour];
    return [
      `${(file.bytes / 1e9).toFixed(2)} GB of ${file.dtype}, ${flavourNames[flavour]}`,
      digits(one.ms / 1e3), digits(one.worker_ms / 1e3), digits(one.reading_ms / 1e3), digits(one.against_reading),
      digits(one.worker_against_reading), digits(one.against_fastest_reading), megabytes(one.memory), digits(file.native_ms / 1e3),
    ];
  };
  const memory = Object.entries(billion.memory).map(([flavour, { bytes, ms }]) => [flavourNames[flavour], digits(ms / 1e3), megabytes(bytes)]);
  return [
    {
      text: `Models of d = 4096, spectra without null models, times in s, from the choice of the file to the result; "worker" from the first read to the record. "Reading" reads the same slices as the page does, as far ahead, into memory of the same kind, and does nothing else; "fastest" is the fastest of the streams and large buffers of the table of reading, in the same round. Medians of ${rounds} interleaved rounds. The last column is the command line with all cores. All have one answer, to the last bit.`,
      columns: ['', 'page', 'worker', 'reading', 'page / reading', 'worker / reading', 'page / fastest reading', 'peak Wasm memory', 'command line'],
      rows: files.flatMap((file) => [row(file, 'single'), row(file, 'threads')]),
    },
    {
      text: `A model of ${digits(billion.weights / 1e6)} million weights, ${(billion.bytes / 1e9).toFixed(2)} GB of bf16:`,
      columns: ['', 'page, s', 'peak Wasm memory'],
      rows: memory,
    },
  ];
}

export function summary({ files, billion }) {
  const ratios = files.map(({ dtype, single, threads }) => [
    `page, 1 GB of ${dtype}, against reading it by the same slices`,
    `${digits(single.against_reading)} times the time (single), ${digits(threads.against_reading)} (threads)`,
    'at most 1.25',
  ]);
  const peak = Math.max(...Object.values(billion.memory).map(({ bytes }) => bytes));
  return [...ratios, ['peak Wasm memory, 1e9 weights', megabytes(peak), 'at most 256 MB']];
}
