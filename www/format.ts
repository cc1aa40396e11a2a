// Numbers as people read them: design brief sections 6 and 7. Minus is U+2212, ranges are U+2013, thousands have a comma.

const MINUS = "\u2212";
const DASH = "\u2013";

/** `x` with `digits` decimals; an en dash for a number that does not exist. */
export function fixed(x: number | null | undefined, digits = 3): string {
  if (x === null || x === undefined || !Number.isFinite(x)) return DASH;
  const text = Math.abs(x).toFixed(digits);
  // No "minus zero": a value that rounds to nothing has no sign.
  return x < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** A difference always carries its sign. */
export function signed(x: number | null | undefined, digits = 3): string {
  const text = fixed(x, digits);
  return text === DASH || text.startsWith(MINUS) ? text : `+${text}`;
}

/** Whole number with thousands separated. */
export function integer(x: number): string {
  const digits = Math.abs(Math.round(x)).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return x < 0 ? MINUS + digits : digits;
}

/** An interval; ends that agree at three decimals get a fourth. */
export function interval(pair: readonly [number, number] | null | undefined, digits = 3): string {
  if (!pair) return DASH;
  const [low, high] = pair;
  const more = fixed(low, digits) === fixed(high, digits) ? digits + 1 : digits;
  const join = low < 0 || high < 0 ? " to " : DASH;
  return fixed(low, more) + join + fixed(high, more);
}

/** Bytes in decimal units, as file managers show them. */
export function bytes(n: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let value = n;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return unit === 0 ? `${integer(value)} bytes` : `${value.toFixed(value < 99.95 ? 1 : 0)} ${units[unit]}`;
}

/** "51 of 75 MB": both in the unit of the whole. */
export function bytesOf(part: number, whole: number): string {
  const unit = bytes(whole).split(" ")[1] ?? "bytes";
  const size = { bytes: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }[unit] ?? 1;
  const digits = unit === "bytes" || whole / size >= 20 ? 0 : 1;
  return `${fixed(part / size, digits)} of ${fixed(whole / size, digits)} ${unit}`;
}

/** "1.2 million", "70 million", "1,340". */
export function count(n: number): string {
  if (n < 1e5) return integer(n);
  const [value, word] = n < 1e6 ? [n / 1e3, "thousand"] : n < 1e9 ? [n / 1e6, "million"] : [n / 1e9, "billion"];
  return `${value < 9.95 ? value.toFixed(1) : integer(value)} ${word}`;
}

/** A share as whole percent, no space. */
export function percent(share: number, digits = 0): string {
  return `${fixed(share * 100, digits)}%`;
}

/** Numbers below ten are words in running text. */
export function spelled(n: number): string {
  return ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"][n] ?? integer(n);
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${integer(n)} ${n === 1 ? one : many}`;
}
