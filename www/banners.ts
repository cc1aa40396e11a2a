// Errors and warnings where the reader stands: what, bold; why; one action. Never a dialog, never gone by itself.

import { fill, h, icon } from "./dom";
import type { Banner, Model, Actions } from "./model";
import type { EngineError } from "./protocol";
import { errorParts, errorText } from "./words";

export function errorBanner(error: EngineError, actions: Banner["actions"]): Banner {
  const text = errorText(error);
  const { title, body } = errorParts(text);
  const hint = error.hint && !text.includes(error.hint) ? ` ${error.hint}` : "";
  return { kind: "error", title, body: body + hint, details: `${error.code}${error.file ? ` \u00b7 ${error.file}` : ""}`, error, actions };
}

export function bannerElement(banner: Banner, model: Model, dismiss?: () => void): HTMLElement {
  const report = h("div");
  const details = h("div.banner-details.caption", { hidden: true }, h("p", null, banner.details ?? ""), report);
  const buttons = h("div.banner-actions");
  banner.actions.forEach((action, i) => buttons.append(h(i === 0 ? "button.ghost.framed" : "button.quiet", { type: "button", onclick: action.run }, action.label)));
  if (banner.details) {
    const more = h("button.quiet", { type: "button", "aria-expanded": "false" }, "Details");
    more.addEventListener("click", () => {
      details.hidden = !details.hidden;
      more.setAttribute("aria-expanded", String(!details.hidden));
      // What can be told to others of the error is seldom asked for.
      if (!details.hidden) void import("./help/report").then(({ reportPart }) => fill(report, reportPart(model, banner.error)), () => undefined);
    });
    buttons.append(more);
  }
  if (dismiss) buttons.append(h("button.quiet", { type: "button", onclick: dismiss }, "Close"));
  return h(`div.banner.${banner.kind}` as "div.banner", null, icon(banner.kind === "error" ? "error" : banner.kind === "match" ? "check" : "warn", 20),
    h("div", null, h("p.banner-title", null, banner.title), banner.body ? h("p", null, banner.body) : null, details, buttons));
}

/** The place under the header where banners of a whole drop stand. */
export function bannerPlace(model: Model, actions: Actions): { root: HTMLElement; update(): void } {
  const root = h("div.banners", { role: "alert" });
  let shown: Banner[] = [];
  return { root, update() {
    if (shown.length === model.banners.length && shown.every((b, i) => b === model.banners[i])) return;
    shown = [...model.banners];
    fill(root, ...shown.map((b) => bannerElement(b, model, () => actions.dismiss(b))));
  } };
}
