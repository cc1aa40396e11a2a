// npm run audit: known faults and licences of what the project depends on. What cannot be asked is told in a line; on a
// continuous integration service that is a failure too.
import { spawnSync } from 'node:child_process';
import { Failure, isMain, main, read, root, say } from './lib.mjs';

/** The version that continuous integration installs. */
const CARGO_DENY = '0.20.2';
const manifests = ['Cargo.toml', 'fuzz/Cargo.toml', 'tools/bindgen/Cargo.toml'];
/** Faults of these weights fail: everything here is a tool of development, and none is part of the page. */
const HEAVY = ['high', 'critical'];

/** What npm's answer says: faults by weight, or why there is no answer. */
export function npmAnswer(text) {
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    return { unanswered: 'it is no JSON' };
  }
  const counts = answer.metadata?.vulnerabilities;
  if (!counts) return { unanswered: answer.message ?? answer.error?.summary ?? 'it names no vulnerabilities' };
  const { total, ...weights } = counts;
  return { counts: Object.fromEntries(Object.entries(weights).filter(([, count]) => count > 0)), failed: HEAVY.some((weight) => counts[weight] > 0) };
}

/** Each returns what failed, and what could not be asked. */
function npmAudit() {
  const command = ['audit', '--json', '--fetch-retries=0', '--fetch-timeout=30000'];
  const { stdout, error } = spawnSync('npm', command, { cwd: root, encoding: 'utf8', timeout: 60_000, shell: process.platform === 'win32' });
  if (error) return { missing: [`npm audit: the registry does not answer (${error.message})`] };
  const { unanswered, counts, failed } = npmAnswer(stdout ?? '');
  if (unanswered) return { missing: [`npm audit: the registry does not answer (${unanswered.split('\n')[0]})`] };
  const list = Object.entries(counts).map(([weight, count]) => `${count} ${weight}`).join(', ') || 'none';
  say(`npm audit: known faults of development packages: ${list}`);
  return { failed: failed ? [`npm audit: ${list}`] : [] };
}

function cargoDeny() {
  if (read('cargo', ['deny', '--version']) === null) return { missing: [`cargo-deny is not installed: cargo install --locked cargo-deny@${CARGO_DENY}`] };
  const failed = [];
  const missing = [];
  const check = (manifest, kinds) => {
    const { status } = spawnSync('cargo', ['deny', '--locked', '--log-level', 'error', '--config', 'deny.toml', '--manifest-path', manifest, 'check', ...kinds], { cwd: root, stdio: 'inherit' });
    return status === 0;
  };
  const advisories = read('cargo', ['deny', '--config', 'deny.toml', 'fetch', 'db']) !== null;
  if (!advisories) missing.push('cargo-deny: the database of advisories cannot be reached');
  for (const manifest of manifests) {
    const kinds = ['licenses', 'bans', 'sources', ...(advisories ? ['advisories'] : [])];
    say(`cargo-deny: ${kinds.join(', ')} of ${manifest}`);
    if (!check(manifest, kinds)) failed.push(`cargo-deny: ${manifest}`);
  }
  return { failed, missing };
}

if (isMain(import.meta)) {
  await main(() => {
    const found = [cargoDeny(), npmAudit()];
    const missing = found.flatMap(({ missing = [] }) => missing);
    const failed = found.flatMap(({ failed = [] }) => failed);
    for (const line of missing) console.log(`NOT ASKED: ${line}`);
    if (process.env.CI) failed.push(...missing);
    if (failed.length > 0) throw new Failure(failed.join('; '));
  });
}
