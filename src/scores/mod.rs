//! Benchmark results by training step: what evaluations and training logs write, read into [`Score`]s.
//!
//! | file | read by |
//! |---|---|
//! | results of lm-evaluation-harness, a file for each step, both layouts | [`harness`] |
//! | tables: CSV, TSV, pasted ones; a column for each metric, or a row for each value | [`table`] |
//! | `{"metrics": [{"metric", "values": [{"step", "value"}]}]}`, and result documents | [`list`] |
//!
//! A file is taken whole or not at all. Standard errors are passed over.

mod error;
mod harness;
mod list;
mod number;
mod table;

use std::collections::BTreeMap;

use serde_json::value::RawValue;

pub use error::{ScoreError, ScoreProblem};

use crate::checkpoint::step_in;
use crate::report::{Score, ScoreValue};
use error::cut;

/// Longest file.
pub const MAX_BYTES: u64 = 32 << 20;
/// Most metrics, and values of all metrics together.
const MAX_METRICS: usize = 10_000;
const MAX_VALUES: usize = 1_000_000;
/// Longest name of a metric, in bytes.
const MAX_NAME: usize = 300;

/// One number of a file.
#[derive(Debug, Clone, PartialEq)]
struct Observation {
    /// The series, where the file tells it.
    series: Option<String>,
    metric: String,
    step: u64,
    value: f64,
}

/// Scores of several files together.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    /// In the order in which they came.
    metrics: Vec<Metric>,
    /// Place of each metric of a series.
    places: BTreeMap<(Option<String>, String), usize>,
    /// Values of all metrics.
    count: usize,
    /// Names of the files.
    files: Vec<String>,
}

#[derive(Debug, Clone)]
struct Metric {
    name: String,
    series: Option<String>,
    /// By step: the value, and the file that gave it.
    values: BTreeMap<u64, (f64, usize)>,
}

impl Scores {
    /// Scores that a document has; `name` is what it is called in messages. Of several values at one step the last
    /// counts.
    pub fn of_document(name: &str, scores: Vec<Score>) -> Self {
        let mut all = Self { files: vec![name.to_owned()], ..Self::default() };
        for Score { metric, series, values } in scores {
            for ScoreValue { step, value } in values {
                all.set(Observation { series: series.clone(), metric: metric.clone(), step, value }, 0);
            }
        }
        all
    }

    /// Takes a file of one series, or of all. `path` has its folders before it: they may tell the step.
    ///
    /// # Errors
    /// What is wrong with the file; then nothing of it is taken.
    pub fn add(&mut self, path: &str, bytes: &[u8], series: Option<&str>) -> Result<(), ScoreError> {
        let name = file_name(path);
        let found = read(path, bytes).map(|mut found| {
            found.iter_mut().for_each(|one| one.series = one.series.take().or(series.map(str::to_owned)));
            found
        });
        let checked = found.and_then(|found| self.check(&found).map(|()| found));
        let found = checked.map_err(|problem| ScoreError { file: name.to_owned(), problem })?;
        let file = self.files.len();
        self.files.push(name.to_owned());
        found.into_iter().for_each(|one| self.set(one, file));
        Ok(())
    }

    /// The scores by metric, with the values by step.
    pub fn finish(self) -> Vec<Score> {
        let score = |Metric { name, series, values }: Metric| {
            let values = values.into_iter().map(|(step, (value, _))| ScoreValue { step, value }).collect();
            Score { metric: name, values, series }
        };
        self.metrics.into_iter().map(score).collect()
    }

    fn set(&mut self, Observation { series, metric: name, step, value }: Observation, file: usize) {
        let next = self.metrics.len();
        let place = *self.places.entry((series.clone(), name.clone())).or_insert(next);
        if place == next {
            self.metrics.push(Metric { name, series, values: BTreeMap::new() });
        }
        let before = self.metrics[place].values.insert(step, (value, file));
        self.count += usize::from(before.is_none());
    }

    /// Refuses what contradicts itself or another file, and what is too much.
    fn check(&self, found: &[Observation]) -> Result<(), ScoreProblem> {
        let mut own: BTreeMap<(&Option<String>, &str), BTreeMap<u64, f64>> = BTreeMap::new();
        for Observation { series, metric, step, value } in found {
            if metric.len() > MAX_NAME {
                return Err(ScoreProblem::LongName { start: cut(metric), limit: MAX_NAME });
            }
            let before = own.entry((series, metric)).or_default().insert(*step, *value);
            if let Some(first) = before.filter(|first| first != value) {
                return Err(ScoreProblem::Twice { metric: cut(metric), step: *step, first, second: *value });
            }
        }
        let mut metrics = self.metrics.len();
        for ((series, metric), values) in &own {
            let Some(&place) = self.places.get(&((*series).clone(), (*metric).to_owned())) else {
                metrics += 1;
                continue;
            };
            self.agree(&self.metrics[place], values)?;
        }
        if metrics > MAX_METRICS {
            return Err(ScoreProblem::TooMany { of: "metrics", limit: MAX_METRICS });
        }
        if self.count + own.values().map(BTreeMap::len).sum::<usize>() > MAX_VALUES {
            return Err(ScoreProblem::TooMany { of: "values", limit: MAX_VALUES });
        }
        Ok(())
    }

    fn agree(&self, known: &Metric, values: &BTreeMap<u64, f64>) -> Result<(), ScoreProblem> {
        for (&step, &second) in values {
            if let Some(&(first, file)) = known.values.get(&step).filter(|(first, _)| *first != second) {
                let (metric, other) = (cut(&known.name), self.files[file].clone());
                return Err(ScoreProblem::Contradicts { metric, step, first, second, other });
            }
        }
        Ok(())
    }
}

/// The numbers of one file.
fn read(path: &str, bytes: &[u8]) -> Result<Vec<Observation>, ScoreProblem> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ScoreProblem::TooLarge { bytes: bytes.len() as u64, limit: MAX_BYTES });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ScoreProblem::NotText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.trim_start().starts_with(['{', '[']) {
        return table::read(path, text);
    }
    let fields: Fields<'_> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    if let Some(metrics) = fields.get("metrics").or_else(|| fields.get("scores")) {
        return list::read(metrics);
    }
    harness::read(path, &fields)
}

/// The fields of a JSON object. Their values stay text, so that their numbers are read to the last bit, and nothing is
/// kept that is not asked for.
type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// What is wrong with a JSON text: its grammar, or that it is no object.
fn not_json(error: &serde_json::Error) -> ScoreProblem {
    if error.is_data() {
        return ScoreProblem::Unrecognised;
    }
    let (line, column) = (error.line(), error.column());
    ScoreProblem::BadJson { line, column, why: reason(error) }
}

/// The message without its place.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

/// A number of a JSON text; `None` for anything else.
fn number(value: &RawValue) -> Option<f64> {
    let text = value.get();
    let is_number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    text.parse().ok().filter(|value: &f64| is_number && value.is_finite())
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The file's name without what follows its last dot, and without a dot that ends it.
fn stem(path: &str) -> &str {
    let name = file_name(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The step that a file's name tells, else the nearest of its folders.
fn step_of_path(path: &str) -> Option<u64> {
    step_in(stem(path)).or_else(|| path.rsplit('/').skip(1).find_map(step_in))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(scores: &mut Scores, path: &str, text: &str) -> ScoreProblem {
        scores.add(path, text.as_bytes(), None).expect_err(path).problem
    }

    #[test]
    fn a_file_that_contradicts_another_is_refused_whole() {
        let mut scores = Scores::default();
        scores.add("a/first.csv", b"step,acc\n1,0.5\n2,0.6\n", None).expect("taken");
        // The same once more is no contradiction.
        scores.add("first.csv", b"step,acc\n2,0.6\n", None).expect("taken");
        let contradiction = problem(&mut scores, "second.csv", "step,loss,acc\n3,1.5,0.7\n2,1.6,0.61\n");
        assert_eq!(
            contradiction,
            ScoreProblem::Contradicts {
                metric: "acc".to_owned(),
                step: 2,
                first: 0.6,
                second: 0.61,
                other: "first.csv".to_owned()
            }
        );
        // In another series it is another score.
        scores.add("second.csv", b"step,acc\n2,0.61\n", Some("other")).expect("taken");
        let all = scores.finish();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].values, [ScoreValue { step: 1, value: 0.5 }, ScoreValue { step: 2, value: 0.6 }]);
        assert_eq!(all[1].series.as_deref(), Some("other"));
    }

    #[test]
    fn a_file_that_contradicts_itself_is_refused() {
        let twice = problem(&mut Scores::default(), "a.csv", "step,acc\n1,0.5\n1,0.6\n");
        assert_eq!(twice, ScoreProblem::Twice { metric: "acc".to_owned(), step: 1, first: 0.5, second: 0.6 });
    }

    #[test]
    fn scores_of_a_document_join_those_of_files() {
        let values = vec![ScoreValue { step: 1, value: 0.5 }];
        let own = Score { metric: "acc".to_owned(), values, series: None };
        let mut scores = Scores::of_document("result.json", vec![own]);
        let error = scores.add("a.csv", b"step,acc\n1,0.7\n", None).expect_err("a contradiction");
        assert_eq!(
            error.text(),
            "a.csv gives acc at step 1 as 0.7; result.json gives 0.5. Leave one of the files out."
        );
        scores.add("b.csv", b"step,acc\n2,0.7\n", None).expect("taken");
        assert_eq!(scores.finish()[0].values.len(), 2);
    }

    #[test]
    fn too_much_is_refused_before_it_is_kept() {
        let long = "x".repeat(MAX_NAME + 1);
        assert_eq!(
            problem(&mut Scores::default(), "a.csv", &format!("step,{long}\n1,2\n")).code(),
            "scores-too-many"
        );
        let bytes = vec![b' '; MAX_BYTES as usize + 1];
        let error = Scores::default().add("a.csv", &bytes, None).expect_err("too large");
        assert_eq!(error.code(), "scores-too-large");
        let metrics: Vec<String> = (0..=MAX_METRICS).map(|i| format!("m{i}")).collect();
        let values = vec!["1"; metrics.len()];
        let wide = format!("step,{}\n1,{}\n", metrics.join(","), values.join(","));
        assert_eq!(problem(&mut Scores::default(), "a.csv", &wide).code(), "scores-too-many");
    }

    #[test]
    fn what_holds_no_scores_is_told_from_what_is_broken() {
        for (path, text) in [
            ("config.json", r#"{"model_type": "gpt_neox", "hidden_size": 64}"#),
            ("merges.txt", "#version: 0.2\nt h e\n"),
            ("list.json", "[1, 2]"),
            ("notes.txt", "A sentence, and another one.\n"),
            ("numbers.csv", "1,2\n3,4\n"),
            ("empty.csv", ""),
        ] {
            assert_eq!(problem(&mut Scores::default(), path, text), ScoreProblem::Unrecognised, "{path}");
        }
        let broken = problem(&mut Scores::default(), "a.json", "{\"results\": {\n\"a\": {\"acc\": NaN}}}");
        assert!(matches!(broken, ScoreProblem::BadJson { line: 2, .. }), "{broken:?}");
        let error = Scores::default().add("a.csv", b"step,acc\n1,\xff\n", None).expect_err("no text");
        assert_eq!(error.text(), "a.csv is no text in UTF-8. Save it as UTF-8.");
    }
}
