// The jobs of src/bench.rs, natively and in Chromium, in turn.
import assert from 'node:assert/strict';
import { say } from '../lib.mjs';
import { Harness, buildBench } from './native.mjs';
import { interleaved, median } from './numbers.mjs';

const ROUNDS = 7;
/** Milliseconds that the runs of one round should take, natively. */
const ROUND_MS = 60;

/**
 * Measures all jobs of a subject.
 * @param {Record<string, {native: boolean, threads: number}>} variants natively, or in Chromium, where 0 threads are the
 *   single flavour
 * @returns {Promise<{name: string, items: number, unit: string, ms: Record<string, number[]>}[]>} the median of every round
 */
export async function measureJobs(subject, variants, chrome) {
  const path = buildBench('kernels');
  const started = {};
  for (const [name, variant] of Object.entries(variants)) started[name] = await start(variant, path, chrome);
  const [first] = Object.values(started);
  const jobs = (await list(path)).filter((job) => job.subject === subject);
  const measured = [];
  for (const { name, items, unit } of jobs) {
    say(name);
    // Makes the data, and says how long a run takes; engines compile what runs often once more.
    const { times } = await first.ask({ work: 'run', name, runs: 2 });
    const runs = Math.max(1, Math.min(20, Math.round(ROUND_MS / Math.min(...times))));
    const works = Object.fromEntries(Object.entries(started).map(([variant, { ask }]) => [variant, () => ask({ work: 'run', name, runs })]));
    await interleaved(2, works);
    const results = await interleaved(ROUNDS, works);
    const digests = new Set(Object.values(results).flat().map(({ digest }) => digest));
    assert.equal(digests.size, 1, `${name}: answers differ`);
    const ms = Object.fromEntries(Object.entries(results).map(([variant, all]) => [variant, all.map(({ times }) => median(times))]));
    measured.push({ name, items, unit, digest: [...digests][0], ms });
  }
  for (const { close } of Object.values(started)) await close();
  return measured;
}

async function list(path) {
  const harness = new Harness(path);
  const jobs = await harness.ask({ list: true });
  harness.close();
  return jobs;
}

async function start({ native, threads }, path, chrome) {
  if (native) {
    const harness = new Harness(path, [], { RAYON_NUM_THREADS: String(threads) });
    return { ask: (order) => harness.ask(order), close: () => harness.close() };
  }
  const worker = await chrome.worker('kernels.js');
  await worker.ask({ work: 'start', threads });
  return worker;
}
