// The dedicated worker that owns the engine: picks a flavour, feeds it what another worker reads of files, computes null
// models between messages.

import type { Checkpoint, Damage, DamageProgress, Drop, EngineError, EngineState, FitData, Found, FromWorker, InputFile, NullProgress, Options, Plan, ResultDocument, ToWorker, WiringData, WiringSpec, Wishes } from "./protocol";
import { Reading } from "./reading";

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
  damageRounds(kind: string, amount: number, rounds: number, seed: number): Damage[];
  planDamaged(checkpoint: number, options: object, damage: Damage): Plan;
  damagedNullSamples(count: number): number;
  damagedRecord(): Checkpoint | null;
  endDamage(): void;
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
  /** What the record was computed with; see `current`. */
  reading: string;
  options: string;
}

const POOL_TIMEOUT_MS = 5000;
/** Progress is told no more often: drawing it takes time from the engine where there are few processors. */
const PROGRESS_MS = 250;
/** Pages of 64 KiB that the shared memory begins with: no fewer than the module declares. */
const FIRST_PAGES = 128;
/** Largest shared memories, in pages, tried in turn: phones refuse to reserve large ones. */
const MOST_PAGES = [65536, 32768, 16384, 8192, 4096];
/** Time that a batch of null samples may take before messages are looked at. */
const BATCH_MS = 120;

let reader: Reader;
const reading = new Reading();
let engine: Engine;
/** That of the engine: its length never shrinks, so it tells the most that was in use. */
let memory: WebAssembly.Memory;
let files: { path: string; file: File }[] = [];
let entries: Entry[] = [];
let options: Options;
let wishes: Wishes = { wiring: null, stateDicts: {} };
let job = 0;
/** The newest job that was asked for; the queue may not have come to it. */
let latest = 0;
let cancelled = -1;
/** The newest damage test that is to stop. */
let stopped = -1;
let selected: string | null = null;
let where = "";
let busy = Promise.resolve();

const post = (message: FromWorker): void => self.postMessage(message);

self.onmessage = ({ data }: MessageEvent<ToWorker>): void => {
  if ("job" in data) latest = Math.max(latest, data.job);
  switch (data.type) {
    case "select": selected = data.name; return;
    case "cancel": cancelled = Math.max(cancelled, data.job); return;
    case "stop-damage": stopped = Math.max(stopped, data.request); return;
    case "damage": return queue(() => damageTest(data));
    case "start": return queue(() => start(data.threads));
    case "job":
      // A newer drop ends what is under way; the queue then comes to it.
      cancelled = Math.max(cancelled, data.job - 1);
      return queue(() => runJob(data));
    case "options":
      cancelled = Math.max(cancelled, data.job - 1);
      return queue(() => change(data));
    case "wishes":
      cancelled = Math.max(cancelled, data.job - 1);
      return queue(() => change(data));
    case "wiring": return queue(async () => {
      const entry = entries.find((e) => e.name === data.name);
      let found: WiringData | null = null;
      try {
        if (entry?.found) found = parsed(reader.wiring(entry.found.id));
      } catch (error) {
        if (isTrap(error)) throw error; // the editor stays closed
      }
      post({ type: "wiring", request: data.request, data: found });
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
  where = "reading the headers";
  const drop: Drop = { checkpoints: [], skipped: [], errors: [] };
  // Each drop by itself, as it was when it came: files of two drops are no forms or parts of one model.
  for (const input of data.drops) {
    const part = recognised(input);
    drop.checkpoints.push(...part.checkpoints);
    drop.skipped.push(...part.skipped);
    drop.errors.push(...part.errors);
  }
  const todo = [...drop.checkpoints];
  for (const record of data.done) {
    const at = todo.findIndex((found) => found.name === record.name && sameFiles(found, record));
    const [again] = at < 0 ? [null] : todo.splice(at, 1);
    entries.push(entryOf(record, again ?? null, true));
  }
  post({ type: "found", job, drop });
  for (const error of drop.errors) post({ type: "failed", job, id: null, error });
  for (const found of todo) {
    if (cancelled >= data.job) break;
    await readOne(found, data.job);
  }
  // What an earlier job was kept from doing.
  await update(data.job);
  await finishJob(data.job);
}

/** The checkpoints of one drop, wired as the user wants. */
function recognised(input: InputFile[]): Drop {
  // Indices of the reader count every file that it was ever given.
  for (const file of input) files[reader.addFile(file.path, file.file)] = file;
  const drop = parsed(reader.recognise());
  drop.checkpoints = drop.checkpoints.flatMap((found) => {
    try {
      return [wished(found)];
    } catch (error) {
      if (isTrap(error)) throw error;
      drop.errors.push(asError(error, found));
      return [];
    }
  });
  return drop;
}

/** Reads the state dict and the wiring that the user asked for. */
function wished(found: Found): Found {
  const path = wishes.stateDicts[found.id] ?? found.state_dicts.find((set) => set.chosen)?.path;
  const chosen = path === undefined ? found : parsed(reader.chooseStateDict(found.id, path));
  return parsed(reader.rewire(chosen.id, JSON.stringify(wishes.wiring)));
}

/** Other options, state dicts or wirings. */
async function change(data: Extract<ToWorker, { type: "options" | "wishes" }>): Promise<void> {
  job = data.job;
  selected = data.selected;
  if (data.type === "options") options = data.options;
  else if (!granted(data.wishes, data.job)) return;
  await update(data.job);
  await finishJob(data.job);
}

/** Whether every checkpoint can be read as the user wishes; if not, all stay as they were. */
function granted(next: Wishes, ofJob: number): boolean {
  const before = wishes;
  wishes = next;
  const held = order().filter((entry) => entry.found);
  try {
    const founds = held.map((entry) => wished(entry.found!));
    held.forEach((entry, i) => { entry.found = founds[i]!; });
    return true;
  } catch (error) {
    if (isTrap(error)) throw error;
    wishes = before;
    for (const entry of held) wished(entry.found!);
    post({ type: "refused", job: ofJob });
    post({ type: "failed", job: ofJob, id: null, error: asError(error, held[0]?.found ?? null) });
    return false;
  }
}

/** What a record depends on: how its files are read, and the options. */
function wanted(id: number): Pick<Entry, "reading" | "options"> {
  return { reading: JSON.stringify([wishes.wiring, wishes.stateDicts[id] ?? null]), options: JSON.stringify(options) };
}

/** Whether the record is what the present options and wishes give. */
function current(entry: Entry): boolean {
  const now = wanted(entry.id);
  return entry.reading === now.reading && entry.options === now.options;
}

/** Brings every record up to date: from histograms where they suffice, else from the files. */
async function update(ofJob: number): Promise<void> {
  const again = order().filter((entry) => !current(entry) && !redone(entry, ofJob));
  const found = again.flatMap((entry) => entry.found ?? []);
  if (found.length && cancelled < ofJob) post({ type: "rereading", job: ofJob, checkpoints: found });
  for (const entry of again) {
    if (cancelled >= ofJob) return;
    await readAgain(entry, ofJob);
  }
}

/** Whether the kept histograms were enough. */
function redone(entry: Entry, ofJob: number): boolean {
  if (entry.restored || entry.reading !== wanted(entry.id).reading) return false;
  try {
    const record = engine.redo(entry.id, options);
    if (!record) return false;
    Object.assign(entry, { record, missing: null, nullsRefused: false }, wanted(entry.id));
    post({ type: "checkpoint", job: ofJob, id: entry.id, name: entry.name });
    return true;
  } catch (error) {
    if (isTrap(error)) throw error;
    if ((error as Partial<EngineError>)?.code !== "bad-layers") return false; // reading it again says what is wrong
    // It has no such layers, and its histograms serve another choice.
    post({ type: "failed", job: ofJob, id: entry.id, error: asError(error, entry.found) });
    return true;
  }
}

async function readAgain(entry: Entry, ofJob: number): Promise<void> {
  if (!entry.found) {
    const error: EngineError = { code: "no-weights", text: "", file: entry.name, hint: "" };
    entries = entries.filter((e) => e !== entry);
    return post({ type: "failed", job: ofJob, id: null, error });
  }
  try {
    where = `reading ${entry.name}`;
    post({ type: "refound", job: ofJob, found: entry.found });
    await readOne(entry.found, ofJob);
  } catch (error) {
    if (isTrap(error)) throw error;
    post({ type: "failed", job: ofJob, id: entry.id, error: asError(error, entry.found) });
  }
}

function sameFiles(found: Found, record: Checkpoint): boolean {
  const key = (list: { identity: string }[]): string => list.map((file) => file.identity).sort().join();
  return key(found.files) === key(record.files);
}

function entryOf(record: Checkpoint, found: Found | null, restored: boolean): Entry {
  const id = found?.id ?? -1;
  return { id, record, found, restored, name: record.name, step: record.step, missing: null, nullsRefused: false, ...wanted(id) };
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

/** Feeds the engine; `quiet` says nothing and is ended by a newer job only. Null when it was ended midway. */
async function readInto(found: Found, ofJob: number, quiet = false): Promise<Checkpoint | null> {
  // Whatever the engine still has of it is gone from here on.
  for (const entry of entries) if (entry.id === found.id) entry.restored = true;
  engine.load(found.id, reader.network(found.id));
  const plan = engine.plan(found.id, options);
  const slices = plan.reads.map(({ file, offset, length }) => ({ file: files[file]!.file, offset, length }));
  let at = 0;
  let bytes = 0;
  let told = 0;
  for await (const part of reading.read(slices)) {
    if (quiet ? latest > ofJob : cancelled >= ofJob) return null;
    const { label } = plan.reads[at]!;
    where = `reading ${label || found.name}`;
    engine.feed(part);
    at += 1;
    bytes += part.length;
    const now = performance.now();
    if (quiet || (now - told < PROGRESS_MS && bytes < plan.bytes)) continue;
    told = now;
    post({ type: "reading", job: ofJob, id: found.id, name: found.name, bytes, of: plan.bytes, label });
  }
  return engine.finish();
}

function order(): Entry[] {
  return entries.every((e) => e.step !== null) ? [...entries].sort((a, b) => a.step! - b.step!) : entries;
}

/** The document of all records that are up to date: it states one set of options. */
function postDocument(ofJob: number, final: boolean): void {
  const records = order().filter(current).map((e) => e.record);
  if (!records.length) return;
  const document = engine.document(records, options);
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
  const waits = (e: Entry): boolean => current(e) && !e.nullsRefused && !(e.restored && !e.found) && e.missing !== 0;
  return options.null.length ? order().filter(waits) : [];
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
    if (entry.restored) return; // a newer job goes on from here
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

// ---- damage ----

/** Round after round: the weights are read again, damaged and analysed, then shuffled. Nothing else of the checkpoint changes. */
async function damageTest({ request, name, wish, first }: Extract<ToWorker, { type: "damage" }>): Promise<void> {
  const asked = latest;
  const over = (): boolean => stopped >= request || latest !== asked;
  const entry = entries.find((e) => e.name === name);
  let progress: DamageProgress = { document: null, round: 0, rounds: wish.rounds, state: "reading", error: null };
  const tell = (change: Partial<DamageProgress>): void => {
    progress = { ...progress, ...change };
    post({ type: "damage", request, progress });
  };
  try {
    if (!entry?.found) return tell({ state: "failed", error: { code: "no-weights", text: "", file: name, hint: "" } });
    // After a restart the engine knows nothing of it.
    if (entry.restored) engine.load(entry.id, reader.network(entry.id));
    const wanted: Options = { ...options, null: options.null.includes("shuffle") ? options.null : [...options.null, "shuffle"] };
    const records = first ? [first] : [];
    for (const damage of engine.damageRounds(wish.kind, wish.amount, wish.rounds, wish.seed)) {
      where = `damaging ${name}`;
      tell({ round: damage.round, state: "reading" });
      if (!await damagedRound(entry.id, wanted, damage, over, () => tell({ state: "shuffling" }))) return tell({ state: "stopped" });
      records.push(engine.damagedRecord()!);
      tell({ document: engine.document(records, wanted) });
    }
    tell({ state: "done" });
  } catch (error) {
    if (isTrap(error)) throw error;
    tell({ state: "failed", error: asError(error, entry?.found ?? null) });
  } finally {
    where = "";
    engine.endDamage();
  }
}

/** One round with its shuffles; false where the test was stopped. */
async function damagedRound(id: number, wanted: Options, damage: Damage, over: () => boolean, shuffling: () => void): Promise<boolean> {
  const plan = engine.planDamaged(id, wanted, damage);
  const slices = plan.reads.map(({ file, offset, length }) => ({ file: files[file]!.file, offset, length }));
  for await (const part of reading.read(slices)) {
    if (over()) return false;
    engine.feed(part);
  }
  engine.finish();
  shuffling();
  for (let missing = engine.damagedNullSamples(0); missing > 0;) {
    const until = performance.now() + BATCH_MS;
    for (let size = 1; missing > 0 && performance.now() < until; size = Math.min(8, size * 2)) missing = engine.damagedNullSamples(size);
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (over()) return false;
  }
  return true;
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
