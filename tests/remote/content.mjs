// What a server has to give: a size, and any bytes of it. Nothing is held that can be read or made again.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Bytes or text in memory. */
export function held(bytes) {
  const buffer = Buffer.from(bytes);
  return { size: buffer.length, read: (from, to) => buffer.subarray(from, to) };
}

/** A file, read where it is asked for. */
export function onDisk(path) {
  return {
    size: statSync(path).size,
    read(from, to) {
      const buffer = Buffer.alloc(to - from);
      const file = openSync(path, 'r');
      try {
        readSync(file, buffer, 0, buffer.length, from);
      } finally {
        closeSync(file);
      }
      return buffer;
    },
  };
}

/** The files of a folder by their paths in it; `wanted` chooses among the paths. */
export function folderOf(folder, wanted = /./) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)));
  const named = paths.map((path) => [path.split(sep).join('/'), onDisk(join(folder, path))]);
  return Object.fromEntries(named.filter(([path]) => wanted.test(path)).sort());
}

/** The same length, other bytes in its second half: where headers stand first, they stay as they are and weights do not. */
export function changed(content) {
  const middle = Math.floor(content.size / 2);
  return {
    size: content.size,
    read(from, to) {
      const buffer = Buffer.from(content.read(from, to));
      for (let at = Math.max(0, middle - from); at < buffer.length; at++) buffer[at] ^= 1;
      return buffer;
    },
  };
}

/** What Git holds instead of a file that Git LFS keeps elsewhere. */
export function pointerTo(content) {
  return held(`version https://git-lfs.github.com/spec/v1\noid sha256:${digest(content)}\nsize ${content.size}\n`);
}

const digests = new WeakMap();

/** Tells contents apart by their size, beginning and end; files of gigabytes are made on the fly, and hashing them is not. */
export function digest(content) {
  if (!digests.has(content)) {
    const { size } = content;
    const hash = createHash('sha256').update(`${size} `);
    hash.update(content.read(0, Math.min(size, 65536))).update(content.read(Math.max(0, size - 65536), size));
    digests.set(content, hash.digest('hex'));
  }
  return digests.get(content);
}
