//! A weight matrix where it lies in a file: which pieces of it are read, and which edges their elements are.

use std::ops::Range;

use crate::WHOLE;
use crate::checkpoint::{DType, Encoding, Storage, TensorEntry, View};
use crate::network::{Matrix, SampledGroup};

/// Elements of one read. Counters of wide layers do not fit a cache: they pass through it once for each read, so that
/// larger ones are faster, as long as a few in flight fit a phone.
const ELEMENTS_PER_READ: u64 = 1 << 22;
/// Bytes of one read.
const BYTES_PER_READ: u64 = 16 << 20;
/// Stored bytes of one read, where elements must be decoded from their start on.
const STORED_BYTES_PER_READ: u64 = 1 << 20;
/// Sampled rows are read together with what lies between them, where that is at most so many bytes.
pub(super) const LARGEST_GAP_BYTES: u64 = 16 << 10;

/// A matrix and where its elements lie.
#[derive(Debug, Clone)]
pub(super) struct StoredMatrix {
    /// Name of the tensor.
    pub(super) name: String,
    /// Index into the checkpoint's files.
    pub(super) file: usize,
    pub(super) storage: Storage,
    pub(super) dtype: DType,
    /// The matrix, in the order in which it is stored: a transposed view has its axes exchanged.
    pub(super) matrix: Matrix,
    pub(super) order: Order,
    /// Elements of the storage up to the tensor's last.
    extent: u64,
}

/// Where in the storage the elements of a matrix are.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Order {
    /// One after the other, from this one on.
    Rows { first: u64 },
    /// At multiples of the strides of the tensor's axes.
    Scattered(Scatter),
}

/// Elements of the storage that are read together: a range of their indices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece(pub(super) Range<u64>);

impl StoredMatrix {
    pub(super) fn new(matrix: Matrix, tensors: &[TensorEntry]) -> Self {
        let tensor = &tensors[matrix.tensor];
        let (order, matrix) = match &tensor.storage.view {
            None => (Order::Rows { first: matrix.skip }, matrix),
            Some(view) => match transposed(matrix, tensor, view) {
                Some((first, matrix)) => (Order::Rows { first }, matrix),
                None => (Order::Scattered(Scatter::new(view, &tensor.shape)), matrix),
            },
        };
        let extent = match &tensor.storage.view {
            None => tensor.elements(),
            Some(view) => Scatter::new(view, &tensor.shape).end(),
        };
        Self {
            name: tensor.name.clone(),
            file: tensor.file,
            storage: tensor.storage.clone(),
            dtype: tensor.dtype,
            matrix,
            order,
            extent,
        }
    }

    /// The pieces that hold the sampled elements, or all of them, ascending. Reading one gives
    /// [`bytes_of`](Self::bytes_of) it.
    pub(super) fn pieces(
        &self,
        samples: &[Option<Vec<SampledGroup>>],
        group: usize,
        index: usize,
    ) -> Vec<Piece> {
        let sampled: Option<Vec<&SampledGroup>> =
            samples.iter().map(|sample| sample.as_ref().map(|groups| &groups[group])).collect();
        let (spans, unit) = match &self.order {
            Order::Rows { first } => {
                let spans = match &sampled {
                    None => std::iter::once(0..self.matrix.elements()).collect(),
                    Some(_) if !WHOLE => Vec::new(),
                    Some(groups) => self.sampled_spans(groups, index),
                };
                let shifted = |span: Range<u64>| span.start + first..span.end + first;
                (spans.into_iter().map(shifted).collect(), self.unit(sampled.is_some()))
            }
            Order::Scattered(scatter) => {
                let elements = self.matrix.skip..self.matrix.skip + self.matrix.elements();
                (vec![scatter.span_of(&elements)], 1)
            }
        };
        let step = unit.max(self.elements_per_read() / unit * unit);
        let cut = |span: Range<u64>| {
            let starts = span.clone().step_by(usize::try_from(step).unwrap_or(usize::MAX));
            starts.map(move |start| Piece(start..(start + step).min(span.end)))
        };
        spans.into_iter().flat_map(cut).collect()
    }

    /// The matrix once its elements were decoded: one after the other, as `dtype`, binary32 or binary64, or, where they
    /// were stored so, as binary64. It has the same pieces as before, so that sums run in the same order.
    pub(super) fn in_memory(&self, dtype: DType) -> Self {
        let dtype = if self.dtype == DType::F64 { DType::F64 } else { dtype };
        let storage = Storage::plain(0, self.matrix.elements() * dtype.block().bytes);
        Self { dtype, storage, order: Order::Rows { first: 0 }, ..self.clone() }
    }

    /// The matrix once its elements were scaled, where they lie: as binary32 or, where they were stored so, binary64.
    pub(super) fn scaled(&self) -> Self {
        let dtype = if self.dtype == DType::F64 { DType::F64 } else { DType::F32 };
        Self { dtype, ..self.clone() }
    }

    fn elements_per_read(&self) -> u64 {
        let block = self.dtype.block();
        ELEMENTS_PER_READ.min(BYTES_PER_READ / block.bytes * block.elements)
    }

    /// Elements that are not cut: whole rows where they fit a read, else all edges of a neuron in a row.
    fn unit(&self, sampled: bool) -> u64 {
        let tail = self.matrix.tail();
        let row = self.matrix.inputs * tail;
        match row <= self.elements_per_read() {
            true => row,
            // Sampled edges are picked out of a neuron's, all of which must be there.
            false if sampled || tail <= self.elements_per_read() => tail,
            false => 1,
        }
    }

    /// Elements of the rows with sampled outputs or, where there is but one row, of the sampled neurons; together with
    /// small gaps between them.
    fn sampled_spans(&self, groups: &[&SampledGroup], index: usize) -> Vec<Range<u64>> {
        let Matrix { splits, before, inputs, after, .. } = self.matrix;
        let row = inputs * self.matrix.tail();
        let one_row = splits * before == 1;
        let (length, mut keys): (u64, Vec<u64>) = match one_row {
            true => {
                (self.matrix.tail(), groups.iter().flat_map(|group| group.inputs.iter().copied()).collect())
            }
            false => (
                row,
                groups
                    .iter()
                    .flat_map(|group| group.outputs[index].iter().map(|output| output / after))
                    .collect(),
            ),
        };
        keys.sort_unstable();
        let block = self.dtype.block();
        let gap = LARGEST_GAP_BYTES / (length * block.bytes / block.elements).max(1);
        let mut spans: Vec<Range<u64>> = Vec::new();
        for key in keys {
            match spans.last_mut() {
                Some(span) if key <= span.end + gap => span.end = span.end.max(key + 1),
                _ => spans.push(key..key + 1),
            }
        }
        spans.into_iter().map(|span| span.start * length..span.end * length).collect()
    }

    /// Offset in the file and length of the bytes of a piece: whole blocks.
    pub(super) fn bytes_of(&self, piece: &Piece) -> (u64, u64) {
        let block = self.dtype.block();
        let start = piece.0.start / block.elements * block.bytes;
        let end = piece.0.end.div_ceil(block.elements) * block.bytes;
        (self.storage.offset + start, end - start)
    }

    /// Elements that are decoded before the first of a piece, since blocks are decoded whole.
    pub(super) fn lead(&self, piece: &Piece) -> usize {
        (piece.0.start % self.dtype.block().elements) as usize
    }

    /// Bytes of all elements up to the tensor's last, decoded.
    pub(super) fn element_bytes(&self) -> u64 {
        match self.storage.encoding {
            Encoding::Deflated { length, .. } => length,
            _ => self.extent.div_ceil(self.dtype.block().elements) * self.dtype.block().bytes,
        }
    }

    /// Offsets and lengths of all stored bytes, in order.
    pub(super) fn stored_ranges(&self) -> impl Iterator<Item = (u64, u64)> + use<> {
        let Storage { offset, bytes, .. } = self.storage;
        (0..bytes.div_ceil(STORED_BYTES_PER_READ)).map(move |index| {
            let start = index * STORED_BYTES_PER_READ;
            (offset + start, STORED_BYTES_PER_READ.min(bytes - start))
        })
    }
}

/// The matrix in the order of its storage, and where it begins there, if it is a transposed tensor with two axes or one
/// of a stack of such: reading it so is as fast as reading any other.
fn transposed(matrix: Matrix, tensor: &TensorEntry, view: &View) -> Option<(u64, Matrix)> {
    let (stack, &[rows, columns]) = tensor.shape.split_last_chunk()?;
    let (stack_strides, strides) = view.strides.split_last_chunk()?;
    let each = rows * columns;
    if *strides != [1, rows] || !matrix.skip.is_multiple_of(each) {
        return None;
    }
    let first = match (stack, stack_strides) {
        ([], []) => view.first,
        ([_], [stride]) => view.first + matrix.skip / each * stride,
        _ => return None,
    };
    let Matrix { tensor, skip, .. } = matrix;
    if matrix == (Matrix { skip, ..Matrix::outputs_first(tensor, rows, columns) }) {
        Some((first, Matrix::inputs_first(tensor, columns, rows)))
    } else if matrix == (Matrix { skip, ..Matrix::inputs_first(tensor, rows, columns) }) {
        Some((first, Matrix::outputs_first(tensor, columns, rows)))
    } else {
        None
    }
}

/// Elements at multiples of strides.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scatter {
    first: u64,
    /// By descending stride, so that the order of the storage is followed.
    axes: Vec<Axis>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Axis {
    size: u64,
    /// Distance of neighbours in the storage.
    stride: u64,
    /// Distance of neighbours in C order of the tensor.
    step: u64,
}

impl Axis {
    fn span(&self) -> u64 {
        (self.size - 1) * self.stride
    }
}

impl Scatter {
    /// All sizes must be at least 1.
    fn new(view: &View, shape: &[u64]) -> Self {
        let mut step = 1;
        let mut axes: Vec<Axis> = Vec::with_capacity(shape.len());
        for (&size, &stride) in shape.iter().zip(&view.strides).rev() {
            if size > 1 {
                axes.push(Axis { size, stride, step });
            }
            step *= size;
        }
        axes.sort_by_key(|axis| std::cmp::Reverse(axis.stride));
        Self { first: view.first, axes }
    }

    /// One more than the last index in the storage.
    fn end(&self) -> u64 {
        self.first + self.axes.iter().map(Axis::span).sum::<u64>() + 1
    }

    /// A range of the storage that holds these elements of the tensor, at least one: no more than their share where they
    /// are a slice of a stack whose parts lie one after the other.
    fn span_of(&self, elements: &Range<u64>) -> Range<u64> {
        let mut logical = self.axes.clone();
        logical.sort_by_key(|axis| std::cmp::Reverse(axis.step));
        let (mut from, mut to) = (self.first, self.first);
        let (mut low, mut high) = (elements.start, elements.end - 1);
        // Whether the first and the last element share their indices along all axes so far; along those behind the
        // first in which they differ, elements may have any index.
        let mut shared = true;
        for axis in logical {
            if !shared {
                to += axis.span();
                continue;
            }
            from += low / axis.step * axis.stride;
            to += high / axis.step * axis.stride;
            shared = low / axis.step == high / axis.step;
            (low, high) = (low % axis.step, high % axis.step);
        }
        from..to + 1
    }

    /// Calls `visit` with the place within `window` and the index in C order of every element that lies in it.
    pub(super) fn visit(&self, window: &Range<u64>, mut visit: impl FnMut(usize, u64)) {
        self.visit_axes(&self.axes, self.first, 0, window, &mut visit);
    }

    /// As deep as a tensor has axes.
    fn visit_axes(
        &self,
        axes: &[Axis],
        place: u64,
        element: u64,
        window: &Range<u64>,
        visit: &mut impl FnMut(usize, u64),
    ) {
        let Some((axis, inner)) = axes.split_first() else {
            if window.contains(&place) {
                visit((place - window.start) as usize, element);
            }
            return;
        };
        let reach: u64 = inner.iter().map(Axis::span).sum();
        let stride = axis.stride.max(1);
        // Along this axis only those that reach into the window.
        let from = window.start.saturating_sub(place + reach).div_ceil(stride);
        let to = window.end.saturating_sub(place).div_ceil(stride).min(axis.size);
        for index in from..to {
            self.visit_axes(inner, place + index * axis.stride, element + index * axis.step, window, visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_visit_every_element_once() {
        // A slice of a permuted tensor: sizes 3, 4, 5 with gaps.
        let view = View { first: 7, strides: vec![2, 100, 20] };
        let shape = [3, 4, 5];
        let scatter = Scatter::new(&view, &shape);
        assert_eq!(scatter.end(), 7 + 4 + 300 + 80 + 1);
        for size in [1, 10, 33, 1000] {
            let mut places = vec![None; 60];
            for start in (0..scatter.end()).step_by(size) {
                let window = start..(start + size as u64).min(scatter.end());
                scatter.visit(&window, |place, element| {
                    let seen = places[element as usize].replace(start + place as u64);
                    assert_eq!(seen, None, "once");
                });
            }
            for (element, place) in places.into_iter().enumerate() {
                let (a, b, c) = (element / 20, element / 5 % 4, element % 5);
                assert_eq!(place, Some((7 + 2 * a + 100 * b + 20 * c) as u64));
            }
        }
    }
}
