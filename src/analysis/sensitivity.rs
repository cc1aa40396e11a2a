//! One option varied at a time, all others as chosen: what the numbers depend on (docs/sensitivity.md).
//!
//! A variation is an analysis under options of its own. Most of them follow from histograms that were kept
//! ([`Measured::redo`](super::Measured::redo)); some read the weights again.

use serde::{Deserialize, Serialize};

use super::{Alteration, DistanceKind, NetworkKind, NullKind, Options};
use crate::multifractal::Rounding;
use crate::network::Wiring;
use crate::report::AxisValue;

/// Longest edges.
const THRESHOLDS: [f64; 8] = [50.0, 75.0, 100.0, 125.0, 150.0, 200.0, 250.0, 300.0];
/// Neurons drawn of each layer.
const LAYER_SAMPLES: [u32; 7] = [16, 24, 32, 48, 64, 96, 128];
/// Largest orders.
const ORDERS: [f64; 5] = [1.0, 2.0, 3.0, 4.0, 5.0];
/// Neurons are kept with more edges.
const DEGREES: [u32; 5] = [1, 5, 10, 20, 50];

/// All weights times this: the square root of 2 doubles the length of an edge in two steps.
const SCALES: [f64; 5] = [0.5, std::f64::consts::FRAC_1_SQRT_2, 1.0, std::f64::consts::SQRT_2, 2.0];

/// What is varied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Axis {
    /// Longest edge T.
    Threshold,
    /// Neurons drawn of each layer, K, and the whole network.
    LayerSample,
    /// Orders from -Q to Q.
    Q,
    /// Neurons are kept with more edges.
    MinimumDegree,
    /// How lengths become radii.
    Rounding,
    /// All weights, times a factor.
    Scale,
    /// How long an edge is.
    Distance,
    /// What the published code does otherwise: see [`quirks`](super::quirks()).
    Quirks,
}

impl Axis {
    /// All that are varied about the present setting, in the order of figures.
    pub const ALL: [Self; 7] = [
        Self::Threshold,
        Self::LayerSample,
        Self::Q,
        Self::MinimumDegree,
        Self::Rounding,
        Self::Scale,
        Self::Distance,
    ];

    /// The name in options and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Threshold => "threshold",
            Self::LayerSample => "layer-sample",
            Self::Q => "q",
            Self::MinimumDegree => "minimum-degree",
            Self::Rounding => "rounding",
            Self::Scale => "scale",
            Self::Distance => "distance",
            Self::Quirks => "quirks",
        }
    }

    /// The axis of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|axis| axis.name() == name)
    }
}

/// One point of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Variation {
    /// What is varied.
    pub axis: Axis,
    /// What it is here.
    pub value: AxisValue,
    /// A sentence about it, where its value does not say it.
    pub text: Option<&'static str>,
    /// Whether this is the setting that was chosen.
    pub is_present: bool,
    /// The options of the analysis.
    pub options: Options,
    /// What all weights are multiplied by.
    pub scale: f64,
}

impl Variation {
    /// Whether histograms of the present setting cannot tell this point: the weights are read again.
    pub fn reads_again(&self) -> bool {
        let options = &self.options;
        let sampled = options.network == NetworkKind::Sampled;
        let other = match self.axis {
            Axis::LayerSample | Axis::Scale | Axis::Distance => true,
            Axis::Quirks => sampled,
            Axis::Threshold | Axis::Q | Axis::MinimumDegree | Axis::Rounding => false,
        };
        other && !self.is_present
    }

    /// What is done to the weights.
    pub fn alteration(&self, wiring: &Wiring) -> Alteration {
        Alteration::Scale(vec![self.scale; wiring.groups.len()])
    }

    /// Whether both are the same analysis.
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.options, self.scale) == (&other.options, other.scale)
    }
}

/// The points of an axis about these options, in ascending order, the present one among them; each with so many
/// shuffles. Values that no analysis of this network can have are left out.
pub fn variations(axis: Axis, options: &Options, wiring: &Wiring, null_samples: u32) -> Vec<Variation> {
    let present = plain(options, null_samples);
    let values = match axis {
        Axis::Threshold => {
            numbers(&THRESHOLDS, present.threshold, |threshold| Options { threshold, ..present.clone() })
        }
        Axis::LayerSample => layer_samples(&present, wiring),
        Axis::Q => orders(&present),
        Axis::MinimumDegree => {
            let degrees = DEGREES.map(f64::from);
            numbers(&degrees, present.minimum_degree.into(), |degree| Options {
                minimum_degree: degree as u32,
                ..present.clone()
            })
        }
        Axis::Rounding => {
            let point = |rounding: Rounding| {
                let value = AxisValue::Name(rounding.name().to_owned());
                (value, Options { rounding, ..present.clone() })
            };
            Rounding::ALL.map(point).to_vec()
        }
        Axis::Scale => SCALES.map(|scale| (AxisValue::Number(scale), present.clone())).to_vec(),
        Axis::Quirks => return super::quirks(options, wiring, null_samples),
        Axis::Distance => [DistanceKind::Inverse, DistanceKind::Scaled]
            .map(|distance| {
                (AxisValue::Name(distance.name().to_owned()), Options { distance, ..present.clone() })
            })
            .to_vec(),
    };
    let possible = values.into_iter().filter(|(_, options)| options.check().is_ok());
    let variation = |(value, options)| {
        let scale = match (axis, &value) {
            (Axis::Scale, AxisValue::Number(scale)) => *scale,
            _ => 1.0,
        };
        let is_present = options == present && scale == 1.0;
        Variation { axis, value, text: None, is_present, options, scale }
    };
    possible.map(variation).collect()
}

/// What a point is computed with, beside what is varied: shuffles alone, no spectra of groups, no neurons drawn anew.
pub(super) fn plain(options: &Options, null_samples: u32) -> Options {
    let null = if null_samples > 0 { vec![NullKind::Shuffle] } else { Vec::new() };
    let null_samples = if null_samples > 0 { null_samples } else { options.null_samples };
    Options { null, null_samples, group_spectra: false, bootstrap: 0, ..options.clone() }
}

/// Numbers and the present one, ascending.
fn numbers(values: &[f64], present: f64, options: impl Fn(f64) -> Options) -> Vec<(AxisValue, Options)> {
    let mut values = values.to_vec();
    if !values.contains(&present) {
        values.push(present);
    }
    values.sort_by(f64::total_cmp);
    values.into_iter().map(|value| (AxisValue::Number(value), options(value))).collect()
}

/// Sampled networks, as long as half of the layers have so many neurons, and the whole one.
fn layer_samples(present: &Options, wiring: &Wiring) -> Vec<(AxisValue, Options)> {
    let mut widths: Vec<u64> = wiring.groups.iter().map(|group| group.neurons).collect();
    widths.sort_unstable();
    let width = widths.get(widths.len() / 2).copied().unwrap_or(0);
    let drawn = LAYER_SAMPLES.into_iter().filter(|&count| u64::from(count) <= width);
    let mut counts: Vec<u32> = drawn.collect();
    if present.network == NetworkKind::Sampled && !counts.contains(&present.layer_sample) {
        counts.push(present.layer_sample);
    }
    counts.sort_unstable();
    let sampled = |layer_sample: u32| {
        let options = Options { network: NetworkKind::Sampled, layer_sample, ..present.clone() };
        (AxisValue::Number(layer_sample.into()), options)
    };
    let whole = (
        AxisValue::Name("whole network".to_owned()),
        Options { network: NetworkKind::Full, ..present.clone() },
    );
    counts.into_iter().map(sampled).chain([whole]).collect()
}

/// Ranges about 0, and the present one by its name where it is none of them.
fn orders(present: &Options) -> Vec<(AxisValue, Options)> {
    let range = |q: f64| (AxisValue::Number(q), Options { q_min: -q, q_max: q, ..present.clone() });
    if present.q_min == -present.q_max {
        return numbers(&ORDERS, present.q_max, |q| range(q).1);
    }
    let name = format!("{} to {}", present.q_min, present.q_max);
    ORDERS.into_iter().map(range).chain([(AxisValue::Name(name), present.clone())]).collect()
}
