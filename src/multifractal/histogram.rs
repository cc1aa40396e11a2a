//! One histogram of distances per neuron of a group.

use std::ops::Range;

use rayon::prelude::*;

use super::Binning;

/// Entries that one task counts at least, where the shape allows: fewer would cost more to hand out than to count.
const ENTRIES_PER_TASK: usize = 1 << 15;
/// Neurons side by side whose counters, as far as they are in use, stay in the first-level cache while rows pass.
const NEURONS_PER_TILE: usize = 64;
/// Weights that are binned before they are counted: their bins stay in the first-level cache.
const WEIGHTS_PER_STRIP: usize = 1024;
/// The same, where there may be a few only.
const WEIGHTS_PER_SHORT_STRIP: usize = 64;
/// The most that a small counter holds.
const MOST_SMALL: usize = u16::MAX as usize;

/// Weights that can be binned, in the order of their storage.
pub trait Weights: Sync {
    /// Writes the bins of a run of weights, as long as `bins` is, and returns the sum of |w| over its finite ones,
    /// added in an order that depends on nothing but the run's length.
    fn bin(&self, run: Range<usize>, bins: &mut [u16]) -> f64;
}

/// The histograms of all neurons of a group, and the sum of |w| that the baselines need.
///
/// Counters have 16 bits, so that many stay in cache; those of a neuron that might overflow are added to wide ones,
/// which few groups need.
#[derive(Debug, Clone)]
pub struct GroupHistograms {
    /// Bins of each neuron.
    width: usize,
    /// `[neurons, bins]`.
    small: Vec<u16>,
    /// `[neurons, bins]`, or empty. A count is the sum of both.
    wide: Vec<u32>,
    /// Entries of each neuron.
    entries: Vec<u32>,
    /// Entries of each neuron in its small counters.
    in_small: Vec<u16>,
    absolute_sum: f64,
    /// Sum of w^2 over finite weights, where it was asked for.
    square_sum: Option<f64>,
}

/// The shape of consecutive weights `[rows, neurons, tail]`: every neuron has `tail` edges in each row. A matrix
/// `[outputs, inputs]`, as PyTorch stores a linear layer, has a tail of 1; one `[inputs, outputs]` is a single row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockShape {
    /// Rows.
    pub rows: usize,
    /// Neurons of each row, at least 1.
    pub neurons: usize,
    /// Edges of each neuron in each row, at least 1.
    pub tail: usize,
}

impl BlockShape {
    /// Weights of the block.
    pub fn len(&self) -> usize {
        self.rows * self.neurons * self.tail
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }
}

impl GroupHistograms {
    /// Empty histograms.
    pub fn new(neurons: usize, binning: &Binning) -> Self {
        let width = binning.len();
        Self {
            width,
            small: vec![0; neurons * width],
            wide: Vec::new(),
            entries: vec![0; neurons],
            in_small: vec![0; neurons],
            absolute_sum: 0.0,
            square_sum: None,
        }
    }

    /// The same, with room for the sum of squares, which only some null models need.
    pub fn with_squares(self) -> Self {
        Self { square_sum: Some(0.0), ..self }
    }

    /// Whether the sum of squares is wanted.
    pub fn wants_squares(&self) -> bool {
        self.square_sum.is_some()
    }

    /// Adds to the sum of squares, if it is wanted.
    pub fn add_squares(&mut self, sum: f64) {
        self.square_sum = self.square_sum.map(|squares| squares + sum);
    }

    /// Bytes that histograms of so many neurons take, with so many entries each: more than a 32-bit address space has, in
    /// models of experts.
    pub fn most_bytes(neurons: u64, entries: u64, binning: &Binning) -> u64 {
        let wide = if entries > MOST_SMALL as u64 { size_of::<u32>() } else { 0 };
        let each = binning.len() * (size_of::<u16>() + wide) + size_of::<u16>() + size_of::<u32>();
        neurons * each as u64
    }

    /// Bytes that these histograms take.
    pub fn bytes(&self) -> u64 {
        let of_entries = self.entries.len() * (size_of::<u16>() + size_of::<u32>());
        (size_of_val(&*self.small) + size_of_val(&*self.wide) + of_entries) as u64
    }

    /// Number of neurons.
    pub fn neurons(&self) -> usize {
        self.entries.len()
    }

    /// Entries of each neuron, zeros and non-finite ones included.
    pub fn entries(&self) -> &[u32] {
        &self.entries
    }

    /// Sum of |w| over the whole group, finite weights only.
    pub fn absolute_sum(&self) -> f64 {
        self.absolute_sum
    }

    /// The counts of one neuron, one for each bin, into `counts`.
    #[cfg_attr(small, optimize(speed), inline(never))]
    pub fn counts_into(&self, neuron: usize, counts: &mut Vec<u32>) {
        let range = neuron * self.width..(neuron + 1) * self.width;
        counts.clear();
        counts.extend(self.small[range.clone()].iter().copied().map(u32::from));
        if let Some(wide) = self.wide.get(range) {
            counts.iter_mut().zip(wide).for_each(|(count, wide)| *count += wide);
        }
    }

    /// Counts a block of weights, which begins at weight `at`; its neuron 0 is neuron `first` of the group. `scratch` is
    /// room for bins that can be used again.
    #[cfg_attr(small, optimize(speed))]
    pub fn count(
        &mut self,
        weights: &impl Weights,
        at: usize,
        shape: BlockShape,
        first: usize,
        scratch: &mut Vec<u16>,
    ) {
        let BlockShape { rows, neurons, tail } = shape;
        let row = neurons * tail;
        if tail > MOST_SMALL {
            for index in 0..rows * neurons {
                self.count_edges(
                    weights,
                    at + index * tail..at + (index + 1) * tail,
                    first + index % neurons,
                );
            }
            return;
        }
        let rows_at_once = MOST_SMALL / tail;
        for start in (0..rows).step_by(rows_at_once) {
            let shape = BlockShape { rows: rows_at_once.min(rows - start), ..shape };
            self.make_room(first..first + neurons, shape.rows * tail);
            let counters = &mut self.small[first * self.width..(first + neurons) * self.width];
            let at = at + start * row;
            self.absolute_sum += match tail {
                1 => count_columns(counters, weights, at, shape, scratch),
                _ => count_rows(counters, weights, at, shape),
            };
        }
    }

    /// Counts consecutive weights of one neuron.
    #[cfg_attr(small, optimize(speed))]
    pub fn count_edges(&mut self, weights: &impl Weights, run: Range<usize>, neuron: usize) {
        for start in run.clone().step_by(MOST_SMALL) {
            let part = start..run.end.min(start + MOST_SMALL);
            self.make_room(neuron..neuron + 1, part.len());
            let counter = &mut self.small[neuron * self.width..(neuron + 1) * self.width];
            let mut bins = [0; WEIGHTS_PER_SHORT_STRIP];
            for start in part.clone().step_by(bins.len()) {
                let run = start..part.end.min(start + bins.len());
                let bins = &mut bins[..run.len()];
                self.absolute_sum += weights.bin(run, bins);
                bins.iter().for_each(|&bin| counter[usize::from(bin)] += 1);
            }
        }
    }

    /// Notes that each of these neurons gets so many entries, at most 65,535, and sees to it that its small counters
    /// can hold them.
    #[cfg_attr(small, optimize(speed))]
    fn make_room(&mut self, neurons: Range<usize>, entries: usize) {
        for neuron in neurons {
            self.entries[neuron] += entries as u32;
            if usize::from(self.in_small[neuron]) + entries > MOST_SMALL {
                self.widen(neuron);
            }
            self.in_small[neuron] += entries as u16;
        }
    }

    #[cold]
    fn widen(&mut self, neuron: usize) {
        if self.wide.is_empty() {
            self.wide = vec![0; self.small.len()];
        }
        let range = neuron * self.width..(neuron + 1) * self.width;
        for (wide, small) in self.wide[range.clone()].iter_mut().zip(&mut self.small[range]) {
            *wide += u32::from(std::mem::take(small));
        }
        self.in_small[neuron] = 0;
    }

    /// What the shuffle null needs to know of the group.
    #[cfg_attr(small, optimize(speed), inline(never))]
    pub fn totals(&self) -> GroupTotals {
        /// Small counters of so many neurons add up to less than 2^32.
        const NEURONS: usize = 1 << 16;
        let mut counts = vec![0_u64; self.width];
        let mut sums = vec![0_u32; self.width];
        for neurons in self.small.chunks(NEURONS * self.width) {
            sums.fill(0);
            for row in neurons.chunks_exact(self.width) {
                sums.iter_mut().zip(row).for_each(|(sum, &count)| *sum += u32::from(count));
            }
            counts.iter_mut().zip(&sums).for_each(|(count, &sum)| *count += u64::from(sum));
        }
        for row in self.wide.chunks_exact(self.width) {
            counts.iter_mut().zip(row).for_each(|(count, &wide)| *count += u64::from(wide));
        }
        // The last bin is that of what is not finite.
        let nonfinite = counts.last().copied().unwrap_or(0);
        let finite = (counts.iter().sum::<u64>() - nonfinite).max(1) as f64;
        GroupTotals {
            counts,
            entries: Entries::new(self.entries.iter().copied().map(u64::from).collect()),
            deviation: self.square_sum.map(|squares| (squares / finite).sqrt()),
        }
    }
}

/// Counts a block whose rows have one weight for each neuron. Weights are binned in the order of their storage, and the
/// bins laid out by tiles of neurons, which are then counted one after the other. Returns the sum of |w|.
#[cfg_attr(small, optimize(speed))]
fn count_columns(
    counters: &mut [u16],
    weights: &impl Weights,
    at: usize,
    BlockShape { rows, neurons, .. }: BlockShape,
    scratch: &mut Vec<u16>,
) -> f64 {
    let width = counters.len() / neurons;
    let rows_at_once = (ENTRIES_PER_TASK / neurons).clamp(1, rows);
    if scratch.len() < rows * neurons {
        scratch.resize(rows * neurons, 0);
    }
    let scratch = &mut scratch[..rows * neurons];

    // `[some rows, tiles, rows, neurons of a tile]`.
    let bin = |(index, bins): (usize, &mut [u16])| -> f64 {
        let at = at + index * rows_at_once * neurons;
        let rows = bins.len() / neurons;
        (0..rows).map(|row| bin_row(weights, at + row * neurons, bins, (row, rows))).sum()
    };
    let sum = in_order(scratch, rows_at_once * neurons, bin).iter().sum();

    let bins = &*scratch;
    in_order(counters, NEURONS_PER_TILE * width, |(tile, counters)| {
        let of_tile = counters.len() / width;
        for bins in bins.chunks(rows_at_once * neurons) {
            let rows = bins.len() / neurons;
            let start = tile * NEURONS_PER_TILE * rows;
            for row in bins[start..start + of_tile * rows].chunks_exact(of_tile) {
                for (counter, &bin) in counters.chunks_exact_mut(width).zip(row) {
                    counter[usize::from(bin)] += 1;
                }
            }
        }
    });
    sum
}

/// Bins a row of weights; its bins go to their places among those of all tiles.
#[cfg_attr(small, optimize(speed), inline(never))]
fn bin_row(weights: &impl Weights, at: usize, bins: &mut [u16], (row, rows): (usize, usize)) -> f64 {
    let neurons = bins.len() / rows;
    let mut strip = [0; WEIGHTS_PER_STRIP];
    let mut sum = 0.0;
    for start in (0..neurons).step_by(WEIGHTS_PER_STRIP) {
        let strip = &mut strip[..WEIGHTS_PER_STRIP.min(neurons - start)];
        sum += weights.bin(at + start..at + start + strip.len(), strip);
        for (tile, of_tile) in strip.chunks(NEURONS_PER_TILE).enumerate() {
            let place = (start + tile * NEURONS_PER_TILE) * rows + row * of_tile.len();
            bins[place..place + of_tile.len()].copy_from_slice(of_tile);
        }
    }
    sum
}

/// Counts a block whose neurons have several weights side by side. Returns the sum of |w|.
#[cfg_attr(small, optimize(speed))]
fn count_rows(counters: &mut [u16], weights: &impl Weights, at: usize, shape: BlockShape) -> f64 {
    let BlockShape { rows, neurons, tail } = shape;
    let width = counters.len() / neurons;
    let each = (ENTRIES_PER_TASK / (rows * tail)).clamp(1, neurons);
    let sums = in_order(counters, each * width, |(index, counters)| {
        let shape = BlockShape { rows, neurons: counters.len() / width, tail };
        count_tile(counters, weights, at + index * each * tail, shape, neurons * tail)
    });
    sums.iter().sum()
}

/// What a task gives for each chunk, in order: chunks are shared out among threads if there are several.
fn in_order<T: Send>(
    items: &mut [u16],
    chunk: usize,
    task: impl Fn((usize, &mut [u16])) -> T + Sync + Send,
) -> Vec<T> {
    match items.len() <= chunk {
        true => items.chunks_mut(chunk).enumerate().map(task).collect(),
        false => items.par_chunks_mut(chunk).enumerate().map(task).collect(),
    }
}

/// Counts the weights of neurons whose rows begin `stride` weights apart from weight `at` on. Returns the sum of |w|.
#[cfg_attr(small, optimize(speed), inline(never))]
fn count_tile(
    counters: &mut [u16],
    weights: &impl Weights,
    at: usize,
    shape: BlockShape,
    stride: usize,
) -> f64 {
    let BlockShape { rows, neurons, tail } = shape;
    let width = counters.len() / neurons;
    let mut bins = [0; WEIGHTS_PER_STRIP];
    let mut sum = 0.0;
    // As many whole neurons as a strip holds, or one.
    let together = (WEIGHTS_PER_STRIP / tail).max(1);
    for row in 0..rows {
        for neuron in (0..neurons).step_by(together) {
            let start = at + row * stride + neuron * tail;
            let end = start + together.min(neurons - neuron) * tail;
            let counters = &mut counters[neuron * width..];
            for start in (start..end).step_by(WEIGHTS_PER_STRIP) {
                let bins = &mut bins[..WEIGHTS_PER_STRIP.min(end - start)];
                sum += weights.bin(start..start + bins.len(), bins);
                for (counter, bins) in counters.chunks_exact_mut(width).zip(bins.chunks(tail)) {
                    bins.iter().for_each(|&bin| counter[usize::from(bin)] += 1);
                }
            }
        }
    }
    sum
}

/// The entries of a group without its neurons: what is left of histograms when every weight may go to any neuron.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupTotals {
    /// Entries of all neurons in each bin.
    pub counts: Vec<u64>,
    /// Entries of each neuron, zeros and non-finite ones included.
    pub entries: Entries,
    /// Standard deviation of the finite weights about 0, where the sum of squares was asked for.
    pub deviation: Option<f64>,
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

#[cfg(test)]
mod tests {
    use super::*;

    struct Plain<'a>(&'a [f32], &'a Binning);

    impl Weights for Plain<'_> {
        fn bin(&self, run: Range<usize>, bins: &mut [u16]) -> f64 {
            let weights = self.0[run].iter();
            bins.iter_mut().zip(weights).fold(0.0, |sum, (bin, &weight)| {
                *bin = self.1.bin_f64(weight.into());
                sum + if weight.is_finite() { f64::from(weight.abs()) } else { 0.0 }
            })
        }
    }

    fn weights(count: usize) -> Vec<f32> {
        let spread = |index: usize| (index as u32).wrapping_mul(2_654_435_761) >> 8;
        let mut weights: Vec<f32> = (0..count).map(|index| spread(index) as f32 * 1e-9 - 0.005).collect();
        weights[count / 2] = f32::NAN;
        weights[count / 3] = 0.0;
        weights
    }

    /// The plain form: one weight after the other.
    fn naive(
        binning: &Binning,
        neurons: usize,
        entries: impl Iterator<Item = (usize, f32)>,
    ) -> Vec<Vec<u32>> {
        let mut counts = vec![vec![0; binning.len()]; neurons];
        entries.for_each(|(neuron, weight)| counts[neuron][usize::from(binning.bin_f64(weight.into()))] += 1);
        counts
    }

    fn counts(histograms: &GroupHistograms) -> Vec<Vec<u32>> {
        let counts = |neuron| {
            let mut counts = Vec::new();
            histograms.counts_into(neuron, &mut counts);
            counts
        };
        (0..histograms.neurons()).map(counts).collect()
    }

    #[test]
    fn histograms_of_all_experts_exceed_32_bits() {
        let binning = Binning::new(&[]).unwrap();
        // OLMoE has so many neurons; their histograms must not seem to fit a browser's memory.
        let bytes = GroupHistograms::most_bytes(5_308_416, 2048, &binning);
        assert!(bytes > 6_000_000_000, "{bytes}");
    }

    #[test]
    fn blocks_of_any_shape_equal_the_plain_form() {
        let binning = Binning::new(&[150.0, 200.0]).unwrap();
        // As a linear layer, as a Conv1D, as a convolution, a piece of one neuron; more rows and longer tails than small
        // counters and strips hold, in one task and in several.
        for (rows, neurons, tail) in [
            (37, 150, 1),
            (90, 700, 1),
            (1, 150, 37),
            (5, 70, 9),
            (1, 1, 500),
            (3, 5, 3000),
            (2, 2, 70_000),
            (70_000, 3, 1),
            (8_000, 2, 9),
        ] {
            let shape = BlockShape { rows, neurons, tail };
            let weights = weights(shape.len() + 3);
            let (mut blocks, mut scratch) = (GroupHistograms::new(neurons + 3, &binning), Vec::new());
            blocks.count(&Plain(&weights, &binning), 3, shape, 2, &mut scratch);
            // A second time, so that counters are not empty.
            blocks.count(&Plain(&weights, &binning), 3, shape, 2, &mut scratch);
            let numbered = || weights[3..].iter().copied().enumerate();
            let entries = numbered().chain(numbered()).map(|(index, w)| (2 + index / tail % neurons, w));
            assert!(counts(&blocks) == naive(&binning, neurons + 3, entries), "{shape:?}");
            let sum: f64 = weights[3..].iter().filter(|w| w.is_finite()).map(|w| f64::from(w.abs())).sum();
            assert!((blocks.absolute_sum() / (2.0 * sum) - 1.0).abs() < 1e-9, "{shape:?}");
            let most = GroupHistograms::most_bytes(neurons as u64 + 3, 2 * (rows * tail) as u64, &binning);
            assert!(blocks.bytes() <= most, "{shape:?}");
            let totals = blocks.totals();
            let all = 2 * shape.len() as u64;
            assert_eq!((totals.counts.iter().sum::<u64>(), totals.entries.iter().sum::<u64>()), (all, all));
            assert_eq!(totals.entries.largest(), 2 * (rows * tail) as u64);
        }
    }

    #[test]
    fn blocks_and_edges_count_alike() {
        let binning = Binning::new(&[150.0, 200.0]).unwrap();
        let weights = weights(66_000 * 2);
        let plain = Plain(&weights, &binning);
        let [mut blocks, mut edges] = [0, 0].map(|_| GroupHistograms::new(2, &binning));
        blocks.count(&plain, 0, BlockShape { rows: 66_000, neurons: 2, tail: 1 }, 0, &mut Vec::new());
        (0..weights.len()).for_each(|index| edges.count_edges(&plain, index..index + 1, index % 2));
        assert!(counts(&blocks) == counts(&edges));
        assert_eq!(blocks.entries(), [66_000, 66_000]);
    }
}
