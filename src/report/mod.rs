//! The result document: what an analysis produces and what plots, exports and the page consume.

mod document;

pub use document::*;
