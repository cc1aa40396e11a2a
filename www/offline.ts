// Keeping the site for use without a network: asks the service worker once the page has time, and tells what came of it.

import type { FromKeeper, KeptState, ToKeeper } from "./offline-protocol";

/** `none`: no service worker runs here. */
export interface Offline {
  online: boolean;
  keeping: "none" | "no" | "working" | "yes" | "failed" | "full";
  kept: KeptState | null;
  /** A newer version waits until no page of this one is open. */
  newer: boolean;
  keepAll(): void;
}

/** The first view and the engine's download come first. */
const AFTER_MS = 3000;

export async function watchOffline(take: (offline: Offline) => void): Promise<void> {
  const now: Offline = { online: navigator.onLine, keeping: "none", kept: null, newer: false, keepAll: () => void keep(true) };
  const tell = (): void => take({ ...now });
  for (const type of ["online", "offline"]) addEventListener(type, () => { now.online = navigator.onLine; tell(); });
  tell();
  const registration = await worker();
  if (!registration) return;
  const noteNewer = (): void => {
    const { installing, waiting } = registration;
    installing?.addEventListener("statechange", noteNewer);
    now.newer = !!waiting;
    tell();
  };
  registration.addEventListener("updatefound", noteNewer);
  noteNewer();

  const settle = (kept: KeptState): void => {
    now.kept = kept;
    now.keeping = kept.complete ? "yes" : "no";
    tell();
  };
  await ask(registration, { type: "state" }, (said) => { if (said.type === "state") settle(said.state); });
  if (now.keeping === "yes") return;
  setTimeout(() => { if (!savesData()) void keep(false); }, AFTER_MS);

  async function keep(all: boolean): Promise<void> {
    if (!registration || now.keeping === "working") return;
    now.keeping = "working";
    tell();
    await ask(registration, { type: "keep", all }, (said) => {
      if (said.type === "kept") return settle(said.state);
      if (said.type === "failed") now.keeping = said.why === "full" ? "full" : "failed";
      else now.kept = said.state;
      tell();
    });
  }
}

/** The registration of the worker that answers this page; null where there is none. In a frame nothing is kept. */
async function worker(): Promise<ServiceWorkerRegistration | null> {
  try {
    if (self.top !== self || !await navigator.serviceWorker?.getRegistration()) return null;
    return await navigator.serviceWorker.ready;
  } catch {
    return null;
  }
}

/** Sends an order; settles with the last answer to it. */
function ask(registration: ServiceWorkerRegistration, order: ToKeeper, take: (said: FromKeeper) => void): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<FromKeeper>) => {
      take(data);
      if (order.type === "state" || data.type !== "state") {
        port1.close();
        resolve();
      }
    };
    registration.active?.postMessage(order, [port2]);
  });
}

function savesData(): boolean {
  return (navigator as Navigator & { connection?: { saveData?: boolean } }).connection?.saveData === true;
}
