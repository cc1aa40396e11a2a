//! What an analysis can be asked.

use serde::{Deserialize, Serialize};

use super::AnalysisError;
use super::initialisation::Scheme;
use crate::WHOLE;
use crate::multifractal::{
    Binning, Differences, FoldSettings, MINIMUM_DEGREE, QGrid, Rounding, SpectrumMode, Tie,
};
use crate::network::Rows;

/// Every option of an analysis. The command line and the page have the same ones and the same defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The whole network, or samples of it.
    pub network: NetworkKind,
    /// The layers that are analysed: ascending ranges `[first, last]` of the wiring's groups, counted from 0, without
    /// overlap. `None` for all of them.
    pub layers: Option<Vec<[u32; 2]>>,
    /// How alpha is computed from tau.
    pub mode: Mode,
    /// Differences that alpha is taken from, where they are not those of the mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differences: Option<Differences>,
    /// The order at which alpha_0 is taken, where it is not that of the mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tie: Option<Tie>,
    /// Sampled network: number of samples.
    pub samples: u32,
    /// Sampled network: seed of the first sample; sample i uses `seed + i`. Also the seed of the null models.
    pub seed: u32,
    /// Sampled network: neurons drawn of each layer, K.
    pub layer_sample: u32,
    /// Sampled network: where the drawn neurons lie. Documents name it where it is not the original one.
    #[serde(skip_serializing_if = "Rows::is_random")]
    pub rows: Rows,
    /// Longest edge of the spectrum, T.
    pub threshold: f64,
    /// Longest edge of the neuron fractal dimension.
    pub nfd_threshold: f64,
    /// Smallest q.
    pub q_min: f64,
    /// Largest q.
    pub q_max: f64,
    /// Step of q.
    pub q_step: f64,
    /// A neuron is kept with more edges than this. Documents name it where it is not 10, as those below.
    #[serde(skip_serializing_if = "is_usual_degree")]
    pub minimum_degree: u32,
    /// How lengths become radii.
    #[serde(skip_serializing_if = "Rounding::is_nearest")]
    pub rounding: Rounding,
    /// Reference mode: which samples are dropped (0 none, 1 any f > 0, 2 alpha not peaked at its first q, 3 both).
    pub filter: u8,
    /// Sampled network: length of the paths that are followed, 1 to 3 (method, section 8).
    pub hops: u8,
    /// Sampled network: what joins the layers of a block beside its weights. Documents name it where it is not the
    /// original one.
    #[serde(skip_serializing_if = "InterconnectKind::is_original")]
    pub interconnect: InterconnectKind,
    /// How long an edge is. Documents name it where it is not the original.
    #[serde(skip_serializing_if = "DistanceKind::is_original")]
    pub distance: DistanceKind,
    /// Null models.
    pub null: Vec<NullKind>,
    /// Number of samples of each null model.
    pub null_samples: u32,
    /// How the null model `initialisation` draws weights. Documents name it where it is not that of the architecture.
    #[serde(skip_serializing_if = "Scheme::is_auto")]
    pub initialisation: Scheme,
    /// Resamples of the bootstrap over neurons, of the whole network; none by default, and then documents leave them out.
    #[serde(skip_serializing_if = "is_zero")]
    pub bootstrap: u32,
    /// Whether the spectrum of every group alone is computed, and its null models.
    pub group_spectra: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            network: NetworkKind::Full,
            layers: None,
            mode: Mode::Exact,
            differences: None,
            tie: None,
            samples: 10,
            seed: 0,
            layer_sample: 32,
            rows: Rows::Random,
            threshold: 150.0,
            nfd_threshold: 200.0,
            q_min: -3.0,
            q_max: 3.0,
            q_step: 0.1,
            minimum_degree: USUAL_DEGREE,
            rounding: Rounding::Nearest,
            filter: 0,
            hops: 1,
            interconnect: InterconnectKind::Original,
            distance: DistanceKind::Inverse,
            null: Vec::new(),
            null_samples: 100,
            initialisation: Scheme::Auto,
            bootstrap: 0,
            group_spectra: true,
        }
    }
}

/// Most samples of a sampled network, and of a null model.
const MOST_SAMPLES: u32 = 10_000;
/// Neurons are kept with more edges than this.
const USUAL_DEGREE: u32 = MINIMUM_DEGREE as u32;
/// More edges than any neuron has.
const LARGEST_DEGREE: u32 = 1 << 30;
/// Most neurons drawn of each layer.
const MOST_DRAWN: u32 = 4096;

impl Options {
    /// Refuses what no analysis can do.
    pub fn check(&self) -> Result<(), AnalysisError> {
        let counts = [
            ("samples", self.samples, 1, MOST_SAMPLES),
            ("layer-sample", self.layer_sample, 1, MOST_DRAWN),
            ("null-samples", self.null_samples, 1, MOST_SAMPLES),
            ("minimum-degree", self.minimum_degree, 0, LARGEST_DEGREE),
            ("bootstrap", self.bootstrap, 0, MOST_SAMPLES),
            ("filter", self.filter.into(), 0, 3),
            ("hops", self.hops.into(), 1, 3),
        ];
        for (option, value, least, most) in counts {
            if !(least..=most).contains(&value) {
                return Err(AnalysisError::Count { option, least, most });
            }
        }
        if self.follows_paths() && self.network == NetworkKind::Full {
            return Err(AnalysisError::PathsOfAll);
        }
        if self.follows_paths() && self.null.contains(&NullKind::Rescale) {
            return Err(AnalysisError::RescaledPaths);
        }
        if self.follows_paths() && self.layers.is_some() {
            return Err(AnalysisError::PathsOfLayers);
        }
        if !self.rounding.is_nearest() && self.thresholds().iter().any(|threshold| threshold.fract() != 0.0) {
            return Err(AnalysisError::Rounding);
        }
        self.check_layers()?;
        self.fold_settings()?;
        Ok(Binning::check(&self.thresholds())?)
    }

    /// What the folds depend on.
    pub fn fold_settings(&self) -> Result<FoldSettings, AnalysisError> {
        let grid = QGrid::new(self.q_min, self.q_max, self.q_step)?;
        Ok(FoldSettings {
            threshold: self.threshold,
            nfd_threshold: self.nfd_threshold,
            grid,
            minimum_degree: self.minimum_degree.into(),
            rounding: self.rounding,
        })
    }

    /// How spectra follow from tau.
    pub fn spectrum_mode(&self) -> SpectrumMode {
        let usual = match self.mode {
            Mode::Exact => SpectrumMode::EXACT,
            Mode::Reference => SpectrumMode::REFERENCE,
        };
        SpectrumMode {
            differences: self.differences.unwrap_or(usual.differences),
            tie: self.tie.unwrap_or(usual.tie),
        }
    }

    /// Bins that resolve the thresholds.
    pub fn binning(&self) -> Result<Binning, AnalysisError> {
        Ok(Binning::new(&self.thresholds())?)
    }

    fn thresholds(&self) -> [f64; 2] {
        [self.threshold, self.nfd_threshold]
    }

    /// Whether a null model needs the sums of squares of the weights, which nothing else does.
    pub(super) fn needs_squares(&self) -> bool {
        WHOLE && self.null.contains(&NullKind::Gaussian)
    }

    /// Whether they ask for nothing but what every build can do: the whole network, weight by weight, beside its shuffles.
    pub(super) fn are_plain(&self) -> bool {
        self.network == NetworkKind::Full
            && !self.follows_paths()
            && self.distance == DistanceKind::Inverse
            && self.null.iter().all(|&kind| kind == NullKind::Shuffle)
            && self.bootstrap == 0
    }

    /// Whether distances are those of paths, from neuron to neuron, and not lengths of single weights.
    pub fn follows_paths(&self) -> bool {
        self.hops > 1 || self.interconnect != InterconnectKind::Original
    }

    /// Whether both choose the same neurons and edges of a layer, whatever is computed from them.
    pub fn same_network(&self, other: &Self) -> bool {
        let same_edges = self.interconnect == other.interconnect && self.distance == other.distance;
        if self.follows_paths() != other.follows_paths() || !same_edges {
            return false;
        }
        let sample = |options: &Self| (options.samples, options.seed, options.layer_sample, options.rows);
        self.network == other.network && (self.network == NetworkKind::Full || sample(self) == sample(other))
    }
}

fn is_usual_degree(degree: &u32) -> bool {
    *degree == USUAL_DEGREE
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Which neurons and edges are analysed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NetworkKind {
    /// All of them.
    Full,
    /// A sampled network (SNIN).
    Sampled,
}

/// What joins the layers of a block beside its weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InterconnectKind {
    /// As the authors' implementation has it.
    Original,
    /// As the model computes, but for the feed-forward part, which follows the attention whatever the model does.
    Serial,
    /// As the model computes.
    True,
}

impl InterconnectKind {
    fn is_original(&self) -> bool {
        *self == Self::Original
    }
}

/// How long the edge of a weight w is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DistanceKind {
    /// 1/|w|, as the authors have it: all numbers follow the size of the weights.
    Inverse,
    /// s/|w| with s = 50 sigma, where sigma is the root mean square of the finite weights of the group (all of them, in a
    /// sampled network too): the size of a group's weights does not matter, only how they differ. A group with sigma =
    /// 0.02 keeps its distances, so that thresholds mean what they usually do.
    Scaled,
}

impl DistanceKind {
    /// The name in options and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inverse => "inverse",
            Self::Scaled => "scaled",
        }
    }

    fn is_original(&self) -> bool {
        *self == Self::Inverse
    }
}

/// How alpha is computed from tau.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Central differences on the q grid.
    Exact,
    /// Forward differences, as the authors' implementation.
    Reference,
}

/// Kinds of null models (method, section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NullKind {
    /// All entries of a group, permuted over its neurons.
    Shuffle,
    /// Normal weights about 0 with the standard deviation about 0 of the group's finite ones: signs do not enter, so that
    /// this is the only size that the method can see.
    Gaussian,
    /// Weights drawn as before training, by [`Options::initialisation`].
    Initialisation,
    /// The first checkpoint of the series, with the weights of each group scaled to the mean |w| that they have here. It
    /// is computed where the checkpoints of a series are together.
    Rescale,
}

impl NullKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Shuffle, Self::Gaussian, Self::Initialisation, Self::Rescale];

    /// The name in options and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shuffle => "shuffle",
            Self::Gaussian => "gaussian",
            Self::Initialisation => "initialisation",
            Self::Rescale => "rescale",
        }
    }

    /// Whether it is drawn at random, from one checkpoint by itself.
    pub fn is_drawn(self) -> bool {
        self != Self::Rescale
    }
}
