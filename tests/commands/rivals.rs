//! Simple rivals of E on the command line.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::schema;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

struct Ran {
    status: Option<i32>,
    json: Option<Value>,
    errors: String,
}

fn analyze(arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neuromfa"));
    let output = command.args(["analyze", "--no-group-spectra"]).args(arguments).output().expect("it runs");
    Ran {
        status: output.status.code(),
        json: serde_json::from_slice(&output.stdout).ok(),
        errors: String::from_utf8(output.stderr).expect("text"),
    }
}

fn neox() -> String {
    root("tests/data/neox-tiny").display().to_string()
}

fn document(arguments: &[&str]) -> Value {
    let ran = analyze(arguments);
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
    ran.json.expect("a document")
}

fn close(found: &Value, wanted: f64) {
    let found = found.as_f64().expect("a number");
    assert!((found - wanted).abs() <= 1e-12 * wanted.abs(), "{found}, not {wanted}");
}

/// The numbers of step 1000 are those of NumPy's singular values and of the definition in NumPy, which
/// tests/data/rivals/oracle.py compares with whole documents.
#[test]
fn matrices_are_measured_beside_their_shuffles_and_compared_with_e() {
    let document = document(&[&neox(), "--rivals", "--null", "shuffle", "--null-samples", "5"]);
    schema::assert_valid(&document);
    let last = &document["checkpoints"][3]["rivals"];
    let first = &last["matrices"][0];
    assert_eq!(first["tensor"], "gpt_neox.layers.0.attention.query_key_value.weight");
    assert_eq!((&first["outputs"], &first["inputs"]), (&Value::from(192), &Value::from(64)));
    close(&first["spectral_norm"], 4.324932787620515);
    close(&first["stable_rank"], 5.661747881559008);
    close(&first["alpha"], 3.0701318537690465);
    close(&first["distance"], 0.07873826835021258);
    assert_eq!(first["tail"], 14);
    let matrices = last["matrices"].as_array().expect("matrices");
    assert_eq!(matrices.len(), 12);
    for number in ["spectral_norm", "stable_rank", "alpha"] {
        let of = |matrix: &Value| matrix[number].as_f64().expect("a number");
        close(&last["mean"][number], matrices.iter().map(of).sum::<f64>() / 12.0);
        let [low, high] = [0, 1].map(|end| last["shuffled_range"][number][end].as_f64().expect("an end"));
        let mean = last["shuffled"][number].as_f64().expect("chance");
        assert!(low <= mean && mean <= high, "{number}: {low} {mean} {high}");
    }
    // Training made few directions strong; the same entries in random order have no such.
    let range = &last["shuffled_range"];
    assert!(last["mean"]["stable_rank"].as_f64() < range["stable_rank"][0].as_f64());
    assert!(last["mean"]["spectral_norm"].as_f64() > range["spectral_norm"][1].as_f64());
    // Untrained matrices are shuffles of themselves.
    let start = &document["checkpoints"][0]["rivals"];
    let ratio = start["mean"]["stable_rank"].as_f64().expect("a number")
        / start["shuffled"]["stable_rank"].as_f64().expect("chance");
    assert!((ratio - 1.0).abs() < 0.01, "{ratio}");

    let explained = document["explained"].as_array().expect("a comparison");
    let rivals: Vec<&str> = explained.iter().filter_map(|one| one["rival"].as_str()).collect();
    assert_eq!(
        rivals,
        [
            "log_step",
            "shuffled_emergence",
            "mean_abs_weight",
            "mean_weighted_degree",
            "spectral_norm",
            "stable_rank",
            "alpha"
        ]
    );
    for one in explained {
        assert_eq!(one["n"], 4);
        let number = |field: &str| one[field].as_f64().expect("a number");
        assert!((number("r_squared") + number("residual") - 1.0).abs() < 1e-12);
        assert!((number("pearson") * number("pearson") - number("r_squared")).abs() < 1e-12);
        assert!(number("chance") > 0.5, "four checkpoints: chance explains much");
    }
    // By hand: E and log(1 + step) of the document.
    let pairs: Vec<(f64, f64)> = document["checkpoints"]
        .as_array()
        .expect("checkpoints")
        .iter()
        .map(|one| {
            let step = one["step"].as_f64().expect("a step");
            (libm::log1p(step), one["emergence"].as_f64().expect("E"))
        })
        .collect();
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / 4.0;
    let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    let slope = sum(&|pair| (pair.0 - x) * (pair.1 - y)) / sum(&|pair| (pair.0 - x) * (pair.0 - x));
    let left = sum(&|pair| {
        let off = pair.1 - y - slope * (pair.0 - x);
        off * off
    });
    let all = sum(&|pair| (pair.1 - y) * (pair.1 - y));
    let found = explained[0]["residual"].as_f64().expect("a share");
    assert!((found - left / all).abs() < 1e-12, "{found}, not {}", left / all);
}

#[test]
fn threads_and_samples_change_nothing_and_few_checkpoints_explain_nothing() {
    let files = [0, 1000].map(|step| root(&format!("tests/data/neox-tiny/step{step}.safetensors")));
    let [first, last] = files.map(|file| file.display().to_string());
    let whole = document(&[&first, &last, "--rivals", "--threads", "1"]);
    let others = document(&[
        &first,
        &last,
        "--rivals",
        "--threads",
        "3",
        "--network",
        "sampled",
        "--samples",
        "1",
        "--layer-sample",
        "8",
    ]);
    for at in 0..2 {
        assert_eq!(whole["checkpoints"][at]["rivals"], others["checkpoints"][at]["rivals"]);
    }
    let explained = whole["explained"].as_array().expect("a comparison");
    assert!(explained.iter().all(|one| one["r_squared"].is_null() && one["chance"].is_null()));
    assert_eq!(
        explained[0]["text"],
        "log(1 + step): 2 checkpoints are too few to tell how much of E it explains."
    );
    schema::assert_valid(&whole);
}

#[test]
fn large_matrices_are_left_out_and_counted() {
    // The narrower side of all is 64.
    let ran = analyze(&[&neox(), "--rivals", "--largest-matrix", "63", "--layers", "0-3"]);
    let text = "4 of 4 matrices are larger than 63 on their smaller side and left out.";
    assert!(ran.errors.contains(&format!("step0: {text}")), "{}", ran.errors);
    let document = ran.json.expect("a document");
    let rivals = &document["checkpoints"][0]["rivals"];
    assert_eq!(rivals["text"], text);
    assert_eq!(rivals["too_large"].as_array().map(Vec::len), Some(4));
    assert!(rivals["mean"]["alpha"].is_null() && rivals["matrices"].as_array().is_some_and(Vec::is_empty));
    schema::assert_valid(&document);
}

#[test]
fn without_asking_nothing_is_measured_and_what_cannot_be_is_refused() {
    let plain = document(&[&neox()]);
    assert!(plain.get("explained").is_none() && plain["checkpoints"][0].get("rivals").is_none());
    for (arguments, words) in [
        (&["--rivals", "--part"][..], "Leave --rivals or --part out"),
        (&["--largest-matrix", "9"], "--rivals"),
        (&["--rivals", "--largest-matrix", "0"], "--largest-matrix"),
    ] {
        let ran = analyze(&[&[neox().as_str()], arguments].concat());
        assert_eq!(ran.status, Some(2), "{}", ran.errors);
        assert!(ran.errors.contains(words), "{}", ran.errors);
    }
}
