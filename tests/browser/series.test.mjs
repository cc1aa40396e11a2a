// Several checkpoints as one thing: stopped and gone on with, listed and changed, side by side, kept over a reload.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromiumTab } from './chromium.mjs';
import {
  analyse, commandLine, assertClose, assertQuiet, assertSame, events, expected, folder, golden, hugeCheckpoint, needs, nextResult, picture, site, until, visit,
} from './harness.mjs';

const steps = [0, 32, 256, 1000];
const file = (step) => join(golden, `step${step}.safetensors`);
const all = steps.map(file);
const few = '#v=1&null_samples=3';
const none = '#v=1&null=';

test('a series is stopped midway and gone on with: nothing is read twice', needs('Chromium'), async (t) => {
  const tab = await opened(t, none);
  const place = folder(t);
  const slow = join(place, 'step100.safetensors');
  renameSync(hugeCheckpoint(t, { matrices: 24 }), slow);
  await tab.choose([file(1000), slow, file(32), file(0)]);
  await until('the slow one', async () => (await events(tab)).progress.some(({ checkpoint }) => checkpoint === 'step100'));
  await tab.page.getByRole('button', { name: /^cancel/i }).click();
  const banner = tab.page.locator('.banners');
  await until('the offer to go on', async () => /Stopped: two of four checkpoints analysed/.test(await banner.innerText()));
  assert.equal((await events(tab)).results.length, 0, 'a drop that was stopped has no result yet');
  assert.deepEqual(await listed(tab), ['step0', 'step32']);
  assert.match(await tab.page.locator('.list-unread').innerText(), /Not read yet: step 100, step 1,000\. Go on/);
  const before = (await events(tab)).progress;
  await tab.page.screenshot({ path: picture('series-stopped'), fullPage: true });

  await tab.page.locator('.list-unread').getByRole('button', { name: 'Go on' }).click();
  const { checkpoints } = await nextResult(tab, 0);
  assert.deepEqual(checkpoints.map(({ step }) => step), [0, 32, 100, 1000]);
  assertEmergence([checkpoints[0], checkpoints[1], checkpoints[3]], [0, 32, 1000]);
  const again = (await events(tab)).progress.slice(before.length).map(({ checkpoint }) => checkpoint);
  assert.deepEqual([...new Set(again)], ['step100', 'step1000'], 'those that were done are not read again');
  assert.equal(await banner.innerText(), '');
  assertQuiet(tab);
});

test('what is stopped before its first result can be gone on with too', needs('Chromium'), async (t) => {
  const tab = await opened(t, none);
  await tab.choose(hugeCheckpoint(t, { matrices: 24 }));
  await until('progress', async () => (await events(tab)).progress.length > 0);
  await tab.page.getByRole('button', { name: /^cancel/i }).click();
  await until('the offer', async () => /Stopped before the first result/.test(await tab.page.locator('.banners').innerText()));
  await tab.page.getByRole('button', { name: 'Go on' }).click();
  const { checkpoints } = await nextResult(tab, 0);
  assert.equal(checkpoints.length, 1);
});

test('names, steps, baselines and gaps are changed in the list; E follows at once, and every change is undone', needs('Chromium'), async (t) => {
  const tab = await opened(t, few);
  const original = await analyse(tab, all);
  assertEmergence(original.checkpoints, steps);
  const { progress } = await events(tab);
  await openList(tab);
  const list = tab.page.locator('.series-list');

  // By keyboard: a name.
  await list.getByLabel('Name of step32').focus();
  await tab.page.keyboard.press('ControlOrMeta+a');
  await tab.page.keyboard.type('warm-up');
  await tab.page.keyboard.press('Tab');
  await until('the name', async () => (await listed(tab))[1] === 'warm-up');
  assert.match(await focusedName(tab), /^Step of warm-up/, 'the focus goes on as the keyboard does');
  assert.equal(await spoken(tab), 'Step 32 renamed to warm-up.');

  // The last becomes the first: it is the baseline now.
  await setStep(tab, 'step1000', '0');
  await setStep(tab, 'step0', '2,000');
  await until('the order', async () => (await listed(tab)).join() === 'step1000,warm-up,step256,step0');
  let now = await exported(tab);
  assertEmergence(now.checkpoints, [1000, 32, 256, 0], 1000);
  assert.deepEqual(now.checkpoints.map(({ step }) => step), [0, 32, 256, 2000]);
  await undo(tab, 2);
  await until('the old order', async () => (await listed(tab)).join() === 'step0,warm-up,step256,step1000');

  // A chosen baseline.
  await list.getByLabel('E counts from here of step256').check();
  await until('E from there', async () => /chosen checkpoint|E counts from step 256/.test(await spoken(tab)));
  now = await exported(tab);
  assertEmergence(now.checkpoints, steps, 256);
  assert.equal(now.checkpoints[2].is_baseline, true);
  assert.deepEqual(now, mergedByCommandLine(t, now), 'page and command line agree');
  await undo(tab, 1);

  // Taken away: the next one has the focus.
  await list.getByRole('button', { name: 'Remove step0' }).click();
  await until('three', async () => (await listed(tab)).length === 3);
  assert.match(await focusedName(tab), /^Remove warm-up/);
  now = await exported(tab);
  assertEmergence(now.checkpoints, [32, 256, 1000], 32);
  assert.ok(now.checkpoints[0].warnings.some(({ code }) => code === 'late-first-checkpoint'));
  assert.ok(now.checkpoints[0].nulls[0].emergence === 0, 'the shuffles count from there as well');
  await undo(tab, 2);
  assertSame(await exported(tab), original);
  assert.match(await list.getByRole('button', { name: /Undo/ }).innerText(), /nothing to undo/);

  const step = list.getByLabel('Step of step32');
  await step.fill('soon');
  await step.press('Enter');
  assert.equal(await step.getAttribute('aria-invalid'), 'true');
  assert.match(await spoken(tab), /whole number/);
  assertSame(await exported(tab), original);
  assert.equal((await events(tab)).progress.length, progress.length, 'nothing is read again');
  assertQuiet(tab);
});

test('everything is cleared, and one action brings it back', needs('Chromium'), async (t) => {
  const tab = await opened(t, few);
  const original = await analyse(tab, all);
  await openList(tab);
  await tab.page.getByRole('button', { name: 'Clear all' }).click();
  await until('the demo', async () => /Demo, computed in advance/.test(await tab.page.locator('#status').innerText()));
  const banner = tab.page.locator('.banners');
  assert.match(await banner.innerText(), /Your four results are off the page/);
  await banner.getByRole('button', { name: 'Undo' }).click();
  await openList(tab);
  assert.deepEqual(await listed(tab), ['step0', 'step32', 'step256', 'step1000']);
  assertSame(await exported(tab), original);
  // Cleared for good: a reload shows the demo.
  await tab.page.getByRole('button', { name: 'Clear all' }).click();
  await until('the demo', async () => (await tab.page.locator('.banners').innerText()) !== '');
  await reload(tab);
  await until('the demo', async () => /Demo, computed in advance/.test(await tab.page.locator('#status').innerText()));
  assert.equal(await tab.page.locator('.kept').isVisible(), false);
  assertQuiet(tab);
});

test('results and changes are kept over a reload until they are forgotten', needs('Chromium'), async (t) => {
  const tab = await opened(t, few);
  const { checkpoints } = await analyse(tab, all);
  await openList(tab);
  await setStep(tab, 'step256', '512');
  await tab.page.locator('.series-list').getByRole('button', { name: 'Remove step32' }).click();
  await kept(tab);
  await reload(tab);
  await until('the kept result', async () => /Kept result/.test(await tab.page.locator('#status').innerText()));
  assert.equal(await tab.page.locator('.kept').innerText(), 'Your result is kept on this computer, without the weights.\nForget\nShow the demo');
  const again = await exported(tab);
  assert.deepEqual(again.checkpoints.map(({ step }) => step), [0, 512, 1000]);
  assert.deepEqual(again.checkpoints[2], checkpoints[3]);
  await tab.screenshot(picture('series-kept'));

  // The demo, and back; the link of the demo shows the demo.
  await tab.page.getByRole('button', { name: 'Show the demo' }).click();
  await until('the demo', async () => /Demo, computed in advance/.test(await tab.page.locator('#status').innerText()));
  await until('the link', () => tab.evaluate(() => location.hash.includes('show=demo')));
  await reload(tab);
  await until('the demo', async () => /Demo, computed in advance/.test(await tab.page.locator('#status').innerText()));
  await tab.page.getByRole('button', { name: 'Show it' }).click();
  assert.deepEqual((await exported(tab)).checkpoints.map(({ step }) => step), [0, 512, 1000]);

  // Later ones join what was kept; one that was left out is back when it is dropped again.
  const more = join(folder(t), 'step2000.safetensors');
  copyFileSync(file(32), more);
  await openList(tab);
  const chooser = tab.page.waitForEvent('filechooser');
  await tab.page.getByRole('button', { name: 'Add checkpoints' }).click();
  await (await chooser).setFiles([more, file(32)]);
  const joined = await nextResult(tab, 0);
  assert.deepEqual(joined.checkpoints.map(({ step }) => step), [0, 32, 512, 1000, 2000]);
  assertEmergence(joined.checkpoints, [0, 32, 256, 1000, 32]);

  await kept(tab);
  await tab.page.locator('.kept').getByRole('button', { name: 'Forget' }).click();
  await until('the answer', async () => /not kept: it is gone when you close this page/.test(await tab.page.locator('.kept').innerText()));
  await reload(tab);
  await until('the demo', async () => /Demo, computed in advance/.test(await tab.page.locator('#status').innerText()));
  assertQuiet(tab);
});

test('two folders are two series, each with its own baseline; checkpoints move between them', needs('Chromium'), async (t) => {
  const tab = await opened(t, none);
  const place = folder(t);
  const [first, second] = ['seed-1', 'seed-0'].map((name) => join(place, name));
  for (const [into, which] of [[first, [0, 256]], [second, [32, 256, 1000]]]) {
    mkdirSync(into);
    for (const step of which) copyFileSync(file(step), join(into, `step${step}.safetensors`));
  }
  await tab.drop([first, second]);
  const { checkpoints } = await nextResult(tab, 0);
  assert.deepEqual(checkpoints.map(({ series, step }) => `${series} ${step}`), ['seed-1 0', 'seed-1 256', 'seed-0 32', 'seed-0 256', 'seed-0 1000']);
  assertEmergence(checkpoints.slice(0, 2), [0, 256], 0);
  assertEmergence(checkpoints.slice(2), [32, 256, 1000], 32);
  assert.match(await tab.page.locator('h1').innerText(), /Two series, side by side/);
  await openList(tab);
  const list = tab.page.locator('.series-list');
  assert.deepEqual(await list.getByRole('group').evaluateAll((nodes) => nodes.map((node) => node.getAttribute('aria-label'))), ['Series seed-1', 'Series seed-0']);
  await tab.page.screenshot({ path: picture('series-two'), fullPage: true });

  await list.getByLabel('Series of step32').selectOption({ label: 'seed-1' });
  await until('it has moved', async () => (await listed(tab)).join() === 'seed-1/step0'.replace('seed-1/', '') + ',step32,seed-1/step256,seed-0/step256,step1000');
  let now = await exported(tab);
  assertEmergence(now.checkpoints, [0, 32, 256], 0, [0, 1, 2]);
  assertEmergence(now.checkpoints, [256, 1000], 256, [3, 4]);

  // A name that another series has makes one of the two.
  const name = list.getByRole('textbox', { name: 'Series', exact: true }).nth(1);
  await name.fill('seed-1');
  await name.press('Enter');
  await until('one series', async () => (await list.getByRole('group').count()) === 1);
  now = await exported(tab);
  assertEmergence(now.checkpoints, [0, 32, 256, 256, 1000], 0);

  // What is added later goes to the series that is selected, and a folder to its own.
  await undo(tab, 2);
  await tab.page.evaluate(() => scrollTo(0, 0));
  await tab.page.getByLabel('Add').check();
  const later = join(folder(t), 'step2000.safetensors');
  copyFileSync(file(32), later);
  const added = await analyse(tab, later);
  assert.deepEqual(added.checkpoints.map(({ series, step }) => `${series} ${step}`).at(-1), 'seed-0 2000');
  assertQuiet(tab);
});

test('a damaged file among good ones is named, and a good copy takes its place', needs('Chromium'), async (t) => {
  const tab = await opened(t, none);
  const place = folder(t);
  const damaged = join(place, 'step256.safetensors');
  copyFileSync(file(256), damaged);
  truncateSync(damaged, 500_000);
  await tab.choose([file(0), file(32), damaged, file(1000)]);
  await until('the others', async () => (await events(tab)).results.length > 0);
  const { results, errors } = await events(tab);
  assertEmergence(results[0].checkpoints, [0, 32, 1000]);
  assert.deepEqual(errors.map(({ file }) => file), ['step256.safetensors']);
  const banner = tab.page.locator('.banners');
  assert.match(await banner.innerText(), /step256\.safetensors ends early/);
  const chooser = tab.page.waitForEvent('filechooser');
  await banner.getByRole('button', { name: 'Choose it again' }).click();
  await (await chooser).setFiles(file(256));
  await until('the whole series', async () => (await events(tab)).results.length > 1);
  const whole = (await events(tab)).results[1];
  assert.deepEqual(whole.checkpoints.map(({ step }) => step), steps);
  assertEmergence(whole.checkpoints, steps);
  // The same files once more are not read once more.
  const read = (await events(tab)).progress.length;
  await openList(tab);
  const again = tab.page.waitForEvent('filechooser');
  await tab.page.getByRole('button', { name: 'Add checkpoints' }).click();
  await (await again).setFiles(all);
  await until('the note', async () => /Four checkpoints are here already/.test(await banner.innerText()));
  assert.equal((await events(tab)).progress.length, read);
});

test('memory holds one checkpoint at a time, however many there are', needs('Chromium'), async (t) => {
  const tab = await opened(t, none);
  const place = folder(t);
  const many = Array.from({ length: 8 }, (_, i) => {
    const path = join(place, `step${i}.safetensors`);
    writeFileSync(path, model(1024, 8, i));
    return path;
  });
  await analyse(tab, many.slice(0, 2));
  const two = await memory(tab);
  await analyse(tab, many);
  const eight = await memory(tab);
  const size = 8 * 4 * 1024 ** 2;
  // Kept histograms have a budget of their own, 64 MB for all.
  assert.ok(eight < 64e6 + 3 * size, `${eight} bytes for eight files of ${size}`);
  assert.ok(eight - two < 2 * size + 64e6, `${two} bytes for two, ${eight} for eight`);
});

test('a browser that keeps nothing says so, and nothing else changes', needs('Chromium'), async (t) => {
  for (const [name, sentence, refuse] of [
    ['no database', /keeps nothing here, as in a private window/, () => Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('denied', 'SecurityError'); } })],
    ['no room', /has no room for it/, () => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }],
  ]) {
    const tab = await opened(t, none, refuse);
    const { checkpoints } = await analyse(tab, all);
    assertEmergence(checkpoints, steps);
    await until(name, async () => sentence.test(await tab.page.locator('.kept').innerText()));
    await openList(tab);
    await tab.page.getByRole('button', { name: 'Remove step0' }).click();
    await until('three', async () => (await listed(tab)).length === 3);
    assertQuiet(tab);
  }
});

test('a kept result that is damaged is dropped', needs('Chromium'), async (t) => {
  const tab = await opened(t, none);
  await analyse(tab, all);
  await kept(tab);
  for (const damage of ['nothing', 'shallow', 'deep', 'edits']) {
    await tab.evaluate((kind) => new Promise((resolve, reject) => {
      const request = indexedDB.open('neuromfa');
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const database = request.result;
        const transaction = database.transaction('results', 'readwrite');
        const store = transaction.objectStore('results');
        const document = { schema: 'neuromfa-result/1', options: { null: [] }, checkpoints: [{ samples: [], mean: {}, network: {}, nulls: [] }], scores: [] };
        store.put({ nothing: 'text', shallow: { schema: 'neuromfa-result/1', checkpoints: [7] }, deep: document, edits: document }[kind], 'document');
        store.put(kind === 'edits' ? { a: { step: 'x' } } : {}, 'edits');
        transaction.oncomplete = () => { database.close(); resolve(); };
      };
    }), damage);
    await reload(tab);
    await until(`the demo instead of ${damage}`, async () => /Demo, computed in advance/.test(await tab.page.locator('#status').innerText()) && /spectrum/.test(await tab.page.locator('h1').innerText()));
    await until('it to be gone', () => tab.evaluate(() => new Promise((resolve) => {
      const request = indexedDB.open('neuromfa');
      request.onsuccess = () => {
        const count = request.result.transaction('results').objectStore('results').count();
        count.onsuccess = () => { request.result.close(); resolve(count.result === 0); };
      };
    })));
    assert.equal(await tab.page.locator('.kept').isVisible(), false);
  }
  assertQuiet(tab);
});

test('the list fits a phone, and is dark where the rest is', needs('Chromium'), async (t) => {
  const tab = await opened(t, `${few}&theme=dark`, undefined, { viewport: { width: 360, height: 780 } });
  await analyse(tab, all);
  await openList(tab);
  const wide = () => tab.evaluate(() => document.documentElement.scrollWidth);
  assert.ok((await wide()) <= 360, `${await wide()} px wide`);
  const small = await tab.page.locator('.series-list').locator('button, input:not([type=radio]), select').evaluateAll((nodes) => nodes
    .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 43.5).map((node) => node.outerHTML));
  assert.deepEqual(small.filter((html) => !html.includes('text-link')), [], 'targets for fingers');
  await tab.page.locator('.series-list').scrollIntoViewIfNeeded();
  await tab.page.screenshot({ path: picture('series-list-phone-dark'), fullPage: true });
  await tab.page.setViewportSize({ width: 1440, height: 900 });
  await tab.page.locator('.series-list').scrollIntoViewIfNeeded();
  await tab.page.screenshot({ path: picture('series-list-wide-dark'), fullPage: true });
});

// ---- helpers ----

/** A tab that has come to rest on the page; `before` runs in it first. */
async function opened(t, hash, before, options) {
  const server = await site(t);
  const tab = await chromiumTab(t, options);
  if (before) await tab.page.addInitScript(before);
  await visit(tab, `${server.url}${hash}`);
  return tab;
}

async function reload(tab) {
  await visit({ ...tab, goto: () => tab.page.reload() }, '');
}

/** Every E against the golden numbers: these steps, from this one. */
function assertEmergence(checkpoints, which, baseline = which[0], places = which.map((_, i) => i)) {
  const of = (step) => expected.checkpoints.find((one) => one.step === step);
  const e = (step) => {
    if (baseline === 0) return of(step).emergence_exact_full;
    const [from, to] = [of(baseline).full.exact, of(step).full.exact];
    return (to.width / from.width) * Math.log(from.alpha0 / to.alpha0);
  };
  assertClose('emergence', places.map((place) => checkpoints[place].emergence), which.map(e));
}

async function openList(tab) {
  // It stays open when the screen is built anew, and its content comes a moment later.
  const heading = tab.page.getByText('List of checkpoints', { exact: true });
  if (!(await heading.evaluate((summary) => summary.parentElement.open))) await heading.click();
  await tab.page.locator('.series-list').waitFor();
}

/** Names in the list, in order. */
async function listed(tab) {
  await openList(tab);
  return await tab.page.locator('.list-name input').evaluateAll((inputs) => inputs.map((input) => input.value));
}

async function setStep(tab, name, step) {
  const field = tab.page.locator('.series-list').getByLabel(`Step of ${name}`, { exact: true });
  await field.fill(step);
  await field.press('Enter');
  await until(`the step of ${name}`, async () => (await spoken(tab)).startsWith(`${name[0].toUpperCase()}${name.slice(1)} at step`));
}

async function undo(tab, times) {
  const button = tab.page.locator('.series-list').getByRole('button', { name: /^Undo/ });
  for (let i = 0; i < times; i++) {
    await button.click();
    await until('it to be said', async () => (await spoken(tab)).startsWith('Undone'));
  }
}

/** What the list last said to those who hear it. */
function spoken(tab) {
  return tab.page.locator('.series-list [role=status]').innerText();
}

/** The name of what has the focus. */
function focusedName(tab) {
  return tab.evaluate(() => {
    const { activeElement: at } = document;
    return (at.labels?.[0] ?? at).textContent;
  });
}

/** Waits until the result is kept, with all that was changed. */
async function kept(tab) {
  await until('the result to be kept', async () => /is kept on this computer/.test(await tab.page.locator('.kept').innerText()));
  await tab.page.waitForTimeout(900);
}

/** The document that the page would save. */
async function exported(tab) {
  const download = tab.page.waitForEvent('download');
  await tab.page.getByRole('button', { name: 'Export' }).first().click();
  await tab.page.getByRole('menuitem', { name: 'Result as JSON' }).click();
  return JSON.parse(readFileSync(await (await download).path(), 'utf8'));
}

/** The same document, arranged by the command line. */
function mergedByCommandLine(t, document) {
  const program = commandLine();
  const path = join(folder(t), 'edited.json');
  writeFileSync(path, JSON.stringify(document));
  return JSON.parse(execFileSync(program, ['merge', path], { maxBuffer: 1e9 }).toString());
}

/** A checkpoint of square matrices whose weights are like trained ones. */
function model(side, matrices, seed) {
  const weights = new Float32Array(side * side * matrices);
  let state = seed + 1;
  for (let i = 0; i < weights.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    weights[i] = 0.1 * (state / 2 ** 32 - 0.5);
  }
  const header = {};
  const bytes = side * side * 4;
  for (let i = 0; i < matrices; i++) header[`layers.${i}.weight`] = { dtype: 'F32', shape: [side, side], data_offsets: [i * bytes, (i + 1) * bytes] };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.from(weights.buffer)]);
}

/** The most that the engine has taken, as the page tells it. */
async function memory(tab) {
  await tab.page.locator('.status-item', { hasText: 'Engine' }).click();
  const text = await tab.page.getByRole('dialog').innerText();
  await tab.page.keyboard.press('Escape');
  const [, value, unit] = text.match(/The engine took ([\d.]+) (kB|MB|GB)/);
  return Number(value) * { kB: 1e3, MB: 1e6, GB: 1e9 }[unit];
}
