//! What is wrong where an analysis is refused.

use wasm_bindgen::JsValue;

use super::value::{Report, thrown};
use crate::analysis::AnalysisError;

/// An error of the analysis as the page shows it.
pub(super) fn refused(error: &AnalysisError, file: &str) -> JsValue {
    let hint = error.hint().to_owned();
    let text = format!("{error}. {hint}");
    thrown(&Report { code: error.code().to_owned(), text, file: file.to_owned(), hint })
}
