//! What the page calls for a first analysis.

pub use neuromfa::web::*;
