//! The drawing side of the page: a result document and the figures of it.

use js_sys::{Error, Reflect};
use serde::Serialize as _;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlCanvasElement;

use super::canvas::CanvasBackend;
use crate::plot::{self, Figure};
use crate::report::ResultDocument;

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
        console_error_panic_hook::set_once();
        Ok(Self { document: read(document, "bad-document", "This is not a result document.")? })
    }

    /// Draws a figure on the canvas at the device's resolution and says where everything is (a `Layout`). The canvas'
    /// CSS size stays as it is.
    pub fn draw(&self, canvas: &HtmlCanvasElement, figure: JsValue) -> Result<JsValue, JsValue> {
        let figure = read_figure(figure)?;
        let ratio = if figure.scale.is_finite() { figure.scale.clamp(0.5, 8.0) } else { 1.0 };
        let backend = CanvasBackend::new(canvas, plot::backend_size(&figure), ratio);
        let backend = backend.map_err(|error| thrown("canvas", &error.to_string()))?;
        let layout = plot::draw(backend, &self.document, &figure);
        let layout = layout.map_err(|error| thrown("canvas", &error.to_string()))?;
        let serializer = serde_wasm_bindgen::Serializer::json_compatible();
        layout.serialize(&serializer).map_err(JsValue::from)
    }

    /// The figure as an SVG document.
    pub fn svg(&self, figure: JsValue) -> Result<String, JsValue> {
        let figure = read_figure(figure)?;
        plot::svg(&self.document, &figure).map_err(|error| thrown("svg", &error.to_string()))
    }
}

fn read_figure(figure: JsValue) -> Result<Figure, JsValue> {
    read(figure, "bad-figure", "This is not a description of a figure.")
}

fn read<T: DeserializeOwned>(value: JsValue, code: &str, text: &str) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(|error| thrown(code, &format!("{text} {error}")))
}

/// An `Error` with the fields `code` and `text`, as the engine throws them.
fn thrown(code: &str, text: &str) -> JsValue {
    let error = Error::new(text);
    for (name, value) in [("code", code), ("text", text)] {
        // A fresh object takes every property.
        Reflect::set(&error, &name.into(), &value.into()).ok();
    }
    error.into()
}
