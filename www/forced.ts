// The colours that the system forces on pages (Windows' contrast themes and the like), for figures that are drawn.

import type { SystemColors } from "./protocol";

const query = matchMedia("(forced-colors: active)");

/** The system's colours; null where it forces none. */
export function forcedColors(): SystemColors | null {
  if (!query.matches) return null;
  const probe = document.createElement("span");
  document.body.append(probe);
  const of = (name: string): [number, number, number] => {
    probe.style.setProperty("color", name);
    const [r = 0, g = 0, b = 0] = getComputedStyle(probe).color.match(/\d+/g)?.map(Number) ?? [];
    return [r, g, b];
  };
  const colors = { canvas: of("Canvas"), text: of("CanvasText"), gray: of("GrayText"), highlight: of("Highlight") };
  probe.remove();
  return colors;
}

export function onForced(changed: () => void): void {
  query.addEventListener("change", changed);
}
