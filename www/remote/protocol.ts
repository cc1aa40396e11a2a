// What the page and its other workers say to the worker that reads from other sites, and what it answers.

import type { Drop, EngineError, Options } from "../protocol";

/** What the user typed: an address or `owner/name`, a list of revisions or nothing, and a token for that host only. */
export interface RemoteWish { source: string; revisions: string; token: string | null }

/** A file on another site. It stands where a dropped `File` may stand, and crosses to workers as it is. */
export interface RemoteFile {
  remote: true;
  /** The number that its worker knows it by, and that worker's own on this page. */
  id: number;
  worker: number;
  name: string;
  /** Its length in bytes. */
  size: number;
  /** What tells that it is still the same: the server's ETag, its date, or, where it tells neither, its address. */
  validator: string;
}

/** What was found behind a wish; nothing of its weights is read. */
export interface Looked {
  files: { path: string; file: RemoteFile }[];
  /** The checkpoints in them, by their headers, as after a drop. */
  drop: Drop;
  /** Bytes of all weight files. */
  bytes: number;
  /** What was left out and why, a sentence each. */
  notes: string[];
}

/** What an analysis would ask for. */
export interface Cost {
  /** Bytes that are read, beyond the headers, which are here. */
  bytes: number;
  /** Bytes of all weight files. */
  of: number;
  requests: number;
  /** Estimated from the requests so far; null before any. */
  seconds: number | null;
}

export interface Traffic { host: string; requests: number; bytes: number }

export type ToRemote =
  | { type: "look"; request: number; wish: RemoteWish }
  /** Of what was looked at last. */
  | { type: "cost"; request: number; options: Options }
  /** Whatever this request was for is not wanted any more. */
  | { type: "stop"; request: number }
  /** Comes with a port, over which another worker may ask for bytes. */
  | { type: "port" };

export type FromRemote =
  /** Whether a policy of its own or of its host binds this worker; the first thing that it says. */
  | { type: "ready"; policy: boolean }
  /** Headers that are here, of those that are needed. */
  | { type: "looking"; request: number; done: number; of: number }
  | { type: "looked"; request: number; looked: Looked }
  | { type: "cost"; request: number; cost: Cost }
  | { type: "refused"; request: number; error: EngineError }
  /** All requests since the worker was started, by host. */
  | { type: "traffic"; traffic: Traffic[] };

/** Over a port: a range of a file. */
export interface AskedBytes { ask: number; file: RemoteFile; offset: number; length: number }

export type AnsweredBytes =
  | { ask: number; bytes: ArrayBuffer }
  | { ask: number; error: EngineError };
