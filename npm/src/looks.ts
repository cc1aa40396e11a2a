// Fonts and style sheets of the element. Sheets are adopted and fonts added by script: neither needs a host whose policy
// allows inline styles.

import { faces, sheets } from "./faces.js";
import { redrawAll } from "../../www/drawing";

let adopted: CSSStyleSheet | null = null;
let fonts: Promise<unknown> | null = null;

/** The sheet of all shadow roots. */
export function sheet(): CSSStyleSheet {
  if (!adopted) {
    adopted = new CSSStyleSheet();
    adopted.replaceSync(sheets);
  }
  return adopted;
}

/** A font is known to a document, not to a shadow root. Figures are drawn again when they have come. */
export function loadFonts(): void {
  fonts ??= Promise.allSettled(faces.map(({ family, source, descriptors }) => {
    const face = new FontFace(family, `url(${JSON.stringify(source)}) format("woff2")`, descriptors);
    document.fonts.add(face);
    return face.load();
  })).then(redrawAll);
}
