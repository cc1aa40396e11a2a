// What a link is about besides settings: a result, or files that only its reader has.

import { isDrawable, loadDrawing } from "./drawing";
import { unpack } from "./embed/pack";
import { found, identitiesOf } from "./identity";
import type { Banner, Model } from "./model";
import type { ResultDocument } from "./protocol";
import { isResult } from "./result";
import type { Session } from "./session";
import { plural } from "./format";

/** Shows the result of a link, or says why not. The answer is what stands on the page. */
export async function openResult(result: string, model: Model, session: Session): Promise<ResultDocument | null> {
  try {
    const document = result.endsWith(".json") ? await beside(result) : await unpack(result);
    if (!await loadDrawing() || !isDrawable(document)) throw new TypeError("no result");
    session.showResult(document);
    return document;
  } catch {
    model.state.result = "";
    const inside = !result.endsWith(".json");
    model.banners.push({ kind: "error", title: inside ? "The result in this link cannot be read" : `The result of this link, ${result}, is not here`,
      body: inside ? "The link may have been cut when it was copied. Ask for it again." : "A file of that name must stand beside this page, on the same site, and hold a result of NeuroMFA.", actions: [] });
    return null;
  }
}

/** A file in the folder of the page or below it; the address was checked when it was read. */
async function beside(name: string): Promise<ResultDocument> {
  const url = new URL(name, document.baseURI);
  const here = new URL(".", document.baseURI);
  if (!url.href.startsWith(here.href)) throw new TypeError("elsewhere");
  const response = await fetch(url);
  const found: unknown = response.ok ? await response.json() : null;
  if (!isResult(found)) throw new TypeError("no result");
  return found;
}

/** The files that are asked for now, and the end of it. */
let asked: { files: string; end(): void } | null = null;

/** Asks for the files of a link, and tells of those that come whether they are the same. */
export function awaitFiles(files: readonly string[], model: Model, changed: () => void): void {
  if (asked?.files === files.join()) return;
  asked?.end();
  asked = null;
  if (model.document && same(files, model.document)) return;
  let banner: Banner = {
    kind: "note", title: "This link is about files that are not here: drop them to see it",
    body: `It knows ${plural(files.length, "checkpoint")} by a short fingerprint, not by name. What is shown now is the demo.`, actions: [],
  };
  if (model.source !== "demo") banner.body = banner.body.replace("the demo", "another result");
  model.banners.push(banner);
  const ended = new AbortController();
  asked = { files: files.join(), end() {
    ended.abort();
    model.banners = model.banners.filter((one) => one !== banner);
  } };
  document.addEventListener("neuromfa-result", (event) => {
    const result = (event as CustomEvent).detail as ResultDocument;
    model.banners = model.banners.filter((one) => one !== banner);
    const matched = found(files, result);
    banner = same(files, result)
      ? { kind: "match", title: "These are the files of the link", body: "", actions: [] }
      : { kind: "note", title: matched ? `${plural(matched, "file")} of the link, and not the ${files.length} that it is about` : "These are not the files of the link", body: "Its settings hold for them all the same.", actions: [] };
    model.banners.push(banner);
    changed();
  }, { once: true, signal: ended.signal });
}

function same(files: readonly string[], document: ResultDocument): boolean {
  return found(files, document) === files.length && identitiesOf(document).length === files.length;
}
