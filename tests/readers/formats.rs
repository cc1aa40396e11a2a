//! One trained network in 19 forms: whatever the container and the type, its whole spectrum is that of its values.

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};

use neuromfa::analysis::Options;
use neuromfa::report::CheckpointRecord;
use serde_json::Value;

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats")
}

/// The record of a file, or of the shards in a folder.
fn record(form: &str) -> CheckpointRecord {
    let path = data().join(form);
    let paths = match path.is_dir() {
        true => fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()).collect(),
        false => vec![path],
    };
    let file = |path: PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, fs::read(&path).expect("readable"))
    };
    let files: Vec<(String, Vec<u8>)> = paths.into_iter().map(file).collect();
    common::measure_files(&files, &Options::default()).record()
}

#[test]
fn every_form_gives_the_spectrum_of_its_values() {
    let expected: Value =
        serde_json::from_slice(&fs::read(data().join("expected_full.json")).expect("readable"))
            .expect("JSON");
    let expected = expected.as_object().expect("an object");
    assert_eq!(expected.len(), 19);
    for (form, wanted) in expected {
        let record = record(form);
        let close = |name: &str, found: Option<f64>| {
            let wanted = wanted[name].as_f64().expect("a number");
            let found = found.unwrap_or_else(|| panic!("{form}: no {name}"));
            assert!((found - wanted).abs() < 1e-9, "{form} {name}: {found} against {wanted}");
        };
        close("alpha0", record.samples[0].alpha0);
        close("width", record.samples[0].width);
        close("nfd_mean", record.nfd.summary.mean);
        assert_eq!(Some(record.samples[0].neurons_kept), wanted["neurons_kept"].as_u64(), "{form}");
        assert_eq!(Some(record.network.zero_weights), wanted["zero_weights"].as_u64(), "{form}");
        assert_eq!((record.architecture.as_str(), record.guessed), ("GPT-NeoX", false), "{form}");
        let few_bits = ["f8", "q8_0", "q5_1", "q4_0"].iter().any(|name| form.contains(name));
        assert_eq!(record.warnings.iter().any(|warning| warning.code == "quantised"), few_bits, "{form}");
    }
}
