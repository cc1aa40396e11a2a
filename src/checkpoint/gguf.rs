//! The GGUF container of llama.cpp.

use super::contents::Contents;
use super::error::Problem;
use crate::source::ReadAt;

/// What can be wrong with a GGUF file. Sentences begin with their verb.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GgufProblem {}

impl GgufProblem {
    /// Stable name in kebab case.
    pub fn code(&self) -> &'static str {
        match *self {}
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match *self {}
    }
}

/// Reads the header.
pub(super) fn read(_source: &dyn ReadAt) -> Result<Contents, Problem> {
    Err(Problem::NotReadYet { format: "a GGUF file" })
}
