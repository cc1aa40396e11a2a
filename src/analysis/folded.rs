//! What a record follows from: the folds of the chosen groups.

use super::Options;
use super::laws::NullLaws;
use super::nulls::NullSamples;
use super::record::{Identity, summary};
use crate::multifractal::{ExactSums, FoldSettings, GroupFold, NetworkFold, NumberTables, mass_exponent};
use crate::report::{CheckpointRecord, NfdSummary};

/// The folds of a checkpoint, from its histograms or from several parts.
pub(super) struct Folded {
    pub(super) identity: Identity,
    pub(super) options: Options,
    pub(super) settings: FoldSettings,
    /// Powers and logarithms for the neurons of these samples.
    pub(super) tables: NumberTables,
    /// The chosen groups, ascending indices into those of the wiring.
    pub(super) groups: Vec<usize>,
    pub(super) samples: Vec<SampleFold>,
    pub(super) nulls: Vec<NullSamples>,
    /// alpha_0 and width of every resample of the neurons; `None` where they are not there.
    pub(super) bootstrap: Option<Vec<Option<(f64, f64)>>>,
    /// What the weights of other null models than shuffles are drawn from.
    pub(super) laws: NullLaws,
}

/// One sample.
#[derive(Debug)]
pub(super) struct SampleFold {
    /// Seed of the sample, `None` for the whole network.
    pub(super) seed: Option<u64>,
    /// The sums of all chosen groups.
    pub(super) total: NetworkFold,
    /// Sum of |w| over all chosen groups, of one cell.
    pub(super) absolute_sum: ExactSums,
    /// What is kept of each chosen group by itself.
    pub(super) layers: Vec<LayerFold>,
}

/// Networks of more groups get no spectra of single ones: models of experts have ten thousand groups, and a choice of
/// their layers gets them.
pub(super) const MOST_GROUP_SPECTRA: usize = 1024;

/// Numbers of one group. Its partition function is not kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LayerFold {
    pub(super) neurons: u64,
    /// Entries of all neurons, zeros and non-finite ones included.
    pub(super) entries: u64,
    pub(super) kept: u64,
    /// Sum of |w|.
    pub(super) absolute_sum: f64,
    /// Neurons with at least one edge.
    pub(super) with_edges: usize,
    pub(super) dimensions: NfdSummary,
    /// The spectrum of the group alone, where it was asked for.
    pub(super) spectrum: Option<GroupSpectrum>,
    /// What comparisons need of each neuron.
    pub(super) marks: NeuronMarks,
}

/// What the curve of a group alone follows from, whatever the mode.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GroupSpectrum {
    /// Largest radius; `None` without a kept neuron.
    pub(super) diameter: Option<u32>,
    /// tau at every order; empty where there is no spectrum.
    pub(super) tau: Vec<f64>,
}

/// Which neurons the fractal dimensions of a group are of, and how many edges each has. Nothing of a layer that came
/// from a part.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct NeuronMarks {
    /// Those without an edge, ascending.
    pub(super) edgeless: Vec<u32>,
    /// Edges of length in (1, T] of every neuron.
    pub(super) degrees: Vec<u32>,
}

impl GroupSpectrum {
    pub(super) fn new(fold: &GroupFold, settings: &FoldSettings, tables: &NumberTables) -> Self {
        let diameter = fold.partition.radii().last().copied();
        let sums = fold.sums(&settings.grid, tables);
        Self { diameter, tau: mass_exponent(&sums, &settings.grid).unwrap_or_default() }
    }
}

impl SampleFold {
    pub(super) fn new(seed: Option<u64>, settings: &FoldSettings) -> Self {
        let (total, absolute_sum) = (NetworkFold::new(settings), ExactSums::new(1));
        Self { seed, total, absolute_sum, layers: Vec::new() }
    }

    /// Adds the group that follows, its sum of |w|, and its own spectrum.
    pub(super) fn add(&mut self, mut fold: GroupFold, absolute_sum: f64, spectrum: Option<GroupSpectrum>) {
        self.absolute_sum.add_one(absolute_sum);
        self.layers.push(LayerFold {
            neurons: fold.neurons,
            entries: fold.edges + fold.zeros + fold.nonfinite,
            kept: fold.partition.kept(),
            absolute_sum,
            with_edges: fold.dimensions.len(),
            dimensions: summary(&fold.dimensions),
            spectrum,
            marks: NeuronMarks {
                edgeless: std::mem::take(&mut fold.edgeless),
                degrees: std::mem::take(&mut fold.degrees),
            },
        });
        self.total.add(fold);
    }
}

impl Folded {
    /// The record of the checkpoint, with the null samples that are there.
    pub(super) fn record(&self) -> CheckpointRecord {
        let mut record = super::record::record(self);
        record.nulls = self.nulls.iter().filter_map(|null| null.record(self)).collect();
        for (place, group) in record.groups.iter_mut().enumerate() {
            group.nulls = self.nulls.iter().filter_map(|null| null.record_of_group(place)).collect();
        }
        record
    }
}
