// Live parts with answers that are known exactly: the Cantor set and a ring of nodes.

import { h } from "../dom";
import { fixed, integer, percent } from "../format";
import { extent } from "../verdict";
import { asking } from "./ask";
import { columns, figure, numbers, places, slider, type Domain } from "./parts";
import type { MeasureAnswer, NoiseMeasured, RingAnswer } from "./protocol";
import { profile, ringExponent } from "./ring";
import type { Live, Setting } from "./step";

const WEIGHTS = Array.from({ length: 31 }, (_, i) => (10 + i) / 10);

/** The Cantor set, with a weight for its right third. */
export function cantorLive({ given, keep }: Setting, weights: readonly number[] = WEIGHTS): Live {
  let answer: MeasureAnswer | null = null;
  const weight = slider({ label: "Weight of the right third, the left one being 1", values: weights, start: given[0] ?? 2, text: (w) => fixed(w, 1), moved });
  const asked = asking<"measure">((found) => { answer = found; show(); }, (error) => table.fail(error));
  const building = figure("cantor", "Four divisions of one line", () => answer && { parts: { kind: "lesson", lesson: { x: "x", lines: [{ style: "bars", name: "", ...places(bars(answer.generations)) }] }, domain: { x: [0, 1], y: [0, 5] } } });
  const arch = figure("arch", "Spectrum {f(\u03b1)}", () => answer && { parts: { kind: "lesson", lesson: { x: "\u03b1", lines: [
    { style: "exact", name: "exact", ...columns(answer.exact.alpha, answer.exact.f) },
    { style: "dots", name: "counted", ...columns(answer.counted.alpha, answer.counted.f, 3) },
  ] }, domain: ARCH } });
  const table = numbers("Counted in boxes, and the closed form");

  function moved(): void {
    keep([weight.value]);
    asked.ask({ kind: "lesson", what: "measure", weights: [1, 0, weight.value] });
  }

  function show(): void {
    const { counted, exact, q } = answer!;
    const zero = q.indexOf(0);
    const [a, b] = [extent(counted.alpha)!, extent(exact.alpha)!];
    const off = Math.max(...counted.tau.map((tau, i) => Math.abs(tau - exact.tau[i]!)));
    const sentence = `Weight ${fixed(weight.value, 1)}: {\u03b1} from ${fixed(a[0], 4)} to ${fixed(a[1], 4)}, width ${fixed(a[1] - a[0], 4)}.`;
    table.show(["counted", "exact"], [
      ["smallest {\u03b1}", fixed(a[0], 4), fixed(b[0], 4)],
      ["largest {\u03b1}", fixed(a[1], 4), fixed(b[1], 4)],
      ["width {w}", fixed(a[1] - a[0], 4), fixed(b[1] - b[0], 4)],
      ["top of {f}", fixed(counted.f[zero], 4), fixed(exact.f[zero], 4)],
      ["largest difference in {\u03c4(q)}", off.toExponential(0).replace("-", "\u2212"), "0"],
    ], sentence);
    building.draw(`Each bar is divided in three; the middle third is left empty, and the right one gets ${fixed(weight.value, 1)} times the mass of the left one.`);
    arch.draw(a[1] - a[0] < 1e-9 ? `One point: \u03b1 and f are ${fixed(a[0], 4)}. Counted and exact agree.` : `An arch from \u03b1 ${fixed(a[0], 3)} to ${fixed(a[1], 3)} with its top at ${fixed(counted.f[zero], 3)}. Counted and exact agree.`);
  }

  moved();
  return {
    root: h("div.read-live", null, weight.root, h("div.read-figures", null, building.root, arch.root), table.root),
    update() { building.chart.update(); arch.chart.update(); },
    destroy() { asked.destroy(); building.chart.destroy(); arch.chart.destroy(); },
  };
}

/** The same axes for every weight, so that the arch is seen to grow. */
const ARCH: Domain = { x: [0.1, 1.7], y: [0, 0.7] };

/** A row of bars for each generation, the first on top; as high as their mass against the largest of the row. */
function bars(generations: readonly number[][]): [number, number][] {
  return generations.flatMap((masses, row) => {
    const most = Math.max(...masses);
    const floor = generations.length - 1 - row + 0.1;
    return masses.flatMap((mass, i): [number, number][] => (mass > 0 ? [[i / masses.length, floor], [(i + 1) / masses.length, floor + 0.8 * mass / most]] : []));
  });
}

const NODES = 1000;
const NEIGHBOURS = 4;
const SHARES = [0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

/** A ring of nodes, of whose edges some are moved; a neuron of noise beside it. */
export function ringLive({ given, keep }: Setting): Live {
  let answer: RingAnswer | null = null;
  let noise: NoiseMeasured | null = null;
  const share = slider({ label: "Edges that are moved to a node by chance", values: SHARES, start: given[0] ?? 0, text: (p) => percent(p, p > 0 && p < 0.01 ? 1 : 0), moved });
  const asked = asking<"ring">((found) => { answer = found; show(); }, (error) => table.fail(error));
  const other = asking<"noise">((found) => { noise = found.before; boxes.chart.update(); }, () => undefined);
  const boxes = figure("boxes", "What lies within {r} of one node: ln {N(r)/N(d)}", () => answer && { parts: { kind: "lesson", lesson: { x: "ln r/d", lines: [
    ...(noise ? [{ style: "chance" as const, name: "noise", ...places(profile(noise.numbers, 1)) }] : []),
    { style: "dots", name: "ring", ...places(profile(answer.numbers, 1)) },
  ] } } });
  const arch = figure("ring", "Spectrum {f(\u03b1)} of all nodes", () => answer && { parts: { kind: "lesson", lesson: { x: "\u03b1", lines: [{ style: "dots", name: "ring", ...columns(answer.alpha, answer.f, 3) }] }, domain: { x: [0.8, 3], y: [-0.6, 0.03] } } });
  const table = numbers("The spectrum of the ring, and of one whose edges were not moved, by its formula");

  function moved(): void {
    keep([share.value]);
    asked.ask({ kind: "lesson", what: "ring", nodes: NODES, neighbours: NEIGHBOURS, rewired: share.value });
  }

  function show(): void {
    const { alpha0, width, diameter } = answer!;
    table.show(["counted", "unmoved ring, exact"], [
      ["centre {\u03b1\u2080}", fixed(alpha0, 4), fixed(ringExponent(NODES, NEIGHBOURS), 4)],
      ["width {w}", fixed(width, 4), fixed(0, 4)],
      ["largest distance {d}, in hops", integer(diameter), integer(Math.ceil(Math.floor(NODES / 2) / (NEIGHBOURS / 2)))],
    ], `${percent(share.value, 1)} of the edges moved: centre ${fixed(alpha0, 4)}, width ${fixed(width, 4)}, largest distance ${integer(diameter)} hops.`);
    boxes.draw("Number of nodes within a distance of one node of the ring, on two logarithmic axes, beside one neuron of noise in grey.");
    arch.draw(width < 1e-9 ? `One point at ${fixed(alpha0, 4)}.` : `An arch about ${fixed(alpha0, 3)}, ${fixed(width, 3)} wide.`);
  }

  moved();
  other.ask({ kind: "lesson", what: "noise", scale: 1, threshold: 150, shuffles: 0 });
  return {
    root: h("div.read-live", null, share.root, h("div.read-figures", null, boxes.root, arch.root), table.root),
    update() { boxes.chart.update(); arch.chart.update(); },
    destroy() { asked.destroy(); other.destroy(); boxes.chart.destroy(); arch.chart.destroy(); },
  };
}
