//! ONNX models made with the onnx package and exported from PyTorch: names, uses, values.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use neuromfa::checkpoint::{
    Checkpoint, DType, Input, TensorEntry, collect, files_of_onnx, open, read_values,
};
use serde_json::Value;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/onnx").join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(data(name)).expect("readable")
}

fn open_only(inputs: &[Input<'_>]) -> Checkpoint {
    let candidates = collect(inputs).candidates;
    assert_eq!(candidates.len(), 1, "{candidates:?}");
    open(&candidates[0], inputs).unwrap_or_else(|error| panic!("{}", error.text()))
}

/// What the reader finds, as the expectations have it. Values of integers are not decoded.
fn found(tensor: &TensorEntry, source: &[u8]) -> Value {
    let usage = tensor.usage.map(|usage| format!("{usage:?}"));
    let values = tensor.dtype.is_float().then(|| read_values(&source, tensor).expect("decodable"));
    serde_json::json!({ "shape": tensor.shape, "usage": usage, "values": values })
}

/// Every tensor of `file`, whose numbers lie in `source`.
fn assert_expected(file: &str, expectations: &str, skipped: usize) {
    let expected: Value = serde_json::from_slice(&bytes(expectations)).expect("JSON");
    let expected = expected[file].as_object().unwrap_or_else(|| panic!("no entry {file}"));
    let source = bytes(file);
    let checkpoint = open_only(&[Input::new(file, &source)]);
    let by_name: BTreeMap<&str, &TensorEntry> =
        checkpoint.tensors.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
    assert!(by_name.keys().copied().eq(expected.keys().map(String::as_str)), "{file}: {:?}", by_name.keys());
    for (name, tensor) in by_name {
        assert_eq!(found(tensor, &source), expected[name], "{file}: {name}");
    }
    assert_eq!(checkpoint.skipped.len(), skipped, "{:?}", checkpoint.skipped);
}

#[test]
fn matrices_are_turned_as_their_nodes_use_them() {
    assert_expected("mlp.onnx", "expected.json", 0);
    assert_expected("conv.onnx", "expected.json", 0);
}

#[test]
fn weights_without_a_name_take_that_of_their_node() {
    assert_expected("anonymous.onnx", "expected.json", 0);
}

#[test]
fn an_export_has_the_names_that_the_model_had() {
    assert_expected("exported.onnx", "exported.json", 0);
}

#[test]
fn branches_keep_their_own_weights() {
    assert_expected("branches.onnx", "expected.json", 0);
}

#[test]
fn numbers_are_found_in_every_field() {
    assert_expected("typed.onnx", "expected.json", 1);
    let source = bytes("typed.onnx");
    let checkpoint = open_only(&[Input::new("typed.onnx", &source)]);
    let dtype =
        |name: &str| checkpoint.tensors.iter().find(|tensor| tensor.name == name).map(|tensor| tensor.dtype);
    let types = [("half", DType::F16), ("brain", DType::BF16), ("small", DType::F8E4M3), ("four", DType::F4)];
    for (name, expected) in types {
        assert_eq!(dtype(name), Some(expected), "{name}");
    }
    assert_eq!(checkpoint.skipped[0].tensors, ["sparse"]);
}

#[test]
fn weights_in_a_file_of_their_own_join_the_model() {
    let (model, weights) = (bytes("external.onnx"), bytes("external.data"));
    assert_eq!(files_of_onnx(&model), ["external.data"]);
    let expected: Value = serde_json::from_slice(&bytes("expected.json")).expect("JSON");
    for paths in [["external.onnx", "external.data"], ["run/external.onnx", "run/external.data"]] {
        let inputs = [Input::new(paths[0], &model), Input::new(paths[1], &weights)];
        let checkpoint = open_only(&inputs);
        let files: Vec<&str> = checkpoint.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!((files, checkpoint.warnings.len()), (vec!["external.onnx", "external.data"], 0));
        assert_eq!(checkpoint.tensors.len(), 3);
        for tensor in &checkpoint.tensors {
            let source = [&model, &weights][checkpoint.files[tensor.file].input];
            assert_eq!(found(tensor, source), expected["external.onnx"][&tensor.name], "{}", tensor.name);
        }
    }
}

#[test]
fn a_missing_file_of_weights_is_a_warning_that_names_it() {
    let model = bytes("external.onnx");
    let elsewhere = bytes("external.data");
    let inputs = [Input::new("run/external.onnx", &model), Input::new("other/external.data", &elsewhere)];
    let checkpoint = open_only(&inputs);
    let names: Vec<&str> = checkpoint.tensors.iter().map(|tensor| tensor.name.as_str()).collect();
    assert_eq!(names, ["bias"], "what is here is read");
    assert_eq!(checkpoint.warnings.len(), 1);
    assert_eq!(checkpoint.warnings[0].code, "missing-shard");
    assert!(checkpoint.warnings[0].text.contains("external.data"), "{}", checkpoint.warnings[0].text);
}
