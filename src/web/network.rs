//! What the reader hands to the engine: a checkpoint's tensors and their wiring, as bytes.

use serde::{Deserialize, Serialize};

use crate::checkpoint::Checkpoint;
use crate::network::Wiring;

/// A checkpoint that can be analysed.
#[derive(Serialize, Deserialize)]
pub(super) struct Network<C = Checkpoint, W = Wiring> {
    pub(super) checkpoint: C,
    pub(super) wiring: W,
    /// The page's number of each file of the checkpoint.
    pub(super) files: Vec<usize>,
}

impl Network {
    /// The bytes; `None` where they do not fit memory.
    #[cfg(feature = "reader")]
    pub(super) fn to_bytes(checkpoint: &Checkpoint, wiring: &Wiring, files: Vec<usize>) -> Option<Vec<u8>> {
        postcard::to_stdvec(&Network { checkpoint, wiring, files }).ok()
    }

    /// What [`to_bytes`](Self::to_bytes) gave; `None` for anything else.
    #[cfg(any(feature = "engine", feature = "lab"))]
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}

/// A checkpoint on its way from the reader to the engine, where both are in one module.
#[cfg(all(feature = "first", not(any(feature = "reader", feature = "engine"))))]
#[wasm_bindgen::prelude::wasm_bindgen]
pub struct Handle(pub(super) Network);
