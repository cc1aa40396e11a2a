//! Types of tensor elements, and their exact values.

use serde::{Deserialize, Serialize};

use std::fmt;

use super::quantised::QuantisedType;
use crate::WHOLE;

/// Type of the elements of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DType {
    /// IEEE binary64.
    F64,
    /// IEEE binary32.
    F32,
    /// IEEE binary16.
    F16,
    /// The upper half of binary32.
    BF16,
    /// 8 bits, 4 of exponent (bias 7), no infinities, NaN = 0x7f (OCP "FN").
    F8E4M3,
    /// 8 bits, 5 of exponent (bias 15), with infinities.
    F8E5M2,
    /// As [`F8E4M3`](Self::F8E4M3) with bias 8; the pattern of -0 is the only NaN.
    F8E4M3Fnuz,
    /// As [`F8E5M2`](Self::F8E5M2) with bias 16 and no infinities; the pattern of -0 is the only NaN.
    F8E5M2Fnuz,
    /// 8 bits of exponent (bias 127) and nothing else; NaN = 0xff. Made for scales.
    F8E8M0,
    /// 6 bits, 2 of exponent (bias 1), finite; four elements in three bytes, the first in the lowest bits.
    F6E2M3,
    /// 6 bits, 3 of exponent (bias 3), finite; packed as [`F6E2M3`](Self::F6E2M3).
    F6E3M2,
    /// 4 bits, 2 of exponent (bias 1), finite; two elements in a byte, the first in the lower half.
    F4,
    /// Blocks of small integers with scales, as GGUF has them.
    Quantised(QuantisedType),
    /// Pairs of floating-point numbers, of so many bits together: listed, never analysed.
    Complex(ComplexType),
    /// Integers and booleans: listed, never analysed.
    Integer(IntegerType),
}

/// Types of integers and booleans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum IntegerType {
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
}

/// Types of complex numbers, by the bits of both parts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum ComplexType {
    C32,
    C64,
    C128,
}

/// The smallest run of elements that begins and ends at a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Elements of one block.
    pub elements: u64,
    /// Bytes of one block.
    pub bytes: u64,
}

impl DType {
    /// The type that safetensors writes as `name`; `None` for types that are not read.
    pub fn from_safetensors(name: &str) -> Option<Self> {
        use IntegerType::*;
        Some(match name {
            "F64" => Self::F64,
            "F32" => Self::F32,
            "F16" => Self::F16,
            "BF16" => Self::BF16,
            "F8_E4M3" => Self::F8E4M3,
            "F8_E5M2" => Self::F8E5M2,
            "F8_E4M3FNUZ" => Self::F8E4M3Fnuz,
            "F8_E5M2FNUZ" => Self::F8E5M2Fnuz,
            "F8_E8M0" => Self::F8E8M0,
            "F6_E2M3" => Self::F6E2M3,
            "F6_E3M2" => Self::F6E3M2,
            "F4" => Self::F4,
            "C64" => Self::Complex(ComplexType::C64),
            "BOOL" => Self::Integer(Bool),
            "U8" => Self::Integer(U8),
            "I8" => Self::Integer(I8),
            "U16" => Self::Integer(U16),
            "I16" => Self::Integer(I16),
            "U32" => Self::Integer(U32),
            "I32" => Self::Integer(I32),
            "U64" => Self::Integer(U64),
            "I64" => Self::Integer(I64),
            _ => return None,
        })
    }

    /// The name of the type: that of safetensors where it has one, else that of GGUF.
    pub fn name(self) -> &'static str {
        use IntegerType::*;
        match self {
            Self::F64 => "F64",
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::BF16 => "BF16",
            Self::F8E4M3 => "F8_E4M3",
            Self::F8E5M2 => "F8_E5M2",
            Self::F8E4M3Fnuz => "F8_E4M3FNUZ",
            Self::F8E5M2Fnuz => "F8_E5M2FNUZ",
            Self::F8E8M0 => "F8_E8M0",
            Self::F6E2M3 => "F6_E2M3",
            Self::F6E3M2 => "F6_E3M2",
            Self::F4 => "F4",
            Self::Quantised(quantised) => quantised.name(),
            Self::Complex(ComplexType::C32) => "C32",
            Self::Complex(ComplexType::C64) => "C64",
            Self::Complex(ComplexType::C128) => "C128",
            Self::Integer(Bool) => "BOOL",
            Self::Integer(U8) => "U8",
            Self::Integer(I8) => "I8",
            Self::Integer(U16) => "U16",
            Self::Integer(I16) => "I16",
            Self::Integer(U32) => "U32",
            Self::Integer(I32) => "I32",
            Self::Integer(U64) => "U64",
            Self::Integer(I64) => "I64",
        }
    }

    /// The smallest run of elements that fills whole bytes.
    pub fn block(self) -> Block {
        use IntegerType::*;
        let (elements, bytes) = match self {
            Self::Complex(ComplexType::C128) => (1, 16),
            Self::F64 | Self::Integer(U64 | I64) | Self::Complex(ComplexType::C64) => (1, 8),
            Self::F32 | Self::Integer(U32 | I32) | Self::Complex(ComplexType::C32) => (1, 4),
            Self::F16 | Self::BF16 | Self::Integer(U16 | I16) => (1, 2),
            Self::F8E4M3 | Self::F8E5M2 | Self::F8E4M3Fnuz | Self::F8E5M2Fnuz | Self::F8E8M0 => (1, 1),
            Self::Integer(Bool | U8 | I8) => (1, 1),
            Self::F6E2M3 | Self::F6E3M2 => (4, 3),
            Self::F4 => (2, 1),
            Self::Quantised(quantised) => return quantised.block(),
        };
        Block { elements, bytes }
    }

    /// Bytes of so many elements; `None` where they end within a block or the number is too large.
    pub fn bytes_of(self, elements: u64) -> Option<u64> {
        let block = self.block();
        let whole = elements.is_multiple_of(block.elements);
        (elements / block.elements).checked_mul(block.bytes).filter(|_| whole)
    }

    /// Whether elements are real floating-point numbers, which alone are analysed.
    pub fn is_float(self) -> bool {
        !matches!(self, Self::Integer(_) | Self::Complex(_))
    }

    /// Whether it is one of those that nearly every checkpoint has.
    pub(crate) fn is_plain(self) -> bool {
        matches!(self, Self::F64 | Self::F32 | Self::F16 | Self::BF16)
    }

    /// Whether [`decode_f32`](Self::decode_f32) is exact: every floating-point type but F64.
    pub fn fits_f32(self) -> bool {
        self.is_float() && self != Self::F64
    }

    /// Decodes little-endian elements, from the start of a block on; exact but for F64, which is rounded to nearest.
    /// Values of quantised blocks are those that ggml computes, in binary32.
    ///
    /// # Panics
    /// When `bytes` is too short for `values`, or the type is no floating-point type: mistakes of the caller, which
    /// no file can cause.
    #[cfg_attr(small, optimize(speed))]
    pub fn decode_f32(self, bytes: &[u8], values: &mut [f32]) {
        let block = self.block();
        let blocks = (values.len() as u64).div_ceil(block.elements);
        assert!(bytes.len() as u64 * block.elements >= values.len() as u64 * block.bytes, "too few bytes");
        match self {
            Self::F64 => each(bytes, values, |element| f64::from_le_bytes(element) as f32),
            Self::F32 => each(bytes, values, f32::from_le_bytes),
            Self::F16 => each(bytes, values, |element| f16_to_f32(u16::from_le_bytes(element))),
            Self::BF16 => each(bytes, values, |element| bf16_to_f32(u16::from_le_bytes(element))),
            _ if !WHOLE => {}
            Self::F8E4M3 => each(bytes, values, |[element]: [u8; 1]| F8E4M3[usize::from(element)]),
            Self::F8E5M2 => each(bytes, values, |[element]: [u8; 1]| F8E5M2[usize::from(element)]),
            Self::F8E4M3Fnuz => each(bytes, values, |[element]: [u8; 1]| F8E4M3FNUZ[usize::from(element)]),
            Self::F8E5M2Fnuz => each(bytes, values, |[element]: [u8; 1]| F8E5M2FNUZ[usize::from(element)]),
            Self::F8E8M0 => each(bytes, values, |[element]: [u8; 1]| e8m0_to_f32(element)),
            Self::F6E2M3 => packed(bytes, values, 6, |bits| F6E2M3[usize::from(bits)]),
            Self::F6E3M2 => packed(bytes, values, 6, |bits| F6E3M2[usize::from(bits)]),
            Self::F4 => packed(bytes, values, 4, |bits| F4[usize::from(bits)]),
            Self::Quantised(quantised) => {
                debug_assert_eq!(values.len() as u64, blocks * block.elements, "whole blocks");
                quantised.decode(bytes, values);
            }
            Self::Complex(_) | Self::Integer(_) => panic!("only real floating-point numbers are decoded"),
        }
    }

    /// Decodes little-endian elements exactly.
    ///
    /// # Panics
    /// As [`decode_f32`](Self::decode_f32).
    #[cfg_attr(small, optimize(speed))]
    pub fn decode_f64(self, bytes: &[u8], values: &mut [f64]) {
        assert!(
            bytes.len() as u64 * self.block().elements >= values.len() as u64 * self.block().bytes,
            "too few bytes"
        );
        match self {
            Self::F64 => each(bytes, values, f64::from_le_bytes),
            Self::F32 => each(bytes, values, |element| f32::from_le_bytes(element).into()),
            Self::F16 => each(bytes, values, |element| f16_to_f32(u16::from_le_bytes(element)).into()),
            Self::BF16 => each(bytes, values, |element| bf16_to_f32(u16::from_le_bytes(element)).into()),
            _ => {
                let mut single = vec![0.0; values.len()];
                self.decode_f32(bytes, &mut single);
                values.iter_mut().zip(single).for_each(|(value, single)| *value = single.into());
            }
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// One loop for all types: the element's size is known to the compiler, which turns the loop into vector code.
#[inline(always)]
fn each<const N: usize, T>(bytes: &[u8], values: &mut [T], decode: impl Fn([u8; N]) -> T) {
    let (elements, _) = bytes.as_chunks::<N>();
    for (value, element) in values.iter_mut().zip(elements) {
        *value = decode(*element);
    }
}

/// Elements of `width` bits, the first in the lowest bits of the first byte.
fn packed(bytes: &[u8], values: &mut [f32], width: usize, decode: impl Fn(u8) -> f32) {
    for (index, value) in values.iter_mut().enumerate() {
        let bit = index * width;
        let pair = u16::from(bytes[bit / 8]) | u16::from(bytes.get(bit / 8 + 1).copied().unwrap_or(0)) << 8;
        *value = decode((pair >> (bit % 8)) as u8 & ((1 << width) - 1));
    }
}

/// The value of a pattern of [`DType::BF16`].
#[inline(always)]
pub(crate) const fn bf16_to_f32(bits: u16) -> f32 {
    f32::from_bits((bits as u32) << 16)
}

/// Without branches, so that it can be vectorised: exponent and mantissa are moved to their places in binary32, and
/// the difference of the biases (127 - 15) is multiplied in. Subnormals are exact too, since binary32 holds them.
#[inline(always)]
pub(crate) const fn f16_to_f32(bits: u16) -> f32 {
    /// 2^112.
    const BIAS: f32 = f32::from_bits((127 + 112) << 23);
    let magnitude = (bits as u32 & 0x7fff) << 13;
    let sign = (bits as u32 & 0x8000) << 16;
    let finite = (f32::from_bits(magnitude) * BIAS).to_bits();
    let special = magnitude | 0x7f80_0000;
    let bits = if bits & 0x7c00 == 0x7c00 { special } else { finite };
    f32::from_bits(bits | sign)
}

static F8E4M3: [f32; 256] = {
    let mut table = [0.0; 256];
    let mut bits = 0;
    while bits < 256 {
        table[bits] = f8e4m3_to_f32(bits as u8);
        bits += 1;
    }
    table
};

static F8E5M2: [f32; 256] = {
    let mut table = [0.0; 256];
    let mut bits = 0;
    while bits < 256 {
        // The upper byte of binary16.
        table[bits] = f16_to_f32((bits as u16) << 8);
        bits += 1;
    }
    table
};

static F8E4M3FNUZ: [f32; 256] = small_table(4, 3, 8, true);
static F8E5M2FNUZ: [f32; 256] = small_table(5, 2, 16, true);
static F6E2M3: [f32; 64] = small_table(2, 3, 1, false);
static F6E3M2: [f32; 64] = small_table(3, 2, 3, false);
static F4: [f32; 16] = small_table(2, 1, 1, false);

/// Every value of a small type: a sign, then exponent and mantissa. All patterns are finite, but for -0, which is NaN
/// where `fnuz` says so.
const fn small_table<const N: usize>(
    exponent_bits: u32,
    mantissa_bits: u32,
    bias: i32,
    fnuz: bool,
) -> [f32; N] {
    let mut table = [0.0; N];
    let mut bits = 0;
    while bits < N {
        let exponent = (bits >> mantissa_bits) & ((1 << exponent_bits) - 1);
        let mantissa = (bits & ((1 << mantissa_bits) - 1)) as f32;
        let ulp = if exponent == 0 { 1 } else { exponent as i32 } - bias - mantissa_bits as i32;
        let whole = if exponent == 0 { 0.0 } else { (1 << mantissa_bits) as f32 };
        let magnitude = (whole + mantissa) * power_of_two(ulp);
        table[bits] = match (bits >= N / 2, bits == N / 2 && fnuz) {
            (_, true) => f32::NAN,
            (true, _) => -magnitude,
            (false, _) => magnitude,
        };
        bits += 1;
    }
    table
}

/// 2^(bits - 127); the smallest is subnormal in binary32.
fn e8m0_to_f32(bits: u8) -> f32 {
    match bits {
        0 => f32::from_bits(1 << 22),
        0xff => f32::NAN,
        _ => f32::from_bits(u32::from(bits) << 23),
    }
}

const fn f8e4m3_to_f32(bits: u8) -> f32 {
    let exponent = (bits >> 3) & 15;
    let mantissa = (bits & 7) as f32;
    let magnitude = match (exponent, bits & 7) {
        (15, 7) => f32::NAN,
        (0, _) => mantissa * power_of_two(-9),
        _ => (8.0 + mantissa) * power_of_two(exponent as i32 - 10),
    };
    if bits & 0x80 == 0 { magnitude } else { -magnitude }
}

const fn power_of_two(exponent: i32) -> f32 {
    f32::from_bits(((127 + exponent) as u32) << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Equal bits, or both NaN.
    fn same(left: f32, right: f32) -> bool {
        left.to_bits() == right.to_bits() || (left.is_nan() && right.is_nan())
    }

    fn decode(dtype: DType, bytes: &[u8]) -> f32 {
        let mut single = [0.0];
        let mut double = [0.0];
        dtype.decode_f32(bytes, &mut single);
        dtype.decode_f64(bytes, &mut double);
        assert!(same(single[0], double[0] as f32), "{dtype} {bytes:?}");
        single[0]
    }

    #[test]
    fn every_half_equals_the_half_crate() {
        for bits in 0..=u16::MAX {
            let bytes = bits.to_le_bytes();
            let half = decode(DType::F16, &bytes);
            assert!(same(half, half::f16::from_bits(bits).to_f32()), "F16 {bits:#06x}: {half}");
            let brain = decode(DType::BF16, &bytes);
            assert!(same(brain, half::bf16::from_bits(bits).to_f32()), "BF16 {bits:#06x}: {brain}");
        }
    }

    /// The definition: sign, exponent, mantissa, from the highest of `width` bits down; in f64, with powi.
    fn defined(bits: u8, width: u32, mantissa_bits: i32, bias: i32) -> f64 {
        let sign_bit = 1 << (width - 1);
        let sign = if bits & sign_bit == 0 { 1.0 } else { -1.0 };
        let exponent = i32::from(bits & (sign_bit - 1)) >> mantissa_bits;
        let fraction = f64::from(bits & ((1 << mantissa_bits) - 1)) / f64::from(1 << mantissa_bits);
        match exponent {
            0 => sign * fraction * 2f64.powi(1 - bias),
            _ => sign * (1.0 + fraction) * 2f64.powi(exponent - bias),
        }
    }

    #[test]
    fn every_f8_equals_its_definition() {
        for bits in 0..=u8::MAX {
            let expected = if bits & 0x7f == 0x7f { f64::NAN } else { defined(bits, 8, 3, 7) };
            let decoded = decode(DType::F8E4M3, &[bits]);
            assert!(same(decoded, expected as f32), "F8_E4M3 {bits:#04x}: {decoded}");
            let expected = match bits & 0x7f {
                0x7c => defined(bits & 0x80 | 1, 8, 2, 15).signum() * f64::INFINITY,
                0x7d..=0x7f => f64::NAN,
                _ => defined(bits, 8, 2, 15),
            };
            let decoded = decode(DType::F8E5M2, &[bits]);
            assert!(same(decoded, expected as f32), "F8_E5M2 {bits:#04x}: {decoded}");
        }
    }

    #[test]
    fn every_f8_without_infinities_equals_its_definition() {
        for (dtype, mantissa_bits, bias) in [(DType::F8E4M3Fnuz, 3, 8), (DType::F8E5M2Fnuz, 2, 16)] {
            for bits in 0..=u8::MAX {
                // What would be -0 is the only NaN.
                let expected = if bits == 0x80 { f64::NAN } else { defined(bits, 8, mantissa_bits, bias) };
                let decoded = decode(dtype, &[bits]);
                assert!(same(decoded, expected as f32), "{dtype} {bits:#04x}: {decoded}");
            }
        }
    }

    #[test]
    fn every_f8_of_exponents_equals_its_definition() {
        for bits in 0..=u8::MAX {
            let expected = if bits == 0xff { f64::NAN } else { 2f64.powi(i32::from(bits) - 127) };
            let decoded = decode(DType::F8E8M0, &[bits]);
            assert!(same(decoded, expected as f32), "F8_E8M0 {bits:#04x}: {decoded}");
            assert!(bits == 0xff || f64::from(decoded) == expected, "exact: {bits:#04x}");
        }
    }

    #[test]
    fn elements_below_a_byte_equal_their_definition_in_every_place() {
        for (dtype, width, mantissa_bits, bias) in
            [(DType::F6E2M3, 6, 3, 1), (DType::F6E3M2, 6, 2, 3), (DType::F4, 4, 1, 1)]
        {
            let count = 1u8 << width;
            // Every element in every place: each run begins with the next element, the first bits lowest.
            let elements: Vec<u8> =
                (0..4).flat_map(|first| (0..count).map(move |at| (at + first) % count)).collect();
            let mut bytes = vec![0u8; elements.len() * width as usize / 8];
            for (at, element) in elements.iter().enumerate() {
                for bit in (0..width as usize).filter(|bit| element >> bit & 1 == 1) {
                    let place = at * width as usize + bit;
                    bytes[place / 8] |= 1 << (place % 8);
                }
            }
            let mut values = vec![0.0; elements.len()];
            dtype.decode_f32(&bytes, &mut values);
            for (element, value) in elements.iter().zip(values) {
                let expected = defined(*element, width, mantissa_bits, bias);
                assert!(same(value, expected as f32), "{dtype} {element:#x}: {value}");
            }
        }
    }

    #[test]
    fn bytes_follow_from_elements() {
        assert_eq!((DType::F4.bytes_of(6), DType::F4.bytes_of(3)), (Some(3), None));
        assert_eq!((DType::F6E2M3.bytes_of(4), DType::F6E3M2.bytes_of(6)), (Some(3), None));
        assert_eq!(DType::F4.bytes_of(u64::MAX - 1), Some(u64::MAX / 2));
        assert_eq!(DType::F64.bytes_of(u64::MAX / 4), None);
        let blocks = DType::Quantised(QuantisedType::Q6K);
        assert_eq!((blocks.bytes_of(512), blocks.bytes_of(511)), (Some(420), None));
    }

    #[test]
    fn wide_types_keep_every_bit() {
        for value in [0.0, -0.0, 1.5, f32::MIN_POSITIVE / 2.0, f32::MAX, f32::INFINITY] {
            assert!(same(decode(DType::F32, &value.to_le_bytes()), value));
        }
        let mut double = [0.0];
        DType::F64.decode_f64(&0.1f64.to_le_bytes(), &mut double);
        assert_eq!(double, [0.1]);
    }

    #[test]
    fn names_are_read_back() {
        for name in [
            "F64",
            "F32",
            "F16",
            "BF16",
            "F8_E4M3",
            "F8_E5M2",
            "F8_E4M3FNUZ",
            "F8_E5M2FNUZ",
            "F8_E8M0",
            "F6_E2M3",
            "F6_E3M2",
            "F4",
            "C64",
            "BOOL",
            "U8",
            "I8",
            "U16",
            "I16",
            "U32",
            "I32",
            "U64",
            "I64",
        ] {
            assert_eq!(DType::from_safetensors(name).expect(name).name(), name);
        }
        for name in ["F5", "F8_E8M1", "C128", "f32", ""] {
            assert_eq!(DType::from_safetensors(name), None, "{name}");
        }
    }
}
