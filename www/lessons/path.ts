// A number of the demo over its training, drawn only as far as one has moved: what comes can be predicted first.

import { fixed, interval } from "../format";
import { demoLive } from "../read/demo";
import { columns, type LessonLine } from "../read/parts";
import type { Live, Setting } from "../read/step";
import type { Checkpoint, Maybe, Null, ResultDocument } from "../protocol";
import { extent, shuffleOf } from "../verdict";
import { label } from "../words";

export type PathNumber = "width" | "emergence" | "alpha0";

interface Words { title: string; symbol: string; name: string; of(c: Checkpoint): Maybe; chance(n: Null): Maybe; interval(n: Null): [number, number] | null | undefined }

const NUMBERS: Record<PathNumber, Words> = {
  width: { title: "Width {w} over the training", symbol: "w", name: "width {w}", of: (c) => c.mean.width, chance: (n) => n.width, interval: (n) => n.width_interval },
  emergence: { title: "Degree of emergence {E} over the training", symbol: "E", name: "emergence {E}", of: (c) => c.emergence, chance: (n) => n.emergence, interval: (n) => n.emergence_interval },
  alpha0: { title: "Regularity {\u03b1\u2080} over the training", symbol: "\u03b1\u2080", name: "regularity {\u03b1\u2080}", of: (c) => c.mean.alpha0, chance: (n) => n.alpha0, interval: (n) => n.alpha0_interval },
};

const chanceOf = (words: Words, c: Checkpoint): Maybe => {
  const n = shuffleOf(c);
  return n && words.chance(n);
};

export function pathLive(which: PathNumber): (setting: Setting) => Live {
  const words = NUMBERS[which];
  return (setting) => demoLive(setting, {
    name: "path", title: words.title, legend: "grey: shuffled; the lines grow as you move", caption: `${words.name} of the demo, beside its shuffles`.replace(/[{}]/g, ""),
    figure: (demo, index) => ({ kind: "lesson", lesson: { x: "log step", lines: lines(demo, words, index) }, domain: domain(demo, words) }),
    show(_, c, table, chart) {
      const n = shuffleOf(c);
      const [own, chance] = [fixed(words.of(c)), fixed(n && words.chance(n))];
      table.show(["this step", "shuffled", "95% of shuffles"], [[words.name, own, chance, interval(n && words.interval(n))]], `${label(c)}: ${words.name} ${own}, shuffled ${chance}.`);
      chart.draw(`Up to ${label(c)}: now ${own}, shuffled ${chance}.`);
    },
  });
}

function lines(demo: ResultDocument, words: Words, index: number): LessonLine[] {
  const shown = demo.checkpoints.slice(0, index + 1);
  const at = shown.map((c) => place(c));
  return [
    { style: "chance", name: "shuffled", ...columns(at, shown.map((c) => chanceOf(words, c))) },
    { style: "curve", name: words.symbol, ...columns(at, shown.map((c) => words.of(c))) },
    { style: "dots", name: "", ...columns(at, shown.map((c) => words.of(c))) },
  ];
}

const place = (c: Checkpoint): number => Math.log10(1 + (c.step ?? 0));

/** Of the whole training, so that nothing jumps. */
function domain(demo: ResultDocument, words: Words): { x: [number, number]; y: [number, number] } {
  const [low, high] = extent(demo.checkpoints.flatMap((c) => [words.of(c), chanceOf(words, c)])) ?? [0, 1];
  const room = 0.06 * (high - low);
  return { x: [-0.1, Math.max(...demo.checkpoints.map(place)) + 0.5], y: [low - room, high + room] };
}
