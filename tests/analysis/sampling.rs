//! Sampled neurons against a plain implementation in NumPy (`tests/data/sampling/make.py`).

use neuromfa::checkpoint::{Checkpoint, ModelConfig};
use neuromfa::network::{Sampler, recognise};
use serde::Deserialize;

use crate::common;

#[derive(Deserialize)]
struct Case {
    name: String,
    seed: u32,
    k: u32,
    tensors: Vec<(String, Vec<u64>)>,
    config: Option<serde_json::Value>,
    /// The width of the heads, where it is guessed.
    guessed: Option<u64>,
    groups: Vec<Sampled>,
}

#[derive(Deserialize)]
struct Sampled {
    inputs: Vec<u64>,
    outputs: Vec<Vec<u64>>,
}

fn config(json: &serde_json::Value) -> ModelConfig {
    let number = |key: &str| json[key].as_u64();
    ModelConfig {
        head_dim: number("head_dim"),
        num_attention_heads: number("num_attention_heads"),
        num_key_value_heads: number("num_key_value_heads"),
        ..ModelConfig::default()
    }
}

fn checkpoint(case: &Case) -> Checkpoint {
    let described = common::described(&case.name, &case.tensors);
    Checkpoint { config: case.config.as_ref().map(config), ..described }
}

#[test]
fn sampled_neurons_are_those_of_a_plain_implementation() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../data/sampling/sampled.json")).expect("cases");
    assert!(cases.len() >= 16);
    for case in &cases {
        let wiring = recognise(&checkpoint(case)).expect("a network");
        let samples = Sampler::new(case.seed, case.k).sample(&wiring);
        assert_eq!(samples.len(), case.groups.len(), "{}", case.name);
        for ((sample, expected), group) in samples.iter().zip(&case.groups).zip(&wiring.groups) {
            let name = format!("{} seed {} {}", case.name, case.seed, group.name);
            assert_eq!(sample.inputs, expected.inputs, "{name}");
            assert_eq!(sample.outputs, expected.outputs, "{name}");
        }
        let guessed = wiring.head_width.filter(|width| width.guessed).map(|width| width.neurons);
        assert_eq!(guessed, case.guessed, "{}", case.name);
        assert_eq!(wiring.head_width_warning().is_some(), case.guessed.is_some(), "{}", case.name);
    }
}
