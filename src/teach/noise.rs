//! A network of Gaussian noise: what chance alone gives, and how it follows the size of the weights (method, section 7).

use std::ops::Range;

use rand::Rng;

use super::{TeachError, orders};
use crate::multifractal::{
    Binning, BlockShape, FoldSettings, GroupFold, GroupHistograms, GroupTotals, NumberTables, PartitionSums,
    Spectrum, SpectrumMode, Weights, fold_group, shuffle_group, spectrum,
};
use crate::random::{stream, two_normals};

/// The word of a random stream's key that tells this room from damage; the null models have shorter keys.
pub(super) const STREAMS: u32 = 0x7465_6163;
/// Standard deviation of the weights at scale 1: the default initialisation of GPT-NeoX.
const DEVIATION: f64 = 0.02;
/// Longest edge of the neuron fractal dimension, which nobody asks for here.
const NFD_THRESHOLD: f64 = 200.0;
pub(super) const MOST_WEIGHTS: u64 = 4_000_000;
pub(super) const MOST_SHUFFLES: u32 = 1000;

/// The shape of a GPT-NeoX network: blocks of four groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoiseShape {
    /// Blocks.
    pub blocks: u32,
    /// Inputs of a block, d.
    pub width: u32,
    /// Hidden neurons of a block for each input: 4 in the whole network, 2 in a sampled one (method, section 2).
    pub hidden: u32,
}

impl NoiseShape {
    /// Neurons and edges of each, of the four groups of a block.
    fn groups(&self) -> [(u64, u64); 4] {
        let (d, hidden) = (u64::from(self.width), u64::from(self.width) * u64::from(self.hidden));
        [(d, 3 * d), (d, d), (d, hidden), (hidden, d)]
    }

    /// Weights of the whole network, if it is small enough to be asked at once.
    fn weights(&self) -> Option<u64> {
        let of_block = self
            .groups()
            .iter()
            .try_fold(0_u64, |sum, (neurons, edges)| sum.checked_add(neurons.checked_mul(*edges)?))?;
        of_block.checked_mul(self.blocks.into()).filter(|weights| (1..=MOST_WEIGHTS).contains(weights))
    }
}

/// Weights that nobody trained.
#[derive(Debug, Clone)]
pub struct Noise {
    groups: Vec<Group>,
    seed: u32,
}

#[derive(Debug, Clone)]
struct Group {
    neurons: usize,
    /// Edges of each neuron.
    edges: usize,
    /// Weights at a standard deviation of 1, `[neurons, edges]`.
    normals: Vec<f64>,
}

/// What was measured at one scale.
#[derive(Debug, Clone)]
pub struct NoiseMeasure {
    /// Z_q(r) of the kept neurons.
    pub sums: PartitionSums,
    /// `None` where no line can be fitted: fewer than two radii, or no neuron kept.
    pub spectrum: Option<Spectrum>,
    /// The same of its shuffles.
    pub shuffled: Vec<Option<Spectrum>>,
}

impl Noise {
    /// A network of this shape, by random numbers of the seed.
    ///
    /// # Errors
    /// [`TeachError::Noise`] for a network without weights or with more than 4 million.
    pub fn new(shape: NoiseShape, seed: u32) -> Result<Self, TeachError> {
        shape.weights().ok_or(TeachError::Noise)?;
        let shapes = (0..shape.blocks).flat_map(|_| shape.groups());
        let group = |(index, (neurons, edges)): (usize, (u64, u64))| Group {
            neurons: neurons as usize,
            edges: edges as usize,
            normals: normals((neurons * edges) as usize, (seed, index as u32)),
        };
        Ok(Self { groups: shapes.enumerate().map(group).collect(), seed })
    }

    /// The spectrum of all weights times `scale`, with edges up to length `threshold`, and those of so many shuffles.
    ///
    /// # Errors
    /// [`TeachError::Noise`] for a scale that is not above 0 or more than 1000 shuffles, [`TeachError::Threshold`] for a
    /// threshold outside of 2 to 2000.
    pub fn measure(&self, scale: f64, threshold: f64, shuffles: u32) -> Result<NoiseMeasure, TeachError> {
        if !(scale > 0.0 && scale.is_finite()) || shuffles > MOST_SHUFFLES {
            return Err(TeachError::Noise);
        }
        let binning = Binning::new(&[threshold, NFD_THRESHOLD])?;
        let settings = FoldSettings::usual(threshold, NFD_THRESHOLD, orders()?);
        let mut tables = NumberTables::new(&settings);
        tables.reach(self.groups.iter().map(|group| group.edges as u64).max().unwrap_or(0));
        let histograms: Vec<GroupHistograms> =
            self.groups.iter().map(|group| group.histograms(&binning, DEVIATION * scale)).collect();
        let totals: Vec<GroupTotals> = histograms.iter().map(GroupHistograms::totals).collect();

        let folds = histograms.iter().map(|group| fold_group(group, &binning, &settings, &tables));
        let sums = network(folds, &settings, &tables);
        let of = |sums: &PartitionSums| spectrum(sums, &settings.grid, SpectrumMode::EXACT);
        let shuffled = (0..shuffles).map(|sample| {
            let fold = |(group, totals)| {
                shuffle_group(totals, &binning, &settings, &tables, (self.seed, sample, group))
            };
            of(&network((0..).zip(&totals).map(fold), &settings, &tables))
        });
        Ok(NoiseMeasure { shuffled: shuffled.collect(), spectrum: of(&sums), sums })
    }

    /// N(r) = 1 + edges of rounded length up to r, for r = 0, 1, ... T, of the first neuron: edges longer than 1 and no
    /// longer than `threshold`, an integer (method, section 3).
    pub fn numbers(&self, scale: f64, threshold: u32) -> Vec<u32> {
        let first = &self.groups[0];
        let mut numbers = vec![1_u32; threshold as usize + 1];
        for normal in &first.normals[..first.edges] {
            let length = 1.0 / (DEVIATION * scale * normal).abs();
            if length > 1.0 && length <= f64::from(threshold) {
                numbers[length.round_ties_even() as usize..].iter_mut().for_each(|number| *number += 1);
            }
        }
        numbers
    }
}

/// Z_q(r) of all groups.
fn network(
    groups: impl Iterator<Item = GroupFold>,
    settings: &FoldSettings,
    tables: &NumberTables,
) -> PartitionSums {
    let mut network = GroupFold::empty(settings);
    groups.for_each(|group| network.append(group));
    network.sums(&settings.grid, tables)
}

impl Group {
    fn histograms(&self, binning: &Binning, deviation: f64) -> GroupHistograms {
        let mut histograms = GroupHistograms::new(self.neurons, binning);
        let shape = BlockShape { rows: 1, neurons: self.neurons, tail: self.edges };
        let weights = Scaled { normals: &self.normals, deviation, binning };
        histograms.count(&weights, 0, shape, 0, &mut Vec::new());
        histograms
    }
}

/// Normal numbers times a standard deviation.
struct Scaled<'a> {
    normals: &'a [f64],
    deviation: f64,
    binning: &'a Binning,
}

impl Weights for Scaled<'_> {
    fn bin(&self, run: Range<usize>, bins: &mut [u16]) -> f64 {
        bins.iter_mut().zip(&self.normals[run]).fold(0.0, |sum, (bin, normal)| {
            let weight = self.deviation * normal;
            *bin = self.binning.bin_f64(weight);
            sum + weight.abs()
        })
    }
}

/// Independent normal numbers, the same for the same key.
fn normals(count: usize, (seed, group): (u32, u32)) -> Vec<f64> {
    let mut random = stream([seed, group, 0, 0, STREAMS, 0]);
    let mut normals: Vec<f64> = Vec::with_capacity(count + 1);
    while normals.len() < count {
        normals.extend(two_normals(random.next_u64(), random.next_u64()));
    }
    normals.truncate(count);
    normals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multifractal::fit_line;

    const SHAPE: NoiseShape = NoiseShape { blocks: 2, width: 16, hidden: 2 };

    /// tau by the definition of section 3 and 4, weight by weight.
    fn tau_by_definition(noise: &Noise, scale: f64, threshold: f64, q: f64) -> f64 {
        let mut neurons: Vec<Vec<f64>> = Vec::new();
        for group in &noise.groups {
            for normals in group.normals.chunks(group.edges) {
                let lengths = normals.iter().map(|normal| 1.0 / (DEVIATION * scale * normal).abs());
                let kept: Vec<f64> =
                    lengths.filter(|r| *r > 1.0 && *r <= threshold).map(|r| r.round_ties_even()).collect();
                if kept.len() > 10 {
                    neurons.push(kept);
                }
            }
        }
        let mut radii: Vec<f64> = neurons.concat();
        radii.sort_by(f64::total_cmp);
        radii.dedup();
        let mass = |neuron: &Vec<f64>, r: f64| {
            (1 + neuron.iter().filter(|length| **length <= r).count()) as f64 / (1 + neuron.len()) as f64
        };
        let z = |r: f64| neurons.iter().map(|neuron| libm::pow(mass(neuron, r), q)).sum::<f64>();
        let log_z: Vec<f64> = radii.iter().map(|r| libm::log(z(*r))).collect();
        let log_radii: Vec<f64> = radii.iter().map(|r| libm::log(*r / radii[radii.len() - 1])).collect();
        fit_line(&log_radii, &log_z).slope
    }

    #[test]
    fn tau_is_that_of_the_definition() {
        let noise = Noise::new(SHAPE, 3).unwrap();
        for (scale, threshold) in [(1.0, 150.0), (0.5, 150.0), (4.0, 60.0)] {
            let spectrum = noise.measure(scale, threshold, 0).unwrap().spectrum.unwrap();
            for (q, fit) in orders().unwrap().orders().iter().zip(&spectrum.fits) {
                let expected = tau_by_definition(&noise, scale, threshold, *q);
                assert!((fit.slope - expected).abs() < 1e-9, "{scale}, {q}: {} not {expected}", fit.slope);
            }
        }
    }

    #[test]
    fn numbers_are_those_of_the_first_neuron() {
        let noise = Noise::new(SHAPE, 3).unwrap();
        let numbers = noise.numbers(1.0, 150);
        let lengths: Vec<f64> =
            noise.groups[0].normals[..48].iter().map(|normal| 1.0 / (0.02 * normal).abs()).collect();
        for (r, number) in numbers.iter().enumerate() {
            let within =
                |length: &&f64| **length > 1.0 && length.round_ties_even() <= r as f64 && **length <= 150.0;
            assert_eq!(*number as usize, 1 + lengths.iter().filter(within).count(), "{r}");
        }
    }
}
