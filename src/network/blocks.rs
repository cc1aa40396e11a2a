//! The blocks of a family among the tensors of a checkpoint.

use std::collections::{HashMap, HashSet};

use super::families::{FAMILIES, Family, Form, Row, Stack};
use super::names::{self, Numbered};
use super::{Group, Matrix, NetworkError, Role};
use crate::checkpoint::{TensorEntry, Usage};
use crate::sorted::grouped;

/// More groups than this are no network of experts.
const MOST_GROUPS: usize = 1 << 20;

/// The groups that a family finds under one prefix.
pub(super) struct Blocks {
    pub(super) family: &'static Family,
    pub(super) groups: Vec<Group>,
    /// Tensors of the groups.
    pub(super) tensors: HashSet<usize>,
    /// The first group whose matrices do not leave the same neurons.
    unequal: Option<NetworkError>,
}

impl Blocks {
    /// The groups, if all of their matrices fit one another.
    pub(super) fn into_groups(self) -> Result<Vec<Group>, NetworkError> {
        self.unequal.map_or(Ok(self.groups), Err)
    }

    /// Feed-forward names alone are those of many a plain network.
    fn has_blocks(&self) -> bool {
        self.groups.iter().any(|group| !matches!(group.role, Role::MlpUp | Role::MlpDown))
    }
}

/// Every family under every prefix that has a group there, the one with most tensors first. Of equals, the family that
/// comes first in the table and the prefix that comes first in the order of names.
pub(super) fn find(
    names: &[&str],
    tensors: &[TensorEntry],
    may_be_weight: impl Fn(usize) -> bool,
) -> Vec<Blocks> {
    let places = places();
    let mut found: Vec<((usize, &str), Hit)> = Vec::new();
    for (tensor, name) in names.iter().enumerate().filter(|(tensor, _)| may_be_weight(*tensor)) {
        for numbered in names::numbered(name) {
            let hits = hits(&places, &numbered, tensor, &tensors[tensor]).into_iter();
            found.extend(hits.map(|(family, prefix, hit)| ((family, prefix), hit)));
        }
    }
    let has = |sign: &str| tensors.iter().any(|tensor| tensor.name.contains(sign));
    let signed: Vec<bool> = FAMILIES.iter().map(|family| family.sign.is_none_or(has)).collect();
    let mut blocks: Vec<Blocks> = grouped(found)
        .into_iter()
        .filter(|((family, _), _)| signed[*family])
        .map(|((family, _), hits)| build(&FAMILIES[family], hits, tensors))
        .filter(Blocks::has_blocks)
        .collect();
    blocks.sort_by_key(|blocks| std::cmp::Reverse(blocks.tensors.len()));
    blocks
}

/// A name of the table.
struct Place {
    family: usize,
    stack: usize,
    row: usize,
    /// Which of the row's names.
    member: usize,
}

/// A tensor that a name of the table fits.
struct Hit {
    stack: usize,
    stage: Option<u32>,
    block: u32,
    expert: Option<u32>,
    row: usize,
    member: usize,
    tensor: usize,
}

/// All names of the table, by what stands behind the block's number.
fn places() -> HashMap<&'static str, Vec<Place>> {
    let mut places: HashMap<&str, Vec<Place>> = HashMap::new();
    for (family, of) in FAMILIES.iter().enumerate() {
        for (stack, blocks) in of.stacks.iter().enumerate() {
            for (row, of) in rows(blocks).enumerate() {
                for (member, name) in of.names().enumerate() {
                    places.entry(name).or_default().push(Place { family, stack, row, member });
                }
            }
        }
    }
    places
}

fn rows(stack: &Stack) -> impl Iterator<Item = &'static Row> {
    stack.parts.iter().flat_map(|part| part.iter())
}

/// The families and prefixes that fit a name at one of its numbers.
fn hits<'a>(
    places: &HashMap<&str, Vec<Place>>,
    name: &Numbered<'a>,
    tensor: usize,
    entry: &TensorEntry,
) -> Vec<(usize, &'a str, Hit)> {
    let Numbered { head, number: block, tail } = *name;
    let literal = places.get(tail).map(|places| (places, None));
    let found = literal.or_else(|| {
        let (tail, expert) = names::starred(tail)?;
        Some((places.get(tail.as_str())?, Some(expert)))
    });
    let Some((places, expert)) = found else { return Vec::new() };
    let hit = |place: &Place| {
        let Place { family, stack, row, member } = *place;
        let of = &FAMILIES[family].stacks[stack];
        let (prefix, stage) = names::prefix(head, of.blocks)?;
        let fits = rows(of).nth(row).is_some_and(|row| has_rank(row, entry));
        fits.then_some((family, prefix, Hit { stack, stage, block, expert, row, member, tensor }))
    };
    places.iter().filter_map(hit).collect()
}

/// Whether the tensor has as many axes as the row's form needs. Keys and values of latent attention come with an axis
/// for the heads, too.
fn has_rank(row: &Row, tensor: &TensorEntry) -> bool {
    let axes = tensor.shape.len();
    match row.form {
        Form::StackOutputsFirst | Form::StackInputsFirst => axes == 3,
        Form::OutputsFirst | Form::InputsFirst if row.role == Role::KeyValueUp => axes == 2 || axes == 3,
        _ => axes == 2,
    }
}

/// Where a block comes in the network: stack, stage, number.
type BlockKey = (usize, Option<u32>, u32);
/// Where a group comes in the network: block, expert, row. What is no expert's comes before the experts.
type GroupKey = (BlockKey, Option<u32>, usize);

/// Turns the tensors that were found into groups; those of which a matrix is missing (a lost shard) are left out.
fn build(family: &'static Family, hits: Vec<Hit>, tensors: &[TensorEntry]) -> Blocks {
    let mut blocks = Blocks { family, groups: Vec::new(), tensors: HashSet::new(), unequal: None };
    // That of the block at hand, where its attention came.
    let mut width: Option<(BlockKey, u64)> = None;
    for ((block, expert, row), members) in members(family, hits, tensors) {
        let Some(row) = rows(&family.stacks[block.0]).nth(row) else { continue };
        let matrices: Option<Vec<Matrix>> = members.into_iter().collect();
        let Some(matrices) = matrices.filter(|matrices| !matrices.is_empty()) else { continue };
        let used = matrices.iter().any(|matrix| blocks.tensors.contains(&matrix.tensor));
        let shares = is_partial(row.form) || expert.is_some();
        let known = width.filter(|&(of, _)| of == block).map(|(_, width)| width);
        if (used && !shares) || !is_plausible(row, &matrices, tensors, known) {
            continue;
        }
        if let Err(unequal) = check_equal(&matrices, tensors) {
            blocks.unequal.get_or_insert(unequal);
            continue;
        }
        let neurons = matrices[0].neurons();
        if row.role == Role::AttentionIn {
            width = Some((block, neurons));
        }
        blocks.tensors.extend(matrices.iter().map(|matrix| matrix.tensor));
        let (stack, stage, number) = block;
        let name = name(family.stacks[stack].label, stage, number, expert, row.role);
        // One or two stacks.
        let stack = stack as u32;
        blocks.groups.push(Group { name, role: row.role, stack, block: Some(number), neurons, matrices });
    }
    blocks
}

fn check_equal(matrices: &[Matrix], tensors: &[TensorEntry]) -> Result<(), NetworkError> {
    let expected = matrices[0].neurons();
    match matrices.iter().find(|matrix| matrix.neurons() != expected) {
        Some(unequal) => {
            let tensor = tensors[unequal.tensor].name.clone();
            Err(NetworkError::UnequalInputs { tensor, found: unequal.neurons(), expected })
        }
        None => Ok(()),
    }
}

/// Forms of which several rows share a tensor.
fn is_partial(form: Form) -> bool {
    matches!(form, Form::Queries | Form::KeysAndValues)
}

/// The matrices of every group, in order; `None` for those that are missing.
fn members(family: &Family, hits: Vec<Hit>, tensors: &[TensorEntry]) -> Vec<(GroupKey, Vec<Option<Matrix>>)> {
    let router =
        |hit: &Hit| rows(&family.stacks[hit.stack]).nth(hit.row).is_some_and(|row| row.form == Form::Router);
    let (routers, hits): (Vec<Hit>, Vec<Hit>) = hits.into_iter().partition(router);
    let experts: HashMap<BlockKey, u64> = routers
        .into_iter()
        .map(|hit| ((hit.stack, hit.stage, hit.block), tensors[hit.tensor].shape[0]))
        .collect();
    let mut groups: HashMap<GroupKey, Vec<Option<Matrix>>> = HashMap::new();
    for hit in hits {
        let Some(row) = rows(&family.stacks[hit.stack]).nth(hit.row) else { continue };
        let parts = experts.get(&(hit.stack, hit.stage, hit.block)).copied();
        let matrices = matrices(row.form, hit.tensor, &tensors[hit.tensor], parts);
        if groups.len().saturating_add(matrices.len()) > MOST_GROUPS {
            break;
        }
        for (part, matrix) in (0..).zip(matrices) {
            let expert = if is_stack(row.form) { Some(part) } else { hit.expert };
            let key = ((hit.stack, hit.stage, hit.block), expert, hit.row);
            let members = groups.entry(key).or_insert_with(|| vec![None; row.names().count()]);
            members[hit.member] = Some(matrix);
        }
    }
    let mut groups: Vec<(GroupKey, Vec<Option<Matrix>>)> = groups.into_iter().collect();
    groups.sort_unstable_by_key(|&(key, _)| key);
    groups
}

fn is_stack(form: Form) -> bool {
    matches!(
        form,
        Form::StackOutputsFirst | Form::StackInputsFirst | Form::RowsOutputsFirst | Form::RowsInputsFirst
    )
}

/// The matrices of a tensor: one, or one for each expert; none where its sizes do not allow it. `experts` is what the
/// router tells.
fn matrices(form: Form, tensor: usize, entry: &TensorEntry, experts: Option<u64>) -> Vec<Matrix> {
    let linear = |inputs_first: bool, first: u64, second: u64| {
        // What the graph says comes before what the family does.
        let inputs_first = match entry.usage {
            Some(Usage::InputsFirst) => true,
            Some(Usage::OutputsFirst) => false,
            _ => inputs_first,
        };
        match inputs_first {
            true => Matrix::inputs_first(tensor, first, second),
            false => Matrix::outputs_first(tensor, first, second),
        }
    };
    let stack = |experts: u64, inputs_first: bool, first: u64, second: u64| -> Vec<Matrix> {
        let each = linear(inputs_first, first, second);
        match usize::try_from(experts) {
            Ok(experts) if experts <= MOST_GROUPS => {
                (0..experts as u64).map(|expert| Matrix { skip: expert * first * second, ..each }).collect()
            }
            _ => Vec::new(),
        }
    };
    match (form, entry.shape.as_slice()) {
        (Form::OutputsFirst, &[first, second]) => vec![linear(false, first, second)],
        (Form::InputsFirst, &[first, second]) => vec![linear(true, first, second)],
        // An axis for the heads before the others.
        (Form::OutputsFirst, &[heads, first, second]) => {
            vec![Matrix::outputs_first(tensor, heads * first, second)]
        }
        (Form::InputsFirst, &[heads, first, second]) => {
            vec![Matrix { before: heads, ..Matrix::inputs_first(tensor, first, second) }]
        }
        (Form::Queries, &[rows, inputs]) if rows % 3 == 0 => {
            vec![Matrix::outputs_first(tensor, rows / 3, inputs)]
        }
        (Form::KeysAndValues, &[rows, inputs]) if rows % 3 == 0 => {
            let third = rows / 3;
            vec![Matrix { skip: third * inputs, ..Matrix::outputs_first(tensor, 2 * third, inputs) }]
        }
        (Form::StackOutputsFirst, &[experts, first, second]) => stack(experts, false, first, second),
        (Form::StackInputsFirst, &[experts, first, second]) => stack(experts, true, first, second),
        (Form::RowsOutputsFirst | Form::RowsInputsFirst, &[rows, second]) => match experts {
            Some(experts) if experts > 0 && rows % experts == 0 => {
                stack(experts, form == Form::RowsInputsFirst, rows / experts, second)
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Whether the sizes are those of such a row: they tell the orientation where two families use the same names.
/// `width` is that of the block, where it is known.
fn is_plausible(row: &Row, matrices: &[Matrix], tensors: &[TensorEntry], width: Option<u64>) -> bool {
    let told = matrices.iter().any(|matrix| tensors[matrix.tensor].usage.is_some());
    match row.role {
        // Queries, keys and values together are more than the neurons that they leave.
        Role::AttentionIn if matrices.len() == 1 && !told => matrices[0].outputs() > matrices[0].neurons(),
        Role::ExpertGate | Role::ExpertUp => width.is_none_or(|width| matrices[0].neurons() == width),
        Role::ExpertDown => width.is_none_or(|width| matrices[0].outputs() == width),
        _ => true,
    }
}

fn name(label: &str, stage: Option<u32>, block: u32, expert: Option<u32>, role: Role) -> String {
    let mut name = String::new();
    if !label.is_empty() {
        name = format!("{label} ");
    }
    if let Some(stage) = stage {
        name += &format!("stage {stage} ");
    }
    name += &format!("block {block} ");
    match expert {
        Some(expert) => name += &format!("expert {expert} "),
        None if matches!(role, Role::ExpertGate | Role::ExpertUp | Role::ExpertDown) => {
            name += "shared expert "
        }
        None => (),
    }
    name + role.name()
}
