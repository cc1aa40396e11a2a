//! Neuron fractal dimension (method, section 5).

use super::MINIMUM_DEGREE;

/// Fractal dimensions of neurons that have at least one edge, in order.
pub type NeuronDimensions = Vec<f64>;

/// Slope of ln N(r) on ln r over a neuron's own distinct rounded radii above 0. `numbers` has N(r), one more than the
/// edges up to r, for r = 0, 1, ...; 0 for 10 edges or fewer, or fewer than two distinct radii. `points` is scratch.
#[cfg_attr(small, optimize(speed))]
pub(super) fn dimension(
    numbers: &[u32],
    log_radius: &[f64],
    log_number: impl Fn(u32) -> f64,
    points: &mut Vec<(u32, u32)>,
) -> f64 {
    // Every radius is written, and passed over if nothing changed: branches would be guessed wrong half of the time.
    points.clear();
    points.resize(numbers.len(), (0, 0));
    let mut found = 0;
    for (radius, pair) in (1..).zip(numbers.windows(2)) {
        points[found] = (radius, pair[1]);
        found += usize::from(pair[1] > pair[0]);
    }
    if numbers.last().is_none_or(|&number| u64::from(number) <= 1 + MINIMUM_DEGREE) || found < 2 {
        return 0.0;
    }
    let (mut sum_x, mut sum_y, mut sum_xx, mut sum_xy) = (0.0, 0.0, 0.0, 0.0);
    for &(radius, number) in &points[..found] {
        let (x, y) = (log_radius[radius as usize], log_number(number));
        sum_x += x;
        sum_y += y;
        sum_xx += x * x;
        sum_xy += x * y;
    }
    let points = found as f64;
    (points * sum_xy - sum_x * sum_y) / (points * sum_xx - sum_x * sum_x)
}
