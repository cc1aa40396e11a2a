//! Neuron fractal dimension (method, section 5).

use super::MINIMUM_DEGREE;

/// Fractal dimensions of neurons that have at least one edge, in order.
pub type NeuronDimensions = Vec<f64>;

/// Slope of ln N(r) on ln r over a neuron's own distinct rounded radii above 0. `counts` has the number of edges of
/// each radius 0, 1, ...; N(r) is one more than the edges up to r. 0 for 10 edges or fewer, or fewer than
/// two distinct radii.
pub(super) fn dimension(counts: &[u32], log_radius: &[f64], log_number: impl Fn(u64) -> f64) -> f64 {
    let (mut number, mut points) = (1, 0.0);
    let (mut sum_x, mut sum_y, mut sum_xx, mut sum_xy) = (0.0, 0.0, 0.0, 0.0);
    for (radius, &count) in counts.iter().enumerate() {
        number += u64::from(count);
        if count > 0 && radius > 0 {
            let (x, y) = (log_radius[radius], log_number(number));
            points += 1.0;
            sum_x += x;
            sum_y += y;
            sum_xx += x * x;
            sum_xy += x * y;
        }
    }
    if number <= 1 + MINIMUM_DEGREE || points < 2.0 {
        return 0.0;
    }
    (points * sum_xy - sum_x * sum_y) / (points * sum_xx - sum_x * sum_x)
}
