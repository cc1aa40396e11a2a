// Ranges of files on other sites: a few requests at a time, each tried again where that may help, and every answer compared
// with what the file was when it was first asked for.

import { Fault, passes } from "./faults";
import { RangeCache } from "./range-cache";
import type { Traffic } from "./protocol";

/** A file that has answered. */
export interface Site {
  /** Where it was asked for, and where it was found in the end: asking there saves the redirects. */
  url: string;
  found: string;
  size: number;
  tag: Tag;
}

/** What tells that content is the same; null where the server does not let pages see it. */
interface Tag { etag: string | null; modified: string | null; size: number | null }

interface Answer { status: number; found: string; tag: Tag; link: string; length: number | null; bytes: Uint8Array<ArrayBuffer> }

/** `end` is null where it is that of the file. */
interface Wanted { start: number; end: number | null }

const AT_A_TIME = 8;
const TRIES = 5;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_S = 60;
/** A server that says nothing for so long is asked again. */
const SILENCE_MS = 30_000;
/** Of a first request: most headers are there with it. */
const HEAD_BYTES = 64 << 10;
/** A server without ranges may still give short files whole. */
const SHORT_BYTES = 16 << 20;
const CACHE_BYTES = 256 << 20;
const MOST_PAGES = 20;

export class Http {
  private readonly cache = new RangeCache(CACHE_BYTES);
  private readonly waiting: (() => void)[] = [];
  private busy = 0;
  private readonly hosts = new Map<string, Traffic>();
  /** Hosts that have answered once. */
  private readonly answered = new Set<string>();
  /** Smoothed: seconds until an answer begins, and bytes a second while it comes. */
  private latency: number | null = null;
  private rate: number | null = null;

  /** `token` is that of an origin, which goes there and to no other; `changed` is told of every request. */
  constructor(private readonly token: (origin: string) => string | undefined, private readonly changed: (traffic: Traffic[]) => void) {}

  /** The pages of a list of files: one, and those that its answers name as next, on the same site. */
  async pages(url: string, most: number, signal: AbortSignal): Promise<Uint8Array[]> {
    const pages: Uint8Array[] = [];
    for (let next: string | null = url; next !== null && pages.length < MOST_PAGES;) {
      const answer: Answer = await this.ask(next, null, most, signal);
      pages.push(answer.bytes);
      next = nextPage(answer.link, next);
      if (next !== null && pages.length === MOST_PAGES) throw new Fault("long-listing", url);
    }
    return pages;
  }

  /** The first bytes of a file, and what tells it from others. `size`: as a list of files has it, if one does. */
  async begin(url: string, size: number | null, signal: AbortSignal): Promise<{ site: Site; head: Uint8Array<ArrayBuffer> }> {
    const answer = await this.ask(url, { start: 0, end: Math.min(HEAD_BYTES, size ?? HEAD_BYTES) || 1 }, SHORT_BYTES, signal);
    const whole = answer.status === 200 || answer.bytes.length < Math.min(HEAD_BYTES, size ?? HEAD_BYTES);
    const known = whole ? answer.bytes.length : answer.tag.size ?? size ?? await this.length(url, signal);
    // A part of a file that does not tell how long it is.
    if (known === null) throw new Fault("no-ranges", url);
    // What a list of files says is not what lies there: one of them is not of now.
    if (size !== null && known !== size) throw new Fault("changed", url);
    return { site: { url, found: answer.found, size: known, tag: answer.tag }, head: answer.bytes };
  }

  /** A range of a file, from what is kept or from its site. */
  async read(id: number, site: Site, offset: number, length: number, signal: AbortSignal): Promise<ArrayBuffer> {
    if (!(offset >= 0 && length >= 0 && offset + length <= site.size)) throw new Fault("wrong-length", site.url);
    const into = new Uint8Array(length);
    const gaps = this.cache.copy(id, offset, into);
    await Promise.all(gaps.map(async ({ start, end }) => {
      const bytes = await this.range(site, start, end, signal).catch((error: unknown) => {
        // Where it was found in the end says nothing to people.
        throw error instanceof Fault ? error.at(site.url) : error;
      });
      into.set(bytes, start - offset);
      this.keep(id, start, bytes);
    }));
    return into.buffer;
  }

  keep(id: number, start: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.cache.keep(id, start, bytes);
  }

  /** Seconds that so many requests of so many bytes together will take; null before anything was asked. */
  estimate(requests: number, bytes: number): number | null {
    if (this.latency === null || this.rate === null) return null;
    return Math.max(requests * this.latency / AT_A_TIME, bytes / (this.rate * Math.min(requests, AT_A_TIME)));
  }

  private async range(site: Site, start: number, end: number, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const answer = await this.asFound(site, start, end, signal);
    if (answer.status !== 206 && !(start === 0 && end === site.size)) {
      if (answer.bytes.length !== site.size) throw new Fault("no-ranges", site.url);
      answer.bytes = answer.bytes.slice(start, end);
    }
    if (differ(answer.tag, site.tag)) throw new Fault("changed", site.url);
    if (answer.bytes.length !== end - start) throw new Fault("wrong-length", site.url);
    return answer.bytes;
  }

  /** Where the file was found last; that address may have been good for a while only. */
  private async asFound(site: Site, start: number, end: number, signal: AbortSignal): Promise<Answer> {
    const most = site.size <= SHORT_BYTES ? site.size : end - start;
    try {
      return await this.ask(site.found, { start, end }, most, signal);
    } catch (error) {
      // Some stores show pages nothing of an answer that refuses.
      const expired = error instanceof Fault && (error.kind === "unreachable" || error.kind === "elsewhere" || (error.kind === "status" && error.status < 500 && error.status !== 429));
      if (!expired || site.found === site.url) throw error;
      const answer = await this.ask(site.url, { start, end }, most, signal);
      site.found = answer.found;
      return answer;
    }
  }

  /** The length, asked for by itself: pages may always see it there. The range says that it is to be told uncompressed. */
  private async length(url: string, signal: AbortSignal): Promise<number | null> {
    return (await this.ask(url, { start: 0, end: null }, 0, signal, "HEAD")).length;
  }

  // ---- one request ----

  /** Asks until there is an answer, or no hope of one. */
  private async ask(url: string, range: Wanted | null, most: number, signal: AbortSignal, method: "GET" | "HEAD" = "GET"): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      await this.turn();
      try {
        return await this.once(url, range, most, signal, method);
      } catch (error) {
        if (signal.aborted || !(error instanceof Fault) || !passes(error) || attempt === TRIES) throw error;
        // An address that never answered is not likely to begin.
        if (error.kind === "unreachable" && !this.answered.has(hostOf(url)) && attempt > 1) throw error;
        const wait = error.wait ?? FIRST_WAIT_MS / 1000 * 2 ** (attempt - 1);
        if (wait > LONGEST_WAIT_S) throw error;
        await pause(wait * 1000 * (1 + Math.random() / 4), signal);
      } finally {
        this.busy -= 1;
        this.waiting.shift()?.();
      }
    }
  }

  private async turn(): Promise<void> {
    while (this.busy >= AT_A_TIME) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.busy += 1;
  }

  private async once(url: string, range: Wanted | null, most: number, outer: AbortSignal, method: "GET" | "HEAD"): Promise<Answer> {
    const silence = new Silence(outer);
    const begun = performance.now();
    try {
      const init = this.init(url);
      if (range) init.headers = { ...init.headers, Range: `bytes=${range.start}-${range.end === null ? "" : range.end - 1}` };
      this.count(url, 1, 0);
      const response = await fetch(url, { ...init, method, signal: silence.signal });
      const answered = performance.now();
      silence.over();
      this.answered.add(hostOf(url));
      // At least one more, to the address that the first was answered with.
      if (response.redirected) this.count(response.url, 1, 0);
      if (!response.ok) {
        throw new Fault("status", url, response.status, response.headers.get("X-Error-Code") ?? "", secondsOf(response.headers.get("Retry-After")));
      }
      const promised = response.headers.get("Content-Length");
      if (method === "GET" && range && response.status === 200 && promised !== null && Number(promised) > SHORT_BYTES) throw new Fault("no-ranges", url);
      const end = range?.end ?? null;
      const bytes = await this.body(response, response.status === 206 && range && end !== null ? end - range.start : most, url, silence);
      this.measure(answered - begun, bytes.length, performance.now() - answered);
      return this.checked(url, range, response, bytes);
    } catch (error) {
      if (outer.aborted) throw outer.reason;
      if (error instanceof Fault) throw error;
      // The network, a name that does not exist, a server that allows no page to read, a policy: browsers do not say which.
      throw new Fault(silence.began ? "cut-off" : await refusedByPolicy(url) ? "elsewhere" : "unreachable", url);
    } finally {
      silence.end();
    }
  }

  /** An answer that is what was asked for, as far as the server tells. */
  private checked(url: string, range: Wanted | null, response: Response, bytes: Uint8Array<ArrayBuffer>): Answer {
    const { headers, status } = response;
    const said = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get("Content-Range") ?? "");
    const size = said?.[3] && said[3] !== "*" ? Number(said[3]) : null;
    if (range && range.end !== null && status === 206) {
      const end = Math.min(range.end, size ?? range.end);
      if (said && (Number(said[1]) !== range.start || Number(said[2]) !== end - 1)) throw new Fault("wrong-length", url);
      if (bytes.length > end - range.start) throw new Fault("wrong-length", url);
      // Where the length is not told, fewer bytes may be all that there are; whoever asked knows.
      if (bytes.length < end - range.start && said) throw new Fault("cut-off", url);
    }
    return { status, found: response.url || url, tag: { etag: headers.get("ETag"), modified: headers.get("Last-Modified"), size }, link: headers.get("Link") ?? "", length: numberOf(headers.get("Content-Length")), bytes };
  }

  /** The body, if it is no longer than it may be: a range that is not kept to could fill memory. */
  private async body(response: Response, most: number, url: string, silence: Silence): Promise<Uint8Array<ArrayBuffer>> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const reader = response.body?.getReader();
    for (;;) {
      const next = await reader?.read();
      if (!next || next.done) break;
      silence.over();
      length += next.value.length;
      this.count(response.url, 0, next.value.length);
      if (length > most) {
        void reader?.cancel().catch(() => undefined);
        throw new Fault(response.status === 206 ? "wrong-length" : "no-ranges", url);
      }
      chunks.push(next.value);
    }
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  private init(url: string): Omit<RequestInit, "headers"> & { headers: Record<string, string> } {
    const token = this.token(new URL(url).origin);
    const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
    return { headers, credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", mode: "cors" };
  }

  private count(url: string, requests: number, bytes: number): void {
    const host = hostOf(url);
    const traffic = this.hosts.get(host) ?? { host, requests: 0, bytes: 0 };
    traffic.requests += requests;
    traffic.bytes += bytes;
    this.hosts.set(host, traffic);
    this.changed([...this.hosts.values()]);
  }

  private measure(latencyMs: number, bytes: number, ms: number): void {
    const smooth = (before: number | null, now: number): number => (before === null ? now : 0.8 * before + 0.2 * now);
    this.latency = smooth(this.latency, latencyMs / 1000);
    // A short body comes with its headers, and tells nothing of the rate but that it is no less than this.
    const rate = bytes / Math.max(ms + latencyMs / 2, 1) * 1000;
    if (bytes >= HEAD_BYTES || this.rate === null) this.rate = smooth(this.rate, rate);
  }
}

/** Ends a request that nothing is heard of. */
class Silence {
  began = false;
  private readonly own = new AbortController();
  private timer = this.start();
  readonly signal: AbortSignal;
  private readonly stop = (): void => this.own.abort(this.outer.reason);

  constructor(private readonly outer: AbortSignal) {
    this.signal = this.own.signal;
    if (outer.aborted) this.stop();
    outer.addEventListener("abort", this.stop);
  }

  /** Something has come. */
  over(): void {
    this.began = true;
    clearTimeout(this.timer);
    this.timer = this.start();
  }

  /** Of a body that was not read to its end, nothing more is to come. */
  end(): void {
    clearTimeout(this.timer);
    this.outer.removeEventListener("abort", this.stop);
    this.own.abort();
  }

  private start(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.own.abort(new Error("silence")), SILENCE_MS);
  }
}

/** Other content, by whatever both answers tell. */
function differ(one: Tag, other: Tag): boolean {
  const strong = (tag: string): string => tag.replace(/^W\//, "");
  const unlike = <T>(a: T | null, b: T | null): boolean => a !== null && b !== null && a !== b;
  if (unlike(one.size, other.size)) return true;
  if (one.etag !== null && other.etag !== null) return strong(one.etag) !== strong(other.etag);
  return unlike(one.modified, other.modified);
}

function nextPage(link: string, from: string): string | null {
  const target = /<([^>]+)>\s*;[^,]*rel="?next"?/.exec(link)?.[1];
  const next = target ? new URL(target, from) : null;
  return next && next.origin === new URL(from).origin ? next.href : null;
}

/** A tag tells states of one address apart, and nothing of two. What follows "?" may be a signature, which expires. */
export function validatorOf({ url, tag }: Site): string {
  return `${url.replace(/[?#].*$/, "")}\n${tag.etag ?? tag.modified ?? ""}`;
}

export function hostOf(url: string): string {
  return new URL(url).host;
}

function numberOf(header: string | null): number | null {
  return header !== null && /^\d+$/.test(header) ? Number(header) : null;
}

/** A date would have to be compared with a clock that may be wrong: only seconds count. */
function secondsOf(retryAfter: string | null): number | null {
  return numberOf(retryAfter);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}

const stopped = new Set<string>();
if (typeof self !== "undefined") self.addEventListener?.("securitypolicyviolation", (event) => stopped.add((event as SecurityPolicyViolationEvent).blockedURI));

/** Whether the worker's policy stopped this request: the event comes a moment later than the failure. */
async function refusedByPolicy(url: string): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { origin } = new URL(url);
  return [...stopped].some((blocked) => blocked === url || blocked === origin || blocked.startsWith(`${origin}/`));
}
