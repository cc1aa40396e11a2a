// Every computed sentence of the page. Symbols of the method stand in braces, {w}, and are set in italic by `rich`.

import { bytes, fixed, integer, interval, percent, plural, signed, spelled } from "./format";
import { layersWords, share } from "./layers";
import type { Checkpoint, Options, ResultDocument } from "./protocol";
import { against, baselineOf, extent, isTraining, movesAsFar, seriesCase, seriesNames, shuffledShare, shuffleOf } from "./verdict";

export const COMPUTING = "shuffled: computing";

/** How a checkpoint is called: by its step where it has one, and by its series where that has a name. */
export function label(checkpoint: Checkpoint): string {
  const { name, step, series } = checkpoint;
  return step === null ? name : `step ${integer(step)}${series == null ? "" : ` of ${series}`}`;
}

/** How a series is called; `name` is null for the one without. */
export function seriesLabel(name: string | null): string {
  return name ?? "without a name";
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether the numbers are those of some layers only: then no sentence may speak of the network. */
export function ofLayers(options: Options): boolean {
  return !!options.layers;
}

/** What a number is of, where it is not of the network; `all` layers, if that is known. */
export function layersNote(checkpoint: Checkpoint, options: Options, all: number | null): string {
  const names = checkpoint.network.layers.map((layer) => layer.name);
  return `Numbers of a part of the network: ${share(names.length, all)} (${layersWords(names, options.layers)}).`;
}

/** Said where layers are chosen while the checkpoints have different numbers of them. */
export function mixedLayers(numbers: readonly number[]): string {
  return `The checkpoints have ${numbers.slice(0, -1).map(integer).join(", ")} and ${integer(numbers[numbers.length - 1]!)} layers: the same layer numbers count in each, and one that lacks any of them is left out.`;
}

/** Headline of a series; `phone` is the shorter form where there is one. */
export function seriesHeadline(document: ResultDocument, phone = false): string {
  const series = seriesNames(document);
  if (series.length > 1) return `${capital(spelled(series.length))} series, side by side`;
  if (!isTraining(document)) return `${plural(document.checkpoints.length, "checkpoint")}, side by side`;
  const part = ofLayers(document.options);
  const this_ = part ? "these layers\u2019" : "this network\u2019s";
  switch (seriesCase(document)) {
    case "moved, widened, shuffled narrower":
      return phone ? "Training moved and widened this spectrum. Shuffled weights narrow it."
        : `Training moved ${this_} spectrum and widened it. Shuffled weights narrow it.`;
    case "moved and widened":
      return phone ? "Training moved and widened this spectrum. Shuffled weights only move."
        : `Training moved ${this_} spectrum and widened it. Shuffled weights only move.`;
    case "widened": return `Training widened ${this_} spectrum beyond what ${part ? "their" : "its"} weights alone explain.`;
    case "moved": return `Training moved ${this_} spectrum. Shuffling ${part ? "their" : "its"} weights gives the same.`;
    case "alike": return `Training made ${this_} neurons more alike than chance.`;
    case "unchanged": return "This spectrum hardly changed in training.";
    case "maybe": return `Training moved ${this_} spectrum. Its width may be chance.`;
    case "pending": return `${capital(this_)} spectrum at ${plural(document.checkpoints.length, "step")} of training`;
  }
}

export function seriesDeck(document: ResultDocument): string {
  const first = document.checkpoints[0];
  const last = document.checkpoints[document.checkpoints.length - 1];
  if (!first || !last) return "";
  const name = last.guessed ? "A network" : last.architecture;
  const shuffles = shuffleOf(last);
  const chance = document.options.null.includes("shuffle") && !shuffles ? " Shuffled: computing." : "";
  const size = `${name} of ${sizeOf(last)} weights`;
  const part = ofLayers(document.options);
  const series = seriesNames(document);
  if (series.length > 1) {
    const many = (name: string | null): number => document.checkpoints.filter((c) => (c.series ?? null) === name).length;
    const each = series.map((name, i) => `${i === 0 ? plural(many(name), "checkpoint") : integer(many(name))} ${name === null ? seriesLabel(name) : `of ${name}`}`);
    return `${each.join(", ")}.${chance} Each series counts E from a checkpoint of its own.`;
  }
  return isTraining(document) ? `${size}, from ${label(first)} to ${integer(last.step ?? 0)}.${chance} Every curve below is computed from ${part ? "the weights of some of its layers" : "its weights"} alone.`
    : `In the order of their names.${chance} Every curve below is computed from ${part ? "the weights of some layers" : "weights"} alone.`;
}

function sizeOf(checkpoint: Checkpoint): string {
  const n = checkpoint.parameters;
  return n >= 1e9 ? `${(n / 1e9).toFixed(1)} billion` : n >= 1e6 ? `${(n / 1e6).toFixed(1)} million` : integer(n);
}

/** Headline of one checkpoint; `part`: of some of its layers. */
export function finding(checkpoint: Checkpoint, nullsWanted: boolean, part = false): string {
  const shuffled = shuffleOf(checkpoint);
  const width = checkpoint.mean.width;
  if (width === null) return "Nothing to draw";
  const stand = shuffled && against(width, shuffled);
  if (!stand) return `${capital(label(checkpoint))}${part ? ", some layers" : ""}: width ${fixed(width)}${nullsWanted ? `, ${COMPUTING}` : ""}`;
  const of = part ? " of these layers" : "";
  const own = part ? "these layers\u2019 weights" : "its own weights";
  switch (stand.verdict) {
    case "wider": return `Wider than all ${stand.of} shuffles of ${own}`;
    case "narrower": return `Narrower than all ${stand.of} shuffles of ${own}`;
    case "as wide": return `As wide as ${own}, shuffled`;
    default: return stand.above >= stand.of / 2
      ? `Wider than ${stand.above} of ${stand.of} shuffles${of}: this may be chance`
      : `Narrower than ${stand.of - stand.above} of ${stand.of} shuffles${of}: this may be chance`;
  }
}

export function findingDeck(checkpoint: Checkpoint, nullsWanted: boolean): string {
  const shuffled = shuffleOf(checkpoint);
  const width = checkpoint.mean.width;
  const keeps = "Shuffling keeps every weight but forgets which neuron owns it.";
  if (width === null) return "No neuron has enough edges for a spectrum.";
  if (!shuffled || shuffled.width === null) {
    return nullsWanted ? `${keeps} The comparison is being computed.` : "Without shuffled weights beside it, a width says nothing about structure.";
  }
  const excess = width - shuffled.width;
  switch (against(width, shuffled)?.verdict) {
    case "wider": return `${keeps} The ${fixed(excess)} of width that it loses is arrangement.`;
    case "narrower": return `${keeps} The ${fixed(-excess)} of width that it gains is what training evened out.`;
    default: return `${keeps} The width stays about the same, so arrangement is not seen in it.`;
  }
}

/** One sentence under each of the four numbers. */
export function numberCaption(which: "alpha0" | "width" | "emergence" | "nfd", document: ResultDocument, index: number): string {
  const here = document.checkpoints[index];
  if (!here) return "";
  const first = baselineOf(document, here);
  const shuffled = shuffleOf(here);
  const wanted = document.options.null.includes("shuffle");
  const none = wanted ? `${capital(COMPUTING)}.` : "Shuffled: not asked for.";
  const start = here !== first;
  switch (which) {
    case "alpha0": {
      const from = start ? moved(first.mean.alpha0, here.mean.alpha0) : "";
      if (!shuffled) return [none, from && `${from}.`].filter(Boolean).join(" ");
      const share = start ? shuffledShare(first, here) : null;
      const still = fixed(first.mean.alpha0) === fixed(here.mean.alpha0);
      const why = !from ? "" : still || share === null ? `${from}.` : movesAsFar(first, here)
        ? `${from}, but shuffled weights ${verb(first, here)} as far: weight sizes explain it.`
        : share > 1.2 ? `${from}; shuffled weights move further.` : `${from}; shuffled weights move less.`;
      return `Shuffled ${fixed(shuffled.alpha0)}. ${why}`.trim();
    }
    case "width": {
      if (!shuffled) return none;
      const stand = against(here.mean.width, shuffled);
      const value = `Shuffled ${fixed(shuffled.width)}.`;
      switch (stand?.verdict) {
        case "wider": return `${value} Wider than all ${stand.of} shuffles: neurons differ more than their weights explain.`;
        case "narrower": return `${value} Narrower than all ${stand.of} shuffles: neurons are more alike than chance.`;
        case "as wide": return `${value} As wide as its own weights, shuffled.`;
        case undefined: return value;
        default: return stand!.above >= stand!.of / 2 ? `${value} Wider than ${stand!.above} of ${stand!.of} shuffles: this may be chance.`
          : `${value} Narrower than ${stand!.of - stand!.above} of ${stand!.of} shuffles: this may be chance.`;
      }
    }
    case "emergence": {
      if (!start) return `${here.is_baseline ? "This" : "The first"} checkpoint counts as 0. Shuffled 0 as well.`;
      if (!shuffled || shuffled.emergence === null) return `${none} Do not read {E} on its own.`;
      const e = here.emergence ?? 0;
      if (Math.abs(e) < 0.0005 && Math.abs(shuffled.emergence) < 0.0005) return `Shuffled ${fixed(shuffled.emergence)}. Neither has left the ${first.is_baseline ? "chosen" : "first"} checkpoint yet.`;
      const share = e === 0 ? 1 : shuffled.emergence / e;
      const why = share >= 0.8 && share <= 1.2 ? "Nearly all of it comes without structure: do not read {E} on its own."
        : share > 1.2 ? "Shuffled weights reach more: do not read {E} on its own."
          : share > 0 ? `Weight sizes alone give ${percent(share)} of it: do not read {E} on its own.`
            : "Larger weights alone change it: do not read {E} on its own.";
      return `Shuffled ${fixed(shuffled.emergence)}. ${why}`;
    }
    case "nfd": {
      const kept = here.samples[0]?.neurons_kept ?? here.network.neurons;
      const mean = `Mean of ${integer(kept)} neurons${start ? `; ${fixed(first.nfd.mean)} at ${label(first)}` : ""}.`;
      const null_ = shuffled?.nfd?.mean;
      if (null_ == null) return `${mean} ${shuffled ? "" : none}`.trim();
      const close = here.nfd.mean !== null && Math.abs(null_ - here.nfd.mean) <= 0.005;
      return `${mean} Shuffled ${fixed(null_)}${close ? ": shuffling hardly changes it" : ""}.`;
    }
  }
}

function moved(from: number | null, to: number | null): string {
  if (from === null || to === null) return "";
  const text = fixed(from);
  return text === fixed(to) ? "As at the start" : `${to < from ? "Down" : "Up"} from ${text}`;
}

function verb(first: Checkpoint, here: Checkpoint): string {
  return (here.mean.alpha0 ?? 0) < (first.mean.alpha0 ?? 0) ? "fall" : "rise";
}

/** The text twin of the spectrum. */
export function spectrumSummary(checkpoint: Checkpoint): string {
  const sample = checkpoint.samples[0];
  const range = sample ? extent(sample.alpha) : null;
  if (!sample || !range) return `No spectrum for ${label(checkpoint)}.`;
  const shuffled = shuffleOf(checkpoint);
  const chance = shuffled ? `; shuffled width ${fixed(shuffled.width)}, ${interval(shuffled.width_interval).replace("\u2013", " to ")}` : "; no shuffled weights yet";
  return `Spectrum at ${label(checkpoint)}: \u03b1 from ${fixed(range[0])} to ${fixed(range[1])}, centre ${fixed(checkpoint.mean.alpha0)}, width ${fixed(checkpoint.mean.width)}${chance}.`;
}

/** `aria-valuetext` of the step slider. */
export function sliderText(document: ResultDocument, index: number): string {
  const here = document.checkpoints[index];
  if (!here) return "";
  const shuffled = shuffleOf(here);
  return `${label(here)}, checkpoint ${index + 1} of ${document.checkpoints.length}, width ${fixed(here.mean.width)}, shuffled ${shuffled ? fixed(shuffled.width) : "not computed"}`;
}

/** Before it is known what is in the files. */
export function lookingHeadline(files?: number): string {
  return files === undefined ? "Looking at the files" : files === 1 ? "Looking at the file" : `Looking at ${integer(files)} files`;
}

/** The heading of a reading. */
export function readingHeadline(done: number, of: number): string {
  return of === 1 ? "Reading one checkpoint" : `${done} of ${of} checkpoints analysed`;
}

/** An error's text in its three parts: what, bold; the rest; no codes. */
export function errorParts(text: string): { title: string; body: string } {
  // The end of the first sentence: a full stop and a space, not the dot of a file name.
  const end = text.search(/\.\s/);
  if (end < 0) return { title: text.replace(/\.$/, ""), body: "" };
  return { title: text.slice(0, end), body: text.slice(end + 1).trim() };
}

export const ERRORS = {
  notACheckpoint: (file: string, head: string) => `${file} is not a checkpoint. It begins with \u201c${head}\u201d. Drop the weights instead: safetensors, PyTorch, GGUF, ONNX or NumPy.`,
  nothing: () => "No checkpoint among these files. Drop the weights: safetensors, PyTorch, GGUF, ONNX or NumPy.",
  changed: (file: string) => `${file} changed on disk while it was read. The results so far are kept. Choose it again to read the new version.`,
  otherOptions: (file: string) => `The result of ${file} was computed with other settings. Its numbers cannot stand beside these. Drop it alone, or its weights.`,
  noWeights: (file: string) => `${file} is left out. It came from a result file, and other settings need its weights. Drop them to bring it back.`,
  resultFile: (file: string) => `${file} is not a result of NeuroMFA. Its schema is not neuromfa-result/1. Drop a result file that this page or the command line wrote.`,
  memory: (wanted: number) => `Not enough memory. The browser refused ${bytes(wanted)}; a sampled network needs about 40 MB. Analyse a sample.`,
  stopped: (where: string, results: number) => {
    const safe = results === 0 ? "Nothing that you see is lost." : results === 1 ? "Your result is safe." : `Your ${results} results are safe.`;
    return `The engine stopped${where ? ` while ${where}` : ""}. ${safe}`;
  },
  noEngine: (origin: string = globalThis.origin) => origin === "null" ? "This frame cannot run the analysis. The page around it allows it no workers. Open the full view to analyse files."
    : "This browser cannot run the analysis. It lacks WebAssembly SIMD or module workers. The demo stays readable; to analyse files, use a browser from 2023 or later.",
  noView: () => "The drawing module did not load. Reload the page, or look at the tables.",
};

/** The sentence of an error; some are the page's own. */
export function errorText(error: { code: string; text: string; file: string }): string {
  if (error.code === "file-changed") return ERRORS.changed(error.file);
  // The engine knows no files; of several, one has to be named.
  if (error.code === "bad-layers") return `${error.file} is left out. ${capital(error.text)}`;
  return error.code === "no-weights" && !error.text ? ERRORS.noWeights(error.file) : error.text;
}

/** Excess of the width, or null. */
export function excess(checkpoint: Checkpoint): string {
  const shuffled = shuffleOf(checkpoint);
  return shuffled && shuffled.width !== null && checkpoint.mean.width !== null ? signed(checkpoint.mean.width - shuffled.width) : "";
}

/** What happens to the list of checkpoints, said to those who see it and to those who hear it. */
export const LIST = {
  renamed: (what: string, name: string) => `${what} renamed to ${name}`,
  stepped: (name: string, step: number | null) => (step === null ? `${name} without a step` : `${name} at step ${integer(step)}`),
  moved: (what: string, series: string | null) => `${what} moved to the series ${seriesLabel(series)}`,
  seriesNamed: (name: string | null) => (name === null ? "series without a name" : `series named ${name}`),
  baseline: (what: string) => `E counts from ${what}`,
  removed: (what: string) => `${what} removed`,
  goOn: "Go on",
  leaveOut: (count: number) => (count === 1 ? "Leave it out" : "Leave them out"),
  stopped: (done: number, left: number) => ({
    title: done === 0 ? "Stopped before the first result" : `Stopped: ${spelled(done)} of ${spelled(done + left)} ${done + left === 1 ? "checkpoint" : "checkpoints"} analysed`,
    body: left === 1 ? "One has not been read." : `${capital(spelled(left))} have not been read.`,
  }),
  cleared: (count: number) => ({ title: count === 1 ? "Your result is off the page" : `Your ${spelled(count)} results are off the page`, body: "Nothing of them is kept on this computer." }),
  known: (count: number) => ({ title: count === 1 ? "One checkpoint is here already" : `${capital(spelled(count))} checkpoints are here already`, body: "What is known of them stands; they were not read again." }),
  keeping: "Keeping your result on this computer, without the weights.",
  kept: "Your result is kept on this computer, without the weights.",
  keptAside: "Your last result is kept on this computer.",
  aside: "Your result is still here.",
  forgotten: "Your result is not kept: it is gone when you close this page.",
  full: "Your result is not kept: this browser has no room for it. Export it before you close this page.",
  refused: "Your result is not kept: this browser keeps nothing here, as in a private window. Export it before you close this page.",
};
