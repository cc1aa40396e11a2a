// Wasm against native, one thread, kernel by kernel.
import { measureJobs } from './jobs.mjs';
import { digits, median, ratio } from './numbers.mjs';

export const name = 'kernels';
export const title = 'Kernels, one thread';
export const needs = 'jobs';

export async function measure(chrome) {
  const variants = { native: { native: true, threads: 1 }, single: { threads: 0 }, threads: { threads: 1 } };
  const rows = (await measureJobs(name, variants, chrome)).map(({ ms, ...job }) => ({
    ...job,
    ms: Object.fromEntries(Object.entries(ms).map(([variant, times]) => [variant, median(times)])),
    single_against_native: ratio(ms.single, ms.native),
    threads_against_native: ratio(ms.threads, ms.native),
  }));
  return { rows };
}

export function tables({ rows }) {
  return [
    {
      text: 'The same code on the same data, built for this processor family in general and for Wasm as the page\'s engines are. Matrices are 4096 x 1024 (outputs x inputs), stored with outputs or inputs first; counting includes decoding and binning. All three have the same answer, to the last bit.',
      columns: ['', 'native, M items/s', 'single', 'threads', 'time single / native', 'threads / native'],
      rows: rows.map((row) => [
        `${row.name} (${row.unit})`,
        ...Object.values(row.ms).map((ms) => digits(row.items / ms / 1e3)),
        digits(row.single_against_native),
        digits(row.threads_against_native),
      ]),
    },
  ];
}

export function summary({ rows }) {
  const worst = (key) => digits(Math.max(...rows.map((row) => row[key])));
  return [
    ['Wasm against native, slowest kernel, single flavour', `${worst('single_against_native')} times the time`, 'at most 1.3'],
    ['the same, threads flavour with 1 thread', `${worst('threads_against_native')} times the time`, 'at most 1.5'],
  ];
}
