// Examples with known answers, and noise: what the page "How to read this" computes as its reader moves a slider.

import type { Emergences, LessonAnswers, LessonAsk, NoiseMeasured, NoiseSpectrum } from "../read/protocol";

interface WasmNoise { measure(scale: number, threshold: number, shuffles: number): NoiseMeasured }

export interface LessonModule {
  lessonMeasure(weights: Float64Array): LessonAnswers["measure"];
  lessonRing(nodes: number, neighbours: number, rewired: number, seed: number): LessonAnswers["ring"];
  lessonEmergence(alpha0: number, width: number, alpha0Before: number, widthBefore: number): number | undefined;
  LessonNoise: new (blocks: number, width: number, hidden: number, seed: number) => WasmNoise;
}

const SEED = 0;
/** Six blocks as a sample of 32 has them (method, section 7): small enough to answer while a slider moves. */
const SHAPE = [6, 32, 2] as const;

let noise: WasmNoise | null = null;
let unscaled: { key: string; measured: NoiseMeasured } | null = null;

export function lesson(module: LessonModule, ask: LessonAsk): LessonAnswers[LessonAsk["what"]] {
  switch (ask.what) {
    case "measure": return module.lessonMeasure(Float64Array.from(ask.weights));
    case "ring": return module.lessonRing(ask.nodes, ask.neighbours, ask.rewired, SEED);
    case "noise": {
      const before = atScaleOne(module, ask.threshold, ask.shuffles);
      const now = measured(module, ask.scale, ask.threshold, ask.shuffles);
      return { before, now, ...emergences(module, before, now) };
    }
    case "scales": {
      const before = atScaleOne(module, ask.threshold, ask.shuffles);
      return ask.scales.map((scale) => ({ scale, ...emergences(module, before, measured(module, scale, ask.threshold, ask.shuffles)) }));
    }
  }
}

function measured(module: LessonModule, scale: number, threshold: number, shuffles: number): NoiseMeasured {
  noise ??= new module.LessonNoise(...SHAPE, SEED);
  return noise.measure(scale, threshold, shuffles);
}

/** The last one is kept: a slider of scales asks for it each time. */
function atScaleOne(module: LessonModule, threshold: number, shuffles: number): NoiseMeasured {
  const key = `${threshold} ${shuffles}`;
  if (unscaled?.key !== key) unscaled = { key, measured: measured(module, 1, threshold, shuffles) };
  return unscaled.measured;
}

function emergences(module: LessonModule, before: NoiseMeasured, now: NoiseMeasured): Emergences {
  const between = (one: NoiseSpectrum | null | undefined, other: NoiseSpectrum | null): number | null =>
    one && other ? module.lessonEmergence(other.alpha0, other.width, one.alpha0, one.width) ?? null : null;
  return { emergence: between(before.spectrum, now.spectrum), shuffled: now.shuffled.map((other, i) => between(before.shuffled[i], other)) };
}
