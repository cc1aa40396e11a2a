// Ranges of files that were read: kept for the session, so that other options or another seed fetch nothing twice.

interface Part { start: number; bytes: Uint8Array<ArrayBuffer>; used: number }

export interface Gap { start: number; end: number }

export class RangeCache {
  /** Of every file, by their first byte. Parts may touch and overlap. */
  private readonly files = new Map<number, Part[]>();
  private kept = 0;
  private clock = 0;

  /** `most`: bytes that are kept at most; those that were used longest ago go first. */
  constructor(private readonly most: number) {}

  /** Copies what is here of the range that `into` is to hold; returns what is not. */
  copy(file: number, offset: number, into: Uint8Array): Gap[] {
    const end = offset + into.length;
    const gaps: Gap[] = [];
    let at = offset;
    for (const part of this.files.get(file) ?? []) {
      const partEnd = part.start + part.bytes.length;
      if (partEnd <= at) continue;
      if (part.start >= end) break;
      if (part.start > at) gaps.push({ start: at, end: part.start });
      at = Math.max(at, part.start);
      const until = Math.min(partEnd, end);
      into.set(part.bytes.subarray(at - part.start, until - part.start), at - offset);
      part.used = this.clock += 1;
      at = until;
      if (at === end) return gaps;
    }
    if (at < end) gaps.push({ start: at, end });
    return gaps;
  }

  keep(file: number, start: number, bytes: Uint8Array<ArrayBuffer>): void {
    if (!bytes.length || bytes.length > this.most / 8) return;
    const parts = this.files.get(file) ?? [];
    this.files.set(file, parts);
    const after = parts.findIndex((part) => part.start > start);
    parts.splice(after < 0 ? parts.length : after, 0, { start, bytes, used: (this.clock += 1) });
    this.kept += bytes.length;
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
