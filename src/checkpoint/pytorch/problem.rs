//! What can be wrong with a PyTorch file.

use crate::checkpoint::error::grouped;

/// What can be wrong with a PyTorch file. Sentences begin with their verb.
///
/// Bytes of a pickle count from the start of the file, or of the entry of the archive that holds the pickle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // the sentence of each variant is its documentation
pub enum PyTorchProblem {
    #[error("ends early. Byte {} is its last, inside of what it holds.", grouped(*.byte))]
    EndsInside { byte: u64 },
    #[error("has a broken pickle. At byte {}: {reason}.", grouped(*.byte))]
    BrokenPickle { byte: u64, reason: &'static str },
    #[error("has a pickle that does more than hold data. Byte {} is the instruction {instruction:#04x}, which is not read.", grouped(*.byte))]
    UnknownInstruction { byte: u64, instruction: u8 },
    #[error("has a pickle of more than {} instructions.", grouped(*.limit))]
    TooManyInstructions { limit: u64 },
    #[error("has a pickle that piles up more than {} values, at byte {}.", grouped(*.limit), grouped(*.byte))]
    StackTooHigh { byte: u64, limit: u64 },
    #[error("has a pickle that names more than {} globals.", grouped(*.limit))]
    TooManyImports { limit: u64 },
    #[error("has a pickle of more than {} bytes.", grouped(*.limit))]
    PickleTooLong { limit: u64 },
    #[error("is a pickle, but none that PyTorch has saved.")]
    NotPyTorch,
    #[error("is of version {version} of PyTorch's format, which is not known.")]
    UnknownVersion { version: i128 },
    #[error("was written on a big-endian computer. Its bytes are in the other order.")]
    BigEndian,
    #[error("is an archive without weights. It has no entry called {entry}.")]
    NoPickle { entry: &'static str },
    #[error("is an archive with two pickles, {first} and {second}.")]
    TwoPickles { first: String, second: String },
    #[error("has a broken entry {entry}. At byte {}: {reason}.", grouped(*.byte))]
    BrokenEntry { entry: String, byte: u64, reason: &'static str },
    #[error("has a broken list of storages. At byte {}: {reason}.", grouped(*.byte))]
    BrokenStorages { byte: u64, reason: &'static str },
    #[error("ends early. The storage {key} ends at byte {}; the file has {}.", grouped(*.end), grouped(*.bytes))]
    StorageEndsEarly { key: String, end: u64, bytes: u64 },
    #[error("is longer than it says. Its last storage ends at byte {}; the file has {}.", grouped(*.end), grouped(*.bytes))]
    EndsLate { end: u64, bytes: u64 },
    #[error("contradicts itself. The tensor `{tensor}` is in the storage {key}, which is not in the file.")]
    NoStorage { tensor: String, key: String },
    #[error("contradicts itself. The storage {key} of the tensor `{tensor}` should have {} bytes and has {}.", grouped(*.expected), grouped(*.bytes))]
    StorageSize { tensor: String, key: String, expected: u64, bytes: u64 },
    #[error("contradicts itself. The tensor `{tensor}` reaches element {} of its storage, which has {}.", grouped_wide(*.element), grouped(*.elements))]
    OutsideStorage { tensor: String, element: u128, elements: u64 },
    #[error("describes the tensor `{tensor}` wrongly: {reason}.")]
    BrokenTensor { tensor: String, reason: &'static str },
    #[error("nests what it holds more than {limit} levels deep.")]
    TooDeep { limit: u64 },
    #[error("gives its tensors names of more than {} bytes in all.", grouped(*.limit))]
    NamesTooLong { limit: u64 },
    #[error("holds optimiser state only.")]
    OptimiserOnly,
    #[error("holds no tensor.")]
    NoTensors,
    #[error("holds no state dict “{path}”. It has {known}.")]
    NoStateDict { path: String, known: String },
}

impl PyTorchProblem {
    /// Stable name in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EndsInside { .. } => "ends-inside",
            Self::BrokenPickle { .. } => "broken-pickle",
            Self::UnknownInstruction { .. } => "unknown-instruction",
            Self::TooManyInstructions { .. } => "too-many-instructions",
            Self::StackTooHigh { .. } => "stack-too-high",
            Self::TooManyImports { .. } => "too-many-imports",
            Self::PickleTooLong { .. } => "pickle-too-long",
            Self::NotPyTorch => "not-pytorch",
            Self::UnknownVersion { .. } => "unknown-version",
            Self::BigEndian => "big-endian",
            Self::NoPickle { .. } => "no-pickle",
            Self::TwoPickles { .. } => "two-pickles",
            Self::BrokenEntry { .. } => "broken-entry",
            Self::BrokenStorages { .. } => "broken-storages",
            Self::StorageEndsEarly { .. } => "storage-ends-early",
            Self::EndsLate { .. } => "storages-end-late",
            Self::NoStorage { .. } => "no-storage",
            Self::StorageSize { .. } => "storage-size",
            Self::OutsideStorage { .. } => "outside-storage",
            Self::BrokenTensor { .. } => "broken-tensor",
            Self::TooDeep { .. } => "too-deep",
            Self::NamesTooLong { .. } => "names-too-long",
            Self::OptimiserOnly => "optimiser-only",
            Self::NoTensors => "no-tensors",
            Self::NoStateDict { .. } => "no-state-dict",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::EndsInside { .. } | Self::StorageEndsEarly { .. } | Self::EndsLate { .. } => {
                "Copy or download it again."
            }
            Self::UnknownInstruction { .. } => {
                "Do not load it with PyTorch unless you trust where it is from."
            }
            Self::TooManyInstructions { .. }
            | Self::StackTooHigh { .. }
            | Self::TooManyImports { .. }
            | Self::PickleTooLong { .. }
            | Self::TooDeep { .. }
            | Self::NamesTooLong { .. } => "Save the model's state dict alone.",
            Self::NotPyTorch => "Save the weights with torch.save, or as safetensors.",
            Self::UnknownVersion { .. } | Self::BigEndian => {
                "Load it with PyTorch and save the state dict as safetensors."
            }
            Self::NoPickle { .. } => "Drop the file that torch.save wrote.",
            Self::OptimiserOnly => "Drop the model file of the same step.",
            Self::NoTensors => "Drop the file that holds the model's weights.",
            Self::NoStateDict { .. } => "Name one of these.",
            _ => "Save or download it again.",
        }
    }
}

fn grouped_wide(number: u128) -> String {
    u64::try_from(number).map_or_else(|_| "beyond 64 bits".to_owned(), grouped)
}
