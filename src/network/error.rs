//! What can be wrong with a network.

use thiserror::Error;

use crate::checkpoint::{LORA_DELTAS, PackedKind};

/// A checkpoint in which no network was found, or to which a wiring does not apply.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NetworkError {
    /// Not one matrix of floating-point numbers.
    #[error("{checkpoint} holds no weight matrix{}", instead(.holds))]
    NoMatrix {
        /// Name of the checkpoint.
        checkpoint: String,
        /// What it holds instead, where its tensors belong to weights that are elsewhere: `LoRA deltas`,
        /// `quantisation scales`.
        holds: Option<&'static str>,
    },
    /// Matrices in a form that has no meaning without tensors beside them.
    #[error("{checkpoint} cannot be read as weights. They are {kind}; NeuroMFA does not unpack them")]
    Packed {
        /// Name of the checkpoint.
        checkpoint: String,
        /// How they are packed.
        kind: PackedKind,
    },
    /// Most matrices are of a type or kind that is not read.
    #[error("{checkpoint} stores most of its matrices in a form that is not read: {kind}")]
    Unread {
        /// Name of the checkpoint.
        checkpoint: String,
        /// The form, such as `type IQ4_XS`; the commonest where there are several.
        kind: String,
    },
    /// Matrices of one group that do not leave the same neurons.
    #[error("`{tensor}` has {found} inputs where its group has {expected}")]
    UnequalInputs {
        /// Name of the tensor.
        tensor: String,
        /// Its inputs.
        found: u64,
        /// Inputs of the matrices before it.
        expected: u64,
    },
    /// A wiring without groups, or a group without matrices.
    #[error("the wiring has no matrix{}", place(.group))]
    EmptyWiring {
        /// Name of the group; `None` where there is no group at all.
        group: Option<String>,
    },
    /// A wiring gives a group the number of a block that no network has: samples are drawn for every block up to it.
    #[error("the wiring puts the group `{group}` into block {block}; blocks are numbered below {most}")]
    LargeBlock {
        /// Name of the group.
        group: String,
        /// The number.
        block: u32,
        /// Numbers are below this.
        most: u32,
    },
    /// A wiring names a tensor that the checkpoint does not hold.
    #[error("the wiring names `{tensor}`, which {checkpoint} does not hold")]
    UnknownTensor {
        /// Name of the tensor.
        tensor: String,
        /// Name of the checkpoint.
        checkpoint: String,
    },
    /// A wiring names a tensor whose elements are no weights.
    #[error("the wiring names `{tensor}`, which holds {what}")]
    NoWeights {
        /// Name of the tensor.
        tensor: String,
        /// What it holds.
        what: &'static str,
    },
    /// A wiring reads a tensor in a way that its shape does not allow.
    #[error("the wiring reads `{tensor}` in a way that its shape {shape:?} does not allow: {why}")]
    WrongShape {
        /// Name of the tensor.
        tensor: String,
        /// Its shape.
        shape: Vec<u64>,
        /// What does not fit.
        why: &'static str,
    },
    /// A wiring uses some elements of a tensor twice.
    #[error("the wiring uses weights of `{tensor}` twice")]
    UsedTwice {
        /// Name of the tensor.
        tensor: String,
    },
}

impl NetworkError {
    /// Stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoMatrix { .. } => "no-matrix",
            Self::Packed { .. } => "packed-weights",
            Self::Unread { .. } => "unread-weights",
            Self::UnequalInputs { .. } => "unequal-inputs",
            Self::EmptyWiring { .. } => "empty-wiring",
            Self::LargeBlock { .. } => "large-block",
            Self::UnknownTensor { .. } => "unknown-tensor",
            Self::NoWeights { .. } => "no-weights",
            Self::WrongShape { .. } => "wrong-shape",
            Self::UsedTwice { .. } => "used-twice",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoMatrix { holds: Some(LORA_DELTAS), .. } => {
                "Merge them into the model that they belong to and use the merged one."
            }
            Self::NoMatrix { holds: Some(_), .. } | Self::Packed { .. } => "Use the original or a GGUF file.",
            Self::NoMatrix { holds: None, .. } => {
                "Use the model file of the same step: optimiser states and tokenizers have no weights to analyse."
            }
            Self::Unread { .. } => "Use another quantisation, such as Q4_K or Q8_0, or the original.",
            Self::UnequalInputs { .. } => {
                "Matrices of one group leave the same neurons; put others into groups of their own."
            }
            Self::EmptyWiring { .. } => "Give each group at least one matrix, or leave it out.",
            Self::LargeBlock { .. } => "Number the blocks of a stack from 0 on.",
            Self::UnknownTensor { .. } => "Use a wiring that was made for this kind of model.",
            Self::NoWeights { .. } => "Leave it out of the wiring.",
            Self::WrongShape { .. } => "Change its axes, its groups of channels or its rows.",
            Self::UsedTwice { .. } => "Name each matrix in one group only.",
        }
    }
}

fn instead(holds: &Option<&'static str>) -> String {
    holds.map_or_else(String::new, |holds| format!("; it holds {holds}"))
}

fn place(group: &Option<String>) -> String {
    group.as_ref().map_or_else(String::new, |group| format!(" in the group `{group}`"))
}
