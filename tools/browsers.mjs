// Finds the browsers of the tests, and fetches those that are missing where that is possible.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { attempt, mayInstall, read, root, say } from './lib.mjs';

/** What the tests know each engine by, and the Debian packages that bring it. */
const packages = {
  Chromium: ['chromium', 'fonts-dejavu-core'],
  Firefox: ['firefox-esr'],
  WebKitGTK: ['webkit2gtk-driver', 'xvfb'],
};

/**
 * The browsers of this machine.
 * @returns {Promise<{Chromium: string|null, Firefox: string|null, WebKitGTK: {driver: string, browser: string, xvfb: string}|null}>}
 */
export async function findBrowsers() {
  return { Chromium: await findChromium(), Firefox: findFirefox(), WebKitGTK: findWebKit() };
}

/** Like findBrowsers, but first tries to fetch what is missing. */
export async function fetchBrowsers() {
  const missing = async () => Object.entries(await findBrowsers()).filter(([, found]) => !found);
  const wanted = (await missing()).flatMap(([engine]) => packages[engine]);
  if (wanted.length > 0 && mayInstall()) {
    say(`installing ${wanted.join(' ')}`);
    attempt('apt-get', ['update', '-q']);
    // One engine that cannot be had must not take the others with it.
    for (const [engine] of await missing()) attempt('apt-get', ['install', '-qy', '--no-install-recommends', ...packages[engine]]);
  }
  if (!(await findChromium())) {
    say('downloading Chromium');
    attempt(process.execPath, [join(root, 'node_modules/playwright-core/cli.js'), 'install', 'chromium']);
  }
  return await findBrowsers();
}

async function findChromium() {
  const installed = first([
    process.env.CHROMIUM,
    onPath('chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser'),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ]);
  if (installed) return installed;
  const { chromium } = await import('playwright-core');
  return first([chromium.executablePath()]);
}

function findFirefox() {
  return first([process.env.FIREFOX, onPath('firefox-esr', 'firefox'), '/Applications/Firefox.app/Contents/MacOS/firefox']);
}

function findWebKit() {
  const driver = onPath('WebKitWebDriver');
  const xvfb = onPath('Xvfb');
  // The browser that the driver drives is no command: it lies beside the library, in a folder named by the architecture.
  const architecture = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch];
  const places = ['4.1', '6.0', 'gtk-4.1'].map((version) => `webkit2gtk-${version}/MiniBrowser`);
  const browser = first(places.flatMap((place) => [`/usr/lib/${architecture}/${place}`, `/usr/libexec/${place}`, `/usr/lib64/${place}`]));
  return driver && xvfb && browser ? { driver, browser, xvfb } : null;
}

function first(paths) {
  return paths.find((path) => path && existsSync(path)) ?? null;
}

/** The first of these commands that is installed and starts: Ubuntu's chromium-browser may be a stub that does not. */
function onPath(...commands) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = commands.flatMap((command) => folders.map((folder) => join(folder, command)).filter(existsSync));
  return found.find((path) => !path.endsWith('chromium-browser') || read(path, ['--version']) !== null) ?? null;
}
