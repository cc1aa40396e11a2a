// The tests of scale/: Python with Dask, in an environment of its own.
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, read, root, run, say, target } from './lib.mjs';

const environment = join(target, 'scale-python');
const python = join(environment, 'bin/python');
const requirements = join(root, 'scale/requirements.txt');
/** A copy of the requirements that are installed. */
const installed = join(environment, 'requirements.txt');

/** Installs Dask where it is missing. Returns null, or why that cannot be. */
export function prepareScale() {
  if (process.platform === 'win32') return 'it runs on Linux and macOS only';
  if (existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(requirements, 'utf8')) return null;
  if (read('python3', ['--version']) === null) return 'there is no python3';
  say('installing Dask');
  try {
    rmSync(environment, { recursive: true, force: true });
    run('python3', ['-m', 'venv', environment]);
    run(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r', requirements]);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return `Dask cannot be installed: ${error.message}`;
  }
  copyFileSync(requirements, installed);
  return null;
}

/** Runs them with the program that the Rust tests ran. */
export function testScale() {
  const program = join(target, 'debug/neuromfa');
  if (!existsSync(program)) throw new Failure('there is no command line to test: the Rust tests did not build it');
  run(python, [join(root, 'scale/test.py'), program]);
}
