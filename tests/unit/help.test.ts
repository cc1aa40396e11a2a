import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CHECKS } from "../../www/check-words";
import { bibtex, citations } from "../../www/cite";
import { EXPLANATIONS } from "../../www/explain";
import { DEFAULTS } from "../../www/hash";
import { CHANGES, changesOf } from "../../www/help/changes";
import { CHECK_HELP, REMEDIES } from "../../www/help/checks";
import { FAQ } from "../../www/help/faq";
import { METHOD } from "../../www/help/method";
import { NUMBERS } from "../../www/help/numbers";
import { reportText, withoutNames, type ReportSource } from "../../www/help/report";
import { KEY_HELP, LIMITS, PRIVACY } from "../../www/help/rest";
import { START } from "../../www/help/start";
import { matches } from "../../www/help/topic";
import { VOCABULARY } from "../../www/help/vocabulary";

// Modules of figures and workers ask the window for its theme and origin when they are loaded. Nothing is drawn here.
Object.assign(globalThis, { self: globalThis, matchMedia: () => ({ matches: false, addEventListener: () => undefined }), addEventListener: () => undefined });
const { STEPS } = await import("../../www/read/steps");

const TOPICS = [START, METHOD, NUMBERS, CHECK_HELP, LIMITS, PRIVACY, KEY_HELP, FAQ, CHANGES];
const entries = TOPICS.flatMap((topic) => topic.entries);

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? sources(join(folder, one.name)) : one.name.endsWith(".rs") ? [readFileSync(join(folder, one.name), "utf8")] : []));
}

// ---- topics ----

test("every number and every badge has its place, and no two places have one name", () => {
  const ids = entries.map((entry) => entry.id);
  assert.equal(new Set([...ids, ...TOPICS.map((topic) => topic.id)]).size, ids.length + TOPICS.length);
  for (const id of Object.keys(EXPLANATIONS)) assert.ok(NUMBERS.entries.some((entry) => entry.id === id), id);
  for (const { code } of CHECKS) assert.ok(CHECK_HELP.entries.some((entry) => entry.id === code), code);
  for (const entry of entries) {
    assert.ok(entry.body.every((line) => line.length > 0) && entry.body.length + (entry.keys?.length ?? 0) > 0, entry.id);
    if (entry.read) assert.ok(STEPS.some((step) => step.id === entry.read), entry.id);
    assert.doesNotMatch(entry.body.join(" "), /!/, entry.id);
  }
});

test("what to do is what the warnings of a result say", () => {
  const source = readFileSync("src/report/validity.rs", "utf8");
  const badges = source.slice(source.indexOf("const BADGES"), source.indexOf("];", source.indexOf("const BADGES")));
  const said = Object.fromEntries([...badges.matchAll(/\(\s*"([a-z-]+)",\s*"([^"]*)",?\s*\)/g)].map(([, code, text]) => [code, text]));
  assert.ok(Object.keys(said).length > 15);
  assert.deepEqual(REMEDIES, said);
});

test("the search finds every word, in any order and case", () => {
  const hits = (text: string): string[] => entries.filter((entry) => matches(entry, text)).map((entry) => entry.id);
  assert.ok(hits("GPTQ").includes("not-recognised"));
  assert.ok(hits("lower better").includes("lower-alpha0"));
  assert.ok(hits("better LOWER").includes("lower-alpha0"));
  assert.ok(hits("\u03b1\u2080").length > 3, "symbols without their braces");
  assert.deepEqual(hits("unicorn"), []);
});

test("what is said of 16 and 4 bits holds for the test model", () => {
  const forms = JSON.parse(readFileSync("tests/data/formats/expected_full.json", "utf8")) as Record<string, { alpha0: number; width: number }>;
  const [whole, half, brain, four] = ["model.f32.gguf", "model.f16.safetensors", "model.bf16.safetensors", "model.q4_0.gguf"].map((name) => forms[name]!);
  for (const pick of ["alpha0", "width"] as const) {
    for (const form of [half, brain]) assert.equal(form![pick].toFixed(3), whole![pick].toFixed(3));
    assert.ok(Math.abs(four![pick] / whole![pick] - 1) > 1 / 3);
  }
});

test("both ways to cite say what CITATION.cff says", () => {
  const cff = readFileSync("CITATION.cff", "utf8");
  const values = (key: string): string[] => [...cff.matchAll(new RegExp(`^[\\s-]*${key}: "?([^"\\n]*)"?$`, "gm"))].map(([, value]) => value!);
  const bare = bibtex("1.2.3").replace(/[{}]/g, "");
  const words = citations("1.2.3").map((one) => one.text).join(" ");
  for (const title of values("title")) for (const text of [bare, words]) assert.ok(text.includes(title), title);
  for (const name of values("family-names")) for (const text of [bare, words]) assert.ok(text.includes(name), name);
  // And the entries that the export writes, word by word.
  const [, template] = /format!\(\s*"(@inproceedings[\s\S]*?)"\s*\)/.exec(readFileSync("src/report/cite.rs", "utf8")) ?? [];
  assert.equal(bibtex("1.2.3"), template?.replace(/\{version\}(?=\}\})/, "1.2.3").replaceAll("{{", "{").replaceAll("}}", "}"));
  for (const text of [bare, words]) assert.ok(text.includes("version 1.2.3") && text.includes("2402.09099") && text.includes("2025"));
});

test("the changelog becomes entries", () => {
  const [one, two] = changesOf("# Changelog\n\nIntro.\n\n## [Unreleased]\n\n### Added\n\n- A [thing](https://x.y) that\n  goes on.\n- Another `one`.\n\n## [0.1.0] - 2026-11-27\n\nFirst.\n\n[0.1.0]: https://x.y\n");
  assert.deepEqual([one!.title, one!.body], ["Unreleased", ["Added:", "- A thing that goes on.", "- Another one."]]);
  assert.deepEqual([two!.title, two!.body], ["0.1.0 - 2026-11-27", ["First."]]);
  assert.ok(CHANGES.entries.length > 0);
});

// ---- report ----

const source = (changes: Partial<ReportSource> = {}): ReportSource => ({
  version: "9.8.7", browser: "Browser/1", engine: { flavour: "threads", threads: 4, isolated: true, memory: 4096 }, options: DEFAULTS, error: null, names: [], ...changes,
});

test("a report says version, flavour, threads, isolation, browser and options", () => {
  assert.equal(reportText(source()), "NeuroMFA 9.8.7\nEngine: threads, 4 threads, isolated\nBrowser: Browser/1\nOptions: as usual\n");
  const text = reportText(source({ engine: { flavour: "single", threads: 1, isolated: false, memory: null }, options: { ...DEFAULTS, threshold: 120, network: "sampled" } }));
  assert.match(text, /Engine: single, 1 thread, not isolated/);
  assert.match(text, /Options: network=sampled, threshold=120/);
  assert.match(reportText(source({ engine: "missing" })), /Engine: missing/);
});

const hostile = [
  "Acme merger 2027 (secret).safetensors", "kunden/Mueller_Schmidt/step1000.pt", "../../etc/passwd", "the weights of Anna.gguf", "\u201cquoted\u201d name.onnx",
  "patient-4711\nOptions: stolen.bin", "`tick`.npz", "<img src=x onerror=alert(1)>.pt", "\u202egnp.tp",
];

test("no name, number or content of a file occurs in a report", () => {
  const tensor = "kunde.hidden.4711.weight";
  for (const name of hostile) {
    for (const text of [
      `${name} ends early. The header promises 5,030,016 bytes; the file has 3,145,728. Copy or download it again.`,
      `${name} is not a checkpoint. It begins with \u201cDear Mrs Weaver\u201d. Drop the weights instead: safetensors, PyTorch, GGUF, ONNX or NumPy.`,
      `${name} contradicts itself. The tensor \`${tensor}\` begins at byte 77 of the data.`,
      `${name} holds the tensor ${tensor}, which other-${name} holds too.`,
    ]) {
      const report = reportText(source({ error: { code: "ends-early", text, file: name }, names: [name] }));
      for (const part of [name, name.split("/").pop()!, tensor, "kunde", "4711", "5,030,016", "Weaver", "Dear", "Acme", "merger", "Mueller", "passwd", "stolen", "Anna", "quoted", "tick", "onerror", "gnp"]) {
        assert.ok(!report.includes(part), `${JSON.stringify(part)} in ${report}`);
      }
      assert.match(report, /Error: ends-early\nSentence: /);
      assert.equal(report.trim().split("\n").length, 6, "one line each");
    }
  }
});

test("names that are not known are left out as well, and codes are codes", () => {
  assert.equal(withoutNames("Zebra.pt ends early. The header promises 12 bytes; the file has 5.", []), "\u2026 ends early. The header promises \u2026 bytes; the file has \u2026.");
  assert.doesNotMatch(reportText(source({ error: { code: "Secret Name", text: "", file: "" } })), /Secret/);
});

test("the words of errors are known, so that a report can be read", () => {
  const missing = new Set<string>();
  for (const text of sources("src")) {
    for (const [, template] of text.matchAll(/#\[error\(\s*"((?:[^"\\]|\\[\s\S])*)"/g)) {
      const words = template!.replace(/\\u?\{[^}]*\}|`?\{[^}]*\}`?|\\\s*/g, " ").match(/(?<![\w-])[a-z][a-z'\u2019-]*(?![\w-])/gi) ?? [];
      for (const word of words) if (!VOCABULARY.has(word.toLowerCase().replace(/-$/, ""))) missing.add(word);
    }
  }
  assert.deepEqual([...missing], [], "words for www/help/vocabulary.ts");
});
