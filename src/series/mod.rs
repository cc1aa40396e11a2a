//! Several checkpoints: the series that they form, their order, the degree of emergence in each series, and scores
//! (method, section 6).

mod association;
mod chance;
mod correlation;
mod explained;
#[cfg(feature = "parts")]
mod merge;
mod order;
mod reading;
mod sensitivity;

pub use association::{LATE_SHARE, Measures, NullMeasures, associate, score};
pub use correlation::RESAMPLES;
pub use explained::{Contender, explain};
#[cfg(feature = "parts")]
pub use merge::{Merge, MergeError};
pub use order::{Placed, sort};
pub use sensitivity::{Varied, add_sensitivities, sensitivity};
use serde::Deserialize;

use crate::analysis::Options;
use crate::multifractal::statistics::{interval95, mean};
use crate::report::{
    Badge, CheckpointRecord, Excesses, MeanRecord, NullRecord, ResultDocument, SCHEMA, SampleRecord, Tool,
    Warning,
};

/// The share of kept neurons may differ from that of the baseline by this much (docs/validity.md).
const KEPT_CHANGE: f64 = 0.01;

/// E = (w / w_0) ln(alpha_0(0) / alpha_0) of a spectrum `(alpha_0, w)` against that of the baseline checkpoint. `None`
/// where an alpha_0 is not positive or a width is 0.
pub fn emergence(baseline: (f64, f64), other: (f64, f64)) -> Option<f64> {
    let positive = [baseline.0, baseline.1, other.0, other.1].iter().all(|&value| value > 0.0);
    positive.then(|| other.1 / baseline.1 * libm::log(baseline.0 / other.0))
}

/// What the degree of emergence needs of a record. Reads from a whole record of the result document as well.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Point {
    /// Name of the series.
    #[serde(default)]
    pub series: Option<String>,
    /// Whether E counts from here although it is not the first of its series.
    #[serde(default)]
    pub is_baseline: bool,
    /// Training step.
    pub step: Option<u64>,
    /// Means over the samples.
    pub mean: MeanRecord,
    /// The samples of a sampled network, one of the whole.
    #[serde(default)]
    pub samples: Vec<SamplePoint>,
    /// Resamples of the neurons of a whole network.
    #[serde(default)]
    pub uncertainty: Option<ResampledPoint>,
    /// Which neurons the means are of.
    #[serde(default)]
    pub validity: Option<KeptPoint>,
    /// Null models.
    #[serde(default)]
    pub nulls: Vec<NullPoint>,
}

/// The neurons of a checkpoint that have enough edges.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct KeptPoint {
    /// Their share of all.
    pub kept_share: Option<f64>,
}

/// The spectra of the resamples; none over samples.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ResampledPoint {
    /// alpha_0 of every resample.
    #[serde(default)]
    pub alpha0_values: Vec<Option<f64>>,
    /// Width of every resample.
    #[serde(default)]
    pub width_values: Vec<Option<f64>>,
}

/// The spectrum of one sample.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct SamplePoint {
    /// Seed of the sample.
    pub seed: Option<u64>,
    /// Regularity.
    pub alpha0: Option<f64>,
    /// Width.
    pub width: Option<f64>,
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

/// A checkpoint against the baseline of its series.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// Degree of emergence.
    pub emergence: Option<f64>,
    /// Its 95 % interval over samples or resamples.
    pub interval: Option<[f64; 2]>,
    /// That of every null model, in the order of the record.
    pub nulls: Vec<NullRelation>,
    /// What must be known of the baseline, said where it stands, and what the checkpoint does not have in common with it.
    pub warnings: Vec<Warning>,
}

/// A null model against the same null model of the baseline.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NullRelation {
    /// Mean degree of emergence over the null samples.
    pub emergence: Option<f64>,
    /// 2.5 % and 97.5 % points.
    pub interval: Option<[f64; 2]>,
    /// The checkpoint less the null model.
    pub difference: Excesses,
    /// What the widths say, in a sentence.
    pub text: String,
}

impl From<&CheckpointRecord> for Point {
    fn from(record: &CheckpointRecord) -> Self {
        let null = |null: &NullRecord| NullPoint {
            kind: null.kind.clone(),
            alpha0_values: null.alpha0_values.clone(),
            width_values: null.width_values.clone(),
        };
        Self {
            series: record.series.clone(),
            is_baseline: record.is_baseline,
            step: record.step,
            mean: record.mean,
            samples: record.samples.iter().map(SamplePoint::from).collect(),
            uncertainty: record.uncertainty.as_ref().map(|known| ResampledPoint {
                alpha0_values: known.alpha0_values.clone(),
                width_values: known.width_values.clone(),
            }),
            validity: record.validity.as_ref().map(|validity| KeptPoint { kept_share: validity.kept_share }),
            nulls: record.nulls.iter().map(null).collect(),
        }
    }
}

impl From<&SampleRecord> for SamplePoint {
    fn from(sample: &SampleRecord) -> Self {
        Self { seed: sample.seed, alpha0: sample.alpha0, width: sample.width }
    }
}

impl Placed for Point {
    fn series(&self) -> Option<&str> {
        self.series.as_deref()
    }

    fn step(&self) -> Option<u64> {
        self.step
    }
}

impl NullPoint {
    fn spectra(&self) -> impl Iterator<Item = Option<(f64, f64)>> {
        self.alpha0_values.iter().zip(&self.width_values).map(|(alpha0, width)| alpha0.zip(*width))
    }
}

/// Codes of the warnings that [`relations`] gives.
pub const BASELINE_WARNINGS: [&str; 3] = {
    use Badge::{ChosenBaseline, KeptChanged, LateFirstCheckpoint};
    [LateFirstCheckpoint.code(), ChosenBaseline.code(), KeptChanged.code()]
};

/// Every checkpoint against the baseline of its series: the first, or the one that the user chose. The points are in
/// the order of [`sort`].
pub fn relations(points: &[Point]) -> Vec<Relation> {
    points.chunk_by(|a, b| a.series == b.series).flat_map(relations_of_one).collect()
}

fn relations_of_one(series: &[Point]) -> Vec<Relation> {
    let baseline = series.iter().position(|point| point.is_baseline).unwrap_or(0);
    let relation = |(at, point)| {
        let warning = match at == baseline {
            true => baseline_warning(series, baseline),
            false => kept_warning(&series[baseline], point),
        };
        relate(&series[baseline], point, warning.into_iter().collect())
    };
    series.iter().enumerate().map(relation).collect()
}

/// A null model uses its own alpha_0 and width at both checkpoints, sample i against sample i.
fn relate(baseline: &Point, other: &Point, warnings: Vec<Warning>) -> Relation {
    let spectrum = |point: &Point| point.mean.alpha0.zip(point.mean.width);
    let between = |(baseline, other)| emergence(baseline, other);
    let null = |null: &NullPoint| {
        let of_baseline = baseline.nulls.iter().find(|other| other.kind == null.kind);
        let pairs = of_baseline.into_iter().flat_map(|baseline| baseline.spectra().zip(null.spectra()));
        let values: Vec<f64> =
            pairs.filter_map(|(baseline, other)| baseline.zip(other).and_then(between)).collect();
        NullRelation {
            emergence: mean(&values),
            interval: interval95(&values),
            difference: chance::differences(baseline, other, null, &values),
            text: chance::sentence(other, null),
        }
    };
    Relation {
        emergence: spectrum(baseline).zip(spectrum(other)).and_then(between),
        interval: chance::emergence_interval(baseline, other),
        nulls: other.nulls.iter().map(null).collect(),
        warnings,
    }
}

/// Neurons that crossed the gate of 11 edges are in one of the two spectra only.
fn kept_warning(baseline: &Point, other: &Point) -> Option<Warning> {
    let share = |point: &Point| point.validity.and_then(|validity| validity.kept_share);
    let (before, now) = share(baseline).zip(share(other))?;
    ((now - before).abs() >= KEPT_CHANGE).then(|| {
        let [before, now] = [before, now].map(|share| 100.0 * share);
        Badge::KeptChanged.warning(format!(
            "{now:.1}% of the neurons have enough edges, and {before:.1}% where E counts from: the numbers are not of the same neurons."
        ))
    })
}

/// E counts from the baseline, wherever in training that is: the warning for it, if it is not the start of training or
/// not the first checkpoint.
fn baseline_warning(series: &[Point], baseline: usize) -> Option<Warning> {
    let step = series[baseline].step;
    let (badge, text) = match (baseline, step) {
        _ if series.len() < 2 => return None,
        (0, None | Some(0)) => return None,
        (0, Some(step)) => (
            Badge::LateFirstCheckpoint,
            format!("The first checkpoint is step {step}, not the start of training: E counts from there."),
        ),
        (_, Some(step)) => {
            let text = format!("E counts from step {step}, which was chosen, not from the first one.");
            (Badge::ChosenBaseline, text)
        }
        (_, None) => (
            Badge::ChosenBaseline,
            "E counts from here, as was chosen, not from the first checkpoint.".to_owned(),
        ),
    };
    Some(badge.warning(text))
}

/// The document of one or several series: records in the order of [`sort`], each with its degree of emergence and that
/// of its null models.
pub fn document(options: Options, mut records: Vec<CheckpointRecord>) -> ResultDocument {
    sort(&mut records);
    let points: Vec<Point> = records.iter().map(Point::from).collect();
    for (record, relation) in records.iter_mut().zip(relations(&points)) {
        record.emergence = relation.emergence;
        if let Some(uncertainty) = &mut record.uncertainty {
            uncertainty.emergence_interval = relation.interval;
        }
        for (null, relation) in record.nulls.iter_mut().zip(relation.nulls) {
            (null.emergence, null.emergence_interval) = (relation.emergence, relation.interval);
            (null.difference, null.text) = (relation.difference, relation.text);
        }
        record.warnings.retain(|warning| !BASELINE_WARNINGS.contains(&warning.code.as_str()));
        record.warnings.extend(relation.warnings);
    }
    let explained = explained::of_records(&records);
    ResultDocument {
        schema: SCHEMA.to_owned(),
        tool: Tool::this(),
        options,
        checkpoints: records,
        scores: Vec::new(),
        associations: Vec::new(),
        explained,
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
