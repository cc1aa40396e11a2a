// Checkpoints on other sites, in Chromium: the numbers are those of the same files dropped, no fault makes a wrong one, nothing is
// asked before it is confirmed, and a token goes where it should. No site is further away than this machine.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { root } from '../../tools/lib.mjs';
import { folderOf, held, onDisk, pointerTo } from '../remote/content.mjs';
import { remoteServer } from '../remote/server.mjs';
import { FAULTS, WAYS } from '../remote/ways.mjs';
import { checkpoint, pythia, sibling, writeCheckpoint } from '../remote/weights.mjs';
import { analyse, assertGolden, events, folder, golden, needs, picture, until } from './harness.mjs';
import { covered, dropped, looked, none, numbers, opened, read, typed, weightRanges } from './web-sources.mjs';

const steps = [0, 32, 256, 1000];
const step0 = { 'step0.safetensors': onDisk(join(golden, 'step0.safetensors')) };
const formats = folderOf(join(root, 'tests/data/formats'));

const atStep = (step) => ({ 'config.json': onDisk(join(golden, 'config.json')), 'model.safetensors': onDisk(join(golden, `step${step}.safetensors`)) });
const revisions = Object.fromEntries(steps.map((step) => [`step${step}`, atStep(step)]));

const statusLine = (tab) => tab.page.evaluate(() => document.body.innerText.match(/\d[\d,]* requests? to [^\n]*/)?.[0] ?? '');

test('nothing is asked before the host is confirmed, and then only what is needed, of it alone', needs('Chromium'), async (t) => {
  const server = await remoteServer(t);
  server.hub({ 'tiny/neox': { revisions: { main: atStep(1000), ...revisions } } });
  const tab = await opened(t, `${none}&source=${encodeURIComponent(`hub+${server.url}/tiny/neox`)}&revisions=step0`);
  const host = new URL(server.url).host;
  const dialog = tab.page.locator('dialog.web');
  await until('the dialog of the link', () => dialog.isVisible());
  assert.equal(await dialog.locator('#web-source').inputValue(), `hub+${server.url}/tiny/neox`);
  assert.match(await dialog.innerText(), new RegExp(`${host} will see your address`));
  assert.deepEqual([server.requests.length, tab.foreign], [0, []]);
  assert.match(await tab.page.evaluate(() => document.body.innerText), /0 requests to other sites/);
  await tab.page.screenshot({ path: picture('web-confirm') });

  await dialog.locator('#web-revisions').fill(steps.map((step) => `step${step}`).join(', '));
  await dialog.getByRole('button', { name: `Ask ${host}` }).click();
  const button = dialog.getByRole('button', { name: /^Read .*\d/ });
  await until('the plan', async () => (await button.count()) > 0 && button.isEnabled());
  assert.match(await dialog.locator('.web-plan').innerText(), /^4 checkpoints: GPT-NeoX, safetensors/);
  await tab.page.screenshot({ path: picture('web-plan') });
  await button.click();
  const document = await until('the result', async () => (await events(tab)).results[0]);
  assert.deepEqual(document.checkpoints.map(({ step }) => step), steps);
  for (const [at, step] of steps.entries()) assertGolden(document.checkpoints[at], `step${step}.safetensors`);

  // Every origin that was asked is one of the two of this hub, and the page counts what the server has sent.
  const origins = new Set(tab.foreign.map((address) => new URL(address).origin));
  assert.deepEqual([...origins].sort(), [server.url, server.elsewhere].sort());
  await until('the count', async () => (await statusLine(tab)).startsWith(`${server.requests.length} requests to ${host} and 1 other host`), { timeout: 5000 });
  assert.deepEqual(tab.problems, []);

  const place = folder(t);
  for (const step of steps) {
    mkdirSync(join(place, 'neox', `step${step}`), { recursive: true });
    copyFileSync(join(golden, `step${step}.safetensors`), join(place, 'neox', `step${step}`, 'model.safetensors'));
    copyFileSync(join(golden, 'config.json'), join(place, 'neox', `step${step}`, 'config.json'));
  }
  assert.deepEqual(numbers(document), numbers(await dropped(t, join(place, 'neox'))));
});

test('a token goes to its host and not to the store that it sends to', needs('Chromium'), async (t) => {
  const server = await remoteServer(t);
  server.hub({ 'tiny/gated': { revisions, gated: true } });
  const source = `hub+${server.url}/tiny/gated`;
  const tab = await opened(t);
  const { fault, dialog } = await looked(tab, source, { revisions: 'step0' });
  assertSentence(fault, /accepted its terms.*token/s);
  await dialog.getByRole('button', { name: 'Close' }).click();
  server.forget();
  const { document } = await read(tab, source, { revisions: 'step0', token: 'good' });
  assertGolden(document.checkpoints[0], 'step0.safetensors');
  const gets = server.requests.filter(({ method }) => method === 'GET');
  assert.ok(gets.some(({ site: name, authorization }) => name === 'same' && authorization === 'Bearer good'));
  assert.deepEqual([...new Set(gets.filter(({ site: name }) => name === 'other').map(({ authorization }) => authorization))], [null]);
  assert.ok(!(await tab.evaluate(() => location.href + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }))).includes('good'));
});

test('missing models, revisions and files have sentences of their own', needs('Chromium'), async (t) => {
  const server = await remoteServer(t);
  server.hub({ 'tiny/neox': { revisions: { main: atStep(0) } }, 'tiny/gated': { revisions: { main: atStep(0) }, gated: true }, 'tiny/empty': { revisions: { main: { 'README.md': held('Nothing') } } } });
  server.archive({ 17: { 'notes.txt': held('Nothing') } });
  server.mount('/pointer', { 'model.safetensors': pointerTo(step0['step0.safetensors']) });
  const cases = [
    [`hub+${server.url}/tiny/none`, {}, /tiny\/none.* is not there, or is private/],
    [`hub+${server.url}/tiny/neox`, { revisions: 'step5' }, /tiny\/neox@step5.*no revision of this name/],
    [`hub+${server.url}/tiny/gated`, { token: 'other' }, /accepted its terms/],
    [`hub+${server.url}/tiny/empty`, {}, /no weights|No checkpoint/],
    [`zenodo+${server.url}/records/18`, {}, /record 18.* is not there/],
    [`zenodo+${server.url}/records/17`, {}, /no weights|No checkpoint/],
    [`${server.url}/pointer/model.safetensors`, {}, /Git LFS pointer/],
    [`${server.url}/nowhere/model.safetensors`, {}, /model\.safetensors.* is not there/],
  ];
  const tab = await opened(t);
  for (const [source, options, sentence] of cases) {
    const { dialog, fault } = await looked(tab, source, options);
    assertSentence(fault, sentence);
    await dialog.getByRole('button', { name: 'Close' }).click();
  }
});

test('every kind of source gives the numbers of the same files dropped', { ...needs('Chromium'), concurrency: 3 }, async (t) => {
  const server = await remoteServer(t);
  const only = (name) => ({ [name]: formats[name] });
  const sharded = folderOf(join(root, 'tests/data/formats/sharded'));
  server.archive({ 17: only('pytorch_model.bin') });
  server.hub({ 'tiny/sharded': { revisions: { main: { ...sharded, 'README.md': held('A model') } } } }, { page: 2 });
  const sources = {
    'PyTorch in an archive': [`zenodo+${server.url}/records/17`, 'pytorch_model.bin'],
    'shards of a hub, listed in pages': [`hub+${server.url}/tiny/sharded`, 'sharded'],
    'a folder with a page': [server.mount('/listed', sharded, { index: true }), 'sharded'],
    'a folder without one': [server.mount('/unlisted', sharded), 'sharded'],
    ...Object.fromEntries(['legacy.pt', 'model.npz', 'model.onnx', 'model.q8_0.gguf', 'model.f64.safetensors'].map((name) => [name, [`${server.mount(`/one/${name}`, only(name))}${name}`, name]])),
  };
  // The same files at once, under other names: those of one name are taken for forms of one model. Each is known by its format.
  const place = folder(t);
  const paths = [...new Set(Object.values(sources).map(([, path]) => path))].flatMap((path) => (path === 'sharded' ? Object.keys(sharded).map((name) => `sharded/${name}`) : path));
  const copies = paths.map((path, at) => [join(root, 'tests/data/formats', path), join(place, path.startsWith('sharded/') ? basename(path) : `${at}${extname(path)}`)]);
  for (const [from, to] of copies) copyFileSync(from, to);
  const local = await analyse(await opened(t), copies.map(([, to]) => to));
  await each(t, Object.entries(sources).map(([name, [source]]) => [name, async (one) => {
    const { document, fault } = await read(await opened(one), source);
    assert.equal(fault, undefined);
    const [found] = values(document);
    const same = values(local).filter(({ format, samples }) => format === found.format && isDeepStrictEqual(samples, found.samples));
    assert.ok(same.length > 0, `no dropped checkpoint has the numbers of ${name}`);
    assert.deepEqual(found, same[0]);
  }]));
});

/** The numbers alone: folders on other sites may have other names. */
const values = ({ checkpoints }) => checkpoints.map(({ format, architecture, network, samples, nfd }) => ({ format, architecture, neurons: network.neurons, edges: network.edges, samples, nfd }));

test('redirects, and servers that tell little, give the right numbers', { ...needs('Chromium'), concurrency: 3 }, async (t) => {
  const server = await remoteServer(t);
  await each(t, Object.entries(WAYS).map(([name, way]) => [name, async (one) => {
    const { document, fault } = await read(await opened(one), `${server.mount(`/${name}`, step0, way)}step0.safetensors`);
    assert.equal(fault, undefined);
    assertGolden(document.checkpoints[0], 'step0.safetensors');
  }]));
});

/** What each fault ends in: a right result, or this sentence. */
const ENDS = {
  'no-sharing': /does not let other pages read it/,
  // Short enough to be taken whole.
  'no-ranges': 'right',
  'cut-once': 'right',
  'cut-always': /broke off in the middle of an answer/,
  'changes': /changed while it was read/,
  'changes-dated': /changed while it was read/,
  'unsatisfiable': /refuses a part of the file/,
  'too-many-once': 'right',
  'too-many-always': /no more requests for now: for 60 minutes/,
  'error-twice': 'right',
  'unavailable-always': /has a fault of its own/,
  'missing': /is not there/,
  // Browsers show no more of these than of a site that does not answer.
  'loop': /cannot be reached, or does not/,
  'expires': 'right',
  'gzip-file': /cannot be reached, or does not/,
  'gzip-body': /cannot be reached, or does not/,
  'shifted': /sends other bytes than were asked for/,
  'fewer': /broke off|another number of them/,
  'more': /another number of them/,
  'total-lies': /longer than it says|other bytes/,
  'total-changes': /changed while it was read/,
};

test('every fault ends in a right result or in one clear sentence', { ...needs('Chromium'), concurrency: 2, timeout: 300_000 }, async (t) => {
  assert.deepEqual(Object.keys(ENDS), Object.keys(FAULTS));
  const server = await remoteServer(t);
  const ends = Object.entries(ENDS);
  // Faults wait before another try: two pages wait side by side.
  await each(t, [0, 1].map((half) => [`faults, ${half ? 'odd' : 'even'}`, async (one) => {
    let tab = null;
    for (const [name, end] of ends.filter((_, at) => at % 2 === half)) {
      tab ??= await opened(one);
      const { document, fault, cost } = await read(tab, `${server.mount(`/${name}`, step0, FAULTS[name])}step0.safetensors`, { timeout: 90_000 });
      one.diagnostic(`${name}: ${fault?.replaceAll(/\s+/g, ' ') ?? 'right'}`);
      if (end === 'right') assertGolden((document ?? assert.fail(`${name}: ${fault}`)).checkpoints[0], 'step0.safetensors');
      else assertSentence(fault, end);
      // A page that has begun to read has something on it, which the next would join.
      if (cost) await tab.page.close();
      else await tab.page.locator('dialog.web').getByRole('button', { name: 'Close' }).click();
      if (cost) tab = null;
    }
  }]));
});

test('checkpoints of two sites stand side by side, each read from its own', needs('Chromium'), async (t) => {
  const [one, other] = [await remoteServer(t), await remoteServer(t)];
  // Both are the first file that was asked for of its site.
  const at = (server, step) => `${server.mount('/runs', { [`step${step}.safetensors`]: onDisk(join(golden, `step${step}.safetensors`)) })}step${step}.safetensors`;
  const tab = await opened(t);
  const { document: first } = await read(tab, at(one, 0));
  assertGolden(first.checkpoints[0], 'step0.safetensors');
  await tab.page.getByText('Add the next files to these').click();
  const { button } = await looked(tab, at(other, 1000));
  await until('its cost', () => button.isEnabled());
  await button.click();
  const both = await until('both', async () => (await events(tab)).results[1]);
  assert.deepEqual(both.checkpoints.map(({ step }) => step), [0, 1000]);
  for (const checkpoint of both.checkpoints) assertGolden(checkpoint, `step${checkpoint.step}.safetensors`);
  assert.deepEqual((await events(tab)).errors, []);
  assert.deepEqual(tab.problems, []);
});

test('a large file whose server hides its length from pages is asked for it', needs('Chromium'), async (t) => {
  const server = await remoteServer(t);
  const tab = await opened(t);
  const { dialog, fault } = await looked(tab, server.mount('/large', checkpoint(pythia), { cors: 'bare', index: true }));
  assert.equal(fault, '');
  assert.match(await dialog.locator('.web-plan').innerText(), /^1 checkpoint: GPT-NeoX, safetensors, 6\.9 billion weights, 13\.8 GB/);
  assert.ok(server.requests.some(({ method }) => method === 'HEAD'));
});

test('a large file on a server without ranges is not downloaded', needs('Chromium'), async (t) => {
  const server = await remoteServer(t);
  const address = `${server.mount('/large', checkpoint(pythia), { ranges: false })}model-00001-of-00003.safetensors`;
  const { fault } = await looked(await opened(t), address);
  assertSentence(fault, /cannot be read in parts/);
  assert.ok(server.bytes() < 64e6, `${server.bytes()} bytes were sent`);
});

test('looking and reading are stopped at once', needs('Chromium'), async (t) => {
  const server = await remoteServer(t);
  const place = server.mount('/silent', step0, { latency: 600_000 });
  const tab = await opened(t);
  const dialog = await typed(tab, `${place}step0.safetensors`);
  await dialog.getByRole('button', { name: /^Ask / }).click();
  await dialog.getByRole('button', { name: 'Stop' }).click();
  await until('the button again', () => dialog.getByRole('button', { name: /^Ask / }).isEnabled(), { timeout: 5000 });
  await dialog.getByRole('button', { name: 'Close' }).click();

  const slow = server.mount('/slow', checkpoint(sibling), { faults: [{ kind: 'stall', after: 8, on: /safetensors$/ }], index: true });
  const { button } = await looked(tab, slow);
  await button.click();
  await until('the reading', async () => (await events(tab)).progress.length > 0);
  await tab.page.getByRole('button', { name: /^cancel/i }).click();
  await until('that it was stopped', async () => /Stopped/.test(await tab.page.locator('.banners').innerText()));
  const asked = server.requests.length;
  await tab.page.waitForTimeout(1000);
  assert.equal(server.requests.length, asked, 'nothing more is asked for');
});

test('sampled rows and strips of a small model, over ten seeds, are those of the same files dropped', needs('Chromium'), async (t) => {
  const server = await remoteServer(t);
  server.hub({ 'small/model': { revisions: { main: checkpoint(sibling) } } });
  const place = join(folder(t), 'model');
  writeCheckpoint(place, sibling);
  for (const [label, rows] of [['Random, as published', ''], ['In strips', '&rows=strips']]) {
    server.forget();
    const hash = `${none}&network=sampled&samples=10${rows}`;
    const { document, fault } = await read(await opened(t, hash), `hub+${server.url}/small/model`, { choices: [label] });
    assert.equal(fault, undefined, label);
    const local = await dropped(t, place, hash);
    assert.equal(document.checkpoints[0].samples.length, 10);
    assert.deepEqual(document.checkpoints[0].samples, local.checkpoints[0].samples, label);
    // Each byte once, whatever number of seeds wants it.
    const rowsAsked = weightRanges(server.requests);
    const together = rowsAsked.reduce((sum, { from, to }) => sum + to - from, 0);
    assert.ok(together <= covered(rowsAsked) * 1.02, `${together} bytes for ${covered(rowsAsked)}`);
  }
});

/** Cases side by side, as many as the test allows. */
function each(t, cases) {
  return Promise.all(cases.map(([name, work]) => t.test(name, { timeout: 280_000 }, work)));
}

/** A sentence or a few, without what is for programs. */
function assertSentence(text, kind) {
  assert.match(text ?? '', kind);
  assert.match(text, /^\S[^]*\.$/, text);
  assert.doesNotMatch(text, /undefined|null|NaN|\[object|Error:/, text);
}
