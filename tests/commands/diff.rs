//! `inspect --diff`: files with known changes, containers and types of all kinds, and damaged files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use neuromfa::checkpoint::{CheckpointDiff, Input, Opened, TensorDiff, ValuesDiff, collect, diff, open};
use serde_json::{Value, json};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// A safetensors file of these tensors: name, type, shape and bytes.
fn safetensors(tensors: &[(&str, &str, &[u64], &[u8])]) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut bytes = Vec::new();
    for (name, dtype, shape, data) in tensors {
        let begin = bytes.len();
        bytes.extend_from_slice(data);
        let offsets = [begin, bytes.len()];
        header.insert((*name).to_owned(), json!({"dtype": dtype, "shape": shape, "data_offsets": offsets}));
    }
    let header = Value::Object(header).to_string();
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &bytes].concat()
}

fn f32s(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn compared(before: (&str, &[u8]), after: (&str, &[u8])) -> CheckpointDiff {
    let [before, after] = [before, after].map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
    let inputs = [&before, &after].map(|(name, bytes)| [Input::new(name, bytes)]);
    let checkpoints = inputs.each_ref().map(|inputs| {
        open(&collect(inputs).candidates[0], inputs).unwrap_or_else(|error| panic!("{}", error.text()))
    });
    let opened = |side: usize| Opened { checkpoint: &checkpoints[side], inputs: &inputs[side] };
    let mut told = 0;
    let found = diff(opened(0), opened(1), |elements| told += elements).expect("readable");
    let elements: u64 = found.both.iter().filter_map(|tensor| tensor.values).map(|v| v.elements).sum();
    assert_eq!(told, elements);
    found
}

fn values(found: &CheckpointDiff, name: &str) -> ValuesDiff {
    let tensor = found.both.iter().find(|tensor| tensor.before.name == name).expect("a tensor");
    tensor.values.expect("compared")
}

#[test]
fn known_changes_are_found() {
    let before = safetensors(&[
        ("a", "F32", &[2, 2], &f32s(&[3.0, 4.0, 0.0, -0.0])),
        ("b", "F32", &[3], &f32s(&[f32::NAN, 1.0, f32::INFINITY])),
        ("c", "I64", &[2], &[7_i64, -1].map(i64::to_le_bytes).concat()),
        ("gone", "F32", &[1], &f32s(&[1.0])),
        ("none", "F32", &[0, 4], &[]),
        ("shape", "F32", &[2, 1], &f32s(&[1.0, 2.0])),
        ("type", "F32", &[2], &f32s(&[1.5, 0.1])),
        ("zero", "F32", &[1], &f32s(&[0.0])),
    ]);
    let after = safetensors(&[
        ("a", "F32", &[2, 2], &f32s(&[3.0, 1.0, -0.0, 0.0])),
        ("b", "F32", &[3], &f32s(&[f32::NAN, f32::INFINITY, f32::INFINITY])),
        ("c", "I64", &[2], &[7_i64, -2].map(i64::to_le_bytes).concat()),
        ("new", "BF16", &[1], &[0, 0]),
        ("none", "F32", &[0, 4], &[]),
        ("shape", "F32", &[1, 2], &f32s(&[1.0, 2.0])),
        // 1.5 is exact, 0.1 is not.
        ("type", "F16", &[2], &[0x00, 0x3e, 0x66, 0x2e]),
        ("zero", "F32", &[1], &f32s(&[2.0])),
    ]);
    let found = compared(("before.safetensors", &before), ("after.safetensors", &after));
    assert_eq!((found.before.as_str(), found.after.as_str()), ("before", "after"));
    let names = |tensors: &[neuromfa::checkpoint::TensorKind]| {
        tensors.iter().map(|tensor| tensor.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        (names(&found.only_before), names(&found.only_after)),
        (vec!["gone".into()], vec!["new".into()])
    );
    let a = values(&found, "a");
    assert_eq!((a.elements, a.changed, a.changed_share, a.nonfinite), (4, 1, Some(0.25), 0));
    assert_eq!((a.largest_change, a.relative_change), (Some(3.0), Some(3.0 / 5.0)));
    let b = values(&found, "b");
    assert_eq!((b.changed, b.nonfinite, b.largest_change, b.relative_change), (1, 3, Some(0.0), None));
    let c = values(&found, "c");
    assert_eq!((c.changed, c.largest_change, c.relative_change), (1, None, None));
    let none = values(&found, "none");
    assert_eq!((none.elements, none.changed, none.changed_share), (0, 0, None));
    let of_type = values(&found, "type");
    let f16 = f64::from(f32::from(half::f16::from_bits(0x2e66)));
    assert_eq!((of_type.changed, of_type.largest_change), (1, Some(f64::from(0.1_f32) - f16)));
    assert_eq!(
        values(&found, "zero").relative_change,
        None,
        "a change of nothing has no size relative to it"
    );
    let TensorDiff { values, not_compared, .. } =
        found.both.iter().find(|tensor| tensor.before.name == "shape").expect("a tensor");
    assert_eq!((values, not_compared.as_deref()), (&None, Some("the shapes differ")));
}

#[test]
fn long_tensors_are_compared_in_pieces() {
    // More than two pieces, with a change in each and at both ends.
    let length = 150_000_usize;
    let before: Vec<f32> = (0..length).map(|index| index as f32).collect();
    let mut after = before.clone();
    for at in [0, 65_535, 65_536, 131_072, length - 1] {
        after[at] += 1.0;
    }
    let file = |values: &[f32]| safetensors(&[("a", "F32", &[length as u64], &f32s(values))]);
    let found = compared(("a.safetensors", &file(&before)), ("b.safetensors", &file(&after)));
    let a = values(&found, "a");
    assert_eq!((a.changed, a.largest_change), (5, Some(1.0)));
    let norm = before.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>().sqrt();
    assert!((a.relative_change.expect("a number") * norm - 5.0_f64.sqrt()).abs() < 1e-9);
}

#[test]
fn all_forms_of_one_model_have_the_same_values() {
    let safetensors = fs::read(data("neox-tiny/step1000.safetensors")).expect("golden data");
    for form in [
        "pytorch_model.bin",
        "legacy.pt",
        "views.pt",
        "model.npz",
        "model_compressed.npz",
        "model.f64.safetensors",
    ] {
        let other = fs::read(data("formats").join(form)).expect("golden data");
        let found = compared(("step1000.safetensors", &safetensors), (form, &other));
        assert!(!found.both.is_empty(), "{form}");
        for tensor in &found.both {
            let same = tensor.values.is_some_and(|values| values.identical() && values.elements > 0);
            assert!(same || tensor.before.dtype != tensor.after.dtype, "{form}: {tensor:?}");
        }
        assert!(
            found.both.iter().any(|tensor| tensor.before.name.contains("dense_h_to_4h.weight")),
            "{form}"
        );
    }
    for (form, most) in [("model.f16.safetensors", 1e-3), ("model.bf16.safetensors", 1e-2)] {
        let other = fs::read(data("formats").join(form)).expect("golden data");
        let found = compared(("step1000.safetensors", &safetensors), (form, &other));
        let relative = |tensor: &TensorDiff| tensor.values.and_then(|values| values.relative_change);
        let largest = found.both.iter().filter_map(relative).fold(0.0, f64::max);
        assert!(0.0 < largest && largest < most, "{form}: {largest}");
    }
}

fn inspect(arguments: &[&Path], more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neuromfa"));
    command.arg("inspect").args(arguments).arg("--diff").args(more).output().expect("the program runs")
}

#[test]
fn the_command_line_writes_text_and_json() {
    let paths = ["step1000", "step0"].map(|step| data(&format!("neox-tiny/{step}.safetensors")));
    let paths = paths.each_ref().map(PathBuf::as_path);
    let json = inspect(&paths, &["--json"]);
    assert_eq!(json.status.code(), Some(0));
    let found: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!((&found["before"], &found["after"]), (&json!("step1000"), &json!("step0")));
    assert!(found["both"][0]["values"]["changed"].is_u64());
    let text = String::from_utf8(inspect(&paths, &[]).stdout).expect("UTF-8");
    assert!(text.starts_with("step1000 and step0: "), "{text}");
    assert!(text.contains("values changed ("), "{text}");
    let same = String::from_utf8(inspect(&[paths[0], paths[0]], &[]).stdout).expect("UTF-8");
    assert_eq!(same.lines().count(), 1, "{same}");
}

#[test]
fn damaged_files_are_refused_with_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = data("formats/model_compressed.npz");
    let good = fs::read(&whole).expect("golden data");
    let name = folder.path().join("bad.npz");
    // Every hundredth byte of a compressed file, turned around: refused or compared, but never a panic.
    let mut refused = 0;
    for at in (0..good.len()).step_by(good.len() / 60) {
        let mut bad = good.clone();
        bad[at] ^= 0xff;
        fs::write(&name, bad).expect("a file");
        let output = inspect(&[&whole, &name], &[]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!error.contains("panicked"), "{at}: {error}");
        match output.status.code() {
            Some(0) => {}
            Some(3) => {
                refused += 1;
                assert!(error.starts_with("error: ") && error.contains("bad.npz"), "{error}");
            }
            other => panic!("{at}: {other:?} {error}"),
        }
    }
    // Most of the others inflate to other values, which is no damage that the container can show.
    assert!(refused > 10, "{refused}");
    fs::write(&name, &good[..good.len() / 2]).expect("a file");
    assert_eq!(inspect(&[&whole, &name], &[]).status.code(), Some(3));
    for (paths, status) in [
        (&[whole.as_path()][..], 2),
        (&[whole.as_path(), whole.as_path(), whole.as_path()], 2),
        (&[whole.as_path(), Path::new("/nowhere")], 3),
        (&[whole.as_path(), folder.path().parent().expect("a parent").join("nothing-here").as_path()], 3),
        (&[whole.as_path(), data("neox-tiny").as_path()], 2),
    ] {
        assert_eq!(inspect(paths, &[]).status.code(), Some(status), "{paths:?}");
    }
}
