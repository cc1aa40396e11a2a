// Every view in a narrow window, at 200 % zoom, from right to left, in forced colours and on paper.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromiumTab } from '../chromium.mjs';
import { assertQuiet, needs, picture, site, until, visit } from '../harness.mjs';
import { settled, views } from '../views.mjs';

/** 720 is a window of 1440 at 200 %. */
const widths = [320, 720, 1440];

for (const [name, { open }] of Object.entries(views)) {
  test(`narrow, zoomed and from right to left: ${name}`, needs('Chromium'), async (t) => {
    const server = await site(t);
    const tab = await chromiumTab(t, { reducedMotion: 'reduce' });
    await open(tab, server.url, t);
    const problems = [];
    for (const dir of ['ltr', 'rtl']) {
      await tab.evaluate((value) => document.documentElement.setAttribute('dir', value), dir);
      for (const width of widths) {
        await tab.page.setViewportSize({ width, height: 900 });
        await settled(tab);
        await settled(tab);
        problems.push(...(await tab.evaluate(lost)).map((one) => `${dir}, ${width}: ${one}`));
        if (dir === 'rtl' && width === 1440) await tab.screenshot(picture(`rtl-${name}`));
      }
    }
    assert.deepEqual(problems, []);
    // All that there is to see and do was here: nothing of it asked anything of another site.
    assertQuiet(tab);
  });
}

/** Runs in the page: what scrolls sideways, leaves the window, or lies over other words. */
function lost() {
  const problems = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) problems.push(`the page is ${scrollWidth} wide`);
  const scrolls = (node) => {
    for (let one = node; one; one = one.parentElement) if (/auto|scroll/.test(getComputedStyle(one).overflow)) return true;
    return false;
  };
  const clipped = (node) => {
    for (let one = node; one; one = one.parentElement) if (getComputedStyle(one).clipPath !== 'none' || getComputedStyle(one).position === 'fixed') return true;
    return false;
  };
  // Words, as they are drawn.
  const pieces = [];
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const parent = text.parentElement;
    if (!text.data.trim() || parent.closest('.sr, .chart, .slider, svg, math, option, script, noscript, .card')) continue;
    if (!parent.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) || clipped(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      if (box.width < 2 || box.height < 2) continue;
      pieces.push({ parent, text: text.data.trim().slice(0, 30), box });
    }
  }
  for (const { parent, text, box } of pieces) {
    if ((box.left < -1 || box.right > clientWidth + 1) && !scrolls(parent)) problems.push(`"${text}" leaves the window`);
  }
  pieces.sort((a, b) => a.box.top - b.box.top);
  pieces.forEach((a, i) => {
    for (const b of pieces.slice(i + 1)) {
      if (b.box.top > a.box.bottom) break;
      if (scrolls(a.parent) || scrolls(b.parent)) continue;
      const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      // Boxes of lines are higher than their letters.
      if (wide > 3 && high > 9) problems.push(`"${a.text}" and "${b.text}" lie over each other`);
    }
  });
  return [...new Set(problems)].slice(0, 8);
}

test('from right to left the layout is mirrored and the axes are not', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t, { reducedMotion: 'reduce' });
  await views['first-view'].open(tab, server.url);
  const places = () => tab.evaluate(() => {
    const left = (css) => document.querySelector(css).getBoundingClientRect().left;
    return { card: left('.card'), words: left('.top .words'), brand: left('.brand'), play: left('.play'), range: left('.slider-hit') };
  });
  const before = await places();
  assert.ok(before.card > before.words && before.range > before.play);
  await tab.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
  await settled(tab);
  const after = await places();
  assert.ok(after.card < after.words, 'the layout is mirrored');
  assert.ok(after.brand > before.brand);
  assert.ok(after.range > after.play, 'the axis of steps is not');
});

test('in forced colours everything that means something is seen', needs('Chromium'), async (t) => {
  const server = await site(t);
  for (const colorScheme of ['light', 'dark']) {
    const tab = await chromiumTab(t, { forcedColors: 'active', colorScheme, reducedMotion: 'reduce' });
    await views['first-view'].open(tab, server.url);
    await tab.screenshot(picture(`forced-colours-${colorScheme}`));
    // Of what a figure draws some pixels stand out from its ground by 3 to 1.
    const faint = await tab.evaluate(() => [...document.querySelectorAll('.chart canvas')].filter((canvas) => canvas.getBoundingClientRect().width > 50).map((canvas) => {
      const ground = getComputedStyle(canvas.parentElement).backgroundColor.match(/[\d.]+/g).map(Number);
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const light = ([r, g, b]) => [r, g, b].reduce((sum, one, i) => sum + [0.2126, 0.7152, 0.0722][i] * ((one / 255) <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4), 0);
      const here = light(ground[3] === 0 ? [255, 255, 255] : ground);
      let best = 1;
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] < 200) continue;
        const there = light([data[i], data[i + 1], data[i + 2]]);
        best = Math.max(best, (Math.max(here, there) + 0.05) / (Math.min(here, there) + 0.05));
      }
      return { chart: canvas.parentElement.className, best };
    }).filter(({ best }) => best < 3));
    assert.deepEqual(faint, []);
    // Buttons have a border, and the focus an outline.
    await tab.page.keyboard.press('Tab');
    await tab.page.keyboard.press('Tab');
    const outline = await tab.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(outline, 'none');
    const borders = await tab.evaluate(() => [...document.querySelectorAll('.primary, .card, .status-item')].filter((one) => one.getClientRects().length && getComputedStyle(one).borderTopWidth === '0px').map((one) => one.textContent));
    assert.deepEqual(borders, []);
  }
});

test('on paper: light, no controls, the tables, and the address in full', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t, { colorScheme: 'dark', reducedMotion: 'reduce' });
  await views['first-view'].open(tab, server.url);
  const link = `${server.url}#v=1&threshold=120`;
  await visit(tab, link);
  await until('the page', () => tab.evaluate(() => document.querySelector('main h1')?.textContent));
  await until('the engine', () => tab.evaluate(() => !/starting|when needed/.test(document.querySelector('#status').textContent)));
  await tab.page.emulateMedia({ media: 'print' });
  await tab.evaluate(() => dispatchEvent(new Event('beforeprint')));
  const seen = await tab.evaluate(() => {
    const shown = (css) => [...document.querySelectorAll(css)].filter((one) => one.getClientRects().length > 0);
    return {
      // What sorts a table is its heading.
      controls: shown('button:not(.sort), input, select, .status, .header').map((one) => one.outerHTML.slice(0, 80)),
      tables: shown('.print-only table').map((one) => one.caption.textContent),
      foot: document.querySelector('.print-foot').textContent,
      ground: getComputedStyle(document.body).backgroundColor,
      theme: document.documentElement.dataset.theme,
    };
  });
  assert.deepEqual(seen.controls, []);
  assert.deepEqual(seen.tables, ['All checkpoints', 'Spectrum at step 3,000', 'Neuron fractal dimension at step 3,000']);
  assert.equal(seen.foot, link);
  assert.equal(seen.ground, 'rgb(255, 255, 255)');
  assert.equal(seen.theme, 'light');
  await tab.page.screenshot({ path: picture('print'), fullPage: true });
  await tab.evaluate(() => dispatchEvent(new Event('afterprint')));
  assert.equal(await tab.evaluate(() => document.documentElement.dataset.theme ?? 'none'), 'none');
  assert.equal(await tab.evaluate(() => document.querySelectorAll('.print-only').length), 0);
});
