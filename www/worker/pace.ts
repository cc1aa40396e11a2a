// Long work in slices: messages are looked at in between, and every slice takes about the same time.

/** Time that a slice may take before messages are looked at. */
export const SLICE_MS = 120;

/** A task boundary without the pause that browsers put between timers. */
export function messagesFirst(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** How many pieces are asked for at once: as many as take half a slice, the same number for every thread. */
export class Pace {
  private size = 1;

  constructor(private readonly threads: () => number) {}

  /** Does pieces for the length of a slice; `work` does so many and says how many are left. */
  slice(work: (count: number) => number): number {
    const until = performance.now() + SLICE_MS;
    let left: number;
    do {
      const begun = performance.now();
      left = work(this.size);
      this.learn((performance.now() - begun) / this.size);
    } while (left > 0 && performance.now() < until);
    return left;
  }

  private learn(each: number): void {
    const wanted = Math.min(2 * this.size, SLICE_MS / 2 / Math.max(each, 0.01));
    const threads = this.threads();
    this.size = Math.max(1, wanted < threads ? Math.floor(wanted) : threads * Math.floor(wanted / threads));
  }
}
