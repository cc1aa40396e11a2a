// Validity over training: which check warns at which checkpoint, and how many neurons of each group are in the numbers.

import { CHECKS, isKnown, warningOf, type CheckWords } from "./check-words";
import { fill, h, hidden, rich } from "./dom";
import { integer, percent, plural } from "./format";
import type { Actions, Model, View } from "./model";
import type { Checkpoint, ResultDocument } from "./protocol";
import { tableElement, type TableData } from "./tables";
import { label } from "./words";

export function validitySection(model: Model, _actions: Actions, _phone: () => boolean): View {
  const sentence = h("p.deck", { role: "status" });
  const legend = h("p.caption", null, "A number is what was measured; where the check warns, it stands out and a mark says so. The rail of each checkpoint has the sentences.");
  const checks = h("div");
  const kept = h("div");
  const root = h("div.validity-section", null, sentence, legend, checks, kept);
  /** What is shown: a slider that moves must not take the focus from a table. */
  let shown = "";

  function update(): void {
    const document = model.document;
    if (!document) return;
    const [rows, groups] = [checksTable(document), keptTable(document)];
    const now = JSON.stringify([rows, groups]);
    if (now === shown) return;
    shown = now;
    fill(sentence, rich(validitySentence(document)));
    const table = tableElement(rows);
    mark(table, document);
    fill(checks, table);
    fill(kept, h("p.caption", null, keptSentence(document)), groups.rows.length > 0 && tableElement(groups));
  }

  /** Cells that warn; the table's text says it too. */
  function mark(table: HTMLElement, document: ResultDocument): void {
    const listed = checksOf(document);
    table.querySelectorAll("tbody tr").forEach((row, i) => row.querySelectorAll("td").forEach((cell, at) => {
      if (!warningOf(document.checkpoints[at]!, listed[i]!.code)) return;
      cell.classList.add("warns");
      cell.append(hidden(" (warning)"));
    }));
  }

  update();
  return { root, update, destroy: () => undefined };
}

/** Checks with a number or a warning somewhere. */
function checksOf(document: ResultDocument): CheckWords[] {
  return CHECKS.filter((check) => document.checkpoints.some((c) => warningOf(c, check.code) || (isKnown(c) && check.number(c) !== null)));
}

/** Checks against checkpoints. A warning without a number is a mark alone. */
export function checksTable(document: ResultDocument): TableData {
  const cell = (check: CheckWords, c: Checkpoint): string => {
    const number = isKnown(c) ? check.number(c) : null;
    return warningOf(c, check.code) ? `! ${number ?? ""}`.trim() : number ?? "\u2013";
  };
  return {
    caption: "Checks at every checkpoint",
    head: ["Check", ...document.checkpoints.map(label)],
    rows: checksOf(document).map((check) => [check.name.replace(/[{}]/g, ""), ...document.checkpoints.map((c) => cell(check, c))]),
  };
}

/** Share of kept neurons of the groups that lose some, by checkpoint. */
export function keptTable(document: ResultDocument): TableData {
  const names = groupNames(document).filter((name) => document.checkpoints.some((c) => lost(c, name)));
  const cell = (c: Checkpoint, name: string): string => {
    const layer = c.network.layers.find((l) => l.name === name);
    return layer && layer.neurons > 0 ? percent(layer.kept / layer.neurons, layer.kept < layer.neurons ? 1 : 0) : "\u2013";
  };
  return {
    caption: "Neurons kept, by group",
    head: ["Group", ...document.checkpoints.map(label)],
    rows: names.map((name) => [name, ...document.checkpoints.map((c) => cell(c, name))]),
  };
}

function groupNames(document: ResultDocument): string[] {
  return [...new Set(document.checkpoints.flatMap((c) => c.network.layers.map((layer) => layer.name)))];
}

function lost(c: Checkpoint, name: string): boolean {
  return c.network.layers.some((layer) => layer.name === name && layer.kept < layer.neurons);
}

function keptSentence(document: ResultDocument): string {
  const all = groupNames(document);
  const some = keptTable(document).rows.length;
  if (some === 0) return `All ${plural(all.length, "group")} keep every neuron at every checkpoint.`;
  const rest = all.length - some;
  return rest === 0 ? "Every group loses neurons somewhere." : `${integer(rest)} of ${plural(all.length, "group")} keep every neuron at every checkpoint; these do not.`;
}

/** Which checks warn, and at how many checkpoints. */
export function validitySentence(document: ResultDocument): string {
  const of = document.checkpoints.length;
  if (!document.checkpoints.some(isKnown)) return "This result does not say what its checks were decided by. Analyse the files again to see it.";
  const counts = CHECKS.map((check) => ({ check, count: document.checkpoints.filter((c) => warningOf(c, check.code)).length })).filter(({ count }) => count > 0);
  if (counts.length === 0) return "No check warns at any checkpoint.";
  const parts = counts.map(({ check, count }) => `${check.name} (${count === of ? "all checkpoints" : `${integer(count)} of ${integer(of)}`})`);
  return `Warnings: ${parts.join("; ")}.`;
}
