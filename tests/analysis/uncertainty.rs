//! Intervals cover what they claim to: by simulation, with chances of failing by accident below one in ten thousand.

use crate::common;

use common::{measure, model};
use neuromfa::analysis::{NetworkKind, Options};
use neuromfa::report::CheckpointRecord;
use neuromfa::series;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const OUTPUTS: usize = 96;

/// A network whose neurons are all drawn from one population: each has weights of a size of its own.
fn network(seed: u64, neurons: usize, scale: f64) -> Vec<u8> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let sizes: Vec<f64> = (0..neurons).map(|_| scale * random.random_range(0.02..0.06)).collect();
    let weights: Vec<f32> = (0..OUTPUTS * neurons)
        .map(|place| (sizes[place % neurons] * random.random_range(-1.7..1.7)) as f32)
        .collect();
    model("0.weight", OUTPUTS, neurons, |output, neuron| weights[output * neurons + neuron])
}

fn bootstrapped(file: &[u8], options: &Options) -> CheckpointRecord {
    let mut measured = measure("a.safetensors", file, options, u64::MAX);
    assert!(measured.bootstrap());
    measured.record()
}

fn mean(file: &[u8]) -> [f64; 2] {
    let mean = measure("a.safetensors", file, &Options::default(), 0).record().mean;
    [mean.alpha0.expect("a spectrum"), mean.width.expect("a spectrum")]
}

/// Networks of as many neurons from one population scatter about a mean: of 100 intervals of alpha_0 some 95 hold it, and
/// fewer than 85 come about less than once in 10,000 times. The width of so small a network hangs on few neurons, of which
/// the bootstrap knows too little: its intervals hold the mean less often (docs/chance.md).
#[test]
fn the_bootstrap_covers_what_networks_of_this_size_have_on_average() {
    let seeds = 100..200;
    let files: Vec<Vec<u8>> = seeds.map(|seed| network(seed, 150, 1.0)).collect();
    let numbers: Vec<[f64; 2]> = files.iter().map(|file| mean(file)).collect();
    let truth = [0, 1].map(|place| numbers.iter().map(|numbers| numbers[place]).sum::<f64>() / 100.0);
    let options = Options { bootstrap: 200, ..Options::default() };
    let (mut covered, mut lengths) = ([0; 2], [0.0; 2]);
    let mut middle = [0.0; 2];
    for file in &files {
        let uncertainty = bootstrapped(file, &options).uncertainty.expect("intervals");
        let intervals = [uncertainty.alpha0_interval, uncertainty.width_interval].map(|i| i.expect("one"));
        for (place, [low, high]) in intervals.into_iter().enumerate() {
            covered[place] += i32::from(low <= truth[place] && truth[place] <= high);
            lengths[place] += (high - low) / 100.0;
            middle[place] += (high + low) / 200.0;
        }
    }
    println!("covered {covered:?} of 100, mean lengths {lengths:?}, middles {middle:?}, truth {truth:?}");
    assert!(covered[0] >= 85 && covered[1] >= 80, "{covered:?}");
    // Intervals that cover everything would say nothing.
    assert!(lengths[0] < 0.2 * truth[0] && lengths[1] < 0.5 * truth[1], "{lengths:?}");
}

/// Resample i has the same neurons at every checkpoint: E of a rescale hardly scatters, though its terms do.
#[test]
fn differences_over_training_are_paired() {
    let options = Options { bootstrap: 100, ..Options::default() };
    let record = |scale| bootstrapped(&network(7, 150, scale), &options);
    let document = series::document(options.clone(), vec![record(1.0), record(1.5)]);
    let later = &document.checkpoints[1];
    let known = later.uncertainty.as_ref().expect("intervals");
    let [low, high] = known.emergence_interval.expect("of E");
    let emergence = later.emergence.expect("E");
    assert!(low <= emergence && emergence <= high, "{low} {emergence} {high}");
    // Were they drawn apart, alpha_0 alone would make it several times as long.
    let relative = |ends: Option<[f64; 2]>, value: Option<f64>| {
        let [low, high] = ends.expect("an interval");
        (high - low) / value.expect("a number")
    };
    let apart = relative(known.alpha0_interval, later.mean.alpha0);
    assert!(high - low < apart, "{} against {apart}", high - low);
    assert_eq!(document.checkpoints[0].emergence, Some(0.0));
}

/// A mean over samples is as sure as its t interval says.
#[test]
fn samples_have_their_own_intervals() {
    let options =
        Options { network: NetworkKind::Sampled, samples: 8, layer_sample: 40, ..Options::default() };
    let record = measure("a.safetensors", &network(3, 300, 1.0), &options, 0).record();
    let known = record.uncertainty.expect("intervals");
    assert_eq!((known.over.as_str(), known.count), ("samples", 8));
    let values: Vec<f64> = record.samples.iter().filter_map(|sample| sample.width).collect();
    let middle = values.iter().sum::<f64>() / 8.0;
    let deviation = (values.iter().map(|v| (v - middle).powi(2)).sum::<f64>() / 7.0).sqrt();
    // The 97.5 % point of t with seven degrees of freedom.
    let half = 2.364624 * deviation / 8.0_f64.sqrt();
    let [low, high] = known.width_interval.expect("an interval");
    assert!((low - (middle - half)).abs() < 1e-6 && (high - (middle + half)).abs() < 1e-6);
}

#[test]
fn nothing_is_drawn_anew_where_it_cannot_be() {
    let file = network(4, 60, 1.0);
    let options = Options { bootstrap: 20, ..Options::default() };
    let mut without = measure("a.safetensors", &file, &options, 0);
    assert!(!without.bootstrap(), "no histograms were kept");
    assert_eq!(without.record().uncertainty, None);
    let mut unasked = measure("a.safetensors", &file, &Options::default(), u64::MAX);
    assert!(!unasked.bootstrap());
    // Other options: the old resamples go.
    let mut measured = measure("a.safetensors", &file, &options, u64::MAX);
    assert!(measured.bootstrap());
    assert_eq!(measured.redo(&Options { threshold: 100.0, ..options.clone() }), Ok(true));
    assert_eq!(measured.record().uncertainty, None);
    assert!(measured.bootstrap());
    assert_ne!(measured.record().uncertainty, bootstrapped(&file, &options).uncertainty);
}
