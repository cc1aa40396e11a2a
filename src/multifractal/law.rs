//! Laws that weights of null models are drawn from.

use rand::Rng;

use super::Binning;
use crate::random::{two_normals, uniform};

/// How single weights are distributed, about 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Law {
    /// Normal, with this standard deviation.
    Normal(f64),
    /// Uniform between minus and plus this bound.
    Uniform(f64),
}

impl Law {
    /// The probability that |w| is at least `size`, which is not negative.
    pub fn tail(self, size: f64) -> f64 {
        match self {
            // All weights are 0, and those are no edges.
            Self::Normal(scale) | Self::Uniform(scale) if scale <= 0.0 => 0.0,
            Self::Normal(deviation) => libm::erfc(size / deviation * std::f64::consts::FRAC_1_SQRT_2),
            Self::Uniform(bound) => (1.0 - size / bound).max(0.0),
        }
    }

    fn mean_square(self) -> f64 {
        match self {
            Self::Normal(deviation) => deviation * deviation,
            Self::Uniform(bound) => bound * bound / 3.0,
        }
    }

    fn times(self, factor: f64) -> Self {
        match self {
            Self::Normal(deviation) => Self::Normal(factor * deviation),
            Self::Uniform(bound) => Self::Uniform(factor * bound),
        }
    }

    /// Draws a weight.
    pub fn draw(self, random: &mut impl Rng) -> f64 {
        match self {
            Self::Normal(deviation) => deviation * two_normals(random.next_u64(), random.next_u64())[0],
            Self::Uniform(bound) => bound * (2.0 * uniform(random.next_u64()) - 1.0),
        }
    }
}

/// Weights of several laws, in the proportion in which a group's entries have them.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixture(pub Vec<(f64, Law)>);

impl Mixture {
    /// All weights of one law.
    pub fn of(law: Law) -> Self {
        Self(vec![(1.0, law)])
    }

    /// The same shape with this root mean square.
    pub fn scaled_to(&self, size: f64) -> Self {
        let all: f64 = self.0.iter().map(|(share, _)| share).sum();
        let squares: f64 = self.0.iter().map(|(share, law)| share * law.mean_square()).sum();
        let factor = if squares > 0.0 { size / (squares / all).sqrt() } else { 0.0 };
        Self(self.0.iter().map(|&(share, law)| (share, law.times(factor))).collect())
    }

    /// Draws a weight.
    pub fn draw(&self, random: &mut impl Rng) -> f64 {
        let all: f64 = self.0.iter().map(|(share, _)| share).sum();
        let mut place = if self.0.len() > 1 { all * uniform(random.next_u64()) } else { 0.0 };
        let law = self.0.iter().find(|(share, _)| {
            place -= share;
            place < 0.0
        });
        law.or(self.0.last()).map_or(0.0, |(_, law)| law.draw(random))
    }

    /// So many entries of each bin that one drawn from all of them has the probability of its bin, to 2^-52.
    pub fn counts(&self, binning: &Binning) -> Vec<u64> {
        /// Random numbers of 53 bits pick one of so many.
        const ENTRIES: f64 = (1_u64 << 52) as f64;
        let all: f64 = self.0.iter().map(|(share, _)| share).sum();
        // Edges of length up to r have weights of at least 1/r.
        let up_to =
            |length: f64| self.0.iter().map(|(share, law)| share * law.tail(1.0 / length)).sum::<f64>() / all;
        let mut counts = vec![0; binning.len()];
        let mut shorter = 0.0;
        for (count, end) in counts.iter_mut().zip(binning.ends()) {
            let probability = up_to(end);
            *count = ((probability - shorter).max(0.0) * ENTRIES) as u64;
            shorter = probability.max(shorter);
        }
        counts[binning.overflow()] = ((up_to(f64::INFINITY) - shorter).max(0.0) * ENTRIES) as u64;
        if counts.iter().all(|&count| count == 0) {
            // No weight is large enough to be an edge.
            counts[binning.zeros()] = 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;

    #[test]
    fn bins_have_the_probabilities_of_the_weights_that_fall_into_them() {
        let binning = Binning::new(&[150.0, 200.0]).unwrap();
        let laws = [
            Mixture::of(Law::Normal(0.02)),
            Mixture::of(Law::Uniform(0.05)),
            Mixture(vec![(3.0, Law::Normal(0.01)), (1.0, Law::Uniform(2.5))]),
        ];
        for (number, mixture) in (0..).zip(laws) {
            let counts = mixture.counts(&binning);
            let mut random = stream([11, number]);
            let draws = 200_000;
            let mut drawn = vec![0.0_f64; binning.len()];
            (0..draws).for_each(|_| drawn[usize::from(binning.bin_f64(mixture.draw(&mut random)))] += 1.0);
            let all = counts.iter().sum::<u64>() as f64;
            assert!((all / (1_u64 << 52) as f64 - 1.0).abs() < 1e-12, "{all}");
            // Pearson's statistic over the bins that are expected often enough: mean k, variance 2k.
            let expected = |bin: usize| counts[bin] as f64 / all * f64::from(draws);
            let often: Vec<usize> = (0..drawn.len()).filter(|&bin| expected(bin) > 10.0).collect();
            let statistic: f64 =
                often.iter().map(|&bin| (drawn[bin] - expected(bin)).powi(2) / expected(bin)).sum();
            let cells = often.len() as f64;
            assert!(cells > 20.0, "{cells}");
            assert!((statistic - cells).abs() < 5.0 * (2.0 * cells).sqrt(), "{statistic} over {cells}");
        }
    }

    #[test]
    fn nothing_comes_of_laws_without_a_size() {
        let binning = Binning::new(&[150.0, 200.0]).unwrap();
        for law in [Law::Normal(0.0), Law::Uniform(0.0)] {
            let counts = Mixture::of(law).counts(&binning);
            assert_eq!(counts.iter().sum::<u64>(), counts[binning.zeros()]);
        }
    }
}
