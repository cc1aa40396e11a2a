//! Scores for the page, in a worker of its own: files in, scores and associations out.
//!
//! A module of its own, since few visitors need it. Values cross as JSON, for which it has a parser and a writer anyway.

use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::value::{Report, thrown};
use crate::report::Score;
use crate::scores::{ScoreError, Scores};
use crate::series::{self, Measures};

/// Scores that are being gathered.
#[wasm_bindgen]
pub struct ScoreFiles {
    scores: Scores,
}

#[wasm_bindgen]
impl ScoreFiles {
    /// Begins with scores that the page has: a list as in a result document.
    #[wasm_bindgen(constructor)]
    pub fn new(scores: &str) -> Result<Self, JsValue> {
        let scores: Vec<Score> = read(scores)?;
        Ok(Self { scores: Scores::of_document("An earlier file", scores) })
    }

    /// Takes a file; `path` has its folders before it. Throws what is wrong with it, `no-scores` where it is something
    /// else.
    pub fn add(&mut self, path: &str, bytes: &[u8], series: Option<String>) -> Result<(), JsValue> {
        self.scores.add(path, bytes, series.as_deref()).map_err(|error| thrown(&report(&error)))
    }

    /// All scores.
    pub fn finish(self) -> Result<String, JsValue> {
        to_json(&self.scores.finish())
    }
}

#[derive(Deserialize)]
struct Request {
    /// Records of checkpoints, or what is needed of them.
    checkpoints: Vec<Measures>,
    scores: Vec<Score>,
    late_from: Option<u64>,
}

/// The associations of a result document with these checkpoints and scores.
#[wasm_bindgen]
pub fn associate(request: &str) -> Result<String, JsValue> {
    let Request { checkpoints, scores, late_from } = read(request)?;
    to_json(&series::associate(&checkpoints, &scores, late_from))
}

fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, JsValue> {
    serde_json::from_str(json).map_err(|error| thrown(&Report::new("bad-document", error.to_string())))
}

fn to_json<T: Serialize>(value: &T) -> Result<String, JsValue> {
    serde_json::to_string(value).map_err(|error| thrown(&Report::new("too-large", error.to_string())))
}

fn report(error: &ScoreError) -> Report {
    Report {
        code: error.code().to_owned(),
        text: error.text(),
        file: error.file.clone(),
        hint: error.hint().to_owned(),
    }
}
