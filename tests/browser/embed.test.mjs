// The bare figure inside the pages of others: its sizes, its messages, files of the reader, and hosts that give it little.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromiumTab } from './chromium.mjs';
import { root } from '../../tools/lib.mjs';
import { analyse, assertGolden, assertSame, folder, golden, needs, picture, site, until, visit } from './harness.mjs';

const checkpoint = join(golden, 'step1000.safetensors');
const QUESTION = 'What does training do to a network’s spectrum?';

/** A page of another origin with frames, each with its attributes and hash; what they say is collected. */
async function host(t, frames, { headers } = {}) {
  const inner = await site(t, { isolated: false, headers });
  const parent = folder(t);
  const tags = frames.map(({ hash, attributes }) => `<iframe src="${inner.url}#${hash}" ${attributes}></iframe>`);
  writeFileSync(
    join(parent, 'index.html'),
    `<!doctype html><title>Lesson</title><link rel="icon" href="data:,"><script>window.heard = []; addEventListener('message', ({ source, data }) =>
      heard.push({ frame: [...document.querySelectorAll('iframe')].findIndex((one) => one.contentWindow === source), ...data }));</script>
    <button id="before">Before</button><br>${tags.join('')}<br><button id="after">After</button><div style="height: 3000px"></div>`,
  );
  const outer = await site(t, { isolated: false, folder: parent, host: '127.0.0.1' });
  const tab = await chromiumTab(t);
  await tab.goto(outer.url);
  const inside = () => tab.page.frames().filter((one) => one.url().startsWith(inner.url));
  await until('the frames', () => inside().length === frames.length);
  const all = [];
  for (const element of await tab.page.locator('iframe').elementHandles()) all.push(await element.contentFrame());
  const heard = (type) => tab.evaluate((type) => window.heard.filter((one) => one.type === `neuromfa:${type}`), type);
  const say = (message, frame = 0) => tab.evaluate(([message, frame]) => document.querySelectorAll('iframe')[frame].contentWindow.postMessage(message, '*'), [message, frame]);
  return { inner, tab, frames: all, heard, say };
}

/** Runs in a frame: whether the large figure is on its canvas. */
function isDrawn() {
  const canvas = document.querySelector('.embed .chart.spectrum canvas');
  const pixels = canvas?.width && canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  return !!pixels && pixels.some((value, i) => value !== pixels[i % 4]);
}

const drawn = (frame) => until('the figure', () => frame.evaluate(isDrawn));
const visible = (frame, selector) => frame.locator(selector).first().isVisible();
const overflow = () => [document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth];

test('in frames of every size the figure stands without scroll bars', needs('Chromium'), async (t) => {
  const hash = `v=1&embed=1&q=${encodeURIComponent(QUESTION)}&a=It+moves.`;
  const sizes = [[640, 420], [360, 640], [280, 240]];
  const { tab, frames, heard } = await host(t, sizes.map(([width, height]) => ({ hash, attributes: `width="${width}" height="${height}" style="border: 0"` })));
  for (const frame of frames) await drawn(frame);
  await tab.page.screenshot({ path: picture('embed'), clip: { x: 0, y: 0, width: 1400, height: 740 } });
  for (const [i, frame] of frames.entries()) {
    assert.deepEqual((await frame.evaluate(overflow)).map((by) => Math.max(0, by)), [0, 0], `${sizes[i]}`);
    for (const part of ['.embed-mark', '.embed-out', '.slider .play']) assert.ok(await visible(frame, part), `${part} at ${sizes[i]}`);
    assert.equal(await frame.locator('header, .card, .status').count(), 0);
    assert.equal(await frame.locator('h1').innerText(), QUESTION);
  }
  assert.deepEqual(await Promise.all(frames.map((frame) => visible(frame, '.embed-number'))), [true, true, false], 'numbers go first');
  assert.deepEqual(await Promise.all(frames.map((frame) => visible(frame, '.embed-sentence'))), [true, true, false], 'then the sentence');
  // Every number stands beside chance, or says what it is.
  assert.match(await frames[0].locator('.embed-number').first().innerText(), /Width w\s+[\d.]+\s+shuffled [\d.]+/);

  // The answer waits for its button.
  assert.equal(await visible(frames[0], '.embed-answer'), false);
  await frames[0].getByRole('button', { name: 'Show answer' }).click();
  assert.equal(await frames[0].locator('.embed-answer').innerText(), 'It moves.');
  assert.deepEqual((await frames[0].evaluate(overflow)).map((by) => Math.max(0, by)), [0, 0], 'with the answer');

  // A frame that takes the height it asked for asks for no other, and has room for all of it.
  await until('the height with the answer', async () => new Set((await heard('height')).filter(({ frame }) => frame === 0).map(({ height }) => height)).size > 1);
  const last = async (i) => (await heard('height')).filter(({ frame }) => frame === i).at(-1)?.height;
  for (const [i, frame] of frames.entries()) {
    const height = await until('a height', () => last(i));
    await tab.evaluate(([i, height]) => { document.querySelectorAll('iframe')[i].height = height; }, [i, height]);
    await until('the new height', () => frame.evaluate((height) => innerHeight === height, height));
    await drawn(frame);
    assert.equal(await last(i), height);
    assert.ok(await visible(frame, '.embed-number'), `numbers at ${sizes[i][0]} by ${height}`);
    assert.deepEqual((await frame.evaluate(overflow)).map((by) => Math.max(0, by)), [0, 0]);
  }

  // The wheel over a frame turns the page around it.
  await tab.page.mouse.move(300, 200);
  await tab.page.mouse.wheel(0, 600);
  await until('the page to scroll', () => tab.evaluate(() => scrollY > 300));

  // The focus comes in by Tab, and leaves by it.
  await tab.page.locator('#before').focus();
  const seen = [];
  for (let i = 0; i < 40 && seen.at(-1) !== 'after'; i++) {
    await tab.page.keyboard.press('Tab');
    seen.push(await tab.evaluate(() => document.activeElement.id || document.activeElement.tagName));
  }
  assert.ok(seen.includes('IFRAME') && seen.at(-1) === 'after', seen.join(' '));
  assert.deepEqual(tab.problems, []);
});

test('a host sets, opens and hears, and bad messages change nothing', needs('Chromium'), async (t) => {
  const { inner, tab, frames: [frame], heard, say } = await host(t, [{ hash: 'v=1&embed=1', attributes: 'width="640" height="420"' }]);
  await until('ready', async () => (await heard('ready')).length === 1);
  await drawn(frame);
  await say({ type: 'neuromfa:set', hash: `v=1&step=512&q=${encodeURIComponent(QUESTION)}` });
  await until('the question', async () => (await frame.locator('h1').innerText()) === QUESTION);
  await until('the state', async () => /step=512.*embed=1/.test((await heard('state')).at(-1)?.hash ?? ''));
  assert.equal(await frame.locator('.range').getAttribute('aria-valuetext').then((text) => /step 512/.test(text)), true);

  // One checkpoint alone is another picture; the slider keeps all of them.
  const pixels = () => frame.evaluate(() => document.querySelector('.embed .chart.spectrum canvas').toDataURL());
  const before = await pixels();
  await say({ type: 'neuromfa:set', hash: 'v=1&step=512&view=one' });
  await until('the other picture', async () => (await pixels()) !== before && (await drawn(frame)));
  assert.equal(await frame.locator('.range').getAttribute('max'), '14');

  // What is wrong has one answer each, what is meant for others none.
  const bad = [{ type: 'neuromfa:set' }, { type: 'neuromfa:set', hash: 7 }, { type: 'neuromfa:set', hash: 'x'.repeat(40_000) }, { type: 'neuromfa:open' }, { type: 'neuromfa:open', files: ['a'] }, { type: 'neuromfa:open', document: { schema: 'neuromfa-result/1' } },
    { type: 'neuromfa:open', document: { schema: 'neuromfa-result/1', options: {}, checkpoints: [{ samples: [], mean: {}, network: {}, nulls: [] }] } }];
  for (const message of [...bad, 1, null, 'neuromfa:set', { type: 'neuromfa:' }, { type: 'neuromfa:else', hash: 'v=1' }]) await say(message);
  await until('the answers', async () => (await heard('error')).length >= bad.length);
  // A page that is not the parent is not heard: another frame of the host.
  await tab.evaluate((url) => new Promise((resolve) => {
    const other = document.createElement('iframe');
    other.srcdoc = '<script>parent.document.querySelector("iframe").contentWindow.postMessage({ type: "neuromfa:set", hash: "v=1&q=Stolen" }, "*")</' + 'script>';
    other.onload = resolve;
    document.body.append(other);
  }), inner.url);
  await say({ type: 'neuromfa:set', hash: 'v=1&q=Last' });
  await until('the last question', async () => (await frame.locator('h1').innerText()) === 'Last');
  const errors = await heard('error');
  assert.equal(errors.length, bad.length, JSON.stringify(errors));
  assert.ok(errors.every(({ code, text }) => code === 'bad-message' && text));
  assert.ok((await heard('state')).every(({ hash }) => !hash.includes('Stolen')));

  // A document is drawn; the host hears of it as of any other.
  const document = JSON.parse(readFileSync(join(root, 'demo/first-view.json'), 'utf8'));
  document.checkpoints = document.checkpoints.slice(0, 3);
  await say({ type: 'neuromfa:open', document });
  await until('the document', async () => (await heard('result')).length === 1);
  await until('its three steps', async () => (await frame.locator('.range').getAttribute('max')) === '2');
  assert.match(await frame.locator('.embed-sentence').innerText(), /around it can read the numbers/);

  // Files from the host give the numbers of the page, and so do files that the reader chooses or drops.
  const bytes = readFileSync(checkpoint).toString('base64');
  await tab.evaluate(async (bytes) => {
    const blob = await (await fetch(`data:application/octet-stream;base64,${bytes}`)).blob();
    document.querySelector('iframe').contentWindow.postMessage({ type: 'neuromfa:open', files: [new File([blob], 'step1000.safetensors')] }, '*');
  }, bytes);
  const results = async (count) => (await until('a result', async () => { const all = await heard('result'); return all.length === count && all; })).at(-1).document;
  const sent = await results(2);
  assertGolden(sent.checkpoints[0], 'step1000.safetensors');
  assert.ok((await heard('progress')).length > 0);
  await frame.locator('input[type=file]').first().setInputFiles(checkpoint);
  assertSame(await results(3), sent);
  assert.match((await heard('state')).at(-1).hash, /files=[0-9a-f]{12}/);
  assert.doesNotMatch((await heard('state')).at(-1).hash, /step1000|safetensors/, 'no names');

  const page = await chromiumTab(t);
  await visit(page, (await site(t)).url);
  assertSame(await analyse(page, checkpoint), sent);
  assert.deepEqual(tab.problems, []);
});

test('files are dropped on a frame, unless that is fixed', needs('Chromium'), async (t) => {
  for (const [hash, taken] of [['v=1&embed=1&drop=1', true], ['v=1&embed=1&fixed=drop', false]]) {
    const server = await site(t);
    const tab = await chromiumTab(t, { viewport: { width: 640, height: 480 } });
    await visit(tab, `${server.url}#${hash}`);
    await drawn(tab.page.mainFrame());
    assert.equal(await tab.page.locator('.card').isVisible().catch(() => false), taken);
    const before = tab.page.url();
    await tab.drop([checkpoint]);
    if (taken) await until('the result', () => tab.evaluate(() => window.neuromfaEvents.results.length === 1));
    else await tab.page.waitForTimeout(500);
    assert.equal(await tab.evaluate(() => window.neuromfaEvents.results.length), taken ? 1 : 0);
    assert.equal(new URL(tab.page.url()).pathname, new URL(before).pathname, 'the file does not take the place of the page');
    assert.equal(await tab.evaluate(async () => (await indexedDB.databases()).length), 0, 'nothing is kept of a frame');
    assert.deepEqual(tab.problems, []);
  }
});

test('a sandboxed frame draws where its host shares with it, and else says one sentence', needs('Chromium'), async (t) => {
  const frames = [{ hash: 'v=1&embed=1&null=', attributes: 'sandbox="allow-scripts" width="640" height="420"' }];
  const shared = await host(t, frames, { headers: { 'Access-Control-Allow-Origin': '*' } });
  await drawn(shared.frames[0]);
  assert.equal(await shared.frames[0].evaluate(() => self.origin), 'null');
  // Workers start there as well, and give the same numbers.
  await shared.frames[0].locator('input[type=file]').first().setInputFiles(checkpoint);
  const [{ document }] = await until('a result', async () => { const all = await shared.heard('result'); return all.length && all; });
  assertGolden(document.checkpoints[0], 'step1000.safetensors');
  assert.deepEqual(await shared.heard('error'), []);

  const alone = await host(t, frames);
  await until('the sentence', () => alone.frames[0].evaluate(() => /cannot start in this place/.test(document.body.innerText)));
});
