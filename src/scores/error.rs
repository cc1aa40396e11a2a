//! What can be wrong with a file of scores, in sentences for people.

use thiserror::Error;

/// A file of which no score was taken.
///
/// `Display` says what is wrong and where; [`hint`](Self::hint) what to do; [`text`](Self::text) all of it.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{file} {problem}")]
pub struct ScoreError {
    /// The file, as the user knows it.
    pub file: String,
    /// What is wrong with it.
    pub problem: ScoreProblem,
}

impl ScoreError {
    /// Stable name of the problem in kebab case.
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// What to do: one sentence.
    pub fn hint(&self) -> &'static str {
        self.problem.hint()
    }

    /// What is wrong, where, and what to do.
    pub fn text(&self) -> String {
        format!("{self} {}", self.hint())
    }
}

/// What is wrong with a file. Sentences begin with their verb: the file's name goes before. Lines count from 1, the
/// header's included; texts of the file are cut to a length that fits a line.
#[derive(Debug, Clone, PartialEq, Error)]
#[allow(missing_docs)] // the sentence of each variant is its documentation
pub enum ScoreProblem {
    #[error("has {bytes} bytes. Scores are read up to {limit}.")]
    TooLarge { bytes: u64, limit: u64 },
    #[error("cannot be read.")]
    Unreadable,
    #[error("is no text in UTF-8.")]
    NotText,
    #[error("holds no scores that are known here.")]
    Unrecognised,
    #[error("is no valid JSON. Line {line}, column {column}: {why}.")]
    BadJson { line: usize, column: usize, why: String },
    #[error("has a list of scores that is none: {why}.")]
    BadList { why: String },
    #[error("does not tell its training step. It is neither in its name or folder nor in config.model_args.")]
    NoStep,
    #[error("tells two training steps: its name {by_name}, its config.model_args {by_config}.")]
    TwoSteps { by_name: u64, by_config: u64 },
    #[error("has no number under \"results\".")]
    NoNumber,
    #[error("has a broken table. {why}.")]
    BadTable { why: String },
    #[error("has more fields in line {line} than in its header: {found} against {expected}.")]
    TooManyFields { line: u64, found: usize, expected: usize },
    #[error("has no training step in line {line}, where \u{201c}{text}\u{201d} stands.")]
    BadStep { line: u64, text: String },
    #[error("has no number in line {line}, column {column}, where \u{201c}{text}\u{201d} stands.")]
    BadNumber { line: u64, column: String, text: String },
    #[error("has \u{201c}{text}\u{201d} in line {line}, column {column}, which may be read in two ways.")]
    Ambiguous { line: u64, column: String, text: String },
    #[error("gives {metric} at step {step} twice, {first} and {second}.")]
    Twice { metric: String, step: u64, first: f64, second: f64 },
    #[error("gives {metric} at step {step} as {second}; {other} gives {first}.")]
    Contradicts { metric: String, step: u64, first: f64, second: f64, other: String },
    #[error(
        "has a metric whose name begins with \u{201c}{start}\u{201d} and is longer than {limit} letters."
    )]
    LongName { start: String, limit: usize },
    #[error("takes the scores beyond {limit} {of}.")]
    TooMany { of: &'static str, limit: usize },
}

impl ScoreProblem {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "scores-too-large",
            Self::Unreadable => "scores-unreadable",
            Self::NotText => "scores-not-text",
            Self::Unrecognised => "no-scores",
            Self::BadJson { .. } | Self::BadList { .. } => "scores-bad-json",
            Self::NoStep | Self::TwoSteps { .. } | Self::BadStep { .. } => "scores-no-step",
            Self::NoNumber | Self::BadNumber { .. } | Self::Ambiguous { .. } => "scores-no-number",
            Self::BadTable { .. } | Self::TooManyFields { .. } => "scores-bad-table",
            Self::Twice { .. } | Self::Contradicts { .. } => "scores-twice",
            Self::LongName { .. } | Self::TooMany { .. } => "scores-too-many",
        }
    }

    fn hint(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } | Self::TooMany { .. } => {
                "Keep the rows and metrics that belong to checkpoints."
            }
            Self::Unreadable => "Check whether it has changed or moved.",
            Self::NotText => "Save it as UTF-8.",
            Self::Unrecognised => {
                "Give results of lm-evaluation-harness, or a table with a line of names and a column of steps."
            }
            Self::BadJson { .. } => "Mend it there; NaN and Infinity are no JSON, null is.",
            Self::BadList { .. } => {
                "Write {\"metrics\": [{\"metric\": ..., \"values\": [{\"step\": ..., \"value\": ...}]}]}."
            }
            Self::NoStep => "Name it or its folder like step1000.",
            Self::TwoSteps { .. } => "Rename it as the step that was evaluated.",
            Self::NoNumber => "Check that the evaluation has finished.",
            Self::BadTable { .. } => "Save it as CSV, in UTF-8.",
            Self::TooManyFields { .. } => "Put texts that hold separators into quotation marks.",
            Self::BadStep { .. } => "Write a whole number, or a name like step1000.",
            Self::BadNumber { .. } => "Write a number, or leave the field empty.",
            Self::Ambiguous { .. } => "Write decimal points, and no separators of thousands.",
            Self::Twice { .. } => "Keep one of them.",
            Self::Contradicts { .. } => "Leave one of the files out.",
            Self::LongName { .. } => "Shorten it.",
        }
    }
}

/// Longest text of a file that a message repeats, in letters.
const LONGEST: usize = 60;

/// Text of a file for a message.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text.to_owned(),
    }
}
