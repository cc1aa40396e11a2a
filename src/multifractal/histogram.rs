//! One histogram of distances per neuron of a group.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use super::Binning;

/// Neurons that one task counts: their counters stay in the second-level cache.
const NEURONS_PER_TILE: usize = 64;

/// The histograms of all neurons of a group, and the sums of |w| that the baselines need.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupHistograms {
    /// `[neurons, bins]`.
    counts: Array2<u32>,
    /// Sum of |w| of each neuron over its finite weights, added in order of the outputs.
    absolute_sums: Vec<f64>,
}

/// Weights decoded from the file, `rows x columns`, beside their bins.
#[derive(Debug, Clone, Copy)]
pub struct SubMatrix<'a> {
    /// |w| or w; the sign does not matter.
    pub weights: &'a [f64],
    /// The bin of each weight.
    pub bins: &'a [u16],
    /// Length of a row.
    pub columns: usize,
}

impl GroupHistograms {
    /// Empty histograms.
    pub fn new(neurons: usize, binning: &Binning) -> Self {
        Self { counts: Array2::zeros((neurons, binning.len())), absolute_sums: vec![0.0; neurons] }
    }

    /// Bytes that histograms of so many neurons take.
    pub fn bytes(neurons: usize, binning: &Binning) -> usize {
        neurons * (binning.len() * size_of::<u32>() + size_of::<f64>())
    }

    /// Counts, `[neurons, bins]`.
    pub fn counts(&self) -> ArrayView2<'_, u32> {
        self.counts.view()
    }

    /// Number of neurons.
    pub fn neurons(&self) -> usize {
        self.counts.nrows()
    }

    /// Sum of |w| over the whole group, finite weights only, in order of the neurons.
    pub fn absolute_sum(&self) -> f64 {
        self.absolute_sums.iter().sum()
    }

    /// Counts weights whose columns are the neurons: `[outputs, inputs]` as PyTorch stores a linear layer. Column 0
    /// of the matrix belongs to neuron `first`.
    pub fn count_columns(&mut self, matrix: SubMatrix<'_>, first: usize) {
        let SubMatrix { weights, bins, columns } = matrix;
        let width = self.counts.ncols();
        let neurons = first..first + columns;
        let counts = &mut self.counts.as_slice_mut().expect("counts are contiguous")
            [neurons.start * width..neurons.end * width];
        counts
            .par_chunks_mut(NEURONS_PER_TILE * width)
            .zip(self.absolute_sums[neurons].par_chunks_mut(NEURONS_PER_TILE))
            .enumerate()
            .for_each(|(tile, (counts, sums))| {
                let from = tile * NEURONS_PER_TILE;
                for start in (from..bins.len()).step_by(columns) {
                    let row = start..start + sums.len();
                    let entries = weights[row.clone()].iter().zip(&bins[row]);
                    for (((weight, &bin), counter), sum) in
                        entries.zip(counts.chunks_exact_mut(width)).zip(sums.iter_mut())
                    {
                        counter[usize::from(bin)] += 1;
                        *sum += finite_magnitude(*weight);
                    }
                }
            });
    }

    /// Counts weights whose rows are the neurons: `[inputs, outputs]` as GPT-2's Conv1D stores a layer. Row 0 of the
    /// matrix belongs to neuron `first`.
    pub fn count_rows(&mut self, matrix: SubMatrix<'_>, first: usize) {
        let SubMatrix { weights, bins, columns } = matrix;
        let width = self.counts.ncols();
        let neurons = first..first + bins.len() / columns;
        let counts = &mut self.counts.as_slice_mut().expect("counts are contiguous")
            [neurons.start * width..neurons.end * width];
        counts
            .par_chunks_mut(width)
            .zip(self.absolute_sums[neurons].par_iter_mut())
            .zip(bins.par_chunks(columns).zip(weights.par_chunks(columns)))
            .for_each(|((counter, sum), (bins, weights))| {
                for (&bin, &weight) in bins.iter().zip(weights) {
                    counter[usize::from(bin)] += 1;
                    *sum += finite_magnitude(weight);
                }
            });
    }
}

fn finite_magnitude(weight: f64) -> f64 {
    if weight.is_finite() { weight.abs() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(count: usize) -> Vec<f64> {
        (0..count)
            .map(|index| f64::from((index as u32).wrapping_mul(2_654_435_761) >> 8) * 1e-9 - 0.005)
            .collect()
    }

    /// The plain form: one weight after the other.
    fn naive(
        binning: &Binning,
        neurons: usize,
        entries: impl Iterator<Item = (usize, f64)>,
    ) -> GroupHistograms {
        let mut histograms = GroupHistograms::new(neurons, binning);
        for (neuron, weight) in entries {
            histograms.counts[[neuron, usize::from(binning.bin_f64(weight))]] += 1;
            histograms.absolute_sums[neuron] += finite_magnitude(weight);
        }
        histograms
    }

    #[test]
    fn both_orientations_equal_the_plain_form() {
        let binning = Binning::new(&[150.0, 200.0]).unwrap();
        let (rows, columns) = (37, 150);
        let mut weights = weights(rows * columns);
        weights[5] = f64::NAN;
        weights[7] = 0.0;
        let bins: Vec<u16> = weights.iter().map(|&weight| binning.bin_f64(weight)).collect();
        let matrix = SubMatrix { weights: &weights, bins: &bins, columns };
        let numbered = || weights.iter().copied().enumerate();

        let mut by_columns = GroupHistograms::new(columns + 2, &binning);
        by_columns.count_columns(matrix, 2);
        let expected = naive(&binning, columns + 2, numbered().map(|(index, w)| (2 + index % columns, w)));
        assert_eq!(by_columns, expected);

        let mut by_rows = GroupHistograms::new(rows + 1, &binning);
        by_rows.count_rows(matrix, 1);
        assert_eq!(by_rows, naive(&binning, rows + 1, numbered().map(|(index, w)| (1 + index / columns, w))));
    }
}
