//! How much of the degree of emergence simple numbers explain, each alone.

use rand::seq::SliceRandom;
use serde::Deserialize;

use super::NullMeasures;
use super::correlation::{Variable, pearson, spearman};
use crate::multifractal::statistics::quantile;
use crate::random::stream;
use crate::report::{Baselines, CheckpointRecord, Explained, NullRecord, SpectralMeans};

/// Fewest checkpoints of which a share is told: a line goes through any two, and nearly through most three.
const LEAST: usize = 4;
/// Random orders that a share stands beside.
const ORDERS: u32 = 1000;
/// The share that so many of them stay below.
const CHANCE: f64 = 0.95;
/// The word of a random stream's key that tells these orders from others.
const STREAMS: u32 = 0x6578_706c;

/// What the comparison needs of a checkpoint. Reads from a whole record of the result document as well.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Contender {
    /// Name of the series.
    #[serde(default)]
    pub series: Option<String>,
    /// Training step.
    pub step: Option<u64>,
    /// Degree of emergence.
    pub emergence: Option<f64>,
    /// Simple numbers of the weights.
    pub baselines: Baselines,
    /// Null models.
    #[serde(default)]
    pub nulls: Vec<NullMeasures>,
    /// Simple numbers of the matrices.
    #[serde(default)]
    pub rivals: Option<ContenderMeans>,
}

/// Means over the matrices of a checkpoint, and over those of the shuffles.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[allow(missing_docs)]
pub struct ContenderMeans {
    pub mean: SpectralMeans,
    pub shuffled: SpectralMeans,
}

impl From<&CheckpointRecord> for Contender {
    fn from(record: &CheckpointRecord) -> Self {
        let null = |null: &NullRecord| NullMeasures {
            kind: null.kind.clone(),
            alpha0: null.alpha0,
            width: null.width,
            emergence: null.emergence,
        };
        let means = |rivals: &crate::report::RivalsRecord| ContenderMeans {
            mean: rivals.mean,
            shuffled: rivals.shuffled,
        };
        Self {
            series: record.series.clone(),
            step: record.step,
            emergence: record.emergence,
            baselines: record.baselines,
            nulls: record.nulls.iter().map(null).collect(),
            rivals: record.rivals.as_ref().map(means),
        }
    }
}

/// A number that may explain E.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rival {
    MeanAbsWeight,
    MeanWeightedDegree,
    SpectralNorm,
    StableRank,
    Alpha,
    LogStep,
    ShuffledEmergence,
}

impl Rival {
    const ALL: [Self; 7] = [
        Self::LogStep,
        Self::ShuffledEmergence,
        Self::MeanAbsWeight,
        Self::MeanWeightedDegree,
        Self::SpectralNorm,
        Self::StableRank,
        Self::Alpha,
    ];

    /// In [`Explained::rival`], and in sentences.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::MeanAbsWeight => ("mean_abs_weight", "Mean |w|"),
            Self::MeanWeightedDegree => ("mean_weighted_degree", "Mean weighted degree"),
            Self::SpectralNorm => ("spectral_norm", "Spectral norm"),
            Self::StableRank => ("stable_rank", "Stable rank"),
            Self::Alpha => ("alpha", "Power-law exponent"),
            Self::LogStep => ("log_step", "log(1 + step)"),
            Self::ShuffledEmergence => ("shuffled_emergence", "E of shuffled weights"),
        }
    }

    fn of(self, checkpoint: &Contender) -> Option<f64> {
        let means = checkpoint.rivals.map(|rivals| rivals.mean);
        let value = match self {
            Self::MeanAbsWeight => checkpoint.baselines.mean_abs_weight,
            Self::MeanWeightedDegree => checkpoint.baselines.mean_weighted_degree,
            Self::LogStep => checkpoint.step.map(|step| libm::log1p(step as f64)),
            Self::ShuffledEmergence => {
                checkpoint.nulls.iter().find(|null| null.kind == "shuffle").and_then(|null| null.emergence)
            }
            Self::SpectralNorm | Self::StableRank | Self::Alpha => self.of_matrices(&means?),
        };
        value.filter(|value| value.is_finite())
    }

    fn of_matrices(self, means: &SpectralMeans) -> Option<f64> {
        match self {
            Self::SpectralNorm => means.spectral_norm,
            Self::StableRank => means.stable_rank,
            Self::Alpha => means.alpha,
            _ => None,
        }
    }
}

/// Every number of every series, over the checkpoints that have it and E. A number that no checkpoint has is left out.
pub fn explain(checkpoints: &[Contender]) -> Vec<Explained> {
    let mut names: Vec<&Option<String>> = Vec::new();
    for one in checkpoints {
        if !names.contains(&&one.series) {
            names.push(&one.series);
        }
    }
    let of_series = |name: &Option<String>| {
        let series: Vec<&Contender> = checkpoints.iter().filter(|one| one.series == *name).collect();
        let rivals = Rival::ALL.into_iter().filter(|rival| series.iter().any(|one| rival.of(one).is_some()));
        rivals.map(|rival| one(rival, &series)).collect::<Vec<_>>()
    };
    names.into_iter().flat_map(of_series).collect()
}

/// Those of a document: none where no checkpoint has the numbers of its matrices.
pub(super) fn of_records(records: &[CheckpointRecord]) -> Vec<Explained> {
    if records.iter().all(|record| record.rivals.is_none()) {
        return Vec::new();
    }
    explain(&records.iter().map(Contender::from).collect::<Vec<_>>())
}

fn one(rival: Rival, series: &[&Contender]) -> Explained {
    let emergence = |one: &Contender| one.emergence.filter(|value| value.is_finite());
    let both: Vec<(&Contender, f64, f64)> =
        series.iter().filter_map(|&one| Some((one, rival.of(one)?, emergence(one)?))).collect();
    let n = both.len();
    let (key, name) = rival.names();
    let mut explained = Explained {
        series: series.first().and_then(|one| one.series.clone()),
        rival: key.to_owned(),
        n: n as u64,
        ..Explained::default()
    };
    if n >= LEAST {
        let values: Vec<f64> = both.iter().map(|one| one.1).collect();
        let y = Variable::new(both.iter().map(|one| one.2).collect());
        let x = Variable::new(values.clone());
        let shuffled: Option<Vec<f64>> =
            both.iter().map(|one| rival.of_matrices(&one.0.rivals?.shuffled)).collect();
        explained.pearson = pearson(&x, &y);
        explained.spearman = spearman(&x, &y);
        explained.r_squared = explained.pearson.map(square);
        explained.residual = explained.r_squared.map(|share| 1.0 - share);
        explained.shuffled = shuffled.and_then(|values| pearson(&Variable::new(values), &y)).map(square);
        explained.chance = explained.r_squared.and_then(|_| chance(values, &y));
    }
    explained.text = text(name, &explained);
    explained
}

fn square(r: f64) -> f64 {
    r * r
}

/// The share that random orders of the values stay below. Numbers over as many checkpoints see the same orders.
fn chance(values: Vec<f64>, y: &Variable) -> Option<f64> {
    let mut random = stream([values.len() as u32, 0, 0, STREAMS]);
    let mut order: Vec<usize> = (0..values.len()).collect();
    let mut shares: Vec<f64> = Vec::new();
    for _ in 0..ORDERS {
        order.shuffle(&mut random);
        let x = Variable::new(order.iter().map(|&at| values[at]).collect());
        shares.extend(pearson(&x, y).map(square));
    }
    quantile(&shares, CHANCE)
}

fn text(name: &str, explained: &Explained) -> String {
    let n = explained.n;
    let (Some(share), Some(chance)) = (explained.r_squared, explained.chance) else {
        return match n as usize {
            0 => format!("{name}: no checkpoint has both this and E."),
            1 => format!("{name}: 1 checkpoint is too few to tell how much of E it explains."),
            _ if (n as usize) < LEAST => {
                format!("{name}: {n} checkpoints are too few to tell how much of E it explains.")
            }
            _ => format!("{name} explains nothing of E: one of the two is the same at all {n} checkpoints."),
        };
    };
    let order = match share > chance {
        true => format!("Random orders rarely reach {}.", percent(chance)),
        false => format!("Random orders reach {} in one of twenty: this may be nothing.", percent(chance)),
    };
    let shuffled = explained
        .shuffled
        .map(|shuffled| format!(" That of shuffled matrices explains {}.", percent(shuffled)))
        .unwrap_or_default();
    format!("{name} alone explains {} of E over {n} checkpoints.{shuffled} {order}", percent(share))
}

/// A share without decimals, which says 100% of all alone.
fn percent(share: f64) -> String {
    match 100.0 * share {
        all if (99.5..100.0 - 1e-9).contains(&all) => "more than 99%".to_owned(),
        other => format!("{other:.0}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(emergence: &[f64], weights: &[f64]) -> Vec<Contender> {
        let one = |(at, (&emergence, &weight)): (usize, (&f64, &f64))| Contender {
            series: None,
            step: Some((1 << at) - 1),
            emergence: Some(emergence),
            baselines: Baselines { mean_abs_weight: Some(weight), mean_weighted_degree: None },
            nulls: Vec::new(),
            rivals: None,
        };
        emergence.iter().zip(weights).enumerate().map(one).collect()
    }

    fn of<'a>(found: &'a [Explained], rival: &str) -> &'a Explained {
        found.iter().find(|one| one.rival == rival).expect("it is told")
    }

    #[test]
    fn by_hand() {
        // E = 0, 1, 2, 3 and 4 against 0, 2, 1, 4, 3: r = 0.8, ranks the same. log(1 + step) is linear in E.
        let found = explain(&series(&[0., 1., 2., 3., 4.], &[0., 2., 1., 4., 3.]));
        assert_eq!(
            found.iter().map(|one| one.rival.as_str()).collect::<Vec<_>>(),
            ["log_step", "mean_abs_weight"]
        );
        let weight = of(&found, "mean_abs_weight");
        assert_eq!(weight.n, 5);
        for (found, wanted) in [
            (weight.r_squared, 0.64),
            (weight.residual, 0.36),
            (weight.pearson, 0.8),
            (weight.spearman, 0.8),
            (of(&found, "log_step").r_squared, 1.0),
        ] {
            assert!((found.expect("a number") - wanted).abs() < 1e-12, "{found:?}, not {wanted}");
        }
        // Of the 120 orders of five ranks, two have an |r| of 1 and eight one of 0.9: the 95 % point is 0.81.
        assert!((weight.chance.expect("chance") - 0.81).abs() < 1e-9, "{weight:?}");
        assert!(
            weight
                .text
                .starts_with("Mean |w| alone explains 64% of E over 5 checkpoints. Random orders reach"),
            "{}",
            weight.text
        );
        let time = &of(&found, "log_step").text;
        assert!(time.starts_with("log(1 + step) alone explains 100% of E over 5 checkpoints."), "{time}");
    }

    #[test]
    fn what_falls_as_e_rises_explains_it_as_well() {
        let found = explain(&series(&[0., 1., 2., 3.], &[8., 6., 4., 2.]));
        let weight = of(&found, "mean_abs_weight");
        assert_eq!((weight.pearson, weight.r_squared, weight.residual), (Some(-1.0), Some(1.0), Some(0.0)));
    }

    #[test]
    fn few_checkpoints_and_constants_explain_nothing() {
        let found = explain(&series(&[0., 1., 2.], &[0., 1., 2.]));
        let weight = of(&found, "mean_abs_weight");
        assert_eq!((weight.n, weight.r_squared, weight.chance), (3, None, None));
        assert_eq!(weight.text, "Mean |w|: 3 checkpoints are too few to tell how much of E it explains.");
        let found = explain(&series(&[0., 1., 2., 3.], &[5.; 4]));
        let weight = of(&found, "mean_abs_weight");
        assert_eq!(weight.r_squared, None);
        assert!(weight.text.contains("the same at all 4 checkpoints"), "{}", weight.text);
    }

    #[test]
    fn matrices_stand_beside_their_shuffles_and_series_apart() {
        let mut all = series(&[0., 1., 2., 3.], &[1., 2., 3., 4.]);
        for (one, value) in all.iter_mut().zip([1.0, 3.0, 2.0, 4.0]) {
            let norm =
                |spectral_norm| SpectralMeans { spectral_norm: Some(spectral_norm), ..Default::default() };
            one.rivals = Some(ContenderMeans { mean: norm(value), shuffled: norm(one.emergence.unwrap()) });
        }
        let mut other = series(&[0., 1., 2., 3.], &[1., 2., 3., 4.]);
        other.iter_mut().for_each(|one| one.series = Some("b".to_owned()));
        all.extend(other);
        let found = explain(&all);
        let norm = of(&found, "spectral_norm");
        assert!((norm.r_squared.unwrap() - 0.64).abs() < 1e-12);
        assert_eq!(norm.shuffled, Some(1.0));
        assert!(norm.text.contains(" That of shuffled matrices explains 100%."), "{}", norm.text);
        assert_eq!(found.iter().filter(|one| one.rival == "spectral_norm").count(), 1);
        assert_eq!(found.iter().filter(|one| one.series.as_deref() == Some("b")).count(), 2);
    }
}
