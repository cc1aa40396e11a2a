// Small pictures for the repository: PNG with a palette of at most 256 colours. Where a picture has more, as along smoothed
// curves, rare colours are replaced by the nearest frequent ones.
import { deflateSync, crc32 } from 'node:zlib';

/** @param {{width: number, height: number, data: Uint8Array}} picture RGBA, opaque */
export function pack({ width, height, data }) {
  const counts = new Map();
  const colourAt = (pixel) => (data[4 * pixel] << 16) | (data[4 * pixel + 1] << 8) | data[4 * pixel + 2];
  for (let pixel = 0; pixel < width * height; pixel++) counts.set(colourAt(pixel), (counts.get(colourAt(pixel)) ?? 0) + 1);
  const palette = paletteOf(counts);
  const places = new Map(palette.map((colour, place) => [colour, place]));
  for (const colour of counts.keys()) if (!places.has(colour)) places.set(colour, nearest(palette, colour));

  // Each row begins with the filter of its bytes: none.
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = places.get(colourAt(y * width + x));
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8); // eight bits, a palette
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(palette.flatMap(channels))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Frequent colours first, but none that is close to one that is there already. */
function paletteOf(counts) {
  const sorted = [...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour);
  const palette = [];
  for (const least of [12, 0]) {
    for (const colour of sorted) {
      if (palette.length === 256) return palette;
      if (!palette.includes(colour) && palette.every((one) => distance(one, colour) > least * least)) palette.push(colour);
    }
  }
  return palette;
}

const channels = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

function distance(a, b) {
  const [p, q] = [channels(a), channels(b)];
  return (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2 + (p[2] - q[2]) ** 2;
}

function nearest(palette, colour) {
  let best = 0;
  palette.forEach((one, place) => { if (distance(one, colour) < distance(palette[best], colour)) best = place; });
  return best;
}

function chunk(type, content) {
  const body = Buffer.concat([Buffer.from(type), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
