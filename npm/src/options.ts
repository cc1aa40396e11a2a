// Options of an analysis: the page's own defaults, and what was asked for, checked.

import { allowed, DEFAULTS, NULL_KINDS, possible } from "../../www/hash";
import type { Options } from "../../www/protocol";
import { NeuroMFAError } from "./errors";

/** Every option: those that are given, the others as the page has them. Throws where one cannot be. */
export function completed(given: Partial<Options>): Options {
  const options: Options = { ...DEFAULTS, null: [...DEFAULTS.null] };
  for (const [key, value] of Object.entries(given) as [keyof Options, unknown][]) {
    if (value === undefined) continue;
    check(key, value);
    Object.assign(options, { [key]: value });
  }
  const together = possible(options);
  const changed = (Object.keys(options) as (keyof Options)[]).filter((key) => JSON.stringify(together[key]) !== JSON.stringify(options[key]));
  if (changed.length) throw bad(`These options do not go together with the others: ${changed.join(", ")}.`);
  return options;
}

/** Numbers and names of null models; what remains the engine checks. */
function check(key: keyof Options, value: unknown): void {
  if (!(key in DEFAULTS)) throw bad(`There is no option ${key}; the options are ${Object.keys(DEFAULTS).join(", ")}.`);
  if (typeof DEFAULTS[key] === "number" && !(typeof value === "number" && allowed(key, value))) throw bad(`${key} cannot be ${String(value)}.`);
  if (key !== "null") return;
  const kinds: readonly unknown[] = NULL_KINDS;
  if (!Array.isArray(value) || !value.every((kind) => kinds.includes(kind))) throw bad(`null is a list of ${NULL_KINDS.join(", ")}.`);
}

function bad(text: string): NeuroMFAError {
  return new NeuroMFAError({ code: "bad-option", text });
}
