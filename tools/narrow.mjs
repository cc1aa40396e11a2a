// The readers' tests for a 32-bit target: `usize` there is what it is in the browser, and WebAssembly needs no place here.
import { Failure, attempt, mayInstall, read, say } from './lib.mjs';
import { installTarget } from './setup.mjs';

const triple = 'i686-unknown-linux-gnu';
/** What has to do with files. The others compute the same for every width, which the Wasm tests show. */
const tests = ['attacks', 'readers'];

/** Arguments of `cargo` that run these tests. */
export const narrowTests = ['test', '--locked', '--no-fail-fast', '--target', triple, '--no-default-features', '--lib']
  .concat(tests.flatMap((name) => ['--test', name]));

/** Fetches the target and its libraries where they are missing. Returns null, or why that cannot be. */
export function prepareNarrow() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'they run on Linux on x86-64 only';
  try {
    installTarget(triple);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return `the target cannot be installed: ${error.message}`;
  }
  if (links()) return null;
  if (mayInstall()) {
    say('installing gcc-multilib');
    attempt('apt-get', ['update', '-q']);
    attempt('apt-get', ['install', '-qy', '--no-install-recommends', 'gcc-multilib']);
  }
  return links() ? null : 'the linker finds no 32-bit libraries: install gcc-multilib';
}

/** Whether the C compiler has what a 32-bit program begins and ends with: else it answers with the bare name. */
function links() {
  const files = ['crt1.o', 'libgcc_s.so'];
  return files.every((name) => read('cc', ['-m32', `-print-file-name=${name}`])?.includes('/'));
}
