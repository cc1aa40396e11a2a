// The dedicated worker that owns the engine: picks a flavour, feeds it what another worker reads of files, computes null
// models between messages.

import type { Checkpoint, Comparison, Drop, Dropped, EngineError, FitData, Found, FromWorker, InputFile, NullProgress, Options, ToWorker, WiringData, Wishes } from "./protocol";
import { Reading } from "./reading";
import type { Slice } from "./reading-worker";
import { isRemote } from "./remote/files";
import { recognised as recognisedElsewhere, withBytes } from "./remote/headers";
import { damageTest } from "./worker/damage";
import { isolated, parsed, startFirst, startReader, startWhole, type Engine, type Pair, type Reader, type WholeEngine, type WholeReader } from "./worker/modules";
import { messagesFirst, Pace, SLICE_MS } from "./worker/pace";
import { addRescaled, firstOf, rescaledNull, type RescaledNull } from "./worker/rescaled";

/** One checkpoint that this worker knows. */
interface Entry {
  /** The engine's number; of a checkpoint without files, none. */
  id: number;
  record: Checkpoint;
  found: Found | null;
  /** Without histograms: taken back after a restart, or from a result file. */
  restored: boolean;
  name: string;
  /** Its name before it was told apart from others, and its series. */
  given: string;
  series: string | null;
  /** Null samples still missing; null before the engine was asked. */
  missing: number | null;
  /** Set where null samples cannot be had, so that the rest is not held up. */
  nullsRefused: boolean;
  /** The first checkpoint of its series, scaled to it, and the number of that one. */
  rescaled: { from: number; null: RescaledNull | null } | null;
  /** What the record was computed with; see `current`. */
  reading: string;
  options: string;
}

/** Progress is told no more often: drawing it takes time from the engine where there are few processors. */
const PROGRESS_MS = 250;
/** Neurons that a comparison lists, of those that rose and of those that fell. */
const COMPARED_NEURONS = 20;
/** Pairs of shuffles that a comparison stands beside. */
const COMPARED_PAIRS = 20;

/** Threads of the engine. */
let threadsOf = 1;
const pace = new Pace(() => threadsOf);
const reading = new Reading();
/** Threads that were asked for. */
let wantedThreads = 1;
/** What reads and computes; `whole` is the same once it can do everything. */
let modules: Pair<Reader, Engine>;
let whole: Pair<WholeReader, WholeEngine> | null = null;
/** The reader of everything, and the drops that it knows. */
let wholeReader: Promise<WholeReader> | null = null;
let knownDrops = 0;
const files: InputFile[] = [];
/** The same, drop by drop. */
const drops: InputFile[][] = [];
let entries: Entry[] = [];
/** What was found and is not read: its turn has not come, it was stopped, or it failed. By name. */
const unread = new Map<string, Found & { given: string }>();
/** Names of checkpoints that the user left out. */
let hidden = new Set<string>();
/** The newest chain of null slices; older ones end. */
let chain = 0;
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
/** The newest comparison that was asked for. */
let comparison = 0;

const post = (message: FromWorker): void => self.postMessage(message);

self.onmessage = ({ data, ports }: MessageEvent<ToWorker>): void => {
  if ("job" in data) latest = Math.max(latest, data.job);
  if (data.type === "compare") comparison = data.request;
  switch (data.type) {
    case "select": selected = data.name; return;
    case "remote": return reading.connect(data.worker, ports[0]);
    case "cancel": cancelled = Math.max(cancelled, data.job); return;
    case "stop-damage": stopped = Math.max(stopped, data.request); return;
    case "damage": return queue(() => damage(data));
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
    case "resume":
      cancelled = Math.max(cancelled, data.job - 1);
      return queue(() => resume(data));
    case "hide":
      return queue(async () => {
        hidden = new Set(data.names);
        // Those that are back may have missed other options.
        await update(job);
        computeNulls(job, cancelled >= job);
      });
    case "wiring": return queue(async () => {
      const entry = entries.find((e) => e.name === data.name);
      let found: WiringData | null = null;
      try {
        if (entry?.found) found = parsed((await readsAll()).wiring(entry.found.id));
      } catch (error) {
        if (isTrap(error)) throw error; // the editor stays closed
      }
      post({ type: "wiring", request: data.request, data: found });
    });
    case "weights": return queue(async () => {
      const found = entries.find((e) => e.name === data.name)?.found;
      // A file is a handle: passing all of them costs nothing. Those on other sites are not read by the laboratory.
      const weights = found ? { network: (await readsAll()).network(found.id), files: files.flatMap(({ file }, id) => (isRemote(file) ? [] : { id, file })) } : null;
      post({ type: "weights", request: data.request, data: weights });
    });
    case "compare": return queue(() => compareSlice(data, 0));
    case "fit": return queue(async () => {
      const entry = entries.find((e) => e.name === data.name);
      let found: FitData | null = null;
      try {
        if (entry) await bringBack(entry, job);
        if (entry && !entry.restored) found = modules.engine.fit(entry.id, data.sample, data.q);
      } catch (error) {
        if (isTrap(error)) throw error; // the histograms cannot be had: the document's own points remain
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
  wantedThreads = Math.max(1, Math.min(wanted ?? Math.min(navigator.hardwareConcurrency || 1, 16), 64));
  started(await startFirst(wantedThreads));
}

function started(pair: Pair<Reader, Engine>): void {
  modules = pair;
  threadsOf = pair.threads;
  where = "";
  post({ type: "ready", flavour: pair.flavour, threads: pair.threads, isolated, memory: pair.most });
}

/** The engine that can do everything; it and its reader take the place of those that can do what is usual. What was read stays, its
 * histograms do not: they are read again when they are needed. */
async function everything(): Promise<WholeEngine> {
  if (whole) return whole.engine;
  const before = where;
  where = "starting";
  const pair = await startWhole(wantedThreads, readsAll());
  modules.end();
  whole = pair;
  started(pair);
  for (const entry of entries) entry.restored = true;
  where = before;
  return pair.engine;
}

/** The reader of everything. What the other one has recognised has the same numbers there. */
async function readsAll(): Promise<WholeReader> {
  const reader = await (wholeReader ??= startReader());
  if (reader === modules.reader) return reader;
  for (const drop of drops.slice(knownDrops)) {
    await known(drop, reader);
  }
  knownDrops = drops.length;
  for (const found of [...entries.flatMap((entry) => entry.found ?? []), ...unread.values()]) await withBytes(reader, () => wished(found, reader), bytesOf);
  return reader;
}

/** What the modules do; where it is more than they can, others do it. */
async function able<T>(work: (modules: Pair<Reader, Engine>) => T): Promise<T> {
  try {
    return work(modules);
  } catch (error) {
    if (whole || (error as Partial<EngineError>)?.code !== "not-plain") throw error;
    await everything();
    return work(modules);
  }
}

// ---- reading ----

async function runJob(data: Extract<ToWorker, { type: "job" }>): Promise<void> {
  if (data.job <= cancelled) return cancelledNow(data.job);
  job = data.job;
  options = data.options;
  selected = data.selected;
  wishes = data.wishes;
  if (!data.add) {
    for (const entry of entries) modules.engine.forget(entry.id);
    entries = [];
    unread.clear();
    hidden = new Set();
  }
  where = "reading the headers";
  const drop: Drop = { checkpoints: [], skipped: [], errors: [] };
  // Each drop by itself, as it was when it came: files of two drops are no forms or parts of one model.
  for (const dropped of data.drops) {
    const part = await recognised(dropped);
    drop.checkpoints.push(...part.checkpoints);
    drop.skipped.push(...part.skipped);
    drop.errors.push(...part.errors);
  }
  const { todo, back } = takeBack(drop.checkpoints, data.done, data.join);
  const { fresh, known } = toldApart(todo);
  for (const found of fresh) unread.set(found.name, found);
  post({ type: "found", job, drop: { ...drop, checkpoints: fresh }, known: [...back, ...known] });
  for (const error of drop.errors) post({ type: "failed", job, id: null, error });
  if (!data.paused) await readAll(fresh, data.job);
  // What an earlier job was kept from doing.
  await update(data.job);
  await finishJob(data.job, data.paused);
}

/** Goes on with what was found and not read. */
async function resume(data: Extract<ToWorker, { type: "resume" }>): Promise<void> {
  if (data.job <= cancelled) return cancelledNow(data.job);
  job = data.job;
  selected = data.selected;
  const errors: EngineError[] = [];
  const left = data.names.flatMap((name) => unread.get(name) ?? []);
  const todo = await allAsWished(left, errors);
  if (data.names.some((name) => unread.has(name))) post({ type: "found", job, drop: { checkpoints: todo, skipped: [], errors }, known: [] });
  for (const error of errors) post({ type: "failed", job, id: null, error });
  await readAll(todo, data.job);
  await update(data.job);
  await finishJob(data.job);
}

async function readAll(todo: Found[], ofJob: number): Promise<void> {
  for (const found of todo) {
    if (cancelled >= ofJob) return;
    await readOne(found, ofJob);
  }
}

/** Makes entries of records that are done, with their files where these are here; also returns what else was found. */
function takeBack(found: Found[], done: Checkpoint[], join: string | null): { todo: Found[]; back: string[] } {
  const todo = [...found];
  const back: Entry[] = [];
  for (const record of done) {
    const same = todo.filter((one) => sameFiles(one, record));
    const again = same.find((one) => one.name === record.name) ?? same[0] ?? null;
    if (again) todo.splice(todo.indexOf(again), 1);
    const name = free(record.name, null);
    const entry = entryOf({ ...record, name }, again && { ...again, name }, true);
    entry.series = again ? again.series : record.series ?? join;
    entry.given = again?.name ?? record.name;
    entries.push(entry);
    back.push(entry);
  }
  // After a restart, results without files are again in the series of the others, if that is the only one.
  const withFiles = back.filter((entry) => entry.found);
  const series = new Set(withFiles.map((entry) => entry.series));
  if (series.size === 1) for (const entry of back) if (!entry.found) entry.series ??= [...series][0]!;
  return { todo, back: withFiles.map((entry) => entry.name) };
}

/** Gives every checkpoint a name of its own. Those that are here already are not read again. */
function toldApart(todo: Found[]): { fresh: (Found & { given: string })[]; known: string[] } {
  const fresh: (Found & { given: string })[] = [];
  const known: string[] = [];
  for (const found of todo) {
    const same = (one: { given: string; series: string | null }, files: Pick<Found, "files">): boolean =>
      one.given === found.name && one.series === found.series && sameFiles(found, files);
    const entry = entries.find((one) => same(one, one.record));
    if (entry) {
      // Its files may be here for the first time.
      if (!entry.found) Object.assign(entry, { id: found.id, found: { ...found, name: entry.name }, restored: true });
      known.push(entry.name);
      continue;
    }
    for (const [name, other] of unread) if (same(other, other)) unread.delete(name);
    const named = { ...found, given: found.name, name: free(found.name, found.series, fresh) };
    fresh.push(named);
  }
  return { fresh, known };
}

/** A name that no other checkpoint has: by it page and worker know which one is meant. */
function free(name: string, series: string | null, coming: Found[] = []): string {
  const taken = new Set([...entries.map((e) => e.name), ...unread.keys(), ...coming.map((f) => f.name)]);
  let next = name;
  if (taken.has(next) && series !== null && !name.includes("/")) next = `${series}/${name}`;
  for (let times = 2; taken.has(next); times += 1) next = `${name} (${times})`;
  return next;
}

/** The checkpoints of one drop, wired as the user wants. */
async function recognised({ files: input, join }: Dropped): Promise<Drop> {
  // Indices of the reader count every file that it was ever given.
  for (const file of input) files.push(file);
  const drop = input.some(({ file }) => isRemote(file)) ? await elsewhere(input) : await able(({ reader }) => {
    for (const { path, file } of input) reader.addFile(path, file as File);
    return parsed(reader.recognise());
  });
  drops.push(input);
  if (whole) knownDrops = drops.length;
  for (const found of drop.checkpoints) found.series ??= join;
  const { errors } = drop;
  drop.checkpoints = await allAsWished(drop.checkpoints, errors);
  return drop;
}

/** The checkpoints among files on other sites: a sampled network, most likely, and the whole reader in any case. */
async function elsewhere(input: InputFile[]): Promise<Drop> {
  await everything();
  const { reader } = whole!;
  try {
    return await known(input, reader);
  } catch (error) {
    if (isTrap(error)) throw error;
    reader.leave();
    return { checkpoints: [], skipped: [], errors: [asError(error, null)] };
  }
}

/** Tells the whole reader of the files of a drop. */
async function known(input: InputFile[], reader: WholeReader): Promise<Drop> {
  for (const { path, file } of input) {
    if (isRemote(file)) reader.addRemote(path, file.size, file.validator);
    else reader.addFile(path, file);
  }
  return await recognisedElsewhere(reader, bytesOf);
}

/** Bytes of files on other sites, for headers. */
function bytesOf(needs: { file: number; offset: number; length: number }[]): AsyncIterable<Uint8Array> {
  return reading.read(slicesOf(needs));
}

/** The checkpoints as the user wants them to be read; for those that cannot be read so, errors more. */
async function allAsWished(founds: Found[], errors: EngineError[]): Promise<Found[]> {
  const wanted: Found[] = [];
  for (const found of founds) {
    try {
      wanted.push(whole ? await withBytes(whole.reader, () => wished(found, whole!.reader), bytesOf) : await able(({ reader }) => wished(found, reader)));
    } catch (error) {
      if (isTrap(error)) throw error;
      errors.push(asError(error, found));
    }
  }
  return wanted;
}

/** Reads the state dict and the wiring that the user asked for. */
function wished(found: Found, reader: Reader | WholeReader): Found {
  const path = wishes.stateDicts[found.id] ?? found.state_dicts.find((set) => set.chosen)?.path;
  const chosen = path === undefined ? found : parsed(reader.chooseStateDict(found.id, path));
  const wired = "rewire" in reader ? parsed(reader.rewire(chosen.id, JSON.stringify(wishes.wiring))) : asRecognised(chosen);
  return { ...wired, name: found.name, series: found.series };
}

/** The only wiring that not every reader can be asked for. */
function asRecognised(found: Found): Found {
  if (wishes.wiring === null) return found;
  throw Object.assign(new Error("wired by hand"), { code: "not-plain" });
}

/** Other options, state dicts or wirings. */
async function change(data: Extract<ToWorker, { type: "options" | "wishes" }>): Promise<void> {
  job = data.job;
  selected = data.selected;
  if (data.type === "options") options = data.options;
  else if (!await granted(data.wishes, data.job)) return;
  await update(data.job);
  await finishJob(data.job);
}

/** Whether every checkpoint can be read as the user wishes; if not, all stay as they were. */
async function granted(next: Wishes, ofJob: number): Promise<boolean> {
  const before = wishes;
  wishes = next;
  const held = entries.filter((entry) => entry.found);
  try {
    const founds = await able(({ reader }) => held.map((entry) => wished(entry.found!, reader)));
    held.forEach((entry, i) => { entry.found = founds[i]!; });
    return true;
  } catch (error) {
    if (isTrap(error)) throw error;
    wishes = before;
    for (const entry of held) wished(entry.found!, modules.reader);
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
  const again = entries.filter((entry) => !hidden.has(entry.name) && !current(entry) && !redone(entry, ofJob));
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
    const record = modules.engine.redo(entry.id, options);
    if (!record) return false;
    Object.assign(entry, { record: named(record, entry), missing: null, nullsRefused: false, rescaled: null }, wanted(entry.id));
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

function sameFiles(one: Pick<Found, "files">, other: Pick<Found, "files">): boolean {
  const key = (list: Found["files"]): string => list.map((file) => `${file.name} ${file.identity}`).sort().join();
  return key(one.files) === key(other.files);
}

/** What the engine says, under the name by which the page knows it. */
function named(record: Checkpoint, { name }: { name: string }): Checkpoint {
  record.name = name;
  return record;
}

function entryOf(record: Checkpoint, found: Found | null, restored: boolean): Entry {
  const id = found?.id ?? -1;
  const series = found?.series ?? null;
  return { id, record, found, restored, name: record.name, given: record.name, series, missing: null, nullsRefused: false, rescaled: null, ...wanted(id) };
}

/** Reads one checkpoint; what it was before, if anything, is replaced only when this succeeds. */
async function readOne(found: Found, ofJob: number): Promise<void> {
  try {
    where = `reading ${found.name}`;
    const record = await readInto(found, ofJob);
    if (!record) return;
    const before = entries.find((e) => e.id === found.id);
    const entry = entryOf(record, found, false);
    entry.given = before?.given ?? unread.get(found.name)?.given ?? found.name;
    if (before) entries[entries.indexOf(before)] = entry;
    else entries.push(entry);
    unread.delete(found.name);
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
  const plan = await able(({ reader, engine }) => {
    engine.load(found.id, reader.network(found.id));
    return engine.plan(found.id, options);
  });
  const { engine } = modules;
  let at = 0;
  let bytes = 0;
  let told = 0;
  for await (const part of reading.read(slicesOf(plan.reads))) {
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
  return named(engine.finish(), found);
}

/** The document of all records that are up to date: it states one set of options. */
function postDocument(ofJob: number, final: boolean): void {
  const records = entries.filter(current).map(inSeries);
  if (!records.length) return;
  const document = modules.engine.document(records, options);
  post({ type: "document", job: ofJob, document, nulls: progress(null), final, memory: modules.memory.buffer.byteLength });
}

/** The record with the name of its series, where there are several. One from a result file keeps the name that it has. */
function inSeries({ record, found, series }: Entry): Checkpoint {
  const several = new Set([...entries, ...unread.values()].map((one) => one.series)).size > 1;
  if (several && series !== null) record.series = series;
  else if (found) delete record.series;
  return record;
}

/** After the last checkpoint: the document, then the null models, then the document that is complete. */
async function finishJob(ofJob: number, paused = false): Promise<void> {
  where = "";
  const stopped = paused || cancelled >= ofJob;
  if (stopped) cancelledNow(ofJob);
  if (!entries.length) return;
  postDocument(ofJob, waitingForNulls().length === 0 && !stopped);
  computeNulls(ofJob, stopped);
}

function cancelledNow(ofJob: number): void {
  post({ type: "cancelled", job: ofJob });
}

// ---- null models ----

function waitingForNulls(): Entry[] {
  const waits = (e: Entry): boolean => current(e) && !hidden.has(e.name) && !e.nullsRefused && !(e.restored && !e.found) && (e.missing !== 0 || toRescale(e) !== null);
  return options?.null.length || options?.bootstrap ? entries.filter(waits) : [];
}

/** The checkpoint that must still be scaled to this one. */
function toRescale(entry: Entry): Entry | null {
  if (!options.null.includes("rescale")) return null;
  const first = firstOf(entries.filter((e) => e.series === entry.series && !hidden.has(e.name) && current(e)));
  return first?.found && entry.rescaled?.from !== first.id ? first : null;
}

/** Reads the first checkpoint once more for this one. */
async function rescale(entry: Entry, first: Entry, ofJob: number): Promise<void> {
  const engine = await everything();
  // After a restart the engine knows nothing of it.
  if (first.restored) engine.load(first.id, modules.reader.network(first.id));
  const found = await rescaledNull(engine, (plan) => reading.read(slicesOf(plan.reads)), first, entry, options, () => latest > ofJob);
  if (found !== undefined) entry.rescaled = { from: first.id, null: found };
}

function computeNulls(ofJob: number, keptAfterCancel: boolean): void {
  if (!waitingForNulls().length) return;
  const own = (chain += 1);
  queue(() => nullSlice(ofJob, keptAfterCancel, own));
}

function progress(current: Entry | null): NullProgress {
  const of = options.null.filter((kind) => kind !== "rescale").length * options.null_samples;
  return { waiting: waitingForNulls().map((e) => e.name), current: current?.name ?? null, done: current ? of - (current.missing ?? of) : 0, of };
}

/** Some samples of the checkpoint whose turn it is: the selected one first. Then messages, then the next slice. */
async function nullSlice(ofJob: number, keptAfterCancel: boolean, own: number): Promise<void> {
  // A newer job, chain or other options end this chain; a mere cancel of the reading does not.
  if (own !== chain || job !== ofJob || (!keptAfterCancel && cancelled >= ofJob)) return;
  const waiting = waitingForNulls();
  const entry = waiting.find((e) => e.name === selected) ?? waiting[waiting.length - 1];
  if (!entry) return postDocument(ofJob, !keptAfterCancel);
  where = `computing the shuffles of ${entry.name}`;
  try {
    if (entry.restored) await bringBack(entry, ofJob);
    if (entry.restored) return; // a newer job goes on from here
    if (entry.missing !== 0) entry.missing = pace.slice((count) => modules.engine.nullSamples(entry.id, count));
    const first = entry.missing === 0 ? toRescale(entry) : null;
    if (first) await rescale(entry, first, ofJob);
    if (entry.missing === 0) whole?.engine.bootstrap(entry.id);
  } catch (error) {
    if (isTrap(error)) throw error;
    entry.nullsRefused = true;
    post({ type: "failed", job: ofJob, id: null, error: asError(error, entry.found) });
  }
  where = "";
  // Once: what follows from all samples takes as long as some of them do.
  const record = entry.restored || entry.missing !== 0 ? null : modules.engine.record(entry.id);
  if (record) entry.record = named(record, entry);
  if (record && entry.rescaled?.null) addRescaled(record, entry.rescaled.null);
  if (!waitingForNulls().includes(entry)) postDocument(ofJob, waitingForNulls().length === 0 && !keptAfterCancel);
  else post({ type: "nulls", job: ofJob, nulls: progress(entry) });
  if (waitingForNulls().length === 0) return;
  // A real task boundary: select, cancel and fit are taken in between.
  await messagesFirst();
  queue(() => nullSlice(ofJob, keptAfterCancel, own));
}

/** Reads a checkpoint again whose record is here but whose histograms are not. */
async function bringBack(entry: Entry, ofJob: number): Promise<void> {
  if (entry.restored && entry.found && await readInto(entry.found, ofJob, true)) entry.restored = false;
}

// ---- comparison ----

/** The comparison without chance first, then beside more and more shuffled pairs, until a newer one is asked for. */
async function compareSlice(data: Extract<ToWorker, { type: "compare" }>, pairs: number): Promise<void> {
  if (comparison !== data.request) return;
  const [before, after] = [data.before, data.after].map((name) => entries.find((e) => e.name === name && current(e)));
  const answer = (found: Comparison | null, refused = ""): void =>
    post({ type: "comparison", request: data.request, data: found, refused, final: !found || found.shuffled_pairs >= COMPARED_PAIRS });
  where = "comparing two checkpoints";
  let found: Comparison | null = null;
  let next = pairs;
  try {
    const engine = await everything();
    for (const entry of [before, after]) if (entry) await bringBack(entry, job);
    if (comparison !== data.request) return;
    const until = performance.now() + SLICE_MS;
    do {
      found = before && after && !before.restored && !after.restored ? engine.compare(before.id, after.id, COMPARED_NEURONS, next) : null;
      next += 1;
    } while (found && pairs > 0 && next <= COMPARED_PAIRS && performance.now() < until);
    answer(found);
  } catch (error) {
    if (isTrap(error)) throw error;
    return answer(null, asError(error, null).text);
  } finally {
    where = "";
  }
  if (!found || found.shuffled_pairs >= COMPARED_PAIRS) return;
  await messagesFirst();
  queue(() => compareSlice(data, next));
}

// ---- damage ----

/** Round after round in memory; nothing else of the checkpoint changes. */
async function damage({ request, name, wish, first }: Extract<ToWorker, { type: "damage" }>): Promise<void> {
  const asked = latest;
  const entry = entries.find((e) => e.name === name);
  where = `damaging ${name}`;
  try {
    const engine = await everything();
    await damageTest({
      engine, wish, first, id: entry?.found ? entry.id : null, name, options, pace,
      // After a restart the engine knows nothing of it.
      load: () => { if (entry?.restored) engine.load(entry.id, modules.reader.network(entry.id)); },
      read: (plan) => reading.read(slicesOf(plan.reads)),
      over: () => stopped >= request || latest !== asked,
      tell: (progress) => post({ type: "damage", request, progress }),
      asError: (error) => {
        if (isTrap(error)) throw error;
        return asError(error, entry?.found ?? null);
      },
    });
  } finally {
    where = "";
    whole?.engine.endDamage();
  }
}

/** What a plan asks for, of the files that are here. */
function slicesOf(reads: { file: number; offset: number; length: number }[]): Slice[] {
  return reads.map(({ file, offset, length }) => ({ file: files[file]!.file, offset, length }));
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
