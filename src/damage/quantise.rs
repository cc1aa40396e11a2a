//! Quantisation to few bits.

/// Rounds each entry, half to even, to a multiple of max |w| / (2^(bits - 1) - 1), over the finite entries.
pub(super) fn quantise(entries: &mut [f64], bits: u32) {
    let levels = f64::from((1_u32 << (bits - 1)) - 1);
    let finite = entries.iter().map(|entry| entry.abs()).filter(|entry| entry.is_finite());
    let largest = finite.fold(0.0, f64::max);
    if largest == 0.0 {
        return;
    }
    for entry in entries.iter_mut().filter(|entry| entry.is_finite()) {
        // In this order, the largest stays what it is.
        *entry = (*entry / largest * levels).round_ties_even() / levels * largest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantised(weights: &[f64], bits: u32) -> Vec<f64> {
        let mut entries = weights.to_vec();
        quantise(&mut entries, bits);
        entries
    }

    #[test]
    fn levels_by_hand() {
        let weights = [1.0, -0.4, 0.5, 0.6, -2.0, 0.0];
        assert_eq!(
            quantised(&weights, 2),
            [0.0, 0.0, 0.0, 0.0, -2.0, 0.0],
            "half rounds to even: 1 / 2 is 0"
        );
        // Multiples of 2/3.
        let thirds = [2.0, -1.0, 1.0, 1.0, -3.0, 0.0].map(|level| level / 3.0 * 2.0);
        assert_eq!(quantised(&weights, 3), thirds);
        assert_eq!(quantised(&[0.0, 0.0], 4), [0.0, 0.0]);
        let odd = quantised(&[f64::INFINITY, 3.0, 1.4], 2);
        assert_eq!(odd, [f64::INFINITY, 3.0, 0.0]);
    }

    #[test]
    fn no_more_levels_than_the_bits_have() {
        let weights: Vec<f64> = (0..5000).map(|i| f64::from(i - 2500) / 7.0).collect();
        for bits in 2..=8 {
            let mut levels: Vec<u64> =
                quantised(&weights, bits).iter().map(|w| (w + 0.0).to_bits()).collect();
            levels.sort_unstable();
            levels.dedup();
            assert_eq!(levels.len(), (1 << bits) - 1, "{bits} bits");
            let step = 2500.0 / 7.0 / f64::from((1 << (bits - 1)) - 1);
            for (before, after) in weights.iter().zip(quantised(&weights, bits)) {
                assert!((before - after).abs() <= 0.5 * step * (1.0 + 1e-12));
            }
        }
    }
}
