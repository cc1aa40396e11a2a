//! Bootstrap over neurons: how alpha_0 and the width would vary with other neurons of the same kind.
//!
//! The neurons of each group are drawn with replacement, as many as it has, so that groups keep their sizes. Whichever
//! checkpoint of a series they belong to, resample i draws the same ones, so that differences over training are paired.

use rand::Rng;
use rayon::prelude::*;

use super::fold::mass_numbers;
use super::spectrum::{Differences, SpectrumMode, Tie, fit_line, log_relative_radii};
use super::{FoldSettings, GroupHistograms};
use crate::random::{stream, uniform};

/// The word of a random stream's key that tells the bootstrap from null models.
const STREAM: u32 = u32::from_be_bytes(*b"boot");
/// Orders that are looked at: the first two and the last two, the neighbours of 0, and the one before them.
const ORDERS: usize = 7;
/// Resamples that go over the neurons together: powers are taken once for all of them.
const AT_ONCE: usize = 16;
/// Counts up to this have their powers in a table.
const LARGEST_TABLE: usize = 1 << 16;

/// Sums of many resamples of a network, to which groups are added one after the other.
#[derive(Debug, Clone)]
pub struct Resamples {
    step: f64,
    /// Orders below 0.
    below: usize,
    orders: [f64; ORDERS],
    /// n^q of each order.
    powers: Vec<[f64; ORDERS]>,
    /// Whether a radius occurs in any neuron that is kept: the points of the fit are those of the network itself.
    occupied: Vec<bool>,
    each: Vec<Resample>,
}

/// One resample.
#[derive(Debug, Clone)]
struct Resample {
    /// Z_q(r) for r = 0, 1, ... at the orders.
    sums: Vec<[f64; ORDERS]>,
    /// Neurons that were drawn and are kept.
    kept: u64,
}

impl Resamples {
    /// So many resamples, of no neurons yet.
    pub fn new(settings: &FoldSettings, count: usize) -> Self {
        let grid = &settings.grid;
        let (zero, last) = (grid.zero(), grid.orders().len() - 1);
        let radii = settings.largest_radius() as usize + 1;
        let empty = Resample { sums: vec![[0.0; ORDERS]; radii], kept: 0 };
        Self {
            step: grid.step(),
            below: zero,
            orders: [0, 1, zero - 1, zero + 1, last - 1, last, zero.saturating_sub(2)]
                .map(|order| grid.orders()[order]),
            powers: Vec::new(),
            occupied: vec![false; radii],
            each: vec![empty; count],
        }
    }

    /// Adds the neurons of a group that each resample draws.
    pub fn add(&mut self, histograms: &GroupHistograms, settings: &FoldSettings, (seed, group): (u32, u32)) {
        let largest = histograms.entries().iter().copied().max().unwrap_or(0) as usize + 1;
        let orders = self.orders;
        for number in self.powers.len()..=largest.min(LARGEST_TABLE) {
            self.powers.push(orders.map(|q| libm::pow(number as f64, q)));
        }
        let powers = &self.powers;
        let power = |number: u32| {
            let known = powers.get(number as usize).copied();
            known.unwrap_or_else(|| orders.map(|q| libm::pow(f64::from(number), q)))
        };
        // N(r) of a neuron that is kept, for r = 0, 1, ...
        let numbers_of = |neuron: usize, counts: &mut Vec<u32>, of_radii: &mut Vec<u32>| {
            histograms.counts_into(neuron, counts);
            mass_numbers(counts, settings, of_radii);
            u64::from(of_radii.last().copied().unwrap_or(1)) > 1 + settings.minimum_degree
        };
        let (mut counts, mut of_radii) = (Vec::new(), Vec::new());
        for neuron in 0..histograms.neurons() {
            if numbers_of(neuron, &mut counts, &mut of_radii) {
                let grows = of_radii.windows(2).map(|pair| pair[1] > pair[0]);
                self.occupied[1..].iter_mut().zip(grows).for_each(|(occupied, grows)| *occupied |= grows);
            }
        }
        self.each.par_chunks_mut(AT_ONCE).enumerate().for_each(|(chunk, resamples)| {
            let drawn: Vec<Vec<u32>> = (0..resamples.len())
                .map(|index| draw(histograms.neurons(), [seed, (chunk * AT_ONCE + index) as u32, group]))
                .collect();
            let (mut counts, mut of_radii, mut relative) = (Vec::new(), Vec::new(), Vec::new());
            for neuron in 0..histograms.neurons() {
                let unused = drawn.iter().all(|times| times[neuron] == 0);
                if unused || !numbers_of(neuron, &mut counts, &mut of_radii) {
                    continue;
                }
                let whole = power(of_radii.last().copied().unwrap_or(1));
                relative.clear();
                relative.extend(of_radii.iter().map(|&number| {
                    let part = power(number);
                    std::array::from_fn::<f64, ORDERS, _>(|order| part[order] / whole[order])
                }));
                for (resample, times) in resamples.iter_mut().zip(&drawn).filter(|(_, t)| t[neuron] > 0) {
                    resample.add(&relative, times[neuron]);
                }
            }
        });
    }

    /// alpha_0 and the width of every resample; `None` where one has no spectrum. The width is that of the orders that are
    /// looked at: of a concave tau, all of it.
    pub fn spectra(&self, mode: SpectrumMode) -> Vec<Option<(f64, f64)>> {
        let radii: Vec<u32> = (0..).zip(&self.occupied).filter_map(|(r, &on)| on.then_some(r)).collect();
        let orders = (self.step, self.below);
        self.each.par_iter().map(|resample| resample.spectrum(&radii, orders, mode)).collect()
    }
}

/// How often each of so many neurons is drawn.
fn draw(neurons: usize, [seed, resample, group]: [u32; 3]) -> Vec<u32> {
    let mut random = stream([seed, resample, group, STREAM]);
    let mut times = vec![0; neurons];
    (0..neurons).for_each(|_| times[(uniform(random.next_u64()) * neurons as f64) as usize] += 1);
    times
}

impl Resample {
    /// Adds p^q at every radius of a neuron, so many times.
    fn add(&mut self, relative: &[[f64; ORDERS]], times: u32) {
        for (sums, powers) in self.sums.iter_mut().zip(relative) {
            sums.iter_mut().zip(powers).for_each(|(sum, power)| *sum += f64::from(times) * power);
        }
        self.kept += u64::from(times);
    }

    fn spectrum(&self, radii: &[u32], (step, below): (f64, usize), mode: SpectrumMode) -> Option<(f64, f64)> {
        if radii.len() < 2 || self.kept == 0 {
            return None;
        }
        let log_radii = log_relative_radii(radii);
        let tau: [f64; ORDERS] = std::array::from_fn(|order| {
            let log_z: Vec<f64> =
                radii.iter().map(|&radius| libm::log(self.sums[radius as usize][order])).collect();
            fit_line(&log_radii, &log_z).slope
        });
        let (first, last) = ((tau[1] - tau[0]) / step, (tau[5] - tau[4]) / step);
        // tau(0) is 0.
        let middle = match (mode.differences, mode.tie) {
            (Differences::Central, Tie::Second) => (tau[3] - tau[2]) / (2.0 * step),
            (Differences::Central, Tie::First) => -tau[6] / (if below > 1 { 2.0 } else { 1.0 } * step),
            (Differences::Forward, Tie::First) => -tau[2] / step,
            (Differences::Forward, Tie::Second) => tau[3] / step,
        };
        let all = [first, middle, last];
        let (low, high) =
            (all.iter().copied().fold(f64::MAX, f64::min), all.iter().copied().fold(f64::MIN, f64::max));
        (middle.is_finite() && (high - low).is_finite()).then_some((middle, high - low))
    }
}
