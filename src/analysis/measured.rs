//! What has been read of a checkpoint, and what follows from it.

use rayon::prelude::*;

use super::folded::{Folded, GroupSpectrum, MOST_GROUP_SPECTRA, SampleFold};
use super::laws::NullLaws;
use super::nulls::{DealtGroup, Deck, NullSamples, NullSource};
use super::paths::Paths;
use super::record::{Identity, LogLogFit};
use super::values::ValueCount;
use super::{AnalysisError, NetworkKind, NullKind, Options};
use crate::WHOLE;
use crate::multifractal::{
    Binning, FoldSettings, GroupHistograms, GroupTotals, NumberTables, OutlineTables, Resamples, fold_group,
};
use crate::report::CheckpointRecord;

/// A checkpoint that has been read: the folds of its groups, and their histograms where they fit the budget.
pub struct Measured {
    pub(super) folded: Folded,
    binning: Binning,
    /// The groups that are read, ascending; the chosen ones are among them.
    wanted: Vec<usize>,
    samples: Vec<SampleGroups>,
    /// Values among the weights of every group that was read.
    values: Vec<ValueCount>,
    /// The sampled weights, where paths are followed: everything follows from them, and there are no histograms.
    paths: Option<Paths>,
    keeps_histograms: bool,
    histogram_budget: u64,
    /// Whether the sums go into a part.
    for_part: bool,
}

/// The groups of one sample that have been read so far, in order.
struct SampleGroups {
    /// Input neurons of every group of the wiring.
    neurons: Vec<usize>,
    /// What the null models need of every group that was read.
    totals: Vec<GroupTotals>,
    /// Empty where they do not fit the budget.
    histograms: Vec<GroupHistograms>,
}

impl Measured {
    /// `neurons` has those of every group of the wiring, for each sample.
    pub(super) fn new(
        identity: Identity,
        options: &Options,
        binning: Binning,
        neurons: Vec<Vec<usize>>,
        laws: NullLaws,
        histogram_budget: u64,
    ) -> Result<Self, AnalysisError> {
        let settings = options.fold_settings()?;
        let groups = options.groups(identity.groups.len())?;
        let read: u64 = neurons.iter().flat_map(|all| groups.iter().map(|&group| all[group] as u64)).sum();
        let seed = |index: u32| match options.network {
            NetworkKind::Full => None,
            NetworkKind::Sampled => Some(options.seed.wrapping_add(index).into()),
        };
        let folds = (0..).zip(&neurons).map(|(index, _)| SampleFold::new(seed(index), &settings)).collect();
        let sample = |neurons| SampleGroups { neurons, totals: Vec::new(), histograms: Vec::new() };
        Ok(Self {
            // Wide counters are seen when they are there.
            keeps_histograms: GroupHistograms::most_bytes(read, 0, &binning) <= histogram_budget,
            histogram_budget,
            wanted: groups.clone(),
            folded: Folded {
                identity,
                tables: NumberTables::new(&settings),
                settings,
                groups,
                samples: folds,
                nulls: drawn(options).map(|kind| NullSamples::new(kind, options)).collect(),
                options: options.clone(),
                bootstrap: None,
                laws,
            },
            binning,
            samples: neurons.into_iter().map(sample).collect(),
            values: Vec::new(),
            paths: None,
            for_part: false,
        })
    }

    /// Waits for the weights of so many samples, over which paths are followed; the groups of the identity are the layers
    /// of neurons.
    pub(super) fn of_paths(
        identity: Identity,
        options: &Options,
        binning: Binning,
        samples: usize,
        laws: NullLaws,
    ) -> Result<Self, AnalysisError> {
        let none = vec![0; identity.groups.len()];
        Self::new(identity, options, binning, vec![none; samples], laws, 0)
    }

    pub(super) fn binning(&self) -> &Binning {
        &self.binning
    }

    pub(super) fn empty_histograms(&self, group: usize) -> Vec<GroupHistograms> {
        let squares = self.folded.options.needs_squares();
        let empty = |neurons| {
            let histograms = GroupHistograms::new(neurons, &self.binning);
            if squares { histograms.with_squares() } else { histograms }
        };
        self.samples.iter().map(|sample| empty(sample.neurons[group])).collect()
    }

    /// The group whose histograms come next; `None` where all came.
    pub(super) fn next_group(&self) -> Option<usize> {
        self.wanted.get(self.samples[0].totals.len()).copied()
    }

    /// Takes the histograms of the next group, one for each sample, and the values that were seen in it.
    pub(super) fn complete(&mut self, histograms: Vec<GroupHistograms>, values: ValueCount) {
        self.values.push(values);
        let alone = self.has_group_spectra();
        let Folded { samples: folds, settings, tables, .. } = &mut self.folded;
        for (sample, histograms) in self.samples.iter_mut().zip(&histograms) {
            let totals = histograms.totals();
            tables.reach(totals.entries.largest());
            sample.totals.push(totals);
        }
        let (settings, tables) = (&*settings, &*tables);
        // Samples share nothing but the tables.
        folds.par_iter_mut().zip(&histograms).for_each(|(fold, histograms)| {
            let group = fold_group(histograms, &self.binning, settings, tables);
            let spectrum = alone.then(|| GroupSpectrum::new(&group, settings, tables));
            fold.add(group, histograms.absolute_sum(), spectrum, values);
        });
        for (sample, histograms) in self.samples.iter_mut().zip(histograms) {
            if self.keeps_histograms {
                sample.histograms.push(histograms);
            }
        }
        if self.kept_bytes() > self.histogram_budget {
            self.drop_histograms();
        }
    }

    /// Whether the spectrum of every group alone is computed. Those of a part are, or are not, for all layers of the
    /// network.
    fn has_group_spectra(&self) -> bool {
        let Folded { identity, groups, options, .. } = &self.folded;
        let groups = if self.for_part { identity.groups.len() } else { groups.len() };
        options.group_spectra && !options.follows_paths() && groups <= MOST_GROUP_SPECTRA
    }

    /// Takes the weights that paths are followed over, all of which were read.
    pub(super) fn follow(&mut self, paths: Paths) {
        self.paths = Some(paths);
        self.fold_paths();
    }

    /// Folds the distances that leave each layer, of every sample.
    fn fold_paths(&mut self) {
        let Folded { samples, settings, tables, options, .. } = &mut self.folded;
        let Some(paths) = self.paths.as_ref().filter(|_| WHOLE) else { return };
        tables.reach(paths.most_targets(options.hops));
        for (index, sample) in samples.iter_mut().enumerate() {
            *sample = SampleFold::new(sample.seed, settings);
            for (fold, absolute_sum) in paths.folds(index, options.hops, &self.binning, settings, tables) {
                sample.add(fold, absolute_sum, None, ValueCount::default());
            }
        }
        self.settle();
    }

    /// Bytes of histograms, or of the weights that paths lead over, that are kept.
    pub fn kept_bytes(&self) -> u64 {
        let kept = self.samples.iter().flat_map(|sample| &sample.histograms);
        kept.map(GroupHistograms::bytes).sum::<u64>() + self.paths.as_ref().map_or(0, Paths::bytes)
    }

    /// Drops the histograms. Null samples need none; weights that paths lead over stay until all null samples are there.
    pub fn drop_histograms(&mut self) {
        if self.folded.nulls.iter().all(|null| null.missing() == 0) {
            self.paths = None;
        }
        self.keeps_histograms = false;
        self.samples.iter_mut().for_each(|sample| sample.histograms = Vec::new());
    }

    /// The options of the last analysis.
    pub fn options(&self) -> &Options {
        &self.folded.options
    }

    /// Applies other options to the kept histograms. `Ok(false)`, and nothing changed, where they do not suffice:
    /// they were not kept, the network is another sample, a layer was not read, or a threshold lies within a bin.
    pub fn redo(&mut self, options: &Options) -> Result<bool, AnalysisError> {
        options.check()?;
        if !WHOLE && !options.are_plain() {
            return Ok(false);
        }
        let settings = options.fold_settings()?;
        let groups = options.groups(self.folded.identity.groups.len())?;
        let squares = |sample: &SampleGroups| sample.totals.iter().all(|totals| totals.deviation.is_some());
        let kept = match self.paths {
            // They have no bins yet.
            Some(_) => true,
            None => {
                self.keeps_histograms
                    && settings.resolved_by(&self.binning)
                    && (!options.needs_squares() || self.samples.iter().all(squares))
                    && groups.iter().all(|group| self.wanted.binary_search(group).is_ok())
            }
        };
        if !kept || !self.folded.options.same_network(options) {
            return Ok(false);
        }
        if WHOLE && self.paths.is_some() {
            self.redo_paths(options, settings)?;
            return Ok(true);
        }
        let more_spectra = options.group_spectra && !self.folded.options.group_spectra;
        if settings != self.folded.settings || groups != self.folded.groups || more_spectra {
            if settings != self.folded.settings {
                self.folded.tables = NumberTables::new(&settings);
            }
            (self.folded.settings, self.folded.groups) = (settings, groups);
            self.folded.options.group_spectra = options.group_spectra;
            self.fold_again();
            self.folded.nulls.clear();
            self.folded.bootstrap = None;
        }
        let before = &self.folded.options;
        let drawn = |options: &Options| (options.seed, options.bootstrap);
        if drawn(before) != drawn(options) || before.spectrum_mode() != options.spectrum_mode() {
            self.folded.bootstrap = None;
        }
        self.update_nulls(options);
        self.folded.options = options.clone();
        Ok(true)
    }

    /// Follows the paths again, where other options ask for other distances.
    fn redo_paths(&mut self, options: &Options, settings: FoldSettings) -> Result<(), AnalysisError> {
        let same = self.folded.options.hops == options.hops && self.folded.settings == settings;
        if !same {
            self.binning = options.binning()?;
            self.folded.tables = NumberTables::new(&settings);
            self.folded.settings = settings;
            self.folded.nulls.clear();
        }
        self.update_nulls(options);
        self.folded.options = options.clone();
        if !same {
            self.fold_paths();
        }
        Ok(())
    }

    /// Folds the kept histograms of the chosen groups.
    fn fold_again(&mut self) {
        let alone = self.has_group_spectra();
        let Folded { settings, tables, groups, samples, .. } = &mut self.folded;
        for (fold, sample) in samples.iter_mut().zip(&self.samples) {
            *fold = SampleFold::new(fold.seed, settings);
            for place in places(groups, &self.wanted) {
                let histograms = &sample.histograms[place];
                tables.reach(sample.totals[place].entries.largest());
                let group = fold_group(histograms, &self.binning, settings, tables);
                let spectrum = alone.then(|| GroupSpectrum::new(&group, settings, tables));
                fold.add(group, histograms.absolute_sum(), spectrum, self.values[place]);
            }
        }
        self.settle();
    }

    /// Keeps the sums exact, so that those of other layers can join them.
    #[cfg(feature = "parts")]
    pub(super) fn keep_exact(&mut self) {
        self.for_part = true;
    }

    #[cfg(feature = "parts")]
    pub(super) fn is_exact(&self) -> bool {
        self.for_part
    }

    /// After the last group: what is only of use to other layers is given up.
    pub(super) fn settle(&mut self) {
        let Folded { settings, tables, samples, .. } = &mut self.folded;
        if !self.for_part {
            samples.iter_mut().for_each(|sample| sample.total.partition.settle(&settings.grid, tables));
        }
    }

    /// Keeps the null samples that the new options leave valid.
    fn update_nulls(&mut self, options: &Options) {
        let before = &self.folded.options;
        let reusable = before.seed == options.seed && before.spectrum_mode() == options.spectrum_mode();
        let same_scheme = before.initialisation == options.initialisation;
        let old = std::mem::take(&mut self.folded.nulls);
        let kept = |null: &NullSamples| reusable && (same_scheme || null.kind() != NullKind::Initialisation);
        let mut old: Vec<NullSamples> = old.into_iter().filter(kept).collect();
        self.folded.nulls = drawn(options)
            .map(|kind| match old.iter().position(|null| null.kind() == kind) {
                Some(index) => old.swap_remove(index).resized(options.null_samples),
                None => NullSamples::new(kind, options),
            })
            .collect();
    }

    /// Computes at most `count` of the null samples that are still missing; returns how many are missing after that.
    /// Every one of them is the same whatever the order and the number of calls.
    pub fn compute_nulls(&mut self, count: usize) -> usize {
        let alone = self.has_group_spectra();
        let Folded { nulls, groups, settings, tables, options, laws, .. } = &mut self.folded;
        let few = (alone && count > 0).then(|| OutlineTables::new(&settings.grid));
        let mut left = count;
        for null in nulls.iter_mut().filter(|null| null.missing() > 0) {
            if left == 0 {
                break;
            }
            let laws = laws.of(null.kind(), options);
            // What a group has beyond its weights is seen beside its shuffles.
            let dealt = |sample| -> Vec<DealtGroup> {
                let totals = numbered_totals(sample, groups, &self.wanted).into_iter();
                totals.map(|(group, totals)| DealtGroup::new(group, totals, &laws, &self.binning)).collect()
            };
            let source = NullSource {
                deck: match self.paths.as_ref().filter(|_| WHOLE) {
                    Some(paths) => Deck::Paths(paths, options.hops, &laws),
                    None => Deck::Groups(self.samples.iter().map(dealt).collect()),
                },
                binning: &self.binning,
                settings,
                tables,
                mode: options.spectrum_mode(),
                few: few.as_ref().filter(|_| null.kind() == NullKind::Shuffle),
                for_part: self.for_part,
            };
            left -= null.compute(left, &source);
        }
        nulls.iter().map(NullSamples::missing).sum()
    }

    /// Draws the neurons of the whole network anew, as often as the options ask. Returns whether the resamples are there:
    /// without kept histograms they cannot be.
    pub fn bootstrap(&mut self) -> bool {
        let Folded { options, settings, groups, bootstrap, .. } = &mut self.folded;
        let wanted = options.bootstrap as usize;
        let sample = &self.samples[0];
        if !WHOLE || options.network == NetworkKind::Sampled || wanted == 0 || sample.histograms.is_empty() {
            return false;
        }
        if bootstrap.as_ref().is_none_or(|known| known.len() != wanted) {
            let mut resamples = Resamples::new(settings, wanted);
            for (place, &group) in places(groups, &self.wanted).zip(groups.iter()) {
                let key = (options.seed, group as u32);
                resamples.add(&sample.histograms[place], settings, key);
            }
            *bootstrap = Some(resamples.spectra(options.spectrum_mode()));
        }
        true
    }

    /// Index in the wiring, and totals in the first sample, of the chosen group at this place.
    pub(super) fn group_totals(&self, place: usize) -> (u32, &GroupTotals) {
        numbered_totals(&self.samples[0], &self.folded.groups[place..=place], &self.wanted)[0]
    }

    /// The record of the checkpoint, with the null samples computed so far. Its degree of emergence is that of a
    /// series of one.
    pub fn record(&self) -> CheckpointRecord {
        self.folded.record()
    }

    /// Index of the order of the grid that is nearest to `q`; `None` for NaN.
    pub fn nearest_order(&self, q: f64) -> Option<usize> {
        let distances = self.folded.settings.grid.orders().iter().map(|order| (order - q).abs());
        let finite = distances.enumerate().filter(|(_, distance)| distance.is_finite());
        finite.min_by(|left, right| left.1.total_cmp(&right.1)).map(|(index, _)| index)
    }

    /// The log-log fit of one order of the q grid, for one sample.
    pub fn fit(&self, sample: usize, order: usize) -> Option<LogLogFit> {
        super::record::log_log_fit(&self.folded, sample, order)
    }
}

/// Where the chosen groups are among those that are read.
fn places<'a>(groups: &'a [usize], wanted: &'a [usize]) -> impl Iterator<Item = usize> + 'a {
    groups.iter().filter_map(|group| wanted.binary_search(group).ok())
}

/// The totals of the chosen groups, with their indices in the wiring.
fn numbered_totals<'a>(
    sample: &'a SampleGroups,
    groups: &[usize],
    wanted: &[usize],
) -> Vec<(u32, &'a GroupTotals)> {
    let totals = places(groups, wanted).map(|place| &sample.totals[place]);
    groups.iter().map(|&group| group as u32).zip(totals).collect()
}

/// The null models that are drawn at random.
fn drawn(options: &Options) -> impl Iterator<Item = NullKind> + '_ {
    options.null.iter().copied().filter(|kind| kind.is_drawn())
}
