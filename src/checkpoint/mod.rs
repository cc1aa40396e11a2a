//! Containers of weights, read as named tensors.
//!
//! [`collect`] sorts files into checkpoints by their names; [`open`] reads the headers of one. Files are untrusted:
//! every number in them is checked before it is used, and memory follows the bytes that are really there.

mod bookkeeping;
mod collect;
mod config;
mod contents;
mod diff;
mod dtype;
mod error;
mod gguf;
mod identity;
mod index;
mod lenient;
mod natural;
mod npy;
mod npz;
mod onnx;
mod open;
mod pytorch;
mod quantised;
mod safetensors;
mod sniff;
mod storage;
mod stream;
mod values;
mod zip;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use bookkeeping::{LORA_DELTAS, PACKED_INTEGERS, PackedKind, SCALED_APART, not_weights, packed};
pub use collect::{Candidate, Collection, Input, Part, Skipped, belongs_to_checkpoint, collect, step_in};
pub use contents::unread_kind;
pub use diff::{CheckpointDiff, DiffError, Opened, TensorDiff, TensorKind, ValuesDiff, diff};
pub use dtype::{Block, ComplexType, DType, IntegerType};
pub(crate) use dtype::{bf16_to_f32, f16_to_f32};
pub use error::{CheckpointError, Problem};
pub(crate) use error::{grouped, short, wrong_json};
pub use gguf::GgufProblem;
pub use index::files_of_index;
pub use natural::natural_order;
pub use npy::NpyProblem;
pub use onnx::{OnnxProblem, files_of_onnx};
pub use open::{OpenOptions, open, open_with};
pub use pytorch::PyTorchProblem;
pub use quantised::QuantisedType;
pub use safetensors::{MAX_AXES, MAX_HEADER_BYTES, MAX_NAME_BYTES, MAX_TENSORS};
pub use storage::{Encoding, Storage, Usage, View};
pub use stream::{ElementStream, StreamError};
pub use values::{ValuesError, read_values};
pub use zip::ZipProblem;

use crate::report::{SkippedRecord, Warning};

/// A tensor inside a file: where its elements lie and what they mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TensorEntry {
    /// Full name, as written in the file.
    pub name: String,
    /// Type of one element.
    pub dtype: DType,
    /// Sizes of the axes, the slowest of a contiguous tensor first; the product fits `u64` and matches the storage.
    pub shape: Vec<u64>,
    /// Index into [`Checkpoint::files`].
    pub file: usize,
    /// Where the elements lie in that file.
    pub storage: Storage,
    /// What the graph uses the tensor for, where the container says so.
    pub usage: Option<Usage>,
}

impl TensorEntry {
    /// Number of elements.
    pub fn elements(&self) -> u64 {
        self.shape.iter().product()
    }
}

/// One checkpoint: named tensors in one or several files. Nothing but headers has been read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The file's name without its extension, or the folder's name.
    pub name: String,
    /// Training step read from the name.
    pub step: Option<u64>,
    /// Container format: `safetensors`, `PyTorch`, `NumPy`, `GGUF` or `ONNX`.
    pub format: Cow<'static, str>,
    /// The files, in the order of their shards.
    pub files: Vec<FileInfo>,
    /// All tensors of all files, sorted by name with digits compared as numbers.
    pub tensors: Vec<TensorEntry>,
    /// What `config.json` says, if there is one.
    pub config: Option<ModelConfig>,
    /// The container's own notes, as far as they are short texts.
    pub metadata: BTreeMap<String, String>,
    /// Tensors that are not read, by the reason, in the order of the texts; they are not among `tensors`.
    pub skipped: Vec<SkippedRecord>,
    /// A missing shard and the like.
    pub warnings: Vec<Warning>,
    /// Every global that unpickling the files would import, sorted; empty for containers without pickles. Nothing is
    /// ever imported or run.
    pub imports: Vec<Import>,
    /// The state dicts of a file that holds several; `tensors` are those of the chosen one.
    pub state_dicts: Vec<StateDict>,
}

impl Checkpoint {
    /// Number of elements of all floating-point tensors.
    pub fn parameters(&self) -> u64 {
        let floats = self.tensors.iter().filter(|tensor| tensor.dtype.is_float());
        floats.map(TensorEntry::elements).fold(0, u64::saturating_add)
    }
}

/// A global that a pickle names: a program that unpickles the file would import and perhaps call it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Import {
    /// Module and name, such as `torch._utils._rebuild_tensor_v2`.
    pub name: String,
    /// Whether the reader knows what it makes of it: tensors, storages and plain containers. Of any other global the
    /// arguments are read as data and the result is an inert object.
    pub known: bool,
}

/// One of several sets of weights in a file: the model's, an average of it, another part of a training state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateDict {
    /// Where it lies, such as `model_state_dict`; empty for the top of the file.
    pub path: String,
    /// Number of tensors.
    pub tensors: u64,
    /// Number of elements of its floating-point tensors.
    pub parameters: u64,
    /// Whether its tensors are those of the checkpoint.
    pub chosen: bool,
}

/// One file of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Whether attention and feed-forward part of a block have the same inputs.
    pub parallel_residual: Option<bool>,
}
