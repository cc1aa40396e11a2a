//! The Wasm boundary: opaque handles, plain values, errors with a code and a sentence. Nothing but bindings.

#[cfg(feature = "bench")]
mod bench;
#[cfg(any(feature = "reader", feature = "first"))]
mod blob;
#[cfg(feature = "view")]
mod canvas;
#[cfg(any(feature = "engine", feature = "first"))]
mod engine;
#[cfg(feature = "lab")]
mod lab;
#[cfg(any(feature = "reader", feature = "engine", feature = "first", feature = "lab"))]
mod network;
#[cfg(any(feature = "engine", feature = "first", feature = "lab"))]
mod plan;
#[cfg(feature = "printer")]
mod printer;
#[cfg(any(feature = "reader", feature = "first"))]
mod reader;
#[cfg(any(feature = "reader", feature = "engine", feature = "first", feature = "lab"))]
mod refused;
#[cfg(feature = "reader")]
mod remote;
#[cfg(feature = "scores")]
mod scores;
#[cfg(any(feature = "view", feature = "engine", feature = "first"))]
mod series;
mod value;
#[cfg(feature = "view")]
mod view;

#[cfg(feature = "bench")]
pub use bench::Bench;
#[cfg(any(feature = "engine", feature = "first"))]
pub use engine::Engine;
#[cfg(feature = "lab")]
pub use lab::{LessonNoise, Sensitivity, lesson_emergence, lesson_measure, lesson_ring};
#[cfg(feature = "printer")]
pub use printer::{Printer, with_density};
#[cfg(any(feature = "reader", feature = "first"))]
pub use reader::Reader;
#[cfg(feature = "reader")]
pub use remote::{read_lfs_pointer, remote_fault, remote_files, remote_other_host, remote_sources};
#[cfg(feature = "scores")]
pub use scores::{ScoreFiles, associate};
#[cfg(feature = "view")]
pub use view::{View, arrange};
#[cfg(feature = "pool")]
pub use wasm_bindgen_rayon::init_thread_pool;
