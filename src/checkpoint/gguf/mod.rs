//! The GGUF container of llama.cpp, versions 2 and 3, little-endian: a header of notes and of tensors' names, then the
//! data, each tensor at a multiple of the alignment.
//!
//! The header is read front to back through one window. What it announces is compared with the bytes that are left
//! before anything is done with it; lists of tokens, which are most of it, are passed over.

mod cursor;
mod notes;
mod tensors;
mod types;

use self::cursor::Cursor;
use self::notes::Notes;
use super::contents::Contents;
use super::error::{Problem, grouped};
use crate::source::ReadAt;

/// What can be wrong with a GGUF file. Sentences begin with their verb.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // the sentence of each variant is its documentation
pub enum GgufProblem {
    #[error("is a GGUF file of version {version}. Versions 2 and 3 are read.")]
    Version { version: u32 },
    #[error("is a GGUF file for big-endian machines. Only little-endian ones are read.")]
    BigEndian,
    #[error("ends early. Its header goes on where the file ends, at byte {}.", grouped(*.bytes))]
    HeaderEndsEarly { bytes: u64 },
    #[error("has a header of more than {} bytes.", grouped(*.limit))]
    HeaderTooLong { limit: u64 },
    #[error("contradicts itself. At byte {} it announces {} {what}; the {} bytes behind cannot hold them.", grouped(*.byte), grouped(*.count), grouped(*.left))]
    Count { byte: u64, count: u64, what: &'static str, left: u64 },
    #[error("has more than {} notes.", grouped(*.limit))]
    TooManyNotes { limit: u64 },
    #[error("has a note whose name takes {} bytes, at byte {}. The limit is {}.", grouped(*.bytes), grouped(*.byte), grouped(*.limit))]
    KeyTooLong { byte: u64, bytes: u64, limit: u64 },
    #[error("has a name that is no text, at byte {}.", grouped(*.byte))]
    NotText { byte: u64 },
    #[error("has the note `{key}` twice.")]
    DuplicateKey { key: String },
    #[error("gives the note `{key}` a value of type {code}, which does not exist.")]
    ValueType { key: String, code: u32 },
    #[error("nests the lists of the note `{key}` more than {limit} deep.")]
    TooDeep { key: String, limit: u64 },
    #[error("asks for data at multiples of {} bytes. Only powers of two can be.", grouped(*.alignment))]
    Alignment { alignment: u64 },
    #[error("contradicts itself. The rows of the tensor `{tensor}` have {} elements; the type {dtype} stores {block} at a time.", grouped(*.elements))]
    PartialBlock { tensor: String, dtype: String, elements: u64, block: u64 },
    #[error("contradicts itself. The tensor `{tensor}` begins at byte {} of the data, which is no multiple of {}.", grouped(*.begin), grouped(*.alignment))]
    Misaligned { tensor: String, begin: u64, alignment: u64 },
}

impl GgufProblem {
    /// Stable name in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Version { .. } => "gguf-version",
            Self::BigEndian => "gguf-big-endian",
            Self::HeaderEndsEarly { .. } => "gguf-header-ends-early",
            Self::HeaderTooLong { .. } => "gguf-header-too-long",
            Self::Count { .. } => "gguf-count",
            Self::TooManyNotes { .. } => "gguf-too-many-notes",
            Self::KeyTooLong { .. } => "gguf-key-too-long",
            Self::NotText { .. } => "gguf-not-text",
            Self::DuplicateKey { .. } => "gguf-duplicate-key",
            Self::ValueType { .. } => "gguf-value-type",
            Self::TooDeep { .. } => "gguf-too-deep",
            Self::Alignment { .. } => "gguf-alignment",
            Self::PartialBlock { .. } => "gguf-partial-block",
            Self::Misaligned { .. } => "gguf-misaligned",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Version { .. } => "Convert the model again with a current version of llama.cpp.",
            Self::BigEndian => "Convert the model again for little-endian machines.",
            Self::HeaderEndsEarly { .. } | Self::Count { .. } => "Copy or download it again.",
            Self::HeaderTooLong { .. }
            | Self::TooManyNotes { .. }
            | Self::KeyTooLong { .. }
            | Self::NotText { .. }
            | Self::DuplicateKey { .. }
            | Self::ValueType { .. }
            | Self::TooDeep { .. }
            | Self::Alignment { .. }
            | Self::PartialBlock { .. }
            | Self::Misaligned { .. } => "Convert the model again, or download it again.",
        }
    }
}

/// Where the data begins, and every tensor, at multiples of this many bytes, unless the file says otherwise.
const DEFAULT_ALIGNMENT: u64 = 32;

/// Reads and checks the header.
pub(super) fn read(source: &dyn ReadAt) -> Result<Contents, Problem> {
    let mut cursor = Cursor::new(source);
    cursor.skip(b"GGUF".len() as u64)?;
    check_version(cursor.u32()?)?;
    let tensors = cursor.count("tensors", tensors::MIN_BYTES)?;
    let notes = Notes::read(&mut cursor)?;
    let alignment = notes.alignment.unwrap_or(DEFAULT_ALIGNMENT);
    if !alignment.is_power_of_two() {
        return Err(GgufProblem::Alignment { alignment }.into());
    }
    let mut infos = tensors::read(&mut cursor, tensors)?;
    let data = tensors::place(&mut infos, cursor.position(), alignment, source.len())?;
    Ok(Contents {
        tensors: infos.into_iter().map(|info| info.tensor).collect(),
        config: notes.config(),
        metadata: notes.texts,
        header: 0..data,
        ..Contents::default()
    })
}

fn check_version(version: u32) -> Result<(), GgufProblem> {
    match version {
        2 | 3 => Ok(()),
        // A small number in the other order of bytes.
        _ if version != 0 && version.trailing_zeros() >= 16 => Err(GgufProblem::BigEndian),
        _ => Err(GgufProblem::Version { version }),
    }
}
