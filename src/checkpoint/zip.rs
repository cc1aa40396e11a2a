//! The directory of zip archives, with zip64: names and ranges, nothing decompressed.

use super::error::Problem;
use crate::source::ReadAt;

/// What can be wrong with a zip archive. Sentences begin with their verb.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZipProblem {}

impl ZipProblem {
    /// Stable name in kebab case.
    pub fn code(&self) -> &'static str {
        match *self {}
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match *self {}
    }
}

/// The entries of an archive, checked: they lie inside the file and do not overlap.
#[derive(Debug, Clone)]
pub(super) struct Archive {
    /// In the order of the file.
    pub entries: Vec<Entry>,
    /// The bytes of the directory.
    pub directory: std::ops::Range<u64>,
}

/// One file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Name with folders.
    pub name: String,
    /// First byte of the stored data.
    pub offset: u64,
    /// Stored bytes.
    pub stored: u64,
    /// Bytes after decompression; `stored` where the entry is not compressed.
    pub bytes: u64,
    /// Whether the stored bytes are DEFLATE data.
    pub deflated: bool,
}

impl Archive {
    /// Reads the directory.
    pub(super) fn read(_source: &dyn ReadAt) -> Result<Self, Problem> {
        Err(Problem::NotReadYet { format: "a zip archive" })
    }
}
