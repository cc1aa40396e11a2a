// Live parts on the demo: its numbers come from its document, whatever the page shows otherwise.

import { fetched } from "../demo";
import { fill, h, rich } from "../dom";
import { fixed, integer, interval, percent, plural, signed } from "../format";
import type { Checkpoint, ResultDocument } from "../protocol";
import { against, shuffleOf } from "../verdict";
import { label, sliderText } from "../words";
import { figure, numbers, slider, type FigurePart, type NumbersPart, type SliderPart } from "./parts";
import type { Live, Setting } from "./step";

let loading: Promise<ResultDocument | null> | null = null;

/** The document of the first view: every number that is shown here is in it. */
export function demoDocument(): Promise<ResultDocument | null> {
  loading ??= fetched("first-view.json").then((response) => response ? response.json() as Promise<ResultDocument> : null);
  void loading.then((found) => { if (!found) loading = null; });
  return loading;
}

type DemoFigure = Parameters<typeof figure>[2];

export interface DemoParts { title: string; legend: string; figure(demo: ResultDocument, index: number): NonNullable<ReturnType<DemoFigure>>["parts"]; show(demo: ResultDocument, c: Checkpoint, table: NumbersPart, chart: FigurePart): void; caption: string; name: string }

/** A figure of the demo with a slider over its checkpoints. */
export function demoLive({ given, keep }: Setting, parts: DemoParts): Live {
  let demo: ResultDocument | null = null;
  let step: SliderPart | null = null;
  let dead = false;
  const chart = figure(parts.name, parts.title, () => demo && step && { document: demo, parts: parts.figure(demo, step.index) }, parts.legend);
  const table = numbers(parts.caption);
  const place = h("div");
  const root = h("div.read-live", null, place, h("div.read-figures", null, chart.root, table.root));

  function show(): void {
    const c = demo?.checkpoints[step?.index ?? -1];
    if (!demo || !step || !c) return;
    step.root.querySelector("input")!.setAttribute("aria-valuetext", sliderText(demo, step.index));
    parts.show(demo, c, table, chart);
  }

  void demoDocument().then((found) => {
    if (dead) return;
    if (!found) return fill(place, h("p.read-failed", null, "The demo did not load. Reload the page to try again."));
    demo = found;
    const steps = found.checkpoints.map((c, i) => c.step ?? i);
    step = slider({ label: "Training step", values: steps, start: given[0] ?? Infinity, text: integer, moved: () => { keep([step!.value]); show(); } });
    if (given[0] === undefined) step.set(steps.length - 1);
    fill(place, step.root);
    show();
  });
  return { root, update: () => chart.chart.update(), destroy() { dead = true; chart.chart.destroy(); } };
}

/** alpha_0 and w of the demo, beside its shuffles. */
export function widthLive(setting: Setting): Live {
  return demoLive(setting, {
    name: "demo", title: "Spectrum of a small language model", legend: "grey: its weights, shuffled", caption: "Regularity and width of the demo, beside its shuffles",
    figure: (_, index) => ({ kind: "spectrum", checkpoint: index, nulls: true, compact: true }),
    show(_, c, table, chart) {
      const n = shuffleOf(c);
      table.show(["this step", "shuffled", "95% of shuffles"], [
        ["regularity {\u03b1\u2080}", fixed(c.mean.alpha0), fixed(n?.alpha0), interval(n?.alpha0_interval)],
        ["width {w}", fixed(c.mean.width), fixed(n?.width), interval(n?.width_interval)],
      ], `${label(c)}: {\u03b1\u2080} ${fixed(c.mean.alpha0)}, shuffled ${fixed(n?.alpha0)}; {w} ${fixed(c.mean.width)}, shuffled ${fixed(n?.width)}.`);
      chart.draw(`At ${label(c)} the arch has its top at ${fixed(c.mean.alpha0)} and is ${fixed(c.mean.width)} wide; shuffled it is ${fixed(n?.width)} wide.`);
    },
  });
}

/** E and the width above shuffled over the demo's training. */
export function chanceLive(setting: Setting): Live {
  return demoLive(setting, {
    name: "chance", title: "Over the training of a small language model", legend: "grey: shuffled", caption: "What is left of the demo's numbers when chance is taken away",
    figure: (_, index) => ({ kind: "series", checkpoint: index, series: ["emergence", "excess_width"], nulls: true, compact: setting.phone() }),
    show(_, c, table, chart) {
      const n = shuffleOf(c);
      const stand = n && against(c.mean.width, n);
      const above = c.mean.width !== null && n?.width != null ? c.mean.width - n.width : null;
      const share = c.emergence && n?.emergence != null ? n.emergence / c.emergence : null;
      const [low, high] = n?.width_interval ?? [NaN, NaN];
      table.show(["this step", "shuffled"], [
        ["emergence {E}", fixed(c.emergence), fixed(n?.emergence)],
        ["width {w}", fixed(c.mean.width), `${fixed(n?.width)} (${interval(n?.width_interval)})`],
        ["width above shuffled", signed(above), n?.width == null ? "\u2013" : `0 (${signed(low - n.width)} to ${signed(high - n.width)})`],
        ["narrower shuffles", stand ? `${stand.above} of ${stand.of}` : "\u2013", ""],
      ], `${label(c)}: {E} ${fixed(c.emergence)}, shuffled ${fixed(n?.emergence)}${share === null ? "" : `, which is ${percent(share)} of it`}; {w} ${fixed(c.mean.width)} is wider than ${stand ? `${stand.above} of ${stand.of}` : "no"} shuffles.`);
      chart.draw(`At ${label(c)} E is ${fixed(c.emergence)} and ${fixed(n?.emergence)} when shuffled; the width above shuffled is ${signed(above)}.`);
    },
  });
}

/** The badges, and which checkpoints of the demo carry them. */
const BADGES: { codes: string[]; title: string; means: string; do: string }[] = [
  { codes: ["fit-fair"], title: "Fit is fair", means: "The lines behind {\u03b1} are bent.", do: "Read {\u03b1} as a summary of shape, not as an exact exponent." },
  { codes: ["wiring-guessed", "guessed"], title: "Wiring is a guess", means: "The names of the tensors did not tell which neurons they join.", do: "Look at the groups, and change what is wrong." },
  { codes: ["zero-weights"], title: "Weights are exactly zero", means: "The network was pruned, or never trained there; zeros are no edges.", do: "Compare it with networks that were pruned alike." },
  { codes: ["quantised"], title: "Quantised source", means: "Lengths come in few sizes.", do: "Use the original weights where there are any." },
  { codes: ["neurons-left-out"], title: "Neurons left out", means: "They have ten edges or fewer that are short enough.", do: "Raise {T}, and see whether the finding stays." },
  { codes: ["peak-tied"], title: "Peak tied", means: "The reference mode leaves {\u03b1\u2080} to rounding between two values.", do: "Use the exact mode." },
  { codes: ["f-above-zero", "tau-not-concave"], title: "{f} above 0, {\u03c4} not concave", means: "The arch folds over: {w} is no simple range of rates.", do: "Look at the fit before the number." },
  { codes: ["late-first-checkpoint"], title: "First checkpoint is not the start of training", means: "{E} counts from there.", do: "Add the checkpoint of step 0, if there is one." },
];

/** The list of badges; each says how much of the demo carries it. */
export function badgesLive(): Live {
  const own = BADGES.map(() => h("span.caption"));
  const list = h("ul.read-badges", null, ...BADGES.map((b, i) => h("li", null, h("strong", null, rich(`${b.title}.`)), " ", rich(`${b.means} ${b.do}`), " ", own[i]!)));
  let dead = false;
  void demoDocument().then((demo) => {
    if (dead || !demo) return;
    for (const [i, { codes }] of BADGES.entries()) {
      const n = demo.checkpoints.filter((c) => c.warnings.some((w) => codes.includes(w.code))).length;
      fill(own[i]!, `Demo: ${n} of ${plural(demo.checkpoints.length, "checkpoint")}.`);
    }
  });
  return { root: list, update: () => undefined, destroy: () => { dead = true; } };
}
