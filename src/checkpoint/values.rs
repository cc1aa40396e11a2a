//! A whole tensor in memory: for tests and small tensors. Analyses stream.

use thiserror::Error;

use super::contents::read_vec;
use super::stream::{ElementStream, StreamError};
use super::{Problem, TensorEntry, View};
use crate::source::ReadAt;

/// Values that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ValuesError {
    /// Integers and complex numbers are not decoded.
    #[error("the tensor is of type {0}, whose values are not decoded")]
    NotFloat(&'static str),
    /// The file cannot be read.
    #[error("the file {0}")]
    File(#[from] Problem),
    /// The stored bytes are not what they should be.
    #[error("the tensor cannot be decoded: {0}")]
    Stream(#[from] StreamError),
}

/// Reads and decodes all elements of a tensor from its file, in C order of its axes.
pub fn read_values(source: &dyn ReadAt, tensor: &TensorEntry) -> Result<Vec<f64>, ValuesError> {
    let dtype = tensor.dtype;
    if !dtype.is_float() {
        return Err(ValuesError::NotFloat(dtype.name()));
    }
    let stored = read_vec(source, tensor.storage.offset, tensor.storage.bytes)?;
    let elements = match &tensor.storage.view {
        None => tensor.elements(),
        Some(view) => extent(view, &tensor.shape),
    };
    // A file that is here is shorter than memory; so are its elements, in whole blocks.
    let blocks = elements.div_ceil(dtype.block().elements);
    let mut bytes = Vec::new();
    let mut stream = ElementStream::new(&tensor.storage, blocks * dtype.block().bytes);
    match tensor.storage.is_random_access() {
        // The storage may be longer than the view.
        true => bytes = stored,
        false => {
            stream.push(&stored, |piece| bytes.extend_from_slice(piece))?;
            stream.finish()?;
        }
    }
    let mut values = vec![0.0; elements as usize];
    dtype.decode_f64(&bytes, &mut values);
    Ok(match &tensor.storage.view {
        None => values,
        Some(view) => indices(view, &tensor.shape).map(|index| values[index as usize]).collect(),
    })
}

/// One more than the largest index of a view; 0 for a view without elements.
pub(super) fn extent(view: &View, shape: &[u64]) -> u64 {
    if shape.contains(&0) {
        return 0;
    }
    let last: u64 = shape.iter().zip(&view.strides).map(|(size, stride)| (size - 1) * stride).sum();
    view.first + last + 1
}

/// Index in the storage of every element, in C order.
pub(super) fn indices<'a>(view: &'a View, shape: &'a [u64]) -> impl Iterator<Item = u64> + 'a {
    let elements: u64 = shape.iter().product();
    (0..elements).map(move |element| {
        let mut rest = element;
        let axes = shape.iter().zip(&view.strides).rev();
        axes.fold(view.first, |index, (size, stride)| {
            let at = rest % size;
            rest /= size;
            index + at * stride
        })
    })
}
