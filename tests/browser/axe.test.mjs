// WCAG 2.2 AA and best practices, checked by axe on every view: light and dark, wide and narrow.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { chromiumTab } from './chromium.mjs';
import { needs, site, until } from './harness.mjs';
import { popovers, views } from './views.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const wide = { width: 1440, height: 900 };
const narrow = { width: 360, height: 780 };

/** What axe has against the page as it stands. Colours are all that a theme changes. */
async function violations(page, only) {
  await page.evaluate(axe);
  const run = only ? { runOnly: { type: 'rule', values: only } } : { runOnly: { type: 'tag', values: tags } };
  const { violations: found } = await page.evaluate((options) => window.axe.run(document, { ...options, resultTypes: ['violations'] }), run);
  return found.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary.split('\n').slice(1).join(';').trim().slice(0, 260)}`));
}

async function inEveryWay(page, wideOnly = false) {
  const found = {};
  const look = async (name, ...rest) => {
    const list = await violations(page, ...rest);
    if (list.length) found[name] = list;
  };
  for (const [width, viewport] of Object.entries(wideOnly ? { wide } : { wide, narrow })) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await settled(page);
    await look(`${width}, light`);
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await settled(page);
    await look(`${width}, dark`, ['color-contrast', 'link-in-text-block']);
  }
  return found;
}

/** Two frames: one for the page to notice, one to draw. */
const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)))));

for (const [name, open] of Object.entries(views)) {
  test(`axe: ${name}`, needs('Chromium'), async (t) => {
    const server = await site(t);
    // The policy of the page would keep axe out.
    const tab = await chromiumTab(t, { bypassCSP: true, reducedMotion: 'reduce' });
    await open(tab, server.url, t);
    assert.deepEqual(await inEveryWay(tab.page), {});
  });
}

for (const [name, { view, button, wide: wideOnly }] of Object.entries(popovers)) {
  test(`axe: ${name}`, needs('Chromium'), async (t) => {
    const server = await site(t);
    for (const viewport of wideOnly ? [wide] : [wide, narrow]) {
      const tab = await chromiumTab(t, { bypassCSP: true, reducedMotion: 'reduce', viewport });
      await views[view](tab, server.url, t);
      await tab.page.locator(button).first().click();
      await until('the popover', () => tab.evaluate(() => document.querySelector('.popover') !== null));
      assert.deepEqual(await violations(tab.page), [], `${viewport.width}`);
      await tab.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
      await settled(tab.page);
      assert.deepEqual(await violations(tab.page, ['color-contrast']), [], `${viewport.width}, dark`);
    }
  });
}
