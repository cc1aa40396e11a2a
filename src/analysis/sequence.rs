//! Pieces of a matrix whose stored bytes must be decoded from the first on.

use std::collections::VecDeque;

use super::matrix::{Piece, StoredMatrix};
use crate::checkpoint::{ElementStream, StreamError};

/// Decodes stored bytes as they come and hands out the pieces that are complete.
pub(super) struct Sequence {
    stream: ElementStream,
    /// Pieces still to come, ascending, with the range of their bytes among those of all elements.
    pieces: VecDeque<(Piece, u64, u64)>,
    /// Decoded bytes from `start` on: those of the first piece that have come.
    buffer: Vec<u8>,
    start: u64,
}

impl Sequence {
    pub(super) fn new(stored: &StoredMatrix, pieces: Vec<Piece>) -> Self {
        let range = |piece: Piece| {
            let (offset, length) = stored.bytes_of(&piece);
            (piece, offset - stored.storage.offset, length)
        };
        Self {
            stream: ElementStream::new(&stored.storage, stored.element_bytes()),
            pieces: pieces.into_iter().map(range).collect(),
            buffer: Vec::new(),
            start: 0,
        }
    }

    /// Takes the next stored bytes; calls `count` with every piece that they complete.
    pub(super) fn push(
        &mut self,
        stored: &[u8],
        mut count: impl FnMut(&Piece, &[u8]),
    ) -> Result<(), StreamError> {
        let Self { stream, pieces, buffer, start } = self;
        stream.push(stored, |decoded| {
            buffer.extend_from_slice(decoded);
            while let Some((piece, first, length)) = pieces.front() {
                forget_before(buffer, start, *first);
                let Some(bytes) = usize::try_from(*length).ok().and_then(|length| buffer.get(..length))
                else {
                    return;
                };
                if *start != *first {
                    return;
                }
                count(piece, bytes);
                pieces.pop_front();
            }
            buffer.clear();
        })
    }

    /// After the last stored byte: whether all elements came.
    pub(super) fn finish(&self) -> Result<(), StreamError> {
        self.stream.finish()
    }
}

/// Drops the decoded bytes before `first`.
fn forget_before(buffer: &mut Vec<u8>, start: &mut u64, first: u64) {
    let over = usize::try_from(first - *start).unwrap_or(usize::MAX).min(buffer.len());
    buffer.drain(..over);
    *start += over as u64;
}
