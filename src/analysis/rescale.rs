//! The rescaled first checkpoint as a null model of later ones: what the change of scale alone gives (method, section 7d).

use serde::Serialize;

use super::nulls::null_record;
use super::record::six_decimals;
use super::{Alteration, AnalysisError, NullKind, Options};
use crate::multifractal::statistics::{interval95, mean};
use crate::report::{
    CheckpointRecord, GroupNull, GroupRecord, LayerRecord, NullNfd, NullRecord, SampleRecord,
};

/// The factors that bring every group of the first checkpoint of a series, which has these layers, to the mean |w| that it
/// has in a later one. `groups` is the number of groups of the wiring; those that the options leave out keep their weights. `None` where the
/// two have other layers, or one without weights.
pub fn rescaling(
    first: &[LayerRecord],
    later: &[LayerRecord],
    options: &Options,
    groups: usize,
) -> Result<Option<Alteration>, AnalysisError> {
    let chosen = options.groups(groups)?;
    let same = first.len() == chosen.len()
        && first.len() == later.len()
        && first.iter().zip(later).all(|(a, b)| {
            (a.neurons, a.edges_per_neuron, &a.name) == (b.neurons, b.edges_per_neuron, &b.name)
        });
    if !same {
        return Ok(None);
    }
    let mut factors = vec![1.0; groups];
    for (&group, (layer, other)) in chosen.iter().zip(first.iter().zip(later)) {
        match (layer.mean_abs_weight, other.mean_abs_weight) {
            (Some(size), Some(later)) if size > 0.0 && later > 0.0 => factors[group] = later / size,
            _ => return Ok(None),
        }
    }
    Ok(Some(Alteration::Scale(factors)))
}

/// The null model, of a network and of its groups.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RescaledNull {
    /// That of the network.
    pub null: NullRecord,
    /// That of every group that has a spectrum of its own, in order; empty where none has.
    pub groups: Vec<GroupNull>,
}

impl RescaledNull {
    /// From the record of the first checkpoint after its [`rescaling`].
    pub fn new(scaled: &CheckpointRecord) -> Self {
        Self { null: record_of(scaled), groups: scaled.groups.iter().map(group_null).collect() }
    }

    /// Adds the null model to a record that has none of this kind, behind those that are drawn.
    pub fn add_to(self, record: &mut CheckpointRecord) {
        record.nulls.push(self.null);
        for (group, null) in record.groups.iter_mut().zip(self.groups) {
            group.nulls.push(null);
        }
    }
}

fn group_null(group: &GroupRecord) -> GroupNull {
    let one = |value: Option<f64>| value.map(|value| [value; 2]);
    GroupNull {
        kind: NullKind::Rescale.name().to_owned(),
        samples: 1,
        alpha0: group.alpha0,
        alpha0_interval: one(group.alpha0),
        width: group.width,
        width_interval: one(group.width),
        width_values: vec![group.width.map(six_decimals)],
    }
}

/// One null sample for each sample of the network.
fn record_of(scaled: &CheckpointRecord) -> NullRecord {
    let values = |value: fn(&SampleRecord) -> Option<f64>| -> Vec<Option<f64>> {
        scaled.samples.iter().map(value).collect()
    };
    let (alpha0, width) = (values(|sample| sample.alpha0), values(|sample| sample.width));
    let dimensions: Vec<f64> = scaled.samples.iter().filter_map(|sample| sample.nfd.mean).collect();
    NullRecord {
        alpha: mean_curve(scaled, |sample| &sample.alpha),
        f: mean_curve(scaled, |sample| &sample.f),
        nfd: NullNfd {
            mean: scaled.nfd.summary.mean,
            mean_interval: interval95(&dimensions),
            histogram: Some(scaled.nfd.histogram.clone()),
        },
        ..null_record(NullKind::Rescale, alpha0, width, &values(|sample| sample.asymmetry))
    }
}

fn mean_curve(record: &CheckpointRecord, of: fn(&SampleRecord) -> &[Option<f64>]) -> Vec<Option<f64>> {
    let length = record.samples.iter().map(|sample| of(sample).len()).min().unwrap_or(0);
    let at =
        |index: usize| -> Vec<f64> { record.samples.iter().filter_map(|sample| of(sample)[index]).collect() };
    (0..length).map(|index| mean(&at(index))).collect()
}
