//! The neuron interaction network: which matrices leave which neurons (method, sections 1 and 2).

mod blocks;
mod edits;
mod error;
mod families;
mod heads;
mod layers;
mod names;
mod paths;
mod sampling;
mod wiring;

pub use edits::{Axes, GroupSpec, MatrixSpec, WiringSpec};
pub use error::NetworkError;
pub use heads::HeadWidth;
pub use paths::{FusedOrder, Interconnect, Joint, NoPaths, PathLayer, PathNetwork};
pub use sampling::{Draws, Rows, SampledGroup, Sampler};
pub use wiring::recognise;

use serde::{Deserialize, Serialize};

use crate::report::{SkippedRecord, Warning};

/// The groups of a network, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wiring {
    /// The family that the tensor names fit, such as `GPT-NeoX`; `unknown` for a guess.
    pub architecture: String,
    /// Nothing but the order of the names says how the matrices follow one another, or a kernel's orientation cannot
    /// be told.
    pub guessed: bool,
    /// The user's own wiring, see [`WiringSpec`].
    pub edited: bool,
    /// Groups of matrices that leave the same neurons.
    pub groups: Vec<Group>,
    /// Tensors that are not part of the network, and why.
    pub skipped: Vec<SkippedRecord>,
    /// What the user must know of the wiring.
    pub warnings: Vec<Warning>,
    /// Width of the attention heads, where queries share keys and values: it decides which of their rows belong to a
    /// sampled query.
    pub head_width: Option<HeadWidth>,
}

impl Wiring {
    /// What the user of a sampled network must know where the width of the heads was guessed.
    pub fn head_width_warning(&self) -> Option<Warning> {
        self.head_width.and_then(HeadWidth::warning)
    }
}

/// Matrices that leave the same neurons: their outputs are concatenated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Such as `block 3 attention in`, or the tensor's name where there are no blocks.
    pub name: String,
    /// Place in the block.
    pub role: Role,
    /// The chain of blocks that it belongs to: 0, or 1 for a decoder behind an encoder, or the second tower.
    pub stack: u32,
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Queries, keys and values; with latent attention, the narrow layers before them.
    AttentionIn,
    /// Queries from their narrow layer (latent attention).
    QueryUp,
    /// Keys and values from their narrow layer (latent attention).
    KeyValueUp,
    /// Output of the attention.
    AttentionOut,
    /// Queries of a decoder for the encoder's keys: the edges leave neurons of the decoder.
    CrossQuery,
    /// Keys and values for a decoder: the edges leave neurons of the encoder.
    CrossKeyValue,
    /// Output of the cross attention.
    CrossOut,
    /// First layer of the feed-forward part.
    MlpUp,
    /// Second layer of the feed-forward part.
    MlpDown,
    /// Gate of one expert.
    ExpertGate,
    /// First layer of one expert, with its gate where both are one matrix.
    ExpertUp,
    /// Second layer of one expert.
    ExpertDown,
    /// Input projection of a state-space block.
    StateIn,
    /// From the inner neurons to the steps and matrices of the state.
    StateSelection,
    /// From the narrow steps to the inner neurons.
    StateStep,
    /// Output projection of a state-space block.
    StateOut,
    /// Kernel of a convolution.
    Convolution,
    /// Linear layer outside of blocks.
    Linear,
    /// Any other matrix.
    #[default]
    Other,
}

impl Role {
    /// What people read.
    pub fn name(self) -> &'static str {
        match self {
            Self::AttentionIn => "attention in",
            Self::QueryUp => "query up",
            Self::KeyValueUp => "key and value up",
            Self::AttentionOut => "attention out",
            Self::CrossQuery => "cross-attention query",
            Self::CrossKeyValue => "cross-attention key and value",
            Self::CrossOut => "cross-attention out",
            Self::MlpUp => "MLP up",
            Self::MlpDown => "MLP down",
            Self::ExpertGate => "gate",
            Self::ExpertUp => "up",
            Self::ExpertDown => "down",
            Self::StateIn => "state in",
            Self::StateSelection => "state selection",
            Self::StateStep => "state step",
            Self::StateOut => "state out",
            Self::Convolution => "convolution",
            Self::Linear => "linear layer",
            Self::Other => "matrix",
        }
    }
}

/// One weight matrix: a run of a tensor's elements, in C order of its axes, read as
/// `[splits, before, inputs, after, positions]`.
///
/// Element `(s, b, i, a, p)` is an edge that leaves neuron `s * inputs + i` and reaches output
/// `(s * before + b) * after + a`; a convolution has one for each position of its kernel. All sizes are at least 1, and
/// their product is at most the tensor's elements less `skip`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

    /// A kernel `[outputs, inputs / groups, positions...]`; the sizes are those of the whole kernel. `None` where the
    /// groups do not divide them.
    pub fn convolution(tensor: usize, shape: &[u64], groups: u64) -> Option<Self> {
        let (outputs, inputs, positions) = kernel(shape)?;
        let before = outputs.checked_div(groups).filter(|_| outputs % groups == 0)?;
        Some(Self { tensor, skip: 0, splits: groups, before, inputs, after: 1, positions })
    }

    /// A kernel `[inputs, outputs / groups, positions...]`. `None` where the groups do not divide its inputs.
    pub fn transposed_convolution(tensor: usize, shape: &[u64], groups: u64) -> Option<Self> {
        let (inputs, after, positions) = kernel(shape)?;
        let inputs = inputs.checked_div(groups).filter(|_| inputs % groups == 0)?;
        Some(Self { tensor, skip: 0, splits: groups, before: 1, inputs, after, positions })
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

/// The first two sizes of a kernel and the product of the others; `None` for fewer than two, or without elements.
fn kernel(shape: &[u64]) -> Option<(u64, u64, u64)> {
    let (&[first, second], positions) = shape.split_first_chunk::<2>().filter(|_| !shape.contains(&0))?;
    Some((first, second, positions.iter().product()))
}
