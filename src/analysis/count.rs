//! From the bytes of a piece to the histograms of its neurons.

use rayon::prelude::*;

use super::elements::{Elements, TypeBins};
use super::matrix::{Order, Piece, Scatter, StoredMatrix};
use crate::multifractal::{Binning, BlockShape, GroupHistograms};
use crate::network::{Matrix, SampledGroup};

/// Counts the pieces of one matrix.
pub(super) struct Counter<'a> {
    pub(super) stored: &'a StoredMatrix,
    /// Index into the group's matrices.
    pub(super) matrix: usize,
    pub(super) group: usize,
    pub(super) samples: &'a [Option<Vec<SampledGroup>>],
    pub(super) binning: &'a Binning,
    /// Those of the matrix's type.
    pub(super) bins: &'a TypeBins,
    /// Those of the group, one for each sample.
    pub(super) histograms: &'a mut [GroupHistograms],
    /// Room for bins.
    pub(super) scratch: &'a mut Vec<u16>,
}

impl Counter<'_> {
    /// Adds the elements of a piece, in its bytes, to the histograms of every sample.
    pub(super) fn count(&mut self, piece: &Piece, bytes: &[u8]) {
        let elements = Elements::new(bytes, self.stored.lead(piece), self.bins, self.binning);
        let (stored, matrix) = (self.stored, &self.stored.matrix);
        let (of_matrix, group, samples, scratch) =
            (self.matrix, self.group, self.samples, &mut *self.scratch);
        let consecutive = |first: &u64| piece.0.start - first..piece.0.end - first;
        if let (Order::Rows { first }, [None]) = (&stored.order, samples) {
            for histograms in &mut *self.histograms {
                count_all(histograms, &elements, matrix, consecutive(first), scratch);
            }
            return;
        }
        // Samples have nothing in common but the bytes.
        self.histograms.par_iter_mut().zip(samples).for_each(|(histograms, sample)| {
            let sampled = sample.as_ref().map(|groups| Sampled::new(&groups[group], of_matrix));
            match (&stored.order, sampled) {
                (Order::Rows { first }, Some(sampled)) => {
                    count_sampled(histograms, &elements, matrix, consecutive(first), sampled);
                }
                // The whole network is one sample, which was counted above.
                (Order::Rows { .. }, None) => {}
                (Order::Scattered(scatter), sampled) => {
                    count_scattered(histograms, &elements, matrix, scatter, piece, sampled);
                }
            }
        });
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
    elements: &Elements<'_>,
    matrix: &Matrix,
    range: std::ops::Range<u64>,
    scratch: &mut Vec<u16>,
) {
    let mut at = 0;
    for run in runs(matrix, range) {
        let [rows, neurons, tail] = [run.rows, run.neurons, run.edges].map(|size| size as usize);
        let shape = BlockShape { rows, neurons, tail };
        let first = run.row / matrix.before * matrix.inputs + run.neuron;
        histograms.count(elements, at, shape, first as usize, scratch);
        at += shape.len();
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
    elements: &Elements<'_>,
    matrix: &Matrix,
    range: std::ops::Range<u64>,
    sampled: Sampled<'_>,
) {
    let Matrix { before, inputs, after, positions, .. } = *matrix;
    let tail = matrix.tail();
    let mut at = 0;
    for run in runs(matrix, range) {
        let neuron = run.row / before * inputs + run.neuron;
        let (first, picked) = sampled.inputs_in(neuron..neuron + run.neurons);
        for output in sampled.outputs_in(run.row * after..(run.row + run.rows) * after) {
            let row = (output / after - run.row) * run.neurons * tail;
            for (place, input) in (first..).zip(picked) {
                let edges = row + (input - neuron) * tail + output % after * positions;
                let start = at + edges as usize;
                histograms.count_edges(elements, start..start + positions as usize, place);
            }
        }
        at += (run.rows * run.neurons * run.edges) as usize;
    }
}

/// Adds the elements of a window of the storage one by one.
fn count_scattered(
    histograms: &mut GroupHistograms,
    elements: &Elements<'_>,
    matrix: &Matrix,
    scatter: &Scatter,
    piece: &Piece,
    sampled: Option<Sampled<'_>>,
) {
    let range = matrix.skip..matrix.skip + matrix.elements();
    scatter.visit(&piece.0, |place, element| {
        if !range.contains(&element) {
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
            histograms.count_edges(elements, place..place + 1, neuron);
        }
    });
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
