// The engine's side of the reading worker.

import type { FromReading, Slice, ToReading } from "./reading-worker";
import { startWorker } from "./start-worker";

/** Reads the slices of one checkpoint after the other. */
export class Reading {
  private readonly worker: Worker;
  private reading = 0;
  private arrived: FromReading[] = [];
  /** Why the worker reads nothing more. */
  private dead: string | null = null;
  private wake: () => void = () => undefined;

  constructor() {
    this.worker = startWorker("reading-worker.js");
    this.worker.onmessage = ({ data }: MessageEvent<FromReading>) => {
      if (data.reading !== this.reading) return;
      this.arrived.push(data);
      this.wake();
    };
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.dead = event.message || "The reading worker did not start. Load the page again.";
      this.wake();
    };
  }

  /** The bytes of the slices, in order. Whoever leaves early ends the reading. */
  async *read(slices: Slice[]): AsyncGenerator<Uint8Array> {
    const reading = (this.reading += 1);
    this.arrived = [];
    this.send({ type: "read", reading, slices });
    try {
      for (const { length } of slices) {
        const next = await this.next();
        if ("failed" in next) throw Object.assign(new Error(next.failed.message), next.failed);
        yield new Uint8Array(next.bytes);
        this.send({ type: "taken", reading, bytes: length });
      }
    } finally {
      this.reading += 1;
      this.arrived = [];
      this.send({ type: "read", reading: this.reading, slices: [] });
    }
  }

  private async next(): Promise<FromReading> {
    for (;;) {
      if (this.dead !== null) throw new Error(this.dead);
      const next = this.arrived.shift();
      if (next) return next;
      await new Promise<void>((resolve) => { this.wake = resolve; });
    }
  }

  /** From now on files of this worker for other sites are read over this port; without one, none are. */
  connect(worker: number, port: MessagePort | undefined): void {
    this.send({ type: "remote", worker }, port ? [port] : []);
  }

  private send(message: ToReading, ports: MessagePort[] = []): void {
    this.worker.postMessage(message, ports);
  }
}
