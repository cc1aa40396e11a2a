// npm run bench -- shapes: models of real shapes with random weights, from files on disk to the whole network's
// spectrum, on the command line and in Chromium. Both must give the same numbers.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { findBrowsers } from './browsers.mjs';
import { Failure, read, root, run, say, target } from './lib.mjs';
import { serve } from './serve.mjs';

const models = [
  { name: 'GPT-2', table: 'real-gpt2', dtype: 'F32', shards: 1 },
  { name: 'Pythia-410M', table: 'real-pythia-410m', dtype: 'F32', shards: 1 },
  { name: 'Llama-3.2-1B, 4 shards', table: 'real-llama-3.2-1b', dtype: 'BF16', shards: 4 },
  { name: 'ViT-base', table: 'real-vit-base', dtype: 'F32', shards: 1 },
  { name: 'ResNet-50', table: 'real-resnet50', dtype: 'F32', shards: 1 },
];

export async function benchShapes() {
  await build();
  const { Chromium } = await findBrowsers();
  if (!Chromium) throw new Failure('no Chromium to measure in; run `npm test` once, which fetches one');
  const { chromium } = await import('playwright-core');
  run('cargo', ['build', '--release', '--locked', '--quiet', '--bin', 'neuromfa', '--example', 'model']);
  const server = await serve();
  const browser = await chromium.launch({ executablePath: Chromium, args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'] });
  console.log(`\n${'model'.padEnd(24)}${'type'.padEnd(6)}      MB  groups  command line   Chromium`);
  try {
    for (const model of models) await measure(model, browser, server.url);
  } finally {
    await browser.close();
    await server.close();
  }
}

async function measure({ name, table, dtype, shards }, browser, url) {
  const folder = join(target, 'bench', table);
  run(join(target, 'release/examples/model'), [join(root, `tests/data/families/${table}.json`), folder, dtype, String(shards)]);
  const files = readdirSync(folder).map((file) => join(folder, file));
  const megabytes = files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
  const [native, chrome] = [await best(3, () => onCommandLine(folder)), await best(3, () => inChromium(browser, url, files))];
  assert.deepEqual(chrome.samples, native.samples, `${name}: another answer`);
  const seconds = (value) => `${value.toFixed(2)} s`.padStart(11);
  console.log(`${name.padEnd(24)}${dtype.padEnd(6)}${megabytes.toFixed(0).padStart(8)}${String(native.network.layers.length).padStart(8)}   ${seconds(native.seconds)}${seconds(chrome.seconds)}`);
  rmSync(folder, { recursive: true });
}

/** The fastest of several runs. */
async function best(runs, work) {
  let fastest = null;
  for (let i = 0; i < runs; i++) {
    const result = await work();
    if (!fastest || result.seconds < fastest.seconds) fastest = result;
  }
  return fastest;
}

function onCommandLine(folder) {
  const out = join(target, 'bench', 'shapes.json');
  const begun = performance.now();
  if (read(join(target, 'release/neuromfa'), ['analyze', folder, '--out', out]) === null) throw new Failure(`${folder} cannot be analysed`);
  const seconds = (performance.now() - begun) / 1000;
  return { seconds, ...JSON.parse(readFileSync(out, 'utf8')).checkpoints[0] };
}

async function inChromium(browser, url, files) {
  const page = await browser.newPage();
  try {
    await page.goto(`${url}#v=1&null=`);
    await page.evaluate(() => {
      window.result = new Promise((resolve) => document.addEventListener('neuromfa-result', ({ detail }) => resolve(detail)));
    });
    const begun = performance.now();
    await page.locator('input[type=file]').first().setInputFiles(files);
    const document = await page.evaluate(() => window.result);
    return { seconds: (performance.now() - begun) / 1000, ...document.checkpoints[0] };
  } finally {
    await page.close();
  }
}
