//! Files of `torch.save`: zip archives, the stream before PyTorch 1.6, and the tar before that.

use super::contents::Contents;
use super::error::Problem;
use super::zip::Archive;
use crate::source::ReadAt;

/// What can be wrong with a PyTorch file. Sentences begin with their verb.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PyTorchProblem {}

impl PyTorchProblem {
    /// Stable name in kebab case.
    pub fn code(&self) -> &'static str {
        match *self {}
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match *self {}
    }
}

/// What the user asked for.
pub(super) type StateDictPath<'a> = Option<&'a str>;

/// A pickle stream, as PyTorch wrote before 1.6.
pub(super) fn read_stream(_source: &dyn ReadAt, _state_dict: StateDictPath<'_>) -> Result<Contents, Problem> {
    Err(Problem::NotReadYet { format: "a PyTorch file (pickle)" })
}

/// A tar archive, as PyTorch wrote in its first versions.
pub(super) fn read_tar(_source: &dyn ReadAt, _state_dict: StateDictPath<'_>) -> Result<Contents, Problem> {
    Err(Problem::NotReadYet { format: "a PyTorch file (tar)" })
}

/// A zip archive, as PyTorch writes since 1.6.
pub(super) fn read_zip(
    _source: &dyn ReadAt,
    _archive: &Archive,
    _state_dict: StateDictPath<'_>,
) -> Result<Contents, Problem> {
    Err(Problem::NotReadYet { format: "a PyTorch file" })
}
