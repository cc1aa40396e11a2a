// The page inside pages of other sites, in Chromium as people have it. `npm run hosts` visits every combination.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromium, embedders, sites, visit } from '../../tools/hosts.mjs';
import { browsers, needs } from './harness.mjs';

const open = (blocked) => chromium(browsers.Chromium, blocked);
const alone = 'by itself';

/** What must come of it: threads or one thread, and how many reloads at most. */
const wanted = [
  ['no headers', alone, /^\d+ threads, isolated$/, 1],
  ['no headers', 'plain page', /^\d+ threads, isolated$/, 1],
  ['no headers', 'plain page, third-party storage blocked', /^1 thread, not isolated$/, 0],
  ['isolation headers', 'page with COEP require-corp', /^\d+ threads, isolated$/, 0],
  ['no headers', 'the same, <iframe credentialless>', /isolated$/, 1],
  ['CORS for all, as GitHub Pages', 'plain page, sandbox="allow-scripts"', /^1 thread, not isolated$/, 0],
];

test('inside any page the numbers are the same, and nothing loads for ever', needs('Chromium'), async (t) => {
  let numbers = null;
  for (const [site, embedder, threads, most] of wanted) {
    const { draws, engine, result, reloads, problems } = await visit(open, sites[site], embedders[embedder]);
    const where = `${embedder}, ${site}`;
    t.diagnostic(`${where}: ${engine}, ${reloads} reloads`);
    assert.ok(draws, `${where}: it draws`);
    assert.match(engine, threads, where);
    assert.ok(reloads <= most, `${where}: ${reloads} reloads`);
    assert.deepEqual(problems, [], `${where}: errors in the console`);
    numbers ??= result;
    assert.ok(result && result === numbers, `${where}: the same numbers`);
  }
});
