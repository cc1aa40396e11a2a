//! Lists in the order of keys, for maps that are made once and then read: much less code than a tree, which counts in modules
//! that are downloaded.

/// The values of each key, in the order of the keys; those of one key in the order in which they came.
pub(crate) fn grouped<K: Ord, V>(mut pairs: Vec<(K, V)>) -> Vec<(K, Vec<V>)> {
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    let mut groups: Vec<(K, Vec<V>)> = Vec::new();
    for (key, value) in pairs {
        match groups.last_mut().filter(|(last, _)| *last == key) {
            Some((_, values)) => values.push(value),
            None => groups.push((key, vec![value])),
        }
    }
    groups
}

/// The key that occurs most often, by weights; of equals the last one.
pub(crate) fn commonest<K: Ord>(weighed: Vec<(K, usize)>) -> Option<K> {
    let sums = grouped(weighed).into_iter().map(|(key, weights)| (key, weights.into_iter().sum::<usize>()));
    sums.max_by_key(|&(_, sum)| sum).map(|(key, _)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_ascend_and_values_stay_in_order() {
        let pairs = vec![(2, 'a'), (1, 'b'), (2, 'c'), (1, 'd'), (3, 'e')];
        assert_eq!(grouped(pairs), [(1, vec!['b', 'd']), (2, vec!['a', 'c']), (3, vec!['e'])]);
    }

    #[test]
    fn the_last_of_equals_is_the_commonest() {
        assert_eq!(commonest(vec![("b", 2), ("c", 1), ("a", 3), ("c", 2)]), Some("c"));
        assert_eq!(commonest::<u8>(Vec::new()), None);
    }
}
