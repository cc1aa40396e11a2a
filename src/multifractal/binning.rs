//! Distances 1/|w| counted in bins of half an integer (method, section 3).
//!
//! Radii are rounded to integers, half to even. For each radius k there are two bins, `r <= split` and `r > split`,
//! with the split at k itself, so that the gate 1 < r and any integer threshold fall between bins. A threshold that
//! is no integer moves the split of its own radius. Three more bins hold longer edges, exact zeros and non-finite
//! weights.
//!
//! [`Binning::bin_f64`] is the definition. The kernels do without its division for every weight and give the same bins:
//! [`Binning::bin_f32`] by table, [`Binning::bins_f32`] for sixteen weights at once, [`PatternBins`] for types of few bits.

use thiserror::Error;

use super::lanes::{LANES, doubled_distances};

/// Radii up to this have bins of their own, whatever the thresholds.
const LEAST_TOP: u32 = 300;
/// Largest threshold that is accepted: each unit costs two bins per neuron.
const LARGEST_THRESHOLD: f64 = 2000.0;
/// Shortest threshold: the gate 1 < r must leave radii to fit.
const SMALLEST_THRESHOLD: f64 = 2.0;

/// Thresholds that cannot be resolved.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum BinningError {
    /// Not a number from 2 to 2000.
    #[error("the threshold {0} is not between {SMALLEST_THRESHOLD} and {LARGEST_THRESHOLD}")]
    OutOfRange(f64),
    /// Two different thresholds that round to the same radius.
    #[error("the thresholds {0} and {1} round to the same radius; make one of them an integer further away")]
    SameRadius(f64, f64),
}

/// How distances are counted. Two binnings with equal thresholds count alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Binning {
    /// For each radius k from 0 to `top`, the distance that divides its two bins.
    splits: Vec<f64>,
    table: Table,
    /// Whether every split is at the radius itself, so that bins are halves of an integer without exception.
    regular: bool,
}

impl Binning {
    /// Bins that resolve these thresholds (lengths, from 2 to 2000) and every integer up to 300.
    pub fn new(thresholds: &[f64]) -> Result<Self, BinningError> {
        Self::check(thresholds)?;
        let top =
            thresholds.iter().map(|threshold| threshold.round_ties_even() as u32).fold(LEAST_TOP, u32::max);
        let mut splits: Vec<f64> = (0..=top).map(f64::from).collect();
        for &threshold in thresholds {
            splits[threshold.round_ties_even() as usize] = threshold;
        }
        let table = Table::new(&splits);
        let regular = (0..).zip(&splits).all(|(radius, &split)| f64::from(radius) == split);
        Ok(Self { splits, table, regular })
    }

    /// Whether there are bins that resolve these thresholds.
    pub fn check(thresholds: &[f64]) -> Result<(), BinningError> {
        for (index, &threshold) in thresholds.iter().enumerate() {
            if !(SMALLEST_THRESHOLD..=LARGEST_THRESHOLD).contains(&threshold) {
                return Err(BinningError::OutOfRange(threshold));
            }
            let radius = threshold.round_ties_even();
            let same = |other: &&f64| other.round_ties_even() == radius && **other != threshold;
            if let Some(&other) = thresholds[..index].iter().find(same) {
                return Err(BinningError::SameRadius(other, threshold));
            }
        }
        Ok(())
    }

    /// Whether distances up to `threshold` can be told from longer ones.
    pub fn resolves(&self, threshold: f64) -> bool {
        self.splits.get(threshold.round_ties_even() as usize) == Some(&threshold)
    }

    /// Whether bins are halves of an integer without exception: ((bin - 1)/2, bin/2].
    pub fn is_regular(&self) -> bool {
        self.regular
    }

    /// Number of bins.
    pub fn len(&self) -> usize {
        2 * self.splits.len() + 3
    }

    /// Never: there are always bins.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Bin of distances of radius k up to the split; the next one holds those above it.
    pub fn lower(radius: u32) -> usize {
        2 * radius as usize
    }

    /// Bin of all longer edges.
    pub fn overflow(&self) -> usize {
        2 * self.splits.len()
    }

    /// Bin of exact zeros: no edges.
    pub fn zeros(&self) -> usize {
        2 * self.splits.len() + 1
    }

    /// Bin of NaN and infinities: no edges.
    pub fn nonfinite(&self) -> usize {
        2 * self.splits.len() + 2
    }

    /// The longest distance of each bin of finite length, in order; up to a rounding of ties.
    pub fn ends(&self) -> impl Iterator<Item = f64> + '_ {
        (0..).zip(&self.splits).flat_map(|(radius, &split)| [split, f64::from(radius) + 0.5])
    }

    /// The bin of a weight, by the definition: r = 1/|w| in f64.
    #[cfg_attr(small, optimize(speed))]
    pub fn bin_f64(&self, weight: f64) -> u16 {
        bin_by_definition(&self.splits, weight)
    }

    /// The bin of a distance above 0, by the same definition. An infinite one is no edge, as an exact zero is.
    pub fn bin_distance(&self, distance: f64) -> u16 {
        if distance == f64::INFINITY { self.zeros() as u16 } else { bin_of_distance(&self.splits, distance) }
    }

    /// The bin of a weight, by table; equal to [`Self::bin_f64`] of the same value for every f32.
    #[inline]
    pub fn bin_f32(&self, weight: f32) -> u16 {
        self.table.bin(weight)
    }

    /// The bins of sixteen weights; equal to [`Self::bin_f64`] of each.
    #[inline]
    pub fn bins_f32(&self, weights: &[f32; LANES]) -> [u16; LANES] {
        self.certain_bins_f32(weights).unwrap_or_else(|| self.bins_by_table(weights))
    }

    /// The bins of sixteen weights, if 2r in f32 leaves no doubt about any; then all of them are finite and not 0.
    ///
    /// Where all splits are integers, the bin is 2r, rounded up, for no f32 but a power of two has an r that is a tie.
    /// Where there is a doubt, the table must decide.
    #[inline(always)]
    pub fn certain_bins_f32(&self, weights: &[f32; LANES]) -> Option<[u16; LANES]> {
        let most = self.overflow() as f32 - 0.5;
        if self.regular { doubled_distances(weights, most) } else { None }
    }

    /// The bins of sixteen weights, by table.
    #[cold]
    #[inline(never)]
    #[cfg_attr(small, optimize(speed))]
    pub fn bins_by_table(&self, weights: &[f32; LANES]) -> [u16; LANES] {
        weights.map(|weight| self.table.bin(weight))
    }
}

/// Patterns of sixteen bits without the sign.
const PATTERNS: usize = 1 << 15;

/// The bins of a type with at most sixteen bits, by the pattern of an element without its sign.
#[derive(Debug, Clone, PartialEq)]
pub struct PatternBins {
    /// As long as there are patterns, so that none is out of bounds.
    bins: Box<[u16; PATTERNS]>,
}

impl PatternBins {
    /// `decode` gives the value of each of the first `patterns` patterns without a sign.
    #[cfg_attr(small, optimize(speed))]
    pub fn new(binning: &Binning, patterns: u16, decode: impl Fn(u16) -> f32) -> Self {
        let mut bins = Box::new([0; PATTERNS]);
        for (pattern, bin) in (0..patterns).zip(bins.iter_mut()) {
            *bin = binning.bin_f32(decode(pattern));
        }
        Self { bins }
    }

    /// The bin of a pattern, whatever its sign.
    #[inline(always)]
    pub fn bin(&self, pattern: u16) -> u16 {
        self.bins[usize::from(pattern) % PATTERNS]
    }
}

#[cfg_attr(small, optimize(speed))]
fn bin_by_definition(splits: &[f64], weight: f64) -> u16 {
    let beyond = 2 * splits.len() as u16;
    if weight == 0.0 {
        return beyond + 1;
    }
    if !weight.is_finite() {
        return beyond + 2;
    }
    bin_of_distance(splits, 1.0 / weight.abs())
}

fn bin_of_distance(splits: &[f64], distance: f64) -> u16 {
    let radius = distance.round_ties_even();
    if radius >= splits.len() as f64 {
        return 2 * splits.len() as u16;
    }
    let radius = radius as usize;
    2 * radius as u16 + u16::from(distance > splits[radius])
}

/// The bins as a function of the bit pattern of |w|: the top bits choose a cell, and each cell holds at most one
/// border. That makes the look-up exact with neither division nor fallback.
#[derive(Debug, Clone, PartialEq)]
struct Table {
    shift: u32,
    first: u32,
    cells: Vec<Cell>,
}

/// Patterns below `border` are in bin `below`, the others in `from`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell {
    border: u32,
    below: u16,
    from: u16,
}

const INFINITY_BITS: u32 = 0x7f80_0000;

impl Table {
    fn new(splits: &[f64]) -> Self {
        let borders = borders(splits);
        let shift = largest_shift(&borders);
        let zeros = 2 * splits.len() as u16 + 1;
        let nonfinite = zeros + 1;
        // `borders` ascends in |w|, hence descends in bins. The first cell stands for everything below the first
        // border (and tells zeros apart), the last for everything above the last (and tells non-finite ones).
        let first = (borders[0].0 >> shift) - 1;
        let last = (borders[borders.len() - 1].0 >> shift) + 1;
        let mut cells = Vec::with_capacity((last - first + 1) as usize);
        cells.push(Cell { border: 1, below: zeros, from: zeros - 1 });
        let mut bin = zeros - 1;
        let mut next = borders.iter().peekable();
        for cell in first + 1..last {
            match next.next_if(|(bits, _)| bits >> shift == cell) {
                Some(&(border, from)) => {
                    cells.push(Cell { border, below: bin, from });
                    bin = from;
                }
                None => cells.push(Cell { border: 0, below: bin, from: bin }),
            }
        }
        cells.push(Cell { border: INFINITY_BITS, below: bin, from: nonfinite });
        Self { shift, first, cells }
    }

    #[inline]
    fn bin(&self, weight: f32) -> u16 {
        let bits = weight.to_bits() & 0x7fff_ffff;
        let cell = (bits >> self.shift).saturating_sub(self.first) as usize;
        let cell = self.cells[cell.min(self.cells.len() - 1)];
        if bits >= cell.border { cell.from } else { cell.below }
    }
}

/// Every bit pattern of |w| at which the bin changes, ascending, with the bin from there on.
fn borders(splits: &[f64]) -> Vec<(u32, u16)> {
    let bin = |bits: u32| bin_by_definition(splits, f64::from(f32::from_bits(bits)));
    // Between the radii k and k + 1 the bin changes at the tie, and within a radius at its split.
    let lengths = (0..splits.len()).rev().flat_map(|radius| [radius as f64 + 0.5, splits[radius]]);
    let mut borders: Vec<(u32, u16)> = Vec::with_capacity(2 * splits.len());
    for length in lengths.filter(|&length| length > 0.0) {
        // The border is the pattern nearest to 1/length, or a neighbour of it; a tie and a split may share neighbours.
        let nearest = ((1.0 / length) as f32).to_bits();
        for border in (nearest - 2..nearest + 3).filter(|&bits| bin(bits) < bin(bits - 1)) {
            if borders.last().is_none_or(|&(last, _)| last < border) {
                borders.push((border, bin(border)));
            }
        }
    }
    borders
}

/// The coarsest cells that hold at most one border each.
fn largest_shift(borders: &[(u32, u16)]) -> u32 {
    (0..=16)
        .rev()
        .find(|shift| borders.windows(2).all(|pair| pair[0].0 >> shift < pair[1].0 >> shift))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn agree(binning: &Binning, bits: u32) {
        let weight = f32::from_bits(bits);
        assert_eq!(
            binning.bin_f32(weight),
            binning.bin_f64(f64::from(weight)),
            "weight {weight:e}, {bits:#x}"
        );
    }

    /// Sixteen weights at once, of which the first has these bits and the others lie far from it.
    fn agree_at_once(binning: &Binning, bits: [u32; LANES]) {
        let weights = bits.map(f32::from_bits);
        let expected = weights.map(|weight| binning.bin_f64(weight.into()));
        assert_eq!(binning.bins_f32(&weights), expected, "weights {weights:?}");
    }

    #[test]
    fn table_equals_definition_around_every_border() {
        for thresholds in
            [vec![150.0, 200.0], vec![150.25, 200.5], vec![149.5, 200.499], vec![1999.5, 2.0], vec![2000.0]]
        {
            let binning = Binning::new(&thresholds).unwrap();
            for (border, _) in borders(&binning.splits) {
                (border - 40..border + 40).for_each(|bits| {
                    agree(&binning, bits);
                    agree_at_once(&binning, std::array::from_fn(|lane| bits + 3 * lane as u32));
                });
            }
            for special in
                [0, 1, 0x007f_ffff, 0x0080_0000, 0x7f7f_ffff, INFINITY_BITS, 0x7fc0_0000, 0x7fff_ffff]
            {
                agree(&binning, special);
                agree(&binning, special | 0x8000_0000);
                for place in [0, 7, LANES - 1] {
                    let mut bits = [0x3c23_d70a; LANES];
                    bits[place] = special | 0x8000_0000;
                    agree_at_once(&binning, bits);
                }
            }
        }
    }

    #[test]
    fn table_equals_definition_for_every_pattern_of_the_range() {
        // All patterns with r between 1/2 and 302 would take minutes in a debug build: every 61st of them, at any
        // offset, over the whole range that has bins.
        let binning = Binning::new(&[150.0, 200.0]).unwrap();
        (0x3b50_0000_u32..0x4010_0000).step_by(61).for_each(|bits| agree(&binning, bits));
    }

    #[test]
    fn sixteen_at_once_equal_the_definition() {
        let binning = Binning::new(&[150.0, 200.0]).unwrap();
        // Far apart, so that one of them in doubt does not send the others of its range to the table.
        let lanes = |from: u32| std::array::from_fn(|lane| from + 0x0009_8000 * lane as u32);
        (0x3b50_0000_u32..0x3bf0_0000).step_by(61).for_each(|bits| agree_at_once(&binning, lanes(bits)));
    }

    #[test]
    fn patterns_equal_the_definition() {
        let binning = Binning::new(&[150.0, 200.0]).unwrap();
        let decode = |pattern: u16| f32::from_bits(u32::from(pattern) << 16);
        let patterns = PatternBins::new(&binning, 1 << 15, decode);
        for pattern in 0..u16::MAX {
            assert_eq!(patterns.bin(pattern), binning.bin_f64(decode(pattern).into()), "{pattern:#x}");
        }
    }

    #[test]
    fn rounds_half_to_even_and_splits_at_the_radius() {
        let binning = Binning::new(&[150.0]).unwrap();
        let bin = |distance: f64| usize::from(binning.bin_f64(1.0 / distance));
        assert_eq!(bin(2.0), Binning::lower(2));
        assert_eq!(bin(2.5), Binning::lower(2) + 1, "2.5 rounds to 2 and lies above it");
        assert_eq!(bin(3.5), Binning::lower(4), "3.5 rounds to 4 and lies below it");
        assert_eq!(bin(1.0), Binning::lower(1), "the gate 1 < r leaves r = 1 out");
        assert_eq!(bin(1.25), Binning::lower(1) + 1);
        assert_eq!(bin(300.25), Binning::lower(300) + 1);
        assert_eq!(bin(301.0), binning.overflow());
        assert_eq!(usize::from(binning.bin_f64(-0.0)), binning.zeros());
        assert_eq!(usize::from(binning.bin_f64(f64::NEG_INFINITY)), binning.nonfinite());
    }

    #[test]
    fn refuses_thresholds_that_it_cannot_resolve() {
        assert_eq!(Binning::new(&[1.5]), Err(BinningError::OutOfRange(1.5)));
        assert_eq!(Binning::new(&[2000.5]), Err(BinningError::OutOfRange(2000.5)));
        assert!(matches!(Binning::new(&[f64::NAN]), Err(BinningError::OutOfRange(_))));
        assert_eq!(Binning::new(&[150.2, 150.3]), Err(BinningError::SameRadius(150.2, 150.3)));
        assert_eq!(Binning::new(&[150.0, 150.3]), Err(BinningError::SameRadius(150.0, 150.3)));
        let binning = Binning::new(&[150.2, 200.0]).unwrap();
        assert!(binning.resolves(150.2) && binning.resolves(299.0) && !binning.resolves(150.0));
        assert!(!binning.resolves(301.0));
    }

    proptest! {
        #[test]
        fn table_equals_definition(bits: u32) {
            agree(&Binning::new(&[150.0, 200.0]).unwrap(), bits);
        }

        #[test]
        fn sixteen_of_any_bits_equal_the_definition(bits: [u32; LANES]) {
            agree_at_once(&Binning::new(&[150.0, 200.0]).unwrap(), bits);
        }

        #[test]
        fn borders_are_found_for_any_thresholds(spectrum in 2.0..2000.0, nfd in 2.0..2000.0) {
            if let Ok(binning) = Binning::new(&[spectrum, nfd]) {
                let bins = |bits: u32| binning.bin_f64(f32::from_bits(bits).into());
                let edges = borders(&binning.splits);
                // From the longest edge to the shortest, no change is missed: each border begins where the last ends.
                let mut before = binning.overflow() as u16;
                for (border, bin) in edges {
                    prop_assert_eq!(bins(border - 1), before);
                    prop_assert_eq!(bins(border), bin);
                    before = bin;
                }
                prop_assert_eq!(bins(INFINITY_BITS - 1), before);
            }
        }
    }
}
