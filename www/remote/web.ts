// What the page knows of other sites: what was asked of them, and what of them is to be read.

import type { Options } from "../protocol";
import { bytes, integer, plural } from "../format";
import type { Looked, Traffic } from "./protocol";

export interface Web {
  /** The host that was confirmed last. */
  host: string;
  /** What every worker has asked so far, by host. */
  traffic: Traffic[];
  /** Whether all of them have a policy of their own. */
  policy: boolean;
}

/** The worker that knows the files, as the page uses it. */
export interface RemoteWorker {
  readonly id: number;
  port(): MessagePort;
  close(): void;
}

/** What was found, and how it is to be read. */
export interface RemoteReading {
  looked: Looked;
  options: Options;
  /** Bytes that will be read. */
  bytes: number;
  worker: RemoteWorker;
  /** For the address of the page; the token is in no address. */
  typed: { source: string; revisions: string };
}

/** "84 MB": no digit behind the point where it is 0. */
export function sizeText(n: number): string {
  return bytes(n).replace(".0 ", " ");
}

export const NO_POLICY = "On this site no service worker runs, so nothing but the page\u2019s own code keeps this worker to that host.";

/** "412 requests to huggingface.co and 1 other host, 84 MB"; empty before the first. */
export function trafficWords({ host, traffic }: Web): string {
  const total = traffic.reduce((sum, one) => ({ requests: sum.requests + one.requests, bytes: sum.bytes + one.bytes }), { requests: 0, bytes: 0 });
  if (!total.requests) return "";
  const named = traffic.some((one) => one.host === host) ? host : traffic[0]!.host;
  const others = traffic.length - 1;
  return `${plural(total.requests, "request")} to ${named}${others ? ` and ${integer(others)} other ${others === 1 ? "host" : "hosts"}` : ""}, ${sizeText(total.bytes)}`;
}
