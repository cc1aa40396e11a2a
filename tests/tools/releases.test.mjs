// What makes a release: one version everywhere, a zip that is the same each time, and audits that say what they know.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { unzipSync } from 'fflate';
import { npmAnswer } from '../../tools/audit.mjs';
import { root } from '../../tools/lib.mjs';
import { disagreements, version, versionFiles } from '../../tools/version.mjs';
import { zipped } from '../../tools/zip.mjs';

test('the version is one', () => {
  assert.deepEqual(disagreements(versionFiles()), []);
  assert.match(readFileSync(join(root, 'CITATION.cff'), 'utf8'), new RegExp(`^version: ${version().replaceAll('.', '\\.')}$`, 'm'));
});

test('a version that is not, a wrong tag, and a release that is not told are named', () => {
  const files = versionFiles();
  const told = { ...files, changelog: `${files.changelog}\n## [${version()}] - 2030-01-31\n` };
  assert.deepEqual(disagreements(told, `v${version()}`), []);
  assert.equal(disagreements(told, 'v99.0.0').length, 1);
  assert.match(disagreements(told, version())[0], /the tag is/);
  const untold = { ...files, changelog: `## [${version()}] - Unreleased\n` };
  assert.match(disagreements(untold, `v${version()}`)[0], /CHANGELOG\.md has no heading/);
  for (const [file, before, after] of [['cargoToml', /^version = ".*"$/m, 'version = "99.0.0"'], ['cargoLock', /(name = "neuromfa"\nversion = )".*"/, '$1"99.0.0"'], ['packageLock', /"version": ".*"/, '"version": "99.0.0"']]) {
    const changed = files[file].replace(before, after);
    assert.notEqual(changed, files[file], file);
    assert.match(disagreements({ ...files, [file]: changed })[0], /99\.0\.0/, file);
  }
});

test('the zip holds every file and is the same for the same files', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'neuromfa-zip-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'assets/main.js'), 'main();'.repeat(100));
  const first = zipped(folder, 'site', { 'LICENSE-MIT': join(root, 'LICENSE-MIT') });
  utimesSync(join(folder, 'index.html'), new Date(2001, 1, 3), new Date(2001, 1, 3));
  assert.deepEqual(zipped(folder, 'site', { 'LICENSE-MIT': join(root, 'LICENSE-MIT') }), first);
  const inside = unzipSync(first);
  assert.deepEqual(Object.keys(inside), ['site/LICENSE-MIT', 'site/assets/main.js', 'site/index.html']);
  assert.equal(Buffer.from(inside['site/assets/main.js']).toString(), 'main();'.repeat(100));
});

test('an audit that was not answered is no clean one', () => {
  assert.match(npmAnswer('{"message":"405 Method Not Allowed","statusCode":405}').unanswered, /405/);
  assert.ok(npmAnswer('').unanswered);
  assert.ok(npmAnswer('{}').unanswered);
  const counts = (weights) => JSON.stringify({ metadata: { vulnerabilities: { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0, ...weights } } });
  assert.deepEqual(npmAnswer(counts({})), { counts: {}, failed: false });
  assert.deepEqual(npmAnswer(counts({ low: 2, total: 2 })), { counts: { low: 2 }, failed: false });
  assert.equal(npmAnswer(counts({ critical: 1, total: 1 })).failed, true);
});
