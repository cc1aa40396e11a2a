// npm run icons: the PNG icons of the installed page from www/icons/icon.svg, drawn by Chromium.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowsers } from './browsers.mjs';
import { Failure, main, root, say } from './lib.mjs';

const folder = join(root, 'www/icons');
/** A maskable icon may be cut to a circle of four fifths of its width: the drawing keeps inside, its ground fills the square. */
const icons = [
  { file: 'icon-192.png', size: 192 },
  { file: 'icon-512.png', size: 512 },
  { file: 'icon-maskable-512.png', size: 512, maskable: true },
];

await main(async () => {
  const { Chromium } = await findBrowsers();
  if (!Chromium) throw new Failure('no Chromium to draw with; run `npm test` once, which fetches one');
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath: Chromium, args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage();
  const svg = readFileSync(join(folder, 'icon.svg'), 'utf8');
  const [, ground] = svg.match(/<rect[^>]*fill="(#\w+)"/);
  for (const { file, size, maskable } of icons) {
    await page.setViewportSize({ width: size, height: size });
    const [width, style] = maskable ? [size * 0.72, `background:${ground};display:grid;place-items:center`] : [size, ''];
    await page.setContent(`<!doctype html><body style="margin:0;height:100vh;${style}">${svg.replace('<svg', `<svg width="${width}" height="${width}" style="display:block"`)}`);
    await page.screenshot({ path: join(folder, file), omitBackground: true });
    say(`www/icons/${file}`);
  }
  await browser.close();
});
