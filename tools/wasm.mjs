// The Wasm modules of the page, {view,printer,first-single,first-threads,reader,scores,lab,engine-single,engine-threads}.js and
// ..._bg.wasm, in one folder.
// `node tools/wasm.mjs NAME...` builds some of them beside what is there.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, isMain, main, root, run, runBeside, say, target } from './lib.mjs';

// Every browser that the page supports has simd128. Threads need a standard library that is itself built with
// atomics, and all modules want a small one: `build-std`, which the pinned stable compiler offers under
// RUSTC_BOOTSTRAP. A panic traps at once, without its message: formatting it would cost 14 KB of every download. The
// linker's part of the threads (shared memory) is in build.rs.
const common = '-C target-feature=+simd128 -Z unstable-options -C panic=immediate-abort';
const threads = { rustflags: `${common} -C target-feature=+atomics,+bulk-memory`, folder: 'wasm-threads' };
// A folder of their own lets them be built beside the others: linking a module keeps one processor busy for a minute.
const beside = { rustflags: common, folder: 'wasm-beside' };
const flavours = [
  // What everybody downloads: for size, but for its kernels (`cfg(small)`).
  { name: 'first-single', crate: 'first', features: '', rustflags: common, level: '2' },
  { name: 'first-threads', crate: 'first', features: 'pool', ...threads, level: '2' },
  { name: 'view', features: 'view', ...beside, level: 'z' },
  { name: 'printer', features: 'printer', ...beside, level: 'z' },
  { name: 'reader', features: 'reader', rustflags: common, level: 'z' },
  { name: 'scores', features: 'scores', ...beside, level: 'z' },
  // Twice as fast as for size.
  { name: 'lab', features: 'lab', ...beside, level: '2' },
  { name: 'engine-single', features: 'engine', rustflags: common, level: '2' },
  { name: 'engine-threads', features: 'threads', ...threads, level: '2' },
];
// Of what is built for speed: a tenth smaller, and no kernel is slower. It holds where everything is put together.
const inlineLess = ['-C', 'llvm-args=--inline-threshold=40'];
const buildStd = ['-Z', 'build-std=std,panic_abort', '-Z', 'build-std-features=optimize_for_size'];
const inputs = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'rust-toolchain.toml', 'src', 'wasm', 'tools/bindgen', 'tools/wasm.mjs'];

/** Builds what changed inputs call for and returns the folder of the modules. */
export function buildWasm() {
  return buildModules(flavours, join(target, 'wasm-modules'));
}

/** Builds these modules alone, into the folder of all. */
async function buildSome(names) {
  const unknown = names.find((name) => !flavours.some((flavour) => flavour.name === name));
  if (unknown) throw new Failure(`there is no Wasm module ${unknown}; there are ${flavours.map(({ name }) => name).join(', ')}`);
  const out = join(target, 'wasm-modules');
  mkdirSync(out, { recursive: true });
  // What stands there is not all of one state.
  rmSync(join(out, '.inputs'), { force: true });
  const bindgen = buildBindgen();
  await buildFolders(flavours.filter(({ name }) => names.includes(name)), bindgen, out);
}

/** The jobs of the bench, built as both flavours of the engine are. */
export function buildBenchWasm() {
  const engines = flavours.filter(({ name }) => name.startsWith('engine-'));
  const bench = engines.map((flavour) => ({ ...flavour, name: flavour.name.replace('engine', 'bench'), features: `${flavour.features},bench` }));
  return buildModules(bench, join(target, 'bench', 'wasm'));
}

async function buildModules(flavours, out) {
  const stamp = join(out, '.inputs');
  const wanted = hash(inputs);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return out;

  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const bindgen = buildBindgen();
  await buildFolders(flavours, bindgen, out);
  writeFileSync(stamp, wanted);
  return out;
}

async function buildFolders(flavours, bindgen, out) {
  const folders = [...new Set(flavours.map(folderOf))];
  await Promise.all(folders.map((folder) => buildFolder(flavours.filter((flavour) => folderOf(flavour) === folder), bindgen, out)));
}

/** One after the other: the next flavour overwrites the compiled file, so it is bound at once. */
async function buildFolder(flavours, bindgen, out) {
  for (const flavour of flavours) {
    say(`building Wasm module ${flavour.name}`);
    await runBeside(bindgen, [await compile(flavour), out, flavour.name]);
  }
}

/** Modules of one folder share all dependencies, and wait for each other; other flags need another one. */
function folderOf({ folder = 'wasm' }) {
  return join(target, folder);
}

async function compile(flavour) {
  const { crate, features, rustflags, level = 's' } = flavour;
  // The library is the module, or one of its own is linked from it.
  const what = crate
    ? ['--package', `neuromfa-${crate}`, '--config', 'profile.wasm.package.neuromfa.opt-level="z"']
    : ['--lib', '--crate-type', 'cdylib', '--no-default-features'];
  const linked = level === '2' && !crate ? inlineLess : [];
  const folder = folderOf(flavour);
  const triple = 'wasm32-unknown-unknown';
  await runBeside(
    'cargo',
    ['rustc', '--locked', '--profile', 'wasm', ...what, '--features', features, '--target', triple, ...buildStd, '--', ...linked],
    // The reader's own flags would win over these, or break the modules.
    { env: { CARGO_TARGET_DIR: folder, RUSTFLAGS: rustflags, CARGO_ENCODED_RUSTFLAGS: undefined, CARGO_PROFILE_WASM_OPT_LEVEL: level, RUSTC_BOOTSTRAP: '1', NEUROMFA_SMALL: crate && '1' } },
  );
  return join(folder, triple, 'wasm', crate ? `neuromfa_${crate}.wasm` : 'neuromfa.wasm');
}

function buildBindgen() {
  const folder = join(target, 'bindgen');
  say('building the wasm-bindgen tool');
  run('cargo', ['build', '--locked', '--quiet', '--manifest-path', 'tools/bindgen/Cargo.toml'], {
    env: { CARGO_TARGET_DIR: folder },
  });
  return join(folder, 'debug', process.platform === 'win32' ? 'bindgen.exe' : 'bindgen');
}

/** One hash over files and folders: cargo alone would compile each time, as two flavours share a folder. */
function hash(paths) {
  const sum = createHash('sha256');
  for (const path of paths) {
    const folder = statSync(join(root, path)).isDirectory();
    const files = folder ? readdirSync(join(root, path), { recursive: true }).sort() : [''];
    for (const file of files) {
      const whole = join(root, path, file);
      if (statSync(whole).isFile()) sum.update(`${path}/${file}\0`).update(readFileSync(whole)).update('\0');
    }
  }
  return sum.digest('hex');
}

if (isMain(import.meta)) await main(() => buildSome(process.argv.slice(2)));
