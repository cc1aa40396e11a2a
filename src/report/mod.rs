//! The result document: what an analysis produces and what plots, exports and the page consume.

#[cfg(feature = "print")]
mod cite;
mod comparison;
mod csv;
mod document;
mod null;
#[cfg(feature = "parts")]
mod part;
mod rivals;
mod sensitivity;
mod validity;

#[cfg(feature = "print")]
pub use cite::{bibtex, receipt, settings};
pub use comparison::*;
pub use csv::{write_associations_csv, write_csv, write_scores_csv};
pub use document::*;
pub use null::*;
#[cfg(feature = "parts")]
pub use part::*;
pub use rivals::*;
pub use sensitivity::*;
pub use validity::*;
