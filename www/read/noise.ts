// Live parts on a network of noise: how its exponents come about, how they follow the size of the weights, how straight its
// lines are.

import { h } from "../dom";
import { fixed, integer } from "../format";
import { extent } from "../verdict";
import { asking } from "./ask";
import { columns, figure, numbers, places, slider, type LessonLine } from "./parts";
import type { NoiseAnswer, NoiseMeasured, ScalesAnswer } from "./protocol";
import type { Live, Setting } from "./step";
import type { Maybe } from "../protocol";

const SHUFFLES = 10;
const ORDERS = Array.from({ length: 61 }, (_, i) => (i - 30) / 10);
const THRESHOLDS = [100, 150, 200, 300];

/** One order after the other: the line of ln Z_q, and its slope among those of all orders. */
export function exponentsLive({ given, keep }: Setting): Live {
  let noise: NoiseMeasured | null = null;
  const order = slider({ label: "Order {q}", values: ORDERS, start: given[0] ?? 2, text: (q) => fixed(q, 1), moved: show });
  const asked = asking<"noise">((found) => { noise = found.before; show(); }, (error) => table.fail(error));
  const line = figure("line", "ln {Z(r)} at this {q}, and its line", () => {
    const y = noise?.log_z[order.index];
    const tau = noise?.spectrum?.tau[order.index];
    if (!noise || !y || tau === undefined) return null;
    const at = mean(y) - tau * mean(noise.log_radii);
    const ends = [noise.log_radii[0]!, 0].map((x): [number, number] => [x, at + tau * x]);
    return { parts: { kind: "lesson", lesson: { x: "ln r/d", lines: [{ style: "dots", name: "", ...columns(noise.log_radii, y) }, { style: "exact", name: "line", ...places(ends) }] } } };
  });
  const slopes = figure("slopes", "The slopes of all lines: {\u03c4(q)}", () => {
    const spectrum = noise?.spectrum;
    if (!noise || !spectrum) return null;
    const [low, high] = extent(spectrum.tau)!;
    return { parts: { kind: "lesson", lesson: { x: "q", lines: [
      { style: "exact", name: "", ...places([[order.value, low], [order.value, high]]) },
      ...chance(noise, (s) => columns(ORDERS, s.tau)),
      { style: "dots", name: "noise", ...columns(ORDERS, spectrum.tau, 3) },
    ] } } };
  });
  const table = numbers("Exponents of a network of noise at one order, and of its shuffles");

  function show(): void {
    keep([order.value]);
    const spectrum = noise?.spectrum;
    if (!noise || !spectrum) return;
    const i = order.index;
    const shuffled = (of: (s: NonNullable<NoiseMeasured["spectrum"]>) => Maybe): string => fixed(meanOf(noise!.shuffled.map((s) => s && of(s))));
    table.show(["noise", "shuffled, mean"], [
      ["slope {\u03c4(q)}", fixed(spectrum.tau[i]), shuffled((s) => s.tau[i] ?? null)],
      ["rate {\u03b1}", fixed(spectrum.alpha[i]), shuffled((s) => s.alpha[i] ?? null)],
      ["height {f}", fixed(spectrum.f[i]), shuffled((s) => s.f[i] ?? null)],
      ["straightness {R\u00b2}", fixed(spectrum.r_squared[i], 2), shuffled((s) => s.r_squared[i] ?? null).slice(0, 4)],
    ], `{q} ${fixed(order.value, 1)}: slope ${fixed(spectrum.tau[i])}, rate ${fixed(spectrum.alpha[i])}, height ${fixed(spectrum.f[i])}.`);
    line.draw(order.value === 0 ? "The points lie on a level line: every neuron counts as one." : `The points of all radii and a line of slope ${fixed(spectrum.tau[i])}.`);
    slopes.draw(`The slope at each q from \u22123 to 3, concave, through 0 at q = 0; shuffled networks in grey.`);
  }

  asked.ask({ kind: "lesson", what: "noise", scale: 1, threshold: 150, shuffles: SHUFFLES });
  return {
    root: h("div.read-live", null, order.root, h("div.read-figures", null, line.root, slopes.root), table.root),
    update() { line.chart.update(); slopes.chart.update(); },
    destroy() { asked.destroy(); line.chart.destroy(); slopes.chart.destroy(); },
  };
}

const SCALES = Array.from({ length: 13 }, (_, i) => 2 ** ((i - 4) / 4));

/** The size of the weights, and what follows it. */
export function scaleLive({ given, keep }: Setting): Live {
  let answer: NoiseAnswer | null = null;
  let scales: { threshold: number; found: ScalesAnswer } | null = null;
  const scale = slider({ label: "Every weight times", values: SCALES, start: given[0] ?? 2, text: (s) => fixed(s, 2), moved: ask });
  const threshold = slider({ label: "Longest edge {T}", values: THRESHOLDS, start: given[1] ?? 150, text: (t) => integer(t), moved: ask });
  const asked = asking<"noise">((found) => { answer = found; show(); }, (error) => table.fail(error));
  const all = asking<"scales">((found) => { scales = { threshold: threshold.value, found }; path.chart.update(); }, (error) => table.fail(error));
  const arch = figure("noise", "Spectrum {f(\u03b1)} of noise", () => {
    const spectrum = answer?.now.spectrum;
    if (!answer || !spectrum) return null;
    const before = answer.before.spectrum;
    return { parts: { kind: "lesson", lesson: { x: "\u03b1", lines: [
      ...chance(answer.now, (s) => columns(s.alpha, s.f)),
      ...(before ? [{ style: "before" as const, name: "times 1", ...columns(before.alpha, before.f) }] : []),
      { style: "curve", name: `times ${fixed(scale.value, 2)}`, ...columns(spectrum.alpha, spectrum.f) },
    ] }, domain: { x: [0.2, 3.6], y: [-1.2, 0.05] } } };
  });
  const path = figure("scales", "Degree of emergence {E} against times 1", () => scales && { parts: { kind: "lesson", lesson: { x: "factor", lines: [
    ...(answer ? [{ style: "exact" as const, name: "", ...places([[scale.value, -0.7], [scale.value, 0.7]]) }] : []),
    { style: "chance", name: "shuffled", ...columns(SCALES, scales.found.map((one) => meanOf(one.shuffled))) },
    { style: "dots", name: "noise", ...columns(SCALES, scales.found.map((one) => one.emergence)) },
  ] }, domain: { x: [0.4, 4.1], y: [-0.7, 0.7] } } });
  const table = numbers("Noise at scale 1, at this scale, and its shuffles");

  function ask(): void {
    keep([Number(scale.value.toFixed(3)), threshold.value]);
    asked.ask({ kind: "lesson", what: "noise", scale: scale.value, threshold: threshold.value, shuffles: SHUFFLES });
    if (scales?.threshold !== threshold.value) all.ask({ kind: "lesson", what: "scales", scales: SCALES, threshold: threshold.value, shuffles: 3 });
  }

  function show(): void {
    const { now, before, emergence, shuffled } = answer!;
    const of = (pick: "alpha0" | "width"): string[] => [fixed(before.spectrum?.[pick]), fixed(now.spectrum?.[pick]), span(now.shuffled.map((s) => s?.[pick] ?? null))];
    table.show(["times 1", `times ${fixed(scale.value, 2)}`, "its shuffles"], [
      ["regularity {\u03b1\u2080}", ...of("alpha0")],
      ["width {w}", ...of("width")],
      ["emergence {E}", fixed(0), fixed(emergence), span(shuffled)],
    ], `Every weight times ${fixed(scale.value, 2)}: {\u03b1\u2080} ${fixed(now.spectrum?.alpha0)}, {w} ${fixed(now.spectrum?.width)}, {E} ${fixed(emergence)}; shuffled {E} ${fixed(meanOf(shuffled))}.`);
    arch.draw(`The arch of noise moves from \u03b1\u2080 ${fixed(before.spectrum?.alpha0)} to ${fixed(now.spectrum?.alpha0)} as its weights are multiplied by ${fixed(scale.value, 2)}. Its shuffles, in grey, move with it.`);
    path.draw(`E rises with the scale, for noise and for its shuffles alike; at this scale it is ${fixed(emergence)}.`);
  }

  ask();
  return {
    root: h("div.read-live", null, h("div.read-sliders", null, scale.root, threshold.root), h("div.read-figures", null, arch.root, path.root), table.root),
    update() { arch.chart.update(); path.chart.update(); },
    destroy() { asked.destroy(); all.destroy(); arch.chart.destroy(); path.chart.destroy(); },
  };
}

/** How straight the lines are, for each order. */
export function straightLive({ given, keep }: Setting): Live {
  let noise: NoiseMeasured | null = null;
  const threshold = slider({ label: "Longest edge {T}", values: THRESHOLDS, start: given[0] ?? 150, text: (t) => integer(t), moved: ask });
  const asked = asking<"noise">((found) => { noise = found.before; show(); }, (error) => table.fail(error));
  const straight = figure("straight", "{R\u00b2} of the line at each {q}", () => noise?.spectrum ? { parts: { kind: "lesson", lesson: { x: "q", lines: [
    { style: "exact", name: "0.9", ...places([[-3, 0.9], [3, 0.9]]) },
    ...chance(noise, (s) => columns(ORDERS, s.r_squared)),
    { style: "dots", name: "noise", ...columns(ORDERS, noise.spectrum.r_squared, 3) },
  ] }, domain: { x: [-3.1, 3.1], y: [0.6, 1] } } } : null);
  const table = numbers("How straight the lines of noise are");

  function ask(): void {
    keep([threshold.value]);
    asked.ask({ kind: "lesson", what: "noise", scale: 1, threshold: threshold.value, shuffles: SHUFFLES });
  }

  function show(): void {
    const least = (s: NoiseMeasured["spectrum"]): Maybe => (s ? extent(s.r_squared)?.[0] ?? null : null);
    const own = least(noise!.spectrum);
    table.show(["noise", "its shuffles"], [["least {R\u00b2}", fixed(own, 2), span(noise!.shuffled.map(least), 2)]], `Longest edge ${threshold.value}: the least {R\u00b2} is ${fixed(own, 2)}.`);
    straight.draw(`The least R\u00b2 is ${fixed(own, 2)}; a line marks 0.9. There is none at q = 0, where the line is level.`);
  }

  ask();
  return {
    root: h("div.read-live", null, threshold.root, h("div.read-figures", null, straight.root, table.root)),
    update() { straight.chart.update(); },
    destroy() { asked.destroy(); straight.chart.destroy(); },
  };
}

/** The shuffles as grey lines, of which one is named. */
function chance(noise: NoiseMeasured, of: (spectrum: NonNullable<NoiseMeasured["spectrum"]>) => Pick<LessonLine, "x" | "y">): LessonLine[] {
  return noise.shuffled.flatMap((s, i) => (s ? [{ style: "chance" as const, name: i === 0 ? "shuffled" : "", ...of(s) }] : []));
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

function meanOf(values: readonly Maybe[]): Maybe {
  const finite = values.filter((v): v is number => v !== null && Number.isFinite(v));
  return finite.length ? mean(finite) : null;
}

/** From the smallest to the largest. */
function span(values: readonly Maybe[], digits = 3): string {
  const ends = extent(values);
  return ends ? `${fixed(ends[0], digits)} to ${fixed(ends[1], digits)}` : "\u2013";
}
