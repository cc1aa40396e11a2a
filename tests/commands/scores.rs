//! Scores on the command line: with an analysis, and for a document that is there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::schema;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

struct Ran {
    status: Option<i32>,
    json: Option<Value>,
    errors: Vec<String>,
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neuromfa"));
    let output = command.current_dir(folder).args(arguments).output().expect("the program runs");
    let errors = String::from_utf8(output.stderr).expect("text");
    Ran {
        status: output.status.code(),
        json: serde_json::from_slice(&output.stdout).ok(),
        errors: errors.lines().map(str::to_owned).collect(),
    }
}

/// A series of four checkpoints, at steps 0, 32, 256 and 1000, and files of scores.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path();
    fs::create_dir(to.join("run")).expect("created");
    for step in [0, 32, 256, 1000] {
        let name = format!("step{step}.safetensors");
        fs::copy(root("tests/data/neox-tiny").join(&name), to.join("run").join(&name)).expect("copied");
    }
    for (name, text) in [
        ("scores.csv", "step,acc,loss\n0,0.1,5\n32,0.2,4\n256,0.4,2.5\n1000,0.7,2\n2000,0.8,1.5\n"),
        ("evals/notes.txt", "Ran on a Tuesday.\n"),
        ("evals/step0/results.json", r#"{"results": {"piqa": {"acc,none": 0.5, "acc_stderr,none": 0.1}}}"#),
        (
            "evals/step256/results.json",
            r#"{"results": {"piqa": {"acc,none": 0.625, "acc_stderr,none": 0.1}}}"#,
        ),
        (
            "evals/step1000/results.json",
            r#"{"results": {"piqa": {"acc,none": 0.75, "acc_stderr,none": 0.1}}}"#,
        ),
        ("broken.csv", "step,acc\n0,much\n1,0.5\n"),
    ] {
        fs::create_dir_all(to.join(name).parent().expect("a parent")).expect("created");
        fs::write(to.join(name), text).expect("written");
    }
    folder
}

fn association<'a>(document: &'a Value, metric: &str, quantity: &str) -> &'a Value {
    let associations = document["associations"].as_array().expect("associations");
    let of = |one: &&Value| one["metric"] == metric && one["quantity"] == quantity;
    associations.iter().find(of).unwrap_or_else(|| panic!("{metric} and {quantity}"))
}

#[test]
fn scores_come_with_an_analysis_and_what_has_no_counterpart_is_told() {
    let folder = folder();
    let ran = run(
        folder.path(),
        &[
            "analyze",
            "run",
            "--scores",
            "scores.csv",
            "--scores",
            "evals",
            "--late-from",
            "32",
            "--associations-csv",
            "a.csv",
        ],
    );
    assert_eq!(
        ran.errors,
        [
            "warning: piqa acc: 1 checkpoint without a score.",
            "warning: acc (and 1 more): 1 score without a checkpoint."
        ]
    );
    assert_eq!(ran.status, Some(0));
    let document = ran.json.expect("a document");
    schema::assert_valid(&document);
    let metrics: Vec<&str> = document["scores"]
        .as_array()
        .expect("scores")
        .iter()
        .map(|score| score["metric"].as_str().expect("a name"))
        .collect();
    assert_eq!(metrics, ["piqa acc", "acc", "loss"]);
    let one = association(&document, "acc", "width");
    assert_eq!((one["n"].as_u64(), one["late"]["n"].as_u64()), (Some(4), Some(3)));
    assert_eq!(one["late"]["from_step"], 32);
    assert_eq!(association(&document, "piqa acc", "emergence")["n"], 3);
    let csv = fs::read_to_string(folder.path().join("a.csv")).expect("a table");
    // Two rows for each of three metrics and three numbers: without shuffles there is no width above them.
    assert_eq!(csv.lines().count(), 1 + 2 * 3 * 3);
}

#[test]
fn scores_join_a_document_that_is_there() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let together = run(folder.path(), &["analyze", "run", "--scores", "evals", "--scores", "scores.csv"]);
    run(folder.path(), &["analyze", "run", "--scores", "evals", "--out", "first.json"]);
    let later =
        run(folder.path(), &["scores", "first.json", "--scores", "scores.csv", "--scores-csv", "s.csv"]);
    assert_eq!(later.status, Some(0), "{:?}", later.errors);
    assert_eq!(later.json, together.json);
    assert_eq!(fs::read_to_string(at("s.csv")).expect("a table").lines().count(), 1 + 3 + 5 + 5);
    // Another late phase, of the scores that are there.
    fs::write(at("second.json"), serde_json::to_vec(&later.json).expect("JSON")).expect("written");
    let again =
        run(folder.path(), &["scores", "second.json", "--late-from", "256"]).json.expect("a document");
    assert_eq!(association(&again, "acc", "width")["late"]["n"], 2);
}

#[test]
fn what_is_wrong_is_told_before_anything_is_analysed() {
    let folder = folder();
    let ran =
        run(folder.path(), &["analyze", "run", "--scores", "broken.csv", "--scores", "evals/notes.txt"]);
    assert_eq!((ran.status, ran.json), (Some(3), None));
    assert_eq!(
        ran.errors,
        [
            "error: broken.csv has no number in line 2, column acc, where \u{201c}much\u{201d} stands. Write a number, or leave \
             the field empty.",
            "error: notes.txt holds no scores that are known here. Give results of lm-evaluation-harness, or a table with a \
             line of names and a column of steps."
        ]
    );
    let ran = run(folder.path(), &["scores", "scores.csv"]);
    assert_eq!(ran.status, Some(3));
    let ran = run(folder.path(), &["analyze", "run", "--scores", "missing.csv"]);
    assert_eq!(ran.status, Some(3));
}

#[test]
fn parts_have_scores_when_they_are_merged() {
    let folder = folder();
    for part in ["1/2", "2/2"] {
        let out = format!("{}.json", &part[..1]);
        let ran = run(
            folder.path(),
            &["analyze", "run", "--layers", part, "--part", "--scores", "scores.csv", "--out", &out],
        );
        assert_eq!(ran.status, Some(0), "{:?}", ran.errors);
    }
    assert_eq!(run(folder.path(), &["scores", "1.json"]).status, Some(5));
    let merged = run(folder.path(), &["merge", "1.json", "2.json"]).json.expect("a document");
    let whole = run(folder.path(), &["analyze", "run", "--scores", "scores.csv"]).json.expect("a document");
    assert_eq!(merged["scores"], whole["scores"]);
    assert_eq!(merged["associations"], whole["associations"]);
}

#[test]
fn the_published_numbers_are_a_document_like_any_other() {
    let preset = root("demo/published.json");
    let ran = run(&root(""), &["scores", preset.to_str().expect("a path"), "--late-from", "53000"]);
    assert_eq!(ran.status, Some(0));
    let document = ran.json.expect("a document");
    let lambada = association(&document, "lambada_openai", "emergence");
    let rounded = |r: &Value| format!("{:.2}", r.as_f64().expect("a number"));
    assert_eq!(rounded(&lambada["pearson"]), "0.99");
    assert_eq!(rounded(&lambada["late"]["pearson"]), "0.40");
    assert_eq!(rounded(&lambada["log_step"]["pearson"]), "0.92");
}
