//! `neuromfa sensitivity` on the command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::schema;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn run(arguments: &[&str]) -> (Option<i32>, Option<Value>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_neuromfa")).args(arguments).output().expect("it runs");
    let errors = String::from_utf8(output.stderr).expect("text");
    (output.status.code(), serde_json::from_slice(&output.stdout).ok(), errors)
}

fn points<'a>(record: &'a Value, axis: &str) -> &'a Vec<Value> {
    let axes = record["sensitivity"].as_array().expect("axes");
    let found = axes.iter().find(|one| one["axis"] == axis).unwrap_or_else(|| panic!("{axis}"));
    found["points"].as_array().expect("points")
}

#[test]
fn every_option_is_varied_and_the_present_setting_is_a_point_of_each() {
    let folder = tempfile::tempdir().expect("a folder");
    let [svg, png] = ["a.svg", "a.png"].map(|name| folder.path().join(name).display().to_string());
    let [before, after] = ["step0", "step1000"]
        .map(|step| data(&format!("neox-tiny/{step}.safetensors")).display().to_string());
    let (status, document, errors) = run(&[
        "sensitivity",
        &before,
        &after,
        "--null-samples",
        "2",
        "--point-samples",
        "2",
        "--figure",
        "sensitivity",
        "--out",
        &svg,
        "--out",
        &png,
    ]);
    assert_eq!((status, errors.as_str()), (Some(0), ""));
    let document = document.expect("a document");
    schema::assert_valid(&document);
    let records = document["checkpoints"].as_array().expect("checkpoints");
    let axes = ["threshold", "layer-sample", "q", "minimum-degree", "rounding", "scale", "distance"];
    for record in records {
        assert!(record.get("quirks").is_none());
        for axis in axes {
            let points = points(record, axis);
            let present: Vec<&Value> = points.iter().filter(|point| point["is_present"] == true).collect();
            assert_eq!(present.len(), 1, "{axis}");
            for name in ["alpha0", "width"] {
                assert_eq!(present[0][name], record["mean"][name], "{axis}");
            }
            assert_eq!(present[0]["emergence"], record["emergence"], "{axis}");
            assert!(points.iter().all(|point| point["null"]["samples"] == 2), "{axis}");
        }
    }
    let values = |axis: &str| -> Vec<String> {
        points(&records[1], axis).iter().map(|point| point["value"].to_string()).collect()
    };
    assert_eq!(values("layer-sample"), ["16.0", "24.0", "32.0", "48.0", "64.0", "\"whole network\""]);
    assert_eq!(values("rounding"), ["\"halves\"", "\"nearest\"", "\"up\"", "\"twos\""]);
    // Scaled distances forget the size of all weights.
    assert_ne!(points(&records[1], "scale")[0]["alpha0"], points(&records[1], "scale")[2]["alpha0"]);
    assert!(fs::read_to_string(&svg).expect("a figure").contains("Longest edge T"));
    assert!(fs::read(&png).expect("a figure").starts_with(b"\x89PNG"));
}

#[test]
fn axes_are_chosen_and_options_hold_for_all_points() {
    let file = data("neox-tiny/step1000.safetensors").display().to_string();
    let (status, document, _) = run(&[
        "sensitivity",
        &file,
        "--axes",
        "q,threshold",
        "--minimum-degree",
        "7",
        "--point-samples",
        "0",
    ]);
    assert_eq!(status, Some(0));
    let document = document.expect("a document");
    schema::assert_valid(&document);
    assert_eq!(document["options"]["minimum_degree"], 7);
    let record = &document["checkpoints"][0];
    let names: Vec<&Value> =
        record["sensitivity"].as_array().expect("axes").iter().map(|axis| &axis["axis"]).collect();
    assert_eq!(names, ["q", "threshold"]);
    let all = points(record, "q").iter().chain(points(record, "threshold"));
    assert!(all.clone().all(|point| point["null"].is_null() && point["emergence"].is_null()));
}

#[test]
fn quirks_are_told_one_by_one() {
    let file = data("neox-tiny/step1000.safetensors").display().to_string();
    let (status, document, errors) = run(&["sensitivity", &file, "--quirks", "--point-samples", "2"]);
    assert_eq!((status, errors.as_str()), (Some(0), ""));
    let document = document.expect("a document");
    schema::assert_valid(&document);
    let record = &document["checkpoints"][0];
    assert!(record.get("sensitivity").is_none());
    let quirks = record["quirks"].as_array().expect("quirks");
    assert_eq!(quirks.len(), 14);
    assert!(quirks.iter().all(|quirk| quirk["text"].is_string() && quirk["null"]["samples"] == 2));
    assert_eq!(quirks[0]["width"], record["mean"]["width"]);
}

#[test]
fn what_cannot_be_is_refused() {
    let file = data("neox-tiny/step1000.safetensors").display().to_string();
    for arguments in [
        &["sensitivity", &file, "--axes", "colour"][..],
        &["sensitivity", &file, "--part"],
        &["sensitivity", &file, "--rounding", "up", "--threshold", "150.5"],
        &["analyze", &file, "--rounding", "sideways"],
    ] {
        let (status, document, errors) = run(arguments);
        assert_eq!((status, document), (Some(2), None), "{arguments:?}");
        assert!(!errors.is_empty());
    }
}
