// The page's side of the engine: owns the worker, starts it when it is first needed, and replaces it after a trap.

import { isRemote } from "./remote/files";
import type { RemoteWorker } from "./remote/web";
import type { Weights } from "./lab-protocol";
import type { Checkpoint, Comparison, DamageProgress, DamageWish, Dropped, EngineState, FitData, FromWorker, Options, ToWorker, WiringData, WiringSpec, Wishes } from "./protocol";
import { startWorker } from "./start-worker";

export interface EngineEvents {
  ready(state: EngineState): void;
  message(message: Exclude<FromWorker, { type: "ready" | "fit" | "wiring" | "weights" | "comparison" | "damage" }>): void;
}

/** Takes a comparison as it grows; null, and why, where there is none. */
export type TakeComparison = (data: Comparison | null, refused: string, final: boolean) => void;

/** A worker that has not answered a cancel within this time is ended. */
const CANCEL_GRACE_MS = 700;

export class EngineClient {
  private worker: Worker | null = null;
  private job = 0;
  private request = 0;
  private readonly fits = new Map<number, (data: FitData | null) => void>();
  private readonly wirings = new Map<number, (data: WiringData | null) => void>();
  private readonly weighed = new Map<number, (data: Weights | null) => void>();
  /** Who waits for the newest comparison. */
  private comparing: { request: number; take: TakeComparison } | null = null;
  /** The damage test under way. */
  private test: { request: number; tell: (progress: DamageProgress) => void } | null = null;
  /** How the files of this drop are to be read. */
  private wishes: Wishes = { wiring: null, stateDicts: {} };
  /** Those that hold again if the engine refuses the present ones. */
  private before = this.wishes;
  /** Every drop since the last that replaced what was there: a new worker gets them again. */
  private drops: Dropped[] = [];
  /** Checkpoints that the user left out: nothing is computed of them. */
  private hidden: string[] = [];
  private dead = false;
  /** The workers whose files on other sites are read, by their numbers. */
  private readonly remotes = new Map<number, RemoteWorker>();

  constructor(private readonly events: EngineEvents, private readonly threads: () => number | null) {}

  /** Starts the worker ahead of need. */
  start(): void {
    if (this.worker) return;
    const worker = startWorker("engine-worker.js");
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (worker === this.worker) this.take(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.worker) this.take({ type: "trap", text: event.message || "The worker did not start.", where: "" });
    };
    this.worker = worker;
    this.dead = false;
    this.send({ type: "start", threads: this.threads() });
    for (const remote of this.remotes.values()) this.connect(remote);
  }

  /** From now on, files on other sites that this worker knows are read over ports of it. */
  readRemote(remote: RemoteWorker): void {
    if (this.remotes.has(remote.id)) return;
    this.remotes.set(remote.id, remote);
    if (this.worker) this.connect(remote);
  }

  /** Ends the workers for other sites of whose files none is left. */
  private endRemotes(): void {
    const left = new Set(this.drops.flatMap(({ files }) => files).flatMap(({ file }) => (isRemote(file) ? [file.worker] : [])));
    for (const [id, remote] of this.remotes) {
      if (left.has(id)) continue;
      this.remotes.delete(id);
      this.send({ type: "remote", worker: id });
      remote.close();
    }
  }

  private connect(remote: RemoteWorker): void {
    this.send({ type: "remote", worker: remote.id }, [remote.port()]);
  }

  /** One drop. `add` joins it to what was loaded before; `done` are records to take back as they are. */
  run(drop: Dropped, options: Options, add: boolean, done: Checkpoint[] = [], selected: string | null = null): number {
    if (this.dead) this.end();
    const drops = drop.files.length ? [drop] : [];
    this.drops = add ? [...this.drops, ...drops] : drops;
    if (!add) {
      this.wishes = { wiring: null, stateDicts: {} };
      this.hidden = [];
      this.endRemotes();
    }
    return this.sendJob(drops, options, { add, done, join: add ? drop.join : null, selected, paused: false });
  }

  private sendJob(drops: Dropped[], options: Options, rest: Pick<Extract<ToWorker, { type: "job" }>, "add" | "done" | "join" | "selected" | "paused">): number {
    this.start();
    this.job += 1;
    this.send({ type: "job", job: this.job, drops, options, wishes: this.wishes, ...rest });
    return this.job;
  }

  /** Looks for checkpoints and reads none: `resume` does. Each drop by itself. */
  find(drops: Dropped[], options: Options): number {
    if (this.dead) this.end();
    this.drops = drops;
    this.wishes = { wiring: null, stateDicts: {} };
    this.hidden = [];
    return this.sendJob(drops, options, { add: false, done: [], join: null, selected: null, paused: true });
  }

  /** Reads those of these checkpoints that were found and not read. */
  resume(names: string[], selected: string | null): number {
    this.job += 1;
    this.send({ type: "resume", job: this.job, names, selected });
    return this.job;
  }

  hide(names: string[]): void {
    this.hidden = names;
    this.send({ type: "hide", names });
  }

  /** Another wiring for all checkpoints; null for the recognised one. */
  rewire(wiring: WiringSpec | null, selected: string | null): number {
    return this.wish({ ...this.wishes, wiring }, selected);
  }

  /** Another state dict of one checkpoint's file. */
  chooseStateDict(id: number, path: string, selected: string): number {
    return this.wish({ ...this.wishes, stateDicts: { ...this.wishes.stateDicts, [id]: path } }, selected);
  }

  private wish(wishes: Wishes, selected: string | null): number {
    this.before = this.wishes;
    this.wishes = wishes;
    if (this.dead) return this.job; // a new worker gets them
    this.job += 1;
    this.send({ type: "wishes", job: this.job, wishes, selected });
    return this.job;
  }

  /** The wiring of a checkpoint, or null where its files are not at hand. */
  wiring(name: string): Promise<WiringData | null> {
    return this.ask(this.wirings, (request) => ({ type: "wiring", request, name }));
  }

  /** The weights of a checkpoint, or null where its files are not at hand. */
  weights(name: string): Promise<Weights | null> {
    return this.ask(this.weighed, (request) => ({ type: "weights", request, name }));
  }

  /** The same checkpoints under other options. */
  change(options: Options, selected: string | null): number {
    if (this.dead) return this.job;
    this.job += 1;
    this.send({ type: "options", job: this.job, options, selected });
    return this.job;
  }

  select(name: string): void {
    if (this.worker) this.send({ type: "select", name });
  }

  /** Asks nicely; a worker deep in a computation is ended and `ended` is called, so that the page can bring back its results. */
  cancel(ended: () => void): void {
    const { job, worker } = this;
    if (!worker) return;
    this.send({ type: "cancel", job });
    const timer = setTimeout(() => {
      if (worker !== this.worker) return;
      this.end();
      ended();
    }, CANCEL_GRACE_MS);
    this.acknowledged = () => clearTimeout(timer);
  }

  private acknowledged: () => void = () => undefined;

  /** Ends the worker, whatever it is doing; what is asked for next starts another one. */
  close(): void {
    this.end();
  }

  /** A new worker with the same files; `done` is what the page kept. A paused one reads nothing else until it is told. */
  restart(options: Options, done: Checkpoint[], selected: string | null, paused = false): number {
    this.end();
    const job = this.sendJob(this.drops, options, { add: false, done, join: null, selected, paused });
    if (this.hidden.length) this.hide(this.hidden);
    return job;
  }

  /** The points behind one alpha, or null where the histograms are gone. */
  fit(name: string, sample: number, q: number): Promise<FitData | null> {
    return this.ask(this.fits, (request) => ({ type: "fit", request, name, sample, q }));
  }

  /** Compares two checkpoints, first without chance, then beside more and more shuffles. A newer one ends it. */
  compare(before: string, after: string, take: TakeComparison): void {
    if (!this.worker || this.dead) return take(null, "", true);
    this.comparing = { request: (this.request += 1), take };
    this.send({ type: "compare", request: this.request, before, after });
  }

  /** Starts a damage test, which ends the one before it; the answer stops it. */
  damage(name: string, wish: DamageWish, first: Checkpoint | null, tell: (progress: DamageProgress) => void): () => void {
    this.endTest("stopped");
    const request = (this.request += 1);
    if (!this.worker || this.dead) {
      tell(testEnd("failed"));
      return () => undefined;
    }
    this.test = { request, tell };
    this.send({ type: "damage", request, name, wish, first });
    return () => { if (this.test?.request === request) this.endTest("stopped"); };
  }

  private endTest(state: "stopped" | "failed"): void {
    const { test } = this;
    if (!test) return;
    this.test = null;
    this.send({ type: "stop-damage", request: test.request });
    test.tell(testEnd(state));
  }

  private ask<T>(waiting: Map<number, (data: T | null) => void>, message: (request: number) => ToWorker): Promise<T | null> {
    if (!this.worker) return Promise.resolve(null);
    const request = (this.request += 1);
    return new Promise((resolve) => {
      waiting.set(request, resolve);
      this.send(message(request));
    });
  }

  private take(data: FromWorker): void {
    switch (data.type) {
      case "ready": return this.events.ready(data);
      case "fit":
        this.fits.get(data.request)?.(data.data);
        this.fits.delete(data.request);
        return;
      case "comparison":
        if (this.comparing?.request === data.request) this.comparing.take(data.data, data.refused, data.final);
        return;
      case "wiring":
        this.wirings.get(data.request)?.(data.data);
        this.wirings.delete(data.request);
        return;
      case "weights":
        this.weighed.get(data.request)?.(data.data);
        this.weighed.delete(data.request);
        return;
      case "damage":
        if (data.request !== this.test?.request) return;
        this.test.tell(data.progress);
        if (!["reading", "shuffling"].includes(data.progress.state)) this.test = null;
        return;
      case "refused":
        if (data.job === this.job) this.wishes = this.before;
        return this.events.message(data);
      case "trap":
        this.dead = true;
        this.endTest("failed");
        return this.events.message(data);
      case "cancelled":
        this.acknowledged();
        return this.events.message(data);
      default:
        // What an older job still says is no longer asked for.
        if (data.job === this.job) this.events.message(data);
    }
  }

  private send(message: ToWorker, ports: MessagePort[] = []): void {
    this.worker?.postMessage(message, ports);
  }

  /** Ends the worker, and whatever it is at. */
  end(): void {
    this.worker?.terminate();
    this.worker = null;
    this.dead = false;
    this.comparing?.take(null, "", true);
    this.comparing = null;
    this.endTest("stopped");
    for (const waiting of [this.fits, this.wirings, this.weighed]) {
      for (const resolve of waiting.values()) resolve(null);
      waiting.clear();
    }
  }
}

/** What a damage test says last where the worker cannot: the rounds before it stay. */
function testEnd(state: "stopped" | "failed"): DamageProgress {
  const error = { code: "engine", text: "The engine stopped.", file: "", hint: "Run the test again." };
  return { document: null, round: 0, rounds: 0, state, error: state === "failed" ? error : null };
}
