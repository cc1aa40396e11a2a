// Starts a worker of the site from a blob that imports it. Such a worker has the page's own policy, which a worker by address
// has only from its host's headers; and it starts where none by address may: in a sandboxed frame, and for a page of another
// origin than the script's.

import { addressOf, toldAddresses } from "./addresses";
import { counting } from "./requests-channel";
import { nameFor } from "./worker-name";

/** One for each script: a worker that is started again needs the same. */
const blobs = new Map<string, string>();
/** A sandboxed frame has no origin, and there a blob may be a script but no module. */
const sandboxed = self.origin === "null";

/** A worker, by the name of its script. */
export function startWorker(script: string): Worker {
  const name = nameFor({ addresses: toldAddresses(), channel: counting });
  // Of a host that keeps the npm package itself, the strictest policy allows what has an address there.
  if (toldAddresses() && new URL(addressOf(`assets/${script}`)).origin === self.origin) return new Worker(addressOf(`assets/${script}`), { type: "module", name });
  let blob = blobs.get(script);
  if (!blob) {
    const imports = scripts(script).map((name) => JSON.stringify(addressOf(`assets/${name}`)));
    const text = sandboxed ? scriptOf(imports) : imports.map((one) => `import ${one};`).join("");
    blob = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    blobs.set(script, blob);
  }
  return new Worker(blob, { type: sandboxed ? "classic" : "module", name });
}

/** Requests are counted where the page is ours; what another page asks for is its own affair. */
function scripts(script: string): string[] {
  return toldAddresses() ? [script] : ["watch-worker.js", script];
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
