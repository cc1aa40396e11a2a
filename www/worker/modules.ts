// The Wasm modules of the engine's worker. One that can do what a first analysis needs is loaded first; two with everything take
// its place when something else is asked for.

import type { Checkpoint, Comparison, Drop, FitData, Found, Options, Plan, WiringData, WiringSpec } from "../protocol";
import { loadWasm, startWasm, type WasmModule } from "../wasm-module";
import type { DamageEngine } from "./damage";
import type { RescalingEngine } from "./rescaled";

/** Reads headers; it answers in JSON. */
export interface Reader {
  addFile(path: string, file: Blob): number;
  recognise(): Json<Drop>;
  chooseStateDict(checkpoint: number, path: string): Json<Found>;
  network(checkpoint: number): Network;
}

export interface WholeReader extends Reader {
  wiring(checkpoint: number): Json<WiringData>;
  rewire(checkpoint: number, spec: Json<WiringSpec | null>): Json<Found>;
  network(checkpoint: number): Network & Uint8Array;
  /** A file elsewhere; `needs` and `provide` then say and take what is read of it. */
  addRemote(path: string, bytes: number, validator: string): number;
  needs(): Json<{ file: number; offset: number; length: number }[]>;
  /** Files that were added and not recognised are not looked at any more. */
  leave(): void;
  provide(file: number, offset: number, bytes: Uint8Array): void;
  cost(checkpoint: number, options: Json<Options>): Json<{ bytes: number; requests: number }>;
}

/** What a reader tells the engine that came with it. */
type Network = object;

/** The text of a value. */
type Json<T> = string & { of?: T };

export function parsed<T>(text: Json<T>): T {
  return JSON.parse(text) as T;
}

/** Computes; it never sees a file. */
export interface Engine {
  load(checkpoint: number, network: Network): void;
  plan(checkpoint: number, options: object): Plan;
  feed(bytes: Uint8Array): void;
  finish(): Checkpoint;
  redo(checkpoint: number, options: object): Checkpoint | null;
  nullSamples(checkpoint: number, count: number): number;
  fit(checkpoint: number, sample: number, q: number): FitData;
  record(checkpoint: number): Checkpoint | null;
  document: DamageEngine["document"];
  forget(checkpoint: number): void;
}

export interface WholeEngine extends Engine, RescalingEngine, DamageEngine {
  bootstrap(checkpoint: number): boolean;
  compare(before: number, after: number, top: number, pairs: number): Comparison | null;
  endDamage(): void;
}

type Loaded = WasmModule<{ memory: WebAssembly.Memory }>;

export interface ReaderModule<R> extends Loaded { Reader: new () => R }

interface PooledModule extends Loaded { initThreadPool?(n: number): Promise<unknown> }

interface EngineModule<E> extends PooledModule { Engine: new () => E }

/** A module that runs. */
interface Started {
  flavour: "threads" | "single";
  threads: number;
  /** Its length never shrinks, so it tells the most that was in use. */
  memory: WebAssembly.Memory;
  /** The largest that it may have, in MB; null where nobody asked. */
  most: number | null;
  /** Ends its threads; nothing of it may be used any more. */
  end(): void;
}

/** A reader and the engine that takes what it says. */
export interface Pair<R extends Reader, E extends Engine> extends Started { reader: R; engine: E }

const POOL_TIMEOUT_MS = 5000;
/** Pages of 64 KiB that the shared memory begins with: no fewer than the module declares. */
const FIRST_PAGES = 128;
/** Largest shared memories, in pages, tried in turn: phones refuse to reserve large ones. */
const MOST_PAGES = [65536, 32768, 16384, 8192, 4096];

export const isolated = self.crossOriginIsolated === true && typeof SharedArrayBuffer === "function";

/** What a first analysis needs, in one module. */
export async function startFirst(threads: number): Promise<Pair<Reader, Engine>> {
  const { module, ...state } = await start<ReaderModule<Reader> & EngineModule<Engine>>("first", threads);
  return { ...state, reader: new module.Reader(), engine: new module.Engine() };
}

/** The engine of everything, for a reader of everything that is on its way. */
export async function startWhole(threads: number, reader: Promise<WholeReader>): Promise<Pair<WholeReader, WholeEngine>> {
  const { module, ...state } = await start<EngineModule<WholeEngine>>("engine", threads);
  try {
    return { ...state, reader: await reader, engine: new module.Engine() };
  } catch (error) {
    state.end();
    throw error;
  }
}

/** The reader of everything. */
export async function startReader(): Promise<WholeReader> {
  return new (await startReaderModule()).Reader();
}

/** Its module, which also knows where checkpoints lie on the web. */
export async function startReaderModule<M extends ReaderModule<WholeReader>>(): Promise<M> {
  const module = await loadWasm<M>("reader");
  await startWasm(module, "reader");
  return module;
}

async function start<M extends PooledModule>(name: string, threads: number): Promise<Started & { module: M }> {
  return (isolated && threads > 1 && await startThreads<M>(name, threads)) || await startSingle(name);
}

async function startThreads<M extends PooledModule>(kind: string, threads: number): Promise<Started & { module: M } | null> {
  const workers: Worker[] = [];
  const end = (): void => workers.forEach((worker) => worker.terminate());
  try {
    const name = `${kind}-threads`;
    const module = await loadWasm<M>(name);
    const shared = sharedMemory();
    if (!shared) return null;
    await startWasm(module, name, shared.memory);
    if (!module.initThreadPool) return null;
    // The pool waits for ever where its workers may not start.
    const pool = noting(workers, () => module.initThreadPool!(threads)).then(() => true);
    const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), POOL_TIMEOUT_MS));
    if (!await Promise.race([pool, late])) return null;
    return { module, flavour: "threads", threads, memory: shared.memory, most: shared.most / 16, end };
  } catch {
    return null; // memory or workers refused: one thread gives the same numbers
  }
}

/** Notes the workers that are started meanwhile: nobody else tells of those of a pool, and they wait for work for ever. */
async function noting<T>(workers: Worker[], work: () => Promise<T>): Promise<T> {
  const { Worker } = self;
  self.Worker = class extends Worker {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      workers.push(this);
    }
  };
  try {
    return await work();
  } finally {
    self.Worker = Worker;
  }
}

/** The largest shared memory that the browser reserves. */
function sharedMemory(): { memory: WebAssembly.Memory; most: number } | null {
  for (const most of MOST_PAGES) {
    try {
      return { memory: new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: most, shared: true }), most };
    } catch {
      // The next one is half as large.
    }
  }
  return null;
}

async function startSingle<M extends PooledModule>(kind: string): Promise<Started & { module: M }> {
  const name = `${kind}-single`;
  const module = await loadWasm<M>(name);
  const { memory } = await startWasm(module, name);
  return { module, flavour: "single", threads: 1, memory, most: null, end: () => undefined };
}
