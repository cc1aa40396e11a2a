//! Examples with known answers: closed forms and independent computations (method, section 9), and noise against the
//! numbers of section 7.

use neuromfa::series::emergence;
use neuromfa::teach::{Noise, NoiseShape, Ring, SelfSimilar, TeachError, orders};

fn close(what: &str, found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{what}: {found}, not {expected}");
}

fn range(values: &[f64]) -> [f64; 2] {
    let fold = |pick: fn(f64, f64) -> f64| values.iter().copied().reduce(pick).expect("values");
    [fold(f64::min), fold(f64::max)]
}

#[test]
fn the_cantor_set_is_one_point() {
    let grid = orders().unwrap();
    let dimension = libm::log(2.0) / libm::log(3.0);
    let cantor = SelfSimilar::new(&[1.0, 0.0, 1.0]).unwrap();
    for found in [cantor.counted(8, grid.orders()).unwrap(), cantor.exact(grid.orders())] {
        for (index, q) in grid.orders().iter().enumerate() {
            close("tau", found.tau[index], (q - 1.0) * dimension);
            close("alpha", found.alpha[index], dimension);
            close("f", found.f[index], dimension);
        }
    }
    close("rounded", (dimension * 1e4).round(), 6309.0);
}

#[test]
fn box_counting_finds_the_closed_form_of_weighted_cantor_sets() {
    let grid = orders().unwrap();
    for (weights, generations) in [
        (vec![1.0, 0.0, 2.0], 8),
        (vec![1.0, 0.0, 4.0], 9),
        (vec![1.0, 2.0], 10),
        (vec![0.5, 1.0, 0.0, 3.0], 6),
    ] {
        let measure = SelfSimilar::new(&weights).unwrap();
        let found = measure.counted(generations, grid.orders()).unwrap();
        let exact = measure.exact(grid.orders());
        let sum: f64 = weights.iter().sum();
        let tau = |q: f64| {
            let powers = weights.iter().filter(|w| **w > 0.0).map(|w| libm::pow(w / sum, q));
            libm::log(powers.sum()) / -libm::log(weights.len() as f64)
        };
        for (index, &q) in grid.orders().iter().enumerate() {
            close("tau", found.tau[index], tau(q));
            close("exact tau", exact.tau[index], tau(q));
            // The derivative, by differences that are exact to the fourth order.
            let h = 1e-3;
            let slope =
                (tau(q - 2.0 * h) - 8.0 * tau(q - h) + 8.0 * tau(q + h) - tau(q + 2.0 * h)) / (12.0 * h);
            assert!((found.alpha[index] - slope).abs() < 1e-8, "{weights:?}, alpha at {q}");
            close("alpha", found.alpha[index], exact.alpha[index]);
            close("f", found.f[index], q * exact.alpha[index] - tau(q));
        }
    }
    let weighted = SelfSimilar::new(&[1.0, 0.0, 2.0]).unwrap().counted(8, grid.orders()).unwrap();
    let four_digits = |values: &[f64]| range(values).map(|value| (value * 1e4).round() / 1e4);
    assert_eq!(four_digits(&weighted.alpha), [0.4392, 0.9299]);
    assert_eq!(four_digits(&weighted.f)[1], 0.6309);
}

#[test]
fn masses_are_shared_from_left_to_right() {
    let measure = SelfSimilar::new(&[1.0, 0.0, 3.0]).unwrap();
    assert_eq!(measure.masses(0).unwrap(), [1.0]);
    assert_eq!(measure.masses(1).unwrap(), [0.25, 0.0, 0.75]);
    let sixteenths = [1.0, 0.0, 3.0, 0.0, 0.0, 0.0, 3.0, 0.0, 9.0];
    assert_eq!(measure.masses(2).unwrap(), sixteenths.map(|mass| mass / 16.0));
    let (log_size, log_z) = measure.box_counts(2, 2.0).unwrap();
    close("size", log_size[1], -2.0 * libm::log(3.0));
    close("Z", log_z[0], libm::log(10.0 / 16.0));
    close("Z", log_z[1], libm::log(100.0 / 256.0));
}

#[test]
fn what_is_no_measure_is_refused() {
    for weights in
        [&[1.0][..], &[1.0, 0.0], &[1.0, -1.0, 1.0], &[1.0, f64::NAN], &[f64::INFINITY, 1.0], &[1.0; 6]]
    {
        assert_eq!(SelfSimilar::new(weights), Err(TeachError::Measure), "{weights:?}");
    }
    let cantor = SelfSimilar::new(&[1.0, 0.0, 1.0]).unwrap();
    assert_eq!(cantor.masses(10), Err(TeachError::Measure), "too many intervals");
    assert_eq!(cantor.masses(u32::MAX), Err(TeachError::Measure));
    assert_eq!(cantor.counted(1, &[0.0]), Err(TeachError::Measure), "no line through one point");
}

/// The line of ln(N(r)/N(d)) on ln(r/d), written out.
fn ring_exponent(nodes: f64, neighbours: f64) -> f64 {
    let diameter = ((nodes / 2.0).floor() / (neighbours / 2.0)).ceil();
    let points: Vec<(f64, f64)> = (1..=diameter as usize)
        .map(|r| {
            let number = (1.0 + neighbours * r as f64).min(nodes);
            (libm::log(r as f64 / diameter), libm::log(number / nodes))
        })
        .collect();
    let count = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |sum, p| (sum.0 + p.0 / count, sum.1 + p.1 / count));
    let products: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    products / points.iter().map(|p| (p.0 - x) * (p.0 - x)).sum::<f64>()
}

#[test]
fn a_ring_is_one_point() {
    let grid = orders().unwrap();
    for (nodes, neighbours) in [(1000, 4), (400, 6), (101, 2)] {
        let ring = Ring::new(nodes, neighbours, 0.0, 0).unwrap();
        let spectrum = ring.spectrum(&grid).unwrap();
        let expected = ring_exponent(nodes as f64, neighbours as f64);
        for (q, (fit, alpha)) in grid.orders().iter().zip(spectrum.fits.iter().zip(&spectrum.alpha)) {
            close("tau", fit.slope, q * expected);
            close("alpha", *alpha, expected);
        }
        assert!(spectrum.width < 1e-9);
    }
    close("as the method has it", (ring_exponent(1000.0, 4.0) * 1e4).round(), 9872.0);
    let numbers = Ring::new(1000, 4, 0.0, 0).unwrap().numbers(17);
    let expected: Vec<u32> = (0..=250).map(|r| (1 + 4 * r).min(1000)).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn moved_edges_open_the_spectrum_of_a_ring() {
    let grid = orders().unwrap();
    let width = |share: f64| Ring::new(1000, 4, share, 1).unwrap().spectrum(&grid).unwrap().width;
    assert!(width(0.01) > 0.1, "{}", width(0.01));
    let moved = Ring::new(300, 6, 0.3, 1).unwrap();
    assert_eq!(moved, Ring::new(300, 6, 0.3, 1).unwrap());
    assert_ne!(moved, Ring::new(300, 6, 0.3, 2).unwrap());
    let ends: u32 = (0..300).map(|node| moved.numbers(node)[1] - 1).sum();
    assert_eq!(ends, 300 * 6, "edges move and do not get lost");
    for (nodes, neighbours, share) in
        [(9, 4, 0.0), (2001, 4, 0.0), (100, 3, 0.0), (12, 12, 0.0), (100, 4, 1.1), (100, 4, f64::NAN)]
    {
        assert_eq!(
            Ring::new(nodes, neighbours, share, 0),
            Err(TeachError::Ring),
            "{nodes}, {neighbours}, {share}"
        );
    }
}

/// Six blocks, sampled with K = 32.
const SHAPE: NoiseShape = NoiseShape { blocks: 6, width: 32, hidden: 2 };

/// alpha_0 and width, means over ten networks.
fn mean_of_noise(scale: f64, threshold: f64) -> [f64; 2] {
    let spectra = (0..10)
        .map(|seed| Noise::new(SHAPE, seed).expect("noise").measure(scale, threshold, 0).expect("a measure"));
    let spectra: Vec<_> = spectra.map(|measured| measured.spectrum.expect("a spectrum")).collect();
    let mean = |of: fn(&neuromfa::multifractal::Spectrum) -> f64| spectra.iter().map(of).sum::<f64>() / 10.0;
    [mean(|spectrum| spectrum.alpha0), mean(|spectrum| spectrum.width)]
}

#[test]
fn noise_follows_the_size_of_its_weights_and_the_threshold() {
    for (scale, threshold, alpha0, width) in [
        (0.5, 150.0, 2.07, Some(0.94)),
        (1.0, 150.0, 1.44, Some(0.61)),
        (2.0, 150.0, 0.95, Some(0.37)),
        (4.0, 150.0, 0.61, Some(0.22)),
        (1.0, 100.0, 1.79, None),
        (1.0, 200.0, 1.22, None),
        (1.0, 300.0, 0.96, None),
    ] {
        let found = mean_of_noise(scale, threshold);
        assert!((found[0] - alpha0).abs() < 0.015, "alpha_0 at {scale}, {threshold}: {}", found[0]);
        if let Some(width) = width {
            assert!((found[1] - width).abs() < 0.025, "w at {scale}, {threshold}: {}", found[1]);
        }
    }
}

#[test]
fn larger_noise_emerges_and_its_shuffles_with_it() {
    let noise = Noise::new(SHAPE, 0).unwrap();
    let numbers = |scale: f64| -> Vec<(f64, f64)> {
        let measured = noise.measure(scale, 150.0, 20).unwrap();
        let all = std::iter::once(measured.spectrum).chain(measured.shuffled);
        all.map(|spectrum| spectrum.map(|s| (s.alpha0, s.width)).unwrap()).collect()
    };
    let (one, two) = (numbers(1.0), numbers(2.0));
    let between: Vec<f64> = one.iter().zip(&two).map(|(one, two)| emergence(*one, *two).unwrap()).collect();
    assert!(between.iter().all(|e| (0.2..0.35).contains(e)), "{between:?}");
    assert_eq!(emergence(one[0], one[0]), Some(0.0));
    let widths: Vec<f64> = one[1..].iter().map(|(_, width)| *width).collect();
    let [low, high] = range(&widths);
    assert!((low - 0.03..high + 0.03).contains(&one[0].1), "noise is as wide as its shuffles");
    let again = Noise::new(SHAPE, 0).unwrap().measure(2.0, 150.0, 1).unwrap();
    assert_eq!(again.spectrum.unwrap(), noise.measure(2.0, 150.0, 0).unwrap().spectrum.unwrap());
}

#[test]
fn noise_that_cannot_be_measured_is_refused() {
    for shape in [
        NoiseShape { blocks: 0, ..SHAPE },
        NoiseShape { width: 100_000, ..SHAPE },
        NoiseShape { blocks: u32::MAX, width: u32::MAX, hidden: u32::MAX },
    ] {
        assert!(matches!(Noise::new(shape, 0), Err(TeachError::Noise)), "{shape:?}");
    }
    let noise = Noise::new(SHAPE, 0).unwrap();
    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(noise.measure(scale, 150.0, 0), Err(TeachError::Noise)), "{scale}");
    }
    assert!(matches!(noise.measure(1.0, 150.0, 1001), Err(TeachError::Noise)));
    assert!(matches!(noise.measure(1.0, 1.0, 0), Err(TeachError::Threshold(_))));
    let none = noise.measure(1e-6, 150.0, 2).unwrap();
    assert!(none.spectrum.is_none() && none.shuffled == [None, None], "no edge is short enough");
}
