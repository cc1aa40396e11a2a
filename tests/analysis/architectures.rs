//! Eight architectures with their own names of tensors: groups, counts and the whole-network spectrum of the authors'
//! implementation (`golden/architectures`).

use std::fs;
use std::path::{Path, PathBuf};

use neuromfa::analysis::Options;
use neuromfa::checkpoint::{Input, collect, open};
use neuromfa::network::{Wiring, recognise};
use neuromfa::report::CheckpointRecord;
use serde_json::Value;

use crate::common;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/architectures")
}

fn expected() -> serde_json::Map<String, Value> {
    let text = fs::read_to_string(folder().join("expected_full.json")).expect("text");
    serde_json::from_str(&text).expect("an object")
}

fn file(model: &str) -> Vec<u8> {
    fs::read(folder().join(model).join("model.safetensors")).expect("a file")
}

fn wiring(file: &[u8]) -> (Wiring, Vec<Vec<String>>) {
    let source = file.to_vec();
    let inputs = [Input::new("model.safetensors", &source)];
    let checkpoint = open(&collect(&inputs).candidates[0], &inputs).expect("a checkpoint");
    let wiring = recognise(&checkpoint).expect("a network");
    let tensors = |group: &neuromfa::network::Group| {
        group.matrices.iter().map(|matrix| checkpoint.tensors[matrix.tensor].name.clone()).collect()
    };
    let tensors = wiring.groups.iter().map(tensors).collect();
    (wiring, tensors)
}

#[test]
fn groups_are_those_of_the_table() {
    let names = [
        ("gpt2", "GPT-2"),
        ("llama", "Llama"),
        ("qwen2", "Llama"),
        ("bert", "BERT"),
        ("opt", "OPT"),
        ("vit", "ViT"),
        ("mlp", "MLP"),
        ("cnn", "CNN"),
    ];
    let expected = expected();
    assert_eq!(expected.len(), names.len());
    for (model, architecture) in names {
        let (wiring, tensors) = wiring(&file(model));
        assert_eq!((wiring.architecture.as_str(), wiring.guessed), (architecture, false), "{model}");
        let groups = expected[model]["groups"].as_array().expect("groups");
        assert_eq!(wiring.groups.len(), groups.len(), "{model}");
        for ((group, tensors), expected) in wiring.groups.iter().zip(tensors).zip(groups) {
            assert_eq!(serde_json::json!(tensors), expected["tensors"], "{model}");
            assert_eq!(
                group.neurons,
                expected["neurons"].as_u64().expect("a number"),
                "{model} {}",
                group.name
            );
            let edges = expected["edges_per_neuron"].as_u64().expect("a number");
            assert_eq!(group.edges_per_neuron(), edges, "{model} {}", group.name);
        }
        assert_eq!(wiring.warnings, [], "{model}");
    }
}

fn close(what: &str, found: Option<f64>, expected: &Value) {
    let (found, expected) = (found.expect(what), expected.as_f64().expect(what));
    assert!((found - expected).abs() < 1e-9, "{what}: {found} instead of {expected}");
}

fn record(model: &str) -> CheckpointRecord {
    common::record("model.safetensors", &file(model), &Options::default())
}

#[test]
fn whole_networks_have_the_authors_spectra() {
    for (model, expected) in expected() {
        let record = record(&model);
        let sample = &record.samples[0];
        assert_eq!(record.network.neurons, expected["neurons"].as_u64().expect("a number"), "{model}");
        let edges = record.network.edges + record.network.zero_weights;
        assert_eq!(edges, expected["edges"].as_u64().expect("a number"), "{model}");
        assert_eq!(sample.neurons_kept, expected["nodes_kept"].as_f64().expect("a number") as u64, "{model}");
        let tau = expected["tau"].as_array().expect("a list");
        assert_eq!(sample.tau.len(), tau.len(), "{model}");
        for (found, expected) in sample.tau.iter().zip(tau) {
            close(&format!("{model} tau"), *found, expected);
        }
        close(&format!("{model} alpha_0"), sample.alpha0, &expected["exact"]["alpha0"]);
        close(&format!("{model} width"), sample.width, &expected["exact"]["width"]);
        close(&format!("{model} NFD"), sample.nfd.mean, &expected["nfd"]["mean"]);
        close(&format!("{model} largest NFD"), sample.nfd.max, &expected["nfd"]["max"]);
    }
}
