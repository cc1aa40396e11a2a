// Ten samples of the demo beside the whole of it: analysed in the page, from the demo's own file.

import { h, fill } from "../dom";
import { fixed, integer, interval } from "../format";
import type { Checkpoint, Maybe } from "../protocol";
import { demoDocument } from "../read/demo";
import { figure, numbers, places, slider } from "../read/parts";
import type { Live, Setting } from "../read/step";
import { extent, shuffleOf } from "../verdict";
import { analysed, release } from "./analysis";

/** 32 is what the published code draws. With 256, everything of this network is in the sample. */
export const SIZES = [16, 32, 48, 64, 96, 128, 256];
export const STEPS = [0, 3000];

/** Ten samples of this size, and shuffles of each. */
export function sampled(step: number, size: number): Promise<Checkpoint> {
  return analysed(step, { network: "sampled", layer_sample: size, samples: 10, null: ["shuffle"], null_samples: 20 });
}

/** The whole network, from the demo's document. */
export async function whole(step: number): Promise<Checkpoint> {
  return (await demoDocument())!.checkpoints.find((c) => c.step === step)!;
}

type Pick = "alpha0" | "width";

/** Of every sample. */
export const each = (c: Checkpoint, pick: Pick): Maybe[] => c.samples.map((sample) => sample[pick]);

export function sampleLive({ given, keep }: Setting): Live {
  let now: { sample: Checkpoint; whole: Checkpoint; size: number } | null = null;
  let asked = 0;
  let dead = false;
  const size = slider({ label: "Neurons drawn of each layer, {K}", values: SIZES, start: given[0] ?? 32, text: integer, moved: ask });
  const step = slider({ label: "Training step", values: STEPS, start: given[1] ?? 3000, text: integer, moved: ask });
  const busy = h("p.caption.lesson-busy", { role: "status" });
  const chart = (pick: Pick, title: string) => figure(`sample-${pick}`, title, () => {
    if (!now) return null;
    const own = each(now.sample, pick);
    const level = (value: Maybe | undefined): [number, number][] => (value == null ? [] : [[1, value], [own.length, value]]);
    return { parts: { kind: "lesson", lesson: { x: "sample", lines: [
      { style: "chance", name: "shuffled", ...places(level(shuffleOf(now.sample)?.[pick])) },
      { style: "exact", name: "whole", ...places(level(now.whole.mean[pick])) },
      { style: "dots", name: "", ...places(own.flatMap((value, i): [number, number][] => (value === null ? [] : [[i + 1, value]]))) },
    ] } } };
  });
  const [centres, widths] = [chart("alpha0", "Regularity {\u03b1\u2080} of ten samples"), chart("width", "Width {w} of ten samples")];
  const table = numbers("Ten samples, their shuffles, and the whole network");

  function ask(): void {
    keep([size.value, step.value]);
    const request = (asked += 1);
    const [at, of] = [step.value, size.value];
    fill(busy, "Analysing ten samples in this page.");
    Promise.all([sampled(at, of), whole(at)]).then(([sample, all]) => {
      if (dead || request !== asked) return;
      now = { sample, whole: all, size: of };
      fill(busy);
      show();
    }, (error: Error) => {
      if (dead || request !== asked) return;
      fill(busy);
      table.fail({ code: "lesson", text: error.message, file: "", hint: "" });
    });
  }

  function show(): void {
    const { sample, whole: all } = now!;
    const [a, b] = [shuffleOf(sample), shuffleOf(all)];
    const row = (name: string, of: (pick: Pick) => string): string[] => [name, of("alpha0"), of("width")];
    table.show(["regularity {\u03b1\u2080}", "width {w}"], [
      row("mean of ten samples", (pick) => fixed(sample.mean[pick])),
      row("smallest to largest", (pick) => interval(extent(each(sample, pick)))),
      row("shuffled samples", (pick) => fixed(a?.[pick])),
      row("whole network", (pick) => fixed(all.mean[pick])),
      row("whole network, shuffled", (pick) => fixed(b?.[pick])),
    ],
      `${now!.size} neurons: {\u03b1\u2080} ${fixed(sample.mean.alpha0)}, whole ${fixed(all.mean.alpha0)}; {w} ${fixed(sample.mean.width)}, shuffled ${fixed(a?.width)}, whole ${fixed(all.mean.width)}.`);
    const described = (pick: Pick): string => `Ten dots from ${interval(extent(each(sample, pick)))}, a line for the whole network at ${fixed(all.mean[pick])}, and a grey one for shuffled samples at ${fixed(a?.[pick])}.`;
    centres.draw(described("alpha0"));
    widths.draw(described("width"));
  }

  ask();
  return {
    root: h("div.read-live", null, h("div.read-sliders", null, size.root, step.root), h("div.read-figures", null, centres.root, widths.root), busy, table.root),
    update() { centres.chart.update(); widths.chart.update(); },
    destroy() {
      dead = true;
      centres.chart.destroy();
      widths.chart.destroy();
      release();
    },
  };
}
