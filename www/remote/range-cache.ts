// Ranges of files that were read: kept for the session, so that other options or another seed fetch nothing twice.

interface Part { start: number; bytes: Uint8Array<ArrayBuffer>; used: number }

export interface Gap { start: number; end: number }

export class RangeCache {
  /** Of every file, by their first byte; no two have a byte in common. */
  private readonly files = new Map<number, Part[]>();
  private kept = 0;
  private clock = 0;

  /** `most`: bytes that are kept at most; those that were used longest ago go first. */
  constructor(private readonly most: number) {}

  /** Copies what is here of the range that `into` is to hold; returns what is not. */
  copy(file: number, offset: number, into: Uint8Array): Gap[] {
    const end = offset + into.length;
    const parts = this.files.get(file) ?? [];
    const gaps: Gap[] = [];
    let at = offset;
    for (let index = firstEndingAfter(parts, offset); at < end && index < parts.length && parts[index]!.start < end; index++) {
      const part = parts[index]!;
      if (part.start > at) gaps.push({ start: at, end: part.start });
      at = Math.max(at, part.start);
      const until = Math.min(endOf(part), end);
      into.set(part.bytes.subarray(at - part.start, until - part.start), at - offset);
      part.used = this.clock += 1;
      at = until;
    }
    if (at < end) gaps.push({ start: at, end });
    return gaps;
  }

  /** Keeps bytes, but for those that are here already. */
  keep(file: number, start: number, bytes: Uint8Array<ArrayBuffer>): void {
    if (!bytes.length || bytes.length > this.most / 8) return;
    const parts = this.files.get(file) ?? [];
    this.files.set(file, parts);
    for (const { start: from, end } of this.copy(file, start, new Uint8Array(bytes.length))) {
      const part = { start: from, bytes: bytes.slice(from - start, end - start), used: (this.clock += 1) };
      parts.splice(firstEndingAfter(parts, from), 0, part);
      this.kept += part.bytes.length;
    }
    if (this.kept > this.most) this.forget();
  }

  /** Lets the older half go: rarely, since all parts are looked at. */
  private forget(): void {
    const ages = [...this.files.values()].flat().map((part) => part.used).sort((a, b) => a - b);
    const limit = ages[ages.length >> 1]!;
    for (const [file, parts] of this.files) {
      const left = parts.filter((part) => part.used > limit);
      this.kept -= parts.reduce((sum, part) => sum + part.bytes.length, 0) - left.reduce((sum, part) => sum + part.bytes.length, 0);
      this.files.set(file, left);
    }
  }
}

function endOf(part: Part): number {
  return part.start + part.bytes.length;
}

/** The index of the first part that has a byte at or behind this one. */
function firstEndingAfter(parts: Part[], at: number): number {
  let [low, high] = [0, parts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (endOf(parts[middle]!) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
