// Threads need a cross-origin isolated page. Hosts that cannot send the headers get them from the page's own service
// worker, at the price of one reload on the first visit: unasked, at most once, and never after something was loaded.

const KEY = "neuromfa-reloaded";
let loaded = false;

/** From now on the page holds something of the user's: it must not reload by itself. */
export function somethingLoaded(): void {
  loaded = true;
}

/** Settles once the page may start; never settles if a reload is on its way. */
export async function isolate(): Promise<void> {
  if (globalThis.crossOriginIsolated) {
    forget();
    await register(); // keep the worker's copy fresh, and workers' CSP headers alive
    return;
  }
  if (!mayReload()) return;
  // A worker that does not answer in time must not hold the page back; a later visit will be isolated.
  const controlled = await Promise.race([register(), wait(3000)]);
  if (controlled && !loaded && remember()) {
    location.reload();
    await new Promise(() => undefined);
  }
}

/** Only at the top level, over HTTPS or on this computer, where workers exist, and not twice in one session. */
function mayReload(): boolean {
  if (self.top !== self || !isSecureContext || !("serviceWorker" in navigator)) return false;
  try {
    return sessionStorage.getItem(KEY) === null;
  } catch {
    return false; // without memory there is no guard, and without guard there is no reload
  }
}

/** Registers the worker; true once it controls pages of this folder. */
async function register(): Promise<boolean> {
  if (self.top !== self || !isSecureContext || !("serviceWorker" in navigator)) return false;
  try {
    const registration = await navigator.serviceWorker.register(new URL("sw.js", document.baseURI));
    if (registration.active) return true;
    const worker = registration.installing ?? registration.waiting;
    if (!worker) return false;
    return await new Promise((resolve) => {
      const look = (): void => {
        if (worker.state === "activated") resolve(true);
        if (worker.state === "redundant") resolve(false);
      };
      worker.addEventListener("statechange", look);
      look();
    });
  } catch {
    return false; // refused by settings or by the host: one thread gives the same numbers
  }
}

function remember(): boolean {
  try {
    sessionStorage.setItem(KEY, "1");
    return sessionStorage.getItem(KEY) === "1";
  } catch {
    return false;
  }
}

function forget(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch { /* nothing was remembered */ }
}

function wait(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms));
}
