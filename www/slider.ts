// The step slider: a native range input for keys and assistive technology over a drawn track for eyes and fingers.

import { Chart } from "./chart";
import { h, hidden, icon, reducedMotion } from "./dom";
import type { Choosing, Model } from "./model";
import { sliderText } from "./words";

const PLAY_MS = 600;
const PLAY_STILL_MS = 1000;

export class Slider {
  readonly root: HTMLElement;
  readonly chart: Chart;
  private readonly input: HTMLInputElement;
  private readonly button: HTMLButtonElement;
  private timer = 0;

  constructor(private readonly model: Model, private readonly actions: Choosing, parts: () => Partial<{ compact: boolean; transparent: boolean; pending: { step: number; state: "waiting" | "failed" }[] }>, fallback?: () => SVGSVGElement | null) {
    this.chart = new Chart("steps", {
      figure: () => model.document && { document: model.document, parts: { kind: "steps", checkpoint: model.selected, ...parts() } },
      ...(fallback ? { fallback } : {}),
    });
    this.input = h("input.range", { type: "range", min: 0, step: 1, "aria-label": "Training step" });
    this.input.addEventListener("input", () => this.go(Number(this.input.value)));
    this.input.addEventListener("keydown", (event) => {
      if (event.key === " ") { event.preventDefault(); this.toggle(); return; }
      const jump = { PageUp: 5, PageDown: -5 }[event.key];
      if (jump) { event.preventDefault(); this.go(model.selected + jump); }
    });
    this.button = h("button.play", { type: "button", onclick: () => this.toggle() });
    this.face();
    const hit = h("div.slider-hit");
    hit.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      hit.setPointerCapture(event.pointerId);
      this.input.focus({ preventScroll: true });
      this.at(event);
    });
    hit.addEventListener("pointermove", (event) => { if (hit.hasPointerCapture(event.pointerId)) this.at(event); });
    this.root = h("div.slider", null, this.chart.root, this.input, hit, this.button);
    this.update();
  }

  update(): void {
    const { document, selected } = this.model;
    const n = document?.checkpoints.length ?? 0;
    this.root.hidden = n < 2;
    this.input.max = String(Math.max(0, n - 1));
    this.input.value = String(selected);
    this.input.setAttribute("aria-valuetext", document ? sliderText(document, selected) : "");
    this.chart.update();
  }

  /** Plays from here, or from the start when it stands at the end. */
  toggle(): void {
    if (this.timer) return this.stop();
    const last = (this.model.document?.checkpoints.length ?? 1) - 1;
    if (last < 1) return;
    if (this.model.selected >= last) this.actions.select(0);
    this.timer = window.setInterval(() => {
      this.actions.select(Math.min(this.model.selected + 1, last));
      if (this.model.selected >= last) this.stop();
    }, reducedMotion() ? PLAY_STILL_MS : PLAY_MS);
    this.face();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = 0;
    this.face();
  }

  destroy(): void {
    this.stop();
    this.chart.destroy();
  }

  private face(): void {
    this.button.replaceChildren(icon(this.timer ? "pause" : "play", 18), hidden(this.timer ? "Pause" : "Play the training steps"));
  }

  private go(index: number): void {
    this.stop();
    const last = (this.model.document?.checkpoints.length ?? 1) - 1;
    this.actions.select(Math.max(0, Math.min(last, index)));
  }

  /** The checkpoint nearest to the pointer, on the drawn axis. */
  private at(event: PointerEvent): void {
    const x = event.clientX - this.chart.root.getBoundingClientRect().left;
    const steps = this.chart.layout?.steps ?? [];
    let best: { checkpoint: number; x: number } | null = null;
    for (const step of steps) if (!best || Math.abs(step.x - x) < Math.abs(best.x - x)) best = step;
    if (best && best.checkpoint !== this.model.selected) this.go(best.checkpoint);
  }
}
