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
