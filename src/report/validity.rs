//! Whether the numbers of a checkpoint can be read as they stand: what was measured for it, and the badges that say so.
//!
//! Thresholds, how often each badge is seen on untrained networks, and why: docs/validity.md.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Warning;

/// A warning that follows from numbers or from the wiring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Badge {
    WiringGuessed,
    Quantised,
    NoEdges,
    NoSpectrum,
    FitFair,
    FewRadii,
    SlopesVary,
    TauNotConcave,
    FAboveZero,
    PeakTied,
    FewNeurons,
    NeuronsLeftOut,
    ZeroWeights,
    RepeatedValues,
    NonfiniteWeights,
    SamplesDropped,
    LateFirstCheckpoint,
    ChosenBaseline,
    KeptChanged,
}

/// Code and remedy of every badge, in the order of [`Badge`].
const BADGES: [(&str, &str); Badge::KeptChanged as usize + 1] = [
    ("wiring-guessed", "Look through the groups, and wire the matrices yourself where they are wrong."),
    ("quantised", "Compare it with checkpoints of the same type only."),
    ("no-edges", "Look at how the file was written, and take another step of the training."),
    ("no-spectrum", "Raise the longest edge T; weights of a single size have no spectrum at any T."),
    ("fit-fair", "Read α as a summary of shape, not as an exact exponent."),
    ("few-radii", "Read α as a summary of shape; a longer T adds radii."),
    ("slopes-vary", "Read α₀ as a mean over lengths, and compare it at the same T only."),
    ("tau-not-concave", "Do not read the width, nor the branch of f(α) that folds back."),
    ("f-above-zero", "Do not read α₀ and E; look at the fit at the orders around 0."),
    ("peak-tied", "Compare with other results of the reference mode only, or take the exact mode."),
    (
        "few-neurons",
        "Do not read the right side of the spectrum: take a larger sample, or a q range nearer to 0.",
    ),
    ("neurons-left-out", "Raise T to keep more, and compare networks that keep alike only."),
    ("zero-weights", "Compare only with networks pruned or quantised alike."),
    ("repeated-values", "Compare only with weights that were quantised alike, and with their own shuffles."),
    ("nonfinite-weights", "Look for where the training broke, and take a step before it."),
    ("samples-dropped", "Take filter 0 to see the means over all samples."),
    ("late-first-checkpoint", "Add the checkpoint of the start of training."),
    ("chosen-baseline", "Say so where you show E."),
    (
        "kept-changed",
        "Read E and the change of the width beside those of the shuffles, which lose the same neurons; or raise T.",
    ),
];

impl Badge {
    /// Every badge.
    pub const CODES: [&'static str; BADGES.len()] = {
        let mut codes = [""; BADGES.len()];
        let mut index = 0;
        while index < codes.len() {
            codes[index] = BADGES[index].0;
            index += 1;
        }
        codes
    };

    /// The code of its warnings.
    pub const fn code(self) -> &'static str {
        BADGES[self as usize].0
    }

    /// The warning, with what to do.
    pub fn warning(self, text: impl Into<String>) -> Warning {
        let (code, remedy) = BADGES[self as usize];
        Warning { remedy: Some(Cow::Borrowed(remedy)), ..Warning::new(code, text) }
    }
}

/// What was measured. In a sampled run, over all samples, dropped ones too. Nothing here depends on chance: it is of
/// the weights alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ValidityRecord {
    /// How straight the log-log lines are. `None` without a spectrum, likewise for the next ones.
    pub fit: Option<FitQuality>,
    /// What the lines are fitted on.
    pub radii: Option<RadiusRange>,
    /// D(q) on the halves of the range of ln r, at the smallest q, at 0 and at the largest q. Empty where a half has
    /// fewer than three radii.
    pub slopes: Vec<LocalSlopes>,
    /// The most by which alpha rises with q; 0, but for rounding, where tau is concave.
    pub largest_alpha_rise: Option<f64>,
    /// Largest f. 0 but for rounding where the peak is at q = 0.
    pub largest_f: Option<f64>,
    /// How many neurons carry Z at the smallest q.
    pub carried: Option<Carried>,
    /// Neurons with more than 10 edges of length in (1, T], as a share of all.
    pub kept_share: Option<f64>,
    /// The same of the group that keeps the smallest share.
    pub worst_group: Option<GroupShare>,
    /// Exact zeros, as a share of all weights.
    pub zero_share: Option<f64>,
    /// Values among some thousand weights of the group that repeats them most. `None` where paths are followed, of types
    /// with 8 bits or fewer, and of groups with too few weights to tell.
    pub repeated: Option<RepeatedValues>,
}

/// Coefficients of determination over all q but 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FitQuality {
    /// Smallest R^2.
    pub lowest: f64,
    /// The q of it.
    pub lowest_at: f64,
    /// Median over q and samples.
    pub median: f64,
}

/// The rounded radii that lines are fitted on: those of the sample with the fewest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RadiusRange {
    /// How many distinct ones.
    pub count: u64,
    /// Smallest.
    pub smallest: u32,
    /// Largest, the diameter d.
    pub largest: u32,
}

/// D(q) = tau(q)/q (alpha_0 at q = 0) from the lines through some of the radii, means over samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LocalSlopes {
    /// The order.
    pub q: f64,
    /// Through the radii in the lower half of the range of ln r.
    pub lower: f64,
    /// Through those in its upper half.
    pub upper: f64,
    /// Through all.
    pub whole: f64,
}

/// How many neurons Z_q(r) = sum of p^q consists of: exp of the entropy of the shares p^q / Z, which is the number of
/// neurons where all have the same share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Carried {
    /// The order: the smallest of the grid.
    pub q: f64,
    /// The radius where they are fewest.
    pub radius: u32,
    /// Their number.
    pub neurons: f64,
    /// Kept neurons, of which they are a part.
    pub of: u64,
}

/// A group and its share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupShare {
    /// Name of the group.
    pub name: String,
    /// Between 0 and 1.
    pub share: f64,
}

/// Weights of one group that were looked at in runs of consecutive ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepeatedValues {
    /// Name of the group.
    pub name: String,
    /// Weights that were looked at, without zeros and non-finite ones.
    pub values: u64,
    /// Distinct values, counted run by run.
    pub distinct: u64,
}
