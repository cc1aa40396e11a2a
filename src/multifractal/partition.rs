//! The partition function Z_q(r) = sum over neurons of p_i(r)^q (method, section 4).

use ndarray::{Array2, ArrayView1};
use thiserror::Error;

/// Most orders that a grid may have.
const MOST_ORDERS: usize = 2001;
/// Largest |q|: p^q must stay far from the ends of f64 for any count of edges.
const LARGEST_ORDER: f64 = 20.0;
/// Radii that one pass handles together, one vector register or two.
const LANES: usize = 4;

/// The orders q: all multiples k * step with k from `-below` to `above`.
#[derive(Debug, Clone, PartialEq)]
pub struct QGrid {
    step: f64,
    below: usize,
    above: usize,
    orders: Vec<f64>,
}

/// A grid of orders that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum QGridError {
    /// Not within [-20, 20], not a step of at least 0.01, or too many orders.
    #[error(
        "the q range must lie within -20 and 20, with a step of at least 0.01 and at most {MOST_ORDERS} orders"
    )]
    OutOfRange,
    /// 0 or one of its neighbours is missing; alpha_0 needs the three.
    #[error(
        "the q range must hold -step, 0 and +step: choose q-min and q-max as multiples of the step around 0"
    )]
    NotAroundZero,
}

impl QGrid {
    /// The grid (round(100 q_min) + i round(100 q_step))/100, so that 0 is exact.
    pub fn new(q_min: f64, q_max: f64, q_step: f64) -> Result<Self, QGridError> {
        let limits = -LARGEST_ORDER..=LARGEST_ORDER;
        let sensible =
            limits.contains(&q_min) && limits.contains(&q_max) && (0.005..=LARGEST_ORDER).contains(&q_step);
        if !sensible {
            return Err(QGridError::OutOfRange);
        }
        let hundredths = |q: f64| (100.0 * q).round() as i64;
        let (min, max, step) = (hundredths(q_min), hundredths(q_max), hundredths(q_step));
        if min > -step || max < step || min % step != 0 {
            return Err(QGridError::NotAroundZero);
        }
        let (below, above) = ((-min / step) as usize, (max / step) as usize);
        if below + above >= MOST_ORDERS {
            return Err(QGridError::OutOfRange);
        }
        let orders = (0..=below + above).map(|i| (min + i as i64 * step) as f64 / 100.0).collect();
        Ok(Self { step: step as f64 / 100.0, below, above, orders })
    }

    /// All orders, ascending.
    pub fn orders(&self) -> &[f64] {
        &self.orders
    }

    /// Index of q = 0.
    pub fn zero(&self) -> usize {
        self.below
    }

    /// Distance between neighbouring orders.
    pub fn step(&self) -> f64 {
        self.step
    }
}

/// Z_q(r) of some neurons at every radius from 0 to T. Sums of disjoint sets of neurons add up: within a group in the
/// order of its blocks, over groups exactly ([`super::ExactPartition`]).
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionSums {
    /// `[radii, orders]`; no radii while nothing was added, since most groups of small networks add nothing.
    z: Array2<f64>,
    /// Whether some kept neuron has an edge of this rounded radius.
    occupied: Vec<bool>,
    /// Neurons in the sums.
    kept: u64,
}

impl PartitionSums {
    /// No neurons yet.
    pub fn new(grid: &QGrid, largest_radius: u32) -> Self {
        let radii = largest_radius as usize + 1;
        Self { z: Array2::zeros((0, grid.orders.len())), occupied: vec![false; radii], kept: 0 }
    }

    /// Neurons in the sums.
    pub fn kept(&self) -> u64 {
        self.kept
    }

    /// The set R of radii that occur, ascending.
    pub fn radii(&self) -> Vec<u32> {
        (0..).zip(&self.occupied).filter_map(|(radius, &occupied)| occupied.then_some(radius)).collect()
    }

    /// Z of one order at all radii from 0 on; empty where there is none.
    pub fn order(&self, index: usize) -> ArrayView1<'_, f64> {
        self.z.column(index)
    }

    /// All sums, `[radii, orders]`.
    pub(super) fn z_mut(&mut self) -> &mut [f64] {
        if self.z.is_empty() {
            self.z = Array2::zeros((self.occupied.len(), self.z.ncols()));
        }
        self.z.as_slice_mut().unwrap_or_default()
    }

    /// All sums, `[radii, orders]`; empty where there are none.
    pub(super) fn z(&self) -> &[f64] {
        self.z.as_slice().unwrap_or_default()
    }

    /// Notes a kept neuron, of which `numbers` has N(r) at r = 0, 1, ...: a radius occurs where N(r) grows.
    #[cfg_attr(small, optimize(speed))]
    pub(super) fn keep(&mut self, numbers: &[u32]) {
        self.kept += 1;
        for (occupied, pair) in self.occupied[1..].iter_mut().zip(numbers.windows(2)) {
            *occupied |= pair[1] > pair[0];
        }
    }

    /// Sums that are given, as [`Self::z`] lists them.
    pub(crate) fn from_z(z: Vec<f64>, occupied: Vec<bool>, kept: u64) -> Self {
        let shape = (occupied.len(), z.len() / occupied.len());
        let z = Array2::from_shape_vec(shape, z).expect("whole rows");
        Self { z, occupied, kept }
    }

    /// Adds the sums of other neurons.
    #[cfg_attr(small, optimize(speed), inline(never))]
    pub fn add(&mut self, other: &Self) {
        if !other.z.is_empty() {
            let theirs = other.z.iter();
            self.z_mut().iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
        for (mine, theirs) in self.occupied.iter_mut().zip(&other.occupied) {
            *mine |= theirs;
        }
        self.kept += other.kept;
    }
}

/// p_i(r)^step of a block of neurons, ready to be raised to all orders by multiplication.
#[derive(Debug)]
pub(super) struct MassBlock {
    /// Radii 1 to T, padded to whole lanes.
    padded: usize,
    /// p^step, neuron after neuron.
    ratios: Vec<f64>,
    /// p^-step.
    inverses: Vec<f64>,
}

impl MassBlock {
    pub(super) fn new(largest_radius: u32) -> Self {
        let padded = (largest_radius as usize).next_multiple_of(LANES);
        Self { padded, ratios: Vec::new(), inverses: Vec::new() }
    }

    pub(super) fn neurons(&self) -> usize {
        self.ratios.len() / self.padded
    }

    /// Appends a neuron: p^step and p^-step at the radii 1, 2, ..., T.
    #[cfg_attr(small, optimize(speed))]
    pub(super) fn push(&mut self, masses: impl Iterator<Item = (f64, f64)>) {
        let start = self.ratios.len();
        self.ratios.resize(start + self.padded, 0.0);
        self.inverses.resize(start + self.padded, 0.0);
        let places = self.ratios[start..].iter_mut().zip(&mut self.inverses[start..]);
        for ((ratio, inverse), mass) in places.zip(masses) {
            (*ratio, *inverse) = mass;
        }
    }

    /// Adds the block's neurons to `sums`, in order, and empties the block.
    #[cfg_attr(small, optimize(speed), inline(never))]
    pub(super) fn flush(&mut self, grid: &QGrid, sums: &mut PartitionSums) {
        let orders = grid.orders.len();
        let mut lanes = vec![[0.0; LANES]; orders];
        // Radius 0 is no point of the spectrum.
        let z = &mut sums.z_mut()[orders..];
        for (from, z) in (0..self.padded).step_by(LANES).zip(z.chunks_mut(LANES * orders)) {
            lanes.fill([0.0; LANES]);
            self.raise(grid, from, &mut lanes);
            for (lane, z) in z.chunks_exact_mut(orders).enumerate() {
                z.iter_mut().zip(&lanes).for_each(|(z, values)| *z += values[lane]);
            }
        }
        self.ratios.clear();
        self.inverses.clear();
    }

    /// Sums of p^q over the neurons for the radii of one set of lanes. Two neurons at a time: half the traffic with
    /// the accumulators.
    #[cfg_attr(small, optimize(speed))]
    fn raise(&self, grid: &QGrid, from: usize, lanes: &mut [[f64; LANES]]) {
        let (below, rest) = lanes.split_at_mut(grid.below);
        let (zero, above) = rest.split_at_mut(1);
        let row = |powers: &[f64], neuron: usize| -> [f64; LANES] {
            let start = neuron * self.padded + from;
            std::array::from_fn(|lane| powers[start + lane])
        };
        let neurons = self.neurons();
        for first in (0..neurons).step_by(2) {
            let second = first + 1;
            let read = |powers: &[f64]| {
                let other = if second < neurons { row(powers, second) } else { [0.0; LANES] };
                [row(powers, first), other]
            };
            let (ratios, inverses) = (read(&self.ratios), read(&self.inverses));
            raise([ratios, inverses], [ratios, inverses], above, below);
        }
        zero[0] = [neurons as f64; LANES];
    }
}

/// Sums of m p^q over masses p that occur m times, at one radius.
#[derive(Debug)]
pub(super) struct PowerSums {
    below: usize,
    /// p^step, p^-step and m, in lanes; a full pair of lanes is raised together.
    ratios: Pair,
    inverses: Pair,
    times: Pair,
    filled: usize,
    lanes: Vec<[f64; LANES]>,
}

impl PowerSums {
    pub(super) fn new(grid: &QGrid) -> Self {
        let none = [[0.0; LANES]; 2];
        let lanes = vec![[0.0; LANES]; grid.orders.len()];
        Self { below: grid.below, ratios: none, inverses: none, times: none, filled: 0, lanes }
    }

    /// Adds a mass, given as p^step and p^-step, that occurs `times` times.
    #[inline]
    #[cfg_attr(small, optimize(speed))]
    pub(super) fn push(&mut self, (ratio, inverse): (f64, f64), times: f64) {
        let (row, lane) = (self.filled / LANES, self.filled % LANES);
        self.ratios[row][lane] = ratio;
        self.inverses[row][lane] = inverse;
        self.times[row][lane] = times;
        self.filled += 1;
        if self.filled == 2 * LANES {
            self.raise();
        }
    }

    #[cfg_attr(small, optimize(speed))]
    fn raise(&mut self) {
        let (below, rest) = self.lanes.split_at_mut(self.below);
        let (zero, above) = rest.split_at_mut(1);
        for (sum, (one, other)) in zero[0].iter_mut().zip(self.times[0].iter().zip(self.times[1])) {
            *sum += one + other;
        }
        let first = |bases: Pair| -> Pair {
            std::array::from_fn(|row| std::array::from_fn(|lane| bases[row][lane] * self.times[row][lane]))
        };
        raise([first(self.ratios), first(self.inverses)], [self.ratios, self.inverses], above, below);
        self.times = [[0.0; LANES]; 2];
        self.filled = 0;
    }

    /// Adds the sums of all orders to `z` and begins anew.
    #[cfg_attr(small, optimize(speed))]
    pub(super) fn add_to(&mut self, z: &mut [f64]) {
        if self.filled > 0 {
            self.raise();
        }
        for (z, lanes) in z.iter_mut().zip(&mut self.lanes) {
            *z += std::mem::take(lanes).iter().sum::<f64>();
        }
    }
}

/// Two sets of lanes: half the traffic with the sums.
type Pair = [[f64; LANES]; 2];

/// Adds first, first * base, first * base^2, ... to the sums above and, of the second ones, to those below 0, from the
/// middle outwards. One after the other: both at once need more registers than there are.
#[inline(always)]
#[cfg_attr(small, optimize(speed))]
fn raise(first: [Pair; 2], bases: [Pair; 2], above: &mut [[f64; LANES]], below: &mut [[f64; LANES]]) {
    multiply_up(first[0], bases[0], above.iter_mut());
    multiply_up(first[1], bases[1], below.iter_mut().rev());
}

#[inline(always)]
#[cfg_attr(small, optimize(speed))]
fn multiply_up<'a>(
    [mut one, mut other]: Pair,
    bases: Pair,
    sums: impl Iterator<Item = &'a mut [f64; LANES]>,
) {
    for sum in sums {
        for lane in 0..LANES {
            sum[lane] = sum[lane] + one[lane] + other[lane];
            one[lane] *= bases[0][lane];
            other[lane] *= bases[1][lane];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_has_an_exact_zero_and_refuses_to_lose_it() {
        let grid = QGrid::new(-3.0, 3.0, 0.1).unwrap();
        assert_eq!(grid.orders().len(), 61);
        assert_eq!((grid.orders()[0], grid.orders()[30], grid.orders()[60]), (-3.0, 0.0, 3.0));
        assert_eq!(grid.orders()[31], 0.1);
        assert_eq!(grid.zero(), 30);
        assert_eq!(QGrid::new(0.0, 3.0, 0.1), Err(QGridError::NotAroundZero));
        assert_eq!(QGrid::new(-3.0, 0.0, 0.1), Err(QGridError::NotAroundZero));
        assert_eq!(QGrid::new(-0.35, 3.0, 0.1), Err(QGridError::NotAroundZero));
        assert_eq!(QGrid::new(-3.0, 3.0, 0.0), Err(QGridError::OutOfRange));
        assert_eq!(QGrid::new(f64::NAN, 3.0, 0.1), Err(QGridError::OutOfRange));
        assert_eq!(QGrid::new(-20.0, 20.0, 0.01), Err(QGridError::OutOfRange));
    }

    #[test]
    fn multiplication_equals_powers() {
        let grid = QGrid::new(-3.0, 3.0, 0.1).unwrap();
        let radii = 7;
        let mass = |neuron: usize, radius: usize| (1 + radius + neuron) as f64 / (radii + 1 + neuron) as f64;
        let mut block = MassBlock::new(radii as u32);
        for neuron in 0..5 {
            block.push((1..=radii).map(|radius| {
                let ratio = libm::pow(mass(neuron, radius), 0.1);
                (ratio, 1.0 / ratio)
            }));
        }
        let mut sums = PartitionSums::new(&grid, radii as u32);
        block.flush(&grid, &mut sums);
        assert_eq!(block.neurons(), 0);
        for (index, &q) in grid.orders().iter().enumerate() {
            for radius in 1..=radii {
                let direct: f64 = (0..5).map(|neuron| libm::pow(mass(neuron, radius), q)).sum();
                let sum = sums.order(index)[radius];
                assert!((sum / direct - 1.0).abs() < 1e-14, "q {q}, r {radius}: {sum} against {direct}");
            }
        }
    }
}
