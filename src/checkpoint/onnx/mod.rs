//! ONNX models: the initialisers of a graph, and what the graph uses them for.
//!
//! An ONNX file is one protocol-buffer message. It is walked field by field, and the numbers of tensors stay in the
//! file: only where they lie is kept. Large models keep them in files of their own (external data).

mod graph;
mod tensor;
mod usage;
mod wire;

use std::collections::{BTreeSet, HashSet};

use self::graph::Model;
use super::contents::{Contents, RawTensor};
use super::error::{Problem, grouped, short};
use crate::source::{Buffered, ReadAt};

/// Most bytes that count as the header of a model in its identity.
const MAX_HEADER_BYTES: u64 = 100_000_000;

/// What can be wrong with an ONNX model. Sentences begin with their verb.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // the sentence of each variant is its documentation
pub enum OnnxProblem {
    #[error("is damaged. At byte {} a field should begin, and none does.", grouped(*.byte))]
    NoField { byte: u64 },
    #[error("is damaged. The number at byte {} does not end.", grouped(*.byte))]
    EndlessNumber { byte: u64 },
    #[error("ends early or is damaged. The field at byte {} goes on to byte {}, but what it is part of ends at byte {}.", grouped(*.byte), grouped(*.end), grouped(*.limit))]
    FieldOutside { byte: u64, end: u64, limit: u64 },
    #[error("is damaged. The field at byte {} is of the wrong kind.", grouped(*.byte))]
    FieldType { byte: u64 },
    #[error("has a name of {} bytes at byte {}. The limit is {}.", grouped(*.bytes), grouped(*.byte), grouped(*.limit))]
    TextTooLong { byte: u64, bytes: u64, limit: u64 },
    #[error("holds no graph. It is cut off, or no ONNX model.")]
    NoGraph,
    #[error("contradicts itself. At byte {} it gives its {what} a second time.", grouped(*.byte))]
    Twice { what: &'static str, byte: u64 },
    #[error("has graphs inside graphs more than {limit} deep.")]
    TooDeep { limit: u64 },
    #[error("has more than {} {what}.", grouped(*.limit))]
    TooMany { what: &'static str, limit: u64 },
    #[error("gives the tensor `{tensor}` a size below zero.")]
    NegativeSize { tensor: String },
    #[error("contradicts itself. The tensor `{tensor}` needs {} bytes for its shape and type {dtype}, and has {}.", grouped(*.expected), grouped(*.bytes))]
    Length { tensor: String, dtype: &'static str, expected: u64, bytes: u64 },
    #[error("gives the tensor `{tensor}` no numbers.")]
    NoData { tensor: String },
    #[error("contradicts itself. The numbers of the tensor `{tensor}` are not of its type, {dtype}.")]
    OtherData { tensor: String, dtype: &'static str },
    #[error("contradicts itself. The tensor `{tensor}` lies in another file, but its {what} cannot be read.")]
    External { tensor: String, what: &'static str },
    #[error("refers to a file outside its folder. The tensor `{tensor}` should lie in {location}.")]
    OutsideFolder { tensor: String, location: String },
    #[error("contradicts itself. The tensors `{tensor}` and `{other}` of an ONNX model overlap.")]
    Overlap { tensor: String, other: String },
}

impl OnnxProblem {
    /// Stable name in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoField { .. } => "onnx-no-field",
            Self::EndlessNumber { .. } => "onnx-endless-number",
            Self::FieldOutside { .. } => "onnx-field-outside",
            Self::FieldType { .. } => "onnx-field-type",
            Self::TextTooLong { .. } => "onnx-text-too-long",
            Self::NoGraph => "onnx-no-graph",
            Self::Twice { .. } => "onnx-twice",
            Self::TooDeep { .. } => "onnx-too-deep",
            Self::TooMany { .. } => "onnx-too-many",
            Self::NegativeSize { .. } => "onnx-negative-size",
            Self::Length { .. } => "onnx-length",
            Self::NoData { .. } => "onnx-no-data",
            Self::OtherData { .. } => "onnx-other-data",
            Self::External { .. } => "onnx-external",
            Self::OutsideFolder { .. } => "onnx-outside-folder",
            Self::Overlap { .. } => "onnx-overlap",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::FieldOutside { .. } => "Copy or download it again.",
            Self::NoGraph => "Check that it is an ONNX model, and download it again.",
            Self::TextTooLong { .. } | Self::TooDeep { .. } | Self::TooMany { .. } => {
                "Give the model in the form in which it was trained."
            }
            Self::OutsideFolder { .. } => "Save the model again with its weights beside it.",
            _ => "Export or download it again.",
        }
    }
}

/// Walks the model; its tensors get their names and uses from the nodes.
pub(super) fn read(source: &dyn ReadAt) -> Result<Contents, Problem> {
    let buffered = Buffered::new(source);
    let mut model = Model::read(&buffered)?;
    usage::assign(&mut model);
    refuse_duplicates(&model)?;
    let inline = model.tensors.iter().filter(|tensor| tensor.external.is_none());
    let first = inline.map(|tensor| tensor.storage.offset).min().unwrap_or(source.len());
    Ok(Contents {
        tensors: model.tensors,
        metadata: model.metadata,
        header: 0..first.min(MAX_HEADER_BYTES),
        skipped: model.skipped,
        ..Contents::default()
    })
}

fn refuse_duplicates(model: &Model) -> Result<(), Problem> {
    let mut names = HashSet::new();
    let skipped = model.skipped.values().flatten();
    match model.tensors.iter().map(|tensor| &tensor.name).chain(skipped).find(|name| !names.insert(*name)) {
        Some(name) => Err(Problem::DuplicateTensor { tensor: short(name) }),
        None => Ok(()),
    }
}

/// Files beside the ONNX model at `source` that hold its tensors, for a host that must fetch them; empty if it cannot
/// be read or holds all itself. Paths are relative to the model's folder and never leave it.
pub fn files_of_onnx(source: &dyn ReadAt) -> Vec<String> {
    let tensors = Model::read(&Buffered::new(source)).map(|model| model.tensors).unwrap_or_default();
    let files: BTreeSet<String> = tensors.into_iter().filter_map(|tensor| tensor.external).collect();
    files.into_iter().collect()
}

/// Checks that tensors of one other file lie inside its `length` bytes, and that no two share a part of their bytes;
/// tensors that are tied share all of them.
pub(super) fn check_external(length: u64, tensors: &[RawTensor]) -> Result<(), Problem> {
    let mut spans: Vec<(u64, u64, &str)> = Vec::new();
    for RawTensor { name, storage, .. } in tensors {
        let end = storage.offset.checked_add(storage.bytes);
        let end = end.ok_or_else(|| Problem::SizeOverflow { tensor: short(name) })?;
        if end > length {
            return Err(Problem::EndsEarly { promised: end, bytes: length });
        }
        if storage.bytes > 0 {
            spans.push((storage.offset, end, name));
        }
    }
    spans.sort_unstable();
    spans.dedup_by_key(|(start, end, _)| (*start, *end));
    match spans.windows(2).find(|pair| pair[1].0 < pair[0].1) {
        Some(pair) => {
            let [tensor, other] = [pair[0].2, pair[1].2].map(short);
            Err(OnnxProblem::Overlap { tensor, other }.into())
        }
        None => Ok(()),
    }
}
