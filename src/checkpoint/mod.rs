//! Containers of weights, read as named tensors.
//!
//! [`collect`] sorts files into checkpoints by their names; [`open`] reads the headers of one. Files are untrusted:
//! every number in them is checked before it is used, and memory follows the bytes that are really there.

mod collect;
mod config;
mod dtype;
mod error;
mod identity;
mod index;
mod lenient;
mod natural;
mod open;
mod safetensors;
mod sniff;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use collect::{Candidate, Collection, Input, Part, Skipped, collect, step_in};
pub use dtype::{DType, IntegerType};
pub use error::{CheckpointError, Problem};
pub use index::files_of_index;
pub use natural::natural_order;
pub use open::open;
pub use safetensors::{MAX_AXES, MAX_HEADER_BYTES, MAX_NAME_BYTES, MAX_TENSORS};

use crate::report::{SkippedRecord, Warning};

/// A tensor inside a file: where its bytes lie and what they mean. Elements are contiguous, the last axis fastest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorEntry {
    /// Full name, as written in the file.
    pub name: String,
    /// Type of one element.
    pub dtype: DType,
    /// Sizes of the axes; the product fits `u64` and matches `bytes`.
    pub shape: Vec<u64>,
    /// Index into [`Checkpoint::files`].
    pub file: usize,
    /// First byte, from the start of the file.
    pub offset: u64,
    /// Length in bytes.
    pub bytes: u64,
}

impl TensorEntry {
    /// Number of elements.
    pub fn elements(&self) -> u64 {
        self.shape.iter().product()
    }
}

/// One checkpoint: named tensors in one or several files. Nothing but headers has been read.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// The file's name without its extension, or the folder's name.
    pub name: String,
    /// Training step read from the name.
    pub step: Option<u64>,
    /// Container format: `safetensors`.
    pub format: &'static str,
    /// The files, in the order of their shards.
    pub files: Vec<FileInfo>,
    /// All tensors of all files, sorted by name with digits compared as numbers.
    pub tensors: Vec<TensorEntry>,
    /// What `config.json` says, if there is one.
    pub config: Option<ModelConfig>,
    /// The container's own notes, as far as they are short texts.
    pub metadata: BTreeMap<String, String>,
    /// Tensors of types that are not read; they are not among `tensors`.
    pub skipped: Vec<SkippedRecord>,
    /// A missing shard and the like.
    pub warnings: Vec<Warning>,
}

impl Checkpoint {
    /// Number of elements of all floating-point tensors.
    pub fn parameters(&self) -> u64 {
        let floats = self.tensors.iter().filter(|tensor| tensor.dtype.is_float());
        floats.map(TensorEntry::elements).fold(0, u64::saturating_add)
    }
}

/// One file of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInfo {
    /// File name without folders.
    pub name: String,
    /// Length in bytes.
    pub bytes: u64,
    /// See [`crate::report::FileRecord::identity`].
    pub identity: String,
    /// Position among the files that were given to [`open`].
    pub input: usize,
}

/// The few entries of `config.json` that the wiring can use. Every one may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelConfig {
    /// `gpt_neox`, `llama` and the like.
    pub model_type: Option<String>,
    /// Width of the residual stream.
    pub hidden_size: Option<u64>,
    /// Number of attention heads.
    pub num_attention_heads: Option<u64>,
    /// Number of heads of keys and values.
    pub num_key_value_heads: Option<u64>,
    /// Width of one head.
    pub head_dim: Option<u64>,
    /// Number of blocks.
    pub num_hidden_layers: Option<u64>,
}
