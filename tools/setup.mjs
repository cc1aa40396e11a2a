// npm run setup: fetches what the other scripts need and skips what is there.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, isMain, main, read, root, run, say } from './lib.mjs';

export function setup() {
  checkNode();
  installToolchain();
  installPackages();
}

function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) throw new Failure(`Node ${process.versions.node} is too old: install Node 20 or newer (https://nodejs.org)`);
}

/** Installs the toolchain of rust-toolchain.toml, also where rustup does not do so by itself. */
function installToolchain() {
  const { channel, profile, components, targets } = toolchain();
  if (isComplete(components, targets)) return;
  if (read('rustup', ['--version']) === null) {
    throw new Failure(`Rust ${channel} with rust-src and ${targets.join(', ')} is missing: install rustup (https://rustup.rs)`);
  }
  say(`installing Rust ${channel} with ${[...components, ...targets].join(', ')}`);
  const wanted = [...components.flatMap((name) => ['-c', name]), ...targets.flatMap((name) => ['-t', name])];
  run('rustup', ['toolchain', 'install', channel, '--profile', profile, '--no-self-update', ...wanted]);
}

/** Installs one more target of the same toolchain, for tests that not everybody runs. */
export function installTarget(name) {
  if (isComplete([], [name])) return;
  if (read('rustup', ['--version']) === null) throw new Failure('there is no rustup');
  say(`installing Rust for ${name}`);
  run('rustup', ['target', 'add', '--toolchain', toolchain().channel, name]);
}

/** Looks into the toolchain's folder: quicker than rustup, and right for toolchains that rustup does not manage. */
function isComplete(components, targets) {
  const sysroot = read('rustc', ['--print', 'sysroot']);
  if (sysroot === null || read('cargo', ['--version']) === null) return false;
  const places = {
    'rust-src': ['lib/rustlib/src/rust/library/Cargo.lock'],
    rustfmt: ['bin/rustfmt', 'bin/rustfmt.exe'],
    clippy: ['bin/cargo-clippy', 'bin/cargo-clippy.exe'],
  };
  const has = (place) => existsSync(join(sysroot, place));
  return (
    components.every((name) => (places[name] ?? []).some(has)) && targets.every((name) => has(`lib/rustlib/${name}/lib`))
  );
}

/** The fields of rust-toolchain.toml, which holds strings and lists of strings only. */
function toolchain() {
  const text = readFileSync(join(root, 'rust-toolchain.toml'), 'utf8');
  const fields = text.matchAll(/^(\w+)\s*=\s*(".*"|\[.*\])/gm);
  return Object.fromEntries([...fields].map(([, name, value]) => [name, JSON.parse(value)]));
}

/** `npm ci`, unless node_modules is at least as new as the lock file. */
function installPackages() {
  const installed = join(root, 'node_modules/.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  say('installing npm packages');
  // On Windows npm is a script, which only a shell can run.
  if (process.platform === 'win32') run('cmd', ['/c', 'npm', 'ci', '--no-audit', '--no-fund']);
  else run('npm', ['ci', '--no-audit', '--no-fund']);
}

if (isMain(import.meta)) await main(setup);
