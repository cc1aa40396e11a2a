// The page's side of the worker that reads from other sites. Each confirmed host has a worker of its own, whose policy, which
// the service worker gives it, names that host and no other.

import { addressOf, toldAddresses } from "../addresses";
import type { EngineError, Options } from "../protocol";
import { counting } from "../requests-channel";
import { nameFor } from "../worker-name";
import type { Cost, FromRemote, Looked, RemoteWish, ToRemote, Traffic } from "./protocol";

/** How far the looking is; called until the answer comes. */
export type TellLooking = (done: number, of: number) => void;

export interface RemoteEvents {
  traffic(traffic: Traffic[]): void;
  /** Whether the worker has a policy of its own. */
  policy(has: boolean): void;
}

type Answer = Extract<FromRemote, { type: "looked" | "cost" }>;
type Asked = Extract<ToRemote, { type: "look" | "cost" }>;
type Wanted<T> = T extends unknown ? Omit<T, "request"> : never;

interface Waiting { resolve(answer: Answer): void; reject(error: EngineError): void; looking: TellLooking }

/** What every request comes to once the worker has failed. */
export const BROKEN: EngineError = { code: "remote", text: "The worker that reads from other sites did not start.", file: "", hint: "Reload the page to try again." };
/** What a request that was stopped comes to. */
export const STOPPED: EngineError = { code: "stopped", text: "", file: "", hint: "" };

let started = 0;

export class Remote {
  /** No two of a page have the same. */
  readonly id = (started += 1);
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;
  private closed = false;

  /** Starts the worker. Throws where the browser starts none. */
  constructor(readonly hosts: readonly string[], private readonly events: RemoteEvents) {
    // By its address, not from a blob: a blob would have the page's policy, which allows no other site.
    // Only the service worker makes something of the hosts: nobody else, such as the page's own server, is told them.
    const query = navigator.serviceWorker?.controller ? `?hosts=${encodeURIComponent(JSON.stringify(hosts))}` : "";
    const address = addressOf("assets/remote-worker.js") + query;
    this.worker = new Worker(address, { type: "module", name: nameFor({ addresses: toldAddresses(), channel: counting }) });
    this.worker.onmessage = ({ data }: MessageEvent<FromRemote>) => this.take(data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      for (const { reject } of this.waiting.values()) reject(BROKEN);
      this.waiting.clear();
    };
  }

  /** Whether it may talk to exactly these hosts. */
  serves(hosts: readonly string[]): boolean {
    return !this.closed && this.hosts.join() === hosts.join();
  }

  /** Asks for the list of files and their headers. */
  async look(wish: RemoteWish, signal: AbortSignal, looking: TellLooking): Promise<Looked> {
    const answer = await this.ask({ type: "look", wish }, signal, looking);
    const { looked } = answer as Extract<Answer, { type: "looked" }>;
    for (const { file } of looked.files) file.worker = this.id;
    return looked;
  }

  /** What an analysis of what was looked at last would cost. */
  async cost(options: Options, signal: AbortSignal): Promise<Cost> {
    const answer = await this.ask({ type: "cost", options }, signal);
    return (answer as Extract<Answer, { type: "cost" }>).cost;
  }

  /** A port over which another worker may ask for bytes of the files. */
  port(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.send({ type: "port" }, [port1]);
    return port2;
  }

  close(): void {
    this.closed = true;
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(STOPPED);
    this.waiting.clear();
  }

  private ask(asked: Wanted<Asked>, signal: AbortSignal, looking: TellLooking = () => undefined): Promise<Answer> {
    const request = (this.last += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(request, { resolve, reject, looking });
      signal.addEventListener("abort", () => {
        if (!this.waiting.delete(request)) return;
        this.send({ type: "stop", request });
        reject(STOPPED);
      }, { once: true });
      this.send({ ...asked, request });
    });
  }

  private take(data: FromRemote): void {
    switch (data.type) {
      case "ready": return this.events.policy(data.policy);
      case "traffic": return this.events.traffic(data.traffic);
      case "looking": return this.waiting.get(data.request)?.looking(data.done, data.of);
    }
    const waiting = this.waiting.get(data.request);
    this.waiting.delete(data.request);
    if (data.type === "refused") waiting?.reject(data.error);
    else waiting?.resolve(data);
  }

  private send(message: ToRemote, ports: MessagePort[] = []): void {
    this.worker.postMessage(message, ports);
  }
}
