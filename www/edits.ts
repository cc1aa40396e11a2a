// What the user changed about the list of checkpoints: names, steps, series, baselines, what is left out. Plain data that
// lies over the document as it was computed, so that every change can be undone and nothing is read again.

import type { Checkpoint, Maybe, ResultDocument } from "./protocol";

/** Changes of one checkpoint; what is absent is as it was computed. */
export interface Edit {
  name?: string;
  step?: Maybe;
  /** Null for the series without a name. */
  series?: string | null;
  is_baseline?: boolean;
  removed?: boolean;
}

/** By the key of the checkpoint: its name as the engine has it. */
export type Edits = Readonly<Record<string, Edit>>;

export const NONE: Edits = Object.freeze({});

/** Changes that can be undone. */
const MOST_CHANGES = 50;
/** Longest name of a checkpoint or a series. */
export const MOST_LETTERS = 200;

/** The keys of a document's checkpoints: their names, told apart where a file repeats them. */
export function keysOf(document: ResultDocument): string[] {
  const seen = new Map<string, number>();
  const taken = new Set(document.checkpoints.map((c) => c.name));
  return document.checkpoints.map(({ name }) => {
    let times = (seen.get(name) ?? 0) + 1;
    let key = times === 1 ? name : `${name} (${times})`;
    while (times > 1 && taken.has(key)) key = `${name} (${times += 1})`;
    seen.set(name, times);
    taken.add(key);
    return key;
  });
}

/** The records that are left, changed as the user wants: copies, as deep as what is computed anew of them. */
export function edited(document: ResultDocument, keys: readonly string[], edits: Edits): Map<Checkpoint, string> {
  const out = new Map<Checkpoint, string>();
  document.checkpoints.forEach((record, at) => {
    const key = keys[at]!;
    const { removed, ...changes } = edits[key] ?? {};
    if (removed) return;
    const copy: Checkpoint = { ...record, nulls: record.nulls.map((one) => ({ ...one })), ...changes };
    // Absent and null are the same; documents have the shorter form.
    if (copy.series === null) delete copy.series;
    if (!copy.is_baseline) delete copy.is_baseline;
    out.set(copy, key);
  });
  return out;
}

/** The edits with some changes more. */
export function changed(edits: Edits, changes: Readonly<Record<string, Edit>>): Edits {
  // A checkpoint may have any name, also that of something that all objects have.
  const own = (key: string): Edit => (Object.hasOwn(edits, key) ? edits[key]! : {});
  const next = Object.entries(changes).map(([key, change]): [string, Edit] => [key, { ...own(key), ...change }]);
  return Object.fromEntries([...Object.entries(edits), ...next]);
}

/** Whether anything of a document's checkpoints is changed. */
export function touches(keys: readonly string[], edits: Edits): boolean {
  return keys.some((key) => Object.keys(edits[key] ?? {}).length > 0);
}

/** A step as people write it: digits, with the usual separators of thousands. Undefined where it is none. */
export function stepFrom(text: string): Maybe | undefined {
  const digits = text.trim().replace(/(?<=\d)[,_\u202f\u00a0 ](?=\d{3}(?!\d))/g, "");
  if (digits === "") return null;
  const step = Number(digits);
  return /^\d+$/.test(digits) && Number.isSafeInteger(step) ? step : undefined;
}

/** A name as it is kept: one line, not empty, not endless. Undefined where nothing is left of it. */
export function nameFrom(text: string): string | undefined {
  const name = [...text.replace(/\s+/g, " ").trim()].slice(0, MOST_LETTERS).join("");
  return name || undefined;
}

/** The present edits, and those before them. */
export class History {
  now: Edits = NONE;
  private past: { edits: Edits; what: string }[] = [];

  /** What would be undone, in words; null where nothing can be. */
  get last(): string | null {
    return this.past[this.past.length - 1]?.what ?? null;
  }

  change(next: Edits, what: string): void {
    this.past.push({ edits: this.now, what });
    this.past.splice(0, this.past.length - MOST_CHANGES);
    this.now = next;
  }

  /** A change that follows from something else than the list and is no step of its own. */
  amend(changes: Readonly<Record<string, Edit>>): void {
    this.now = changed(this.now, changes);
    for (const step of this.past) step.edits = changed(step.edits, changes);
  }

  /** Takes the last change back and says which it was. */
  undo(): string | null {
    const before = this.past.pop();
    if (before) this.now = before.edits;
    return before?.what ?? null;
  }

  reset(edits: Edits = NONE): void {
    this.now = edits;
    this.past = [];
  }
}
