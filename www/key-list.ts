// The keys of the page and what they do: for the panel behind "?", and for help.

export const KEYS: [string, string][] = [
  ["O", "open files"], ["\u2190 \u2192", "along q in a figure, step on the slider"], ["\u2191 \u2193", "checkpoint, in a figure"],
  ["Home End", "first and last"], ["PgUp PgDn", "five steps"], ["Space", "play and pause, figure or slider"],
  ["T", "table, in a figure"], ["+ \u2212 0", "zoom in, zoom out, all, in the spectrum"], ["P N", "pin, null model on and off, in the spectrum"], ["E", "export, in a figure"], ["?", "these keys"], ["Esc", "closes what is open, then leaves the figure"],
];
