// The page: dist/ from index.html, www/, demo/ and the Wasm modules.
//
//   index.html, sw.js         at the top, so that the service worker's scope is the whole site
//   assets/                   bundled TypeScript, style sheets, fonts/, icons/
//   wasm/                     modules and the snippets that they import
//   demo/                     documents and checkpoints of the demo
//
// All addresses are relative: the site may live under any sub-path.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build as esbuild } from 'esbuild';
import { Failure, dist, root } from './lib.mjs';
import { constants } from './version.mjs';

const WORKERS = ['engine-worker', 'reading-worker', 'scores-worker', 'lab-worker', 'watch-worker', 'remote-worker'];

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  target: 'es2022',
  legalComments: 'none',
  define: constants(),
  logLevel: 'warning',
};

/** Writes dist/ anew and returns the scripts that the first view loads, relative to dist/. */
export async function buildPage(modules) {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });

  // What figures are printed with; nothing on the screen is set in it.
  copy('assets/fonts', 'assets/print');
  for (const folder of ['fonts', 'icons']) copy(`www/${folder}`, `assets/${folder}`, { optional: true });
  copyDemo();
  cpSync(modules, join(dist, 'wasm'), { recursive: true, filter: (path) => !path.endsWith('.inputs') });
  copy('www/manifest.webmanifest', 'manifest.webmanifest');
  const scripts = await bundle();
  writeIndex(scripts);
  await bundleServiceWorker(dist);
  return scripts;
}

/** The page, which asks for all scripts of the first view at once: main.js would ask for the others when it has come. */
function writeIndex(scripts) {
  const main = '<script type="module" src="assets/main.js"></script>';
  const preload = scripts.filter((path) => path !== 'assets/main.js').map((path) => `<link rel="modulepreload" href="${path}">\n`);
  const page = readFileSync(join(root, 'index.html'), 'utf8');
  if (!page.includes(main)) throw new Failure('index.html does not load assets/main.js');
  writeFileSync(join(dist, 'index.html'), page.replace(main, `${preload.join('')}${main}`));
}

/** It knows every file of the site by its hash, so that it keeps one version of all. */
export async function bundleServiceWorker(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    // Names with a dot or a dash before them are for the host, which may not serve them.
    .filter((entry) => entry.isFile() && entry.name !== 'sw.js' && !/^[._]/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((path) => {
      const content = readFileSync(path);
      return [relative(folder, path).replaceAll('\\', '/'), sha256(content), content.length];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const site = { version: sha256(JSON.stringify(files)), files };
  // A service worker is a classic script: Firefox knows no module service workers.
  await transform({ entryPoints: ['www/sw.ts'], format: 'iife', outfile: join(folder, 'sw.js'), define: { SITE: JSON.stringify(site) } });
}

/** As the service worker has it. */
function sha256(content) {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

/** Scripts of the page, and the workers and style sheets, each a file of its own; returns the scripts of the first view. */
async function bundle() {
  const inWww = (names) => names.map((name) => `www/${name}`);
  await transform({
    entryPoints: inWww([...WORKERS.map((name) => `${name}.ts`), ...styleSheets()]),
    format: 'esm',
    external: ['*.woff2', '*.svg', '*.png'],
    outbase: 'www',
    outdir: join(dist, 'assets'),
  });
  return await bundleScripts();
}

/** Those beside main.ts, and those of parts that are loaded later. */
function styleSheets() {
  const parts = ['read/read.css', 'lessons/lessons.css', 'help/help.css', 'embed/embed.css', 'builder/builder.css', 'remote/remote.css'];
  return [...readdirSync(join(root, 'www')).filter((name) => name.endsWith('.css')), ...parts];
}

/**
 * The page's scripts by Rolldown: what the first view shares with parts that are loaded later stays in its own few files.
 * esbuild gives every such set of modules a file, 27 in all and 6 KB more.
 */
async function bundleScripts() {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    cwd: root,
    input: 'www/main.ts',
    platform: 'browser',
    moduleTypes: { '.md': 'text' },
    transform: { target: common.target, define: constants() },
  }).catch(unbundled);
  const { output } = await bundle.write({
    dir: join(dist, 'assets'), format: 'esm', minify: true, entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js',
  }).catch(unbundled);
  return staticScripts(output.filter(({ type }) => type === 'chunk'), 'main.js').map((name) => `assets/${name}`);
}

async function transform(options) {
  return await esbuild({ ...common, ...options }).catch(unbundled);
}

/** esbuild has shown its errors already. */
function unbundled(error) {
  throw new Failure(`the TypeScript of the page could not be bundled: ${error.message.split('\n')[0]}`);
}

/** A bundle with everything that it imports statically. */
function staticScripts(chunks, entry) {
  const scripts = new Set([entry]);
  for (const script of scripts) {
    for (const path of chunks.find(({ fileName }) => fileName === script).imports) scripts.add(path);
  }
  return [...scripts];
}

function copyDemo() {
  const folder = join(root, 'demo');
  if (!existsSync(folder)) return;
  // The folder also holds what made the demo; the site needs documents, figures and weights only.
  const wanted = readdirSync(folder).filter((name) => /\.(json|svg)$/.test(name));
  for (const name of wanted) copy(`demo/${name}`, `demo/${name}`);
  copy('demo/checkpoints', 'demo/checkpoints', { optional: true });
}

function copy(from, to, { optional = false } = {}) {
  if (!existsSync(join(root, from))) {
    if (optional) return;
    throw new Failure(`${from} is missing`);
  }
  cpSync(join(root, from), join(dist, to), { recursive: true });
}
