// The authors' own job (960 neurons, 49,152 edges), from weights in memory to the record: natively, in Chromium, and by
// NumPy, on the same bytes.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, say, target } from '../lib.mjs';
import { Harness, buildBench, peerPython } from './native.mjs';
import { digits, interleaved, median, ratio } from './numbers.mjs';

export const name = 'job';
export const title = "The authors' job";
export const needs = 'page';

const rounds = 7;
/** Runs of one round: ours are short. */
const runs = 30;
const peerRuns = 3;
/** Cells of the partition function: 960 neurons at up to 148 radii, 61 orders. */
const EDGES = 49152;

export async function measure(chrome) {
  const file = join(target, 'bench', 'authors-job.safetensors');
  mkdirSync(join(target, 'bench'), { recursive: true });
  const bytes = authorsJob();
  writeFileSync(file, bytes);
  const native = new Harness(buildBench('authors_job'), [file], { RAYON_NUM_THREADS: '1' });
  const one = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const numpy = new Harness(peerPython(), [join(root, 'benches/peer/numpy_peer.py'), file], one);
  const workers = {};
  for (const threads of [0, 1, 2]) {
    workers[threads] = await chrome.worker('job.js');
    await workers[threads].ask({ work: 'start', file: new Uint8Array(bytes), threads });
  }
  say('measuring');
  const works = {
    native: () => native.ask({ runs }),
    single: () => workers[0].ask({ work: 'run', runs }),
    threads1: () => workers[1].ask({ work: 'run', runs }),
    threads2: () => workers[2].ask({ work: 'run', runs }),
    numpy_exp: () => numpy.ask({ form: 'exp', runs: peerRuns }),
    numpy_multiply: () => numpy.ask({ form: 'multiply', runs: peerRuns }),
  };
  await interleaved(1, works); // compiled, tiered up, cached
  const results = await interleaved(rounds, works);
  native.close();
  numpy.close();
  await Promise.all(Object.values(workers).map((worker) => worker.close()));
  check(results);
  const ms = Object.fromEntries(Object.entries(results).map(([name, all]) => [name, all.map(({ times }) => median(times))]));
  const rows = Object.entries(ms).map(([name, times]) => ({
    name,
    ms: median(times),
    edges_per_second: (1000 * EDGES) / median(times),
    against_native: ratio(times, ms.native),
    faster_than_exp: ratio(ms.numpy_exp, times),
    faster_than_multiply: ratio(ms.numpy_multiply, times),
  }));
  return { rounds, rows, versions: results.numpy_exp[0].versions };
}

/** Ours agree to the bit, with NumPy's to 1e-9. */
function check({ native, single, threads1, threads2, numpy_exp, numpy_multiply }) {
  const [{ record }] = native;
  const plain = JSON.parse(JSON.stringify(record));
  assert.deepEqual([plain.network.neurons, plain.network.edges], [960, EDGES]);
  for (const { record } of [...native, ...single, ...threads1, ...threads2]) assert.deepEqual(record, plain, 'another answer');
  const [sample] = plain.samples;
  const ours = { alpha: sample.alpha, f: sample.f, alpha0: sample.alpha0, width: sample.width, nfd_mean: plain.nfd.mean, nfd_max: plain.nfd.max };
  for (const { answer } of [...numpy_exp, ...numpy_multiply]) {
    for (const [name, value] of Object.entries(ours)) close(name, [answer[name]].flat(), [value].flat());
  }
}

function close(name, theirs, ours) {
  assert.equal(theirs.length, ours.length, name);
  ours.forEach((value, i) => assert.ok(Math.abs(theirs[i] - value) <= 1e-9 * Math.max(1, Math.abs(value)), `${name}[${i}]: NumPy says ${theirs[i]}, not ${value}`));
}

const names = {
  native: 'native, 1 thread',
  single: 'Chromium, single flavour',
  threads1: 'Chromium, threads flavour, 1 thread',
  threads2: 'Chromium, threads flavour, 2 threads',
  numpy_exp: 'NumPy, exp(q ln p) for each q',
  numpy_multiply: 'NumPy, powers by multiplication',
};

export function tables({ rounds, rows }) {
  return [
    {
      text: `One sampled network of 6 blocks with K = 32: 960 neurons, 49,152 edges; from weights in memory to histograms, spectrum and fractal dimensions, our record included. Medians of ${rounds} interleaved rounds. Our rows have one record, to the last bit; NumPy has its numbers to 1e-9.`,
      columns: ['', 'ms', 'M edges/s', 'time / native', 'times faster than NumPy, exp', 'than NumPy, multiplication'],
      rows: rows.map((row) => [names[row.name], digits(row.ms), digits(row.edges_per_second / 1e6), digits(row.against_native), digits(row.faster_than_exp), digits(row.faster_than_multiply)]),
    },
  ];
}

export function summary({ rows }) {
  const of = (name) => rows.find((row) => row.name === name);
  return [
    ["authors' job, native against NumPy with exp(q ln p)", `${digits(of('native').faster_than_exp)} times faster`, 'at least 40'],
    ["authors' job, Chromium against NumPy with exp(q ln p)", `${digits(of('single').faster_than_exp)} times faster`, 'at least 20'],
  ];
}

/**
 * A GPT-NeoX of 6 blocks whose layers have exactly the sampled sizes (32 inputs, 32 heads, 64 hidden), so that the whole
 * network is the sampled network of the authors' job: 960 neurons, 49,152 edges, N(0, 0.02²).
 */
function authorsJob() {
  const shapes = { 'attention.query_key_value': [96, 32], 'attention.dense': [32, 32], 'mlp.dense_h_to_4h': [64, 32], 'mlp.dense_4h_to_h': [32, 64] };
  const header = {};
  let end = 0;
  for (let block = 0; block < 6; block++) {
    for (const [name, shape] of Object.entries(shapes)) {
      const start = end;
      end += 4 * shape[0] * shape[1];
      header[`gpt_neox.layers.${block}.${name}.weight`] = { dtype: 'F32', shape, data_offsets: [start, end] };
    }
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.from(normal(end / 4, 0.02).buffer)]);
}

/** Box-Muller over a small congruential generator: the same weights in every run. */
function normal(count, sd) {
  let state = 1;
  const uniform = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 1) / 4294967297;
  return Float32Array.from({ length: count }, () => sd * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}
