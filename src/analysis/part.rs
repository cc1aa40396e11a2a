//! Records of some layers, joined to the record of all of them, to the same bits.

use std::collections::BTreeMap;
use std::fmt::Write;

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::folded::{Folded, GroupSpectrum, LayerFold, MOST_GROUP_SPECTRA, NeuronMarks, SampleFold};
use super::laws::NullLaws;
use super::nulls::{NullSamples, NullSums};
use super::record::{DimensionHistogram, Identity, MOST_DIMENSION_BINS, summary};
use super::{AnalysisError, Measured, NetworkKind, NullKind, Options};
use crate::checkpoint::Checkpoint;
use crate::multifractal::{
    ExactPartition, ExactSums, FoldSettings, NeuronDimensions, NumberTables, SmallNeurons,
};
use crate::network::Wiring;
use crate::report::{
    Bytes, CheckpointRecord, Numbers, PartLayer, PartNull, PartNullSample, PartPartition, PartRecord,
    PartSample, PartSpectrum,
};

/// Most layers of a network: far more than any has, and few enough to list.
const MOST_LAYERS: u64 = 1 << 20;
/// Most weights of a network: their numbers add up without passing 64 bits, whatever a document says.
const MOST_WEIGHTS: u64 = 1 << 49;

/// A part that does not hold together.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PartError {
    /// Options that no analysis can have.
    #[error(transparent)]
    Options(#[from] AnalysisError),
    /// Numbers that cannot be.
    #[error("{0}")]
    Numbers(&'static str),
}

/// `Err` with the sentence where the condition does not hold.
fn ensure(condition: bool, otherwise: &'static str) -> Result<(), PartError> {
    if condition { Ok(()) } else { Err(PartError::Numbers(otherwise)) }
}

impl Measured {
    /// What it takes to join this record with those of other layers. All null samples must have been computed. `None`
    /// unless [`Analysis::for_part`](super::Analysis::for_part) asked for it.
    pub fn part(&self, checkpoint: &Checkpoint, wiring: &Wiring) -> Option<PartRecord> {
        let Folded { identity, samples, nulls, .. } = &self.folded;
        self.is_exact().then(|| PartRecord {
            layers_of_all: identity.groups.len() as u64,
            wiring: wiring_identity(checkpoint, wiring),
            warnings: identity.warnings.clone(),
            samples: samples.iter().map(part_sample).collect(),
            nulls: nulls.iter().map(part_null).collect(),
        })
    }
}

/// SHA-256 (hex) over the groups, and over the tensors that they are made of, as JSON.
fn wiring_identity(checkpoint: &Checkpoint, wiring: &Wiring) -> String {
    let matrices = wiring.groups.iter().flat_map(|group| &group.matrices);
    let tensors: Vec<_> = matrices.map(|matrix| &checkpoint.tensors[matrix.tensor]).collect();
    let json = serde_json::to_vec(&(&wiring.groups, &wiring.head_width, tensors)).expect("plain data");
    Sha256::digest(json).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn levels(sums: &ExactSums) -> Vec<Numbers> {
    sums.levels().iter().cloned().map(Numbers).collect()
}

fn part_sample(sample: &SampleFold) -> PartSample {
    let mut dimensions = sample.total.dimensions.as_slice();
    let layer = |layer: &LayerFold| {
        let (own, rest) = dimensions.split_at(layer.with_edges);
        dimensions = rest;
        let &LayerFold { neurons, entries, kept, absolute_sum, ref spectrum, .. } = layer;
        let spectrum = spectrum.clone().map(|GroupSpectrum { diameter, tau }| {
            let tau = Numbers(tau);
            PartSpectrum { diameter, tau }
        });
        PartLayer { neurons, entries, kept, absolute_sum, dimensions: Numbers(own.to_vec()), spectrum }
    };
    PartSample {
        seed: sample.seed,
        layers: sample.layers.iter().map(layer).collect(),
        edges: sample.total.edges,
        zero_weights: sample.total.zeros,
        nonfinite_weights: sample.total.nonfinite,
        absolute_sum: levels(&sample.absolute_sum),
        partition: part_partition(&sample.total.partition),
    }
}

fn part_partition(partition: &ExactPartition) -> PartPartition {
    let radii = (0..).zip(&partition.occupied).filter_map(|(radius, &occupied)| occupied.then_some(radius));
    PartPartition {
        kept: partition.kept,
        radii: radii.collect(),
        sums: levels(&partition.sums),
        small: Bytes(partition.small.numbers().to_vec()),
        small_counted: partition.small.counted().collect(),
    }
}

fn part_null(null: &NullSamples) -> PartNull {
    let sample = |sums: &NullSums| {
        Some(PartNullSample {
            partition: part_partition(sums.partition.as_ref()?),
            dimension_counts: sums.dimensions.counts.clone(),
            dimension_sum: levels(&sums.dimensions.sum),
            layers: (!sums.groups.is_empty()).then(|| Numbers(sums.groups.concat())),
        })
    };
    PartNull { kind: null.kind(), samples: null.sums.iter().filter_map(sample).collect() }
}

/// The layers of a part, ascending. `options` are those of its document.
pub fn layers_of_part(options: &Options, part: &PartRecord) -> Result<Vec<usize>, PartError> {
    options.check()?;
    ensure(!options.follows_paths(), "paths of several hops run through all layers and have no parts")?;
    ensure((1..=MOST_LAYERS).contains(&part.layers_of_all), "its number of layers cannot be")?;
    Ok(options.groups(part.layers_of_all as usize)?)
}

/// Parts of one checkpoint that have been joined so far.
pub struct JoinedParts {
    /// Everything but what has an order: that of the layers.
    folded: Folded,
    /// For each sample, the layers that are there.
    layers: Vec<BTreeMap<usize, JoinedLayer>>,
    /// The layers in the order in which they came: that of the null models' numbers of each.
    order: Vec<usize>,
}

struct JoinedLayer {
    fold: LayerFold,
    dimensions: NeuronDimensions,
}

/// A part whose numbers hold together.
struct CheckedPart {
    /// Its layers, ascending.
    groups: Vec<usize>,
    samples: Vec<(SampleFold, Vec<JoinedLayer>)>,
    nulls: Vec<NullSamples>,
}

impl JoinedParts {
    /// The first part. `options` are those of its document.
    pub fn new(options: &Options, record: &CheckpointRecord, part: &PartRecord) -> Result<Self, PartError> {
        let checked = CheckedPart::new(options, record, part)?;
        let settings = options.fold_settings()?;
        let identity = Identity::of_part(record, part);
        let seeds = checked.samples.iter().map(|(sample, _)| SampleFold::new(sample.seed, &settings));
        let samples: Vec<SampleFold> = seeds.collect();
        let options = Options { layers: None, ..options.clone() };
        let mut joined = Self {
            layers: samples.iter().map(|_| BTreeMap::new()).collect(),
            order: Vec::new(),
            folded: Folded {
                tables: NumberTables::new(&settings),
                identity,
                settings,
                groups: Vec::new(),
                samples,
                nulls: Vec::new(),
                options,
                // The histograms are gone.
                bootstrap: None,
                // All null samples of a part are there.
                laws: NullLaws::default(),
            },
        };
        joined.merge(record, checked);
        Ok(joined)
    }

    /// One more part, with other layers of the same checkpoint and the same options. An error leaves everything as it
    /// was.
    pub fn add(
        &mut self,
        options: &Options,
        record: &CheckpointRecord,
        part: &PartRecord,
    ) -> Result<(), PartError> {
        let checked = CheckedPart::new(options, record, part)?;
        ensure(
            part.layers_of_all == self.folded.identity.groups.len() as u64,
            "another part has another number of layers",
        )?;
        let weights = |sample: &SampleFold| sample.layers.iter().map(|layer| layer.entries).sum::<u64>();
        let mine = |layers: &BTreeMap<usize, JoinedLayer>| -> u64 {
            layers.values().map(|layer| layer.fold.entries).sum()
        };
        let mut sums = self
            .layers
            .iter()
            .zip(&checked.samples)
            .map(|(layers, (sample, _))| mine(layers) + weights(sample));
        ensure(sums.all(|sum| sum <= MOST_WEIGHTS), "there are too many weights")?;
        self.merge(record, checked);
        Ok(())
    }

    fn merge(&mut self, record: &CheckpointRecord, part: CheckedPart) {
        for (&group, layer) in part.groups.iter().zip(&record.network.layers) {
            self.folded.identity.groups[group] = (layer.name.clone(), layer.tensors.clone());
        }
        let samples = self.folded.samples.iter_mut().zip(&mut self.layers);
        for ((mine, layers), (sample, its_layers)) in samples.zip(part.samples) {
            mine.total.merge_sums(&sample.total);
            mine.absolute_sum.merge(&sample.absolute_sum);
            layers.extend(part.groups.iter().copied().zip(its_layers));
        }
        self.order.extend(&part.groups);
        match self.folded.nulls.is_empty() {
            true => self.folded.nulls = part.nulls,
            false => {
                let nulls = self.folded.nulls.iter_mut().zip(&part.nulls);
                nulls.for_each(|(mine, null)| mine.merge(null));
            }
        }
    }

    /// Layers that are not there.
    pub fn missing(&self) -> Vec<usize> {
        let there = &self.layers[0];
        (0..self.folded.identity.groups.len()).filter(|layer| !there.contains_key(layer)).collect()
    }

    /// The record of the checkpoint, once no layer is missing. What was joined is spent then.
    pub fn finish_if_complete(&mut self) -> Option<CheckpointRecord> {
        if !self.missing().is_empty() {
            return None;
        }
        self.folded.groups = (0..self.folded.identity.groups.len()).collect();
        for (sample, layers) in self.folded.samples.iter_mut().zip(std::mem::take(&mut self.layers)) {
            for JoinedLayer { fold, dimensions } in layers.into_values() {
                sample.layers.push(fold);
                sample.total.dimensions.extend(dimensions);
            }
        }
        self.folded.nulls.iter_mut().for_each(|null| null.sort_groups(&self.order));
        // Few edges are 255 at most, whatever a neuron has in all.
        self.folded.tables.reach(SmallNeurons::LARGEST_NUMBER);
        Some(self.folded.record())
    }
}

impl CheckedPart {
    fn new(options: &Options, record: &CheckpointRecord, part: &PartRecord) -> Result<Self, PartError> {
        let groups = layers_of_part(options, part)?;
        ensure(record.network.layers.len() == groups.len(), "its layers are not those of the options")?;
        let settings = options.fold_settings()?;
        let seeds: Vec<Option<u64>> = match options.network {
            NetworkKind::Full => vec![None],
            NetworkKind::Sampled => {
                (0..options.samples).map(|index| Some(options.seed.wrapping_add(index).into())).collect()
            }
        };
        let found: Vec<Option<u64>> = part.samples.iter().map(|sample| sample.seed).collect();
        ensure(found == seeds, "its samples are not those of the options")?;
        let shape = Shape {
            settings: &settings,
            layers: groups.len(),
            spectra: options.group_spectra && part.layers_of_all <= MOST_GROUP_SPECTRA as u64,
        };
        let samples = part.samples.iter().map(|sample| checked_sample(sample, &shape));
        let kinds = part.nulls.iter().map(|null| null.kind);
        ensure(
            kinds.eq(options.null.iter().copied().filter(|kind| kind.is_drawn())),
            "its null models are not those of the options",
        )?;
        let nulls = part.nulls.iter().map(|null| checked_null(null, options, &shape));
        Ok(Self {
            samples: samples.collect::<Result<_, _>>()?,
            nulls: nulls.collect::<Result<_, _>>()?,
            groups,
        })
    }
}

/// What the options ask of every part.
struct Shape<'a> {
    settings: &'a FoldSettings,
    /// Layers of the part.
    layers: usize,
    /// Whether there are spectra of single layers.
    spectra: bool,
}

fn checked_sample(sample: &PartSample, shape: &Shape) -> Result<(SampleFold, Vec<JoinedLayer>), PartError> {
    let settings = shape.settings;
    ensure(sample.layers.len() == shape.layers, "a sample has not all of its layers")?;
    let layers = sample.layers.iter().map(|layer| checked_layer(layer, shape));
    let layers = layers.collect::<Result<Vec<_>, _>>()?;
    let sum = |count: fn(&LayerFold) -> u64| {
        layers.iter().map(|layer| count(&layer.fold)).fold(0, u64::saturating_add)
    };
    let (neurons, entries, kept) =
        (sum(|fold| fold.neurons), sum(|fold| fold.entries), sum(|fold| fold.kept));
    let PartSample { edges, zero_weights: zeros, nonfinite_weights: nonfinite, .. } = *sample;
    let weights = edges.saturating_add(zeros).saturating_add(nonfinite);
    ensure(neurons.max(weights) <= MOST_WEIGHTS, "there are too many weights")?;
    ensure(entries == weights && sample.partition.kept == kept, "its sums are not those of its layers")?;
    let mut fold = SampleFold::new(sample.seed, settings);
    fold.absolute_sum = checked_sums(&sample.absolute_sum, 1)?;
    fold.total.partition = checked_partition(&sample.partition, settings)?;
    (fold.total.neurons, fold.total.edges) = (neurons, edges);
    (fold.total.zeros, fold.total.nonfinite) = (zeros, nonfinite);
    fold.layers = layers.iter().map(|layer| layer.fold.clone()).collect();
    Ok((fold, layers))
}

fn checked_layer(layer: &PartLayer, shape: &Shape) -> Result<JoinedLayer, PartError> {
    let PartLayer { neurons, entries, kept, absolute_sum, dimensions: Numbers(dimensions), spectrum } = layer;
    let most = *neurons;
    ensure(*kept <= most && dimensions.len() as u64 <= most, "a layer has too few neurons")?;
    ensure(absolute_sum.is_finite(), "a sum of weights is no number")?;
    ensure(dimensions.iter().all(|dimension| dimension.is_finite()), "a fractal dimension is no number")?;
    let fold = LayerFold {
        neurons: most,
        entries: *entries,
        kept: *kept,
        absolute_sum: *absolute_sum,
        with_edges: dimensions.len(),
        dimensions: summary(dimensions),
        spectrum: checked_spectrum(spectrum.as_ref(), shape)?,
        marks: NeuronMarks::default(),
    };
    Ok(JoinedLayer { fold, dimensions: dimensions.clone() })
}

fn checked_spectrum(
    spectrum: Option<&PartSpectrum>,
    shape: &Shape,
) -> Result<Option<GroupSpectrum>, PartError> {
    ensure(spectrum.is_some() == shape.spectra, "the spectra of its layers are not those of the options")?;
    let Some(PartSpectrum { diameter, tau: Numbers(tau) }) = spectrum else { return Ok(None) };
    let orders = shape.settings.grid.orders().len();
    let right = (tau.is_empty() || tau.len() == orders) && tau.iter().all(|tau| tau.is_finite());
    let in_range = diameter.is_none_or(|d| (1..=shape.settings.largest_radius()).contains(&d));
    ensure(right && in_range, "the spectrum of a layer cannot be")?;
    Ok(Some(GroupSpectrum { diameter: *diameter, tau: tau.clone() }))
}

fn checked_sums(levels: &[Numbers], cells: usize) -> Result<ExactSums, PartError> {
    const WRONG: PartError = PartError::Numbers("its sums have another shape, or hold what is no number");
    let right = levels.len() <= ExactSums::MOST_LEVELS;
    let levels = right.then(|| levels.iter().map(|Numbers(level)| level.clone()).collect());
    levels.and_then(|levels| ExactSums::from_levels(cells, levels)).ok_or(WRONG)
}

fn checked_partition(
    partition: &PartPartition,
    settings: &FoldSettings,
) -> Result<ExactPartition, PartError> {
    let mut checked = ExactPartition::new(settings);
    let radii = checked.occupied.len();
    checked.sums = checked_sums(&partition.sums, settings.grid.orders().len() * radii)?;
    ensure(partition.kept <= MOST_WEIGHTS, "there are too many neurons")?;
    checked.kept = partition.kept;
    let Bytes(small) = &partition.small;
    ensure((small.len() / (radii - 1)) as u64 <= partition.kept, "there are more neurons than were kept")?;
    let small = SmallNeurons::from_parts(radii - 1, small, &partition.small_counted);
    checked.small = small.ok_or(PartError::Numbers("its neurons with few edges cannot be"))?;
    for &radius in &partition.radii {
        // An edge is longer than 1 and no longer than T.
        ensure((1..radii).contains(&(radius as usize)), "a radius is out of range")?;
        checked.occupied[radius as usize] = true;
    }
    Ok(checked)
}

fn checked_null(null: &PartNull, options: &Options, shape: &Shape) -> Result<NullSamples, PartError> {
    ensure(null.samples.len() == options.null_samples as usize, "a null model has not all of its samples")?;
    let sample = |sample: &PartNullSample| {
        let counts = sample.dimension_counts.clone();
        let neurons = counts.iter().copied().fold(0, u64::saturating_add);
        ensure(counts.len() <= MOST_DIMENSION_BINS && neurons <= MOST_WEIGHTS, "a histogram is too large")?;
        let numbers = sample.layers.as_ref().map_or(&[][..], |Numbers(numbers)| numbers);
        let (groups, rest) = numbers.as_chunks::<2>();
        let wanted = if shape.spectra && null.kind == NullKind::Shuffle { shape.layers } else { 0 };
        ensure(groups.len() == wanted && rest.is_empty(), "a null sample has not all of its layers")?;
        Ok(NullSums {
            partition: Some(checked_partition(&sample.partition, shape.settings)?),
            dimensions: DimensionHistogram { counts, sum: checked_sums(&sample.dimension_sum, 1)? },
            groups: groups.to_vec(),
            complete: true,
        })
    };
    let sums = null.samples.iter().map(sample).collect::<Result<_, PartError>>()?;
    Ok(NullSamples::of_sums(null.kind, options, sums))
}
