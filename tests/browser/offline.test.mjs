// The site without a network, in a new version, and as an installed page.
import assert from 'node:assert/strict';
import { appendFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dist } from '../../tools/lib.mjs';
import { bundleServiceWorker } from '../../tools/page.mjs';
import { chromiumTab } from './chromium.mjs';
import { analyse, assertGolden, assertQuiet, folder, golden, needs, site, until, visit } from './harness.mjs';

const file = 'step1000.safetensors';

const status = (page) => page.evaluate(() => document.querySelector('#status').innerText);
/** A reload breaks a question off; it is asked again. */
const kept = (page) => until('the site to be kept', () => status(page).then((text) => text.includes('Works offline'), () => false));

test('after one visit everything works without a network, under any path', needs('Chromium'), async (t) => {
  const server = await site(t, { isolated: false, prefix: '/courses/spectra/' });
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  await kept(tab.page);
  await server.close();
  await tab.page.context().setOffline(true);

  await visit(tab, server.url);
  assert.equal(await tab.evaluate(() => crossOriginIsolated), true);
  const { checkpoints } = await analyse(tab, join(golden, file));
  assertGolden(checkpoints[0], file);

  await until('the status', async () => (await status(tab.page)).includes('Offline'));
  await tab.page.getByRole('button', { name: 'Offline', exact: true }).click();
  await tab.page.getByText('You are offline').waitFor();
  await tab.page.keyboard.press('Escape');
  const disabled = await tab.evaluate(() => [...document.querySelectorAll('button:disabled')].map((one) => one.textContent));
  assert.deepEqual(disabled, [], 'nothing is disabled');

  // Parts that this visitor had never opened.
  await visit(tab, `${server.url}#v=1&view=read`);
  await until('an explanation', () => tab.evaluate(() => document.querySelector('.read-step h2') !== null));
  assertQuiet(tab);
});

test('large files are kept when they are asked for', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  await kept(tab.page);
  await tab.page.locator('#status').getByText('Works offline').click();
  await tab.page.getByRole('button', { name: 'Keep everything for offline use' }).click();
  await until('all to be kept', () => tab.evaluate(async () => {
    const [name] = await caches.keys();
    return (await (await caches.open(name)).match('demo/checkpoints/step0.safetensors')) !== undefined;
  }));
  await kept(tab.page);
  await server.close();

  await visit(tab, `${server.url}#v=1&null=`);
  await tab.page.getByRole('button', { name: /^Analyse these/ }).click();
  await until('the demo to be analysed', () => tab.evaluate(() => window.neuromfaEvents.results.length > 0), { timeout: 120_000 });
  assertQuiet(tab);
});

test('a new version waits for the next visit, and is never mixed with the old', needs('Chromium'), async (t) => {
  const copy = folder(t);
  cpSync(dist, copy, { recursive: true });
  const server = await site(t, { folder: copy });
  const tab = await chromiumTab(t);
  const version = () => tab.evaluate(() => document.documentElement.dataset.version ?? '1');
  await visit(tab, server.url);
  await kept(tab.page);

  // Half of an upload: the files are new, what lists them is not.
  appendFileSync(join(copy, 'assets/main.js'), '\ndocument.documentElement.dataset.version = "2";\n');
  await visit(tab, server.url);
  assert.equal(await version(), '1');

  await bundleServiceWorker(copy);
  await tab.evaluate(() => navigator.serviceWorker.getRegistration().then((one) => one.update()));
  await until('the new version', () => tab.evaluate(() => navigator.serviceWorker.getRegistration().then((one) => one.waiting !== null)));
  const served = () => tab.evaluate(() => fetch('assets/main.js').then((response) => response.text()));
  assert.ok(!(await served()).includes('dataset.version = "2"'), 'an open page keeps its version');

  // Another page of the old version holds it: both would have to change at once.
  const second = await tab.page.context().newPage();
  await second.goto(server.url);
  await second.locator('h1').first().waitFor();
  await until('the two pages', () => second.evaluate(() => navigator.serviceWorker.controller !== null));
  assert.equal(await second.evaluate(() => document.documentElement.dataset.version ?? '1'), '1');
  await second.close();

  const before = server.paths.length;
  // Chromium starts the old worker again if it was just let go when the page asked for something; then it goes with the page.
  const comes = async () => {
    await tab.goto('about:blank');
    await visit(tab, server.url);
    return until('the new version', () => version().then((now) => now === '2', () => false), { timeout: 3000 }).catch(() => false);
  };
  await until('the new version at a next visit', comes, { timeout: 45_000 });
  assert.ok((await served()).includes('dataset.version = "2"'));
  await until('the old version to go', () => tab.evaluate(() => caches.keys().then(({ length }) => length === 1)));
  // A worker of the page that is left, caught in the change, may still ask for its module.
  assert.deepEqual(server.paths.slice(before).filter((path) => path !== '/sw.js' && !path.startsWith('/wasm/')), [], 'all of it was kept before');
  assertQuiet(tab);
});

test('it can be installed', needs('Chromium'), async (t) => {
  const server = await site(t, { prefix: '/lesson/' });
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  await until('the service worker', () => tab.evaluate(() => navigator.serviceWorker.controller !== null));
  const session = await tab.page.context().newCDPSession(tab.page);
  const { url, errors, data } = await session.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  assert.equal(url, `${server.url}manifest.webmanifest`);
  for (const { src, sizes, type } of JSON.parse(data).icons) {
    const drawn = await tab.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, new URL(src, url).href);
    if (type === 'image/png') assert.equal(drawn, sizes, src);
  }
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // A fresh profile of a test is a private window, which installs nothing.
  assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito'), []);
});
