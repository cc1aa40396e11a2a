// docs/bench.json keeps what was measured; docs/bench.md and the table in README.md are written from it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, root } from '../lib.mjs';

const json = join(root, 'docs/bench.json');
const markers = ['<!-- npm run bench writes this -->', '<!-- until here -->'];

/** Replaces what is known of one subject and writes the documents anew. */
export function record(subjects, subject, data) {
  const known = existsSync(json) ? JSON.parse(readFileSync(json, 'utf8')) : {};
  known[subject.name] = data;
  const all = Object.fromEntries(subjects.filter(({ name }) => known[name]).map(({ name }) => [name, known[name]]));
  writeFileSync(json, `${JSON.stringify(all, round, 2)}\n`);
  writeFileSync(join(root, 'docs/bench.md'), document(subjects, all));
  writeReadme(subjects, all);
}

export function print(subject, data) {
  for (const { text, columns, rows } of subject.tables(data)) console.log(`\n${text}\n\n${table(columns, rows)}`);
}

/** Six digits are more than a clock gives. */
function round(key, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}

function document(subjects, all) {
  const parts = subjects.filter(({ name }) => all[name]).map((subject) => part(subject, all[subject.name]));
  const intro =
    'Written by `npm run bench`, which measures everything in one run and asserts every answer; `npm run bench -- NAME...` measures ' +
    'some subjects anew. Ratios are medians over rounds in which everything that is compared ran in turn; times are medians too. ' +
    'The numbers themselves are in [bench.json](bench.json).';
  return `# Measurements\n\n${wrap(intro)}\n\n${parts.join('\n')}`;
}

function part(subject, data) {
  const { date, machine, versions } = data;
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const where = `${date}, ${machine.cpu}, ${machine.cores} cores, ${machine.memory_gb} GB, ${machine.system}, load ${machine.load_before} before; ${named.join(', ')}. \`npm run bench -- ${subject.name}\``;
  const tables = subject.tables(data).map(({ text, columns, rows }) => `${wrap(text)}\n\n${table(columns, rows)}\n`);
  return `## ${subject.title}\n\n${tables.join('\n')}\n${wrap(where)}\n`;
}

function writeReadme(subjects, all) {
  const path = join(root, 'README.md');
  const text = readFileSync(path, 'utf8');
  const [start, end] = markers.map((marker) => text.indexOf(marker));
  if (start < 0 || end < start) throw new Failure(`README.md has no place for the table: ${markers.join(' ... ')}`);
  const rows = subjects.filter(({ name }) => all[name]).flatMap((subject) => subject.summary?.(all[subject.name]) ?? []);
  const [{ machine, versions, date }] = Object.values(all);
  const where = `(${machine.cpu}, ${machine.cores} cores, Chromium ${versions.Chromium?.split('.')[0]}, ${date}; all of it in [docs/bench.md](docs/bench.md).)`;
  const block = `${markers[0]}\n${table(['', 'measured', 'aim'], rows)}\n\n${wrap(where)}\n`;
  writeFileSync(path, text.slice(0, start) + block + text.slice(end));
}

function table(columns, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Lines of at most 125 characters, as the other documents have them. */
function wrap(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last && last.length + 1 + word.length > 125) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines.join('\n');
}
