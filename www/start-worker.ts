// Starts a worker of the site from a blob that imports it. Such a worker has the page's own policy, which a worker by address
// has only from its host's headers; and a sandboxed frame, which may start no worker by address, may start this.

import { counting } from "./requests-channel";

const addresses = new Map<string, string>();
/** A sandboxed frame has no origin, and there a blob may be a script but no module. */
const sandboxed = self.origin === "null";

/** `file` lies beside this script. */
export function startWorker(file: string): Worker {
  let address = addresses.get(file);
  if (!address) {
    const imports = ["watch-worker.js", file].map((name) => JSON.stringify(new URL(name, import.meta.url).href));
    const text = sandboxed ? scriptOf(imports) : imports.map((one) => `import ${one};`).join("");
    address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    addresses.set(file, address);
  }
  return new Worker(address, { type: sandboxed ? "classic" : "module", name: counting });
}

/** A script that imports modules later hears what it is told meanwhile, which a module's worker would keep for it. */
function scriptOf(imports: string[]): string {
  return `const early = [];
const keep = (event) => early.push(event);
self.addEventListener("message", keep);
${imports.reduceRight((then, one) => `import(${one}).then(() => ${then})`, "hand()")}.catch((error) => setTimeout(() => { throw error; }));
function hand() {
  self.removeEventListener("message", keep);
  for (const { data, ports } of early) self.dispatchEvent(new MessageEvent("message", { data, ports }));
}`;
}
