// Talk between a frame and the page around it: docs/embedding.md, "Messages". Whatever arrives is checked first; the
// frame obeys its parent alone, and only in what a reader could do as well.

import type { InputFile } from "../protocol";
import { isResult } from "../result";

export interface Host {
  send(type: "ready" | "height" | "result" | "progress" | "error" | "state", content?: object): void;
}

export interface Commands {
  /** A hash as in a link, without "#". */
  set(hash: string): void;
  open(files: InputFile[]): void;
  /** Whether a document can be drawn. */
  drawable(document: object): Promise<boolean>;
}

const MOST_HASH = 32_768;
const MOST_FILES = 20_000;
/** Larger documents are no results of anything that fits into a page. */
const MOST_JSON = 64e6;

/** What is wrong with a message, in a sentence for those who write the page around. */
class Refused extends Error {}

/** Who obeys; null before anybody listens. */
let listening: Commands | null = null;

/** Listens to the parent; the answer speaks to it. In a page of its own there is nobody to talk to. The last one to connect obeys. */
export function connect(commands: Commands): Host {
  const host: Host = {
    // To any origin: who may embed the page is the choice of its own host, and weights are never sent.
    send: (type, content = {}) => { if (parent !== window) parent.postMessage({ type: `neuromfa:${type}`, ...content }, "*"); },
  };
  const first = listening === null;
  listening = commands;
  if (first) addEventListener("message", (event) => {
    if (event.source !== parent || parent === window || !listening) return;
    obey(event.data, listening).catch((error: unknown) => {
      const text = error instanceof Refused ? error.message : "The message could not be read.";
      host.send("error", { code: "bad-message", text, file: "" });
    });
  });
  return host;
}

/** Does what a message asks for; throws `Refused`. Other types are meant for somebody else. */
export async function obey(data: unknown, commands: Commands): Promise<void> {
  if (typeof data !== "object" || data === null) return;
  const message = data as Record<string, unknown>;
  switch (message["type"]) {
    case "neuromfa:set": return commands.set(hashOf(message["hash"]));
    case "neuromfa:open": return commands.open("files" in message ? filesOf(message["files"]) : await fileOf(message["document"], commands));
  }
}

function hashOf(value: unknown): string {
  if (typeof value !== "string") throw new Refused("neuromfa:set needs a hash, which is a text.");
  if (value.length > MOST_HASH) throw new Refused(`The hash is longer than ${MOST_HASH} characters.`);
  return value.replace(/^#/, "");
}

function filesOf(value: unknown): InputFile[] {
  if (!Array.isArray(value) || !value.length || value.length > MOST_FILES || !value.every((one) => one instanceof File)) {
    throw new Refused("neuromfa:open needs a list of File objects.");
  }
  return (value as File[]).map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** A result document as the file that it would have been. */
async function fileOf(value: unknown, commands: Commands): Promise<InputFile[]> {
  let text: string;
  try {
    text = JSON.stringify(value) ?? "";
  } catch {
    throw new Refused("The document is not plain JSON.");
  }
  if (text.length > MOST_JSON) throw new Refused("The document is too large.");
  // What JSON does not carry is gone now.
  const document: unknown = text ? JSON.parse(text) : null;
  if (!isResult(document) || !await commands.drawable(document)) throw new Refused("The document is not a result of NeuroMFA.");
  // A result is known by its beginning.
  const { schema, ...rest } = document;
  return [{ path: "result.json", file: new File([JSON.stringify({ schema, ...rest })], "result.json", { type: "application/json" }) }];
}
