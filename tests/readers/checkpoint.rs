//! Golden checkpoints, read as the command line reads them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use neuromfa::checkpoint::{Checkpoint, Collection, Input, TensorEntry, collect, open, read_values};
use neuromfa::source::LocalFile;
use proptest::prelude::*;
use serde_json::Value;

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path)
}

/// A file in memory, with the path under which it is given.
type File = (String, Vec<u8>);

fn folder(path: &str) -> Vec<File> {
    let root = data(path);
    let name = root.file_name().expect("a name").to_string_lossy().into_owned();
    let entries = fs::read_dir(&root).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files = entries.filter(|path| path.is_file());
    files
        .map(|path| {
            (
                format!("{name}/{}", path.file_name().expect("a name").to_string_lossy()),
                fs::read(&path).expect("readable"),
            )
        })
        .collect()
}

fn inputs(files: &[File]) -> Vec<Input<'_>> {
    files.iter().map(|(path, bytes)| Input::new(path, bytes)).collect()
}

fn open_only(files: &[File]) -> Checkpoint {
    let inputs = inputs(files);
    let Collection { candidates, .. } = collect(&inputs);
    assert_eq!(candidates.len(), 1, "{candidates:?}");
    open(&candidates[0], &inputs).unwrap_or_else(|error| panic!("{}", error.text()))
}

fn values(files: &[File], checkpoint: &Checkpoint, tensor: &TensorEntry) -> Vec<f64> {
    read_values(&files[checkpoint.files[tensor.file].input].1, tensor).expect("decodable")
}

fn assert_close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (found - expected).abs() <= tolerance * expected.abs().max(1.0),
        "{what}: {found}, expected {expected}"
    );
}

/// Shape, sum, sum of squares and first values of every tensor.
fn assert_golden(files: &[File], name: &str) {
    let expected: Value =
        serde_json::from_slice(&fs::read(data("formats/expected_tensors.json")).expect("readable"))
            .expect("JSON");
    let expected = expected[name].as_object().unwrap_or_else(|| panic!("no entry {name}"));
    let checkpoint = open_only(files);
    assert_eq!(checkpoint.tensors.len(), expected.len(), "{name}");
    for tensor in &checkpoint.tensors {
        let golden = &expected[&tensor.name];
        assert_eq!(serde_json::json!(tensor.shape), golden["shape"], "{name} {}", tensor.name);
        let found = values(files, &checkpoint, tensor);
        let what = format!("{name} {}", tensor.name);
        assert_close(found.iter().sum(), golden["sum"].as_f64().expect("a number"), 1e-9, &what);
        assert_close(
            found.iter().map(|x| x * x).sum(),
            golden["sumsq"].as_f64().expect("a number"),
            1e-9,
            &what,
        );
        for (value, first) in found.iter().zip(golden["first"].as_array().expect("an array")) {
            assert_eq!(Some(*value), first.as_f64(), "{what}");
        }
    }
}

#[test]
fn every_type_decodes_to_the_golden_values() {
    for name in [
        "model.f16.safetensors",
        "model.bf16.safetensors",
        "model.f64.safetensors",
        "model.f8_e4m3.safetensors",
    ] {
        let file = (name.to_owned(), fs::read(data("formats").join(name)).expect("readable"));
        assert_golden(&[file], name);
    }
}

#[test]
fn containers_hold_the_golden_values() {
    for name in [
        "pytorch_model.bin",
        "legacy.pt",
        "trainer_checkpoint.pt",
        "parameters.pth",
        "views.pt",
        "model.npz",
        "model_compressed.npz",
        "model.f32.gguf",
        "model.f16.gguf",
        "model.bf16.gguf",
        "model.q8_0.gguf",
        "model.q5_1.gguf",
        "model.q4_0.gguf",
        "model.onnx",
    ] {
        let file = (name.to_owned(), fs::read(data("formats").join(name)).expect("readable"));
        assert_golden(&[file], name);
    }
}

const SHARDED: &str = "sharded/model.safetensors.index.json";

#[test]
fn shards_are_one_checkpoint_with_or_without_their_index() {
    let files = folder("formats/sharded");
    let with_index = open_only(&files);
    assert_eq!((with_index.name.as_str(), with_index.files.len()), ("sharded", 2));
    assert_eq!(with_index.warnings, []);
    assert_golden(&files, SHARDED);
    let without: Vec<File> = files.into_iter().filter(|(path, _)| !path.ends_with(".json")).collect();
    assert_golden(&without, SHARDED);
}

#[test]
fn a_missing_shard_is_a_warning_that_names_it() {
    let files: Vec<File> =
        folder("formats/sharded").into_iter().filter(|(path, _)| !path.contains("00002-of")).collect();
    let checkpoint = open_only(&files);
    assert_eq!(checkpoint.warnings.len(), 1, "{:?}", checkpoint.warnings);
    assert_eq!(checkpoint.warnings[0].code, "missing-shard");
    let text = &checkpoint.warnings[0].text;
    assert!(text.contains("model-00002-of-00002.safetensors") && text.contains("block"), "{text}");
    let without: Vec<File> = files.into_iter().filter(|(path, _)| !path.ends_with(".json")).collect();
    assert_eq!(open_only(&without).warnings[0].code, "missing-shard");
}

#[test]
fn the_series_is_in_the_order_of_its_steps() {
    let files = folder("neox-tiny");
    let inputs = inputs(&files);
    let collection = collect(&inputs);
    let steps: Vec<_> = collection.candidates.iter().map(|candidate| candidate.step).collect();
    assert_eq!(steps, [Some(0), Some(32), Some(256), Some(1000)]);
    assert_eq!(collection.skipped, []);
    for candidate in &collection.candidates {
        let checkpoint = open(candidate, &inputs).expect("a checkpoint");
        assert_eq!(checkpoint.name, format!("step{}", candidate.step.expect("a step")));
        assert_eq!(checkpoint.config.expect("a config").model_type.as_deref(), Some("gpt_neox"));
        assert_eq!(checkpoint.files[0].identity.len(), 64);
    }
}

#[test]
fn files_on_disk_read_like_bytes_in_memory() {
    let path = data("neox-tiny/step256.safetensors");
    let file = LocalFile::new(&path).expect("a file");
    let inputs = [Input::new("step256.safetensors", &file)];
    let from_disk = open(&collect(&inputs).candidates[0], &inputs).expect("a checkpoint");
    let from_memory = open_only(&[("step256.safetensors".into(), fs::read(&path).expect("readable"))]);
    assert_eq!((from_disk.tensors, from_disk.files), (from_memory.tensors, from_memory.files));
}

/// The reference implementation as oracle: the same names, types, shapes and bytes.
fn assert_like_the_reference(bytes: &[u8]) {
    let checkpoint = open_only(&[("x.safetensors".into(), bytes.to_vec())]);
    let reference = safetensors::SafeTensors::deserialize(bytes).expect("valid");
    let found: BTreeMap<&str, &TensorEntry> =
        checkpoint.tensors.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
    assert_eq!(found.len(), reference.len());
    for (name, view) in reference.tensors() {
        let tensor = found[name.as_str()];
        assert_eq!(tensor.dtype.name(), view.dtype().to_string(), "{name}");
        assert!(
            tensor.shape.iter().eq(view.shape().iter().map(|&size| size as u64).collect::<Vec<_>>().iter()),
            "{name}"
        );
        assert_eq!(
            &bytes[tensor.storage.offset as usize..][..tensor.storage.bytes as usize],
            view.data(),
            "{name}"
        );
    }
}

#[test]
fn golden_files_read_like_the_reference_implementation() {
    for path in ["formats/model.f8_e4m3.safetensors", "formats/sharded/model-00001-of-00002.safetensors"] {
        let bytes = fs::read(data(path)).expect("readable");
        // A shard alone has the other one missing, which does not matter here.
        assert_like_the_reference(&bytes);
    }
}

fn dtypes() -> impl Strategy<Value = safetensors::Dtype> {
    use safetensors::Dtype::*;
    prop::sample::select(vec![
        F64,
        F32,
        F16,
        BF16,
        F8_E4M3,
        F8_E5M2,
        F8_E4M3FNUZ,
        F8_E5M2FNUZ,
        F8_E8M0,
        F6_E2M3,
        F6_E3M2,
        F4,
        C64,
        BOOL,
        U8,
        I8,
        U16,
        I16,
        U32,
        I32,
        U64,
        I64,
    ])
}

proptest! {
    #[test]
    fn what_the_reference_writes_is_read_back(
        tensors in prop::collection::btree_map("[a-zé.\"\\\\0-9]{0,12}", (dtypes(), prop::collection::vec(0usize..4, 0..5), any::<u8>()), 0..12)
    ) {
        let data: Vec<(String, safetensors::Dtype, Vec<usize>, Vec<u8>)> = tensors
            .into_iter()
            .map(|(name, (dtype, mut shape, fill))| {
                if dtype.bitsize() < 8 {
                    // Elements below a byte must fill whole ones.
                    shape.push(8);
                }
                let bytes = shape.iter().product::<usize>() * dtype.bitsize() / 8;
                (name, dtype, shape, (0..bytes).map(|i| (i as u8).wrapping_mul(fill)).collect())
            })
            .collect();
        let views = data.iter().map(|(name, dtype, shape, bytes)| {
            (name, safetensors::tensor::TensorView::new(*dtype, shape.clone(), bytes).expect("consistent"))
        });
        let bytes = safetensors::serialize(views, None).expect("valid");
        assert_like_the_reference(&bytes);
    }
}
