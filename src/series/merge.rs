//! Documents of parts, and of single checkpoints, joined to the document of all of them.

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use super::{document, score};
use crate::analysis::{JoinedParts, Options, PartError, layers_of_part};
use crate::report::{
    CheckpointRecord, PartCheckpoint, PartDocument, PartRecord, ResultDocument, SCHEMA, Score, Tool,
};

/// Why documents cannot be merged. Paths are those that were given.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum MergeError {
    /// A file that is something else.
    #[error("{path} is no result document: {why}. Give documents that \"neuromfa analyze\" wrote.")]
    NoDocument {
        /// The file.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// A part whose numbers do not hold together.
    #[error("{path}: the part of {name} is damaged: {error}. Analyse these layers again.")]
    Damaged {
        /// The file.
        path: String,
        /// The checkpoint.
        name: String,
        /// What is wrong.
        error: PartError,
    },
    /// Numbers of another version may differ.
    #[error("{path} was written by {found}, and this is {expected}. Analyse it again.")]
    Version {
        /// The file.
        path: String,
        /// Its program.
        found: String,
        /// This program.
        expected: String,
    },
    /// Documents of different analyses.
    #[error("{first} and {path} have different options ({option}). Analyse them with the same ones.")]
    Options {
        /// A file.
        first: String,
        /// Another one.
        path: String,
        /// Name of an option that differs.
        option: String,
    },
    /// Results of some layers only, without what it takes to join them.
    #[error("{first} and {path} are results of different layers. Analyse them with --part.")]
    Layers {
        /// A file.
        first: String,
        /// Another one.
        path: String,
    },
    /// Parts that belong to different models.
    #[error(
        "{first} and {path} hold parts of two models that are both called {name}: their {what} differ. Merge parts of the same files, wired alike."
    )]
    Different {
        /// A file.
        first: String,
        /// Another one.
        path: String,
        /// The checkpoint.
        name: String,
        /// `files` or `wirings`.
        what: &'static str,
    },
    /// A result that would be counted twice.
    #[error("{what} of {name} is in {first} and in {path}. Leave one of them out.")]
    Twice {
        /// A layer, or all.
        what: String,
        /// The checkpoint.
        name: String,
        /// A file.
        first: String,
        /// Another one, or the same.
        path: String,
    },
    /// Layers that no document has.
    #[error(
        "{name} has {all} layers, of which {layers} are missing. Analyse them with --layers {layers} --part."
    )]
    Missing {
        /// Ranges of layers, as `--layers` takes them.
        layers: String,
        /// The checkpoint.
        name: String,
        /// Layers of the network.
        all: usize,
    },
    /// Documents without a checkpoint.
    #[error("there is no checkpoint in the documents. Give documents with results.")]
    Nothing,
}

/// Documents that have been joined so far. A checkpoint whose parts are complete is kept as its record only, so that a
/// long series takes little memory where the parts of a checkpoint follow one another.
#[derive(Default)]
pub struct Merge {
    /// Of the first document.
    common: Option<Common>,
    checkpoints: Vec<Gathered>,
    scores: Vec<Score>,
}

/// What all documents have in common.
struct Common {
    path: String,
    /// Options of the merged document.
    options: Options,
}

/// One checkpoint.
struct Gathered {
    /// Of the first document that has it.
    path: String,
    /// Identity of the wiring; `None` for a result that was whole.
    wiring: Option<String>,
    /// Which document each layer is in; empty for a result that was whole.
    layers: BTreeMap<usize, String>,
    name: String,
    files: Vec<crate::report::FileRecord>,
    state: State,
}

enum State {
    Parts(Box<JoinedParts>),
    Whole(Box<CheckpointRecord>),
}

impl Merge {
    /// Takes the next document. After an error, the others are as they were or partly taken; stop then.
    pub fn add(&mut self, path: &str, json: &[u8]) -> Result<(), MergeError> {
        let no_document = |why: String| MergeError::NoDocument { path: path.to_owned(), why };
        let document: PartDocument =
            serde_json::from_slice(json).map_err(|error| no_document(error.to_string()))?;
        if document.schema != SCHEMA {
            return Err(no_document(format!("its schema is not {SCHEMA}")));
        }
        check_version(path, &document.tool)?;
        for checkpoint in document.checkpoints {
            self.check_options(path, &document.options, checkpoint.part.is_some())?;
            self.add_checkpoint(path, &document.options, checkpoint)?;
        }
        for score in document.scores {
            if !self.scores.contains(&score) {
                self.scores.push(score);
            }
        }
        Ok(())
    }

    fn check_options(&mut self, path: &str, options: &Options, is_part: bool) -> Result<(), MergeError> {
        let mut options = options.clone();
        if is_part {
            options.layers = None;
        }
        let Common { path: first, options: common } =
            self.common.get_or_insert_with(|| Common { path: path.to_owned(), options: options.clone() });
        let (first, path) = (first.clone(), path.to_owned());
        match difference(common, &options) {
            None => Ok(()),
            Some(option) if option == "layers" => Err(MergeError::Layers { first, path }),
            Some(option) => Err(MergeError::Options { first, path, option }),
        }
    }

    fn add_checkpoint(
        &mut self,
        path: &str,
        options: &Options,
        PartCheckpoint { record, part }: PartCheckpoint,
    ) -> Result<(), MergeError> {
        let same = |gathered: &&mut Gathered| gathered.is_of(&record);
        let Some(part) = part else {
            return match self.checkpoints.iter_mut().find(same) {
                Some(gathered) => Err(gathered.twice("everything", path)),
                None => {
                    self.checkpoints.push(Gathered::whole(path, record));
                    Ok(())
                }
            };
        };
        let mut candidates = self.checkpoints.iter_mut().filter(same);
        let found = candidates.find(|gathered| gathered.wiring.as_ref().is_none_or(|w| *w == part.wiring));
        let damaged = |error| MergeError::Damaged { path: path.to_owned(), name: record.name.clone(), error };
        match found {
            None => {
                let gathered = Gathered::part(path, options, record.clone(), &part).map_err(damaged)?;
                self.checkpoints.push(gathered);
                Ok(())
            }
            Some(gathered) => gathered.add(path, options, &record, &part, damaged),
        }
    }

    /// The document of all checkpoints. Those without a step are in the order in which they came first.
    pub fn finish(self) -> Result<ResultDocument, MergeError> {
        if let Some(unfinished) = self.checkpoints.iter().find(|gathered| !gathered.missing().is_empty()) {
            return Err(unfinished.unfinished(&self.checkpoints));
        }
        let options = self.common.ok_or(MergeError::Nothing)?.options;
        let records = self.checkpoints.into_iter().filter_map(|gathered| match gathered.state {
            State::Whole(record) => Some(*record),
            State::Parts(_) => None,
        });
        let mut document = document(options, records.collect());
        score(&mut document, self.scores, None);
        Ok(document)
    }
}

impl Gathered {
    fn whole(path: &str, record: CheckpointRecord) -> Self {
        Self {
            path: path.to_owned(),
            wiring: None,
            layers: BTreeMap::new(),
            name: record.name.clone(),
            files: record.files.clone(),
            state: State::Whole(Box::new(record)),
        }
    }

    fn part(
        path: &str,
        options: &Options,
        record: CheckpointRecord,
        part: &PartRecord,
    ) -> Result<Self, PartError> {
        let joined = JoinedParts::new(options, &record, part)?;
        let mut gathered = Self {
            path: path.to_owned(),
            wiring: Some(part.wiring.clone()),
            layers: layers_of_part(options, part)?
                .into_iter()
                .map(|layer| (layer, path.to_owned()))
                .collect(),
            name: record.name,
            files: record.files,
            state: State::Parts(Box::new(joined)),
        };
        gathered.finish_if_complete();
        Ok(gathered)
    }

    fn is_of(&self, record: &CheckpointRecord) -> bool {
        self.name == record.name && self.files == record.files
    }

    fn add(
        &mut self,
        path: &str,
        options: &Options,
        record: &CheckpointRecord,
        part: &PartRecord,
        damaged: impl FnOnce(PartError) -> MergeError,
    ) -> Result<(), MergeError> {
        if self.wiring.is_none() {
            return Err(self.twice("everything", path));
        }
        let layers = match layers_of_part(options, part) {
            Ok(layers) => layers,
            Err(error) => return Err(damaged(error)),
        };
        if let Some(&layer) = layers.iter().find(|layer| self.layers.contains_key(layer)) {
            return Err(self.layer_twice(layer, path));
        }
        let State::Parts(joined) = &mut self.state else { return Err(self.twice("everything", path)) };
        joined.add(options, record, part).map_err(damaged)?;
        self.layers.extend(layers.into_iter().map(|layer| (layer, path.to_owned())));
        self.finish_if_complete();
        Ok(())
    }

    fn finish_if_complete(&mut self) {
        if let State::Parts(joined) = &mut self.state
            && let Some(record) = joined.finish_if_complete()
        {
            self.state = State::Whole(Box::new(record));
        }
    }

    fn missing(&self) -> Vec<usize> {
        match &self.state {
            State::Parts(joined) => joined.missing(),
            State::Whole(_) => Vec::new(),
        }
    }

    fn twice(&self, what: &str, path: &str) -> MergeError {
        MergeError::Twice {
            what: what.to_owned(),
            name: self.name.clone(),
            first: self.path.clone(),
            path: path.to_owned(),
        }
    }

    fn layer_twice(&self, layer: usize, path: &str) -> MergeError {
        let first = self.layers.get(&layer).unwrap_or(&self.path).clone();
        let what = format!("layer {layer}");
        MergeError::Twice { what, name: self.name.clone(), first, path: path.to_owned() }
    }

    /// Why parts are incomplete: those that are missing may have been given for other files or another wiring.
    fn unfinished(&self, all: &[Self]) -> MergeError {
        // One that lacks nothing has nothing of this one.
        let lacks = |other: &&Self| other.name == self.name && !other.missing().is_empty();
        let namesake = all.iter().find(|other| !std::ptr::eq(*other, self) && lacks(other));
        let missing = self.missing();
        match namesake {
            Some(other) => MergeError::Different {
                first: self.path.clone(),
                path: other.path.clone(),
                name: self.name.clone(),
                what: if self.files == other.files { "wirings" } else { "files" },
            },
            None => MergeError::Missing {
                layers: ranges(&missing),
                name: self.name.clone(),
                all: missing.len() + self.layers.len(),
            },
        }
    }
}

fn check_version(path: &str, tool: &Tool) -> Result<(), MergeError> {
    let name = |tool: &Tool| format!("{} {}", tool.name, tool.version);
    let this = Tool::this();
    if *tool == this {
        return Ok(());
    }
    Err(MergeError::Version { path: path.to_owned(), found: name(tool), expected: name(&this) })
}

/// Name of the first option that differs.
fn difference(left: &Options, right: &Options) -> Option<String> {
    let value = |options: &Options| serde_json::to_value(options).unwrap_or(Value::Null);
    let (left, right) = (value(left), value(right));
    let names = left.as_object()?.keys();
    names.into_iter().find(|name| left[name.as_str()] != right[name.as_str()]).cloned()
}

/// Ascending numbers as `--layers` takes them: `4-7,9`.
fn ranges(numbers: &[usize]) -> String {
    let runs = numbers.chunk_by(|left, right| left + 1 == *right);
    let run = |run: &[usize]| match run {
        [only] => only.to_string(),
        _ => format!("{}-{}", run[0], run[run.len() - 1]),
    };
    runs.map(run).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_layers_are_named_as_ranges() {
        assert_eq!(ranges(&[0]), "0");
        assert_eq!(ranges(&[0, 1, 2, 5, 7, 8]), "0-2,5,7-8");
    }
}
