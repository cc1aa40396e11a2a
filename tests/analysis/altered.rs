//! Weights that are scaled as they are read, and distances that are.

use crate::common;

use common::{Weights, measure, measure_altered, model};
use neuromfa::analysis::{Alteration, DistanceKind, NetworkKind, Options};
use neuromfa::report::CheckpointRecord;

const NAME: &str = "0.weight";
const OUTPUTS: usize = 96;
const INPUTS: usize = 40;

fn file(factor: f32) -> Vec<u8> {
    let weights = Weights::new(5);
    model(NAME, OUTPUTS, INPUTS, |output, input| factor * weights.at(output, input))
}

fn record(file: &[u8], options: &Options) -> CheckpointRecord {
    measure("a.safetensors", file, options, 0).record()
}

fn scaled(file: &[u8], options: &Options, factor: f64) -> CheckpointRecord {
    measure_altered("a.safetensors", file, options, &Alteration::Scale(vec![factor])).record()
}

/// All but what tells the files apart.
fn numbers(record: CheckpointRecord) -> CheckpointRecord {
    CheckpointRecord { files: Vec::new(), ..record }
}

fn kinds_of_analysis() -> [Options; 2] {
    let sampled =
        Options { network: NetworkKind::Sampled, samples: 3, layer_sample: 24, ..Options::default() };
    [Options::default(), sampled]
}

#[test]
fn scaled_weights_are_those_of_a_scaled_file() {
    for options in kinds_of_analysis() {
        for factor in [1.0, 2.0, 0.7] {
            let written = numbers(record(&file(factor), &options));
            assert_eq!(numbers(scaled(&file(1.0), &options, f64::from(factor))), written, "{factor}");
        }
    }
}

#[test]
fn scaled_distances_forget_the_size_of_a_group() {
    for options in kinds_of_analysis() {
        let relative = Options { distance: DistanceKind::Scaled, ..options.clone() };
        let of_factor = |factor| record(&file(factor), &relative);
        let plain = of_factor(1.0);
        for factor in [0.25, 8.0] {
            let other = of_factor(factor);
            assert_eq!((other.samples, other.mean), (plain.samples.clone(), plain.mean), "{factor}");
        }
        assert_ne!(plain.mean, record(&file(1.0), &options).mean);
    }
}

/// r = s/|w| with s = 50 sigma: the same as weights whose root mean square is 0.02.
#[test]
fn scaled_distances_by_their_definition() {
    let weights = Weights::new(5);
    let all = (0..OUTPUTS).flat_map(|output| (0..INPUTS).map(move |input| (output, input)));
    let squares: f64 = all.map(|(output, input)| f64::from(weights.at(output, input)).powi(2)).sum();
    let sigma = (squares / (OUTPUTS * INPUTS) as f64).sqrt();
    let distances = |neuron: usize| -> Vec<f64> {
        (0..OUTPUTS).map(|output| 50.0 * sigma / f64::from(weights.at(output, neuron)).abs()).collect()
    };
    let kept =
        |neuron: &usize| distances(*neuron).into_iter().filter(|&r| 1.0 < r && r <= 150.0).count() > 10;
    let mut radii: Vec<u32> = (0..INPUTS)
        .filter(kept)
        .flat_map(distances)
        .filter(|&r| 1.0 < r && r <= 150.0)
        .map(|r| r.round_ties_even() as u32)
        .collect();
    radii.sort_unstable();
    radii.dedup();
    let options = Options { distance: DistanceKind::Scaled, ..Options::default() };
    let record = record(&file(1.0), &options);
    assert_eq!(record.samples[0].radii, radii);
    assert_eq!(record.samples[0].neurons_kept, (0..INPUTS).filter(kept).count() as u64);
}
