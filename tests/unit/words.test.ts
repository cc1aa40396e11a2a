import assert from "node:assert/strict";
import { test } from "node:test";
import type { Checkpoint, Null, ResultDocument } from "../../www/protocol";
import { baselineOf, seriesCase } from "../../www/verdict";
import { errorParts, ERRORS, finding, findingDeck, layersNote, mixedLayers, numberCaption, seriesDeck, seriesHeadline, sliderText, spectrumSummary } from "../../www/words";

function shuffled(width: number, alpha0: number, spread = 0.01): Null {
  const width_values = Array.from({ length: 100 }, (_, i) => width - spread + (2 * spread * i) / 99);
  return {
    kind: "shuffle", samples: 100, alpha0, alpha0_interval: [alpha0 - 0.0002, alpha0 + 0.0002],
    width, width_interval: [width - spread * 0.95, width + spread * 0.95], emergence: 0.069,
    alpha: [], f: [], alpha0_values: width_values.map(() => alpha0), width_values,
    nfd: { mean: 0.962, histogram: null },
  };
}

function checkpoint(step: number | null, width: number, alpha0: number, null_: Null | null): Checkpoint {
  return {
    name: step === null ? "model" : `step${step}`, step, format: "safetensors", architecture: "GPT-NeoX", guessed: false,
    files: [], parameters: 1_179_648,
    network: { neurons: 5376, edges: 1000, zero_weights: 0, nonfinite_weights: 0, layers: [{ name: "a", tensors: [], neurons: 5376, edges_per_neuron: 10, kept: 5376 }] },
    samples: [{ seed: null, neurons_kept: 5376, radii: [], q: [-1, 0, 1], tau: [-2, -1, 0], stderr: [], r_squared: [0.83, null, 0.86], dimension: [], alpha: [1.639, 1.181, 0.904], f: [-0.6, 0, -0.3], partition: { q: [], ln_z: [] }, alpha0, width, asymmetry: 0.5 }],
    mean: { alpha0, alpha0_sd: null, width, width_sd: null },
    nulls: null_ ? [null_] : [],
    nfd: { mean: 0.961, median: null, sd: null, min: null, max: null, histogram: { from: 0, to: 2, counts: [] }, layers: [] },
    warnings: [], emergence: step === 0 ? 0 : 0.072,
  };
}

function series(first: Checkpoint, last: Checkpoint): ResultDocument {
  return { schema: "neuromfa-result/1", tool: { name: "neuromfa", version: "0" }, options: { null: ["shuffle"] } as ResultDocument["options"], checkpoints: [first, last], scores: [] };
}

const start = () => checkpoint(0, 0.679, 1.262, shuffled(0.679, 1.262));

test("a series that moved and widened says both, shorter on a phone", () => {
  const doc = series(start(), checkpoint(3000, 0.735, 1.181, shuffled(0.67, 1.177)));
  assert.equal(seriesHeadline(doc), "Training moved this network\u2019s spectrum and widened it. Shuffled weights only move.");
  assert.equal(seriesHeadline(doc, true), "Training moved and widened this spectrum. Shuffled weights only move.");
});

test("shuffles that end narrower than they began do more than move", () => {
  const doc = series(start(), checkpoint(3000, 1.113, 1.181, shuffled(0.489, 1.177)));
  assert.equal(seriesHeadline(doc), "Training moved this network\u2019s spectrum and widened it. Shuffled weights narrow it.");
  assert.equal(seriesHeadline(doc, true), "Training moved and widened this spectrum. Shuffled weights narrow it.");
});

test("widened, but its shuffles moved less or further", () => {
  for (const alpha0 of [1.25, 1.1]) {
    assert.equal(seriesCase(series(start(), checkpoint(3000, 0.735, 1.181, shuffled(0.67, alpha0)))), "widened");
  }
});

test("within, below and between the shuffles", () => {
  const at = (width: number) => series(start(), checkpoint(3000, width, 1.181, shuffled(0.67, 1.177)));
  assert.equal(seriesHeadline(at(0.67)), "Training moved this network\u2019s spectrum. Shuffling its weights gives the same.");
  assert.equal(seriesHeadline(at(0.6)), "Training made this network\u2019s neurons more alike than chance.");
  assert.equal(seriesHeadline(at(0.6798)), "Training moved this network\u2019s spectrum. Its width may be chance.");
});

test("no movement is said before anything else", () => {
  assert.equal(seriesHeadline(series(start(), checkpoint(3000, 0.6795, 1.2621, shuffled(0.6, 1.262)))), "This spectrum hardly changed in training.");
});

test("without nulls a series claims nothing", () => {
  assert.equal(seriesHeadline(series(start(), checkpoint(3000, 0.735, 1.181, null))), "This network\u2019s spectrum at 2 steps of training");
});

test("checkpoints without steps are not a training", () => {
  assert.equal(seriesHeadline(series(checkpoint(null, 1, 1, null), checkpoint(null, 1, 1, null))), "2 checkpoints, side by side");
});

test("several series are never told as one training", () => {
  const of = (name: string | null, step: number, width: number): Checkpoint => ({ ...checkpoint(step, width, 1.2, shuffled(0.67, 1.177)), ...(name === null ? {} : { series: name }) });
  const document: ResultDocument = { ...series(of("a", 0, 0.5), of("a", 10, 0.9)), checkpoints: [of("a", 0, 0.5), of("a", 10, 0.9), of(null, 0, 0.6)] };
  assert.equal(seriesHeadline(document), "Two series, side by side");
  assert.match(seriesDeck(document), /^2 checkpoints of a, 1 without a name\. Each series counts E/);
  assert.match(sliderText(document, 1), /^step 10 of a, checkpoint 2 of 3/);
  // Each counts from its own first checkpoint, or from the one that was chosen.
  assert.match(numberCaption("emergence", document, 2), /The first checkpoint counts as 0/);
  document.checkpoints[1]!.is_baseline = true;
  assert.match(numberCaption("emergence", document, 1), /This checkpoint counts as 0/);
  assert.equal(baselineOf(document, document.checkpoints[0]!), document.checkpoints[1]);
  assert.equal(baselineOf(document, document.checkpoints[2]!), document.checkpoints[2]);
});

test("one checkpoint: four findings, and one that waits", () => {
  const at = (width: number) => finding(checkpoint(3000, width, 1.181, shuffled(0.67, 1.177)), true);
  assert.equal(at(0.735), "Wider than all 100 shuffles of its own weights");
  assert.equal(at(0.6), "Narrower than all 100 shuffles of its own weights");
  assert.equal(at(0.67), "As wide as its own weights, shuffled");
  assert.match(at(0.6798), /^Wider than 9\d of 100 shuffles: this may be chance$/);
  assert.match(at(0.6602), /^Narrower than 9\d of 100 shuffles: this may be chance$/);
  assert.match(finding(checkpoint(3000, 0.7, 1.1, null), true), /shuffled: computing$/);
  assert.match(findingDeck(checkpoint(3000, 0.735, 1.181, shuffled(0.67, 1.177)), true), /The 0\.065 of width that it loses is arrangement\.$/);
});

test("the four captions name chance every time", () => {
  const doc = series(start(), checkpoint(3000, 0.735, 1.181, shuffled(0.67, 1.177)));
  assert.equal(numberCaption("alpha0", doc, 1), "Shuffled 1.177. Down from 1.262, but shuffled weights fall as far: weight sizes explain it.");
  assert.equal(numberCaption("width", doc, 1), "Shuffled 0.670. Wider than all 100 shuffles: neurons differ more than their weights explain.");
  assert.equal(numberCaption("emergence", doc, 1), "Shuffled 0.069. Nearly all of it comes without structure: do not read {E} on its own.");
  assert.equal(numberCaption("nfd", doc, 1), "Mean of 5,376 neurons; 0.961 at step 0. Shuffled 0.962: shuffling hardly changes it.");
  for (const which of ["alpha0", "width", "emergence", "nfd"] as const) {
    assert.match(numberCaption(which, series(start(), checkpoint(3000, 0.7, 1.1, null)), 1), /Shuffled: computing/);
  }
});

test("a step that has not moved yet is not compared", () => {
  const still = checkpoint(2, 0.68, 1.2621, { ...shuffled(0.68, 1.2619), emergence: 0 });
  still.emergence = 0.0001;
  const doc = series(start(), still);
  assert.equal(numberCaption("alpha0", doc, 1), "Shuffled 1.262. As at the start.");
  assert.equal(numberCaption("emergence", doc, 1), "Shuffled 0.000. Neither has left the first checkpoint yet.");
});

test("text twins", () => {
  const doc = series(start(), checkpoint(3000, 0.735, 1.181, shuffled(0.67, 1.177)));
  assert.match(spectrumSummary(doc.checkpoints[1]!), /^Spectrum at step 3,000: \u03b1 from 0\.904 to 1\.639, centre 1\.181, width 0\.735; shuffled width 0\.670, 0\.\d+ to 0\.\d+\.$/);
  assert.equal(sliderText(doc, 1), "step 3,000, checkpoint 2 of 2, width 0.735, shuffled 0.670");
});

test("an error splits into what and why, dots of file names apart", () => {
  assert.deepEqual(errorParts(ERRORS.notACheckpoint("thesis.pdf", "%PDF")), {
    title: "thesis.pdf is not a checkpoint",
    body: "It begins with \u201c%PDF\u201d. Drop the weights instead: safetensors, PyTorch, GGUF, ONNX or NumPy.",
  });
  assert.equal(ERRORS.stopped("reading block 4", 9), "The engine stopped while reading block 4. Your 9 results are safe.");
  assert.match(ERRORS.noEngine("null"), /^This frame cannot/);
  assert.match(ERRORS.noEngine("https://example.org"), /^This browser cannot/);
  for (const text of Object.values(ERRORS).map((f) => (f as (...a: unknown[]) => string)("file.bin", 1))) assert.doesNotMatch(text, /!|oops/i);
});

test("numbers of some layers are never said of the network", () => {
  const ends: [number, number][] = [[0.735, 1.177], [0.735, 1.25], [0.67, 1.177], [0.6, 1.177], [0.6798, 1.177]];
  for (const [width, alpha0] of ends) {
    const doc = series(start(), checkpoint(3000, width, 1.181, shuffled(0.67, alpha0)));
    doc.options.layers = [[0, 0]];
    assert.match(seriesHeadline(doc), /these layers\u2019/);
    assert.doesNotMatch(seriesHeadline(doc), /network|its weights/);
    assert.match(seriesDeck(doc), /the weights of some of its layers alone/);
    assert.match(finding(doc.checkpoints[1]!, true, true), /these layers/);
  }
  const pending = series(start(), checkpoint(3000, 0.7, 1.1, null));
  pending.options.layers = [[0, 0]];
  assert.equal(seriesHeadline(pending), "These layers\u2019 spectrum at 2 steps of training");
  assert.match(finding(pending.checkpoints[1]!, true, true), /^Step 3,000, some layers: width 0\.700/);
});

test("the note beside the numbers says which layers, and of how many where that is known", () => {
  const one = checkpoint(3000, 0.7, 1.1, null);
  one.network.layers[0]!.name = "block 0 attention in";
  const options = { layers: [[0, 0]] } as unknown as ResultDocument["options"];
  assert.equal(layersNote(one, options, 24), "Numbers of a part of the network: 1 of 24 layers (attention in, block 0).");
  assert.equal(layersNote(one, options, null), "Numbers of a part of the network: 1 layer (attention in, block 0).");
  assert.match(mixedLayers([12, 24]), /^The checkpoints have 12 and 24 layers: /);
});
