// Pictures of every view, wide, on a phone, dark and on paper, compared with those in tests/pictures.
//
// A pixel differs when its colour does by more than THRESHOLD of the way from black to white, smoothed edges aside; a picture
// when more than SHARE of its pixels do. Both are as small as two machines with the same fonts allow: letters and curves are
// smoothed a little differently by every version of the browser. A picture that fails is left with the difference in
// target/pictures. `UPDATE_PICTURES=1` writes the pictures anew; look at them before they are committed.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { root, target } from '../../../tools/lib.mjs';
import { chromiumTab } from '../chromium.mjs';
import { needs, site } from '../harness.mjs';
import { pack } from '../png.mjs';
import { settled, views } from '../views.mjs';

const THRESHOLD = 0.2;
const SHARE = 0.01;
const update = process.env.UPDATE_PICTURES === '1';
const pictures = join(root, 'tests/pictures');
const failures = join(target, 'pictures');

const looks = {
  wide: { viewport: { width: 1440, height: 900 } },
  dark: { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 780 } },
  print: { viewport: { width: 794, height: 1123 }, media: 'print' },
};

/** What changes from machine to machine, or while one looks: the number of threads, times, how far a reading has come. */
const varies = '.status, .kept, .bar-row, .files .file-values, .file-size, .reading-left .caption, .reading-left .headline, .print-foot';

/** Views of which some looks say nothing that others do not; the upper part of an opened page is that of a closed one. */
const fewer = {
  'first-view-open': [], 'one-open': [], 'own-series': [], 'own-checkpoint': ['wide', 'phone'], error: ['wide', 'phone'], result: ['wide'], empty: ['wide', 'dark'],
  lessons: ['wide', 'phone'], help: ['wide', 'phone', 'print'], embed: ['wide', 'dark', 'phone'], builder: ['wide', 'dark', 'phone'], web: ['wide', 'dark', 'phone'], 'files-asked-for': ['wide'],
  reading: [], // it changes while one looks
};

for (const [name, { open }] of Object.entries(views)) {
  const wanted = fewer[name] ?? Object.keys(looks);
  if (wanted.length === 0) continue;
  test(`pictures: ${name}`, needs('Chromium'), async (t) => {
    const server = await site(t);
    const tab = await chromiumTab(t, { reducedMotion: 'reduce', deviceScaleFactor: 1 });
    await open(tab, server.url, t);
    const different = [];
    for (const look of wanted) {
      const { viewport, colorScheme = 'light', media = 'screen' } = looks[look];
      await tab.page.setViewportSize(viewport);
      await tab.page.emulateMedia({ colorScheme, media });
      if (media === 'print') await tab.evaluate(() => dispatchEvent(new Event('beforeprint')));
      await tab.evaluate(() => { scrollTo(0, 0); document.activeElement.blur(); });
      // Redrawn for the new width and theme.
      for (let frame = 0; frame < 3; frame++) await settled(tab);
      const masks = { mask: [tab.page.locator(varies)], maskColor: '#808080', animations: 'disabled', caret: 'hide' };
      const taken = PNG.sync.read(await tab.page.screenshot(masks));
      const said = compare(`${name}-${look}`, taken);
      if (said) different.push(said);
    }
    assert.deepEqual(different, []);
  });
}

/** What is different, in words; null if nothing is. */
function compare(name, taken) {
  const path = join(pictures, `${name}.png`);
  if (update) {
    mkdirSync(pictures, { recursive: true });
    writeFileSync(path, pack(taken));
    return null;
  }
  if (!existsSync(path)) return `${name}: there is no picture yet; UPDATE_PICTURES=1 takes it`;
  const known = PNG.sync.read(readFileSync(path));
  const { width, height } = taken;
  const diff = new PNG({ width, height });
  const same = known.width === width && known.height === height;
  const share = same ? pixelmatch(known.data, taken.data, diff.data, width, height, { threshold: THRESHOLD }) / (width * height) : 1;
  if (share <= SHARE) return null;
  mkdirSync(failures, { recursive: true });
  writeFileSync(join(failures, `${name}.png`), PNG.sync.write(taken));
  if (same) writeFileSync(join(failures, `${name}-difference.png`), PNG.sync.write(diff));
  return `${name}: ${same ? `${(100 * share).toFixed(2)} % of the pixels differ` : `it is ${width}x${height}, not ${known.width}x${known.height}`}; see ${failures}`;
}
