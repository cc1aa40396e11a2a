//! What can be wrong with a checkpoint, in sentences for people.

use std::fmt;

use super::gguf::GgufProblem;
use super::npy::NpyProblem;
use super::onnx::OnnxProblem;
use super::pytorch::PyTorchProblem;
use super::zip::ZipProblem;
use crate::source::ReadError;

/// A file that cannot be read as a checkpoint.
///
/// `Display` says what is wrong and why; [`hint`](Self::hint) what to do; [`text`](Self::text) all three.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file} {problem}")]
pub struct CheckpointError {
    /// The file, as the user knows it.
    pub file: String,
    /// What is wrong with it.
    pub problem: Problem,
}

impl CheckpointError {
    /// `problem` of `file`.
    pub fn new(file: impl Into<String>, problem: Problem) -> Self {
        Self { file: file.into(), problem }
    }

    /// Stable name of the problem in kebab case.
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// What to do: one sentence.
    pub fn hint(&self) -> String {
        self.problem.hint()
    }

    /// What is wrong, why, and what to do.
    pub fn text(&self) -> String {
        format!("{self} {}", self.hint())
    }
}

/// What is wrong with a file. Sentences begin with their verb: the file's name goes before.
///
/// Byte positions count from the start of the file. Names of tensors are cut to a length that fits a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the sentence of each variant is its documentation
pub enum Problem {
    #[error("is empty. It has no bytes.")]
    Empty,
    #[error("is not a checkpoint. It begins with {}.", begins(.head))]
    NotACheckpoint { head: Vec<u8> },
    #[error("is not the file itself. It is a Git LFS pointer of {bytes} bytes.")]
    LfsPointer { bytes: u64 },
    #[error("is a web page. A download saved an HTML page under this name.")]
    WebPage,
    #[error("is {format}. This format is not read yet.")]
    NotReadYet { format: &'static str },
    #[error("needs more than this part of the program.")]
    NotPlain,
    #[error("keeps its weights in HDF5, as Keras and TensorFlow do. HDF5 is not read.")]
    Hdf5,
    #[error("ends early. A safetensors file begins with 8 bytes of header length; the file has {bytes}.")]
    TooShort { bytes: u64 },
    #[error("has a header of {} bytes, by its first 8 bytes. The limit is {}.", grouped(*.bytes), grouped(*.limit))]
    HeaderTooLong { bytes: u64, limit: u64 },
    #[error("ends early. The header alone takes {} bytes; the file has {}.", grouped(*.promised), grouped(*.bytes))]
    HeaderEndsEarly { promised: u64, bytes: u64 },
    #[error("has no safetensors header. Byte 8 is {found:#04x}, where “{{” is expected.")]
    HeaderStart { found: u8 },
    #[error("has a broken header. At byte {}: {reason}.", grouped(*.byte))]
    HeaderSyntax { byte: u64, reason: String },
    #[error("names more than {} tensors.", grouped(*.limit))]
    TooManyTensors { limit: u64 },
    #[error("has a tensor whose name takes {} bytes. It begins with `{tensor}`; the limit is {}.", grouped(*.bytes), grouped(*.limit))]
    NameTooLong { tensor: String, bytes: u64, limit: u64 },
    #[error("names the tensor `{tensor}` twice.")]
    DuplicateTensor { tensor: String },
    #[error("gives the tensor `{tensor}` {axes} axes. The limit is {limit}.")]
    TooManyAxes { tensor: String, axes: u64, limit: u64 },
    #[error("gives the tensor `{tensor}` a size beyond 64 bits.")]
    SizeOverflow { tensor: String },
    #[error("contradicts itself. The tensor `{tensor}` needs {} bytes for its shape and type {dtype}; its offsets give it {}.", grouped(*.expected), grouped(*.bytes))]
    SizeMismatch { tensor: String, dtype: &'static str, expected: u64, bytes: u64 },
    #[error("contradicts itself. The tensor `{tensor}` has {} elements of type {dtype}, which do not fill whole bytes.", grouped(*.elements))]
    PartialByte { tensor: String, dtype: &'static str, elements: u64 },
    #[error("contradicts itself. The tensor `{tensor}` ends at byte {} of the data, before it begins at byte {}.", grouped(*.end), grouped(*.begin))]
    OffsetsReversed { tensor: String, begin: u64, end: u64 },
    #[error("contradicts itself. The tensor `{tensor}` begins at byte {} of the data; the one before ends at byte {}.", grouped(*.begin), grouped(*.expected))]
    OffsetsNotContiguous { tensor: String, begin: u64, expected: u64 },
    #[error("ends early. The header promises {} bytes; the file has {}.", grouped(*.promised), grouped(*.bytes))]
    EndsEarly { promised: u64, bytes: u64 },
    #[error("is longer than it says. The header promises {} bytes; the file has {}.", grouped(*.promised), grouped(*.bytes))]
    EndsLate { promised: u64, bytes: u64 },
    #[error("holds the tensor `{tensor}`, which {other} holds too.")]
    TensorInTwoFiles { tensor: String, other: String },
    #[error(
        "is one of several slices of one model, which are cut across its neurons and cannot be analysed one by one."
    )]
    Slices,
    #[error("lists its parts, but none of them is here. The first of {parts} is {first}.")]
    NoPart { first: String, parts: u64 },
    #[error("cannot be read. The system says: {0}.")]
    Read(ReadError),
    #[error("has a part of {} bytes that must be read at once. There is not enough memory for it.", grouped(*.bytes))]
    OutOfMemory { bytes: u64 },
    #[error(transparent)]
    Gguf(#[from] GgufProblem),
    #[error(transparent)]
    Npy(#[from] NpyProblem),
    #[error(transparent)]
    Onnx(#[from] OnnxProblem),
    #[error(transparent)]
    PyTorch(#[from] PyTorchProblem),
    #[error(transparent)]
    Zip(#[from] ZipProblem),
}

impl Problem {
    /// Stable name in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty-file",
            Self::NotACheckpoint { .. } => "not-a-checkpoint",
            Self::LfsPointer { .. } => "lfs-pointer",
            Self::WebPage => "web-page",
            Self::NotReadYet { .. } => "not-read-yet",
            Self::NotPlain => "not-plain",
            Self::Hdf5 => "hdf5",
            Self::TooShort { .. } => "too-short",
            Self::HeaderTooLong { .. } => "header-too-long",
            Self::HeaderEndsEarly { .. } => "header-ends-early",
            Self::HeaderStart { .. } => "header-start",
            Self::HeaderSyntax { .. } => "header-syntax",
            Self::TooManyTensors { .. } => "too-many-tensors",
            Self::NameTooLong { .. } => "name-too-long",
            Self::DuplicateTensor { .. } => "duplicate-tensor",
            Self::TooManyAxes { .. } => "too-many-axes",
            Self::SizeOverflow { .. } => "size-overflow",
            Self::SizeMismatch { .. } => "size-mismatch",
            Self::PartialByte { .. } => "partial-byte",
            Self::OffsetsReversed { .. } => "offsets-reversed",
            Self::OffsetsNotContiguous { .. } => "offsets-not-contiguous",
            Self::EndsEarly { .. } => "ends-early",
            Self::EndsLate { .. } => "ends-late",
            Self::TensorInTwoFiles { .. } => "tensor-in-two-files",
            Self::Slices => "slices",
            Self::NoPart { .. } => "no-part",
            Self::Read(_) => "read-failed",
            Self::OutOfMemory { .. } => "out-of-memory",
            Self::Gguf(problem) => problem.code(),
            Self::Npy(problem) => problem.code(),
            Self::Onnx(problem) => problem.code(),
            Self::PyTorch(problem) => problem.code(),
            Self::Zip(problem) => problem.code(),
        }
    }

    /// What to do.
    pub fn hint(&self) -> String {
        let sentence = match self {
            Self::Empty
            | Self::TooShort { .. }
            | Self::HeaderEndsEarly { .. }
            | Self::EndsEarly { .. }
            | Self::EndsLate { .. } => "Copy or download it again.",
            Self::NotACheckpoint { .. } => {
                "Drop the weights instead: safetensors, PyTorch, GGUF, ONNX or NumPy."
            }
            Self::LfsPointer { .. } => "Fetch the weights with “git lfs pull”.",
            Self::WebPage => "Download the weights again, from the link to the raw file.",
            Self::NotPlain => "Read it with the other reader.",
            Self::NotReadYet { .. } => "Convert it to safetensors.",
            Self::Hdf5 => {
                "Load it in Keras, and save the weights for NumPy: \
                 numpy.savez(“weights.npz”, **{w.path: w.numpy() for w in model.weights})."
            }
            Self::HeaderTooLong { .. } | Self::HeaderStart { .. } => {
                "Check that it is a safetensors file, and download it again."
            }
            Self::TooManyTensors { .. } | Self::NameTooLong { .. } | Self::TooManyAxes { .. } => {
                "Save the weights with fewer, plainly named tensors."
            }
            Self::HeaderSyntax { .. }
            | Self::DuplicateTensor { .. }
            | Self::SizeOverflow { .. }
            | Self::SizeMismatch { .. }
            | Self::PartialByte { .. }
            | Self::OffsetsReversed { .. }
            | Self::OffsetsNotContiguous { .. } => "Save or download it again.",
            Self::TensorInTwoFiles { .. } => {
                "Give each checkpoint by itself: these files are not parts of one."
            }
            Self::Slices => {
                "Merge them first: load the model with Hugging Face transformers, and save it from there."
            }
            Self::NoPart { .. } => "Drop the parts together with the index.",
            Self::Read(_) => "Check that the file is still there, and try again.",
            Self::OutOfMemory { .. } => "Close other programs or pages, and try again.",
            Self::Gguf(problem) => problem.hint(),
            Self::Npy(problem) => problem.hint(),
            Self::Onnx(problem) => problem.hint(),
            Self::PyTorch(problem) => problem.hint(),
            Self::Zip(problem) => problem.hint(),
        };
        sentence.to_owned()
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

/// A number with its thousands set apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Where a small file beside the weights is no JSON of the kind that it should be. Only the place: the parser's own words would be
/// a part of every download.
pub(crate) fn wrong_json(error: &serde_json::Error) -> String {
    format!("its JSON is wrong at line {}, column {}", error.line(), error.column())
}

/// The start of a name from a file, safe to print on one line.
pub(crate) fn short(name: &str) -> String {
    const CHARS: usize = 100;
    let mut text: String =
        name.chars().take(CHARS).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if name.chars().nth(CHARS).is_some() {
        text.push('…');
    }
    text
}

/// `“%PDF”` where the first bytes are text, else the bytes themselves.
fn begins(head: &[u8]) -> impl fmt::Display {
    let first = &head[..head.len().min(4)];
    let text = first.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    let text = text.then(|| String::from_utf8_lossy(first).into_owned());
    text.map_or_else(
        || {
            let bytes: Vec<String> = first.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("the bytes {}", bytes.join(" "))
        },
        |text| format!("“{text}”"),
    )
}
