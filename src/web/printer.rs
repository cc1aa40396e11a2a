//! Figures of a result document as files: at publication size, as LaTeX, with a caption, and what to cite.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::value::{Report, read, thrown};
use crate::plot::{self, Figure, FontFiles, Lettering, Print};
use crate::report::{self, ResultDocument};

/// A result document that can be printed.
#[wasm_bindgen]
pub struct Printer {
    document: ResultDocument,
}

#[wasm_bindgen]
impl Printer {
    /// Keeps a typed copy of a parsed result document. Throws `bad-document` when it is none.
    #[wasm_bindgen(constructor)]
    pub fn new(document: JsValue) -> Result<Printer, JsValue> {
        Ok(Self { document: read(document, "bad-document", "This is not a result document.")? })
    }

    /// The figure as an SVG file in the look of print. `fonts` are those of the regular, the semibold and the symbols'
    /// face: TrueType where text becomes outlines, else WOFF2.
    #[wasm_bindgen(js_name = printSvg)]
    pub fn print_svg(
        &self,
        figure: JsValue,
        print: JsValue,
        fonts: Vec<Uint8Array>,
    ) -> Result<String, JsValue> {
        let (figure, print) = (read_figure(figure)?, read_print(print)?);
        let bytes: Vec<Vec<u8>> = fonts.iter().map(Uint8Array::to_vec).collect();
        let font = |place: usize| {
            let file = bytes.get(place).map_or(&[][..], Vec::as_slice);
            match print.text {
                Lettering::Outlines => FontFiles { ttf: file, woff2: &[] },
                Lettering::Text => FontFiles { ttf: &[], woff2: file },
            }
        };
        let fonts = [font(0), font(1), font(2)];
        let text = plot::print_svg_with(&self.document, &figure, &print, &fonts);
        text.map_err(|error| thrown(&Report::new("svg", error.to_string())))
    }

    /// The figure as a LaTeX document; nothing for figures that pgfplots does not draw.
    pub fn pgfplots(&self, figure: JsValue, print: JsValue) -> Result<Option<String>, JsValue> {
        Ok(plot::pgfplots(&self.document, &read_figure(figure)?, &read_print(print)?))
    }

    /// The caption of the figure.
    pub fn caption(&self, figure: JsValue) -> Result<String, JsValue> {
        Ok(plot::caption(&self.document, &read_figure(figure)?))
    }

    /// The paper of the method and the program, as BibTeX entries.
    pub fn bibtex(&self) -> String {
        report::bibtex(&self.document)
    }

    /// Program, options and files, as JSON on one line.
    pub fn receipt(&self) -> String {
        report::receipt(&self.document)
    }
}

/// A PNG file with its pixels to an inch.
#[wasm_bindgen(js_name = withDensity)]
pub fn with_density(png: &[u8], per_inch: f64) -> Option<Vec<u8>> {
    plot::with_density(png, per_inch)
}

fn read_figure(figure: JsValue) -> Result<Figure, JsValue> {
    read(figure, "bad-figure", "This is not a description of a figure.")
}

fn read_print(print: JsValue) -> Result<Print, JsValue> {
    read(print, "bad-figure", "This is not a description of a printed figure.")
}
