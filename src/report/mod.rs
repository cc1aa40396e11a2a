//! The result document: what an analysis produces and what plots, exports and the page consume.

mod csv;
mod document;

pub use csv::write_csv;
pub use document::*;
