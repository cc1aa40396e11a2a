// Every container that people have, in Chromium: the same numbers as its values give, pickles as data, wirings edited.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { chromiumTab } from './chromium.mjs';
import { analyse, assertClose, assertQuiet, needs, nextResult, site, until, visit } from './harness.mjs';

const formats = join(root, 'tests/data/formats');
const architectures = join(root, 'tests/data/architectures');

test('19 forms of one network give the spectrum of their values', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&null=`);
  const expected = JSON.parse(readFileSync(join(formats, 'expected_full.json'), 'utf8'));
  assert.equal(Object.keys(expected).length, 19);
  for (const [form, wanted] of Object.entries(expected)) {
    const path = join(formats, form);
    const paths = statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path];
    const { checkpoints } = await analyse(tab, paths);
    assert.equal(checkpoints.length, 1, form);
    const [{ samples: [sample], nfd, network, architecture }] = checkpoints;
    assertClose(form, [sample.alpha0, sample.width, nfd.mean], [wanted.alpha0, wanted.width, wanted.nfd_mean]);
    assert.deepEqual([sample.neurons_kept, network.zero_weights, architecture], [wanted.neurons_kept, wanted.zero_weights, 'GPT-NeoX'], form);
  }
  assertQuiet(tab);
});

test('a file with several state dicts lets the user switch', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&null=`);
  const { checkpoints: [first] } = await analyse(tab, join(root, 'tests/data/pytorch/average.pt'));
  const choice = tab.page.locator('#state-dict');
  const paths = await choice.locator('option').evaluateAll((options) => options.map((option) => [option.value, option.selected]));
  assert.ok(paths.length > 1, 'several state dicts');
  const [other] = paths.find(([, selected]) => !selected);
  await choice.selectOption(other);
  const width = () => tab.evaluate(() => document.querySelector('.numbers-table td.this').textContent);
  const before = first.samples[0].width.toFixed(3);
  await until('the other weights', async () => (await width()) !== before);
  assert.equal(await choice.inputValue(), other);
  await tab.page.getByRole('button', { name: 'pickle read as data' }).click();
  assert.match(await tab.page.getByRole('dialog', { name: 'Pickle' }).innerText(), /_rebuild_tensor_v2/);
  assertQuiet(tab);
});

test('the wiring is shown, edited, and put back', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&null=`);
  await analyse(tab, join(architectures, 'gpt2/model.safetensors'));
  const section = tab.page.locator('#layers');
  assert.match(await section.innerText(), /8 groups of neurons[^]*recognised as GPT-2/);
  await tab.page.getByRole('button', { name: 'Change the wiring' }).click();
  await tab.page.locator('#wiring-filter').fill('mlp.c_proj');
  await tab.page.getByRole('button', { name: 'Leave all shown out' }).click();
  await tab.page.getByRole('button', { name: 'Read the files again so' }).click();
  await until('six groups', async () => /6 groups of neurons[^]*your own wiring/.test(await section.innerText()));
  assert.match(await tab.page.locator('.checks').innerText(), /wiring/i);
  // A wrong orientation is the user's choice; sizes that cannot be are refused with a sentence, and the picture stays.
  await tab.page.getByRole('button', { name: 'Change the wiring' }).click();
  await tab.page.getByLabel('Same neurons as the row above: transformer.h.0.mlp.c_fc.weight').check();
  await tab.page.getByLabel('Axes of transformer.h.0.mlp.c_fc.weight').selectOption('outputs-first');
  await tab.page.getByRole('button', { name: 'Read the files again so' }).click();
  await until('the refusal', async () => /inputs/.test(await tab.page.locator('.banners').innerText()));
  assert.match(await section.innerText(), /6 groups of neurons/);
  await tab.page.getByRole('button', { name: 'Change the wiring' }).click();
  await tab.page.getByRole('button', { name: 'Back to what was recognised' }).click();
  await until('eight groups', async () => /8 groups of neurons[^]*recognised as GPT-2/.test(await section.innerText()));
  assertQuiet(tab);
});

test('a change on top of another leaves no checkpoint behind', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&null=&view=one`);
  const steps = ['step0', 'step32', 'step256', 'step1000'].map((name) => join(root, `tests/data/neox-tiny/${name}.safetensors`));
  await analyse(tab, steps);
  // A finished series is shown as one; the address says so.
  await until('the series', () => tab.evaluate(() => !location.hash.includes('view=one')));
  await tab.evaluate(() => { location.hash = 'v=1&null=&view=one'; });
  const section = tab.page.locator('#layers');
  await section.getByRole('button', { name: 'Change the wiring' }).click();
  await tab.page.locator('#wiring-filter').fill('mlp.');
  await tab.page.getByRole('button', { name: 'Leave all shown out' }).click();
  await tab.page.getByRole('button', { name: 'Read the files again so' }).click();
  // At once, before the files are read: a threshold within a bin, which reads them once more.
  await tab.evaluate(() => { location.hash = 'v=1&null=&view=one&threshold=120.5'; });
  const slider = tab.page.locator('.one-view').getByLabel('Training step');
  const shown = async () => [await section.innerText(), await tab.page.locator('#set-threshold').inputValue()];
  await until('all checkpoints with both changes', async () => {
    const [text, threshold] = await shown();
    return /6 groups of neurons[^]*your own wiring/.test(text) && threshold === '120.5' && Number(await slider.getAttribute('max')) === 3;
  });
  for (let step = 0; step < 4; step++) {
    await slider.fill(String(step));
    await until(`step ${step}`, async () => /6 groups of neurons[^]*your own wiring/.test((await shown())[0]));
  }
  assertQuiet(tab);
});

test('smaller shared memories are tried in turn', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t, { serviceWorkers: 'block' });
  // A browser that reserves 512 MB at most, as phones do.
  await tab.page.context().route('**/engine-worker.js', async (route) => {
    const response = await route.fetch();
    const refuse = `const Memory = WebAssembly.Memory;
      WebAssembly.Memory = function (d) { if (d.maximum > 8192) throw new RangeError('refused'); return new Memory(d); };`;
    await route.fulfill({ response, body: refuse + await response.text() });
  });
  await visit(tab, server.url);
  const { checkpoints } = await analyse(tab, join(formats, 'model.bf16.gguf'));
  assert.equal(checkpoints.length, 1);
  await tab.page.getByRole('button', { name: /Engine: \d+ threads, isolated/ }).click();
  assert.match(await tab.page.getByRole('dialog', { name: /Engine/ }).innerText(), /would give it 537 MB/);
  assertQuiet(tab);
});
