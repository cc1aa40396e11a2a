//! Numbers of the checkpoints against benchmark scores (method, section 6).
//!
//! Every coefficient stands beside those of the trivial predictor, log(1 + step), and of the shuffled weights, and is
//! given again for the late phase alone: what grows in training correlates with a score over all steps.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::correlation::{Variable, bootstrap, partial, pearson, spearman};
use super::reading::reading;
use crate::report::{
    Association, CheckpointRecord, Coefficients, LateAssociation, MeanRecord, NullRecord, ResultDocument,
    Score,
};

/// The late phase begins with the first checkpoint at or after this share of the last one's step, unless a step is
/// chosen. It follows from the schedule of the training alone: a phase that is chosen by the look of the numbers
/// would bring about a part of what is then found in it. For the published Pythia-1.4B it gives step 53,000.
pub const LATE_SHARE: f64 = 1.0 / 3.0;

/// What an association needs of a checkpoint. Reads from a whole record of the result document as well.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Measures {
    /// Name of the series.
    #[serde(default)]
    pub series: Option<String>,
    /// Training step.
    pub step: Option<u64>,
    /// Means over the samples.
    pub mean: MeanRecord,
    /// Degree of emergence.
    pub emergence: Option<f64>,
    /// Null models.
    #[serde(default)]
    pub nulls: Vec<NullMeasures>,
}

/// Means of one null model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct NullMeasures {
    /// Kind of null model.
    pub kind: String,
    /// Regularity.
    pub alpha0: Option<f64>,
    /// Width.
    pub width: Option<f64>,
    /// Degree of emergence.
    pub emergence: Option<f64>,
}

impl From<&CheckpointRecord> for Measures {
    fn from(record: &CheckpointRecord) -> Self {
        let null = |null: &NullRecord| NullMeasures {
            kind: null.kind.clone(),
            alpha0: null.alpha0,
            width: null.width,
            emergence: null.emergence,
        };
        Self {
            series: record.series.clone(),
            step: record.step,
            mean: record.mean,
            emergence: record.emergence,
            nulls: record.nulls.iter().map(null).collect(),
        }
    }
}

/// What is compared with scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    Emergence,
    ExcessWidth,
    Width,
    Alpha0,
}

impl Quantity {
    const ALL: [Self; 4] = [Self::Emergence, Self::ExcessWidth, Self::Width, Self::Alpha0];

    /// In [`Association::quantity`].
    fn name(self) -> &'static str {
        match self {
            Self::Emergence => "emergence",
            Self::ExcessWidth => "excess_width",
            Self::Width => "width",
            Self::Alpha0 => "alpha0",
        }
    }

    fn of(self, checkpoint: &Measures) -> Option<f64> {
        let value = match self {
            Self::Emergence => checkpoint.emergence,
            Self::ExcessWidth => shuffle(checkpoint)
                .and_then(|shuffle| shuffle.width)
                .and_then(|chance| Some(checkpoint.mean.width? - chance)),
            Self::Width => checkpoint.mean.width,
            Self::Alpha0 => checkpoint.mean.alpha0,
        };
        value.filter(|value| value.is_finite())
    }

    fn of_shuffles(self, checkpoint: &Measures) -> Option<f64> {
        let shuffle = shuffle(checkpoint)?;
        let value = match self {
            Self::Emergence => shuffle.emergence,
            Self::ExcessWidth => None,
            Self::Width => shuffle.width,
            Self::Alpha0 => shuffle.alpha0,
        };
        value.filter(|value| value.is_finite())
    }
}

fn shuffle(checkpoint: &Measures) -> Option<&NullMeasures> {
    checkpoint.nulls.iter().find(|null| null.kind == "shuffle")
}

/// Puts scores into a document, and the associations with them in place of what it had. `late_from` is the first step of
/// the late phase of every series; `None` for [`LATE_SHARE`].
pub fn score(document: &mut ResultDocument, scores: Vec<Score>, late_from: Option<u64>) {
    let measures: Vec<Measures> = document.checkpoints.iter().map(Measures::from).collect();
    document.associations = associate(&measures, &scores, late_from);
    document.scores = scores;
}

/// Every quantity against every metric, series by series. A quantity that no checkpoint of a series has is left out.
pub fn associate(checkpoints: &[Measures], scores: &[Score], late_from: Option<u64>) -> Vec<Association> {
    let mut found = Vec::new();
    for series in series_of(checkpoints) {
        let late_from = late_from.unwrap_or_else(|| late_phase(&series));
        let name = series[0].0.series.as_deref();
        let scores = scores.iter().filter(|score| score.series.is_none() || score.series.as_deref() == name);
        for score in scores {
            let values: BTreeMap<u64, f64> =
                score.values.iter().map(|value| (value.step, value.value)).collect();
            let quantities =
                Quantity::ALL.iter().filter(|quantity| series.iter().any(|one| quantity.of(one.0).is_some()));
            found.extend(quantities.map(|&quantity| {
                let pairing = Pairing::new(&series, &values, quantity);
                pairing.association(score, quantity, late_from, name)
            }));
        }
    }
    found
}

/// Checkpoints with a step, by series, in the order in which the series come first.
fn series_of(checkpoints: &[Measures]) -> Vec<Vec<(&Measures, u64)>> {
    let mut all: Vec<Vec<(&Measures, u64)>> = Vec::new();
    for one in checkpoints {
        let Some(step) = one.step else { continue };
        match all.iter_mut().find(|series| series[0].0.series == one.series) {
            Some(series) => series.push((one, step)),
            None => all.push(vec![(one, step)]),
        }
    }
    all
}

/// The first step of the late phase of a series.
fn late_phase(series: &[(&Measures, u64)]) -> u64 {
    let steps = || series.iter().map(|(_, step)| *step);
    let last = steps().max().unwrap_or(0);
    steps().filter(|&step| step as f64 >= LATE_SHARE * last as f64).min().unwrap_or(last)
}

/// A checkpoint that has both numbers.
#[derive(Clone, Copy)]
struct Pair {
    step: u64,
    quantity: f64,
    score: f64,
    shuffled: Option<f64>,
}

/// The checkpoints of a series and the scores of a metric, step by step.
struct Pairing {
    pairs: Vec<Pair>,
    steps_without_checkpoint: u64,
    checkpoints_without_score: u64,
}

impl Pairing {
    fn new(series: &[(&Measures, u64)], values: &BTreeMap<u64, f64>, quantity: Quantity) -> Self {
        let pair = |(checkpoint, step): &(&Measures, u64)| {
            Some(Pair {
                step: *step,
                quantity: quantity.of(checkpoint)?,
                score: *values.get(step)?,
                shuffled: quantity.of_shuffles(checkpoint),
            })
        };
        let alone = |step: &&u64| !series.iter().any(|(_, other)| other == *step);
        let unscored = series.iter().filter(|(_, step)| !values.contains_key(step));
        Self {
            pairs: series.iter().filter_map(pair).collect(),
            steps_without_checkpoint: values.keys().filter(alone).count() as u64,
            checkpoints_without_score: unscored.count() as u64,
        }
    }

    fn association(
        &self,
        score: &Score,
        quantity: Quantity,
        late_from: u64,
        series: Option<&str>,
    ) -> Association {
        let late: Vec<Pair> = self.pairs.iter().copied().filter(|pair| pair.step >= late_from).collect();
        let late = (!late.is_empty()).then(|| LateAssociation { from_step: late_from, ..correlate(&late) });
        let LateAssociation {
            from_step: _,
            n,
            pearson,
            pearson_interval,
            spearman,
            spearman_interval,
            partial_pearson,
            partial_pearson_interval,
            log_step,
            shuffled,
        } = correlate(&self.pairs);
        let mut association = Association {
            series: series.map(str::to_owned),
            metric: score.metric.clone(),
            quantity: quantity.name().to_owned(),
            n,
            pearson,
            pearson_interval,
            spearman,
            spearman_interval,
            partial_pearson,
            partial_pearson_interval,
            log_step,
            shuffled,
            late,
            steps_without_checkpoint: self.steps_without_checkpoint,
            checkpoints_without_score: self.checkpoints_without_score,
            text: String::new(),
        };
        association.text = reading(&association, quantity);
        association
    }
}

/// All coefficients over these checkpoints.
fn correlate(pairs: &[Pair]) -> LateAssociation {
    let of = |value: fn(&Pair) -> f64| Variable::new(pairs.iter().map(value).collect());
    let quantity = of(|pair| pair.quantity);
    let score = of(|pair| pair.score);
    let time = of(|pair| libm::log1p(pair.step as f64));
    // Chance must be had over the same checkpoints.
    let shuffled: Option<Vec<f64>> = pairs.iter().map(|pair| pair.shuffled).collect();
    let coefficients =
        |x: &Variable| Coefficients { pearson: pearson(x, &score), spearman: spearman(x, &score) };
    let intervals = bootstrap(&quantity, &score, &time);
    LateAssociation {
        from_step: 0,
        n: pairs.len() as u64,
        pearson: pearson(&quantity, &score),
        pearson_interval: intervals.pearson,
        spearman: spearman(&quantity, &score),
        spearman_interval: intervals.spearman,
        partial_pearson: partial(&quantity, &score, &time),
        partial_pearson_interval: intervals.partial,
        log_step: coefficients(&time),
        shuffled: shuffled
            .filter(|values| !values.is_empty())
            .map(|values| coefficients(&Variable::new(values))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ScoreValue;

    fn checkpoint(step: u64, emergence: f64, width: f64) -> Measures {
        let shuffle = NullMeasures {
            kind: "shuffle".to_owned(),
            alpha0: None,
            width: Some(0.5),
            emergence: Some(0.5 * emergence),
        };
        Measures {
            series: None,
            step: Some(step),
            mean: MeanRecord { width: Some(width), ..MeanRecord::default() },
            emergence: Some(emergence),
            nulls: vec![shuffle],
        }
    }

    fn metric(values: &[(u64, f64)]) -> Score {
        let values = values.iter().map(|&(step, value)| ScoreValue { step, value }).collect();
        Score { metric: "accuracy".to_owned(), values, series: None }
    }

    fn find<'a>(all: &'a [Association], quantity: &str) -> &'a Association {
        all.iter().find(|one| one.quantity == quantity).expect("an association")
    }

    #[test]
    fn numbers_by_hand_step_by_step() {
        // Step 7 has no checkpoint and step 3 no score; 1, 2 and 5 have both: (0, 0), (1, 2), (2, 1).
        let series = [
            checkpoint(1, 0.0, 0.5),
            checkpoint(2, 1.0, 0.5),
            checkpoint(3, 9.0, 0.5),
            checkpoint(5, 2.0, 0.5),
        ];
        let scores = [metric(&[(1, 0.0), (2, 2.0), (5, 1.0), (7, 3.0)])];
        let all = associate(&series, &scores, Some(2));
        let names: Vec<&str> = all.iter().map(|one| one.quantity.as_str()).collect();
        assert_eq!(names, ["emergence", "excess_width", "width"]);
        let e = find(&all, "emergence");
        assert_eq!((e.n, e.pearson, e.spearman), (3, Some(0.5), Some(0.5)));
        assert_eq!((e.steps_without_checkpoint, e.checkpoints_without_score), (1, 1));
        assert_eq!(e.shuffled.map(|chance| chance.pearson), Some(Some(0.5)));
        assert_eq!((e.pearson_interval, e.partial_pearson), (None, None));
        let late = e.late.as_ref().expect("a late phase");
        assert_eq!((late.from_step, late.n, late.pearson), (2, 2, None));
        assert_eq!(find(&all, "width").pearson, None);
        // Every step is as far from the one before in log(1 + step): 1, 3, 7.
        let series = [checkpoint(1, 0.0, 0.5), checkpoint(3, 0.0, 0.5), checkpoint(7, 0.0, 0.5)];
        let all = associate(&series, &[metric(&[(1, 0.0), (3, 2.0), (7, 1.0)])], None);
        let time = find(&all, "emergence").log_step;
        assert!((time.pearson.expect("a coefficient") - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_late_phase_begins_after_a_third_of_the_training() {
        let steps = |steps: &[u64]| {
            let checkpoints: Vec<Measures> = steps.iter().map(|&step| checkpoint(step, 0.0, 0.0)).collect();
            let series: Vec<(&Measures, u64)> = checkpoints.iter().zip(steps.iter().copied()).collect();
            late_phase(&series)
        };
        assert_eq!(steps(&[0, 1, 512, 1000, 3000, 13_000, 33_000, 43_000, 53_000, 143_000]), 53_000);
        assert_eq!(steps(&[0, 500, 1000, 1500, 3000]), 1000);
        assert_eq!(steps(&[0]), 0);
        let all = associate(&[checkpoint(0, 1.0, 1.0)], &[metric(&[(0, 1.0)])], Some(10));
        assert_eq!(all[0].late, None);
    }

    #[test]
    fn series_are_compared_apart() {
        let mut checkpoints: Vec<Measures> = (1..=3).map(|step| checkpoint(step, step as f64, 1.0)).collect();
        let mut others = checkpoints.clone();
        others.iter_mut().for_each(|one| {
            one.series = Some("other".to_owned());
            one.emergence = one.emergence.map(|e| -e);
        });
        checkpoints.extend(others);
        // A score for every series, and one for the other series alone.
        let every = metric(&[(1, 1.0), (2, 2.0), (3, 3.0)]);
        let alone = Score { series: Some("other".to_owned()), metric: "own".to_owned(), ..every.clone() };
        let all = associate(&checkpoints, &[every, alone], None);
        let of = |series: Option<&str>, metric: &str| -> Vec<Option<f64>> {
            let of = |one: &&Association| {
                one.series.as_deref() == series && one.metric == metric && one.quantity == "emergence"
            };
            all.iter().filter(of).map(|one| one.pearson).collect()
        };
        assert_eq!(of(None, "accuracy"), [Some(1.0)]);
        assert_eq!(of(Some("other"), "accuracy"), [Some(-1.0)]);
        assert_eq!(of(None, "own"), []);
        assert_eq!(of(Some("other"), "own"), [Some(-1.0)]);
    }

    #[test]
    fn chance_is_not_told_where_a_checkpoint_lacks_it() {
        let mut series: Vec<Measures> = (1..=4).map(|step| checkpoint(step, step as f64, 1.0)).collect();
        series[2].nulls.clear();
        let all = associate(&series, &[metric(&[(1, 0.0), (2, 2.0), (3, 5.0), (4, 6.0)])], None);
        assert_eq!(find(&all, "emergence").shuffled, None);
        assert_eq!(find(&all, "excess_width").n, 3);
    }
}
