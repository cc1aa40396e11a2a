// Headers of files on other sites: the reader notes what it would have read, that is fetched, and it begins again.

import type { Drop } from "../protocol";
import { parsed, type WholeReader } from "../worker/modules";

interface Need { file: number; offset: number; length: number }

/** Bytes of a file, by the reader's number. */
export type BytesOf = (needs: Need[]) => AsyncIterable<Uint8Array>;

/** More than any header has: a file that makes the reader ask for so much is not fetched piece by piece. */
const MOST_NEEDS = 50_000;
const MOST_BYTES = 1 << 29;

/** What `work` of the reader gives once it has all bytes that it needs. */
export async function withBytes<T>(reader: WholeReader, work: () => T, bytesOf: BytesOf): Promise<T> {
  let asked = 0;
  let bytes = 0;
  for (;;) {
    let result: { value: T } | { error: unknown };
    try {
      result = { value: work() };
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw error;
      result = { error };
    }
    const needs = parsed<Need[]>(reader.needs());
    if (!needs.length) {
      if ("error" in result) throw result.error;
      return result.value;
    }
    asked += needs.length;
    bytes += needs.reduce((sum, { length }) => sum + length, 0);
    if (asked > MOST_NEEDS || bytes > MOST_BYTES) {
      throw Object.assign(new Error("The list of tensors is spread over too much of a file to be fetched. Download the file and drop it."), { code: "remote-header" });
    }
    let at = 0;
    for await (const part of bytesOf(needs)) {
      const { file, offset } = needs[at]!;
      reader.provide(file, offset, part);
      at += 1;
    }
  }
}

/** The checkpoints among the files that the reader was told of. */
export function recognised(reader: WholeReader, bytesOf: BytesOf): Promise<Drop> {
  return withBytes(reader, () => parsed(reader.recognise()), bytesOf);
}
