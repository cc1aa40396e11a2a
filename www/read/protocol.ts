// What the lessons ask of the laboratory, and what it answers. Types only.

import type { Maybe } from "../protocol";

export type LessonAsk =
  /** Box counting of a self-similar measure with these weights. */
  | { kind: "lesson"; what: "measure"; weights: number[] }
  /** A ring of nodes, of whose edges a share is moved. */
  | { kind: "lesson"; what: "ring"; nodes: number; neighbours: number; rewired: number }
  /** A network of noise with its weights times `scale`, against the same at scale 1. */
  | { kind: "lesson"; what: "noise"; scale: number; threshold: number; shuffles: number }
  /** E of noise at each of these scales. */
  | { kind: "lesson"; what: "scales"; scales: number[]; threshold: number; shuffles: number };

export interface Curves { tau: number[]; alpha: number[]; f: number[] }

export interface MeasureAnswer { q: number[]; counted: Curves; exact: Curves; generations: number[][] }

export interface RingAnswer { alpha0: number; width: number; diameter: number; alpha: number[]; f: number[]; numbers: number[] }

export interface NoiseSpectrum extends Curves { alpha0: number; width: number; r_squared: Maybe[] }

export interface NoiseMeasured {
  q: number[];
  /** Neurons with more than ten edges. */
  kept: number;
  /** Null where no line can be fitted. */
  spectrum: NoiseSpectrum | null;
  shuffled: (NoiseSpectrum | null)[];
  /** ln(r/d), and ln Z_q(r) for each q. */
  log_radii: number[];
  log_z: number[][];
  /** N(r) of one neuron, r = 0, 1, 2, ... */
  numbers: number[];
}

/** E against scale 1: of the network, and of each shuffle against its own. */
export interface Emergences { emergence: Maybe; shuffled: Maybe[] }

export interface NoiseAnswer extends Emergences { now: NoiseMeasured; before: NoiseMeasured }

export type ScalesAnswer = (Emergences & { scale: number })[];

export interface LessonAnswers { measure: MeasureAnswer; ring: RingAnswer | null; noise: NoiseAnswer; scales: ScalesAnswer }
