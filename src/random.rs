//! Independent streams of random numbers, the same on every target and for any number of threads.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// The generator of a key, independent of those of all other keys: ChaCha mixes the key, xoshiro is fast. Words that are
/// not given are 0. The null models use keys of three words; others name themselves in a later one.
pub(crate) fn stream<const N: usize>(words: [u32; N]) -> Xoshiro256PlusPlus {
    const { assert!(N <= 8, "a key has eight words") }
    let mut key = [0; 32];
    for (word, bytes) in words.iter().zip(key.chunks_exact_mut(4)) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    Xoshiro256PlusPlus::from_rng(&mut ChaCha8Rng::from_seed(key))
}

/// 2^-53.
const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;

/// A number from 0 to below 1, from a random one.
pub(crate) fn uniform(random: u64) -> f64 {
    (random >> 11) as f64 * UNIT
}

/// Two independent normal numbers from two random ones (Box and Muller).
pub(crate) fn two_normals(first: u64, second: u64) -> [f64; 2] {
    // Above 0 and up to 1; from 0 to below 1.
    let (radius, angle) = (((first >> 11) + 1) as f64 * UNIT, uniform(second));
    let radius = (-2.0 * libm::log(radius)).sqrt();
    let (sine, cosine) = libm::sincos(2.0 * std::f64::consts::PI * angle);
    [radius * cosine, radius * sine]
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    #[test]
    fn every_word_of_a_key_matters() {
        let first = |words: [u32; 8]| stream(words).next_u64();
        let mut seen = std::collections::BTreeSet::from([first([0; 8])]);
        for word in 0..8 {
            let mut words = [0; 8];
            words[word] = 1;
            assert!(seen.insert(first(words)), "word {word}");
        }
        assert_eq!(stream([7, 8, 9]).next_u64(), stream([7, 8, 9, 0]).next_u64());
    }
}
