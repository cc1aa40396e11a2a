//! The types of the result document, `neuromfa-result/1`.
//!
//! The order and the names of the fields are the public interface; fields may be added, never renamed. A number that
//! does not exist is `None`, written as `null`: no field ever holds NaN or an infinity.

use std::borrow::Cow;
use std::ops::Range;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::{
    Explained, GroupNull, NullRecord, RivalsRecord, SensitivityAxis, SensitivityPoint, UncertaintyRecord,
    ValidityRecord,
};
use crate::analysis::Options;

/// The value of [`ResultDocument::schema`].
pub const SCHEMA: &str = "neuromfa-result/1";

/// One analysis of one or several checkpoints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResultDocument {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The program that computed the document.
    pub tool: Tool,
    /// Every option, with its value.
    pub options: Options,
    /// The checkpoints, in the order of the series.
    pub checkpoints: Vec<CheckpointRecord>,
    /// Benchmark scores by training step.
    #[serde(default)]
    pub scores: Vec<Score>,
    /// How the quantities of the method go with the scores.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub associations: Vec<Association>,
    /// How much of E simple numbers explain. Empty where no checkpoint has the rivals of its matrices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explained: Vec<Explained>,
}

impl ResultDocument {
    /// Places of the checkpoints of the series that this one belongs to; none beyond the last.
    pub fn series_of(&self, checkpoint: usize) -> Range<usize> {
        let mut next = 0;
        let mut series = self.checkpoints.chunk_by(|a, b| a.series == b.series).map(|series| {
            let start = next;
            next += series.len();
            start..next
        });
        series.find(|series| series.contains(&checkpoint)).unwrap_or_default()
    }

    /// Place of the checkpoint that the degree of emergence of this one counts from.
    pub fn baseline_of(&self, checkpoint: usize) -> Option<usize> {
        let mut series = self.series_of(checkpoint);
        let first = series.clone().next();
        series.find(|&place| self.checkpoints[place].is_baseline).or(first)
    }
}

/// Name and version of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `neuromfa`.
    pub name: String,
    /// Semantic version.
    pub version: String,
}

impl Tool {
    /// This crate.
    pub fn this() -> Self {
        Self { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() }
    }
}

/// All results of one checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckpointRecord {
    /// The file's name without its extension, or the folder's name.
    pub name: String,
    /// Training step read from the name.
    pub step: Option<u64>,
    /// Container format, such as `safetensors`.
    pub format: String,
    /// Family of architectures that the tensor names fit.
    pub architecture: String,
    /// Whether the wiring was guessed.
    pub guessed: bool,
    /// The files that were read.
    pub files: Vec<FileRecord>,
    /// Number of entries of all floating-point tensors, analysed or not.
    pub parameters: u64,
    /// The neuron interaction network (of one sample, in a sampled run).
    pub network: NetworkRecord,
    /// One entry for each sample; a single entry with `seed: null` for the whole network.
    pub samples: Vec<SampleRecord>,
    /// Means over the samples.
    pub mean: MeanRecord,
    /// How sure the means are: over the samples of a sampled network, or by a bootstrap over the neurons of the whole one,
    /// where it was asked for.
    #[cfg_attr(feature = "first", serde(skip))]
    #[cfg_attr(not(feature = "first"), serde(default, skip_serializing_if = "Option::is_none"))]
    pub uncertainty: Option<UncertaintyRecord>,
    /// Null models.
    #[serde(default)]
    pub nulls: Vec<NullRecord>,
    /// The spectrum of every group alone, in the order of `network.layers`. Empty where they were not asked for, and in
    /// networks of more than 1,024 groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupRecord>,
    /// Neuron fractal dimension.
    pub nfd: NfdRecord,
    /// Simple baselines beside E.
    pub baselines: Baselines,
    /// What the reader of the numbers must know.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// What the warnings that follow from numbers were decided by, whether they are there or not. `None` in documents
    /// of other programs, and where numbers were published without the weights. Nothing of it is drawn: the module that
    /// draws does without the code to read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "view", serde(skip_deserializing))]
    pub validity: Option<ValidityRecord>,
    /// Degree of emergence against the baseline of the series: its first checkpoint, or the one that was chosen.
    pub emergence: Option<f64>,
    /// Name of the series; `None` for those of the only one, or of one without a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// Whether the user chose that the degrees of emergence of the series count from here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_baseline: bool,
    /// What was done to the weights before they were analysed.
    #[cfg_attr(feature = "first", serde(skip))]
    #[cfg_attr(not(feature = "first"), serde(default, skip_serializing_if = "Option::is_none"))]
    pub damage: Option<DamageRecord>,
    /// What linear algebra says of the matrices, where it was asked for. The page's engines have none of this and of the two
    /// that follow: their modules need not know how they are written.
    #[cfg_attr(any(feature = "engine", feature = "first"), serde(skip))]
    #[cfg_attr(
        not(any(feature = "engine", feature = "first")),
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub rivals: Option<RivalsRecord>,
    /// Numbers under other options. Absent where they were not asked for.
    #[cfg_attr(any(feature = "engine", feature = "first"), serde(skip))]
    #[cfg_attr(
        not(any(feature = "engine", feature = "first")),
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub sensitivity: Vec<SensitivityAxis>,
    /// The exact mode, what the published code does otherwise, each by itself, and all together. Absent where they were
    /// not asked for.
    #[cfg_attr(any(feature = "engine", feature = "first"), serde(skip))]
    #[cfg_attr(
        not(any(feature = "engine", feature = "first")),
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub quirks: Vec<SensitivityPoint>,
}

/// Damage done to the weights of a checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DamageRecord {
    /// `noise`, `prune`, `rewire` or `quantise`.
    pub kind: String,
    /// All that was done up to this round: the noise in standard deviations of each matrix, the share of entries that
    /// were pruned or permuted, the bits that were left. 0 for round 0, in which nothing was done.
    pub amount: f64,
    /// Number of the round.
    pub round: u32,
    /// Seed of the damage.
    pub seed: u64,
}

/// One file of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// File name without folders.
    pub name: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 (hex) over the length, the header and 64 blocks of 4 KiB at evenly spread offsets; of a file on another site,
    /// `remote:` and that over the length, the header and what its server tells it by.
    pub identity: String,
}

/// Size of the neuron interaction network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkRecord {
    /// Input neurons of all groups.
    pub neurons: u64,
    /// Non-zero finite weights.
    pub edges: u64,
    /// Exact zeros.
    pub zero_weights: u64,
    /// NaN and infinite weights.
    pub nonfinite_weights: u64,
    /// The groups, in order.
    pub layers: Vec<LayerRecord>,
    /// Tensors that were not analysed, by reason.
    #[serde(default)]
    pub skipped: Vec<SkippedRecord>,
}

/// One group of matrices that leave the same neurons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerRecord {
    /// Name of the group.
    pub name: String,
    /// Tensors whose outputs are concatenated.
    pub tensors: Vec<String>,
    /// Input neurons.
    pub neurons: u64,
    /// Outputs of each neuron, zeros included.
    pub edges_per_neuron: u64,
    /// Neurons with more than 10 edges of length in (1, T], or than `options.minimum_degree`.
    pub kept: u64,
    /// Mean |w| over all entries, and over all samples of a sampled run.
    #[serde(default)]
    pub mean_abs_weight: Option<f64>,
}

/// Tensors that were left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedRecord {
    /// Plain words: `embeddings`, `normalisation`, `biases`, `integers` and the like.
    pub reason: String,
    /// Names of the tensors.
    pub tensors: Vec<String>,
}

/// The spectrum of one network. Arrays over q have one value per q unless said otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleRecord {
    /// Seed of the sample, `None` for the whole network.
    pub seed: Option<u64>,
    /// Neurons with more than 10 edges of length in (1, T], or than `options.minimum_degree`.
    pub neurons_kept: u64,
    /// Distinct rounded radii R, ascending.
    pub radii: Vec<u32>,
    /// Largest radius d.
    pub diameter: Option<u32>,
    /// The orders q.
    pub q: Vec<f64>,
    /// Mass exponent.
    pub tau: Vec<Option<f64>>,
    /// Intercept of the fit.
    pub intercept: Vec<Option<f64>>,
    /// Standard error of tau.
    pub stderr: Vec<Option<f64>>,
    /// Coefficient of determination of the fit; null at q = 0.
    pub r_squared: Vec<Option<f64>>,
    /// D(q) = tau(q)/q; at q = 0 alpha_0.
    pub dimension: Vec<Option<f64>>,
    /// Singularity strength: 61 values in exact mode, one fewer than q in reference mode.
    pub alpha: Vec<Option<f64>>,
    /// Spectrum f(alpha), as many as `alpha`.
    pub f: Vec<Option<f64>>,
    /// ln Z_q(r) at a few q.
    pub partition: PartitionRecord,
    /// Regularity.
    pub alpha0: Option<f64>,
    /// Forward differences: alpha at q = -step and at q = 0; null in exact mode.
    pub alpha0_candidates: Option<[f64; 2]>,
    /// Heterogeneity: largest minus smallest alpha.
    pub width: Option<f64>,
    /// ln((alpha_max - alpha_0)/(alpha_0 - alpha_min)).
    pub asymmetry: Option<f64>,
    /// Neuron fractal dimension of this sample.
    pub nfd: NfdSummary,
}

/// The partition function at a few orders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartitionRecord {
    /// Those of -3, -2, ..., 3 that the grid holds.
    pub q: Vec<f64>,
    /// One row per q, one value per radius.
    pub ln_z: Vec<Vec<Option<f64>>>,
}

/// Five numbers of a distribution over neurons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct NfdSummary {
    /// Mean.
    pub mean: Option<f64>,
    /// Median.
    pub median: Option<f64>,
    /// Sample standard deviation (n - 1).
    pub sd: Option<f64>,
    /// Smallest.
    pub min: Option<f64>,
    /// Largest.
    pub max: Option<f64>,
}

/// Means over samples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct MeanRecord {
    /// Mean alpha_0.
    pub alpha0: Option<f64>,
    /// Sample standard deviation, null for one sample.
    pub alpha0_sd: Option<f64>,
    /// Mean width.
    pub width: Option<f64>,
    /// Sample standard deviation, null for one sample.
    pub width_sd: Option<f64>,
}

/// The spectrum of one group alone: with radii and a diameter of its own, as if the network had no other group. In a
/// sampled run numbers and curves are means over the samples, as those of the record; `neurons_kept` and `diameter` are
/// of the first sample, as in [`NetworkRecord`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// Name of the group.
    pub name: String,
    /// Neurons with more than 10 edges of length in (1, T], or than `options.minimum_degree`.
    pub neurons_kept: u64,
    /// Largest radius d of the group.
    pub diameter: Option<u32>,
    /// Regularity.
    pub alpha0: Option<f64>,
    /// Heterogeneity.
    pub width: Option<f64>,
    /// ln((alpha_max - alpha_0)/(alpha_0 - alpha_min)).
    pub asymmetry: Option<f64>,
    /// alpha at each q, to six decimals; empty without a spectrum.
    pub alpha: Vec<Option<f64>>,
    /// f at each q, to six decimals.
    pub f: Vec<Option<f64>>,
    /// Null models.
    #[serde(default)]
    pub nulls: Vec<GroupNull>,
}

/// Neuron fractal dimension of one checkpoint.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NfdRecord {
    /// Mean over neurons (mean over samples of it, in a sampled run); likewise the others.
    #[serde(flatten)]
    pub summary: NfdSummary,
    /// Counts of neurons in equal bins.
    pub histogram: NfdHistogram,
    /// One entry per group.
    pub layers: Vec<NfdLayer>,
}

/// Counts in bins of 0.05 between `from` and `to`, two multiples of 0.05; counts are means over samples and may be
/// fractions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NfdHistogram {
    /// Lower edge of the first bin.
    pub from: f64,
    /// Upper edge of the last bin.
    pub to: f64,
    /// Neurons in each bin.
    pub counts: Vec<f64>,
}

/// Neuron fractal dimension of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NfdLayer {
    /// Name of the group.
    pub name: String,
    /// Its numbers.
    #[serde(flatten)]
    pub summary: NfdSummary,
}

/// Baselines that any analysis should be compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Baselines {
    /// Mean |w| over all entries of the groups.
    pub mean_abs_weight: Option<f64>,
    /// Mean over neurons of the sum of |w|.
    pub mean_weighted_degree: Option<f64>,
}

/// Something that the reader of a number must know.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Warning {
    /// Stable, in kebab case: `fit-fair`, `neurons-left-out`, `zero-weights` and the like.
    pub code: String,
    /// One or two sentences for people: what was found, with its number.
    pub text: String,
    /// What to do, one sentence; `None` where there is nothing to do, or where the text says it.
    #[serde(default)]
    pub remedy: Option<Cow<'static, str>>,
}

impl Warning {
    /// A warning without a remedy.
    pub fn new(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.to_owned(), text: text.into(), remedy: None }
    }
}

impl Serialize for Warning {
    /// A remedy that is not there is absent from documents, but not from bytes whose fields have no names.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let has_remedy = self.remedy.is_some() || !serializer.is_human_readable();
        let mut fields = serializer.serialize_struct("Warning", 2 + usize::from(has_remedy))?;
        fields.serialize_field("code", &self.code)?;
        fields.serialize_field("text", &self.text)?;
        if has_remedy {
            fields.serialize_field("remedy", &self.remedy)?;
        }
        fields.end()
    }
}

/// Values of one benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Name of the metric.
    pub metric: String,
    /// Values by step.
    pub values: Vec<ScoreValue>,
    /// Name of the series that it belongs to; absent where it belongs to every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
}

/// One value of one benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScoreValue {
    /// Training step.
    pub step: u64,
    /// Value of the metric, in its own unit (accuracies from 0 to 1).
    pub value: f64,
}

/// How one number of the checkpoints goes with one metric, over the checkpoints of a series that have both (method,
/// section 6). Steps are matched exactly. Intervals are 95 % of a percentile bootstrap: 2000 draws of checkpoints with
/// replacement, always the same ones.
///
/// Coefficients lie between -1 and 1. `None` where they do not exist: for fewer than three checkpoints (partial ones, four;
/// intervals, five), and where one of the two numbers is the same at all of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Association {
    /// Name of the series; absent where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// Name of the metric.
    pub metric: String,
    /// `emergence`, `width`, `excess_width` (width minus the mean width of the shuffles) or `alpha0`.
    pub quantity: String,
    /// Checkpoints with both numbers.
    pub n: u64,
    /// Pearson's r.
    pub pearson: Option<f64>,
    /// Its interval.
    pub pearson_interval: Option<[f64; 2]>,
    /// Spearman's rank correlation; equal values have the mean of their ranks.
    pub spearman: Option<f64>,
    /// Its interval.
    pub spearman_interval: Option<[f64; 2]>,
    /// Pearson's partial correlation given log(1 + step).
    pub partial_pearson: Option<f64>,
    /// Its interval.
    #[serde(default)]
    pub partial_pearson_interval: Option<[f64; 2]>,
    /// The trivial predictor: the same metric against log(1 + step) alone.
    pub log_step: Coefficients,
    /// Chance: the same metric against the same number of the shuffles, their mean. `None` without shuffles, and for the
    /// excess width, which is a comparison with them already.
    #[serde(default)]
    pub shuffled: Option<Coefficients>,
    /// The same after the early rise; `None` where no checkpoint is left of it.
    pub late: Option<LateAssociation>,
    /// Steps that have a score and no checkpoint.
    #[serde(default)]
    pub steps_without_checkpoint: u64,
    /// Checkpoints that have no score.
    #[serde(default)]
    pub checkpoints_without_score: u64,
    /// What the numbers show and what they do not, in sentences.
    #[serde(default)]
    pub text: String,
}

/// Two correlation coefficients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Coefficients {
    /// Pearson's r.
    pub pearson: Option<f64>,
    /// Spearman's rank correlation.
    pub spearman: Option<f64>,
}

/// An association over the late checkpoints only. Fields are those of [`Association`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct LateAssociation {
    /// First step that counts.
    pub from_step: u64,
    pub n: u64,
    pub pearson: Option<f64>,
    pub pearson_interval: Option<[f64; 2]>,
    pub spearman: Option<f64>,
    pub spearman_interval: Option<[f64; 2]>,
    #[serde(default)]
    pub partial_pearson: Option<f64>,
    #[serde(default)]
    pub partial_pearson_interval: Option<[f64; 2]>,
    pub log_step: Coefficients,
    #[serde(default)]
    pub shuffled: Option<Coefficients>,
}
