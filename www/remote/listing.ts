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
  remoteFiles(place: Json<Place>, pages: Uint8Array[]): Json<Listed>;
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

  /** The files of all places, each once, and what is left out. */
  async files(places: Place[]): Promise<{ files: ListedFile[]; notes: string[] }> {
    const files = new Map<string, ListedFile>();
    const notes: string[] = [];
    for (const place of places) {
      const { folders, ...listed } = await this.list(place);
      if (folders.length > MOST_FOLDERS) notes.push(`${place.label}: ${folders.length - MOST_FOLDERS} of its folders are not looked into.`);
      // A folder that is closed hides nothing else.
      const inner = await Promise.all(folders.slice(0, MOST_FOLDERS).map((folder) => this.guess(folder)));
      for (const one of [listed, ...inner.filter((found) => found !== null)]) {
        for (const file of one.files) files.set(file.path, file);
        notes.push(...one.notes);
      }
    }
    return { files: [...files.values()], notes };
  }

  private async list(place: Place): Promise<Listed> {
    if (place.listing === null) return this.read(place, []);
    try {
      return this.read(place, await this.http.pages(place.listing, MOST_BYTES, this.signal));
    } catch (error) {
      // Many hosts tell nobody what is in a folder, and no page that they do not.
      const silent = error instanceof Fault && (error.kind === "unreachable" || (error.kind === "status" && [401, 403, 404].includes(error.status)));
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
      if (error instanceof Fault && (error.kind === "status" || error.kind === "unreachable")) return null;
      throw error;
    }
  }

  private read(place: Place, pages: Uint8Array[]): Listed {
    return parsed(this.module.remoteFiles(JSON.stringify(place), pages));
  }
}

/** Where the weights are, and how long, if what came is a Git LFS pointer; null where it is the file itself. */
export function lfsTarget(module: SourcesModule, listed: ListedFile, site: Site, head: Uint8Array): { url: string; bytes: number } | null {
  const pointer = site.size > POINTER_BYTES ? undefined : module.lfsPointer(head.subarray(0, site.size));
  if (pointer === undefined) return null;
  if (listed.lfs === null) throw Object.assign(new Error("lfs"), parsed(module.remoteFault(0, "lfs-missing", new URL(listed.url).host, listed.path)));
  return { url: listed.lfs, bytes: parsed(pointer).bytes };
}
