import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { initial, parse, possible, serialise, DEFAULTS, comparable } from "../../www/hash";
import { identitiesOf } from "../../www/identity";
import type { Found, ResultDocument } from "../../www/protocol";
import { allowed, hostOf, hostsText, preset, SIZES, STEPS } from "../../www/remote/sources";
import { trafficWords } from "../../www/remote/web";
import { costText, durationText, foundText, namesText, promise } from "../../www/remote/words";

function host(text: string) {
  const typed = hostOf(text);
  assert.ok("host" in typed, `${text}: ${"wrong" in typed ? typed.wrong : ""}`);
  return typed.host;
}

function wrong(text: string): string {
  const typed = hostOf(text);
  assert.ok("wrong" in typed, `${text} was taken`);
  return typed.wrong;
}

test("a model's name and every address of its site lead to the same host", () => {
  for (const text of ["EleutherAI/pythia-70m", " openai-community/gpt2 ", "hf:EleutherAI/pythia-70m@step0, step1000", "hf:gpt2", "HF:a/b", "a/b@main", "https://huggingface.co/EleutherAI/pythia-70m/tree/step3000",
    "https://hf.co/a/b", "https://www.huggingface.co/a/b", "HTTPS://HuggingFace.co/a/b"]) {
    const { name, origins, mayRedirect } = host(text);
    assert.deepEqual([name, origins[0], mayRedirect], ["huggingface.co", "https://huggingface.co", false], text);
    assert.ok(origins.includes("https://*.hf.co") && origins.every((origin) => /^https:\/\/(\*\.)?([\w-]+\.)*(huggingface\.co|hf\.co)$/.test(origin)));
  }
});

test("known sites have the hosts of their files, others themselves alone", () => {
  assert.equal(host("https://github.com/o/r/blob/main/model.safetensors").name, "github.com");
  assert.ok(host("https://raw.githubusercontent.com/o/r/main/a.pt").origins.includes("https://media.githubusercontent.com"));
  for (const text of ["https://zenodo.org/records/123", "10.5281/zenodo.123", "https://doi.org/10.5281/zenodo.123"]) assert.deepEqual(host(text).origins, ["https://zenodo.org"], text);
  assert.deepEqual(host("https://models.example.org/a/b.safetensors"), { name: "models.example.org", origins: ["https://models.example.org"], mayRedirect: true });
  assert.deepEqual(host("https://example.org:8443/").origins, ["https://example.org:8443"]);
  // What only looks like a known site is another one.
  for (const text of ["https://huggingface.co.example.org/a/b", "https://huggingface.co:8443/a/b", "https://example.org/huggingface.co", "https://nothuggingface.co/a/b", "https://doi.org/10.1000/zenodo.1"]) {
    assert.ok(!host(text).origins.includes("https://huggingface.co") && !host(text).origins.includes("https://zenodo.org") && host(text).mayRedirect, text);
  }
});

test("mirrors and hosts on this computer", () => {
  assert.deepEqual(host("hub+http://127.0.0.1:8123/owner/name"), { name: "127.0.0.1:8123", origins: ["http://127.0.0.1:8123", "http://127.0.0.1:*"], mayRedirect: false });
  assert.equal(host("zenodo+http://localhost:80/records/1").name, "localhost");
  assert.equal(host("http://[::1]:9000/a.pt").name, "[::1]:9000");
  assert.deepEqual(host("hub+https://mirror.example.org/owner/name").origins, ["https://mirror.example.org"]);
});

test("what cannot be asked is said, and asked of nobody", () => {
  assert.equal(wrong("  "), "");
  assert.match(wrong("http://example.org/a.pt"), /^Only https/);
  assert.match(wrong("hub+http://example.org/a/b"), /^Only https/);
  assert.match(wrong("http://127.0.0.1.example.org/a"), /^Only https/);
  assert.match(wrong("https://user:secret@example.org/a.pt"), /password/);
  for (const text of ["pythia", "hf:", "a/b/c", "ftp://example.org/a", "javascript:alert(1)//a/b", "https://", "data:text/plain,a", "../a", "file:///etc/passwd", "hub+javascript:alert(1)"]) assert.match(wrong(text), /no address/, text);
});

test("any https site is allowed only where the reader says so, and only for hosts that are not known", () => {
  const other = host("https://models.example.org/a.pt");
  assert.deepEqual(allowed(other, false), ["https://models.example.org"]);
  assert.deepEqual(allowed(other, true), ["https://models.example.org", "https:"]);
  for (const text of ["a/b", "https://github.com/o/r", "http://127.0.0.1:1/a"]) assert.ok(!allowed(host(text), true).includes("https:"));
  assert.equal(hostsText(allowed(other, true)), "models.example.org; any https site that they send it on to");
  assert.equal(hostsText(host("http://127.0.0.1:9/a").origins), "127.0.0.1:9; 127.0.0.1, at any port");
});

test("the paper's models: ten sizes, 27 steps, as they would be typed", () => {
  assert.deepEqual([SIZES.length, STEPS.length], [10, 27]);
  for (const size of SIZES) {
    const { source, revisions } = preset(size);
    assert.equal(host(source).name, "huggingface.co");
    assert.deepEqual(parse(`#${serialise({ ...initial(), source, revisions })}`).revisions, revisions);
  }
});

test("the command line has the same models and steps", () => {
  const source = readFileSync("src/remote/presets.rs", "utf8");
  const list = (name: string): string => new RegExp(`const ${name}: [^=]*= \\[([^\\]]*)\\]`).exec(source)?.[1] ?? "";
  assert.deepEqual(list("PYTHIA_STEPS").replace(/[_\s]/g, "").split(",").filter(Boolean).map(Number), [...STEPS]);
  assert.deepEqual([...list("PYTHIA_SIZES").matchAll(/"([^"]+)"/g)].map(([, size]) => size), [...SIZES]);
});

test("a link has what was typed, on one line, and never a token", () => {
  const state = { ...initial(), source: "hub+http://127.0.0.1:1/a/b", revisions: "step{0,1000}" };
  const link = serialise(state);
  assert.equal(link, "v=1&source=hub%2Bhttp%3A//127.0.0.1%3A1/a/b&revisions=step%7B0,1000%7D");
  assert.deepEqual(parse(link), state);
  assert.equal(parse("#source=%20a%0A/b%20").source, "a /b");
  assert.equal(parse("#revisions=step0").revisions, "", "belongs to a source");
  assert.equal(parse(`#source=${"x".repeat(1e5)}`).source, "", "a part of an address is another one");
  const long = Array.from({ length: 100 }, (_, step) => `step${step}`).join(", ");
  assert.equal(parse(`#source=a/b&revisions=${long}`).revisions, "");
  assert.equal(serialise({ ...state, revisions: long }), "");
  assert.equal(serialise({ ...state, source: "https://example.org/x.safetensors?signature=secret" }), "");
  assert.doesNotMatch(serialise(parse("#source=a/b&token=secret")), /secret/);
});

test("strips are rows of a sampled network, and stand beside no others", () => {
  const strips = { ...DEFAULTS, network: "sampled" as const, rows: "strips" as const };
  assert.equal(parse("#network=sampled&rows=strips").options.rows, "strips");
  assert.equal(parse("#rows=strips").options.rows, "random");
  assert.equal(possible({ ...strips, network: "full" }).rows, "random");
  assert.equal(comparable(strips, { ...strips, rows: "random" }), false);
  const { rows, ...older } = { ...strips, rows: "random" as const };
  assert.ok(rows && comparable(older, { ...older, rows: "random" }), "an older document drew them one by one");
});

test("a file on another site is known by a fingerprint of its own", () => {
  const document = { checkpoints: [{ files: [{ name: "a", bytes: 1, identity: `remote:${"0123456789abcdef".repeat(4)}` }] }] } as unknown as ResultDocument;
  assert.deepEqual(identitiesOf(document), ["0123456789ab"]);
});

test("what was asked is told with the host that was confirmed", () => {
  const cdn = { host: "cdn.hf.co", requests: 400, bytes: 84e6 };
  const hub = { host: "huggingface.co", requests: 12, bytes: 0 };
  assert.equal(trafficWords({ host: "huggingface.co", traffic: [{ ...hub, requests: 412, bytes: 84e6 }], policy: true }), "412 requests to huggingface.co, 84 MB");
  assert.equal(trafficWords({ host: "huggingface.co", traffic: [cdn, hub], policy: true }), "412 requests to huggingface.co and 1 other host, 84 MB");
  assert.equal(trafficWords({ host: "other.org", traffic: [cdn], policy: true }), "400 requests to cdn.hf.co, 84 MB");
  assert.equal(trafficWords({ host: "huggingface.co", traffic: [], policy: true }), "");
});

test("sentences of the plan", () => {
  assert.equal(costText({ bytes: 84e6, of: 13.8e9, requests: 7214, seconds: 118 }), "Reads 84 MB of 13.8 GB in 7,214 requests, about two minutes.");
  assert.equal(costText({ bytes: 1e6, of: 2e6, requests: 1, seconds: null }), "Reads 1 MB of 2 MB in 1 request.");
  assert.deepEqual([1, 33, 62, 700, 3500, 30000].map(durationText), ["some seconds", "about 30 seconds", "about a minute", "about 12 minutes", "about 58 minutes", "about eight hours"]);
  assert.equal(namesText(["a", "b"]), "a, b");
  assert.equal(namesText(STEPS.map((step) => `step${step}`)), "step0, step1, step2, step4, 21 more, step133000, step143000");
  const found = { architecture: "GPT-NeoX", format: "safetensors", parameters: 70e6 } as Found;
  assert.equal(foundText({ files: [], drop: { checkpoints: [found, found], skipped: [], errors: [] }, bytes: 332e6, notes: [] }), "2 checkpoints: GPT-NeoX, safetensors, 70 million weights each, 332 MB in all.");
  assert.match(promise("huggingface.co", false), /^huggingface\.co will see your address .* Nothing of your own is sent\.$/);
  assert.doesNotMatch(promise("huggingface.co", true), /Nothing of your own/);
});
