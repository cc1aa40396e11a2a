// What goes wrong, in a form that programs can tell apart and people can read.

import type { EngineError } from "../../www/protocol";
import { errorText } from "../../www/words";

/**
 * An error of this package. `message` is a sentence for the reader, `code` stays the same between versions, `file` names
 * the file or address that it is about (empty where there is none), `hint` says what to do (or is empty).
 */
export class NeuroMFAError extends Error {
  override readonly name = "NeuroMFAError";
  readonly code: string;
  readonly file: string;
  readonly hint: string;

  constructor({ code, text, file, hint }: { code: string; text: string; file?: string; hint?: string }) {
    super(text);
    this.code = code;
    this.file = file ?? "";
    this.hint = hint ?? "";
  }
}

/** What the engine says. */
export function fromEngine(error: EngineError): NeuroMFAError {
  return new NeuroMFAError({ ...error, text: errorText(error) });
}
