//! The exponent of a power law that fits the upper tail of some values (Clauset, Shalizi and Newman, 2009), as
//! WeightWatcher applies it to eigenvalues. docs/rivals.md has the definition and the choices.

use serde::{Deserialize, Serialize};

/// Fewest values with a fit.
pub const LEAST_EIGENVALUES: usize = 10;

/// A power law p(x) ~ x^-alpha from `x_min` on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PowerLaw {
    /// Exponent, above 1: that of greatest likelihood.
    pub alpha: f64,
    /// Where the tail begins: one of the values.
    pub x_min: f64,
    /// Kolmogorov-Smirnov distance between the tail and the law, from 0 to 1; the smallest over all beginnings.
    pub distance: f64,
    /// Values in the tail, that at `x_min` too.
    pub tail: u64,
}

/// Fits values above 0 in ascending order. `None` for fewer than [`LEAST_EIGENVALUES`], and where all are the same.
pub fn fit(values: &[f64]) -> Option<PowerLaw> {
    if values.len() < LEAST_EIGENVALUES {
        return None;
    }
    let logs: Vec<f64> = values.iter().map(|&value| libm::log(value)).collect();
    // Sums of the logarithms from each value on, so that every beginning costs one pass.
    let mut sums = logs.clone();
    (1..sums.len()).rev().for_each(|at| sums[at - 1] += sums[at]);
    let mut best: Option<PowerLaw> = None;
    for begin in 0..values.len() - 1 {
        if begin > 0 && values[begin] == values[begin - 1] {
            continue;
        }
        let tail = (values.len() - begin) as f64;
        let excess = sums[begin] - tail * logs[begin];
        // All values from here on are the same.
        if values[begin] == values[values.len() - 1] || excess <= 0.0 {
            break;
        }
        let alpha = 1.0 + tail / excess;
        let least = best.map_or(f64::INFINITY, |best| best.distance);
        if let Some(distance) = distance(&logs[begin..], alpha, least) {
            best = Some(PowerLaw { alpha, x_min: values[begin], distance, tail: tail as u64 });
        }
    }
    best
}

/// The largest difference between the law's distribution function and the share of values below each; `None` where it is
/// not less than `least`.
fn distance(logs: &[f64], alpha: f64, least: f64) -> Option<f64> {
    let n = logs.len() as f64;
    let mut most = 0.0_f64;
    for (below, log) in logs.iter().enumerate() {
        let law = 1.0 - libm::exp((1.0 - alpha) * (log - logs[0]));
        most = most.max((law - below as f64 / n).abs());
        if most >= least {
            return None;
        }
    }
    Some(most)
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::random::stream;

    /// x_min (1 - u)^(-1 / (alpha - 1)).
    fn sample(alpha: f64, x_min: f64, n: usize, key: u32) -> Vec<f64> {
        let mut random = stream([key, 0, 0, 0x7465_7374]);
        let draw = |_| x_min * libm::pow(1.0 - random.random::<f64>(), -1.0 / (alpha - 1.0));
        (0..n).map(draw).collect()
    }

    fn sorted(mut values: Vec<f64>) -> Vec<f64> {
        values.sort_by(f64::total_cmp);
        values
    }

    #[test]
    fn a_known_exponent_is_found_within_its_standard_error() {
        // The search for x_min widens the scatter of the maximum likelihood a little.
        let mut within = 0;
        let mut bias = 0.0;
        for key in 0..60 {
            let alpha = [2.0, 2.5, 3.5][key as usize % 3];
            let found = fit(&sorted(sample(alpha, 0.25, 1000, key))).expect("a fit");
            let error = (found.alpha - 1.0) / (found.tail as f64).sqrt();
            within += u32::from((found.alpha - alpha).abs() < 2.0 * error);
            bias += (found.alpha - alpha) / error / 60.0;
        }
        assert!(within >= 50, "{within} of 60 within two standard errors");
        assert!(bias.abs() < 0.6, "{bias} standard errors");
    }

    #[test]
    fn the_tail_begins_where_the_law_does() {
        // Half of the values below 1 are even, not a power law.
        let mut random = stream([9, 9, 9, 0x7465_7374]);
        let mut values: Vec<f64> = (0..1000).map(|_| random.random::<f64>()).collect();
        values.extend(sample(3.0, 1.0, 1000, 70));
        let found = fit(&sorted(values)).expect("a fit");
        assert!((0.9..1.3).contains(&found.x_min), "{found:?}");
        assert!((found.alpha - 3.0).abs() < 0.3, "{found:?}");
        assert!(found.distance < 0.04, "{found:?}");
    }

    #[test]
    fn by_hand() {
        // 1, 2, 4, ... 512: the whole of it. alpha = 1 + 10 / (45 ln 2).
        let doubled: Vec<f64> = (0..10).map(|i| f64::from(1 << i)).collect();
        let found = fit(&doubled).expect("a fit");
        let alphas: Vec<f64> =
            (0..9).map(|i| 1.0 + 2.0 / ((9 - i) as f64 * std::f64::consts::LN_2)).collect();
        let begin = (10 - found.tail) as usize;
        assert!((found.alpha - alphas[begin]).abs() < 1e-12, "{found:?}");
        assert_eq!(found.x_min, doubled[begin]);
        // No beginning has a smaller distance, by the definition.
        let distance = |begin: usize| {
            let tail = &doubled[begin..];
            let law = |x: f64| 1.0 - libm::pow(x / tail[0], 1.0 - alphas[begin]);
            let share = |i: usize| i as f64 / tail.len() as f64;
            tail.iter().enumerate().map(|(i, &x)| (law(x) - share(i)).abs()).fold(0.0, f64::max)
        };
        let least = (0..9).map(distance).fold(f64::INFINITY, f64::min);
        assert!((found.distance - least).abs() < 1e-12 && (distance(begin) - least).abs() < 1e-12);
    }

    #[test]
    fn what_has_no_law() {
        assert_eq!(fit(&[]), None);
        assert_eq!(fit(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]), None);
        assert_eq!(fit(&[2.0; 30]), None);
        // Units do not matter.
        let values = sorted(sample(2.2, 1.0, 100, 71));
        let scaled: Vec<f64> = values.iter().map(|value| 1024.0 * value).collect();
        let (found, scaled) = (fit(&values).expect("a fit"), fit(&scaled).expect("a fit"));
        assert!((found.alpha - scaled.alpha).abs() < 1e-9 && found.tail == scaled.tail);
    }
}
