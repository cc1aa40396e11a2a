// Which layers count: ranges of their numbers, as the engine, the address and the command line have them, and what the
// numbers are in words. Layers are the groups of a wiring, numbered from 0.

import { integer, plural } from "./format";

/** Ascending ranges [first, last] without overlap; null where all layers count. */
export type Layers = [first: number, last: number][] | null;

/** The largest number that the engine takes. */
const MOST = 4294967295;
/** More kinds than these are counted, not named. */
const MOST_NAMED = 3;
/** How matrices are called that no block has. */
export const OTHER = "other matrices";

/** The ranges of ascending numbers. */
export function rangesOf(numbers: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const n of numbers) {
    const last = ranges[ranges.length - 1];
    if (last && last[1] === n - 1) last[1] = n;
    else ranges.push([n, n]);
  }
  return ranges;
}

/** `0-3,8`, as `--layers` takes it; empty for all. */
export function layersText(layers: Layers | undefined): string {
  return (layers ?? []).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

/** Reads what `layersText` wrote; whatever does not ascend counts as no choice. */
export function layersFrom(text: string): Layers {
  const ranges: [number, number][] = [];
  for (const part of text.split(",")) {
    const found = /^(\d+)(?:-(\d+))?$/.exec(part);
    const first = Number(found?.[1]);
    const last = Number(found?.[2] ?? found?.[1]);
    const before = ranges[ranges.length - 1];
    if (!found || last > MOST || first > last || (before && first <= before[1])) return null;
    if (before && first === before[1] + 1) before[1] = last;
    else ranges.push([first, last]);
  }
  return ranges;
}

/** Whether the layer of this number counts. */
export function counts(layers: Layers | undefined, number: number): boolean {
  return !layers || layers.some(([first, last]) => first <= number && number <= last);
}

/** Where a layer stands: its kind, such as "attention in", and its block; without blocks, its own number. */
export interface Place { kind: string; block: number }

export interface Places {
  /** One for each layer, in order. */
  layers: Place[];
  /** Kinds in their first order; a single empty one where the wiring has no blocks. */
  kinds: string[];
  /** What a number in `Place.block` counts. */
  unit: "block" | "layer";
  /** The smallest and the largest. */
  blocks: [number, number];
  /** Blocks are counted through stages, and have other numbers in the names. */
  staged: boolean;
}

/** Kinds and blocks from the names of the groups of a wiring. */
export function placesOf(names: readonly string[]): Places {
  const parts = names.map((name) => /^(?:(.+?) )??(?:stage (\d+) )?block (\d+) (?:(expert) \d+ )?(.+)$/.exec(name));
  const staged = parts.some((part) => part?.[2] !== undefined);
  // Blocks that are numbered anew in each stage are counted through.
  const through = new Map<string, number>();
  const layers = parts.map((part, number): Place => {
    if (!part) return { kind: "", block: number };
    const [, stack, stage = "", block, expert, role] = part;
    const key = `${stack} ${stage} ${block}`;
    if (!through.has(key)) through.set(key, through.size);
    return { kind: [stack, expert, role].filter(Boolean).join(" "), block: staged ? through.get(key)! : Number(block) };
  });
  const named = layers.filter((place) => place.kind !== "");
  const numbers = (named.length ? named : layers).map((place) => place.block);
  const range = numbers.reduce<[number, number]>(([low, high], n) => [Math.min(low, n), Math.max(high, n)], [Infinity, 0]);
  return { layers, kinds: [...new Set(layers.map((place) => place.kind))], unit: named.length ? "block" : "layer", blocks: range, staged };
}

/** The layers of these kinds within these blocks; all of them are no choice. Empty where nothing is left. */
export function chosen(places: Places, kinds: ReadonlySet<string>, [first, last]: readonly [number, number]): Layers {
  const within = ({ kind, block }: Place): boolean => (places.unit === "block" && kind === "") || (block >= first && block <= last);
  const numbers = places.layers.flatMap((place, number) => (kinds.has(place.kind) && within(place) ? [number] : []));
  return numbers.length === places.layers.length ? null : rangesOf(numbers);
}

/** The kinds and blocks of the layers that count: what the control shows of a choice that came from elsewhere. */
export function spanned(places: Places, layers: Layers | undefined): { kinds: Set<string>; blocks: [number, number] } {
  const there = places.layers.filter((_, number) => counts(layers, number));
  if (!layers || !there.length) return { kinds: new Set(places.kinds), blocks: places.blocks };
  const numbers = there.filter((place) => places.unit === "layer" || place.kind !== "").map((place) => place.block);
  const blocks: [number, number] = numbers.length ? [Math.min(...numbers), Math.max(...numbers)] : places.blocks;
  return { kinds: new Set(there.map((place) => place.kind)), blocks };
}

/** "6 of 24 layers", or "6 layers" where nobody knows of how many. */
export function share(count: number, all: number | null): string {
  return all === null ? plural(count, "layer") : `${integer(count)} of ${plural(all, "layer")}`;
}

/** What counts, in words, from the names of the layers that do: "attention in, blocks 0 to 5". */
export function layersWords(names: readonly string[], layers: Layers | undefined): string {
  const { kinds, unit, blocks: [first, last], layers: places, staged } = placesOf(names);
  if (unit === "layer") return layers?.length === 1 ? span("layer", ...layers[0]!) : named(names, "matrices");
  const blocks = new Set(places.filter((place) => place.kind !== "").map((place) => place.block));
  const where = !staged && blocks.size === last - first + 1 ? span("block", first, last) : plural(blocks.size, "block");
  return `${named(kinds.map((kind) => kind || OTHER), "kinds of matrices")}, ${where}`;
}

function span(what: string, first: number, last: number): string {
  return first === last ? `${what} ${first}` : `${what}s ${first} to ${last}`;
}

function named(list: readonly string[], many: string): string {
  return list.length <= MOST_NAMED ? list.join(", ") : `${integer(list.length)} ${many}`;
}
