// npm run hosts: the page inside pages of other sites. For every kind of host it tells whether the page draws, how many threads
// it has, whether its numbers are those of the page by itself, and how often it loaded again. `-- --write` puts the table into
// docs/hosting.md.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBrowsers } from './browsers.mjs';
import { Failure, isMain, main, root, say } from './lib.mjs';
import { serve } from './serve.mjs';

const checkpoint = join(root, 'tests/data/neox-tiny/step1000.safetensors');
/** Null models are left out: they take time and are the same numbers in either engine. */
const settings = '#v=1&null=';

/** What the host of the site sends. */
export const sites = {
  'no headers': { isolated: false },
  'CORS for all, as GitHub Pages': { isolated: false, headers: { 'Access-Control-Allow-Origin': '*' } },
  'isolation headers': { isolated: true },
};

const coep = (value) => ({ 'Cross-Origin-Embedder-Policy': value, 'Cross-Origin-Opener-Policy': 'same-origin' });
/** What stands around the page; null is nothing. */
export const embedders = {
  'by itself': null,
  'plain page': {},
  'plain page, third-party storage blocked': { blocked: true },
  'page with COEP require-corp': { headers: coep('require-corp'), attributes: 'allow="cross-origin-isolated"' },
  'page with COEP credentialless': { headers: coep('credentialless'), attributes: 'allow="cross-origin-isolated"' },
  'the same, <iframe credentialless>': { headers: coep('require-corp'), attributes: 'credentialless allow="cross-origin-isolated"' },
  'plain page, <iframe credentialless>': { attributes: 'credentialless' },
  'plain page, sandbox="allow-scripts"': { attributes: 'sandbox="allow-scripts"' },
  'plain page, sandbox="allow-scripts allow-same-origin"': { attributes: 'sandbox="allow-scripts allow-same-origin"' },
};

// ---- one visit ----

/**
 * Visits the page on such a site, inside such an embedder, and analyses a checkpoint in it.
 * @param {(blocked: boolean) => Promise<Tab>} open a tab of a fresh profile; see `chromium` below
 * @returns {Promise<{draws: boolean, engine: string, result: string|null, reloads: number, problems: string[]}>}
 */
export async function visit(open, site, embedder) {
  const paths = [];
  const server = await serve({ ...site, onRequest: (path, { referer }) => referer?.endsWith('/sw.js') || paths.push(path) });
  const outer = embedder && (await serveEmbedder(server.url + settings, embedder));
  const tab = await open(embedder?.blocked ?? false);
  try {
    await tab.goto(outer?.url ?? server.url + settings, outer ? server.url : null);
    const draws = await within(15_000, () => tab.inside(drawn));
    if (!draws) return { draws: false, engine: '', result: null, reloads: 0, problems: tab.problems };
    // A reload would come now; a page that loads for ever is the classic fault of isolation by service worker.
    await sleep(1500);
    await within(15_000, () => tab.inside(drawn));
    await tab.inside(listen);
    await tab.choose(checkpoint);
    const result = await within(30_000, () => tab.inside(answer));
    return { draws: true, engine: await tab.inside(engine), result, reloads: paths.filter((path) => path === '/').length - 1, problems: tab.problems };
  } finally {
    await tab.close();
    await server.close();
    await outer?.close();
  }
}

/** Another site: 127.0.0.1 and localhost are two. */
function serveEmbedder(address, { headers = {}, attributes = '' }) {
  const html = `<!doctype html><title>Lesson</title><link rel="icon" href="data:,"><iframe src="${address.replaceAll('&', '&amp;')}" ${attributes} width="1000" height="800"></iframe>`;
  const server = createServer((_, response) => response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...headers }).end(html));
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve({
        url: `http://127.0.0.1:${server.address().port}/`,
        close: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }),
      }),
    ),
  );
}

/** Asks until the answer is truthy; null if it takes too long. A reload breaks a question off. */
async function within(ms, ask) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) {
    const found = await Promise.resolve().then(ask).catch(() => null);
    if (found) return found;
  }
  return null;
}

// These run in the page.

function drawn() {
  const figure = [...document.querySelectorAll('main svg, main canvas')].some((one) => one.getBoundingClientRect().width > 200);
  return figure && !!document.querySelector('h1')?.textContent;
}

function listen() {
  document.addEventListener('neuromfa-result', ({ detail }) => { window.found = JSON.stringify({ ...detail, tool: null }); });
  return true;
}

function answer() {
  return window.found ?? null;
}

function engine() {
  return document.querySelector('#status')?.textContent.match(/Engine: (.*?isolated)/)?.[1] ?? '';
}

// ---- browsers ----

/**
 * Chromium as people have it: playwright's own start turns the partitioning of third-party storage off.
 * @typedef {{problems: string[], goto: Function, inside: Function, choose: Function, close: Function}} Tab
 */
export async function chromium(executable, blocked) {
  const profile = mkdtempSync(join(tmpdir(), 'neuromfa-chromium-'));
  mkdirSync(join(profile, 'Default'));
  // By a rule for the site inside of the embedder: the setting for all third parties leaves them their partitioned storage.
  const rules = blocked ? { 'http://localhost,http://127.0.0.1': { setting: 2 } } : {};
  const preferences = { profile: { cookie_controls_mode: blocked ? 1 : 0, block_third_party_cookies: blocked, content_settings: { exceptions: { cookies: rules } } } };
  writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify(preferences));
  const child = spawn(executable, [
    '--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--no-first-run', '--disable-gpu',
    '--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1', 'about:blank',
  ], { stdio: ['ignore', 'ignore', 'pipe'] });
  const address = await new Promise((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
      const found = text.match(/DevTools listening on (\S+)/);
      if (found) resolve(found[1]);
    });
    child.on('exit', () => reject(new Failure(`Chromium did not start: ${text.slice(0, 300)}`)));
  });
  const { chromium: playwright } = await import('playwright-core');
  const browser = await playwright.connectOverCDP(address);
  const page = await browser.contexts()[0].newPage();
  const problems = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  let wanted = null;
  const frame = () => (wanted ? page.frames().find((one) => one.url().startsWith(wanted)) : page.mainFrame());
  return {
    problems,
    async goto(url, inside) {
      wanted = inside;
      await page.goto(url, { waitUntil: 'domcontentloaded' });
    },
    inside: async (work) => await frame().evaluate(work),
    choose: (path) => frame().locator('input[type=file]').first().setInputFiles(path),
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await (await browser.newBrowserCDPSession()).send('Browser.close').catch(() => child.kill());
      await ended;
      // Its helpers may write for a moment longer.
      await within(5000, () => (rmSync(profile, { recursive: true, force: true }), true));
    },
  };
}

/** Firefox by the tests' own driver. */
async function firefox() {
  const { firefoxTab } = await import('../tests/browser/firefox.mjs');
  const cleanUp = [];
  const tab = await firefoxTab({ after: (work) => cleanUp.push(work) });
  let wanted = null;
  const frame = () => (wanted ? tab.page.frames().find((one) => one.url().startsWith(wanted)) : tab.page.mainFrame());
  return {
    problems: tab.problems,
    async goto(url, inside) {
      wanted = inside;
      await tab.page.goto(url, { waitUntil: 'domcontentloaded' });
    },
    inside: async (work) => await frame().evaluate(work),
    choose: async (path) => (await frame().$('input[type=file]')).uploadFile(path),
    close: async () => { for (const work of cleanUp.reverse()) await work(); },
  };
}

/** WebKitGTK by the tests' own driver. */
async function webkit() {
  const { webkitTab } = await import('../tests/browser/webkit.mjs');
  const cleanUp = [];
  const tab = await webkitTab({ after: (work) => cleanUp.push(work) });
  return {
    problems: [],
    async goto(url, inside) {
      await tab.goto(url);
      if (inside) await tab.enterFrame('iframe');
    },
    inside: (work) => tab.evaluate(work),
    choose: (path) => tab.choose(path),
    close: async () => { for (const work of cleanUp.reverse()) await work(); },
  };
}

// ---- the table ----

async function measure() {
  const found = await findBrowsers();
  const rows = [];
  const engines = {
    Chromium: (blocked) => chromium(found.Chromium, blocked),
    Firefox: firefox,
    WebKitGTK: webkit,
  };
  for (const [name, open] of Object.entries(engines)) {
    if (!found[name]) {
      say(`${name} is not installed`);
      continue;
    }
    for (const [embedder, around] of Object.entries(embedders)) {
      // Blocking is a setting of the profile; only Chromium is started with it.
      if (around?.blocked && name !== 'Chromium') continue;
      for (const [site, host] of Object.entries(sites)) {
        const row = { browser: name, embedder, site, ...(await visit(open, host, around)) };
        say(`${name}, ${embedder}, ${site}: ${row.engine || 'nothing'}${row.problems.length ? `; ${row.problems[0].slice(0, 120)}` : ''}`);
        rows.push(row);
      }
    }
  }
  return rows;
}

function table(rows) {
  const alone = rows.find(({ result }) => result)?.result;
  const cells = rows.map(({ browser, embedder, site, draws, engine: threads, result, reloads, problems }) => [
    browser, embedder.replaceAll('<', '`<').replaceAll('>', '>`'), site,
    draws ? 'yes' : 'no', threads || '–', result ? (result === alone ? 'yes' : 'NO') : '–', draws ? String(reloads) : '–', draws ? String(problems.length) : '–',
  ]);
  const head = ['browser', 'around it', 'the site’s host sends', 'draws', 'engine', 'same numbers', 'reloads', 'console errors'];
  return [head, head.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

const markers = ['<!-- npm run hosts writes this -->', '<!-- until here -->'];

if (isMain(import.meta)) {
  await main(async () => {
    const text = table(await measure());
    console.log(text);
    if (!process.argv.includes('--write')) return;
    const path = join(root, 'docs/hosting.md');
    const page = readFileSync(path, 'utf8');
    const [start, end] = markers.map((marker) => page.indexOf(marker));
    if (start < 0 || end < start) throw new Failure(`docs/hosting.md has no place for the table: ${markers.join(' ... ')}`);
    writeFileSync(path, `${page.slice(0, start)}${markers[0]}\n${text}\n${page.slice(end)}`);
  });
}
