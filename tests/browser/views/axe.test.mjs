// WCAG 2.2 AA and best practices, checked by axe on every view: light and dark, wide and narrow.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { chromiumTab } from '../chromium.mjs';
import { needs, site, until } from '../harness.mjs';
import { settled, views } from '../views.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Tall enough that what sticks to the lower edge covers nothing. */
const sizes = { wide: { width: 1440, height: 12000 }, narrow: { width: 360, height: 12000 } };

for (const [name, { open, turns = [], popovers = [] }] of Object.entries(views)) {
  test(`axe: ${name}`, needs('Chromium'), async (t) => {
    const server = await site(t);
    // The policy of the page would keep axe out.
    const tab = await chromiumTab(t, { bypassCSP: true, reducedMotion: 'reduce' });
    await open(tab, server.url, t);
    await tab.page.addScriptTag({ content: axe });
    const found = {};
    const look = async (what) => {
      for (const theme of ['light', 'dark']) {
        await tab.page.emulateMedia({ colorScheme: theme });
        await settled(tab);
        // Colours are all that a theme changes.
        const list = await violations(tab.page, theme === 'dark');
        if (list.length) found[`${what}, ${theme}`] = list;
      }
    };

    for (const [size, viewport] of Object.entries(sizes)) {
      await tab.page.setViewportSize(viewport);
      await settled(tab);
      await look(size);
      for (const button of popovers) {
        const place = tab.page.locator(button).first();
        if (!(await place.isVisible())) continue;
        await place.click();
        await look(`${size}, ${button}`);
        await tab.page.keyboard.press('Escape');
      }
    }
    await tab.page.setViewportSize(sizes.wide);
    for (const turn of turns) {
      await tab.page.locator(turn).click();
      await until('what was turned to', () => tab.evaluate((css) => document.querySelector(css)?.matches('[aria-selected="true"], [aria-current]'), turn));
      await settled(tab);
      await look(turn);
    }
    assert.deepEqual(found, {});
  });
}

/** What axe has against the page as it stands. */
async function violations(page, coloursOnly) {
  const runOnly = coloursOnly ? { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } : { type: 'tag', values: tags };
  const { violations: found } = await page.evaluate((options) => window.axe.run(document, options), { runOnly, resultTypes: ['violations'] });
  return found.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary.split('\n').slice(1).join(';').trim().slice(0, 260)}`));
}
