//! Null models against what they stand for.

use crate::common;

use common::{measure, measure_altered, record};
use neuromfa::analysis::{
    Alteration, DistanceKind, Measured, NetworkKind, NullKind, Options, RescaledNull, Scheme, rescaling,
};
use neuromfa::report::{CheckpointRecord, NullRecord};
use neuromfa::series;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Outputs and inputs of the two matrices of a plain network.
const SHAPES: [(usize, usize); 2] = [(64, 48), (40, 64)];

/// A safetensors file with the weights of a plain network of two matrices.
fn file(weights: &[Vec<f32>; 2]) -> Vec<u8> {
    let mut header = String::from("{");
    let mut end = 0;
    for (number, (outputs, inputs)) in SHAPES.iter().enumerate() {
        let start = end;
        end += 4 * outputs * inputs;
        header += &format!(
            r#"{}"{}.weight":{{"dtype":"F32","shape":[{outputs},{inputs}],"data_offsets":[{start},{end}]}}"#,
            if number > 0 { "," } else { "" },
            2 * number
        );
    }
    header.push('}');
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend(weights.iter().flatten().flat_map(|weight| weight.to_le_bytes()));
    file
}

fn normal(random: &mut ChaCha8Rng, deviation: f64) -> f32 {
    // Twelve uniform numbers are normal up to six standard deviations, near enough for two hundred networks.
    let sum: f64 = (0..12).map(|_| random.random_range(-0.5..0.5)).sum();
    (deviation * sum) as f32
}

fn drawn(seed: u64, mut weight: impl FnMut(&mut ChaCha8Rng, usize, usize) -> f32) -> [Vec<f32>; 2] {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    SHAPES.map(|(outputs, inputs)| {
        (0..outputs * inputs).map(|place| weight(&mut random, place % inputs, inputs)).collect()
    })
}

/// Neurons whose weights have different sizes: what shuffling destroys.
fn structured(seed: u64) -> [Vec<f32>; 2] {
    drawn(seed, |random, neuron, neurons| normal(random, 0.03 * (0.4 + neuron as f64 / neurons as f64)))
}

fn options(kinds: &[NullKind], samples: u32) -> Options {
    Options { null: kinds.to_vec(), null_samples: samples, ..Options::default() }
}

fn null(record: &CheckpointRecord, kind: NullKind) -> &NullRecord {
    record.nulls.iter().find(|null| null.kind == kind.name()).expect("the null model")
}

/// Width and alpha_0 of a file without null models.
fn numbers(file: &[u8]) -> [f64; 2] {
    let mean = measure("a.safetensors", file, &Options::default(), 0).record().mean;
    [mean.width.expect("a width"), mean.alpha0.expect("a spectrum")]
}

/// Largest distance of two empirical distributions, and the distance that equal laws exceed once in a thousand times.
fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> (f64, f64) {
    let share = |values: &[f64], at: f64| {
        values.iter().filter(|&&value| value <= at).count() as f64 / values.len() as f64
    };
    let distance = a.iter().chain(b).map(|&at| (share(a, at) - share(b, at)).abs()).fold(0.0, f64::max);
    let (n, m) = (a.len() as f64, b.len() as f64);
    (distance, 1.95 * ((n + m) / (n * m)).sqrt())
}

fn assert_same_law(null: &NullRecord, files: impl Iterator<Item = Vec<u8>>) {
    let drawn: Vec<[f64; 2]> = files.map(|file| numbers(&file)).collect();
    let known = |values: &[Option<f64>]| -> Vec<f64> { values.iter().copied().flatten().collect() };
    for (place, values) in [known(&null.width_values), known(&null.alpha0_values)].iter().enumerate() {
        let others: Vec<f64> = drawn.iter().map(|numbers| numbers[place]).collect();
        let (distance, most) = kolmogorov_smirnov(values, &others);
        assert!(distance < most, "{}: {distance} of {most}", null.kind);
    }
}

const NETWORKS: u64 = 200;

#[test]
fn shuffles_of_histograms_are_permutations_of_weights() {
    let weights = structured(1);
    let record = record("a.safetensors", &file(&weights), &options(&[NullKind::Shuffle], 200));
    let permuted = |seed| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut weights = weights.clone();
        weights.iter_mut().for_each(|matrix| matrix.shuffle(&mut random));
        file(&weights)
    };
    let shuffle = null(&record, NullKind::Shuffle);
    assert_same_law(shuffle, (0..NETWORKS).map(permuted));
    // The test can fail: the network itself is far from its shuffles.
    let difference = shuffle_difference(&record);
    assert!(difference[0] > 0.0, "{difference:?}");
}

/// Interval of the width above shuffled.
fn shuffle_difference(record: &CheckpointRecord) -> [f64; 2] {
    let document = series::document(Options::default(), vec![record.clone()]);
    document.checkpoints[0].nulls[0].difference.width.expect("a difference").interval
}

#[test]
fn gaussian_networks_have_the_sizes_of_their_groups() {
    let weights = structured(2);
    let record = record("a.safetensors", &file(&weights), &options(&[NullKind::Gaussian], 200));
    let deviations = weights.map(|matrix| {
        let squares: f64 = matrix.iter().map(|&weight| f64::from(weight).powi(2)).sum();
        (squares / matrix.len() as f64).sqrt()
    });
    let gaussian = |seed| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let matrix = |number: usize| {
            let (outputs, inputs) = SHAPES[number];
            (0..outputs * inputs).map(|_| normal(&mut random, deviations[number])).collect()
        };
        file(&[0, 1].map(matrix))
    };
    assert_same_law(null(&record, NullKind::Gaussian), (0..NETWORKS).map(gaussian));
}

#[test]
fn networks_as_initialised_follow_the_scheme() {
    let weights = structured(3);
    let options = options(&[NullKind::Initialisation], 200);
    let record = record("a.safetensors", &file(&weights), &options);
    assert_eq!(null(&record, NullKind::Initialisation).scheme.as_deref(), Some("kaiming"));
    let initial = |seed| {
        let uniform = |random: &mut ChaCha8Rng, _, fan_in: usize| {
            let bound = 1.0 / (fan_in as f64).sqrt();
            random.random_range(-bound..bound) as f32
        };
        file(&drawn(seed, uniform))
    };
    assert_same_law(null(&record, NullKind::Initialisation), (0..NETWORKS).map(initial));
}

/// Scaled distances forget the scheme's scale, not its shape.
#[test]
fn scaled_networks_as_initialised_have_the_size_of_all_scaled_networks() {
    let weights = file(&structured(3));
    let with = |initialisation| {
        let options = Options {
            distance: DistanceKind::Scaled,
            initialisation,
            ..options(&[NullKind::Initialisation], 5)
        };
        null(&record("a.safetensors", &weights, &options), NullKind::Initialisation).width_values.clone()
    };
    assert_eq!(with(Scheme::Kaiming), with(Scheme::Xavier));
    assert_ne!(with(Scheme::Kaiming), with(Scheme::Normal));
}

/// One untrained network: its own width lies among those of its shuffles.
#[test]
fn an_untrained_network_is_as_wide_as_its_shuffles() {
    let inside = |seed: &u64| {
        let weights = drawn(*seed, |random, _, _| normal(random, 0.02));
        let record = record("a.safetensors", &file(&weights), &options(&[NullKind::Shuffle], 100));
        let [low, high] = shuffle_difference(&record);
        low <= 0.0 && 0.0 <= high
    };
    // 95 % of 60 are 57; fewer than 50 come about once in 30,000 times.
    let count = (0..60).filter(inside).count();
    assert!(count >= 50, "{count} of 60");
}

/// Samples of it too: the differences are widened by the choice of neurons.
#[test]
fn samples_of_untrained_networks_are_as_wide_as_theirs() {
    let options = Options {
        network: NetworkKind::Sampled,
        samples: 4,
        layer_sample: 30,
        ..options(&[NullKind::Shuffle], 60)
    };
    let inside = |seed: &u64| {
        let weights = drawn(*seed, |random, _, _| normal(random, 0.03));
        let record = record("a.safetensors", &file(&weights), &options);
        let document = series::document(options.clone(), vec![record]);
        let difference = document.checkpoints[0].nulls[0].difference;
        [difference.alpha0, difference.width].map(|excess| {
            let [low, high] = excess.expect("a difference").interval;
            i32::from(low <= 0.0 && 0.0 <= high)
        })
    };
    let covered =
        (0..60).map(|seed| inside(&seed)).fold([0, 0], |sum, one| [sum[0] + one[0], sum[1] + one[1]]);
    assert!(covered.iter().all(|&count| count >= 50), "{covered:?} of 60");
}

fn rescaled(first: &[u8], measured: &Measured, options: &Options) -> CheckpointRecord {
    let mut record = measured.record();
    let start = measure("a.safetensors", first, options, 0).record();
    let alteration = rescaling(&start.network.layers, &record.network.layers, options, SHAPES.len())
        .expect("options")
        .expect("same layers");
    let plain = Options { null: Vec::new(), ..options.clone() };
    let scaled = measure_altered("a.safetensors", first, &plain, &alteration).record();
    RescaledNull::new(&scaled).add_to(&mut record);
    record
}

#[test]
fn a_pure_rescale_is_its_own_null_model() {
    let sampled =
        Options { network: NetworkKind::Sampled, samples: 4, layer_sample: 24, ..Options::default() };
    for options in [Options::default(), sampled] {
        let options = Options { null: vec![NullKind::Rescale], ..options };
        let weights = structured(4);
        let first = file(&weights);
        for factor in [2.0_f32, 0.7] {
            let later = file(&weights.clone().map(|matrix| matrix.iter().map(|w| factor * w).collect()));
            let measured = measure("step2.safetensors", &later, &options, 0);
            let later = rescaled(&first, &measured, &options);
            let start = rescaled(&first, &measure("step1.safetensors", &first, &options, 0), &options);
            let document = series::document(options.clone(), vec![start, later]);
            let [start, later] = &document.checkpoints[..] else { panic!("two checkpoints") };
            assert_eq!((start.step, later.step), (Some(1), Some(2)));
            let null = null(later, NullKind::Rescale);
            let (own, by_scale) = (later.emergence.expect("E"), null.emergence.expect("E of the null"));
            assert!(own.abs() > 0.1, "{own}");
            if options.network == NetworkKind::Full {
                assert!((own - by_scale).abs() < 1e-12, "{own} against {by_scale}");
            } else {
                // E of means against the mean of E over samples.
                assert!((own - by_scale).abs() < 0.02 * own.abs(), "{own} against {by_scale}");
            }
            let width = null.difference.width.expect("a difference").value;
            assert!(width.abs() < 1e-12, "{width}");
            assert!(null.text.contains("scale alone explains it"), "{}", null.text);
        }
    }
}

#[test]
fn other_layers_are_not_rescaled() {
    let options = options(&[NullKind::Rescale], 1);
    let one = measure("a.safetensors", &file(&structured(5)), &options, 0).record();
    let one = one.network.layers;
    let mut other = one.clone();
    other[1].name = "another".into();
    assert_eq!(rescaling(&one, &other, &options, 2), Ok(None));
    other = one.clone();
    other[0].mean_abs_weight = Some(0.0);
    assert_eq!(rescaling(&one, &other, &options, 2), Ok(None));
    assert_eq!(rescaling(&one, &one, &options, 2), Ok(Some(Alteration::Scale(vec![1.0, 1.0]))));
}

/// Threads and the order of the work change no bit, whatever is drawn.
#[test]
fn null_samples_are_the_same_in_any_order() {
    let kinds = [NullKind::Shuffle, NullKind::Gaussian, NullKind::Initialisation];
    let weights = file(&structured(6));
    let options = options(&kinds, 12);
    let all = record("a.safetensors", &weights, &options);
    let mut measured = measure("a.safetensors", &weights, &options, 0);
    while measured.compute_nulls(5) > 0 {}
    assert_eq!(measured.record(), all);
    for (kind, null) in kinds.iter().zip(&all.nulls) {
        assert_eq!((null.kind.as_str(), null.samples), (kind.name(), 12));
    }
    let of_group: Vec<&str> = all.groups[0].nulls.iter().map(|null| null.kind.as_str()).collect();
    assert_eq!(of_group, ["shuffle"]);
}

/// Asking for Gaussian networks needs a sum that nothing else does: the file is read again.
#[test]
fn a_gaussian_null_is_not_drawn_from_histograms_without_squares() {
    let weights = file(&structured(7));
    let plain = options(&[NullKind::Shuffle], 3);
    let gaussian = options(&[NullKind::Shuffle, NullKind::Gaussian], 3);
    let mut measured = measure("a.safetensors", &weights, &plain, u64::MAX);
    assert_eq!(measured.redo(&gaussian), Ok(false));
    let mut measured = measure("a.safetensors", &weights, &gaussian, u64::MAX);
    assert_eq!(measured.redo(&Options { threshold: 120.0, ..gaussian }), Ok(true));
}
