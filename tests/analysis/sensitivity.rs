//! One option varied at a time: from kept histograms, to the bits of an analysis under that option.

use crate::common;

use std::fs;
use std::path::Path;

use common::{Weights, measure, measure_altered, model};
use neuromfa::analysis::{
    Axis, Measured, Mode, NetworkKind, NullKind, Options, Variation, quirks, variations,
};
use neuromfa::checkpoint::{Input, collect, open};
use neuromfa::multifractal::{Differences, Rounding, Tie};
use neuromfa::network::{Wiring, recognise};
use neuromfa::report::{AxisValue, CheckpointRecord};
use neuromfa::series::{Varied, sensitivity};

const NAME: &str = "0.weight";
const OUTPUTS: usize = 300;
const INPUTS: usize = 60;
const SHUFFLES: u32 = 3;

fn weight(output: usize, input: usize) -> f32 {
    // Neurons differ, and some of them have few edges.
    let size = if input.is_multiple_of(7) { 0.1 } else { 0.4 + 0.02 * input as f32 };
    size * Weights::new(5).at(output, input)
}

fn file() -> Vec<u8> {
    model(NAME, OUTPUTS, INPUTS, weight)
}

fn tiny(step: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/neox-tiny");
    fs::read(folder.join(format!("{step}.safetensors"))).expect("test data")
}

fn wiring(name: &str, file: &[u8]) -> Wiring {
    let inputs = [Input::new(name, &file)];
    let checkpoint =
        open(&collect(&inputs).candidates[0], &inputs).unwrap_or_else(|error| panic!("{}", error.text()));
    recognise(&checkpoint).expect("a network")
}

fn sampled() -> Options {
    Options { network: NetworkKind::Sampled, samples: 3, layer_sample: 24, ..Options::default() }
}

fn complete(mut measured: Measured) -> CheckpointRecord {
    assert_eq!(measured.compute_nulls(usize::MAX), 0);
    measured.record()
}

fn same(left: &AxisValue, right: f64) -> bool {
    *left == AxisValue::Number(right)
}

#[test]
fn kept_histograms_give_the_bits_of_an_analysis_under_the_option() {
    for options in [Options::default(), sampled()] {
        let wiring = wiring("a.safetensors", &file());
        let mut kept = measure("a.safetensors", &file(), &options, u64::MAX);
        for axis in [Axis::Threshold, Axis::Q, Axis::MinimumDegree, Axis::Rounding] {
            let points = variations(axis, &options, &wiring, SHUFFLES);
            assert!(points.len() >= 4);
            assert_eq!(points.iter().filter(|point| point.is_present).count(), 1, "{axis:?}");
            for Variation { options, value, .. } in points {
                assert!(kept.redo(&options).expect("possible"), "{axis:?} {value:?} follows from histograms");
                assert_eq!(kept.compute_nulls(usize::MAX), 0);
                let anew = complete(measure("a.safetensors", &file(), &options, 0));
                assert_eq!(kept.record(), anew, "{axis:?} {value:?}");
            }
        }
    }
}

#[test]
fn options_change_what_they_say() {
    let options = Options::default();
    let wiring = wiring("a.safetensors", &file());
    let kept = |degree: u32| {
        let edges = |input: usize| {
            let length = |output| 1.0 / f64::from(weight(output, input)).abs();
            (0..OUTPUTS).map(length).filter(|&r| 1.0 < r && r <= 150.0).count()
        };
        (0..INPUTS).filter(|&input| edges(input) > degree as usize).count() as u64
    };
    let degrees = variations(Axis::MinimumDegree, &options, &wiring, 0);
    let found = |variation: &Variation| {
        let record = complete(measure("a.safetensors", &file(), &variation.options, 0));
        (variation.options.minimum_degree, record.samples[0].neurons_kept)
    };
    let numbers: Vec<(u32, u64)> = degrees.iter().map(found).collect();
    assert!(numbers.iter().all(|&(degree, neurons)| neurons == kept(degree)), "{numbers:?}");
    assert!(numbers.first().map(|first| first.1) > numbers.last().map(|last| last.1), "{numbers:?}");
}

/// tau by its definition, from the radii of every edge.
fn brute_force(radius: impl Fn(f64) -> f64, threshold: f64) -> (f64, f64) {
    let neurons: Vec<Vec<f64>> = (0..INPUTS)
        .map(|input| {
            let lengths = (0..OUTPUTS).map(|output| 1.0 / f64::from(weight(output, input)).abs());
            lengths.filter(|&r| 1.0 < r && r <= threshold).map(&radius).collect::<Vec<f64>>()
        })
        .filter(|radii| radii.len() > 10)
        .collect();
    let mut radii: Vec<f64> = neurons.iter().flatten().copied().collect();
    radii.sort_by(f64::total_cmp);
    radii.dedup();
    let diameter = radii[radii.len() - 1];
    let x: Vec<f64> = radii.iter().map(|r| libm::log(r / diameter)).collect();
    let tau = |q: f64| {
        let z = |&radius: &f64| -> f64 {
            let mass = |edges: &Vec<f64>| {
                (1.0 + edges.iter().filter(|&&r| r <= radius).count() as f64) / (1.0 + edges.len() as f64)
            };
            neurons.iter().map(|edges| libm::pow(mass(edges), q)).sum()
        };
        let y: Vec<f64> = radii.iter().map(|radius| libm::log(z(radius))).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let (mean_x, mean_y) = (mean(&x), mean(&y));
        let xy: f64 = x.iter().zip(&y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        xy / x.iter().map(|x| (x - mean_x).powi(2)).sum::<f64>()
    };
    let taus: Vec<f64> = (-30..=30).map(|i| tau(f64::from(i) / 10.0)).collect();
    let inner = taus.windows(3).map(|taus| (taus[2] - taus[0]) / 0.2);
    let ends = [(taus[1] - taus[0]) / 0.1, (taus[60] - taus[59]) / 0.1];
    let alphas: Vec<f64> = inner.chain(ends).collect();
    let extreme = |which: fn(f64, f64) -> f64| alphas.iter().copied().reduce(which).expect("some");
    (alphas[29], extreme(f64::max) - extreme(f64::min))
}

#[test]
fn roundings_by_their_definitions() {
    for threshold in [150.0, 149.0, 75.0] {
        let mut found = Vec::new();
        for rounding in Rounding::ALL {
            let options = Options { rounding, threshold, ..Options::default() };
            let mean = complete(measure("a.safetensors", &file(), &options, 0)).mean;
            let (alpha0, width) = match rounding {
                Rounding::Halves => brute_force(|r| (2.0 * r).ceil(), threshold),
                Rounding::Nearest => brute_force(f64::round_ties_even, threshold),
                Rounding::Up => brute_force(f64::ceil, threshold),
                // (1, 3] to 1, (3, 5] to 2.
                Rounding::Twos => brute_force(|r| ((r - 1.0) / 2.0).ceil(), threshold),
            };
            let close = |found: Option<f64>, wanted: f64| (found.expect("a number") - wanted).abs() < 1e-9;
            assert!(close(mean.alpha0, alpha0), "{rounding:?} {threshold}: {mean:?} against {alpha0}");
            assert!(close(mean.width, width), "{rounding:?} {threshold}: {mean:?} against {width}");
            assert!(!found.contains(&mean.alpha0), "roundings differ");
            found.push(mean.alpha0);
        }
    }
}

#[test]
fn other_roundings_need_whole_thresholds() {
    for (threshold, nfd_threshold) in [(150.5, 200.0), (150.0, 120.25)] {
        let options = Options { threshold, nfd_threshold, ..Options::default() };
        assert!(options.check().is_ok());
        let up = Options { rounding: Rounding::Up, ..options.clone() };
        assert_eq!(up.check().expect_err("refused").code(), "bad-rounding");
        let wiring = wiring("a.safetensors", &file());
        assert_eq!(variations(Axis::Rounding, &options, &wiring, 0).len(), 1, "the present one is left");
    }
}

#[test]
fn samples_are_as_wide_as_layers_are() {
    let of = |options: &Options| {
        let points = variations(Axis::LayerSample, options, &wiring("a.safetensors", &file()), 0);
        let values = points.iter().map(|point| (point.value.clone(), point.is_present));
        values.collect::<Vec<_>>()
    };
    let whole = AxisValue::Name("whole network".into());
    let number = |k: u32| AxisValue::Number(k.into());
    let drawn = [16, 24, 32, 48].map(|k| (number(k), false));
    assert_eq!(of(&Options::default()), [&drawn[..], &[(whole.clone(), true)]].concat());
    let present = [(number(16), false), (number(24), true), (number(32), false), (number(48), false)];
    assert_eq!(of(&sampled()), [&present[..], &[(whole, false)]].concat());
}

#[test]
fn weights_times_one_are_the_weights() {
    let options = Options::default();
    let wiring = wiring("a.safetensors", &file());
    let points = variations(Axis::Scale, &options, &wiring, SHUFFLES);
    let record = |point: &Variation| {
        complete(measure_altered("a.safetensors", &file(), &point.options, &point.alteration(&wiring)))
    };
    let one = points.iter().find(|point| same(&point.value, 1.0)).expect("the present point");
    assert!(one.is_present && points.iter().filter(|point| point.is_present).count() == 1);
    assert_eq!(record(one), complete(measure("a.safetensors", &file(), &one.options, 0)));
    let alpha0: Vec<f64> = points.iter().map(|point| record(point).mean.alpha0.expect("a number")).collect();
    assert!(alpha0.windows(2).all(|pair| pair[0] > pair[1]), "larger weights, smaller alpha_0: {alpha0:?}");
}

/// E of every point counts from the baseline under the same setting, for shuffles sample by sample.
#[test]
fn emergence_counts_from_the_same_setting() {
    let options = Options::default();
    let (before, after) = (tiny("step0"), tiny("step1000"));
    let wiring = wiring("step0.safetensors", &before);
    let points = variations(Axis::Threshold, &options, &wiring, SHUFFLES);
    let varied = |name: &str, file: &[u8]| -> Vec<Varied> {
        let vary = |variation: &Variation| {
            Varied::new(variation.clone(), &complete(measure(name, file, &variation.options, 0)))
        };
        points.iter().map(vary).collect()
    };
    let (baseline, trained) = (varied("step0.safetensors", &before), varied("step1000.safetensors", &after));
    let (axes, quirks) = sensitivity(&trained, Some(&baseline));
    assert!(quirks.is_empty());
    assert_eq!((axes.len(), axes[0].points.len()), (1, points.len()));
    for (point, options) in axes[0].points.iter().zip(points.iter().map(|point| &point.options)) {
        let records = [("step0.safetensors", &before), ("step1000.safetensors", &after)]
            .map(|(name, file)| complete(measure(name, file, options, 0)));
        let document = neuromfa::series::document(options.clone(), records.to_vec());
        let last = &document.checkpoints[1];
        let null = point.null.as_ref().expect("shuffles");
        assert_eq!((point.alpha0, point.width), (last.mean.alpha0, last.mean.width));
        assert_eq!(point.emergence, last.emergence);
        assert_eq!((null.alpha0, null.width_interval), (last.nulls[0].alpha0, last.nulls[0].width_interval));
        assert_eq!(
            (null.emergence, null.emergence_interval),
            (last.nulls[0].emergence, last.nulls[0].emergence_interval)
        );
        assert_eq!(point.neurons_kept, last.samples[0].neurons_kept);
    }
    let (alone, _) = sensitivity(&trained, None);
    assert!(alone[0].points.iter().all(|point| point.emergence.is_none() && point.width.is_some()));
}

#[test]
fn the_parts_of_the_reference_mode_make_it() {
    for options in [Options::default(), sampled()] {
        let shuffled = Options { null: vec![NullKind::Shuffle], null_samples: SHUFFLES, ..options };
        let parts =
            Options { differences: Some(Differences::Forward), tie: Some(Tie::First), ..shuffled.clone() };
        let whole = Options { mode: Mode::Reference, ..shuffled.clone() };
        // Neurons that are much alike: tau is concave.
        let alike = model(NAME, OUTPUTS, INPUTS, |output, input| Weights::new(5).at(output, input));
        let record = |options: &Options| complete(measure("a.safetensors", &alike, options, 0));
        assert_eq!(record(&parts), record(&whole));
        let second = Options { tie: Some(Tie::Second), ..whole.clone() };
        let candidates = record(&whole).samples[0].alpha0_candidates.expect("forward differences");
        assert_eq!(record(&whole).samples[0].alpha0, Some(candidates[0]));
        assert_eq!(record(&second).samples[0].alpha0, Some(candidates[1]));
        let first = Options { tie: Some(Tie::First), ..shuffled };
        let central = record(&first);
        let below = central.samples[0].q.iter().position(|q| *q == -0.1).expect("an order");
        assert_eq!(central.samples[0].alpha0, central.samples[0].alpha[below]);
    }
}

/// Options at their defaults are no part of documents.
#[test]
fn documents_name_what_is_unusual() {
    let json = |options: &Options| serde_json::to_value(options).expect("plain data");
    let usual = json(&Options::default());
    let new = ["minimum_degree", "rounding", "differences", "tie"];
    assert!(new.iter().all(|name| usual.get(name).is_none()), "{usual}");
    let unusual = Options {
        minimum_degree: 5,
        rounding: Rounding::Twos,
        differences: Some(Differences::Forward),
        tie: Some(Tie::Second),
        ..Options::default()
    };
    let written = json(&unusual);
    assert_eq!(new.map(|name| written[name].to_string()), ["5", "\"twos\"", "\"forward\"", "\"second\""]);
    assert_eq!(serde_json::from_value::<Options>(written).expect("options"), unusual);
}

fn quirk<'a>(points: &'a [Variation], name: &str) -> &'a Variation {
    let named = |point: &&Variation| point.value == AxisValue::Name(name.into());
    points.iter().find(named).unwrap_or_else(|| panic!("{name}"))
}

/// All differences together are the reference mode, and that is the authors' numbers.
#[test]
fn all_quirks_together_are_the_published_code() {
    let file = tiny("step1000");
    let wiring = wiring("step1000.safetensors", &file);
    let points = quirks(&Options::default(), &wiring, SHUFFLES);
    let record = |point: &Variation| complete(measure("step1000.safetensors", &file, &point.options, 0));
    let all = record(quirk(&points, "all together, 32"));
    let reference = Options {
        mode: Mode::Reference,
        network: NetworkKind::Sampled,
        ..quirk(&points, "exact").options.clone()
    };
    assert_eq!(all, complete(measure("step1000.safetensors", &file, &reference, 0)));

    let text = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/neox-tiny/expected.json"));
    let expected: serde_json::Value = serde_json::from_slice(&text.expect("a file")).expect("JSON");
    let golden = expected["checkpoints"].as_array().expect("checkpoints").iter();
    let golden = golden.clone().find(|one| one["file"] == "step1000.safetensors").expect("the step");
    let mean = |value: &dyn Fn(&serde_json::Value) -> Option<f64>| {
        let values: Vec<f64> =
            golden["samples"].as_array().expect("samples").iter().filter_map(value).collect();
        assert_eq!(values.len(), 10);
        values.iter().sum::<f64>() / 10.0
    };
    let alpha0 = mean(&|sample| sample["reference"]["alpha0_candidates"][0].as_f64());
    let width = mean(&|sample| sample["reference"]["width"].as_f64());
    assert!((all.mean.alpha0.expect("a number") - alpha0).abs() < 1e-9);
    assert!((all.mean.width.expect("a number") - width).abs() < 1e-9);
}

/// Each of them changes what it says, and nothing else.
#[test]
fn every_quirk_is_one_difference() {
    let file = tiny("step1000");
    let wiring = wiring("step1000.safetensors", &file);
    let points = quirks(&Options::default(), &wiring, 0);
    let record =
        |name: &str| complete(measure("step1000.safetensors", &file, &quirk(&points, name).options, 0));
    let exact = record("exact");
    assert!(quirk(&points, "exact").is_present && points.iter().all(|point| point.text.is_some()));
    let sample = &exact.samples[0];
    let (zero, below) = (sample.q.iter().position(|q| *q == 0.0).expect("0"), 1);
    let slope = |at: usize| Some((sample.tau[at + 1]? - sample.tau[at]?) / (sample.q[at + 1] - sample.q[at]));
    assert_eq!(record("forward differences").mean.alpha0, slope(zero));
    let first = record("tie, first candidate").mean;
    assert_eq!((first.alpha0, first.width), (sample.alpha[zero - below], exact.mean.width));
    assert_eq!(record("tie, second candidate").mean, exact.mean);
    let widths = ["ten samples of 32", "ten samples of 64"].map(|name| record(name).samples.len());
    assert_eq!(widths, [10, 10]);
    // The tiny network is a GPT-NeoX: attention and feed-forward part leave the same neurons.
    let paths = ["two hops", "two hops, serial wiring", "two hops, interconnect edges"].map(record);
    let layers = paths.each_ref().map(|record| record.network.layers.len());
    assert_eq!(layers, [12, 15, 15]);
    assert_ne!(paths[0].mean, paths[1].mean);
    assert_ne!(paths[1].mean, paths[2].mean);
    // The published shortest paths: method, section 8.
    let original = Options {
        network: NetworkKind::Sampled,
        samples: 1,
        ..quirk(&points, "two hops, interconnect edges").options.clone()
    };
    let golden = complete(measure("step1000.safetensors", &file, &original, 0)).mean;
    assert!((golden.alpha0.expect("a number") - 0.602_514_38).abs() < 1e-9);
    assert!((golden.width.expect("a number") - 0.701_629_594_8).abs() < 1e-9);
}

#[test]
fn networks_without_blocks_have_no_rows_of_two_hops() {
    let points = quirks(&Options::default(), &wiring("a.safetensors", &file()), 0);
    assert_eq!(points.len(), 11);
    assert!(points.iter().all(|point| point.options.hops == 1));
}
