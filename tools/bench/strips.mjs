// Sampled networks whose rows lie in strips against those whose rows lie anywhere, over many seeds of trained checkpoints.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, root, target } from '../lib.mjs';
import { buildCommandLine, commandLine } from './native.mjs';
import { digits } from './numbers.mjs';

export const name = 'strips';
export const title = 'Rows in strips against random rows';

const seeds = 300;
const series = [['demo/checkpoints', 'demo'], ['tests/data/neox-tiny', 'neox-tiny']];

export async function measure() {
  buildCommandLine();
  const rows = [];
  for (const [folder, called] of series) {
    const [random, strips] = ['random', 'strips'].map((kind) => sampled(folder, kind));
    random.forEach((one, at) => rows.push({ series: called, step: one.step, random: numbers(one), strips: numbers(strips[at]) }));
  }
  const apart = (number) => Math.max(...rows.map(({ random, strips }) => Math.abs(strips[number] - random[number]) / random[`${number}_sd`]));
  const largest = { alpha0: apart('alpha0'), width: apart('width') };
  // Else they would have to be told apart wherever they are shown.
  for (const [number, sds] of Object.entries(largest)) assert.ok(sds < 1, `${number} differs by ${sds} of a sample's standard deviation`);
  return { seeds, rows, largest };
}

const numbers = ({ mean, emergence }) => ({ ...mean, emergence });

function sampled(folder, rows) {
  const out = join(target, 'bench', `strips-${rows}.json`);
  mkdirSync(join(target, 'bench'), { recursive: true });
  const options = ['--network', 'sampled', '--samples', String(seeds), '--rows', rows, '--no-group-spectra', '--out', out];
  const { status } = spawnSync(commandLine, ['analyze', join(root, folder), ...options], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Failure(`${folder} could not be analysed`);
  return JSON.parse(readFileSync(out, 'utf8')).checkpoints;
}

export function tables({ seeds, rows, largest }) {
  const three = (value) => value.toFixed(4);
  const row = ({ series, step, random, strips }) => [
    series, String(step),
    `${three(random.alpha0)} ± ${three(random.alpha0_sd)}`, `${three(strips.alpha0)} ± ${three(strips.alpha0_sd)}`,
    `${three(random.width)} ± ${three(random.width_sd)}`, `${three(strips.width)} ± ${three(strips.width_sd)}`,
    three(random.emergence), three(strips.emergence),
  ];
  return [{
    text: `Sampled networks of ${seeds} seeds, K = 32, exact mode: mean and standard deviation of a sample. Means of strips lie at most ${digits(largest.alpha0)} (alpha_0) and ${digits(largest.width)} (w) of such a standard deviation from those of random rows.`,
    columns: ['series', 'step', 'alpha_0, random', 'alpha_0, strips', 'w, random', 'w, strips', 'E, random', 'E, strips'],
    rows: rows.map(row),
  }];
}
