//! From tensor names and shapes to groups.

use std::collections::BTreeMap;

use thiserror::Error;

use super::families::{FAMILIES, Family, GroupPattern, LEFT_OUT, Orientation};
use super::{Group, Matrix, Role, Wiring};
use crate::checkpoint::{Checkpoint, TensorEntry};
use crate::report::SkippedRecord;

/// A name with a larger block number is no block: samples are drawn for every block up to the largest.
const MOST_BLOCKS: u32 = 10_000;

/// A checkpoint in which no network was found.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NetworkError {
    /// Not one matrix of floating-point numbers.
    #[error("{checkpoint} holds no weight matrix")]
    NoMatrix {
        /// Name of the checkpoint.
        checkpoint: String,
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
}

impl NetworkError {
    /// Stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoMatrix { .. } => "no-matrix",
            Self::UnequalInputs { .. } => "unequal-inputs",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoMatrix { .. } => {
                "Use the model file of the same step: optimiser states and tokenizers have no weights to analyse."
            }
            Self::UnequalInputs { .. } => "The file mixes several models; save one of them alone.",
        }
    }
}

/// Finds the groups of a checkpoint's network.
pub fn recognise(checkpoint: &Checkpoint) -> Result<Wiring, NetworkError> {
    let known = FAMILIES.iter().map(|family| Blocks::find(family, &checkpoint.tensors));
    let best = known.max_by_key(Blocks::matrices).filter(|blocks| blocks.matrices() > 0);
    let (architecture, guessed, groups) = match best {
        Some(blocks) => (blocks.family.name.to_owned(), false, blocks.groups(&checkpoint.tensors)?),
        None => ("unknown".to_owned(), true, guess(&checkpoint.tensors)),
    };
    if groups.is_empty() {
        return Err(NetworkError::NoMatrix { checkpoint: checkpoint.name.clone() });
    }
    let mut skipped = skipped(&checkpoint.tensors, &groups);
    skipped.extend(checkpoint.skipped.iter().cloned());
    Ok(Wiring { architecture, guessed, groups, skipped })
}

/// The tensors of a family's blocks: by prefix, block and pattern.
struct Blocks<'a> {
    family: &'static Family,
    tensors: BTreeMap<u32, BTreeMap<&'a str, usize>>,
}

impl<'a> Blocks<'a> {
    /// Takes the prefix under which most tensors fit, so that a second copy (averaged weights) is left out.
    fn find(family: &'static Family, tensors: &'a [TensorEntry]) -> Self {
        let mut by_prefix: BTreeMap<&str, BTreeMap<u32, BTreeMap<&str, usize>>> = BTreeMap::new();
        for (index, tensor) in tensors.iter().enumerate() {
            let Some((prefix, block, suffix)) = split_name(family, &tensor.name) else { continue };
            if is_matrix(tensor) && patterns(family).any(|pattern| pattern == suffix) {
                by_prefix.entry(prefix).or_default().entry(block).or_default().insert(suffix, index);
            }
        }
        // Of equals the first in the order of names.
        let size = |blocks: &BTreeMap<u32, BTreeMap<&str, usize>>| -> usize {
            blocks.values().map(BTreeMap::len).sum()
        };
        let tensors = by_prefix.into_values().rev().max_by_key(size).unwrap_or_default();
        Self { family, tensors }
    }

    fn matrices(&self) -> usize {
        self.tensors.values().map(BTreeMap::len).sum()
    }

    /// All groups whose matrices are all there; where a shard is missing, the others still count.
    fn groups(&self, tensors: &[TensorEntry]) -> Result<Vec<Group>, NetworkError> {
        let mut groups = Vec::new();
        for (&block, found) in &self.tensors {
            for pattern in self.family.groups {
                let members: Option<Vec<usize>> =
                    pattern.tensors.iter().map(|suffix| found.get(suffix).copied()).collect();
                if let Some(members) = members {
                    groups.push(group(pattern, block, &members, tensors)?);
                }
            }
        }
        Ok(groups)
    }
}

fn patterns(family: &'static Family) -> impl Iterator<Item = &'static str> {
    family.groups.iter().flat_map(|group| group.tensors.iter().copied())
}

/// `gpt_neox.layers.3.attention.dense.weight` to its prefix, block and suffix.
fn split_name<'a>(family: &Family, name: &'a str) -> Option<(&'a str, u32, &'a str)> {
    name.match_indices(family.blocks).find_map(|(at, marker)| {
        let starts = at == 0 || name.as_bytes()[at - 1] == b'.';
        let (number, suffix) = name[at + marker.len()..].split_once('.')?;
        let block = number.parse().ok().filter(|&block| starts && block < MOST_BLOCKS)?;
        Some((&name[..at], block, suffix))
    })
}

fn group(
    pattern: &GroupPattern,
    block: u32,
    members: &[usize],
    tensors: &[TensorEntry],
) -> Result<Group, NetworkError> {
    let matrices: Vec<Matrix> =
        members.iter().map(|&index| matrix(index, &tensors[index], pattern.orientation)).collect();
    let neurons = matrices[0].neurons();
    if let Some(unequal) = matrices.iter().find(|matrix| matrix.neurons() != neurons) {
        let tensor = tensors[unequal.tensor].name.clone();
        return Err(NetworkError::UnequalInputs { tensor, found: unequal.neurons(), expected: neurons });
    }
    let name = format!("block {block} {}", role_name(pattern.role));
    Ok(Group { name, role: pattern.role, block: Some(block), neurons, matrices })
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::AttentionIn => "attention in",
        Role::AttentionOut => "attention out",
        Role::MlpUp => "MLP up",
        Role::MlpDown => "MLP down",
        Role::Other => "matrix",
    }
}

fn matrix(index: usize, tensor: &TensorEntry, orientation: Orientation) -> Matrix {
    let (first, second) = (tensor.shape[0], tensor.shape[1]);
    match orientation {
        Orientation::OutputsFirst => Matrix::outputs_first(index, first, second),
        Orientation::InputsFirst => Matrix::inputs_first(index, first, second),
    }
}

/// Every matrix that is called a weight, in order of the names, each a group of its own.
fn guess(tensors: &[TensorEntry]) -> Vec<Group> {
    tensors
        .iter()
        .enumerate()
        .filter(|(_, tensor)| {
            is_matrix(tensor) && tensor.name.ends_with("weight") && reason(tensor).is_none()
        })
        .map(|(index, tensor)| {
            let matrix = matrix(index, tensor, Orientation::OutputsFirst);
            Group {
                name: tensor.name.clone(),
                role: Role::Other,
                block: None,
                neurons: matrix.neurons(),
                matrices: vec![matrix],
            }
        })
        .collect()
}

fn is_matrix(tensor: &TensorEntry) -> bool {
    tensor.shape.len() == 2 && tensor.elements() > 0 && tensor.dtype.is_float()
}

fn reason(tensor: &TensorEntry) -> Option<&'static str> {
    if !tensor.dtype.is_float() {
        return Some("integers");
    }
    let name = tensor.name.to_ascii_lowercase();
    LEFT_OUT.iter().find_map(|&(part, reason)| name.contains(part).then_some(reason))
}

/// The tensors outside all groups, by reason, in order of first appearance.
fn skipped(tensors: &[TensorEntry], groups: &[Group]) -> Vec<SkippedRecord> {
    let mut used = vec![false; tensors.len()];
    groups.iter().flat_map(|group| &group.matrices).for_each(|matrix| used[matrix.tensor] = true);
    let mut skipped: Vec<SkippedRecord> = Vec::new();
    for (tensor, _) in tensors.iter().zip(&used).filter(|(_, used)| !**used) {
        let reason = reason(tensor).unwrap_or(if tensor.shape.len() < 2 {
            "vectors"
        } else {
            "not named by the family"
        });
        match skipped.iter_mut().find(|record| record.reason == reason) {
            Some(record) => record.tensors.push(tensor.name.clone()),
            None => {
                skipped.push(SkippedRecord { reason: reason.to_owned(), tensors: vec![tensor.name.clone()] })
            }
        }
    }
    skipped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{DType, IntegerType, Storage};

    fn checkpoint(tensors: &[(&str, &[u64], DType)]) -> Checkpoint {
        let tensors = tensors.iter().map(|&(name, shape, dtype)| TensorEntry {
            name: name.into(),
            dtype,
            shape: shape.to_vec(),
            file: 0,
            storage: Storage::plain(0, 0),
            usage: None,
        });
        Checkpoint {
            name: "test".into(),
            step: None,
            format: "safetensors",
            files: Vec::new(),
            tensors: tensors.collect(),
            config: None,
            metadata: BTreeMap::new(),
            skipped: Vec::new(),
            warnings: Vec::new(),
            imports: Vec::new(),
            state_dicts: Vec::new(),
        }
    }

    #[test]
    fn a_gpt_neox_block_has_four_groups_whatever_its_prefix() {
        for prefix in ["", "gpt_neox.", "module.gpt_neox.", "_orig_mod.gpt_neox."] {
            let names: Vec<String> =
                patterns(&FAMILIES[0]).map(|suffix| format!("{prefix}layers.0.{suffix}")).collect();
            let shapes: [&[u64]; 4] = [&[24, 8], &[8, 8], &[32, 8], &[8, 32]];
            let mut tensors: Vec<_> =
                names.iter().zip(shapes).map(|(name, shape)| (name.as_str(), shape, DType::F32)).collect();
            tensors.push(("gpt_neox.embed_in.weight", &[100, 8], DType::F32));
            tensors.push((
                "gpt_neox.layers.0.attention.bias",
                &[1, 1, 16, 16],
                DType::Integer(IntegerType::U8),
            ));
            let wiring = recognise(&checkpoint(&tensors)).unwrap();
            assert_eq!(
                (wiring.architecture.as_str(), wiring.guessed, wiring.groups.len()),
                ("GPT-NeoX", false, 4)
            );
            assert_eq!(
                wiring.groups.iter().map(|group| (group.neurons, group.outputs())).collect::<Vec<_>>(),
                [(8, 24), (8, 8), (8, 32), (32, 8)]
            );
            let reasons: Vec<_> = wiring.skipped.iter().map(|record| record.reason.as_str()).collect();
            assert_eq!(reasons, ["embeddings", "integers"]);
        }
    }

    #[test]
    fn a_second_copy_of_the_weights_is_left_out() {
        let wiring = recognise(&checkpoint(&[
            ("ema.layers.0.attention.dense.weight", &[8, 8], DType::F32),
            ("model.layers.0.attention.dense.weight", &[8, 8], DType::F32),
            ("model.layers.1.attention.dense.weight", &[8, 8], DType::F32),
        ]))
        .unwrap();
        assert_eq!(wiring.groups.len(), 2);
        assert_eq!(wiring.skipped[0].tensors, ["ema.layers.0.attention.dense.weight"]);
    }

    #[test]
    fn unknown_names_are_a_guess_and_integers_are_no_network() {
        let wiring = recognise(&checkpoint(&[
            ("0.weight", &[8, 4], DType::F32),
            ("0.bias", &[8], DType::F32),
            ("2.weight", &[3, 8], DType::BF16),
            ("embedding.weight", &[100, 8], DType::F32),
        ]))
        .unwrap();
        assert!(wiring.guessed);
        assert_eq!(
            wiring.groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(),
            ["0.weight", "2.weight"]
        );
        let nothing = recognise(&checkpoint(&[
            ("0.weight", &[8, 4], DType::Integer(IntegerType::I32)),
            ("0.bias", &[8], DType::F32),
        ]));
        assert_eq!(nothing, Err(NetworkError::NoMatrix { checkpoint: "test".into() }));
    }
}
