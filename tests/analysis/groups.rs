//! The spectrum of every group alone: what a choice of that one layer gives, and what a plain computation gives.

use crate::common;

use common::{Weights, analyse, measure, model, record};
use neuromfa::analysis::{Measured, Mode, NetworkKind, NullKind, Options};
use neuromfa::report::{CheckpointRecord, GroupRecord};
use proptest::prelude::*;

const GROUPS: u32 = 12;

fn weights(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/neox-tiny/{name}", env!("CARGO_MANIFEST_DIR"))).expect("golden data")
}

fn options(network: NetworkKind, mode: Mode) -> Options {
    Options {
        network,
        mode,
        samples: 3,
        layer_sample: 24,
        null: vec![NullKind::Shuffle],
        null_samples: 4,
        ..Options::default()
    }
}

fn only(options: &Options, group: u32) -> Options {
    Options { layers: Some(vec![[group, group]]), ..options.clone() }
}

/// Six decimals, as documents have curves.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6 + 0.0
}

fn mean_of(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values: Vec<f64> = values.flatten().collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// A group's record against that of a network of nothing but this group.
fn assert_equal(group: &GroupRecord, alone: &CheckpointRecord) {
    let name = &group.name;
    assert_eq!(*name, alone.network.layers[0].name);
    assert_eq!(group.neurons_kept, alone.network.layers[0].kept, "{name}");
    assert_eq!(group.alpha0, alone.mean.alpha0, "{name}");
    assert_eq!(group.width, alone.mean.width, "{name}");
    let samples = || alone.samples.iter();
    assert_eq!(group.asymmetry, mean_of(samples().map(|sample| sample.asymmetry)), "{name}");
    for (index, value) in group.alpha.iter().enumerate() {
        assert_eq!(*value, mean_of(samples().map(|sample| sample.alpha[index])).map(rounded), "{name}");
    }
    for (index, value) in group.f.iter().enumerate() {
        assert_eq!(*value, mean_of(samples().map(|sample| sample.f[index])).map(rounded), "{name}");
    }
    assert_eq!(group.alpha.len(), samples().next().map_or(0, |sample| sample.alpha.len()), "{name}");
    for (of_group, null) in group.nulls.iter().zip(&alone.nulls) {
        assert_eq!((&of_group.kind, of_group.samples), (&null.kind, null.samples), "{name}");
        let close = |found: Option<f64>, expected: Option<f64>, tolerance: f64| match (found, expected) {
            (Some(found), Some(expected)) => {
                assert!((found - expected).abs() < tolerance, "{name}: {found} {expected}");
            }
            pair => assert_eq!(pair, (None, None), "{name}"),
        };
        close(of_group.alpha0, null.alpha0, 1e-12);
        close(of_group.width, null.width, 1e-12);
        for end in 0..2 {
            close(of_group.alpha0_interval.map(|i| i[end]), null.alpha0_interval.map(|i| i[end]), 1e-12);
            close(of_group.width_interval.map(|i| i[end]), null.width_interval.map(|i| i[end]), 1e-12);
        }
        assert_eq!(of_group.width_values.len(), null.width_values.len());
        for (found, expected) in of_group.width_values.iter().zip(&null.width_values) {
            close(*found, *expected, 5e-7 + 1e-12);
        }
    }
    assert_eq!(group.nulls.len(), alone.nulls.len(), "{name}");
}

#[test]
fn a_group_is_what_a_choice_of_this_one_layer_gives() {
    let file = weights("step256.safetensors");
    let filtered = Options { filter: 3, ..options(NetworkKind::Sampled, Mode::Reference) };
    for options in [
        options(NetworkKind::Full, Mode::Exact),
        options(NetworkKind::Sampled, Mode::Exact),
        options(NetworkKind::Full, Mode::Reference),
        filtered,
    ] {
        let all = record("m.safetensors", &file, &options);
        let names = all.network.layers.iter().map(|layer| &layer.name);
        assert!(all.groups.iter().map(|group| &group.name).eq(names));
        for (number, group) in (0..GROUPS).zip(&all.groups) {
            let alone = record("m.safetensors", &file, &only(&options, number));
            assert_equal(group, &alone);
            assert_eq!(alone.groups, std::slice::from_ref(group), "whatever else is analysed");
            if options.network == NetworkKind::Full {
                assert_eq!(group.diameter, alone.samples[0].diameter);
            }
        }
    }
}

/// The matrix `[outputs, inputs]` of a tensor in a safetensors file of f32.
fn matrix(file: &[u8], name: &str) -> Vec<Vec<f32>> {
    let length = u64::from_le_bytes(file[..8].try_into().expect("eight bytes")) as usize;
    let header: serde_json::Value = serde_json::from_slice(&file[8..8 + length]).expect("JSON");
    let number = |value: &serde_json::Value| value.as_u64().expect("a number") as usize;
    let columns = number(&header[name]["shape"][1]);
    let offsets = &header[name]["data_offsets"];
    let bytes = &file[8 + length..][number(&offsets[0])..number(&offsets[1])];
    let values: Vec<f32> =
        bytes.chunks(4).map(|b| f32::from_le_bytes(b.try_into().expect("four bytes"))).collect();
    values.chunks(columns).map(<[f32]>::to_vec).collect()
}

/// Sections 3 and 4 of the method, as they are written: alpha_0, width, diameter and neurons kept.
fn plainly(matrix: &[Vec<f32>]) -> (f64, f64, u32, u64) {
    let inputs = matrix[0].len();
    let lengths = |input: usize| -> Vec<u32> {
        let all = matrix.iter().map(|row| 1.0 / f64::from(row[input].abs()));
        all.filter(|&r| 1.0 < r && r <= 150.0).map(|r| r.round_ties_even() as u32).collect()
    };
    let neurons: Vec<Vec<u32>> = (0..inputs).map(lengths).filter(|lengths| lengths.len() > 10).collect();
    let mut radii: Vec<u32> = neurons.concat();
    radii.sort_unstable();
    radii.dedup();
    let diameter = *radii.last().expect("radii");
    let mass = |lengths: &Vec<u32>, radius: u32| {
        (1 + lengths.iter().filter(|&&length| length <= radius).count()) as f64 / (1 + lengths.len()) as f64
    };
    let x: Vec<f64> =
        radii.iter().map(|&radius| libm::log(f64::from(radius) / f64::from(diameter))).collect();
    let mean_x = x.iter().sum::<f64>() / x.len() as f64;
    let tau = |q: f64| {
        let z = |&radius: &u32| neurons.iter().map(|n| libm::pow(mass(n, radius), q)).sum::<f64>();
        let y: Vec<f64> = radii.iter().map(|radius| libm::log(z(radius))).collect();
        let mean_y = y.iter().sum::<f64>() / y.len() as f64;
        let xy: f64 = x.iter().zip(&y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        xy / x.iter().map(|x| (x - mean_x) * (x - mean_x)).sum::<f64>()
    };
    let tau: Vec<f64> = (-30..=30).map(|tenths| tau(f64::from(tenths) / 10.0)).collect();
    let alpha: Vec<f64> = (0..61_usize)
        .map(|i| {
            let (before, after) = (i.saturating_sub(1), (i + 1).min(60));
            (tau[after] - tau[before]) / ((after - before) as f64 / 10.0)
        })
        .collect();
    let width =
        alpha.iter().copied().fold(f64::MIN, f64::max) - alpha.iter().copied().fold(f64::MAX, f64::min);
    (alpha[30], width, diameter, neurons.len() as u64)
}

#[test]
fn groups_equal_a_plain_computation() {
    for file in ["step0.safetensors", "step1000.safetensors"] {
        let file = weights(file);
        let all = record("m.safetensors", &file, &Options::default());
        for (layer, group) in all.network.layers.iter().zip(&all.groups) {
            let (alpha0, width, diameter, kept) = plainly(&matrix(&file, &layer.tensors[0]));
            assert_eq!((group.diameter, group.neurons_kept), (Some(diameter), kept), "{}", group.name);
            let close = |found: Option<f64>, expected: f64| {
                let found = found.expect("a number");
                assert!((found - expected).abs() < 1e-9, "{}: {found} against {expected}", group.name);
            };
            close(group.alpha0, alpha0);
            close(group.width, width);
        }
    }
}

#[test]
fn the_number_of_threads_and_of_calls_does_not_matter() {
    let file = weights("step1000.safetensors");
    let options = options(NetworkKind::Full, Mode::Exact);
    let with_threads = |threads: usize, at_once: usize| -> CheckpointRecord {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            let mut measured = measure("m.safetensors", &file, &options, 0);
            while measured.compute_nulls(at_once) > 0 {}
            measured.record()
        })
    };
    let one = with_threads(1, usize::MAX);
    assert_eq!(one.groups.len(), GROUPS as usize);
    assert_eq!(one, with_threads(3, 1));
}

#[test]
fn null_samples_arrive_one_by_one() {
    let mut measured: Measured =
        measure("m.safetensors", &weights("step0.safetensors"), &options(NetworkKind::Full, Mode::Exact), 0);
    assert!(measured.record().groups.iter().all(|group| group.nulls.is_empty()));
    for samples in 1..=4 {
        measured.compute_nulls(1);
        let record = measured.record();
        assert!(record.groups.iter().all(|group| group.nulls[0].samples == samples));
    }
}

#[test]
fn spectra_of_groups_can_be_left_out_and_brought_back() {
    let file = weights("step256.safetensors");
    let with = options(NetworkKind::Full, Mode::Exact);
    let without = Options { group_spectra: false, ..with.clone() };
    let mut all = record("m.safetensors", &file, &with);
    let mut measured = measure("m.safetensors", &file, &without, u64::MAX);
    measured.compute_nulls(usize::MAX);
    let bare = measured.record();
    assert!(
        !serde_json::to_string(&bare).expect("JSON").contains("\"groups\""),
        "nothing new in the document"
    );
    assert!(measured.redo(&with).expect("good options"));
    measured.compute_nulls(usize::MAX);
    assert_eq!(measured.record(), all);
    all.groups.clear();
    assert_eq!(bare, all, "and nothing else changes");
}

#[test]
fn other_modes_on_kept_histograms_equal_those_read_anew() {
    let file = weights("step256.safetensors");
    let mut measured = measure("m.safetensors", &file, &options(NetworkKind::Sampled, Mode::Exact), u64::MAX);
    measured.compute_nulls(usize::MAX);
    let reference = options(NetworkKind::Sampled, Mode::Reference);
    assert!(measured.redo(&reference).expect("good options"));
    measured.compute_nulls(usize::MAX);
    assert_eq!(measured.record(), record("m.safetensors", &file, &reference));
}

/// A safetensors file of matrices `[12, 2]`.
fn many(matrices: usize) -> Vec<u8> {
    const BYTES: usize = 4 * 12 * 2;
    let entry = |index: usize| {
        let (begin, end) = (index * BYTES, (index + 1) * BYTES);
        format!(r#""m{index}.weight":{{"dtype":"F32","shape":[12,2],"data_offsets":[{begin},{end}]}}"#)
    };
    let header = format!("{{{}}}", (0..matrices).map(entry).collect::<Vec<_>>().join(","));
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    let weights = Weights::new(3);
    (0..matrices * 24).for_each(|index| file.extend(weights.at(index, 0).to_le_bytes()));
    file
}

#[test]
fn networks_of_very_many_groups_have_none_unless_layers_are_chosen() {
    let most = many(1024);
    assert_eq!(analyse(&most, &Options::default()).groups.len(), 1024);
    let more = many(1025);
    assert!(analyse(&more, &Options::default()).groups.is_empty());
    let some = Options { layers: Some(vec![[0, 9]]), ..Options::default() };
    assert_eq!(analyse(&more, &some).groups.len(), 10);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Method, section 9: the order of neurons and edges and the signs of weights change nothing; repeating every neuron
    /// moves intercepts only.
    #[test]
    fn groups_have_the_invariances_of_networks(seed in any::<u64>(), shift in 1_usize..20) {
        let (outputs, inputs) = (40, 24);
        let weights = Weights::new(seed);
        let plain = analyse(&model("0.weight", outputs, inputs, |o, i| weights.at(o, i)), &Options::default());
        prop_assert_eq!(plain.groups[0].alpha0, plain.mean.alpha0);
        let moved = model("0.weight", outputs, inputs, |o, i| -weights.at((o + shift) % outputs, (i + shift) % inputs));
        let moved = analyse(&moved, &Options::default());
        let repeated = analyse(&model("0.weight", outputs, 3 * inputs, |o, i| weights.at(o, i % inputs)), &Options::default());
        for other in [&moved, &repeated] {
            let (group, first) = (&other.groups[0], &plain.groups[0]);
            prop_assert_eq!(group.diameter, first.diameter);
            for (found, expected) in [(group.alpha0, first.alpha0), (group.width, first.width)] {
                prop_assert!((found.expect("a number") - expected.expect("a number")).abs() < 1e-10);
            }
        }
        prop_assert_eq!(repeated.groups[0].neurons_kept, 3 * plain.groups[0].neurons_kept);
    }
}
