//! Any bytes as blocks of any quantised type: every element gets a value, the same in both precisions.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neuromfa::checkpoint::{DType, QuantisedType};

const TYPES: [QuantisedType; 11] = [
    QuantisedType::Q4_0,
    QuantisedType::Q4_1,
    QuantisedType::Q5_0,
    QuantisedType::Q5_1,
    QuantisedType::Q8_0,
    QuantisedType::Q2K,
    QuantisedType::Q3K,
    QuantisedType::Q4K,
    QuantisedType::Q5K,
    QuantisedType::Q6K,
    QuantisedType::Iq4Nl,
];

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, bytes)) = bytes.split_first() else { return };
    let dtype = DType::Quantised(TYPES[usize::from(choice) % TYPES.len()]);
    let block = dtype.block();
    let count = bytes.len() / block.bytes as usize * block.elements as usize;
    // A value that no block gives: with NaN scales all would be NaN, but with other bits.
    let untouched = f32::from_bits(0x7fab_cdef);
    let mut single = vec![untouched; count];
    let mut double = vec![0.0; count];
    dtype.decode_f32(bytes, &mut single);
    dtype.decode_f64(bytes, &mut double);
    for (single, double) in single.iter().zip(&double) {
        assert_ne!(single.to_bits(), untouched.to_bits());
        assert!(f64::from(*single) == *double || single.is_nan() && double.is_nan());
    }
});
