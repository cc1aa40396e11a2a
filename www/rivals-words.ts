// What the comparison with simple numbers says of itself, and its tables.

import { fixed, integer, percent, signed } from "./format";
import type { Checkpoint, Explained, ResultDocument } from "./protocol";
import type { TableData } from "./tables";
import { shuffleOf } from "./verdict";
import { label } from "./words";

/** Matrices whose smaller side is longer are left out here. */
export const LARGEST_MATRIX = 512;

export const PURPOSE = "How much of {E} do simpler numbers explain, each alone? A number that explains nearly all of {E} leaves little for it to tell. "
  + "Whatever changes steadily in training explains whatever else does: grey is what the same values in random order explain, in all but one of twenty cases.";

export const NEEDS_WEIGHTS = "Spectral norm, stable rank and power-law exponent need the weights themselves. ";

export const NAMES: Record<Explained["rival"], string> = {
  log_step: "log(1 + step)",
  shuffled_emergence: "{E} of shuffled weights",
  mean_abs_weight: "Mean |w|",
  mean_weighted_degree: "Mean weighted degree",
  spectral_norm: "Spectral norm",
  stable_rank: "Stable rank",
  alpha: "Power-law exponent",
};

/** The comparison of the series of a checkpoint. */
export function explainedOf(document: ResultDocument, checkpoint: Checkpoint): Explained[] {
  return (document.explained ?? []).filter((one) => (one.series ?? null) === (checkpoint.series ?? null));
}

/** A sentence that was computed, with its symbol set as one. */
export function sentenceOf(one: Explained): string {
  return one.text.replace(/\bE\b/g, "{E}");
}

export function explainedTable(rows: Explained[]): TableData {
  const share = (value: number | null): string => (value === null ? "\u2013" : percent(value, 1));
  return {
    caption: "Share of E that each number explains alone",
    head: ["number", "checkpoints", "{R\u00b2}", "left over", "random order, 95%", "of shuffled matrices", "Pearson {r}", "Spearman"],
    rows: rows.map((one) => [NAMES[one.rival].replace(/[{}]/g, ""), integer(one.n), share(one.r_squared), share(one.residual), share(one.chance), share(one.shuffled), signed(one.pearson), signed(one.spearman)]),
  };
}

export function valuesTable(document: ResultDocument): TableData {
  const rows = document.checkpoints.map((c) => {
    const r = c.rivals;
    return [label(c), fixed(c.emergence), fixed(shuffleOf(c)?.emergence), fixed(c.baselines?.mean_abs_weight, 5), fixed(c.baselines?.mean_weighted_degree),
      fixed(r?.mean.spectral_norm), fixed(r?.shuffled.spectral_norm), fixed(r?.mean.stable_rank), fixed(r?.shuffled.stable_rank), fixed(r?.mean.alpha), fixed(r?.shuffled.alpha)];
  });
  return {
    caption: "The numbers of every checkpoint, means over its matrices",
    head: ["checkpoint", "{E}", "shuffled", "mean |w|", "weighted degree", "spectral norm", "shuffled", "stable rank", "shuffled", "exponent", "shuffled"],
    rows,
  };
}
