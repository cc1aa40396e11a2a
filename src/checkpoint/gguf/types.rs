//! Types of tensors, by their numbers in ggml.

use crate::checkpoint::contents::RawType;
use crate::checkpoint::dtype::Block;
use crate::checkpoint::{DType, IntegerType, QuantisedType};

/// The type, and the elements and bytes of one block where they are known.
pub(super) fn tensor_type(code: u32) -> (RawType, Option<Block>) {
    if let Some(dtype) = read(code) {
        return (RawType::Known(dtype), Some(dtype.block()));
    }
    match NOT_READ.iter().find(|(number, ..)| *number == code) {
        Some(&(_, name, block)) => (RawType::Unknown(name.to_owned()), block),
        None => (RawType::Unknown(format!("number {code}")), None),
    }
}

fn read(code: u32) -> Option<DType> {
    Some(match code {
        0 => DType::F32,
        1 => DType::F16,
        2 => DType::Quantised(QuantisedType::Q4_0),
        3 => DType::Quantised(QuantisedType::Q4_1),
        6 => DType::Quantised(QuantisedType::Q5_0),
        7 => DType::Quantised(QuantisedType::Q5_1),
        8 => DType::Quantised(QuantisedType::Q8_0),
        10 => DType::Quantised(QuantisedType::Q2K),
        11 => DType::Quantised(QuantisedType::Q3K),
        12 => DType::Quantised(QuantisedType::Q4K),
        13 => DType::Quantised(QuantisedType::Q5K),
        14 => DType::Quantised(QuantisedType::Q6K),
        20 => DType::Quantised(QuantisedType::Iq4Nl),
        24 => DType::Integer(IntegerType::I8),
        25 => DType::Integer(IntegerType::I16),
        26 => DType::Integer(IntegerType::I32),
        27 => DType::Integer(IntegerType::I64),
        28 => DType::F64,
        30 => DType::BF16,
        _ => return None,
    })
}

/// Types whose values are not read. Sizes keep the places of the tensors between them checked; Q8_1 had two, and those
/// of the first years are forgotten.
const NOT_READ: &[(u32, &str, Option<Block>)] = &[
    (4, "Q4_2", None),
    (5, "Q4_3", None),
    (9, "Q8_1", None),
    (15, "Q8_K", block(256, 292)),
    (16, "IQ2_XXS", block(256, 66)),
    (17, "IQ2_XS", block(256, 74)),
    (18, "IQ3_XXS", block(256, 98)),
    (19, "IQ1_S", block(256, 50)),
    (21, "IQ3_S", block(256, 110)),
    (22, "IQ2_S", block(256, 82)),
    (23, "IQ4_XS", block(256, 136)),
    (29, "IQ1_M", block(256, 56)),
    (31, "Q4_0_4_4", block(32, 18)),
    (32, "Q4_0_4_8", block(32, 18)),
    (33, "Q4_0_8_8", block(32, 18)),
    (34, "TQ1_0", block(256, 54)),
    (35, "TQ2_0", block(256, 66)),
    (36, "IQ4_NL_4_4", block(32, 18)),
    (37, "IQ4_NL_4_8", block(32, 18)),
    (38, "IQ4_NL_8_8", block(32, 18)),
    (39, "MXFP4", block(32, 17)),
    (40, "NVFP4", block(64, 36)),
    (41, "Q1_0", block(128, 18)),
];

const fn block(elements: u64, bytes: u64) -> Option<Block> {
    Some(Block { elements, bytes })
}
