// A ring of nodes by its formula, independent of what the laboratory counts.

/** ln(N(r)/N(d)) against ln(r/d), from r = `first` on. */
export function profile(all: readonly number[], first: number): [number, number][] {
  const d = all.length - 1;
  return all.slice(first).map((n, i) => [Math.log((i + first) / d), Math.log(n / all[d]!)]);
}

/** The exponent of a ring whose edges were not moved, from N(r) = 1 + k r: a node and k more with each hop, until all are in. */
export function ringExponent(nodes: number, neighbours: number): number {
  const d = Math.ceil(Math.floor(nodes / 2) / (neighbours / 2));
  const all = Array.from({ length: d + 1 }, (_, r) => Math.min(1 + neighbours * r, nodes));
  const line = profile(all, 1);
  const mean = (of: (p: [number, number]) => number): number => line.reduce((sum, p) => sum + of(p), 0) / line.length;
  const [x, y] = [mean((p) => p[0]), mean((p) => p[1])];
  return mean((p) => (p[0] - x) * (p[1] - y)) / mean((p) => (p[0] - x) ** 2);
}
