//! Two checkpoints tensor by tensor: what only one of them has, and how far the values of the others differ.
//!
//! Values are streamed: memory does not depend on the size of a tensor, but where its elements are scattered.

use std::collections::BTreeMap;

use serde::Serialize;
use thiserror::Error;

use super::contents::read_vec;
use super::dtype::Block;
use super::stream::{ElementStream, StreamError};
use super::values::{extent, indices};
use super::{Checkpoint, CheckpointError, DType, Encoding, Input, Problem, TensorEntry, View};
use crate::source::ReadAt;

/// Elements that are compared at once: whole blocks of every type.
const ELEMENTS_AT_ONCE: u64 = 1 << 16;
/// Stored bytes that are decoded at once: what they may decode to is a thousand times as much.
const STORED_AT_ONCE: u64 = 16 << 10;
/// Tensors whose elements are scattered are put in order in memory, up to this many stored bytes.
const MOST_SCATTERED: u64 = 256 << 20;

/// A checkpoint and the files that it was opened from.
#[derive(Clone, Copy)]
pub struct Opened<'a> {
    /// The checkpoint.
    pub checkpoint: &'a Checkpoint,
    /// Its files are numbered among these.
    pub inputs: &'a [Input<'a>],
}

impl<'a> Opened<'a> {
    fn input(&self, tensor: &TensorEntry) -> &'a Input<'a> {
        &self.inputs[self.checkpoint.files[tensor.file].input]
    }
}

/// What differs between two checkpoints. Tensors are in natural order of their names.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckpointDiff {
    /// Name of the first checkpoint.
    pub before: String,
    /// Name of the second.
    pub after: String,
    /// Tensors that only the first has.
    pub only_before: Vec<TensorKind>,
    /// Tensors that only the second has.
    pub only_after: Vec<TensorKind>,
    /// Tensors that both have.
    pub both: Vec<TensorDiff>,
}

/// Name, type and shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TensorKind {
    /// Full name.
    pub name: String,
    /// Name of the type.
    pub dtype: &'static str,
    /// Sizes of the axes.
    pub shape: Vec<u64>,
}

/// A tensor that both have.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TensorDiff {
    /// As it is in the first checkpoint.
    pub before: TensorKind,
    /// In the second.
    pub after: TensorKind,
    /// How the values differ; null where they were not compared.
    pub values: Option<ValuesDiff>,
    /// Why they were not.
    pub not_compared: Option<String>,
}

/// How the values of a tensor differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ValuesDiff {
    /// Elements of the tensor.
    pub elements: u64,
    /// Elements whose value differs; NaN is the same value as NaN, and 0 as -0.
    pub changed: u64,
    /// Their share, 0 to 1; null for a tensor without elements.
    pub changed_share: Option<f64>,
    /// Elements that are NaN or infinite in either checkpoint. They have no part in the next two.
    pub nonfinite: u64,
    /// Largest |after - before|; null for types that are no real numbers.
    pub largest_change: Option<f64>,
    /// Root of the sum of (after - before)^2 over that of the sum of before^2; null where all values before are 0.
    pub relative_change: Option<f64>,
}

impl ValuesDiff {
    /// Whether all values are the same.
    pub fn identical(&self) -> bool {
        self.changed == 0
    }
}

/// Why two checkpoints cannot be compared.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DiffError {
    /// A file cannot be read.
    #[error("{}", .0.text())]
    File(#[from] CheckpointError),
    /// Stored bytes that are not what they should be.
    #[error("{file}: {tensor} cannot be decoded: {error}. Copy or download the file again.")]
    Stored {
        /// The file.
        file: String,
        /// The tensor.
        tensor: String,
        /// What is wrong.
        error: StreamError,
    },
}

/// Compares all tensors. `progress` is told how many elements were compared since it was told last.
pub fn diff(
    before: Opened<'_>,
    after: Opened<'_>,
    mut progress: impl FnMut(u64),
) -> Result<CheckpointDiff, DiffError> {
    let names = |opened: Opened<'_>| -> BTreeMap<String, usize> {
        let tensors = opened.checkpoint.tensors.iter().enumerate();
        tensors.map(|(index, tensor)| (tensor.name.clone(), index)).collect()
    };
    let (of_before, of_after) = (names(before), names(after));
    let only = |opened: Opened<'_>, other: &BTreeMap<String, usize>| {
        let tensors = opened.checkpoint.tensors.iter();
        tensors.filter(|tensor| !other.contains_key(&tensor.name)).map(TensorKind::of).collect()
    };
    let mut both = Vec::new();
    for left in &before.checkpoint.tensors {
        let Some(&index) = of_after.get(&left.name) else { continue };
        let right = &after.checkpoint.tensors[index];
        let not_compared = obstacle(left, right);
        let values = match not_compared {
            Some(_) => None,
            None => Some(values(Elements::new(before, left)?, Elements::new(after, right)?, &mut progress)?),
        };
        both.push(TensorDiff {
            before: TensorKind::of(left),
            after: TensorKind::of(right),
            values,
            not_compared,
        });
    }
    Ok(CheckpointDiff {
        before: before.checkpoint.name.clone(),
        after: after.checkpoint.name.clone(),
        only_before: only(before, &of_after),
        only_after: only(after, &of_before),
        both,
    })
}

impl TensorKind {
    fn of(tensor: &TensorEntry) -> Self {
        Self { name: tensor.name.clone(), dtype: tensor.dtype.name(), shape: tensor.shape.clone() }
    }
}

/// Why the values of two tensors are not compared.
fn obstacle(before: &TensorEntry, after: &TensorEntry) -> Option<String> {
    let [left, right] = [before, after].map(|tensor| tensor.dtype);
    if before.shape != after.shape {
        return Some("the shapes differ".to_owned());
    }
    if left != right && !(left.is_float() && right.is_float()) {
        return Some("the types differ, and one of them is no real floating-point type".to_owned());
    }
    let scattered = [before, after].iter().any(|tensor| {
        let gathered = tensor.storage.view.is_some() && first_in_order(tensor).is_none();
        gathered && (element_bytes(tensor) > MOST_SCATTERED || tensor.dtype.block().elements > 1)
    });
    scattered.then(|| "its elements are scattered, and too many to be put in order in memory".to_owned())
}

/// The index of the first element, where those of the storage from there on are the tensor's in C order.
fn first_in_order(tensor: &TensorEntry) -> Option<u64> {
    let Some(View { first, strides }) = &tensor.storage.view else { return Some(0) };
    let mut expected = 1;
    for (&size, &stride) in tensor.shape.iter().zip(strides).rev() {
        if size > 1 && stride != expected {
            return None;
        }
        expected *= size;
    }
    tensor.dtype.bytes_of(*first).map(|_| *first)
}

/// Bytes of the elements of the storage, up to the tensor's last.
fn element_bytes(tensor: &TensorEntry) -> u64 {
    let Block { elements, bytes } = tensor.dtype.block();
    match (&tensor.storage.encoding, &tensor.storage.view) {
        (Encoding::Deflated { length, .. }, _) => *length,
        (_, None) => tensor.elements().div_ceil(elements) * bytes,
        (_, Some(view)) => extent(view, &tensor.shape).div_ceil(elements) * bytes,
    }
}

/// The elements of a tensor in C order, as bytes, from the first on.
struct Elements<'a> {
    file: &'a str,
    source: &'a dyn ReadAt,
    tensor: &'a TensorEntry,
    from: Origin,
}

/// Where the next elements come from.
enum Origin {
    /// They lie in the file, from byte `at` on.
    File { at: u64 },
    /// They are decoded from the first on: `stored` bytes were, and `pending` is what came of them and was not taken.
    Stream { stream: Box<ElementStream>, stored: u64, pending: Vec<u8> },
    /// All are here; so many bytes were taken.
    Memory { bytes: Vec<u8>, taken: usize },
}

impl<'a> Elements<'a> {
    fn new(opened: Opened<'a>, tensor: &'a TensorEntry) -> Result<Self, DiffError> {
        let Input { path: file, source, .. } = *opened.input(tensor);
        let storage = &tensor.storage;
        let from = match storage.is_random_access() {
            true => Origin::File { at: storage.offset },
            false => {
                let stream = Box::new(ElementStream::new(storage, element_bytes(tensor)));
                Origin::Stream { stream, stored: 0, pending: Vec::new() }
            }
        };
        let mut elements = Self { file, source, tensor, from };
        match (first_in_order(tensor), &storage.view) {
            (Some(first), _) => elements.skip(first)?,
            (None, Some(view)) => elements.gather(view)?,
            (None, None) => {}
        }
        Ok(elements)
    }

    /// Passes over elements of the storage that come before the tensor's.
    fn skip(&mut self, elements: u64) -> Result<(), DiffError> {
        // `first_in_order` checked that they are whole blocks.
        let bytes = tensor_bytes(self.tensor, elements);
        if let Origin::File { at } = &mut self.from {
            *at += bytes;
            return Ok(());
        }
        let (mut left, mut passed) = (bytes, Vec::new());
        while left > 0 {
            let piece = left.min(STORED_AT_ONCE);
            self.take(piece as usize, &mut passed)?;
            left -= piece;
        }
        Ok(())
    }

    /// Reads all elements and puts them in order; `obstacle` has seen to it that they fit.
    fn gather(&mut self, view: &View) -> Result<(), DiffError> {
        let mut storage = Vec::new();
        let (mut left, mut piece) = (element_bytes(self.tensor), Vec::new());
        while left > 0 {
            let length = left.min(ELEMENTS_AT_ONCE);
            self.take(length as usize, &mut piece)?;
            storage.extend_from_slice(&piece);
            left -= length;
        }
        let each = self.tensor.dtype.block().bytes as usize;
        let mut bytes = Vec::new();
        for index in indices(view, &self.tensor.shape) {
            let start = index as usize * each;
            bytes.extend_from_slice(&storage[start..start + each]);
        }
        self.from = Origin::Memory { bytes, taken: 0 };
        Ok(())
    }

    /// The bytes of the next elements, which must be there, into `bytes`.
    fn next(&mut self, elements: u64, bytes: &mut Vec<u8>) -> Result<(), DiffError> {
        // No more than are compared at once.
        self.take(tensor_bytes(self.tensor, elements) as usize, bytes)
    }

    /// Exactly the next bytes into `bytes`.
    fn take(&mut self, wanted: usize, bytes: &mut Vec<u8>) -> Result<(), DiffError> {
        let Self { file, source, tensor, .. } = *self;
        let failed = |error| DiffError::Stored { file: file.to_owned(), tensor: tensor.name.clone(), error };
        match &mut self.from {
            Origin::File { at } => {
                bytes.resize(wanted, 0);
                let read = source.read_exact_at(*at, bytes);
                read.map_err(|error| CheckpointError::new(file, Problem::Read(error)))?;
                *at += wanted as u64;
            }
            Origin::Memory { bytes: all, taken } => {
                bytes.clear();
                bytes.extend_from_slice(&all[*taken..*taken + wanted]);
                *taken += wanted;
            }
            Origin::Stream { stream, stored, pending } => {
                while pending.len() < wanted {
                    let piece = STORED_AT_ONCE.min(tensor.storage.bytes - *stored);
                    if piece == 0 {
                        return Err(failed(StreamError::EndsEarly));
                    }
                    let read = read_vec(source, tensor.storage.offset + *stored, piece);
                    let read = read.map_err(|problem| CheckpointError::new(file, problem))?;
                    *stored += piece;
                    stream.push(&read, |decoded| pending.extend_from_slice(decoded)).map_err(failed)?;
                }
                bytes.clear();
                bytes.extend(pending.drain(..wanted));
            }
        }
        Ok(())
    }
}

/// Bytes of so many elements, in whole blocks.
fn tensor_bytes(tensor: &TensorEntry, elements: u64) -> u64 {
    let block = tensor.dtype.block();
    elements.div_ceil(block.elements) * block.bytes
}

fn values(
    mut before: Elements<'_>,
    mut after: Elements<'_>,
    progress: &mut impl FnMut(u64),
) -> Result<ValuesDiff, DiffError> {
    let all = before.tensor.elements();
    let [left, right] = [before.tensor.dtype, after.tensor.dtype];
    let mut found = Found::default();
    let (mut stored, mut decoded) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for start in (0..all).step_by(ELEMENTS_AT_ONCE as usize) {
        let count = ELEMENTS_AT_ONCE.min(all - start);
        before.next(count, &mut stored[0])?;
        after.next(count, &mut stored[1])?;
        match left.is_float() {
            true => {
                decode(left, &stored[0], count, &mut decoded[0]);
                decode(right, &stored[1], count, &mut decoded[1]);
                found.add_numbers(&decoded[0], &decoded[1]);
            }
            false => found.add_bytes(&stored[0], &stored[1], left.block().bytes as usize),
        }
        progress(count);
    }
    Ok(found.finish(all, left.is_float()))
}

/// Values of the first `count` elements of whole blocks.
fn decode(dtype: DType, bytes: &[u8], count: u64, values: &mut Vec<f64>) {
    values.clear();
    values.resize(count.next_multiple_of(dtype.block().elements) as usize, 0.0);
    dtype.decode_f64(bytes, values);
    values.truncate(count as usize);
}

/// Sums over the elements so far.
#[derive(Default)]
struct Found {
    changed: u64,
    nonfinite: u64,
    largest_change: f64,
    squares_of_change: f64,
    squares_before: f64,
}

impl Found {
    fn add_numbers(&mut self, before: &[f64], after: &[f64]) {
        for (&before, &after) in before.iter().zip(after) {
            let same = before == after || (before.is_nan() && after.is_nan());
            self.changed += u64::from(!same);
            if !before.is_finite() || !after.is_finite() {
                self.nonfinite += 1;
                continue;
            }
            let change = after - before;
            self.largest_change = self.largest_change.max(change.abs());
            self.squares_of_change += change * change;
            self.squares_before += before * before;
        }
    }

    fn add_bytes(&mut self, before: &[u8], after: &[u8], each: usize) {
        let pairs = before.chunks_exact(each).zip(after.chunks_exact(each));
        self.changed += pairs.filter(|(before, after)| before != after).count() as u64;
    }

    fn finish(self, elements: u64, numbers: bool) -> ValuesDiff {
        let number = |value: f64| Some(value).filter(|value| numbers && value.is_finite());
        ValuesDiff {
            elements,
            changed: self.changed,
            changed_share: (elements > 0).then(|| self.changed as f64 / elements as f64),
            nonfinite: self.nonfinite,
            largest_change: number(self.largest_change),
            relative_change: number((self.squares_of_change / self.squares_before).sqrt()),
        }
    }
}
