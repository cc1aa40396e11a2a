//! From the bytes of a piece to the histograms of its neurons.

use rayon::prelude::*;

use super::matrix::{Order, Piece, Scatter, StoredMatrix};
use crate::checkpoint::DType;
use crate::multifractal::{Binning, GroupHistograms, WeightBlock};
use crate::network::{Matrix, SampledGroup};

/// Elements that one task decodes; a multiple of every block.
const ELEMENTS_PER_TASK: usize = 1 << 14;

/// Counts the pieces of one matrix.
pub(super) struct Counter<'a> {
    pub(super) stored: &'a StoredMatrix,
    /// Index into the group's matrices.
    pub(super) matrix: usize,
    pub(super) group: usize,
    pub(super) samples: &'a [Option<Vec<SampledGroup>>],
    pub(super) binning: &'a Binning,
    /// Those of the group, one for each sample.
    pub(super) histograms: &'a mut [GroupHistograms],
}

impl Counter<'_> {
    /// Adds the elements of a piece, decoded from its bytes, to the histograms of every sample.
    pub(super) fn count(&mut self, piece: &Piece, bytes: &[u8]) {
        let decoded = Decoded::new(bytes, self.stored.dtype, self.binning);
        let lead = self.stored.lead(piece);
        let decoded = decoded.from(lead);
        for (histograms, sample) in self.histograms.iter_mut().zip(self.samples) {
            let sampled = sample.as_ref().map(|groups| Sampled::new(&groups[self.group], self.matrix));
            match (&self.stored.order, sampled) {
                (Order::Rows { first }, None) => {
                    let elements = piece.0.start - first..piece.0.end - first;
                    count_all(histograms, decoded, &self.stored.matrix, elements);
                }
                (Order::Rows { first }, Some(sampled)) => {
                    let elements = piece.0.start - first..piece.0.end - first;
                    count_sampled(histograms, decoded, &self.stored.matrix, elements, sampled);
                }
                (Order::Scattered(scatter), sampled) => {
                    count_scattered(histograms, decoded, &self.stored.matrix, scatter, piece, sampled);
                }
            }
        }
    }
}

/// Consecutive elements of a matrix that form a block `[rows, neurons, edges]`: whole rows, or a part of one.
#[derive(Debug, Clone, PartialEq)]
struct Run {
    /// First row, of all splits.
    row: u64,
    rows: u64,
    /// First neuron, within its split.
    neuron: u64,
    neurons: u64,
    /// Edges of each neuron in a row; fewer than all only where there is one neuron.
    edges: u64,
}

/// Cuts a range of a matrix's elements into runs, in order.
fn runs(matrix: &Matrix, elements: std::ops::Range<u64>) -> impl Iterator<Item = Run> {
    let tail = matrix.tail();
    let (row_length, before, inputs) = (matrix.inputs * tail, matrix.before, matrix.inputs);
    let mut at = elements.start;
    std::iter::from_fn(move || {
        let left = elements.end.checked_sub(at).filter(|&left| left > 0)?;
        let (row, column) = (at / row_length, at % row_length);
        let (neuron, edge) = (column / tail, column % tail);
        let run = if column == 0 && left >= row_length {
            // Up to the end of the split: the next one has other neurons.
            let rows = (left / row_length).min(before - row % before);
            Run { row, rows, neuron: 0, neurons: inputs, edges: tail }
        } else if edge == 0 && left >= tail {
            Run { row, rows: 1, neuron, neurons: (left / tail).min(inputs - neuron), edges: tail }
        } else {
            Run { row, rows: 1, neuron, neurons: 1, edges: left.min(tail - edge) }
        };
        at += run.rows * run.neurons * run.edges;
        Some(run)
    })
}

/// Adds consecutive elements to the histograms of their neurons.
fn count_all(
    histograms: &mut GroupHistograms,
    decoded: Weights<'_>,
    matrix: &Matrix,
    elements: std::ops::Range<u64>,
) {
    let mut at = 0;
    for run in runs(matrix, elements) {
        let (neurons, tail) = (run.neurons as usize, run.edges as usize);
        let length = run.rows as usize * neurons * tail;
        let Weights { weights, bins } = decoded.part(at..at + length);
        let first = run.row / matrix.before * matrix.inputs + run.neuron;
        histograms.count(WeightBlock { weights, bins, neurons, tail }, first as usize);
        at += length;
    }
}

/// The sampled neurons and outputs of one matrix, ascending.
#[derive(Debug, Clone, Copy)]
struct Sampled<'a> {
    inputs: &'a [u64],
    outputs: &'a [u64],
}

impl<'a> Sampled<'a> {
    fn new(group: &'a SampledGroup, matrix: usize) -> Self {
        Self { inputs: &group.inputs, outputs: &group.outputs[matrix] }
    }

    /// Place among the sampled neurons of the first in a range, and those of the range.
    fn inputs_in(&self, range: std::ops::Range<u64>) -> (usize, &'a [u64]) {
        let first = self.inputs.partition_point(|&input| input < range.start);
        let end = self.inputs.partition_point(|&input| input < range.end);
        (first, &self.inputs[first..end])
    }

    fn outputs_in(&self, range: std::ops::Range<u64>) -> &'a [u64] {
        let first = self.outputs.partition_point(|&output| output < range.start);
        let end = self.outputs.partition_point(|&output| output < range.end);
        &self.outputs[first..end]
    }
}

/// Adds the sampled ones among consecutive elements. Neurons are never cut.
fn count_sampled(
    histograms: &mut GroupHistograms,
    decoded: Weights<'_>,
    matrix: &Matrix,
    elements: std::ops::Range<u64>,
    sampled: Sampled<'_>,
) {
    let Matrix { before, inputs, after, positions, .. } = *matrix;
    let tail = matrix.tail();
    let mut at = 0;
    for run in runs(matrix, elements) {
        let neuron = run.row / before * inputs + run.neuron;
        let (first, picked) = sampled.inputs_in(neuron..neuron + run.neurons);
        let outputs = sampled.outputs_in(run.row * after..(run.row + run.rows) * after);
        let (mut weights, mut bins) = (Vec::new(), Vec::new());
        // Rows with the same number of sampled outputs form one block; with `after` = 1 all rows do.
        let mut each = 0;
        for of_row in outputs.chunk_by(|left, right| left / after == right / after) {
            if of_row.len() != each {
                flush(histograms, &mut weights, &mut bins, picked.len(), each * positions as usize, first);
                each = of_row.len();
            }
            let row = (of_row[0] / after - run.row) * run.neurons * tail;
            for input in picked {
                let edges = row + (input - neuron) * tail;
                for output in of_row {
                    let start = at + (edges + output % after * positions) as usize;
                    let Weights { weights: some, bins: theirs } =
                        decoded.part(start..start + positions as usize);
                    weights.extend_from_slice(some);
                    bins.extend_from_slice(theirs);
                }
            }
        }
        flush(histograms, &mut weights, &mut bins, picked.len(), each * positions as usize, first);
        at += (run.rows * run.neurons * run.edges) as usize;
    }
}

fn flush(
    histograms: &mut GroupHistograms,
    weights: &mut Vec<f64>,
    bins: &mut Vec<u16>,
    neurons: usize,
    tail: usize,
    first: usize,
) {
    if !bins.is_empty() {
        histograms.count(WeightBlock { weights, bins, neurons, tail }, first);
    }
    weights.clear();
    bins.clear();
}

/// Adds the elements of a window of the storage one by one.
fn count_scattered(
    histograms: &mut GroupHistograms,
    decoded: Weights<'_>,
    matrix: &Matrix,
    scatter: &Scatter,
    piece: &Piece,
    sampled: Option<Sampled<'_>>,
) {
    let elements = matrix.skip..matrix.skip + matrix.elements();
    scatter.visit(&piece.0, |place, element| {
        if !elements.contains(&element) {
            return;
        }
        let (neuron, output) = matrix.edge(element - matrix.skip);
        let neuron = match sampled {
            None => Some(neuron as usize),
            Some(Sampled { inputs, outputs }) => {
                outputs.binary_search(&output).and_then(|_| inputs.binary_search(&neuron)).ok()
            }
        };
        if let Some(neuron) = neuron {
            histograms.count_one(neuron, decoded.weights[place], decoded.bins[place]);
        }
    });
}

/// Decoded weights beside their bins.
struct Decoded {
    weights: Vec<f64>,
    bins: Vec<u16>,
}

/// A part of them.
#[derive(Debug, Clone, Copy)]
struct Weights<'a> {
    weights: &'a [f64],
    bins: &'a [u16],
}

impl<'a> Weights<'a> {
    fn part(self, range: std::ops::Range<usize>) -> Self {
        Self { weights: &self.weights[range.clone()], bins: &self.bins[range] }
    }
}

impl Decoded {
    /// Decodes whole blocks.
    fn new(bytes: &[u8], dtype: DType, binning: &Binning) -> Self {
        let block = dtype.block();
        let blocks = bytes.len() / block.bytes as usize;
        let mut weights = vec![0.0; blocks * block.elements as usize];
        let mut bins = vec![0; weights.len()];
        bytes
            .par_chunks(ELEMENTS_PER_TASK / block.elements as usize * block.bytes as usize)
            .zip(weights.par_chunks_mut(ELEMENTS_PER_TASK))
            .zip(bins.par_chunks_mut(ELEMENTS_PER_TASK))
            .for_each(|((bytes, weights), bins)| {
                dtype.decode_f64(bytes, weights);
                if dtype.fits_f32() {
                    bins.iter_mut()
                        .zip(weights)
                        .for_each(|(bin, weight)| *bin = binning.bin_f32(*weight as f32));
                } else {
                    bins.iter_mut().zip(weights).for_each(|(bin, weight)| *bin = binning.bin_f64(*weight));
                }
            });
        Self { weights, bins }
    }

    fn from(&self, lead: usize) -> Weights<'_> {
        Weights { weights: &self.weights[lead..], bins: &self.bins[lead..] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_follow_one_another_without_a_gap() {
        let matrix = Matrix { tensor: 0, skip: 0, splits: 2, before: 3, inputs: 4, after: 1, positions: 5 };
        for step in [1, 3, 5, 7, 20, 33, 60, 120] {
            let mut edges = Vec::new();
            for start in (0..matrix.elements()).step_by(step) {
                let end = (start + step as u64).min(matrix.elements());
                let mut at = start;
                for run in runs(&matrix, start..end) {
                    let length = run.rows * run.neurons * run.edges;
                    assert!(run.rows == 1 || run.neurons == 4 && run.edges == 5);
                    assert_eq!(matrix.edge(at).0, run.row / 3 * 4 + run.neuron, "the first neuron");
                    (at..at + length).for_each(|element| edges.push(matrix.edge(element)));
                    at += length;
                }
                assert_eq!(at, end);
            }
            let all: Vec<_> = (0..matrix.elements()).map(|element| matrix.edge(element)).collect();
            assert_eq!(edges, all);
        }
    }
}
