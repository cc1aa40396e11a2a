// npm run bench: measures everything, asserts every answer, and writes docs/bench.json, docs/bench.md and the table in
// README.md. `npm run bench -- NAME...` runs some subjects only and leaves the others' numbers as they are.
import { Failure, isMain, main, say } from '../lib.mjs';
import { startChromium } from './chromium.mjs';
import * as job from './job.mjs';
import * as kernels from './kernels.mjs';
import { machine, versions } from './machine.mjs';
import * as page from './page.mjs';
import * as reading from './reading.mjs';
import { record } from './report.mjs';
import * as threads from './threads.mjs';

/** In the order of the report. */
const subjects = [job, page, reading, kernels, threads];

async function bench() {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !subjects.some((subject) => subject.name === name));
  if (unknown) throw new Failure(`there is no subject ${unknown}; the subjects are ${subjects.map(({ name }) => name).join(', ')}`);
  let started = null;
  const chrome = () => (started ??= startChromium());
  try {
    for (const subject of subjects.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
      say(`measuring: ${subject.title}`);
      const where = machine();
      const begun = performance.now();
      const { versions: others = {}, ...data } = await subject.measure({ chrome });
      const seconds = Math.round((performance.now() - begun) / 1000);
      const date = new Date().toISOString().slice(0, 10);
      record(subjects, subject, { date, seconds, machine: where, versions: { ...versions((await chrome()).version), ...others }, ...data });
    }
  } finally {
    await (await started)?.close();
  }
}

if (isMain(import.meta)) await main(bench);
