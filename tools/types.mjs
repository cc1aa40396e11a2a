// Type checks: page, workers, unit tests and the npm package are worlds with different globals.
import { join } from 'node:path';
import { root, run } from './lib.mjs';

const projects = ['tsconfig.json', 'tsconfig.worker.json', 'tsconfig.test.json', 'npm/tsconfig.json'];

export function checkTypes() {
  // The package's own script, started by this node: works on every system, with or without npx.
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  for (const project of projects) run(process.execPath, [tsc, '--noEmit', '--project', project]);
}
