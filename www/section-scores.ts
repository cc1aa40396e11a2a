// Benchmark scores beside the numbers of a series: what was scored, how it goes with them, and what that does not show.

import { Chart, type FigureParts } from "./chart";
import { fill, h, plain } from "./dom";
import { viewOf } from "./drawing";
import { exportButton, save } from "./export";
import { fixed, integer } from "./format";
import type { Actions, Model, View } from "./model";
import { why } from "./popover";
import type { Association, Checkpoint, Coefficients, Correlations, Quantity, ResultDocument, Score } from "./protocol";
import { readable } from "./readable";
import type { ScoreBook } from "./score-book";
import { QUANTITIES, SCORES, unmatched } from "./score-words";
import { tableElement, type TableData } from "./tables";
import { shuffleOf } from "./verdict";

/** Metrics that are drawn together: as many as there are categories. */
const MOST_DRAWN = 6;
/** A radar of fewer axes is a line. */
const LEAST_RADAR = 3;
/** More metrics are listed only when they are asked for. */
const MOST_LISTED = 12;

interface Published extends ResultDocument {
  published: { title: string; about: string; sources: { of: string; text: string }[] };
}

export function scoresSection(model: Model, actions: Actions, phone: () => boolean): View {
  let book: ScoreBook | null = null;
  let published: Published | null = null;
  let failed = false;
  let quantity: Quantity = (model.state.picks.number as Quantity | undefined) ?? "emergence";
  let metric: string | null = null;
  let series: string | null = null;
  let listed = "";

  const shown = (): ResultDocument | null => (model.state.preset ? published : model.document);

  // ---- what was scored ----

  const input = h("input.sr", { type: "file", multiple: true, id: "score-files", accept: ".json,.csv,.tsv,.md,.txt", tabindex: "-1", "aria-hidden": "true" });
  input.addEventListener("change", () => {
    const files = [...input.files ?? []].map((file) => ({ path: file.name, file }));
    void actions.scores().then((own) => own.take(files, true, series));
  });
  const choose = h("button.ghost.framed", { type: "button", onclick: () => { input.value = ""; input.click(); } }, "Choose score files");
  const area = h("textarea.paste", { id: "score-paste", rows: "6", spellcheck: "false", placeholder: "step\taccuracy\n0\t0.01\n1000\t0.57" });
  const pasting = h("details.paste-place", null, h("summary", null, "Paste a table"),
    h("label.sr", { for: "score-paste" }, "A table with a line of names and a column of steps"), area,
    h("button.ghost.framed", { type: "button", onclick: () => {
      const text = area.value;
      if (!text.trim()) return;
      void actions.scores().then((own) => own.paste(text)).then(() => { area.value = ""; pasting.open = false; });
    } }, "Add this table"));
  const preset = h("button.text-link", { type: "button", onclick: () => actions.preset(model.state.preset ? null : "published") });
  const own = h("div.score-tools", null, choose, input, pasting);
  const list = h("ul.score-list", { "aria-label": "Scores" });
  const listing = h("details.score-listing", { open: true }, h("summary"), list);
  const about = h("div.preset-about", { hidden: true });
  const note = h("p.caption", { role: "status" });

  // ---- what is compared ----

  const quantities = h("select.field", { id: "score-quantity", onchange: () => { quantity = quantities.value as Quantity; actions.pick("number", quantity === "emergence" ? null : quantity); update(); } },
    ...(Object.keys(QUANTITIES) as Quantity[]).map((name) => h("option", { value: name, selected: name === quantity }, plain(QUANTITIES[name]))));
  const metrics = h("select.field", { id: "score-metric", onchange: () => { metric = metrics.value; update(); } });
  const seriesChoice = h("select.field", { id: "score-series", onchange: () => { series = seriesChoice.value || null; update(); } });
  const seriesRow = h("label.setting", { hidden: true, for: "score-series" }, "Series ", seriesChoice);
  const late = h("input.field", { type: "number", id: "score-late", min: "0", step: "1", onchange: () => {
    const step = late.value === "" ? null : Number(late.value);
    if (step !== null && !(Number.isInteger(step) && step >= 0)) return late.setAttribute("aria-invalid", "true");
    late.removeAttribute("aria-invalid");
    void chooseLate(step);
  } });
  const lateHelp = h("p.caption", { id: "score-late-help" });
  late.setAttribute("aria-describedby", "score-late-help");
  const controls = h("div.score-controls", null,
    h("label.setting", { for: "score-quantity" }, "Number ", quantities),
    h("label.setting", { for: "score-metric" }, "Metric ", metrics),
    seriesRow,
    h("label.setting", { for: "score-late" }, "Late phase from step ", late));

  async function chooseLate(step: number | null): Promise<void> {
    book ??= await actions.scores();
    if (!model.state.preset) return book.setLate(step);
    if (!published) return;
    published = { ...published, associations: await book.associate(published, step) };
    update();
  }

  // ---- figures ----

  const drawn = (): string[] => (shown()?.scores ?? []).filter(ofSeries).slice(0, MOST_DRAWN).map((score) => `score:${score.metric}`);
  const figures = [
    figure("series", "Scores and the number, over steps", () => ({ kind: "series", series: [...drawn().slice(0, phone() ? 2 : 3), quantity] })),
    figure("scores-normalised", "All from smallest to largest, in one graph", () => ({ kind: "scores-normalised", series: [quantity, ...drawn()] })),
    figure("scatter", "The metric against the number", () => metric === null ? null : { kind: "scatter", number: quantity, metric, ...lateStep() }),
    figure("radar", "Scores at a few steps", () => (drawn().length < LEAST_RADAR ? null : { kind: "radar", series: drawn() })),
    figure("published", "As it was published", () => (model.state.preset ? { kind: "published" } : null)),
  ];
  const twin = h("div");
  const twinPlace = h("details.twin-details", null, h("summary", null, "Table of all scores"), twin);
  twinPlace.addEventListener("toggle", () => update());

  function lateStep(): { late_from?: number } {
    const step = selected()?.late?.from_step;
    return step === undefined ? {} : { late_from: step };
  }

  function figure(name: string, title: string, parts: () => Omit<FigureParts, "compact"> | null): { root: HTMLElement; chart: Chart; update(): void } {
    const chart = new Chart(`score-figure.score-${name}`, {
      figure: () => {
        const document = shown();
        const found = document?.scores.length ? parts() : null;
        return document && found && { document, parts: { ...found, compact: phone() } };
      },
      drawn: (layout) => describe(`${layout.summary ?? ""} The tables hold the numbers.`.trim()),
    });
    const describe = readable(chart.root, title);
    const root = h("figure.score-part", null, h("figcaption.title-row", null, h("span.figure-title", null, title), h("div.tools", null, exportButton(() => `neuromfa-${name}`, () => chart, shown))), chart.root,
      name === "published" ? h("p.caption", null, SCORES.twoAxes) : null);
    return { root, chart, update() {
      const there = parts();
      root.hidden = !there;
      if (there) chart.update();
    } };
  }

  // ---- numbers ----

  const words = h("p.score-words");
  const statistics = h("div.score-statistics");
  const csvTools = h("div.score-tools", null,
    h("button.quiet", { type: "button", onclick: () => csv("associations") }, "Correlations as CSV"),
    h("button.quiet", { type: "button", onclick: () => csv("scores") }, "Scores as CSV"));

  function csv(what: "associations" | "scores"): void {
    const document = shown();
    const view = document && viewOf(document);
    if (view) save(new Blob([what === "scores" ? view.scoresCsv() : view.associationsCsv()], { type: "text/csv" }), `neuromfa-${what}.csv`);
  }

  const body = h("div.score-body", null,
    controls, lateHelp,
    h("div.score-figures", null, ...figures.map((one) => one.root)),
    h("div.score-head", null, h("h3.figure-title", null, "Correlations", why("score"))),
    words, statistics, csvTools, twinPlace);
  const root = h("div.scores", null, h("div.score-top", null, own, preset), about, listing, note, body);

  // ---- what stands ----

  function ofSeries(score: Score): boolean {
    return score.series === undefined || (score.series ?? null) === series;
  }

  function associations(of: Quantity | null = quantity): Association[] {
    return (shown()?.associations ?? []).filter((one) => (of === null || one.quantity === of) && (one.series ?? null) === series);
  }

  const selected = (): Association | undefined => associations().find((one) => one.metric === metric);

  async function loadPreset(): Promise<void> {
    failed = false;
    try {
      const response = await fetch(new URL("demo/published.json", document.baseURI));
      if (!response.ok) throw new Error(String(response.status));
      published = await response.json() as Published;
    } catch {
      failed = true;
    }
    update();
  }

  function update(): void {
    const document = shown();
    const { preset: chosen } = model.state;
    if (chosen && !published && !failed) {
      failed = true; // until it is there
      void loadPreset();
    }
    fill(preset, chosen ? SCORES.back : SCORES.published);
    own.hidden = chosen !== null;
    about.hidden = !chosen || !published;
    if (published && !about.hidden) {
      fill(about, h("h3.section-title", null, SCORES.presetTitle(published.published.title)),
        ...published.published.sources.map((source) => h("p.caption", null, h("strong", null, `${source.of}: `), source.text)),
        h("p", null, SCORES.presetLimits));
    }
    const scores = document?.scores ?? [];
    body.hidden = !scores.length;
    listing.hidden = !scores.length;
    if (!document || !scores.length) {
      fill(note, chosen ? (failed && !published ? SCORES.presetFailed : "") : `${SCORES.none} ${SCORES.unread}`);
      for (const one of figures) one.root.hidden = true;
      return;
    }
    choices(document);
    showList(scores);
    numbers(document);
    for (const one of figures) one.update();
    if (twinPlace.open) fill(twin, tableElement(scoreTable(document.checkpoints.filter((c) => (c.series ?? null) === series), scores.filter(ofSeries), quantity)));
  }

  /** What can be chosen with this document; a choice that is gone falls back to the first. */
  function choices(document: ResultDocument): void {
    const names = [...new Set(document.checkpoints.map((c) => c.series ?? null))];
    if (!names.includes(series)) series = names[0] ?? null;
    seriesRow.hidden = names.length < 2;
    fill(seriesChoice, ...names.map((name) => h("option", { value: name ?? "" }, name ?? "unnamed")));
    seriesChoice.value = series ?? "";
    const there = new Set(associations(null).map((one) => one.quantity));
    if (there.size && !there.has(quantity)) quantity = associations(null)[0]!.quantity;
    for (const option of quantities.options) option.disabled = there.size > 0 && !there.has(option.value as Quantity);
    quantities.value = quantity;
    const known = document.scores.filter(ofSeries).map((score) => score.metric);
    if (metric === null || !known.includes(metric)) metric = known[0] ?? null;
    fill(metrics, ...known.map((name) => h("option", { value: name }, name)));
    metrics.value = metric ?? "";
    const from = associations().find((one) => one.late)?.late?.from_step ?? null;
    late.placeholder = from === null ? "" : String(from);
    if (window.document.activeElement !== late && !model.state.preset) late.value = book?.lateFrom == null ? "" : String(book.lateFrom);
    fill(lateHelp, SCORES.lateHelp(from));
  }

  /** Built anew only when it has changed, so that the focus stays. */
  function showList(scores: Score[]): void {
    const all = associations(null);
    const lines = scores.map((score) => ({ score, said: unmatched(score, all.find((one) => one.metric === score.metric)) }));
    const now = JSON.stringify([model.state.preset, lines.map(({ score, said }) => [score.series, score.metric, said])]);
    if (now === listed) return;
    if (!listed) listing.open = scores.length <= MOST_LISTED;
    listed = now;
    fill(listing.querySelector("summary")!, `${integer(scores.length)} ${scores.length === 1 ? "metric" : "metrics"}`);
    fill(list, ...lines.map(({ score, said }) => h("li.score-line", null,
      h("span.score-name", null, score.series === undefined ? score.metric : `${score.metric} (${score.series})`), h("span.caption", null, said),
      model.state.preset ? null : h("button.quiet", { type: "button", "aria-label": `Remove ${score.metric}`, onclick: () => {
        choose.focus();
        void actions.scores().then((opened) => opened.remove(score));
      } }, "Remove"))));
  }

  function numbers(document: ResultDocument): void {
    const found = associations();
    const steps = document.checkpoints.some((c) => c.step !== null);
    const waiting = !document.associations && (book?.computing ?? true);
    fill(note, !steps ? SCORES.noSteps : waiting ? SCORES.computing : "");
    // A result that brought scores and no correlations: an older one.
    if (steps && book && !document.associations && !book.computing) book.setLate(book.lateFrom);
    words.hidden = statistics.hidden = csvTools.hidden = !found.length;
    if (!found.length) return;
    fill(words, selected()?.text ?? "");
    fill(statistics, tableElement(statisticsTable(found)));
  }

  void actions.scores().then((opened) => { book = opened; update(); });
  update();
  return { root, update, destroy: () => { for (const one of figures) one.chart.destroy(); } };

  function statisticsTable(found: Association[]): TableData {
    const row = (one: Association, phase: string, r: Correlations): string[] => [
      one.metric, phase, integer(r.n), withEnds(r.pearson, r.pearson_interval), withEnds(r.spearman, r.spearman_interval),
      fixed(r.log_step.pearson, 2), chance(one.quantity, r.shuffled), withEnds(r.partial_pearson, r.partial_pearson_interval)];
    const rows = found.flatMap((one) => [row(one, SCORES.all, one), ...(one.late ? [row(one, SCORES.from(one.late.from_step), one.late)] : [])]);
    return { caption: plain(SCORES.caption(QUANTITIES[quantity])), head: SCORES.columns, rows };
  }
}

function withEnds(value: number | null | undefined, ends: [number, number] | null | undefined): string {
  if (value === null || value === undefined) return fixed(null);
  return ends ? `${fixed(value, 2)} (${fixed(ends[0], 2)} to ${fixed(ends[1], 2)})` : fixed(value, 2);
}

/** A width above shuffled is a comparison with chance already. */
function chance(quantity: Quantity, shuffled: Coefficients | null | undefined): string {
  return quantity === "excess_width" ? "taken off" : fixed(shuffled?.pearson, 2);
}

function valueOf(quantity: Quantity, c: Checkpoint): number | null {
  switch (quantity) {
    case "emergence": return c.emergence;
    case "width": return c.mean.width;
    case "alpha0": return c.mean.alpha0;
    case "excess_width": {
      const chance = shuffleOf(c)?.width;
      return c.mean.width === null || chance == null ? null : c.mean.width - chance;
    }
  }
}

/** Scores of all steps, with the number where there is a checkpoint. */
function scoreTable(checkpoints: Checkpoint[], scores: Score[], quantity: Quantity): TableData {
  const steps = [...new Set([...checkpoints.flatMap((c) => (c.step === null ? [] : [c.step])), ...scores.flatMap((score) => score.values.map((v) => v.step))])].sort((a, b) => a - b);
  const values = scores.map((score) => new Map(score.values.map((v) => [v.step, v.value])));
  const rows = steps.map((step) => {
    const checkpoint = checkpoints.find((c) => c.step === step);
    return [integer(step), checkpoint ? fixed(valueOf(quantity, checkpoint)) : "no checkpoint", ...values.map((of) => fixed(of.get(step)))];
  });
  return { caption: "Scores by step", head: ["step", QUANTITIES[quantity], ...scores.map((score) => score.metric.replace(/[{}]/g, ""))], rows };
}
