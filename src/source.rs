//! Positional reads over files that may exceed memory.
//!
//! Offsets are `u64` on every target: `usize` has 32 bits on wasm32, and checkpoints are longer.

use std::fmt;

/// A file whose bytes can be read at any position, without a cursor.
pub trait ReadAt {
    /// Length in bytes.
    fn len(&self) -> u64;

    /// Fills `buffer` with the bytes from `offset` on; fails when the file ends before.
    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError>;

    /// Whether the file has no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A read that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// Where the read began.
    pub offset: u64,
    /// How many bytes were asked for.
    pub length: u64,
    /// What the system said.
    pub reason: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "reading {} bytes at byte {} failed: {}",
            self.length, self.offset, self.reason
        )
    }
}

impl std::error::Error for ReadError {}
