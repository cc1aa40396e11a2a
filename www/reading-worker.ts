// A worker that does nothing but read: the browser's other processes hand it a file's bytes while the engine computes.

import type { EngineError } from "./protocol";
import { isRemote } from "./remote/files";
import type { AnsweredBytes, AskedBytes, RemoteFile } from "./remote/protocol";

/** A range of a file. */
export interface Slice { file: File | RemoteFile; offset: number; length: number }

export type ToReading =
  /** Comes with a port of a worker that reads from other sites; without one where that has ended. */
  | { type: "remote"; worker: number }
  | { type: "read"; reading: number; slices: Slice[] }
  /** The engine has taken so many bytes: as many more may be read. */
  | { type: "taken"; reading: number; bytes: number };

export type FromReading =
  | { reading: number; bytes: ArrayBuffer }
  | { reading: number; failed: { name: string; message: string } & Partial<EngineError> };

/** Slices that are asked for together: as many as fit these bytes, and no more than so many small ones. */
const BYTES_IN_FLIGHT = 32e6;
const READS_IN_FLIGHT = 24;
const LEAST_READS_IN_FLIGHT = 2;
/** Bytes that were read and wait for the engine. */
const BYTES_WAITING = 32e6;

const ENDED: EngineError = { code: "remote", text: "Nothing reads from that site any more. Ask it again, from the web.", file: "", hint: "" };

/** Asks a worker that reads from other sites. */
class Elsewhere {
  private asked = 0;
  private readonly answers = new Map<number, (answer: AnsweredBytes) => void>();

  constructor(private readonly port: MessagePort) {
    port.onmessage = ({ data }: MessageEvent<AnsweredBytes>) => {
      this.answers.get(data.ask)?.(data);
      this.answers.delete(data.ask);
    };
  }

  read(file: RemoteFile, offset: number, length: number): Promise<ArrayBuffer> {
    const ask = (this.asked += 1);
    this.port.postMessage({ ask, file, offset, length } satisfies AskedBytes);
    return new Promise((resolve, reject) => {
      this.answers.set(ask, (answer) => {
        if ("bytes" in answer) resolve(answer.bytes);
        else reject(Object.assign(new Error(answer.error.text), answer.error));
      });
    });
  }

  /** What was asked for does not come any more. */
  end(): void {
    this.port.close();
    for (const [ask, answer] of this.answers) answer({ ask, error: ENDED });
    this.answers.clear();
  }
}

const elsewhere = new Map<number, Elsewhere>();

function bytesOf({ file, offset, length }: Slice): Promise<ArrayBuffer> {
  if (!isRemote(file)) return file.slice(offset, offset + length).arrayBuffer();
  const worker = elsewhere.get(file.worker);
  return worker ? worker.read(file, offset, length) : Promise.reject(Object.assign(new Error(ENDED.text), ENDED));
}

/** The newest reading; older ones end. */
let current = 0;
let waiting = 0;
let wake: () => void = () => undefined;

const post = (message: FromReading, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });

self.onmessage = ({ data, ports }: MessageEvent<ToReading>): void => {
  if (data.type === "remote") {
    elsewhere.get(data.worker)?.end();
    elsewhere.delete(data.worker);
    if (ports[0]) elsewhere.set(data.worker, new Elsewhere(ports[0]));
  } else if (data.type === "read") {
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
    const { name, message, code, text, file, hint } = error as Error & EngineError;
    post({ reading, failed: { name, message, ...(code ? { code, text, file, hint } : {}) } });
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
      const answer = bytesOf(slice);
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
