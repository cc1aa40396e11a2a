//! The numbers of a checkpoint, each beside its null model's, with its interval over samples.

use super::figure::Number;
use super::numbers::{decimal, signed};
use super::scene::{Scene, clean, clean_interval, null_adjective};
use crate::multifractal::statistics::{half_width95, mean};
use crate::report::{CheckpointRecord, GroupNull, GroupRecord, SampleRecord};
use crate::series::emergence;

/// All numbers that a chart can show, with the names that [`super::Figure::series`] gives them.
const NAMES: [(&str, Number); 6] = [
    ("emergence", Number::Emergence),
    ("excess_width", Number::ExcessWidth),
    ("alpha0", Number::Alpha0),
    ("width", Number::Width),
    ("asymmetry", Number::Asymmetry),
    ("nfd", Number::Nfd),
];

impl Number {
    pub(super) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(other, _)| *other == name).map(|(_, number)| *number)
    }

    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, number)| *number == self).map_or("", |(name, _)| name)
    }

    /// Words, and the symbol that stands behind them.
    pub(super) fn title(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Emergence => ("Degree of emergence", &["E"]),
            Self::Alpha0 => ("Regularity", &["α", "₀"]),
            Self::Width => ("Width", &["w"]),
            Self::Nfd => ("Mean neuron fractal dimension", &[]),
            Self::ExcessWidth => ("Width above shuffled", &[]),
            Self::Asymmetry => ("Asymmetry", &[]),
        }
    }
}

/// The number of a checkpoint.
pub(super) fn value(scene: &Scene, number: Number, index: usize) -> Option<f64> {
    let record = scene.records().get(index)?;
    clean(match number {
        Number::Alpha0 => record.mean.alpha0,
        Number::Width => record.mean.width,
        Number::Emergence => record.emergence,
        Number::Nfd => record.nfd.summary.mean,
        Number::Asymmetry => mean(&over_samples(record, |sample| sample.asymmetry)),
        Number::ExcessWidth => Some(record.mean.width? - scene.null(index)?.width?),
    })
}

/// The same number of its null model, mean over the null samples; none for a difference to the null model.
pub(super) fn chance(scene: &Scene, number: Number, index: usize) -> Option<f64> {
    let null = scene.null(index)?;
    clean(match number {
        Number::Alpha0 => null.alpha0,
        Number::Width => null.width,
        Number::Emergence => null.emergence,
        Number::Nfd => null.nfd.mean,
        Number::Asymmetry => null.asymmetry,
        Number::ExcessWidth => None,
    })
}

/// 2.5 % and 97.5 % points of the null model.
pub(super) fn chance_interval(scene: &Scene, number: Number, index: usize) -> Option<[f64; 2]> {
    let null = scene.null(index)?;
    clean_interval(match number {
        Number::Alpha0 => null.alpha0_interval,
        Number::Width => null.width_interval,
        Number::Emergence => null.emergence_interval,
        Number::Nfd => null.nfd.mean_interval,
        Number::Asymmetry => null.asymmetry_interval,
        Number::ExcessWidth => {
            let mean = null.width?;
            null.width_interval.map(|ends| ends.map(|end| end - mean))
        }
    })
}

/// 95 % interval around the number that is drawn: over the samples of a sampled network, of which those of E go by their
/// seeds, sample i against sample i of the baseline; or over resamples of the neurons of the whole network.
pub(super) fn spread(scene: &Scene, number: Number, index: usize) -> Option<[f64; 2]> {
    let record = scene.records().get(index)?;
    if let Some(known) = record.uncertainty.as_ref().filter(|known| known.over == "neurons") {
        let interval = match number {
            Number::Alpha0 => known.alpha0_interval,
            Number::Width => known.width_interval,
            Number::ExcessWidth => {
                let null = scene.null(index)?.width?;
                known.width_interval.map(|ends| ends.map(|end| end - null))
            }
            Number::Emergence => known.emergence_interval,
            Number::Nfd | Number::Asymmetry => None,
        };
        return clean_interval(interval);
    }
    if record.samples.len() < 2 {
        return None;
    }
    let samples = match number {
        Number::Alpha0 => over_samples(record, |sample| sample.alpha0),
        Number::Width | Number::ExcessWidth => over_samples(record, |sample| sample.width),
        Number::Nfd => over_samples(record, |sample| sample.nfd.mean),
        Number::Asymmetry => over_samples(record, |sample| sample.asymmetry),
        Number::Emergence => {
            let baseline = scene.document.baseline_of(index)?;
            emergences(&scene.records()[baseline], record)
        }
    };
    let half = clean(half_width95(&samples))?;
    let middle = value(scene, number, index)?;
    Some([middle - half, middle + half])
}

fn over_samples(record: &CheckpointRecord, of: impl Fn(&SampleRecord) -> Option<f64>) -> Vec<f64> {
    record.samples.iter().filter_map(|sample| clean(of(sample))).collect()
}

fn emergences(baseline: &CheckpointRecord, later: &CheckpointRecord) -> Vec<f64> {
    let spectrum = |sample: &SampleRecord| clean(sample.alpha0).zip(clean(sample.width));
    let pairs = baseline.samples.iter().zip(&later.samples).filter(|(a, b)| a.seed == b.seed);
    pairs.filter_map(|(a, b)| emergence(spectrum(a)?, spectrum(b)?)).collect()
}

/// How a number of the selected checkpoint's series changed: `width from 0.679 at step 0 to 0.735 at step 3,000,
/// shuffled 0.670`.
pub(super) fn change(scene: &Scene, number: Number) -> Option<String> {
    let members = scene.members(scene.series_number(scene.current));
    let mut known = members.iter().filter_map(|&i| Some((i, value(scene, number, i)?)));
    let (first, from) = known.next()?;
    let written = |v: f64| if number == Number::ExcessWidth { signed(v, 3) } else { decimal(v, 3) };
    let place = |index: usize| match scene.records()[index].step {
        Some(_) => format!("step {}", scene.short_name(index)),
        None => scene.short_name(index),
    };
    let name = number.title().0.to_ascii_lowercase();
    let mut text = match known.next_back() {
        None => format!("{name} {} at {}", written(from), place(first)),
        Some((last, to)) => {
            format!("{name} from {} at {} to {} at {}", written(from), place(first), written(to), place(last))
        }
    };
    let last = members.iter().rev().find(|&&i| value(scene, number, i).is_some());
    if let Some((null, by_chance)) = last.and_then(|&i| scene.null(i).zip(chance(scene, number, i))) {
        text += &format!(", {} {}", null_adjective(null), decimal(by_chance, 3));
    }
    Some(text)
}

/// The null model of a group that is drawn: shuffles before any other.
pub(super) fn group_null(group: &GroupRecord) -> Option<&GroupNull> {
    group.nulls.iter().find(|null| null.kind == "shuffle").or(group.nulls.first())
}

/// The number of a group.
pub(super) fn group_value(number: Number, group: &GroupRecord) -> Option<f64> {
    clean(match number {
        Number::Alpha0 => group.alpha0,
        Number::Width => group.width,
        Number::Asymmetry => group.asymmetry,
        Number::ExcessWidth => Some(group.width? - group_null(group)?.width?),
        Number::Emergence | Number::Nfd => None,
    })
}

/// The same number of its null model.
pub(super) fn group_chance(number: Number, group: &GroupRecord) -> Option<f64> {
    let null = group_null(group)?;
    clean(match number {
        Number::Alpha0 => null.alpha0,
        Number::Width => null.width,
        _ => None,
    })
}

/// Whether a group is wider than all of so many shuffles that one of `groups` by chance is rare: 20 for each group.
pub(super) fn surely_wider(group: &GroupRecord, groups: usize) -> bool {
    let (Some(null), Some(width)) = (group_null(group), clean(group.width)) else { return false };
    let values: Vec<f64> = null.width_values.iter().copied().filter_map(clean).collect();
    values.len() >= groups.saturating_mul(ENOUGH) && values.iter().all(|value| *value < width)
}

/// Shuffles for each group of a page before a group may be called wider: one false call in 20 pages.
pub(super) const ENOUGH: usize = 20;
