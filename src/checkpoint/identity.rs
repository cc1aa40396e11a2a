//! Recognising a file without reading all of it.

use std::fmt::Write;
use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::source::{ReadAt, ReadError};

/// Number of blocks besides the header.
const BLOCKS: u64 = 64;
/// Length of a block in bytes.
const BLOCK_BYTES: u64 = 4096;
/// The header is read in pieces of this length.
const PIECE_BYTES: u64 = 1 << 20;

/// SHA-256, in lower-case hex, over these bytes in this order:
///
/// 1. the length L of the file as a little-endian `u64`,
/// 2. the header: the bytes that describe the tensors. In a safetensors file its first 8 bytes and the JSON that they
///    announce, in a zip archive its directory, in a GGUF file all that comes before the data, in
///    an `.npy` file its header, in an ONNX model the bytes before the first tensor's, at most 100,000,000,
/// 3. for i = 0, 1, ..., 63 the min(4096, L) bytes from offset floor(i * max(L - 4096, 0) / 63) on; blocks of short
///    files overlap.
///
/// It recognises a file; it does not prove that no byte has changed.
///
/// Of a file that is elsewhere the blocks would be as many requests: in their place is what its server tells it by
/// ([`ReadAt::validator`]), and the text begins with `remote:`.
pub(super) fn identity(source: &dyn ReadAt, header: &Range<u64>) -> Result<String, ReadError> {
    let length = source.len();
    let mut digest = Sha256::new();
    digest.update(length.to_le_bytes());
    let mut at = header.start;
    let mut piece = vec![0; PIECE_BYTES.min(header.end - header.start) as usize];
    while at < header.end {
        let piece = &mut piece[..(header.end - at).min(PIECE_BYTES) as usize];
        source.read_exact_at(at, piece)?;
        digest.update(&*piece);
        at += piece.len() as u64;
    }
    let mut hex = String::with_capacity(64);
    match source.validator() {
        Some(validator) => {
            digest.update(validator);
            hex.push_str("remote:");
        }
        None => add_blocks(source, &mut digest)?,
    }
    for byte in digest.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(hex)
}

fn add_blocks(source: &dyn ReadAt, digest: &mut Sha256) -> Result<(), ReadError> {
    let length = source.len();
    let mut block = [0; BLOCK_BYTES as usize];
    let block = &mut block[..length.min(BLOCK_BYTES) as usize];
    for index in 0..BLOCKS {
        source.read_exact_at(block_offset(length, index), block)?;
        digest.update(&*block);
    }
    Ok(())
}

fn block_offset(length: u64, index: u64) -> u64 {
    let last = length.saturating_sub(BLOCK_BYTES);
    // In u128: index * last may pass 64 bits.
    (u128::from(index) * u128::from(last) / u128::from(BLOCKS - 1)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_span_the_file() {
        assert_eq!(block_offset(1 << 40, 0), 0);
        assert_eq!(block_offset(1 << 40, 63), (1 << 40) - 4096);
        assert_eq!(block_offset(u64::MAX, 63), u64::MAX - 4096);
        assert_eq!(block_offset(100, 63), 0);
    }

    #[test]
    fn the_recipe_is_the_documented_one() {
        let file: Vec<u8> = (0..10_000u32).map(|i| (i * 7 % 251) as u8).collect();
        let mut bytes = 10_000u64.to_le_bytes().to_vec();
        bytes.extend_from_slice(&file[..16]);
        for i in 0..64 {
            let offset = i * (10_000 - 4096) / 63;
            bytes.extend_from_slice(&file[offset..offset + 4096]);
        }
        let expected: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(identity(&file, &(0..16)).expect("readable"), expected);
    }
}
