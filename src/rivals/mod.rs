//! Simple rivals of the method: what linear algebra alone says of a weight matrix. Spectral norm, stable rank, and the
//! power-law exponent of the eigenvalue density; each beside the same number of the matrix with its entries permuted.
//!
//! Matrices are in memory; which file and which network they are of is not known here. Definitions: docs/rivals.md.

mod eigenvalues;
mod power_law;

pub use power_law::{LEAST_EIGENVALUES, PowerLaw, fit};
use rand::seq::SliceRandom;
use rayon::prelude::*;

use crate::random::stream;

/// The word of a random stream's key that tells these shuffles from others.
const STREAMS: u32 = 0x7269_7661;

/// Permutations of every matrix.
pub const SHUFFLES: u32 = 4;

/// Most eigenvalues of a matrix: the fit looks at each beginning of the tail.
pub const MOST_EIGENVALUES: u64 = 1 << 14;

/// Entries of a matrix of which several permutations are in memory at once.
const MOST_COPIED: usize = 1 << 22;

/// Sizes of a weight matrix: one slice of outputs and inputs, or one for each position of a kernel and part of a grouped
/// convolution. All are at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Number of slices.
    pub slices: usize,
    /// Rows of each.
    pub rows: usize,
    /// Columns of each.
    pub columns: usize,
}

/// Numbers of one matrix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spectral {
    /// Largest singular value, over all slices. `None` where the iterations did not converge.
    pub norm: Option<f64>,
    /// Squared Frobenius norm over squared spectral norm, at least 1. `None` for zeros only.
    pub stable_rank: Option<f64>,
    /// The fit to the eigenvalues of all slices.
    pub power_law: Option<PowerLaw>,
    /// Eigenvalues above 0, as far as they can be told from it.
    pub eigenvalues: u64,
}

/// Numbers of one matrix, and of its permutations.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// The matrix as it is.
    pub matrix: Spectral,
    /// Its entries in random order, one for each shuffle.
    pub shuffled: Vec<Spectral>,
}

/// Numbers of a matrix `[slices, rows, columns]`, and of `shuffles` permutations of its entries over all slices. What is
/// not finite counts as 0. `key` is that of the matrix: the same key and number of entries give the same permutations.
pub fn beside_shuffles(shape: Shape, mut entries: Vec<f64>, shuffles: u32, key: (u32, u32, u32)) -> Beside {
    let exponent = normalise(&mut entries);
    let number = |shuffle: u32| {
        if shuffle == 0 {
            return spectral(shape, &entries, exponent);
        }
        let mut shuffled = entries.clone();
        let (seed, group, matrix) = key;
        shuffled.shuffle(&mut stream([seed, group, matrix, STREAMS, shuffle]));
        spectral(shape, &shuffled, exponent)
    };
    // Each has a copy of the entries: of large matrices one after the other.
    let together = if entries.len() > MOST_COPIED { shuffles as usize + 1 } else { 1 };
    let numbers = (0..shuffles + 1).into_par_iter().with_min_len(together).map(number);
    let mut all: Vec<Spectral> = numbers.collect();
    let matrix = all.remove(0);
    Beside { matrix, shuffled: all }
}

/// Takes out what is not finite and divides by a power of two, so that the largest magnitude lies from 1/2 to 1 and no
/// square leaves the range of numbers: the exponent of the divisor. No entry is rounded but those far below the others.
fn normalise(entries: &mut [f64]) -> i32 {
    entries.iter_mut().filter(|entry| !entry.is_finite()).for_each(|entry| *entry = 0.0);
    let most = entries.iter().fold(0.0, |most: f64, entry| most.max(entry.abs()));
    let (_, exponent) = libm::frexp(most);
    entries.iter_mut().for_each(|entry| *entry = libm::scalbn(*entry, -exponent));
    exponent
}

/// Entries are those of [`normalise`].
fn spectral(shape: Shape, entries: &[f64], exponent: i32) -> Spectral {
    let Shape { rows, columns, .. } = shape;
    let nothing = Spectral { norm: None, stable_rank: None, power_law: None, eigenvalues: 0 };
    let slices = entries.chunks_exact(rows * columns);
    let all: Option<Vec<Vec<f64>>> =
        slices.map(|slice| eigenvalues::eigenvalues(rows, columns, slice)).collect();
    let Some(mut all) = all.map(|slices| slices.concat()) else { return nothing };
    all.sort_by(f64::total_cmp);
    let most = all.last().copied().unwrap_or(0.0);
    if most == 0.0 {
        return Spectral { norm: Some(0.0), ..nothing };
    }
    // Rounding leaves so much where an eigenvalue is 0.
    let zero = f64::EPSILON * rows.max(columns) as f64 * most;
    let positive = &all[all.partition_point(|&value| value <= zero)..];
    let squares: f64 = entries.iter().map(|entry| entry * entry).sum();
    let finite = |value: f64| Some(value).filter(|value| value.is_finite());
    let scaled =
        |law: PowerLaw| Some(PowerLaw { x_min: finite(libm::scalbn(law.x_min, 2 * exponent))?, ..law });
    Spectral {
        norm: finite(libm::scalbn(most.sqrt(), exponent)),
        stable_rank: Some((squares / most).max(1.0)),
        power_law: fit(positive).and_then(scaled),
        eigenvalues: positive.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape { slices: 1, rows: 30, columns: 20 };

    fn weights(n: usize) -> Vec<f64> {
        (0..n).map(|i| f64::from((i * i % 97) as u32) / 64.0 - 0.7).collect()
    }

    fn of(shape: Shape, entries: Vec<f64>) -> Spectral {
        beside_shuffles(shape, entries, 0, (0, 0, 0)).matrix
    }

    #[test]
    fn a_diagonal_by_hand() {
        let mut entries = vec![0.0; 600];
        (0..20).for_each(|i| entries[i * 20 + i] = f64::from(1 << (i % 3)));
        let found = of(SHAPE, entries);
        assert!((found.norm.unwrap() - 4.0).abs() < 1e-14);
        // Seven of 1, seven of 4, six of 16.
        assert!((found.stable_rank.unwrap() - (7.0 + 28.0 + 96.0) / 16.0).abs() < 1e-13);
        assert_eq!(found.eigenvalues, 20);
    }

    #[test]
    fn slices_are_pooled() {
        let first = of(SHAPE, weights(600));
        let mut both = weights(600);
        both.extend(weights(600).iter().map(|weight| 0.5 * weight));
        let found = of(Shape { slices: 2, ..SHAPE }, both);
        assert_eq!(found.norm, first.norm);
        assert!((found.stable_rank.unwrap() - 1.25 * first.stable_rank.unwrap()).abs() < 1e-12);
        assert_eq!(found.eigenvalues, 2 * first.eigenvalues);
    }

    #[test]
    fn units_change_the_norm_alone_even_at_the_ends_of_the_range() {
        let plain = of(SHAPE, weights(600));
        for exponent in [-1000, -20, 3, 1000] {
            let found = of(SHAPE, weights(600).iter().map(|w| libm::scalbn(*w, exponent)).collect());
            assert_eq!(found.norm, Some(libm::scalbn(plain.norm.unwrap(), exponent)));
            assert_eq!(found.stable_rank, plain.stable_rank);
            let alpha = |spectral: Spectral| spectral.power_law.map(|law| law.alpha);
            // Eigenvalues of 2^2000 are no numbers.
            assert_eq!(alpha(found), alpha(plain).filter(|_| exponent < 1000));
        }
    }

    #[test]
    fn what_is_no_number_counts_as_zero() {
        let mut entries = weights(600);
        let mut clean = entries.clone();
        for (at, bad) in [(3, f64::NAN), (77, f64::INFINITY), (599, f64::NEG_INFINITY)] {
            (entries[at], clean[at]) = (bad, 0.0);
        }
        assert_eq!(of(SHAPE, entries), of(SHAPE, clean));
        let none = of(SHAPE, vec![f64::NAN; 600]);
        assert_eq!(
            (none.norm, none.stable_rank, none.power_law, none.eigenvalues),
            (Some(0.0), None, None, 0)
        );
    }

    #[test]
    fn a_shuffle_keeps_the_entries_and_forgets_their_places() {
        // One direction only: its shuffles have many.
        let rank_one: Vec<f64> =
            (0..600).map(|i| f64::from((i / 20) as u32 + 1) * f64::from((i % 20) as u32 + 1)).collect();
        let found = beside_shuffles(SHAPE, rank_one.clone(), 3, (1, 2, 3));
        assert!((found.matrix.stable_rank.unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(found.matrix.eigenvalues, 1);
        let frobenius = |spectral: &Spectral| spectral.norm.unwrap().powi(2) * spectral.stable_rank.unwrap();
        for shuffled in &found.shuffled {
            assert!(shuffled.stable_rank.unwrap() > 1.2, "{shuffled:?}");
            assert_eq!(shuffled.eigenvalues, 20);
            assert!((frobenius(shuffled) / frobenius(&found.matrix) - 1.0).abs() < 1e-12);
        }
        assert_ne!(found.shuffled[0], found.shuffled[1]);
        assert_eq!(found, beside_shuffles(SHAPE, rank_one.clone(), 3, (1, 2, 3)));
        for key in [(0, 2, 3), (1, 0, 3), (1, 2, 0)] {
            assert_ne!(found.shuffled, beside_shuffles(SHAPE, rank_one.clone(), 3, key).shuffled);
        }
    }
}
