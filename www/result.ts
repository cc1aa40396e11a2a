// What a result document must have before the page looks into it.

import type { ResultDocument } from "./protocol";

export const SCHEMA = "neuromfa-result/";

export function isResult(value: unknown): value is ResultDocument {
  const d = value as Partial<ResultDocument> | null;
  return !!d && d.schema === "neuromfa-result/1" && Array.isArray(d.checkpoints) && d.checkpoints.length > 0
    && d.checkpoints.every((c) => !!c && Array.isArray(c.samples) && !!c.mean && !!c.network && Array.isArray(c.nulls)) && !!d.options;
}
