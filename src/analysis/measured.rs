//! What has been read of a checkpoint, and what follows from it.

use super::nulls::NullSamples;
use super::record::{Identity, LogLogFit};
use super::{AnalysisError, Options};
use crate::checkpoint::Checkpoint;
use crate::multifractal::{
    Binning, ExactSums, FoldSettings, GroupFold, GroupHistograms, GroupTotals, NetworkFold, fold_group,
};
use crate::network::{SampledGroup, Wiring};
use crate::report::{CheckpointRecord, NfdSummary};

/// A checkpoint that has been read: the folds of its groups, and their histograms where they fit the budget.
pub struct Measured {
    pub(super) identity: Identity,
    pub(super) options: Options,
    pub(super) settings: FoldSettings,
    binning: Binning,
    pub(super) samples: Vec<SampleGroups>,
    keeps_histograms: bool,
    nulls: Vec<NullSamples>,
}

/// The groups of one sample that have been read so far, in order.
pub(super) struct SampleGroups {
    /// Seed of the sample, `None` for the whole network.
    pub(super) seed: Option<u64>,
    /// Input neurons of every group.
    neurons: Vec<usize>,
    /// The sums of all groups.
    pub(super) total: NetworkFold,
    /// What is kept of each group by itself.
    pub(super) layers: Vec<LayerFold>,
    /// Sum of |w| over all groups, of one cell.
    pub(super) absolute_sum: ExactSums,
    /// What the null models need of every group.
    totals: Vec<GroupTotals>,
    /// Empty where they do not fit the budget.
    histograms: Vec<GroupHistograms>,
}

/// Numbers of one group. Its partition function is not kept: models of experts have ten thousand groups.
#[derive(Debug, Clone, Copy)]
pub(super) struct LayerFold {
    pub(super) neurons: u64,
    /// Entries of all neurons, zeros and non-finite ones included.
    pub(super) entries: u64,
    pub(super) kept: u64,
    pub(super) dimensions: NfdSummary,
}

impl SampleGroups {
    fn add_fold(&mut self, fold: &GroupFold) {
        self.total.add(fold);
        self.layers.push(LayerFold {
            neurons: fold.neurons,
            entries: fold.edges + fold.zeros + fold.nonfinite,
            kept: fold.partition.kept(),
            dimensions: super::record::summary(&fold.dimensions),
        });
    }
}

impl Measured {
    pub(super) fn new(
        checkpoint: &Checkpoint,
        wiring: &Wiring,
        options: &Options,
        binning: Binning,
        samples: &[Option<Vec<SampledGroup>>],
        histogram_budget: u64,
    ) -> Result<Self, AnalysisError> {
        let settings = options.fold_settings()?;
        let samples: Vec<SampleGroups> = (0..)
            .zip(samples)
            .map(|(index, sampled)| SampleGroups {
                seed: sampled.as_ref().map(|_| u64::from(options.seed.wrapping_add(index))),
                neurons: match sampled {
                    Some(groups) => groups.iter().map(|group| group.inputs.len()).collect(),
                    None => wiring.groups.iter().map(|group| group.neurons as usize).collect(),
                },
                total: NetworkFold::new(&settings),
                layers: Vec::new(),
                absolute_sum: ExactSums::new(1),
                totals: Vec::new(),
                histograms: Vec::new(),
            })
            .collect();
        let neurons: u64 =
            samples.iter().flat_map(|sample| &sample.neurons).map(|&neurons| neurons as u64).sum();
        Ok(Self {
            identity: Identity::new(checkpoint, wiring, options.network),
            settings,
            keeps_histograms: GroupHistograms::bytes(neurons, &binning) <= histogram_budget,
            nulls: options.null.iter().map(|&kind| NullSamples::new(kind, options)).collect(),
            options: options.clone(),
            binning,
            samples,
        })
    }

    pub(super) fn binning(&self) -> &Binning {
        &self.binning
    }

    pub(super) fn empty_histograms(&self, group: usize) -> Vec<GroupHistograms> {
        let neurons = self.samples.iter().map(|sample| sample.neurons[group]);
        neurons.map(|neurons| GroupHistograms::new(neurons, &self.binning)).collect()
    }

    /// Groups whose histograms came.
    pub(super) fn groups_read(&self) -> usize {
        self.samples[0].layers.len()
    }

    /// Takes the histograms of the next group, one for each sample.
    pub(super) fn complete(&mut self, histograms: Vec<GroupHistograms>) {
        for (sample, histograms) in self.samples.iter_mut().zip(histograms) {
            sample.add_fold(&fold_group(&histograms, &self.binning, &self.settings));
            sample.absolute_sum.add_one(histograms.absolute_sum());
            sample.totals.push(histograms.totals());
            if self.keeps_histograms {
                sample.histograms.push(histograms);
            }
        }
    }

    /// Bytes of histograms that are kept.
    pub fn kept_bytes(&self) -> u64 {
        let kept = self.samples.iter().flat_map(|sample| &sample.histograms);
        kept.map(|histograms| GroupHistograms::bytes(histograms.neurons() as u64, &self.binning)).sum()
    }

    /// Drops the histograms. Null samples need none.
    pub fn drop_histograms(&mut self) {
        self.keeps_histograms = false;
        self.samples.iter_mut().for_each(|sample| sample.histograms = Vec::new());
    }

    /// The options of the last analysis.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Applies other options to the kept histograms. `Ok(false)`, and nothing changed, where they do not suffice:
    /// they were not kept, the network is another sample, or a threshold lies within a bin.
    pub fn redo(&mut self, options: &Options) -> Result<bool, AnalysisError> {
        options.check()?;
        let settings = options.fold_settings()?;
        let suffices = self.keeps_histograms
            && self.options.same_network(options)
            && settings.resolved_by(&self.binning);
        if !suffices {
            return Ok(false);
        }
        if settings != self.settings {
            for sample in &mut self.samples {
                sample.total = NetworkFold::new(&settings);
                sample.layers.clear();
                for group in std::mem::take(&mut sample.histograms) {
                    sample.add_fold(&fold_group(&group, &self.binning, &settings));
                    sample.histograms.push(group);
                }
            }
            self.nulls.clear();
        }
        self.update_nulls(options);
        self.settings = settings;
        self.options = options.clone();
        Ok(true)
    }

    /// Keeps the null samples that the new options leave valid.
    fn update_nulls(&mut self, options: &Options) {
        let old = std::mem::take(&mut self.nulls);
        let reusable = self.options.seed == options.seed && self.options.mode == options.mode;
        let mut old: Vec<NullSamples> = old.into_iter().filter(|_| reusable).collect();
        self.nulls = options
            .null
            .iter()
            .map(|&kind| match old.iter().position(|null| null.kind() == kind) {
                Some(index) => old.swap_remove(index).resized(options.null_samples),
                None => NullSamples::new(kind, options),
            })
            .collect();
    }

    /// Computes at most `count` of the null samples that are still missing; returns how many are missing after that.
    /// Every one of them is the same whatever the order and the number of calls.
    pub fn compute_nulls(&mut self, count: usize) -> usize {
        let mut left = count;
        for null in &mut self.nulls {
            let totals: Vec<&[GroupTotals]> =
                self.samples.iter().map(|sample| sample.totals.as_slice()).collect();
            left -= null.compute(left, &totals, &self.binning, &self.settings);
        }
        self.nulls.iter().map(NullSamples::missing).sum()
    }

    /// The record of the checkpoint, with the null samples computed so far. Its degree of emergence is that of a
    /// series of one.
    pub fn record(&self) -> CheckpointRecord {
        let mut record = super::record::record(self);
        record.nulls =
            self.nulls.iter().filter_map(|null| null.record(&self.settings, &self.options)).collect();
        record
    }

    /// Index of the order of the grid that is nearest to `q`; `None` for NaN.
    pub fn nearest_order(&self, q: f64) -> Option<usize> {
        let distances = self.settings.grid.orders().iter().map(|order| (order - q).abs());
        let finite = distances.enumerate().filter(|(_, distance)| distance.is_finite());
        finite.min_by(|left, right| left.1.total_cmp(&right.1)).map(|(index, _)| index)
    }

    /// The log-log fit of one order of the q grid, for one sample.
    pub fn fit(&self, sample: usize, order: usize) -> Option<LogLogFit> {
        super::record::log_log_fit(self, sample, order)
    }
}
