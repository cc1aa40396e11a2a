//! What can be wrong with an analysis.

use thiserror::Error;

use crate::checkpoint::StreamError;
use crate::multifractal::{BinningError, QGridError};
use crate::network::NoPaths;

/// An analysis that cannot be made.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum AnalysisError {
    /// What only a build with everything can do.
    #[error("this part of the program does not analyse it")]
    NotPlain,
    /// A threshold out of range.
    #[error(transparent)]
    Threshold(#[from] BinningError),
    /// A grid of q without 0 or too large.
    #[error(transparent)]
    Orders(#[from] QGridError),
    /// Counts that are zero or too large.
    #[error("{option} must lie between {least} and {most}")]
    Count {
        /// Name of the option.
        option: &'static str,
        /// Smallest value.
        least: u32,
        /// Largest value.
        most: u32,
    },
    /// Ranges of layers that do not ascend.
    #[error("the layers must be ranges in ascending order without overlap, at least one")]
    LayerRanges,
    /// A layer that the network does not have.
    #[error("there is no layer {layer}: the network has {layers}, counted from 0")]
    NoSuchLayer {
        /// The layer that was asked for.
        layer: u32,
        /// Layers of the network.
        layers: usize,
    },
    /// A share of too many, or none.
    #[error(
        "there is no share {share} of {shares}: the network has {layers} layers, and a share has at least one"
    )]
    Shares {
        /// The share that was asked for.
        share: u32,
        /// Number of shares.
        shares: u32,
        /// Layers of the network.
        layers: usize,
    },
    /// Another rounding than to the nearest integer, with thresholds between integers.
    #[error(
        "radii are rounded otherwise than to the nearest integer where both thresholds are integers only"
    )]
    Rounding,
    /// Paths of several hops in the whole network.
    #[error("paths of several hops, and other interconnects, are followed in sampled networks only")]
    PathsOfAll,
    /// Paths of several hops in some layers.
    #[error("paths run through all layers; they cannot be followed in some of them")]
    PathsOfLayers,
    /// The rescaled first checkpoint, by paths.
    #[error("the rescale null is of single weights; it does not follow paths of several hops")]
    RescaledPaths,
    /// Paths of several hops in a network that has none.
    #[error(transparent)]
    NoPaths(#[from] NoPaths),
    /// Sub-matrices that do not fit the memory that is given to them.
    #[error(
        "the sampled weights of all samples take {} MB, and paths keep at most {} MB of them",
        .bytes >> 20,
        .most >> 20
    )]
    PathsTooLarge {
        /// Bytes of the weights.
        bytes: u64,
        /// The limit.
        most: u64,
    },
    /// A group that cannot be damaged or scaled in memory.
    #[error("`{group}` has {weights} weights, and {most} are the most that can be changed in memory at once")]
    TooLargeToAlter {
        /// Name of the group.
        group: String,
        /// Its weights.
        weights: u64,
        /// The limit.
        most: u64,
    },
    /// A group with more neurons than memory is given for.
    #[error("`{group}` has {neurons} neurons; {most} are the most that one group may have")]
    TooManyNeurons {
        /// Name of the group.
        group: String,
        /// Its neurons.
        neurons: u64,
        /// The limit.
        most: u64,
    },
    /// A neuron with more edges than can be counted.
    #[error("the neurons of `{group}` have {edges} weights each; {} are the most", u32::MAX)]
    TooManyEdges {
        /// Name of the group.
        group: String,
        /// Weights of each of its neurons.
        edges: u64,
    },
    /// Stored bytes that are not what their encoding says.
    #[error("`{tensor}` cannot be read: {error}")]
    Stored {
        /// Name of the tensor.
        tensor: String,
        /// What is wrong.
        error: StreamError,
    },
    /// The host fed bytes that were not asked for.
    #[error("a read of {expected} bytes was fed {found}")]
    WrongLength {
        /// Bytes of the read that is next; 0 where none is.
        expected: u64,
        /// Bytes that came.
        found: u64,
    },
}

impl AnalysisError {
    /// Stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotPlain => "not-plain",
            Self::Threshold(_) => "bad-threshold",
            Self::Orders(_) => "bad-q-range",
            Self::Count { .. } => "bad-option",
            Self::LayerRanges | Self::NoSuchLayer { .. } | Self::Shares { .. } => "bad-layers",
            Self::Rounding => "bad-rounding",
            Self::PathsOfAll | Self::PathsOfLayers | Self::RescaledPaths | Self::NoPaths(_) => "bad-hops",
            Self::PathsTooLarge { .. } => "paths-too-large",
            Self::TooLargeToAlter { .. } => "too-large-to-alter",
            Self::TooManyNeurons { .. } => "too-many-neurons",
            Self::TooManyEdges { .. } => "too-many-edges",
            Self::Stored { .. } => "damaged-data",
            Self::WrongLength { .. } => "wrong-length",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Threshold(_) | Self::Orders(_) | Self::Count { .. } | Self::LayerRanges => {
                "Change the setting."
            }
            Self::NotPlain => "Analyse it with the other part.",
            Self::Rounding => "Make the thresholds integers.",
            Self::PathsOfAll => "Sample the network, or follow one hop with the original interconnect.",
            Self::PathsOfLayers => "Count all layers, or follow one hop with the original interconnect.",
            Self::RescaledPaths => {
                "Leave the null model out, or follow one hop with the original interconnect."
            }
            Self::NoPaths(NoPaths::NoBlock { .. }) => "Follow one hop with the original interconnect.",
            Self::NoPaths(NoPaths::UnknownOrder { .. }) => "Use the original interconnect.",
            Self::PathsTooLarge { .. } => "Take fewer samples, or fewer neurons of each layer.",
            Self::TooLargeToAlter { .. } => "Take a smaller model, or the command line.",
            Self::NoSuchLayer { .. } | Self::Shares { .. } => "Choose among the layers that it has.",
            Self::TooManyNeurons { .. } | Self::TooManyEdges { .. } => "Analyse a sample of the network.",
            Self::Stored { .. } => "Save or download the file again.",
            Self::WrongLength { .. } => "The file changed while it was read; choose it again.",
        }
    }
}
