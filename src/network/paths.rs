//! Networks in which paths of several hops are followed: layers of neurons, and what joins them (method, section 8).

use std::collections::BTreeMap;

use thiserror::Error;

use super::heads::{self, Projections};
use super::sampling::{BlockShape, SampledGroup};
use super::{Group, Role, Wiring};
use crate::checkpoint::Checkpoint;
use crate::report::Warning;

/// The groups of a block, in order.
const BLOCK: [Role; 4] = [Role::AttentionIn, Role::AttentionOut, Role::MlpUp, Role::MlpDown];

/// Why no paths can be followed in a network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoPaths {
    /// A network that is not made of blocks of four groups, without a gap.
    #[error(
        "paths run through whole blocks of four layers (attention in, attention out, MLP up, MLP down), one block after \
         the other; `{group}` is not in its place in such a block, or a layer before it is missing"
    )]
    NoBlock {
        /// The first group that is out of place.
        group: String,
    },
    /// A matrix of queries, keys and values whose order of rows is not known.
    #[error(
        "nobody told which rows of `{group}` are queries, keys and values, as the true interconnect needs it"
    )]
    UnknownOrder {
        /// Name of the group.
        group: String,
    },
}

/// What joins the layers of a block beside its weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interconnect {
    /// As the authors have it: queries, keys and values lie one behind the other, the output of a query joins the input
    /// of its own channel, those of keys and values join all; the feed-forward part follows the attention.
    Original,
    /// As the model computes: a value joins the inputs of the heads that read it, queries and keys join nothing.
    True {
        /// Where queries, keys and values are one matrix: the order of its rows.
        fused: FusedOrder,
        /// Attention and feed-forward part leave the same neurons, and reach those of the next block.
        parallel: bool,
    },
}

/// The order of the rows of a matrix that holds queries, keys and values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FusedOrder {
    /// All queries, all keys, all values.
    Stacked,
    /// Head by head: its queries, its keys, its values, each of this width.
    PerHead {
        /// Width of a head, at least 1.
        width: u64,
    },
}

/// A row of a matrix of queries, keys and values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Channel {
    Query(u64),
    Key,
    Value(u64),
}

impl Interconnect {
    /// The true one of a checkpoint, and what the user must know of it.
    pub fn of(checkpoint: &Checkpoint, wiring: &Wiring) -> Result<(Self, Option<Warning>), NoPaths> {
        let told = checkpoint.config.as_ref().and_then(|config| config.parallel_residual);
        let parallel = match wiring.architecture.as_str() {
            "GPT-J" | "CodeGen" | "Phi" | "Cohere" | "Cohere 2" => true,
            "GPT-NeoX" | "Falcon" => told.unwrap_or(true),
            _ => told.unwrap_or(false),
        };
        let fused = wiring
            .groups
            .iter()
            .find(|group| group.role == Role::AttentionIn && group.matrices.len() == 1)
            .map_or(Ok((FusedOrder::Stacked, None)), |group| fused_order(checkpoint, wiring, group));
        fused.map(|(fused, warning)| (Self::True { fused, parallel }, warning))
    }

    /// The same with the feed-forward part after the attention.
    pub fn in_series(self) -> Self {
        match self {
            Self::Original => self,
            Self::True { fused, .. } => Self::True { fused, parallel: false },
        }
    }

    /// Whether the feed-forward part leaves the neurons of the block's own inputs.
    pub(super) fn is_parallel(self) -> bool {
        matches!(self, Self::True { parallel: true, .. })
    }

    /// Rows of the sampled heads' queries, keys and values in a matrix that holds all three; `None` where they are those
    /// of the stacked order.
    pub(super) fn rows_of_heads(self, head: &[u64]) -> Option<Vec<u64>> {
        let Self::True { fused: FusedOrder::PerHead { width }, .. } = self else { return None };
        let row = |part: u64, channel: &u64| (3 * (channel / width) + part) * width + channel % width;
        Some((0..3).flat_map(|part| head.iter().map(move |channel| row(part, channel))).collect())
    }

    fn channel(self, projections: Projections, matrix: usize, row: u64) -> Channel {
        let Projections { queries, keys, fused } = projections;
        match (self, fused, matrix) {
            (Self::True { fused: FusedOrder::PerHead { width }, .. }, true, _) => {
                let channel = row / (3 * width) * width + row % width;
                [Channel::Query(channel), Channel::Key, Channel::Value(channel)][(row / width % 3) as usize]
            }
            (_, true, _) if row < queries => Channel::Query(row),
            (_, true, _) if row < queries + keys => Channel::Key,
            (_, true, _) => Channel::Value(row - queries - keys),
            (_, false, 0) => Channel::Query(row),
            (_, false, 1) => Channel::Key,
            (_, false, _) => Channel::Value(row),
        }
    }
}

/// How the matrix of queries, keys and values of a family lies.
fn fused_order(
    checkpoint: &Checkpoint,
    wiring: &Wiring,
    group: &Group,
) -> Result<(FusedOrder, Option<Warning>), NoPaths> {
    let tensor = &checkpoint.tensors[group.matrices[0].tensor].name;
    let unknown = || NoPaths::UnknownOrder { group: group.name.clone() };
    match wiring.architecture.as_str() {
        // llama.cpp puts the rows of every family into this order.
        _ if tensor.contains("attn_qkv") => Ok((FusedOrder::Stacked, None)),
        "GPT-NeoX" | "BLOOM" | "Persimmon" => {
            let Projections { queries, keys, .. } =
                Projections::of(group, group.outputs() / 3).ok_or_else(unknown)?;
            let width = heads::width_of(checkpoint, queries).filter(|_| queries == keys);
            let width = width.ok_or_else(unknown)?;
            Ok((FusedOrder::PerHead { width: width.neurons }, width.warning()))
        }
        "GPT-2"
        | "nanoGPT"
        | "GPT-BigCode"
        | "Qwen"
        | "MPT"
        | "Phi-3"
        | "Baichuan"
        | "OLMo"
        | "ModernBERT"
        | "ViT"
        | "Swin"
        | "CLIP"
        | "PyTorch Transformer" => Ok((FusedOrder::Stacked, None)),
        _ => Err(unknown()),
    }
}

/// Layers of the sampled neurons of one sample, and the steps between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathNetwork {
    /// In order, block by block: attention in, interconnect, attention out, MLP up (unless it leaves the neurons of
    /// attention in), MLP down; behind the last block of a stack the neurons that it reaches.
    pub layers: Vec<PathLayer>,
    /// Steps, each from one layer to a later one.
    pub joints: Vec<Joint>,
}

/// Sampled neurons of one place in the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathLayer {
    /// Such as `block 3 interconnect`.
    pub name: String,
    /// The groups whose weights leave these neurons; none for the interconnect.
    pub groups: Vec<usize>,
    /// Number of neurons.
    pub neurons: usize,
    /// Whether nothing leaves it.
    pub last: bool,
}

/// A step between two layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joint {
    /// The sampled weights of a group.
    Weights {
        /// Index of the group.
        group: usize,
        /// Index of the layer that they leave.
        from: usize,
        /// Index of the layer that they reach.
        to: usize,
        /// The neuron of `to` that each sampled output of the group is, over all of its matrices.
        targets: Vec<usize>,
    },
    /// Edges of length 1.
    Fixed {
        /// Index of the layer that they leave.
        from: usize,
        /// Index of the layer that they reach.
        to: usize,
        /// Neurons of `from` and `to`.
        pairs: Vec<(usize, usize)>,
    },
}

impl PathNetwork {
    /// Refuses a wiring in which no paths can be followed.
    pub fn check(wiring: &Wiring) -> Result<(), NoPaths> {
        shapes(wiring).map(|_| ())
    }

    /// The layers of a sample, which was drawn with the same interconnect.
    pub fn new(
        wiring: &Wiring,
        sample: &[SampledGroup],
        interconnect: Interconnect,
    ) -> Result<Self, NoPaths> {
        let head_width = wiring.head_width.map_or(1, |width| width.neurons);
        let shapes = shapes(wiring)?;
        let mut network = Self { layers: Vec::new(), joints: Vec::new() };
        let mut first = 0;
        for groups in wiring.groups.chunk_by(|a, b| a.stack == b.stack) {
            let shape = shapes[&groups[0].stack];
            for (block, groups) in groups.chunks(BLOCK.len()).enumerate() {
                let group = first + block * BLOCK.len();
                network.add_block(groups, group, &sample[group..], (shape, head_width), interconnect);
            }
            first += groups.len();
            let reached = sample[first - 1].outputs[0].len();
            let name = format!("behind {}", groups[groups.len() - 1].name);
            network.layers.push(PathLayer { name, groups: Vec::new(), neurons: reached, last: true });
        }
        Ok(network)
    }

    /// Adds the layers of a block; the one that it reaches comes next.
    fn add_block(
        &mut self,
        groups: &[Group],
        group: usize,
        sample: &[SampledGroup],
        (shape, head_width): (BlockShape, u64),
        interconnect: Interconnect,
    ) {
        let [attention, out, up, down] = [&groups[0], &groups[1], &groups[2], &groups[3]];
        let outputs = |of: usize| sample[of].outputs.iter().map(Vec::len).sum::<usize>();
        let layer = |name: String, groups: Vec<usize>, neurons: usize| PathLayer {
            name,
            groups,
            neurons,
            last: false,
        };
        let a = self.layers.len();
        let (q, h) = (a + 1, a + 2);
        let own_inputs = |of: usize| sample[of].inputs.len();
        let parallel = interconnect.is_parallel();
        let m = if parallel { a } else { a + 3 };
        let f = m.max(h) + 1;
        let next = f + 1;
        let (name, inner) = match parallel {
            true => (format!("{} and {}", attention.name, up.role.name()), vec![group, group + 2]),
            false => (attention.name.clone(), vec![group]),
        };
        let interconnected = attention.name.strip_suffix(attention.role.name()).map_or_else(
            || format!("{} interconnect", attention.name),
            |place| format!("{place}interconnect"),
        );
        self.layers.push(layer(name, inner, own_inputs(0)));
        self.layers.push(layer(interconnected, Vec::new(), outputs(0)));
        self.layers.push(layer(out.name.clone(), vec![group + 1], own_inputs(1)));
        if !parallel {
            self.layers.push(layer(up.name.clone(), vec![group + 2], own_inputs(2)));
        }
        self.layers.push(layer(down.name.clone(), vec![group + 3], own_inputs(3)));

        let in_order = |of: usize| (0..outputs(of)).collect();
        let hidden = |row: &u64| sample[3].inputs.binary_search(&(row % shape.hidden)).unwrap_or(0);
        let hidden = sample[2].outputs.iter().flatten().map(hidden).collect();
        let pairs = joined(attention, &sample[0], &sample[1].inputs, (shape, head_width), interconnect);
        let weights = |of, from, to, targets| Joint::Weights { group: group + of, from, to, targets };
        self.joints.extend([
            weights(0, a, q, in_order(0)),
            Joint::Fixed { from: q, to: h, pairs },
            weights(1, h, if parallel { next } else { m }, in_order(1)),
            weights(2, m, f, hidden),
            weights(3, f, next, in_order(3)),
        ]);
    }
}

/// Which sampled outputs of queries, keys and values join which sampled inputs of the attention's output.
fn joined(
    group: &Group,
    sample: &SampledGroup,
    heads: &[u64],
    (shape, head_width): (BlockShape, u64),
    interconnect: Interconnect,
) -> Vec<(usize, usize)> {
    let Some(projections) = Projections::of(group, shape.queries) else { return Vec::new() };
    let rows = sample
        .outputs
        .iter()
        .enumerate()
        .flat_map(|(matrix, rows)| rows.iter().map(move |row| (matrix, *row)));
    let key = |channel: u64| projections.key_of(channel, head_width);
    let is_true = interconnect != Interconnect::Original;
    let joins = |channel: Channel, head: u64| match (channel, is_true) {
        (Channel::Query(channel), false) => channel == head,
        (Channel::Key | Channel::Value(_), false) => true,
        (Channel::Value(channel), true) => channel == key(head),
        (Channel::Query(_) | Channel::Key, true) => false,
    };
    rows.enumerate()
        .flat_map(|(output, (matrix, row))| {
            let channel = interconnect.channel(projections, matrix, row);
            let of_output =
                move |(input, &head): (usize, &u64)| joins(channel, head).then_some((output, input));
            heads.iter().enumerate().filter_map(of_output)
        })
        .collect()
}

/// The shape of the blocks of each stack.
fn shapes(wiring: &Wiring) -> Result<BTreeMap<u32, BlockShape>, NoPaths> {
    let mut shapes = BTreeMap::new();
    for groups in wiring.groups.chunk_by(|a, b| a.stack == b.stack) {
        let misplaced = |group: &Group| NoPaths::NoBlock { group: group.name.clone() };
        for (index, group) in groups.iter().enumerate() {
            let (block, place) = (index / BLOCK.len(), index % BLOCK.len());
            if group.role != BLOCK[place] || group.block != u32::try_from(block).ok() {
                return Err(misplaced(group));
            }
        }
        let last = &groups[groups.len() - 1];
        let shape = BlockShape::of(groups).ok_or_else(|| misplaced(&groups[0]))?;
        if groups.len() % BLOCK.len() != 0 || shapes.insert(last.stack, shape).is_some() {
            return Err(misplaced(last));
        }
    }
    Ok(shapes)
}
