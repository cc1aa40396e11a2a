// Chance and scale: every null model of the selected checkpoint beside its numbers, and which of them the figures draw.

import { fill, h, rich } from "./dom";
import { fixed, integer, interval, signed } from "./format";
import { NULL_KINDS, possible, type NullKind } from "./hash";
import { current, weightsHere, type Actions, type Model, type View } from "./model";
import { why } from "./popover";
import type { Checkpoint, Excess, Null } from "./protocol";
import { tableElement, type TableData } from "./tables";
import { capital, label } from "./words";

/** Resamples of the bootstrap over neurons. */
const RESAMPLES = 200;

const KINDS: Record<NullKind, { name: string; does: string }> = {
  shuffle: { name: "Shuffled", does: "Every weight kept, dealt to neurons at random: what is lost is arrangement." },
  gaussian: { name: "Gaussian", does: "Normal weights of the same size in every group: what is lost is also how the sizes of weights are spread." },
  initialisation: { name: "As initialised", does: "Weights drawn as before training: what is lost is all that training did." },
  rescale: { name: "Rescaled", does: "The first checkpoint with the sizes of weights of this one: what is lost is all of training but the change of scale." },
};

export function chanceSection(model: Model, actions: Actions): View {
  const picks = h("fieldset.choices", null, h("legend", null, "Null models"));
  const grey = h("select.field", { id: "drawn-beside", onchange: () => actions.beside(grey.value as NullKind) });
  const drawn = h("label.chance-drawn", { for: "drawn-beside" }, "Drawn in grey ", grey);
  const sure = h("input", { type: "checkbox", id: "bootstrap", onchange: () => actions.options({ ...model.state.options, bootstrap: sure.checked ? RESAMPLES : 0 }) });
  const bootstrap = h("label.tick-row", { for: "bootstrap" }, sure, h("span", null, h("strong", null, "Intervals over neurons"), `. Draws the neurons of every group anew ${RESAMPLES} times: how sure the numbers are.`));
  const locked = h("p.unlock", null, "Other null models need the weights. ", h("button.text-link", { type: "button", onclick: () => actions.choose() }, "Add the checkpoint"));
  const sentences = h("ul.chance-words");
  const table = h("div");
  const root = h("section.chance", { "aria-label": "Beside chance and scale" },
    h("p.caption", null, "How far each number is from what chance, or the change of scale alone, would give.", why("excess")),
    h("div.figure-choices", null, picks, drawn), bootstrap, locked, sentences, table);

  const boxes = NULL_KINDS.map((kind) => {
    const box = h("input", { type: "checkbox", value: kind, onchange: () => {
      const wanted = boxes.filter(({ box }) => box.checked).map(({ kind }) => kind);
      actions.options(possible({ ...model.state.options, null: wanted }));
    } });
    picks.append(h("label.tick-row", null, box, h("span", null, h("strong", null, KINDS[kind].name), ". ", KINDS[kind].does)));
    return { kind, box };
  });

  function update(): void {
    const c = current(model);
    const { document } = model;
    if (!c || !document) return;
    const here = weightsHere(model);
    locked.hidden = here;
    // What was just asked for stands before it is computed.
    const asked = here ? model.state.options : document.options;
    const paths = possible({ ...asked, null: ["rescale"] }).null.length === 0;
    for (const { kind, box } of boxes) {
      box.checked = asked.null.includes(kind);
      box.disabled = !here || (kind === "rescale" && paths);
    }
    sure.checked = (asked.bootstrap ?? 0) > 0;
    bootstrap.hidden = asked.network === "sampled";
    sure.disabled = !here;
    const known = c.nulls.filter((null_) => null_.samples > 0);
    const kinds = NULL_KINDS.filter((kind) => known.some((null_) => null_.kind === kind));
    drawn.hidden = kinds.length < 2;
    if ([...grey.options].map((option) => option.value).join() !== kinds.join()) {
      fill(grey, ...kinds.map((kind) => h("option", { value: kind }, KINDS[kind].name)));
    }
    grey.value = kinds.includes(model.state.beside) ? model.state.beside : kinds[0] ?? "";
    const waiting = asked.null.filter((kind) => !kinds.some((known_) => known_ === kind));
    fill(sentences,
      ...known.map((null_) => h("li", null, h("strong", null, `${nameOf(null_)}. `), rich(null_.text ?? ""))),
      ...waiting.map((kind) => h("li", null, h("strong", null, `${KINDS[kind as NullKind]?.name ?? capital(kind)}. `), "Computing.")));
    fill(table, tableElement(chanceTable(c, known)));
  }

  update();
  return { root, update, destroy: () => undefined };
}

function nameOf(null_: Null): string {
  const kind = KINDS[null_.kind as NullKind];
  return `${kind?.name ?? capital(null_.kind)}${null_.scheme ? ` (${null_.scheme.replace("-", " ")})` : ""}`;
}

/** Numbers of every null model, and the difference to each with its interval. */
export function chanceTable(c: Checkpoint, nulls: readonly Null[]): TableData {
  const own = (value: number | null, ends?: readonly [number, number] | null): string => `${fixed(value)}${ends ? ` (${interval(ends)})` : ""}`;
  const sure = c.uncertainty;
  const less = (n: Null, excess: Excess | null | undefined): string =>
    (excess ? `${signed(excess.value)}${n.samples > 1 ? ` (${interval(excess.interval)})` : ""}` : "\u2013");
  return {
    caption: `${capital(label(c))} beside each null model: the number by chance, and the difference with its 95% interval`,
    head: ["", "Samples", "{w}", "{w} less it", "{\u03b1\u2080}", "{\u03b1\u2080} less it", "{E}", "{E} less it"],
    rows: [
      ["This", sure ? `${integer(sure.count)} ${sure.over === "samples" ? "samples" : "resamples"}` : "", own(c.mean.width, sure?.width_interval), "", own(c.mean.alpha0, sure?.alpha0_interval), "", own(c.emergence, sure?.emergence_interval), ""],
      ...nulls.map((n) => {
        // One sample has no spread.
        const ends = (interval_: readonly [number, number] | null | undefined): typeof interval_ => (n.samples > 1 ? interval_ : null);
        return [
          nameOf(n), integer(n.samples),
          own(n.width, ends(n.width_interval)), less(n, n.difference?.width),
          own(n.alpha0, ends(n.alpha0_interval)), less(n, n.difference?.alpha0),
          own(n.emergence, ends(n.emergence_interval)), less(n, n.difference?.emergence),
        ];
      }),
    ],
  };
}
