// Files and addresses as the engine takes them: paths and files.

import type { LocalFile } from "../../www/protocol";
import { NeuroMFAError } from "./errors";

/** A file, a file with its path in a folder, or the address of one that the page may fetch whole. */
export type Source = File | { path: string; file: File } | string | URL;

export async function inputFiles(sources: Iterable<Source>, signal: AbortSignal | undefined): Promise<LocalFile[]> {
  const given = [...sources];
  const addresses = given.filter(isAddress).map(absolute);
  const paths = pathsOf(addresses);
  const names = new Map(addresses.map((address, i) => [address.href, paths[i]!]));
  const files: LocalFile[] = [];
  for (const source of given) {
    if (source instanceof File) files.push({ path: source.webkitRelativePath || source.name, file: source });
    else if (isAddress(source)) files.push(await fetched(absolute(source), names.get(absolute(source).href)!, signal));
    else files.push(source);
  }
  return files;
}

function isAddress(source: Source): source is string | URL {
  return typeof source === "string" || source instanceof URL;
}

function absolute(source: string | URL): URL {
  try {
    return new URL(source, document.baseURI);
  } catch {
    throw new NeuroMFAError({ code: "bad-address", text: `${String(source)} is not an address.`, file: String(source) });
  }
}

/** Names of files at these addresses, with the folders by which they differ: steps may stand in those. */
export function pathsOf(addresses: readonly URL[]): string[] {
  const parts = addresses.map(({ host, pathname }) => [host, ...pathname.split("/").filter(Boolean).map(decoded)]);
  if (!parts.length) return [];
  let shared = 0;
  while (parts.every((path) => shared < path.length - 1 && path[shared] === parts[0]![shared])) shared += 1;
  return parts.map((path) => path.slice(shared).join("/"));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function fetched(address: URL, path: string, signal: AbortSignal | undefined): Promise<LocalFile> {
  const response = await answered(address, signal);
  const name = path.split("/").pop()!;
  return { path, file: new File([await response.blob()], name) };
}

/** The answer of a server; every failure is one of ours but the caller's own wish to stop. */
export async function answered(address: URL, signal: AbortSignal | undefined): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, signal ? { signal } : {});
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new NeuroMFAError({
      code: "network", text: `${address.href} could not be fetched.`, file: address.href,
      hint: address.origin === location.origin ? "Check the address." : "Check the address, and that its server allows other sites to read it (Access-Control-Allow-Origin).",
    });
  }
  if (!response.ok) throw new NeuroMFAError({ code: "http", text: `${address.href} was answered with ${response.status}.`, file: address.href, hint: "Check the address." });
  return response;
}
