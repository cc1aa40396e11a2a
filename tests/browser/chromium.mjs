// Chromium, driven by playwright-core.
import { after } from 'node:test';
import { chromium } from 'playwright-core';
import { browsers } from './harness.mjs';

let browser;
after(() => browser?.close());

/** One browser for all tests of a file; it may reach this machine only. */
async function launched() {
  browser ??= await chromium.launch({
    executablePath: browsers.Chromium,
    args: [
      '--no-sandbox', // root has none
      '--disable-gpu',
      '--disable-quic',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    ],
  });
  return browser;
}

/**
 * A tab of a fresh profile, for one test.
 * @param {object} options Playwright's options of a context; `serviceWorkers: 'block'` keeps a plain site unisolated
 */
export async function chromiumTab(t, options = {}) {
  const context = await (await launched()).newContext({ viewport: { width: 1440, height: 900 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  const tab = {
    page,
    problems: [],
    foreign: [],
    goto: (url) => page.goto(url),
    evaluate: (work, argument) => page.evaluate(work, argument),
    choose: (paths) => page.locator('input[type=file]').first().setInputFiles(paths),
    chooseFolder: (path) => page.locator('input[type=file]').nth(1).setInputFiles(path),
    drop: (paths) => drop(context, page, paths),
    screenshot: (path) => page.screenshot({ path }),
  };
  page.on('console', (message) => message.type() === 'error' && tab.problems.push(told(message)));
  page.on('pageerror', (error) => tab.problems.push(error.message));
  // Of the context, not the page: these include what workers ask for.
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== new URL(page.url()).origin && page.url() !== 'about:blank') tab.foreign.push(request.url());
  });
  return tab;
}

/** A real drop, as from a file manager: files and folders of the disk, onto the middle of the page. */
async function drop(context, page, files) {
  const session = await context.newCDPSession(page);
  const { width, height } = page.viewportSize();
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await session.send('Input.dispatchDragEvent', { type, x: width / 2, y: height / 2, data });
  }
  await session.detach();
}

/** A resource that does not load is named. */
function told(message) {
  const text = message.text();
  return text.startsWith('Failed to load resource') ? `${text}: ${message.location().url}` : text;
}
