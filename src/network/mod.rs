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
    pub neurons: u64,
    /// At least one; all have the group's number of neurons.
    pub matrices: Vec<Matrix>,
}

impl Group {
    /// Edges of each neuron, zeros included.
    pub fn edges_per_neuron(&self) -> u64 {
        self.matrices.iter().map(Matrix::edges).sum()
    }

    /// Neurons that the edges reach, of all matrices together.
    pub fn outputs(&self) -> u64 {
        self.matrices.iter().map(Matrix::outputs).sum()
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

/// One weight matrix: a run of a tensor's elements, in C order of its axes, read as
/// `[splits, before, inputs, after, positions]`.
///
/// Element `(s, b, i, a, p)` is an edge that leaves neuron `s * inputs + i` and reaches output
/// `(s * before + b) * after + a`; a convolution has one for each position of its kernel. All sizes are at least 1, and
/// their product is at most the tensor's elements less `skip`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matrix {
    /// Index into the checkpoint's tensors.
    pub tensor: usize,
    /// Elements of the tensor before the matrix: those of the experts before this one in a stack.
    pub skip: u64,
    /// Parts that share neither inputs nor outputs: groups of channels. 1 for all but grouped convolutions.
    pub splits: u64,
    /// Outputs of each split whose axis comes before that of the inputs.
    pub before: u64,
    /// Inputs of each split.
    pub inputs: u64,
    /// Outputs of each split for each of `before`, whose axis comes after that of the inputs.
    pub after: u64,
    /// Positions of the kernel. 1 for all but convolutions.
    pub positions: u64,
}

impl Matrix {
    /// `[outputs, inputs]`, as PyTorch stores a linear layer.
    pub fn outputs_first(tensor: usize, outputs: u64, inputs: u64) -> Self {
        Self { tensor, skip: 0, splits: 1, before: outputs, inputs, after: 1, positions: 1 }
    }

    /// `[inputs, outputs]`, as GPT-2 stores a Conv1D.
    pub fn inputs_first(tensor: usize, inputs: u64, outputs: u64) -> Self {
        Self { tensor, skip: 0, splits: 1, before: 1, inputs, after: outputs, positions: 1 }
    }

    /// Neurons that edges leave.
    pub fn neurons(&self) -> u64 {
        self.splits * self.inputs
    }

    /// Neurons that edges reach.
    pub fn outputs(&self) -> u64 {
        self.splits * self.before * self.after
    }

    /// Edges of each neuron, zeros included.
    pub fn edges(&self) -> u64 {
        self.before * self.after * self.positions
    }

    /// Number of elements.
    pub fn elements(&self) -> u64 {
        self.neurons() * self.edges()
    }

    /// Edges of a neuron that lie next to one another.
    pub fn tail(&self) -> u64 {
        self.after * self.positions
    }

    /// The neuron that an element's edge leaves, and the output that it reaches; elements count from the matrix's
    /// first.
    pub fn edge(&self, element: u64) -> (u64, u64) {
        let column = element % (self.inputs * self.tail());
        let row = element / (self.inputs * self.tail());
        let neuron = row / self.before * self.inputs + column / self.tail();
        (neuron, row * self.after + column % self.tail() / self.positions)
    }
}
