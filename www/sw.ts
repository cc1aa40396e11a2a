// Service worker: gives every response of this site the headers that a static host cannot send. It caches nothing.

/// <reference lib="webworker" />
declare const self: ServiceWorkerGlobalScope;

const ISOLATION: Record<string, string> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "cross-origin",
  // Chromium isolates a document by this header alone, also inside a foreign page.
  "Document-Isolation-Policy": "isolate-and-require-corp",
};

// A <meta> policy does not reach workers: here it does, so that the engine cannot talk to other sites either.
const WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; connect-src 'self'";

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (new URL(request.url).origin !== self.location.origin) return;
  // Chromium's "only-if-cached" probes may not be fetched again.
  if (request.cache === "only-if-cached" && request.mode !== "same-origin") return;
  event.respondWith(answer(request));
});

async function answer(request: Request): Promise<Response> {
  const response = await fetch(request);
  if (response.type === "error" || response.type === "opaque" || response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  if (request.destination === "worker" || request.destination === "sharedworker") headers.set("Content-Security-Policy", WORKER_POLICY);
  const body = response.status === 204 || response.status === 304 ? null : response.body;
  return new Response(body, { status: response.status, statusText: response.statusText, headers });
}

export {};
