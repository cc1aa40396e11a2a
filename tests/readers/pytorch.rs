//! Files that PyTorch wrote (tests/data/pytorch/make.py), read and compared with what was saved.

use std::fs;
use std::path::{Path, PathBuf};

use neuromfa::checkpoint::{
    Checkpoint, CheckpointError, Encoding, Input, OpenOptions, collect, open_with, read_values,
};
use serde_json::Value;

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pytorch").join(path)
}

fn bytes(file: &str) -> Vec<u8> {
    fs::read(data(file)).expect("readable")
}

/// Opens bytes under a name, with a wish for a state dict.
fn opened(file: &str, bytes: &[u8], state_dict: Option<&str>) -> Result<Checkpoint, CheckpointError> {
    let bytes = bytes.to_vec();
    let inputs = [Input::new(file, &bytes)];
    let options = OpenOptions { state_dict: state_dict.map(str::to_owned) };
    open_with(&collect(&inputs).candidates[0], &inputs, &options)
}

fn open(file: &str) -> Checkpoint {
    opened(file, &bytes(file), None).unwrap_or_else(|error| panic!("{}", error.text()))
}

fn error(file: &str, state_dict: Option<&str>) -> CheckpointError {
    opened(file, &bytes(file), state_dict).expect_err(file)
}

fn names(checkpoint: &Checkpoint) -> Vec<&str> {
    checkpoint.tensors.iter().map(|tensor| tensor.name.as_str()).collect()
}

fn expected() -> serde_json::Map<String, Value> {
    let expected: Value = serde_json::from_slice(&bytes("expected.json")).expect("JSON");
    expected.as_object().expect("an object").clone()
}

#[test]
fn every_file_holds_what_was_saved() {
    for (file, tensors) in expected() {
        let checkpoint = open(&file);
        assert_eq!(checkpoint.format, "PyTorch");
        let mut missing: Vec<&String> = tensors.as_object().expect("an object").keys().collect();
        let bytes = bytes(&file);
        for tensor in &checkpoint.tensors {
            let golden = &tensors[&tensor.name];
            let what = format!("{file} {}", tensor.name);
            assert_eq!(tensor.dtype.name(), golden["dtype"], "{what}");
            assert_eq!(serde_json::json!(tensor.shape), golden["shape"], "{what}");
            if let Some(values) = golden["values"].as_array() {
                let found = read_values(&bytes, tensor).expect("decodable");
                // JSON has no NaN.
                let same = |(found, value): (&f64, &Value)| match value.as_f64() {
                    Some(value) => *found == value,
                    None => found.is_nan(),
                };
                assert!(
                    found.len() == values.len() && found.iter().zip(values).all(same),
                    "{what}: {found:?}"
                );
            }
            missing.retain(|name| **name != tensor.name);
        }
        assert!(missing.is_empty(), "{file}: {missing:?}");
    }
}

#[test]
fn views_are_views_only_where_they_must_be() {
    let checkpoint = open("views.pt");
    let strided: Vec<(&str, Option<&[u64]>)> = checkpoint
        .tensors
        .iter()
        .map(|tensor| (tensor.name.as_str(), tensor.storage.view.as_ref().map(|view| &view.strides[..])))
        .collect();
    assert_eq!(
        strided,
        [
            ("channels_last", Some(&[12, 1, 6, 3][..])),
            ("column", Some(&[8])),
            ("empty", None),
            ("one", None),
            ("permuted", Some(&[1, 12, 4])),
            ("rows", None),
            ("scalar", None),
            ("shared", None),
            ("sliced", Some(&[16, 3])),
            ("transposed", Some(&[1, 8])),
            ("whole", None),
        ]
    );
    // Only the bytes that a tensor needs belong to it.
    let bytes: Vec<u64> = checkpoint.tensors.iter().map(|tensor| tensor.storage.bytes).collect();
    assert_eq!(bytes, [96, 164, 0, 4, 96, 64, 4, 192, 80, 192, 192]);
    let offset = |name: &str| {
        checkpoint.tensors.iter().find(|tensor| tensor.name == name).map(|tensor| tensor.storage.offset)
    };
    assert_eq!(offset("whole"), offset("shared"));
}

#[test]
fn tensors_of_other_kinds_are_left_out_with_a_reason() {
    let reasons = |file: &str| -> Vec<(String, Vec<String>)> {
        open(file).skipped.into_iter().map(|record| (record.reason, record.tensors)).collect()
    };
    let reason = |reason: &str, tensors: &[&str]| {
        (reason.to_owned(), tensors.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
    };
    let quantised = reason("a quantised tensor, which is not read", &["quantised"]);
    let sparse = reason("a sparse tensor, which is not read", &["sparse", "csr"]);
    let expanded = reason("an expanded tensor, which repeats its elements", &["expanded"]);
    assert_eq!(reasons("views_stream.pt"), [quantised.clone(), sparse.clone(), expanded.clone()]);
    let negated = reason("a tensor stored with its signs reversed, which is not read", &["negated"]);
    let empty = reason("a tensor without values", &["meta"]);
    assert_eq!(reasons("views.pt"), [quantised, sparse, negated, empty, expanded]);
}

#[test]
fn compressed_entries_are_read_through() {
    let checkpoint = open("deflated.pt");
    let deflated = |encoding| matches!(encoding, Encoding::Deflated { .. });
    assert!(checkpoint.tensors.iter().all(|tensor| deflated(tensor.storage.encoding)));
}

#[test]
fn a_training_state_gives_the_model() {
    let checkpoint = open("training.pt");
    let dicts = |checkpoint: &Checkpoint| -> Vec<(String, u64, u64, bool)> {
        let dicts = checkpoint.state_dicts.iter();
        dicts.map(|dict| (dict.path.clone(), dict.tensors, dict.parameters, dict.chosen)).collect()
    };
    let listed = |chosen: &str| {
        [("ema", 15, 60), ("shadow.shadow_params", 2, 90), ("model", 15, 60)]
            .map(|(path, tensors, parameters)| (path.to_owned(), tensors, parameters, path == chosen))
    };
    assert_eq!(dicts(&checkpoint), listed("model"));
    assert_eq!(checkpoint.warnings, []);
    let average = opened("training.pt", &bytes("training.pt"), Some("ema")).expect("a state dict");
    assert_eq!(dicts(&average), listed("ema"));
    assert_eq!(names(&average), names(&checkpoint));
    assert_ne!(average.tensors[0].storage.offset, checkpoint.tensors[0].storage.offset);
    let list = opened("training.pt", &bytes("training.pt"), Some("shadow.shadow_params")).expect("a list");
    assert_eq!(names(&list), ["0", "1"]);
    assert_eq!(
        error("training.pt", Some("weights")).text(),
        "training.pt holds no state dict “weights”. It has “ema”, “shadow.shadow_params”, “model”. Name one of these."
    );
}

#[test]
fn of_several_models_the_largest_is_read_and_the_user_is_told() {
    let checkpoint = open("two.pt");
    assert_eq!(names(&checkpoint), ["b.weight"]);
    assert_eq!(checkpoint.warnings[0].code, "several-state-dicts");
    assert_eq!(checkpoint.warnings[0].text, "The file holds several state dicts. “D” is read, not “G”.");
    assert_eq!(opened("two.pt", &bytes("two.pt"), Some("D")).expect("a state dict").warnings, []);
}

#[test]
fn files_without_weights_say_so() {
    assert_eq!(
        error("adam.pt", None).text(),
        "adam.pt holds optimiser state only. Drop the model file of the same step."
    );
    assert_eq!(
        error("numpy.pkl", None).text(),
        "numpy.pkl is a pickle, but none that PyTorch has saved. Save the weights with torch.save, or as safetensors."
    );
}

#[test]
fn every_import_is_listed_and_none_is_made() {
    let imports = |file: &str| -> Vec<(String, bool)> {
        open(file).imports.into_iter().map(|import| (import.name, import.known)).collect()
    };
    let known = |names: &[&str]| names.iter().map(|&name| (name.to_owned(), true)).collect::<Vec<_>>();
    let plain = known(&["collections.OrderedDict", "torch.FloatStorage", "torch._utils._rebuild_tensor_v2"]);
    assert_eq!(imports("nested.pt"), plain);
    let unknown: Vec<String> =
        imports("module.pt").into_iter().filter(|(_, known)| !known).map(|(name, _)| name).collect();
    assert_eq!(
        unknown,
        [
            "__main__.Block",
            "__main__.Net",
            "torch.nn.modules.batchnorm.BatchNorm1d",
            "torch.nn.modules.container.ModuleList",
            "torch.nn.modules.linear.Linear",
        ]
    );
}

/// Every length of the small files: wherever a file ends, it is refused with a sentence.
#[test]
fn every_truncation_is_refused() {
    for file in [
        "protocol2.pt",
        "protocol1.pt",
        "protocol2_stream.pt",
        "protocol4_stream.pt",
        "first.tar",
        "deflated.pt",
    ] {
        let whole = bytes(file);
        let end = match file {
            // A tar archive ends with blocks of zeros, of which the first is all that is needed.
            "first.tar" => whole.len() - whole.iter().rev().take_while(|&&byte| byte == 0).count(),
            _ => whole.len(),
        };
        for length in 0..end {
            let error = opened(file, &whole[..length], None).expect_err(&format!("{file} cut at {length}"));
            assert!(!error.hint().is_empty() && !error.code().is_empty());
        }
    }
}

/// One bit of any byte wrong: read or refused, never a crash, and what is read lies inside the file.
#[test]
fn any_byte_may_be_wrong() {
    for file in ["protocol1_stream.pt", "protocol4_stream.pt"] {
        let mut bytes = bytes(file);
        for at in 0..bytes.len() {
            let bit = 1 << (at % 8);
            bytes[at] ^= bit;
            if let Ok(checkpoint) = opened(file, &bytes, None) {
                checkpoint.tensors.iter().filter(|tensor| tensor.dtype.is_float()).for_each(|tensor| {
                    read_values(&bytes, tensor).unwrap_or_else(|error| panic!("{file} {at}: {error}"));
                });
            }
            bytes[at] ^= bit;
        }
    }
}
