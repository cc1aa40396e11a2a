// The jobs of src/bench.rs in Wasm, one at a time.
import { answer, engine, timed } from './answer.js';

let wasm, name, bench;

answer({
  async start({ threads }) {
    ({ wasm } = await engine(threads, './wasm/bench'));
  },
  run({ name: wanted, runs }) {
    if (name !== wanted) {
      bench?.free();
      bench = wasm.Bench.prepare(wanted);
      name = wanted;
    }
    const { times } = timed(runs, () => bench.run());
    return { times, digest: bench.digest() };
  },
});
