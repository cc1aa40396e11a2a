//! What a reader of any container gives.

use std::collections::BTreeMap;
use std::ops::Range;

use super::error::Problem;
use super::storage::{Storage, Usage};
use super::{DType, Import, ModelConfig, StateDict};
use crate::report::Warning;
use crate::source::ReadAt;

/// The contents of one file, checked: every range lies inside it, and shapes fit the ranges.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// In the order of the file; no name twice.
    pub tensors: Vec<RawTensor>,
    /// The container's own notes, short texts only.
    pub metadata: BTreeMap<String, String>,
    /// The bytes that describe the tensors: they belong to the identity of the file.
    pub header: Range<u64>,
    /// Names of tensors that are not among `tensors`, by the reason.
    pub skipped: BTreeMap<String, Vec<String>>,
    /// What the user must know.
    pub warnings: Vec<Warning>,
    /// What the container itself says of the architecture.
    pub config: Option<ModelConfig>,
    /// Every global that unpickling the file would import; empty for containers without pickles.
    pub imports: Vec<Import>,
    /// The state dicts in the file, where there are several; `tensors` are those of the chosen one.
    pub state_dicts: Vec<StateDict>,
}

/// One tensor.
#[derive(Debug, Clone)]
pub(super) struct RawTensor {
    pub name: String,
    pub dtype: RawType,
    pub shape: Vec<u64>,
    pub storage: Storage,
    /// Name of another file that holds the bytes (ONNX external data); its length is checked by who finds it.
    pub external: Option<String>,
    /// What the graph uses it for.
    pub usage: Option<Usage>,
}

impl RawTensor {
    /// A contiguous tensor of this file.
    pub fn plain(name: String, dtype: RawType, shape: Vec<u64>, offset: u64, bytes: u64) -> Self {
        Self { name, dtype, shape, storage: Storage::plain(offset, bytes), external: None, usage: None }
    }
}

/// A type that is read, or the name of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RawType {
    Known(DType),
    Unknown(String),
}

/// What ends the reason of a tensor that is skipped for its type or kind.
const NOT_READ: &str = ", which is not read";

/// Why a tensor of a type that is not read is skipped.
pub(super) fn unread_type(name: &str) -> String {
    format!("type {name}{NOT_READ}")
}

/// What is not read of the tensors that were skipped for this reason, such as `type IQ4_XS` or `a quantised tensor`;
/// `None` where the reason is another.
pub fn unread_kind(reason: &str) -> Option<&str> {
    reason.strip_suffix(NOT_READ)
}

/// Bytes are read in pieces of this length, so that memory follows the bytes that are really there.
const PIECE_BYTES: u64 = 4 << 20;

/// Reads `length` bytes from `offset` on. The caller has checked the length against a limit of its own.
pub(super) fn read_vec(source: &dyn ReadAt, offset: u64, length: u64) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < length {
        let from = bytes.len();
        let piece = PIECE_BYTES.min(length - from as u64) as usize;
        bytes.try_reserve(piece).map_err(|_| Problem::OutOfMemory { bytes: length })?;
        bytes.resize(from + piece, 0);
        source.read_exact_at(offset + from as u64, &mut bytes[from..])?;
    }
    Ok(bytes)
}
