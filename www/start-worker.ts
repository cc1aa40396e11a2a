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
    const imports = scripts(script).map((name) => `import ${JSON.stringify(addressOf(`assets/${name}`))};`);
    blob = URL.createObjectURL(new Blob(imports, { type: "text/javascript" }));
    blobs.set(script, blob);
  }
  return new Worker(blob, { type: "module", name: nameFor({ addresses: toldAddresses(), channel: counting }) });
}

/** Requests are counted where the page is ours; what another page asks for is its own affair. */
function scripts(script: string): string[] {
  return toldAddresses() ? [script] : ["watch-worker.js", script];
}
