// The whole state of the page in its address: plain words, versioned, no weights and no file names.

import { layersFrom, layersText } from "./layers";
import type { Options, Scheme } from "./protocol";

/** Defaults of the command line, and the shuffle null, which the page computes after the spectra. */
export const DEFAULTS: Options = {
  network: "full", layers: null, mode: "exact", differences: undefined, tie: undefined, minimum_degree: 10, rounding: "nearest", samples: 10, seed: 0, layer_sample: 32, rows: "random", threshold: 150, nfd_threshold: 200,
  q_min: -3, q_max: 3, q_step: 0.1, filter: 0, hops: 1, interconnect: "original",
  distance: "inverse", null: ["shuffle"], null_samples: 100, initialisation: "auto", bootstrap: 0,
};

/** Choices that follow the mode, or are seldom another than the usual one. */
const CHOICES = {
  differences: ["central", "forward"], tie: ["first", "second"], rounding: ["halves", "nearest", "up", "twos"],
  rows: ["random", "strips"], interconnect: ["original", "serial", "true"], distance: ["inverse", "scaled"],
} as const satisfies Partial<Record<keyof Options, readonly string[]>>;

export const NULL_KINDS = ["shuffle", "gaussian", "initialisation", "rescale"] as const;
export type NullKind = (typeof NULL_KINDS)[number];
export const SCHEMES: readonly Scheme[] = ["auto", "small-wang", "scaled-normal", "normal", "xavier", "kaiming"];

export type Theme = "light" | "dark";
export type Tab = "spectrum" | "tau" | "fit" | "dimension";

export type Screen = "series" | "one" | "read" | "lesson" | "help";

/** What the reader of a frame can change. What a link fixes is not shown. */
export const CONTROLS = ["slider", "play", "tabs", "theme", "numbers", "open", "drop"] as const;
export type Control = (typeof CONTROLS)[number];
/** Fixed where a link says nothing of it. */
export const FIXED: readonly Control[] = ["tabs", "theme"];

/** A page inside another one. */
export interface Frame {
  /** Shows the drop card; files can be dropped without it. */
  drop: boolean;
  transparent: boolean;
  fixed: Control[];
  question: string;
  answer: string;
}

export interface PageState {
  options: Options;
  theme: Theme | null;
  /** Threads asked for; null lets the page choose. */
  threads: number | null;
  /** Selected step, by its number. */
  step: number | null;
  view: Screen;
  /** `read`: the step that is shown. */
  read: string;
  /** `lesson`: which one, the list of all where it is empty, and the step, from 1. */
  lesson: string;
  at: number;
  /** Whether the answers of lessons wait to be asked for. */
  answers: "hidden" | "shown";
  /** `help`: a topic, or what is explained in one. */
  help: string;
  /** The numbers of the controls of a step. */
  set: number[];
  tab: Tab;
  /** The null model that is drawn in grey. */
  beside: NullKind;
  /** The part of the large figure that is looked at: left, right, bottom, top; null for all of it. */
  zoom: [number, number, number, number] | null;
  /** Checkpoints that are compared with the selected one, by their places in the document. */
  pins: number[];
  /** Whether the large figure draws the null model. */
  chance: boolean;
  /** Published numbers in the section of scores. */
  preset: "published" | null;
  /** The demo, also where the browser keeps a result of the user's. */
  demo: boolean;
  /** The bare figure; null for the whole page. */
  frame: Frame | null;
  /** Sections that are open, and what was chosen in them. */
  open: string[];
  picks: Partial<Record<Pick, string>>;
  /** Short identities of the checkpoints that the page was looked at with; empty for the demo. */
  files: string[];
  /** A result in the place of the demo: packed, or the name of a file beside the page. */
  result: string;
  /** What was typed for checkpoints on another site. It is asked for nothing until the reader has confirmed that. */
  source: string;
  revisions: string;
}

/** What sections let their readers choose, as it stands in an address; anything else is not believed. */
const PICKS = {
  /** Axis of steps, and the numbers over it. */
  axis: /^linear$/,
  over: /^(?:[a-z]\w{1,19}(?:,(?!$)|$)){1,12}$/,
  /** The number beside the scores. */
  number: /^(?:excess_width|width|alpha0)$/,
  /** What the colours of the map of groups are. */
  heat: /^(?:width|alpha0|nfd)$/,
  /** Kind, amount and rounds of the damage test. */
  damage: /^[a-z-]{2,20},\d{1,4}(?:\.\d{1,4})?,\d{1,3}$/,
} satisfies Record<string, RegExp>;
export type Pick = keyof typeof PICKS;

const SECTION = /^[a-z][a-z-]{1,40}$/;
const IDENTITY = /^[0-9a-f]{12}$/;
/** Packed text, or a JSON file in this folder or one below it: never another site, never a folder above. */
const RESULT = /^(?:[\w-]{8,8000}|(?:[\w-][\w.-]*\/){0,8}[\w-][\w.-]*\.json)$/;

export function newFrame(): Frame {
  return { drop: false, transparent: false, fixed: [...FIXED], question: "", answer: "" };
}

export function initial(): PageState {
  return { options: { ...DEFAULTS, null: [...DEFAULTS.null] }, theme: null, threads: null, step: null, view: "series", read: "", lesson: "", at: 1, answers: "hidden", help: "", set: [], tab: "spectrum", beside: "shuffle", zoom: null, pins: [], chance: true, preset: null, demo: false, frame: null, open: [], picks: {}, files: [], result: "", source: "", revisions: "" };
}

/** Limits of each number; what lies outside is not believed. */
const NUMBERS: Partial<Record<keyof Options, [low: number, high: number, whole: boolean]>> = {
  samples: [1, 1000, true], seed: [0, 4294967295, true], layer_sample: [2, 4096, true],
  threshold: [2, 100000, false], nfd_threshold: [2, 100000, false],
  q_min: [-20, 0, false], q_max: [0, 20, false], q_step: [0.01, 1, false], filter: [0, 3, true], hops: [1, 3, true], null_samples: [2, 10000, true], bootstrap: [0, 10000, true], minimum_degree: [0, 1000, true],
};

function isNullKind(kind: string | null): kind is NullKind {
  return NULL_KINDS.some((known) => known === kind);
}

/** Whether `value` may stand for option `key`. */
export function allowed(key: keyof Options, value: number): boolean {
  const limit = NUMBERS[key];
  return !!limit && Number.isFinite(value) && value >= limit[0] && value <= limit[1] && (!limit[2] || Number.isInteger(value));
}

/** Whether distances are those of paths: of several hops, or over another interconnect. */
export function followsPaths(options: Options): boolean {
  return options.hops > 1 || (options.interconnect ?? "original") !== "original";
}

/** Paths run through all layers of a sampled network; the whole network has none, and all rows. */
export function possible(options: Options): Options {
  if (options.network === "full") return { ...options, hops: 1, interconnect: "original", rows: "random" };
  // Nor is a rescaled checkpoint followed along paths.
  // Samples have intervals of their own.
  options = { ...options, bootstrap: 0 };
  return followsPaths(options) ? { ...options, layers: null, null: options.null.filter((kind) => kind !== "rescale") } : options;
}

/** Reads a hash; whatever is unknown or out of range is left at its default. */
export function parse(hash: string): PageState {
  const state = initial();
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  if (given.has("v") && given.get("v") !== "1") return state;
  const { options } = state;
  for (const key of Object.keys(NUMBERS) as (keyof Options)[]) {
    const text = given.get(key);
    const value = Number(text);
    if (text !== null && text !== "" && allowed(key, value)) (options as unknown as Record<string, number>)[key] = value;
  }
  if (given.get("network") === "sampled") options.network = "sampled";
  if (given.get("mode") === "reference") options.mode = "reference";
  for (const [key, choices] of Object.entries(CHOICES)) {
    const value = choices.find((choice) => choice === given.get(key));
    if (value) (options as unknown as Record<string, string>)[key] = value;
  }
  const scheme = SCHEMES.find((name) => name === given.get("initialisation"));
  if (scheme) options.initialisation = scheme;
  options.layers = layersFrom(given.get("layers") ?? "");
  Object.assign(options, possible(options));
  const kinds = given.get("null");
  if (kinds !== null) options.null = kinds.split(",").filter((k) => isNullKind(k));
  const theme = given.get("theme");
  if (theme === "light" || theme === "dark") state.theme = theme;
  const threads = Number(given.get("threads"));
  if (Number.isInteger(threads) && threads >= 1 && threads <= 64) state.threads = threads;
  const step = given.get("step");
  if (step !== null && /^\d+$/.test(step)) state.step = Number(step);
  state.demo = given.get("show") === "demo";
  const view = given.get("view");
  if (view === "one" || view === "read" || view === "lesson" || view === "help") state.view = view;
  if (view === "read") state.read = given.get("read") ?? "";
  if (view === "help") state.help = given.get("help") ?? "";
  if (view === "lesson") {
    state.lesson = given.get("lesson") ?? "";
    const at = Number(given.get("at"));
    if (Number.isInteger(at) && at >= 1 && at <= MOST_STEPS) state.at = at;
  }
  if (view === "read" || view === "lesson") state.set = (given.get("set") ?? "").split(",").filter(Boolean).map(Number).filter(Number.isFinite);
  if (given.get("answers") === "shown") state.answers = "shown";
  if (given.get("preset") === "published") state.preset = "published";
  const beside = given.get("beside");
  if (isNullKind(beside)) state.beside = beside;
  state.zoom = zoomFrom(given.get("zoom"));
  state.pins = [...new Set((given.get("pin") ?? "").split(",").filter((text) => /^[1-9]\d{0,5}$/.test(text)))].slice(0, 4).map((text) => Number(text) - 1);
  state.chance = given.get("chance") !== "0";
  state.open = listOf(given.get("open"), SECTION, 20);
  for (const [key, pattern] of Object.entries(PICKS) as [Pick, RegExp][]) {
    const value = given.get(key);
    if (value !== null && pattern.test(value)) state.picks[key] = value;
  }
  state.files = listOf(given.get("files"), IDENTITY, MOST_FILES);
  const result = given.get("result");
  if (result !== null && RESULT.test(result)) state.result = result;
  state.source = wholeTextOf(given, "source");
  if (state.source) state.revisions = wholeTextOf(given, "revisions");
  if (given.get("embed") === "1") state.frame = frameFrom(given);
  const tab = given.get("tab");
  if (tab === "tau" || tab === "fit" || tab === "dimension") state.tab = tab;
  return state;
}

function zoomFrom(text: string | null): PageState["zoom"] {
  const numbers = (text ?? "").split(",").map((part) => (part === "" ? NaN : Number(part)));
  const [x0, x1, y0, y1] = numbers as [number, number, number, number];
  return numbers.length === 4 && numbers.every((n) => Number.isFinite(n) && Math.abs(n) < 1e6) && x0 < x1 && y0 < y1 ? [x0, x1, y0, y1] : null;
}

/** No lesson has as many steps. */
const MOST_STEPS = 20;

/** Series with more checkpoints have one identity for all. */
export const MOST_FILES = 64;

/** The entries of a list that look as they should, each once. */
function listOf(text: string | null, pattern: RegExp, most: number): string[] {
  return [...new Set((text ?? "").split(",").filter((entry) => pattern.test(entry)))].slice(0, most);
}

/** Longer texts are cut. */
const MOST_TEXT = 600;

/** A text of one line. */
function textOf(given: URLSearchParams, key: string): string {
  return [...(given.get(key) ?? "").replace(/\s+/g, " ").trim()].slice(0, MOST_TEXT).join("").trim();
}

/** The same, if it is whole: a part of a list names other checkpoints. */
function wholeTextOf(given: URLSearchParams, key: string): string {
  return isWhole(given.get(key) ?? "") ? textOf(given, key) : "";
}

function isWhole(text: string): boolean {
  return [...text].length <= MOST_TEXT;
}

/** What follows "?" in an address is often a signature or a token: a link does not carry it on. */
function isShared({ source, revisions }: PageState): boolean {
  return source !== "" && !source.includes("?") && isWhole(source) && isWhole(revisions);
}

function frameFrom(given: URLSearchParams): Frame {
  const fixed = given.get("fixed")?.split(",");
  return {
    drop: given.get("drop") === "1", transparent: given.get("bg") === "transparent",
    fixed: CONTROLS.filter((control) => (fixed ?? FIXED as readonly string[]).includes(control)),
    question: textOf(given, "q"), answer: textOf(given, "a"),
  };
}

function frameText(out: URLSearchParams, { drop, transparent, fixed, question, answer }: Frame): void {
  out.set("embed", "1");
  if (drop) out.set("drop", "1");
  if (transparent) out.set("bg", "transparent");
  if (fixed.join() !== FIXED.join()) out.set("fixed", fixed.join());
  if (question) out.set("q", question);
  if (answer) out.set("a", answer);
}

/** What the address says of a place inside one screen. */
const WITHIN: readonly string[] = ["read", "lesson", "at", "help", "set"];

/** The address of another screen, and of a place in it; all else stays as it is. */
export function placeAddress(view: Screen, within: Record<string, string> = {}): string {
  const out = new URLSearchParams(location.hash.slice(1));
  for (const key of WITHIN) out.delete(key);
  for (const [key, value] of Object.entries({ v: "1", view, ...within })) out.set(key, value);
  return `#${out.toString().replace(/%2C/g, ",").replace(/%2F/g, "/")}`;
}

/** The address of a step of "How to read this". */
export function readAddress(step: string): string {
  return placeAddress("read", { read: step });
}

function optionText(options: Options, key: keyof Options): string {
  return key === "layers" ? layersText(options.layers) : String(options[key]);
}

/** Whether results of these options may stand in one series; null models aside. */
export function comparable(a: Options, b: Options): boolean {
  const keys = (Object.keys(DEFAULTS) as (keyof Options)[]).filter((key) => !["null", "null_samples", "initialisation", "bootstrap"].includes(key));
  // An older document lacks the newer options, which then had their defaults.
  return keys.every((key) => optionText({ ...DEFAULTS, ...a }, key) === optionText({ ...DEFAULTS, ...b }, key));
}

/** Writes a hash that holds only what differs from the defaults. */
export function serialise(state: PageState): string {
  const out = new URLSearchParams();
  const { options } = state;
  for (const key of Object.keys(DEFAULTS) as (keyof Options)[]) {
    const text = optionText(options, key);
    if (text !== optionText(DEFAULTS, key)) out.set(key, text);
  }
  if (state.theme) out.set("theme", state.theme);
  if (state.threads) out.set("threads", String(state.threads));
  if (state.step !== null) out.set("step", String(state.step));
  if (state.demo) out.set("show", "demo");
  if (state.view !== "series") out.set("view", state.view);
  if (state.view === "read" && state.read) out.set("read", state.read);
  if (state.view === "lesson" && state.lesson) out.set("lesson", state.lesson);
  if (state.view === "lesson" && state.at > 1) out.set("at", String(state.at));
  if (state.answers === "shown") out.set("answers", state.answers);
  if (state.view === "help" && state.help) out.set("help", state.help);
  if ((state.view === "read" || state.view === "lesson") && state.set.length) out.set("set", state.set.join());
  if (state.tab !== "spectrum") out.set("tab", state.tab);
  if (state.beside !== "shuffle") out.set("beside", state.beside);
  if (state.zoom) out.set("zoom", state.zoom.join());
  if (state.pins.length) out.set("pin", state.pins.map((index) => index + 1).join());
  if (!state.chance) out.set("chance", "0");
  if (state.preset) out.set("preset", state.preset);
  if (state.open.length) out.set("open", state.open.join());
  for (const key of Object.keys(PICKS) as Pick[]) if (state.picks[key] !== undefined) out.set(key, state.picks[key]);
  if (state.result) out.set("result", state.result);
  // The demo is told by its own word; a result in the link says itself what it is of.
  else if (state.files.length && !state.demo) out.set("files", state.files.join());
  if (isShared(state)) out.set("source", state.source);
  if (isShared(state) && state.revisions) out.set("revisions", state.revisions);
  if (state.frame) frameText(out, state.frame);
  const text = out.toString().replace(/%2C/g, ",").replace(/%2F/g, "/");
  return text ? `v=1&${text}` : "";
}
