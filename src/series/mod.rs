//! Several checkpoints of one training: order, and the degree of emergence (method, section 6).

#[cfg(feature = "parts")]
mod merge;

#[cfg(feature = "parts")]
pub use merge::{Merge, MergeError};
use serde::Deserialize;

use crate::analysis::Options;
use crate::multifractal::statistics::{interval95, mean};
use crate::report::{CheckpointRecord, MeanRecord, NullRecord, ResultDocument, SCHEMA, Tool, Warning};

/// E = (w / w_0) ln(alpha_0(0) / alpha_0) of a spectrum `(alpha_0, w)` against that of the first checkpoint. `None`
/// where an alpha_0 is not positive or a width is 0.
pub fn emergence(first: (f64, f64), later: (f64, f64)) -> Option<f64> {
    let positive = [first.0, first.1, later.0, later.1].iter().all(|&value| value > 0.0);
    positive.then(|| later.1 / first.1 * libm::log(first.0 / later.0))
}

/// What the degree of emergence needs of a record. Reads from a whole record of the result document as well.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Point {
    /// Training step.
    pub step: Option<u64>,
    /// Means over the samples.
    pub mean: MeanRecord,
    /// Null models.
    #[serde(default)]
    pub nulls: Vec<NullPoint>,
}

/// The spectra of one null model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct NullPoint {
    /// Kind of null model.
    pub kind: String,
    /// alpha_0 of every null sample.
    pub alpha0_values: Vec<Option<f64>>,
    /// Width of every null sample.
    pub width_values: Vec<Option<f64>>,
}

/// A checkpoint against the first of its series.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// Degree of emergence.
    pub emergence: Option<f64>,
    /// That of every null model, in the order of the record.
    pub nulls: Vec<NullRelation>,
}

/// A null model against the same null model of the first checkpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct NullRelation {
    /// Mean degree of emergence over the null samples.
    pub emergence: Option<f64>,
    /// 2.5 % and 97.5 % points.
    pub interval: Option<[f64; 2]>,
}

impl From<&CheckpointRecord> for Point {
    fn from(record: &CheckpointRecord) -> Self {
        let null = |null: &NullRecord| NullPoint {
            kind: null.kind.clone(),
            alpha0_values: null.alpha0_values.clone(),
            width_values: null.width_values.clone(),
        };
        Self { step: record.step, mean: record.mean, nulls: record.nulls.iter().map(null).collect() }
    }
}

impl NullPoint {
    fn spectra(&self) -> impl Iterator<Item = Option<(f64, f64)>> {
        self.alpha0_values.iter().zip(&self.width_values).map(|(alpha0, width)| alpha0.zip(*width))
    }
}

/// Degrees of emergence of a checkpoint and its null models. A null uses its own alpha_0 and width at both
/// checkpoints, sample i against sample i.
pub fn relate(first: &Point, later: &Point) -> Relation {
    let spectrum = |point: &Point| point.mean.alpha0.zip(point.mean.width);
    let between = |(first, later)| emergence(first, later);
    let null = |null: &NullPoint| {
        let of_first = first.nulls.iter().find(|other| other.kind == null.kind);
        let pairs = of_first.into_iter().flat_map(|first| first.spectra().zip(null.spectra()));
        let values: Vec<f64> =
            pairs.filter_map(|(first, later)| first.zip(later).and_then(between)).collect();
        NullRelation { emergence: mean(&values), interval: interval95(&values) }
    };
    Relation {
        emergence: spectrum(first).zip(spectrum(later)).and_then(between),
        nulls: later.nulls.iter().map(null).collect(),
    }
}

/// Code of the warning that a series does not begin at the start of training.
pub const LATE_START: &str = "late-first-checkpoint";

/// E counts from the first checkpoint, wherever in training that is: the warning for it, if it is a later one.
pub fn late_start(series: &[Point], point: &Point) -> Option<Warning> {
    let [first, _, ..] = series else { return None };
    let step = first.step.filter(|&step| step > 0 && std::ptr::eq(first, point))?;
    let text =
        format!("The first checkpoint is step {step}, not the start of training: E counts from there.");
    Some(Warning { code: LATE_START.to_owned(), text })
}

/// Puts checkpoints in the order of their steps; leaves them as given where a step is missing.
pub fn sort_by_step<T>(checkpoints: &mut [T], step: impl Fn(&T) -> Option<u64>) {
    if checkpoints.iter().all(|checkpoint| step(checkpoint).is_some()) {
        checkpoints.sort_by_key(step);
    }
}

/// The document of a series: records in order of their steps (as given, where a step is missing), each with its
/// degree of emergence and that of its null models.
pub fn document(options: Options, mut records: Vec<CheckpointRecord>) -> ResultDocument {
    sort_by_step(&mut records, |record| record.step);
    let points: Vec<Point> = records.iter().map(Point::from).collect();
    for (record, point) in records.iter_mut().zip(&points) {
        let relation = relate(&points[0], point);
        record.emergence = relation.emergence;
        for (null, relation) in record.nulls.iter_mut().zip(relation.nulls) {
            (null.emergence, null.emergence_interval) = (relation.emergence, relation.interval);
        }
        record.warnings.retain(|warning| warning.code != LATE_START);
        record.warnings.extend(late_start(&points, point));
    }
    ResultDocument {
        schema: SCHEMA.to_owned(),
        tool: Tool::this(),
        options,
        checkpoints: records,
        scores: Vec::new(),
        associations: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emergence_by_hand() {
        assert_eq!(emergence((1.5, 0.4), (1.5, 0.4)), Some(0.0));
        let e = emergence((std::f64::consts::E, 0.5), (1.0, 1.0)).unwrap();
        assert!((e - 2.0).abs() < 1e-15, "{e}");
        assert_eq!(emergence((0.0, 0.5), (1.0, 1.0)), None);
        assert_eq!(emergence((1.0, 0.0), (1.0, 1.0)), None);
        assert_eq!(emergence((1.0, 0.5), (-1.0, 1.0)), None);
    }
}
