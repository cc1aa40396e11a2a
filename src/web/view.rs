//! The drawing side of the page: a result document and the figures of it.

use std::io;

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlCanvasElement;

use super::canvas::CanvasBackend;
use super::series::arranged;
use super::value::{Report, read, thrown, write};
use crate::plot::{self, Figure};
use crate::report::{ResultDocument, write_associations_csv, write_csv, write_scores_csv};

/// A result document that can be drawn.
#[wasm_bindgen]
pub struct View {
    document: ResultDocument,
}

#[wasm_bindgen]
impl View {
    /// Keeps a typed copy of a parsed result document. Throws `bad-document` when it is none.
    #[wasm_bindgen(constructor)]
    pub fn new(document: JsValue) -> Result<View, JsValue> {
        Ok(Self { document: read(document, "bad-document", "This is not a result document.")? })
    }

    /// Draws a figure on the canvas at the device's resolution and says where everything is (a `Layout`). The canvas'
    /// CSS size stays as it is.
    pub fn draw(&self, canvas: &HtmlCanvasElement, figure: JsValue) -> Result<JsValue, JsValue> {
        let figure = read_figure(figure)?;
        let ratio = if figure.scale.is_finite() { figure.scale.clamp(0.5, 8.0) } else { 1.0 };
        let backend = CanvasBackend::new(canvas, plot::backend_size(&figure), ratio);
        let backend = backend.map_err(|error| failed("canvas", &error))?;
        let layout = plot::draw(backend, &self.document, &figure);
        let layout = layout.map_err(|error| failed("canvas", &error))?;
        write(&layout)
    }

    /// The figure as an SVG document.
    pub fn svg(&self, figure: JsValue) -> Result<String, JsValue> {
        let figure = read_figure(figure)?;
        plot::svg(&self.document, &figure).map_err(|error| failed("svg", &error))
    }

    /// The table of the document: a row for each checkpoint, sample and q.
    pub fn csv(&self) -> Result<String, JsValue> {
        table(|bytes| write_csv(&self.document, bytes))
    }

    /// The table of its scores: a row for each value.
    #[wasm_bindgen(js_name = scoresCsv)]
    pub fn scores_csv(&self) -> Result<String, JsValue> {
        table(|bytes| write_scores_csv(&self.document, bytes))
    }

    /// The table of its associations: a row for each, and one for the late phase.
    #[wasm_bindgen(js_name = associationsCsv)]
    pub fn associations_csv(&self) -> Result<String, JsValue> {
        table(|bytes| write_associations_csv(&self.document, bytes))
    }
}

fn table(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Result<String, JsValue> {
    let mut bytes = Vec::new();
    write(&mut bytes).map_err(|error| failed("csv", &error))?;
    String::from_utf8(bytes).map_err(|error| failed("csv", &error))
}

/// The records of a document in the order of their series, with the degrees of emergence: what must be done after names,
/// steps, series or baselines have changed, or records are gone. Nothing is read again. The records are completed in
/// place.
#[wasm_bindgen]
pub fn arrange(records: Vec<JsValue>) -> Result<Array, JsValue> {
    arranged(records)
}

fn read_figure(figure: JsValue) -> Result<Figure, JsValue> {
    read(figure, "bad-figure", "This is not a description of a figure.")
}

fn failed(code: &str, error: &dyn std::fmt::Display) -> JsValue {
    thrown(&Report::new(code, error.to_string()))
}
