//! The neuron interaction network: which matrices leave which neurons (method, sections 1 and 2).

mod families;
mod sampling;
mod wiring;

pub use sampling::{Draws, SampledGroup, Sampler};
pub use wiring::{NetworkError, recognise};

use serde::Serialize;

use crate::report::SkippedRecord;

/// The groups of a network, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Wiring {
    /// The family that the tensor names fit, such as `GPT-NeoX`; `unknown` for a guess.
    pub architecture: String,
    /// No family fits: every matrix is a group of its own, in order of the names.
    pub guessed: bool,
    /// Groups of matrices that leave the same neurons.
    pub groups: Vec<Group>,
    /// Tensors that are not part of the network, and why.
    pub skipped: Vec<SkippedRecord>,
}

/// Matrices that leave the same neurons: their outputs are concatenated.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Such as `block 3 attention in`, or the tensor's name for a guess.
    pub name: String,
    /// Place in the block.
    pub role: Role,
    /// Number of the block.
    pub block: Option<u32>,
    /// Neurons that the edges leave.
    pub inputs: u64,
    /// At least one; all have the group's number of inputs.
    pub matrices: Vec<Matrix>,
}

impl Group {
    /// Edges of each neuron, zeros included.
    pub fn outputs(&self) -> u64 {
        self.matrices.iter().map(|matrix| matrix.outputs).sum()
    }
}

/// Place of a group in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Queries, keys and values.
    AttentionIn,
    /// Output of the attention.
    AttentionOut,
    /// First layer of the feed-forward part.
    MlpUp,
    /// Second layer of the feed-forward part.
    MlpDown,
    /// Any other matrix.
    Other,
}

/// One weight matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matrix {
    /// Index into the checkpoint's tensors.
    pub tensor: usize,
    /// Which axis is which.
    pub orientation: Orientation,
    /// Neurons that the edges reach.
    pub outputs: u64,
    /// Neurons that the edges leave.
    pub inputs: u64,
}

/// Order of the axes of a stored matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orientation {
    /// `[outputs, inputs]`, as PyTorch stores a linear layer: a neuron is a column.
    OutputsFirst,
    /// `[inputs, outputs]`, as GPT-2 stores a Conv1D: a neuron is a row.
    InputsFirst,
}
