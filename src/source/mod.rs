//! Positional reads over files that may exceed memory.
//!
//! Offsets are `u64` on every target: `usize` has 32 bits on wasm32, and checkpoints are longer.

mod sparse;

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

pub use sparse::Sparse;

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

    /// What tells a file that is elsewhere from what may lie in its place at another time, such as the tag that its
    /// server gives it. `None` where the file itself can be looked at, wherever that is needed.
    fn validator(&self) -> Option<&str> {
        None
    }

    /// Bytes that short reads are best joined to.
    fn block_bytes(&self) -> u64 {
        BLOCK_BYTES
    }

    /// Short reads that will follow, one by one; a source that is slow to answer may have them ready.
    fn expect(&self, _ranges: &mut dyn Iterator<Item = Range<u64>>) {}
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

impl ReadError {
    /// A read of `length` bytes from `offset` on that failed for `reason`.
    pub fn new(offset: u64, length: usize, reason: impl fmt::Display) -> Self {
        Self { offset, length: length as u64, reason: reason.to_string() }
    }

    /// A read that goes past the end of a source of `end` bytes.
    fn past_end(offset: u64, length: usize, end: u64) -> Self {
        Self::new(offset, length, format_args!("the file ends at byte {end}"))
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "reading {} bytes at byte {} failed: {}", self.length, self.offset, self.reason)
    }
}

impl std::error::Error for ReadError {}

impl ReadAt for [u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        // An offset that does not fit `usize` lies past the end of any slice.
        let bytes = usize::try_from(offset)
            .ok()
            .and_then(|start| self.get(start..start.checked_add(buffer.len())?))
            .ok_or_else(|| ReadError::past_end(offset, buffer.len(), ReadAt::len(self)))?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }
}

impl ReadAt for Vec<u8> {
    fn len(&self) -> u64 {
        ReadAt::len(self.as_slice())
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        self.as_slice().read_exact_at(offset, buffer)
    }
}

impl<T: ReadAt + ?Sized> ReadAt for &T {
    fn len(&self) -> u64 {
        (**self).len()
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        (**self).read_exact_at(offset, buffer)
    }

    fn validator(&self) -> Option<&str> {
        (**self).validator()
    }

    fn block_bytes(&self) -> u64 {
        (**self).block_bytes()
    }

    fn expect(&self, ranges: &mut dyn Iterator<Item = Range<u64>>) {
        (**self).expect(ranges);
    }
}

/// Bytes that [`Buffered`] reads at once of most sources.
const BLOCK_BYTES: u64 = 64 << 10;

/// A source that is read in blocks, for parsers of many short records: a read of a few bytes costs a browser as much
/// as one of many.
///
/// Keeps the two blocks that were used last; longer reads than a block go straight to the source.
pub struct Buffered<'a> {
    source: &'a dyn ReadAt,
    block_bytes: u64,
    /// The last one used first.
    blocks: RefCell<[Block; 2]>,
}

/// A part of a source, from `number` times the length of a block on; without bytes before it is read.
#[derive(Default)]
struct Block {
    number: u64,
    bytes: Vec<u8>,
}

impl<'a> Buffered<'a> {
    /// Nothing is read yet.
    pub fn new(source: &'a dyn ReadAt) -> Self {
        Self { source, block_bytes: source.block_bytes().max(1), blocks: RefCell::default() }
    }
}

impl ReadAt for Buffered<'_> {
    fn len(&self) -> u64 {
        self.source.len()
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        let length = buffer.len();
        if length as u64 > self.block_bytes {
            return self.source.read_exact_at(offset, buffer);
        }
        let fits = offset.checked_add(length as u64).is_some_and(|end| end <= self.len());
        if !fits {
            return Err(ReadError::past_end(offset, length, self.len()));
        }
        let mut filled = 0;
        while filled < length {
            let at = offset + filled as u64;
            filled +=
                self.copy_from_block(at / self.block_bytes, at % self.block_bytes, &mut buffer[filled..])?;
        }
        Ok(())
    }

    fn validator(&self) -> Option<&str> {
        self.source.validator()
    }

    fn expect(&self, ranges: &mut dyn Iterator<Item = Range<u64>>) {
        self.source.expect(ranges);
    }
}

impl Buffered<'_> {
    /// Copies what block `number` has from byte `from` on; the number of bytes, which is not 0.
    fn copy_from_block(&self, number: u64, from: u64, buffer: &mut [u8]) -> Result<usize, ReadError> {
        let mut blocks = self.blocks.borrow_mut();
        let holds = |block: &Block| block.number == number && !block.bytes.is_empty();
        match blocks.iter().position(holds) {
            Some(at) => blocks.swap(0, at),
            None => {
                let start = number * self.block_bytes;
                let mut bytes = vec![0; self.block_bytes.min(self.len().saturating_sub(start)) as usize];
                self.source.read_exact_at(start, &mut bytes)?;
                blocks.swap(0, 1);
                blocks[0] = Block { number, bytes };
            }
        }
        let bytes = &blocks[0].bytes;
        let bytes = bytes.get(from as usize..).unwrap_or_default();
        let count = bytes.len().min(buffer.len());
        if count == 0 {
            // The source's length has changed while it was read.
            return Err(ReadError::past_end(number * self.block_bytes + from, buffer.len(), self.len()));
        }
        buffer[..count].copy_from_slice(&bytes[..count]);
        Ok(count)
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub use native::LocalFile;

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::fs::File;
    use std::io;
    use std::path::{Path, PathBuf};

    use super::{ReadAt, ReadError};

    /// A file on disk.
    ///
    /// It is opened anew for each read: a folder may hold more checkpoints than a process may hold files open, and
    /// reads are megabytes long, so that opening costs nothing that could be measured.
    #[derive(Debug, Clone)]
    pub struct LocalFile {
        path: PathBuf,
        bytes: u64,
    }

    impl LocalFile {
        /// The file at `path`; fails when it does not exist or is no regular file.
        pub fn new(path: impl Into<PathBuf>) -> io::Result<Self> {
            let path = path.into();
            let metadata = std::fs::metadata(&path)?;
            if !metadata.is_file() {
                return Err(io::Error::other("not a regular file"));
            }
            Ok(Self { path, bytes: metadata.len() })
        }

        /// Where the file lies.
        pub fn path(&self) -> &Path {
            &self.path
        }
    }

    impl ReadAt for LocalFile {
        fn len(&self) -> u64 {
            self.bytes
        }

        fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
            let length = buffer.len();
            let mut read = || -> io::Result<()> {
                let file = File::open(&self.path)?;
                if file.metadata()?.len() != self.bytes {
                    return Err(io::Error::other("the file changed while it was read"));
                }
                fill(&file, offset, buffer)
            };
            read().map_err(|error| ReadError::new(offset, length, error))
        }
    }

    impl ReadAt for File {
        /// The present length; 0 where the system does not tell it.
        fn len(&self) -> u64 {
            self.metadata().map_or(0, |metadata| metadata.len())
        }

        fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
            let length = buffer.len();
            fill(self, offset, buffer).map_err(|error| ReadError::new(offset, length, error))
        }
    }

    #[cfg(unix)]
    fn fill(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
    }

    #[cfg(windows)]
    fn fill(file: &File, mut offset: u64, mut buffer: &mut [u8]) -> io::Result<()> {
        use std::os::windows::fs::FileExt;
        while !buffer.is_empty() {
            match file.seek_read(buffer, offset) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    buffer = &mut buffer[count..];
                    offset += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_read_inside_and_refuse_outside() {
        let bytes = [1u8, 2, 3, 4];
        let mut two = [0; 2];
        bytes.as_slice().read_exact_at(2, &mut two).expect("inside");
        assert_eq!(two, [3, 4]);
        for offset in [3, 4, u64::MAX] {
            let error = bytes.as_slice().read_exact_at(offset, &mut two).expect_err("past the end");
            assert_eq!(error.offset, offset);
        }
    }

    /// A source that counts its reads.
    struct Counted<'a>(&'a [u8], std::cell::Cell<u64>);

    impl ReadAt for Counted<'_> {
        fn len(&self) -> u64 {
            ReadAt::len(self.0)
        }

        fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
            self.1.set(self.1.get() + 1);
            self.0.read_exact_at(offset, buffer)
        }
    }

    #[test]
    fn buffered_reads_are_the_same_and_fewer() {
        let bytes: Vec<u8> = (0..200_000u32).map(|index| (index * 7 % 253) as u8).collect();
        let counted = Counted(&bytes, std::cell::Cell::new(0));
        let buffered = Buffered::new(&counted);
        for offset in (0..199_900).step_by(61) {
            let mut read = [0; 100];
            buffered.read_exact_at(offset, &mut read).expect("inside");
            assert_eq!(read, bytes[offset as usize..][..100], "at {offset}");
        }
        assert_eq!(counted.1.get(), 4, "one read for each block of 64 KB");
        let mut long = vec![0; 150_000];
        buffered.read_exact_at(10, &mut long).expect("inside");
        assert_eq!(long, bytes[10..150_010]);
        for offset in [199_999, 200_000, u64::MAX] {
            assert!(buffered.read_exact_at(offset, &mut [0; 2]).is_err(), "past the end");
        }
        buffered.read_exact_at(200_000, &mut []).expect("nothing at the end");
    }

    #[test]
    fn files_read_like_slices() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bytes");
        std::fs::write(&path, [1u8, 2, 3, 4]).expect("written");
        let file = LocalFile::new(&path).expect("a file");
        let mut two = [0; 2];
        file.read_exact_at(1, &mut two).expect("inside");
        assert_eq!((file.len(), two), (4, [2, 3]));
        assert!(file.read_exact_at(3, &mut two).is_err());
        assert!(LocalFile::new(folder.path()).is_err(), "a folder is no file");
        std::fs::write(&path, [1u8, 2, 3]).expect("written");
        let error = file.read_exact_at(0, &mut two).expect_err("it has changed");
        assert!(error.reason.contains("changed"), "{error}");
    }
}
