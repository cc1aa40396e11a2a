//! Arrays of every kind, as NumPy writes them.

use std::fs;
use std::path::Path;

use neuromfa::checkpoint::{Checkpoint, CheckpointError, Input, NpyProblem, collect, open, read_values};
use serde_json::Value;

use crate::zip_file;

fn bytes(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/numpy").join(name)).expect("readable")
}

fn opened(name: &str, bytes: &[u8]) -> Result<Checkpoint, CheckpointError> {
    let inputs = [Input::new(name, &bytes)];
    open(&collect(&inputs).candidates[0], &inputs)
}

fn assert_expected(checkpoint: &Checkpoint, source: &[u8], expected: impl Fn(&str) -> Value) {
    for tensor in &checkpoint.tensors {
        let values = tensor.dtype.is_float().then(|| read_values(&source, tensor).expect("decodable"));
        let found = serde_json::json!({ "shape": tensor.shape, "values": values });
        assert_eq!(found, expected(&tensor.name), "{}", tensor.name);
    }
}

#[test]
fn arrays_of_every_kind_are_read_listed_or_left_out() {
    let expected: Value = serde_json::from_slice(&bytes("expected.json")).expect("JSON");
    for name in ["types.npz", "types_compressed.npz"] {
        let source = bytes(name);
        let checkpoint = opened(name, &source).expect("an archive");
        assert_eq!((&*checkpoint.format, checkpoint.tensors.len()), ("NumPy", 11));
        assert_expected(&checkpoint, &source, |name| expected[name].clone());
        let mut skipped: Vec<&str> =
            checkpoint.skipped.iter().flat_map(|record| &record.tensors).map(String::as_str).collect();
        skipped.sort_unstable();
        let names = ["big", "brain", "long", "object", "structure", "text"];
        assert_eq!(skipped, names.map(|name| format!("skipped {name}")), "{name}");
    }
}

#[test]
fn one_array_is_one_tensor() {
    let expected: Value = serde_json::from_slice(&bytes("expected.json")).expect("JSON");
    let source = bytes("fortran.npy");
    let checkpoint = opened("step3.npy", &source).expect("an array");
    assert_eq!((checkpoint.name.as_str(), checkpoint.step), ("step3", Some(3)));
    assert_expected(&checkpoint, &source, |_| expected["fortran"].clone());
    assert_eq!(checkpoint.tensors[0].name, "array");
    let big = zip_file::npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", &[0; 4]);
    let checkpoint = opened("x.npy", &big).expect("readable");
    assert_eq!((checkpoint.tensors.len(), checkpoint.skipped.len()), (0, 1));
    let objects = zip_file::npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", b"\x80\x03N.");
    let error = opened("x.npy", &objects).expect_err("no numbers");
    assert_eq!(error.problem, NpyProblem::NotNumbers { what: "Python objects".to_owned() }.into());
}
