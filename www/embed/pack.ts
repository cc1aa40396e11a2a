// A result inside a link: what the figure and the numbers beside it are drawn from, cut to four decimals, packed.
//
// Left out, as in the document of the first view: names of files, checkpoints and series, single groups and layers, slopes
// and their fits, warnings, all null models but the shuffles. Curves are second differences of whole numbers, which are
// small where a curve is smooth; the widths of single shuffles are sorted and their differences kept.

import { DEFAULTS, initial, parse, serialise } from "../hash";
import type { Checkpoint, Maybe, Null, ResultDocument, Sample } from "../protocol";
import { isResult } from "../result";
import { shuffleOf } from "../verdict";

/** Of the packed bytes; text in an address takes a third more. */
export const MOST_PACKED = 4096;
/** What may come out of a link. */
const MOST_UNPACKED = 1_000_000;
const DECIMALS = 1e4;
const MOST_NAME = 80;
const MOST_SCORES = 3;

type Numbers = Maybe[];
/** alpha, f, and alpha_0, width, asymmetry. */
type PackedSample = [seed: Maybe, alpha: Numbers, f: Numbers, numbers: Numbers];
/** Curves and numbers as of a sample; then both intervals, E, its interval, the NFD; then the widths. */
type PackedNull = [samples: number, alpha: Numbers, f: Numbers, numbers: Numbers, widths: Numbers];
/** Step, series, whether it is the baseline, parameters, neurons, edges, guessed; alpha_0, width, E, NFD. */
type PackedCheckpoint = [about: Numbers, architecture: string, numbers: Numbers, samples: PackedSample[], null_: PackedNull | null];
type PackedScore = [metric: string, values: [step: number, value: Maybe][]];
interface Packed { o: string; q: Numbers; c: PackedCheckpoint[]; s: PackedScore[]; v: string }

/** The packed text of a result; null where it is too long for a link. The widths of single shuffles of early checkpoints go first. */
export async function pack(document: ResultDocument): Promise<string | null> {
  const last = document.checkpoints.length - 1;
  for (const from of new Set([0, last >> 1, last])) {
    const bytes = await through(new TextEncoder().encode(JSON.stringify(reduced(document, from))), new CompressionStream("deflate-raw"));
    if (bytes.length <= MOST_PACKED) return toText(bytes);
  }
  return null;
}

/** The result in a link; throws where it is none. */
export async function unpack(text: string): Promise<ResultDocument> {
  const bytes = await through(fromText(text), new DecompressionStream("deflate-raw"));
  const document = restored(JSON.parse(new TextDecoder().decode(bytes)) as Packed);
  if (!isResult(document)) throw new TypeError("no result");
  return document;
}

// ---- there ----

/** `from` is the first checkpoint whose single shuffles are kept. */
function reduced(document: ResultDocument, from: number): Packed {
  const options = { ...DEFAULTS, ...document.options, null: document.options.null.filter((kind) => kind === "shuffle") };
  const series = [...new Set(document.checkpoints.map((c) => c.series ?? null))];
  return {
    o: serialise({ ...initial(), options }),
    q: bent(document.checkpoints[0]?.samples[0]?.q ?? []),
    c: document.checkpoints.map((c, i) => {
      const shuffled = shuffleOf(c);
      return [
        [c.step, series.indexOf(c.series ?? null), Number(c.is_baseline ?? false), c.parameters, c.network.neurons, c.network.edges, Number(c.guessed)],
        c.architecture.slice(0, MOST_NAME),
        cut([c.mean.alpha0, c.mean.width, c.emergence, c.nfd.mean]),
        c.samples.map((s): PackedSample => [s.seed, bent(s.alpha), bent(s.f), cut([s.alpha0, s.width, s.asymmetry])]),
        shuffled && packedNull(shuffled, i >= from),
      ];
    }),
    s: document.scores.slice(0, MOST_SCORES).map(({ metric, values }) => [metric.slice(0, MOST_NAME), values.map(({ step, value }) => [step, cut([value])[0]!])]),
    v: document.tool.version,
  };
}

function packedNull(n: Null, widths: boolean): PackedNull {
  const pair = (interval: [number, number] | null | undefined): Numbers => cut(interval ?? [null, null]);
  const values = widths ? n.width_values.filter((v): v is number => v !== null).sort((a, b) => a - b) : [];
  return [n.samples, bent(n.alpha), bent(n.f),
    [...cut([n.alpha0, n.width, n.asymmetry ?? null]), ...pair(n.alpha0_interval), ...pair(n.width_interval), ...cut([n.emergence]), ...pair(n.emergence_interval), ...cut([n.nfd?.mean ?? null])],
    differences(cut(values))];
}

function cut(values: readonly Maybe[]): Numbers {
  return values.map((v) => (v === null || !Number.isFinite(v) ? null : Math.round(v * DECIMALS)));
}

/** What is not there breaks a run of differences: the next value stands for itself. */
function differences(values: Numbers): Numbers {
  return values.map((v, i) => (v === null ? null : v - (values[i - 1] ?? 0)));
}

function sums(values: Numbers): Numbers {
  const out: Numbers = [];
  for (const [i, v] of values.entries()) out.push(v === null ? null : v + (out[i - 1] ?? 0));
  return out;
}

const bent = (values: readonly Maybe[]): Numbers => differences(differences(cut(values)));

// ---- and back; nothing is believed ----

function restored(packed: Packed): ResultDocument {
  const q = curve(packed.q).map((v) => v ?? 0);
  const checkpoints = list(packed.c, MOST_CHECKPOINTS).map((c, i) => checkpoint(c as PackedCheckpoint, i, q));
  return {
    schema: "neuromfa-result/1", tool: { name: "neuromfa", version: text(packed.v) },
    options: parse(text(packed.o)).options, checkpoints,
    scores: list(packed.s, MOST_SCORES).map((score) => {
      const [metric, values] = list(score, 2);
      return { metric: text(metric), values: list(values, MOST_CHECKPOINTS).map((pair) => ({ step: count(list(pair, 2)[0]), value: uncut([list(pair, 2)[1]], 1)[0] ?? 0 })) };
    }),
  };
}

const MOST_CHECKPOINTS = 1000;
const MOST_POINTS = 4000;

function checkpoint([about, architecture, numbers, samples, null_]: PackedCheckpoint, index: number, q: number[]): Checkpoint {
  const [step, series, is_baseline, parameters, neurons, edges, guessed] = list(about, 7);
  const [alpha0, width, emergence, nfd] = uncut(numbers, 4);
  return {
    name: typeof step === "number" ? `step${count(step)}` : `checkpoint ${index + 1}`, step: step === null ? null : count(step),
    format: "", architecture: text(architecture), guessed: guessed === 1, files: [], parameters: count(parameters),
    network: { neurons: count(neurons), edges: count(edges), zero_weights: 0, nonfinite_weights: 0, layers: [], skipped: [] },
    samples: list(samples, MOST_CHECKPOINTS).map((s) => sample(s as PackedSample, q, count(neurons))),
    mean: { alpha0: alpha0!, alpha0_sd: null, width: width!, width_sd: null },
    nulls: null_ === null ? [] : [shuffles(null_)],
    nfd: { mean: nfd!, median: null, sd: null, min: null, max: null, histogram: { from: 0, to: 0, counts: [] }, layers: [] },
    baselines: { mean_abs_weight: null, mean_weighted_degree: null }, warnings: [], emergence: emergence!,
    ...(series === 0 ? {} : { series: `series ${count(series) + 1}` }), ...(is_baseline === 1 ? { is_baseline: true } : {}),
  };
}

/** What a document has for other programs, and the page does not read. */
interface Unread { diameter: Maybe; intercept: Maybe[]; alpha0_candidates: null; nfd: Record<"mean" | "median" | "sd" | "min" | "max", Maybe> }

function sample([seed, alpha_, f_, numbers]: PackedSample, q: number[], neurons: number): Sample & Unread {
  const [alpha, f] = [curve(alpha_), curve(f_)];
  const [alpha0, width, asymmetry] = uncut(numbers, 3);
  // By the definition of f. Where slopes are taken between two orders there are fewer of them, and this cannot be told.
  const tau = alpha.length === q.length ? q.map((order, i) => (alpha[i] == null || f[i] == null ? null : order * alpha[i] - f[i])) : [];
  return {
    seed: seed === null ? null : count(seed), neurons_kept: neurons, radii: [], q, tau, stderr: [], r_squared: [],
    dimension: tau.map((t, i) => (t === null ? null : q[i] === 0 ? alpha[i]! : t / q[i]!)),
    alpha, f, partition: { q: [], ln_z: [] }, alpha0: alpha0!, width: width!, asymmetry: asymmetry!,
    diameter: null, intercept: [], alpha0_candidates: null, nfd: { mean: null, median: null, sd: null, min: null, max: null },
  };
}

function shuffles(packed: PackedNull): Null {
  const [samples, alpha, f, numbers, widths] = list(packed, 5);
  const [alpha0, width, asymmetry, a0, a1, w0, w1, emergence, e0, e1, nfd] = uncut(numbers, 11);
  const pair = (low: Maybe | undefined, high: Maybe | undefined): [number, number] | null => (low == null || high == null ? null : [low, high]);
  return {
    kind: "shuffle", samples: count(samples), alpha: curve(alpha), f: curve(f), alpha0: alpha0!, width: width!, asymmetry: asymmetry!,
    alpha0_interval: pair(a0, a1), width_interval: pair(w0, w1), emergence: emergence!, emergence_interval: pair(e0, e1),
    alpha0_values: [], width_values: uncutAll(sums(numbersOf(widths))), nfd: { mean: nfd!, histogram: null }, ...SILENT,
  };
}

/** What the drawing module expects of a null model and a link has no room for. */
const SILENT = { alpha0_sd: null, width_sd: null };

function list(value: unknown, most: number): unknown[] {
  if (!Array.isArray(value) || value.length > most) throw new TypeError("no list");
  return value;
}

function text(value: unknown): string {
  if (typeof value !== "string" || value.length > 4 * MOST_NAME * MOST_SCORES) throw new TypeError("no text");
  return value;
}

function count(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new TypeError("no count");
  return value;
}

function numbersOf(value: unknown): Numbers {
  return list(value, MOST_POINTS).map((v) => {
    if (v !== null && (typeof v !== "number" || !Number.isFinite(v))) throw new TypeError("no number");
    return v as Maybe;
  });
}

const uncutAll = (values: Numbers): Numbers => values.map((v) => (v === null ? null : v / DECIMALS));

function uncut(value: unknown, length: number): Numbers {
  const numbers = numbersOf(value);
  if (numbers.length !== length) throw new TypeError("numbers are missing");
  return uncutAll(numbers);
}

const curve = (value: unknown): Numbers => uncutAll(sums(sums(numbersOf(value))));

// ---- bytes ----

/** Everything that comes out of a stream; a flood is cut off. */
async function through(bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream as unknown as ReadableWritablePair<Uint8Array, Uint8Array<ArrayBuffer>>).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
    if (length > MOST_UNPACKED) {
      void reader.cancel();
      throw new RangeError("too long");
    }
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function toText(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function fromText(packed: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(packed.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
}
