// npm run zip: the built site as one file, target/neuromfa-VERSION.zip, which runs from any static server. The same site
// gives the same bytes, wherever and whenever it is packed.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { zipSync } from 'fflate';
import { Failure, dist, isMain, main, root, say, target } from './lib.mjs';
import { version } from './version.mjs';

/** The first day that the format knows, in local time, as it has no time zones. */
const mtime = new Date(1980, 0, 1);

/** A folder's files in a zip, below a folder of this name; `more` are further files, as names and paths. */
export function zipped(folder, name, more = {}) {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const files = [...paths.map((path) => [relative(folder, path).replaceAll('\\', '/'), path]), ...Object.entries(more)];
  // By code units: the order of no language.
  files.sort(([a], [b]) => (a < b ? -1 : 1));
  return zipSync(Object.fromEntries(files.map(([inside, path]) => [`${name}/${inside}`, [readFileSync(path), { level: 9, mtime }]])));
}

/** Writes the zip and returns where it is. */
export function writeZip() {
  if (!existsSync(join(dist, 'index.html'))) throw new Failure('there is no site in dist/: run npm run build first');
  const name = `neuromfa-${version()}`;
  const licences = Object.fromEntries(['LICENSE-MIT', 'LICENSE-APACHE'].map((file) => [file, join(root, file)]));
  mkdirSync(target, { recursive: true });
  const path = join(target, `${name}.zip`);
  writeFileSync(path, zipped(dist, name, licences));
  return path;
}

if (isMain(import.meta)) await main(() => say(`the site is in ${relative(root, writeZip())}`));
