// npm test: everything that must hold, in one command. A failed step does not stop the others; the last line sums up.
// `npm test -- rust`, `-- page` or `-- browser` runs one part.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { Failure, capture, main, root, run, say, target } from './lib.mjs';
import { narrowTests, prepareNarrow } from './narrow.mjs';
import { prepareScale, testScale } from './scale.mjs';
import { setup } from './setup.mjs';

const results = join(root, 'test-results');
const total = { passed: 0, failed: 0, skipped: 0 };
/** Failures and what was not run, named again at the end. */
const notes = [];
/** Each step that was begun, and when. */
const begun = [];

await main(async () => {
  const parts = { rust, page, browser };
  const chosen = process.argv.slice(2);
  const unknown = chosen.find((name) => !(name in parts));
  if (unknown) throw new Failure(`there is no part ${unknown}; the parts are ${Object.keys(parts).join(', ')}`);

  setup();
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  for (const [name, part] of Object.entries(parts)) if (chosen.length === 0 || chosen.includes(name)) await part();

  console.log('');
  tellTimes();
  for (const note of notes) console.log(note);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  if (total.failed > 0) process.exitCode = 1;
});

function begin(name) {
  say(name);
  begun.push({ name, at: performance.now() });
}

/** Where the time went: a run that takes too long is looked at from its longest step. */
function tellTimes() {
  const ends = [...begun.slice(1).map(({ at }) => at), performance.now()];
  const times = begun.map(({ name, at }, step) => `${name} ${Math.round((ends[step] - at) / 1000)} s`);
  console.log(`Times: ${times.join(', ')}`);
}

/** The crate on this machine. */
async function rust() {
  await step('Rust formatting', () => run('cargo', ['fmt', '--check']));
  await step('clippy', () => run('cargo', ['clippy', '--locked', '--all-targets', '--features', 'bench', '--', '-D', 'warnings']));
  await cargoTests('Rust tests', ['test', '--locked', '--no-fail-fast']);
  const missing = prepareNarrow();
  if (missing === null) await cargoTests('32-bit readers', narrowTests);
  else skip('32-bit readers', missing);
  const noCluster = prepareScale();
  if (noCluster === null) await step('cluster of two workers', testScale);
  else skip('cluster of two workers', noCluster);
}

function skip(name, why) {
  total.skipped++;
  notes.push(`SKIPPED: ${name}: ${why}`);
}

async function cargoTests(name, args) {
  begin(name);
  const { ok, output } = await capture('cargo', args);
  const summaries = [...output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm)];
  const sum = (column) => summaries.reduce((all, match) => all + Number(match[column]), 0);
  const failed = [...output.matchAll(/^test (.*) \.\.\. FAILED$/gm)].map(([, test]) => test);
  count(name, ok, { passed: sum(1), failed: sum(2), skipped: sum(3) }, failed);
}

/** The TypeScript of the page, its unit tests, those of what makes releases, and of the sites that browser tests read from. */
async function page() {
  const { checkTypes } = await import('./types.mjs');
  await step('types', checkTypes);
  const compiled = join(results, 'unit');
  const sources = files('tests/unit', '.test.ts');
  if (sources.length > 0 && (await step('unit tests compile', () => compileUnitTests(sources, compiled)))) {
    await nodeTests('unit tests', files(compiled, '.js'));
  }
  await nodeTests('tests of the tools', files('tests/tools', '.test.mjs'));
  await nodeTests('server of web sources', files('tests/remote', '.test.mjs'));
}

async function compileUnitTests(sources, folder) {
  const { build } = await import('esbuild');
  const { constants } = await import('./version.mjs');
  const options = { bundle: true, define: constants(), loader: { '.md': 'text' }, platform: 'node', format: 'esm', packages: 'external', sourcemap: 'inline', logLevel: 'warning' };
  await build({ ...options, entryPoints: sources, outdir: folder });
}

/** The built site in real browsers. */
async function browser() {
  const { buildWasm } = await import('./wasm.mjs');
  const { buildPage } = await import('./page.mjs');
  const { checkSizes } = await import('./size.mjs');
  const { fetchBrowsers } = await import('./browsers.mjs');

  const modules = await step('Wasm modules', buildWasm);
  await step('clippy for Wasm', clippyForWasm);
  const scripts = modules && (await step('bundling the page', () => buildPage(modules)));
  if (!scripts) {
    notes.push('NOT RUN: browser tests, as there is no page');
    return;
  }
  await step('size budgets', () => checkSizes(scripts));
  await fetchBrowsers();
  await nodeTests('browser tests', files('tests/browser', '.test.mjs'));
  // These look at what stands there, and at no clock: two at a time.
  await nodeTests('views of the page', files('tests/browser/views', '.test.mjs'), 2);
}

/** Shares compiled macros with the modules. The threaded feature compiles only with the flags of its own build. */
function clippyForWasm() {
  for (const features of ['view,reader,scores,engine,lab', 'first']) {
    const options = ['--no-default-features', '--features', features, '--target', 'wasm32-unknown-unknown'];
    run('cargo', ['clippy', '--locked', '--release', '--lib', ...options, '--', '-D', 'warnings'], {
      env: { CARGO_TARGET_DIR: join(target, 'wasm'), RUSTFLAGS: '-C target-feature=+simd128' },
    });
  }
}

/** One thing that passes or fails as a whole. Returns what it returned, true for nothing, null if it failed. */
async function step(name, work) {
  begin(name);
  try {
    const value = (await work()) ?? true;
    total.passed++;
    return value;
  } catch (error) {
    console.error(error instanceof Failure ? `error: ${error.message}` : error);
    total.failed++;
    notes.push(`FAILED: ${name}`);
    return null;
  }
}

/** Runs test files one after the other: they share two cores, and some measure time. */
async function nodeTests(name, paths, atOnce = 1) {
  begin(name);
  const tap = join(results, `${name.replaceAll(' ', '-')}.tap`);
  const reporters = [
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...['--test-reporter=tap', `--test-reporter-destination=${tap}`],
  ];
  const options = ['--enable-source-maps', '--test', `--test-concurrency=${atOnce}`, ...reporters];
  const { ok } = await capture(process.execPath, [...options, ...paths]);

  const report = readFileSync(tap, 'utf8');
  const sum = (key) => Number(report.match(new RegExp(`^# ${key} (\\d+)$`, 'm'))?.[1] ?? 0);
  const failed = [...report.matchAll(/^\s*not ok \d+ - (.*?)(?: # .*)?$/gm)].map(([, test]) => test.replace(`${root}${sep}`, ''));
  count(name, ok, { passed: sum('pass'), failed: sum('fail') + sum('cancelled'), skipped: sum('skipped') }, failed);
  // The same reason may skip many tests: an engine that this machine does not have.
  const reasons = new Set([...report.matchAll(/^\s*ok \d+ - .* # SKIP (.+)$/gm)].map(([, reason]) => reason));
  for (const reason of reasons) notes.push(`SKIPPED: ${reason}`);
}

function count(name, ok, numbers, failures) {
  for (const key of Object.keys(total)) total[key] += numbers[key];
  for (const failure of failures) notes.push(`FAILED: ${failure} (${name})`);
  // Nothing failed, yet the command did: it did not come to run its tests.
  if (!ok && numbers.failed === 0) {
    total.failed++;
    notes.push(`FAILED: ${name}`);
  }
}

/** Paths of the files in a folder whose names end so. */
function files(folder, ending) {
  const whole = resolve(root, folder);
  if (!existsSync(whole)) return [];
  return readdirSync(whole)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(whole, name));
}
