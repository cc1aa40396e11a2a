//! The directory of zip archives, with zip64: names and ranges, nothing decompressed.
//!
//! An archive is read from its end: a record there points to the directory, the directory to the entries. Each entry
//! has a header of its own before its data, which repeats what the directory says; where the two disagree, programs
//! would read different things from one file, so that it is refused.

use std::ops::Range;

use super::contents::read_vec;
use super::error::{Problem, grouped, short};
use super::stream::{Inflater, StreamError};
use crate::WHOLE;
use crate::source::{Buffered, ReadAt};

/// Most entries of an archive.
const MAX_ENTRIES: u64 = 1_000_000;
/// Longest name of an entry in bytes.
const MAX_NAME_BYTES: u64 = 4096;
/// The end record without its comment.
const END_BYTES: u64 = 22;
/// Longest comment: its length has 16 bits.
const MAX_COMMENT_BYTES: u64 = 0xffff;
/// The record before the end record that points to the zip64 record.
const LOCATOR_BYTES: u64 = 20;
/// The zip64 record, as far as it is used.
const END64_BYTES: u64 = 56;
/// An entry of the directory without name, extra fields and comment.
const ENTRY_BYTES: u64 = 46;
/// The header before an entry's data, without name and extra fields.
const LOCAL_BYTES: u64 = 30;
/// Most that DEFLATE can gain: 258 bytes from two bits.
const DEFLATE_RATIO: u64 = 1032;
/// Entries that are decoded whole may not gain more than this, beyond [`FREE_BYTES`].
const MAX_RATIO: u64 = 200;
/// Up to so many decoded bytes no ratio is suspicious.
const FREE_BYTES: u64 = 1 << 20;
/// Compressed bytes are read in pieces of this length.
const PIECE_BYTES: u64 = 64 << 10;

const DEFLATED: u16 = 8;
/// Bits 0, 6 and 13: encrypted, strongly encrypted, header masked.
const ENCRYPTED_FLAGS: u16 = 1 | 1 << 6 | 1 << 13;
/// Bit 3: sizes follow the data, so that the header before it may lack them.
const SIZES_FOLLOW_FLAG: u16 = 1 << 3;

/// What can be wrong with a zip archive. Sentences begin with their verb.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // the sentence of each variant is its documentation
pub enum ZipProblem {
    #[error("ends early. A zip archive ends with its directory, which is not at the end of these {} bytes.", grouped(*.bytes))]
    NoEnd { bytes: u64 },
    #[error("is one part of a zip archive that was split.")]
    MultiDisk,
    #[error("contradicts itself. The end of the archive says that a record lies at byte {}; it is not there.", grouped(*.byte))]
    NoEnd64 { byte: u64 },
    #[error("contradicts itself. The two records at the end of the archive disagree.")]
    EndsDisagree,
    #[error("contradicts itself. Its directory should end at byte {}, where the next record begins; it goes from byte {} for {} bytes.", grouped(*.end), grouped(*.offset), grouped(*.bytes))]
    DirectoryOutside { offset: u64, bytes: u64, end: u64 },
    #[error("has {} entries. The limit is {}.", grouped(*.entries), grouped(*.limit))]
    TooManyEntries { entries: u64, limit: u64 },
    #[error("contradicts itself. A directory of {} bytes does not hold {} entries exactly.", grouped(*.bytes), grouped(*.entries))]
    DirectoryLength { entries: u64, bytes: u64 },
    #[error("has a damaged directory. No entry begins at byte {}, where one should.", grouped(*.byte))]
    NoEntry { byte: u64 },
    #[error("has an entry whose name takes {} bytes. The limit is {}.", grouped(*.bytes), grouped(*.limit))]
    EntryNameTooLong { bytes: u64, limit: u64 },
    #[error("has a damaged directory. The entry `{entry}` lacks its size or place.")]
    NoSize { entry: String },
    #[error("is encrypted: the entry `{entry}` cannot be read without a password.")]
    Encrypted { entry: String },
    #[error("uses a compression that is not read. The entry `{entry}` is compressed with {method}.")]
    Method { entry: String, method: String },
    #[error("contradicts itself. The entry `{entry}` is stored as it is in {} bytes, but should have {}.", grouped(*.stored), grouped(*.bytes))]
    StoredSizes { entry: String, stored: u64, bytes: u64 },
    #[error("contradicts itself. The entry `{entry}` cannot grow from {} bytes to {}.", grouped(*.stored), grouped(*.bytes))]
    ImpossibleSize { entry: String, stored: u64, bytes: u64 },
    #[error("names the entry `{entry}` twice.")]
    DuplicateEntry { entry: String },
    #[error("contradicts itself. The entry `{entry}` should begin at byte {}, where no entry begins.", grouped(*.byte))]
    NoLocalHeader { entry: String, byte: u64 },
    #[error("contradicts itself. The directory and the entry `{entry}` disagree on its {what}.")]
    LocalDisagrees { entry: String, what: &'static str },
    #[error("contradicts itself. The entry `{entry}` goes beyond byte {}, where the directory begins.", grouped(*.limit))]
    EntryOutside { entry: String, limit: u64 },
    #[error("contradicts itself. The entries `{entry}` and `{other}` overlap.")]
    Overlap { entry: String, other: String },
    #[error("has an entry that is too large. `{entry}` takes {} bytes; the limit is {}.", grouped(*.bytes), grouped(*.limit))]
    EntryTooLarge { entry: String, bytes: u64, limit: u64 },
    #[error("is compressed beyond reason. The entry `{entry}` grows from {} bytes to {}.", grouped(*.stored), grouped(*.bytes))]
    Ratio { entry: String, stored: u64, bytes: u64 },
    #[error("is damaged. The compressed data of the entry `{entry}` cannot be decoded.")]
    Damaged { entry: String },
    #[error("contradicts itself. The entry `{entry}` does not decode to the {} bytes that the directory promises.", grouped(*.bytes))]
    DecodedLength { entry: String, bytes: u64 },
}

impl ZipProblem {
    /// Stable name in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoEnd { .. } => "zip-no-end",
            Self::MultiDisk => "zip-multi-disk",
            Self::NoEnd64 { .. } => "zip-no-end64",
            Self::EndsDisagree => "zip-ends-disagree",
            Self::DirectoryOutside { .. } => "zip-directory-outside",
            Self::TooManyEntries { .. } => "zip-too-many-entries",
            Self::DirectoryLength { .. } => "zip-directory-length",
            Self::NoEntry { .. } => "zip-no-entry",
            Self::EntryNameTooLong { .. } => "zip-name-too-long",
            Self::NoSize { .. } => "zip-no-size",
            Self::Encrypted { .. } => "zip-encrypted",
            Self::Method { .. } => "zip-method",
            Self::StoredSizes { .. } => "zip-stored-sizes",
            Self::ImpossibleSize { .. } => "zip-impossible-size",
            Self::DuplicateEntry { .. } => "zip-duplicate-entry",
            Self::NoLocalHeader { .. } => "zip-no-local-header",
            Self::LocalDisagrees { .. } => "zip-local-disagrees",
            Self::EntryOutside { .. } => "zip-entry-outside",
            Self::Overlap { .. } => "zip-overlap",
            Self::EntryTooLarge { .. } => "zip-entry-too-large",
            Self::Ratio { .. } => "zip-ratio",
            Self::Damaged { .. } => "zip-damaged",
            Self::DecodedLength { .. } => "zip-decoded-length",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoEnd { .. } => "Copy or download it again.",
            Self::MultiDisk => "Join the parts into one file first.",
            Self::Encrypted { .. } => "Unpack it with its password, and give the files in it.",
            Self::Method { .. } => "Unpack it and save the weights again without compression.",
            Self::TooManyEntries { .. } | Self::EntryNameTooLong { .. } => {
                "Save the weights with fewer, plainly named tensors."
            }
            Self::EntryTooLarge { .. } | Self::Ratio { .. } => {
                "Check where the file comes from: files of weights are not made like this."
            }
            _ => "Save or download it again.",
        }
    }
}

/// The entries of an archive, checked: they lie inside the file and do not overlap.
#[derive(Debug, Clone)]
pub(super) struct Archive {
    /// In the order of the directory; folders are left out.
    pub entries: Vec<Entry>,
    /// The bytes of the directory.
    pub directory: Range<u64>,
}

/// One file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Name with folders.
    pub name: String,
    /// First byte of the stored data.
    pub offset: u64,
    /// Stored bytes.
    pub stored: u64,
    /// Bytes after decompression; `stored` where the entry is not compressed.
    pub bytes: u64,
    /// Whether the stored bytes are DEFLATE data.
    pub deflated: bool,
}

/// Bytes of an entry's own extra field in most files: PyTorch fills up to a multiple of 64.
const LIKELY_EXTRA_BYTES: u64 = 64;

impl Archive {
    /// Reads the directory, and the header of every entry.
    pub(super) fn read(source: &dyn ReadAt) -> Result<Self, Problem> {
        let source = Buffered::new(source);
        let end = End::find(&source)?;
        let directory = end.offset..end.offset + end.bytes;
        let listed = list(&source, &end)?;
        source.expect(&mut listed.iter().map(Listed::header_range));
        let mut spans = Vec::new();
        let mut entries = Vec::new();
        for listed in listed {
            let entry = listed.locate(&source, directory.start)?;
            reserve(&mut spans)?;
            spans.push((listed.header..entry.offset + entry.stored, entries.len()));
            reserve(&mut entries)?;
            entries.push(entry);
        }
        refuse_overlaps(&mut spans, &entries)?;
        refuse_duplicates(&entries)?;
        Ok(Self { entries, directory })
    }

    /// All bytes of an entry, decompressed: for pickles and the like, of at most `limit` bytes.
    pub(super) fn contents(source: &dyn ReadAt, entry: &Entry, limit: u64) -> Result<Vec<u8>, Problem> {
        let Entry { stored, bytes, .. } = *entry;
        let name = || short(&entry.name);
        if bytes > limit {
            return Err(ZipProblem::EntryTooLarge { entry: name(), bytes, limit }.into());
        }
        if !WHOLE || !entry.deflated {
            return read_vec(source, entry.offset, bytes);
        }
        if bytes > FREE_BYTES && bytes / MAX_RATIO > stored {
            return Err(ZipProblem::Ratio { entry: name(), stored, bytes }.into());
        }
        let mut contents = Vec::new();
        // One byte more than promised would tell that there is more.
        let ended = inflate(source, entry, bytes.saturating_add(1), &mut contents)?;
        if !ended || contents.len() as u64 != bytes {
            return Err(ZipProblem::DecodedLength { entry: name(), bytes }.into());
        }
        Ok(contents)
    }

    /// The first bytes of an entry, decompressed: `wanted`, or all where there are fewer.
    pub(super) fn head(source: &dyn ReadAt, entry: &Entry, wanted: u64) -> Result<Vec<u8>, Problem> {
        if !WHOLE || !entry.deflated {
            return read_vec(source, entry.offset, wanted.min(entry.bytes));
        }
        let mut head = Vec::new();
        inflate(source, entry, wanted, &mut head)?;
        Ok(head)
    }
}

/// Decodes an entry until `wanted` bytes have come; whether the data ended by itself.
fn inflate(source: &dyn ReadAt, entry: &Entry, wanted: u64, into: &mut Vec<u8>) -> Result<bool, Problem> {
    let mut inflater = Inflater::default();
    let mut at = 0;
    while at < entry.stored && !inflater.ended() {
        let piece = read_vec(source, entry.offset + at, PIECE_BYTES.min(entry.stored - at))?;
        at += piece.len() as u64;
        let mut no_room = false;
        let pushed = inflater.push(&piece, |bytes| {
            let missing = usize::try_from(wanted - into.len() as u64).unwrap_or(usize::MAX);
            no_room = into.try_reserve(bytes.len().min(missing)).is_err();
            if !no_room {
                into.extend_from_slice(&bytes[..bytes.len().min(missing)]);
            }
            !no_room && (into.len() as u64) < wanted
        });
        if no_room {
            return Err(Problem::OutOfMemory { bytes: wanted });
        }
        pushed.map_err(|_: StreamError| ZipProblem::Damaged { entry: short(&entry.name) })?;
    }
    Ok(inflater.ended())
}

/// What the end of the archive says of the directory.
struct End {
    entries: u64,
    offset: u64,
    bytes: u64,
}

impl End {
    fn find(source: &dyn ReadAt) -> Result<Self, Problem> {
        let (at, record) = end_record(source)?;
        let record = Record(&record);
        let mut end = Self {
            entries: record.u16(10).into(),
            offset: record.u32(16).into(),
            bytes: record.u32(12).into(),
        };
        // Disk numbers may be left to the zip64 record.
        let disks = [record.u16(4), record.u16(6)];
        let mut multi_disk =
            disks.iter().any(|&disk| disk != 0 && disk != u16::MAX) || record.u16(8) != record.u16(10);
        let mut limit = at;
        if let Some((at64, record)) = end64_record(source, at)? {
            let record = Record(&record);
            let whole = Self { entries: record.u64(32), offset: record.u64(48), bytes: record.u64(40) };
            multi_disk |= record.u32(16) != 0 || record.u32(20) != 0 || record.u64(24) != whole.entries;
            end.refuse_other(&whole)?;
            (end, limit) = (whole, at64);
        } else {
            multi_disk |= disks != [0, 0];
        }
        if multi_disk {
            return Err(ZipProblem::MultiDisk.into());
        }
        end.check(limit)?;
        Ok(end)
    }

    /// A field of the short record is that of the zip64 record, or all ones where it does not fit.
    fn refuse_other(&self, whole: &Self) -> Result<(), ZipProblem> {
        let agree = |short: u64, whole: u64, ones: u64| short == whole || short == ones;
        let all = agree(self.entries, whole.entries, u16::MAX.into())
            && agree(self.offset, whole.offset, u32::MAX.into())
            && agree(self.bytes, whole.bytes, u32::MAX.into());
        if all { Ok(()) } else { Err(ZipProblem::EndsDisagree) }
    }

    fn check(&self, limit: u64) -> Result<(), ZipProblem> {
        let Self { entries, offset, bytes } = *self;
        if offset.checked_add(bytes) != Some(limit) {
            return Err(ZipProblem::DirectoryOutside { offset, bytes, end: limit });
        }
        if entries > MAX_ENTRIES {
            return Err(ZipProblem::TooManyEntries { entries, limit: MAX_ENTRIES });
        }
        if entries * ENTRY_BYTES > bytes {
            return Err(ZipProblem::DirectoryLength { entries, bytes });
        }
        Ok(())
    }
}

/// The last record of the file, whose comment ends with the file, and its place.
fn end_record(source: &dyn ReadAt) -> Result<(u64, [u8; END_BYTES as usize]), Problem> {
    let bytes = source.len();
    let tail_at = bytes.saturating_sub(END_BYTES + MAX_COMMENT_BYTES);
    let tail = read_vec(source, tail_at, bytes - tail_at)?;
    let records = tail.windows(END_BYTES as usize).enumerate().rev();
    for (at, window) in records.filter(|(_, window)| window.starts_with(b"PK\x05\x06")) {
        let Ok(record) = window.try_into() else { continue };
        let comment: usize = Record(window).u16(20).into();
        if at + window.len() + comment == tail.len() {
            return Ok((tail_at + at as u64, record));
        }
    }
    Err(ZipProblem::NoEnd { bytes }.into())
}

/// The zip64 record and its place, if the record before the end says that there is one.
fn end64_record(source: &dyn ReadAt, end: u64) -> Result<Option<(u64, [u8; END64_BYTES as usize])>, Problem> {
    let Some(locator_at) = end.checked_sub(LOCATOR_BYTES) else { return Ok(None) };
    let mut locator = [0; LOCATOR_BYTES as usize];
    source.read_exact_at(locator_at, &mut locator)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    let byte = Record(&locator).u64(8);
    let mut record = [0; END64_BYTES as usize];
    let fits = byte.checked_add(END64_BYTES).is_some_and(|end| end <= locator_at);
    if fits {
        source.read_exact_at(byte, &mut record)?;
    }
    if !record.starts_with(b"PK\x06\x06") {
        return Err(ZipProblem::NoEnd64 { byte }.into());
    }
    Ok(Some((byte, record)))
}

/// An entry as the directory has it.
struct Listed {
    name: Vec<u8>,
    method: u16,
    stored: u64,
    bytes: u64,
    /// Place of the header before the data.
    header: u64,
}

/// Reads the whole directory.
fn list(source: &dyn ReadAt, end: &End) -> Result<Vec<Listed>, Problem> {
    let wrong_length = || ZipProblem::DirectoryLength { entries: end.entries, bytes: end.bytes };
    let (mut at, stop) = (end.offset, end.offset + end.bytes);
    let mut entries: Vec<Listed> = Vec::new();
    for _ in 0..end.entries {
        if stop - at < ENTRY_BYTES {
            return Err(wrong_length().into());
        }
        let mut fixed = [0; ENTRY_BYTES as usize];
        source.read_exact_at(at, &mut fixed)?;
        if !fixed.starts_with(b"PK\x01\x02") {
            return Err(ZipProblem::NoEntry { byte: at }.into());
        }
        let record = Record(&fixed);
        let [name_bytes, extra_bytes, comment_bytes] = [28, 30, 32].map(|at| u64::from(record.u16(at)));
        let length = ENTRY_BYTES + name_bytes + extra_bytes + comment_bytes;
        if stop - at < length {
            return Err(wrong_length().into());
        }
        if name_bytes > MAX_NAME_BYTES {
            return Err(ZipProblem::EntryNameTooLong { bytes: name_bytes, limit: MAX_NAME_BYTES }.into());
        }
        let name = read_vec(source, at + ENTRY_BYTES, name_bytes)?;
        let extra = read_vec(source, at + ENTRY_BYTES + name_bytes, extra_bytes)?;
        at += length;
        // Folders have no data.
        if !name.ends_with(b"/") {
            reserve(&mut entries)?;
            entries.push(Listed::new(name, &record, &extra)?);
        }
    }
    if at == stop { Ok(entries) } else { Err(wrong_length().into()) }
}

impl Listed {
    fn new(name: Vec<u8>, record: &Record<'_>, extra: &[u8]) -> Result<Self, ZipProblem> {
        let [stored, bytes, header] = [20, 24, 42].map(|at| record.u32(at));
        let mut wide = Wide::find(extra);
        // The order of the zip64 field, which has only the numbers that do not fit.
        let [bytes, stored, header] = [bytes, stored, header].map(|short| wide.number(short));
        let method = record.u16(10);
        let (Some(bytes), Some(stored), Some(header)) = (bytes, stored, header) else {
            return Err(ZipProblem::NoSize { entry: lossy(&name) });
        };
        let disk = record.u16(34);
        if disk != 0 && disk != u16::MAX {
            return Err(ZipProblem::MultiDisk);
        }
        if record.u16(8) & ENCRYPTED_FLAGS != 0 {
            return Err(ZipProblem::Encrypted { entry: lossy(&name) });
        }
        let listed = Self { name, method, stored, bytes, header };
        listed.check_sizes()?;
        Ok(listed)
    }

    fn check_sizes(&self) -> Result<(), ZipProblem> {
        let Self { ref name, method, stored, bytes, .. } = *self;
        match method {
            0 if stored != bytes => Err(ZipProblem::StoredSizes { entry: lossy(name), stored, bytes }),
            DEFLATED if bytes / DEFLATE_RATIO > stored => {
                Err(ZipProblem::ImpossibleSize { entry: lossy(name), stored, bytes })
            }
            0 | DEFLATED => Ok(()),
            _ => Err(ZipProblem::Method { entry: lossy(name), method: method_name(method) }),
        }
    }

    /// Where the entry's own header is likely to be; what else it has is short.
    fn header_range(&self) -> Range<u64> {
        let length = LOCAL_BYTES + self.name.len() as u64 + LIKELY_EXTRA_BYTES;
        self.header..self.header.saturating_add(length)
    }

    /// Finds the data behind the entry's own header, which must say what the directory says.
    fn locate(&self, source: &dyn ReadAt, limit: u64) -> Result<Entry, Problem> {
        let entry = || lossy(&self.name);
        let outside = || ZipProblem::EntryOutside { entry: entry(), limit };
        let after_header = self.header.checked_add(LOCAL_BYTES).filter(|&end| end <= limit);
        let name_at = after_header.ok_or_else(outside)?;
        let mut fixed = [0; LOCAL_BYTES as usize];
        source.read_exact_at(self.header, &mut fixed)?;
        if !fixed.starts_with(b"PK\x03\x04") {
            return Err(ZipProblem::NoLocalHeader { entry: entry(), byte: self.header }.into());
        }
        let record = Record(&fixed);
        let [name_bytes, extra_bytes] = [26, 28].map(|at| u64::from(record.u16(at)));
        let offset = name_at + name_bytes + extra_bytes;
        if offset.checked_add(self.stored).is_none_or(|end| end > limit) {
            return Err(outside().into());
        }
        let disagree = |what| ZipProblem::LocalDisagrees { entry: entry(), what };
        if name_bytes != self.name.len() as u64 || read_vec(source, name_at, name_bytes)? != self.name {
            return Err(disagree("name").into());
        }
        if record.u16(6) & ENCRYPTED_FLAGS != 0 {
            return Err(ZipProblem::Encrypted { entry: entry() }.into());
        }
        if record.u16(8) != self.method {
            return Err(disagree("compression").into());
        }
        let extra = read_vec(source, name_at + name_bytes, extra_bytes)?;
        if record.u16(6) & SIZES_FOLLOW_FLAG == 0 && !self.has_sizes(&record, &extra) {
            return Err(disagree("size").into());
        }
        let (stored, bytes, deflated) = (self.stored, self.bytes, self.method == DEFLATED);
        let name = String::from_utf8_lossy(&self.name).into_owned();
        Ok(Entry { name, offset, stored, bytes, deflated })
    }

    /// Whether the entry's own header gives it the same sizes.
    fn has_sizes(&self, local: &Record<'_>, extra: &[u8]) -> bool {
        let mut wide = Wide::find(extra);
        let bytes = wide.number(local.u32(22));
        let stored = wide.number(local.u32(18));
        (bytes, stored) == (Some(self.bytes), Some(self.stored))
    }
}

/// The extra field of zip64: the numbers that do not fit 32 bits.
struct Wide<'a>(&'a [u8]);

impl<'a> Wide<'a> {
    const KIND: u16 = 1;

    /// Looks through the extra fields; a damaged one ends the search.
    fn find(mut extra: &'a [u8]) -> Self {
        while extra.len() >= 4 {
            let (head, rest) = extra.split_at(4);
            let [kind, length] = [0, 2].map(|at| Record(head).u16(at));
            let Some((field, rest)) = rest.split_at_checked(length.into()) else { break };
            if kind == Self::KIND {
                return Self(field);
            }
            extra = rest;
        }
        Self(&[])
    }

    /// The number itself, or the next of the field where it has all ones; `None` if the field has no more.
    fn number(&mut self, short: u32) -> Option<u64> {
        if short != u32::MAX {
            return Some(short.into());
        }
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*number))
    }
}

fn refuse_overlaps(spans: &mut [(Range<u64>, usize)], entries: &[Entry]) -> Result<(), ZipProblem> {
    spans.sort_unstable_by_key(|(span, _)| (span.start, span.end));
    match spans.windows(2).find(|pair| pair[1].0.start < pair[0].0.end) {
        Some(pair) => {
            let [entry, other] = [pair[0].1, pair[1].1].map(|at| short(&entries[at].name));
            Err(ZipProblem::Overlap { entry, other })
        }
        None => Ok(()),
    }
}

fn refuse_duplicates(entries: &[Entry]) -> Result<(), ZipProblem> {
    let mut names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(ZipProblem::DuplicateEntry { entry: short(pair[0]) }),
        None => Ok(()),
    }
}

/// Compression methods that people meet, in words.
fn method_name(method: u16) -> String {
    match method {
        9 => "Deflate64".to_owned(),
        12 => "bzip2".to_owned(),
        14 => "LZMA".to_owned(),
        93 => "Zstandard".to_owned(),
        95 => "XZ".to_owned(),
        _ => format!("method {method}"),
    }
}

fn lossy(name: &[u8]) -> String {
    short(&String::from_utf8_lossy(name))
}

/// Room for one more of a list that grows with the directory.
fn reserve<T>(list: &mut Vec<T>) -> Result<(), Problem> {
    let bytes = (list.len() as u64 + 1).saturating_mul(size_of::<T>() as u64);
    list.try_reserve(1).map_err(|_| Problem::OutOfMemory { bytes })
}

/// Little-endian numbers at fixed places of a record.
struct Record<'a>(&'a [u8]);

impl Record<'_> {
    /// The bytes from `at` on; the callers' places lie inside their records.
    fn bytes<const N: usize>(&self, at: usize) -> [u8; N] {
        let bytes = self.0.get(at..).and_then(|bytes| bytes.first_chunk());
        bytes.copied().unwrap_or([0; N])
    }

    fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.bytes(at))
    }

    fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.bytes(at))
    }

    fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.bytes(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn golden(name: &str) -> Vec<u8> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats");
        std::fs::read(folder.join(name)).expect("a golden file")
    }

    #[test]
    fn entries_decode_to_the_same_bytes_whether_deflated_or_not() {
        let (plain, packed) = (golden("model.npz"), golden("model_compressed.npz"));
        let entries = |bytes: &Vec<u8>| Archive::read(bytes).expect("an archive").entries;
        let (stored, deflated) = (entries(&plain), entries(&packed));
        assert_eq!(stored.len(), deflated.len());
        for (stored, deflated) in stored.iter().zip(&deflated) {
            assert_eq!((&stored.name, stored.deflated, deflated.deflated), (&deflated.name, false, true));
            let contents = Archive::contents(&plain, stored, 1 << 20).expect("whole");
            assert_eq!(contents, plain[stored.offset as usize..][..stored.bytes as usize]);
            assert_eq!(
                Archive::contents(&packed, deflated, 1 << 20),
                Ok(contents.clone()),
                "{}",
                stored.name
            );
            assert_eq!(Archive::head(&packed, deflated, 10), Ok(contents[..10].to_vec()));
        }
    }

    /// An entry that is not part of an archive: what the directory would say of `stored` bytes.
    fn deflated(stored: &[u8], bytes: u64) -> Entry {
        Entry { name: "data.pkl".to_owned(), offset: 0, stored: stored.len() as u64, bytes, deflated: true }
    }

    #[test]
    fn contents_are_bounded_by_limit_ratio_and_promise() {
        let name = || "data.pkl".to_owned();
        let zeros = vec![0; 10 << 20];
        let bomb = miniz_oxide::deflate::compress_to_vec(&zeros, 9);
        let stored = bomb.len() as u64;
        let contents = |bytes, limit| Archive::contents(&bomb, &deflated(&bomb, bytes), limit);
        assert_eq!(
            contents(10 << 20, 1 << 20),
            Err(ZipProblem::EntryTooLarge { entry: name(), bytes: 10 << 20, limit: 1 << 20 }.into())
        );
        assert_eq!(
            contents(10 << 20, 1 << 30),
            Err(ZipProblem::Ratio { entry: name(), stored, bytes: 10 << 20 }.into())
        );
        for promised in [0, 100, 1 << 20] {
            let expected = ZipProblem::DecodedLength { entry: name(), bytes: promised };
            assert_eq!(contents(promised, 1 << 30), Err(expected.into()), "less than there is");
        }
        let small = miniz_oxide::deflate::compress_to_vec(&[7; 1000], 6);
        let contents = |bytes| Archive::contents(&small, &deflated(&small, bytes), 1 << 20);
        assert_eq!(contents(1000), Ok(vec![7; 1000]));
        assert_eq!(contents(1001), Err(ZipProblem::DecodedLength { entry: name(), bytes: 1001 }.into()));
        let half = &small[..small.len() / 2].to_vec();
        assert_eq!(
            Archive::contents(half, &deflated(half, 1000), 1 << 20),
            Err(ZipProblem::DecodedLength { entry: name(), bytes: 1000 }.into())
        );
        assert_eq!(
            Archive::contents(&vec![0xff; 50], &deflated(&[0xff; 50], 1000), 1 << 20),
            Err(ZipProblem::Damaged { entry: name() }.into())
        );
    }
}
