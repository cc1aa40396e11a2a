// The page's service worker: it keeps the site for use without a network, and gives pages of hosts that cannot send headers
// the isolation that threads need. That costs one reload on the first visit: unasked, at most once, and never after something
// was loaded.

const ISOLATED = "neuromfa-reloaded";
const UPDATED = "neuromfa-updated";
const inFrame = self.top !== self;
let loaded = false;

/** From now on the page holds something of the user's: it must not reload by itself. */
export function somethingLoaded(): void {
  loaded = true;
}

/** Settles once the page may start; never settles if a reload is on its way. */
export async function isolate(): Promise<void> {
  if (!workersHelp()) return;
  if (globalThis.crossOriginIsolated) {
    forget(ISOLATED);
    await update(await within(1000, register()));
    return;
  }
  const again = mayReload();
  if (!again) return void register();
  // A worker that does not answer in time must not hold the page back; a later visit will be isolated.
  const registration = await within(3000, register());
  if (registration && await within(3000, activated(registration)) && again) await reload(ISOLATED);
}

/**
 * Whether a service worker can do something here: over HTTPS or on this computer, where workers exist. In a frame of another
 * page only Chromium isolates by it; what a frame keeps for offline use would be kept again for every page around it.
 */
function workersHelp(): boolean {
  try {
    return isSecureContext && "serviceWorker" in navigator && !!navigator.serviceWorker && (!inFrame || isolatesFrames());
  } catch {
    return false; // a sandboxed frame
  }
}

interface Brands { brands: { brand: string; version: string }[]; mobile: boolean }

/** Document-Isolation-Policy came with Chromium 137, on phones with 146. Nothing but the version tells. */
function isolatesFrames(): boolean {
  const { userAgentData } = navigator as Navigator & { userAgentData?: Brands };
  const version = Number(userAgentData?.brands.find(({ brand }) => brand === "Chromium")?.version);
  return version >= (userAgentData?.mobile ? 146 : 137);
}

/** Not where the page was loaded again before: by itself, or by a visitor who passed the worker by. */
function mayReload(): boolean {
  const [visit] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return visit?.type !== "reload" && !remembered(ISOLATED);
}

async function register(): Promise<ServiceWorkerRegistration | null> {
  try {
    return await navigator.serviceWorker.register(new URL("sw.js", document.baseURI), { updateViaCache: "none" });
  } catch {
    return null; // refused by settings or by the host: one thread gives the same numbers
  }
}

/** True once a worker controls pages of this folder. */
function activated({ active, installing, waiting }: ServiceWorkerRegistration): Promise<boolean> {
  const worker = installing ?? waiting;
  if (active) return Promise.resolve(true);
  if (!worker) return Promise.resolve(false);
  return new Promise((resolve) => {
    const look = (): void => {
      if (worker.state === "activated") resolve(true);
      if (worker.state === "redundant") resolve(false);
    };
    worker.addEventListener("statechange", look);
    look();
  });
}

/** A newer version that waits takes the place of this one, if this is the only page of the older. */
async function update(registration: ServiceWorkerRegistration | null): Promise<void> {
  const { serviceWorker } = navigator;
  if (inFrame || loaded || !registration?.waiting || !serviceWorker.controller || remembered(UPDATED)) return;
  // However late the change comes: from then on other files would be served.
  const changed = new Promise((resolve) => serviceWorker.addEventListener("controllerchange", () => resolve(reload(UPDATED)), { once: true }));
  registration.waiting.postMessage({ type: "take-over" });
  await within(2000, changed);
}

/** Loads the page again, once in a session; without memory there is no guard, and without guard no reload. */
async function reload(why: string): Promise<void> {
  if (loaded || !remember(why)) return;
  location.reload();
  await new Promise(() => undefined);
}

function remembered(key: string): boolean {
  try {
    return sessionStorage.getItem(key) !== null;
  } catch {
    return true;
  }
}

function remember(key: string): boolean {
  try {
    sessionStorage.setItem(key, "1");
    return sessionStorage.getItem(key) === "1";
  } catch {
    return false;
  }
}

function forget(key: string): void {
  try {
    sessionStorage.removeItem(key);
  } catch { /* nothing was remembered */ }
}

/** The answer, or null if it takes longer. */
function within<T>(ms: number, answer: Promise<T>): Promise<T | null> {
  return Promise.race([answer, new Promise<null>((resolve) => setTimeout(() => resolve(null), ms))]);
}
