//! Sampled weights that are kept, and the paths that lead over them (method, section 8).

use ndarray::Array2;
use rayon::prelude::*;

use super::laws::GroupLaws;
use super::{AnalysisError, InterconnectKind, Options};
use crate::WHOLE;
use crate::checkpoint::Checkpoint;
use crate::multifractal::{
    Binning, FoldSettings, GroupFold, NumberTables, PathGraph, PathStep, draw_lengths, fold_group,
    shuffle_entries,
};
use crate::network::{Interconnect, Joint, PathNetwork, SampledGroup, Sampler, Wiring};
use crate::report::Warning;

/// Bytes that the sampled weights of all samples may take.
const MOST_BYTES: u64 = 256 << 20;

/// The sampled sub-matrices of every sample.
pub(super) struct Paths {
    samples: Vec<PathSample>,
}

/// One sample.
pub(super) struct PathSample {
    network: PathNetwork,
    /// Of every group of the wiring.
    weights: Vec<GroupWeights>,
}

/// The sampled weights of one group.
struct GroupWeights {
    /// 1/|w|, `[inputs, outputs]`; infinite for exact zeros and what is not finite. The outputs of its matrices follow one
    /// another.
    lengths: Array2<f64>,
    /// First output of each matrix.
    starts: Vec<usize>,
    zeros: u64,
    nonfinite: u64,
    /// Sum of |w| over finite weights.
    absolute_sum: f64,
}

/// The fold of one layer, and the sum of |w| of the weights that leave it.
pub(super) type LayerFolds = Vec<(GroupFold, f64)>;

/// The interconnect of a checkpoint, and what the user must know of it.
pub(super) fn interconnect(
    checkpoint: &Checkpoint,
    wiring: &Wiring,
    options: &Options,
) -> Result<(Interconnect, Option<Warning>), AnalysisError> {
    if WHOLE && options.follows_paths() {
        PathNetwork::check(wiring)?;
    }
    Ok(match options.interconnect {
        InterconnectKind::Original => (Interconnect::Original, None),
        _ if !WHOLE => return Err(AnalysisError::NotPlain),
        InterconnectKind::Serial => {
            let (interconnect, warning) = Interconnect::of(checkpoint, wiring)?;
            (interconnect.in_series(), warning)
        }
        InterconnectKind::True => Interconnect::of(checkpoint, wiring)?,
    })
}

/// The sampled groups of every sample.
pub(super) fn draw(
    wiring: &Wiring,
    options: &Options,
    interconnect: Interconnect,
) -> impl Iterator<Item = Vec<SampledGroup>> {
    (0..options.samples).map(move |sample| {
        let seed = options.seed.wrapping_add(sample);
        Sampler::new(seed, options.layer_sample).with_rows(options.rows).sample_with(wiring, interconnect)
    })
}

impl Paths {
    /// Room for the weights of these samples.
    pub(super) fn new(
        wiring: &Wiring,
        samples: &[Option<Vec<SampledGroup>>],
        interconnect: Interconnect,
    ) -> Result<Self, AnalysisError> {
        let groups = samples.iter().flatten().flatten();
        let weights: u64 = groups.map(|group| (group.inputs.len() * outputs(group)) as u64).sum();
        let bytes = weights.saturating_mul(size_of::<f64>() as u64);
        if bytes > MOST_BYTES {
            return Err(AnalysisError::PathsTooLarge { bytes, most: MOST_BYTES });
        }
        let sample = |sample: &Vec<SampledGroup>| {
            let network = PathNetwork::new(wiring, sample, interconnect)?;
            Ok(PathSample { network, weights: sample.iter().map(GroupWeights::new).collect() })
        };
        Ok(Self { samples: samples.iter().flatten().map(sample).collect::<Result<_, AnalysisError>>()? })
    }

    pub(super) fn samples_mut(&mut self) -> &mut [PathSample] {
        &mut self.samples
    }

    /// Number of samples.
    pub(super) fn len(&self) -> usize {
        self.samples.len()
    }

    pub(super) fn bytes(&self) -> u64 {
        let weights = self.samples.iter().flat_map(|sample| &sample.weights);
        weights.map(|group| size_of_val(group.lengths.as_slice().unwrap_or(&[])) as u64).sum()
    }

    /// Name of each layer that paths leave, and the groups whose weights leave it; the same for every sample.
    pub(super) fn layers(&self) -> impl Iterator<Item = (&str, &[usize])> {
        let layers = self.samples.iter().take(1).flat_map(|sample| &sample.network.layers);
        layers.filter(|layer| !layer.last).map(|layer| (layer.name.as_str(), layer.groups.as_slice()))
    }

    /// The most neurons that any neuron can reach: in `hops` steps, those of as many following layers, and where two ways
    /// lead on, of as many again.
    pub(super) fn most_targets(&self, hops: u8) -> u64 {
        let layers = self.samples.iter().flat_map(|sample| &sample.network.layers);
        let most = layers.map(|layer| layer.neurons as u64).max().unwrap_or(0);
        2 * u64::from(hops) * most
    }

    /// The folds of all layers of a sample.
    pub(super) fn folds(
        &self,
        sample: usize,
        hops: u8,
        binning: &Binning,
        settings: &FoldSettings,
        tables: &NumberTables,
    ) -> LayerFolds {
        let PathSample { network, weights } = &self.samples[sample];
        let graph = graph(network, weights, |group| group.lengths.clone());
        fold_layers(network, weights, &graph, hops, binning, settings, tables)
    }

    /// The folds of all layers of a sample whose weights are those of a null model: the entries of each sub-matrix
    /// permuted, or drawn one by one.
    pub(super) fn null_folds(
        &self,
        (seed, index): (u32, u32),
        hops: u8,
        laws: &GroupLaws,
        binning: &Binning,
        settings: &FoldSettings,
        tables: &NumberTables,
    ) -> LayerFolds {
        let PathSample { network, weights } = &self.samples[index as usize % self.samples.len()];
        let mut number = 0;
        let graph = graph(network, weights, |group| {
            let mut lengths = group.lengths.clone();
            if let Some(entries) = lengths.as_slice_mut() {
                match laws.of(number, Some(group.deviation())) {
                    None => shuffle_entries(entries, (seed, index, number)),
                    Some(law) => draw_lengths(&law, entries, [seed, index, number, laws.stream()]),
                }
            }
            number += 1;
            lengths
        });
        fold_layers(network, weights, &graph, hops, binning, settings, tables)
    }
}

impl PathSample {
    /// Takes a weight of a group: of one of its matrices, from a sampled input to a sampled output.
    pub(super) fn take(&mut self, group: usize, matrix: usize, (input, output): (usize, usize), weight: f64) {
        let group = &mut self.weights[group];
        let length = &mut group.lengths[[input, group.starts[matrix] + output]];
        match weight {
            0.0 => group.zeros += 1,
            _ if !weight.is_finite() => group.nonfinite += 1,
            _ => {
                *length = 1.0 / weight.abs();
                group.absolute_sum += weight.abs();
            }
        }
    }
}

impl GroupWeights {
    fn new(sampled: &SampledGroup) -> Self {
        let mut start = 0;
        let starts = sampled.outputs.iter().map(|outputs| {
            let first = start;
            start += outputs.len();
            first
        });
        Self {
            starts: starts.collect(),
            lengths: Array2::from_elem((sampled.inputs.len(), outputs(sampled)), f64::INFINITY),
            zeros: 0,
            nonfinite: 0,
            absolute_sum: 0.0,
        }
    }
}

impl GroupWeights {
    /// Standard deviation of the finite weights about 0. Zeros have infinite lengths, and what is not finite is none of
    /// them.
    fn deviation(&self) -> f64 {
        let squares: f64 = self.lengths.iter().map(|length| 1.0 / (length * length)).sum();
        let finite = self.lengths.len() as u64 - self.nonfinite;
        (squares / finite.max(1) as f64).sqrt()
    }
}

fn outputs(sampled: &SampledGroup) -> usize {
    sampled.outputs.iter().map(Vec::len).sum()
}

/// The graph of a sample, with the lengths of each group, which are asked for in the order of the groups.
fn graph<'a>(
    network: &PathNetwork,
    weights: &'a [GroupWeights],
    mut lengths: impl FnMut(&'a GroupWeights) -> Array2<f64>,
) -> PathGraph {
    let neurons: Vec<usize> = network.layers.iter().map(|layer| layer.neurons).collect();
    let mut of_groups: Vec<Option<Array2<f64>>> = weights.iter().map(|group| Some(lengths(group))).collect();
    let step = |joint: &Joint| match joint {
        Joint::Weights { group, from, to, targets } => {
            let lengths = of_groups[*group].take().unwrap_or_default();
            PathStep { from: *from, to: *to, lengths: to_neurons(lengths, targets, neurons[*to]) }
        }
        Joint::Fixed { from, to, pairs } => {
            let mut lengths = Array2::from_elem((neurons[*from], neurons[*to]), f64::INFINITY);
            pairs.iter().for_each(|&pair| lengths[pair] = 1.0);
            PathStep { from: *from, to: *to, lengths }
        }
    };
    let steps = network.joints.iter().map(step).collect();
    PathGraph { neurons, steps }
}

/// Lengths to outputs as lengths to neurons. Where two outputs are one neuron (gate and up), the shorter edge counts.
fn to_neurons(lengths: Array2<f64>, targets: &[usize], neurons: usize) -> Array2<f64> {
    if targets.iter().copied().eq(0..neurons) {
        return lengths;
    }
    let mut shortest = Array2::from_elem((lengths.nrows(), neurons), f64::INFINITY);
    for ((input, output), &length) in lengths.indexed_iter() {
        let known = &mut shortest[[input, targets[output]]];
        *known = known.min(length);
    }
    shortest
}

/// Folds the distances that leave each layer. Edges, zeros and the sum of |w| are those of its weights.
fn fold_layers(
    network: &PathNetwork,
    weights: &[GroupWeights],
    graph: &PathGraph,
    hops: u8,
    binning: &Binning,
    settings: &FoldSettings,
    tables: &NumberTables,
) -> LayerFolds {
    let leaves = |index: &usize| !network.layers[*index].last;
    let layers: Vec<usize> = (0..network.layers.len()).filter(leaves).collect();
    let fold = |&layer: &usize| {
        let histograms = graph.distances(layer, hops).histograms(binning);
        let mut fold = fold_group(&histograms, binning, settings, tables);
        (fold.edges, fold.zeros, fold.nonfinite) = (0, 0, 0);
        let mut absolute_sum = 0.0;
        for group in network.layers[layer].groups.iter().map(|&group| &weights[group]) {
            fold.zeros += group.zeros;
            fold.nonfinite += group.nonfinite;
            fold.edges += group.lengths.len() as u64 - group.zeros - group.nonfinite;
            absolute_sum += group.absolute_sum;
        }
        (fold, absolute_sum)
    };
    layers.par_iter().map(fold).collect()
}
