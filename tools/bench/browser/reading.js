// A file into Wasm memory, by several methods. Every one copies each piece to the same place, as a call of the engine does.
import { answer } from './answer.js';

/** Every so many bytes of the file, one is looked at after it was copied. */
const STRIDE = 65536;
/** Room for the largest piece. */
const PAGES = 1280;

let file, slices, reading;
const memories = {};

answer({
  async start({ files, readAhead }) {
    [file] = files;
    reading = readAhead;
    memories.single = new WebAssembly.Memory({ initial: PAGES });
    memories.shared = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
    slices = await pageSlices();
  },
  async read({ method, memory }) {
    const copied = new Copied(memories[memory].buffer);
    const start = performance.now();
    await methods[method.name](copied, method);
    return { ms: performance.now() - start, bytes: copied.bytes, check: copied.check };
  },
});

/** What was copied so far. */
class Copied {
  constructor(buffer) {
    this.memory = new Uint8Array(buffer);
    this.bytes = 0;
    this.check = 0;
  }

  /** The next piece, which begins at this offset of the file. */
  take(piece, offset) {
    this.memory.set(piece, 0);
    this.bytes += piece.length;
    for (let at = (STRIDE - (offset % STRIDE)) % STRIDE; at < piece.length; at += STRIDE) {
      // In no order: methods differ in theirs.
      this.check = (this.check + (this.memory[at] + 1) * (((offset + at) / STRIDE) % 65521)) % 2 ** 32;
    }
  }
}

const methods = {
  /** The page's own: slices of its plan, several asked for ahead (www/reading-worker.ts). */
  page: (copied) => ahead(copied, slices, reading),

  sync(copied, { size }) {
    const reader = new FileReaderSync();
    for (const { offset, length } of cut(size)) {
      copied.take(new Uint8Array(reader.readAsArrayBuffer(file.slice(offset, offset + length))), offset);
    }
  },

  buffers: (copied, { size, ahead: most }) => ahead(copied, cut(size), { bytes: Infinity, reads: most, least: most }),

  stream: (copied) => drain(copied, file, 0),

  byob: (copied, { size }) => fill(copied, file, 0, size),

  /** One stream for each tensor. */
  async tensors(copied, { size }) {
    for (const { offset, length } of joined(slices)) await fill(copied, file.slice(offset, offset + length), offset, size);
  },
};

async function ahead(copied, pieces, { bytes, reads, least }) {
  const pending = [];
  let next = 0;
  let inFlight = 0;
  const ask = () => {
    for (let piece = pieces[next]; piece; piece = pieces[next]) {
      const room = pending.length < reads && inFlight + piece.length <= bytes;
      if (!room && pending.length >= least) return;
      pending.push(file.slice(piece.offset, piece.offset + piece.length).arrayBuffer());
      inFlight += piece.length;
      next += 1;
    }
  };
  ask();
  for (const { offset, length } of pieces) {
    const buffer = await pending.shift();
    inFlight -= length;
    ask();
    copied.take(new Uint8Array(buffer), offset);
  }
}

async function drain(copied, blob, offset) {
  const reader = blob.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    copied.take(value, offset);
    offset += value.length;
  }
}

async function fill(copied, blob, offset, size) {
  const reader = blob.stream().getReader({ mode: 'byob' });
  let buffer = new ArrayBuffer(size);
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(buffer));
    if (done) return;
    copied.take(value, offset);
    offset += value.length;
    buffer = value.buffer;
  }
}

/** The whole file in pieces. */
function cut(size) {
  return Array.from({ length: Math.ceil(file.size / size) }, (_, i) => ({ offset: i * size, length: Math.min(size, file.size - i * size) }));
}

/** Reads of one tensor as one range. */
function joined(pieces) {
  const ranges = [];
  for (const { offset, length, tensor } of pieces) {
    const last = ranges.at(-1);
    if (last?.tensor === tensor) last.length += length;
    else ranges.push({ offset, length, tensor });
  }
  return ranges;
}

/** The reads that the page plans for the whole network, each with the tensor that it is a part of. */
async function pageSlices() {
  const [{ default: startReader, Reader }, { default: startEngine, Engine }] = await Promise.all([
    import('../wasm/reader.js'),
    import('../wasm/engine-single.js'),
  ]);
  await Promise.all([startReader(), startEngine()]);
  const reader = new Reader();
  reader.addFile(file.name, file);
  const { id } = JSON.parse(reader.recognise()).checkpoints[0];
  const engine = new Engine();
  engine.load(id, reader.network(id));
  const { reads } = engine.plan(id, { network: 'full', mode: 'exact' });
  const start = new DataView(await file.slice(0, 8).arrayBuffer());
  const length = Number(start.getBigUint64(0, true));
  const header = JSON.parse(await file.slice(8, 8 + length).text());
  const ends = Object.values(header).map(({ data_offsets }) => 8 + length + data_offsets[1]).sort((a, b) => a - b);
  return reads.map(({ offset, length }) => ({ offset, length, tensor: ends.findIndex((end) => offset < end) }));
}
