// Where the parts of the site are that are loaded later: workers, Wasm modules. Beside this script, unless a host has put
// them elsewhere, as bundlers do with the files of the npm package.

import { handedOn } from "./worker-name";

/** Addresses by part, such as "assets/engine-worker.js" or "wasm/view.js". */
export type Addresses = Record<string, string>;

let told: Addresses | null = handedOn()?.addresses ?? null;

/** The host says where the parts are. */
export function tellAddresses(addresses: Addresses): void {
  told = addresses;
}

/** What the host has told; null where the parts lie as in the site. */
export function toldAddresses(): Addresses | null {
  return told;
}

/** The address of a part, by its path below the site. */
export function addressOf(part: string): string {
  return told?.[part] ?? new URL(`../${part}`, import.meta.url).href;
}
