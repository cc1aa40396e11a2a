// A published claim: degree of emergence and a benchmark of Pythia-1.4B, with correlations that are computed in the page.

import { fetched } from "../demo";
import { h } from "../dom";
import { fixed, integer } from "../format";
import type { Actions } from "../model";
import type { Association, ResultDocument } from "../protocol";
import { demoDocument } from "../read/demo";
import { figure, numbers, places, slider } from "../read/parts";
import type { Live, Setting } from "../read/step";
import { shuffleOf } from "../verdict";

export interface Published extends ResultDocument { published: { title: string; sources: { of: string; text: string }[] } }

/** Fewer checkpoints have no correlation that one could speak of. */
const LEAST = 4;

let loading: Promise<Published> | null = null;

export function published(): Promise<Published> {
  loading ??= fetched("published.json").then((response) => {
    if (!response) throw new Error("The published numbers did not load.");
    return response.json() as Promise<Published>;
  });
  loading.catch(() => { loading = null; });
  return loading;
}

/** E and the first metric of a document, over all steps and from one on. */
export async function correlation(actions: Actions, document: ResultDocument, from: number | null): Promise<Association> {
  const book = await actions.scores();
  const all = await book.associate(document, from);
  const found = all.find((one) => one.quantity === "emergence" && one.metric === document.scores[0]?.metric);
  if (!found) throw new Error("The correlations could not be computed.");
  return found;
}

interface Pair { step: number; score: number; emergence: number; shuffled: number | null }

/** Checkpoints that have both. */
export function pairs(document: ResultDocument): Pair[] {
  return document.checkpoints.flatMap((c): Pair[] => {
    const score = document.scores[0]?.values.find((one) => one.step === c.step)?.value;
    return score === undefined || c.step === null || c.emergence === null ? [] : [{ step: c.step, score, emergence: c.emergence, shuffled: shuffleOf(c)?.emergence ?? null }];
  });
}

function cloud(all: readonly Pair[], x: (pair: Pair) => number, from: number): { style: "dots"; name: string; x: number[]; y: number[] }[] {
  return [{ style: "dots", name: "", ...places(all.filter((pair) => pair.step >= from).map((pair) => [x(pair), pair.score] as const)) }];
}

const ends = (pair: [number, number] | null | undefined): string => (pair ? `${fixed(pair[0], 2)} to ${fixed(pair[1], 2)}` : "\u2013");

/** The score against E and against log(1 + step), without the numbers that are to be guessed. */
export function drawnClaim(): Live {
  let found: Published | null = null;
  let dead = false;
  const place = h("div");
  const byE = figure("claim-e", "Score against {E}", () => found && { parts: { kind: "lesson", lesson: { x: "E", lines: cloud(pairs(found), (p) => p.emergence, 0) } } });
  const byStep = figure("claim-step", "Score against log(1 + step)", () => found && { parts: { kind: "lesson", lesson: { x: "log step", lines: cloud(pairs(found), logStep, 0) } } });
  published().then((document) => {
    if (dead) return;
    found = document;
    place.replaceChildren(source(document));
    const all = pairs(document);
    byE.draw(described(all, (p) => p.emergence, "E"));
    byStep.draw(described(all, logStep, "the logarithm of 1 + step"));
  }, () => { if (!dead) place.replaceChildren(h("p.read-failed", null, "The published numbers did not load. Reload the page to try again.")); });
  return {
    root: h("div.read-live", null, place, h("div.read-figures", null, byE.root, byStep.root)),
    update() { byE.chart.update(); byStep.chart.update(); },
    destroy() { dead = true; byE.chart.destroy(); byStep.chart.destroy(); },
  };
}

const logStep = (pair: Pair): number => Math.log10(1 + pair.step);

function source(document: Published): HTMLElement {
  return h("p.caption", null, `${document.published.title}: ${document.scores[0]!.metric}. Published numbers; there are no shuffles of them.`);
}

/** Every point, for those who do not see them. */
function described(all: readonly Pair[], x: (pair: Pair) => number, name: string): string {
  return `${name} and score: ${all.map((pair) => `${fixed(x(pair), 2)} and ${fixed(pair.score, 2)}`).join("; ")}.`;
}

/** The same from a step on, with their correlations. */
export function claimLive({ actions, given, keep }: Setting): Live {
  let found: Published | null = null;
  let answer: Association | null = null;
  let asked = 0;
  let dead = false;
  const place = h("div");
  const drawn = (): number => from?.value ?? 0;
  const byE = figure("claim-e", "Score against {E}", () => found && { parts: { kind: "lesson", lesson: { x: "E", lines: cloud(pairs(found), (p) => p.emergence, drawn()) } } });
  const byStep = figure("claim-step", "Score against log(1 + step)", () => found && { parts: { kind: "lesson", lesson: { x: "log step", lines: cloud(pairs(found), logStep, drawn()) } } });
  const table = numbers("Pearson\u2019s r of the score");
  let from: ReturnType<typeof slider> | null = null;

  function ask(): void {
    if (!found || !from) return;
    keep([from.value]);
    byE.chart.update();
    byStep.chart.update();
    const request = (asked += 1);
    correlation(actions, found, from.value).then((one) => {
      if (dead || request !== asked) return;
      answer = one;
      show();
    }, fail);
  }

  function show(): void {
    // From the first step on, the late phase is all there is.
    const part = from!.index === 0 ? answer! : answer!.late;
    table.show(["{r}", "95%", "checkpoints"], [
      ["{E}", fixed(part?.pearson, 2), ends(part?.pearson_interval), integer(part?.n ?? 0)],
      ["log(1 + step) alone", fixed(part?.log_step.pearson, 2), "", integer(part?.n ?? 0)],
    ], `From step ${integer(from!.value)}: {E} and the score r ${fixed(part?.pearson, 2)}; log(1 + step) alone ${fixed(part?.log_step.pearson, 2)}.`);
    byE.draw(`${integer(part?.n ?? 0)} points from step ${integer(from!.value)} on; r is ${fixed(part?.pearson, 2)}.`);
    byStep.draw(`The same points; r is ${fixed(part?.log_step.pearson, 2)}.`);
  }

  function fail(error: Error): void {
    if (!dead) table.fail({ code: "lesson", text: error.message, file: "", hint: "" });
  }

  published().then((document) => {
    if (dead) return;
    found = document;
    const steps = pairs(document).map((pair) => pair.step).sort((a, b) => a - b);
    from = slider({ label: "From step", values: steps.slice(0, -LEAST + 1), start: given[0] ?? 0, text: integer, moved: ask });
    place.replaceChildren(source(document), from.root);
    ask();
  }, fail);
  return {
    root: h("div.read-live", null, place, h("div.read-figures", null, byE.root, byStep.root), table.root),
    update() { byE.chart.update(); byStep.chart.update(); },
    destroy() { dead = true; byE.chart.destroy(); byStep.chart.destroy(); },
  };
}

/** The demo's accuracy against its E and that of its shuffles. */
export function shuffledLive({ actions }: Setting): Live {
  let demo: ResultDocument | null = null;
  let dead = false;
  const own = figure("claim-own", "Accuracy against {E}", () => demo && { parts: { kind: "lesson", lesson: { x: "E", lines: [{ style: "dots", name: "", ...places(pairs(demo).map((p) => [p.emergence, p.score] as const)) }] } } });
  const chance = figure("claim-chance", "Accuracy against {E} of shuffled weights", () => demo && { parts: { kind: "lesson", lesson: { x: "E", lines: [
    { style: "chance", name: "", ...places(pairs(demo).map((p) => [p.shuffled ?? NaN, p.score] as const)) },
  ] } } });
  const table = numbers("Pearson\u2019s r of the demo\u2019s accuracy");
  void (async () => {
    try {
      demo = await demoDocument();
      if (!demo || dead) return;
      const found = await correlation(actions, demo, null);
      if (dead) return;
      table.show(["{r}"], [["{E}", fixed(found.pearson, 2)], ["{E} of shuffled weights", fixed(found.shuffled?.pearson, 2)], ["log(1 + step) alone", fixed(found.log_step.pearson, 2)]],
        `{E} r ${fixed(found.pearson, 2)}, shuffled {E} ${fixed(found.shuffled?.pearson, 2)}, log(1 + step) ${fixed(found.log_step.pearson, 2)}.`);
      own.draw(`r is ${fixed(found.pearson, 2)}.`);
      chance.draw(`r is ${fixed(found.shuffled?.pearson, 2)}.`);
    } catch (error) {
      if (!dead) table.fail({ code: "lesson", text: (error as Error).message, file: "", hint: "" });
    }
  })();
  return {
    root: h("div.read-live", null, h("div.read-figures", null, own.root, chance.root), table.root),
    update() { own.chart.update(); chance.chart.update(); },
    destroy() { dead = true; own.chart.destroy(); chance.chart.destroy(); },
  };
}
