//! Series side by side, each with its own baseline: on the golden checkpoints.

use crate::common;

use neuromfa::analysis::{NullKind, Options};
use neuromfa::report::{CheckpointRecord, ResultDocument};
use neuromfa::series;
use serde_json::Value;

use crate::schema;

const STEPS: [u64; 4] = [0, 32, 256, 1000];

fn data(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/neox-tiny/{name}", env!("CARGO_MANIFEST_DIR"))).expect("test data")
}

fn options() -> Options {
    Options { null: vec![NullKind::Shuffle], null_samples: 3, ..Options::default() }
}

/// The golden checkpoints, in the order of their steps.
fn golden() -> Vec<CheckpointRecord> {
    let record = |step| {
        let name = format!("step{step}.safetensors");
        common::record(&name, &data(&name), &options())
    };
    STEPS.into_iter().map(record).collect()
}

fn of_series(name: &str, records: &[CheckpointRecord]) -> Vec<CheckpointRecord> {
    let record = |record: &CheckpointRecord| CheckpointRecord { series: Some(name.into()), ..record.clone() };
    records.iter().map(record).collect()
}

fn document(records: Vec<CheckpointRecord>) -> ResultDocument {
    series::document(options(), records)
}

fn codes(record: &CheckpointRecord) -> Vec<&str> {
    let codes = record.warnings.iter().map(|warning| warning.code.as_str());
    codes.filter(|code| series::BASELINE_WARNINGS.contains(code)).collect()
}

/// alpha_0 and width of the authors' implementation.
fn authors() -> Vec<(f64, f64)> {
    let expected: Value = serde_json::from_slice(&data("expected.json")).expect("JSON");
    let of = |step: u64| {
        let checkpoints = expected["checkpoints"].as_array().expect("a list");
        let checkpoint = checkpoints.iter().find(|one| one["step"] == step).expect("the step");
        let exact = &checkpoint["full"]["exact"];
        (exact["alpha0"].as_f64().expect("a number"), exact["width"].as_f64().expect("a number"))
    };
    STEPS.into_iter().map(of).collect()
}

fn assert_emergence(records: &[CheckpointRecord], places: &[usize], baseline: usize) {
    let authors = authors();
    assert_eq!(records.len(), places.len());
    for (record, &place) in records.iter().zip(places) {
        let ((alpha0, width), (alpha0_0, width_0)) = (authors[place], authors[baseline]);
        let wanted = width / width_0 * libm::log(alpha0_0 / alpha0);
        let found = record.emergence.expect("a number");
        assert!((found - wanted).abs() < 1e-9, "{}: {found} against {wanted}", record.name);
    }
}

#[test]
fn every_series_has_its_own_baseline_order_and_warning() {
    let golden = golden();
    let mut records = of_series("late", &[golden[3].clone(), golden[1].clone()]);
    records.extend(of_series("whole", &[golden[2].clone(), golden[0].clone(), golden[3].clone()]));
    records.swap(1, 3);
    let document = document(records);
    let names: Vec<&str> = document.checkpoints.iter().map(|record| record.name.as_str()).collect();
    assert_eq!(names, ["step32", "step1000", "step0", "step256", "step1000"]);
    assert_emergence(&document.checkpoints[..2], &[1, 3], 1);
    assert_emergence(&document.checkpoints[2..], &[0, 2, 3], 0);
    let warned: Vec<Vec<&str>> = document.checkpoints.iter().map(codes).collect();
    assert_eq!(warned, [vec!["late-first-checkpoint"], vec![], vec![], vec![], vec![]]);
    assert_eq!((document.series_of(1), document.series_of(2)), (0..2, 2..5));
    assert_eq!(
        (document.baseline_of(1), document.baseline_of(4), document.baseline_of(5)),
        (Some(0), Some(2), None)
    );
    schema::assert_valid(&serde_json::to_value(&document).expect("JSON"));
}

#[test]
fn the_null_models_count_from_the_baseline_of_their_own_series() {
    let golden = golden();
    let alone = document(golden[1..].to_vec());
    let mut records = of_series("a", &golden[..2]);
    records.extend(of_series("b", &golden[1..]));
    let both = document(records);
    for (alone, beside) in alone.checkpoints.iter().zip(&both.checkpoints[2..]) {
        assert_eq!(beside.emergence, alone.emergence);
        assert_eq!(beside.nulls, alone.nulls);
        assert_eq!(beside.warnings, alone.warnings);
    }
    assert_ne!(both.checkpoints[1].nulls[0].emergence, both.checkpoints[2].nulls[0].emergence);
}

#[test]
fn e_counts_from_the_checkpoint_that_was_chosen() {
    let mut records = golden();
    records[2].is_baseline = true;
    let chosen = document(records);
    assert_emergence(&chosen.checkpoints, &[0, 1, 2, 3], 2);
    assert_eq!(chosen.checkpoints[2].nulls[0].emergence, Some(0.0));
    let warned: Vec<Vec<&str>> = chosen.checkpoints.iter().map(codes).collect();
    assert_eq!(warned, [vec![], vec![], vec!["chosen-baseline"], vec![]]);
    assert_eq!(chosen.baseline_of(0), Some(2));
    schema::assert_valid(&serde_json::to_value(&chosen).expect("JSON"));
    // Taken back, nothing of it is left.
    let mut records = chosen.checkpoints;
    records[2].is_baseline = false;
    assert_eq!(document(records), document(golden()));
}

#[test]
fn the_first_checkpoint_may_be_chosen_explicitly() {
    let mut records = golden()[1..].to_vec();
    records[0].is_baseline = true;
    let document = document(records);
    assert_emergence(&document.checkpoints, &[1, 2, 3], 1);
    assert_eq!(codes(&document.checkpoints[0]), ["late-first-checkpoint"]);
}

#[test]
fn one_series_without_a_name_has_no_new_field() {
    let text = serde_json::to_string(&document(golden())).expect("JSON");
    assert!(!text.contains("\"series\"") && !text.contains("is_baseline"));
    let read: ResultDocument = serde_json::from_str(&text).expect("a document");
    assert_eq!(document(read.checkpoints.clone()), read, "arranging again changes nothing");
}

#[test]
fn a_series_of_one_checkpoint_warns_of_nothing() {
    let golden = golden();
    let mut records = of_series("one", &golden[3..]);
    records.extend(of_series("two", &golden[2..3]));
    let document = document(records);
    assert!(
        document.checkpoints.iter().all(|record| codes(record).is_empty() && record.emergence == Some(0.0))
    );
}
