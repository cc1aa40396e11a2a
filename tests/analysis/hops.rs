//! Paths of several hops (method, section 8).

use crate::common;

use std::fs;
use std::path::Path;

use neuromfa::analysis::{
    Analysis, AnalysisError, InterconnectKind, Measured, NetworkKind, NullKind, Options,
};
use neuromfa::checkpoint::{Checkpoint, Input, ModelConfig, collect, open};
use neuromfa::network::{
    FusedOrder, Interconnect, Joint, NoPaths, PathNetwork, SampledGroup, Sampler, Wiring, recognise,
};
use neuromfa::report::CheckpointRecord;

fn data(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path)).expect("test data")
}

fn measure(options: &Options) -> Measured {
    common::measure("step1000.safetensors", &data("neox-tiny/step1000.safetensors"), options, u64::MAX)
}

fn hops(hops: u8) -> Options {
    Options { network: NetworkKind::Sampled, samples: 1, hops, ..Options::default() }
}

#[test]
fn the_spectra_of_several_hops_are_the_golden_ones() {
    for (length, alpha0, width, kept, neurons) in [
        (1, 0.626_321_116_3, 0.257_795_794_1, 480, 480),
        (2, 0.602_514_380_0, 0.701_629_594_8, 768, 768),
        (3, 0.698_139_601_2, 0.676_344_017_0, 768, 768),
    ] {
        let record = measure(&hops(length)).record();
        let sample = &record.samples[0];
        assert!(
            (sample.alpha0.expect("a spectrum") - alpha0).abs() < 1e-9,
            "{length} hops: {:?}",
            sample.alpha0
        );
        assert!(
            (sample.width.expect("a spectrum") - width).abs() < 1e-9,
            "{length} hops: {:?}",
            sample.width
        );
        assert_eq!((sample.neurons_kept, record.network.neurons), (kept, neurons), "{length} hops");
        assert_eq!(record.network.edges, 3 * (32 * 96 + 32 * 32 + 32 * 64 + 64 * 32), "weights, not paths");
    }
}

#[test]
fn layers_of_neurons_are_listed_with_their_tensors() {
    let record = measure(&hops(2)).record();
    let layers: Vec<_> = record
        .network
        .layers
        .iter()
        .map(|layer| (layer.name.as_str(), layer.neurons, layer.tensors.len()))
        .collect();
    assert_eq!(layers.len(), 15);
    assert_eq!(
        layers[..6],
        [
            ("block 0 attention in", 32, 1),
            ("block 0 interconnect", 96, 0),
            ("block 0 attention out", 32, 1),
            ("block 0 MLP up", 32, 1),
            ("block 0 MLP down", 64, 1),
            ("block 1 attention in", 32, 1),
        ]
    );
    let one = measure(&hops(1)).record();
    assert_eq!(record.baselines.mean_abs_weight, one.baselines.mean_abs_weight);
}

#[test]
fn other_options_need_no_second_reading() {
    let mut options = hops(2);
    options.samples = 3;
    options.null = vec![NullKind::Shuffle];
    options.null_samples = 4;
    let fresh = |options: &Options| {
        let mut measured = measure(options);
        assert_eq!(measured.compute_nulls(usize::MAX), 0);
        measured.record()
    };
    let mut measured = measure(&options);
    measured.compute_nulls(2);
    for change in [
        |options: &mut Options| options.hops = 3,
        |options: &mut Options| options.threshold = 100.5,
        |options: &mut Options| options.null_samples = 6,
    ] {
        change(&mut options);
        assert_eq!(measured.redo(&options), Ok(true));
        assert_eq!(measured.compute_nulls(usize::MAX), 0);
        assert_eq!(measured.record(), fresh(&options));
    }
    for change in [
        |options: &mut Options| options.hops = 1,
        |options: &mut Options| options.interconnect = InterconnectKind::True,
        |options: &mut Options| options.seed = 1,
    ] {
        let mut options = options.clone();
        change(&mut options);
        assert_eq!(measured.redo(&options), Ok(false));
    }
    measured.drop_histograms();
    assert_eq!((measured.kept_bytes(), measured.redo(&options)), (0, Ok(false)));
    assert_eq!(measured.record(), fresh(&options));
}

#[test]
fn shuffles_keep_the_weights_and_not_the_neurons() {
    let options = Options { null: vec![NullKind::Shuffle], null_samples: 20, ..hops(2) };
    let mut measured = measure(&options);
    assert_eq!(measured.compute_nulls(usize::MAX), 0);
    let record = measured.record();
    let null = &record.nulls[0];
    let (width, own) = (null.width.expect("a width"), record.mean.width.expect("a width"));
    assert_eq!(null.width_values.len(), 20);
    assert!(
        null.width_sd.expect("several") > 0.0 && (width - own).abs() < 0.5 * own,
        "{width} against {own}"
    );
}

/// The same network, whatever the containers and whatever the pool of threads.
#[test]
fn threads_do_not_change_a_bit() {
    let options = Options {
        null: vec![NullKind::Shuffle],
        null_samples: 3,
        samples: 3,
        interconnect: InterconnectKind::True,
        ..hops(3)
    };
    let record = |threads: usize| -> CheckpointRecord {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            common::record("step256.safetensors", &data("neox-tiny/step256.safetensors"), &options)
        })
    };
    assert_eq!(record(1), record(3));
}

fn opened(files: &[(&str, &str)]) -> Checkpoint {
    let files: Vec<(String, Vec<u8>)> = files.iter().map(|&(from, to)| (to.to_owned(), data(from))).collect();
    let inputs: Vec<Input<'_>> = files.iter().map(|(name, bytes)| Input::new(name, bytes)).collect();
    open(&collect(&inputs).candidates[0], &inputs).unwrap_or_else(|error| panic!("{}", error.text()))
}

fn architecture(name: &str) -> Checkpoint {
    let model = format!("architectures/{name}/model.safetensors");
    let config = format!("architectures/{name}/config.json");
    let has_config = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(&config).exists();
    let files = [(model.as_str(), "m/model.safetensors"), (config.as_str(), "m/config.json")];
    opened(if has_config { &files } else { &files[..1] })
}

fn plan(checkpoint: &Checkpoint, options: &Options) -> Result<(), AnalysisError> {
    let wiring = recognise(checkpoint).expect("a network");
    Analysis::plan(checkpoint, &wiring, options, 0).map(|_| ())
}

#[test]
fn blocks_of_four_are_followed_and_others_refused() {
    for name in ["bert", "gpt2", "llama", "opt", "qwen2", "vit"] {
        for interconnect in [InterconnectKind::Original, InterconnectKind::True] {
            let options = Options { interconnect, ..hops(3) };
            assert_eq!(plan(&architecture(name), &options), Ok(()), "{name} {interconnect:?}");
        }
    }
    for name in ["cnn", "mlp"] {
        let refused = plan(&architecture(name), &hops(2)).expect_err("no blocks");
        assert!(matches!(refused, AnalysisError::NoPaths(NoPaths::NoBlock { .. })), "{refused}");
        assert_eq!(refused.code(), "bad-hops");
    }
    let gap = blocks(NEOX, [0, 2]);
    let refused = plan(&common::described("gap", &gap), &hops(2)).expect_err("a block is missing");
    assert!(refused.to_string().contains("`block 2 attention in`"), "{refused}");
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let all = Options { network: NetworkKind::Full, ..hops(2) };
    assert_eq!(all.check(), Err(AnalysisError::PathsOfAll));
    let true_all = Options { interconnect: InterconnectKind::True, ..Options::default() };
    assert_eq!(true_all.check(), Err(AnalysisError::PathsOfAll));
    let some = Options { layers: Some(vec![[0, 3]]), ..hops(2) };
    assert_eq!(some.check(), Err(AnalysisError::PathsOfLayers));
    assert!(matches!(hops(4).check(), Err(AnalysisError::Count { option: "hops", .. })));
    let large = Options { samples: 10_000, layer_sample: 64, ..hops(2) };
    let refused = plan(&opened(&[("neox-tiny/step0.safetensors", "step0.safetensors")]), &large);
    assert!(matches!(refused, Err(AnalysisError::PathsTooLarge { .. })), "{refused:?}");
}

/// Names and shapes of blocks with these numbers: 8 neurons wide, with queries, keys and values in one matrix.
fn blocks(family: [&str; 4], numbers: [u32; 2]) -> Vec<(String, Vec<u64>)> {
    let shapes = [[24, 8], [8, 8], [32, 8], [8, 32]];
    let block = |number: u32| {
        let name = move |name: &str| format!("{}.weight", name.replace('*', &number.to_string()));
        family.into_iter().zip(shapes).map(move |(of, shape)| (name(of), shape.to_vec()))
    };
    numbers.into_iter().flat_map(block).collect()
}

fn fused(family: [&str; 4], config: Option<ModelConfig>) -> (Checkpoint, Wiring) {
    let checkpoint = Checkpoint { config, ..common::described("fused", &blocks(family, [0, 1])) };
    let wiring = recognise(&checkpoint).expect("a network");
    (checkpoint, wiring)
}

const NEOX: [&str; 4] = [
    "layers.*.attention.query_key_value",
    "layers.*.attention.dense",
    "layers.*.mlp.dense_h_to_4h",
    "layers.*.mlp.dense_4h_to_h",
];

#[test]
fn the_true_interconnect_of_gpt_neox_is_interleaved_and_parallel() {
    let config = ModelConfig { num_attention_heads: Some(2), ..ModelConfig::default() };
    let (checkpoint, wiring) = fused(NEOX, Some(config.clone()));
    let (interconnect, warning) = Interconnect::of(&checkpoint, &wiring).expect("known");
    let per_head = FusedOrder::PerHead { width: 4 };
    assert_eq!((interconnect, warning), (Interconnect::True { fused: per_head, parallel: true }, None));

    let original = Sampler::new(5, 3).sample(&wiring);
    let sample = Sampler::new(5, 3).sample_with(&wiring, interconnect);
    let heads = &sample[1].inputs;
    assert_eq!(heads, &original[1].inputs, "the same draws");
    // Head 0 has rows 0-3 (q), 4-7 (k), 8-11 (v), head 1 rows 12-23.
    let mut rows: Vec<u64> = heads
        .iter()
        .flat_map(|&channel| [0, 4, 8].map(|part| channel / 4 * 12 + part + channel % 4))
        .collect();
    rows.sort_unstable();
    assert_eq!(sample[0].outputs, [rows.clone()]);
    assert_eq!(sample[2].inputs, sample[0].inputs, "the block's own inputs");
    assert_eq!(sample[1].outputs[0], sample[4].inputs, "attention reaches the next block");
    assert_eq!(sample[3].outputs[0], sample[4].inputs);
    assert_eq!(sample[3].inputs, original[3].inputs);

    let network = PathNetwork::new(&wiring, &sample, interconnect).expect("blocks");
    let names: Vec<_> = network.layers.iter().map(|layer| layer.name.as_str()).collect();
    assert_eq!(
        names[..4],
        [
            "block 0 attention in and MLP up",
            "block 0 interconnect",
            "block 0 attention out",
            "block 0 MLP down"
        ]
    );
    assert_eq!(names.len(), 9);
    let fixed = network.joints.iter().find_map(|joint| match joint {
        Joint::Fixed { pairs, .. } => Some(pairs),
        Joint::Weights { .. } => None,
    });
    // A value joins the input of its own channel.
    let expected: Vec<(usize, usize)> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| *row / 4 % 3 == 2)
        .map(|(output, row)| {
            let channel = row / 12 * 4 + row % 4;
            (output, heads.iter().position(|head| *head == channel).expect("a sampled head"))
        })
        .collect();
    assert_eq!(fixed, Some(&expected));

    let sequential = ModelConfig { parallel_residual: Some(false), ..config };
    let (checkpoint, wiring) = fused(NEOX, Some(sequential));
    let (interconnect, _) = Interconnect::of(&checkpoint, &wiring).expect("known");
    assert_eq!(interconnect, Interconnect::True { fused: per_head, parallel: false });
    let sample = Sampler::new(5, 3).sample_with(&wiring, interconnect);
    assert_eq!(sample[2], original[2]);

    let (checkpoint, wiring) = fused(NEOX, None);
    let unknown = NoPaths::UnknownOrder { group: "block 0 attention in".to_owned() };
    assert_eq!(Interconnect::of(&checkpoint, &wiring), Err(unknown), "no usual width divides 8");
}

/// Without config.json the width of the heads is guessed, and said so.
#[test]
fn a_guessed_width_of_heads_is_a_warning() {
    let checkpoint = opened(&[("neox-tiny/step0.safetensors", "step0.safetensors")]);
    let wiring = recognise(&checkpoint).expect("a network");
    let (interconnect, warning) = Interconnect::of(&checkpoint, &wiring).expect("guessed");
    let per_head = FusedOrder::PerHead { width: 64 };
    assert_eq!(interconnect, Interconnect::True { fused: per_head, parallel: true });
    assert_eq!(warning.expect("said").code, "head-width-guessed");
    let options = Options { interconnect: InterconnectKind::True, ..hops(1) };
    let codes: Vec<String> =
        measure(&options).record().warnings.into_iter().map(|warning| warning.code).collect();
    assert!(codes.contains(&"head-width-guessed".to_owned()), "{codes:?}");
}

#[test]
fn the_original_interconnect_is_that_of_the_authors() {
    let (_, wiring) = fused(NEOX, None);
    let sample = Sampler::new(0, 3).sample(&wiring);
    let network = PathNetwork::new(&wiring, &sample, Interconnect::Original).expect("blocks");
    assert_eq!(
        network.layers.iter().map(|layer| layer.neurons).collect::<Vec<_>>(),
        [3, 9, 3, 3, 6, 3, 9, 3, 3, 6, 3]
    );
    let Joint::Fixed { from: 1, to: 2, pairs } = &network.joints[1] else {
        panic!("{:?}", network.joints[1])
    };
    let own = (0..3).map(|channel| (channel, channel));
    let all = (3..9).flat_map(|output| (0..3).map(move |input| (output, input)));
    assert_eq!(pairs, &own.chain(all).collect::<Vec<_>>());
}

#[test]
fn values_that_heads_share_join_all_of_them() {
    let checkpoint = architecture("llama");
    let wiring = recognise(&checkpoint).expect("a network");
    let width = wiring.head_width.expect("shared keys").neurons;
    let (interconnect, _) = Interconnect::of(&checkpoint, &wiring).expect("known");
    assert_eq!(interconnect, Interconnect::True { fused: FusedOrder::Stacked, parallel: false });
    let sample: Vec<SampledGroup> = Sampler::new(0, 32).sample_with(&wiring, interconnect);
    let (queries, keys) = (wiring.groups[0].matrices[0].outputs(), wiring.groups[0].matrices[2].outputs());
    let shared = queries / keys;
    assert!(shared > 1);
    let network = PathNetwork::new(&wiring, &sample, interconnect).expect("blocks");
    let Joint::Fixed { pairs, .. } = &network.joints[1] else { panic!("an interconnect") };
    let values = &sample[0].outputs[2];
    let first = sample[0].outputs[0].len() + sample[0].outputs[1].len();
    let expected: Vec<(usize, usize)> = values
        .iter()
        .enumerate()
        .flat_map(|(value, row)| {
            let reads = move |head: u64| head / (width * shared) * width + head % width == *row;
            let heads = sample[1].inputs.iter().enumerate().filter(move |(_, head)| reads(**head));
            heads.map(move |(input, _)| (first + value, input))
        })
        .collect();
    assert_eq!(pairs, &expected);
    // Gate and up reach the same hidden neurons.
    let Joint::Weights { targets, .. } = &network.joints[3] else { panic!("MLP up") };
    assert_eq!((targets.len(), targets.iter().max().expect("some") + 1), (128, 64));
    assert_eq!(targets[..64], targets[64..]);
}

#[test]
fn a_matrix_whose_order_nobody_told_has_no_true_interconnect() {
    let falcon = [
        "h.*.self_attention.query_key_value",
        "h.*.self_attention.dense",
        "h.*.mlp.dense_h_to_4h",
        "h.*.mlp.dense_4h_to_h",
    ];
    let (checkpoint, wiring) = fused(falcon, None);
    assert_eq!(
        Interconnect::of(&checkpoint, &wiring),
        Err(NoPaths::UnknownOrder { group: "block 0 attention in".to_owned() })
    );
    assert_eq!(plan(&checkpoint, &hops(2)), Ok(()), "the original one needs no order");
}

#[test]
fn one_hop_over_paths_is_one_hop() {
    // With the true interconnect, one hop of a family whose parts follow one another is the original's, but for the
    // neurons of the interconnect, which have no edge longer than 1.
    let files = [
        ("m/model.safetensors".to_owned(), data("architectures/opt/model.safetensors")),
        ("m/config.json".to_owned(), data("architectures/opt/config.json")),
    ];
    let record = |interconnect| {
        let options = Options { interconnect, ..hops(1) };
        common::measure_files(&files, &options).record()
    };
    let (original, paths) = (record(InterconnectKind::Original), record(InterconnectKind::True));
    assert_eq!(original.samples[0].neurons_kept, paths.samples[0].neurons_kept);
    assert_eq!(original.samples[0].radii, paths.samples[0].radii);
    for (left, right) in original.samples[0].tau.iter().zip(&paths.samples[0].tau) {
        assert!((left.expect("a slope") - right.expect("a slope")).abs() < 1e-12);
    }
    assert_eq!(original.network.edges, paths.network.edges);
    assert!(original.network.neurons < paths.network.neurons);
}
