// The way to checkpoints on other sites, before anything is asked of them: what a link fills in, whom it names, the keyboard.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromiumTab } from './chromium.mjs';
import { assertQuiet, needs, site, until, visit } from './harness.mjs';

const link = '#v=1&source=EleutherAI/pythia-70m&revisions=step%7B0,1000%7D';
const focused = (tab) => tab.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.id);
const text = (tab, selector) => tab.page.locator(selector).innerText();

test('a link fills in the form, and nothing is asked before it is confirmed', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}${link}`);
  const ask = tab.page.getByRole('button', { name: 'Ask huggingface.co' });
  await until('the dialog', () => ask.isVisible());
  assert.deepEqual([await tab.page.inputValue('#web-source'), await tab.page.inputValue('#web-revisions')], ['EleutherAI/pythia-70m', 'step{0,1000}']);
  assert.equal(await text(tab, '.web-promise'), 'huggingface.co will see your address and which files you ask for. Nothing of your own is sent.');
  await until('the engine', () => tab.evaluate(() => /thread/.test(document.querySelector('#status').textContent)));
  assert.ok(!server.paths.some((path) => path.includes('remote-worker')), 'not even the worker was started');
  assert.match(await text(tab, '#status'), /Nothing leaves this computer\s+0 requests to other sites/);

  // Its reader leaves it; the rest of the page does not bring it back.
  await tab.page.keyboard.press('Escape');
  await until('the page', async () => await tab.page.locator('dialog.web').count() === 0);
  await tab.page.getByRole('link', { name: 'Lessons' }).first().click();
  await until('the lessons', () => tab.page.getByRole('heading', { name: 'Lessons' }).isVisible());
  assert.equal(await tab.page.locator('dialog.web').count(), 0);
  assertQuiet(tab);
});

test('by keyboard: open, a preset, a wrong address, an unknown host, close', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  const { keyboard } = tab.page;
  await tab.page.locator('.card').getByRole('button', { name: 'from the web' }).focus();
  await keyboard.press('Enter');
  await until('the field', async () => await focused(tab) === 'web-source');
  assert.ok(await tab.page.getByRole('button', { name: 'Ask', exact: true }).isDisabled());

  await keyboard.type('http://models.example.org/a.pt');
  assert.match(await text(tab, '#web-source-wrong'), /^Only https addresses are asked\./);
  assert.equal(await tab.page.getAttribute('#web-source', 'aria-invalid'), 'true');
  await tab.page.fill('#web-source', 'https://models.example.org/a.pt');
  assert.match(await text(tab, 'dialog.web'), /models\.example\.org will see your address[\s\S]*to nobody else: models\.example\.org\./);
  await tab.page.getByLabel('Go on to any https site').press('Space');
  assert.match(await text(tab, 'dialog.web'), /models\.example\.org; any https site/);

  await tab.page.locator('dialog.web summary').press('Enter');
  await tab.page.fill('#web-token', 'secret');
  await tab.page.selectOption('#web-preset', '70m');
  assert.match(await tab.page.inputValue('#web-revisions'), /^step\{0,1,2,4,.*143000\}$/);
  assert.match(await text(tab, 'dialog.web'), /Kept in memory only, sent to huggingface\.co only\.[\s\S]*Your token is sent to it\./);
  assert.ok(await tab.page.getByLabel('Go on to any https site').isHidden(), 'the hosts of its files are known');

  await keyboard.press('Escape');
  await until('the focus to return', async () => await focused(tab) === 'from the web');
  assert.doesNotMatch(await tab.evaluate(() => location.href), /secret|source=/);
  assertQuiet(tab);
});

test('without a network web sources wait, and say so', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}${link}`);
  const ask = tab.page.getByRole('button', { name: 'Ask huggingface.co' });
  await until('the dialog', () => ask.isEnabled());
  await tab.page.context().setOffline(true);
  await until('the sentence', async () => /^You are offline\./.test(await text(tab, '.web-promise')));
  assert.ok(await ask.isDisabled());
  await tab.page.context().setOffline(false);
  await until('the button', () => ask.isEnabled());
});
