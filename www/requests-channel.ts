// Requests to other sites are told over a channel of the page's own, whose name its workers bear and hand on.

import { handedOn } from "./worker-name";

export const counting: string = handedOn()?.channel ?? `neuromfa requests ${Math.random()}`;

/** `sent`: as the browser's record has it. `stopped`: what the policy forbade. */
export interface Counted { sent: number; stopped: number }

/** Watches this page or worker. */
export function watch(tell: (counted: Counted) => void): void {
  const site = new URL(import.meta.url).origin;
  const stopped = new Set<string>();
  const foreign = (address: string): boolean => /^(https?|wss?):/.test(address) && new URL(address).origin !== site;
  self.addEventListener("securitypolicyviolation", (event) => {
    const { blockedURI } = event as unknown as { blockedURI: string };
    if (!foreign(blockedURI)) return;
    stopped.add(blockedURI);
    tell({ sent: 0, stopped: 1 });
  });
  try {
    new PerformanceObserver((list) => {
      // The record also has requests that were stopped.
      const sent = list.getEntries().filter(({ name }) => foreign(name) && !stopped.has(name)).length;
      if (sent) tell({ sent, stopped: 0 });
    }).observe({ type: "resource", buffered: true });
  } catch { /* an old browser: the policy still forbids them */ }
}
