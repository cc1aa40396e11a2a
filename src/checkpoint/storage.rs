//! Where the elements of a tensor lie in a file, and how they are stored.

use serde::{Deserialize, Serialize};

/// Where the elements of a tensor lie in a file.
///
/// `encoding` turns stored bytes into the bytes of elements; `view` says which of these elements are the tensor's and
/// in which order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storage {
    /// First stored byte, from the start of the file.
    pub offset: u64,
    /// Number of stored bytes; they lie inside the file.
    pub bytes: u64,
    /// How the bytes of the elements follow from the stored ones.
    pub encoding: Encoding,
    /// Order of the elements; `None` where they are contiguous in C order: from the first on, the last axis fastest.
    pub view: Option<View>,
}

impl Storage {
    /// Contiguous elements, as they are.
    pub fn plain(offset: u64, bytes: u64) -> Self {
        Self { offset, bytes, encoding: Encoding::Plain, view: None }
    }

    /// Whether the bytes of the elements can be read at any place without those before.
    pub fn is_random_access(&self) -> bool {
        self.encoding == Encoding::Plain
    }
}

/// How the bytes of the elements follow from the stored ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// They are the stored ones.
    Plain,
    /// Raw DEFLATE (RFC 1951), as in zip archives: `skip` bytes that are not the elements', then `length` bytes that
    /// are, then perhaps more.
    Deflated {
        /// Decoded bytes before the first element, such as the header of an `.npy` file.
        skip: u64,
        /// Decoded bytes of all elements.
        length: u64,
    },
    /// Varints of protocol buffers, one an element, whose low `element_bytes` are those of the element.
    Varints {
        /// Bytes of one element: 1, 2, 4 or 8.
        element_bytes: u8,
    },
    /// Fixed-size elements, each behind a tag of `tag_bytes`: repeated fields of protocol buffers that are not packed.
    Tagged {
        /// Bytes of the tag before each element.
        tag_bytes: u8,
        /// Bytes of one element: 4 or 8.
        element_bytes: u8,
    },
}

/// Elements of a storage that are not contiguous in C order: a transposed, sliced or Fortran-ordered tensor.
///
/// Readers check that every element lies inside the storage, and that there are not more elements than the storage
/// holds: a view that repeats elements (an expanded tensor) is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Index of the tensor's first element among those of the storage.
    pub first: u64,
    /// Distance, in elements of the storage, of neighbours along each axis.
    pub strides: Vec<u64>,
}

/// What a graph uses a tensor for, where the container says so (ONNX).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Usage {
    /// A matrix `[outputs, inputs]`.
    OutputsFirst,
    /// A matrix `[inputs, outputs]`, or a stack of them.
    InputsFirst,
    /// A kernel `[outputs, inputs / groups, positions...]`.
    Convolution {
        /// Groups of channels.
        groups: u64,
    },
    /// A kernel `[inputs, outputs / groups, positions...]`.
    TransposedConvolution {
        /// Groups of channels.
        groups: u64,
    },
}
