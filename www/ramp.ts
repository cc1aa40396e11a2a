// Colours of training steps: nine stops from design brief section 6, interpolated in OKLab. Position is the rank.

import type { Theme } from "./hash";

const STOPS: Record<Theme, string> = {
  light: "B78934 C36C24 C34F39 B83753 A22B6C 86267E 662489 442386 1F2175",
  dark: "8D6524 B0632D CB5E4F D7617D D36FAB CA85D2 C09FEC BABBFE BCD4FF",
};

/** Colour of the checkpoint of this rank among `of`. A single checkpoint is a last one. */
export function stepColour(rank: number, of: number, theme: Theme): string {
  const stops = STOPS[theme].split(" ");
  const at = of < 2 ? stops.length - 1 : (rank / (of - 1)) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  return `oklab(${mix(oklab(stops[low]!), oklab(stops[low + 1]!), at - low).map((v) => v.toFixed(4)).join(" ")})`;
}

function mix(a: number[], b: number[], t: number): number[] {
  return a.map((v, i) => v + (b[i]! - v) * t);
}

function oklab(hex: string): number[] {
  const [r, g, b] = [0, 2, 4].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
