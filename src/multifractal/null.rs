//! Null models: what chance alone would give (method, section 7).

use rand::Rng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::fold::{Folder, NumberTables};
use super::{Binning, FoldSettings, GroupFold, GroupTotals};
use crate::random::stream;

/// Folds a group whose entries, zeros and non-finite and out-of-range ones included, were dealt anew to its neurons:
/// every weight is kept, the neurons are forgotten. `sample` numbers the null sample and `group` the group; each
/// triple has a random stream of its own, so that neither threads nor the order of the work matter.
///
/// Only the totals of the group are needed. The entries of a group of moderate size are permuted in memory; of a larger
/// one they are drawn from an urn, which has the same distribution and takes no memory for them.
pub fn shuffle_group(
    totals: &GroupTotals,
    binning: &Binning,
    settings: &FoldSettings,
    tables: &NumberTables,
    (seed, sample, group): (u32, u32, u32),
) -> GroupFold {
    let mut folder = Folder::new(binning, settings, tables);
    let mut deal = Deal::new(&totals.counts, stream([seed, sample, group]));
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
}

impl Deal {
    fn new(counts: &[u64], random: Xoshiro256PlusPlus) -> Self {
        match counts.iter().sum::<u64>() <= MOST_PERMUTED {
            true => Self::Permuted(permuted(counts, random), 0),
            false => Self::Drawn(Urn::new(counts, random)),
        }
    }

    /// Counts so many entries, of those that are left.
    fn next(&mut self, entries: u64, histogram: &mut [u32]) {
        match self {
            Self::Permuted(kinds, place) => {
                let end = *place + entries as usize;
                kinds[*place..end].iter().for_each(|&kind| histogram[usize::from(kind)] += 1);
                *place = end;
            }
            Self::Drawn(urn) => (0..entries).for_each(|_| histogram[usize::from(urn.draw())] += 1),
        }
    }
}

/// The kinds of all entries, in a random order.
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

/// Slots of the table that finds the bin of an entry.
const MOST_SLOTS: u64 = 4096;
const LEAST_SLOTS: u64 = 64;

/// Entries of several kinds, drawn without replacement.
///
/// A draw picks one of the entries that were there when the table was last made, all alike, and repeats where that one
/// has been drawn since: those that are gone count as the last of their kind. The table is made anew when half of its
/// entries are gone, so that a draw takes two tries at most on average, and neither logarithms nor memory for each
/// entry.
struct Urn {
    random: Xoshiro256PlusPlus,
    /// Entries of each kind that are left.
    left: Vec<u64>,
    /// Entries of all kinds that are left.
    total: u64,
    /// Entries of the kinds before each one, when the table was made, and of all.
    before: Vec<u64>,
    /// The kind of the first entry of each slot.
    slots: Vec<u16>,
    /// How far a random number of 64 bits is shifted to give its slot.
    shift: u32,
    /// Entries, when the table was made, for each 2^53.
    scale: f64,
}

impl Urn {
    fn new(counts: &[u64], random: Xoshiro256PlusPlus) -> Self {
        let (left, total) = (counts.to_vec(), counts.iter().sum());
        let mut urn =
            Self { random, left, total, before: Vec::new(), slots: Vec::new(), shift: 0, scale: 0.0 };
        urn.make_table();
        urn
    }

    /// The kind of the next entry. There must be one.
    fn draw(&mut self) -> u16 {
        let made = self.before[self.left.len()];
        if 2 * self.total <= made {
            self.make_table();
        }
        loop {
            let number = self.random.next_u64();
            let entry = entry_of(number, self.scale);
            let mut kind = self.slots[(number >> self.shift) as usize];
            while entry >= self.before[usize::from(kind) + 1] {
                kind += 1;
            }
            let left = &mut self.left[usize::from(kind)];
            if entry - self.before[usize::from(kind)] < *left {
                *left -= 1;
                self.total -= 1;
                return kind;
            }
        }
    }

    fn make_table(&mut self) {
        self.before.clear();
        self.before.push(0);
        let mut sum = 0;
        self.before.extend(self.left.iter().map(|left| {
            sum += left;
            sum
        }));
        /// 2^-53.
        const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
        self.scale = self.total as f64 * UNIT;
        let slots = (self.total / 8).next_power_of_two().clamp(LEAST_SLOTS, MOST_SLOTS);
        self.shift = 64 - slots.trailing_zeros();
        self.slots.clear();
        let mut kind = 0;
        for slot in 0..slots {
            let first = entry_of(slot << self.shift, self.scale);
            while first >= self.before[kind + 1] && kind + 1 < self.left.len() {
                kind += 1;
            }
            self.slots.push(kind as u16);
        }
    }
}

/// The entry that a random number of 64 bits picks, below the number of entries: the product of its first 53 bits with
/// `scale`, which rounds below for every number of entries up to 2^52.
fn entry_of(number: u64, scale: f64) -> u64 {
    ((number >> 11) as f64 * scale) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_urn_gives_every_entry_once() {
        for counts in [vec![1], vec![0, 3, 0, 5_000, 1, 0, 70_000], vec![2; 600], vec![0, 7]] {
            let total: u64 = counts.iter().sum();
            let mut urn = Urn::new(&counts, stream([1, 2, 3]));
            let mut drawn = vec![0; counts.len()];
            (0..total).for_each(|_| drawn[usize::from(urn.draw())] += 1);
            assert_eq!(drawn, counts);
        }
    }

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
