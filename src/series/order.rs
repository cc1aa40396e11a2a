//! The order of a document: one series after the other, each in the order of its steps.

use std::collections::HashMap;

use crate::report::CheckpointRecord;

/// What has a place in a series.
pub trait Placed {
    /// Name of its series; those without one are a series together.
    fn series(&self) -> Option<&str>;
    /// Training step.
    fn step(&self) -> Option<u64>;
}

impl Placed for CheckpointRecord {
    fn series(&self) -> Option<&str> {
        self.series.as_deref()
    }

    fn step(&self) -> Option<u64> {
        self.step
    }
}

/// Puts checkpoints in the order of a document: the series in the order in which they first appear, and each in the
/// order of its steps, or as given where one of its steps is missing.
pub fn sort<T: Placed>(checkpoints: &mut [T]) {
    let mut places: HashMap<Option<String>, usize> = HashMap::new();
    for checkpoint in checkpoints.iter() {
        let next = places.len();
        places.entry(checkpoint.series().map(str::to_owned)).or_insert(next);
    }
    checkpoints.sort_by_cached_key(|checkpoint| places.get(&checkpoint.series().map(str::to_owned)).copied());
    for series in checkpoints.chunk_by_mut(|a, b| a.series() == b.series()) {
        if series.iter().all(|checkpoint| checkpoint.step().is_some()) {
            series.sort_by_key(Placed::step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Given(Option<&'static str>, Option<u64>, char);

    impl Placed for Given {
        fn series(&self) -> Option<&str> {
            self.0
        }

        fn step(&self) -> Option<u64> {
            self.1
        }
    }

    fn sorted(mut given: Vec<Given>) -> String {
        sort(&mut given);
        given.iter().map(|given| given.2).collect()
    }

    #[test]
    fn one_series_follows_its_steps() {
        let steps = |a, b, c| vec![Given(None, a, 'a'), Given(None, b, 'b'), Given(None, c, 'c')];
        assert_eq!(sorted(steps(Some(9), Some(0), Some(3))), "bca");
        assert_eq!(sorted(steps(Some(9), None, Some(3))), "abc", "as given where one is missing");
        assert_eq!(sorted(steps(Some(5), Some(5), Some(0))), "cab", "equal steps as given");
        assert_eq!(sorted(Vec::new()), "");
    }

    #[test]
    fn series_stand_together_in_the_order_in_which_they_appear() {
        let given = vec![
            Given(Some("b"), Some(2), 'x'),
            Given(None, None, 'p'),
            Given(Some("a"), Some(0), 'm'),
            Given(Some("b"), Some(1), 'w'),
            Given(None, Some(0), 'q'),
        ];
        assert_eq!(sorted(given), "wxpqm");
    }

    #[test]
    fn a_series_without_a_name_is_not_one_with_an_empty_name() {
        let given = vec![Given(None, Some(1), 'a'), Given(Some(""), Some(1), 'b'), Given(None, Some(0), 'c')];
        assert_eq!(sorted(given), "cab");
    }
}
