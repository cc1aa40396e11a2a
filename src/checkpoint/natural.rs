//! Order of names with digits compared as numbers: `layers.2` before `layers.10`.

use std::cmp::Ordering;

/// Compares names piece by piece; runs of ASCII digits compare as numbers of any length.
///
/// Ours rather than a crate's, because names come from untrusted files and the order must be total (`sort_by` panics
/// otherwise): each name maps to a sequence of pieces that is compared lexicographically, and names with equal
/// pieces (`a01`, `a1`) compare by their bytes.
pub fn natural_order(left: &str, right: &str) -> Ordering {
    let (mut a, mut b) = (left.as_bytes(), right.as_bytes());
    while let (Some(x), Some(y)) = (a.first(), b.first()) {
        let order = if x.is_ascii_digit() && y.is_ascii_digit() {
            number(&mut a).cmp(&number(&mut b))
        } else {
            (a, b) = (&a[1..], &b[1..]);
            x.cmp(y)
        };
        if order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len()).then_with(|| left.cmp(right))
}

/// Takes the leading digits: their count without leading zeros, then the digits themselves, which together order
/// like the number.
fn number<'a>(bytes: &mut &'a [u8]) -> (usize, &'a [u8]) {
    let end = bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len());
    let (digits, rest) = bytes.split_at(end);
    *bytes = rest;
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    (digits.len() - zeros, &digits[zeros..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digits_compare_as_numbers() {
        let sorted = ["a", "a.2.w", "a.10.b", "a.10.w", "a01", "a1", "a1b", "a99999999999999999999999", "b"];
        for pair in sorted.windows(2) {
            assert_eq!(natural_order(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(natural_order(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        assert_eq!(natural_order("layers.3", "layers.3"), Ordering::Equal);
    }

    proptest! {
        #[test]
        fn the_order_is_total(mut names in proptest::collection::vec("[a0-2.é]{0,6}", 3)) {
            names.sort_by(|a, b| natural_order(a, b));
            prop_assert_ne!(natural_order(&names[0], &names[2]), Ordering::Greater);
            for a in &names {
                for b in &names {
                    prop_assert_eq!(natural_order(a, b), natural_order(b, a).reverse());
                    prop_assert_eq!(natural_order(a, b).is_eq(), a == b);
                }
            }
        }
    }
}
