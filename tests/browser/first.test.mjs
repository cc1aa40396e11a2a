// What a first analysis downloads: one module that reads and computes, and the one that draws; the others when they are needed.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { chromiumTab } from './chromium.mjs';
import { analyse, assertGolden, assertQuiet, golden, needs, site, until, visit } from './harness.mjs';

const safetensors = join(golden, 'step1000.safetensors');
const data = join(root, 'tests/data');

/** The modules that the site has delivered, each once, sorted. */
function modules({ paths }) {
  return [...new Set(paths.flatMap((path) => path.match(/wasm\/([\w-]+)_bg\.wasm/)?.[1] ?? []))].sort();
}

test('safetensors and PyTorch need two modules', needs('Chromium'), async (t) => {
  for (const [isolated, flavour] of [[true, 'threads'], [false, 'single']]) {
    const server = await site(t, { isolated });
    const tab = await chromiumTab(t, isolated ? {} : { serviceWorkers: 'block' });
    await visit(tab, server.url);
    const { checkpoints } = await analyse(tab, safetensors);
    assertGolden(checkpoints[0], 'step1000.safetensors');
    await until('the drawing', () => modules(server).includes('view'));
    assert.deepEqual(modules(server), [`first-${flavour}`, 'view']);
    await analyse(tab, join(data, 'pytorch/average.pt'));
    assert.deepEqual(modules(server), [`first-${flavour}`, 'view']);
    assertQuiet(tab);
  }
});

test('other files and other options are analysed by the modules that can do everything', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  await analyse(tab, safetensors);
  await analyse(tab, join(data, 'formats/model.bf16.gguf'));
  assert.deepEqual(modules(server), ['engine-threads', 'first-threads', 'reader', 'view']);
  const { checkpoints } = await analyse(tab, safetensors);
  assertGolden(checkpoints[0], 'step1000.safetensors');
  assertQuiet(tab);
});
