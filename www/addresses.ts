// Where the parts of the site are that are loaded later: workers, Wasm modules. Beside this script, unless a host has put
// them elsewhere, as bundlers do with the files of the npm package.

/** Addresses by part, such as "assets/engine-worker.js" or "wasm/view.js". */
export type Addresses = Record<string, string>;

let told = inherited();

/** A worker is told with its name, which is there before any message. The name of a window is anybody's to set. */
function inherited(): Addresses | null {
  const { document, name } = globalThis as { document?: unknown; name?: string };
  return !document && name?.startsWith("{") ? JSON.parse(name) as Addresses : null;
}

/** The host says where the parts are. */
export function tellAddresses(addresses: Addresses): void {
  told = addresses;
}

/** The name that tells a worker what was told here; none where nothing was. */
export function nameOfWorker(): string {
  return told ? JSON.stringify(told) : "";
}

/** The address of a part, by its path below the site. */
export function addressOf(part: string): string {
  return told?.[part] ?? new URL(`../${part}`, import.meta.url).href;
}
