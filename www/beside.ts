// The null model that every figure draws in grey: one choice for the whole page.

import { redrawAll } from "./drawing";
import type { NullKind } from "./hash";

let chosen: NullKind = "shuffle";

export const beside = (): NullKind => chosen;

export function drawBeside(kind: NullKind): void {
  if (kind === chosen) return;
  chosen = kind;
  redrawAll();
}
