// One version for the crate, the page, and the npm package. `node tools/version.mjs [TAG]` checks that they agree, and that a
// tag names it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, isMain, main, root } from './lib.mjs';

/** The version that package.json states; page and package are built with it. */
export function version() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
}

/** The constants that esbuild puts into every bundle. */
export function constants() {
  return { NEUROMFA_VERSION: JSON.stringify(version()) };
}

/** What is wrong with these versions, in words; nothing where all is well. `tag` is null where none is to be checked. */
export function disagreements({ packageJson, packageLock, cargoToml, cargoLock, changelog }, tag = null) {
  const wanted = JSON.parse(packageJson).version;
  const lock = JSON.parse(packageLock);
  const stated = {
    'package-lock.json': lock.version,
    'package-lock.json, packages': lock.packages[''].version,
    'Cargo.toml': /^version = "(.*)"$/m.exec(cargoToml)?.[1],
    'Cargo.lock': /^name = "neuromfa"\nversion = "(.*)"$/m.exec(cargoLock)?.[1],
  };
  const wrong = Object.entries(stated)
    .filter(([, found]) => found !== wanted)
    .map(([file, found]) => `${file} says ${found ?? 'nothing'}, package.json ${wanted}`);
  if (tag === null) return wrong;
  if (tag !== `v${wanted}`) wrong.push(`the tag is ${tag}, package.json says ${wanted}: it must be v${wanted}`);
  // What is released must be told, under its number and with its day.
  const heading = new RegExp(`^## \\[${wanted.replaceAll('.', '\\.')}\\] - \\d{4}-\\d{2}-\\d{2}$`, 'm');
  if (!heading.test(changelog)) wrong.push(`CHANGELOG.md has no heading "## [${wanted}] - YYYY-MM-DD"`);
  return wrong;
}

/** The files that state the version. */
export function versionFiles() {
  const read = (name) => readFileSync(join(root, name), 'utf8');
  return {
    packageJson: read('package.json'),
    packageLock: read('package-lock.json'),
    cargoToml: read('Cargo.toml'),
    cargoLock: read('Cargo.lock'),
    changelog: read('CHANGELOG.md'),
  };
}

if (isMain(import.meta)) {
  await main(() => {
    const wrong = disagreements(versionFiles(), process.argv[2] ?? null);
    if (wrong.length > 0) throw new Failure(wrong.join('; '));
    console.log(version());
  });
}
