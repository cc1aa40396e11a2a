// npm run fuzz -- [SECONDS] [TARGET...]: every fuzz target for so long, as many at once as there are cores.
import { createWriteStream, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { basename, extname, join } from 'node:path';
import { Failure, isMain, main, read, root, run, say } from './lib.mjs';

const fuzz = join(root, 'fuzz');
const seeds = join(fuzz, 'seeds');
/** Longer files are no seeds: each of their copies takes too long. */
const longestSeed = 64 << 10;
/** One input may take so much memory and time. */
const limits = ['-rss_limit_mb=2048', '-malloc_limit_mb=256', '-timeout=10', `-max_len=${longestSeed}`];

/** Which files begin which target, by their extensions: that of the target's name, if it is not here. */
const extensions = {
  companions: [],
  pytorch: ['pt', 'pth', 'bin', 'ckpt'],
  scores: ['json'],
  zip: ['npz', 'pt', 'pth'],
};
/** In the order of NAMES in fuzz_targets/open.rs, whose first byte chooses among them. */
const frontDoor = ['', 'safetensors', 'gguf', 'npy', 'npz', 'onnx', 'pt', 'bin', 'ckpt'];
const withWords = ['companions', 'open', 'safetensors'];

async function fuzzAll([seconds = '60', ...chosen]) {
  if (!/^\d+$/.test(seconds)) throw new Failure(`${seconds} is no number of seconds`);
  if (read('cargo', ['+nightly', 'fuzz', '--version']) === null) {
    throw new Failure('fuzzing needs `rustup toolchain install nightly` and `cargo install cargo-fuzz --locked`');
  }
  const targets = chosen.length > 0 ? chosen : allTargets();
  collectSeeds(targets);
  say('building the targets');
  run('cargo', ['+nightly', 'fuzz', 'build'], { cwd: fuzz });
  mkdirSync(join(fuzz, 'logs'), { recursive: true });

  const waiting = [...targets];
  const rows = [];
  const worker = async () => {
    for (let target = waiting.shift(); target; target = waiting.shift()) rows.push(await fuzzOne(target, seconds));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  report(rows.sort((a, b) => a.target.localeCompare(b.target)));
}

function allTargets() {
  return readdirSync(join(fuzz, 'fuzz_targets')).map((name) => basename(name, '.rs')).sort();
}

/** The files of the attacks, as the tests write them, and the small ones of the golden data. */
function collectSeeds(targets) {
  rmSync(seeds, { recursive: true, force: true });
  const attacks = join(seeds, 'attacks');
  mkdirSync(attacks, { recursive: true });
  say('collecting seeds');
  // Whether the tests pass does not matter here.
  read('cargo', ['test', '--no-default-features', '--test', 'attacks'], { env: { NEUROMFA_SEEDS: attacks } });
  if (readdirSync(attacks).length === 0) throw new Failure('the tests wrote no seeds: see `cargo test --test attacks`');
  const data = join(root, 'tests/data');
  const paths = readdirSync(data, { recursive: true }).map((name) => join(data, name));
  const files = [...paths, ...readdirSync(attacks).map((name) => join(attacks, name))];
  const small = files.filter((path) => statSync(path).isFile() && statSync(path).size <= longestSeed);
  for (const target of targets) layOut(target, small);
}

function layOut(target, paths) {
  const folder = join(seeds, target);
  mkdirSync(folder);
  const wanted = extensions[target] ?? [target];
  paths.forEach((path, index) => {
    const extension = extname(path).slice(1);
    const fits = target === 'open' ? path.includes('attacks') || frontDoor.includes(extension) : wanted.includes(extension);
    if (fits) writeFileSync(join(folder, `${index}`), input(target, extension, readFileSync(path)));
  });
}

/** A file as the target wants it. */
function input(target, extension, bytes) {
  if (target === 'open') return Buffer.concat([Buffer.of(Math.max(0, frontDoor.indexOf(extension))), bytes]);
  if (target !== 'safetensors' || bytes.length < 8) return bytes;
  // The header alone: the target puts the length before it, and data behind.
  const length = bytes.readBigUInt64LE();
  return bytes.subarray(8, 8 + Number(length < bytes.length ? length : BigInt(bytes.length)));
}

/** Runs one target; what it says goes to fuzz/logs. */
function fuzzOne(target, seconds) {
  say(`${target} for ${seconds} s`);
  const corpus = join(fuzz, 'corpus', target);
  mkdirSync(corpus, { recursive: true });
  const words = withWords.includes(target) ? [`-dict=${join(fuzz, 'json.dict')}`] : [];
  const options = [`-max_total_time=${seconds}`, '-print_final_stats=1', ...limits, ...words];
  const args = ['+nightly', 'fuzz', 'run', target, corpus, join(seeds, target), '--', ...options];
  return new Promise((resolve) => {
    const log = join(fuzz, 'logs', `${target}.txt`);
    const file = createWriteStream(log);
    const child = spawn('cargo', args, { cwd: fuzz, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        file.write(chunk);
      });
    }
    child.on('error', (error) => resolve({ target, ok: false, log: error.message }));
    child.on('close', (status) => {
      file.end();
      resolve({ target, ok: status === 0, log, ...numbers(output) });
    });
  });
}

/** What libFuzzer counts: inputs run, branches reached, inputs that each reached something new. */
function numbers(output) {
  const executions = Number(output.match(/^stat::number_of_executed_units:\s*(\d+)/m)?.[1] ?? 0);
  const megabytes = Number(output.match(/^stat::peak_rss_mb:\s*(\d+)/m)?.[1] ?? 0);
  const last = [...output.matchAll(/cov: (\d+) ft: (\d+) corp: (\d+)/g)].at(-1);
  return { executions, megabytes, coverage: Number(last?.[1] ?? 0), corpus: Number(last?.[3] ?? 0) };
}

function report(rows) {
  const format = (number) => (number ?? 0).toLocaleString('en');
  console.log(`\n${'target'.padEnd(14)}${['executions', 'branches', 'corpus', 'peak MB'].map((word) => word.padStart(14)).join('')}`);
  for (const { target, executions, coverage, corpus, megabytes, ok } of rows) {
    const columns = [executions, coverage, corpus, megabytes].map((number) => format(number).padStart(14)).join('');
    console.log(`${target.padEnd(14)}${columns}${ok ? '' : '  FOUND SOMETHING'}`);
  }
  const found = rows.filter(({ ok }) => !ok);
  for (const { target, log } of found) {
    const artifacts = join(fuzz, 'artifacts', target);
    console.log(`${target}: see ${existsSync(artifacts) ? `${artifacts} and ` : ''}${log}`);
  }
  if (found.length > 0) process.exitCode = 1;
}

if (isMain(import.meta)) await main(() => fuzzAll(process.argv.slice(2)));
