//! What stands beside a number: what chance gives, how far the number is from that, and how sure it is.

use serde::{Deserialize, Serialize};

use super::NfdHistogram;

/// 95 % intervals of a checkpoint's numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UncertaintyRecord {
    /// `samples`: t intervals of the means over the samples of a sampled network. `neurons`: 2.5 %
    /// and 97.5 % points over resamples of the neurons of each group, shifted to have the network's own number as their
    /// mean.
    pub over: String,
    /// Number of samples or resamples.
    pub count: u64,
    /// Regularity.
    pub alpha0_interval: Option<[f64; 2]>,
    /// Width.
    pub width_interval: Option<[f64; 2]>,
    /// Degree of emergence, sample i against sample i of the baseline, or resample i.
    #[serde(default)]
    pub emergence_interval: Option<[f64; 2]>,
    /// alpha_0 of every resample; empty over samples, which have their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alpha0_values: Vec<Option<f64>>,
    /// Width of every resample.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub width_values: Vec<Option<f64>>,
}

/// A null model of one checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NullRecord {
    /// `shuffle`, `gaussian`, `initialisation` or `rescale`.
    pub kind: String,
    /// How weights are initialised, of `initialisation`: `small-wang`, `scaled-normal`, `normal`, `xavier` or `kaiming`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// Number of null samples.
    pub samples: u64,
    /// Mean alpha_0.
    pub alpha0: Option<f64>,
    /// Sample standard deviation.
    pub alpha0_sd: Option<f64>,
    /// 2.5 % and 97.5 % points of the null samples.
    pub alpha0_interval: Option<[f64; 2]>,
    /// Mean width.
    pub width: Option<f64>,
    /// Sample standard deviation.
    pub width_sd: Option<f64>,
    /// 2.5 % and 97.5 % points.
    pub width_interval: Option<[f64; 2]>,
    /// The checkpoint's numbers less those of the null.
    #[serde(default)]
    pub difference: Excesses,
    /// What the widths say, in a sentence; empty without any.
    #[serde(default)]
    pub text: String,
    /// Mean E of the null, sample i against sample i of the first checkpoint's null.
    pub emergence: Option<f64>,
    /// 2.5 % and 97.5 % points.
    #[serde(default)]
    pub emergence_interval: Option<[f64; 2]>,
    /// Mean asymmetry.
    #[serde(default)]
    pub asymmetry: Option<f64>,
    /// 2.5 % and 97.5 % points.
    #[serde(default)]
    pub asymmetry_interval: Option<[f64; 2]>,
    /// alpha at each q, mean over the null samples.
    pub alpha: Vec<Option<f64>>,
    /// f at each q, mean over the null samples.
    pub f: Vec<Option<f64>>,
    /// 2.5 % and 97.5 % points of f's spectrum at each q: `[alpha_low, alpha_high, f_low, f_high]`.
    #[serde(default)]
    pub envelope: Vec<[f64; 4]>,
    /// alpha_0 of every null sample.
    pub alpha0_values: Vec<Option<f64>>,
    /// Width of every null sample.
    pub width_values: Vec<Option<f64>>,
    /// Neuron fractal dimension over all null samples together.
    #[serde(default)]
    pub nfd: NullNfd,
}

/// How far the numbers of a checkpoint are from those of a null model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Excesses {
    /// Regularity.
    pub alpha0: Option<Excess>,
    /// Width.
    pub width: Option<Excess>,
    /// Degree of emergence, that of the null by its own spectra at both checkpoints.
    pub emergence: Option<Excess>,
}

/// A number less the mean of a null model's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Excess {
    /// The difference.
    pub value: f64,
    /// From the 97.5 % and 2.5 % points of the null samples; in a sampled run widened by the spread over samples, that of
    /// the 95 % t interval of the mean, in quadrature.
    pub interval: [f64; 2],
}

/// A null model of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupNull {
    /// As in [`NullRecord`], likewise the others.
    pub kind: String,
    /// Number of null samples.
    pub samples: u64,
    /// Mean alpha_0.
    pub alpha0: Option<f64>,
    /// 2.5 % and 97.5 % points of the null samples.
    pub alpha0_interval: Option<[f64; 2]>,
    /// Mean width.
    pub width: Option<f64>,
    /// 2.5 % and 97.5 % points.
    pub width_interval: Option<[f64; 2]>,
    /// Width of every null sample, to six decimals.
    pub width_values: Vec<Option<f64>>,
}

/// Neuron fractal dimension of a null model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NullNfd {
    /// Mean over null samples of the mean over neurons.
    pub mean: Option<f64>,
    /// 2.5 % and 97.5 % points of the null samples' means.
    pub mean_interval: Option<[f64; 2]>,
    /// Mean histogram over null samples, with bins of the same width as [`NfdRecord::histogram`].
    pub histogram: Option<NfdHistogram>,
}
