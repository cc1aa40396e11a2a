// What was found on another site, how it is to be read, and what that costs.

import { fill, h } from "../dom";
import type { EngineError, Options } from "../protocol";
import { possible } from "../hash";
import { errorText } from "../words";
import type { Cost, Looked } from "./protocol";
import { sizeText } from "./web";
import { costText, foundText, namesText, WEB } from "./words";

export interface PlanParts {
  looked: Looked;
  /** Those of the page; the choices begin from them. */
  options: Options;
  /** A sentence in the place of the choices, where these are not free. */
  fixed: string;
  cost(options: Options): Promise<Cost>;
  read(options: Options, cost: Cost): void;
}

export interface Plan { root: HTMLElement; heading: HTMLElement }

/** Larger files are offered as a sample first. */
const WHOLE_BYTES = 500e6;
const SAMPLES = [1, 10];
/** Notes and errors that are listed. */
const MOST_PROBLEMS = 12;

export function planPart({ looked, options: given, fixed, cost, read }: PlanParts): Plan {
  let options = fixed ? given : first(given, looked.bytes);
  let asked = 0;
  let known: Cost | null = null;
  const heading = h("h3.web-found", { tabindex: "-1" }, foundText(looked));
  const price = h("p.web-cost", { role: "status" });
  const button = h("button.primary", { type: "button", onclick: () => { if (known) read(options, known); } });
  const rows = radios("web-rows", "Rows", [["random", "Random, as published"], ["strips", "In strips"]], () => options.rows ?? "random", (rows) => set({ rows: rows as Options["rows"] }));
  const samples = h("select.field", { id: "web-samples", onchange: () => set({ samples: Number(samples.value) }) },
    ...[...new Set([...SAMPLES, options.samples])].map((n) => h("option", { value: n, selected: n === options.samples }, String(n))));
  const sampling = h("div.web-sampling", null, h("label.setting", { for: samples.id }, h("span", null, "Samples"), samples), rows);
  const network = radios("web-network", "Network", [["sampled", "Sampled"], ["full", "Whole"]], () => options.network, (value) => set({ network: value as Options["network"] }));
  const says = h("p.caption");
  const choices = fixed ? h("p", null, fixed) : h("div.web-choices", null, network, sampling, says);
  const root = h("section.web-plan", { "aria-label": "What was found" }, heading,
    h("p.caption", null, namesText(looked.drop.checkpoints.map((one) => one.name))), problems(looked), choices,
    h("div.web-go", null, price, button));

  function set(change: Partial<Options>): void {
    options = possible({ ...options, ...change });
    ask();
  }

  /** Only the newest answer counts. */
  function ask(): void {
    const own = (asked += 1);
    known = null;
    show();
    cost(options).then((answer) => {
      if (own !== asked) return;
      known = answer;
      show();
    }, (error: EngineError) => { if (own === asked) fill(price, errorText(error)); });
  }

  function show(): void {
    sampling.hidden = options.network === "full";
    fill(says, options.network === "full" ? WEB.whole : options.rows === "strips" ? WEB.strips : WEB.random);
    fill(price, known ? costText(known) : "Adding up what it would cost");
    fill(button, known ? `Read ${sizeText(known.bytes)}` : "Read");
    button.disabled = !known;
  }

  ask();
  return { root, heading };
}

/** Where the reader has chosen nothing, large models are sampled. */
function first(options: Options, bytes: number): Options {
  return options.network === "full" && bytes > WHOLE_BYTES ? possible({ ...options, network: "sampled" }) : options;
}

/** What stands in the way of some of the files. */
function problems({ drop, notes }: Looked): HTMLElement | null {
  const texts = [...drop.errors.map(errorText), ...notes];
  if (!texts.length) return null;
  const more = texts.length - MOST_PROBLEMS;
  return h("ul.web-problems", null, ...texts.slice(0, MOST_PROBLEMS).map((text) => h("li", null, text)), more > 0 ? h("li", null, `And ${more} more.`) : null);
}

function radios(name: string, title: string, entries: [value: string, text: string][], chosen: () => string, take: (value: string) => void): HTMLElement {
  return h("fieldset.web-radios", null, h("legend", null, title), ...entries.map(([value, text]) => {
    const input = h("input", { type: "radio", name, value, checked: value === chosen(), onchange: () => take(value) });
    return h("label.tick-row", null, input, h("span", null, text));
  }));
}
