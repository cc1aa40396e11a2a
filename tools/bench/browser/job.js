// The authors' job in the page's own engine: from weights in this worker's memory to the record.
import { answer, engine, timed } from './answer.js';

// The spectra of single groups are no part of the job.
const options = { network: 'full', mode: 'exact', group_spectra: false };
let running, id, parts;

answer({
  async start({ file, threads }) {
    const { wasm } = await engine(threads);
    running = new wasm.Engine();
    const { default: start, Reader } = await import('../wasm/reader.js');
    await start();
    const reader = new Reader();
    reader.addFile('model.safetensors', new Blob([file]));
    id = JSON.parse(reader.recognise()).checkpoints[0].id;
    running.load(id, reader.network(id));
    parts = running.plan(id, options).reads.map((read) => file.slice(read.offset, read.offset + read.length));
  },
  run({ runs }) {
    const { times, last: record } = timed(runs, () => {
      running.plan(id, options);
      for (const part of parts) running.feed(part);
      return running.finish();
    });
    return { times, record };
  },
});
