// Medians, ratios and how both are written.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of the ratios of values that were measured one right after the other. */
export function ratio(above, below) {
  return median(above.map((value, i) => value / below[i]));
}

/** Three digits. */
export function digits(value) {
  if (Math.abs(value) >= 99.95) return Math.round(value).toLocaleString('en');
  return Number(value.toPrecision(3)).toString();
}

let most = Infinity;

/** For a quick look: no more rounds than these, whatever is asked for. */
export function limitRounds(rounds) {
  most = rounds;
}

/**
 * Runs all of these works in turn, round after round, so that a machine that is busy for a while is busy for all of them.
 * @param {Record<string, (round: number) => Promise<T>>} works
 * @returns {Promise<Record<string, T[]>>} what each returned in every round
 * @template T
 */
export async function interleaved(rounds, works) {
  rounds = Math.min(rounds, most);
  const results = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const names = Object.keys(works);
    // Every other round backwards: what comes after what must not matter.
    for (const name of round % 2 ? names.reverse() : names) results[name].push(await works[name](round));
  }
  return results;
}
