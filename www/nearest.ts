// What lies under the pointer of a drawn figure.

import type { Layout } from "./protocol";

/** The checkpoint at a place: of the nearest row, else of the nearest step, else of the nearest mark. */
export function nearest({ rows, steps, marks }: Layout, x: number, y: number): number | null {
  const places: { checkpoint: number; away: number }[] =
    rows?.length ? rows.map((row) => ({ checkpoint: row.checkpoint, away: Math.abs(row.y - y) }))
    // Several series share their steps: there the mark decides.
    : steps?.length && new Set(steps.map((step) => step.x)).size === steps.length ? steps.map((step) => ({ checkpoint: step.checkpoint, away: Math.abs(step.x - x) }))
    : (marks ?? []).map((mark) => ({ checkpoint: mark.checkpoint, away: Math.hypot(mark.x - x, mark.y - y) }));
  return places.length ? places.reduce((a, b) => (b.away < a.away ? b : a)).checkpoint : null;
}
