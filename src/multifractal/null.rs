//! Null models: what chance alone would give (method, section 7).

use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::fold::{Folder, NumberTables};
use super::urn::Urn;
use super::{Binning, FoldSettings, GroupFold, GroupTotals, Mixture};
use crate::random::stream;

/// Folds a group whose entries, zeros and non-finite and out-of-range ones included, were dealt anew to its neurons:
/// every weight is kept, the neurons are forgotten. `sample` numbers the null sample and `group` the group; each
/// triple has a random stream of its own, so that neither threads nor the order of the work matter.
///
/// Only the totals of the group are needed. The entries of a group of moderate size are permuted in memory; of a larger
/// one they are drawn from an urn, which has the same distribution and takes no memory for them.
#[cfg_attr(small, optimize(speed), inline(never))]
pub fn shuffle_group(
    totals: &GroupTotals,
    binning: &Binning,
    settings: &FoldSettings,
    tables: &NumberTables,
    (seed, sample, group): (u32, u32, u32),
) -> GroupFold {
    let deal = Deal::new(&totals.counts, stream([seed, sample, group]));
    fold_dealt(deal, totals, binning, settings, tables)
}

/// Folds a group whose neurons have as many entries as these, each drawn by itself from `law`: what
/// [`Mixture::counts`](super::Mixture::counts) gave. `key` names the random stream.
pub fn draw_group<const N: usize>(
    law: &[u64],
    totals: &GroupTotals,
    binning: &Binning,
    settings: &FoldSettings,
    tables: &NumberTables,
    key: [u32; N],
) -> GroupFold {
    fold_dealt(Deal::Independent(Urn::new(law, stream(key))), totals, binning, settings, tables)
}

#[cfg_attr(small, optimize(speed))]
fn fold_dealt(
    mut deal: Deal,
    totals: &GroupTotals,
    binning: &Binning,
    settings: &FoldSettings,
    tables: &NumberTables,
) -> GroupFold {
    let mut folder = Folder::new(binning, settings, tables);
    let mut histogram = vec![0_u32; binning.len()];
    for entries in totals.entries.iter() {
        histogram.fill(0);
        deal.next(entries, &mut histogram);
        folder.push(&histogram, entries);
    }
    folder.finish()
}

/// Entries of the largest group that is permuted in memory, two bytes each: several times faster than the urn.
const MOST_PERMUTED: u64 = 1 << 23;

/// The entries of a group, dealt to one neuron after the other.
enum Deal {
    /// The kinds of all entries in a random order, and the place of the next one.
    Permuted(Vec<u16>, usize),
    Drawn(Urn),
    /// Every entry by itself.
    Independent(Urn),
}

impl Deal {
    fn new(counts: &[u64], random: Xoshiro256PlusPlus) -> Self {
        match counts.iter().sum::<u64>() <= MOST_PERMUTED {
            true => Self::Permuted(permuted(counts, random), 0),
            false => Self::Drawn(Urn::new(counts, random)),
        }
    }

    /// Counts so many entries: of those that are left, or each by itself.
    #[cfg_attr(small, optimize(speed))]
    fn next(&mut self, entries: u64, histogram: &mut [u32]) {
        match self {
            Self::Permuted(kinds, place) => {
                let end = *place + entries as usize;
                kinds[*place..end].iter().for_each(|&kind| histogram[usize::from(kind)] += 1);
                *place = end;
            }
            Self::Independent(urn) => {
                (0..entries).for_each(|_| histogram[usize::from(urn.draw_and_return())] += 1);
            }
            Self::Drawn(urn) => (0..entries).for_each(|_| histogram[usize::from(urn.draw())] += 1),
        }
    }
}

/// The kinds of all entries, in a random order.
#[cfg_attr(small, optimize(speed))]
fn permuted(counts: &[u64], mut random: Xoshiro256PlusPlus) -> Vec<u16> {
    let of_kind = |(kind, &count): (usize, &u64)| std::iter::repeat_n(kind as u16, count as usize);
    let mut kinds: Vec<u16> = counts.iter().enumerate().flat_map(of_kind).collect();
    kinds.shuffle(&mut random);
    kinds
}

/// Permutes all entries of a sub-matrix, where they are at hand: what [`shuffle_group`] does to histograms, from the same
/// kind of stream.
pub fn shuffle_entries(entries: &mut [f64], (seed, sample, group): (u32, u32, u32)) {
    entries.shuffle(&mut stream([seed, sample, group]));
}

/// Draws the lengths 1/|w| of the edges of a sub-matrix, each by itself.
pub fn draw_lengths<const N: usize>(law: &Mixture, lengths: &mut [f64], key: [u32; N]) {
    let mut random = stream(key);
    lengths.iter_mut().for_each(|length| *length = 1.0 / law.draw(&mut random).abs());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts among the first entries are hypergeometric: their mean and variance against the formulas, however they are
    /// drawn.
    #[test]
    fn the_first_entries_are_hypergeometric() {
        assert_hypergeometric(|counts, round| {
            let mut urn = Urn::new(counts, stream([9, round, 0]));
            (0..400).map(|_| urn.draw()).collect()
        });
        assert_hypergeometric(|counts, round| permuted(counts, stream([9, round, 0]))[..400].to_vec());
    }

    fn assert_hypergeometric(draw: impl Fn(&[u64], u32) -> Vec<u16>) {
        let counts = [300_u64, 600, 100];
        let (total, drawn, rounds) = (1000.0, 400.0, 4000);
        let mut sums = [(0.0, 0.0); 3];
        for round in 0..rounds {
            let mut hits = [0.0; 3];
            draw(&counts, round).into_iter().for_each(|kind| hits[usize::from(kind)] += 1.0);
            for (sum, hit) in sums.iter_mut().zip(hits) {
                *sum = (sum.0 + hit, sum.1 + hit * hit);
            }
        }
        for ((sum, squares), count) in sums.into_iter().zip(counts) {
            let share = count as f64 / total;
            let (mean, variance) =
                (drawn * share, drawn * share * (1.0 - share) * (total - drawn) / (total - 1.0));
            let found = sum / f64::from(rounds);
            let spread = squares / f64::from(rounds) - found * found;
            // Five standard errors.
            assert!(
                (found - mean).abs() < 5.0 * (variance / f64::from(rounds)).sqrt(),
                "{found} against {mean}"
            );
            assert!(
                (spread / variance - 1.0).abs() < 5.0 * (2.0 / f64::from(rounds)).sqrt(),
                "{spread} against {variance}"
            );
        }
    }
}
