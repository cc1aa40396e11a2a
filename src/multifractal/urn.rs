//! Entries of several kinds, drawn one after the other.

use rand::Rng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// Slots of the table that finds the bin of an entry.
const MOST_SLOTS: u64 = 4096;
const LEAST_SLOTS: u64 = 64;

/// Entries of several kinds, drawn without replacement.
///
/// A draw picks one of the entries that were there when the table was last made, all alike, and repeats where that one
/// has been drawn since: those that are gone count as the last of their kind. The table is made anew when half of its
/// entries are gone, so that a draw takes two tries at most on average, and neither logarithms nor memory for each
/// entry.
pub(super) struct Urn {
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
    pub(super) fn new(counts: &[u64], random: Xoshiro256PlusPlus) -> Self {
        let (left, total) = (counts.to_vec(), counts.iter().sum());
        let mut urn =
            Self { random, left, total, before: Vec::new(), slots: Vec::new(), shift: 0, scale: 0.0 };
        urn.make_table();
        urn
    }

    /// The kind of the next entry. There must be one.
    #[cfg_attr(small, optimize(speed))]
    pub(super) fn draw(&mut self) -> u16 {
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

    /// The kind of any entry, which stays in the urn.
    pub(super) fn draw_and_return(&mut self) -> u16 {
        let number = self.random.next_u64();
        let entry = entry_of(number, self.scale);
        let mut kind = self.slots[(number >> self.shift) as usize];
        while entry >= self.before[usize::from(kind) + 1] {
            kind += 1;
        }
        kind
    }

    #[cfg_attr(small, optimize(speed))]
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
    use crate::random::stream;

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

    #[test]
    fn what_is_returned_is_drawn_in_proportion() {
        let counts = [1_u64 << 50, 0, 3 << 50];
        let mut urn = Urn::new(&counts, stream([4]));
        let mut drawn = [0.0_f64; 3];
        let draws = 40_000;
        (0..draws).for_each(|_| drawn[usize::from(urn.draw_and_return())] += 1.0);
        // Five standard errors of a binomial share of a quarter.
        assert!((drawn[0] / f64::from(draws) - 0.25).abs() < 5.0 * (0.1875 / f64::from(draws)).sqrt());
        assert_eq!(drawn[1], 0.0);
    }
}
