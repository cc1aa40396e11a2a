//! Rows in strips, and what an analysis costs before it begins.

use crate::common;

use neuromfa::analysis::{Analysis, NetworkKind, Options, reads_of};
use neuromfa::network::{Rows, Wiring, recognise};

const STEP_1000: &[u8] = include_bytes!("../data/neox-tiny/step1000.safetensors");

fn sampled(rows: Rows, samples: u32) -> Options {
    Options { network: NetworkKind::Sampled, samples, rows, ..Options::default() }
}

/// Tensors of a GPT-NeoX of 32 blocks and width 4096, the shapes of Pythia-6.9B.
fn large() -> (neuromfa::checkpoint::Checkpoint, Wiring) {
    let tensors: Vec<(String, Vec<u64>)> = (0..32)
        .flat_map(|block| {
            [
                ("attention.query_key_value", [12_288, 4096]),
                ("attention.dense", [4096, 4096]),
                ("mlp.dense_h_to_4h", [16_384, 4096]),
                ("mlp.dense_4h_to_h", [4096, 16_384]),
            ]
            .map(|(name, shape)| (format!("gpt_neox.layers.{block}.{name}.weight"), shape.to_vec()))
        })
        .collect();
    let checkpoint = common::described("large", &tensors);
    let wiring = recognise(&checkpoint).expect("a network");
    (checkpoint, wiring)
}

#[test]
fn strips_are_another_sample_and_say_so() {
    let random = common::record("step1000.safetensors", STEP_1000, &sampled(Rows::Random, 3));
    let strips = common::record("step1000.safetensors", STEP_1000, &sampled(Rows::Strips, 3));
    let warned = |record: &neuromfa::report::CheckpointRecord| {
        record.warnings.iter().any(|warning| warning.code == "rows-in-strips")
    };
    assert!(warned(&strips) && !warned(&random));
    assert_eq!(random.network.edges, strips.network.edges, "as many neurons of every layer");
    for (one, other) in random.samples.iter().zip(&strips.samples) {
        assert_ne!(one.tau, other.tau);
        let apart = (one.alpha0.expect("a spectrum") - other.alpha0.expect("a spectrum")).abs();
        assert!(apart < 0.05, "{apart}");
    }
}

#[test]
fn strips_of_a_large_model_are_few_reads_and_a_hundredth_of_its_bytes() {
    let (checkpoint, wiring) = large();
    let all: u64 = checkpoint.files.iter().map(|file| file.bytes).sum::<u64>().max(
        wiring.groups.iter().flat_map(|group| &group.matrices).map(|matrix| matrix.elements() * 4).sum(),
    );
    let cost = |rows| {
        let reads = reads_of(&checkpoint, &wiring, &sampled(rows, 1)).expect("a plan");
        (reads.len(), reads.iter().map(|read| read.length).sum::<u64>() as f64 / all as f64)
    };
    let ((random, share), (strips, share_of_strips)) = (cost(Rows::Random), cost(Rows::Strips));
    assert!(strips <= 576 && random > 5000, "{strips} against {random}");
    assert!(share < 0.013 && share_of_strips < 0.0075, "{share}, {share_of_strips}");
}

#[test]
fn the_cost_of_an_analysis_is_what_it_reads() {
    let (checkpoint, wiring) = large();
    for options in
        [sampled(Rows::Random, 2), sampled(Rows::Strips, 10), Options { hops: 2, ..sampled(Rows::Random, 1) }]
    {
        let plan = Analysis::plan(&checkpoint, &wiring, &options, 0).expect("a plan");
        assert_eq!(reads_of(&checkpoint, &wiring, &options).expect("a plan"), plan.reads());
    }
}
