//! Values that cross the boundary: plain JSON in both directions, and errors with a code and a sentence.

use js_sys::{Error, Reflect};
use serde::Serialize;
#[cfg(any(
    feature = "view",
    feature = "printer",
    feature = "engine",
    feature = "first",
    feature = "lab"
))]
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

/// Reads a plain value; throws `code` with `text` when it has another shape.
#[cfg(any(feature = "view", feature = "printer", feature = "engine", feature = "first", feature = "lab"))]
pub(super) fn read<T: DeserializeOwned>(value: JsValue, code: &str, text: &str) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value)
        .map_err(|error| thrown(&Report::new(code, format!("{text} {error}"))))
}

/// Writes a plain value: what `JSON.parse` of the same document gives.
#[cfg(any(feature = "view", feature = "printer", feature = "engine", feature = "first", feature = "lab"))]
pub(super) fn write<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).map_err(JsValue::from)
}

/// An error as the page shows it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Report {
    /// Stable, in kebab case.
    pub(super) code: String,
    /// What is wrong, why, and what to do.
    pub(super) text: String,
    /// The file, where there is one.
    pub(super) file: String,
    /// What to do, by itself.
    pub(super) hint: String,
}

impl Report {
    pub(super) fn new(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.to_owned(), text: text.into(), file: String::new(), hint: String::new() }
    }
}

/// An `Error` with the fields of the report.
pub(super) fn thrown(report: &Report) -> JsValue {
    let error = Error::new(&report.text);
    for (name, value) in
        [("code", &report.code), ("text", &report.text), ("file", &report.file), ("hint", &report.hint)]
    {
        // A fresh object takes every property.
        Reflect::set(&error, &name.into(), &value.into()).ok();
    }
    error.into()
}
