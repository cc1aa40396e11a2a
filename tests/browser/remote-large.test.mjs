// A model of 13.8 GB on another site, of which the page reads what a sample needs. The site makes its weights as they are asked for.
import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { remoteServer } from '../remote/server.mjs';
import { checkpoint, pythia } from '../remote/weights.mjs';
import { folder, needs } from './harness.mjs';
import { dropped, none, opened, read, weightRanges } from './web-sources.mjs';

const MOST_MEMORY = 256e6;
const MOST_SHARE = 0.013;

test('13.8 GB of Pythia-6.9B, sampled: 1.3 % of its bytes, in 600 requests as strips, within 256 MB', { ...needs('Chromium'), timeout: 900_000 }, async (t) => {
  const files = checkpoint(pythia);
  const size = Object.values(files).reduce((sum, content) => sum + content.size, 0);
  assert.ok(size > 10e9);
  // What distance costs is measured by `npm run bench -- remote`.
  for (const [label, rows] of [['Random, as published', ''], ['In strips', '&rows=strips']]) {
    const server = await remoteServer(t);
    server.hub({ 'large/model': { revisions: { main: files } } });
    const hash = `${none}&network=sampled&samples=1${rows}`;
    const tab = await opened(t, hash);
    const begun = performance.now();
    const { document, fault, cost } = await read(tab, `hub+${server.url}/large/model`, { choices: [label], timeout: 400_000 });
    const seconds = (performance.now() - begun) / 1000;
    assert.equal(fault, undefined, label);
    const memory = await memoryUsed(tab);
    const [bytes, requests] = [server.bytes(), server.requests.length];
    t.diagnostic(`${label}: ${seconds.toFixed(1)} s, ${(bytes / 1e6).toFixed(1)} MB (${((100 * bytes) / size).toFixed(2)} %), ${requests} requests, ${(memory / 1e6).toFixed(0)} MB of Wasm memory. ${cost}`);
    assert.ok(bytes <= MOST_SHARE * size, `${bytes} bytes of ${size}`);
    assert.ok(!rows || requests <= 600, `${requests} requests`);
    assert.ok(memory <= MOST_MEMORY, `${memory} bytes of Wasm memory`);
    assert.deepEqual(document.checkpoints[0].samples, (await dropped(t, sparse(t, files, server.requests), hash)).checkpoints[0].samples, label);
    await tab.page.close();
  }
});

/** The files with what was read of them in its place, and holes elsewhere: who reads other bytes gets other numbers. */
function sparse(t, files, requests) {
  const place = join(folder(t), 'model');
  mkdirSync(place);
  const asked = weightRanges(requests);
  for (const [name, content] of Object.entries(files)) {
    const file = openSync(join(place, name), 'w');
    ftruncateSync(file, content.size);
    const ranges = name.endsWith('.safetensors') ? asked.filter((range) => range.name === name) : [{ from: 0, to: content.size }];
    for (const { from, to } of ranges) writeSync(file, content.read(from, to), 0, to - from, from);
    closeSync(file);
  }
  return place;
}

/** As the page tells whoever asks: rounded to MB. */
async function memoryUsed(tab) {
  await tab.page.getByRole('button', { name: /^Engine: / }).click();
  const text = await tab.page.getByRole('dialog', { name: /Engine/ }).innerText();
  const [, amount, unit] = text.match(/took ([\d.,]+) (kB|KB|MB|GB)/) ?? assert.fail(text);
  return Number(amount.replace(',', '')) * { kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9 }[unit];
}
