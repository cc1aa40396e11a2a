//! The Wasm boundary: opaque handles, plain values, errors with a code and a sentence. Nothing but bindings.

#[cfg(feature = "engine")]
mod blob;
#[cfg(feature = "view")]
mod canvas;
#[cfg(feature = "engine")]
mod engine;
mod value;
#[cfg(feature = "view")]
mod view;

#[cfg(feature = "engine")]
pub use engine::Engine;
#[cfg(feature = "view")]
pub use view::View;
#[cfg(feature = "threads")]
pub use wasm_bindgen_rayon::init_thread_pool;
