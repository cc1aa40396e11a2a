//! Sensitivities of a series: numbers under each setting, E against the baseline under the same one.

use super::{NullPoint, Point, relate};
use crate::analysis::{Axis, Variation};
use crate::multifractal::statistics::{interval95, mean};
use crate::report::{CheckpointRecord, ResultDocument, SensitivityAxis, SensitivityNull, SensitivityPoint};

/// What an analysis of one checkpoint under other options gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Varied {
    /// The options.
    pub variation: Variation,
    /// alpha_0 and width, and those of its shuffles.
    pub point: Point,
    /// Kept neurons of the first sample.
    pub neurons_kept: u64,
}

impl Varied {
    /// From the record of the analysis.
    pub fn new(variation: Variation, record: &CheckpointRecord) -> Self {
        let neurons_kept = record.network.layers.iter().map(|layer| layer.kept).sum();
        Self { variation, point: Point::from(record), neurons_kept }
    }
}

/// Puts sensitivities into the records of a document, of which `varied` has one list for each.
pub fn add_sensitivities(document: &mut ResultDocument, varied: &[Vec<Varied>]) {
    for (place, points) in varied.iter().enumerate() {
        let alone = document.series_of(place).len() < 2;
        let baseline = document.baseline_of(place).filter(|_| !alone).map(|baseline| &varied[baseline][..]);
        let record = &mut document.checkpoints[place];
        (record.sensitivity, record.quirks) = sensitivity(points, baseline);
    }
}

/// The axes of one checkpoint, and its quirks; neighbours of one axis belong together. E counts from the baseline's point of
/// the same setting.
pub fn sensitivity(
    points: &[Varied],
    baseline: Option<&[Varied]>,
) -> (Vec<SensitivityAxis>, Vec<SensitivityPoint>) {
    let (mut axes, mut quirks) = (Vec::new(), Vec::new());
    for of_axis in points.chunk_by(|a, b| a.variation.axis == b.variation.axis) {
        let points = of_axis.iter().map(|varied| point(varied, baseline)).collect();
        match of_axis[0].variation.axis {
            Axis::Quirks => quirks = points,
            axis => axes.push(SensitivityAxis { axis: axis.name().to_owned(), points }),
        }
    }
    (axes, quirks)
}

fn point(varied: &Varied, baseline: Option<&[Varied]>) -> SensitivityPoint {
    let Varied { variation, point, neurons_kept } = varied;
    let same = |other: &&Varied| {
        (other.variation.axis, &other.variation.value) == (variation.axis, &variation.value)
    };
    let relation = baseline
        .and_then(|baseline| baseline.iter().find(same))
        .map(|baseline| relate(&baseline.point, point, Vec::new()));
    let of_null = relation.as_ref().and_then(|relation| relation.nulls.first()).cloned().unwrap_or_default();
    SensitivityPoint {
        value: variation.value.clone(),
        text: variation.text.map(str::to_owned),
        is_present: variation.is_present,
        alpha0: point.mean.alpha0,
        width: point.mean.width,
        emergence: relation.and_then(|relation| relation.emergence),
        neurons_kept: *neurons_kept,
        null: point.nulls.first().map(|null| SensitivityNull {
            emergence: of_null.emergence,
            emergence_interval: of_null.interval,
            ..summary(null)
        }),
    }
}

fn summary(null: &NullPoint) -> SensitivityNull {
    let [alpha0, width] = [&null.alpha0_values, &null.width_values]
        .map(|values| values.iter().copied().flatten().collect::<Vec<f64>>());
    SensitivityNull {
        samples: null.width_values.len() as u64,
        alpha0: mean(&alpha0),
        alpha0_interval: interval95(&alpha0),
        width: mean(&width),
        width_interval: interval95(&width),
        emergence: None,
        emergence_interval: None,
    }
}
