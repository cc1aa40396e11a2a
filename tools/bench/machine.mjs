// Where and with what numbers were measured.
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { read, root } from '../lib.mjs';

export function machine() {
  return {
    cpu: cpus()[0].model.trim(),
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release().split('-')[0]}`,
    load_before: Number(loadavg()[0].toFixed(2)),
  };
}

export function versions(chromium) {
  return {
    neuromfa: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    rustc: read('rustc', ['--version'])?.split(' ')[1] ?? null,
    node: process.version.slice(1),
    ...(chromium ? { Chromium: chromium } : {}),
  };
}
