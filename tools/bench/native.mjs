// Harnesses outside of the browser: processes that answer one line of JSON with one line of JSON.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Failure, read, root, run, say, target } from '../lib.mjs';

/** A running harness. */
export class Harness {
  constructor(command, args = [], env = {}) {
    this.name = command;
    this.child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
    this.waiting = [];
    createInterface({ input: this.child.stdout }).on('line', (line) => this.waiting.shift()?.resolve(JSON.parse(line)));
    this.child.on('close', () => this.waiting.forEach(({ reject }) => reject(new Failure(`${this.name} ended early`))));
    this.child.stdin.on('error', () => undefined); // told by its end
  }

  ask(order) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${JSON.stringify(order)}\n`);
    });
  }

  close() {
    this.child.stdin.end();
  }
}

/** Builds a harness of `benches/` for speed, without the command line, and returns its path. */
export function buildBench(name) {
  say(`building ${name}`);
  const options = ['--no-default-features', '--features', 'bench'];
  const { status, stdout } = spawnSync('cargo', ['bench', '--locked', '--no-run', '--bench', name, ...options, '--message-format=json'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const built = status === 0 ? stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line)) : [];
  const path = built.findLast((message) => message.executable && message.target.name === name)?.executable;
  return path ?? fail(`the harness cannot be built; run \`cargo bench --no-run --features bench --bench ${name}\` to see why`);
}

function fail(text) {
  throw new Failure(text);
}

/** Builds the command line. */
export function buildCommandLine() {
  run('cargo', ['build', '--release', '--locked', '--quiet', '--bin', 'neuromfa']);
}

/** Builds an example, without what the command line needs, and returns its path. */
export function buildExample(name, features = 'bench') {
  run('cargo', ['build', '--release', '--locked', '--quiet', '--no-default-features', '--features', features, '--example', name]);
  return join(target, 'release/examples', name);
}

export const commandLine = join(target, 'release/neuromfa');

/** A Python with the pinned packages of the peer, in a folder of its own. */
export function peerPython() {
  const place = join(target, 'bench', 'venv');
  const python = join(place, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const pinned = join(root, 'benches/peer/requirements.txt');
  if (!existsSync(python) && read('python3', ['-m', 'venv', place]) === null) throw new Failure('the peer needs Python 3 with venv');
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', pinned]);
  return python;
}
