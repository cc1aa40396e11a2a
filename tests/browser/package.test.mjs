// The npm package as others get it: packed, unpacked into a fresh folder, and used by pages of several kinds of hosts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root, target } from '../../tools/lib.mjs';
import { buildPackage, packageFolder } from '../../tools/package.mjs';
import { chromiumTab } from './chromium.mjs';
import { assertGolden, assertSame, flavours, folder, golden, needs, picture, site, thesis, hugeCheckpoint, until } from './harness.mjs';

const files = ['step0.safetensors', 'step1000.safetensors'].map((name) => join(golden, name));
/** Few shuffles: what is tested is where they run. */
const options = { null_samples: 3 };
const fresh = mkdtempSync(join(tmpdir(), 'neuromfa-package-'));
const unpacked = join(fresh, 'package');
after(() => rmSync(fresh, { recursive: true, force: true }));

before(async () => {
  await buildPackage(join(target, 'wasm-modules'));
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--pack-destination', fresh], packageFolder));
  execFileSync('tar', ['-xf', filename], { cwd: fresh });
});

function npm(args, cwd) {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
}

/** A page that has the package's functions at hand and a figure; `from` is how it imports them. */
function page(from) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Lesson</title><link rel="icon" href="data:,">
<h1>Lesson</h1><neuromfa-view heading="h2"></neuromfa-view><input type="file" multiple>
<script type="module">
import * as neuromfa from ${JSON.stringify(from)};
window.neuromfa = neuromfa;
</script>`;
}

/** A host's folder with such a page. */
function host(t, from) {
  const path = folder(t);
  writeFileSync(join(path, 'index.html'), page(from));
  return path;
}

async function visit(t, url) {
  const tab = await chromiumTab(t);
  await tab.goto(url);
  await until('the package', () => tab.evaluate(() => !!window.neuromfa));
  return tab;
}

/** Analyses files by the package's functions. */
async function analysed(tab, paths = files, wanted = options) {
  await tab.choose(paths);
  return await tab.evaluate(async (wanted) => {
    const { open, analyze, engineState } = window.neuromfa;
    const phases = new Set();
    const opened = await open(document.querySelector('input').files);
    const result = await analyze(opened, wanted, { onProgress: ({ phase }) => phases.add(phase) });
    return { opened, result, phases: [...phases], state: await engineState() };
  }, wanted);
}

/** The same numbers as everywhere, and the document of the first host to compare the others' with. */
let reference = null;
function assertNumbers({ opened, result, phases }) {
  assert.deepEqual(opened.map(({ name, step }) => [name, step]), [['step0', 0], ['step1000', 1000]]);
  assert.deepEqual(result.checkpoints.map(({ name }) => name), ['step0', 'step1000']);
  result.checkpoints.forEach((checkpoint, i) => assertGolden(checkpoint, ['step0.safetensors', 'step1000.safetensors'][i]));
  assert.equal(result.checkpoints[1].nulls[0].samples, 3);
  assert.ok(phases.includes('reading'));
  reference ??= result;
  assertSame(result, reference);
}

test('from a copied folder, by a plain page', needs('Chromium'), async (t) => {
  const own = folder(t);
  cpSync(unpacked, join(own, 'neuromfa'), { recursive: true });
  writeFileSync(join(own, 'index.html'), page('./neuromfa/element.js'));
  const server = await site(t, { folder: own, isolated: false });
  const tab = await visit(t, server.url);
  const answer = await analysed(tab);
  assertNumbers(answer);
  assert.equal(answer.state.flavour, 'single');
  assert.ok(tab.page.workers().every((worker) => worker.url().startsWith(server.url)), 'no blob is needed on one site');
  assert.deepEqual([tab.problems, tab.foreign], [[], []]);
});

test('from another site, without threads', needs('Chromium'), async (t) => {
  const served = await site(t, { folder: unpacked, isolated: false, shared: true, host: '127.0.0.1' });
  const server = await site(t, { folder: host(t, `${served.url}element.js`), isolated: false });
  const tab = await visit(t, server.url);
  const answer = await analysed(tab);
  assertNumbers(answer);
  assert.deepEqual([answer.state.flavour, answer.state.isolated], ['single', false]);
  assert.deepEqual(flavours(served), ['single']);
  assert.deepEqual(tab.problems, []);
});

test('from another site into an isolated page, with threads', needs('Chromium'), async (t) => {
  const served = await site(t, { folder: unpacked, isolated: false, shared: true, host: '127.0.0.1' });
  const server = await site(t, { folder: host(t, `${served.url}element.js`) });
  const tab = await visit(t, server.url);
  const answer = await analysed(tab);
  assertNumbers(answer);
  assert.deepEqual([answer.state.flavour, answer.state.isolated], ['threads', true]);
  assert.deepEqual(flavours(served), ['threads']);
  assert.deepEqual(tab.problems, []);
});

test('in a Vite project', needs('Chromium'), async (t) => {
  const project = folder(t);
  mkdirSync(join(project, 'node_modules'));
  cpSync(unpacked, join(project, 'node_modules/neuromfa'), { recursive: true });
  writeFileSync(join(project, 'index.html'), page('neuromfa/element').replace(/<script[\s\S]*<\/script>/, '<script type="module" src="/main.js"></script>'));
  writeFileSync(join(project, 'main.js'), "import * as neuromfa from 'neuromfa/element';\nwindow.neuromfa = neuromfa;\n");
  const { build } = await import('vite');
  // No configuration but where it lives: a sub-path that only relative addresses survive.
  await build({ root: project, base: './', configFile: false, logLevel: 'error' });
  const server = await site(t, { folder: join(project, 'dist'), isolated: true, prefix: '/course/week-3/' });
  const tab = await visit(t, server.url);
  const answer = await analysed(tab);
  assertNumbers(answer);
  assert.equal(answer.state.flavour, 'threads');
  assert.deepEqual([tab.problems, tab.foreign], [[], []]);
});

test('addresses, a choice of checkpoints, and what goes wrong', needs('Chromium'), async (t) => {
  const own = host(t, './neuromfa/element.js');
  cpSync(unpacked, join(own, 'neuromfa'), { recursive: true });
  for (const step of ['step0', 'step1000']) {
    mkdirSync(join(own, 'weights', step), { recursive: true });
    cpSync(join(golden, `${step}.safetensors`), join(own, 'weights', step, 'model.safetensors'));
  }
  writeFileSync(join(own, 'weights', 'thesis.pdf'), readFileSync(thesis(t)));
  const server = await site(t, { folder: own, isolated: false });
  const tab = await visit(t, server.url);

  const told = await tab.evaluate(async (options) => {
    const { open, analyze, NeuroMFAError } = window.neuromfa;
    const opened = await open(['weights/step0/model.safetensors', 'weights/step1000/model.safetensors']);
    const late = await analyze(opened.filter(({ step }) => step === 1000), options);
    const failure = async (work) => await work().then(() => null, (error) => ({ ours: error instanceof NeuroMFAError, code: error.code, file: error.file, message: error.message, hint: error.hint }));
    const errors = [];
    const mixed = await open(['weights/step0/model.safetensors', 'weights/thesis.pdf'], { onError: ({ code, file }) => errors.push({ code, file }) });
    return {
      steps: opened.map(({ step }) => step), late, errors, mixed: mixed.length,
      failures: {
        notThere: await failure(() => open(['weights/step2/model.safetensors'])),
        thesis: await failure(() => open(['weights/thesis.pdf'])),
        option: await failure(() => analyze(opened, { threshold: 0 })),
        together: await failure(() => analyze(opened, { hops: 2 })),
        nothing: await failure(() => analyze([])),
        foreign: await failure(() => analyze([{ ...opened[0] }])),
      },
    };
  }, options);
  assert.deepEqual(told.steps, [0, 1000], 'steps may stand in folders');
  assert.deepEqual(told.late.checkpoints.map(({ step }) => step), [1000]);
  assertGolden(told.late.checkpoints[0], 'step1000.safetensors');
  assert.deepEqual([told.mixed, told.errors.length, told.errors[0].file], [1, 1, 'thesis.pdf']);
  const { notThere, thesis: noCheckpoint, ...others } = told.failures;
  assert.equal(notThere.code, 'http');
  assert.ok(notThere.file.endsWith('/weights/step2/model.safetensors'));
  assert.equal(noCheckpoint.file, 'thesis.pdf');
  assert.match(noCheckpoint.message, /thesis\.pdf/);
  assert.deepEqual(Object.values(others).map(({ code }) => code), ['bad-option', 'bad-option', 'nothing-to-analyse', 'not-opened']);
  assert.ok(Object.values(told.failures).every(({ ours, message }) => ours && message));
});

test('an analysis is ended by its signal, and the next one runs', needs('Chromium'), async (t) => {
  const own = host(t, './neuromfa/element.js');
  cpSync(unpacked, join(own, 'neuromfa'), { recursive: true });
  const server = await site(t, { folder: own, isolated: false });
  const tab = await visit(t, server.url);
  await tab.choose(hugeCheckpoint(t, { matrices: 64 }));
  const ended = await tab.evaluate(async () => {
    const { open, analyze } = window.neuromfa;
    const opened = await open(document.querySelector('input').files);
    const control = new AbortController();
    const begun = performance.now();
    const error = await analyze(opened, {}, { signal: control.signal, onProgress: () => control.abort() }).catch((reason) => reason);
    const queued = await analyze(opened, {}, { signal: AbortSignal.abort() }).catch((reason) => reason);
    return { name: error.name, queued: queued.name, seconds: (performance.now() - begun) / 1000 };
  });
  assert.deepEqual([ended.name, ended.queued], ['AbortError', 'AbortError']);
  assert.ok(ended.seconds < 8, `${ended.seconds} s`);
  assertNumbers(await analysed(tab));
});
