//! What is asked for now and then, for a worker of its own, so that neither the first analysis waits for it nor its
//! download.
//!
//! The bytes that a plan lists are read by the page's reading worker and fed in order, as those of the engine are.

mod rivals;
mod sensitivity;
mod teach;

use wasm_bindgen::JsValue;

pub use sensitivity::Sensitivity;
pub use teach::{LessonNoise, lesson_emergence, lesson_measure, lesson_ring};

use super::value::{Report, thrown};

/// Bytes of histograms that are kept for changes of options.
const HISTOGRAM_BUDGET: u64 = 64 << 20;

/// Said where bytes come and nobody asked for them.
fn not_running() -> JsValue {
    thrown(&Report::new("not-running", "Nothing is being read."))
}
