// Models of real shapes with random weights, from files on disk to the whole network's spectrum, on the command line and
// in Chromium. Both must give the same numbers.
import assert from 'node:assert/strict';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, say, target } from '../lib.mjs';
import { buildCommandLine, buildExample } from './native.mjs';
import { digits, interleaved, median, ratio } from './numbers.mjs';
import { onCommandLine, visit } from './pages.mjs';

export const name = 'shapes';
export const title = 'Models of real shapes';
export const needs = 'page';

const rounds = 3;
const models = [
  { name: 'GPT-2', table: 'real-gpt2', dtype: 'F32', shards: 1 },
  { name: 'Pythia-410M', table: 'real-pythia-410m', dtype: 'F32', shards: 1 },
  { name: 'Llama-3.2-1B, 4 shards', table: 'real-llama-3.2-1b', dtype: 'BF16', shards: 4 },
  { name: 'ViT-base', table: 'real-vit-base', dtype: 'F32', shards: 1 },
  { name: 'ResNet-50', table: 'real-resnet50', dtype: 'F32', shards: 1 },
];

export async function measure(chrome) {
  buildCommandLine();
  const writer = buildExample('model');
  const rows = [];
  for (const model of models) rows.push(await measureModel(chrome, writer, model));
  return { rounds, rows };
}

async function measureModel(chrome, writer, { name, table, dtype, shards }) {
  say(name);
  const folder = join(target, 'bench', table);
  run(writer, [join(root, `tests/data/families/${table}.json`), folder, dtype, String(shards)]);
  const files = readdirSync(folder).map((file) => join(folder, file));
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const results = await interleaved(rounds, {
    native: async () => onCommandLine([folder]),
    chromium: () => visit(chrome, files, { threads: 2 }),
  });
  rmSync(folder, { recursive: true });
  for (const { samples } of results.chromium) assert.deepEqual(samples, results.native[0].samples, `${name}: another answer`);
  const ms = (name) => results[name].map((result) => result.ms);
  return { name, dtype, bytes, native_ms: median(ms('native')), chromium_ms: median(ms('chromium')), chromium_against_native: ratio(ms('chromium'), ms('native')) };
}

export function tables({ rounds, rows }) {
  return [
    {
      text: `Random weights in the shapes of real models, the whole network without null models; command line and page with 2 threads, in s. Medians of ${rounds} interleaved rounds, one answer.`,
      columns: ['', 'type', 'MB', 'command line', 'Chromium', 'Chromium / command line'],
      rows: rows.map((row) => [row.name, row.dtype, digits(row.bytes / 1e6), digits(row.native_ms / 1e3), digits(row.chromium_ms / 1e3), digits(row.chromium_against_native)]),
    },
  ];
}
