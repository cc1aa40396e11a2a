// Firefox, driven by puppeteer-core over WebDriver BiDi: it takes Debian's Firefox as it is.
import puppeteer from 'puppeteer-core';
import { browsers } from './harness.mjs';

/** A tab of a fresh profile, for one test. */
export async function firefoxTab(t) {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: browsers.Firefox,
    headless: true,
    defaultViewport: { width: 1440, height: 900 },
    // Firefox itself asks its maker for updates and lists; the tests are of the page.
    extraPrefsFirefox: { 'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false },
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  const tab = {
    page,
    problems: [],
    foreign: [],
    goto: (url) => page.goto(url),
    evaluate: (work, argument) => page.evaluate(work, argument),
    choose: async (paths) => (await page.$('input[type=file]')).uploadFile(...[paths].flat()),
    screenshot: (path) => page.screenshot({ path }),
  };
  page.on('console', (message) => message.type() === 'error' && tab.problems.push(message.text()));
  page.on('pageerror', (error) => tab.problems.push(error.message));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== new URL(page.url()).origin && page.url() !== 'about:blank') tab.foreign.push(request.url());
  });
  return tab;
}
