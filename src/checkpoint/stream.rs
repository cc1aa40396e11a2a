//! From stored bytes, fed in order, to the bytes of elements: for encodings that cannot be read in the middle.

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};
use thiserror::Error;

use super::storage::{Encoding, Storage};

/// Stored bytes that are not what their encoding says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StreamError {
    /// No DEFLATE data.
    #[error("its compressed data is damaged")]
    Damaged,
    /// Fewer elements than the shape needs.
    #[error("its data ends before its last element")]
    EndsEarly,
    /// More elements than the shape needs.
    #[error("its data goes on after its last element")]
    EndsLate,
}

/// Decoded bytes that are handed on at once.
const WINDOW_BYTES: usize = 32 << 10;

/// Turns the stored bytes of one tensor into the bytes of its elements. Memory does not depend on the tensor's size.
pub struct ElementStream {
    decoder: Decoder,
    /// Bytes of elements still to come.
    missing: u64,
}

enum Decoder {
    Plain,
    Deflate {
        inflater: Box<Inflater>,
        skip: u64,
    },
    Varints {
        element_bytes: usize,
        value: u64,
        shift: u32,
    },
    Tagged {
        tag_bytes: usize,
        element_bytes: usize,
        /// Position within tag and element.
        at: usize,
    },
}

impl ElementStream {
    /// A stream of `bytes` bytes of elements stored so.
    pub fn new(storage: &Storage, bytes: u64) -> Self {
        let decoder = match storage.encoding {
            Encoding::Plain => Decoder::Plain,
            Encoding::Deflated { skip, .. } => Decoder::Deflate { inflater: Box::default(), skip },
            Encoding::Varints { element_bytes } => {
                Decoder::Varints { element_bytes: element_bytes.into(), value: 0, shift: 0 }
            }
            Encoding::Tagged { tag_bytes, element_bytes } => {
                Decoder::Tagged { tag_bytes: tag_bytes.into(), element_bytes: element_bytes.into(), at: 0 }
            }
        };
        Self { decoder, missing: bytes }
    }

    /// Takes the next stored bytes and hands the bytes of elements to `sink`, in order and in pieces of any length.
    pub fn push(&mut self, stored: &[u8], mut sink: impl FnMut(&[u8])) -> Result<(), StreamError> {
        let missing = &mut self.missing;
        // Deflated entries may go on behind the elements; others may not.
        let mut give = |bytes: &[u8]| {
            let wanted = bytes.len().min(usize::try_from(*missing).unwrap_or(usize::MAX));
            *missing -= wanted as u64;
            sink(&bytes[..wanted]);
            wanted == bytes.len()
        };
        let whole = match &mut self.decoder {
            Decoder::Plain => give(stored),
            Decoder::Deflate { inflater, skip } => {
                inflater.push(stored, |bytes| {
                    let over = bytes.len().min(usize::try_from(*skip).unwrap_or(usize::MAX));
                    *skip -= over as u64;
                    give(&bytes[over..])
                })?;
                true
            }
            Decoder::Varints { element_bytes, value, shift } => {
                varints(stored, *element_bytes, value, shift, give)
            }
            Decoder::Tagged { tag_bytes, element_bytes, at } => {
                tagged(stored, *tag_bytes, *element_bytes, at, give)
            }
        };
        if whole { Ok(()) } else { Err(StreamError::EndsLate) }
    }

    /// After the last stored byte: whether all elements came.
    pub fn finish(&self) -> Result<(), StreamError> {
        if self.missing == 0 { Ok(()) } else { Err(StreamError::EndsEarly) }
    }
}

/// Collects the low bytes of each varint; a varint may go on in the next piece.
fn varints(
    stored: &[u8],
    element_bytes: usize,
    value: &mut u64,
    shift: &mut u32,
    mut give: impl FnMut(&[u8]) -> bool,
) -> bool {
    let mut elements = Vec::with_capacity(stored.len() * element_bytes);
    for &byte in stored {
        // Negative numbers take ten bytes, of which only the low bits matter here.
        if *shift < 64 {
            *value |= u64::from(byte & 0x7f) << *shift;
        }
        *shift += 7;
        if byte & 0x80 == 0 {
            elements.extend_from_slice(&value.to_le_bytes()[..element_bytes]);
            (*value, *shift) = (0, 0);
        }
    }
    give(&elements)
}

fn tagged(
    stored: &[u8],
    tag_bytes: usize,
    element_bytes: usize,
    at: &mut usize,
    mut give: impl FnMut(&[u8]) -> bool,
) -> bool {
    let mut elements = Vec::with_capacity(stored.len());
    for &byte in stored {
        if *at >= tag_bytes {
            elements.push(byte);
        }
        *at = (*at + 1) % (tag_bytes + element_bytes);
    }
    give(&elements)
}

/// Raw DEFLATE, fed in pieces.
pub(super) struct Inflater {
    state: Box<InflateState>,
    window: Vec<u8>,
    ended: bool,
}

impl Default for Inflater {
    fn default() -> Self {
        Self { state: InflateState::new_boxed(DataFormat::Raw), window: vec![0; WINDOW_BYTES], ended: false }
    }
}

impl Inflater {
    /// Decodes `stored` and hands the decoded bytes on until `sink` has enough and returns false.
    pub(super) fn push(
        &mut self,
        mut stored: &[u8],
        mut sink: impl FnMut(&[u8]) -> bool,
    ) -> Result<(), StreamError> {
        while !self.ended {
            let result = inflate(&mut self.state, stored, &mut self.window, MZFlush::None);
            stored = &stored[result.bytes_consumed..];
            let decoded = &self.window[..result.bytes_written];
            if !sink(decoded) {
                self.ended = true;
                return Ok(());
            }
            match result.status {
                Ok(MZStatus::StreamEnd) => self.ended = true,
                // No room or no input: with input left or a full window there is more to come.
                Ok(_) | Err(MZError::Buf) => {
                    if result.bytes_written < self.window.len() && stored.is_empty() {
                        return Ok(());
                    }
                    if result.bytes_written == 0 && result.bytes_consumed == 0 {
                        return Err(StreamError::Damaged);
                    }
                }
                Err(_) => return Err(StreamError::Damaged),
            }
        }
        Ok(())
    }

    /// Whether the compressed data said that it ends.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(encoding: Encoding, bytes: u64, pieces: &[&[u8]]) -> Result<Vec<u8>, StreamError> {
        let storage = Storage { offset: 0, bytes: 0, encoding, view: None };
        let mut stream = ElementStream::new(&storage, bytes);
        let mut elements = Vec::new();
        for piece in pieces {
            stream.push(piece, |bytes| elements.extend_from_slice(bytes))?;
        }
        stream.finish().map(|()| elements)
    }

    #[test]
    fn deflated_elements_come_whole_whatever_the_pieces() {
        let plain: Vec<u8> = (0..200_000u32).map(|index| (index / 7 % 251) as u8).collect();
        let stored = miniz_oxide::deflate::compress_to_vec(&plain, 6);
        let encoding = Encoding::Deflated { skip: 100, length: 150_000 };
        for size in [1, 7, 1000, stored.len()] {
            let pieces: Vec<&[u8]> = stored.chunks(size).collect();
            assert_eq!(elements(encoding, 150_000, &pieces), Ok(plain[100..150_100].to_vec()), "{size}");
        }
        assert_eq!(
            elements(encoding, 250_000, &[&stored]),
            Err(StreamError::EndsEarly),
            "more than there are"
        );
        assert_eq!(
            elements(encoding, 150_000, &[&stored[..stored.len() / 2]]).map(|_| ()),
            Err(StreamError::EndsEarly)
        );
        assert_eq!(elements(encoding, 10, &[&[0xff; 50]]), Err(StreamError::Damaged));
    }

    #[test]
    fn varints_give_their_low_bytes() {
        // 1, 300, and -1 as ten bytes.
        let stored = [1, 0xac, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        let encoding = Encoding::Varints { element_bytes: 2 };
        let expected = vec![1, 0, 0x2c, 1, 0xff, 0xff];
        assert_eq!(elements(encoding, 6, &[&stored]), Ok(expected.clone()));
        assert_eq!(elements(encoding, 6, &[&stored[..2], &stored[2..7], &stored[7..]]), Ok(expected));
        assert_eq!(elements(encoding, 4, &[&stored]), Err(StreamError::EndsLate));
        assert_eq!(elements(encoding, 8, &[&stored]), Err(StreamError::EndsEarly));
    }

    #[test]
    fn tags_are_left_out() {
        let encoding = Encoding::Tagged { tag_bytes: 1, element_bytes: 4 };
        let stored = [0x25, 1, 2, 3, 4, 0x25, 5, 6, 7, 8];
        assert_eq!(elements(encoding, 8, &[&stored[..3], &stored[3..]]), Ok(vec![1, 2, 3, 4, 5, 6, 7, 8]));
    }
}
