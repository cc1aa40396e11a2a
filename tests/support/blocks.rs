//! A slow decoder of quantised blocks, element by element and straight from the layouts. It shares nothing with the
//! reader, so that a mistake would have to be made twice.

use neuromfa::checkpoint::QuantisedType;

/// All elements of one block.
pub fn decode(quantised: QuantisedType, block: &[u8]) -> Vec<f32> {
    let elements = quantised.block().elements as usize;
    (0..elements).map(|element| value(quantised, block, element)).collect()
}

fn value(quantised: QuantisedType, block: &[u8], element: usize) -> f32 {
    let half = |at: usize| half::f16::from_le_bytes([block[at], block[at + 1]]).to_f32();
    match quantised {
        QuantisedType::Q4_0 => half(0) * (bits(block, 8 * 2, nibble(element), 4) - 8) as f32,
        QuantisedType::Q4_1 => half(0) * bits(block, 8 * 4, nibble(element), 4) as f32 + half(2),
        QuantisedType::Q5_0 => {
            let code = bits(block, 8 * 6, nibble(element), 4) + 16 * bits(block, 8 * 2, element, 1);
            half(0) * (code - 16) as f32
        }
        QuantisedType::Q5_1 => {
            let code = bits(block, 8 * 8, nibble(element), 4) + 16 * bits(block, 8 * 4, element, 1);
            half(0) * code as f32 + half(2)
        }
        QuantisedType::Q8_0 => half(0) * (block[2 + element] as i8) as f32,
        QuantisedType::Iq4Nl => {
            let table = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];
            half(0) * table[bits(block, 8 * 2, nibble(element), 4) as usize] as f32
        }
        QuantisedType::Q2K => {
            let scales = block[element / 16];
            let code = bits(block, 8 * 16, crumb(element), 2);
            half(80) * (scales % 16) as f32 * code as f32 - half(82) * (scales / 16) as f32
        }
        QuantisedType::Q3K => {
            let group = element / 16;
            // Of 96 bits of scales, the first 64 are lower halves, the last 32 upper quarters.
            let low = bits(block, 8 * 96, 2 * (group % 8) + group / 8, 4);
            let high = bits(block, 8 * 104, 4 * (group % 4) + group / 4, 2);
            // A byte holds the third bits of elements that are 32 apart.
            let third = bits(block, 0, 8 * (element % 32) + element / 32, 1);
            let code = bits(block, 8 * 32, crumb(element), 2) + 4 * third - 4;
            half(108) * (low + 16 * high - 32) as f32 * code as f32
        }
        QuantisedType::Q4K => {
            let (scale, minimum) = scale_and_minimum(&block[4..16], element / 32);
            let code = bits(block, 8 * 16, nibble_of_64(element), 4);
            half(0) * scale * code as f32 - half(2) * minimum
        }
        QuantisedType::Q5K => {
            let (scale, minimum) = scale_and_minimum(&block[4..16], element / 32);
            let fifth = bits(block, 8 * 16, 8 * (element % 32) + element / 32, 1);
            let code = bits(block, 8 * 48, nibble_of_64(element), 4) + 16 * fifth;
            half(0) * scale * code as f32 - half(2) * minimum
        }
        QuantisedType::Q6K => {
            // In each half of 128 elements, element 64 + i shares its byte with element i.
            let within = element % 128;
            let low = bits(block, 0, 2 * (64 * (element / 128) + within % 64) + within / 64, 4);
            let high = bits(block, 8 * 128, 4 * (32 * (element / 128) + within % 32) + within / 32, 2);
            let scale = block[192 + element / 16] as i8;
            half(208) * scale as f32 * (low + 16 * high - 32) as f32
        }
    }
}

/// The `index`th field of `width` bits from bit `start` on, the lowest bits of a byte first.
fn bits(block: &[u8], start: usize, index: usize, width: usize) -> i32 {
    let bit = |at: usize| i32::from(block[at / 8] >> (at % 8) & 1);
    let first = start + index * width;
    (0..width).map(|place| bit(first + place) << place).sum()
}

/// Of 32 elements, `i` and `16 + i` share a byte.
fn nibble(element: usize) -> usize {
    2 * (element % 16) + element / 16
}

/// In each run of 64 elements, `i` and `32 + i` share a byte.
fn nibble_of_64(element: usize) -> usize {
    2 * (32 * (element / 64) + element % 32) + element % 64 / 32
}

/// In each run of 128 elements, those 32 apart share a byte.
fn crumb(element: usize) -> usize {
    4 * (32 * (element / 128) + element % 32) + element % 128 / 32
}

/// Six bits each, in twelve bytes: of groups 0 to 3 the lower bits of bytes 0 to 3 and 4 to 7; of groups 4 to 7 the
/// halves of bytes 8 to 11, completed by the upper bits of the first eight.
fn scale_and_minimum(packed: &[u8], group: usize) -> (f32, f32) {
    let (scale, minimum) = if group < 4 {
        (packed[group] % 64, packed[4 + group] % 64)
    } else {
        let halves = packed[4 + group];
        (halves % 16 + packed[group - 4] / 64 * 16, halves / 16 + packed[group] / 64 * 16)
    };
    (scale as f32, minimum as f32)
}
