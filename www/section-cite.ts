// How to cite: the caption of the shown figure, BibTeX entries of method and program, and the receipt of the result.

import type { Chart } from "./chart";
import { fill, h } from "./dom";
import { save } from "./export";
import { loadStyles } from "./figures-style";
import type { Actions, Model, View } from "./model";
import { citation, type Citation } from "./printing";

interface Part { key: keyof Citation; title: string; words: string; copy: string; file?: string }

const PARTS: Part[] = [
  { key: "caption", title: "Caption", words: "Of the large figure as it stands now.", copy: "Copy the caption" },
  { key: "bibtex", title: "BibTeX", words: "The paper that introduced the method, and this program.", copy: "Copy the entries", file: "neuromfa.bib" },
  { key: "receipt", title: "Receipt", words: "Version, options, and the files with their identities: what is needed to compute the numbers again. It names your files.", copy: "Copy the receipt" },
];

export function citeSection(chart: () => Chart): (model: Model, actions: Actions, phone: () => boolean) => View {
  return () => {
    void loadStyles();
    const status = h("p.sr", { role: "status" });
    const failed = h("p.caption", { hidden: true }, "This could not be made. Close and open the part to try again.");
    const places = new Map<keyof Citation, HTMLElement>();
    const said = (words: string): void => fill(status, words);
    const blocks = PARTS.map(({ key, title, words, copy, file }) => {
      const text = h("pre.cite-text", { tabindex: "0", role: "region", "aria-label": title });
      places.set(key, text);
      const copied = h("span.copied", { "aria-hidden": "true" });
      const button = h("button.quiet", { type: "button", onclick: () => {
        const done = (answer: string): void => { fill(copied, answer); said(`${title}: ${answer.toLowerCase()}`); };
        navigator.clipboard?.writeText(text.textContent ?? "").then(() => done("Copied"), () => done("The browser refused to copy"));
      } }, copy);
      const download = file && h("button.quiet", { type: "button", onclick: () => save(new Blob([text.textContent ?? ""], { type: "application/x-bibtex" }), file) }, `Save as ${file}`);
      return h("div.cite-part", null,
        h("div.title-row", null, h("h3.figure-title", null, title), h("div.tools", null, copied, download, button)),
        h("p.caption", null, words), text);
    });
    const root = h("div.cite", null, ...blocks, failed, status);
    let asked = 0;

    function update(): void {
      const shown = chart().current();
      if (!shown) return;
      const number = ++asked;
      citation(shown).then((found) => {
        if (number !== asked) return;
        failed.hidden = true;
        for (const [key, place] of places) if (place.textContent !== found[key].trim()) fill(place, found[key].trim());
      }, () => { failed.hidden = false; });
    }

    update();
    return { root, update, destroy: () => { asked = -1; } };
  };
}
