//! Harm done to weights on purpose, in rounds: the authors lower a model's performance so, and see E fall.
//!
//! Every round starts from the undamaged weights and has its amount at once, so that the rounds of a test depend neither
//! on one another nor on how many there are. With the same seed a later round goes on where an earlier one stopped: noise
//! grows in the same direction, the entries that were pruned or moved stay so.
//!
//! The entries of a group are damaged in memory, matrix after matrix, in the order in which they are stored; which thread
//! does it, and in which pieces they were read, does not matter. Entries that are not finite stay as they are.

mod noise;
mod prune;
mod quantise;
mod rewire;

use std::ops::Range;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The word of a random stream's key that tells damage from the null models.
const STREAMS: u32 = 0x6461_6d61;

/// Kinds of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DamageKind {
    /// Gaussian noise is added; the amount is its standard deviation over that of the matrix's finite entries.
    Noise,
    /// The entries of each matrix with the smallest magnitudes become 0; the amount is their share of all entries, zeros
    /// that were there included. Entries of equal magnitude go together, and never more than the share.
    Prune,
    /// Entries of each group change places; the amount is the share that is permuted. At 1 it is the shuffle null.
    Rewire,
    /// Each matrix keeps so many levels as the amount has bits, evenly spaced and symmetric about 0, up to its largest
    /// finite magnitude: 2^bits - 1 of them.
    Quantise,
}

impl DamageKind {
    /// The name in options and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Noise => "noise",
            Self::Prune => "prune",
            Self::Rewire => "rewire",
            Self::Quantise => "quantise",
        }
    }
}

/// Most rounds of a test.
const MOST_ROUNDS: u32 = 1000;
/// The largest noise, in standard deviations of a matrix.
const MOST_NOISE: f64 = 1e6;
/// Bits of quantised weights: one is the sign.
const BITS: std::ops::RangeInclusive<f64> = 2.0..=16.0;

/// Rounds that cannot be.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DamageError {
    /// None, or too many.
    #[error("a test has 1 to {} rounds", MOST_ROUNDS)]
    Rounds,
    /// A size that is no number above 0.
    #[error("the amount of each round must be above 0, and that of all rounds at most {}", MOST_NOISE)]
    Amount,
    /// A share above 1.
    #[error(
        "{rounds} rounds of {amount} are more than all weights. Take fewer rounds, or at most {} in each",
        1.0 / f64::from(*.rounds)
    )]
    Share {
        /// Share of each round.
        amount: f64,
        /// Number of rounds.
        rounds: u32,
    },
    /// Bits that run out.
    #[error(
        "the first round leaves a whole number of bits, at most {}, and each later one takes one of them, down to {}; \
         {rounds} rounds from {amount} on cannot be",
        BITS.end(),
        BITS.start()
    )]
    Bits {
        /// Bits of the first round.
        amount: f64,
        /// Number of rounds.
        rounds: u32,
    },
}

/// What is done to the weights of a checkpoint in one round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Damage {
    /// What is done.
    pub kind: DamageKind,
    /// How much has been done after this round, in the unit of the kind; 0 in round 0.
    pub amount: f64,
    /// Number of the round; 0 leaves the weights as they are.
    pub round: u32,
    /// Seed of the random streams.
    pub seed: u32,
}

impl Damage {
    /// Round 0 and the rounds of a test, of which each adds `amount`: after round n, noise, pruning and rewiring have n
    /// times the amount. Quantisation begins with `amount` bits and takes one away with each further round.
    pub fn rounds(kind: DamageKind, amount: f64, rounds: u32, seed: u32) -> Result<Vec<Self>, DamageError> {
        if !(1..=MOST_ROUNDS).contains(&rounds) {
            return Err(DamageError::Rounds);
        }
        let all = amount * f64::from(rounds);
        let is_amount = amount > 0.0 && all <= MOST_NOISE;
        match kind {
            _ if !is_amount => return Err(DamageError::Amount),
            // Ten rounds of a tenth are all, whatever rounding says.
            DamageKind::Prune | DamageKind::Rewire if all > 1.0 + f64::EPSILON => {
                return Err(DamageError::Share { amount, rounds });
            }
            DamageKind::Quantise => {
                let last = amount - f64::from(rounds - 1);
                if amount.fract() != 0.0 || !BITS.contains(&amount) || !BITS.contains(&last) {
                    return Err(DamageError::Bits { amount, rounds });
                }
            }
            DamageKind::Noise | DamageKind::Prune | DamageKind::Rewire => {}
        }
        let amount = |round: u32| match kind {
            _ if round == 0 => 0.0,
            DamageKind::Noise => amount * f64::from(round),
            DamageKind::Prune | DamageKind::Rewire => (amount * f64::from(round)).min(1.0),
            DamageKind::Quantise => amount - f64::from(round - 1),
        };
        Ok((0..=rounds).map(|round| Self { kind, amount: amount(round), round, seed }).collect())
    }

    /// Whether it changes nothing.
    pub fn is_none(&self) -> bool {
        self.amount == 0.0
    }

    /// Damages the entries of a group of the wiring, of which each range is a matrix.
    pub fn apply(&self, group: u32, entries: &mut [f64], matrices: &[Range<usize>]) {
        let Self { kind, amount, seed, .. } = *self;
        if self.is_none() {
            return;
        }
        if kind == DamageKind::Rewire {
            return rewire::rewire(entries, amount, (seed, group));
        }
        for (matrix, range) in (0..).zip(matrices) {
            let entries = &mut entries[range.clone()];
            match kind {
                DamageKind::Noise => noise::add(entries, amount, (seed, group, matrix)),
                DamageKind::Prune => prune::prune(entries, amount),
                DamageKind::Quantise => quantise::quantise(entries, amount as u32),
                DamageKind::Rewire => {}
            }
        }
    }
}

/// The number of entries that a share of them is, the nearest.
fn share_of(entries: usize, share: f64) -> usize {
    ((entries as f64 * share).round_ties_even() as usize).min(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use DamageKind::{Noise, Prune, Quantise, Rewire};

    #[test]
    fn rounds_add_up() {
        let amounts = |kind, amount, rounds| -> Vec<f64> {
            let rounds = Damage::rounds(kind, amount, rounds, 7).unwrap();
            rounds.iter().map(|damage| damage.amount).collect()
        };
        assert_eq!(amounts(Noise, 0.25, 3), [0.0, 0.25, 0.5, 0.75]);
        assert_eq!(amounts(Prune, 0.1, 10).last(), Some(&1.0));
        assert_eq!(amounts(Rewire, 1.0 / 3.0, 3).last(), Some(&1.0));
        assert_eq!(amounts(Quantise, 8.0, 3), [0.0, 8.0, 7.0, 6.0]);
        assert_eq!(amounts(Quantise, 4.0, 3).last(), Some(&2.0));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |kind, amount, rounds| Damage::rounds(kind, amount, rounds, 0).unwrap_err();
        assert_eq!(refused(Noise, 0.1, 0), DamageError::Rounds);
        assert_eq!(refused(Noise, 0.1, 1001), DamageError::Rounds);
        for amount in [0.0, -0.1, f64::NAN, f64::INFINITY] {
            assert_eq!(refused(Noise, amount, 2), DamageError::Amount);
        }
        assert_eq!(refused(Prune, 0.3, 4), DamageError::Share { amount: 0.3, rounds: 4 });
        for (amount, rounds) in [(17.0, 1), (1.0, 1), (4.5, 1), (4.0, 4)] {
            assert_eq!(refused(Quantise, amount, rounds), DamageError::Bits { amount, rounds });
        }
    }

    #[test]
    fn none_changes_nothing_and_matrices_are_damaged_by_themselves() {
        let weights: Vec<f64> = (0..40).map(|i| f64::from(i - 17) / 8.0).collect();
        let matrices = [0..16, 16..40];
        for kind in [Noise, Prune, Rewire, Quantise] {
            let rounds = Damage::rounds(kind, if kind == Quantise { 3.0 } else { 0.5 }, 1, 9).unwrap();
            let damaged = |damage: &Damage| {
                let mut entries = weights.clone();
                damage.apply(3, &mut entries, &matrices);
                entries
            };
            assert_eq!(damaged(&rounds[0]), weights);
            let once = damaged(&rounds[1]);
            assert_ne!(once, weights, "{kind:?}");
            if kind != Rewire {
                let mut second = weights[16..].to_vec();
                rounds[1].apply(3, &mut second, &[0..0, 0..24]);
                assert_eq!(once[16..], second, "{kind:?}: as the second matrix by itself");
            }
        }
    }
}
