//! Families of architectures: what a row of their table means.

mod left_out;
mod models;
mod table;

pub(super) use left_out::left_out;
pub(super) use models::model_name;
pub(super) use table::FAMILIES;

use super::Role;

/// Architectures whose blocks give their matrices the same names.
pub(super) struct Family {
    /// Name for people.
    pub(super) name: &'static str,
    /// Only a checkpoint in which a tensor's name contains this is of the family.
    pub(super) sign: Option<&'static str>,
    /// One or two; a second that names no blocks is none.
    pub(super) stacks: [Stack; 2],
}

/// Blocks that follow one another: an encoder, a decoder, a tower.
pub(super) struct Stack {
    /// Stands before the names of the groups; empty where the family has one stack.
    pub(super) label: &'static str,
    /// What stands before a block's number, such as `layers.` in `gpt_neox.layers.3.attention...`. A `*` is the
    /// number of a stage.
    pub(super) blocks: &'static str,
    /// The groups of one block, in order.
    pub(super) parts: &'static [&'static [Row]],
}

/// One group of a block, or one for each expert.
pub(super) struct Row {
    pub(super) role: Role,
    /// What stands behind the block's number, less `.weight`: a name for each matrix of the group, with spaces between
    /// them. A `*` is the number of an expert. Where names of two rows of a part overlap, the earlier row takes them.
    pub(super) tensors: &'static str,
    pub(super) form: Form,
}

impl Row {
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.tensors.split(' ')
    }
}

/// How the matrices of a row lie in their tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `[outputs, inputs]`, as PyTorch stores a linear layer.
    OutputsFirst,
    /// `[inputs, outputs]`, as GPT-2 stores a Conv1D.
    InputsFirst,
    /// `[q | k | v, inputs]`, of which only the queries.
    Queries,
    /// `[q | k | v, inputs]`, of which the keys and values.
    KeysAndValues,
    /// A matrix for each expert, `[experts, outputs, inputs]`.
    StackOutputsFirst,
    /// A matrix for each expert, `[experts, inputs, outputs]`.
    StackInputsFirst,
    /// A matrix for each expert, `[experts * outputs, inputs]`; the router tells the number of experts.
    RowsOutputsFirst,
    /// A matrix for each expert, `[experts * inputs, outputs]`; the router tells the number of experts.
    RowsInputsFirst,
    /// No matrix of the network: `[experts, inputs]`, which tells the number of experts of the other rows.
    Router,
}
