// A report of an error, or of the state of the page: what helps to find the fault, and nothing that is the user's. Names of
// files and tensors, what files hold, and their fingerprints never occur in it.

import { errorText } from "../words";
import { DEFAULTS, serialise, initial } from "../hash";
import { fill, h } from "../dom";
import type { Model } from "../model";
import type { EngineError, Options } from "../protocol";
import { sheet } from "../styles";
import { VERSION } from "../version";
import { VOCABULARY } from "./vocabulary";

export interface ReportSource {
  version: string;
  browser: string;
  engine: Model["engine"];
  options: Options;
  error: Pick<EngineError, "code" | "text" | "file"> | null;
  /** Names that are known: whatever of an error is one of them goes first. */
  names: readonly string[];
}

const LEFT_OUT = "\u2026";

export function reportText({ version, browser, engine, options, error, names }: ReportSource): string {
  const lines = [
    `NeuroMFA ${version}`,
    `Engine: ${typeof engine === "string" ? engine : `${engine.flavour}, ${engine.threads} ${engine.threads === 1 ? "thread" : "threads"}, ${engine.isolated ? "isolated" : "not isolated"}`}`,
    `Browser: ${browser}`,
    `Options: ${optionsText(options)}`,
  ];
  if (error) lines.push(`Error: ${/^[a-z0-9-]{1,40}$/.test(error.code) ? error.code : LEFT_OUT}`, `Sentence: ${withoutNames(errorText(error), [error.file, ...names])}`);
  return `${lines.join("\n")}\n`;
}

/** What of the options is not as usual, as in a link. */
function optionsText(options: Options): string {
  const state = { ...initial(), options: { ...DEFAULTS, ...options } };
  return serialise(state).replace(/^v=1&/, "").replace(/&/g, ", ") || "as usual";
}

/** A sentence of which nothing is left but the words that errors are written with. */
export function withoutNames(text: string, names: readonly string[]): string {
  let left = text;
  const parts = names.flatMap((name) => [name, name.split(/[/\\]/).pop() ?? ""]);
  for (const name of [...new Set(parts)].filter(Boolean).sort((a, b) => b.length - a.length)) left = left.replaceAll(name, ` ${LEFT_OUT} `);
  // What is quoted is part of a file, or a name.
  left = left.replace(/\u201c[^\u201d]*\u201d?|`[^`]*`?|"[^"]*"?/g, ` ${LEFT_OUT} `);
  const kept = left.split(/\s+/).filter(Boolean).map((word) => {
    const bare = word.replace(/^[(]+|[.,;:)]+$/g, "");
    if (bare === LEFT_OUT || VOCABULARY.has(bare.toLowerCase())) return word;
    return LEFT_OUT + (/[.,;:]$/.exec(word)?.[0] ?? "");
  });
  return kept.join(" ").replace(/\u2026(?:[.,;:]? \u2026)+/g, LEFT_OUT);
}

/** Everything on the page that has a name of the user's. */
export function namesIn(model: Model): string[] {
  const found = [...model.found.values()];
  return [
    ...(model.document?.checkpoints ?? []).flatMap((c) => [c.name, c.series ?? "", ...c.files.map((file) => file.name), ...c.network.layers.flatMap((layer) => [layer.name, ...layer.tensors])]),
    ...found.flatMap((one) => [one.name, one.series ?? "", ...one.files.map((file) => file.name)]),
    ...(model.reading?.items ?? []).flatMap((item) => [item.name, item.file]),
  ];
}

/** The text, to be looked at first, and a button that copies it. */
export function reportPart(model: Model, error: ReportSource["error"] = null): HTMLElement {
  const text = reportText({ version: VERSION, browser: navigator.userAgent, engine: model.engine, options: model.state.options, error, names: namesIn(model) });
  void sheet("help/help");
  const said = h("span.caption", { role: "status" });
  const preview = h("pre.report-text", { tabindex: "0", role: "group", "aria-label": "The report" }, text);
  const copy = (): void => {
    (navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"))).then(
      () => fill(said, "Copied."),
      () => { getSelection()?.selectAllChildren(preview); fill(said, "The browser does not allow it. The text is selected: copy it by hand."); });
  };
  return h("div.report", null, h("p.caption", null, "This is all of it: no names, no data, no fingerprints of files."), preview,
    h("p.report-actions", null, h("button.ghost.framed", { type: "button", onclick: copy }, "Copy a report"), said));
}
