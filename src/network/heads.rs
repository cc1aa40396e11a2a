//! Attention heads: which rows are queries, keys and values.

use serde::{Deserialize, Serialize};

use std::collections::HashMap;

use super::{Group, Role};
use crate::checkpoint::{Checkpoint, TensorEntry};
use crate::report::Warning;

/// Widths that heads have where nothing tells.
const USUAL_WIDTHS: [u64; 3] = [128, 64, 32];

/// Width of an attention head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadWidth {
    /// Outputs of the query matrix that belong to one head.
    pub neurons: u64,
    /// Nothing in the files tells it.
    pub guessed: bool,
}

impl HeadWidth {
    /// What the user must know of a width that nothing tells.
    pub(super) fn warning(self) -> Option<Warning> {
        let Self { neurons, guessed } = self;
        let text = format!(
            "The width of the attention heads was guessed as {neurons}; samples of keys and values follow from it. \
             Give config.json together with the weights."
        );
        guessed.then(|| Warning::new("head-width-guessed", text))
    }
}

/// Sizes of the outputs of queries, keys and values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Projections {
    /// Outputs of the queries: number of heads times their width.
    pub(super) queries: u64,
    /// Outputs of the keys, and of the values; at least 1, and divides that of the queries.
    pub(super) keys: u64,
    /// All three are one matrix, read as `[q; k; v]`.
    pub(super) fused: bool,
}

impl Projections {
    /// Of the group before the attention, where `queries` neurons leave the attention; `None` for any other group.
    pub(super) fn of(group: &Group, queries: u64) -> Option<Self> {
        let outputs: Vec<u64> = group.matrices.iter().map(|matrix| matrix.outputs()).collect();
        let (keys, fused) = match outputs[..] {
            [all] => (all.checked_sub(queries)? / 2, true),
            [q, k, v] if q == queries && k == v => (k, false),
            _ => return None,
        };
        let fits = keys > 0 && queries.is_multiple_of(keys) && group.outputs() == queries + 2 * keys;
        fits.then_some(Self { queries, keys, fused })
    }

    /// The channel of the keys and values that a channel of the queries belongs to. `head_width` is at least 1.
    pub(super) fn key_of(self, channel: u64, head_width: u64) -> u64 {
        // Widths are those of the first block; they divide its keys.
        let head_width = if self.keys.is_multiple_of(head_width) { head_width } else { 1 };
        match self.queries / self.keys {
            1 => channel,
            shared => channel / (head_width * shared) * head_width + channel % head_width,
        }
    }
}

/// The width of heads that have their own keys and values; `queries` neurons leave all of them. `None` where none is
/// possible.
pub(super) fn width_of(checkpoint: &Checkpoint, queries: u64) -> Option<HeadWidth> {
    let fits = |width: &u64| *width > 0 && queries.is_multiple_of(*width);
    let told = from_config(checkpoint, Projections { queries, keys: queries, fused: true });
    let told = told.into_iter().find(fits).map(|neurons| HeadWidth { neurons, guessed: false });
    let usual = || USUAL_WIDTHS.into_iter().find(fits).map(|neurons| HeadWidth { neurons, guessed: true });
    told.or_else(usual)
}

/// The width of the heads of the first block whose queries share keys and values; `None` where none does.
pub(super) fn head_width(checkpoint: &Checkpoint, names: &[&str], groups: &[Group]) -> Option<HeadWidth> {
    let outs = groups.iter().filter(|group| group.role == Role::AttentionOut);
    let queries: HashMap<_, u64> = outs.map(|group| ((group.stack, group.block), group.neurons)).collect();
    let shared = groups.iter().filter(|group| group.role == Role::AttentionIn).find_map(|group| {
        let projections = Projections::of(group, *queries.get(&(group.stack, group.block))?)?;
        (projections.keys < projections.queries).then_some(projections)
    })?;
    let fits = |width: &u64| *width > 0 && shared.queries % width == 0 && shared.keys % width == 0;
    let told =
        from_config(checkpoint, shared).into_iter().chain(from_normalisation(&checkpoint.tensors, names));
    let told = told.filter(fits).map(|neurons| HeadWidth { neurons, guessed: false }).next();
    let usual = || USUAL_WIDTHS.into_iter().find(fits).unwrap_or(shared.keys);
    told.or_else(|| Some(HeadWidth { neurons: usual(), guessed: true }))
}

/// What `config.json` or the container says, in the order of trust: the width itself, then the numbers of heads.
fn from_config(checkpoint: &Checkpoint, shared: Projections) -> Vec<u64> {
    let Some(config) = &checkpoint.config else { return Vec::new() };
    let by_heads = config.num_attention_heads.and_then(|heads| shared.queries.checked_div(heads));
    let by_shared = config.num_key_value_heads.and_then(|heads| shared.keys.checked_div(heads));
    [config.head_dim, by_heads, by_shared].into_iter().flatten().collect()
}

/// Queries that are normalised head by head have a scale for each neuron of a head.
fn from_normalisation(tensors: &[TensorEntry], names: &[&str]) -> Option<u64> {
    let normalises = |name: &str| name.ends_with(".q_norm") || name.ends_with(".attn_q_norm");
    let found =
        names.iter().zip(tensors).find(|(name, tensor)| normalises(name) && tensor.shape.len() == 1)?;
    Some(found.1.elements())
}
