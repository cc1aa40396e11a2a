// Budgets of what a visitor downloads, in bytes after gzip (what static hosts send).
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Failure, dist } from './lib.mjs';

const KB = 1000;
/**
 * Limits in KB. `first` is all that a first analysis of safetensors or PyTorch loads in its worker (tests/browser/first.test.mjs);
 * the reader has every container and family, and knows what lies on other sites.
 */
const modules = { 'first-single': 250, 'first-threads': 262, view: 240, printer: 290, reader: 270, scores: 125, lab: 270, 'engine-single': 250, 'engine-threads': 262 };

/** Both modules of a first analysis together. */
const firstAnalysis = 485;

/** The files of the first view besides its scripts. */
const firstView = [
  /^index\.html$/,
  /^assets\/main\.css$/,
  /^assets\/fonts\/.*\.woff2$/,
  /^assets\/icons\/icon\.svg$/,
  /^manifest\.webmanifest$/,
  /^demo\/first-view\.json$/,
  // One of several, by width and theme of the window.
  /^demo\/first-view-wide-light\.svg$/,
];

/** Prints all sizes; throws if one is over its budget. `scripts` are those that the first view loads. */
export function checkSizes(scripts) {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dist, join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'));
  const first = files.filter((file) => scripts.includes(file) || firstView.some((pattern) => pattern.test(file)));
  const budgets = [
    ...Object.entries(modules).map(([name, limit]) => ({ name: `wasm/${name}`, files: [`wasm/${name}_bg.wasm`], limit: limit * KB })),
    { name: 'first view', files: first, limit: 120 * KB },
    // What reads and computes, and what draws.
    { name: 'first analysis', files: ['wasm/first-threads_bg.wasm', 'wasm/view_bg.wasm'], limit: firstAnalysis * KB },
  ];

  const over = [];
  for (const { name, files, limit } of budgets) {
    const bytes = files.reduce((sum, file) => sum + gzipped(file), 0);
    console.log(`  ${name.padEnd(20)} ${kilobytes(bytes).padStart(8)} of ${kilobytes(limit)} gzipped`);
    if (bytes > limit) over.push(`${name} is ${kilobytes(bytes)}, its budget ${kilobytes(limit)}`);
  }
  console.log(`  first view: ${first.map((file) => `${file} ${kilobytes(gzipped(file))}`).join(', ')}`);
  if (over.length > 0) throw new Failure(`over the size budget: ${over.join('; ')}`);
}

/** Formats that are compressed already are sent as they are. */
function gzipped(file) {
  const content = readFileSync(join(dist, file));
  return file.endsWith('.woff2') ? content.length : gzipSync(content, { level: 9 }).length;
}

function kilobytes(bytes) {
  return `${(bytes / KB).toFixed(1)} KB`;
}
