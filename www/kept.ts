// The last result of the user, kept in the browser's own database over a reload: documents only, never weights.

import type { Edits } from "./edits";
import type { ResultDocument } from "./protocol";
import { isResult } from "./result";

export interface Kept {
  document: ResultDocument;
  edits: Edits;
}

/** What came of keeping: `full` where there is no room, `refused` where the browser keeps nothing. */
export type Outcome = "kept" | "full" | "refused";

const DATABASE = "neuromfa";
/** Grows with every change of what is stored; older forms are dropped, as they can be computed again. */
const VERSION = 1;
const STORE = "results";
const DOCUMENT = "document";
const EDITS = "edits";

/** The kept result, or null; what is damaged is dropped. */
export async function load(): Promise<Kept | null> {
  try {
    const [document, edits] = await within("readonly", (store) => [store.get(DOCUMENT), store.get(EDITS)]);
    if (document === undefined) return null;
    if (isResult(document) && areEdits(edits)) return { document, edits };
  } catch {
    return null;
  }
  await forget();
  return null;
}

/** Keeps a document and its edits in the place of those before. */
export function keep({ document, edits }: Kept): Promise<Outcome> {
  return write((store) => [store.put(document, DOCUMENT), store.put(edits, EDITS)]);
}

/** Keeps the edits of the document that is kept. */
export function keepEdits(edits: Edits): Promise<Outcome> {
  return write((store) => [store.put(edits, EDITS)]);
}

/** Nothing is kept any more. */
export async function forget(): Promise<void> {
  await write((store) => [store.clear()]);
}

async function write(work: (store: IDBObjectStore) => IDBRequest[]): Promise<Outcome> {
  try {
    await within("readwrite", work);
    return "kept";
  } catch (error) {
    return (error as Partial<DOMException> | null)?.name === "QuotaExceededError" ? "full" : "refused";
  }
}

/** One transaction, and the answers to its requests once it is complete. */
async function within(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest[]): Promise<unknown[]> {
  const database = await open();
  try {
    const transaction = database.transaction(STORE, mode);
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("aborted"));
    });
    const requests = work(transaction.objectStore(STORE));
    await done;
    return requests.map((request) => request.result as unknown);
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    // Throws by itself where storage is forbidden: private windows, sandboxed and foreign frames.
    const request = indexedDB.open(DATABASE, VERSION);
    request.onupgradeneeded = () => {
      const { result } = request;
      for (const name of [...result.objectStoreNames]) result.deleteObjectStore(name);
      result.createObjectStore(STORE);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("refused"));
    // Another page of this site holds an older version open: it closes after each use.
    request.onblocked = () => reject(new Error("blocked"));
  });
}

function areEdits(value: unknown): value is Edits {
  const isEdit = (edit: unknown): boolean => {
    if (typeof edit !== "object" || edit === null) return false;
    const { name, step, series, is_baseline, removed } = edit as Record<string, unknown>;
    const flag = (x: unknown): boolean => x === undefined || typeof x === "boolean";
    return (name === undefined || typeof name === "string") && (series === undefined || series === null || typeof series === "string")
      && (step === undefined || step === null || (Number.isSafeInteger(step) && (step as number) >= 0)) && flag(is_baseline) && flag(removed);
  };
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isEdit);
}
