//! Pruning by magnitude.

use super::share_of;

/// Bits of a magnitude that are looked at together.
const DIGIT: u32 = 16;

/// Sets the share of the entries with the smallest magnitudes to 0. Entries that are not finite count, and stay.
pub(super) fn prune(entries: &mut [f64], share: f64) {
    let count = share_of(entries.len(), share);
    let Some(bound) = bound(entries, count) else { return };
    for entry in entries.iter_mut().filter(|entry| pattern(**entry) < bound && entry.is_finite()) {
        *entry = 0.0;
    }
}

/// The pattern of |w|, which ascends with it.
fn pattern(entry: f64) -> u64 {
    entry.abs().to_bits()
}

/// The largest bound with at most `count` patterns below it; `None` for no entries. Found digit by digit from counts of
/// patterns: exact, and without a copy of the entries.
fn bound(entries: &[f64], count: usize) -> Option<u64> {
    if count >= entries.len() {
        return (!entries.is_empty()).then_some(u64::MAX);
    }
    // The pattern that has `count` others before it is the bound: those equal to it stay together.
    let (mut known, mut before) = (0_u64, 0);
    for shift in (0..u64::BITS).step_by(DIGIT as usize).rev() {
        let mut counts = vec![0_usize; 1 << DIGIT];
        let higher = |bits: u64| bits.checked_shr(shift + DIGIT).unwrap_or(0);
        for bits in entries.iter().map(|&entry| pattern(entry)).filter(|&bits| higher(bits) == higher(known))
        {
            counts[(bits >> shift) as usize % (1 << DIGIT)] += 1;
        }
        let mut digit = 0;
        while before + counts[digit] <= count {
            before += counts[digit];
            digit += 1;
        }
        known |= (digit as u64) << shift;
    }
    Some(known)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pruned(weights: &[f64], share: f64) -> Vec<f64> {
        let mut entries = weights.to_vec();
        prune(&mut entries, share);
        entries
    }

    #[test]
    fn the_smallest_go_by_hand() {
        let weights = [0.5, -0.1, 2.0, -3.0, 0.2];
        assert_eq!(pruned(&weights, 0.2), [0.5, 0.0, 2.0, -3.0, 0.2]);
        assert_eq!(pruned(&weights, 0.4), [0.5, 0.0, 2.0, -3.0, 0.0]);
        assert_eq!(pruned(&weights, 0.6), [0.0, 0.0, 2.0, -3.0, 0.0]);
        assert_eq!(pruned(&weights, 0.09), weights, "less than half of one");
        assert_eq!(pruned(&weights, 1.0), [0.0; 5]);
        assert_eq!(pruned(&[], 1.0), [0.0; 0]);
    }

    #[test]
    fn equals_go_together_and_never_too_many() {
        let weights = [0.25, -0.25, 0.25, 1.0, 0.0];
        assert_eq!(pruned(&weights, 0.2), weights, "the zero that is there is all of the share");
        assert_eq!(pruned(&weights, 0.6), weights, "three equals are too many");
        assert_eq!(pruned(&weights, 0.8), [0.0, 0.0, 0.0, 1.0, 0.0]);
        let infinite = [f64::NAN, 1.0, f64::NEG_INFINITY, 0.5];
        let left = pruned(&infinite, 1.0);
        assert!(left[0].is_nan() && left[2] == f64::NEG_INFINITY && left[1] == 0.0 && left[3] == 0.0);
    }

    proptest! {
        /// The oracle sorts.
        #[test]
        fn thresholds_are_those_of_sorting(
            weights in prop::collection::vec(prop_oneof![-1.0..1.0_f64, (-3..3_i32).prop_map(f64::from), any::<f64>()], 1..200),
            count in 0_usize..220,
        ) {
            let mut sorted: Vec<u64> = weights.iter().map(|&weight| pattern(weight)).collect();
            sorted.sort_unstable();
            match sorted.get(count) {
                Some(&expected) => prop_assert_eq!(bound(&weights, count), Some(expected)),
                None => prop_assert_eq!(bound(&weights, count), Some(u64::MAX)),
            }
        }
    }
}
