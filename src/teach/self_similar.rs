//! Box counting of a self-similar measure on the line (method, section 9).

use super::TeachError;
use crate::multifractal::fit_line;

/// Intervals of the finest generation: 3^9.
pub(super) const MOST_INTERVALS: usize = 19_683;
const PARTS: std::ops::RangeInclusive<usize> = 2..=5;

/// A measure on [0, 1]. Each interval is cut into as many equal parts as there are weights, and these share its mass in
/// proportion to the weights; so again in every part. `[1, 0, 1]` is the Cantor set.
#[derive(Debug, Clone, PartialEq)]
pub struct SelfSimilar {
    /// Share of each part; their sum is 1.
    shares: Vec<f64>,
}

/// Exponents of a measure, one for each order q.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exponents {
    /// Mass exponent.
    pub tau: Vec<f64>,
    /// tau'(q), the singularity strength.
    pub alpha: Vec<f64>,
    /// q alpha - tau: the dimension of the points that have this alpha.
    pub f: Vec<f64>,
}

impl Exponents {
    fn push(&mut self, q: f64, tau: f64, alpha: f64) {
        self.tau.push(tau);
        self.alpha.push(alpha);
        self.f.push(q * alpha - tau);
    }
}

impl SelfSimilar {
    /// The measure of 2 to 5 weights, none below 0 and two above.
    ///
    /// # Errors
    /// [`TeachError::Measure`] for other weights.
    pub fn new(weights: &[f64]) -> Result<Self, TeachError> {
        let sum: f64 = weights.iter().sum();
        let sensible = weights.iter().all(|weight| *weight >= 0.0) && sum.is_finite();
        let positive = weights.iter().filter(|weight| **weight > 0.0).count();
        if !sensible || positive < 2 || !PARTS.contains(&weights.len()) {
            return Err(TeachError::Measure);
        }
        Ok(Self { shares: weights.iter().map(|weight| weight / sum).collect() })
    }

    /// The masses of all intervals of a generation, from left to right; generation 0 is the whole.
    ///
    /// # Errors
    /// [`TeachError::Measure`] for more than 3^9 intervals.
    pub fn masses(&self, generation: u32) -> Result<Vec<f64>, TeachError> {
        let intervals = self.shares.len().checked_pow(generation);
        if intervals.is_none_or(|intervals| intervals > MOST_INTERVALS) {
            return Err(TeachError::Measure);
        }
        let divide = |masses: Vec<f64>, _| -> Vec<f64> {
            masses.iter().flat_map(|mass| self.shares.iter().map(move |share| mass * share)).collect()
        };
        Ok((0..generation).fold(vec![1.0], divide))
    }

    /// ln r and ln Z_q(r) for boxes of size r = b^-1, b^-2, ... b^-generations, with b the number of parts:
    /// Z_q(r) is the sum of the masses of the boxes to the power q, empty boxes left out.
    ///
    /// # Errors
    /// As [`SelfSimilar::masses`]; no generation or one is an error too, since a line needs two scales.
    pub fn box_counts(&self, generations: u32, q: f64) -> Result<(Vec<f64>, Vec<f64>), TeachError> {
        let counts = self.boxes(generations)?.into_iter().map(|(log_size, masses)| {
            let z: f64 = masses.iter().map(|mass| libm::pow(*mass, q)).sum();
            (log_size, libm::log(z))
        });
        Ok(counts.unzip())
    }

    /// The exponents that box counting finds over so many generations. tau is the slope of ln Z_q(r) on ln r. alpha is its
    /// derivative, exactly: a slope is linear in what it is fitted to, and the derivative of ln Z_q by q is the mean of
    /// ln m with weights m^q.
    ///
    /// # Errors
    /// As [`SelfSimilar::box_counts`].
    pub fn counted(&self, generations: u32, orders: &[f64]) -> Result<Exponents, TeachError> {
        let boxes = self.boxes(generations)?;
        let log_size: Vec<f64> = boxes.iter().map(|(log_size, _)| *log_size).collect();
        let mut found = Exponents::default();
        for &q in orders {
            let moments = boxes.iter().map(|(_, masses)| moments(masses, q));
            let (log_z, mean_log): (Vec<f64>, Vec<f64>) = moments.map(|(z, s)| (libm::log(z), s / z)).unzip();
            found.push(q, fit_line(&log_size, &log_z).slope, fit_line(&log_size, &mean_log).slope);
        }
        Ok(found)
    }

    /// The closed form: tau = ln(sum of p^q) / ln(1/b) over the shares p, and its derivative.
    pub fn exact(&self, orders: &[f64]) -> Exponents {
        let log_size = -libm::log(self.shares.len() as f64);
        let shares: Vec<f64> = self.shares.iter().copied().filter(|share| *share > 0.0).collect();
        let mut exact = Exponents::default();
        for &q in orders {
            let (z, s) = moments(&shares, q);
            exact.push(q, libm::log(z) / log_size, s / z / log_size);
        }
        exact
    }

    /// For each size of boxes its logarithm and the masses of the boxes that are not empty, counted from the finest
    /// generation.
    fn boxes(&self, generations: u32) -> Result<Vec<(f64, Vec<f64>)>, TeachError> {
        let finest = self.masses(generations)?;
        if generations < 2 {
            return Err(TeachError::Measure);
        }
        let parts = self.shares.len();
        let of_size = |generation: u32| {
            let log_size = -f64::from(generation) * libm::log(parts as f64);
            let inside = parts.pow(generations - generation);
            let masses = finest.chunks(inside).map(|intervals| intervals.iter().sum::<f64>());
            (log_size, masses.filter(|mass| *mass > 0.0).collect())
        };
        Ok((1..=generations).map(of_size).collect())
    }
}

/// The sums of m^q and of m^q ln m.
fn moments(masses: &[f64], q: f64) -> (f64, f64) {
    masses.iter().fold((0.0, 0.0), |(z, s), mass| {
        let power = libm::pow(*mass, q);
        (z + power, s + power * libm::log(*mass))
    })
}
