// npm run package: the npm package in target/npm, from npm/, the page's modules and the Wasm modules.
//
//   index.js, element.js, widget.js    what is imported; they share chunk-*.js
//   parts.js                           addresses of all that is loaded later, as `new URL("...", import.meta.url)`
//   workers/                           each a script of its own, as bundlers copy it and nobody puts it together
//   wasm/                              modules, with what their scripts import put into them
//   fonts/, types/
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build as esbuild, transform } from 'esbuild';
import { Failure, isMain, main, root, run, say, target } from './lib.mjs';
import { constants, version } from './version.mjs';

/** The finished package. */
export const packageFolder = join(target, 'npm');
const workers = ['engine-worker', 'reading-worker'];
/** Modules of sections that the package does not show. */
const without = ['scores', 'lab', 'printer'];
const common = { absWorkingDir: root, bundle: true, format: 'esm', target: 'es2022', legalComments: 'none', logLevel: 'warning', define: constants() };

/** Writes target/npm anew from the Wasm modules in a folder. */
export async function buildPackage(modules) {
  rmSync(packageFolder, { recursive: true, force: true });
  mkdirSync(packageFolder, { recursive: true });
  await copyModules(modules);
  await bundleWorkers();
  cpSync(join(root, 'www/fonts'), join(packageFolder, 'fonts'), { recursive: true });
  writeParts();
  await bundleEntries();
  emitTypes();
  describe();
}

/** The scripts beside the Wasm code import snippets: as one file they can be anywhere. */
async function copyModules(modules) {
  const names = readdirSync(modules).filter((name) => name.endsWith('_bg.wasm')).map((name) => name.replace('_bg.wasm', '')).filter((name) => !without.includes(name));
  if (names.length === 0) throw new Failure(`there are no Wasm modules in ${modules}`);
  await esbuild({ ...common, minify: true, entryPoints: names.map((name) => join(modules, `${name}.js`)), outdir: join(packageFolder, 'wasm') });
  for (const name of names) cpSync(join(modules, `${name}_bg.wasm`), join(packageFolder, 'wasm', `${name}_bg.wasm`));
}

async function bundleWorkers() {
  const entryPoints = workers.map((name) => `www/${name}.ts`);
  await esbuild({ ...common, minify: true, entryPoints, outdir: join(packageFolder, 'workers') });
}

/** The names by which the page's modules know a file, and where it is. */
function writeParts() {
  const lines = [
    ...workers.map((name) => [`assets/${name}.js`, `workers/${name}.js`]),
    ...readdirSync(join(packageFolder, 'wasm')).sort().map((name) => [`wasm/${name}`, `wasm/${name}`]),
  ].map(([part, file]) => `  ${JSON.stringify(part)}: new URL("./${file}", import.meta.url).href,`);
  writeFileSync(join(packageFolder, 'parts.js'), `export const parts = {\n${lines.join('\n')}\n};\n`);
}

async function bundleEntries() {
  await esbuild({
    ...common,
    entryPoints: { index: 'npm/src/index.ts', element: 'npm/src/element.ts', widget: 'npm/src/anywidget.ts' },
    outdir: packageFolder,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    // Comments in `import()` are for bundlers; without white space they would go.
    minifySyntax: true,
    minifyIdentifiers: true,
    plugins: [{
      name: 'made here',
      setup(build) {
        build.onResolve({ filter: /^\.\/parts\.js$/ }, () => ({ path: './parts.js', external: true }));
        build.onResolve({ filter: /^\.\/faces\.js$/ }, () => ({ path: 'faces', namespace: 'looks' }));
        build.onLoad({ filter: /.*/, namespace: 'looks' }, async () => ({ contents: await looks(), loader: 'js' }));
      },
    }],
  });
}

/** The page's tokens and the figure's sheet as the text of one sheet for a shadow root, and the fonts by themselves. */
async function looks() {
  const read = (path) => readFileSync(join(root, path), 'utf8');
  const tokens = read('www/styles/tokens.css');
  const { faces, rest } = fontFaces(tokens);
  const sheet = [rest.replaceAll(':root', '.neuromfa'), read('www/figures.css'), read('www/embed/embed.css'), read('npm/src/styles.css')].join('\n');
  const { code } = await transform(sheet, { loader: 'css', minify: true, target: common.target });
  const list = faces.map(({ family, file, descriptors }) => `{ family: ${JSON.stringify(family)}, source: new URL("./fonts/${file}", import.meta.url).href, descriptors: ${JSON.stringify(descriptors)} }`);
  return `export const faces = [${list.join(', ')}];\nexport const sheets = ${JSON.stringify(code.trim())};`;
}

/** Names of descriptors in a style sheet and in a script. */
const DESCRIPTORS = { 'font-weight': 'weight', 'font-style': 'style', 'font-display': 'display', 'unicode-range': 'unicodeRange' };

/** Takes the rules of downloaded fonts out of a sheet; stand-ins from the reader's computer go with them. */
function fontFaces(css) {
  const faces = [];
  const rest = css.replace(/@font-face\s*\{([^}]*)\}/g, (_, body) => {
    const given = Object.fromEntries(body.split(';').map((line) => line.split(/:(.*)/s).map((part) => part?.trim())).filter(([name]) => name));
    const file = /url\("fonts\/(.*?)"\)/.exec(given.src)?.[1];
    if (file) faces.push({
      family: JSON.parse(given['font-family']),
      file,
      descriptors: Object.fromEntries(Object.entries(DESCRIPTORS).flatMap(([css_, script]) => (given[css_] ? [[script, given[css_]]] : []))),
    });
    return '';
  });
  if (faces.length === 0) throw new Failure('www/styles/tokens.css names no fonts');
  return { faces, rest };
}

/** Declarations of what can be imported, and of nothing else. */
function emitTypes() {
  const types = join(packageFolder, 'types');
  const wanted = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', types];
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--project', 'npm/tsconfig.json', ...wanted]);
  const needed = new Set(['index', 'element', 'anywidget'].map((name) => join(types, 'npm/src', `${name}.d.ts`)));
  for (const file of needed) {
    const text = readFileSync(file, 'utf8').replace(/^import "\..*";\n/gm, '');
    // Node's own resolution wants whole names.
    const whole = text.replace(/((?:from|import\()\s*")(\.[^"]*?)(?:\.js)?(")/g, (_, before, path, after) => {
      needed.add(`${resolve(dirname(file), path)}.d.ts`);
      return `${before}${path}.js${after}`;
    });
    writeFileSync(file, whole);
  }
  for (const entry of readdirSync(types, { recursive: true })) {
    const path = join(types, entry);
    if (statSync(path).isFile() && !needed.has(path)) rmSync(path);
  }
}

/** The package's description, under the one version, and the texts beside it. */
function describe() {
  const given = JSON.parse(readFileSync(join(root, 'npm/package.json'), 'utf8'));
  const { name, ...rest } = given;
  writeFileSync(join(packageFolder, 'package.json'), `${JSON.stringify({ name, version: version(), ...rest }, null, 2)}\n`);
  cpSync(join(root, 'npm/README.md'), join(packageFolder, 'README.md'));
  for (const licence of ['LICENSE-MIT', 'LICENSE-APACHE']) cpSync(join(root, licence), join(packageFolder, licence));
}

/** How large the package is, and each script that a page loads. */
function tell() {
  const scripts = readdirSync(packageFolder).filter((name) => name.endsWith('.js'));
  for (const name of scripts) console.log(`  ${name.padEnd(24)} ${(gzipSync(readFileSync(join(packageFolder, name))).length / 1000).toFixed(1)} KB gzipped`);
  say(`the package is in ${relative(root, packageFolder)}`);
}

if (isMain(import.meta)) {
  await main(async () => {
    const { buildWasm } = await import('./wasm.mjs');
    await buildPackage(await buildWasm());
    tell();
  });
}
