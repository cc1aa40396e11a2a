// Where the site may live: hosts without headers, sub-paths, foreign pages; and what it may not do there.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromiumTab } from './chromium.mjs';
import { analyse, assertGolden, assertQuiet, engineStatus, flavours, folder, golden, listen, needs, nextResult, site, until, visit } from './harness.mjs';

const checkpoint = join(golden, 'step1000.safetensors');

test('a plain host under a sub-path becomes isolated with one reload', needs('Chromium'), async (t) => {
  const server = await site(t, { isolated: false, prefix: '/neuromfa/' });
  const tab = await chromiumTab(t);
  // A page that reloads for ever is the classic fault of isolation by service worker.
  const loads = () => server.paths.filter((path) => path === '/neuromfa/').length;
  await tab.goto(server.url);
  await until('isolation', () => tab.evaluate(() => crossOriginIsolated).catch(() => false), { timeout: 10_000 });
  await until('the page', () => tab.evaluate(() => document.querySelector('h1') !== null).catch(() => false));
  await tab.evaluate(listen);
  const result = await analyse(tab, checkpoint);
  assertGolden(result.checkpoints[0], 'step1000.safetensors');
  assert.match(await engineStatus(tab), /\d+ threads,/);
  assert.ok(loads() <= 2, `${loads()} loads`);
  assert.ok(server.paths.every((path) => path.startsWith('/neuromfa/')), 'all addresses are relative');

  // The second visit is isolated at once.
  const before = loads();
  await visit(tab, server.url);
  assert.equal(await tab.evaluate(() => crossOriginIsolated), true);
  assert.equal(loads() - before, 1);
  assertQuiet(tab);
});

test('inside a page of another site it works, and never reloads', needs('Chromium'), async (t) => {
  const inner = await site(t, { isolated: false });
  const parent = folder(t);
  writeFileSync(join(parent, 'index.html'), `<!doctype html><title>Lesson</title><link rel="icon" href="data:,"><iframe src="${inner.url}" width="1000" height="800"></iframe>`);
  const outer = await site(t, { isolated: false, folder: parent, host: '127.0.0.1' });

  const tab = await chromiumTab(t);
  await tab.goto(outer.url);
  const frame = await until('the frame', () => tab.page.frames().find((one) => one.url().startsWith(inner.url)));
  let loads = 0;
  tab.page.on('framenavigated', (one) => one === frame && loads++);
  await frame.locator('h1').first().waitFor();
  await frame.evaluate(listen);
  const inFrame = {
    evaluate: (work, argument) => frame.evaluate(work, argument),
    choose: (paths) => frame.locator('input[type=file]').first().setInputFiles(paths),
  };
  const result = await analyse(inFrame, checkpoint);
  assertGolden(result.checkpoints[0], 'step1000.safetensors');
  assert.ok(loads <= 1, `${loads} reloads`);
  assert.deepEqual(tab.problems, []);
});

test('an isolated embedder may give it threads', needs('Chromium'), async (t) => {
  const inner = await site(t);
  const parent = folder(t);
  writeFileSync(
    join(parent, 'index.html'),
    `<!doctype html><title>Lesson</title><link rel="icon" href="data:,"><iframe src="${inner.url}" allow="cross-origin-isolated" width="1000" height="800"></iframe>`,
  );
  const outer = await site(t, { folder: parent, host: '127.0.0.1' });
  const tab = await chromiumTab(t);
  await tab.goto(outer.url);
  const frame = await until('the frame', () => tab.page.frames().find((one) => one.url().startsWith(inner.url)));
  await frame.locator('h1').first().waitFor();
  await frame.evaluate(listen);
  await frame.locator('input[type=file]').first().setInputFiles(checkpoint);
  const result = await nextResult({ evaluate: (work, argument) => frame.evaluate(work, argument) }, 0);
  assertGolden(result.checkpoints[0], 'step1000.safetensors');
  assert.deepEqual(flavours(inner), ['threads']);
});

// The promise "nothing leaves this computer" does not rest on good intentions: the browser enforces it.
test('neither page nor worker can evaluate text or reach another site', needs('Chromium'), async (t) => {
  const server = await site(t);
  const other = await site(t, { isolated: false, host: '127.0.0.1' });
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  await until('the service worker', () => tab.evaluate(() => navigator.serviceWorker.controller !== null));
  await analyse(tab, checkpoint);
  // The first worker is the engine's. Those of its pool, which inherit their policy, sleep in Wasm and answer nobody.
  const [worker] = tab.page.workers();
  assert.ok(worker, 'the engine runs in a worker');

  for (const [name, context] of Object.entries({ page: tab.page, worker })) {
    // A string handler is evaluated in a task of its own, which the debugger's exemption does not cover.
    const attempt = async (url) => {
      try {
        setTimeout('globalThis.evaluated = true', 0);
      } catch {
        // Some engines throw, others drop it.
      }
      const fetched = await fetch(url, { mode: 'no-cors' }).then(() => true, () => false);
      return { fetched, evaluated: globalThis.evaluated === true };
    };
    assert.deepEqual(await context.evaluate(attempt, other.url), { fetched: false, evaluated: false }, name);
  }
  assert.deepEqual(other.paths, [], 'requests that reached the other site');
  await until('the count', () => tab.evaluate(() => /0 requests to other sites, 2 stopped/.test(document.querySelector('#status').textContent)));
});

test('where no service worker can run the workers have the same policy', needs('Chromium'), async (t) => {
  const server = await site(t, { isolated: false });
  const other = await site(t, { isolated: false, host: '127.0.0.1' });
  const tab = await chromiumTab(t, { serviceWorkers: 'block' });
  await visit(tab, server.url);
  await analyse(tab, checkpoint);
  const [worker] = tab.page.workers();
  const attempt = (url) => fetch(url, { mode: 'no-cors' }).then(() => true, () => false);
  assert.equal(await worker.evaluate(attempt, other.url), false);
  assert.deepEqual(other.paths, [], 'requests that reached the other site');
  await until('the count', () => tab.evaluate(() => /0 requests to other sites, 1 stopped/.test(document.querySelector('#status').textContent)));
});
