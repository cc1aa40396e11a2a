// docs/cost.svg: time and peak memory against the number of weights, on logarithmic axes, in the reader's light or dark.

const panel = { width: 330, height: 250, left: 62, top: 34, gap: 80 };
const style = `
  text { font: 12px system-ui, sans-serif; fill: #2b2a27; }
  .axis, .grid { stroke: #8a877f; fill: none; }
  .grid { stroke-opacity: .25; }
  .line { fill: none; stroke-width: 2; }
  .native1 { stroke: #2f6f8f; } .native2 { stroke: #2f6f8f; stroke-dasharray: 5 3; }
  .chromium1 { stroke: #b4552d; } .chromium2 { stroke: #b4552d; stroke-dasharray: 5 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e8e5dc; }
    .native1, .native2 { stroke: #7fb8d6; } .chromium1, .chromium2 { stroke: #e8956d; }
  }`;

/**
 * @param {{weights: number, ms: Record<string, number>, memory: Record<string, number|null>}[]} rows of scale.mjs
 * @param {Record<string, string>} names of the lines
 * @returns {string} the SVG
 */
export function costFigure(rows, names) {
  const seconds = rows.map(({ weights, ms }) => [weights, scaled(ms, 1e-3)]);
  const megabytes = rows.map(({ weights, memory }) => [weights, scaled(memory, 1e-6)]);
  const width = 2 * (panel.width + panel.left) + panel.gap / 2;
  const keys = Object.entries(names).map(([name, text], i) => {
    const [x, y] = [panel.left + (i % 2) * 300, panel.top + panel.height + 62 + 20 * (i >> 1)];
    return `<path class="line ${name}" d="M${x} ${y}h30"/><text x="${x + 38}" y="${y + 4}">${text}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${panel.top + panel.height + 100}" role="img" aria-label="Time and peak memory against the number of weights">`,
    `<style>${style}</style>`,
    drawn(seconds, 'seconds', 0),
    drawn(megabytes, 'peak memory, MB', panel.width + panel.gap),
    ...keys,
    '</svg>\n',
  ].join('\n');
}

function scaled(values, factor) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value).map(([name, value]) => [name, value * factor]));
}

/** One panel: whole decades on both axes. */
function drawn(points, title, shift) {
  const log = Math.log10;
  const all = points.flatMap(([, values]) => Object.values(values));
  const [x0, x1] = [Math.floor(log(points[0][0]) + 0.05), Math.ceil(log(points.at(-1)[0]) - 0.05)];
  const [y0, y1] = [Math.floor(log(Math.min(...all))), Math.ceil(log(Math.max(...all)))];
  const x = (value) => shift + panel.left + (panel.width * (log(value) - x0)) / (x1 - x0);
  const y = (value) => panel.top + panel.height - (panel.height * (log(value) - y0)) / (y1 - y0);
  const decades = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const [left, right, bottom] = [x(10 ** x0), x(10 ** x1), y(10 ** y0)];
  const power = (exponent) => (exponent >= -2 && exponent <= 3 ? String(10 ** exponent) : `10<tspan dy="-5" font-size="9">${exponent}</tspan>`);
  const lines = Object.keys(points[0][1]).map((name) => {
    const path = points.filter(([, values]) => name in values).map(([weights, values]) => `${x(weights).toFixed(1)} ${y(values[name]).toFixed(1)}`);
    return `<path class="line ${name}" d="M${path.join('L')}"/>`;
  });
  return [
    ...decades(x0, x1).map((e) => `<path class="grid" d="M${x(10 ** e).toFixed(1)} ${bottom}V${panel.top}"/><text x="${x(10 ** e).toFixed(1)}" y="${bottom + 18}" text-anchor="middle">${power(e)}</text>`),
    ...decades(y0, y1).map((e) => `<path class="grid" d="M${left} ${y(10 ** e).toFixed(1)}H${right}"/><text x="${left - 8}" y="${(y(10 ** e) + 4).toFixed(1)}" text-anchor="end">${power(e)}</text>`),
    `<path class="axis" d="M${left} ${panel.top}V${bottom}H${right}"/>`,
    `<text x="${left}" y="${panel.top - 14}">${title}</text><text x="${right}" y="${bottom + 36}" text-anchor="end">weights</text>`,
    ...lines,
  ].join('\n');
}
