// A training series, and the first view: one figure, three charts on one axis of steps, four numbers.

import { Chart } from "./chart";
import { fill, h, icon, symbol } from "./dom";
import type { DemoFigures } from "./demo";
import { exportButton } from "./export";
import { integer } from "./format";
import { placeAddress, type Screen } from "./hash";
import { current, type Actions, type Model, type View } from "./model";
import { partNote } from "./layer-choice";
import { Numbers } from "./numbers";
import { why } from "./popover";
import { section, shareLine } from "./section";
import { selectKeys } from "./select-keys";
import { Slider } from "./slider";
import { SpectrumFigure } from "./spectrum";
import { seriesTable, spectrumTable, tableElement } from "./tables";
import { isTraining, shuffleOf } from "./verdict";
import { capital, label, seriesDeck, seriesHeadline } from "./words";

/** What is stacked on the axis of steps; a score only where there is one. */
export function stacked(model: Model): string[] {
  const score = model.document?.scores[0];
  return [...(score ? [`score:${score.metric}`] : []), "emergence", "excess_width", ...(score ? [] : ["alpha0"])];
}

export function seriesView(model: Model, actions: Actions, card: HTMLElement, phone: () => boolean, figures: DemoFigures): View {
  const wide = h("span.wide-only");
  const narrow = h("span.phone-only");
  const headline = h("h1.headline", { tabindex: "-1" }, wide, narrow);
  const deck = h("p.deck");
  const note = partNote(model, actions);
  const legend = h("div.legend.figure-legend");
  const spectrumTwin = h("div.twin-place", { hidden: true });
  const tableButton = h("button.ghost", { type: "button", "aria-expanded": "false", onclick: () => toggleTable() }, icon("table", 18), h("span", null, "Table"));
  const toggleTable = (): void => {
    spectrumTwin.hidden = !spectrumTwin.hidden;
    tableButton.setAttribute("aria-expanded", String(!spectrumTwin.hidden));
    twin();
  };
  const twin = (): void => {
    const c = current(model);
    if (!spectrumTwin.hidden && c) fill(spectrumTwin, tableElement(spectrumTable(c)));
  };
  const fallback = (name: string) => (model.source === "demo" && model.selected === (model.document?.checkpoints.length ?? 0) - 1 ? figures.get(name) : null);

  const spectrum = new SpectrumFigure(model, actions, "spectrum", () => ({ kind: "spectrum", rulers: !phone(), compact: phone(), nulls: true }), {
    toggleTable, fallback: () => fallback("spectrum"),
  });
  const charts = new Chart("series", {
    figure: () => model.document && { document: model.document, parts: { kind: "series", series: stacked(model), checkpoint: model.selected, compact: phone() } },
    fallback: () => fallback("series"),
    drawn: (layout) => fill(chartsSummary, layout.summary ?? ""),
  });
  const chartsSummary = h("p.sr", { id: "summary-series-charts" });
  selectKeys(charts.root, model, actions, "Figure: change over training", chartsSummary.id);
  charts.root.addEventListener("pointerdown", (event) => {
    const x = event.clientX - charts.root.getBoundingClientRect().left;
    const steps = charts.layout?.steps ?? [];
    if (steps.length) actions.select(steps.reduce((a, b) => (Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a)).checkpoint);
  });
  const slider = new Slider(model, actions, () => ({ compact: phone() }), () => fallback("steps"));

  const open = h("button.text-link", { type: "button", onclick: () => actions.show("one") }, "Settings, checks and fit");
  const numbers = new Numbers(model, open, (which) => fallback(`strip-${which}`));
  const analyse = h("button.text-link", { type: "button", onclick: () => actions.analyseDemo() });
  const analyseLine = h("p.analyse", null, analyse, h("span.caption"));
  const learn = h("p.analyse.learn", null, "New to this? ", placeLink("lesson", "Lessons"), " of some minutes, with something to predict. ", placeLink("help", "Help"), " on files, numbers and checks.");
  const everything = h("div");
  const details = h("details.everything", null, h("summary", null, "Table of every checkpoint"), everything);
  details.addEventListener("toggle", () => update());
  const scores = section("Scores beside the numbers", async () => (await import("./section-scores")).scoresSection, model, actions, phone, model.state.preset !== null);
  const rivals = section("Simple rivals", async () => (await import("./section-rivals")).rivalsSection, model, actions, phone);
  const training = section("Change over training, in full", async () => (await import("./section-training")).trainingSection, model, actions, phone);
  const chance = section("Beside chance and scale", async () => (await import("./section-chance")).chanceSection, model, actions, phone);
  const where = section("Where it happens", async () => (await import("./section-where")).whereSection, model, actions, phone);
  const validity = section("Validity over training", async () => (await import("./section-validity")).validitySection, model, actions, phone);
  const list = section("List of checkpoints", async () => (await import("./series-list")).seriesList, model, actions, phone);
  const cite = section("How to cite", async () => (await import("./section-cite")).citeSection(() => spectrum.chart), model, actions, phone);
  const sections = [chance, scores, rivals, training, where, validity, list, cite];

  const root = h("div.view.series-view", null,
    h("div.top", null, h("div.words", null, headline, deck, note.root), card),
    h("div.figures", null,
      h("section.left", { "aria-label": "Spectrum" },
        h("div.title-row", null, h("h2.figure-title", null, h("span.wide-only", null, "Multifractal spectrum "), h("span.phone-only", null, "Spectrum "), symbol("f(\u03b1)"), why("spectrum")), legend,
          h("div.tools", null, spectrum.look, tableButton, exportButton(() => "neuromfa-spectrum", () => spectrum.chart, () => model.document, { own: "Spectrum", other: "Charts over the steps", name: "neuromfa-steps", chart: charts }))),
        spectrum.root, spectrumTwin),
      h("section.right", { "aria-label": "Change over training" }, charts.root, chartsSummary, slider.root)),
    numbers.root, analyseLine, learn, chance.root, scores.root, rivals.root, training.root, where.root, validity.root, list.root, details, cite.root, shareLine(actions));

  function update(): void {
    const doc = model.document;
    const c = current(model);
    if (!doc || !c) return;
    fill(wide, seriesHeadline(doc));
    fill(narrow, seriesHeadline(doc, true));
    const words = model.source === "demo" && model.deck ? model.deck : { wide: seriesDeck(doc), phone: seriesDeck(doc) };
    fill(deck, h("span.wide-only", null, words.wide.replace(/\. (?=Every )/, ".\n")), h("span.phone-only", null, words.phone));
    note.update();
    const first = doc.checkpoints[0]!;
    const last = doc.checkpoints[doc.checkpoints.length - 1]!;
    const n = shuffleOf(c);
    const range = isTraining(doc) ? `${label(first)} to ${integer(last.step ?? 0)}` : `${doc.checkpoints.length} checkpoints`;
    fill(legend,
      h("span.key", null, h("span.ramp"), h("span.wide-only", null, range), h("span.phone-only", null, "steps")),
      h("span.key", null, h("span.null-key"), h("span.wide-only", null, n ? `${integer(n.samples)} shuffles` : "shuffled: computing"), h("span.phone-only", null, n ? "shuffled" : "computing")));
    charts.root.setAttribute("aria-label", `Figure: ${stacked(model).length} charts over training steps, now at ${label(c)}. The table of every checkpoint holds their numbers.`);
    spectrum.update();
    charts.update();
    slider.update();
    numbers.update();
    analyseLine.hidden = model.source !== "demo" || model.engine === "missing";
    fill(analyse, `Analyse these ${doc.checkpoints.length} files here`);
    fill(open, `${capital(label(c))}: settings, checks and fit`);
    if (details.open) fill(everything, tableElement(seriesTable(doc)));
    list.root.hidden = model.source === "demo";
    for (const part of sections) part.update();
    twin();
  }
  update();
  return { root, update, destroy: () => [spectrum, charts, slider, numbers, ...sections].forEach((part) => part.destroy()) };
}

/** A link to another part of the page, with all that the address says by the time it is followed. */
function placeLink(view: Screen, text: string): HTMLAnchorElement {
  const link = h("a.text-link", { href: placeAddress(view) }, text);
  link.addEventListener("click", () => link.setAttribute("href", placeAddress(view)));
  return link;
}
