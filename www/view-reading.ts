// While files are read: a list with what is known of each, one bar in bytes, and every result as soon as it is there.

import { Chart } from "./chart";
import { fill, h, icon, symbol } from "./dom";
import { bytes, bytesOf, fixed, spelled } from "./format";
import { byKey, type Actions, type Item, type Model, type View } from "./model";
import { stepColour } from "./ramp";
import { Slider } from "./slider";
import { SpectrumFigure } from "./spectrum";
import { onTheme, theme } from "./theme";
import { label, lookingHeadline, readingHeadline } from "./words";
import { bannerElement, errorBanner } from "./banners";

export function readingView(model: Model, actions: Actions, _card: HTMLElement, phone: () => boolean): View {
  const headline = h("h1.headline.result", { tabindex: "-1" });
  const deck = h("p.deck");
  const fillBar = h("div.bar-fill");
  const bar = h("div.bar", { role: "progressbar", "aria-label": "Bytes read", "aria-valuemin": 0, "aria-valuemax": 100 }, fillBar);
  const cancel = h("button.ghost.framed", { type: "button", onclick: () => actions.cancel() }, icon("close", 18), "Cancel");
  const sum = h("p.caption");
  const live = h("div.sr", { "aria-live": "polite" });
  const list = h("ul.files");
  let announced = 0;

  const fileLines = new Map<number, { item: string; node: HTMLElement; bar: HTMLElement | null }>();
  const title = h("span");
  const legend = h("div.legend");
  const spectrum = new SpectrumFigure(model, actions, "reading-spectrum", () => ({ kind: "spectrum", compact: phone(), nulls: true }), { toggleTable: () => undefined });
  const pending = (): { step: number; state: "waiting" | "failed" }[] => (model.reading?.started ? model.reading.items : [])
    .filter((i) => i.step !== null && i.state !== "done" && i.state !== "left out")
    .map((i) => ({ step: i.step!, state: i.state === "failed" ? "failed" as const : "waiting" as const }));
  const series = new Chart("reading-series", {
    figure: () => model.document && many() ? { document: model.document, parts: { kind: "series", series: ["emergence", "excess_width"], checkpoint: model.selected, compact: phone(), pending: pending() } } : null,
  });
  series.root.setAttribute("role", "img");
  series.root.setAttribute("aria-label", "Emergence and width above shuffled over training steps, so far");
  const slider = new Slider(model, actions, () => ({ compact: phone(), pending: pending() }));
  const marks = h("p.caption.pending-legend", null, h("span.key", null, h("span.ring"), "waiting"), h("span.key", null, h("span.cross", null, icon("close", 14)), "could not be read"));
  const right = h("section.reading-right", { "aria-label": "Results so far" },
    h("div.title-row", null, h("h2.figure-title", null, "Multifractal spectrum ", symbol("f(\u03b1)"), title), legend), spectrum.root, series.root, slider.root, marks);
  const root = h("div.view.reading-view", null,
    h("section.reading-left", { "aria-label": "Reading" }, headline, deck, h("div.bar-row", null, bar, cancel), sum, list, live), right);
  onTheme(() => update());

  function many(): boolean {
    return (model.document?.checkpoints.length ?? 0) > 1 || (model.reading?.items.length ?? 0) > 1;
  }

  function update(): void {
    const { reading } = model;
    if (!reading) return;
    const items = reading.items.filter((i) => i.state !== "left out");
    const done = items.filter((i) => i.state === "done").length;
    const failed = items.filter((i) => i.state === "failed").length;
    fill(headline, items.length ? readingHeadline(done, items.length) : lookingHeadline(reading.files));
    const attention = failed === 0 ? "" : failed === 1 ? " One file needs your attention." : ` ${spelled(failed)[0]!.toUpperCase()}${spelled(failed).slice(1)} files need your attention.`;
    fill(deck, `${(items.length || (reading.files ?? 1)) > 1 ? "Each one is drawn as soon as it is ready." : "It is drawn as soon as it is ready."}${attention}`);
    // Of a file on another site only what is read counts.
    const size = (i: Item): number => (i.remote ? i.of : Math.max(i.of, i.bytes));
    const of = items.filter((i) => i.state !== "failed").reduce((s, i) => s + size(i), 0);
    const read = items.reduce((s, i) => s + (i.state === "done" ? size(i) : i.state === "failed" ? 0 : i.read), 0);
    const share = of ? read / of : 0;
    fillBar.style.setProperty("width", `${(share * 100).toFixed(1)}%`);
    bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    bar.setAttribute("aria-valuetext", bytesOf(read, of));
    const kept = done === 0 ? "Cancel keeps what you see." : done === 1 ? "Cancel keeps the one result." : `Cancel keeps the ${spelled(done)} results.`;
    fill(sum, of ? `${bytesOf(read, of)} read. ${kept}` : "Reading the headers.");
    // Announced at quarters, not at every block.
    const quarter = Math.floor(share * 4);
    if (quarter > announced) {
      announced = quarter;
      fill(live, `${quarter * 25}% read, ${done} of ${items.length} analysed`);
    }
    lines(items);
    const own = reading.started;
    const c = model.document?.checkpoints[model.selected];
    fill(title, own ? (items.length > 1 ? ", so far" : "") : ", still the one before");
    const colour = h("span.line-key");
    colour.style.setProperty("background", stepColour(own ? rank(c?.step ?? null) : model.selected, own ? Math.max(reading.items.length, 1) : model.document?.checkpoints.length ?? 1, theme()));
    fill(legend, c ? h("span.key", null, colour, label(c)) : null, c ? h("span.key", null, h("span.dash-key"), c.nulls.length ? `${label(c)}, shuffled` : "shuffled: computing") : null);
    series.root.hidden = !own || items.length < 2;
    slider.root.classList.toggle("gone", !own || items.length < 2);
    marks.hidden = !own || pending().length === 0;
    right.hidden = !model.document;
    spectrum.update();
    series.update();
    slider.update();
  }

  function rank(step: number | null): number {
    return Math.max(0, model.reading?.items.findIndex((i) => i.step === step) ?? 0);
  }

  function lines(items: Item[]): void {
    const keep = new Set<number>();
    items.forEach((item, index) => {
      keep.add(item.id);
      const c = item.state === "done" ? byKey(model, item.name) : undefined;
      const key = [item.state, c?.mean.width, theme(), item.error?.text].join("|");
      let line = fileLines.get(item.id);
      if (!line || line.item !== key) {
        const made = fileLine(item, index, items.length);
        if (line) line.node.replaceWith(made.node);
        line = { item: key, ...made };
        fileLines.set(item.id, line);
      }
      if (list.children[index] !== line.node) list.insertBefore(line.node, list.children[index] ?? null);
      if (line.bar && item.state === "reading") {
        line.bar.firstElementChild instanceof HTMLElement && line.bar.firstElementChild.style.setProperty("width", `${(100 * item.read / Math.max(1, item.of)).toFixed(1)}%`);
        line.bar.setAttribute("aria-valuenow", String(Math.round(100 * item.read / Math.max(1, item.of))));
        fill(line.node.querySelector(".file-size")!, item.label || bytes(item.bytes));
      }
    });
    for (const [id, line] of fileLines) if (!keep.has(id)) { line.node.remove(); fileLines.delete(id); }
  }

  function fileLine(item: Item, index: number, of: number): { node: HTMLElement; bar: HTMLElement | null } {
    if (item.state === "failed" && item.error) {
      const banner = errorBanner(item.error, [...item.remote ? [] : [{ label: "Choose it again", run: () => actions.chooseAgain(item.error?.file) }], { label: "Leave it out", run: () => actions.leaveOut(item) }]);
      return { node: h("li.file.file-failed", null, bannerElement(banner, model)), bar: null };
    }
    const name = h("span.file-name", { title: item.file }, item.file);
    const size = h("span.file-size", null, bytes(item.bytes));
    if (item.state === "done") {
      const c = byKey(model, item.name);
      const dot = h("span.dot");
      dot.style.setProperty("background", stepColour(index, of, theme()));
      const values = h("span.file-values");
      if (c) values.append(symbol("w"), ` ${fixed(c.mean.width)}, `, symbol("\u03b1\u2080"), ` ${fixed(c.mean.alpha0)}`);
      return { node: h("li.file.file-done", null, h("span.state", null, icon("check", 18), h("span.sr", null, "done: ")), dot, name, values, size), bar: null };
    }
    if (item.state === "reading") {
      const own = h("span.bar.small", { role: "progressbar", "aria-label": item.file, "aria-valuemin": 0, "aria-valuemax": 100 }, h("span.bar-fill"));
      return { node: h("li.file.file-reading", null, h("span.state", null, icon("ring", 18)), h("span.dot.none"), name, h("span.file-values", null, own), size), bar: own };
    }
    return { node: h("li.file.file-waiting", null, h("span.state", null, icon("ring", 18)), h("span.dot.none"), name, h("span.file-values", null, "waiting"), size), bar: null };
  }

  update();
  return { root, update, destroy: () => { spectrum.destroy(); series.destroy(); slider.destroy(); } };
}
