// Simple rivals of E over a series: those that need no weights at once, those of the matrices when they are asked for.

import { Chart } from "./chart";
import { failureText } from "./damage-words";
import { fill, h, rich } from "./dom";
import { exportButton } from "./export";
import { bytesOf } from "./format";
import { lab } from "./lab";
import type { Contender, RivalsProgress } from "./lab-protocol";
import { locked } from "./locked";
import { current, filesHere, type Actions, type Model, type View } from "./model";
import type { Checkpoint, EngineError, Explained, ResultDocument, Rivals } from "./protocol";
import { readable } from "./readable";
import { explainedOf, explainedTable, LARGEST_MATRIX, NEEDS_WEIGHTS, PURPOSE, sentenceOf, valuesTable } from "./rivals-words";
import { tableElement } from "./tables";
import { capital, label } from "./words";

/** What was measured on this page, by what it was measured of: it stays over changes of the list. */
const measured = new Map<string, Rivals>();

export function rivalsSection(model: Model, actions: Actions, phone: () => boolean): View {
  let stop: (() => void) | null = null;
  /** The document that was last compared, and how many of its checkpoints were measured then. */
  let compared: ResultDocument | null = null;
  let known = -1;
  let shown: ResultDocument | null = null;
  let forget = (): void => undefined;

  const compute = h("button.primary", { type: "button", onclick: () => void begin() }, "Compute");
  const cancel = h("button.ghost.framed", { type: "button", hidden: true, onclick: () => stop?.() }, "Cancel");
  const does = h("span.caption", null, `Reads the matrices again, up to ${LARGEST_MATRIX} on their smaller side.`);
  const ask = h("div.rivals-ask", null, compute, cancel, does);
  const lock = locked(actions, NEEDS_WEIGHTS, "Add the checkpoints");
  const said = h("p.rivals-said", { role: "status" });
  const failed = h("p.rivals-said.rivals-error", { role: "alert", hidden: true });

  const chart = new Chart("rivals-chart", {
    figure: () => shown && { document: shown, parts: { kind: "rivals", nulls: true, checkpoint: model.selected, title: false, compact: phone() } },
    drawn: (layout) => describe(layout.summary ?? ""),
  });
  const describe = readable(chart.root, "simple rivals of emergence");
  const sentences = h("ul.rivals-sentences");
  const note = h("p.caption");
  const table = h("div");
  const twin = h("details.twin-details", null, h("summary", null, "Table"), table);
  twin.addEventListener("toggle", () => draw());
  const results = h("div", { hidden: true },
    h("div.tools", null, exportButton(() => "neuromfa-rivals", () => chart, () => shown)), chart.root, sentences, note, twin);
  const root = h("section.rivals", { "aria-label": "Simple rivals" }, h("p.caption", null, rich(PURPOSE)), ask, lock.root, said, failed, results);

  async function begin(): Promise<void> {
    const document_ = model.document;
    if (!document_ || stop) return;
    let halted = false;
    let end = (): void => undefined;
    stop = () => { halted = true; end(); };
    fail(null);
    update();
    for (const c of document_.checkpoints.filter((one) => !rivalsOf(one))) {
      const weights = await actions.weights(c);
      if (halted) break;
      if (!weights) { fail({ code: "no-weights", text: "", file: c.name, hint: "" }); break; }
      const done = await new Promise<boolean>((resolve) => {
        end = lab({ kind: "rivals", weights, options: document_.options, largest: LARGEST_MATRIX }, (state, data, error) => {
          if (state === "working") return say(c, data as RivalsProgress);
          if (state === "done") measured.set(keyOf(c, document_.options.seed), data as Rivals);
          if (state === "failed") fail(error);
          resolve(state === "done");
        });
      });
      if (!done) break;
      update();
    }
    stop = null;
    fill(said, halted ? "Stopped. What was measured stays." : "");
    update();
  }

  function say(c: Checkpoint, { read, of }: RivalsProgress): void {
    fill(said, `${capital(label(c))}: ${bytesOf(read, of)} read and measured`);
  }

  function fail(error: EngineError | null): void {
    failed.hidden = error === null;
    fill(failed, error ? failureText(error) : "");
  }

  /** Compares anew where the document changed, or more of it was measured. */
  function compare(): void {
    const document_ = model.document;
    if (!document_) return;
    const checkpoints = document_.checkpoints.map((c) => {
      const rivals = rivalsOf(c);
      return rivals ? { ...c, rivals } : c;
    });
    const count = checkpoints.filter((c) => c.rivals).length;
    if (document_ === compared && count === known) return;
    [compared, known] = [document_, count];
    forget();
    forget = lab({ kind: "explain", checkpoints: checkpoints.map(contender) }, (state, data, error) => {
      if (state === "failed") return fail(error);
      if (state !== "done" || compared !== document_) return;
      shown = { ...document_, checkpoints, explained: data as Explained[] };
      draw();
    });
  }

  function update(): void {
    compare();
    const document_ = model.document;
    const here = filesHere(model, document_?.checkpoints ?? []);
    const missing = document_?.checkpoints.some((c) => !rivalsOf(c)) ?? false;
    const focused = document.activeElement;
    ask.hidden = !here || (!missing && !stop);
    lock.update(here || !missing, document_?.checkpoints ?? []);
    compute.hidden = does.hidden = stop !== null;
    cancel.hidden = stop === null;
    // The focus stays on the button that took the place of the other.
    if (focused === compute && compute.hidden) cancel.focus();
    if (focused === cancel && cancel.hidden) compute.focus();
    draw();
  }

  function draw(): void {
    const c = current(model);
    results.hidden = !shown || !c;
    if (!shown || !c) return;
    const rows = explainedOf(shown, c);
    fill(sentences, ...rows.map((one) => h("li", null, rich(sentenceOf(one)))));
    fill(note, rivalsOf(c)?.text ?? "");
    chart.root.setAttribute("aria-label", `E and simple numbers over steps, and the share of E that each explains alone. ${rows.map((one) => one.text).join(" ")}`);
    chart.update();
    if (twin.open) fill(table, tableElement(explainedTable(rows)), tableElement(valuesTable(shown)));
  }

  function rivalsOf(c: Checkpoint): Rivals | undefined {
    return c.rivals ?? measured.get(keyOf(c, model.document?.options.seed ?? 0));
  }

  update();
  return { root, update, destroy: () => { stop?.(); forget(); chart.destroy(); } };
}

/** The files of a checkpoint, how they are wired, and what its shuffles follow from. */
function keyOf(c: Checkpoint, seed: number): string {
  return JSON.stringify([seed, c.files.map((file) => file.identity), c.network.layers.map((layer) => layer.tensors)]);
}

function contender({ series, step, emergence, baselines, nulls, rivals }: Checkpoint): Contender {
  return {
    series: series ?? null, step, emergence, baselines: baselines ?? { mean_abs_weight: null, mean_weighted_degree: null },
    nulls: nulls.map(({ kind, alpha0, width, emergence: e }) => ({ kind, alpha0, width, emergence: e })),
    ...(rivals && { rivals: { mean: rivals.mean, shuffled: rivals.shuffled } }),
  };
}
