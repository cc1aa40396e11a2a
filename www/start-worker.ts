// Starts a worker of the site, from whatever origin its script comes.

import { addressOf, nameOfWorker } from "./addresses";

/** One for each script: they are a line long, and a worker that is started again needs the same. */
const blobs = new Map<string, string>();

/** A worker, by the name of its script. */
export function startWorker(script: string): Worker {
  const address = addressOf(`assets/${script}`);
  // Where all is of one site, the plain address: `worker-src 'self'` allows it.
  const url = new URL(address).origin === self.origin ? address : blobThatImports(address);
  return new Worker(url, { type: "module", name: nameOfWorker() });
}

/** Browsers start no worker from a script of another origin, but a worker may import one. */
function blobThatImports(address: string): string {
  const known = blobs.get(address);
  if (known) return known;
  const url = URL.createObjectURL(new Blob([`import ${JSON.stringify(address)};`], { type: "text/javascript" }));
  blobs.set(address, url);
  return url;
}
