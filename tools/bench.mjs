// npm run bench: the authors' own job, natively and in Chromium, on the same bytes and with the same answer.
// npm run bench -- shapes: models of real shapes (bench-shapes.mjs).
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { benchShapes } from './bench-shapes.mjs';
import { build } from './build.mjs';
import { findBrowsers } from './browsers.mjs';
import { Failure, isMain, main, read, say, target } from './lib.mjs';
import { serve } from './serve.mjs';

const runs = 200;

async function bench() {
  await build();
  const file = join(target, 'bench', 'authors-job.safetensors');
  mkdirSync(join(target, 'bench'), { recursive: true });
  const bytes = authorsJob();
  writeFileSync(file, bytes);
  say('measuring natively, one thread');
  const native = JSON.parse(read('cargo', ['bench', '--quiet', '--bench', 'authors_job', '--', file], { env: { RAYON_NUM_THREADS: '1' } }) ?? fail());
  const rows = [['native, 1 thread', native]];
  for (const [name, threads] of [['Chromium, single', 0], ['Chromium, threads: 1', 1], ['Chromium, threads: 2', 2]]) {
    say(`measuring in ${name}`);
    rows.push([name, await inChromium(bytes, threads)]);
  }
  for (const [name, { alpha0 }] of rows) assert.equal(alpha0, native.alpha0, `${name}: another answer`);
  report(rows, native);
}

function fail() {
  throw new Failure('the native benchmark failed; run `cargo bench --bench authors_job` to see why');
}

/**
 * A GPT-NeoX of 6 blocks whose layers have exactly the sampled sizes (32 inputs, 32 heads, 64 hidden), so that the whole
 * network is the sampled network of the authors' job: 960 neurons, 49,152 edges, N(0, 0.02²).
 */
function authorsJob() {
  const shapes = { 'attention.query_key_value': [96, 32], 'attention.dense': [32, 32], 'mlp.dense_h_to_4h': [64, 32], 'mlp.dense_4h_to_h': [32, 64] };
  const header = {};
  let end = 0;
  for (let block = 0; block < 6; block++) {
    for (const [name, shape] of Object.entries(shapes)) {
      const start = end;
      end += 4 * shape[0] * shape[1];
      header[`gpt_neox.layers.${block}.${name}.weight`] = { dtype: 'F32', shape, data_offsets: [start, end] };
    }
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.from(normal(end / 4, 0.02).buffer)]);
}

/** Box-Muller over a small congruential generator: the same weights in every run. */
function normal(count, sd) {
  let state = 1;
  const uniform = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 1) / 4294967297;
  return Float32Array.from({ length: count }, () => sd * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}

async function inChromium(bytes, threads) {
  const { Chromium } = await findBrowsers();
  if (!Chromium) throw new Failure('no Chromium to measure in; run `npm test` once, which fetches one');
  const { chromium } = await import('playwright-core');
  // Isolated already, the page has no reason to reload while it is measured.
  const server = await serve();
  const browser = await chromium.launch({ executablePath: Chromium, args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'] });
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    return await page.evaluate(measure, { file: [...bytes], threads, runs });
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Runs in the page: a worker of its own, with nothing else to do, repeats the job. */
async function measure({ file, threads, runs }) {
  const source = `self.onmessage = async ({ data: { base, file, threads, runs } }) => {
    const module = await import(base + 'wasm/engine-' + (threads ? 'threads' : 'single') + '.js');
    await module.default();
    if (threads) await module.initThreadPool(threads);
    const engine = new module.Engine();
    const { default: start, Reader } = await import(base + 'wasm/reader.js');
    await start();
    const reader = new Reader();
    reader.addFile('model.safetensors', new Blob([file]));
    const { id } = JSON.parse(reader.recognise()).checkpoints[0];
    engine.load(id, reader.network(id));
    const options = { network: 'full', mode: 'exact' };
    const parts = engine.plan(id, options).reads.map((read) => file.slice(read.offset, read.offset + read.length));
    const times = [];
    let record;
    for (let run = 0; run < runs; run++) {
      const start = performance.now();
      engine.plan(id, options);
      for (const part of parts) engine.feed(part);
      record = engine.finish();
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    self.postMessage({ best: times[0], median: times[runs >> 1], worst: times[runs - 1], alpha0: record.mean.alpha0 });
  };`;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })), { type: 'module' });
  return await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ base: new URL('./', location.href).href, file: new Uint8Array(file), threads, runs });
  });
}

function report(rows, native) {
  const ms = (value) => value.toFixed(2).padStart(8);
  console.log(`\nAuthors' job (960 neurons, 49,152 edges), ${runs} runs, ms; ${cpus()[0].model}, ${cpus().length} cores, node ${process.version}`);
  console.log(`${''.padEnd(22)}    best  median   worst  median / native`);
  for (const [name, { best, median, worst }] of rows) {
    console.log(`${name.padEnd(22)}${ms(best)}${ms(median)}${ms(worst)}  ${(median / native.median).toFixed(2)}`);
  }
}

if (isMain(import.meta)) await main(process.argv[2] === 'shapes' ? benchShapes : bench);
