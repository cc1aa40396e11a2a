//! Reading a part of a file from its start to its end.

use std::ops::Range;

use super::PyTorchProblem;
use crate::checkpoint::error::Problem;
use crate::source::{Buffered, ReadAt};

/// A position in a part of a file. Nothing beyond the part is ever read.
pub(super) struct Cursor<'a> {
    source: Buffered<'a>,
    at: u64,
    end: u64,
}

impl<'a> Cursor<'a> {
    /// At the start of `part`, which lies inside the source.
    pub fn new(source: &'a dyn ReadAt, part: Range<u64>) -> Self {
        Self { source: Buffered::new(source), at: part.start, end: part.end }
    }

    /// From the start of the source.
    pub fn position(&self) -> u64 {
        self.at
    }

    /// Bytes between here and the end of the part.
    pub fn remaining(&self) -> u64 {
        self.end - self.at
    }

    /// The next byte.
    pub fn byte(&mut self) -> Result<u8, Problem> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// The next few bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// Passes over so many bytes.
    pub fn skip(&mut self, bytes: u64) -> Result<(), Problem> {
        self.require(bytes)?;
        self.at += bytes;
        Ok(())
    }

    /// Appends so many bytes to `text`; the caller has a limit on their number.
    pub fn append(&mut self, bytes: usize, text: &mut Vec<u8>) -> Result<(), Problem> {
        self.require(bytes as u64)?;
        let from = text.len();
        text.try_reserve(bytes).map_err(|_| Problem::OutOfMemory { bytes: bytes as u64 })?;
        text.resize(from + bytes, 0);
        self.fill(&mut text[from..])
    }

    /// Appends the bytes up to the next line feed, which is passed over, to `text`; `None` where the line has more
    /// than `limit` bytes.
    pub fn line(&mut self, limit: usize, text: &mut Vec<u8>) -> Result<Option<()>, Problem> {
        let from = text.len();
        loop {
            match self.byte()? {
                b'\n' => return Ok(Some(())),
                _ if text.len() - from == limit => return Ok(None),
                byte => text.push(byte),
            }
        }
    }

    fn require(&self, bytes: u64) -> Result<(), Problem> {
        match bytes <= self.remaining() {
            true => Ok(()),
            false => Err(PyTorchProblem::EndsInside { byte: self.end }.into()),
        }
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Problem> {
        self.require(bytes.len() as u64)?;
        self.source.read_exact_at(self.at, bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }
}
