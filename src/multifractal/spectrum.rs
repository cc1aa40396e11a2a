//! Mass exponent, spectrum and their summary numbers (method, section 4).

use serde::{Deserialize, Serialize};

use super::{PartitionSums, QGrid};

/// f above 0 by less than this is rounding.
const F_TOLERANCE: f64 = 1e-9;
/// A side of the spectrum that is shorter has no length but rounding.
const ROUNDING: f64 = 1e-12;
/// Filter 2 of the reference: alpha may exceed its first value by this much.
const FIRST_ALPHA_TOLERANCE: f64 = 0.01;

/// How alpha is computed from tau, and where alpha_0 is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpectrumMode {
    /// The differences.
    pub differences: Differences,
    /// The order of alpha_0.
    pub tie: Tie,
}

impl SpectrumMode {
    /// alpha_0 = tau'(0), from central differences.
    pub const EXACT: Self = Self { differences: Differences::Central, tie: Tie::Second };
    /// As the authors' implementation: alpha_0 where f, of forward differences, is largest.
    pub const REFERENCE: Self = Self { differences: Differences::Forward, tie: Tie::First };
}

/// Differences of tau that alpha is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Differences {
    /// Central ones, one-sided at the ends.
    Central,
    /// Forward ones: one value fewer than q. alpha_0 is where f is largest, should f exceed 0 anywhere.
    Forward,
}

/// The order at which alpha_0 is taken. With forward differences f is 0 at both of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tie {
    /// The order below 0.
    First,
    /// 0 itself.
    Second,
}

/// A least-squares line y = intercept + slope x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// tau(q), in the fit of the partition function.
    pub slope: f64,
    /// Value at x = 0.
    pub intercept: f64,
    /// Standard error of the slope; `None` for two points.
    pub stderr: Option<f64>,
    /// Coefficient of determination; `None` where y is constant.
    pub r_squared: Option<f64>,
}

/// The multifractal spectrum of a network. All arrays follow the q grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    /// Distinct rounded radii.
    pub radii: Vec<u32>,
    /// tau(q), with the quality of every fit.
    pub fits: Vec<Fit>,
    /// Singularity strength.
    pub alpha: Vec<f64>,
    /// q alpha - tau.
    pub f: Vec<f64>,
    /// Regularity.
    pub alpha0: f64,
    /// Forward differences: alpha at q = -step and at q = 0, between which the original lets rounding choose.
    pub alpha0_candidates: Option<[f64; 2]>,
    /// Whether some f exceeds f at q = 0: tau is not concave there.
    pub f_above_zero: bool,
    /// Largest minus smallest alpha.
    pub width: f64,
}

impl Spectrum {
    /// See [`Curve::asymmetry`].
    pub fn asymmetry(&self) -> Option<f64> {
        asymmetry(&self.alpha, self.alpha0)
    }

    /// See [`Curve::dropped_by`].
    pub fn dropped_by(&self, filter: u8) -> bool {
        dropped_by(filter, &self.alpha, &self.f)
    }
}

/// What of a spectrum follows from tau alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Singularity strength.
    pub alpha: Vec<f64>,
    /// q alpha - tau.
    pub f: Vec<f64>,
    /// Regularity.
    pub alpha0: f64,
    /// See [`Spectrum::alpha0_candidates`].
    pub alpha0_candidates: Option<[f64; 2]>,
    /// See [`Spectrum::f_above_zero`].
    pub f_above_zero: bool,
    /// Largest minus smallest alpha.
    pub width: f64,
}

impl Curve {
    /// The curve of a mass exponent that is given at every order of the grid.
    pub fn of_tau(tau: &[f64], grid: &QGrid, mode: SpectrumMode) -> Self {
        let alpha = match mode.differences {
            Differences::Central => central_differences(tau, grid.step()),
            Differences::Forward => forward_differences(tau, grid.orders()),
        };
        let f: Vec<f64> = grid.orders().iter().zip(&alpha).zip(tau).map(|((q, a), t)| q * a - t).collect();
        let Peak { alpha0, candidates, f_above_zero } = Peak::find(&alpha, &f, grid.zero(), mode);
        let width = range(&alpha).map_or(0.0, |(low, high)| high - low);
        Self { alpha, f, alpha0, alpha0_candidates: candidates, f_above_zero, width }
    }

    /// ln((alpha_max - alpha_0)/(alpha_0 - alpha_min)); `None` when either side is 0, up to rounding.
    pub fn asymmetry(&self) -> Option<f64> {
        asymmetry(&self.alpha, self.alpha0)
    }

    /// Whether a filter of the reference (0 to 3) drops this spectrum.
    pub fn dropped_by(&self, filter: u8) -> bool {
        dropped_by(filter, &self.alpha, &self.f)
    }
}

fn asymmetry(alpha: &[f64], alpha0: f64) -> Option<f64> {
    let (low, high) = range(alpha)?;
    let (left, right) = (alpha0 - low, high - alpha0);
    (left > ROUNDING && right > ROUNDING).then(|| libm::log(right / left))
}

fn dropped_by(filter: u8, alpha: &[f64], f: &[f64]) -> bool {
    let above_zero = f.iter().any(|&f| f > F_TOLERANCE);
    let rises = range(alpha).is_some_and(|(_, high)| high - alpha[0] > FIRST_ALPHA_TOLERANCE);
    (filter & 1 != 0 && above_zero) || (filter & 2 != 0 && rises)
}

/// The spectrum of the neurons in `sums`; `None` with fewer than two radii or no neuron.
pub fn spectrum(sums: &PartitionSums, grid: &QGrid, mode: SpectrumMode) -> Option<Spectrum> {
    let radii = sums.radii();
    let fits = fits(sums, grid, &radii)?;
    let tau: Vec<f64> = fits.iter().map(|fit| fit.slope).collect();
    let Curve { alpha, f, alpha0, alpha0_candidates, f_above_zero, width } = Curve::of_tau(&tau, grid, mode);
    Some(Spectrum { radii, fits, alpha, f, alpha0, alpha0_candidates, f_above_zero, width })
}

/// The line of every order; `None` with fewer than two radii or no neuron.
#[cfg_attr(small, optimize(speed), inline(never))]
fn fits(sums: &PartitionSums, grid: &QGrid, radii: &[u32]) -> Option<Vec<Fit>> {
    if radii.len() < 2 || sums.kept() == 0 {
        return None;
    }
    let log_radii = log_relative_radii(radii);
    let fit = |order| fit_line(&log_radii, &log_partition(sums, order, radii));
    Some((0..grid.orders().len()).map(fit).collect())
}

/// tau(q) of the neurons in `sums`, and nothing else of their spectrum; `None` where [`spectrum`] is.
pub fn mass_exponent(sums: &PartitionSums, grid: &QGrid) -> Option<Vec<f64>> {
    Some(fits(sums, grid, &sums.radii())?.iter().map(|fit| fit.slope).collect())
}

/// ln(r/d) of every radius, with d the largest.
pub fn log_relative_radii(radii: &[u32]) -> Vec<f64> {
    let diameter = f64::from(radii.last().copied().unwrap_or(1));
    radii.iter().map(|&radius| libm::log(f64::from(radius) / diameter)).collect()
}

/// ln Z_q(r) of one order at the given radii.
#[cfg_attr(small, optimize(speed))]
pub fn log_partition(sums: &PartitionSums, order: usize, radii: &[u32]) -> Vec<f64> {
    let z = sums.order(order);
    radii.iter().map(|&radius| libm::log(z[radius as usize])).collect()
}

struct Peak {
    alpha0: f64,
    candidates: Option<[f64; 2]>,
    f_above_zero: bool,
}

impl Peak {
    /// f is 0 at q = 0 and, with forward differences, at -step as well: a tie that the original leaves to rounding.
    fn find(alpha: &[f64], f: &[f64], zero: usize, mode: SpectrumMode) -> Self {
        let (largest, top) =
            f.iter().copied().enumerate().fold((zero, f64::NEG_INFINITY), |best, (index, value)| {
                if value > best.1 { (index, value) } else { best }
            });
        let candidates = [alpha[zero - 1], alpha[zero]];
        let chosen = match mode.tie {
            Tie::First => candidates[0],
            Tie::Second => candidates[1],
        };
        match mode.differences {
            Differences::Central => {
                Self { alpha0: chosen, candidates: None, f_above_zero: top > f[zero] + F_TOLERANCE }
            }
            Differences::Forward => {
                let f_above_zero = top > f[zero].max(f[zero - 1]) + F_TOLERANCE;
                let alpha0 = if f_above_zero { alpha[largest] } else { chosen };
                Self { alpha0, candidates: Some(candidates), f_above_zero }
            }
        }
    }
}

fn central_differences(tau: &[f64], step: f64) -> Vec<f64> {
    let last = tau.len() - 1;
    (0..=last)
        .map(|index| {
            let (before, after) = (index.saturating_sub(1), (index + 1).min(last));
            (tau[after] - tau[before]) / ((after - before) as f64 * step)
        })
        .collect()
}

fn forward_differences(tau: &[f64], orders: &[f64]) -> Vec<f64> {
    tau.windows(2).zip(orders.windows(2)).map(|(tau, q)| (tau[1] - tau[0]) / (q[1] - q[0])).collect()
}

fn range(values: &[f64]) -> Option<(f64, f64)> {
    let low = values.iter().copied().reduce(f64::min)?;
    let high = values.iter().copied().reduce(f64::max)?;
    Some((low, high))
}

/// Ordinary least squares; `x` and `y` have the same length, at least 2, and x is not constant.
#[cfg_attr(small, optimize(speed))]
pub fn fit_line(x: &[f64], y: &[f64]) -> Fit {
    // Z_0 is constant. Said exactly: rounding would turn 0/0 into some R^2.
    if y.iter().all(|value| *value == y[0]) {
        return Fit { slope: 0.0, intercept: y[0], stderr: (x.len() > 2).then_some(0.0), r_squared: None };
    }
    let count = x.len() as f64;
    let mean_x = x.iter().sum::<f64>() / count;
    let mean_y = y.iter().sum::<f64>() / count;
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (dx, dy) = (x - mean_x, y - mean_y);
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
    }
    let slope = xy / xx;
    let unexplained = (yy - slope * xy).max(0.0);
    Fit {
        slope,
        intercept: mean_y - slope * mean_x,
        stderr: (x.len() > 2).then(|| (unexplained / (count - 2.0) / xx).sqrt()),
        r_squared: Some(xy * xy / (xx * yy)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_through_points_on_a_line() {
        let fit = fit_line(&[0.0, 1.0, 2.0], &[1.0, 3.0, 5.0]);
        assert_eq!((fit.slope, fit.intercept, fit.r_squared), (2.0, 1.0, Some(1.0)));
        assert_eq!(fit.stderr, Some(0.0));
        assert_eq!(fit_line(&[0.0, 1.0], &[1.0, 1.0]).r_squared, None);
        assert_eq!(fit_line(&[0.0, 1.0], &[1.0, 2.0]).stderr, None);
    }

    #[test]
    fn scatter_by_hand() {
        // x = 0, 1, 2 and y = 0, 2, 1: slope 1/2, residuals -1/2, 1, -1/2, R^2 = 1/4, stderr = sqrt(1.5/2).
        let fit = fit_line(&[0.0, 1.0, 2.0], &[0.0, 2.0, 1.0]);
        assert_eq!((fit.slope, fit.intercept, fit.r_squared), (0.5, 0.5, Some(0.25)));
        assert!((fit.stderr.unwrap() - 0.75_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn filters_of_the_reference() {
        let concave = Spectrum {
            radii: vec![1, 2],
            fits: Vec::new(),
            alpha: vec![1.5, 1.0],
            f: vec![-0.5, 1e-31],
            alpha0: 1.0,
            alpha0_candidates: None,
            f_above_zero: false,
            width: 0.5,
        };
        assert!((0..=3).all(|filter| !concave.dropped_by(filter)), "rounding noise does not trip filter 1");
        let above = Spectrum { f: vec![-0.5, 0.1], ..concave.clone() };
        assert_eq!([0, 1, 2, 3].map(|filter| above.dropped_by(filter)), [false, true, false, true]);
        let rising = Spectrum { alpha: vec![1.0, 1.5], ..concave };
        assert_eq!([0, 1, 2, 3].map(|filter| rising.dropped_by(filter)), [false, false, true, true]);
    }

    #[test]
    fn a_tie_at_the_peak_takes_the_first_candidate() {
        let (alpha, f) = ([2.0, 1.5, 1.0, 0.5], [-0.5, 0.0, 1e-31, -0.5]);
        let tied = Peak::find(&alpha, &f, 2, SpectrumMode::REFERENCE);
        assert_eq!((tied.alpha0, tied.candidates, tied.f_above_zero), (1.5, Some([1.5, 1.0]), false));
        let above = Peak::find(&alpha, &[-0.5, 0.0, 0.0, 1e-3], 2, SpectrumMode::REFERENCE);
        assert_eq!((above.alpha0, above.f_above_zero), (0.5, true));
        let second = SpectrumMode { tie: Tie::Second, ..SpectrumMode::REFERENCE };
        assert_eq!(Peak::find(&alpha, &f, 2, second).alpha0, 1.0);
        let first = SpectrumMode { tie: Tie::First, ..SpectrumMode::EXACT };
        assert_eq!(
            [first, SpectrumMode::EXACT].map(|mode| Peak::find(&alpha, &f, 2, mode).alpha0),
            [1.5, 1.0]
        );
    }
}
