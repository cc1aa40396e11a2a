// Help: topics, search, links from the numbers, and a report that has nothing of the user's in it.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { join } from 'node:path';
import { root } from '../../tools/lib.mjs';
import { chromiumTab } from './chromium.mjs';
import { assertQuiet, folder, needs, picture, site, until, visit } from './harness.mjs';

const TOPICS = ['Start', 'Method', 'Numbers', 'Checks and badges', 'Limits', 'Privacy and offline', 'Keys', 'Questions', 'How to cite', 'Changes', 'Report'];
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

test('topics, and a search by keys', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&view=help`);
  await until('the topics', () => tab.evaluate(() => document.querySelectorAll('.help-topics a').length > 0));
  assert.deepEqual(await tab.page.locator('.help-topics a').allTextContents(), TOPICS);
  for (const topic of TOPICS) {
    await tab.page.locator('.help-topics').getByRole('link', { name: topic, exact: true }).focus();
    await tab.page.keyboard.press('Enter');
    await until(topic, () => tab.evaluate((name) => document.activeElement?.tagName === 'H2' && document.activeElement.textContent === name, topic));
  }
  await tab.page.keyboard.press('/');
  assert.equal(await tab.evaluate(() => document.activeElement.id), 'help-search');
  await tab.page.keyboard.type('gptq');
  await until('what was found', () => tab.evaluate(() => /^\d+ entr/.test(document.querySelector('#help-found').textContent)));
  assert.ok((await tab.page.locator('.help-title').allTextContents()).includes('My file is not recognised'));
  await tab.page.getByRole('link', { name: 'My file is not recognised' }).press('Enter');
  await until('the entry', () => tab.evaluate(() => document.activeElement?.id === 'help-not-recognised'));
  await tab.page.locator('#help-search').fill('unicorn');
  await until('nothing', () => tab.evaluate(() => document.querySelector('#help-found').textContent.startsWith('Nothing was found')));
  await tab.page.locator('#help-search').press('Escape');
  await until('the topic again', () => tab.evaluate(() => document.querySelector('.help-place h2')?.textContent === 'Questions'));
  assertQuiet(tab);
});

test('each question mark leads to its entry', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&threshold=120`);
  for (const [number, id] of [['What is Width w', 'width'], ['What is Degree of emergence E', 'emergence']]) {
    await tab.page.getByRole('button', { name: number }).click();
    await tab.page.getByRole('link', { name: 'In help' }).click();
    await until(id, () => tab.evaluate((wanted) => document.activeElement?.id === `help-${wanted}`, id));
    assert.match(await tab.evaluate(() => location.hash), /threshold=120/);
    await tab.page.goBack();
    await until('the result', async () => (await tab.evaluate(() => document.querySelector('main').dataset.screen)) === 'series');
  }
  await tab.page.getByRole('link', { name: 'Lessons', exact: true }).last().click();
  await until('lessons', async () => (await tab.evaluate(() => document.querySelector('main').dataset.screen)) === 'lesson');
  assertQuiet(tab);
});

test('a report of an error has the code, and no name', needs('Chromium'), async (t) => {
  const secret = 'Weaver-merger-4711 (draft).safetensors';
  const path = join(folder(t), secret);
  writeFileSync(path, 'Dear Mrs Weaver, nobody may read this.\n');
  const server = await site(t);
  const tab = await chromiumTab(t, { permissions: ['clipboard-read', 'clipboard-write'] });
  await visit(tab, `${server.url}#v=1&threshold=120`);
  await tab.choose([path]);
  await tab.page.locator('.banner').getByRole('button', { name: 'Details' }).click();
  const text = await until('the report', () => tab.evaluate(() => document.querySelector('.banner .report-text')?.textContent));
  assert.doesNotMatch(text, /Weaver|merger|4711|draft|Dear|nobody/i);
  assert.match(text, new RegExp(`^NeuroMFA ${version.replaceAll('.', '\\.')}\n`));
  assert.match(text, /\nEngine: (threads|single), \d+ threads?, (not )?isolated\n/);
  assert.match(text, /\nBrowser: .*Chrome/);
  assert.match(text, /\nOptions: threshold=120\n/);
  assert.match(text, /\nError: not-a-checkpoint|\nError: [a-z-]+\nSentence: \u2026/);
  await tab.page.getByRole('button', { name: 'Copy a report' }).click();
  await until('copied', () => tab.evaluate(() => document.querySelector('.banner .report [role=status]').textContent === 'Copied.'));
  assert.equal(await tab.evaluate(() => navigator.clipboard.readText()), text);
  await tab.screenshot(picture('report'));
  assertQuiet(tab);
});

test('how to cite, and every topic in 320 pixels', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t, { permissions: ['clipboard-read', 'clipboard-write'] });
  await tab.page.setViewportSize({ width: 320, height: 760 });
  await visit(tab, `${server.url}#v=1&view=help&help=cite`);
  await tab.page.getByRole('button', { name: 'Copy: BibTeX' }).click();
  await until('BibTeX', async () => (await tab.evaluate(() => navigator.clipboard.readText())).includes(`version ${version}`));
  for (const id of ['start', 'method', 'numbers', 'checks', 'limits', 'privacy', 'keys', 'faq', 'cite', 'changes', 'report']) {
    await tab.page.evaluate((topic) => { location.hash = `#v=1&view=help&help=${topic}`; }, id);
    await until(id, () => tab.evaluate((topic) => document.querySelector('.help-topics [aria-current]')?.getAttribute('href').endsWith(`help=${topic}`), id));
    const wide = await tab.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 320, `${id} is ${wide} wide`);
  }
  assertQuiet(tab);
});
