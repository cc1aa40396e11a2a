//! The front door: what a file is, by its first bytes, whatever its name says.

use super::error::Problem;
use super::safetensors::MAX_HEADER_BYTES;
use crate::source::ReadAt;

/// Formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Safetensors,
    /// PyTorch or NumPy; its entries tell.
    Zip,
    /// PyTorch before 1.6, or any other pickle.
    Pickle,
    /// PyTorch in its first versions.
    Tar,
    Npy,
    Gguf,
    Onnx,
}

/// As many bytes as the longest test needs.
const HEAD_BYTES: usize = 512;

/// Decides what the file is. `name` matters only where the bytes say nothing: a file called `x.safetensors` that looks
/// like nothing known is handed to the reader, whose error says more.
pub(super) fn sniff(name: &str, source: &dyn ReadAt) -> Result<Container, Problem> {
    let mut head = [0; HEAD_BYTES];
    let head = &mut head[..source.len().min(HEAD_BYTES as u64) as usize];
    source.read_exact_at(0, head)?;
    let head = &*head;
    if head.is_empty() {
        return Err(Problem::Empty);
    }
    if looks_like_safetensors(head) {
        return Ok(Container::Safetensors);
    }
    if let Some(container) = known(head) {
        return Ok(container);
    }
    match foreign(name, head, source.len()) {
        Some(problem) => Err(problem),
        None => {
            named(name).ok_or_else(|| Problem::NotACheckpoint { head: head[..head.len().min(8)].to_vec() })
        }
    }
}

/// Formats whose reader says more than that the first bytes say nothing, by the name.
fn named(name: &str) -> Option<Container> {
    let is = |extension| has_extension(name, extension);
    if is("safetensors") { Some(Container::Safetensors) } else { is("onnx").then_some(Container::Onnx) }
}

/// Formats that are read, by their first bytes.
fn known(head: &[u8]) -> Option<Container> {
    /// Where a tar archive says that it is one.
    const USTAR: usize = 257;
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        Some(Container::Zip)
    } else if head.starts_with(b"GGUF") {
        Some(Container::Gguf)
    } else if head.starts_with(b"\x93NUMPY") {
        Some(Container::Npy)
    } else if is_pickle(head) {
        Some(Container::Pickle)
    } else if head.get(USTAR..USTAR + 5) == Some(b"ustar") {
        Some(Container::Tar)
    } else {
        looks_like_onnx(head).then_some(Container::Onnx)
    }
}

/// Protocol buffers have no magic number: field 1 (the version) as a small varint, then field 2 (who wrote it) or 7 (the
/// graph). TensorFlow's models begin likewise, but with version 1, which is older than any ONNX file.
fn looks_like_onnx(head: &[u8]) -> bool {
    matches!(head, [0x08, 3..=64, 0x12 | 0x3a, ..])
}

/// A length that a header may have, and the brace that it begins with.
///
/// Other formats may have a brace in that place too: GGUF with 123 tensors, a NumPy array with a header of 123 bytes, a
/// pickle whose first text takes 123. Read as a length, their first eight bytes are beyond the limit. Those of an
/// archive need not be, but byte 8 is its method of compression, and none has the number 123.
fn looks_like_safetensors(head: &[u8]) -> bool {
    let length = head.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
    length.is_some_and(|length| length <= MAX_HEADER_BYTES) && head.get(8) == Some(&b'{')
}

/// Files that are known to be something else.
fn foreign(name: &str, head: &[u8], bytes: u64) -> Option<Problem> {
    let not_yet = |format| Some(Problem::NotReadYet { format });
    let is_saved_model = matches!(head, [0x08, 1, 0x12, ..]);
    let text = head.trim_ascii_start();
    if head.starts_with(b"version https://git-lfs") {
        Some(Problem::LfsPointer { bytes })
    } else if starts_ignoring_case(text, b"<!doctype html") || starts_ignoring_case(text, b"<html") {
        Some(Problem::WebPage)
    } else if head.starts_with(b"\x89HDF\r\n\x1a\n") {
        Some(Problem::Hdf5)
    } else if is_saved_model && has_extension(name, "pb") {
        not_yet("a TensorFlow model (SavedModel)")
    } else if has_extension(name, "msgpack") {
        not_yet("a Flax file (MessagePack)")
    } else {
        None
    }
}

/// Whether the first bytes are those of a zip archive or a pickle, as PyTorch writes them; false if unreadable.
pub(super) fn looks_like_torch(source: &dyn ReadAt) -> bool {
    let mut head = [0; 4];
    source.read_exact_at(0, &mut head).is_ok() && (head == *b"PK\x03\x04" || is_pickle(&head))
}

/// Protocol 2 to 5, as PyTorch before 1.6 and everything else that pickles; or the number that PyTorch begins with,
/// in the digits of protocols 0 and 1.
fn is_pickle(head: &[u8]) -> bool {
    matches!(head, [0x80, 2..=5, ..]) || head.starts_with(b"L119547037146038801333356L")
}

fn starts_ignoring_case(text: &[u8], prefix: &[u8]) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

pub(super) fn has_extension(name: &str, extension: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, found)| found.eq_ignore_ascii_case(extension))
}
