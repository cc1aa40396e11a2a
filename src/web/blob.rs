//! Positional reads of a `Blob`, synchronously: for headers, in a worker.

use js_sys::Uint8Array;
use web_sys::{Blob, FileReaderSync};

use crate::source::{ReadAt, ReadError};

/// A dropped file.
pub(super) struct BlobSource {
    blob: Blob,
    reader: FileReaderSync,
}

impl BlobSource {
    /// Fails outside of a worker, where there is no synchronous reader.
    pub(super) fn new(blob: Blob) -> Result<Self, wasm_bindgen::JsValue> {
        Ok(Self { blob, reader: FileReaderSync::new()? })
    }
}

impl ReadAt for BlobSource {
    fn len(&self) -> u64 {
        // Sizes and offsets of blobs are doubles; files stay far below 2^53 bytes.
        self.blob.size() as u64
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        let failed = |reason: &str| ReadError::new(offset, buffer.len(), reason);
        let end = offset as f64 + buffer.len() as f64;
        let slice = self
            .blob
            .slice_with_f64_and_f64(offset as f64, end)
            .map_err(|_| failed("it cannot be sliced"))?;
        let bytes = self
            .reader
            .read_as_array_buffer(&slice)
            .map_err(|_| failed("the browser refused it; the file may have changed"))?;
        let bytes = Uint8Array::new(&bytes);
        if bytes.length() as usize != buffer.len() {
            return Err(failed("the file ends before"));
        }
        bytes.copy_to(buffer);
        Ok(())
    }
}
