// One checkpoint: the finding, its spectrum in four tabs, numbers beside chance, where it comes from.

import { Chart, type FigureParts } from "./chart";
import { fill, h, icon, plain, rich, symbol } from "./dom";
import { exportButton } from "./export";
import { fixed, integer, interval, signed } from "./format";
import type { Tab } from "./hash";
import { current, type Actions, type Model, type View } from "./model";
import { why } from "./popover";
import type { Topic } from "./explain";
import type { FitData } from "./protocol";
import { partNote } from "./layer-choice";
import { rail } from "./rail";
import { section, shareLine } from "./section";
import { Slider } from "./slider";
import { SpectrumFigure } from "./spectrum";
import { exponentTable, histogramTable, spectrumTable, tableElement } from "./tables";
import { shuffleOf } from "./verdict";
import { wiringPart } from "./wiring";
import { COMPUTING, finding, findingDeck, label, ofLayers } from "./words";

const TABS: { tab: Tab; text: string; topic: Topic }[] = [
  { tab: "spectrum", text: "{f(\u03b1)} spectrum", topic: "spectrum" },
  { tab: "tau", text: "{\u03c4(q)}", topic: "tau" },
  { tab: "fit", text: "Fit", topic: "r2" },
  { tab: "dimension", text: "{D(q)}", topic: "dimension" },
];

/** Where there is room, the groups stand below the numbers without being asked for. */
const WIDE = 1000;

export function oneView(model: Model, actions: Actions, card: HTMLElement, phone: () => boolean): View {
  const side = rail(model, actions);
  const back = h("button.text-link.back", { type: "button", onclick: () => actions.show("series") }, icon("back", 16), h("span", null, "The series"));
  const headline = h("h1.headline.result", { tabindex: "-1" });
  const deck = h("p.deck");
  const note = partNote(model, actions);
  const place = h("div.twin-place", { hidden: true });
  const help = h("span.tab-help");

  // The chosen q of the fit, and its points where the document holds none.
  let q = 1;
  let fit: { key: string; data: FitData } | null = null;

  const figure = new SpectrumFigure(model, actions, "one-figure", () => parts(), { toggleTable: () => toggleTable() });
  const emptyNote = h("div.empty-note", { hidden: true });

  function parts(): FigureParts {
    const { tab } = model.state;
    const base: FigureParts = { kind: tab, compact: phone(), nulls: true };
    const c = current(model);
    if (c && c.mean.width === null) return { ...base, kind: "spectrum", axes_only: true, message: emptyMessage() };
    if (tab !== "fit") return base;
    const held = c?.samples[0]?.partition.q.some((x) => Math.abs(x - q) < 1e-9);
    return { ...base, q, ...(!held && fit && fit.key === fitKey() ? { fit: fit.data } : {}) };
  }

  function emptyMessage(): string[] {
    const t = model.document?.options.threshold ?? 150;
    return ["No neuron has enough edges", "A neuron needs more than 10 edges of length", `1 to ${fixed(t, 0)}. Here none has any.`];
  }

  const fitKey = (): string => `${current(model)?.name} ${q}`;

  // ---- tabs ----
  const tabs = h("div.segments.tabs", { role: "tablist", "aria-label": "Curves" });
  for (const { tab, text } of TABS) {
    const button = h("button", { type: "button", role: "tab", id: `tab-${tab}`, "aria-controls": "tab-panel", onclick: () => actions.tab(tab) });
    button.append(rich(text));
    tabs.append(button);
  }
  tabs.addEventListener("keydown", (event) => {
    const at = TABS.findIndex((t) => t.tab === model.state.tab);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const to = TABS[(next + TABS.length) % TABS.length]!;
    actions.tab(to.tab);
    document.getElementById(`tab-${to.tab}`)?.focus();
  });

  const tableButton = h("button.ghost", { type: "button", "aria-expanded": "false", onclick: () => toggleTable() }, icon("table", 18), h("span", null, "Table"));
  function toggleTable(): void {
    place.hidden = !place.hidden;
    tableButton.setAttribute("aria-expanded", String(!place.hidden));
    twin();
  }
  function twin(): void {
    const c = current(model);
    if (!place.hidden && c) fill(place, tableElement(model.state.tab === "spectrum" ? spectrumTable(c) : exponentTable(c)));
  }

  // ---- the q of the fit ----
  const qInput = h("input.plain-range", { type: "range", id: "fit-q" });
  const qText = h("output", { for: "fit-q" });
  const qRow = h("div.q-row", null, h("label", { for: "fit-q" }, symbol("q")), qInput, qText);
  qInput.addEventListener("input", () => chooseQ(Number(qInput.value)));

  function chooseQ(next: number): void {
    q = Math.round(next * 1000) / 1000;
    const c = current(model);
    const held = c?.samples[0]?.partition.q.some((x) => Math.abs(x - q) < 1e-9);
    updateFit();
    if (!c || held) return figure.update();
    const key = fitKey();
    void actions.fit(c, 0, q).then((data) => {
      if (data && key === fitKey()) {
        fit = { key, data };
        figure.update();
      }
    });
  }

  function updateFit(): void {
    const s = current(model)?.samples[0];
    qRow.hidden = model.state.tab !== "fit" || !s;
    if (!s || !model.document) return;
    // Without weights only the stored orders can be drawn.
    const all = model.source === "files";
    qInput.min = String(all ? s.q[0] : s.partition.q[0]);
    qInput.max = String(all ? s.q[s.q.length - 1] : s.partition.q[s.partition.q.length - 1]);
    qInput.step = String(all ? model.document.options.q_step : 1);
    qInput.value = String(q);
    const i = s.q.findIndex((x) => Math.abs(x - q) < 1e-6);
    const words = `${fixed(q, 1)}: slope ${fixed(s.tau[i])}, R\u00b2 ${fixed(s.r_squared[i], 2)}`;
    fill(qText, words);
    qInput.setAttribute("aria-valuetext", `q ${words}`);
  }

  // ---- numbers ----
  const table = h("table.numbers-table");
  const nfdNote = h("span.caption");
  const nfd = new Chart("nfd", { figure: () => model.document && { document: model.document, parts: { kind: "nfd", checkpoint: model.selected, compact: phone() } } });
  nfd.root.setAttribute("role", "img");
  const nfdTwin = h("details.twin-details", null, h("summary", null, "Table"));
  const nfdBody = h("div");
  nfdTwin.append(nfdBody);
  nfdTwin.addEventListener("toggle", () => update());
  const wiring = wiringPart(model, actions);
  const besideChance = section("Beside chance and scale", async () => (await import("./section-chance")).chanceSection, model, actions, phone);
  const where = section("Where it happens", async () => (await import("./section-where")).whereSection, model, actions, phone, document.documentElement.clientWidth >= WIDE);
  const damage = section("Damage test", async () => (await import("./section-damage")).damageSection, model, actions, phone);
  const sensitivity = section("Sensitivity", async () => (await import("./section-sensitivity")).sensitivitySection, model, actions, phone);
  const cite = section("How to cite", async () => (await import("./section-cite")).citeSection(() => figure.chart), model, actions, phone);
  const slider = new Slider(model, actions, () => ({ compact: phone() }));
  const list = section("List of checkpoints", async () => (await import("./series-list")).seriesList, model, actions, phone);

  const root = h("div.view.one-view", null,
    h("div.compact-card", null, card),
    h("div.one-grid", null, side.root,
      h("div.one-main", null,
        h("div.one-head", null, h("div.words", null, back, headline, deck, note.root), h("div.tools", null, side.button, exportButton(() => `neuromfa-${current(model)?.name ?? "checkpoint"}`, () => figure.chart, () => model.document))),
        h("div.one-cols", null,
          h("section.one-left", { "aria-label": "Curves" },
            h("div.tab-row", null, tabs, help, h("div.tools", null, figure.look, tableButton)),
            h("div", { role: "tabpanel", id: "tab-panel" }, figure.root, emptyNote, qRow, slider.root, place)),
          h("section.one-right", { "aria-label": "Numbers" }, table,
            h("div.nfd-head", null, h("h2.figure-title", null, "Neuron fractal dimension", why("nfd")), nfdNote), nfd.root,
            h("div.nfd-foot", null, nfdTwin, exportButton(() => "neuromfa-nfd", () => nfd, () => model.document)))),
        where.root, besideChance.root, sensitivity.root, damage.root, wiring.root, list.root, cite.root, shareLine(actions))));

  function update(): void {
    const c = current(model);
    const doc = model.document;
    if (!c || !doc) return;
    const wanted = doc.options.null.includes("shuffle");
    back.hidden = doc.checkpoints.length < 2;
    slider.root.hidden = doc.checkpoints.length < 2;
    const part = ofLayers(doc.options);
    fill(headline, finding(c, wanted, part));
    note.update();
    fill(deck, doc.checkpoints.length > 1 ? `${label(c)[0]!.toUpperCase()}${label(c).slice(1)}. ${findingDeck(c, wanted)}` : findingDeck(c, wanted));
    for (const { tab, topic } of TABS) {
      const button = root.querySelector(`#tab-${tab}`);
      const on = tab === model.state.tab;
      button?.setAttribute("aria-selected", String(on));
      button?.setAttribute("tabindex", on ? "0" : "-1");
      if (on) fill(help, why(topic));
    }
    side.update();
    figure.chart.root.setAttribute("aria-label", `Figure: ${plain(TABS.find((t) => t.tab === model.state.tab)!.text)}`);
    figure.update();
    updateFit();
    if (doc.checkpoints.length > 1) slider.update();
    slider.root.hidden = doc.checkpoints.length < 2;
    fillNumbers();
    const n = shuffleOf(c);
    const chance = n?.nfd?.mean == null ? (wanted ? COMPUTING : "no shuffle asked for") : `shuffled ${fixed(n.nfd.mean)}`;
    fill(nfdNote, `mean ${fixed(c.nfd.mean)}, ${chance}`);
    nfd.root.setAttribute("aria-label", `Histogram of the neuron fractal dimension: mean ${fixed(c.nfd.mean)}, ${chance}.`);
    nfd.update();
    if (nfdTwin.open) fill(nfdBody, tableElement(histogramTable(c)));
    emptyState();
    wiring.update();
    list.root.hidden = model.source === "demo";
    figure.look.hidden = model.state.tab === "fit" || c.mean.width === null;
    for (const part of [besideChance, sensitivity, where, damage, list, cite]) part.update();
    twin();
  }

  function emptyState(): void {
    const c = current(model);
    const empty = c?.mean.width === null;
    emptyNote.hidden = !empty;
    if (!c || !empty || !model.document) return;
    const t = model.document.options.threshold;
    const to = t < 500 ? 500 : t * 4;
    const mean = c.baselines?.mean_abs_weight;
    fill(emptyNote,
      mean ? h("p", null, `The mean weight is ${fixed(mean, 4)}, so a usual edge is ${integer(1 / mean)} long.`) : null,
      model.source === "files" ? h("button.ghost.framed", { type: "button", onclick: () => actions.options({ ...model.state.options, threshold: to }) }, h("span", null, rich(`Raise {T} to ${integer(to)}`))) : null);
  }

  function fillNumbers(): void {
    const c = current(model)!;
    const n = shuffleOf(c);
    const s = c.samples[0];
    const wanted = model.document!.options.null.includes("shuffle");
    const rows: [string, Topic, number | null | undefined, number | null | undefined, [number, number] | null | undefined][] = [
      ["Width {w}", "width", c.mean.width, n?.width, n?.width_interval],
      ["Regularity {\u03b1\u2080}", "alpha0", c.mean.alpha0, n?.alpha0, n?.alpha0_interval],
      ["Asymmetry", "asymmetry", s?.asymmetry, n?.asymmetry, n?.asymmetry_interval],
    ];
    if (model.document!.checkpoints.length > 1) rows.push(["Emergence {E}", "emergence", c.emergence, n?.emergence, n?.emergence_interval]);
    const body = h("tbody");
    for (const [name, topic, own, chance, ends] of rows) {
      const th = h("th", { scope: "row" });
      th.append(rich(name), why(topic));
      const waiting = !n ? (wanted ? "computing" : "not asked for") : "";
      body.append(h("tr", null, th, h("td.this", null, fixed(own)),
        h("td", null, waiting || fixed(chance), waiting || !ends ? null : h("span.interval", null, ` ${interval(ends)}`)),
        h("td.difference", null, waiting || own == null || chance == null ? "\u2013" : signed(own - chance))));
    }
    fill(table, h("caption.sr", null, `Numbers of ${label(c)} beside its shuffled weights`),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Number"), h("th", { scope: "col" }, ofLayers(model.document!.options) ? "These layers" : "This"), h("th", { scope: "col" }, "Shuffled, mean and 95%"), h("th", { scope: "col" }, "Difference"))), body);
  }

  update();
  return { root, update, destroy: () => [figure, nfd, slider, besideChance, sensitivity, where, damage, list, cite].forEach((part) => part.destroy()) };
}
