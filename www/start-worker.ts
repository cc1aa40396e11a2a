// Starts a worker of the site from a blob that imports it. Such a worker has the page's own policy, which a worker by address
// has only from its host's headers; and it starts where none by address may: in a sandboxed frame, and for a page of another
// origin than the script's.

import { addressOf, toldAddresses } from "./addresses";
import { counting } from "./requests-channel";
import { nameFor } from "./worker-name";

/** One for each script: a worker that is started again needs the same. */
const blobs = new Map<string, string>();

/** A worker, by the name of its script. */
export function startWorker(script: string): Worker {
  let blob = blobs.get(script);
  if (!blob) {
    const addresses = scripts(script).map((name) => addressOf(`assets/${name}`));
    const text = WITHOUT_ORIGIN ? patient(addresses) : addresses.map((address) => `import ${JSON.stringify(address)};`).join("");
    blob = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    blobs.set(script, blob);
  }
  return new Worker(blob, { type: WITHOUT_ORIGIN ? "classic" : "module", name: nameFor({ addresses: toldAddresses(), channel: counting }) });
}

/** A sandboxed frame, where Chromium starts no module from a blob; a classic script there may still import modules. */
const WITHOUT_ORIGIN = self.origin === "null";

/** A classic script that imports modules, and hands on the messages that came before they were there. */
function patient(addresses: readonly string[]): string {
  const imports = addresses.map((address) => `.then(() => import(${JSON.stringify(address)}))`).join("");
  return `const early = []; const keep = (event) => early.push(event); addEventListener("message", keep);
Promise.resolve()${imports}.then(() => {
  removeEventListener("message", keep);
  for (const { data, ports } of early) dispatchEvent(new MessageEvent("message", { data, ports: [...ports] }));
}, (error) => setTimeout(() => { throw error; }));`;
}

/** Requests are counted where the page is ours; what another page asks for is its own affair. */
function scripts(script: string): string[] {
  return toldAddresses() ? [script] : ["watch-worker.js", script];
}
