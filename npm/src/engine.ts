// The engine of this page: one worker for all that is asked for, one thing at a time.

import "./where";
import { EngineClient } from "../../www/engine-client";
import type { Drop, Dropped, EngineState, Found, FromWorker, Options, ResultDocument } from "../../www/protocol";
import { canAnalyse } from "../../www/support";
import { ERRORS } from "../../www/words";
import { fromEngine, NeuroMFAError } from "./errors";

/** What an analysis is doing: reading a checkpoint's bytes, or computing its null models. */
export type Progress =
  | { phase: "reading"; checkpoint: string; bytes: number; of: number }
  | { phase: "nulls"; checkpoint: string; done: number; of: number; waiting: string[] };

export interface Told {
  progress(progress: Progress): void;
  /** A document on the way to the last one: checkpoints or null models are still missing. */
  document(document: ResultDocument): void;
  /** A checkpoint that cannot be analysed; the others go on. */
  failed(error: NeuroMFAError): void;
}

type Message = Exclude<FromWorker, { type: "ready" | "fit" | "wiring" | "weights" | "comparison" | "damage" }>;

const nobody = (): void => undefined;
/** Takes the messages of the job under way. */
let take: (message: Message) => void = nobody;
/** Wait to hear how the engine runs. */
let waiting: ((state: EngineState) => void)[] = [];
let state: EngineState | null = null;
let turn: Promise<unknown> = Promise.resolve();

const client = new EngineClient({
  ready(now) {
    state = now;
    for (const tell of waiting.splice(0)) tell(now);
  },
  message: (message) => take(message),
}, () => null);

/** How the engine runs here; starts it where it does not yet. */
export function engineState(): Promise<EngineState> {
  mustRun();
  if (state) return Promise.resolve(state);
  return new Promise((resolve) => {
    waiting.push(resolve);
    client.start();
  });
}

/** Ends the engine's worker and frees its memory; the next call starts another one. */
export function release(): Promise<void> {
  return inTurn(undefined, async () => close());
}

function close(): void {
  state = null;
  client.close();
}

/** Two analyses at once would share the processors and need twice the memory: the second waits. */
export function inTurn<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  const done = turn.then(() => {
    signal?.throwIfAborted();
    return work();
  });
  turn = done.catch(nobody);
  return done;
}

/** What is in these files, by their headers. */
export async function find(drops: Dropped[], options: Options, signal: AbortSignal | undefined): Promise<Drop> {
  mustRun();
  let drop: Drop = { checkpoints: [], skipped: [], errors: [] };
  return await job<Drop>(signal, () => client.find(drops, options), (message, resolve) => {
    if (message.type === "found") drop = message.drop;
    if (message.type === "cancelled") resolve(drop);
  });
}

/** Analyses those that were found last and have these names. */
export async function analyse(names: string[], told: Told, signal: AbortSignal | undefined): Promise<ResultDocument> {
  let left = names.length;
  let last: ResultDocument | null = null;
  let first: NeuroMFAError | null = null;
  return await job<ResultDocument>(signal, () => client.resume(names, null), (message, resolve, reject) => {
    switch (message.type) {
      case "reading": return told.progress({ phase: "reading", checkpoint: message.name, bytes: message.bytes, of: message.of });
      case "checkpoint":
        left -= 1;
        return;
      case "failed": {
        const error = fromEngine(message.error);
        first ??= error;
        told.failed(error);
        if (message.id !== null) left -= 1;
        // No document comes of nothing.
        if (left === 0 && !last) reject(first);
        return;
      }
      case "nulls": return tellNulls(message.nulls, told);
      case "document":
        last = plain(message.document);
        if (message.final) return resolve(last);
        told.document(last);
        return tellNulls(message.nulls, told);
    }
  });
}

function tellNulls({ current, done, of, waiting: names }: Extract<Message, { type: "nulls" }>["nulls"], told: Told): void {
  if (current !== null) told.progress({ phase: "nulls", checkpoint: current, done, of, waiting: names });
}

type Answer<T> = (message: Message, resolve: (value: T) => void, reject: (error: unknown) => void) => void;

/** One job of the worker, until the answer settles it, it traps, or the caller gives up. */
function job<T>(signal: AbortSignal | undefined, begin: () => void, answer: Answer<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const settle = <V>(then: (value: V) => void) => (value: V): void => {
      take = nobody;
      signal?.removeEventListener("abort", abort);
      then(value);
    };
    const done = settle(resolve);
    const fail = settle<unknown>(reject);
    // At once: a worker deep in a computation hears nothing.
    const abort = (): void => {
      close();
      fail(signal!.reason);
    };
    if (signal?.aborted) return reject(signal.reason);
    signal?.addEventListener("abort", abort);
    take = (message) => {
      if (message.type !== "trap") return answer(message, done, fail);
      close();
      fail(new NeuroMFAError({ code: "engine-stopped", text: ERRORS.stopped(message.where, 0), hint: message.text }));
    };
    begin();
  });
}

/** The same files, whatever the name. */
export function identityOf({ files }: Pick<Found, "files">): string {
  return JSON.stringify(files.map(({ name, bytes, identity }) => [name, bytes, identity]));
}

/** What `JSON.parse` of the written document gives. */
function plain(document: ResultDocument): ResultDocument {
  return JSON.parse(JSON.stringify(document)) as ResultDocument;
}

function mustRun(): void {
  if (!canAnalyse()) throw new NeuroMFAError({ code: "browser", text: ERRORS.noEngine() });
}
