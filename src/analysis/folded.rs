//! What a record follows from: the folds of the chosen groups.

use super::Options;
use super::nulls::NullSamples;
use super::record::{Identity, summary};
use crate::multifractal::{ExactSums, FoldSettings, GroupFold, NetworkFold, NumberTables};
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

/// Numbers of one group. Its partition function is not kept: models of experts have ten thousand groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LayerFold {
    pub(super) neurons: u64,
    /// Entries of all neurons, zeros and non-finite ones included.
    pub(super) entries: u64,
    pub(super) kept: u64,
    /// Neurons with at least one edge.
    pub(super) with_edges: usize,
    pub(super) dimensions: NfdSummary,
}

impl SampleFold {
    pub(super) fn new(seed: Option<u64>, settings: &FoldSettings) -> Self {
        let (total, absolute_sum) = (NetworkFold::new(settings), ExactSums::new(1));
        Self { seed, total, absolute_sum, layers: Vec::new() }
    }

    /// Adds the group that follows, and its sum of |w|.
    pub(super) fn add(&mut self, fold: GroupFold, absolute_sum: f64) {
        self.absolute_sum.add_one(absolute_sum);
        self.layers.push(LayerFold {
            neurons: fold.neurons,
            entries: fold.edges + fold.zeros + fold.nonfinite,
            kept: fold.partition.kept(),
            with_edges: fold.dimensions.len(),
            dimensions: summary(&fold.dimensions),
        });
        self.total.add(fold);
    }
}

impl Folded {
    /// The record of the checkpoint, with the null samples that are there.
    pub(super) fn record(&self) -> CheckpointRecord {
        let mut record = super::record::record(self);
        record.nulls = self.nulls.iter().filter_map(|null| null.record(self)).collect();
        record
    }
}
