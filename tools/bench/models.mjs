// Models of random weights to measure on. They are written once and kept in target/bench.
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, run, say, target } from '../lib.mjs';
import { buildExample } from './native.mjs';

/**
 * A Llama of so many blocks, N(0, 0.02²); `hidden` is the width of its feed-forward layers.
 * @returns {{name: string, path: string, weights: number, bytes: number}}
 */
export function llama({ name, width, hidden, blocks, dtype }) {
  const shapes = {
    ...Object.fromEntries(['q', 'k', 'v', 'o'].map((part) => [`self_attn.${part}_proj`, [width, width]])),
    'mlp.gate_proj': [hidden, width],
    'mlp.up_proj': [hidden, width],
    'mlp.down_proj': [width, hidden],
  };
  const tensors = Array.from({ length: blocks }, (_, block) =>
    Object.entries(shapes).map(([part, shape]) => [`model.layers.${block}.${part}.weight`, shape]),
  ).flat();
  const weights = tensors.reduce((sum, [, [rows, columns]]) => sum + rows * columns, 0);
  const bytes = weights * (dtype === 'BF16' ? 2 : 4);
  const folder = join(target, 'bench', name);
  const path = join(folder, 'model.safetensors');
  if (!existsSync(path)) {
    // A file that was broken off is none.
    const part = `${folder}-part`;
    write(part, tensors, dtype, bytes);
    rmSync(folder, { recursive: true, force: true });
    renameSync(part, folder);
  }
  return { name, path, weights, bytes };
}

function write(folder, tensors, dtype, bytes) {
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < 2 * bytes) throw new Failure(`${folder} needs ${(bytes / 1e9).toFixed(1)} GB, and as much again to spare`);
  say(`writing a model of ${(bytes / 1e9).toFixed(2)} GB`);
  const table = join(folder, 'table.json');
  writeFileSync(table, JSON.stringify({ tensors }));
  run(buildExample('model'), [table, folder, dtype, '1']);
}

/** Reads a file once, so that the next one to read it finds it in memory. */
export async function intoPageCache({ path }) {
  for await (const _ of createReadStream(path, { highWaterMark: 1 << 20 }));
}

const large = { width: 4096, hidden: 14848 };
/** 1 GB each. */
export const gigabyteF32 = () => llama({ name: 'gigabyte-f32', ...large, blocks: 1, dtype: 'F32' });
export const gigabyteBf16 = () => llama({ name: 'gigabyte-bf16', ...large, blocks: 2, dtype: 'BF16' });
/** 1e9 weights. */
export const billion = () => llama({ name: 'billion-bf16', ...large, blocks: 4, dtype: 'BF16' });
