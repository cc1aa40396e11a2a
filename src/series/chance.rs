//! How far a checkpoint is from chance, as numbers and in words.

use super::{NullPoint, Point, emergence};
use crate::multifractal::statistics::{half_width95, interval95, mean};
use crate::report::{Excess, Excesses};

/// A checkpoint's own numbers, of the network and of every sample of it.
struct Own {
    alpha0: Number,
    width: Number,
    emergence: Number,
}

/// A number, and what it is in every sample.
struct Number {
    value: Option<f64>,
    samples: Vec<f64>,
}

impl Own {
    fn new(baseline: &Point, point: &Point) -> Self {
        let spectrum = |point: &Point| point.mean.alpha0.zip(point.mean.width);
        let pairs = baseline.samples.iter().zip(&point.samples).filter(|(a, b)| a.seed == b.seed);
        let of_samples = pairs.filter_map(|(a, b)| emergence(a.alpha0.zip(a.width)?, b.alpha0.zip(b.width)?));
        let pair = spectrum(baseline).zip(spectrum(point));
        Self {
            alpha0: Number {
                value: point.mean.alpha0,
                samples: point.samples.iter().filter_map(|sample| sample.alpha0).collect(),
            },
            width: Number {
                value: point.mean.width,
                samples: point.samples.iter().filter_map(|sample| sample.width).collect(),
            },
            emergence: Number {
                value: pair.and_then(|(baseline, point)| emergence(baseline, point)),
                samples: of_samples.collect(),
            },
        }
    }
}

impl Number {
    /// The number less the mean of these of a null model.
    fn less(&self, null: &[f64]) -> Option<Excess> {
        let (value, mean, [low, high]) = (self.value?, mean(null)?, interval95(null)?);
        let spread = half_width95(&self.samples).unwrap_or(0.0);
        let wider = |distance: f64| (distance * distance + spread * spread).sqrt();
        Some(Excess {
            value: value - mean,
            interval: [value - mean - wider(high - mean), value - mean + wider(mean - low)],
        })
    }
}

/// 95 % interval of a checkpoint's degree of emergence: over its samples, or over the resamples of its neurons. At the
/// baseline E is 0 whatever was drawn.
pub(super) fn emergence_interval(baseline: &Point, point: &Point) -> Option<[f64; 2]> {
    let Number { value, samples } = Own::new(baseline, point).emergence;
    if let (Some(value), Some(half)) = (value, half_width95(&samples)) {
        return Some([value - half, value + half]);
    }
    let spectra = |point: &'_ Point| -> Option<Vec<Option<(f64, f64)>>> {
        let known = point.uncertainty.as_ref()?;
        Some(known.alpha0_values.iter().zip(&known.width_values).map(|(a, w)| a.zip(*w)).collect())
    };
    let pairs = spectra(baseline)?.into_iter().zip(spectra(point)?);
    let values: Vec<f64> = pairs.filter_map(|(a, b)| emergence(a?, b?)).collect();
    interval95(&values)
}

/// The differences of a checkpoint to one of its null models, whose degrees of emergence are given.
pub(super) fn differences(baseline: &Point, point: &Point, null: &NullPoint, emergences: &[f64]) -> Excesses {
    let own = Own::new(baseline, point);
    let values = |values: &[Option<f64>]| values.iter().copied().flatten().collect::<Vec<f64>>();
    Excesses {
        alpha0: own.alpha0.less(&values(&null.alpha0_values)),
        width: own.width.less(&values(&null.width_values)),
        emergence: own.emergence.less(emergences),
    }
}

/// What the width of a checkpoint says beside those of a null model, in a sentence; empty where either has none.
pub(super) fn sentence(point: &Point, null: &NullPoint) -> String {
    let widths: Vec<f64> = null.width_values.iter().copied().flatten().collect();
    let Some(width) = point.mean.width.filter(|_| !widths.is_empty()) else { return String::new() };
    if null.kind == "rescale" {
        return rescaled(width, &widths);
    }
    let all = widths.len();
    let below = widths.iter().filter(|&&other| other < width).count();
    let above = widths.iter().filter(|&&other| other > width).count();
    let Words { one, many, wider, alike, narrower } = words(&null.kind);
    match () {
        () if below == all => format!("Wider than {}: {wider}.", counted(all, one, many)),
        () if above == all => format!("Narrower than {}: {narrower}.", counted(all, one, many)),
        () if within(width, &widths) => format!("As wide as {many}: {alike}."),
        () if below > above => format!("Wider than {below} of {all} {many}: this may be chance."),
        () => format!("Narrower than {above} of {all} {many}: this may be chance."),
    }
}

fn within(width: f64, widths: &[f64]) -> bool {
    interval95(widths).is_some_and(|[low, high]| (low..=high).contains(&width))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("one {one}") } else { format!("{count} {many}") }
}

/// What is said of a null model.
struct Words {
    one: &'static str,
    many: &'static str,
    wider: &'static str,
    alike: &'static str,
    narrower: &'static str,
}

fn words(kind: &str) -> Words {
    match kind {
        "gaussian" => Words {
            one: "Gaussian network of the same weight sizes",
            many: "Gaussian networks of the same weight sizes",
            wider: "the sizes of its weights follow another law, or its neurons differ",
            alike: "normal weights of this size explain it",
            narrower: "the sizes of its weights follow another law, or its neurons are alike",
        },
        "initialisation" => Words {
            one: "network as initialised",
            many: "networks as initialised",
            wider: "training, or another initialisation, made its neurons differ",
            alike: "it looks untrained",
            narrower: "training, or another initialisation, made it narrower",
        },
        _ => Words {
            one: "shuffle",
            many: "shuffles",
            wider: "neurons differ more than their weights explain",
            alike: "its weights alone explain it",
            narrower: "neurons are more alike than chance",
        },
    }
}

/// A rescaled checkpoint is no chance: there is nothing to be wider than all of.
fn rescaled(width: f64, widths: &[f64]) -> String {
    let scaled = mean(widths).unwrap_or_default();
    let change = width - scaled;
    match change.abs() < 0.0005 {
        true => {
            "As wide as the first checkpoint with weights of this size: scale alone explains it.".to_owned()
        }
        false => format!(
            "The first checkpoint with weights of this size has w = {scaled:.3}: the change of scale leaves {} of {:.3} \
             unexplained.",
            if change > 0.0 { "a widening" } else { "a narrowing" },
            change.abs()
        ),
    }
}
