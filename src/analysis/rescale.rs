//! The rescaled first checkpoint as a null model of later ones: what the change of scale alone gives (method, section 7d).

use super::nulls::Summary;
use super::record::six_decimals;
use super::{Alteration, AnalysisError, NullKind, Options};
use crate::multifractal::statistics::{interval95, mean};
use crate::report::{CheckpointRecord, Excesses, GroupNull, NullNfd, NullRecord, SampleRecord};

/// The factors that bring every group of the first checkpoint of a series to the mean |w| that it has in a later one.
/// `groups` is the number of groups of the wiring; those that the options leave out keep their weights. `None` where the
/// two have other layers, or one without weights.
pub fn rescaling(
    first: &CheckpointRecord,
    later: &CheckpointRecord,
    options: &Options,
    groups: usize,
) -> Result<Option<Alteration>, AnalysisError> {
    let chosen = options.groups(groups)?;
    let (layers, others) = (&first.network.layers, &later.network.layers);
    let same = layers.len() == chosen.len()
        && layers.len() == others.len()
        && layers.iter().zip(others).all(|(a, b)| {
            (a.neurons, a.edges_per_neuron, &a.name) == (b.neurons, b.edges_per_neuron, &b.name)
        });
    if !same {
        return Ok(None);
    }
    let mut factors = vec![1.0; groups];
    for (&group, (layer, other)) in chosen.iter().zip(layers.iter().zip(others)) {
        match (layer.mean_abs_weight, other.mean_abs_weight) {
            (Some(size), Some(later)) if size > 0.0 && later > 0.0 => factors[group] = later / size,
            _ => return Ok(None),
        }
    }
    Ok(Some(Alteration::Scale(factors)))
}

/// Adds the null model to a record: `scaled` is that of the first checkpoint after [`rescaling`]. An older one of the
/// same kind goes.
pub fn add_rescaled(record: &mut CheckpointRecord, scaled: &CheckpointRecord, options: &Options) {
    let kind = NullKind::Rescale.name();
    record.nulls.retain(|null| null.kind != kind);
    // In the order of the options.
    let place = options.null.iter().position(|&other| other == NullKind::Rescale).unwrap_or(usize::MAX);
    record.nulls.insert(place.min(record.nulls.len()), null_record(scaled));
    for group in &mut record.groups {
        group.nulls.retain(|null| null.kind != kind);
        let Some(other) = scaled.groups.iter().find(|other| other.name == group.name) else { continue };
        let one = |value: Option<f64>| value.map(|value| [value; 2]);
        group.nulls.push(GroupNull {
            kind: kind.to_owned(),
            samples: 1,
            alpha0: other.alpha0,
            alpha0_interval: one(other.alpha0),
            width: other.width,
            width_interval: one(other.width),
            width_values: vec![other.width.map(six_decimals)],
        });
    }
}

/// One null sample for each sample of the network.
fn null_record(scaled: &CheckpointRecord) -> NullRecord {
    let values = |value: fn(&SampleRecord) -> Option<f64>| -> Vec<Option<f64>> {
        scaled.samples.iter().map(value).collect()
    };
    let (alpha0_values, width_values) = (values(|sample| sample.alpha0), values(|sample| sample.width));
    let [alpha0, width, asymmetry] =
        [&alpha0_values, &width_values, &values(|sample| sample.asymmetry)].map(|values| Summary::of(values));
    let dimensions: Vec<f64> = scaled.samples.iter().filter_map(|sample| sample.nfd.mean).collect();
    NullRecord {
        kind: NullKind::Rescale.name().to_owned(),
        scheme: None,
        samples: scaled.samples.len() as u64,
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
        alpha: mean_curve(scaled, |sample| &sample.alpha),
        f: mean_curve(scaled, |sample| &sample.f),
        envelope: Vec::new(),
        alpha0_values,
        width_values,
        nfd: NullNfd {
            mean: scaled.nfd.summary.mean,
            mean_interval: interval95(&dimensions),
            histogram: Some(scaled.nfd.histogram.clone()),
        },
    }
}

fn mean_curve(record: &CheckpointRecord, of: fn(&SampleRecord) -> &[Option<f64>]) -> Vec<Option<f64>> {
    let length = record.samples.iter().map(|sample| of(sample).len()).min().unwrap_or(0);
    let at =
        |index: usize| -> Vec<f64> { record.samples.iter().filter_map(|sample| of(sample)[index]).collect() };
    (0..length).map(|index| mean(&at(index))).collect()
}
