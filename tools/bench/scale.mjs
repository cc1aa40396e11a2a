// Time and memory against the size of the model, on the command line and in Chromium.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, root, say, target } from '../lib.mjs';
import { costFigure } from './cost.mjs';
import { billion, intoPageCache, llama } from './models.mjs';
import { buildCommandLine, commandLine } from './native.mjs';
import { digits, interleaved, median } from './numbers.mjs';
import { onCommandLine, visit } from './pages.mjs';

export const name = 'scale';
export const title = 'Cost against size';
export const needs = 'page';

/** Llamas in bf16: 1e5 to 1e9 weights. */
const models = () => [
  llama({ name: 'scale-1e5', width: 64, hidden: 176, blocks: 2, dtype: 'BF16' }),
  llama({ name: 'scale-1e6', width: 128, hidden: 352, blocks: 5, dtype: 'BF16' }),
  llama({ name: 'scale-1e7', width: 512, hidden: 1408, blocks: 3, dtype: 'BF16' }),
  llama({ name: 'scale-1e8', width: 2048, hidden: 5632, blocks: 2, dtype: 'BF16' }),
  billion(),
];

export async function measure(chrome) {
  buildCommandLine();
  const rows = [];
  for (const model of models()) {
    say(`${digits(model.weights / 1e6)} million weights`);
    await intoPageCache(model);
    const rounds = model.weights > 5e8 ? 2 : 5;
    const results = await interleaved(rounds, {
      native1: async () => onCommandLine([model.path], ['--threads', '1']),
      native2: async () => onCommandLine([model.path], ['--threads', '2']),
      chromium1: () => visit(chrome, [model.path], { threads: 1 }),
      chromium2: () => visit(chrome, [model.path], { threads: 2 }),
    });
    const [{ samples }] = results.native1;
    for (const one of Object.values(results).flat()) assert.deepEqual(one.samples, samples, 'another answer');
    const ms = Object.fromEntries(Object.entries(results).map(([name, all]) => [name, median(all.map((result) => result.ms))]));
    const memory = {
      native2: await peakMemory(model.path),
      chromium1: Math.max(...results.chromium1.map((result) => result.memory)),
      chromium2: Math.max(...results.chromium2.map((result) => result.memory)),
    };
    rows.push({ weights: model.weights, bytes: model.bytes, ms, memory });
  }
  return { rows };
}

/** Draws what was measured. */
export function finish({ rows }) {
  writeFileSync(join(root, 'docs/cost.svg'), costFigure(rows, names));
}

/** The most that the command line had in memory; null where the system does not tell. */
async function peakMemory(path) {
  if (process.platform !== 'linux') return null;
  const child = spawn(commandLine, ['analyze', path, '--threads', '2', '--out', join(target, 'bench', 'memory.json')], { stdio: 'ignore' });
  let peak = 0;
  const look = setInterval(() => {
    const [, kilobytes] = readStatus(child.pid).match(/^VmHWM:\s+(\d+) kB/m) ?? [];
    peak = Math.max(peak, 1024 * Number(kilobytes ?? 0));
  }, 1);
  const status = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(look);
  if (status !== 0) throw new Failure(`${path} cannot be analysed`);
  return peak;
}

/** Nothing once the process has ended. */
function readStatus(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

export function tables({ rows }) {
  const megabytes = (bytes) => (bytes === null ? '' : digits(bytes / 1e6));
  const last = rows.at(-1);
  const hours = (ms) => digits((ms * (1e11 / last.weights)) / 3.6e6);
  return [
    {
      text: 'Llamas of 2 to 5 blocks in bf16, the whole network without null models, in s; from the start of the command, or from the choice of the file in the page, to the result. Peak memory in MB: resident on the command line with 2 threads, of Wasm in Chromium. One answer everywhere.',
      columns: ['weights', 'command line, 1 thread', '2 threads', 'Chromium, 1 thread (single)', '2 threads', 'memory, command line', 'single', '2 threads'],
      rows: rows.map(({ weights, ms, memory }) => [
        weights.toLocaleString('en'), ...Object.values(ms).map((value) => digits(value / 1e3)), ...Object.values(memory).map(megabytes),
      ]),
    },
    {
      text: `![Time and memory against the number of weights](cost.svg)\n\nTime grows with the weights, memory with the widest layer, as the histograms of one group at a time are held and those of the others only within a budget. At the rates of the last row 1e11 weights would take ${hours(last.ms.native2)} hours on the command line and ${hours(last.ms.chromium2)} in Chromium on these two cores, from a disk as fast as memory:`,
      columns: ['', 'M weights/s'],
      rows: Object.entries(last.ms).map(([name, ms]) => [names[name], digits(last.weights / ms / 1e3)]),
    },
  ];
}

const names = { native1: 'command line, 1 thread', native2: 'command line, 2 threads', chromium1: 'Chromium, 1 thread (single)', chromium2: 'Chromium, 2 threads' };
