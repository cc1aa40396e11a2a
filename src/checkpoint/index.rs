//! `*.index.json`: which file of a checkpoint holds which tensor.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::contents::read_vec;
use super::error::{Problem, wrong_json};
use crate::source::ReadAt;

/// Longest index that is read.
const MAX_INDEX_BYTES: u64 = 100_000_000;

/// The files that an index promises.
#[derive(Debug, Deserialize)]
pub(super) struct Index {
    /// File by tensor.
    pub weight_map: BTreeMap<String, String>,
}

impl Index {
    /// Reads an index; the error is a reason for people.
    pub(super) fn read(source: &dyn ReadAt) -> Result<Self, String> {
        if source.len() > MAX_INDEX_BYTES {
            return Err(format!("it is longer than {} MB", MAX_INDEX_BYTES / 1_000_000));
        }
        let bytes = read_vec(source, 0, source.len()).map_err(|problem| match problem {
            Problem::Read(error) => error.to_string(),
            _ => "there is not enough memory for it".to_owned(),
        })?;
        serde_json::from_slice(&bytes).map_err(|error| wrong_json(&error))
    }

    /// Names of the files, each once.
    pub(super) fn files(&self) -> Vec<String> {
        let mut names: Vec<&String> = self.weight_map.values().collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().cloned().collect()
    }
}

/// File names in the index at `source`, for a host that must fetch them; empty if it cannot be read.
///
/// Only plain names are told: an index that points to other folders is not followed.
pub fn files_of_index(source: &dyn ReadAt) -> Vec<String> {
    let files = Index::read(source).map(|index| index.files()).unwrap_or_default();
    files.into_iter().filter(|name| !name.contains(['/', '\\']) && name != "..").collect()
}
