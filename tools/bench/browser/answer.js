// Every worker of the bench: answers one order after the other, by the order's own name for its work.
export function answer(works) {
  let busy = Promise.resolve();
  self.onmessage = ({ data }) => {
    busy = busy.then(async () => {
      try {
        self.postMessage({ value: await works[data.work](data) });
      } catch (error) {
        self.postMessage({ error: error?.stack ?? error?.text ?? String(error) });
      }
    });
  };
}

/** The engine module of a flavour, with as many threads; 0 is the single flavour. `module` may be another one. */
export async function engine(threads, module = '../wasm/engine') {
  const wasm = await import(`${module}-${threads ? 'threads' : 'single'}.js`);
  const { memory } = await wasm.default();
  if (threads) await wasm.initThreadPool(threads);
  return { wasm, memory };
}

/** Milliseconds of each run of some work, and what the last one returned. */
export function timed(runs, work) {
  const times = [];
  let last;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    last = work();
    times.push(performance.now() - start);
  }
  return { times, last };
}
