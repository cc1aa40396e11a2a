//! Null samples of a checkpoint.

use rayon::prelude::*;

use super::folded::Folded;
use super::laws::GroupLaws;
use super::paths::Paths;
use super::record::{DimensionHistogram, finite, six_decimals};
use super::{NullKind, Options};
use crate::WHOLE;
use crate::multifractal::statistics::{interval95, mean, standard_deviation};
use crate::multifractal::{
    Binning, ExactPartition, FoldSettings, GroupFold, GroupTotals, NumberTables, OutlineTables, Spectrum,
    SpectrumMode, draw_group, outline, shuffle_group, spectrum,
};
use crate::report::{Excesses, GroupNull, NullNfd, NullRecord};

/// The samples of one null model. In a sampled network, null sample i shuffles sample i modulo their number, so that
/// the nulls scatter by the choice of neurons as well.
pub struct NullSamples {
    kind: NullKind,
    seed: u32,
    pub(super) sums: Vec<NullSums>,
}

/// What null samples are drawn from, and how they are folded.
pub(super) struct NullSource<'a> {
    pub(super) deck: Deck<'a>,
    pub(super) binning: &'a Binning,
    pub(super) settings: &'a FoldSettings,
    pub(super) tables: &'a NumberTables,
    pub(super) mode: SpectrumMode,
    /// For the numbers of single groups; `None` where they are not asked for.
    pub(super) few: Option<&'a OutlineTables>,
    /// Sums that go into a part must stay exact.
    pub(super) for_part: bool,
}

/// What null samples are made of.
pub(super) enum Deck<'a> {
    /// The chosen groups of every sample.
    Groups(Vec<Vec<DealtGroup<'a>>>),
    /// The sampled weights of every sample, the length of the paths over them, and the laws of their groups.
    Paths(&'a Paths, u8, &'a GroupLaws),
}

/// A group whose entries are dealt anew.
pub(super) struct DealtGroup<'a> {
    /// Index in the wiring.
    group: u32,
    totals: &'a GroupTotals,
    /// Entries of each bin from which weights are drawn one by one; `None` where those of the totals are permuted.
    law: Option<Vec<u64>>,
    stream: u32,
}

impl<'a> DealtGroup<'a> {
    pub(super) fn new(group: u32, totals: &'a GroupTotals, laws: &GroupLaws, binning: &Binning) -> Self {
        let law = laws.of(group, totals.deviation).map(|law| law.counts(binning));
        Self { group, totals, law, stream: laws.stream() }
    }
}

impl NullSource<'_> {
    /// Calls `take` with the folds of one null sample, in the order of groups.
    fn deal(&self, (seed, index): (u32, u32), mut take: impl FnMut(GroupFold)) {
        let &Self { binning, settings, tables, .. } = self;
        match &self.deck {
            Deck::Groups(samples) => {
                for &DealtGroup { group, totals, ref law, stream } in &samples[index as usize % samples.len()]
                {
                    take(match law {
                        None => shuffle_group(totals, binning, settings, tables, (seed, index, group)),
                        Some(_) if !WHOLE => continue,
                        Some(law) => {
                            draw_group(law, totals, binning, settings, tables, [seed, index, group, stream])
                        }
                    });
                }
            }
            Deck::Paths(..) if !WHOLE => {}
            Deck::Paths(paths, hops, laws) => {
                let folds = paths.null_folds((seed, index), *hops, laws, binning, settings, tables);
                folds.into_iter().for_each(|(fold, _)| take(fold));
            }
        }
    }
}

/// What is kept of one null sample: sums over all groups, and two numbers of each of them.
#[derive(Default)]
pub(super) struct NullSums {
    pub(super) partition: Option<ExactPartition>,
    pub(super) dimensions: DimensionHistogram,
    /// alpha_0 and width of each chosen group alone, NaN where there is none; empty where they were not asked for.
    pub(super) groups: Vec<[f64; 2]>,
    pub(super) complete: bool,
}

impl NullSamples {
    pub(super) fn new(kind: NullKind, options: &Options) -> Self {
        Self { kind, seed: options.seed, sums: Vec::new() }.resized(options.null_samples)
    }

    /// Samples that were computed elsewhere.
    #[cfg(feature = "parts")]
    pub(super) fn of_sums(kind: NullKind, options: &Options, sums: Vec<NullSums>) -> Self {
        Self { kind, seed: options.seed, sums }
    }

    /// Adds the sums of other groups, sample to sample.
    #[cfg(feature = "parts")]
    pub(super) fn merge(&mut self, other: &Self) {
        for (mine, sums) in self.sums.iter_mut().zip(&other.sums) {
            mine.dimensions.merge(&sums.dimensions);
            mine.groups.extend(&sums.groups);
            if let (Some(mine), Some(sums)) = (&mut mine.partition, &sums.partition) {
                mine.merge(sums);
            }
        }
    }

    /// Puts the numbers of single groups in the order of these; they were added in the order given.
    #[cfg(feature = "parts")]
    pub(super) fn sort_groups(&mut self, order: &[usize]) {
        for sums in &mut self.sums {
            let mut pairs: Vec<_> = order.iter().copied().zip(std::mem::take(&mut sums.groups)).collect();
            pairs.sort_by_key(|&(group, _)| group);
            sums.groups = pairs.into_iter().map(|(_, numbers)| numbers).collect();
        }
    }

    /// The kind of null model.
    pub fn kind(&self) -> NullKind {
        self.kind
    }

    /// Asks for another number of samples; those that are there stay.
    pub(super) fn resized(mut self, samples: u32) -> Self {
        self.sums.resize_with(samples as usize, NullSums::default);
        self
    }

    /// Samples that were asked for and are not there.
    pub fn missing(&self) -> usize {
        self.sums.iter().filter(|sums| !sums.complete).count()
    }

    fn scheme(&self, folded: &Folded) -> Option<String> {
        let scheme = || folded.laws.scheme(folded.options.initialisation).map(str::to_owned);
        if WHOLE && self.kind == NullKind::Initialisation { scheme() } else { None }
    }

    /// Computes up to `count` of the missing samples. Returns how many there were.
    pub(super) fn compute(&mut self, count: usize, source: &NullSource) -> usize {
        let &NullSource { settings, tables, mode, few, for_part, .. } = source;
        let seed = self.seed;
        let mut missing: Vec<_> =
            self.sums.iter_mut().enumerate().filter(|(_, sums)| !sums.complete).take(count).collect();
        missing.par_iter_mut().for_each(|(index, sums)| {
            let mut partition = ExactPartition::new(settings);
            source.deal((seed, *index as u32), |fold| {
                sums.dimensions.add(&fold.dimensions);
                sums.groups.extend(few.map(|few| {
                    let numbers = outline(&fold, settings, tables, few, mode);
                    numbers.map_or([f64::NAN; 2], |(alpha0, width)| [alpha0, width])
                }));
                partition.add(fold.partition, fold.small);
            });
            if !for_part {
                partition.settle(&settings.grid, tables);
            }
            sums.partition = Some(partition);
            sums.complete = true;
        });
        missing.len()
    }

    /// The record of the samples that are there; `None` while there are none.
    pub(super) fn record(&self, folded: &Folded) -> Option<NullRecord> {
        let Folded { settings, tables, options, .. } = folded;
        let complete: Vec<&NullSums> = self.sums.iter().filter(|sums| sums.complete).collect();
        let spectra: Vec<Option<Spectrum>> = complete
            .par_iter()
            .map(|sums| {
                let partition = sums.partition.as_ref()?.rounded(&settings.grid, tables);
                spectrum(&partition, &settings.grid, options.spectrum_mode())
            })
            .collect();
        if spectra.is_empty() {
            return None;
        }
        let values = |value: &dyn Fn(&Spectrum) -> Option<f64>| -> Vec<Option<f64>> {
            spectra.iter().map(|spectrum| spectrum.as_ref().and_then(value)).collect()
        };
        let alpha0_values = values(&|spectrum| finite(spectrum.alpha0));
        let width_values = values(&|spectrum| finite(spectrum.width));
        let curves: Vec<&Spectrum> = spectra.iter().flatten().collect();
        Some(NullRecord {
            scheme: self.scheme(folded),
            alpha: mean_curve(&curves, |spectrum| &spectrum.alpha),
            f: mean_curve(&curves, |spectrum| &spectrum.f),
            envelope: envelope(&curves),
            nfd: nfd(&complete),
            ..null_record(self.kind, alpha0_values, width_values, &values(&Spectrum::asymmetry))
        })
    }
}

/// A record of null samples with these numbers; curves and fractal dimensions are still to come.
pub(super) fn null_record(
    kind: NullKind,
    alpha0_values: Vec<Option<f64>>,
    width_values: Vec<Option<f64>>,
    asymmetry_values: &[Option<f64>],
) -> NullRecord {
    let [alpha0, width, asymmetry] = [&alpha0_values[..], &width_values, asymmetry_values].map(Summary::of);
    NullRecord {
        kind: kind.name().to_owned(),
        scheme: None,
        samples: width_values.len() as u64,
        alpha0: alpha0.mean,
        alpha0_sd: alpha0.sd,
        alpha0_interval: alpha0.interval,
        width: width.mean,
        width_sd: width.sd,
        width_interval: width.interval,
        difference: Excesses::default(),
        text: String::new(),
        emergence: None,
        emergence_interval: None,
        asymmetry: asymmetry.mean,
        asymmetry_interval: asymmetry.interval,
        alpha: Vec::new(),
        f: Vec::new(),
        envelope: Vec::new(),
        alpha0_values,
        width_values,
        nfd: NullNfd::default(),
    }
}

impl NullSamples {
    /// The record of the chosen group at this place, from the samples that are there; `None` while there are none.
    pub(super) fn record_of_group(&self, place: usize) -> Option<GroupNull> {
        let groups = self.sums.iter().filter(|sums| sums.complete).filter_map(|sums| sums.groups.get(place));
        let (alpha0_values, width_values): (Vec<Option<f64>>, Vec<Option<f64>>) =
            groups.map(|&[alpha0, width]| (finite(alpha0), finite(width))).unzip();
        let [alpha0, width] = [&alpha0_values, &width_values].map(|values| Summary::of(values));
        (!width_values.is_empty()).then(|| GroupNull {
            kind: self.kind.name().to_owned(),
            samples: width_values.len() as u64,
            alpha0: alpha0.mean,
            alpha0_interval: alpha0.interval,
            width: width.mean,
            width_interval: width.interval,
            width_values: width_values.into_iter().map(|width| width.map(six_decimals)).collect(),
        })
    }
}

/// Mean, sample standard deviation and 95 % interval of the values that exist.
pub(super) struct Summary {
    pub(super) mean: Option<f64>,
    sd: Option<f64>,
    pub(super) interval: Option<[f64; 2]>,
}

impl Summary {
    pub(super) fn of(values: &[Option<f64>]) -> Self {
        let values: Vec<f64> = values.iter().copied().flatten().collect();
        Self { mean: mean(&values), sd: standard_deviation(&values), interval: interval95(&values) }
    }
}

/// Values of all curves at one q.
fn column(curves: &[&Spectrum], values: impl Fn(&Spectrum) -> &[f64], index: usize) -> Vec<f64> {
    curves.iter().map(|spectrum| values(spectrum)[index]).collect()
}

fn mean_curve(curves: &[&Spectrum], values: impl Fn(&Spectrum) -> &[f64]) -> Vec<Option<f64>> {
    let length = curves.first().map_or(0, |spectrum| values(spectrum).len());
    (0..length).map(|index| mean(&column(curves, &values, index)).and_then(finite)).collect()
}

fn envelope(curves: &[&Spectrum]) -> Vec<[f64; 4]> {
    let length = curves.first().map_or(0, |spectrum| spectrum.alpha.len());
    let at = |index| {
        let [alpha_low, alpha_high] = interval95(&column(curves, |spectrum| &spectrum.alpha, index))?;
        let [f_low, f_high] = interval95(&column(curves, |spectrum| &spectrum.f, index))?;
        Some([alpha_low, alpha_high, f_low, f_high])
    };
    (0..length).filter_map(at).collect()
}

fn nfd(samples: &[&NullSums]) -> NullNfd {
    let means: Vec<f64> = samples.iter().filter_map(|sums| sums.dimensions.mean()).collect();
    let mut total = DimensionHistogram::default();
    samples.iter().for_each(|sums| total.merge(&sums.dimensions));
    NullNfd {
        mean: mean(&means),
        mean_interval: interval95(&means),
        histogram: Some(total.to_record(samples.len() as f64)),
    }
}
