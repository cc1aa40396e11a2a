//! A wiring as the user writes it: an ordered list of groups of named matrices.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Group, Matrix, NetworkError, Role, Wiring, heads, names, wiring};
use crate::checkpoint::{Checkpoint, TensorEntry, not_weights};
use crate::report::Warning;

/// Sizes of matrices stay below this, so that sums of them fit 64 bits.
const MOST_ELEMENTS: u64 = 1 << 48;

/// A wiring: which matrices leave which neurons, and the order of the groups. Applies to every checkpoint that holds
/// its tensors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WiringSpec {
    /// What the architecture is called.
    #[serde(default = "own")]
    pub architecture: String,
    /// The groups, in order; at least one.
    pub groups: Vec<GroupSpec>,
}

/// Matrices that leave the same neurons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupSpec {
    /// Any name.
    pub name: String,
    /// Place in the block: samples follow blocks whose groups all have one.
    #[serde(default)]
    pub role: Role,
    /// Number of the block, below 10 000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<u32>,
    /// The chain of blocks; 1 for a decoder behind an encoder, or for a second tower.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub stack: u32,
    /// At least one; all have the same number of inputs.
    pub matrices: Vec<MatrixSpec>,
}

/// A tensor or a part of it, read as a matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatrixSpec {
    /// Name of the tensor.
    pub tensor: String,
    /// What its axes are.
    pub axes: Axes,
    /// Groups of channels of a convolution.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub groups: u64,
    /// Only the part of the first axis from the first of these to before the second: rows of a matrix; an expert of a
    /// stack, whose other axes are then those of the matrix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<[u64; 2]>,
}

/// What the axes of a tensor are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Axes {
    /// `[outputs..., inputs]`
    OutputsFirst,
    /// `[inputs, outputs]`; more axes are `[outputs..., inputs, outputs]`, as the positions of Flax kernels, or
    /// `[parts, inputs, outputs]` with as many groups as there are parts.
    InputsFirst,
    /// `[outputs, inputs / groups, positions...]`
    Convolution,
    /// `[inputs, outputs / groups, positions...]`
    TransposedConvolution,
}

impl Axes {
    const ALL: [Self; 4] =
        [Self::OutputsFirst, Self::InputsFirst, Self::Convolution, Self::TransposedConvolution];
}

fn own() -> String {
    "own wiring".to_owned()
}

fn one() -> u64 {
    1
}

fn is_one(number: &u64) -> bool {
    *number == 1
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Wiring {
    /// The wiring as a user may edit it. `checkpoint` is the one that it was found in.
    pub fn to_spec(&self, checkpoint: &Checkpoint) -> WiringSpec {
        let matrix = |matrix: &Matrix| {
            checkpoint.tensors.get(matrix.tensor).and_then(|tensor| describe(matrix, tensor))
        };
        let group = |group: &Group| GroupSpec {
            name: group.name.clone(),
            role: group.role,
            block: group.block,
            stack: group.stack,
            matrices: group.matrices.iter().filter_map(matrix).collect(),
        };
        WiringSpec {
            architecture: self.architecture.clone(),
            groups: self.groups.iter().map(group).collect(),
        }
    }
}

impl WiringSpec {
    /// The network of a checkpoint, wired so. Every tensor must be there and hold weights, its shape must allow what is
    /// asked of it, no weight may be used twice, and the matrices of a group must leave the same neurons.
    pub fn apply(&self, checkpoint: &Checkpoint) -> Result<Wiring, NetworkError> {
        if self.groups.is_empty() {
            return Err(NetworkError::EmptyWiring { group: None });
        }
        let tensors: BTreeMap<&str, usize> =
            (0..).zip(&checkpoint.tensors).map(|(index, tensor)| (tensor.name.as_str(), index)).collect();
        let no_weights = not_weights(&checkpoint.tensors);
        let groups = self.groups.iter().map(|group| apply_group(group, checkpoint, &tensors, &no_weights));
        let groups: Vec<Group> = groups.collect::<Result<_, _>>()?;
        check_used_once(&groups, &checkpoint.tensors)?;
        let mut skipped = wiring::skipped(&checkpoint.tensors, &groups, |_, _| "not in the edited wiring");
        skipped.extend(checkpoint.skipped.iter().cloned());
        let names: Vec<&str> = checkpoint.tensors.iter().map(|tensor| names::plain(&tensor.name)).collect();
        let head_width = heads::head_width(checkpoint, &names, &groups);
        let text =
            "The wiring is your own: groups and their order are not those that were recognised.".to_owned();
        let warnings = vec![Warning::new("wiring-edited", text)];
        let architecture = self.architecture.clone();
        Ok(Wiring { architecture, guessed: false, edited: true, groups, skipped, warnings, head_width })
    }
}

fn apply_group(
    group: &GroupSpec,
    checkpoint: &Checkpoint,
    tensors: &BTreeMap<&str, usize>,
    no_weights: &[Option<&'static str>],
) -> Result<Group, NetworkError> {
    if let Some(block) = group.block.filter(|&block| block >= names::MOST_BLOCKS) {
        return Err(NetworkError::LargeBlock { group: group.name.clone(), block, most: names::MOST_BLOCKS });
    }
    let matrix = |spec: &MatrixSpec| {
        let unknown = || NetworkError::UnknownTensor {
            tensor: spec.tensor.clone(),
            checkpoint: checkpoint.name.clone(),
        };
        let index = *tensors.get(spec.tensor.as_str()).ok_or_else(unknown)?;
        let tensor = &checkpoint.tensors[index];
        check_weights(tensor, no_weights[index])?;
        let why =
            |why| NetworkError::WrongShape { tensor: spec.tensor.clone(), shape: tensor.shape.clone(), why };
        read(spec, index, tensor).map_err(why)
    };
    let matrices: Vec<Matrix> = group.matrices.iter().map(matrix).collect::<Result<_, _>>()?;
    let Some(first) = matrices.first() else {
        return Err(NetworkError::EmptyWiring { group: Some(group.name.clone()) });
    };
    let neurons = first.neurons();
    if let Some(unequal) = matrices.iter().find(|matrix| matrix.neurons() != neurons) {
        let tensor = checkpoint.tensors[unequal.tensor].name.clone();
        return Err(NetworkError::UnequalInputs { tensor, found: unequal.neurons(), expected: neurons });
    }
    let GroupSpec { name, role, block, stack, .. } = group.clone();
    Ok(Group { name, role, stack, block, neurons, matrices })
}

fn check_weights(tensor: &TensorEntry, not_weights: Option<&'static str>) -> Result<(), NetworkError> {
    let what = match (not_weights, tensor.dtype.is_float(), tensor.elements()) {
        (Some(what), ..) => what,
        (None, false, _) => "no real numbers",
        (None, true, 0) => "no elements",
        (None, true, _) => return Ok(()),
    };
    Err(NetworkError::NoWeights { tensor: tensor.name.clone(), what })
}

/// The matrix that the user means; the error says what does not fit.
fn read(spec: &MatrixSpec, index: usize, tensor: &TensorEntry) -> Result<Matrix, &'static str> {
    let (mut shape, mut skip) = (tensor.shape.clone(), 0);
    if tensor.elements() > MOST_ELEMENTS {
        return Err("it has too many elements");
    }
    if let Some([from, to]) = spec.rows {
        let first = shape.first_mut().ok_or("it has no axis")?;
        if from >= to || to > *first {
            return Err("its first axis does not have these rows");
        }
        *first = to - from;
        skip = from * shape[1..].iter().product::<u64>();
        if shape.len() == 3 && shape[0] == 1 {
            shape.remove(0);
        }
    }
    let plain = |matrix: Matrix| {
        if spec.groups == 1 { Ok(matrix) } else { Err("a matrix has no groups of channels") }
    };
    let matrix = match (spec.axes, shape.as_slice()) {
        (Axes::OutputsFirst, [outputs @ .., inputs]) if !outputs.is_empty() => {
            plain(Matrix::outputs_first(index, outputs.iter().product(), *inputs))?
        }
        (Axes::InputsFirst, [before @ .., inputs, outputs]) => {
            let each = Matrix::inputs_first(index, *inputs, *outputs);
            match (spec.groups, before) {
                (1, _) => Matrix { before: before.iter().product(), ..each },
                (groups, &[parts]) if groups == parts => Matrix { splits: parts, ..each },
                _ => return Err("only a stack with three axes has groups, as many as it has parts"),
            }
        }
        (Axes::Convolution, [_, _, ..]) => Matrix::convolution(index, &shape, spec.groups)
            .ok_or("the groups of channels do not divide its outputs")?,
        (Axes::TransposedConvolution, [_, _, ..]) => {
            Matrix::transposed_convolution(index, &shape, spec.groups)
                .ok_or("the groups of channels do not divide its inputs")?
        }
        _ => return Err("it has too few or too many axes"),
    };
    Ok(Matrix { skip, ..matrix })
}

/// The first way of reading the tensor that gives the matrix; every matrix of a recognised wiring has one.
fn describe(matrix: &Matrix, tensor: &TensorEntry) -> Option<MatrixSpec> {
    let rows: u64 = tensor.shape.first().copied()?;
    let row = tensor.elements().checked_div(rows)?;
    let from = matrix.skip.checked_div(row)?;
    let part =
        (matrix.elements() != tensor.elements()).then(|| [from, from + matrix.elements() / row.max(1)]);
    let spec = |axes| MatrixSpec { tensor: tensor.name.clone(), axes, groups: matrix.splits, rows: part };
    let reads = |spec: &MatrixSpec| read(spec, matrix.tensor, tensor).as_ref() == Ok(matrix);
    let conv = tensor.shape.len() > 2 && matrix.positions > 1;
    let (plain, kernels) = Axes::ALL.split_at(2);
    let order: Vec<Axes> = if conv { [kernels, plain].concat() } else { [plain, kernels].concat() };
    order.into_iter().map(spec).find(reads)
}

/// Refuses weights that two matrices share: they would count twice.
fn check_used_once(groups: &[Group], tensors: &[TensorEntry]) -> Result<(), NetworkError> {
    let mut parts: Vec<(usize, Range<u64>)> = groups
        .iter()
        .flat_map(|group| &group.matrices)
        .map(|matrix| (matrix.tensor, matrix.skip..matrix.skip + matrix.elements()))
        .collect();
    parts.sort_by_key(|(tensor, part)| (*tensor, part.start));
    match parts.windows(2).find(|pair| pair[0].0 == pair[1].0 && pair[1].1.start < pair[0].1.end) {
        Some(pair) => Err(NetworkError::UsedTwice { tensor: tensors[pair[0].0].name.clone() }),
        None => Ok(()),
    }
}
