// What all build scripts share. Node built-ins only: these run before `npm ci` has.
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The finished site. */
export const dist = join(root, 'dist');
/** Where cargo builds; each kind of build has a folder of its own in it. */
export const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');

/** An error that needs no stack trace: its message says what to do. */
export class Failure extends Error {}

/** Prints what is going on, in one line. */
export function say(text) {
  console.log(`> ${text}`);
}

/** Runs a command in the repository, output to the terminal; throws a Failure when it fails. */
export function run(command, args, { env = {}, cwd = root } = {}) {
  const { error, status, signal } = spawnSync(command, args, { cwd, env: merge(env), stdio: 'inherit' });
  if (error) throw new Failure(`${command}: ${error.message}`);
  if (status !== 0) throw new Failure(`failed (${signal ?? `status ${status}`}): ${command} ${args.join(' ')}`);
}

/** Like `run`, beside other work. */
export async function runBeside(command, args, { env = {}, cwd = root } = {}) {
  const child = spawn(command, args, { cwd, env: merge(env), stdio: ['ignore', 'inherit', 'inherit'] });
  const [status, signal] = await new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Failure(`${command}: ${error.message}`)));
    child.on('close', (...ending) => resolve(ending));
  });
  if (status !== 0) throw new Failure(`failed (${signal ?? `status ${status}`}): ${command} ${args.join(' ')}`);
}

/** Runs a command, shows its output and keeps it: resolves to {ok, output}. */
export function capture(command, args, { env = {}, cwd = root } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: merge(env), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (chunk) => {
        process[stream].write(chunk);
        output += chunk;
      });
    }
    child.on('error', (error) => resolve({ ok: false, output: output + error.message }));
    child.on('close', (status) => resolve({ ok: status === 0, output }));
  });
}

/** The standard output of a quiet command, or null if there is no such command or it fails. */
export function read(command, args, { env = {} } = {}) {
  const { error, status, stdout } = spawnSync(command, args, { cwd: root, env: merge(env), encoding: 'utf8' });
  return error || status !== 0 ? null : stdout.trim();
}

/** Whether Debian packages can be installed without a question: as root, in containers. Elsewhere the machine's owner decides. */
export function mayInstall() {
  return process.getuid?.() === 0 && read('apt-get', ['--version']) !== null;
}

/** Runs a command that may fail: what cannot be installed is reported as skipped by the tests. */
export function attempt(command, args) {
  try {
    run(command, args, { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`  ${error.message}`);
  }
}

/** Runs a script's main function; a Failure ends it with one line instead of a stack trace. */
export async function main(script) {
  try {
    await script();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}

/** True in the script that node was started with. */
export function isMain(meta) {
  return process.argv[1] === fileURLToPath(meta.url);
}

/** The environment with some variables replaced, or removed where undefined. */
function merge(env) {
  const merged = { ...process.env, ...env };
  for (const name of Object.keys(merged)) if (merged[name] === undefined) delete merged[name];
  return merged;
}
