// The page: dist/ from index.html, www/, demo/ and the Wasm modules.
//
//   index.html, sw.js         at the top, so that the service worker's scope is the whole site
//   assets/                   bundled TypeScript, style sheets, fonts/, icons/
//   wasm/                     modules and the snippets that they import
//   demo/                     documents and checkpoints of the demo
//
// All addresses are relative: the site may live under any sub-path.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build as esbuild } from 'esbuild';
import { Failure, dist, root } from './lib.mjs';

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
};

/** Writes dist/ anew and returns the scripts that the first view loads, relative to dist/. */
export async function buildPage(modules) {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });

  copy('index.html', 'index.html');
  for (const folder of ['fonts', 'icons']) copy(`www/${folder}`, `assets/${folder}`, { optional: true });
  copyDemo();
  cpSync(modules, join(dist, 'wasm'), { recursive: true, filter: (path) => !path.endsWith('.inputs') });
  copy('www/manifest.webmanifest', 'manifest.webmanifest');
  const scripts = await bundle();
  await bundleServiceWorker(dist);
  return scripts;
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

async function bundle() {
  const styles = readdirSync(join(root, 'www')).filter((name) => name.endsWith('.css'));
  const { metafile } = await transform({
    entryPoints: ['www/main.ts', 'www/engine-worker.ts', 'www/reading-worker.ts', 'www/scores-worker.ts', 'www/lab-worker.ts', 'www/watch-worker.ts', 'www/read/read.css', ...styles.map((name) => `www/${name}`)],
    format: 'esm',
    splitting: true,
    metafile: true,
    external: ['*.woff2', '*.svg', '*.png'],
    outbase: 'www',
    outdir: join(dist, 'assets'),
  });
  return staticScripts(metafile.outputs, 'dist/assets/main.js');
}

/** esbuild has shown its errors already. */
async function transform(options) {
  try {
    return await esbuild({ ...common, ...options });
  } catch (error) {
    throw new Failure(error.errors ? 'the TypeScript of the page could not be bundled' : error.message);
  }
}

/** A bundle with everything that it imports statically. */
function staticScripts(outputs, entry) {
  const scripts = new Set([entry]);
  for (const script of scripts) {
    for (const { path, kind } of outputs[script].imports) if (kind === 'import-statement') scripts.add(path);
  }
  return [...scripts].map((path) => path.replace(/^dist\//, ''));
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
