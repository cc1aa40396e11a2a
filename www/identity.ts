// Which checkpoints a link is about, without their names: the first half-dozen bytes of each one's identity.

import { MOST_FILES } from "./hash";
import type { ResultDocument } from "./protocol";

const DIGITS = 12;
const HALF = DIGITS / 2;

/** One short identity for each checkpoint; of very long series, one for all. */
export function identitiesOf(document: ResultDocument): string[] {
  const each = document.checkpoints.map((c) => joined(c.files.map((file) => String(file.identity ?? "").replace(/^remote:/, "").slice(0, DIGITS))));
  const known = [...new Set(each.filter((identity) => identity !== ""))];
  return known.length > MOST_FILES ? [joined(known)] : known;
}

/** The same for the parts of a checkpoint in any order; empty where one of them is not known. */
function joined(parts: readonly string[]): string {
  if (!parts.length || !parts.every((part) => /^[0-9a-f]{12}$/.test(part))) return "";
  const half = (from: number): string => parts.reduce((sum, part) => (sum ^ parseInt(part.slice(from, from + HALF), 16)) >>> 0, 0).toString(16).padStart(HALF, "0");
  return half(0) + half(HALF);
}

/** How many of the linked checkpoints are here. */
export function found(linked: readonly string[], document: ResultDocument): number {
  const here = new Set(identitiesOf(document));
  return linked.filter((identity) => here.has(identity)).length;
}
