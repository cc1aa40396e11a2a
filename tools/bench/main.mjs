// npm run bench: measures everything, asserts every answer, and writes docs/bench.json, docs/bench.md and the table in
// README.md. `npm run bench -- NAME...` runs some subjects only and leaves the others' numbers as they are; with `--quick`
// there is one round, whose numbers are printed and not kept.
import { Failure, isMain, main, say } from '../lib.mjs';
import { setup } from '../setup.mjs';
import { startChromium } from './chromium.mjs';
import * as falseAlarms from './false-alarms.mjs';
import * as firstView from './first-view.mjs';
import * as interaction from './interaction.mjs';
import * as job from './job.mjs';
import * as kernels from './kernels.mjs';
import { machine, versions } from './machine.mjs';
import * as page from './page.mjs';
import * as reading from './reading.mjs';
import { limitRounds } from './numbers.mjs';
import { print, record } from './report.mjs';
import * as remote from './remote.mjs';
import * as scale from './scale.mjs';
import * as series from './series.mjs';
import * as shapes from './shapes.mjs';
import * as strips from './strips.mjs';
import * as threads from './threads.mjs';

/** In the order of the report. */
const subjects = [firstView, job, page, reading, kernels, threads, interaction, series, scale, shapes, falseAlarms, strips, remote];

async function bench() {
  const quick = process.argv.includes('--quick');
  const wanted = process.argv.slice(2).filter((name) => name !== '--quick');
  if (quick) limitRounds(1);
  const unknown = wanted.find((name) => !subjects.some((subject) => subject.name === name));
  if (unknown) throw new Failure(`there is no subject ${unknown}; the subjects are ${subjects.map(({ name }) => name).join(', ')}`);
  const chosen = subjects.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  setup();
  const chrome = await startChromium(new Set(chosen.map(({ needs }) => needs)));
  try {
    for (const subject of chosen) await one(subject, chrome, quick);
  } finally {
    await chrome.close();
  }
}

async function one(subject, chrome, quick) {
  say(`measuring: ${subject.title}`);
  const where = machine();
  const begun = performance.now();
  const { versions: others = {}, ...data } = await subject.measure(chrome);
  print(subject, data);
  if (quick) return;
  const seconds = Math.round((performance.now() - begun) / 1000);
  const date = new Date().toISOString().slice(0, 10);
  record(subjects, subject, { date, seconds, machine: where, versions: { ...versions(chrome.version), ...others }, ...data });
  subject.finish?.(data);
}

if (isMain(import.meta)) await main(bench);
