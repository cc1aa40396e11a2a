// What untrained networks are told: badges, and widths that leave those of their shuffles. Nothing is there to be found,
// so each may be seen no more often than its stated rate.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, root } from '../lib.mjs';
import { buildExample } from './native.mjs';
import { digits } from './numbers.mjs';

export const name = 'false-alarms';
export const title = 'False alarms on untrained networks';

const networks = 200;
/** One in a hundred is then wider than all of them. */
const shuffles = 99;
/** A rate is contradicted where so many or more would be seen with a smaller probability. */
const unlikely = 1e-3;

export async function measure() {
  const lines = analysed();
  const codes = statedRates();
  const badges = [...codes].map(([name, stated]) => count(name, stated, lines.map((line) => line.badges.includes(name))));
  const unknown = lines.flatMap((line) => line.badges).find((badge) => !codes.has(badge));
  assert.equal(unknown, undefined, `docs/validity.md has no rate for ${unknown}`);
  const widths = [
    ...standing('network', lines.map((line) => line.network)),
    ...standing('single groups', lines.flatMap((line) => line.groups)),
  ];
  for (const row of [...badges, ...widths]) assert.ok(row.probability >= unlikely, `${row.name}: ${row.seen} of ${row.of}, stated ${row.stated}`);
  const lowest = (value) => Math.min(...lines.map(value));
  const extremes = {
    lowest_r_squared: lowest(({ validity }) => validity.fit.lowest),
    lowest_r_squared_at_best: -lowest(({ validity }) => -validity.fit.lowest),
    largest_slope_ratio: -lowest(({ validity }) => -ratio(validity.slopes.find(({ q }) => q === 0))),
    largest_alpha_rise: -lowest(({ validity }) => -validity.largest_alpha_rise),
    smallest_carried_share: lowest(({ validity: { carried } }) => carried.neurons / carried.of),
    lowest_kept_share: lowest(({ validity }) => validity.kept_share),
  };
  return { networks, shuffles, widths: [...new Set(lines.map((line) => line.width))].length, blocks: blocks(lines), badges, standing: widths, extremes };
}

function analysed() {
  const { status, stdout } = spawnSync(buildExample('false_alarms'), [String(networks), String(shuffles)], { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Failure('the untrained networks could not be analysed');
  return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

/** Code and rate of every badge, from the table of docs/validity.md. */
function statedRates() {
  const rows = readFileSync(join(root, 'docs/validity.md'), 'utf8').split('\n').filter((line) => line.startsWith('| `'));
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  return new Map(cells.map(([, code, , , rate]) => [code.replaceAll('`', ''), rate === 'never' ? 0 : Number.parseFloat(rate) / 100]));
}

/** The shuffles of a network without structure are networks like itself: its width has any rank among them. */
function standing(what, all) {
  const share = 1 / (shuffles + 1);
  const least = Math.ceil(0.95 * shuffles);
  return [
    count(`${what}: wider than all ${shuffles} shuffles`, share, all.map(([narrower]) => narrower === shuffles)),
    count(`${what}: wider than 95% of them`, (shuffles + 1 - least) * share, all.map(([narrower]) => narrower >= least)),
    count(`${what}: narrower than all`, share, all.map(([, wider]) => wider === shuffles)),
  ];
}

function count(name, stated, found) {
  const [seen, of] = [found.filter(Boolean).length, found.length];
  return { name, stated, seen, of, interval: wilson(seen, of), probability: atLeast(seen, of, stated) };
}

/** Wilson's 95 % interval of a share. */
function wilson(seen, of) {
  const z = 1.959964;
  const [share, more] = [seen / of, (z * z) / of];
  const middle = share + more / 2;
  const half = z * Math.sqrt((share * (1 - share)) / of + more / (4 * of));
  return [middle - half, middle + half].map((end) => Math.min(1, Math.max(0, end / (1 + more))));
}

/** Probability of so many or more at this rate. */
function atLeast(seen, of, rate) {
  if (seen === 0) return 1;
  if (rate === 0) return 0;
  let term = (1 - rate) ** of;
  let below = 0;
  for (let k = 0; k < seen; k++) {
    below += term;
    term *= ((of - k) / (k + 1)) * (rate / (1 - rate));
  }
  return Math.max(0, 1 - below);
}

function ratio({ lower, upper }) {
  return Math.max(lower, upper) / Math.min(lower, upper);
}

/** How many blocks the networks have, by width. */
function blocks(lines) {
  const ends = [Math.min(...lines.map((line) => line.width)), Math.max(...lines.map((line) => line.width))];
  return Object.fromEntries(ends.map((width) => [width, lines.find((line) => line.width === width).blocks]));
}

export function tables({ networks, shuffles, blocks, badges, standing, extremes }) {
  const percent = (share) => `${digits(100 * share)}%`;
  const row = ({ name, stated, seen, of, interval }) => [name, stated === 0 ? 'never' : percent(stated), `${seen} of ${of}`, interval.map(percent).join(' to ')];
  const [[small, many], [large, few]] = Object.entries(blocks);
  const columns = ['', 'stated, at most', 'seen', '95% interval of the rate'];
  return [
    {
      text: `${networks} GPT-NeoX networks of widths ${small} to ${large}, evenly spread on a logarithmic scale, with the weights of their initialisation: half of them normal with a standard deviation of 0.02, half "small" and "wang", both for a depth of 6. Of the 6 blocks, those of width ${small} have ${many} and those of width ${large} have ${few}: as many as have 1.2 million weights. Two and two form a series. Whole network, default options; badges as in [validity.md](validity.md).`,
      columns,
      rows: badges.map((badge) => row({ ...badge, name: `\`${badge.name}\`` })),
    },
    {
      text: `The same networks against ${shuffles} shuffles each. An untrained network is a shuffle of itself: its width has every rank among them equally often. Single groups are those of all networks.`,
      columns,
      rows: standing.map(row),
    },
    {
      text: 'What the badges are decided by, at its most extreme over the networks.',
      columns: ['', ''],
      rows: Object.entries(extremes).map(([name, value]) => [name.replaceAll('_', ' '), digits(value)]),
    },
  ];
}

export function summary({ standing, shuffles }) {
  const [wider] = standing;
  return [[`Untrained networks wider than all ${shuffles} shuffles`, `${wider.seen} of ${wider.of}`, `${digits(100 * wider.stated)}%`]];
}
