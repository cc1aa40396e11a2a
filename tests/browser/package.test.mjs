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

/** A result of the demo beside the package's files, and a page with this inside of it. */
async function elements(t, inside, contextOptions) {
  const own = folder(t);
  cpSync(unpacked, join(own, 'neuromfa'), { recursive: true });
  cpSync(join(root, 'demo/first-view.json'), join(own, 'result.json'));
  writeFileSync(join(own, 'index.html'), `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; font-src 'self'; style-src 'self'; img-src data:">
<title>Lesson</title><link rel="icon" href="data:,"><main><h1>Lesson</h1>${inside}</main>
<script type="module" src="neuromfa/widget.js"></script></html>`);
  const server = await site(t, { folder: own, isolated: false });
  const tab = await chromiumTab(t, contextOptions);
  await tab.goto(server.url);
  return tab;
}

test('the element draws a result under a strict policy, for keys and for those who listen', needs('Chromium'), async (t) => {
  const tab = await elements(t, `<neuromfa-view src="result.json" heading="h2" question="Wider than chance?" answer="Yes." page="https://example.org/"></neuromfa-view>
<neuromfa-view src="result.json" theme="dark" hash="step=64&amp;tab=tau&amp;fixed=theme"></neuromfa-view><neuromfa-view src="none.json"></neuromfa-view>`);
  const { page } = tab;
  const view = page.locator('neuromfa-view');
  await view.nth(0).locator('.spectrum canvas').waitFor();
  await until('both figures', () => view.nth(1).evaluate((one) => one.document !== null && one.shadowRoot.querySelector('canvas').width > 0));

  // The question is a heading, the answer is behind a button.
  await view.nth(0).getByRole('heading', { level: 2, name: 'Wider than chance?' }).waitFor();
  await view.nth(0).getByRole('button', { name: 'Show answer' }).press('Enter');
  await view.nth(0).getByText('Yes.').waitFor();
  assert.match(await view.nth(0).getByRole('link', { name: /full view/i }).getAttribute('href'), /^https:\/\/example\.org\//);

  // One cursor for keys, told to those who listen; the slider changes the state that the host hears of.
  await page.evaluate(() => {
    window.heard = [];
    document.addEventListener('neuromfa-state', ({ detail }) => window.heard.push(detail.hash));
  });
  const figure = view.nth(0).getByRole('group', { name: /spectrum/i }).first();
  await figure.focus();
  await figure.press('ArrowRight');
  await until('the readout', () => view.nth(0).evaluate((one) => /q .*α .*shuffled/.test(one.shadowRoot.querySelector('[aria-live]').textContent)));
  const slider = view.nth(0).getByRole('slider');
  assert.match(await slider.getAttribute('aria-valuetext'), /shuffled/);
  await slider.focus();
  await slider.press('Home');
  await until('the state', () => page.evaluate(() => window.heard.some((hash) => /step=0\b/.test(hash))));

  // Each has its own theme and state; what cannot be loaded says so.
  assert.match(await view.nth(1).evaluate((one) => one.hash), /step=64.*tab=tau/);
  const grounds = await view.evaluateAll((all) => all.slice(0, 2).map((one) => getComputedStyle(one.shadowRoot.querySelector('.embed')).backgroundColor));
  assert.notEqual(grounds[0], grounds[1]);
  await view.nth(2).getByText('none.json was answered with 404').waitFor();
  assert.ok(await page.evaluate(() => document.fonts.check('16px "NeuroMFA Sans"')));

  const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
  assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)]), []);
  await tab.screenshot(picture('package-element'));
  assert.deepEqual(tab.problems.filter((text) => !text.includes('none.json')), []);
  assert.deepEqual(tab.foreign, []);
});

test('the element on a phone needs no second direction of scrolling, and gives files of the reader a place', needs('Chromium'), async (t) => {
  const tab = await elements(t, '<neuromfa-view src="result.json"></neuromfa-view><neuromfa-view hash="drop=1&amp;null_samples=3"></neuromfa-view>', { viewport: { width: 320, height: 700 } });
  const { page } = tab;
  const view = page.locator('neuromfa-view');
  await until('the figure', () => view.nth(0).evaluate((one) => one.document !== null).catch(() => false));
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));

  await page.evaluate(() => {
    window.results = [];
    document.addEventListener('neuromfa-result', ({ detail, target }) => window.results.push({ detail, own: target === document.querySelectorAll('neuromfa-view')[1] }));
  });
  await view.nth(1).locator('input[type=file]').setInputFiles(files);
  const [result] = await until('the result', () => page.evaluate(() => window.results.length > 0 && window.results));
  assert.equal(result.own, true);
  assertGolden(result.detail.checkpoints[1], 'step1000.safetensors');
  assert.equal(result.detail.options.null_samples, 3);
  await view.nth(1).getByRole('slider').waitFor({ state: 'attached' });

  // What is no checkpoint is said, and the figure stays.
  await view.nth(1).locator('input[type=file]').setInputFiles(thesis(t));
  await view.nth(1).getByText(/thesis\.pdf is not a checkpoint/).waitFor();
  assert.equal(await view.nth(1).evaluate((one) => one.document.checkpoints.length), 2);
});

test('anywidget: render follows the model, and cleans up', needs('Chromium'), async (t) => {
  const tab = await elements(t, '<div id="cell"></div>');
  await tab.evaluate(async () => {
    const { default: widget } = await import('./neuromfa/widget.js');
    const values = { document: {}, hash: 'tab=tau', height: 300 };
    const callbacks = new Map();
    window.model = {
      get: (name) => values[name],
      on: (event, callback) => callbacks.set(event, callback),
      off: (event, callback) => callbacks.get(event) === callback && callbacks.delete(event),
      set(name, value) { values[name] = value; callbacks.get(`change:${name}`)(); },
      left: () => callbacks.size,
    };
    window.clean = widget.render({ model: window.model, el: document.querySelector('#cell') });
  });
  const view = () => tab.evaluate(() => {
    const one = document.querySelector('neuromfa-view');
    return { steps: one.document?.checkpoints.length ?? 0, hash: one.hash, height: one.clientHeight };
  });
  const { steps, height } = await view();
  assert.deepEqual([steps, height], [0, 300]);
  await tab.evaluate(async () => window.model.set('document', await (await fetch('result.json')).json()));
  const shown = await until('the document', async () => { const now = await view(); return now.steps > 0 && now; });
  assert.match(shown.hash, /tab=tau/);
  await tab.evaluate(() => { window.model.set('hash', 'tab=dimension'); window.model.set('height', 0); });
  const followed = await view();
  assert.match(followed.hash, /tab=dimension/);
  assert.ok(followed.height > 300, `${followed.height} px`);
  await tab.evaluate(() => window.model.set('document', 'result.json'));
  await until('the same by its address', async () => (await view()).steps === shown.steps);
  assert.equal(await tab.evaluate(() => { window.clean(); return document.querySelectorAll('neuromfa-view').length + window.model.left(); }), 0);
});

test('its types hold for a strict consumer, by both ways of resolving, and it can be published', () => {
  const project = join(fresh, 'consumer');
  mkdirSync(join(project, 'node_modules'), { recursive: true });
  cpSync(unpacked, join(project, 'node_modules/neuromfa'), { recursive: true });
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, 'use.ts'), `import { analyze, open, NeuroMFAError, type Options, type ResultDocument } from 'neuromfa';
import { NeuroMFAView } from 'neuromfa/element';
import widget from 'neuromfa/widget.js';
const options: Partial<Options> = { mode: 'reference', null: ['shuffle'] };
const result: ResultDocument = await analyze(await open([new URL('https://example.org/a.safetensors')]), options, {
  signal: AbortSignal.timeout(5), onProgress: (p) => p.phase === 'reading' ? p.bytes : p.done, onError: (error) => { if (error instanceof NeuroMFAError) error.hint.trim(); },
});
const width: number | null = result.checkpoints[0]!.mean.width;
const view: NeuroMFAView = document.querySelector('neuromfa-view')!;
view.document = result;
view.options = options;
widget.render({ model: { get: () => width, on: () => undefined }, el: document.body });
// @ts-expect-error there is no such mode
await analyze([], { mode: 'fast' });
// @ts-expect-error a document is no text
view.document = 'result.json';
`);
  // The second time our own declarations are looked at only where they are used: types that got lost make the last lines fail.
  for (const resolution of [['--module', 'esnext', '--moduleResolution', 'bundler'], ['--module', 'nodenext', '--moduleResolution', 'nodenext', '--skipLibCheck']]) {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const command = [tsc, '--noEmit', '--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable', '--types', '', ...resolution, 'use.ts'];
    try {
      execFileSync(process.execPath, command, { cwd: project, encoding: 'utf8' });
    } catch (error) {
      assert.fail(error.stdout);
    }
  }
  // Without asking any registry.
  npm(['publish', '--dry-run', '--registry=http://127.0.0.1:9', '--fetch-retries=0'], unpacked);
  // Every file that is described is there, and everything that is there is meant to be.
  const { exports: doors } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
  for (const file of Object.values(doors).flatMap((door) => (typeof door === 'string' ? [door] : Object.values(door)))) assert.ok(existsSync(join(unpacked, file)), file);
  const listed = readdirSync(unpacked).filter((name) => !/^chunk-\w+\.js$/.test(name)).sort();
  assert.deepEqual(listed, ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'element.js', 'fonts', 'index.js', 'package.json', 'parts.js', 'types', 'wasm', 'widget.js', 'workers']);
});
