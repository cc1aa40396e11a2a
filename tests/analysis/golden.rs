//! The authors' numbers on a really trained GPT-NeoX: tests/data/neox-tiny.

use crate::common;

use neuromfa::analysis::{Measured, Mode, NetworkKind, Options};
use neuromfa::network::Sampler;
use neuromfa::report::{CheckpointRecord, ResultDocument, SampleRecord};
use neuromfa::series;
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

fn data(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/neox-tiny/{name}", env!("CARGO_MANIFEST_DIR"))).expect("test data")
}

fn expected() -> Value {
    serde_json::from_slice(&data("expected.json")).expect("JSON")
}

fn measure(file: &str, options: &Options) -> Measured {
    common::measure(file, &data(file), options, u64::MAX)
}

fn close(name: &str, found: Option<f64>, expected: &Value) {
    match expected.as_f64() {
        Some(expected) => {
            let found = found.unwrap_or_else(|| panic!("{name} is missing"));
            assert!((found - expected).abs() < TOLERANCE, "{name}: {found} against {expected}");
        }
        None => assert_eq!(found, None, "{name}"),
    }
}

fn close_all(name: &str, found: &[Option<f64>], expected: &Value) {
    let expected = expected.as_array().expect("a list");
    assert_eq!(found.len(), expected.len(), "{name}");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        close(&format!("{name}[{index}]"), *found, expected);
    }
}

fn compare(name: &str, sample: &SampleRecord, expected: &Value, mode: Mode) {
    assert_eq!(Some(sample.neurons_kept), expected["nodes_kept"].as_u64(), "{name}");
    assert_eq!(Some(sample.radii.len() as u64), expected["radii_count"].as_u64(), "{name}");
    assert_eq!(sample.diameter.map(u64::from), expected["diameter"].as_u64(), "{name}");
    close_all(&format!("{name} tau"), &sample.tau, &expected["tau"]);
    close(&format!("{name} NFD"), sample.nfd.mean, &expected["nfd"]["mean"]);
    close(&format!("{name} largest NFD"), sample.nfd.max, &expected["nfd"]["max"]);
    let of_mode = match mode {
        Mode::Exact => {
            close(&format!("{name} alpha_0"), sample.alpha0, &expected["exact"]["alpha0"]);
            assert_eq!(sample.alpha0_candidates, None);
            &expected["exact"]
        }
        Mode::Reference => {
            let candidates = &expected["reference"]["alpha0_candidates"];
            close(&format!("{name} alpha_0"), sample.alpha0, &candidates[0]);
            close(
                &format!("{name} second candidate"),
                sample.alpha0_candidates.map(|c| c[1]),
                &candidates[1],
            );
            &expected["reference"]
        }
    };
    close_all(&format!("{name} alpha"), &sample.alpha, &of_mode["alpha"]);
    close_all(&format!("{name} f"), &sample.f, &of_mode["f"]);
    close(&format!("{name} width"), sample.width, &of_mode["width"]);
}

fn records(network: NetworkKind, mode: Mode) -> Vec<(Value, CheckpointRecord)> {
    let options = Options { network, mode, ..Options::default() };
    let checkpoints = expected()["checkpoints"].as_array().expect("a list").clone();
    checkpoints
        .into_iter()
        .map(|expected| {
            let record = measure(expected["file"].as_str().expect("a name"), &options).record();
            (expected, record)
        })
        .collect()
}

#[test]
fn sampled_networks_equal_the_authors_numbers() {
    for mode in [Mode::Exact, Mode::Reference] {
        for (expected, record) in records(NetworkKind::Sampled, mode) {
            let samples = expected["samples"].as_array().expect("a list");
            assert_eq!(record.samples.len(), samples.len());
            for (sample, expected) in record.samples.iter().zip(samples) {
                let name = format!("{} seed {:?}", record.name, sample.seed);
                assert_eq!(sample.seed, expected["seed"].as_u64());
                compare(&name, sample, expected, mode);
                if let Some(r_squared) = expected["r_squared"].as_array() {
                    for (index, (found, expected)) in sample.r_squared.iter().zip(r_squared).enumerate() {
                        if sample.q[index] != 0.0 {
                            close(&format!("{name} R^2[{index}]"), *found, expected);
                        }
                    }
                }
            }
            if mode == Mode::Exact {
                close("mean alpha_0", record.mean.alpha0, &expected["mean"]["exact"]["alpha0"]);
                close("mean width", record.mean.width, &expected["mean"]["exact"]["width"]);
            }
        }
    }
}

#[test]
fn the_whole_network_equals_the_authors_numbers() {
    for mode in [Mode::Exact, Mode::Reference] {
        for (expected, record) in records(NetworkKind::Full, mode) {
            let full = &expected["full"];
            assert_eq!(record.network.neurons, full["neurons"].as_u64().expect("a number"));
            assert_eq!(
                record.network.edges + record.network.zero_weights,
                full["edges"].as_u64().expect("a number")
            );
            compare(&record.name, &record.samples[0], full, mode);
        }
    }
}

#[test]
fn emergence_equals_the_authors_numbers() {
    for (network, key) in
        [(NetworkKind::Full, "emergence_exact_full"), (NetworkKind::Sampled, "emergence_exact_sampled")]
    {
        let (expected, records): (Vec<Value>, Vec<CheckpointRecord>) =
            records(network, Mode::Exact).into_iter().unzip();
        let document: ResultDocument = series::document(Options::default(), records);
        for (record, expected) in document.checkpoints.iter().zip(&expected) {
            close(&format!("{} {key}", record.name), record.emergence, &expected[key]);
        }
    }
}

#[test]
fn the_sampled_neurons_are_those_of_numpy() {
    let expected = expected();
    for sample in expected["checkpoints"][0]["samples"].as_array().expect("a list") {
        let Some(blocks) = sample["sampled_indices"].as_array() else { continue };
        let seed = sample["seed"].as_u64().expect("a seed") as u32;
        let (draws, out) = Sampler::new(seed, 32).draw_blocks(3, 64, 64, 256);
        for (drawn, block) in draws.iter().zip(blocks) {
            let pairs = [
                (&drawn.attention_in, "attn_in"),
                (&drawn.head, "head"),
                (&drawn.mlp_in, "mlp_in"),
                (&drawn.ffn, "ffn"),
            ];
            for (drawn, key) in pairs {
                assert_eq!(serde_json::json!(drawn), block[key], "seed {seed} {key}");
            }
        }
        assert_eq!(serde_json::json!(out), blocks[2]["out"], "seed {seed} out");
    }
}
