//! Correlation of two quantities over the same observations, how sure it is, and what a third quantity leaves of it.
//!
//! Everything is computed from multiplicities: how often each observation counts. All 1 give the coefficient itself,
//! those of a draw with replacement give one of the bootstrap. So nothing is copied or sorted for a draw, and there is one
//! definition of each coefficient. (statrs has ranks, but no correlation and no bootstrap.)

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::multifractal::statistics::interval95;

/// Draws of the bootstrap.
pub const RESAMPLES: usize = 2000;

/// Fewest observations with an interval: of fewer, too many draws are a line or a point.
pub const LEAST_FOR_INTERVAL: usize = 5;

/// Fewest observations with a coefficient: any two lie on a line.
const LEAST: usize = 3;

/// Fewest observations with a partial correlation: one more, as it takes out one more line.
const LEAST_FOR_PARTIAL: usize = 4;

/// Least share of a variable's variance that another one may leave for a partial correlation.
const LEAST_LEFT: f64 = 1e-9;

/// Seed of the bootstrap. Coefficients over as many observations see the same draws.
const SEED: u64 = 0;

/// Values of one quantity, one for each observation.
pub(super) struct Variable {
    values: Vec<f64>,
    /// For each observation, the number of its value among the different ones in ascending order.
    places: Vec<usize>,
    /// Different values.
    different: usize,
}

impl Variable {
    /// Values must be finite.
    pub(super) fn new(values: Vec<f64>) -> Self {
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.dedup();
        let place = |value: &f64| sorted.partition_point(|other| other < value);
        let places = values.iter().map(place).collect();
        Self { places, different: sorted.len(), values }
    }

    /// Whether the observations that count have one value only.
    fn is_constant(&self, times: &[u32]) -> bool {
        let mut places =
            self.places.iter().zip(times).filter(|(_, times)| **times > 0).map(|(place, _)| place);
        let first = places.next();
        places.all(|place| Some(place) == first)
    }

    /// Ranks from 1; equal values share the mean of theirs.
    fn ranks(&self, times: &[u32]) -> Vec<f64> {
        let mut counts = vec![0_u32; self.different];
        for (&place, &times) in self.places.iter().zip(times) {
            counts[place] += times;
        }
        let mut before = 0.0;
        let ranks: Vec<f64> = counts
            .into_iter()
            .map(|count| {
                let count = f64::from(count);
                let rank = before + 0.5 * (count + 1.0);
                before += count;
                rank
            })
            .collect();
        self.places.iter().map(|&place| ranks[place]).collect()
    }
}

/// Pearson's correlation coefficient. `None` where one of the two is constant, or for fewer than three observations.
pub(super) fn pearson(x: &Variable, y: &Variable) -> Option<f64> {
    enough(x, LEAST).and_then(|times| pearson_of(x, y, &times))
}

/// Spearman's: that of Pearson of the ranks.
pub(super) fn spearman(x: &Variable, y: &Variable) -> Option<f64> {
    enough(x, LEAST).and_then(|times| spearman_of(x, y, &times))
}

/// Pearson's partial correlation of `x` and `y` given `z`: of what the lines on `z` leave of them. `None` for fewer than
/// four observations, or where a line leaves nothing.
pub(super) fn partial(x: &Variable, y: &Variable, z: &Variable) -> Option<f64> {
    let times = enough(x, LEAST_FOR_PARTIAL)?;
    partial_of(pearson_of(x, y, &times), pearson_of(x, z, &times), pearson_of(y, z, &times))
}

/// 2.5 % and 97.5 % points of coefficients over observations that are drawn with replacement, as many as there are.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Intervals {
    pub(super) pearson: Option<[f64; 2]>,
    pub(super) spearman: Option<[f64; 2]>,
    pub(super) partial: Option<[f64; 2]>,
}

/// The percentile bootstrap of [`pearson`], [`spearman`] and [`partial`]. `None` for fewer than
/// [`LEAST_FOR_INTERVAL`] observations, and where fewer than half of the draws have a coefficient.
pub(super) fn bootstrap(x: &Variable, y: &Variable, z: &Variable) -> Intervals {
    let n = x.values.len();
    if n < LEAST_FOR_INTERVAL {
        return Intervals::default();
    }
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut times = vec![0; n];
    let mut draws = [const { Vec::new() }; 3];
    for _ in 0..RESAMPLES {
        times.fill(0);
        (0..n).for_each(|_| times[random.random_range(0..n as u32) as usize] += 1);
        let pearson = pearson_of(x, y, &times);
        let partial = partial_of(pearson, pearson_of(x, z, &times), pearson_of(y, z, &times));
        let found = [pearson, spearman_of(x, y, &times), partial];
        for (values, value) in draws.iter_mut().zip(found) {
            values.extend(value);
        }
    }
    let [pearson, spearman, partial] =
        draws.map(|values: Vec<f64>| interval95(&values).filter(|_| 2 * values.len() >= RESAMPLES));
    Intervals { pearson, spearman, partial }
}

/// Every observation once, if there are so many.
fn enough(variable: &Variable, least: usize) -> Option<Vec<u32>> {
    let n = variable.values.len();
    (n >= least).then(|| vec![1; n])
}

fn pearson_of(x: &Variable, y: &Variable, times: &[u32]) -> Option<f64> {
    let constant = x.is_constant(times) || y.is_constant(times);
    if constant { None } else { correlation(&x.values, &y.values, times) }
}

fn spearman_of(x: &Variable, y: &Variable, times: &[u32]) -> Option<f64> {
    let constant = x.is_constant(times) || y.is_constant(times);
    if constant { None } else { correlation(&x.ranks(times), &y.ranks(times), times) }
}

/// The partial correlation of x and y, from the three coefficients of x, y and z.
fn partial_of(xy: Option<f64>, xz: Option<f64>, yz: Option<f64>) -> Option<f64> {
    let (xy, xz, yz) = (xy?, xz?, yz?);
    let (x_left, y_left) = (1.0 - xz * xz, 1.0 - yz * yz);
    let left = x_left > LEAST_LEFT && y_left > LEAST_LEFT;
    left.then(|| ((xy - xz * yz) / (x_left * y_left).sqrt()).clamp(-1.0, 1.0))
}

/// Covariance over the product of the standard deviations, with deviations from the means.
fn correlation(x: &[f64], y: &[f64], times: &[u32]) -> Option<f64> {
    let triples = || x.iter().zip(y).zip(times).map(|((x, y), times)| (*x, *y, f64::from(*times)));
    let (mut n, mut x_mean, mut y_mean) = (0.0, 0.0, 0.0);
    for (x, y, times) in triples() {
        n += times;
        x_mean += times * x;
        y_mean += times * y;
    }
    x_mean /= n;
    y_mean /= n;
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y, times) in triples() {
        let (dx, dy) = (x - x_mean, y - y_mean);
        xx += times * dx * dx;
        yy += times * dy * dy;
        xy += times * dx * dy;
    }
    let product = (xx * yy).sqrt();
    // Not of values whose fourth powers leave the range of numbers.
    let inside = product > 0.0 && product.is_finite();
    inside.then(|| (xy / product).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn variable(values: &[f64]) -> Variable {
        Variable::new(values.to_vec())
    }

    fn close(found: Option<f64>, wanted: f64) {
        let found = found.expect("a coefficient");
        assert!((found - wanted).abs() < 1e-12, "{found}, not {wanted}");
    }

    #[test]
    fn coefficients_by_hand() {
        // Deviations (-1, 0, 1) and (-1, 1, 0): 1 / (sqrt 2 sqrt 2).
        close(pearson(&variable(&[1.0, 2.0, 3.0]), &variable(&[2.0, 4.0, 3.0])), 0.5);
        // A curve that only rises: ranks agree.
        let (x, y) = (variable(&[1.0, 2.0, 3.0, 4.0]), variable(&[1.0, 8.0, 27.0, 640.0]));
        close(spearman(&x, &y), 1.0);
        assert!(pearson(&x, &y) < Some(0.9));
        // Two equal values share rank 1.5: ranks (1.5, 1.5, 3) and (1, 2, 3), deviations (-.5, -.5, 1) and (-1, 0, 1).
        close(spearman(&variable(&[7.0, 7.0, 9.0]), &variable(&[0.0, 1.0, 2.0])), 1.5 / 3.0_f64.sqrt());
        close(pearson(&variable(&[0.0, 1.0, 2.0]), &variable(&[5.0, 3.0, 1.0])), -1.0);
    }

    #[test]
    fn there_are_no_coefficients_of_too_little() {
        let (two, three) = (variable(&[1.0, 2.0]), variable(&[1.0, 2.0, 4.0]));
        assert_eq!(pearson(&two, &two), None);
        assert_eq!(partial(&three, &three, &three), None);
        // 0.1 three times has a mean that is not 0.1.
        let constant = variable(&[0.1, 0.1, 0.1]);
        assert_eq!((pearson(&three, &constant), spearman(&constant, &three)), (None, None));
        let four = variable(&[1.0, 2.0, 4.0, 4.0]);
        assert_eq!(bootstrap(&four, &four, &four), Intervals::default());
        let huge = variable(&[1e300, -1e300, 0.0]);
        assert_eq!(pearson(&huge, &three), None);
    }

    #[test]
    fn a_partial_correlation_takes_the_third_out() {
        // x = z + a, y = z + b, with a and b orthogonal to z, to one and to each other: nothing is left.
        let z = [-3.0, -1.0, 1.0, 3.0, -3.0, -1.0, 1.0, 3.0];
        let a = [1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0, 1.0];
        let b = [1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0];
        let sum = |left: &[f64], right: &[f64]| {
            Variable::new(left.iter().zip(right).map(|(left, right)| left + right).collect())
        };
        let (x, y) = (sum(&z, &a), sum(&z, &b));
        close(pearson(&x, &y), 40.0 / 48.0);
        assert!(partial(&x, &y, &variable(&z)).expect("a coefficient").abs() < 1e-12);
        close(partial(&x, &sum(&z, &a.map(|v| -v)), &variable(&z)), -1.0);
        // A line on z leaves nothing of it.
        assert_eq!(partial(&variable(&z.map(|v| 2.0 * v + 1.0)), &y, &variable(&z)), None);
    }

    /// `python3 tests/data/scores/oracle.py` (scipy 1.17.1, numpy 2.4.6) printed the numbers.
    #[test]
    fn an_independent_implementation_agrees() {
        let x = [0.31, 1.7, -0.4, 2.2, 2.2, 0.9, 5.1, 3.3, 0.31, 4.0];
        let y = [10.0, 12.5, 9.0, 12.5, 14.0, 9.5, 13.0, 16.5, 12.0, 11.0];
        let z = [1.0, 2.0, 3.0, 5.0, 4.0, 7.0, 8.0, 6.0, 9.0, 10.0];
        let (x, y, z) = (variable(&x), variable(&y), variable(&z));
        close(pearson(&x, &y), ORACLE.pearson);
        close(spearman(&x, &y), ORACLE.spearman);
        close(partial(&x, &y, &z), ORACLE.partial);
        let found = bootstrap(&x, &y, &z);
        for (found, wanted) in [
            (found.pearson, ORACLE.pearson_interval),
            (found.spearman, ORACLE.spearman_interval),
            (found.partial, ORACLE.partial_interval),
        ] {
            let found = found.expect("an interval");
            // Other draws: the ends scatter by some hundredths.
            for (found, wanted) in found.into_iter().zip(wanted) {
                assert!((found - wanted).abs() < 0.05, "{found}, not {wanted}");
            }
        }
    }

    struct Oracle {
        pearson: f64,
        spearman: f64,
        partial: f64,
        pearson_interval: [f64; 2],
        spearman_interval: [f64; 2],
        partial_interval: [f64; 2],
    }

    const ORACLE: Oracle = Oracle {
        pearson: 0.573423585062127,
        spearman: 0.681960375398488,
        partial: 0.5921694330310694,
        pearson_interval: [0.11945893637701707, 0.9466912587285311],
        spearman_interval: [0.07492180384246389, 0.9677161045578101],
        partial_interval: [0.23014297348066262, 0.969263024188307],
    };

    proptest! {
        /// Multiplicities are copies: a draw has the coefficient of the observations that it lists.
        #[test]
        fn a_draw_is_a_list_of_observations(
            drawn in proptest::collection::vec((0_u32..4, -3_i32..3, -3_i32..3), 3..12),
        ) {
            let times: Vec<u32> = drawn.iter().map(|one| one.0).collect();
            let of = |value: fn(&(u32, i32, i32)) -> i32| -> (Variable, Variable) {
                let list = drawn.iter().flat_map(|one| vec![f64::from(value(one)); one.0 as usize]);
                (Variable::new(drawn.iter().map(|one| f64::from(value(one))).collect()), Variable::new(list.collect()))
            };
            let ((x, x_list), (y, y_list)) = (of(|one| one.1), of(|one| one.2));
            let once = vec![1; x_list.values.len()];
            for (weighted, listed) in [
                (pearson_of(&x, &y, &times), pearson_of(&x_list, &y_list, &once)),
                (spearman_of(&x, &y, &times), spearman_of(&x_list, &y_list, &once)),
            ] {
                prop_assert_eq!(weighted.is_some(), listed.is_some());
                prop_assert!((weighted.unwrap_or(0.0) - listed.unwrap_or(0.0)).abs() < 1e-12);
            }
        }

        #[test]
        fn coefficients_lie_between_minus_one_and_one_and_ignore_units(
            pairs in proptest::collection::vec((-1e3_f64..1e3, -1e3_f64..1e3), 5..20),
        ) {
            let x = Variable::new(pairs.iter().map(|pair| pair.0).collect());
            let y = Variable::new(pairs.iter().map(|pair| pair.1).collect());
            let scaled = Variable::new(pairs.iter().map(|pair| 8.0 * pair.0).collect());
            let r = pearson(&x, &y).expect("different values");
            prop_assert!((-1.0..=1.0).contains(&r));
            prop_assert_eq!(spearman(&x, &y), spearman(&scaled, &y));
            prop_assert!((pearson(&scaled, &y).expect("different values") - r).abs() < 1e-9);
            let [low, high] = bootstrap(&x, &y, &x).pearson.expect("an interval");
            prop_assert!(low <= high);
        }
    }
}
