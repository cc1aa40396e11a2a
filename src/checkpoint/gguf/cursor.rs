//! The header, front to back.

use super::GgufProblem;
use crate::checkpoint::contents::read_vec;
use crate::checkpoint::error::Problem;
use crate::source::ReadAt;

/// Longest header. Real ones take some megabytes: the tokens of a large vocabulary.
const MAX_HEADER_BYTES: u64 = 1 << 30;
/// So much is read at once: in a browser a small read takes as long as a large one.
const WINDOW_BYTES: u64 = 256 << 10;

/// A place in the header; all numbers are little-endian.
pub(super) struct Cursor<'a> {
    source: &'a dyn ReadAt,
    at: u64,
    window: Vec<u8>,
    /// Where the window begins.
    start: u64,
}

impl<'a> Cursor<'a> {
    pub fn new(source: &'a dyn ReadAt) -> Self {
        Self { source, at: 0, window: Vec::new(), start: 0 }
    }

    /// Bytes before this place.
    pub fn position(&self) -> u64 {
        self.at
    }

    fn left(&self) -> u64 {
        self.source.len() - self.at
    }

    /// Passes over bytes without reading them.
    pub fn skip(&mut self, bytes: u64) -> Result<(), Problem> {
        if bytes > self.left() {
            return Err(GgufProblem::HeaderEndsEarly { bytes: self.source.len() }.into());
        }
        self.at += bytes;
        match self.at <= MAX_HEADER_BYTES {
            true => Ok(()),
            false => Err(GgufProblem::HeaderTooLong { limit: MAX_HEADER_BYTES }.into()),
        }
    }

    /// The next bytes, no more than fit a window.
    pub fn bytes(&mut self, length: u64) -> Result<&[u8], Problem> {
        let begin = self.at;
        self.skip(length)?;
        if begin < self.start || self.at > self.start + self.window.len() as u64 {
            self.window = read_vec(self.source, begin, WINDOW_BYTES.min(self.source.len() - begin))?;
            self.start = begin;
        }
        // Both lie inside the window, whose length fits `usize`.
        Ok(&self.window[(begin - self.start) as usize..(self.at - self.start) as usize])
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let mut number = [0; N];
        number.copy_from_slice(self.bytes(N as u64)?);
        Ok(number)
    }

    pub fn u32(&mut self) -> Result<u32, Problem> {
        self.number().map(u32::from_le_bytes)
    }

    pub fn u64(&mut self) -> Result<u64, Problem> {
        self.number().map(u64::from_le_bytes)
    }

    /// An integer of 1, 2, 4 or 8 bytes; `None` if it is negative.
    pub fn integer(&mut self, bytes: u64, signed: bool) -> Result<Option<u64>, Problem> {
        let stored = self.bytes(bytes)?;
        let negative = signed && stored.last().is_some_and(|byte| byte & 0x80 != 0);
        let value = stored.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte));
        Ok((!negative).then_some(value))
    }

    /// A number of things that take at least so many bytes each, all of which must be in the file.
    pub fn count(&mut self, what: &'static str, least_bytes: u64) -> Result<u64, Problem> {
        let byte = self.at;
        let count = self.u64()?;
        let left = self.left();
        match count.checked_mul(least_bytes).is_some_and(|bytes| bytes <= left) {
            true => Ok(count),
            false => Err(GgufProblem::Count { byte, count, what, left }.into()),
        }
    }

    /// The length of a text, which must be in the file.
    pub fn text_length(&mut self) -> Result<u64, Problem> {
        self.count("bytes of text", 1)
    }

    pub fn skip_text(&mut self) -> Result<(), Problem> {
        let length = self.text_length()?;
        self.skip(length)
    }

    /// A text of a length that the caller has checked against a limit below that of a window; `None` if it is not UTF-8.
    pub fn text(&mut self, length: u64) -> Result<Option<String>, Problem> {
        let bytes = self.bytes(length)?;
        Ok(std::str::from_utf8(bytes).ok().map(str::to_owned))
    }

    /// As [`text`](Self::text), for names, which must be texts.
    pub fn name(&mut self, length: u64) -> Result<String, Problem> {
        let byte = self.at;
        self.text(length)?.ok_or_else(|| GgufProblem::NotText { byte }.into())
    }
}
