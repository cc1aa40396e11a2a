// From what the user typed to files: the reader's module knows the addresses and reads the lists; here they are asked for.

import type { EngineError } from "../protocol";
import { parsed, type ReaderModule, type WholeReader } from "../worker/modules";
import { Fault } from "./faults";
import type { Http, Site } from "./http";
import type { RemoteWish } from "./protocol";

/** A place on the web, which the module knows more of: `listing` is whose answer lists its files, `url` the file. */
export interface Place { label: string; host: string; listing: string | null; url?: string; guesses: Place[] }

export interface ListedFile { path: string; url: string; bytes: number | null; lfs: string | null; optional: boolean }

interface Listed { files: ListedFile[]; folders: Place[]; notes: string[] }

type Json<T> = string & { of?: T };

export interface SourcesModule extends ReaderModule<WholeReader> {
  remoteSources(text: string, revisions: string): Json<Place[]>;
  remoteFiles(place: Json<Place>, body: Uint8Array, link?: string): Json<Listed>;
  lfsPointer(bytes: Uint8Array): Json<{ bytes: number; oid: string }> | undefined;
  remoteFault(status: number, code: string, host: string, file: string, wait?: number): Json<EngineError>;
  remoteOtherHost(host: string, file: string, other: string): Json<EngineError>;
}

/** Longest answer that lists files. */
const MOST_BYTES = 32 << 20;
/** Folders of a static host that are looked into. */
const MOST_FOLDERS = 200;
/** A file that stands for another is no longer. */
const POINTER_BYTES = 1024;

export class Listing {
  constructor(private readonly module: SourcesModule, private readonly http: Http, private readonly signal: AbortSignal) {}

  places(wish: RemoteWish): Place[] {
    return parsed(this.module.remoteSources(wish.source, wish.revisions));
  }

  /** The files of all places, each once. */
  async files(places: Place[]): Promise<ListedFile[]> {
    const files = new Map<string, ListedFile>();
    const queue = [...places];
    for (let asked = 0; queue.length && asked < places.length + MOST_FOLDERS; asked++) {
      const listed = await this.list(queue.shift()!);
      for (const file of listed.files) files.set(file.path, file);
      queue.push(...listed.folders);
    }
    return [...files.values()];
  }

  private async list(place: Place): Promise<Listed> {
    if (place.listing === null) return this.read(place, [new Uint8Array()]);
    try {
      return this.read(place, await this.http.pages(place.listing, MOST_BYTES, this.signal));
    } catch (error) {
      // Many hosts tell nobody what is in a folder.
      const silent = error instanceof Fault && error.kind === "status" && [401, 403, 404].includes(error.status);
      for (const guess of silent ? place.guesses : []) {
        const listed = await this.guess(guess);
        if (listed) return listed;
      }
      if (error instanceof Fault) error.of = place.label;
      throw error;
    }
  }

  private async guess(place: Place): Promise<Listed | null> {
    try {
      // A file is looked at by its first bytes later; whether it is there must be known now.
      if (place.listing === null) await this.http.begin(place.url!, null, this.signal);
      return await this.list(place);
    } catch (error) {
      if (error instanceof Fault && error.kind === "status") return null;
      throw error;
    }
  }

  private read(place: Place, pages: Uint8Array[]): Listed {
    const read = pages.map((page) => parsed(this.module.remoteFiles(JSON.stringify(place), page)));
    return { files: read.flatMap(({ files }) => files), folders: read.flatMap(({ folders }) => folders), notes: read.flatMap(({ notes }) => notes) };
  }
}

/** Where the weights are if what came is a Git LFS pointer; null where it is the file itself. */
export function lfsTarget(module: SourcesModule, listed: ListedFile, site: Site, head: Uint8Array): string | null {
  if (site.size > POINTER_BYTES || module.lfsPointer(head.subarray(0, site.size)) === undefined) return null;
  if (listed.lfs === null) throw Object.assign(new Error("lfs"), parsed(module.remoteFault(0, "lfs-missing", new URL(listed.url).host, listed.path)));
  return listed.lfs;
}
