// Benchmark scores in the page: dropped with checkpoints, chosen, pasted and removed; published results as a preset.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { chromiumTab } from './chromium.mjs';
import { analyse, assertQuiet, events, folder, golden, needs, picture, site, until, visit } from './harness.mjs';

const steps = [0, 32, 256, 1000];
const checkpoints = steps.map((step) => join(golden, `step${step}.safetensors`));
const nulls = 'null_samples=10';

/** Results of the harness, a file for each step. */
function evaluations(t, values) {
  const path = folder(t);
  return Object.entries(values).map(([step, acc]) => {
    const file = join(path, `results_step${step}.json`);
    writeFileSync(file, JSON.stringify({ results: { piqa: { 'acc,none': acc, 'acc_stderr,none': 0.01, alias: 'piqa' } }, config: { model: 'hf' } }));
    return file;
  });
}

function written(t, name, text) {
  const path = join(folder(t), name);
  writeFileSync(path, text);
  return path;
}

const text = (tab, selector) => tab.page.locator(selector).innerText();
const rows = (tab) => tab.page.locator('.score-statistics tbody tr').evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));

async function open(tab) {
  const section = tab.page.locator('details.everything', { has: tab.page.getByText('Scores beside the numbers', { exact: true }) });
  // The address opens it again after a reload.
  if (!(await section.evaluate((details) => details.open))) await section.locator('summary').first().click();
  await until('the section', () => tab.page.locator('.scores').isVisible());
}

test('scores dropped with checkpoints are part of the result, and what has no counterpart is told', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&${nulls}`);
  const csv = written(t, 'training.csv', 'step,val_acc\n0,0.1\n32,0.2\n256,0.3\n1000,0.5\n2000,0.6\n');
  const result = await analyse(tab, [...checkpoints, csv, ...evaluations(t, { 0: 0.5, 256: 0.6, 1000: 0.7 })]);
  assert.deepEqual(result.scores.map(({ metric }) => metric), ['val_acc', 'piqa acc']);
  const of = (metric, quantity) => result.associations.find((one) => one.metric === metric && one.quantity === quantity);
  assert.equal(of('val_acc', 'excess_width').n, 4);
  assert.equal(of('piqa acc', 'emergence').n, 3);
  await open(tab);
  await until('the table', async () => (await rows(tab)).length === 4);
  assert.match(await text(tab, '.score-list'), /val_acc\s*5 values, 1 without a checkpoint/);
  assert.match(await text(tab, '.score-list'), /piqa acc\s*3 values, 1 checkpoint without a score/);
  assert.match(await text(tab, '.score-words'), /log\(1 \+ step\) alone gives .* correlation is not cause\./);
  // The same number of the shuffles stands beside it.
  assert.match((await rows(tab))[0][6], /^\u2212?\d\.\d\d$/);
  await tab.page.locator('.scores').scrollIntoViewIfNeeded();
  await tab.page.screenshot({ path: picture('scores'), fullPage: true });
  assertQuiet(tab);
});

test('scores are kept with the result over a reload, and compared anew after a step is changed', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&null=`);
  await analyse(tab, checkpoints);
  await open(tab);
  await tab.page.locator('#score-files').setInputFiles(evaluations(t, { 0: 0.5, 32: 0.55, 256: 0.6, 1000: 0.7 }));
  await until('the table', async () => (await rows(tab)).length === 2);
  await until('the result to be kept', async () => /is kept on this computer/.test(await text(tab, '.kept')));
  await tab.page.waitForTimeout(900);
  await visit({ ...tab, goto: () => tab.page.reload() }, '');
  await until('the kept result', async () => /is kept on this computer/.test(await text(tab, '.kept')));
  await open(tab);
  await until('the table', async () => (await rows(tab)).length === 2);
  assert.match(await text(tab, '.score-list'), /piqa acc\s*4 values/);

  await tab.page.getByText('List of checkpoints').click();
  await tab.page.getByLabel('Step of step1000').fill('900');
  await tab.page.keyboard.press('Enter');
  await until('what has no counterpart any more', async () => /1 without a checkpoint/.test(await text(tab, '.score-list')));
  await until('the new correlation', async () => (await rows(tab))[0]?.[2] === '3');
  assertQuiet(tab);
});

test('scores are chosen later, pasted, compared from another step on, and removed', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&null=`);
  await analyse(tab, checkpoints);
  await open(tab);
  assert.match(await text(tab, '.scores'), /No scores yet/);
  await tab.page.locator('#score-files').setInputFiles(evaluations(t, { 0: 0.5, 32: 0.55, 256: 0.6, 1000: 0.7 }));
  await until('the table', async () => (await rows(tab)).length === 2);
  await tab.page.getByText('Paste a table').click();
  await tab.page.locator('#score-paste').fill('step\tloss\n0\t5,5\n32\t4,25\n256\t3,5\n1000\t2,75\n');
  await tab.page.getByRole('button', { name: 'Add this table' }).click();
  await until('another metric', async () => (await rows(tab)).length === 4);
  // A third of 1,000 is past 256: the late phase is the last checkpoint alone.
  assert.equal((await rows(tab))[1][1], 'from 1,000');
  await tab.page.locator('#score-late').fill('32');
  await tab.page.locator('#score-late').press('Enter');
  await until('the late phase', async () => (await rows(tab))[1]?.[1] === 'from 32');
  assert.equal((await rows(tab))[1][2], '3');
  await tab.page.locator('#score-quantity').selectOption('alpha0');
  await until('the other number', async () => /Regularity/.test(await text(tab, '.score-words')));
  await tab.page.getByRole('button', { name: 'Remove piqa acc' }).click();
  await until('one metric', async () => (await rows(tab)).length === 2);
  assert.doesNotMatch(await text(tab, '.score-list'), /piqa/);
  assertQuiet(tab);
});

test('a wrong file is told with its line, and nothing is lost', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, server.url);
  await tab.choose(written(t, 'scores.csv', 'step,acc\n0,0.5\n1000,much\n'));
  await until('the banner', async () => /scores\.csv has no number in line 3, column acc/.test(await text(tab, 'main')));
  const { errors } = await events(tab);
  assert.equal(errors.length, 1);
  assert.equal(errors[0].code, 'scores-no-number');
  assert.match(await text(tab, 'h1'), /Training/);
  assertQuiet(tab);
});

test('the published results have their own numbers, by a button and by a link', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&preset=published`);
  const of = async (metric) => (await rows(tab)).filter(([name]) => name === metric);
  await until('the table', async () => (await of('lambada_openai')).length === 2, { timeout: 20_000 });
  const [all, late] = await of('lambada_openai');
  assert.match(all[3], /^0\.99 \(/);
  assert.equal(all[5], '0.92');
  assert.equal(late[1], 'from 53,000');
  assert.match(late[3], /^0\.40 \(/);
  assert.match(await text(tab, '.preset-about'), /Xiao et al\./);
  await tab.page.locator('.scores').scrollIntoViewIfNeeded();
  await tab.page.screenshot({ path: picture('scores-published'), fullPage: true });
  // Another late phase is computed here.
  await tab.page.locator('#score-late').fill('100000');
  await tab.page.locator('#score-late').press('Enter');
  await until('the late phase', async () => (await of('lambada_openai'))[1]?.[1] === 'from 100,000');
  await tab.page.getByRole('button', { name: 'Back to this series' }).click();
  await until('the demo', async () => (await rows(tab)).some(([name]) => name === 'next-character accuracy'));
  await until('the address', async () => !/preset/.test(await tab.evaluate(() => location.hash)));
  const stored = JSON.parse(readFileSync(join(root, 'demo/result.json'), 'utf8'));
  const demo = stored.associations.find(({ quantity, metric }) => quantity === 'emergence' && metric === 'next-character accuracy');
  assert.ok((await rows(tab))[0][3].startsWith(demo.pearson.toFixed(2)));
  assertQuiet(tab);
});
