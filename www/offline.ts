// Keeping the site for use without a network: asks the service worker once the page has time, and puts into words what came of
// it.

import { bytes, integer } from "./format";
import type { FromKeeper, KeptState, ToKeeper } from "./offline-protocol";

/** A title, a text, and what can be done about it. */
export type Detail = [title: string, body: string, action?: { label: string; run: () => void }];

/** What the status bar says of it, empty where there is nothing to say. */
export interface Offline { online: boolean; words: string; details: Detail[] }

interface State {
  online: boolean;
  /** `none`: no service worker runs here. */
  keeping: "none" | "no" | "working" | "yes";
  kept: KeptState | null;
  /** Why the last attempt to keep something came to nothing. */
  failed: "network" | "full" | null;
  /** A newer version waits until no page of this one is open. */
  newer: boolean;
}

/** The first view and the engine's download come first. */
const AFTER_MS = 3000;

export async function watchOffline(take: (offline: Offline) => void): Promise<void> {
  const now: State = { online: navigator.onLine, keeping: "none", kept: null, failed: null, newer: false };
  const tell = (): void => take({ online: now.online, words: words(now), details: details(now, (all) => void keep(all)) });
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
    Object.assign(now, { kept, keeping: kept.complete ? "yes" : "no" });
    tell();
  };
  await ask(registration, { type: "state" }, (said) => { if (said.type === "state") settle(said.state); });
  if (now.kept?.complete) return;
  setTimeout(() => { if (!savesData()) void keep(false); }, AFTER_MS);

  async function keep(all: boolean): Promise<void> {
    if (!registration || now.keeping === "working") return;
    Object.assign(now, { keeping: "working", failed: null });
    tell();
    await ask(registration, { type: "keep", all }, (said) => {
      if (said.type === "kept") return settle(said.state);
      if (said.type === "failed") Object.assign(now, { keeping: now.kept?.complete ? "yes" : "no", failed: said.why });
      else now.kept = said.state;
      tell();
    });
  }
}

function words({ online, keeping, failed }: State): string {
  if (!online) return "Offline";
  if (keeping === "no" && failed) return "Not kept for offline use";
  return { none: "", no: "", working: "Keeping for offline use", yes: "Works offline" }[keeping];
}

function details({ online, keeping, kept, failed, newer }: State, keep: (all: boolean) => void): Detail[] {
  const list: Detail[] = [];
  const whole = keeping === "yes";
  if (!online) list.push(["You are offline", whole ? "Files, demos, lessons and exports all work. Only sources on other sites wait for a connection." : "What this page has loaded goes on working. The rest of it was not kept on this computer."]);
  else if (whole) list.push(["Works offline", "The page is kept on this computer and opens without a network."]);
  else if (keeping === "working") list.push(["Keeping for offline use", "The page is being kept on this computer, so that it opens without a network."]);
  if (failed) {
    list.push(["Not all could be kept", failed === "full" ? "The browser has no room for it." : "The site did not answer.", { label: "Try again", run: () => keep(whole) }]);
  } else if (whole && kept && kept.missing > 0) {
    const files = `${integer(kept.missing)} large ${kept.missing === 1 ? "file" : "files"}`;
    list.push(["Not kept yet", `${files} of the demo, ${bytes(kept.missingBytes)}. They are kept when they are first used.`, { label: "Keep everything for offline use", run: () => keep(true) }]);
  }
  if (newer) list.push(["A new version is here", "It takes the place of this one at the next visit."]);
  return list;
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
