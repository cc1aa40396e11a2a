//! One histogram of distances per neuron of a group.

use ndarray::{Array2, ArrayView1, ArrayView2};
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

/// A block of decoded weights `[rows, neurons, tail]`, beside their bins: every neuron has `tail` edges in each row.
#[derive(Debug, Clone, Copy)]
pub struct WeightBlock<'a> {
    /// |w| or w; the sign does not matter.
    pub weights: &'a [f64],
    /// The bin of each weight.
    pub bins: &'a [u16],
    /// Neurons of each row, at least 1.
    pub neurons: usize,
    /// Edges of each neuron in each row, at least 1.
    pub tail: usize,
}

impl GroupHistograms {
    /// Empty histograms.
    pub fn new(neurons: usize, binning: &Binning) -> Self {
        Self { counts: Array2::zeros((neurons, binning.len())), absolute_sums: vec![0.0; neurons] }
    }

    /// Bytes that histograms of so many neurons take: more than a 32-bit address space has, in models of experts.
    pub fn bytes(neurons: u64, binning: &Binning) -> u64 {
        neurons * (binning.len() * size_of::<u32>() + size_of::<f64>()) as u64
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

    /// Counts a block of weights; its neuron 0 is neuron `first` of the group. A matrix `[outputs, inputs]`, as PyTorch
    /// stores a linear layer, has a tail of 1; one `[inputs, outputs]` is a single row.
    pub fn count(&mut self, block: WeightBlock<'_>, first: usize) {
        let WeightBlock { weights, bins, neurons, tail } = block;
        let width = self.counts.ncols();
        let range = first..first + neurons;
        let counts = &mut self.counts.as_slice_mut().expect("counts are contiguous")
            [range.start * width..range.end * width];
        counts
            .par_chunks_mut(NEURONS_PER_TILE * width)
            .zip(self.absolute_sums[range].par_chunks_mut(NEURONS_PER_TILE))
            .enumerate()
            .for_each(|(tile, (counts, sums))| {
                let from = tile * NEURONS_PER_TILE * tail;
                for start in (from..bins.len()).step_by(neurons * tail) {
                    let row = start..start + sums.len() * tail;
                    count_row(counts, sums, &weights[row.clone()], &bins[row], width, tail);
                }
            });
    }

    /// Counts one weight of one neuron: for elements that are stored in no useful order.
    pub fn count_one(&mut self, neuron: usize, weight: f64, bin: u16) {
        self.counts[[neuron, usize::from(bin)]] += 1;
        self.absolute_sums[neuron] += finite_magnitude(weight);
    }

    /// The most entries that one neuron has, zeros and non-finite ones included.
    pub fn most_entries(&self) -> u64 {
        let entries = self.counts.outer_iter().map(|row| row.iter().copied().map(u64::from).sum());
        entries.max().unwrap_or(0)
    }

    /// What the shuffle null needs to know of the group.
    pub fn totals(&self) -> GroupTotals {
        let mut counts = vec![0; self.counts.ncols()];
        let sum = |row: ArrayView1<'_, u32>| {
            counts.iter_mut().zip(row).for_each(|(total, &count)| *total += u64::from(count));
            row.iter().copied().map(u64::from).sum()
        };
        let entries: Vec<u64> = self.counts.outer_iter().map(sum).collect();
        GroupTotals { counts, entries: Entries::new(entries) }
    }
}

/// Counts one row of a tile.
fn count_row(counts: &mut [u32], sums: &mut [f64], weights: &[f64], bins: &[u16], width: usize, tail: usize) {
    let neurons = counts.chunks_exact_mut(width).zip(sums);
    let edges = weights.chunks_exact(tail).zip(bins.chunks_exact(tail));
    for ((counter, sum), (weights, bins)) in neurons.zip(edges) {
        for (&weight, &bin) in weights.iter().zip(bins) {
            counter[usize::from(bin)] += 1;
            *sum += finite_magnitude(weight);
        }
    }
}

/// The entries of a group without its neurons: what is left of histograms when every weight may go to any neuron.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupTotals {
    /// Entries of all neurons in each bin.
    pub counts: Vec<u64>,
    /// Entries of each neuron, zeros and non-finite ones included.
    pub entries: Entries,
}

/// Entries of the neurons of a group, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entries {
    /// So many neurons with the same number each.
    Equal {
        /// Number of neurons.
        neurons: usize,
        /// Entries of each.
        each: u64,
    },
    /// One number for each neuron, as in a sample of a grouped convolution.
    Each(Vec<u64>),
}

impl Entries {
    fn new(entries: Vec<u64>) -> Self {
        let each = entries.first().copied().unwrap_or(0);
        match entries.iter().all(|&other| other == each) {
            true => Self::Equal { neurons: entries.len(), each },
            false => Self::Each(entries),
        }
    }

    /// The number of each neuron, in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let (neurons, each, list) = match self {
            Self::Equal { neurons, each } => (*neurons, *each, &[][..]),
            Self::Each(list) => (0, 0, list.as_slice()),
        };
        std::iter::repeat_n(each, neurons).chain(list.iter().copied())
    }

    /// The largest of them; 0 for a group without neurons.
    pub fn largest(&self) -> u64 {
        match self {
            Self::Equal { each, .. } => *each,
            Self::Each(list) => list.iter().copied().max().unwrap_or(0),
        }
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
    fn histograms_of_all_experts_exceed_32_bits() {
        let binning = Binning::new(&[]).unwrap();
        // OLMoE has so many neurons; their histograms must not seem to fit a browser's memory.
        let bytes = GroupHistograms::bytes(5_308_416, &binning);
        assert_eq!(bytes, 5_308_416 * (4 * binning.len() as u64 + 8));
        assert!(bytes > 12_000_000_000, "{bytes}");
    }

    #[test]
    fn blocks_of_any_shape_equal_the_plain_form() {
        let binning = Binning::new(&[150.0, 200.0]).unwrap();
        // As a linear layer, as a Conv1D, as a convolution, and a piece of one neuron.
        for (rows, neurons, tail) in [(37, 150, 1), (1, 150, 37), (5, 70, 9), (1, 1, 500)] {
            let mut weights = weights(rows * neurons * tail);
            weights[5] = f64::NAN;
            weights[7] = 0.0;
            let bins: Vec<u16> = weights.iter().map(|&weight| binning.bin_f64(weight)).collect();
            let mut blocks = GroupHistograms::new(neurons + 3, &binning);
            blocks.count(WeightBlock { weights: &weights, bins: &bins, neurons, tail }, 2);
            let numbered = weights.iter().copied().enumerate();
            let expected =
                naive(&binning, neurons + 3, numbered.map(|(index, w)| (2 + index / tail % neurons, w)));
            assert_eq!(blocks, expected, "{rows} x {neurons} x {tail}");
            let totals = blocks.totals();
            assert_eq!(totals.counts.iter().sum::<u64>(), (rows * neurons * tail) as u64);
            assert_eq!(totals.entries.iter().sum::<u64>(), (rows * neurons * tail) as u64);
            assert_eq!(totals.entries.largest(), (rows * tail) as u64);
        }
    }
}
