//! Scores from files of other programs to correlations with published numbers.
//!
//! After a change that is meant to move the stored preset: `UPDATE_DEMO=1 cargo test --test analysis scores`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use neuromfa::analysis::{Mode, NetworkKind, Options};
use neuromfa::report::{Association, CheckpointRecord, ResultDocument, Score, ScoreValue, Tool};
use neuromfa::scores::Scores;
use neuromfa::series;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::schema;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text(path: &str) -> String {
    fs::read_to_string(root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn value(scores: &[Score], metric: &str, step: u64) -> Option<f64> {
    let score = scores.iter().find(|score| score.metric == metric)?;
    score.values.iter().find(|value| value.step == step).map(|value| value.value)
}

/// Three evaluations of Pythia-1.4B, as their authors published them.
#[test]
fn real_files_of_the_harness() {
    let mut scores = Scores::default();
    for step in [143_000, 0, 3000] {
        let name = format!("1.4b-deduped_step{step}.json");
        let file = text(&format!("tests/data/scores/{name}"));
        scores.add(&name, file.as_bytes(), None).unwrap_or_else(|error| panic!("{}", error.text()));
    }
    let scores = scores.finish();
    let published = published();
    for (step, tasks) in &published.model.accuracy {
        for (task, accuracy) in tasks.iter().filter(|_| [0, 3000, 143_000].contains(step)) {
            assert_eq!(value(&scores, &format!("{task} acc"), *step), Some(*accuracy), "{task} at {step}");
        }
    }
    // The file itself: no standard errors, every other number.
    let file: Value = serde_json::from_str(&text("tests/data/scores/1.4b-deduped_step0.json")).expect("JSON");
    let tasks = file["results"].as_object().expect("results").values();
    let numbers = tasks.flat_map(|task| task.as_object().expect("a task").keys());
    let metrics = numbers.filter(|name| !name.ends_with("_stderr")).count();
    assert_eq!(scores.len(), metrics);
    let steps: Vec<u64> = scores[0].values.iter().map(|value| value.step).collect();
    assert_eq!(steps, [0, 3000, 143_000]);
}

#[test]
fn the_scores_of_the_demo() {
    let mut scores = Scores::default();
    let file = text("demo/scores.json");
    scores.add("demo/scores.json", file.as_bytes(), None).unwrap_or_else(|error| panic!("{}", error.text()));
    let scores = scores.finish();
    assert_eq!(scores.len(), 2);
    assert_eq!(value(&scores, "next-character accuracy", 3000), Some(0.6192));
    assert_eq!(value(&scores, "validation loss", 0), Some(4.42));
}

#[derive(Deserialize)]
struct Published {
    about: String,
    #[serde(rename = "pythia-1.4b-deduped")]
    model: PublishedModel,
    #[serde(rename = "correlation_of_degree_of_emergence_with_accuracy_pythia-1.4b-deduped")]
    correlations: PublishedCorrelations,
}

#[derive(Deserialize)]
struct PublishedModel {
    degree_of_emergence: BTreeMap<u64, f64>,
    accuracy: BTreeMap<u64, BTreeMap<String, f64>>,
}

/// Pearson's and Spearman's coefficients, computed by others from the same numbers.
#[derive(Deserialize)]
struct PublishedCorrelations {
    n: u64,
    all_steps_pearson_spearman: BTreeMap<String, [f64; 2]>,
    from_step_53000_pearson_spearman: BTreeMap<String, [f64; 2]>,
    log_1_plus_step_with_lambada_openai_pearson: f64,
}

fn published() -> Published {
    serde_json::from_str(&text("tests/data/published.json")).expect("published numbers")
}

/// What is known of a checkpoint of which no weights were read.
fn record(step: u64, emergence: f64) -> CheckpointRecord {
    let record = json!({
        "name": format!("step{step}"), "step": step, "format": "published", "architecture": "GPT-NeoX", "guessed": false,
        "files": [], "parameters": 1_414_647_808_u64,
        "network": {"neurons": 0, "edges": 0, "zero_weights": 0, "nonfinite_weights": 0, "layers": []},
        "samples": [], "mean": {}, "nfd": {"histogram": {"from": 0.0, "to": 0.0, "counts": []}, "layers": []},
        "baselines": {}, "emergence": emergence
    });
    serde_json::from_value(record).expect("a record")
}

fn published_document() -> ResultDocument {
    let PublishedModel { degree_of_emergence, accuracy } = published().model;
    let mut metrics: BTreeMap<String, Vec<ScoreValue>> = BTreeMap::new();
    for (step, tasks) in accuracy {
        for (task, value) in tasks {
            metrics.entry(task).or_default().push(ScoreValue { step, value });
        }
    }
    let score = |(metric, values)| Score { metric, values, series: None };
    let mut scores: Vec<Score> = metrics.into_iter().map(score).collect();
    // The benchmark that the paper shows goes first.
    scores.sort_by_key(|score| score.metric != "lambada_openai");
    let mut document = ResultDocument {
        schema: neuromfa::report::SCHEMA.to_owned(),
        tool: Tool { name: "Xiao et al.".to_owned(), version: "ICLR 2025".to_owned() },
        options: Options { network: NetworkKind::Sampled, mode: Mode::Reference, ..Options::default() },
        checkpoints: degree_of_emergence.into_iter().map(|(step, e)| record(step, e)).collect(),
        scores: Vec::new(),
        associations: Vec::new(),
        explained: Vec::new(),
    };
    series::score(&mut document, scores, None);
    document
}

fn close(found: Option<f64>, wanted: f64, what: &str) {
    let found = found.unwrap_or_else(|| panic!("{what} is missing"));
    assert!((found - wanted).abs() < 1e-3, "{what}: {found}, not {wanted}");
}

#[test]
fn published_correlations() {
    let document = published_document();
    let wanted = published().correlations;
    assert_eq!(document.associations.len(), wanted.all_steps_pearson_spearman.len());
    for Association { metric, quantity, n, pearson, spearman, log_step, late, .. } in &document.associations {
        assert_eq!((quantity.as_str(), *n), ("emergence", wanted.n));
        let [wanted_pearson, wanted_spearman] = wanted.all_steps_pearson_spearman[metric];
        close(*pearson, wanted_pearson, &format!("Pearson of {metric}"));
        close(*spearman, wanted_spearman, &format!("Spearman of {metric}"));
        let late = late.as_ref().expect("a late phase");
        let [wanted_pearson, wanted_spearman] = wanted.from_step_53000_pearson_spearman[metric];
        // The late phase that is chosen for this schedule is the published one.
        assert_eq!((late.from_step, late.n), (53_000, 10));
        close(late.pearson, wanted_pearson, &format!("late Pearson of {metric}"));
        close(late.spearman, wanted_spearman, &format!("late Spearman of {metric}"));
        if metric == "lambada_openai" {
            close(log_step.pearson, wanted.log_1_plus_step_with_lambada_openai_pearson, "log(1 + step)");
        }
    }
    let of = |metric: &str| document.associations.iter().find(|one| one.metric == metric).expect("a metric");
    let lambada = of("lambada_openai");
    let rounded = |r: Option<f64>| format!("{:.2}", r.expect("a coefficient"));
    assert_eq!(rounded(lambada.pearson), "0.99");
    assert_eq!(rounded(lambada.late.as_ref().expect("a late phase").pearson), "0.40");
    assert_eq!(rounded(lambada.log_step.pearson), "0.92");
    // Accuracies were measured at steps for which no degree of emergence was published.
    assert_eq!((lambada.steps_without_checkpoint, lambada.checkpoints_without_score), (8, 0));
    assert!(lambada.text.contains("log(1 + step) alone gives 0.92, about as much."), "{}", lambada.text);
    assert!(lambada.text.contains("after the early rise, this may be nothing."), "{}", lambada.text);
}

/// Another start of the late phase changes the late coefficients alone.
#[test]
fn the_late_phase_can_be_chosen() {
    let mut document = published_document();
    let before = document.associations.clone();
    let scores = document.scores.clone();
    series::score(&mut document, scores, Some(100_000));
    for (before, after) in before.iter().zip(&document.associations) {
        let late = after.late.as_ref().expect("a late phase");
        assert_eq!((late.from_step, late.n), (100_000, 5));
        assert_eq!((before.pearson, before.spearman_interval), (after.pearson, after.spearman_interval));
    }
}

#[test]
fn the_stored_preset_is_what_the_published_numbers_give() {
    let document = published_document();
    let mut value = serde_json::to_value(&document).expect("JSON");
    schema::assert_valid(&value);
    value["published"] = json!({
        "title": "Pythia-1.4B (deduped)",
        "about": published().about,
        "sources": [
            {
                "of": "degree of emergence",
                "text": "Xiao et al., Neuron-based Multifractal Analysis of Neuron Interaction Dynamics in Large \
                         Models, ICLR 2025, arXiv:2402.09099. Read off its figures, \u{b1}0.001."
            },
            {
                "of": "accuracy",
                "text": "Biderman et al., Pythia: A Suite for Analyzing Large Language Models Across Training and \
                         Scaling, ICML 2023, arXiv:2304.01373. Zero-shot results of its suite, key acc."
            }
        ]
    });
    let wanted = value.to_string() + "\n";
    let stored = root("demo/published.json");
    if std::env::var_os("UPDATE_DEMO").is_some() {
        fs::write(&stored, &wanted).expect("a writable demo folder");
    }
    assert!(
        text("demo/published.json") == wanted,
        "demo/published.json is out of date; see the top of tests/analysis/scores.rs"
    );
    let read: ResultDocument = serde_json::from_str(&wanted).expect("a document");
    assert_eq!(read, document);
}

proptest! {
    /// Whatever a file holds, it is read or refused with a sentence.
    #[test]
    fn no_file_stops_the_reader(
        name in "(results|step[0-9]{1,4}|a)\\.(csv|json|md)",
        text in prop_oneof![
            any::<String>(),
            "(step|epoch|task|metric|value|acc|loss|,|;|\t|\\||\n|\r|\"|0|1|9|\\.|-|%|e|nan| ){0,60}",
            "\\{(\"results\"|\"metrics\"|\"config\"|\"model_args\"|:|,|\\{|\\}|\\[|\\]|\"step1\"|\"acc,none\"|0\\.5|1e999|null){0,30}",
        ],
    ) {
        let mut scores = Scores::default();
        match scores.add(&name, text.as_bytes(), None) {
            Ok(()) => {
                for score in scores.finish() {
                    prop_assert!(score.values.iter().all(|value| value.value.is_finite()));
                    prop_assert!(score.values.windows(2).all(|pair| pair[0].step < pair[1].step));
                }
            }
            Err(error) => prop_assert!(error.text().starts_with(&name) && error.text().ends_with('.')),
        }
    }
}
