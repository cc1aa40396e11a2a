//! Exact solutions and invariances of the method.

use crate::common;

use common::{Weights, analyse, model};
use neuromfa::analysis::{Mode, NullKind, Options};
use neuromfa::multifractal::{fit_line, log_relative_radii};
use proptest::prelude::*;

fn shuffled(seed: u64) -> Options {
    Options { null: vec![NullKind::Shuffle], null_samples: 20, seed: seed as u32, ..Options::default() }
}

/// tau of a measure whose partition function at scale 3^-k is the k-th power of that of its first division.
fn tau_of_cascade(masses: [f64; 2], q: f64) -> f64 {
    let divided: f64 = masses.iter().filter(|&&mass| mass > 0.0).map(|&mass| libm::pow(mass, q)).sum();
    let levels = 1..=8;
    let x: Vec<f64> = levels.clone().map(|level| -f64::from(level) * libm::log(3.0)).collect();
    let y: Vec<f64> = levels.map(|level| f64::from(level) * libm::log(divided)).collect();
    fit_line(&x, &y).slope
}

#[test]
fn the_cantor_set_is_one_point_and_the_weighted_one_an_arch() {
    let dimension = libm::log(2.0) / libm::log(3.0);
    for tenths in -30..=30 {
        let q = f64::from(tenths) / 10.0;
        let plain = tau_of_cascade([0.5, 0.5], q);
        assert!((plain - (q - 1.0) * dimension).abs() < 1e-12, "q = {q}: {plain}");
        let weighted = tau_of_cascade([1.0 / 3.0, 2.0 / 3.0], q);
        let exact = libm::log(libm::pow(1.0 / 3.0, q) + libm::pow(2.0 / 3.0, q)) / -libm::log(3.0);
        assert!((weighted - exact).abs() < 1e-12, "q = {q}: {weighted}");
    }
    let alpha = |q: f64| {
        (tau_of_cascade([1.0 / 3.0, 2.0 / 3.0], q + 1e-5) - tau_of_cascade([1.0 / 3.0, 2.0 / 3.0], q - 1e-5))
            / 2e-5
    };
    assert!((alpha(3.0) - 0.4392).abs() < 1e-4 && (alpha(-3.0) - 0.9299).abs() < 1e-4);
}

#[test]
fn a_ring_lattice_is_a_single_point() {
    // 1,000 nodes with 4 neighbours each: 4 more nodes at every distance, 3 at the last.
    let radii: Vec<u32> = (1..=250).collect();
    let mass = |radius: &u32| libm::log(f64::from((1 + 4 * radius).min(1000)) / 1000.0);
    let alpha = fit_line(&log_relative_radii(&radii), &radii.iter().map(mass).collect::<Vec<_>>()).slope;
    assert!((alpha - 0.9872).abs() < 5e-5, "{alpha}");
}

#[test]
fn neurons_that_share_one_histogram_have_no_width() {
    // Every neuron has the edges 2, 3, ..., 40: alpha is the slope of its own mass, tau is linear in q.
    let row = |output: usize, _: usize| 1.0 / (2 + output % 39) as f32;
    let record = analyse(&model("0.weight", 78, 12, row), &Options::default());
    let sample = &record.samples[0];
    assert!(sample.width.unwrap() < 1e-12);
    assert!(sample.asymmetry.is_none());
    let nfd = record.nfd.summary;
    assert_eq!(nfd.min, nfd.max);
    for (q, tau) in sample.q.iter().zip(&sample.tau) {
        assert!((tau.unwrap() - q * sample.alpha0.unwrap()).abs() < 1e-12);
    }
    assert!(sample.r_squared[30].is_none(), "Z_0 is constant: no R² at q = 0");
}

#[test]
fn no_edges_and_no_numbers_are_answers() {
    for value in [0.0, f32::NAN, f32::INFINITY, 1e-6, 100.0] {
        let record = analyse(&model("0.weight", 16, 4, |_, _| value), &shuffled(0));
        let sample = &record.samples[0];
        assert_eq!((sample.alpha0, sample.width, sample.neurons_kept), (None, None, 0), "{value}");
        assert!(
            record
                .warnings
                .iter()
                .any(|warning| ["no-edges", "no-spectrum"].contains(&warning.code.as_str()))
        );
        assert_eq!(record.nulls[0].alpha0, None);
        let json = serde_json::to_string(&record).unwrap();
        assert!(!json.contains("NaN") && !json.contains("inf"), "{json}");
    }
}

fn noise(seed: u64, output: usize, input: usize) -> f32 {
    Weights::new(seed).at(output, input)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn signs_and_the_order_of_neurons_and_edges_change_nothing(seed: u64, rotation in 1_usize..40) {
        let plain = analyse(&model("0.weight", 64, 40, |o, i| noise(seed, o, i)), &Options::default());
        let moved = analyse(
            &model("0.weight", 64, 40, |o, i| -noise(seed, (o + rotation) % 64, (i + rotation) % 40)),
            &Options::default(),
        );
        let (plain, moved) = (&plain.samples[0], &moved.samples[0]);
        prop_assert_eq!(&plain.radii, &moved.radii);
        for (left, right) in plain.tau.iter().zip(&moved.tau) {
            prop_assert!((left.unwrap() - right.unwrap()).abs() < 1e-12);
        }
        prop_assert!((plain.nfd.mean.unwrap() - moved.nfd.mean.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn repeating_every_neuron_moves_intercepts_only(seed: u64) {
        let once = analyse(&model("0.weight", 64, 20, |o, i| noise(seed, o, i)), &Options::default());
        let thrice = analyse(&model("0.weight", 64, 60, |o, i| noise(seed, o, i % 20)), &Options::default());
        let (once, thrice) = (&once.samples[0], &thrice.samples[0]);
        for index in 0..61 {
            prop_assert!((once.tau[index].unwrap() - thrice.tau[index].unwrap()).abs() < 1e-12);
            let moved = thrice.intercept[index].unwrap() - once.intercept[index].unwrap();
            prop_assert!((moved - libm::log(3.0)).abs() < 1e-12);
        }
    }

    #[test]
    fn tau_of_0_is_0_and_f_ends_below_it(seed: u64) {
        for mode in [Mode::Exact, Mode::Reference] {
            let options = Options { mode, ..Options::default() };
            let record = analyse(&model("0.weight", 96, 48, |o, i| noise(seed, o, i)), &options);
            let sample = &record.samples[0];
            prop_assert_eq!(sample.q[30], 0.0);
            prop_assert!(sample.tau[30].unwrap().abs() < 1e-13);
            prop_assert!(sample.f[0].unwrap() < 0.0 && sample.f.last().unwrap().unwrap() < 0.0);
            prop_assert_eq!(sample.alpha.len(), if mode == Mode::Exact { 61 } else { 60 });
        }
    }
}

#[test]
fn threads_change_no_bit() {
    let weights = model("0.weight", 300, 700, |o, i| noise(3, o, i));
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| analyse(&weights, &shuffled(5)))
    };
    let one = with(1);
    assert_eq!(one, with(2));
    assert_eq!(one, with(7));
}

#[test]
fn shuffles_of_noise_look_like_the_noise_and_keep_every_weight() {
    let record = analyse(&model("0.weight", 256, 400, |o, i| noise(11, o, i)), &shuffled(0));
    let (own, null) = (&record.samples[0], &record.nulls[0]);
    let width = own.width.unwrap();
    let sd = null.width_sd.unwrap();
    assert!((width - null.width.unwrap()).abs() < 4.0 * sd, "{width} against {:?} ± {sd}", null.width);
    assert_eq!((null.samples, null.width_values.len(), null.envelope.len()), (20, 20, 61));
    let [low, high] = null.width_interval.unwrap();
    assert!(low <= null.width.unwrap() && null.width.unwrap() <= high);
}

#[test]
fn shuffling_removes_what_sets_neurons_apart() {
    // Half the neurons have weights four times as large: the width is theirs, and shuffling deals it out.
    let record = analyse(
        &model("0.weight", 256, 400, |o, i| noise(7, o, i) * if i % 2 == 0 { 4.0 } else { 1.0 }),
        &shuffled(0),
    );
    let [_, high] = record.nulls[0].width_interval.unwrap();
    assert!(record.samples[0].width.unwrap() > high + 0.1);
}

#[test]
fn changed_options_from_histograms_equal_a_new_reading() {
    let weights = model("0.weight", 200, 90, |o, i| noise(2, o, i));
    let changed = Options { threshold: 120.0, q_max: 2.0, mode: Mode::Reference, ..shuffled(4) };
    let mut measured = common::measure("model.safetensors", &weights, &shuffled(4), u64::MAX);
    measured.compute_nulls(usize::MAX);
    assert!(measured.redo(&changed).unwrap());
    assert_eq!(measured.compute_nulls(usize::MAX), 0);
    assert_eq!(measured.record(), analyse(&weights, &changed));
    let fraction = Options { threshold: 120.3, ..changed.clone() };
    assert!(!measured.redo(&fraction).unwrap(), "a threshold within a bin needs the file");
    assert_eq!(measured.options(), &changed, "and what was there stays");
}

#[test]
fn histograms_that_are_not_kept_give_the_same_record() {
    let weights = model("0.weight", 200, 90, |o, i| noise(2, o, i));
    let mut measured = common::measure("model.safetensors", &weights, &shuffled(4), 0);
    assert_eq!(measured.kept_bytes(), 0);
    assert_eq!(measured.compute_nulls(usize::MAX), 0, "null samples need no histograms");
    assert_eq!(measured.record(), analyse(&weights, &shuffled(4)));
    assert!(!measured.redo(&Options::default()).unwrap());
}
