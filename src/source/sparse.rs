//! A file elsewhere, of which some ranges are here.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use super::{ReadAt, ReadError};

/// What is asked for with the first bytes of a place: most headers are there then, and the next request has the rest.
const AHEAD_BYTES: u64 = 64 << 10;
/// Short records that were announced are asked for in blocks of so many bytes.
const BLOCK_BYTES: u64 = 1 << 10;

/// A file elsewhere, of which some ranges are here.
///
/// A read of anything else fails and is noted ([`take_missing`](Self::take_missing)), so that the host can fetch it,
/// [`provide`](Self::provide) it, and whoever reads can begin again: headers are parsed synchronously, and a host may
/// not wait.
pub struct Sparse {
    bytes: u64,
    validator: String,
    /// By their first byte; they may touch and overlap.
    parts: BTreeMap<u64, Vec<u8>>,
    missing: RefCell<Vec<Range<u64>>>,
}

impl Sparse {
    /// A file of so many bytes of which nothing is here. `validator` tells it from what may lie there at another time.
    pub fn new(bytes: u64, validator: String) -> Self {
        Self { bytes, validator, parts: BTreeMap::new(), missing: RefCell::default() }
    }

    /// Takes the bytes from `offset` on.
    pub fn provide(&mut self, offset: u64, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.parts.insert(offset, bytes);
        }
    }

    /// The ranges that reads have asked for in vain since the last call, ascending and apart.
    pub fn take_missing(&self) -> Vec<Range<u64>> {
        let mut missing = self.missing.take();
        missing.sort_unstable_by_key(|range| range.start);
        let mut apart: Vec<Range<u64>> = Vec::with_capacity(missing.len());
        for range in missing {
            match apart.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => apart.push(range),
            }
        }
        apart
    }

    /// The bytes that are here from `at` on, as far as one part has them.
    fn here(&self, at: u64) -> &[u8] {
        let Some((start, bytes)) = self.parts.range(..=at).next_back() else { return &[] };
        let skipped = usize::try_from(at - start).unwrap_or(usize::MAX);
        bytes.get(skipped..).unwrap_or_default()
    }

    /// The first byte of the range that is not here.
    fn first_missing(&self, range: &Range<u64>) -> Option<u64> {
        let mut at = range.start;
        while at < range.end {
            match self.here(at).len() {
                0 => return Some(at),
                count => at += count as u64,
            }
        }
        None
    }

    fn note(&self, range: Range<u64>) {
        self.missing.borrow_mut().push(range.start..range.end.min(self.bytes));
    }
}

impl ReadAt for Sparse {
    fn len(&self) -> u64 {
        self.bytes
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        let length = buffer.len();
        let end = offset.checked_add(length as u64).filter(|&end| end <= self.bytes);
        let end = end.ok_or_else(|| ReadError::past_end(offset, length, self.bytes))?;
        if let Some(missing) = self.first_missing(&(offset..end)) {
            self.note(missing..end.max(missing.saturating_add(AHEAD_BYTES)));
            return Err(ReadError::new(offset, length, "these bytes have not come yet"));
        }
        let mut filled = 0;
        while filled < length {
            let here = self.here(offset + filled as u64);
            let count = here.len().min(length - filled);
            buffer[filled..filled + count].copy_from_slice(&here[..count]);
            filled += count;
        }
        Ok(())
    }

    fn validator(&self) -> Option<&str> {
        Some(&self.validator)
    }

    fn block_bytes(&self) -> u64 {
        BLOCK_BYTES
    }

    fn expect(&self, ranges: &mut dyn Iterator<Item = Range<u64>>) {
        for range in ranges {
            let blocks = range.start / BLOCK_BYTES * BLOCK_BYTES..range.end.next_multiple_of(BLOCK_BYTES);
            if range.end <= self.bytes && self.first_missing(&range).is_some() {
                self.note(blocks);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Buffered;

    fn file() -> Vec<u8> {
        (0..300_000u32).map(|index| (index * 7 % 253) as u8).collect()
    }

    /// Gives what is missing; the number of ranges.
    fn fetch(sparse: &mut Sparse, file: &[u8]) -> usize {
        let missing = sparse.take_missing();
        for range in &missing {
            sparse.provide(range.start, file[range.start as usize..range.end as usize].to_vec());
        }
        missing.len()
    }

    #[test]
    fn what_is_missing_is_noted_and_then_read() {
        let file = file();
        let mut sparse = Sparse::new(file.len() as u64, "tag".to_owned());
        let mut eight = [0; 8];
        assert!(sparse.read_exact_at(0, &mut eight).is_err());
        assert_eq!(sparse.take_missing().as_slice(), std::slice::from_ref(&(0..65_536)));
        assert_eq!(sparse.take_missing(), [], "told once");
        sparse.provide(0, file[..65_536].to_vec());
        sparse.read_exact_at(65_528, &mut eight).expect("here");
        // A header that is longer than the first request: only the rest is asked for.
        let mut long = vec![0; 200_000];
        assert!(sparse.read_exact_at(8, &mut long).is_err());
        assert_eq!(fetch(&mut sparse, &file), 1);
        sparse.read_exact_at(8, &mut long).expect("here");
        assert_eq!(long, file[8..200_008]);
        assert!(sparse.read_exact_at(299_999, &mut eight).is_err(), "past the end");
        assert_eq!(sparse.take_missing(), [], "nothing is there");
        assert_eq!(sparse.validator(), Some("tag"));
    }

    #[test]
    fn what_is_announced_is_asked_for_at_once() {
        let file = file();
        let mut sparse = Sparse::new(file.len() as u64, String::new());
        let places = || (0..20u64).map(|place| place * 14_000 + 1000..place * 14_000 + 1030);
        Buffered::new(&sparse).expect(&mut places());
        let missing = sparse.take_missing();
        assert_eq!(missing.len(), 20);
        assert!(missing.iter().map(|range| range.end - range.start).sum::<u64>() <= 20 * 2048);
        Buffered::new(&sparse).expect(&mut places());
        assert_eq!(fetch(&mut sparse, &file), 20);
        let buffered = Buffered::new(&sparse);
        for place in places() {
            let mut read = [0; 30];
            buffered.read_exact_at(place.start, &mut read).expect("here");
            assert_eq!(read, file[place.start as usize..place.end as usize]);
        }
        assert_eq!(sparse.take_missing(), []);
    }
}
