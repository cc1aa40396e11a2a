// A worker is told with its name what it must know before any message: where the parts of the site are, and over which
// channel requests to other sites are counted. It hands both on to workers of its own.

export interface HandedOn {
  /** Addresses by part, where a host has put them elsewhere. */
  addresses: Record<string, string> | null;
  channel: string;
}

/** What the name of this worker says; null in a page, whose name is anybody's to set. */
export function handedOn(): HandedOn | null {
  const { document, name } = globalThis as { document?: unknown; name?: string };
  return !document && name?.startsWith("{") ? JSON.parse(name) as HandedOn : null;
}

export function nameFor(what: HandedOn): string {
  return JSON.stringify(what);
}
