// The only worker that reads from other sites. It is started by its address, so that the service worker can give its script a
// policy of its own, once the user has confirmed the host; page and engine keep theirs, which allows nothing but this site.

import type { EngineError, Found, Options } from "./protocol";
import { parsed, startReaderModule, type WholeReader } from "./worker/modules";
import { Fault } from "./remote/faults";
import { recognised } from "./remote/headers";
import { hostOf, Http, validatorOf, type Site } from "./remote/http";
import { lfsTarget, Listing, type ListedFile, type SourcesModule } from "./remote/listing";
import type { AnsweredBytes, AskedBytes, Cost, FromRemote, Looked, RemoteFile, RemoteWish, ToRemote, Traffic } from "./remote/protocol";

const TRAFFIC_MS = 250;
const FILES_AT_A_TIME = 8;

/** What was looked at last. */
interface Last { reader: WholeReader; checkpoints: Found[]; bytes: number }

const post = (message: FromRemote): void => self.postMessage(message);

/** Files that have answered, by the number that the page knows them by. */
const sites = new Map<number, Site>();
const running = new Map<number, AbortController>();
const never = new AbortController().signal;
/** Tokens by the origin that each is for. */
const tokens = new Map<string, string>();
let last: Last | null = null;
let module: Promise<SourcesModule> | null = null;

const http = new Http((origin) => tokens.get(origin), tellTraffic);

post({ type: "ready", policy: self.location.search !== "" && hasPolicy() });

self.onmessage = ({ data, ports }: MessageEvent<ToRemote>): void => {
  switch (data.type) {
    case "look": return void answer(data.request, async (signal) => post({ type: "looked", request: data.request, looked: await look(data.request, data.wish, signal) }));
    case "cost": return void answer(data.request, async () => post({ type: "cost", request: data.request, cost: cost(data.options) }));
    case "stop": return running.get(data.request)?.abort(new DOMException("stopped", "AbortError"));
    case "port": return serve(ports[0]!);
  }
};

/** Whether the service worker has made a policy of the hosts in the address: it forbids text to be evaluated, too. */
function hasPolicy(): boolean {
  try {
    new Function("");
    return false;
  } catch {
    return true;
  }
}

async function answer(request: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  running.set(request, stop);
  try {
    await work(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) post({ type: "refused", request, error: await asError(error) });
  } finally {
    stop.abort(); // what else was asked for it is not wanted any more
    running.delete(request);
  }
}

// ---- looking ----

async function look(request: number, wish: RemoteWish, signal: AbortSignal): Promise<Looked> {
  const sources = await (module ??= startReaderModule<SourcesModule>());
  const listing = new Listing(sources, http, signal);
  const places = listing.places(wish);
  const [first] = places;
  if (wish.token && first) tokens.set(new URL(first.listing ?? first.url!).origin, wish.token);
  const { files: listed, notes } = await listing.files(places);
  let done = 0;
  const tell = (): void => post({ type: "looking", request, done, of: listed.length });
  tell();
  const found = await eachOf(listed, async (file) => {
    const begun = await begin(file, signal, notes);
    done += 1;
    tell();
    return begun;
  });
  const files = found.filter((one) => one !== null);
  const reader = new sources.Reader();
  const known = files.map(({ path, file, head }) => {
    const number = reader.addRemote(path, file.size, file.validator);
    reader.provide(number, 0, head);
    return file;
  });
  const drop = await recognised(reader, async function* (needs) {
    const reads = needs.map(({ file, offset, length }) => http.read(known[file]!.id, sites.get(known[file]!.id)!, offset, length, signal));
    for (const read of reads) read.catch(() => undefined); // looked at when its turn comes
    for (const read of reads) yield new Uint8Array(await read);
  });
  const bytes = drop.checkpoints.reduce((sum, checkpoint) => sum + checkpoint.bytes, 0);
  last = { reader, checkpoints: drop.checkpoints, bytes };
  return { files: files.map(({ path, file }) => ({ path, file })), drop, bytes, notes };
}

interface Begun { path: string; file: RemoteFile; head: Uint8Array<ArrayBuffer> }

/** Asks for the first bytes of a file; null where it was only guessed and is not there. */
async function begin(listed: ListedFile, signal: AbortSignal, notes: string[]): Promise<Begun | null> {
  try {
    let { site, head } = await http.begin(listed.url, listed.bytes, signal);
    const object = lfsTarget(await module!, listed, site, head);
    if (object) ({ site, head } = await http.begin(object.url, object.bytes, signal));
    const id = sites.size;
    sites.set(id, site);
    http.keep(id, 0, head);
    const name = listed.path.split("/").pop()!;
    return { path: listed.path, file: { remote: true, id, worker: 0, name, size: site.size, validator: validatorOf(site) }, head };
  } catch (error) {
    if (!listed.optional || !(error instanceof Fault)) throw error;
    // Many servers let pages read what is there, and nothing of an answer that says that it is not.
    const hidden = error.kind === "unreachable";
    if (!hidden && !(error.kind === "status" && [401, 403, 404, 410].includes(error.status))) throw error;
    if (hidden) notes.push(`${listed.path} is left out: ${hostOf(listed.url)} does not say whether it is there.`);
    return null;
  }
}

/** The answers for all, in order, a few at a time. */
async function eachOf<T, R>(all: T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(all.length);
  const left = all.entries();
  const chain = async (): Promise<void> => {
    for (const [at, one] of left) results[at] = await work(one);
  };
  await Promise.all(Array.from({ length: FILES_AT_A_TIME }, chain));
  return results;
}

function cost(options: Options): Cost {
  const { reader, checkpoints, bytes: of } = last ?? { reader: null, checkpoints: [], bytes: 0 };
  const each = checkpoints.map(({ id }) => parsed(reader!.cost(id, JSON.stringify(options))));
  const bytes = each.reduce((sum, one) => sum + one.bytes, 0);
  const requests = each.reduce((sum, one) => sum + one.requests, 0);
  return { bytes, of, requests, seconds: http.estimate(requests, bytes) };
}

// ---- bytes for other workers ----

function serve(port: MessagePort): void {
  port.onmessage = ({ data: { ask, file, offset, length } }: MessageEvent<AskedBytes>) => {
    const say = (said: AnsweredBytes, transfer: Transferable[] = []): void => port.postMessage(said, transfer);
    const site = sites.get(file.id);
    const read = site ? http.read(file.id, site, offset, length, never) : Promise.reject(new Error(`${file.name} was confirmed for another worker. Ask for it again.`));
    read.then((bytes) => say({ ask, bytes }, [bytes]), async (error: unknown) => say({ ask, error: await asError(error) }));
  };
}

// ---- words ----

async function asError(error: unknown): Promise<EngineError> {
  const given = error as Partial<EngineError> & Error;
  if (!(error instanceof Fault)) return { code: given.code ?? "remote", text: given.text ?? given.message, file: given.file ?? "", hint: given.hint ?? "" };
  const name = error.of || named(error.url);
  const words = await (module ??= startReaderModule<SourcesModule>());
  const host = hostOf(error.url);
  if (error.kind === "elsewhere") return parsed(words.remoteOtherHost(host, name, "another site"));
  return parsed(words.remoteFault(error.status, error.kind === "status" ? error.errorCode : error.kind, host, name, error.wait ?? undefined));
}

/** The last part of an address, as people write it. */
function named(url: string): string {
  const name = new URL(url).pathname.split("/").pop() ?? "";
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // in an encoding that addresses do not have any more
  }
}

let newest: Traffic[] = [];
let telling = false;

/** Told now and then: thousands of requests are thousands of changes. */
function tellTraffic(traffic: Traffic[]): void {
  const first = newest.length === 0;
  newest = traffic;
  if (first) post({ type: "traffic", traffic: newest.map((one) => ({ ...one })) });
  if (telling) return;
  telling = true;
  setTimeout(() => {
    telling = false;
    post({ type: "traffic", traffic: newest.map((one) => ({ ...one })) });
  }, TRAFFIC_MS);
}
