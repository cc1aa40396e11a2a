//! Quantised blocks of GGUF: small integers with scales, decoded as ggml does.

use serde::{Deserialize, Serialize};

use super::dtype::{Block, f16_to_f32};

/// Types of quantised blocks that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum QuantisedType {
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2K,
    Q3K,
    Q4K,
    Q5K,
    Q6K,
    Iq4Nl,
}

impl QuantisedType {
    /// The name in ggml.
    pub fn name(self) -> &'static str {
        match self {
            Self::Q4_0 => "Q4_0",
            Self::Q4_1 => "Q4_1",
            Self::Q5_0 => "Q5_0",
            Self::Q5_1 => "Q5_1",
            Self::Q8_0 => "Q8_0",
            Self::Q2K => "Q2_K",
            Self::Q3K => "Q3_K",
            Self::Q4K => "Q4_K",
            Self::Q5K => "Q5_K",
            Self::Q6K => "Q6_K",
            Self::Iq4Nl => "IQ4_NL",
        }
    }

    /// Elements and bytes of one block.
    pub fn block(self) -> Block {
        let (elements, bytes) = match self {
            Self::Q4_0 | Self::Iq4Nl => (32, 18),
            Self::Q4_1 => (32, 20),
            Self::Q5_0 => (32, 22),
            Self::Q5_1 => (32, 24),
            Self::Q8_0 => (32, 34),
            Self::Q2K => (256, 84),
            Self::Q3K => (256, 110),
            Self::Q4K => (256, 144),
            Self::Q5K => (256, 176),
            Self::Q6K => (256, 210),
        };
        Block { elements, bytes }
    }

    /// Decodes whole blocks. Each value is computed in binary32 by the operations of ggml in their order.
    pub(super) fn decode(self, bytes: &[u8], values: &mut [f32]) {
        match self {
            Self::Q4_0 => blocks(bytes, values, q4_0),
            Self::Q4_1 => blocks(bytes, values, q4_1),
            Self::Q5_0 => blocks(bytes, values, q5_0),
            Self::Q5_1 => blocks(bytes, values, q5_1),
            Self::Q8_0 => blocks(bytes, values, q8_0),
            Self::Q2K => blocks(bytes, values, q2_k),
            Self::Q3K => blocks(bytes, values, q3_k),
            Self::Q4K => blocks(bytes, values, q4_k),
            Self::Q5K => blocks(bytes, values, q5_k),
            Self::Q6K => blocks(bytes, values, q6_k),
            Self::Iq4Nl => blocks(bytes, values, iq4_nl),
        }
    }
}

/// One loop for all types: the sizes of a block are known to the compiler.
#[inline(always)]
fn blocks<const BYTES: usize, const ELEMENTS: usize>(
    bytes: &[u8],
    values: &mut [f32],
    decode: impl Fn(&[u8; BYTES], &mut [f32; ELEMENTS]),
) {
    let (blocks, _) = bytes.as_chunks();
    let (values, _) = values.as_chunks_mut();
    for (block, values) in blocks.iter().zip(values) {
        decode(block, values);
    }
}

/// The binary16 number at a byte of a block.
#[inline(always)]
fn half<const BYTES: usize>(block: &[u8; BYTES], at: usize) -> f32 {
    f16_to_f32(u16::from_le_bytes([block[at], block[at + 1]]))
}

/// Scale; 16 bytes whose lower halves are the first 16 codes and whose upper halves the other 16.
fn q4_0(block: &[u8; 18], values: &mut [f32; 32]) {
    let scale = half(block, 0);
    for at in 0..16 {
        let codes = block[2 + at];
        values[at] = (f32::from(codes & 15) - 8.0) * scale;
        values[16 + at] = (f32::from(codes >> 4) - 8.0) * scale;
    }
}

/// Scale and minimum; codes as in [`q4_0`].
fn q4_1(block: &[u8; 20], values: &mut [f32; 32]) {
    let (scale, minimum) = (half(block, 0), half(block, 2));
    for at in 0..16 {
        let codes = block[4 + at];
        values[at] = f32::from(codes & 15) * scale + minimum;
        values[16 + at] = f32::from(codes >> 4) * scale + minimum;
    }
}

/// The fifth bits of 32 codes, one a bit, as a number to be added.
#[inline(always)]
fn fifth(bits: u32, at: usize) -> f32 {
    if bits & (1 << at) == 0 { 0.0 } else { 16.0 }
}

/// Scale, the fifth bits of all codes, and their lower bits as in [`q4_0`].
fn q5_0(block: &[u8; 22], values: &mut [f32; 32]) {
    let scale = half(block, 0);
    let bits = u32::from_le_bytes([block[2], block[3], block[4], block[5]]);
    for at in 0..16 {
        let codes = block[6 + at];
        values[at] = (f32::from(codes & 15) + fifth(bits, at) - 16.0) * scale;
        values[16 + at] = (f32::from(codes >> 4) + fifth(bits, 16 + at) - 16.0) * scale;
    }
}

/// Scale, minimum, then as [`q5_0`].
fn q5_1(block: &[u8; 24], values: &mut [f32; 32]) {
    let (scale, minimum) = (half(block, 0), half(block, 2));
    let bits = u32::from_le_bytes([block[4], block[5], block[6], block[7]]);
    for at in 0..16 {
        let codes = block[8 + at];
        values[at] = (f32::from(codes & 15) + fifth(bits, at)) * scale + minimum;
        values[16 + at] = (f32::from(codes >> 4) + fifth(bits, 16 + at)) * scale + minimum;
    }
}

/// Scale and 32 signed bytes.
fn q8_0(block: &[u8; 34], values: &mut [f32; 32]) {
    let scale = half(block, 0);
    for (value, code) in values.iter_mut().zip(&block[2..]) {
        *value = f32::from(code.cast_signed()) * scale;
    }
}

/// Scale; codes as in [`q4_0`], which choose from a table.
fn iq4_nl(block: &[u8; 18], values: &mut [f32; 32]) {
    const TABLE: [f32; 16] = [
        -127.0, -104.0, -83.0, -65.0, -49.0, -35.0, -22.0, -10.0, 1.0, 13.0, 25.0, 38.0, 53.0, 69.0, 89.0,
        113.0,
    ];
    let scale = half(block, 0);
    for at in 0..16 {
        let codes = block[2 + at];
        values[at] = TABLE[usize::from(codes & 15)] * scale;
        values[16 + at] = TABLE[usize::from(codes >> 4)] * scale;
    }
}

/// Where the two lowest bits of the codes of [`q2_k`] and [`q3_k`] lie, for each of 16 groups of 16: first byte and
/// shift. A byte holds a code of each of four groups.
#[inline(always)]
fn two_bits(group: usize) -> (usize, usize) {
    (32 * (group / 8) + 16 * (group % 2), 2 * (group % 8 / 2))
}

/// For each of 16 groups a byte, scale below and minimum above, in units of the last two numbers; codes of two bits.
fn q2_k(block: &[u8; 84], values: &mut [f32; 256]) {
    let (unit, unit_minimum) = (half(block, 80), half(block, 82));
    let (groups, _) = values.as_chunks_mut::<16>();
    for (group, values) in groups.iter_mut().enumerate() {
        let scale = unit * f32::from(block[group] & 15);
        let minimum = unit_minimum * f32::from(block[group] >> 4);
        let (first, shift) = two_bits(group);
        for (value, codes) in values.iter_mut().zip(&block[16 + first..]) {
            *value = scale * f32::from(codes >> shift & 3) - minimum;
        }
    }
}

/// The third bits of all codes, their lower two bits, a scale of six bits for each of 16 groups, and the scales' unit.
fn q3_k(block: &[u8; 110], values: &mut [f32; 256]) {
    let unit = half(block, 108);
    let (groups, _) = values.as_chunks_mut::<16>();
    for (group, values) in groups.iter_mut().enumerate() {
        // Lower four bits: two to a byte; upper two bits: four to a byte.
        let low = block[96 + group % 8] >> (4 * (group / 8)) & 15;
        let high = block[104 + group % 4] >> (2 * (group / 4)) & 3;
        let scale = unit * (f32::from(low | high << 4) - 32.0);
        let (first, shift) = two_bits(group);
        let thirds = &block[16 * (group % 2)..];
        for ((value, codes), third) in values.iter_mut().zip(&block[32 + first..]).zip(thirds) {
            let code = codes >> shift & 3 | (third >> (group / 2) & 1) << 2;
            *value = scale * (f32::from(code) - 4.0);
        }
    }
}

/// Scale and minimum of one of eight groups, six bits each: of the first four in a byte each, of the others split.
#[inline(always)]
fn six_bits(packed: &[u8], group: usize) -> (f32, f32) {
    let (scale, minimum) = match group {
        0..4 => (packed[group] & 63, packed[group + 4] & 63),
        _ => (
            packed[group + 4] & 15 | packed[group - 4] >> 6 << 4,
            packed[group + 4] >> 4 | packed[group] >> 6 << 4,
        ),
    };
    (f32::from(scale), f32::from(minimum))
}

/// Units of scales and minima, both for eight groups of 32, and codes of four bits: a byte holds those of two groups.
fn q4_k(block: &[u8; 144], values: &mut [f32; 256]) {
    let (unit, unit_minimum) = (half(block, 0), half(block, 2));
    let (groups, _) = values.as_chunks_mut::<32>();
    for (group, values) in groups.iter_mut().enumerate() {
        let (scale, minimum) = six_bits(&block[4..16], group);
        let (scale, minimum) = (unit * scale, unit_minimum * minimum);
        for (value, codes) in values.iter_mut().zip(&block[16 + 32 * (group / 2)..]) {
            *value = scale * f32::from(codes >> (4 * (group % 2)) & 15) - minimum;
        }
    }
}

/// As [`q4_k`], with the fifth bits of all codes before the others: a byte holds one of each group.
fn q5_k(block: &[u8; 176], values: &mut [f32; 256]) {
    let (unit, unit_minimum) = (half(block, 0), half(block, 2));
    let (groups, _) = values.as_chunks_mut::<32>();
    for (group, values) in groups.iter_mut().enumerate() {
        let (scale, minimum) = six_bits(&block[4..16], group);
        let (scale, minimum) = (unit * scale, unit_minimum * minimum);
        let codes = &block[48 + 32 * (group / 2)..];
        for ((value, codes), fifth) in values.iter_mut().zip(codes).zip(&block[16..48]) {
            let code = codes >> (4 * (group % 2)) & 15 | (fifth >> group & 1) << 4;
            *value = scale * f32::from(code) - minimum;
        }
    }
}

/// The lower four bits of all codes, their upper two bits, a signed byte of scale for each of 16 groups, and the
/// scales' unit.
fn q6_k(block: &[u8; 210], values: &mut [f32; 256]) {
    let unit = half(block, 208);
    let (groups, _) = values.as_chunks_mut::<16>();
    for (group, values) in groups.iter_mut().enumerate() {
        let scale = unit * f32::from(block[192 + group].cast_signed());
        // Of each half of the block, 64 bytes hold the codes of four groups below and of the other four above.
        let low = &block[64 * (group / 8) + 16 * (group % 4)..];
        let high = &block[128 + 32 * (group / 8) + 16 * (group % 2)..];
        for ((value, low), high) in values.iter_mut().zip(low).zip(high) {
            let code = low >> (4 * (group % 8 / 4)) & 15 | (high >> (2 * (group % 8 / 2)) & 3) << 4;
            *value = scale * (f32::from(code) - 32.0);
        }
    }
}
