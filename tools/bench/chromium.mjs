// Chromium as the bench uses it: the built site, beside it a bare page whose workers do what they are told.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../build.mjs';
import { findBrowsers } from '../browsers.mjs';
import { Failure, dist, root, target } from '../lib.mjs';
import { serve } from '../serve.mjs';
import { buildBenchWasm } from '../wasm.mjs';

const args = [
  '--no-sandbox', // root has none
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // A tab that nobody looks at is measured like one that somebody looks at.
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
];

/**
 * Starts the browser, on a site with what is needed.
 * @param {Set<string>} needs `page`: the real page and its modules; `jobs`: those of src/bench.rs
 */
export async function startChromium(needs) {
  const { Chromium } = await findBrowsers();
  if (!Chromium) throw new Failure('no Chromium to measure in; run `npm test` once, which fetches one');
  const { chromium } = await import('playwright-core');
  const server = await serve({ folder: await site(needs) });
  const browser = await chromium.launch({ executablePath: Chromium, args });
  return new Chrome(browser, server);
}

/** The site as it is built, and the bench's own page in `bench/`. */
async function site(needs) {
  const folder = join(target, 'bench', 'site');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (needs.has('page')) {
    await build();
    cpSync(dist, folder, { recursive: true });
  }
  cpSync(join(root, 'tools/bench/browser'), join(folder, 'bench'), { recursive: true });
  if (needs.has('jobs')) cpSync(await buildBenchWasm(), join(folder, 'bench', 'wasm'), { recursive: true });
  return folder;
}

class Chrome {
  constructor(browser, server) {
    this.browser = browser;
    this.server = server;
    this.url = server.url;
  }

  get version() {
    return this.browser.version();
  }

  /** A worker of a page of its own. `ask({work, ...})` gives what its work returns. */
  async worker(script, { files = [] } = {}) {
    const page = await this.browser.newPage();
    await page.goto(`${this.url}bench/`);
    if (files.length) await page.locator('input[type=file]').setInputFiles(files);
    await page.evaluate((script) => window.begin('it', script), script);
    return {
      ask: (order) => page.evaluate((order) => window.ask('it', order), order),
      /** Hands over the files that were chosen, as they are. */
      give: (order) => page.evaluate((order) => window.ask('it', { ...order, files: window.chosen() }), order),
      close: () => page.close(),
    };
  }

  async close() {
    await this.browser.close();
    await this.server.close();
  }
}
