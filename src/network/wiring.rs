//! From tensor names and shapes to groups.

use std::collections::HashSet;

use super::blocks::{self, Blocks};
use super::families::{left_out, model_name};
use super::{Group, NetworkError, Wiring, heads, layers, names};
use crate::checkpoint::{
    Checkpoint, DType, PACKED_INTEGERS, PackedKind, SCALED_APART, TensorEntry, not_weights, packed,
    unread_kind,
};
use crate::report::{SkippedRecord, Warning};
use crate::sorted::commonest;

/// A family that names less than one in so many of the matrices does not tell how the network is wired.
const LEAST_SHARE: usize = 4;

/// Why a matrix of a known family's checkpoint is left out that no row of the table names.
const NOT_NAMED: &str = "not named by the family";

/// Finds the groups of a checkpoint's network.
pub fn recognise(checkpoint: &Checkpoint) -> Result<Wiring, NetworkError> {
    let tensors = &checkpoint.tensors;
    let no_weights = not_weights(tensors);
    let may_be_weight = |index: usize| {
        tensors[index].dtype.is_float() && tensors[index].elements() > 0 && no_weights[index].is_none()
    };
    let names: Vec<&str> = tensors.iter().map(|tensor| names::plain(&tensor.name)).collect();
    let layers = layers::find(tensors, may_be_weight);
    let mut families = blocks::find(&names, tensors, may_be_weight).into_iter();
    let best = families.next().filter(|best| best.tensors.len() * LEAST_SHARE >= layers.groups.len());
    let in_transformer = best.is_some();
    let (architecture, guessed, groups, mut warnings) = match best {
        Some(best) => (architecture(&best, checkpoint).to_owned(), false, best.into_groups()?, Vec::new()),
        None => (layers.architecture.to_owned(), layers.guessed, layers.groups, layers.warnings),
    };
    warnings.extend(check_packed(checkpoint, &groups, &no_weights)?);
    check_unread(checkpoint, &groups, in_transformer)?;
    if groups.is_empty() {
        let holds = commonest(no_weights.iter().flatten().map(|&reason| (reason, 1)).collect());
        return Err(NetworkError::NoMatrix { checkpoint: checkpoint.name.clone(), holds });
    }
    let others: HashSet<usize> = match in_transformer {
        true => families.flat_map(|other| other.tensors).collect(),
        false => HashSet::new(),
    };
    let why = |index: usize, tensor: &TensorEntry| match no_weights[index] {
        Some(reason) => reason,
        None if others.contains(&index) => "another set of weights in the same file",
        None => reason(tensor, in_transformer),
    };
    let mut skipped = skipped(tensors, &groups, why);
    warnings.extend(skipped.iter().find(|record| record.reason == NOT_NAMED).map(not_named));
    skipped.extend(checkpoint.skipped.iter().cloned());
    let head_width = heads::head_width(checkpoint, &names, &groups);
    Ok(Wiring { architecture, guessed, edited: false, groups, skipped, warnings, head_width })
}

/// The family's name, or the model's own where the files tell it.
fn architecture(blocks: &Blocks, checkpoint: &Checkpoint) -> &'static str {
    let kind = checkpoint.config.as_ref().and_then(|config| config.model_type.as_deref());
    model_name(blocks.family.name, kind)
}

/// A network of which more matrices are packed than readable is refused; of one with fewer the user must know.
fn check_packed(
    checkpoint: &Checkpoint,
    groups: &[Group],
    no_weights: &[Option<&'static str>],
) -> Result<Option<Warning>, NetworkError> {
    let Some(kind) = packed(&checkpoint.tensors) else { return Ok(None) };
    let count =
        no_weights.iter().flatten().filter(|reason| [PACKED_INTEGERS, SCALED_APART].contains(reason)).count();
    match count {
        0 => Ok(None),
        _ if count >= tensors_of(groups) => {
            Err(NetworkError::Packed { checkpoint: checkpoint.name.clone(), kind })
        }
        _ => Ok(Some(packed_part(count, kind))),
    }
}

/// A network of which more matrices are of types that are not read than of others is refused.
fn check_unread(checkpoint: &Checkpoint, groups: &[Group], in_transformer: bool) -> Result<(), NetworkError> {
    let is_layer = |name: &&String| {
        layers::is_named_weight(name) && left_out(&name.to_ascii_lowercase(), in_transformer).is_none()
    };
    let unread = checkpoint.skipped.iter().filter_map(|record| {
        Some((unread_kind(&record.reason)?, record.tensors.iter().filter(is_layer).count()))
    });
    let count: usize = unread.clone().map(|(_, count)| count).sum();
    match commonest(unread.collect()) {
        Some(kind) if count > 0 && count >= tensors_of(groups) => {
            Err(NetworkError::Unread { checkpoint: checkpoint.name.clone(), kind: kind.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Number of tensors that the groups take.
fn tensors_of(groups: &[Group]) -> usize {
    let matrices = groups.iter().flat_map(|group| &group.matrices);
    matrices.map(|matrix| matrix.tensor).collect::<HashSet<usize>>().len()
}

fn packed_part(count: usize, kind: PackedKind) -> Warning {
    let text = format!("{count} matrices are left out. They are {kind}; NeuroMFA does not unpack them.");
    Warning::new("packed-part", text)
}

fn not_named(record: &SkippedRecord) -> Warning {
    let (count, first) = (record.tensors.len(), &record.tensors[0]);
    let text = format!(
        "{count} tensors with the shape of matrices are left out, because the family has none of this name; the first \
         is {first}."
    );
    Warning::new("matrices-left-out", text)
}

/// Why a tensor that could hold weights is not part of the network.
fn reason(tensor: &TensorEntry, in_transformer: bool) -> &'static str {
    match tensor.dtype {
        DType::Integer(_) => return "integers",
        DType::Complex(_) => return "complex numbers",
        _ => (),
    }
    let by_name = left_out(&tensor.name.to_ascii_lowercase(), in_transformer);
    by_name.unwrap_or(match (tensor.shape.len(), in_transformer) {
        (0 | 1, _) => "vectors",
        (_, true) => NOT_NAMED,
        (_, false) => "not called a weight",
    })
}

/// The tensors outside all groups, by reason, in order of first appearance.
pub(super) fn skipped(
    tensors: &[TensorEntry],
    groups: &[Group],
    why: impl Fn(usize, &TensorEntry) -> &'static str,
) -> Vec<SkippedRecord> {
    let mut used = vec![false; tensors.len()];
    groups.iter().flat_map(|group| &group.matrices).for_each(|matrix| used[matrix.tensor] = true);
    let mut skipped: Vec<SkippedRecord> = Vec::new();
    for (index, tensor) in tensors.iter().enumerate().filter(|(index, _)| !used[*index]) {
        let (name, reason) = (tensor.name.clone(), why(index, tensor));
        match skipped.iter_mut().find(|record| record.reason == reason) {
            Some(record) => record.tensors.push(name),
            None => skipped.push(SkippedRecord { reason: reason.to_owned(), tensors: vec![name] }),
        }
    }
    skipped
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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
            format: "safetensors".into(),
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
            let suffixes =
                ["attention.query_key_value", "attention.dense", "mlp.dense_h_to_4h", "mlp.dense_4h_to_h"];
            let names = suffixes.map(|suffix| format!("{prefix}layers.0.{suffix}.weight"));
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
        assert_eq!(wiring.skipped[0].reason, "another set of weights in the same file");
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
        assert_eq!(nothing, Err(NetworkError::NoMatrix { checkpoint: "test".into(), holds: None }));
    }
}
