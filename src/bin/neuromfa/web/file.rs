//! A file on another site: its headers through a cache, its weights in the ranges that are asked for.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use neuromfa::remote::{RemoteError, RemoteFile, RemoteProblem, host_of, lfs_pointer};
use neuromfa::source::{ReadAt, ReadError};

use super::client::{Answer, Client, SHORT_BYTES, Tag};
use super::several;

/// Read at once where a header is read: most are here with it.
const HEAD_BYTES: u64 = 64 << 10;
/// Expected ranges are joined over gaps of this length, up to the second.
const GAP_BYTES: u64 = 32 << 10;
const JOINED_BYTES: u64 = 1 << 20;
/// Longer reads are not kept, and no more than the second.
const KEPT_READ_BYTES: u64 = 16 << 20;
const KEPT_BYTES: usize = 64 << 20;

/// A file on another site.
pub struct WebFile {
    client: Arc<Client>,
    file: RemoteFile,
    opened: OnceLock<Result<Opened, RemoteError>>,
    /// What went wrong last.
    fault: Mutex<Option<RemoteError>>,
}

/// A file that has answered.
struct Opened {
    /// Where it is asked for, and where it was found, which saves the redirects.
    url: String,
    found: Mutex<String>,
    bytes: u64,
    tag: Tag,
    validator: String,
    kept: Mutex<Kept>,
}

/// Ranges by their first bytes.
#[derive(Default)]
struct Kept {
    ranges: BTreeMap<u64, Vec<u8>>,
    bytes: usize,
}

impl Kept {
    fn keep(&mut self, start: u64, bytes: Vec<u8>) {
        if bytes.len() as u64 <= KEPT_READ_BYTES && self.bytes + bytes.len() <= KEPT_BYTES {
            self.bytes += bytes.len();
            self.ranges.insert(start, bytes);
        }
    }

    /// What is here from a byte on.
    fn from(&self, offset: u64) -> &[u8] {
        let before = self.ranges.range(..=offset).next_back();
        before.and_then(|(start, bytes)| bytes.get((offset - start) as usize..)).unwrap_or_default()
    }

    /// Copies what is here from a byte on; the number of bytes.
    fn copy(&self, mut offset: u64, buffer: &mut [u8]) -> usize {
        let mut copied = 0;
        while copied < buffer.len() {
            let here = self.from(offset);
            let count = here.len().min(buffer.len() - copied);
            if count == 0 {
                break;
            }
            buffer[copied..copied + count].copy_from_slice(&here[..count]);
            copied += count;
            offset += count as u64;
        }
        copied
    }
}

/// A lock that another thread's panic does not spoil.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl WebFile {
    /// A file that a list names; it is asked when its first byte is wanted.
    pub fn new(client: Arc<Client>, file: RemoteFile) -> Self {
        Self { client, file, opened: OnceLock::new(), fault: Mutex::new(None) }
    }

    /// Whether nothing is known of it before it has been asked.
    pub fn must_be_asked(&self) -> bool {
        self.file.bytes.is_none() || self.file.lfs.is_some()
    }

    /// Asks for its first bytes, which tell what it is.
    pub fn ask(&self) -> Result<(), RemoteError> {
        self.opened().map(|_| ())
    }

    /// The file as it was listed.
    pub fn listed(&self) -> &RemoteFile {
        &self.file
    }

    /// The host that it was asked for.
    pub fn host(&self) -> &str {
        host_of(&self.file.url)
    }

    /// What went wrong with it, if anything did.
    pub fn fault(&self) -> Option<RemoteError> {
        locked(&self.fault).clone()
    }

    /// Fills `buffer` by one request of its own, unless its bytes are here: for weights.
    pub fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), RemoteError> {
        let opened = self.opened()?;
        if buffer.is_empty() || locked(&opened.kept).copy(offset, buffer) == buffer.len() {
            return Ok(());
        }
        let bytes = self.range(opened, offset..offset.saturating_add(buffer.len() as u64))?;
        buffer.copy_from_slice(&bytes);
        Ok(())
    }

    fn opened(&self) -> Result<&Opened, RemoteError> {
        let open = || self.open().map_err(|problem| self.error(problem));
        self.opened.get_or_init(open).as_ref().map_err(|error| self.noted(error.clone()))
    }

    fn error(&self, problem: RemoteProblem) -> RemoteError {
        RemoteError::new(self.host(), self.file.path.clone(), problem)
    }

    fn noted(&self, error: RemoteError) -> RemoteError {
        *locked(&self.fault) = Some(error.clone());
        error
    }

    fn open(&self) -> Result<Opened, RemoteProblem> {
        let opened = self.open_at(&self.file.url, self.file.bytes)?;
        let pointer = lfs_pointer(locked(&opened.kept).from(0)).filter(|_| opened.bytes <= HEAD_BYTES);
        let Some(pointer) = pointer else { return Ok(opened) };
        let lfs = self.file.lfs.as_ref().ok_or(RemoteProblem::LfsPointer)?;
        let missing = |problem| match problem {
            RemoteProblem::NoFile | RemoteProblem::Forbidden => RemoteProblem::LfsPointer,
            other => other,
        };
        self.open_at(lfs, Some(pointer.bytes)).map_err(missing)
    }

    fn open_at(&self, url: &str, listed: Option<u64>) -> Result<Opened, RemoteProblem> {
        let mut opened = Opened {
            url: url.to_owned(),
            found: Mutex::new(url.to_owned()),
            bytes: 0,
            tag: Tag::default(),
            validator: url.to_owned(),
            kept: Mutex::default(),
        };
        if listed == Some(0) {
            return Ok(opened);
        }
        let wanted = HEAD_BYTES.min(listed.unwrap_or(HEAD_BYTES));
        let Answer { found, is_whole, mut tag, bytes, .. } =
            self.client.ask(url, Some(0..wanted), SHORT_BYTES)?;
        if is_whole {
            tag.bytes = Some(bytes.len() as u64);
        }
        opened.bytes = tag.bytes.unwrap_or(bytes.len() as u64);
        // What the list of files says is not what lies there: one of them is not of now.
        if listed.is_some_and(|listed| listed != opened.bytes) {
            return Err(RemoteProblem::Changed);
        }
        // A tag tells states of one address apart, and nothing of two. What follows "?" may be a signature, which expires.
        let address = url.split(['?', '#']).next().unwrap_or_default();
        let told = tag.etag.as_deref().or(tag.modified.as_deref()).unwrap_or_default();
        opened.validator = format!("{address}\n{told}");
        (opened.found, opened.tag) = (Mutex::new(found), tag);
        locked(&opened.kept).keep(0, bytes);
        Ok(opened)
    }

    /// Asks for a range.
    fn range(&self, opened: &Opened, range: Range<u64>) -> Result<Vec<u8>, RemoteError> {
        self.fresh_range(opened, range).map_err(|problem| self.noted(self.error(problem)))
    }

    fn fresh_range(&self, opened: &Opened, range: Range<u64>) -> Result<Vec<u8>, RemoteProblem> {
        if range.end > opened.bytes || range.start > range.end {
            return Err(RemoteProblem::RangeRefused);
        }
        let Answer { is_whole, tag, bytes, .. } = self.ask_range(opened, &range)?;
        if opened.tag.differs(&tag) {
            return Err(RemoteProblem::Changed);
        }
        if !is_whole {
            return Ok(bytes);
        }
        let part = bytes.get(range.start as usize..range.end as usize);
        part.map(<[u8]>::to_vec).ok_or(RemoteProblem::WrongLength)
    }

    /// Asks where the file was found; that address may have been good for a while only.
    fn ask_range(&self, opened: &Opened, range: &Range<u64>) -> Result<Answer, RemoteProblem> {
        let found = locked(&opened.found).clone();
        let expired = |problem: &RemoteProblem| {
            use RemoteProblem::{Forbidden, NoFile, Status, TokenRefused};
            matches!(problem, Forbidden | NoFile | TokenRefused | Status { .. })
        };
        match self.client.ask(&found, Some(range.clone()), SHORT_BYTES) {
            Err(problem) if found != opened.url && expired(&problem) => {
                let answer = self.client.ask(&opened.url, Some(range.clone()), SHORT_BYTES)?;
                locked(&opened.found).clone_from(&answer.found);
                Ok(answer)
            }
            answer => answer,
        }
    }

    /// Reads through what is kept, and keeps what is read.
    fn read_kept(&self, offset: u64, buffer: &mut [u8]) -> Result<(), RemoteError> {
        let opened = self.opened()?;
        let here = locked(&opened.kept).copy(offset, buffer);
        if here == buffer.len() {
            return Ok(());
        }
        let start = offset.saturating_add(here as u64);
        let end = offset.saturating_add(buffer.len() as u64);
        let ahead = end.max(start.saturating_add(HEAD_BYTES).min(opened.bytes));
        let bytes = self.range(opened, start..ahead)?;
        buffer[here..].copy_from_slice(&bytes[..(end - start) as usize]);
        locked(&opened.kept).keep(start, bytes);
        Ok(())
    }
}

impl ReadAt for WebFile {
    fn len(&self) -> u64 {
        match self.opened.get() {
            Some(Ok(opened)) => opened.bytes,
            _ => self.file.bytes.unwrap_or(0),
        }
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        let length = buffer.len();
        self.read_kept(offset, buffer).map_err(|error| ReadError::new(offset, length, error))
    }

    fn validator(&self) -> Option<&str> {
        self.opened().ok().map(|opened| opened.validator.as_str())
    }

    /// Short reads are joined to more here.
    fn block_bytes(&self) -> u64 {
        1
    }

    fn expect(&self, ranges: &mut dyn Iterator<Item = Range<u64>>) {
        let Ok(opened) = self.opened() else { return };
        let is_here = |range: &Range<u64>| {
            locked(&opened.kept).from(range.start).len() as u64 >= range.end.saturating_sub(range.start)
        };
        let missing = ranges.map(|range| range.start..range.end.min(opened.bytes));
        let missing = joined(missing.filter(|range| range.start < range.end && !is_here(range)).collect());
        // One that fails is asked for again by whoever needs it, who says why.
        several(&missing, |range| {
            if let Ok(bytes) = self.fresh_range(opened, range.clone()) {
                locked(&opened.kept).keep(range.start, bytes);
            }
        });
    }
}

/// Ranges that lie close together, as one.
fn joined(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last)
                if range.start <= last.end.saturating_add(GAP_BYTES)
                    && range.end.saturating_sub(last.start) <= JOINED_BYTES =>
            {
                last.end = last.end.max(range.end);
            }
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_again() {
        let mut kept = Kept::default();
        kept.keep(10, vec![1, 2, 3]);
        kept.keep(13, vec![4, 5]);
        let mut four = [0; 4];
        assert_eq!((kept.copy(11, &mut four), four), (4, [2, 3, 4, 5]));
        assert_eq!(kept.copy(12, &mut four), 3, "as far as it is here");
        assert_eq!(kept.copy(9, &mut four), 0);
        assert_eq!(kept.copy(u64::MAX, &mut four), 0);
    }

    #[test]
    fn close_ranges_are_joined() {
        let far = 10 * JOINED_BYTES;
        let ranges = vec![far..far + 1, 0..10, 100..200, GAP_BYTES..GAP_BYTES + 5];
        assert_eq!(joined(ranges), [0..GAP_BYTES + 5, far..far + 1]);
    }
}
