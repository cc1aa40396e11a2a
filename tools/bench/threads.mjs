// Two threads against one, on jobs in memory.
import { measureJobs } from './jobs.mjs';
import { digits, median, ratio } from './numbers.mjs';

export const name = 'threads';
export const title = 'Two threads against one';
export const needs = 'jobs';

export async function measure(chrome) {
  const variants = { native1: { native: true, threads: 1 }, native2: { native: true, threads: 2 }, chromium1: { threads: 1 }, chromium2: { threads: 2 } };
  const rows = (await measureJobs(name, variants, chrome)).map(({ ms, ...job }) => ({
    ...job,
    ms: Object.fromEntries(Object.entries(ms).map(([variant, times]) => [variant, median(times)])),
    native_speedup: ratio(ms.native1, ms.native2),
    chromium_speedup: ratio(ms.chromium1, ms.chromium2),
  }));
  return { rows };
}

export function tables({ rows }) {
  return [
    {
      text: 'Jobs that need no file, in ms. The same answer to the last bit everywhere.',
      columns: ['', 'native, 1 thread', '2 threads', 'times faster', 'Chromium, 1 thread', '2 threads', 'times faster'],
      rows: rows.map(({ name, ms, native_speedup, chromium_speedup }) => [
        name, digits(ms.native1), digits(ms.native2), digits(native_speedup), digits(ms.chromium1), digits(ms.chromium2), digits(chromium_speedup),
      ]),
    },
  ];
}

export function summary({ rows }) {
  const least = (key) => digits(Math.min(...rows.map((row) => row[key])));
  return [['2 threads against 1, slowest job of nulls, samples and folds', `${least('native_speedup')} times faster natively, ${least('chromium_speedup')} in Chromium`, 'at least 1.7']];
}
