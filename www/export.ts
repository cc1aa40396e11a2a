// The export button. Its menu, and all that makes files, is loaded when it is first opened. Nothing leaves the page but a
// file.

import type { Chart } from "./chart";
import { h, icon } from "./dom";
import type { ResultDocument } from "./protocol";
import { toggle } from "./popover";

/** Another figure that the same menu saves. */
export interface Beside { own: string; other: string; name: string; chart: Chart }

export function exportButton(name: () => string, chart: () => Chart | null, document_: () => ResultDocument | null, beside?: Beside): HTMLButtonElement {
  const button = h("button.ghost.export", { type: "button", "aria-haspopup": "menu", "aria-expanded": "false" }, icon("download", 18), "Export");
  button.addEventListener("click", () => {
    void import("./export-menu").then(async ({ exportMenu, ready }) => {
      await ready;
      toggle(button, () => exportMenu(name(), chart()?.current() ?? null, document_(), beside));
    }, () => button.setAttribute("title", "The menu did not load. Try again."));
  });
  return button;
}

export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
