// A checkpoint of more than 9 GB in Chromium: known answers, bounded memory, and what the sampled mode reads.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../tools/lib.mjs';
import { chromiumTab } from './chromium.mjs';
import { analyse, assertQuiet, events, folder, needs, site, visit } from './harness.mjs';

const MOST_MEMORY = 256e6;

test('9 GB in the page give the known answer within 256 MB', { ...needs('Chromium'), timeout: 600_000 }, async (t) => {
  const place = folder(t);
  run('cargo', ['run', '--quiet', '--locked', '--profile', 'test', '--example', 'huge', '--', place]);
  const file = join(place, 'huge.safetensors');
  const expected = JSON.parse(readFileSync(join(place, 'expected.json'), 'utf8'));
  const { size } = statSync(file);
  assert.ok(size > 9e9);
  for (const [network, wanted] of [['full', [expected.whole]], ['sampled', expected.samples]]) {
    const server = await site(t);
    const tab = await chromiumTab(t);
    await visit(tab, `${server.url}#v=1&null=&network=${network}&samples=2`);
    const begun = performance.now();
    const { checkpoints } = await analyse(tab, file, { timeout: 400_000 });
    const seconds = (performance.now() - begun) / 1000;
    assert.deepEqual(checkpoints[0].samples, wanted, network);
    const read = (await events(tab)).progress.at(-1).of;
    const memory = await memoryUsed(tab);
    t.diagnostic(`${network}: ${seconds.toFixed(1)} s, ${(memory / 1e6).toFixed(0)} MB of Wasm memory, ${(100 * read / size).toFixed(1)} % of the file read`);
    assert.ok(memory <= MOST_MEMORY, `${memory} bytes of Wasm memory`);
    assert.ok(network === 'full' || read < 0.1 * size, `a sample of two reads ${read} bytes`);
    assertQuiet(tab);
    await tab.page.close();
  }
});

/** As the page tells whoever asks: rounded to MB. */
async function memoryUsed(tab) {
  await tab.page.getByRole('button', { name: /^Engine: / }).click();
  const text = await tab.page.getByRole('dialog', { name: /Engine/ }).innerText();
  const [, amount, unit] = text.match(/took ([\d.,]+) (kB|KB|MB|GB)/) ?? assert.fail(text);
  return Number(amount.replace(',', '')) * { kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9 }[unit];
}
