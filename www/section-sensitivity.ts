// Sensitivity: one option varied at a time in the laboratory, and what the published code does otherwise. Points are drawn
// as they arrive. What a result document holds is drawn without weights.

import { Chart } from "./chart";
import { failureText } from "./damage-words";
import { fill, h, rich } from "./dom";
import { exportButton } from "./export";
import { lab } from "./lab";
import type { SensitivityFound } from "./lab-protocol";
import { locked } from "./locked";
import { current, filesHere, type Actions, type Model, type View } from "./model";
import type { Checkpoint, ResultDocument, SensitivityAxis, SensitivityPoint } from "./protocol";
import { AXIS_NAMES, promise, quirkSentence, quirkTable, SHUFFLES, sensitivitySentence, sensitivityTable } from "./sensitivity-words";
import { tableElement } from "./tables";
import { baselineOf } from "./verdict";
import { capital, label } from "./words";

type Part = "sensitivity" | "quirks";

/** What was computed of a checkpoint, as long as its record is the same. */
type Computed = Partial<Pick<SensitivityFound, Part>>;
const computed = new WeakMap<Checkpoint, Computed>();

export function sensitivitySection(model: Model, actions: Actions, phone: () => boolean): View {
  let stop: (() => void) | null = null;
  let running: Part | null = null;
  let kept: { of: ResultDocument; parts: (Computed | undefined)[]; document: ResultDocument } | null = null;

  const does = h("p.caption");
  const lock = locked(actions, "Other options need the weights. ", "Add the checkpoint");
  const said = h("p.damage-said", { role: "status" });
  const failed = h("p.damage-said.damage-error", { role: "alert", hidden: true });
  const cancel = h("button.ghost.framed", { type: "button", hidden: true, onclick: () => stop?.() }, "Cancel");
  const compute = h("button.primary", { type: "button", onclick: () => void begin("sensitivity", AXIS_NAMES) }, "Compute");
  const computeQuirks = h("button.ghost.framed", { type: "button", onclick: () => void begin("quirks", ["quirks"]) }, "Compute the published code\u2019s numbers");

  const chart = new Chart("sensitivity-chart", {
    figure: () => {
      const document_ = shown();
      return document_ && { document: document_, parts: { kind: "sensitivity", checkpoint: model.selected, compact: phone() } };
    },
    drawn: (layout) => chart.root.setAttribute("aria-label", layout.summary ?? ""),
  });
  chart.root.setAttribute("role", "img");
  const sentence = h("p.deck");
  const table = h("div");
  const twin = h("details.twin-details", null, h("summary", null, "Table"), table);
  twin.addEventListener("toggle", () => draw());
  const results = h("div", { hidden: true },
    h("div.tools", null, exportButton(() => "neuromfa-sensitivity", () => chart, shown)), chart.root,
    h("p.caption", null, "Colour: these weights. Grey: their shuffles, the mean and 95% of them. The dotted line marks the present setting; all charts of a row have one axis."),
    sentence, twin);
  const quirkWords = h("p.deck");
  const quirkBody = h("div.quirks");
  const root = h("section.sensitivity", { "aria-label": "Sensitivity" },
    does, h("div.sensitivity-tools", null, compute, cancel), lock.root, said, failed, results,
    h("h3.figure-title", null, "The published code beside the exact numbers"),
    h("p.caption", null, "Each known difference by itself, then all of them together; every number beside its shuffles."),
    computeQuirks, quirkWords, quirkBody);

  const axesOf = (c: Checkpoint): SensitivityAxis[] => computed.get(c)?.sensitivity ?? c.sensitivity ?? [];
  const quirksOf = (c: Checkpoint): SensitivityPoint[] => computed.get(c)?.quirks ?? c.quirks ?? [];

  /** The document with what was computed; the same one as long as nothing is new. */
  function shown(): ResultDocument | null {
    const doc = model.document;
    if (!doc) return null;
    const parts = doc.checkpoints.map((c) => computed.get(c));
    const same = kept?.of === doc && kept.parts.every((part, i) => part === parts[i]);
    if (!same) kept = { of: doc, parts, document: { ...doc, checkpoints: doc.checkpoints.map((c, i) => ({ ...c, ...parts[i] })) } };
    return kept!.document;
  }

  async function begin(part: Part, axes: string[]): Promise<void> {
    const c = current(model);
    const doc = model.document;
    if (!c || !doc || running) return;
    running = part;
    let over = false;
    stop = () => { over = true; };
    fail("");
    fill(said, `${capital(label(c))}: starting`);
    update();
    const first = baselineOf(doc, c);
    const [checkpoint, baseline] = await Promise.all([actions.weights(c), first === c ? null : actions.weights(first)]);
    if (!checkpoint || over) {
      if (!checkpoint) fail("The weights are no longer at hand. Choose the file again.");
      return end("");
    }
    const progress = (data: SensitivityFound): void => {
      computed.set(c, { ...computed.get(c), [part]: data[part] });
      fill(said, `${capital(label(c))}: ${data.done} of ${data.points} settings`);
      draw();
    };
    stop = lab({ kind: "sensitivity", checkpoint, baseline, options: doc.options, axes, samples: SHUFFLES }, (state, data, error) => {
      if (data) progress(data as SensitivityFound);
      if (state === "working") return;
      if (error) fail(failureText(error));
      end(state === "stopped" ? "Stopped. What was computed stays." : "");
    });
  }

  function end(words: string): void {
    stop = null;
    running = null;
    fill(said, words);
    update();
  }

  function fail(text: string): void {
    failed.hidden = text === "";
    fill(failed, text);
  }

  function update(): void {
    const c = current(model);
    const here = c !== null && filesHere(model, [c]);
    const doc = model.document;
    const focused = document.activeElement;
    lock.update(here, c ? [c] : []);
    does.hidden = compute.hidden = !here || running !== null;
    computeQuirks.hidden = !here || running !== null;
    cancel.hidden = running === null;
    // The focus stays on the button that took the place of the other.
    if ((focused === compute || focused === computeQuirks) && running) cancel.focus();
    if (focused === cancel && cancel.hidden) compute.focus();
    if (c && doc) {
      const first = baselineOf(doc, c);
      fill(does, rich(promise(first === c ? null : first, c)));
    }
    draw();
  }

  function draw(): void {
    const c = current(model);
    const axes = c ? axesOf(c) : [];
    const quirks = c ? quirksOf(c) : [];
    results.hidden = axes.length === 0;
    if (c && axes.length > 0) {
      chart.root.style.height = phone() ? `${axes.length * 168}px` : "";
      fill(sentence, rich(sensitivitySentence(axes)));
      chart.update();
      if (twin.open) fill(table, tableElement(sensitivityTable(c, axes)));
    }
    quirkWords.hidden = quirks.length === 0;
    fill(quirkWords, rich(quirkSentence(quirks)));
    if (c && quirks.length > 0) fill(quirkBody, tableElement(quirkTable(c, quirks)));
    else fill(quirkBody);
  }

  update();
  return { root, update, destroy: () => { stop?.(); chart.destroy(); } };
}
