// Service worker: gives every response of this site the headers that a static host cannot send, and keeps the site for use
// without a network.
//
// One worker knows one version of the site: the files that the build found, with their hashes. Until all of them are kept
// everything comes from the network; from then on everything comes from here, so that no page ever has files of two versions.
// A newer worker keeps its version aside and waits until no page of the older one is open.

/// <reference lib="webworker" />
import type { FromKeeper, KeptState, ToKeeper } from "./offline-protocol";

declare const self: ServiceWorkerGlobalScope;

/** Written by tools/page.mjs: path below the site's folder, hash and size of every file, and one hash over all. */
declare const SITE: { version: string; files: [path: string, hash: string, bytes: number][] };

const ISOLATION: Record<string, string> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "cross-origin",
  // Chromium isolates a document by this header alone, also inside a foreign page.
  "Document-Isolation-Policy": "isolate-and-require-corp",
};

// A <meta> policy does not reach workers: here it does, so that the engine cannot talk to other sites either.
const WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; connect-src 'self'";

/** The worker that reads from other sites may ask those that were confirmed; they are in its address. */
const REMOTE = new URL("assets/remote-worker.js", self.location.href).pathname;
/** A site of the web, all of one domain, all that are encrypted, or this computer, at one port or at any. */
const CONFIRMED = /^(https:|https:\/\/(\*\.)?[a-z0-9._-]+(:(\d{1,5}|\*))?|https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:(\d{1,5}|\*))?)$/i;

/** Larger files are kept when they are first used, or when the visitor asks for everything. */
const AT_ONCE_BYTES = 2.25e6;
const AT_A_TIME = 4;

interface SiteFile { url: string; hash: string; bytes: number }

const base = new URL("./", self.location.href);
/** Other sites may live on the same host, in other folders. */
const ours = `neuromfa ${base.pathname} `;
const name = ours + SITE.version;
const files = new Map(SITE.files.map(([path, hash, bytes]): [string, SiteFile] => {
  const url = new URL(path, base).href;
  return [url, { url, hash, bytes }];
}));
const atOnce = [...files.values()].filter((file) => file.bytes <= AT_ONCE_BYTES);
const mark = new URL("?kept", base).href;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), dropOlder()])));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (new URL(request.url).origin !== base.origin) return;
  // Chromium's "only-if-cached" probes may not be fetched again.
  if (request.cache === "only-if-cached" && request.mode !== "same-origin") return;
  event.respondWith(answer(request));
});
self.addEventListener("message", (event) => {
  const port = event.ports[0];
  event.waitUntil(obey(event.data as ToKeeper, (said) => port?.postMessage(said)));
});

/** The first worker starts at once, so that the page can be isolated; keeping comes later, when the page has time. */
async function install(): Promise<void> {
  if (!self.registration.active) return self.skipWaiting();
  // The older version was kept whole, so this one is too, before it takes its place.
  for (const cache of await older()) if (await cache.match(mark)) return keep(atOnce);
}

async function obey(order: ToKeeper, say: (said: FromKeeper) => void): Promise<void> {
  switch (order.type) {
    case "state": return say({ type: "state", state: await state() });
    case "take-over":
      // The only page is the one that asks; it loads again. One that is just being closed takes a moment to be gone.
      for (let look = 0; look < 10; look++) {
        const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
        if (pages.length === 1) return self.skipWaiting();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return;
    case "keep":
      try {
        await keep(order.all ? [...files.values()] : atOnce, async () => say({ type: "state", state: await state() }));
        return say({ type: "kept", state: await state() });
      } catch (error) {
        return say({ type: "failed", why: error instanceof DOMException && error.name === "QuotaExceededError" ? "full" : "network" });
      }
  }
}

// ---- what is kept ----

let isComplete: boolean | null = null;

/** Whether all that is kept at once is here. */
async function complete(): Promise<boolean> {
  isComplete ??= !!(await (await caches.open(name)).match(mark));
  return isComplete;
}

async function state(): Promise<KeptState> {
  const cache = await caches.open(name);
  const here = new Set((await cache.keys()).map((request) => request.url));
  const missing = [...files.values()].filter((file) => !here.has(file.url));
  return { version: SITE.version, complete: await complete(), missing: missing.length, missingBytes: missing.reduce((sum, file) => sum + file.bytes, 0) };
}

/** Keeps these files, a few at a time; throws if one is not to be had as this version knows it. */
async function keep(wanted: SiteFile[], progress?: () => Promise<void>): Promise<void> {
  const cache = await caches.open(name);
  const waiting = [...wanted];
  const one = async (): Promise<void> => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      if (await cache.match(file.url)) continue;
      await cache.put(file.url, await olderCopy(file) ?? await fetched(file));
      await progress?.();
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, one));
  await cache.put(mark, new Response(""));
  isComplete = true;
}

/** A file from the network, if it is the one that this version knows. */
async function fetched(file: SiteFile): Promise<Response> {
  const response = await fetch(file.url, { cache: "no-cache" });
  if (!response.ok) throw new Error(`${file.url}: ${response.status}`);
  const body = await response.arrayBuffer();
  if (await hashOf(body) !== file.hash) throw new Error(`${file.url} belongs to another version`);
  return new Response(body, { headers: { "Content-Type": response.headers.get("Content-Type") ?? "", "X-Kept-Hash": file.hash } });
}

async function hashOf(body: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 16);
}

async function older(): Promise<Cache[]> {
  const names = (await caches.keys()).filter((other) => other.startsWith(ours) && other !== name);
  return Promise.all(names.map((other) => caches.open(other)));
}

/** The same content, kept by an older version. */
async function olderCopy(file: SiteFile): Promise<Response | undefined> {
  for (const cache of await older()) {
    const copy = await cache.match(file.url);
    if (copy?.headers.get("X-Kept-Hash") === file.hash) return copy;
  }
  return undefined;
}

async function dropOlder(): Promise<void> {
  const names = (await caches.keys()).filter((other) => other.startsWith(ours) && other !== name);
  await Promise.all(names.map((other) => caches.delete(other)));
}

// ---- answers ----

async function answer(request: Request): Promise<Response> {
  const file = request.method === "GET" ? fileOf(request.url) : undefined;
  // What follows "?" in a worker's address is for its policy, and not for the page's server.
  if (!file || !await complete()) return isolated(await fetch(file && new URL(file.url).pathname === REMOTE ? file.url : request), request);
  const cache = await caches.open(name);
  const kept = await cache.match(file.url);
  if (kept) return isolated(kept, request);
  try {
    const late = await fetched(file);
    await cache.put(file.url, late.clone()).catch(() => undefined); // no room: it is used and not kept
    return isolated(late, request);
  } catch {
    return isolated(new Response("Not kept, and not to be had now.\n", { status: 503 }), request);
  }
}

/** A folder stands for its index.html; what follows "?" is for the page. */
function fileOf(address: string): SiteFile | undefined {
  const url = new URL(address);
  const path = url.origin + url.pathname;
  return files.get(path.endsWith("/") ? `${path}index.html` : path);
}

function policyOf({ pathname, searchParams }: URL): string {
  if (pathname !== REMOTE) return WORKER_POLICY;
  let sites: unknown = [];
  try {
    sites = JSON.parse(searchParams.get("hosts") ?? "[]");
  } catch { /* none is confirmed */ }
  const confirmed = Array.isArray(sites) ? sites.filter((site): site is string => typeof site === "string" && CONFIRMED.test(site)) : [];
  return `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src ${["'self'", ...confirmed].join(" ")}`;
}

function isolated(response: Response, { destination, url }: Request): Response {
  if (response.type === "error" || response.type === "opaque" || response.type === "opaqueredirect" || response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [header, value] of Object.entries(ISOLATION)) headers.set(header, value);
  if (destination === "worker" || destination === "sharedworker") headers.set("Content-Security-Policy", policyOf(new URL(url)));
  const body = [204, 304].includes(response.status) ? null : response.body;
  return new Response(body, { status: response.status, statusText: response.statusText, headers });
}
