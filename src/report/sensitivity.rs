//! Numbers under other options (docs/sensitivity.md).

use serde::{Deserialize, Serialize};

/// One option varied, all others as they are in the document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SensitivityAxis {
    /// `threshold`, `layer-sample`, `q` (orders from -value to value), `minimum-degree`, `rounding`, `scale` (all weights
    /// times the value) or `distance`.
    pub axis: String,
    /// Its points, in ascending order.
    pub points: Vec<SensitivityPoint>,
}

/// What stands on the axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AxisValue {
    /// A number, in the unit of the option.
    Number(f64),
    /// A choice.
    Name(String),
}

/// The numbers of a checkpoint under one setting, and those of its shuffles. Of quirks the value is a name, and the text
/// says what is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SensitivityPoint {
    /// The setting.
    pub value: AxisValue,
    /// What is done otherwise, in a sentence; of quirks only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whether it is that of the document.
    pub is_present: bool,
    /// Regularity, the mean over samples.
    pub alpha0: Option<f64>,
    /// Heterogeneity, the mean over samples.
    pub width: Option<f64>,
    /// Degree of emergence against the baseline of the series under the same setting; null where the series has no other
    /// checkpoint.
    pub emergence: Option<f64>,
    /// Neurons that are kept, of the first sample.
    pub neurons_kept: u64,
    /// Shuffles; null where none were asked for.
    pub null: Option<SensitivityNull>,
}

/// Shuffles under the same setting. Numbers are means, intervals the 2.5 % and 97.5 % points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SensitivityNull {
    /// How many.
    pub samples: u64,
    /// Regularity.
    pub alpha0: Option<f64>,
    /// Its interval.
    pub alpha0_interval: Option<[f64; 2]>,
    /// Heterogeneity.
    pub width: Option<f64>,
    /// Its interval.
    pub width_interval: Option<[f64; 2]>,
    /// Degree of emergence, sample i against sample i of the baseline.
    pub emergence: Option<f64>,
    /// Its interval.
    pub emergence_interval: Option<[f64; 2]>,
}
