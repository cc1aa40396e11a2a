//! From what was measured to the record of the result document.

use serde::Serialize;

use super::NetworkKind;
use super::folded::{Folded, GroupSpectrum, LayerFold, SampleFold};
use super::paths::Paths;
use super::values::has_few_values;
use super::{altered, badges, validity};
use crate::checkpoint::Checkpoint;
use crate::damage::Damage;
use crate::multifractal::statistics::{half_width95, interval95, mean, quantile, standard_deviation};
use crate::multifractal::{
    Curve, ExactSums, NetworkFold, PartitionSums, QGrid, Spectrum, log_partition, spectrum,
};
use crate::network::Wiring;
use crate::report::{
    Badge, Baselines, CheckpointRecord, DamageRecord, FileRecord, GroupRecord, LayerRecord, MeanRecord,
    NetworkRecord, NfdHistogram, NfdLayer, NfdRecord, NfdSummary, PartitionRecord, SampleRecord,
    SkippedRecord, UncertaintyRecord, Warning,
};

/// Width of the bins of fractal dimensions.
const DIMENSION_BIN: f64 = 0.05;
/// Dimensions of 20 and more share the last bin.
pub(super) const MOST_DIMENSION_BINS: usize = 400;
/// The partition function is stored at these orders.
const STORED_ORDERS: [f64; 7] = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0];

/// What the record says of a checkpoint whatever was computed.
pub(super) struct Identity {
    name: String,
    step: Option<u64>,
    format: String,
    pub(super) architecture: String,
    pub(super) guessed: bool,
    files: Vec<FileRecord>,
    parameters: u64,
    /// Name and tensors of every group of the wiring.
    pub(super) groups: Vec<(String, Vec<String>)>,
    skipped: Vec<SkippedRecord>,
    /// Those that do not follow from numbers.
    pub(super) warnings: Vec<Warning>,
    damage: Option<DamageRecord>,
}

impl Identity {
    /// `damage` is what was done to the weights.
    pub(super) fn new(
        checkpoint: &Checkpoint,
        wiring: &Wiring,
        network: NetworkKind,
        damage: Option<&Damage>,
    ) -> Self {
        let file = |file: &crate::checkpoint::FileInfo| FileRecord {
            name: file.name.clone(),
            bytes: file.bytes,
            identity: file.identity.clone(),
        };
        let tensor = |index: usize| checkpoint.tensors[index].name.clone();
        // The width of the heads matters to samples only.
        let head_width = match network {
            NetworkKind::Sampled => wiring.head_width_warning().into_iter().collect(),
            NetworkKind::Full => Vec::new(),
        };
        Self {
            name: damage.map_or_else(|| checkpoint.name.clone(), |damage| altered::name(checkpoint, damage)),
            step: checkpoint.step.filter(|_| damage.is_none()),
            format: checkpoint.format.clone().into_owned(),
            architecture: wiring.architecture.clone(),
            guessed: wiring.guessed,
            files: checkpoint.files.iter().map(file).collect(),
            parameters: checkpoint.parameters(),
            groups: wiring
                .groups
                .iter()
                .map(|group| {
                    let tensors = group.matrices.iter().map(|matrix| tensor(matrix.tensor)).collect();
                    (group.name.clone(), tensors)
                })
                .collect(),
            skipped: wiring.skipped.clone(),
            warnings: [
                &checkpoint.warnings[..],
                &wiring.warnings,
                &head_width,
                &quantised(checkpoint, wiring),
            ]
            .concat(),
            damage: damage.map(altered::record),
        }
    }

    /// The layers of neurons that paths leave take the place of the groups.
    pub(super) fn with_paths(mut self, paths: &Paths) -> Self {
        let layer = |(name, groups): (&str, &[usize])| {
            let tensors = groups.iter().flat_map(|&group| self.groups[group].1.clone());
            (name.to_owned(), tensors.collect())
        };
        self.groups = paths.layers().map(layer).collect();
        self
    }
}

impl Identity {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn step(&self) -> Option<u64> {
        self.step
    }
}

#[cfg(feature = "parts")]
impl Identity {
    /// That of the whole checkpoint, from a part; the groups have no names yet.
    pub(super) fn of_part(record: &CheckpointRecord, part: &crate::report::PartRecord) -> Self {
        Self {
            name: record.name.clone(),
            step: record.step,
            format: record.format.clone(),
            architecture: record.architecture.clone(),
            guessed: record.guessed,
            files: record.files.clone(),
            parameters: record.parameters,
            groups: vec![Default::default(); part.layers_of_all as usize],
            skipped: record.network.skipped.clone(),
            warnings: part.warnings.clone(),
            damage: None,
        }
    }
}

/// Weights of few bits have few sizes, and so do the lengths of their edges.
fn quantised(checkpoint: &Checkpoint, wiring: &Wiring) -> Vec<Warning> {
    let tensors = wiring.groups.iter().flat_map(|group| &group.matrices).map(|matrix| matrix.tensor);
    let types = tensors.map(|tensor| checkpoint.tensors[tensor].dtype);
    let few = types.filter(|&dtype| has_few_values(dtype));
    let mut names: Vec<&str> = few.map(|dtype| dtype.name()).collect();
    names.sort_unstable();
    names.dedup();
    let text = |names: String| format!("Quantised source ({names}): lengths come in few sizes.");
    (!names.is_empty()).then(|| Badge::Quantised.warning(text(names.join(", ")))).into_iter().collect()
}

/// A value that JSON can hold.
pub(super) fn finite(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}

/// The record without null models.
pub(super) fn record(folded: &Folded) -> CheckpointRecord {
    let Identity { name, step, format, architecture, guessed, files, parameters, .. } = &folded.identity;
    let samples: Vec<Sample> = (0..folded.samples.len()).map(|index| Sample::new(folded, index)).collect();
    let passing =
        |sample: &&Sample| sample.spectrum.as_ref().is_none_or(|s| !s.dropped_by(folded.options.filter));
    let kept: Vec<&Sample> = samples.iter().filter(passing).collect();
    let mut warnings = folded.identity.warnings.clone();
    let validity = validity::measure(folded, &samples);
    warnings.extend(badges::warnings(folded, &samples, &validity, samples.len() - kept.len()));
    CheckpointRecord {
        name: name.clone(),
        step: *step,
        format: format.clone(),
        architecture: architecture.clone(),
        guessed: *guessed,
        files: files.clone(),
        parameters: *parameters,
        network: network(folded, samples[0].total),
        mean: means(&kept),
        uncertainty: uncertainty(folded, &kept),
        samples: kept.iter().map(|sample| sample.record(folded)).collect(),
        nulls: Vec::new(),
        groups: group_spectra(folded),
        nfd: dimensions(folded, &samples),
        baselines: baselines(folded, &samples),
        warnings,
        validity: Some(validity),
        emergence: None,
        series: None,
        is_baseline: false,
        damage: folded.identity.damage.clone(),
        rivals: None,
        sensitivity: Vec::new(),
        quirks: Vec::new(),
    }
}

/// One sample with the sums of all its groups.
pub(super) struct Sample<'a> {
    seed: Option<u64>,
    pub(super) total: &'a NetworkFold,
    pub(super) sums: PartitionSums,
    pub(super) spectrum: Option<Spectrum>,
}

impl<'a> Sample<'a> {
    fn new(folded: &'a Folded, index: usize) -> Self {
        let SampleFold { seed, total, .. } = &folded.samples[index];
        let sums = total.partition.rounded(&folded.settings.grid, &folded.tables);
        let spectrum = spectrum(&sums, &folded.settings.grid, folded.options.spectrum_mode());
        Self { seed: *seed, total, sums, spectrum }
    }

    fn record(&self, folded: &Folded) -> SampleRecord {
        let grid = &folded.settings.grid;
        let spectrum = self.spectrum.as_ref();
        let fits = spectrum.map_or(&[][..], |spectrum| &spectrum.fits);
        let column = |value: fn(&crate::multifractal::Fit) -> Option<f64>| fits.iter().map(value).collect();
        let alpha0 = spectrum.and_then(|spectrum| finite(spectrum.alpha0));
        SampleRecord {
            seed: self.seed,
            neurons_kept: self.sums.kept(),
            radii: self.sums.radii(),
            diameter: self.sums.radii().last().copied(),
            q: grid.orders().to_vec(),
            tau: column(|fit| finite(fit.slope)),
            intercept: column(|fit| finite(fit.intercept)),
            stderr: column(|fit| fit.stderr.and_then(finite)),
            r_squared: column(|fit| fit.r_squared.and_then(finite)),
            dimension: grid
                .orders()
                .iter()
                .zip(fits)
                .map(|(&q, fit)| if q == 0.0 { alpha0 } else { finite(fit.slope / q) })
                .collect(),
            alpha: spectrum
                .map_or_else(Vec::new, |spectrum| spectrum.alpha.iter().copied().map(finite).collect()),
            f: spectrum.map_or_else(Vec::new, |spectrum| spectrum.f.iter().copied().map(finite).collect()),
            partition: partition(&self.sums, grid),
            alpha0,
            alpha0_candidates: spectrum.and_then(|spectrum| spectrum.alpha0_candidates),
            width: spectrum.and_then(|spectrum| finite(spectrum.width)),
            asymmetry: spectrum.and_then(Spectrum::asymmetry),
            nfd: summary(&self.total.dimensions),
        }
    }
}

fn partition(sums: &PartitionSums, grid: &QGrid) -> PartitionRecord {
    let radii = sums.radii();
    let stored =
        STORED_ORDERS.iter().filter_map(|&q| Some((q, grid.orders().iter().position(|&order| order == q)?)));
    let ln_z = |order| log_partition(sums, order, &radii).into_iter().map(finite).collect();
    let (q, ln_z) = stored.map(|(q, order)| (q, ln_z(order))).unzip();
    PartitionRecord { q, ln_z }
}

/// Name and tensors of the chosen groups.
fn groups(folded: &Folded) -> impl Iterator<Item = &(String, Vec<String>)> {
    folded.groups.iter().map(|&group| &folded.identity.groups[group])
}

fn network(folded: &Folded, total: &NetworkFold) -> NetworkRecord {
    let folds = &folded.samples[0].layers;
    let layer =
        |(place, ((name, tensors), fold)): (usize, (&(String, Vec<String>), &LayerFold))| LayerRecord {
            name: name.clone(),
            tensors: tensors.clone(),
            neurons: fold.neurons,
            edges_per_neuron: fold.entries.checked_div(fold.neurons).unwrap_or(0),
            kept: fold.kept,
            mean_abs_weight: mean_abs_weight(folded, place),
        };
    NetworkRecord {
        neurons: total.neurons,
        edges: total.edges,
        zero_weights: total.zeros,
        nonfinite_weights: total.nonfinite,
        layers: groups(folded).zip(folds).enumerate().map(layer).collect(),
        skipped: folded.identity.skipped.clone(),
    }
}

/// Of the chosen group at this place, over all samples.
fn mean_abs_weight(folded: &Folded, place: usize) -> Option<f64> {
    let layers = || folded.samples.iter().map(|sample| &sample.layers[place]);
    let sum: f64 = layers().map(|layer| layer.absolute_sum).sum();
    finite(sum / layers().map(|layer| layer.entries).sum::<u64>() as f64)
}

/// The spectrum of every chosen group alone; none where they were not asked for.
fn group_spectra(folded: &Folded) -> Vec<GroupRecord> {
    let spectra = |place: usize| -> Option<Vec<&GroupSpectrum>> {
        folded.samples.iter().map(|sample| sample.layers[place].spectrum.as_ref()).collect()
    };
    let group = |(place, (name, _)): (usize, &(String, Vec<String>))| {
        let kept = folded.samples[0].layers[place].kept;
        Some(group_record(name, kept, &spectra(place)?, folded))
    };
    groups(folded).enumerate().filter_map(group).collect()
}

/// The samples whose spectrum of this group the filter drops do not count, as where the group is analysed alone.
fn group_record(name: &str, neurons_kept: u64, samples: &[&GroupSpectrum], folded: &Folded) -> GroupRecord {
    let curves: Vec<Curve> = samples
        .iter()
        .filter(|sample| !sample.tau.is_empty())
        .map(|sample| Curve::of_tau(&sample.tau, &folded.settings.grid, folded.options.spectrum_mode()))
        .filter(|curve| !curve.dropped_by(folded.options.filter))
        .collect();
    let over = |value: &dyn Fn(&Curve) -> Option<f64>| {
        mean(&curves.iter().filter_map(value).collect::<Vec<f64>>()).and_then(finite)
    };
    let curve = |values: &dyn Fn(&Curve) -> &[f64]| -> Vec<Option<f64>> {
        let length = curves.first().map_or(0, |curve| values(curve).len());
        let at = |index: usize| over(&|curve| finite(values(curve)[index])).map(six_decimals);
        (0..length).map(at).collect()
    };
    GroupRecord {
        name: name.to_owned(),
        neurons_kept,
        diameter: samples[0].diameter,
        alpha0: over(&|curve| finite(curve.alpha0)),
        width: over(&|curve| finite(curve.width)),
        asymmetry: over(&Curve::asymmetry),
        alpha: curve(&|curve| &curve.alpha),
        f: curve(&|curve| &curve.f),
        nulls: Vec::new(),
    }
}

/// More than any figure shows: hundreds of groups have tens of thousands of such numbers.
pub(super) fn six_decimals(value: f64) -> f64 {
    const DECIMALS: f64 = 1e6;
    let rounded = (value * DECIMALS).round() / DECIMALS;
    // Zero has no sign.
    if rounded.is_finite() { rounded + 0.0 } else { value }
}

fn means(samples: &[&Sample]) -> MeanRecord {
    let values = |value: fn(&Spectrum) -> f64| -> Vec<f64> {
        samples.iter().filter_map(|sample| sample.spectrum.as_ref().map(value).and_then(finite)).collect()
    };
    let (alpha0, width) = (values(|spectrum| spectrum.alpha0), values(|spectrum| spectrum.width));
    MeanRecord {
        alpha0: mean(&alpha0),
        alpha0_sd: standard_deviation(&alpha0),
        width: mean(&width),
        width_sd: standard_deviation(&width),
    }
}

/// Resamples lack some of the neurons at either end, so that they are narrower than the network that they are drawn from:
/// what counts is how they scatter, about the network's own number.
fn centred(own: Option<f64>, values: Vec<Option<f64>>) -> Vec<Option<f64>> {
    let known: Vec<f64> = values.iter().copied().flatten().collect();
    let shift = own.zip(mean(&known)).map_or(0.0, |(own, mean)| own - mean);
    values.into_iter().map(|value| value.map(|value| value + shift)).collect()
}

/// Over the samples that count, or over the resamples of the neurons.
fn uncertainty(folded: &Folded, samples: &[&Sample]) -> Option<UncertaintyRecord> {
    if folded.options.network == NetworkKind::Full {
        let resamples = folded.bootstrap.as_ref()?;
        let spectrum = samples.first().and_then(|sample| sample.spectrum.as_ref());
        let values = |own: fn(&Spectrum) -> f64, value: fn((f64, f64)) -> f64| {
            centred(spectrum.map(own), resamples.iter().map(|resample| resample.map(value)).collect())
        };
        let alpha0_values = values(|spectrum| spectrum.alpha0, |resample| resample.0);
        let width_values = values(|spectrum| spectrum.width, |resample| resample.1);
        let interval =
            |values: &[Option<f64>]| interval95(&values.iter().copied().flatten().collect::<Vec<f64>>());
        return Some(UncertaintyRecord {
            over: "neurons".to_owned(),
            count: resamples.len() as u64,
            alpha0_interval: interval(&alpha0_values),
            width_interval: interval(&width_values),
            emergence_interval: None,
            alpha0_values,
            width_values,
        });
    }
    let interval = |value: fn(&Spectrum) -> f64| {
        let values: Vec<f64> = samples
            .iter()
            .filter_map(|sample| sample.spectrum.as_ref().map(value).and_then(finite))
            .collect();
        let (middle, half) = (mean(&values)?, half_width95(&values)?);
        Some([middle - half, middle + half])
    };
    Some(UncertaintyRecord {
        over: "samples".to_owned(),
        count: samples.len() as u64,
        alpha0_interval: interval(|spectrum| spectrum.alpha0),
        width_interval: interval(|spectrum| spectrum.width),
        ..UncertaintyRecord::default()
    })
}

/// Means over all entries and all neurons of every sample.
fn baselines(folded: &Folded, samples: &[Sample]) -> Baselines {
    let mut sums = ExactSums::new(1);
    folded.samples.iter().for_each(|sample| sums.merge(&sample.absolute_sum));
    let sum = sums.rounded()[0];
    let count =
        |count: fn(&NetworkFold) -> u64| samples.iter().map(|sample| count(sample.total)).sum::<u64>() as f64;
    let entries = count(|total| total.edges + total.zeros + total.nonfinite);
    let neurons = count(|total| total.neurons);
    Baselines { mean_abs_weight: finite(sum / entries), mean_weighted_degree: finite(sum / neurons) }
}

pub(super) fn summary(dimensions: &[f64]) -> NfdSummary {
    NfdSummary {
        mean: mean(dimensions),
        median: quantile(dimensions, 0.5),
        sd: standard_deviation(dimensions),
        min: dimensions.iter().copied().reduce(f64::min),
        max: dimensions.iter().copied().reduce(f64::max),
    }
}

/// Means over samples of each number.
fn mean_summary(summaries: &[NfdSummary]) -> NfdSummary {
    let over = |value: fn(&NfdSummary) -> Option<f64>| {
        mean(&summaries.iter().filter_map(value).collect::<Vec<f64>>())
    };
    NfdSummary {
        mean: over(|summary| summary.mean),
        median: over(|summary| summary.median),
        sd: over(|summary| summary.sd),
        min: over(|summary| summary.min),
        max: over(|summary| summary.max),
    }
}

fn dimensions(folded: &Folded, samples: &[Sample]) -> NfdRecord {
    let totals: Vec<NfdSummary> = samples.iter().map(|sample| summary(&sample.total.dimensions)).collect();
    let mut histogram = DimensionHistogram::default();
    samples.iter().for_each(|sample| histogram.add(&sample.total.dimensions));
    let layer = |(index, (name, _)): (usize, &(String, Vec<String>))| {
        let summaries: Vec<NfdSummary> =
            folded.samples.iter().map(|sample| sample.layers[index].dimensions).collect();
        NfdLayer { name: name.clone(), summary: mean_summary(&summaries) }
    };
    NfdRecord {
        summary: mean_summary(&totals),
        histogram: histogram.to_record(samples.len() as f64),
        layers: groups(folded).enumerate().map(layer).collect(),
    }
}

/// Fractal dimensions counted in bins, with their sum.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DimensionHistogram {
    pub(super) counts: Vec<u64>,
    /// Of one cell.
    pub(super) sum: ExactSums,
}

impl Default for DimensionHistogram {
    fn default() -> Self {
        Self { counts: Vec::new(), sum: ExactSums::new(1) }
    }
}

impl DimensionHistogram {
    pub(super) fn add(&mut self, dimensions: &[f64]) {
        for &dimension in dimensions {
            let bin = ((dimension / DIMENSION_BIN).max(0.0) as usize).min(MOST_DIMENSION_BINS - 1);
            if bin >= self.counts.len() {
                self.counts.resize(bin + 1, 0);
            }
            self.counts[bin] += 1;
            self.sum.add_one(dimension);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.counts.resize(self.counts.len().max(other.counts.len()), 0);
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, theirs)| *mine += theirs);
        self.sum.merge(&other.sum);
    }

    pub(super) fn mean(&self) -> Option<f64> {
        let neurons: u64 = self.counts.iter().sum();
        finite(self.sum.rounded()[0] / neurons as f64)
    }

    /// The bins from the first to the last that is not empty, divided by the number of samples.
    pub(super) fn to_record(&self, samples: f64) -> NfdHistogram {
        let first = self.counts.iter().position(|&count| count > 0).unwrap_or(0);
        let edge = |bin: usize| bin as f64 / (1.0 / DIMENSION_BIN);
        NfdHistogram {
            from: edge(first),
            to: edge(self.counts.len()),
            counts: self.counts[first..].iter().map(|&count| count as f64 / samples).collect(),
        }
    }
}

/// The log-log fit of one order: tau is the slope of ln Z_q(r) on ln(r/d).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogLogFit {
    /// The order.
    pub q: f64,
    /// Distinct rounded radii.
    pub radii: Vec<u32>,
    /// ln Z_q at every radius.
    pub ln_z: Vec<Option<f64>>,
    /// tau(q).
    pub slope: Option<f64>,
    /// ln Z_q at r = d, on the line.
    pub intercept: Option<f64>,
    /// Coefficient of determination; null at q = 0.
    pub r_squared: Option<f64>,
}

/// The fit of the order with this index; `None` where there is no spectrum or no such sample or order.
pub(super) fn log_log_fit(folded: &Folded, sample: usize, order: usize) -> Option<LogLogFit> {
    let q = *folded.settings.grid.orders().get(order)?;
    folded.samples.get(sample)?;
    let Sample { sums, spectrum, .. } = Sample::new(folded, sample);
    let spectrum = spectrum?;
    let fit = spectrum.fits[order];
    Some(LogLogFit {
        q,
        ln_z: log_partition(&sums, order, &spectrum.radii).into_iter().map(finite).collect(),
        radii: spectrum.radii,
        slope: finite(fit.slope),
        intercept: finite(fit.intercept),
        r_squared: fit.r_squared.and_then(finite),
    })
}
