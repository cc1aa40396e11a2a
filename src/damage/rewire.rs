//! Random rewiring.

use rand::{Rng, RngExt};

use super::{STREAMS, share_of};
use crate::random::stream;

/// Permutes a share of the entries of a group, drawn at random, among their places. There are fewer than 2^32 entries.
///
/// Places are taken one by one in a random order, and the entry of each changes with one of those taken so far: all
/// permutations are equally likely after each, and a larger share goes on from a smaller one.
pub(super) fn rewire(entries: &mut [f64], share: f64, (seed, group): (u32, u32)) {
    let count = share_of(entries.len(), share);
    let key = |purpose| [seed, group, 0, 0, STREAMS, 2, purpose];
    let places = first_places(entries.len(), count, &mut stream(key(1)));
    let mut random = stream(key(2));
    for (taken, &place) in places.iter().enumerate().skip(1) {
        let other = places[random.random_range(0..=taken as u32) as usize];
        entries.swap(place as usize, other as usize);
    }
}

/// The first places of a random order of all, drawn without replacement.
fn first_places(all: usize, count: usize, random: &mut impl Rng) -> Vec<u32> {
    let mut places: Vec<u32> = (0..all as u32).collect();
    for taken in 0..count {
        let other = random.random_range(taken as u32..all as u32) as usize;
        places.swap(taken, other);
    }
    places.truncate(count);
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewired(share: f64, seed: u32) -> Vec<f64> {
        let mut entries: Vec<f64> = (0..1000).map(f64::from).collect();
        rewire(&mut entries, share, (seed, 4));
        entries
    }

    #[test]
    fn a_share_changes_places_and_nothing_is_lost() {
        let moved = |entries: &[f64]| (0..1000).filter(|&i| entries[i] != i as f64).count();
        for (share, most) in [(0.001, 0_usize), (0.1, 100), (0.5, 500), (1.0, 1000)] {
            let mut entries = rewired(share, 8);
            let found = moved(&entries);
            // About one of a random permutation falls on its own place.
            assert!((most.saturating_sub(8)..=most).contains(&found), "{share}: {found}");
            entries.sort_by(f64::total_cmp);
            assert_eq!(moved(&entries), 0, "a permutation");
        }
        let (less, more) = (rewired(0.3, 8), rewired(0.6, 8));
        let stays = (0..1000).filter(|&i| more[i] == i as f64 && less[i] != i as f64).count();
        assert!(stays < 8, "what was moved stays moved: {stays}");
    }

    /// All six orders of three entries are equally likely.
    #[test]
    fn permutations_are_uniform() {
        let mut counts = std::collections::BTreeMap::new();
        let rounds = 6000;
        for seed in 0..rounds {
            let mut entries = [1.0, 2.0, 3.0];
            rewire(&mut entries, 1.0, (seed, 0));
            *counts.entry(entries.map(|entry| entry as u8)).or_insert(0_u32) += 1;
        }
        assert_eq!(counts.len(), 6);
        let expected = f64::from(rounds) / 6.0;
        let chi: f64 = counts.values().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
        // Five degrees of freedom: more than 25 by one chance in seven thousand.
        assert!(chi < 25.0, "{chi}: {counts:?}");
    }
}
