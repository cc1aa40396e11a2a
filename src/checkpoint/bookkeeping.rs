//! Tensors that look like weights and are none: what quantisation libraries and LoRA store beside the weights or in
//! their place.
//!
//! Names decide, together with the names beside them: `scale` alone is a word that many models use, `scale` beside
//! `W_q` is HQQ's. A tensor of a floating-point type of 16 bits or more is never taken for a packed weight.

use std::collections::HashMap;
use std::fmt;

use super::{DType, TensorEntry};
use crate::sorted::commonest;

const SCALES: &str = "quantisation scales";
const ZEROS: &str = "quantisation zero points";
const TABLES: &str = "quantisation tables";
const SETTINGS: &str = "quantisation settings";
/// Integers that are no weights without the tensors beside them.
pub const PACKED_INTEGERS: &str = "packed integers";
/// Narrow floating-point numbers that are no weights without the scales beside them.
pub const SCALED_APART: &str = "numbers whose scales are stored apart";
/// Small matrices that are to be added to weights which are elsewhere.
pub const LORA_DELTAS: &str = "LoRA deltas";

/// Last pieces of names, the ones beside which they have this meaning, and what they are. No companion: anywhere.
const LAST_PIECES: &[(&str, &[&str], &str)] = &[
    // GPTQ, AWQ, AQLM, MLX.
    ("scales", &["qweight", "codes", "weight"], SCALES),
    ("qzeros", &[], ZEROS),
    ("g_idx", &[], SETTINGS),
    ("codebooks", &["codes"], TABLES),
    ("biases", &["scales"], ZEROS),
    // bitsandbytes.
    ("absmax", &[], SCALES),
    ("nested_absmax", &[], SCALES),
    ("quant_map", &[], TABLES),
    ("nested_quant_map", &[], TABLES),
    ("bitsandbytes__nf4", &[], SETTINGS),
    ("bitsandbytes__fp4", &[], SETTINGS),
    ("SCB", &[], SCALES),
    ("weight_format", &[], SETTINGS),
    // Float8 and TensorRT.
    ("scale_weight", &["weight"], SCALES),
    ("scale_input", &["weight"], SCALES),
    ("input_scale", &["weight", "weight_packed"], SCALES),
    ("input_scale_inv", &["weight"], SCALES),
    ("output_scale", &["weight", "weight_packed"], SCALES),
    ("input_global_scale", &["weight_packed", "weight"], SCALES),
    ("weight_global_scale", &["weight_packed", "weight"], SCALES),
    ("_amax", &[], SCALES),
    // HQQ.
    ("scale", &["W_q"], SCALES),
    ("zero", &["W_q"], ZEROS),
    ("meta", &["W_q"], SETTINGS),
    ("nbits", &["W_q"], SETTINGS),
    ("group_size", &["W_q"], SETTINGS),
    ("axis", &["W_q"], SETTINGS),
    ("packing", &["W_q"], SETTINGS),
    ("shape", &["W_q"], SETTINGS),
    // Quanto.
    ("_scale", &["_data"], SCALES),
    ("_shift", &["_data"], ZEROS),
    // LoRA with a factor of its own, in both ways of naming its halves.
    (
        "alpha",
        &["lora_A.weight", "lora_down.weight", "lora.down.weight", "hada_w1_a", "lokr_w1"],
        LORA_DELTAS,
    ),
    ("dora_scale", &[], LORA_DELTAS),
    ("hada_w1_a", &[], LORA_DELTAS),
    ("hada_w1_b", &[], LORA_DELTAS),
    ("hada_w2_a", &[], LORA_DELTAS),
    ("hada_w2_b", &[], LORA_DELTAS),
    ("lokr_w1", &[], LORA_DELTAS),
    ("lokr_w1_a", &[], LORA_DELTAS),
    ("lokr_w1_b", &[], LORA_DELTAS),
    ("lokr_w2", &[], LORA_DELTAS),
    ("lokr_w2_a", &[], LORA_DELTAS),
    ("lokr_w2_b", &[], LORA_DELTAS),
];

/// Ends of names that go with the tensor whose name stands before them: `weight_scale` with `weight`.
const ENDS: &[(&str, &str)] = &[
    ("_scale", SCALES),
    ("_scales", SCALES),
    ("_scale_inv", SCALES),
    ("_scale_2", SCALES),
    ("_zero_point", ZEROS),
    ("_zero_points", ZEROS),
    ("_g_idx", SETTINGS),
    ("_shape", SETTINGS),
];

/// What compressed-tensors, MXFP4, torchao and ONNX Runtime (the last four) add to the name of a weight that they pack.
const PACKED_ENDS: &[&str] = &["_packed", "_blocks", "_qdata", "_quantized", "_Q2", "_Q4", "_Q8"];

/// Last pieces that are packed weights of HQQ, AQLM and Quanto.
const PACKED_PIECES: &[&str] = &["W_q", "codes", "_data"];

/// How weights are packed, where they cannot be read as numbers by themselves. `Display` completes "These weights
/// are ...".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PackedKind {
    /// GPTQ, with so many bits a weight where the shapes tell.
    Gptq {
        /// Mostly 4; also 2, 3 and 8.
        bits: Option<u64>,
    },
    /// AWQ, with so many bits a weight where the shapes tell.
    Awq {
        /// Mostly 4.
        bits: Option<u64>,
    },
    /// bitsandbytes, NF4 or FP4.
    BitsAndBytes4,
    /// bitsandbytes, LLM.int8().
    BitsAndBytes8,
    /// Float8 with a separate scale for each tensor, row or block.
    Float8,
    /// Any other way: compressed-tensors, HQQ, MLX, Quanto, MXFP4 ...
    Other,
}

impl fmt::Display for PackedKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gptq { bits: Some(bits) } => write!(formatter, "packed {bits}-bit integers (GPTQ)"),
            Self::Gptq { bits: None } => formatter.write_str("packed integers (GPTQ)"),
            Self::Awq { bits: Some(bits) } => write!(formatter, "packed {bits}-bit integers (AWQ)"),
            Self::Awq { bits: None } => formatter.write_str("packed integers (AWQ)"),
            Self::BitsAndBytes4 => formatter.write_str("packed 4-bit codes (bitsandbytes)"),
            Self::BitsAndBytes8 => formatter.write_str("8-bit integers with scales apart (bitsandbytes)"),
            Self::Float8 => formatter.write_str("8-bit numbers with scales apart (FP8)"),
            Self::Other => formatter.write_str("packed numbers with scales apart"),
        }
    }
}

/// Why each of the tensors is no weight matrix, in plain words (`quantisation scales`, `packed integers`, `LoRA deltas`); `None`
/// for those that may be weights.
pub fn not_weights(tensors: &[TensorEntry]) -> Vec<Option<&'static str>> {
    let names = Names::of(tensors);
    tensors.iter().map(|tensor| role(tensor, &names)).collect()
}

/// How most of the packed weights are packed; `None` where there are none. Whether the other tensors are enough for
/// a network is for the caller to say.
pub fn packed(tensors: &[TensorEntry]) -> Option<PackedKind> {
    let names = Names::of(tensors);
    commonest(tensors.iter().filter_map(|tensor| Some((packing(tensor, &names)?, 1))).collect())
}

/// Tensors by name, to look for those beside another.
struct Names<'a>(HashMap<&'a str, &'a TensorEntry>);

impl<'a> Names<'a> {
    fn of(tensors: &'a [TensorEntry]) -> Self {
        Self(tensors.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect())
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The tensor called `piece` in the same module as the one called `name`.
    fn beside(&self, name: &str, piece: &str) -> Option<&'a TensorEntry> {
        let sibling = name.rsplit_once('.').map(|(module, _)| format!("{module}.{piece}"));
        self.0.get(sibling.as_deref().unwrap_or(piece)).copied()
    }
}

/// What a tensor is, where it is no weight.
fn role(tensor: &TensorEntry, names: &Names<'_>) -> Option<&'static str> {
    if packing(tensor, names).is_some() {
        return Some(if tensor.dtype.is_float() { SCALED_APART } else { PACKED_INTEGERS });
    }
    let name = tensor.name.as_str();
    let last = last_piece(name);
    let by_piece = LAST_PIECES.iter().find(|(piece, companions, _)| {
        *piece == last
            && (companions.is_empty() || companions.iter().any(|other| names.beside(name, other).is_some()))
    });
    by_piece
        .map(|&(_, _, reason)| reason)
        .or_else(|| by_end(name, names))
        .or_else(|| is_lora(name).then_some(LORA_DELTAS))
}

fn last_piece(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// `weight_scale` where there is `weight`, packed or not.
fn by_end(name: &str, names: &Names<'_>) -> Option<&'static str> {
    ENDS.iter().find_map(|(end, reason)| {
        let whole = name.strip_suffix(end)?;
        let packed = || PACKED_ENDS.iter().any(|end| names.has(&format!("{whole}{end}")));
        (names.has(whole) || packed()).then_some(*reason)
    })
}

/// `lora_A`, `lora_down` and the like as a piece of the name, or `lora.up`; a piece such as `w_lora` alone is a layer
/// of some models.
fn is_lora(name: &str) -> bool {
    let next = name.split('.').skip(1).map(Some).chain([None]);
    name.split('.').zip(next).any(|(piece, next)| {
        let halves = piece.ends_with("lora") || piece.ends_with("lora_linear_layer");
        piece.starts_with("lora_") || (halves && matches!(next, Some("up" | "down")))
    })
}

/// How a tensor is packed: its numbers mean nothing without those beside it.
fn packing(tensor: &TensorEntry, names: &Names<'_>) -> Option<PackedKind> {
    let narrow = matches!(
        tensor.dtype,
        DType::F8E4M3
            | DType::F8E5M2
            | DType::F8E4M3Fnuz
            | DType::F8E5M2Fnuz
            | DType::F6E2M3
            | DType::F6E3M2
            | DType::F4
    );
    let integer = matches!(tensor.dtype, DType::Integer(_));
    if !narrow && !integer {
        return None;
    }
    let name = tensor.name.as_str();
    let with = |end: &str| names.has(&format!("{name}{end}"));
    let beside = |piece: &str| names.beside(name, piece).is_some();
    if last_piece(name) == "qweight" {
        return Some(gptq_or_awq(tensor, names));
    }
    if integer && (with(".absmax") || with(".quant_map")) {
        return Some(PackedKind::BitsAndBytes4);
    }
    if integer && last_piece(name) == "weight" && beside("SCB") {
        return Some(PackedKind::BitsAndBytes8);
    }
    let scaled = ["_scale", "_scale_inv", "_scales"].into_iter().any(with)
        || (last_piece(name) == "weight" && (beside("scales") || beside("scale_weight")));
    if scaled {
        let eight_bits = tensor.dtype.block().bytes == 1 && tensor.dtype.block().elements == 1;
        return Some(if narrow && eight_bits { PackedKind::Float8 } else { PackedKind::Other });
    }
    let whole = PACKED_ENDS.iter().find_map(|end| name.strip_suffix(end));
    let by_end = whole.is_some_and(|whole| ENDS.iter().any(|(end, _)| names.has(&format!("{whole}{end}"))));
    let by_piece =
        PACKED_PIECES.contains(&last_piece(name)) && ["scale", "scales", "_scale"].into_iter().any(beside);
    (by_end || by_piece).then_some(PackedKind::Other)
}

/// Both store `qweight`, `qzeros` `[groups, outputs * bits / 32]` and `scales` `[groups, outputs]`. GPTQ packs along the
/// inputs, so that `qweight` has a column for each output; AWQ packs along the outputs.
fn gptq_or_awq(tensor: &TensorEntry, names: &Names<'_>) -> PackedKind {
    let columns = |tensor: &TensorEntry| tensor.shape.get(1).copied();
    let outputs = names.beside(&tensor.name, "scales").and_then(columns);
    let zeros = names.beside(&tensor.name, "qzeros").and_then(columns);
    let bits = zeros.zip(outputs).and_then(|(zeros, outputs)| zeros.checked_mul(32)?.checked_div(outputs));
    let bits = bits.filter(|bits| (1..=16).contains(bits));
    let along_inputs = match outputs {
        Some(_) => columns(tensor) == outputs,
        None => names.beside(&tensor.name, "g_idx").is_some(),
    };
    if along_inputs { PackedKind::Gptq { bits } } else { PackedKind::Awq { bits } }
}

#[cfg(test)]
mod tests {
    use super::super::{IntegerType, Storage};
    use super::*;

    const I32: DType = DType::Integer(IntegerType::I32);
    const U8: DType = DType::Integer(IntegerType::U8);
    const I8: DType = DType::Integer(IntegerType::I8);

    fn tensor(name: &str, dtype: DType, shape: &[u64]) -> TensorEntry {
        let storage = Storage::plain(0, 0);
        TensorEntry { name: name.to_owned(), dtype, shape: shape.to_vec(), file: 0, storage, usage: None }
    }

    /// Asserts the reason of every tensor, in order.
    fn assert_roles(tensors: &[(&str, DType, &[u64], Option<&str>)], kind: Option<PackedKind>) {
        let entries: Vec<TensorEntry> =
            tensors.iter().map(|(name, dtype, shape, _)| tensor(name, *dtype, shape)).collect();
        let found = not_weights(&entries);
        for (index, (name, _, _, expected)) in tensors.iter().enumerate() {
            assert_eq!(found[index], *expected, "{name}");
        }
        assert_eq!(packed(&entries), kind);
    }

    #[test]
    fn gptq_and_awq_are_told_apart_by_their_shapes() {
        assert_roles(
            &[
                ("model.layers.0.mlp.up_proj.qweight", I32, &[8, 128], Some(PACKED_INTEGERS)),
                ("model.layers.0.mlp.up_proj.qzeros", I32, &[1, 16], Some(ZEROS)),
                ("model.layers.0.mlp.up_proj.scales", DType::F16, &[1, 128], Some(SCALES)),
                ("model.layers.0.mlp.up_proj.g_idx", I32, &[64], Some(SETTINGS)),
                ("model.layers.0.mlp.up_proj.bias", DType::F16, &[128], None),
                ("model.embed_tokens.weight", DType::F16, &[99, 64], None),
            ],
            Some(PackedKind::Gptq { bits: Some(4) }),
        );
        assert_roles(
            &[
                ("up.qweight", I32, &[64, 16], Some(PACKED_INTEGERS)),
                ("up.qzeros", I32, &[1, 16], Some(ZEROS)),
                ("up.scales", DType::F16, &[1, 128], Some(SCALES)),
            ],
            Some(PackedKind::Awq { bits: Some(4) }),
        );
        assert_roles(
            &[("qweight", I32, &[16, 128], Some(PACKED_INTEGERS)), ("g_idx", I32, &[64], Some(SETTINGS))],
            Some(PackedKind::Gptq { bits: None }),
        );
        // Three and eight bits; shapes that contradict each other say nothing of bits, and nothing overflows.
        for (zeros, outputs, bits) in
            [(12, 128, Some(3)), (32, 128, Some(8)), (1, u64::MAX, None), (u64::MAX, 2, None), (1, 0, None)]
        {
            let entries = [
                tensor("a.qweight", I32, &[8, outputs]),
                tensor("a.qzeros", I32, &[1, zeros]),
                tensor("a.scales", DType::F16, &[1, outputs]),
            ];
            assert_eq!(packed(&entries), Some(PackedKind::Gptq { bits }), "{zeros} {outputs}");
        }
    }

    #[test]
    fn bitsandbytes() {
        assert_roles(
            &[
                ("l.0.q_proj.weight", U8, &[2048, 1], Some(PACKED_INTEGERS)),
                ("l.0.q_proj.weight.absmax", U8, &[64], Some(SCALES)),
                ("l.0.q_proj.weight.nested_absmax", DType::F32, &[1], Some(SCALES)),
                ("l.0.q_proj.weight.quant_map", DType::F32, &[16], Some(TABLES)),
                ("l.0.q_proj.weight.nested_quant_map", DType::F32, &[256], Some(TABLES)),
                ("l.0.q_proj.weight.quant_state.bitsandbytes__nf4", U8, &[90], Some(SETTINGS)),
                ("l.0.norm.weight", DType::F16, &[64], None),
            ],
            Some(PackedKind::BitsAndBytes4),
        );
        assert_roles(
            &[
                ("l.0.q_proj.weight", I8, &[64, 64], Some(PACKED_INTEGERS)),
                ("l.0.q_proj.SCB", DType::F32, &[64], Some(SCALES)),
                ("l.0.q_proj.weight_format", U8, &[], Some(SETTINGS)),
            ],
            Some(PackedKind::BitsAndBytes8),
        );
    }

    #[test]
    fn float8_is_a_weight_unless_its_scale_is_stored_apart() {
        for scale in ["up.weight_scale", "up.weight_scale_inv", "up.scale_weight"] {
            assert_roles(
                &[
                    ("up.weight", DType::F8E4M3, &[64, 64], Some(SCALED_APART)),
                    (scale, DType::F32, &[1, 1], Some(SCALES)),
                    ("up.input_scale", DType::F32, &[], Some(SCALES)),
                ],
                Some(PackedKind::Float8),
            );
        }
        assert_roles(&[("up.weight", DType::F8E4M3, &[64, 64], None)], None);
        // Scales of activations beside a weight that is whole.
        assert_roles(
            &[
                ("up.weight", DType::BF16, &[64, 64], None),
                ("up.weight_scale", DType::F32, &[64, 1], Some(SCALES)),
            ],
            None,
        );
    }

    #[test]
    fn other_ways_of_packing() {
        let other = Some(PackedKind::Other);
        assert_roles(
            &[
                ("up.weight_packed", I32, &[64, 8], Some(PACKED_INTEGERS)),
                ("up.weight_scale", DType::BF16, &[64, 1], Some(SCALES)),
                ("up.weight_zero_point", I32, &[8, 1], Some(ZEROS)),
                ("up.weight_shape", DType::Integer(IntegerType::I64), &[2], Some(SETTINGS)),
            ],
            other,
        );
        assert_roles(
            &[
                ("up.W_q", U8, &[64, 32], Some(PACKED_INTEGERS)),
                ("up.scale", DType::F16, &[64, 1], Some(SCALES)),
                ("up.zero", DType::F16, &[64, 1], Some(ZEROS)),
                ("up.nbits", I32, &[], Some(SETTINGS)),
            ],
            other,
        );
        assert_roles(
            &[
                ("up.weight", DType::Integer(IntegerType::U32), &[64, 8], Some(PACKED_INTEGERS)),
                ("up.scales", DType::BF16, &[64, 1], Some(SCALES)),
                ("up.biases", DType::BF16, &[64, 1], Some(ZEROS)),
            ],
            other,
        );
        assert_roles(
            &[
                ("mlp.experts.gate_up_proj_blocks", U8, &[4, 64, 2, 16], Some(PACKED_INTEGERS)),
                ("mlp.experts.gate_up_proj_scales", U8, &[4, 64, 2], Some(SCALES)),
                ("mlp.experts.gate_up_proj_bias", DType::BF16, &[4, 64], None),
            ],
            other,
        );
    }

    #[test]
    fn onnx_runtime_puts_the_scales_beside_its_integers() {
        assert_roles(
            &[
                ("onnx::MatMul_12_quantized", I8, &[64, 64], Some(PACKED_INTEGERS)),
                ("onnx::MatMul_12_scale", DType::F32, &[], Some(SCALES)),
                ("onnx::MatMul_12_zero_point", I8, &[], Some(ZEROS)),
                ("layers.0.up_proj.weight_Q4", U8, &[64, 2, 16], Some(PACKED_INTEGERS)),
                ("layers.0.up_proj.weight_scales", DType::F32, &[128], Some(SCALES)),
                ("layers.0.up_proj.weight_zero_points", U8, &[64], Some(ZEROS)),
                // Neither integers nor scales.
                ("vq.codebook_quantized", DType::F32, &[64, 64], None),
                ("layers.0.norm_Q4", U8, &[64], None),
            ],
            Some(PackedKind::Other),
        );
    }

    #[test]
    fn lora_deltas_are_no_weights_but_their_base_is() {
        let lora = Some(LORA_DELTAS);
        let names = [
            ("base_model.model.q_proj.lora_A.weight", lora),
            ("base_model.model.q_proj.lora_B.default.weight", lora),
            ("base_model.model.q_proj.base_layer.weight", None),
            ("base_model.model.embed.lora_embedding_A", lora),
            ("base_model.model.q_proj.lora_magnitude_vector.default.weight", lora),
            ("base_model.model.q_proj.alpha", lora),
            ("lora_unet_mid_block.lora_down.weight", lora),
            ("lora_unet_mid_block.lora_up.weight", lora),
            ("lora_unet_mid_block.alpha", lora),
            ("unet.attn1.processor.to_q_lora.up.weight", lora),
            ("unet.attn1.to_q.lora.down.weight", lora),
            ("unet.attn1.to_q.hada_w1_a", lora),
            ("model.layers.0.attn.w_lora.lora.0.weight", None),
            ("explora_tion.weight", None),
        ];
        let tensors: Vec<(&str, DType, &[u64], Option<&str>)> =
            names.iter().map(|&(name, reason)| (name, DType::F32, &[8, 8][..], reason)).collect();
        assert_roles(&tensors, None);
    }

    #[test]
    fn names_that_models_use_themselves_stay() {
        let names =
            ["logit_scale", "layer_scale", "a.scales", "a.alpha", "a.scale", "a.shape", "a.biases", "weight"];
        let tensors: Vec<(&str, DType, &[u64], Option<&str>)> =
            names.iter().map(|&name| (name, DType::F32, &[8, 8][..], None)).collect();
        // `a.biases` beside `a.scales` would be MLX's.
        assert_roles(&tensors[..6], None);
        assert_roles(&tensors[6..], None);
        assert_roles(&[("position_ids", DType::Integer(IntegerType::I64), &[1, 512], None)], None);
    }
}
