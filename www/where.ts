// Where it happens: the groups of a checkpoint as rows and columns, in the order of a number, and as a document of one of
// them. Plain data, without the page.

import { placesOf } from "./layers";
import type { Checkpoint, Group, Maybe, Null, ResultDocument } from "./protocol";

/** Shuffles for each group from which on one that is wider than all of them is told: of 24 groups one would be so by
 * chance in twenty pages (design brief, section 7). */
export const SHUFFLES_PER_GROUP = 20;

export type Key = "name" | "width" | "excess" | "alpha0" | "nfd";

/** One group of one checkpoint. */
export interface Cell {
  /** Its number, as `--layers` counts. */
  number: number;
  name: string;
  kind: string;
  block: number;
  group: Group;
  excess: Maybe;
  /** Shuffles that are narrower, of so many. */
  above: number;
  of: number;
  /** Wider than all shuffles, of which there are enough for so many groups. */
  bold: boolean;
  nfd: Maybe;
}

/** Rows are kinds of matrices, columns blocks; a cell may hold several groups (experts), or none. */
export interface Grid {
  rows: string[];
  columns: number[];
  cells: Cell[][][];
  /** What the columns count. */
  unit: "block" | "layer";
}

export function cellsOf(checkpoint: Checkpoint): Cell[] {
  const groups = checkpoint.groups ?? [];
  const places = placesOf(groups.map((group) => group.name));
  return groups.map((group, number): Cell => {
    const null_ = shuffleOfGroup(group);
    const values = (null_?.width_values ?? []).filter((value): value is number => value !== null);
    const above = group.width === null ? 0 : values.filter((value) => value < group.width!).length;
    const { kind, block } = places.layers[number]!;
    return {
      number, name: group.name, kind, block, group, above, of: values.length,
      excess: group.width === null || null_?.width == null ? null : group.width - null_.width,
      bold: values.length >= SHUFFLES_PER_GROUP * groups.length && above === values.length,
      nfd: checkpoint.nfd.layers?.[number]?.mean ?? null,
    };
  });
}

export function shuffleOfGroup(group: Group): Group["nulls"][number] | null {
  return group.nulls.find((n) => n.kind === "shuffle" && n.samples > 0) ?? null;
}

/** The mean over the groups of a row or column, of those that have a number. */
function mean(cells: readonly Cell[]): number {
  const values = cells.flatMap((cell) => cell.excess ?? []);
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : -Infinity;
}

/** In the order of the wiring, or with the largest excess first. */
export function gridOf(cells: readonly Cell[], sorted: { rows: boolean; columns: boolean }): Grid {
  const rows = [...new Set(cells.map((cell) => cell.kind))];
  const columns = [...new Set(cells.map((cell) => cell.block))].sort((a, b) => a - b);
  const byExcess = <T>(of: (cell: Cell) => T) => (a: T, b: T): number =>
    mean(cells.filter((cell) => of(cell) === b)) - mean(cells.filter((cell) => of(cell) === a)) || 0;
  if (sorted.rows) rows.sort(byExcess((cell) => cell.kind));
  if (sorted.columns) columns.sort(byExcess((cell) => cell.block));
  return { rows, columns, unit: placesOf(cells.map((cell) => cell.name)).unit, cells: rows.map((row) => columns.map((column) => cells.filter((cell) => cell.kind === row && cell.block === column))) };
}

/** Sorted by a number, the largest first, or by the order of the wiring. What has no number comes last. */
export function ordered(cells: readonly Cell[], key: Key, ascending: boolean): Cell[] {
  const value = (cell: Cell): Maybe => (key === "name" ? cell.number : key === "excess" ? cell.excess : key === "nfd" ? cell.nfd : cell.group[key]);
  const sign = ascending ? 1 : -1;
  return [...cells].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return x === y ? a.number - b.number : x === null ? 1 : -1;
    return sign * (x - y) || a.number - b.number;
  });
}

/** A tint of the accent, in percent: in proportion to the excess, never alone. */
export function tint(excess: Maybe, largest: number): number {
  const most = 20;
  return excess === null || excess <= 0 || largest <= 0 ? 0 : Math.round((most * excess) / largest);
}

/** The document of nothing but one group, for the large chart: every checkpoint that has it, with its own spectrum. */
export function documentOf(whole: ResultDocument, name: string): ResultDocument {
  const of = (checkpoint: Checkpoint): Checkpoint[] => {
    const group = checkpoint.groups?.find((g) => g.name === name);
    const sample = checkpoint.samples[0];
    if (!group || !sample) return [];
    return [{
      ...checkpoint,
      groups: [],
      mean: { alpha0: group.alpha0, alpha0_sd: null, width: group.width, width_sd: null },
      samples: [{ ...sample, neurons_kept: group.neurons_kept, alpha: group.alpha, f: group.f, alpha0: group.alpha0, width: group.width, asymmetry: group.asymmetry, tau: [], stderr: [], r_squared: [], dimension: [], partition: { q: [], ln_z: [] } }],
      nulls: checkpoint.nulls.flatMap((null_) => nullOf(group, null_)),
      emergence: null,
    }];
  };
  return { ...whole, checkpoints: whole.checkpoints.flatMap(of), scores: [] };
}

function nullOf(group: Group, whole: Null): Null[] {
  const own = group.nulls.find((n) => n.kind === whole.kind);
  if (!own) return [];
  const { nfd: _, ...rest } = whole;
  return [{ ...rest, ...own, emergence: null, emergence_interval: null, asymmetry: null, asymmetry_interval: null, alpha: [], f: [], alpha0_values: [], ...("envelope" in whole ? { envelope: [] } : {}) }];
}
