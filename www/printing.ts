// Figures as files: the module that makes them, the fonts it takes glyphs from, and pictures of what it made. Loaded when a
// file or a caption is asked for.

import { save } from "./export";
import type { Figure, ResultDocument } from "./protocol";

/** As `Print` of the module. */
export interface Print {
  /** Millimetres; null for the usual size of the figure. */
  width: number | null;
  text: "outlines" | "text";
  transparent: boolean;
}

export interface Shown { document: ResultDocument; figure: Figure }

interface Printer {
  printSvg(figure: Figure, print: Print, fonts: Uint8Array[]): string;
  pgfplots(figure: Figure, print: Print): string | undefined;
  caption(figure: Figure): string;
  bibtex(): string;
  receipt(): string;
  free(): void;
}

interface PrinterModule {
  default(): Promise<unknown>;
  Printer: new (document: ResultDocument) => Printer;
  withDensity(png: Uint8Array, perInch: number): Uint8Array | undefined;
}

const CSS_INCH = 96;
const FACES = ["sans-400", "sans-600", "serif-italic"];

let module: Promise<PrinterModule> | null = null;
const fonts = new Map<string, Promise<Uint8Array[]>>();

function loaded(): Promise<PrinterModule> {
  module ??= (async () => {
    const found = await import(new URL("../wasm/printer.js", import.meta.url).href) as PrinterModule;
    await found.default();
    return found;
  })();
  // What did not load is asked for again.
  module.catch(() => { module = null; });
  return module;
}

/** The figures' fonts in one of their forms. */
function fontFiles(form: "ttf" | "woff2"): Promise<Uint8Array[]> {
  let files = fonts.get(form);
  if (!files) {
    files = Promise.all(FACES.map(async (face) => {
      const answer = await fetch(new URL(`print/neuromfa-${face}.${form}`, import.meta.url));
      if (!answer.ok) throw new Error(`no font ${face}`);
      return new Uint8Array(await answer.arrayBuffer());
    }));
    fonts.set(form, files);
    files.catch(() => fonts.delete(form));
  }
  return files;
}

async function printing<T>(document_: ResultDocument, use: (printer: Printer) => T): Promise<T> {
  const { Printer } = await loaded();
  const printer = new Printer(document_);
  try {
    return use(printer);
  } finally {
    printer.free();
  }
}

export async function svgText({ document: document_, figure }: Shown, print: Print): Promise<string> {
  const files = await fontFiles(print.text === "text" ? "woff2" : "ttf");
  return printing(document_, (printer) => printer.printSvg(figure, print, files));
}

export async function saveSvg(name: string, shown: Shown, print: Print): Promise<void> {
  save(new Blob([await svgText(shown, print)], { type: "image/svg+xml" }), `${name}.svg`);
}

/** The SVG file with outlines, drawn by the browser at so many pixels to an inch. */
export async function savePng(name: string, shown: Shown, print: Print, perInch: number): Promise<void> {
  const text = await svgText(shown, { ...print, text: "outlines" });
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    const [, , width = 1, height = 1] = /viewBox="([^"]*)"/.exec(text)?.[1]?.split(" ").map(Number) ?? [];
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * perInch / CSS_INCH);
    canvas.height = Math.round(height * perInch / CSS_INCH);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const drawn = await new Promise<Blob | null>((resolve) => { canvas.toBlob(resolve, "image/png"); });
    if (!drawn) throw new Error("the browser refused the picture");
    const bytes = (await loaded()).withDensity(new Uint8Array(await drawn.arrayBuffer()), perInch);
    save(bytes ? new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "image/png" }) : drawn, `${name}.png`);
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** False where pgfplots does not draw such a figure. */
export async function saveTex(name: string, { document: document_, figure }: Shown, print: Print): Promise<boolean> {
  const text = await printing(document_, (printer) => printer.pgfplots(figure, print));
  if (text !== undefined) save(new Blob([text], { type: "application/x-tex" }), `${name}.tex`);
  return text !== undefined;
}

export interface Citation { caption: string; bibtex: string; receipt: string }

export function citation({ document: document_, figure }: Shown): Promise<Citation> {
  return printing(document_, (printer) => ({ caption: printer.caption(figure), bibtex: printer.bibtex(), receipt: printer.receipt() }));
}
