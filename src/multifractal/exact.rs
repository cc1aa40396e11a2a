//! Sums without rounding: the same bits in any order and any grouping.

/// The exact sums of many arrays of the same length, cell by cell.
///
/// A cell is held as an unevaluated sum of doubles, one on each level. Adding a value leaves its rounding error to the
/// next level, and a level is made only when some error reaches it: two levels in practice, where a superaccumulator
/// would take half a kilobyte for each cell. Values must be finite; a cell whose sum passes the largest double is
/// infinite from then on.
#[derive(Debug, Clone, PartialEq)]
pub struct ExactSums {
    cells: usize,
    /// Each of `cells` doubles.
    levels: Vec<Vec<f64>>,
}

impl ExactSums {
    /// Most levels of sums that are read from elsewhere: doubles span 2,098 bits, and a level takes at least 40 of
    /// them.
    pub const MOST_LEVELS: usize = 64;

    /// Sums of no arrays.
    pub fn new(cells: usize) -> Self {
        Self { cells, levels: Vec::new() }
    }

    /// Sums that [`Self::levels`] gave. `None` where a level has another length or a value is no number.
    pub fn from_levels(cells: usize, levels: Vec<Vec<f64>>) -> Option<Self> {
        let sound = |level: &Vec<f64>| level.len() == cells && !level.iter().any(|value| value.is_nan());
        (levels.len() <= Self::MOST_LEVELS && levels.iter().all(sound)).then_some(Self { cells, levels })
    }

    /// The levels: what is exact is their sum. Another order of the additions may give others.
    pub fn levels(&self) -> &[Vec<f64>] {
        &self.levels
    }

    /// Adds an array.
    #[cfg_attr(small, optimize(speed), inline(never))]
    pub fn add(&mut self, values: &[f64]) {
        assert_eq!(values.len(), self.cells, "arrays of one length");
        let mut errors = values.to_vec();
        for level in &mut self.levels {
            let mut some = false;
            for (sum, error) in level.iter_mut().zip(&mut errors) {
                (*sum, *error) = two_sum(*sum, *error);
                some |= *error != 0.0;
            }
            if !some {
                return;
            }
        }
        self.levels.push(errors);
    }

    /// Adds one value to the only cell.
    pub fn add_one(&mut self, value: f64) {
        let mut error = value;
        for level in &mut self.levels {
            (level[0], error) = two_sum(level[0], error);
            if error == 0.0 {
                return;
            }
        }
        self.add(&[error]);
    }

    /// Adds the arrays of the other sums.
    pub fn merge(&mut self, other: &Self) {
        other.levels.iter().for_each(|level| self.add(level));
    }

    /// The doubles that are nearest to the sums, ties to even; zeros are positive.
    #[cfg_attr(small, optimize(speed), inline(never))]
    pub fn rounded(&self) -> Vec<f64> {
        let cell = |cell: usize| match self.levels.as_slice() {
            [] => 0.0,
            [only] => only[cell],
            [first, second] => first[cell] + second[cell],
            levels => round(levels.iter().map(|level| level[cell])),
        };
        (0..self.cells).map(|index| cell(index) + 0.0).collect()
    }
}

/// The rounded sum and its error, which is a double (Knuth). Infinite sums have none.
fn two_sum(left: f64, right: f64) -> (f64, f64) {
    let sum = left + right;
    let of_right = sum - left;
    let error = (left - (sum - of_right)) + (right - of_right);
    (sum, if sum.is_finite() { error } else { 0.0 })
}

/// The double nearest to the sum of some doubles (Shewchuk 1997): they are made non-overlapping, the sum of the
/// largest is taken until it has an error, and a tie looks at what is left.
fn round(values: impl Iterator<Item = f64>) -> f64 {
    let mut parts: Vec<f64> = Vec::new();
    for mut value in values {
        parts.retain_mut(|part| {
            (value, *part) = two_sum(value, *part);
            *part != 0.0
        });
        parts.push(value);
    }
    let mut parts = parts.into_iter().rev();
    let (mut sum, mut error) = (parts.next().unwrap_or(0.0), 0.0);
    while error == 0.0 {
        let Some(part) = parts.next() else { return sum };
        (sum, error) = two_sum(sum, part);
    }
    let rest = parts.next().unwrap_or(0.0);
    let twice = 2.0 * error;
    let beyond = sum + twice;
    // The error is half a unit in the last place, and what is left lies on its side: no tie.
    if rest * error.signum() > 0.0 && beyond - sum == twice { beyond } else { sum }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::{BigInt, Sign};
    use num_traits::ToPrimitive;
    use proptest::prelude::*;

    /// The unit of all doubles is 2^-1074.
    const UNIT: i32 = -1074;

    fn integer(value: f64) -> BigInt {
        let (mantissa, exponent) = libm::frexp(value);
        // Below the unit, nothing is lost: subnormal doubles end in zeros.
        let (mantissa, shift) = (libm::scalbn(mantissa, 53) as i64, exponent - 53 - UNIT);
        if shift < 0 { BigInt::from(mantissa >> -shift) } else { BigInt::from(mantissa) << shift }
    }

    /// The sum as an integer, rounded once.
    fn reference(values: &[f64]) -> f64 {
        let sum: BigInt = values.iter().map(|&value| integer(value)).sum();
        let size = sum.magnitude();
        let shift = size.bits().saturating_sub(62);
        let top = (size >> shift).to_u64().expect("62 bits");
        // What is shifted out is far below the last place; that there is something must not be lost.
        let lost = (size >> shift << shift) != *size;
        let rounded = libm::scalbn((2 * top + u64::from(lost)) as f64, shift as i32 + UNIT - 1);
        if sum.sign() == Sign::Minus { -rounded } else { rounded }
    }

    fn sums(values: &[f64]) -> ExactSums {
        let mut sums = ExactSums::new(1);
        values.iter().for_each(|&value| sums.add(&[value]));
        sums
    }

    /// Doubles of all sizes and signs, with many that nearly cancel.
    fn nasty() -> impl Strategy<Value = Vec<f64>> {
        let far = (any::<i64>(), -1070_i32..900)
            .prop_map(|(mantissa, exponent)| libm::scalbn(mantissa as f64, exponent));
        let near = (any::<i8>(), 0_i32..220)
            .prop_map(|(mantissa, exponent)| libm::scalbn(f64::from(mantissa), -exponent));
        let values = prop_oneof![far, near.clone(), near];
        prop::collection::vec(values, 0..60).prop_flat_map(|values| {
            let negated: Vec<f64> = values.iter().step_by(2).map(|value| -value).collect();
            Just([values, negated].concat()).prop_shuffle()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn the_sum_is_the_nearest_double(values in nasty()) {
            prop_assert_eq!(sums(&values).rounded()[0], reference(&values));
        }

        #[test]
        fn neither_order_nor_grouping_matters(values in nasty(), cuts in prop::collection::vec(0_usize..60, 0..8)) {
            let mut groups = vec![ExactSums::new(1); 61];
            for (index, &value) in values.iter().rev().enumerate() {
                let cut = cuts.iter().filter(|&&cut| cut <= index).count();
                groups[cut].add_one(value);
            }
            let mut total = ExactSums::new(1);
            groups.iter().rev().for_each(|group| total.merge(group));
            prop_assert_eq!(total.rounded()[0].to_bits(), sums(&values).rounded()[0].to_bits());
            prop_assert!(total.levels().len() <= ExactSums::MOST_LEVELS);
        }
    }

    #[test]
    fn ties_are_broken_by_what_is_far_below() {
        let half = f64::EPSILON / 2.0;
        for (rest, expected) in [(0.0, 1.0), (1e-200, 1.0 + f64::EPSILON), (-1e-200, 1.0)] {
            assert_eq!(sums(&[1.0, half, rest]).rounded(), [expected]);
            assert_eq!(sums(&[rest, half, 1.0]).rounded(), [expected]);
        }
    }

    #[test]
    fn cells_do_not_meet() {
        let mut sums = ExactSums::new(3);
        [[1e100, 1.0, 0.1], [1.0, 2.0, 0.2], [-1e100, 3.0, 0.3]].iter().for_each(|values| sums.add(values));
        assert_eq!(sums.rounded(), [1.0, 6.0, 0.6]);
        assert_eq!(sums.levels().len(), 2);
        assert_eq!(ExactSums::new(2).rounded(), [0.0, 0.0]);
    }

    #[test]
    fn sums_beyond_the_largest_double_are_infinite() {
        let mut sums = sums(&[f64::MAX, f64::MAX, 1.0]);
        sums.merge(&sums.clone());
        assert_eq!(sums.rounded(), [f64::INFINITY]);
    }

    #[test]
    fn what_is_no_sum_is_refused() {
        assert!(ExactSums::from_levels(2, vec![vec![1.0, 2.0], vec![0.0, 1e-20]]).is_some());
        assert!(ExactSums::from_levels(2, vec![vec![1.0]]).is_none());
        assert!(ExactSums::from_levels(1, vec![vec![f64::NAN]]).is_none());
        assert!(ExactSums::from_levels(1, vec![vec![0.0]; ExactSums::MOST_LEVELS + 1]).is_none());
    }
}
