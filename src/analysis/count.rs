//! From the bytes of a piece to the histograms of its neurons, or to the weights that paths lead over.

use std::ops::Range;

use rayon::prelude::*;

use super::elements::{Elements, TypeBins};
use super::matrix::{Order, Piece, Scatter, StoredMatrix};
use super::paths::PathSample;
use super::values::ValueCount;
use crate::WHOLE;
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
    pub(super) sink: Sink<'a>,
    /// Values of the group.
    pub(super) values: &'a mut ValueCount,
    /// Room for bins.
    pub(super) scratch: &'a mut Vec<u16>,
}

/// Where elements go; one entry for each sample.
pub(super) enum Sink<'a> {
    /// The histograms of the group.
    Histograms(&'a mut [GroupHistograms]),
    /// The sampled weights themselves.
    Weights(&'a mut [PathSample]),
}

impl Counter<'_> {
    /// Adds the elements of a piece, in its bytes, to what is kept of every sample.
    pub(super) fn count(&mut self, piece: &Piece, bytes: &[u8]) {
        let elements = Elements::new(bytes, self.stored.lead(piece), self.bins, self.binning);
        if let Order::Rows { .. } = self.stored.order {
            self.values.look(&elements, (piece.0.end - piece.0.start) as usize);
        }
        let part = Part { stored: self.stored, matrix: self.matrix, group: self.group, piece };
        match &mut self.sink {
            Sink::Histograms(histograms) => part.count(histograms, self.samples, &elements, self.scratch),
            Sink::Weights(_) if !WHOLE => {}
            Sink::Weights(weights) => part.keep(weights, self.samples, &elements),
        }
    }
}

/// A piece of a matrix of a group.
struct Part<'a> {
    stored: &'a StoredMatrix,
    matrix: usize,
    group: usize,
    piece: &'a Piece,
}

impl Part<'_> {
    fn count(
        &self,
        histograms: &mut [GroupHistograms],
        samples: &[Option<Vec<SampledGroup>>],
        elements: &Elements<'_>,
        scratch: &mut Vec<u16>,
    ) {
        let matrix = &self.stored.matrix;
        if let (Order::Rows { first }, [None]) = (&self.stored.order, samples) {
            let range = self.piece.0.start - first..self.piece.0.end - first;
            for histograms in histograms {
                count_all(histograms, elements, matrix, range.clone(), scratch);
                if WHOLE && histograms.wants_squares() {
                    histograms.add_squares(elements.squares(0..(range.end - range.start) as usize));
                }
            }
            return;
        }
        // Samples have nothing in common but the bytes.
        histograms.par_iter_mut().zip(samples).for_each(|(histograms, sample)| {
            match (sample, &self.stored.order) {
                (Some(_), _) if !WHOLE => {}
                (Some(groups), _) => {
                    self.visit(&groups[self.group], |run, (input, _)| {
                        count_edges(histograms, elements, run, input)
                    });
                }
                (None, Order::Scattered(scatter)) => {
                    count_scattered(histograms, elements, matrix, scatter, self.piece);
                }
                // The whole network is one sample, which was counted above.
                (None, Order::Rows { .. }) => {}
            }
        });
    }

    fn keep(
        &self,
        weights: &mut [PathSample],
        samples: &[Option<Vec<SampledGroup>>],
        elements: &Elements<'_>,
    ) {
        weights.par_iter_mut().zip(samples).for_each(|(weights, sample)| {
            let Some(groups) = sample else { return };
            self.visit(&groups[self.group], |run, edge| {
                run.for_each(|place| weights.take(self.group, self.matrix, edge, elements.value(place)));
            });
        });
    }

    /// Visits the sampled elements of the piece: where they are in it, and which of the sampled inputs and outputs their
    /// edges join.
    #[inline(always)]
    fn visit(&self, group: &SampledGroup, visit: impl FnMut(Range<usize>, (usize, usize))) {
        let (matrix, sampled) = (&self.stored.matrix, Sampled::new(group, self.matrix));
        match &self.stored.order {
            Order::Rows { first } => {
                visit_sampled(matrix, self.piece.0.start - first..self.piece.0.end - first, sampled, visit);
            }
            Order::Scattered(scatter) => visit_scattered(matrix, scatter, self.piece, sampled, visit),
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
fn runs(matrix: &Matrix, elements: Range<u64>) -> impl Iterator<Item = Run> {
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
#[cfg_attr(small, optimize(speed), inline(never))]
fn count_all(
    histograms: &mut GroupHistograms,
    elements: &Elements<'_>,
    matrix: &Matrix,
    range: Range<u64>,
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
    fn inputs_in(&self, range: Range<u64>) -> (usize, &'a [u64]) {
        let first = self.inputs.partition_point(|&input| input < range.start);
        let end = self.inputs.partition_point(|&input| input < range.end);
        (first, &self.inputs[first..end])
    }

    /// Place among the sampled outputs of the first in a range, and those of the range.
    fn outputs_in(&self, range: Range<u64>) -> (usize, &'a [u64]) {
        let first = self.outputs.partition_point(|&output| output < range.start);
        let end = self.outputs.partition_point(|&output| output < range.end);
        (first, &self.outputs[first..end])
    }
}

/// Visits the sampled ones among consecutive elements. Neurons are never cut.
#[inline(always)]
fn visit_sampled(
    matrix: &Matrix,
    range: Range<u64>,
    sampled: Sampled<'_>,
    mut visit: impl FnMut(Range<usize>, (usize, usize)),
) {
    let Matrix { before, inputs, after, positions, .. } = *matrix;
    let tail = matrix.tail();
    let mut at = 0;
    for run in runs(matrix, range) {
        let neuron = run.row / before * inputs + run.neuron;
        let (first_input, picked) = sampled.inputs_in(neuron..neuron + run.neurons);
        let (first_output, outputs) = sampled.outputs_in(run.row * after..(run.row + run.rows) * after);
        for (to, output) in (first_output..).zip(outputs) {
            let row = (output / after - run.row) * run.neurons * tail;
            for (from, input) in (first_input..).zip(picked) {
                let edges = row + (input - neuron) * tail + output % after * positions;
                let start = at + edges as usize;
                visit(start..start + positions as usize, (from, to));
            }
        }
        at += (run.rows * run.neurons * run.edges) as usize;
    }
}

/// Visits the sampled elements of a window of the storage one by one.
#[inline(always)]
fn visit_scattered(
    matrix: &Matrix,
    scatter: &Scatter,
    piece: &Piece,
    Sampled { inputs, outputs }: Sampled<'_>,
    mut visit: impl FnMut(Range<usize>, (usize, usize)),
) {
    let range = matrix.skip..matrix.skip + matrix.elements();
    scatter.visit(&piece.0, |place, element| {
        if !range.contains(&element) {
            return;
        }
        let (neuron, output) = matrix.edge(element - matrix.skip);
        if let (Ok(to), Ok(from)) = (outputs.binary_search(&output), inputs.binary_search(&neuron)) {
            visit(place..place + 1, (from, to));
        }
    });
}

/// Adds the elements of a window of the storage one by one.
#[cfg_attr(small, optimize(speed), inline(never))]
fn count_scattered(
    histograms: &mut GroupHistograms,
    elements: &Elements<'_>,
    matrix: &Matrix,
    scatter: &Scatter,
    piece: &Piece,
) {
    let range = matrix.skip..matrix.skip + matrix.elements();
    scatter.visit(&piece.0, |place, element| {
        if range.contains(&element) {
            let (neuron, _) = matrix.edge(element - matrix.skip);
            count_edges(histograms, elements, place..place + 1, neuron as usize);
        }
    });
}

/// Adds consecutive elements of one neuron.
#[inline(always)]
fn count_edges(histograms: &mut GroupHistograms, elements: &Elements<'_>, run: Range<usize>, neuron: usize) {
    if histograms.wants_squares() {
        histograms.add_squares(elements.squares(run.clone()));
    }
    histograms.count_edges(elements, run, neuron);
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
