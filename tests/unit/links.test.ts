import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { snippets } from "../../www/builder/snippets";
import { obey, type Commands } from "../../www/embed/messages";
import { MOST_PACKED, pack, unpack } from "../../www/embed/pack";
import { allowed, CONTROLS, FIXED, initial, newFrame, NULL_KINDS, parse, possible, serialise, type PageState, type Pick } from "../../www/hash";
import { found, identitiesOf } from "../../www/identity";
import type { InputFile, ResultDocument } from "../../www/protocol";

/** A small generator with a seed (mulberry32): a failure can be had again. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const PICKED: Record<Pick, string[]> = {
  axis: ["linear"], over: ["width", "alpha0,nfd"], number: ["width", "alpha0"], heat: ["nfd"], damage: ["noise,0.1,5", "prune,10,3"],
};
const TEXTS = ["", "What moves?", "\u03b1 & \u03b2 = #1 % of \u201call\u201d", "a+b c", "\u{1f4c8} x".repeat(90), "<b>\"quoted\"</b>"];

function randomState(next: () => number): PageState {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const some = <T>(list: readonly T[]): T[] => list.filter(() => next() < 0.5);
  const maybe = <T>(value: () => T, usual: T): T => (next() < 0.5 ? value() : usual);
  const state = initial();
  const { options } = state;
  for (const [key, values] of [["seed", [0, 7, 4294967295]], ["threshold", [2, 120.5, 100000]], ["q_min", [-20, -2.5, 0]], ["q_step", [0.01, 0.1, 1]], ["null_samples", [2, 100]], ["hops", [1, 2, 3]], ["samples", [1, 10]], ["bootstrap", [0, 200]]] as const) {
    options[key] = pick(values as readonly number[]);
    assert.ok(allowed(key, options[key]!));
  }
  options.network = pick(["full", "sampled"]);
  options.mode = pick(["exact", "reference"]);
  options.rows = pick(["random", "strips"] as const);
  options.rounding = pick(["nearest", "halves", "up", "twos"] as const);
  options.layers = maybe(() => [[0, 2], [5, 5]], null);
  Object.assign(options, possible(options));
  options.null = some(NULL_KINDS).filter((kind) => possible({ ...options, null: [kind] }).null.length > 0);
  Object.assign(state, {
    theme: pick([null, "light", "dark"]), threads: pick([null, 1, 64]), step: pick([null, 0, 3000]), view: pick(["series", "one", "read", "lesson", "help"]), answers: pick(["hidden", "shown"]),
    tab: pick(["spectrum", "tau", "fit", "dimension"]), beside: pick(NULL_KINDS), preset: pick([null, "published"]), demo: next() < 0.3, zoom: pick([null, [0.5, 1.5, -1, 0]]), pins: pick([[], [0, 3]]), chance: next() < 0.5,
    open: some(["where-it-happens", "simple-rivals"]), result: pick(["", "a.json", "week_3/out-1.json", "xVvNbjW3DX2V"]),
  });
  if (next() < 0.3) Object.assign(state, { source: pick(["EleutherAI/pythia-70m", "hub+http://127.0.0.1:8123/a/b", "https://example.org/a b&e#f"]), revisions: pick(["", "step{0,1000}", "step0, step1, ... step143000"]) });
  if (state.view === "read") Object.assign(state, { read: pick(["", "noise"]), set: pick([[], [2, -1.5]]) });
  if (state.view === "lesson") Object.assign(state, { lesson: "noise", at: pick([1, 3]), set: pick([[], [2]]) });
  for (const key of some(Object.keys(PICKED) as Pick[])) state.picks[key] = pick(PICKED[key]);
  if (!state.result && !state.demo) state.files = some(["0123456789ab", "ffffffffffff", "000000000000"]);
  if (next() < 0.6) {
    const text = (): string => [...pick(TEXTS)].slice(0, 600).join("").trim();
    state.frame = { ...newFrame(), drop: next() < 0.5, transparent: next() < 0.5, fixed: maybe(() => some(CONTROLS), [...FIXED]), question: text(), answer: text() };
  }
  return state;
}

test("every state comes back from its link, and its link from the state", () => {
  const next = random(20);
  for (let i = 0; i < 2000; i++) {
    const state = randomState(next);
    const text = serialise(state);
    assert.deepEqual(parse(`#${text}`), state, text);
    assert.equal(serialise(parse(text)), text);
  }
});

test("whatever stands in an address, it is read, and what was read comes back", () => {
  const next = random(7);
  const valid = serialise(randomState(random(3)));
  const hostile = ["%", "%E0%A4%A", "v=1&embed=1&fixed=%00,slider,slider", "result=https://elsewhere.test/a.json", "result=//elsewhere.test/a.json", "result=../a.json", "result=a/../../b.json", "result=/a.json", "result=.hidden.json",
    "result=javascript:alert(1)//.json", "result=a.json?x=1", `embed=1&q=${"x".repeat(1e5)}`, `files=${"0123456789ab,".repeat(1e4)}`, "files=nonsense,0123456789AB", "damage=noise,1e9,1", "over=score:acc", "axis=log", "source=%00%0a%E0%A4%A&revisions=%F0%9F", `source=${"\u{1f4c8} ".repeat(1e4)}`, "rows=strips", "open=__proto__,constructor", "set=1&__proto__=1&constructor=2"];
  for (let i = 0; i < 3000; i++) {
    const letters = [...valid];
    for (let change = 0; change < 1 + next() * 20; change++) letters[Math.floor(next() * letters.length)] = String.fromCharCode(Math.floor(next() * 0x3000));
    hostile.push(letters.join(""));
  }
  for (const hash of hostile) {
    const state = parse(`#${hash}`);
    assert.deepEqual(parse(serialise(state)), state, hash.slice(0, 200));
  }
  for (const result of hostile.slice(3, 11).map((hash) => parse(hash).result)) assert.equal(result, "", "no address but of a file beside the page");
  assert.equal(parse(`embed=1&q=${"x".repeat(1e5)}`).frame!.question.length, 600);
  assert.ok(parse(`files=${Array.from({ length: 500 }, (_, i) => i.toString(16).padStart(12, "0")).join()}`).files.length <= 64);
});

test("a frame's own words belong to frames", () => {
  const state = parse("#v=1&q=Why&a=So&fixed=slider&drop=1&bg=transparent");
  assert.equal(state.frame, null);
  assert.equal(serialise(state), "");
  assert.deepEqual(parse("#v=1&embed=1").frame, newFrame());
  assert.deepEqual(parse("#v=1&embed=1&fixed=").frame!.fixed, []);
});

// ---- identities ----

const checkpoints = (...identities: string[][]): ResultDocument => ({ checkpoints: identities.map((files) => ({ files: files.map((identity) => ({ name: "secret", bytes: 1, identity })) })) }) as unknown as ResultDocument;

test("checkpoints are known by the beginning of their identities, parts in any order", () => {
  const [a, b] = ["0123456789ab".padEnd(64, "0"), "ff00ff00ff00".padEnd(64, "1")];
  assert.deepEqual(identitiesOf(checkpoints([a], [b])), ["0123456789ab", "ff00ff00ff00"]);
  assert.deepEqual(identitiesOf(checkpoints([a, b])), identitiesOf(checkpoints([b, a])));
  assert.deepEqual(identitiesOf(checkpoints([a, b])), ["fe23ba67760b".replace("760b", "76ab")]);
  assert.deepEqual(identitiesOf(checkpoints(["unknown"], [])), [], "an identity that is none says nothing");
  assert.equal(found(["0123456789ab", "000000000000"], checkpoints([b], [a])), 1);
  const many = checkpoints(...Array.from({ length: 65 }, (_, i) => [i.toString(16).padStart(12, "0")]));
  assert.equal(identitiesOf(many).length, 1);
});

// ---- results in links ----

const demo = JSON.parse(readFileSync("demo/result.json", "utf8")) as ResultDocument;

test("the demo fits into a link, and comes back to four decimals", async () => {
  const text = await pack(demo);
  assert.ok(text && /^[\w-]+$/.test(text) && Buffer.from(text, "base64url").length <= MOST_PACKED);
  assert.equal(parse(`result=${text}`).result, text);
  const back = await unpack(text);
  assert.equal(back.checkpoints.length, demo.checkpoints.length);
  const near = (a: unknown, b: unknown, by = 5.001e-5): void => {
    if (typeof a === "number" && typeof b === "number") assert.ok(Math.abs(a - b) <= by, `${a} and ${b}`);
    else if (Array.isArray(a) && Array.isArray(b)) { assert.equal(a.length, b.length); a.forEach((x, i) => near(x, b[i], by)); }
    else assert.equal(a, b);
  };
  for (const [i, there] of demo.checkpoints.entries()) {
    const here = back.checkpoints[i]!;
    assert.equal(here.step, there.step);
    near([here.mean.alpha0, here.mean.width, here.emergence, here.nfd.mean], [there.mean.alpha0, there.mean.width, there.emergence, there.nfd.mean]);
    const [s, t] = [here.samples[0]!, there.samples[0]!];
    near([s.q, s.alpha, s.f], [t.q, t.alpha, t.f]);
    // From rounded alpha and f, at |q| of at most 3.
    near(s.tau, t.tau, 2.1e-4);
    const [n, m] = [here.nulls[0]!, there.nulls.find((null_) => null_.kind === "shuffle")!];
    near([n.alpha, n.f, n.alpha0, n.width, n.width_interval, n.emergence], [m.alpha, m.f, m.alpha0, m.width, m.width_interval, m.emergence]);
    // There is no room for the single shuffles of all fifteen checkpoints.
    if (n.width_values.length || i === demo.checkpoints.length - 1) near(n.width_values, [...m.width_values].sort((x, y) => x! - y!));
  }
  near(back.scores.map((score) => score.values.map((v) => v.value)), demo.scores.slice(0, 3).map((score) => score.values.map((v) => v.value)));
});

test("a link holds no names", async () => {
  const named = { ...demo, checkpoints: demo.checkpoints.map((c) => ({ ...c, name: "secret", series: "secret", files: [{ name: "secret.pt", bytes: 1, identity: "secret" }] })) };
  assert.doesNotMatch(JSON.stringify(await unpack((await pack(named))!)), /secret/);
});

test("what does not exist stays so, and other modes and samples come back", async () => {
  const c = demo.checkpoints[0]!;
  const sample = { ...c.samples[0]!, seed: 3, alpha: [null, 1.5, null, 1.25, ...c.samples[0]!.alpha.slice(4, 60)], f: c.samples[0]!.f.slice(0, 60), width: null };
  const document = { ...demo, options: { ...demo.options, mode: "reference" as const, threshold: 120.5 }, checkpoints: [{ ...c, step: null, samples: [sample, sample], nulls: [] }] };
  const back = await unpack((await pack(document))!);
  assert.deepEqual(back.checkpoints[0]!.samples[1]!.alpha.slice(0, 4), [null, 1.5, null, 1.25]);
  assert.deepEqual([back.options.mode, back.options.threshold, back.checkpoints[0]!.step, back.checkpoints[0]!.samples[0]!.width, back.checkpoints[0]!.samples[0]!.seed], ["reference", 120.5, null, null, 3]);
  assert.deepEqual(back.checkpoints[0]!.samples[0]!.tau, [], "slopes between two orders do not tell tau");
});

test("too much is no link, and nonsense is no result", async () => {
  // Curves without any order do not become smaller.
  const next = random(1);
  const rough = { ...demo, checkpoints: demo.checkpoints.map((c) => ({ ...c, samples: c.samples.map((s) => ({ ...s, alpha: s.alpha.map(() => next()), f: s.f.map(() => -next()) })) })) };
  assert.equal(await pack(rough), null);
  const text = (await pack({ ...demo, checkpoints: demo.checkpoints.slice(0, 2) }))!;
  for (const bad of ["", "aaaaaaaa", "!!", text.slice(0, -20), text.slice(7), `${text.slice(0, 100)}AAAA${text.slice(104)}`]) await assert.rejects(unpack(bad), bad.slice(0, 20));
  const packedOf = async (value: unknown): Promise<string> => {
    const stream = new Blob([JSON.stringify(value)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    return Buffer.from(await new Response(stream).arrayBuffer()).toString("base64url");
  };
  for (const value of [null, [], {}, { o: "", q: [], c: [], s: [], v: "" }, { o: "", q: [], c: [[]], s: [], v: "" }, { o: "", q: [1], c: [[[0, 0, 0, 1, 1, 1, 0], "x", ["1", 2, 3, 4], [], null]], s: [], v: "" }, { o: "", q: new Array(5000).fill(0), c: [], s: [], v: "" }]) {
    await assert.rejects(unpack(await packedOf(value)));
  }
  await assert.rejects(unpack(await packedOf("x".repeat(2e6))), RangeError, "a flood is cut off");
});

// ---- messages ----

function heard(): { calls: unknown[]; commands: Commands } {
  const calls: unknown[] = [];
  return { calls, commands: { set: (hash) => calls.push(["set", hash]), open: (files: InputFile[]) => calls.push(["open", files.map((one) => one.path)]), drawable: async () => true } };
}

test("messages are checked before they are obeyed", async () => {
  const { calls, commands } = heard();
  await obey({ type: "neuromfa:set", hash: "#v=1&step=3" }, commands);
  await obey({ type: "neuromfa:open", files: [new File(["x"], "a.npz")] }, commands);
  await obey({ type: "neuromfa:open", document: demo }, commands);
  assert.deepEqual(calls, [["set", "v=1&step=3"], ["open", ["a.npz"]], ["open", ["result.json"]]]);

  for (const other of [null, 1, "neuromfa:set", [], {}, { type: "neuromfa:unknown" }, { type: ["neuromfa:set"] }, { type: "set", hash: "v=1" }]) await obey(other, commands);
  assert.equal(calls.length, 3, "what is meant for others does nothing");

  const cyclic: Record<string, unknown> = { schema: "neuromfa-result/1" };
  cyclic["checkpoints"] = [cyclic];
  for (const bad of [
    { type: "neuromfa:set" }, { type: "neuromfa:set", hash: {} }, { type: "neuromfa:set", hash: "x".repeat(40_000) },
    { type: "neuromfa:open" }, { type: "neuromfa:open", files: [] }, { type: "neuromfa:open", files: "a.npz" }, { type: "neuromfa:open", files: [{ name: "a.npz", size: 3 }] }, { type: "neuromfa:open", files: new Array(30_000).fill(new File([], "a")) },
    { type: "neuromfa:open", document: null }, { type: "neuromfa:open", document: "text" }, { type: "neuromfa:open", document: {} }, { type: "neuromfa:open", document: cyclic }, { type: "neuromfa:open", document: { ...demo, checkpoints: [] } }, { type: "neuromfa:open", document: { n: 1n } },
  ]) await assert.rejects(obey(bad, commands), { name: "Error" });
  await assert.rejects(obey({ type: "neuromfa:open", document: demo }, { ...commands, drawable: async () => false }), /not a result/);
  assert.equal(calls.length, 3);
});

// ---- snippets ----

test("blocks for other pages carry the link unharmed", () => {
  const url = "https://example.org/neuromfa/#v=1&embed=1&q=%22A%22+%3C+B&fixed=tabs,theme";
  const all = snippets({ url, title: 'Is "A" < B & C?', width: 640, height: 420, grows: true });
  const text = (name: string): string => all.find((one) => one.name === name)!.text;
  assert.equal(text("Link"), url);
  for (const name of ["Plain HTML", "Moodle", "Quarto", "Jupyter Book 1"]) {
    const [tag] = /<iframe [^>]*><\/iframe>/.exec(text(name))!;
    const attributes = Object.fromEntries([...tag.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [key, value!.replace(/&quot;/g, '"').replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&")]));
    assert.deepEqual(attributes, { src: url, title: 'Is "A" < B & C?', width: "640", height: "420", loading: "lazy", allow: "cross-origin-isolated", style: "border: 0; max-width: 100%" });
  }
  assert.match(text("MyST and Jupyter Book 2"), /^:::\{iframe\} https:\/\/example\.org[^\n]*\n:width: 100%\n:::$/);
  assert.match(text("Quarto"), /^```\{=html\}\n[\s\S]*\n```$/);
  assert.match(text("Plain HTML"), /origin !== "https:\/\/example\.org"/);
  assert.doesNotMatch(text("Moodle"), /script/);
  assert.doesNotMatch(snippets({ url, title: "x", width: null, height: 300, grows: false }).map((one) => one.text).join(), /script/);
  assert.match(snippets({ url, title: "x", width: null, height: 300, grows: false })[1]!.text, /width="100%" height="300"/);
});
