// A worker that does nothing but read: the browser's other processes hand it a file's bytes while the engine computes.

/** A range of a file. */
export interface Slice { file: File; offset: number; length: number }

export type ToReading =
  | { type: "read"; reading: number; slices: Slice[] }
  /** The engine has taken so many bytes: as many more may be read. */
  | { type: "taken"; reading: number; bytes: number };

export type FromReading =
  | { reading: number; bytes: ArrayBuffer }
  | { reading: number; failed: { name: string; message: string } };

/** Slices that are asked for together: as many as fit these bytes, and no more than so many small ones. */
const BYTES_IN_FLIGHT = 32e6;
const READS_IN_FLIGHT = 24;
const LEAST_READS_IN_FLIGHT = 2;
/** Bytes that were read and wait for the engine. */
const BYTES_WAITING = 32e6;

/** The newest reading; older ones end. */
let current = 0;
let waiting = 0;
let wake: () => void = () => undefined;

const post = (message: FromReading, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });

self.onmessage = ({ data }: MessageEvent<ToReading>): void => {
  if (data.type === "read") {
    current = data.reading;
    waiting = 0;
    wake();
    void read(data.reading, data.slices);
  } else if (data.reading === current) {
    waiting -= data.bytes;
    wake();
  }
};

async function read(reading: number, slices: Slice[]): Promise<void> {
  try {
    for await (const bytes of ahead(slices)) {
      if (reading !== current) return;
      waiting += bytes.byteLength;
      post({ reading, bytes }, [bytes]);
      while (waiting > BYTES_WAITING && reading === current) await new Promise<void>((resolve) => { wake = resolve; });
    }
  } catch (error) {
    const { name, message } = error as Error;
    post({ reading, failed: { name, message } });
  }
}

/** The bytes of slices, in order, with others under way. */
async function* ahead(slices: Slice[]): AsyncGenerator<ArrayBuffer> {
  const pending: Promise<ArrayBuffer>[] = [];
  let next = 0;
  let inFlight = 0;
  const ask = (): void => {
    for (let slice = slices[next]; slice; slice = slices[next]) {
      const room = pending.length < READS_IN_FLIGHT && inFlight + slice.length <= BYTES_IN_FLIGHT;
      if (!room && pending.length >= LEAST_READS_IN_FLIGHT) return;
      const answer = slice.file.slice(slice.offset, slice.offset + slice.length).arrayBuffer();
      answer.catch(() => undefined); // looked at when its turn comes
      pending.push(answer);
      inFlight += slice.length;
      next += 1;
    }
  };
  ask();
  for (const { length } of slices) {
    const bytes = await pending.shift()!;
    inFlight -= length;
    ask();
    yield bytes;
  }
}
