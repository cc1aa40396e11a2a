// The engine's side of the reading worker.

import type { FromReading, Slice, ToReading } from "./reading-worker";

export type { Slice };

/** Reads the slices of one checkpoint after the other. */
export class Reading {
  private readonly worker: Worker;
  private reading = 0;
  private arrived: FromReading[] = [];
  private wake: () => void = () => undefined;

  constructor() {
    this.worker = new Worker(new URL("reading-worker.js", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data }: MessageEvent<FromReading>) => {
      if (data.reading !== this.reading) return;
      this.arrived.push(data);
      this.wake();
    };
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.arrived.push({ reading: this.reading, failed: { name: "Error", message: event.message || "The reading worker did not start." } });
      this.wake();
    };
  }

  /** The bytes of the slices, in order. Another reading ends this one. */
  async *read(slices: Slice[]): AsyncGenerator<Uint8Array> {
    const reading = (this.reading += 1);
    this.arrived = [];
    this.send({ type: "read", reading, slices });
    for (const { length } of slices) {
      while (!this.arrived.length) await new Promise<void>((resolve) => { this.wake = resolve; });
      const next = this.arrived.shift()!;
      if ("failed" in next) throw Object.assign(new Error(next.failed.message), { name: next.failed.name });
      yield new Uint8Array(next.bytes);
      this.send({ type: "taken", reading, bytes: length });
    }
  }

  private send(message: ToReading): void {
    this.worker.postMessage(message);
  }
}
