// Starts a worker of the site from a blob that imports it. Such a worker has the page's own policy, which a worker by address
// has only from its host's headers; and a sandboxed frame, which may start no worker by address, may start this.

import { counting } from "./requests-channel";

const addresses = new Map<string, string>();

/** `file` lies beside this script. */
export function startWorker(file: string): Worker {
  let address = addresses.get(file);
  if (!address) {
    const imports = ["watch-worker.js", file].map((name) => `import ${JSON.stringify(new URL(name, import.meta.url).href)};`);
    address = URL.createObjectURL(new Blob(imports, { type: "text/javascript" }));
    addresses.set(file, address);
  }
  return new Worker(address, { type: "module", name: counting });
}
