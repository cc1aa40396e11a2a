//! Families of architectures as a table of name patterns.

use super::Role;

/// A family of transformers whose blocks all have the same groups.
pub(super) struct Family {
    /// Name for people.
    pub(super) name: &'static str,
    /// What stands before a block's number: `layers.` in `gpt_neox.layers.3.attention...`.
    pub(super) blocks: &'static str,
    /// The groups of one block, in order.
    pub(super) groups: &'static [GroupPattern],
}

/// One group of a block.
pub(super) struct GroupPattern {
    pub(super) role: Role,
    /// What stands behind the block's number, one name for each matrix of the group.
    pub(super) tensors: &'static [&'static str],
    pub(super) orientation: Orientation,
}

/// Order of the axes of a stored matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Orientation {
    /// `[outputs, inputs]`, as PyTorch stores a linear layer: a neuron is a column.
    OutputsFirst,
    /// `[inputs, outputs]`, as GPT-2 stores a Conv1D: a neuron is a row.
    #[allow(dead_code)]
    InputsFirst,
}

/// Every known family. The one that names most tensors wins.
pub(super) const FAMILIES: &[Family] = &[Family {
    name: "GPT-NeoX",
    blocks: "layers.",
    groups: &[
        linear(Role::AttentionIn, &["attention.query_key_value.weight"]),
        linear(Role::AttentionOut, &["attention.dense.weight"]),
        linear(Role::MlpUp, &["mlp.dense_h_to_4h.weight"]),
        linear(Role::MlpDown, &["mlp.dense_4h_to_h.weight"]),
    ],
}];

const fn linear(role: Role, tensors: &'static [&'static str]) -> GroupPattern {
    GroupPattern { role, tensors, orientation: Orientation::OutputsFirst }
}

/// Why a tensor that no pattern names is left out, by a part of its name. The first that fits counts.
pub(super) const LEFT_OUT: &[(&str, &str)] = &[
    ("masked_bias", "buffers"),
    ("rotary", "buffers"),
    ("inv_freq", "buffers"),
    ("bias", "biases"),
    ("norm", "normalisation"),
    ("ln_", "normalisation"),
    ("embed", "embeddings"),
    ("wte", "embeddings"),
    ("wpe", "embeddings"),
    ("lm_head", "language-model head"),
    ("pooler", "pooler"),
    ("router", "routers"),
];
