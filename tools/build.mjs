// npm run build: the whole site in dist/.
import { isMain, main, say } from './lib.mjs';
import { setup } from './setup.mjs';
import { buildWasm } from './wasm.mjs';

export async function build() {
  setup();
  // These need npm packages, which setup has brought.
  const [{ checkTypes }, { buildPage }, { checkSizes }] = await Promise.all([
    import('./types.mjs'),
    import('./page.mjs'),
    import('./size.mjs'),
  ]);
  const modules = await buildWasm();
  say('checking types');
  checkTypes();
  say('bundling the page');
  checkSizes(await buildPage(modules));
}

if (isMain(import.meta)) await main(build);
