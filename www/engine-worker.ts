// The dedicated worker that owns the engine: picks a flavour, reads files, computes null models between messages.

import type { Checkpoint, Drop, EngineError, EngineState, FitData, Found, FromWorker, NullProgress, Options, Plan, ResultDocument, ToWorker, WiringData, WiringSpec, Wishes } from "./protocol";

/** Reads headers; a module of its own, which answers in JSON. */
interface Reader {
  addFile(path: string, file: Blob): number;
  recognise(): Json<Drop>;
  chooseStateDict(checkpoint: number, path: string): Json<Found>;
  wiring(checkpoint: number): Json<WiringData>;
  rewire(checkpoint: number, spec: Json<WiringSpec | null>): Json<Found>;
  network(checkpoint: number): Uint8Array;
}

/** The text of a value. */
type Json<T> = string & { of?: T };

function parsed<T>(text: Json<T>): T {
  return JSON.parse(text) as T;
}

/** Computes; it never sees a file. */
interface Engine {
  load(checkpoint: number, network: Uint8Array): void;
  plan(checkpoint: number, options: object): Plan;
  feed(bytes: Uint8Array): void;
  finish(): Checkpoint;
  redo(checkpoint: number, options: object): Checkpoint | null;
  nullSamples(checkpoint: number, count: number): number;
  fit(checkpoint: number, sample: number, q: number): FitData;
  record(checkpoint: number): Checkpoint | null;
  document(records: Checkpoint[], options: object): ResultDocument;
  forget(checkpoint: number): void;
}

interface WasmModule {
  default(options?: object): Promise<{ memory: WebAssembly.Memory }>;
}

interface ReaderModule extends WasmModule { Reader: new () => Reader }

interface EngineModule extends WasmModule {
  initThreadPool?(n: number): Promise<unknown>;
  Engine: new () => Engine;
}

/** One checkpoint that this worker knows. */
interface Entry {
  /** The engine's number; of a checkpoint without files, none. */
  id: number;
  record: Checkpoint;
  found: Found | null;
  /** Without histograms: taken back after a restart, or from a result file. */
  restored: boolean;
  name: string;
  step: number | null;
  /** Null samples still missing; null before the engine was asked. */
  missing: number | null;
  /** Set where null samples cannot be had, so that the rest is not held up. */
  nullsRefused: boolean;
}

const POOL_TIMEOUT_MS = 5000;
/** Slices that are asked for ahead: as many as fit these bytes, and no more than so many small ones. */
const BYTES_IN_FLIGHT = 12e6;
const READS_IN_FLIGHT = 24;
const LEAST_READS_IN_FLIGHT = 2;
/** Progress is told no more often. */
const PROGRESS_MS = 50;
/** Pages of 64 KiB that the shared memory begins with: no fewer than the module declares. */
const FIRST_PAGES = 128;
/** Largest shared memories, in pages, tried in turn: phones refuse to reserve large ones. */
const MOST_PAGES = [65536, 32768, 16384, 8192, 4096];
/** Time that a batch of null samples may take before messages are looked at. */
const BATCH_MS = 120;

let reader: Reader;
let engine: Engine;
/** That of the engine: its length never shrinks, so it tells the most that was in use. */
let memory: WebAssembly.Memory;
let files: { path: string; file: File }[] = [];
let entries: Entry[] = [];
let options: Options;
let wishes: Wishes = { wiring: null, stateDicts: {} };
let job = 0;
let cancelled = -1;
let selected: string | null = null;
let where = "";
let busy = Promise.resolve();

const post = (message: FromWorker): void => self.postMessage(message);

self.onmessage = ({ data }: MessageEvent<ToWorker>): void => {
  switch (data.type) {
    case "select": selected = data.name; return;
    case "cancel": cancelled = Math.max(cancelled, data.job); return;
    case "start": return queue(() => start(data.threads));
    case "job":
      // A newer drop ends what is under way; the queue then comes to it.
      cancelled = Math.max(cancelled, data.job - 1);
      return queue(() => runJob(data));
    case "options":
      cancelled = Math.max(cancelled, data.job - 1);
      return queue(() => changeOptions(data.job, data.options, data.selected));
    case "wishes":
      cancelled = Math.max(cancelled, data.job - 1);
      return queue(() => changeWishes(data.job, data.wishes, data.selected));
    case "wiring": return queue(async () => {
      const entry = entries.find((e) => e.name === data.name);
      post({ type: "wiring", request: data.request, data: entry?.found ? parsed(reader.wiring(entry.found.id)) : null });
    });
    case "fit": return queue(async () => {
      const entry = entries.find((e) => e.name === data.name);
      let found: FitData | null = null;
      try {
        if (entry && !entry.restored) found = engine.fit(entry.id, data.sample, data.q);
      } catch (error) {
        if (isTrap(error)) throw error; // the histograms are gone: the document's own points remain
      }
      post({ type: "fit", request: data.request, data: found });
    });
  }
};

/** One thing at a time; the null models run in slices that queue themselves again. */
function queue(work: () => Promise<void>): void {
  busy = busy.then(work).catch((error: unknown) => {
    post({ type: "trap", text: error instanceof Error ? error.message : String(error), where });
  });
}

// ---- start ----

async function start(wanted: number | null): Promise<void> {
  where = "starting";
  const isolated = self.crossOriginIsolated === true && typeof SharedArrayBuffer === "function";
  const threads = Math.max(1, Math.min(wanted ?? Math.min(navigator.hardwareConcurrency || 1, 16), 64));
  const reading = load<ReaderModule>("reader.js").then(async (module) => {
    await module.default();
    return new module.Reader();
  });
  const state = (isolated && threads > 1 && await startThreads(threads)) || await startSingle();
  reader = await reading;
  engine = state.engine;
  where = "";
  post({ type: "ready", flavour: state.flavour, threads: state.threads, isolated, memory: state.memory });
}

type Started = Omit<EngineState, "isolated"> & { engine: Engine };

async function startThreads(threads: number): Promise<Started | null> {
  try {
    const module = await load<EngineModule>("engine-threads.js");
    const shared = sharedMemory();
    if (!shared) return null;
    await module.default({ memory: shared.memory });
    if (!module.initThreadPool) return null;
    // The pool waits for ever where its workers may not start.
    const pool = module.initThreadPool(threads).then(() => true);
    const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), POOL_TIMEOUT_MS));
    if (!await Promise.race([pool, late])) return null;
    memory = shared.memory;
    return { engine: new module.Engine(), flavour: "threads", threads, memory: shared.most / 16 };
  } catch {
    return null; // memory or workers refused: one thread gives the same numbers
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

async function startSingle(): Promise<Started> {
  const module = await load<EngineModule>("engine-single.js");
  memory = (await module.default()).memory;
  return { engine: new module.Engine(), flavour: "single", threads: 1, memory: null };
}

async function load<M extends WasmModule>(name: string): Promise<M> {
  return await import(new URL(`../wasm/${name}`, import.meta.url).href) as M;
}

// ---- reading ----

async function runJob(data: Extract<ToWorker, { type: "job" }>): Promise<void> {
  if (data.job <= cancelled) return cancelledNow(data.job);
  job = data.job;
  options = data.options;
  selected = data.selected;
  wishes = data.wishes;
  if (!data.add) {
    for (const entry of entries) engine.forget(entry.id);
    entries = [];
  }
  for (const input of data.files) {
    // Indices of the reader count every file that it was ever given.
    files[reader.addFile(input.path, input.file)] = input;
  }
  where = "reading the headers";
  const drop = data.files.length ? parsed(reader.recognise()) : { checkpoints: [], skipped: [], errors: [] };
  drop.checkpoints = drop.checkpoints.flatMap((found) => {
    try {
      return [wished(found)];
    } catch (error) {
      if (isTrap(error)) throw error;
      drop.errors.push(asError(error, found));
      return [];
    }
  });
  for (const record of data.done) {
    const again = drop.checkpoints.find((f) => f.name === record.name && sameFiles(f, record));
    entries.push(entryOf(record, again ?? null, true));
  }
  const todo = drop.checkpoints.filter((f) => !data.done.some((r) => r.name === f.name && sameFiles(f, r)));
  post({ type: "found", job, drop });
  for (const error of drop.errors) post({ type: "failed", job, id: null, error });
  for (const found of todo) {
    if (cancelled >= data.job) break;
    await readOne(found, data.job);
  }
  await finishJob(data.job);
}

/** Reads the state dict and the wiring that the user asked for. */
function wished(found: Found): Found {
  const path = wishes.stateDicts[found.name];
  const chosen = path === undefined ? found : parsed(reader.chooseStateDict(found.id, path));
  return wishes.wiring ? parsed(reader.rewire(chosen.id, JSON.stringify(wishes.wiring))) : chosen;
}

/** Other state dicts or another wiring: the files are read again. */
async function changeWishes(newJob: number, next: Wishes, name: string | null): Promise<void> {
  const unwired = wishes.wiring !== null && next.wiring === null;
  job = newJob;
  selected = name;
  wishes = next;
  for (const { found } of order()) {
    if (!found) continue;
    if (cancelled >= newJob) break;
    try {
      where = `reading ${found.name}`;
      const again = wished(unwired ? parsed(reader.rewire(found.id, "null")) : found);
      post({ type: "refound", job: newJob, found: again });
      await readOne(again, newJob);
    } catch (error) {
      if (isTrap(error)) throw error;
      post({ type: "failed", job: newJob, id: found.id, error: asError(error, found) });
    }
  }
  await finishJob(newJob);
}

function sameFiles(found: Found, record: Checkpoint): boolean {
  const key = (list: { name: string; bytes: number }[]): string => list.map((f) => `${f.name}:${f.bytes}`).sort().join();
  return key(found.files) === key(record.files);
}

function entryOf(record: Checkpoint, found: Found | null, restored: boolean): Entry {
  return { id: found?.id ?? -1, record, found, restored, name: record.name, step: record.step, missing: null, nullsRefused: false };
}

/** Reads one checkpoint; what it was before, if anything, is replaced only when this succeeds. */
async function readOne(found: Found, ofJob: number): Promise<void> {
  try {
    where = `reading ${found.name}`;
    const record = await readInto(found, ofJob);
    if (!record) return;
    entries = entries.filter((e) => e.id !== found.id);
    entries.push(entryOf(record, found, false));
    post({ type: "checkpoint", job: ofJob, id: found.id, name: found.name });
    postDocument(ofJob, false);
  } catch (error) {
    if (isTrap(error)) throw error;
    post({ type: "failed", job: ofJob, id: found.id, error: asError(error, found) });
  }
}

/** Feeds the engine; `quiet` says nothing and cannot be cancelled. Null when it was cancelled midway. */
async function readInto(found: Found, ofJob: number, quiet = false): Promise<Checkpoint | null> {
  engine.load(found.id, reader.network(found.id));
  const plan = engine.plan(found.id, options);
  const pending: Promise<ArrayBuffer>[] = [];
  let next = 0;
  let inFlight = 0;
  const ask = (): void => {
    for (let read = plan.reads[next]; read; read = plan.reads[next]) {
      const room = pending.length < READS_IN_FLIGHT && inFlight + read.length <= BYTES_IN_FLIGHT;
      if (!room && pending.length >= LEAST_READS_IN_FLIGHT) return;
      const answer = files[read.file]!.file.slice(read.offset, read.offset + read.length).arrayBuffer();
      answer.catch(() => undefined); // looked at when its turn comes
      pending.push(answer);
      inFlight += read.length;
      next += 1;
    }
  };
  ask();
  let bytes = 0;
  let told = 0;
  for (const read of plan.reads) {
    const buffer = await pending.shift()!;
    inFlight -= read.length;
    ask();
    if (!quiet && cancelled >= ofJob) return null;
    where = `reading ${read.label || found.name}`;
    engine.feed(new Uint8Array(buffer));
    bytes += read.length;
    const now = performance.now();
    if (quiet || (now - told < PROGRESS_MS && bytes < plan.bytes)) continue;
    told = now;
    post({ type: "reading", job: ofJob, id: found.id, name: found.name, bytes, of: plan.bytes, label: read.label });
  }
  return engine.finish();
}

function order(): Entry[] {
  return entries.every((e) => e.step !== null) ? [...entries].sort((a, b) => a.step! - b.step!) : entries;
}

function postDocument(ofJob: number, final: boolean): void {
  if (!order().length) return;
  const document = engine.document(order().map((e) => e.record), options);
  post({ type: "document", job: ofJob, document, nulls: progress(null), final, memory: memory.buffer.byteLength });
}

/** After the last checkpoint: the document, then the null models, then the document that is complete. */
async function finishJob(ofJob: number): Promise<void> {
  where = "";
  const stopped = cancelled >= ofJob;
  if (stopped) cancelledNow(ofJob);
  if (!order().length) return;
  const waiting = waitingForNulls();
  postDocument(ofJob, waiting.length === 0 && !stopped);
  if (waiting.length) queue(() => nullSlice(ofJob, stopped));
}

function cancelledNow(ofJob: number): void {
  post({ type: "cancelled", job: ofJob });
}

// ---- null models ----

function waitingForNulls(): Entry[] {
  const wanted = (e: Entry): boolean => !e.nullsRefused && !(e.restored && !e.found)
    && e.missing !== 0;
  return options.null.length ? order().filter(wanted) : [];
}

function progress(current: Entry | null): NullProgress {
  const of = options.null.length * options.null_samples;
  return { waiting: waitingForNulls().map((e) => e.name), current: current?.name ?? null, done: current ? of - (current.missing ?? of) : 0, of };
}

/** Some samples of the checkpoint whose turn it is: the selected one first. Then messages, then the next slice. */
async function nullSlice(ofJob: number, keptAfterCancel: boolean): Promise<void> {
  // A newer job or other options end this chain; a mere cancel of the reading does not.
  if (job !== ofJob || (!keptAfterCancel && cancelled >= ofJob)) return;
  const waiting = waitingForNulls();
  const entry = waiting.find((e) => e.name === selected) ?? waiting[waiting.length - 1];
  if (!entry) return postDocument(ofJob, !keptAfterCancel);
  where = `computing the shuffles of ${entry.name}`;
  try {
    if (entry.restored) await bringBack(entry, ofJob);
    const until = performance.now() + BATCH_MS;
    for (let size = 1; entry.missing !== 0 && performance.now() < until; size = Math.min(8, size * 2)) {
      entry.missing = engine.nullSamples(entry.id, size);
    }
  } catch (error) {
    if (isTrap(error)) throw error;
    entry.nullsRefused = true;
    post({ type: "failed", job: ofJob, id: null, error: asError(error, entry.found) });
  }
  where = "";
  if (!entry.restored) entry.record = engine.record(entry.id) ?? entry.record;
  if (!waitingForNulls().includes(entry)) postDocument(ofJob, waitingForNulls().length === 0 && !keptAfterCancel);
  else post({ type: "nulls", job: ofJob, nulls: progress(entry) });
  if (waitingForNulls().length === 0) return;
  // A real task boundary: select, cancel and fit are taken in between.
  await new Promise((resolve) => setTimeout(resolve, 0));
  queue(() => nullSlice(ofJob, keptAfterCancel));
}

/** Reads a checkpoint again whose record survived a restart but whose histograms did not. */
async function bringBack(entry: Entry, ofJob: number): Promise<void> {
  if (entry.found && await readInto(entry.found, ofJob, true)) entry.restored = false;
}

// ---- options ----

async function changeOptions(newJob: number, next: Options, name: string | null): Promise<void> {
  job = newJob;
  options = next;
  selected = name;
  const list = order();
  for (const entry of list) {
    if (cancelled >= newJob) break;
    if (entry.restored && !entry.found) continue;
    entry.missing = null;
    entry.nullsRefused = false;
    try {
      where = `reading ${entry.name}`;
      const kept = entry.restored ? null : engine.redo(entry.id, options);
      if (kept) entry.record = kept;
      if (kept) post({ type: "checkpoint", job: newJob, id: entry.id, name: entry.name });
      else if (entry.found) await readOne(entry.found, newJob);
    } catch (error) {
      if (isTrap(error)) throw error;
      post({ type: "failed", job: newJob, id: entry.found?.id ?? null, error: asError(error, entry.found) });
    }
  }
  await finishJob(newJob);
}

// ---- errors ----

/** A Wasm trap poisons the module: the page must start a new worker. */
function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}

function asError(error: unknown, found: Found | null): EngineError {
  const file = found?.files[0]?.name ?? found?.name ?? "";
  const given = error as Partial<EngineError> & { message?: string; name?: string };
  // Browsers say so when a file was changed, moved or deleted after it was chosen.
  if (given?.name === "NotReadableError" || given?.name === "NotFoundError" || given?.name === "SecurityError") {
    return { code: "file-changed", file, text: "", hint: "" };
  }
  return { code: given?.code ?? "engine", text: given?.text ?? given?.message ?? String(error), file: given?.file || file, hint: given?.hint ?? "" };
}
