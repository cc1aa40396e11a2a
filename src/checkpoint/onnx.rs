//! ONNX models: initialisers of a graph.

use super::contents::Contents;
use super::error::Problem;
use crate::source::ReadAt;

/// What can be wrong with an ONNX model. Sentences begin with their verb.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OnnxProblem {}

impl OnnxProblem {
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
    Err(Problem::NotReadYet { format: "an ONNX file" })
}
