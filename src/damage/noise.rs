//! Gaussian noise.

use rand::Rng;
use rayon::prelude::*;

use super::STREAMS;
use crate::random::{stream, two_normals};

/// Entries that share a random stream; even.
const ENTRIES_PER_STREAM: usize = 1 << 14;

/// Adds Gaussian noise of so many standard deviations of the entries. The noise of an entry depends on its index and the
/// key alone.
pub(super) fn add(entries: &mut [f64], amount: f64, (seed, group, matrix): (u32, u32, u32)) {
    let scale = amount * standard_deviation(entries);
    entries.par_chunks_mut(ENTRIES_PER_STREAM).enumerate().for_each(|(block, entries)| {
        let mut random = stream([seed, group, matrix, block as u32, STREAMS, 1]);
        for pair in entries.chunks_mut(2) {
            let normal = two_normals(random.next_u64(), random.next_u64());
            pair.iter_mut().zip(normal).for_each(|(entry, normal)| *entry += scale * normal);
        }
    });
}

/// Of the finite entries, which are taken as all there are; 0 where there are none.
fn standard_deviation(entries: &[f64]) -> f64 {
    let finite = || entries.iter().copied().filter(|entry| entry.is_finite());
    let count = finite().count().max(1) as f64;
    let mean = finite().sum::<f64>() / count;
    let squares: f64 = finite().map(|entry| (entry - mean) * (entry - mean)).sum();
    (squares / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moments_are_those_of_a_normal_distribution() {
        let count = 200_000;
        // Two values a standard deviation of 3 about 1; the noise is twice that.
        let weights: Vec<f64> = (0..count).map(|i| if i % 2 == 0 { 4.0 } else { -2.0 }).collect();
        let mut damaged = weights.clone();
        add(&mut damaged, 2.0, (5, 6, 7));
        let noise: Vec<f64> =
            damaged.iter().zip(&weights).map(|(after, before)| (after - before) / 6.0).collect();
        let moment = |power: i32| noise.iter().map(|n| n.powi(power)).sum::<f64>() / f64::from(count);
        // Five standard errors: the variance of x^k is E[x^2k] - E[x^k]^2.
        for (power, expected, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
            let error = 5.0 * (variance / f64::from(count)).sqrt();
            assert!((moment(power) - expected).abs() < error, "moment {power}: {}", moment(power));
        }
        let lag: f64 = noise.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / f64::from(count);
        assert!(lag.abs() < 5.0 / f64::from(count).sqrt(), "neighbours are independent: {lag}");
    }

    #[test]
    fn twice_the_amount_is_twice_the_noise() {
        let weights: Vec<f64> = (0..50_000).map(|i| f64::from(i % 7)).collect();
        let [mut once, mut twice] = [weights.clone(), weights.clone()];
        add(&mut once, 0.5, (1, 2, 3));
        add(&mut twice, 1.0, (1, 2, 3));
        for ((before, once), twice) in weights.iter().zip(once).zip(twice) {
            assert!((2.0 * (once - before) - (twice - before)).abs() < 1e-12);
        }
    }

    #[test]
    fn what_is_not_finite_stays_and_does_not_count() {
        let mut entries = [f64::NAN, 1.0, f64::INFINITY, -1.0];
        assert_eq!(standard_deviation(&entries), 1.0);
        add(&mut entries, 1.0, (0, 0, 0));
        assert!(entries[0].is_nan() && entries[2] == f64::INFINITY);
        assert!(entries[1] != 1.0 && entries[3] != -1.0);
        let mut zeros = [0.0; 5];
        add(&mut zeros, 1.0, (0, 0, 0));
        assert_eq!(zeros, [0.0; 5]);
    }
}
