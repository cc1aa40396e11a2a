//! Folding histograms of a group into what a spectrum and the neuron fractal dimension need.

use rayon::prelude::*;

use super::nfd::dimension;
use super::partition::MassBlock;
use super::small::SmallNeurons;
use super::{Binning, GroupHistograms, MINIMUM_DEGREE, NeuronDimensions, PartitionSums, QGrid, Rounding};

/// Neurons that are summed together before the sums are added in order. Part of the result: another size rounds
/// differently.
const NEURONS_PER_BLOCK: usize = 256;
/// Numbers up to this have their powers and logarithms tabulated.
const LARGEST_TABLE: u64 = 1 << 20;

/// What a fold depends on beside the histograms.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldSettings {
    /// Longest edge of the spectrum, T.
    pub threshold: f64,
    /// Longest edge of the neuron fractal dimension.
    pub nfd_threshold: f64,
    /// The orders q.
    pub grid: QGrid,
    /// A neuron is kept with more edges than this.
    pub minimum_degree: u64,
    /// How lengths become radii of the spectrum. Fractal dimensions have the nearest integers, always.
    pub rounding: Rounding,
}

impl FoldSettings {
    /// The usual least degree and rounding.
    pub fn usual(threshold: f64, nfd_threshold: f64, grid: QGrid) -> Self {
        let (minimum_degree, rounding) = (MINIMUM_DEGREE, Rounding::Nearest);
        Self { threshold, nfd_threshold, grid, minimum_degree, rounding }
    }

    /// Whether histograms with these bins are fine enough.
    pub fn resolved_by(&self, binning: &Binning) -> bool {
        let regular = self.rounding.is_nearest() || binning.is_regular();
        regular && binning.resolves(self.threshold) && binning.resolves(self.nfd_threshold)
    }

    /// Largest rounded radius that the spectrum can have.
    pub fn largest_radius(&self) -> u32 {
        self.rounding.largest(self.threshold) as u32
    }
}

/// All that the results of a whole network need to know of one group. A group without neurons is the neutral
/// element of [`GroupFold::append`].
#[derive(Debug, Clone)]
pub struct GroupFold {
    /// Partition function of the kept neurons, without the powers of `small`.
    pub partition: PartitionSums,
    /// Kept neurons with few edges.
    pub small: SmallNeurons,
    /// Fractal dimension of every neuron with at least one edge.
    pub dimensions: NeuronDimensions,
    /// The neurons without an edge, ascending: those that `dimensions` passes over.
    pub edgeless: Vec<u32>,
    /// Edges of every neuron that are longer than 1 and no longer than T: N(T) - 1.
    pub degrees: Vec<u32>,
    /// Neurons, with or without edges.
    pub neurons: u64,
    /// Non-zero finite weights.
    pub edges: u64,
    /// Exact zeros.
    pub zeros: u64,
    /// NaN and infinite weights.
    pub nonfinite: u64,
}

impl GroupFold {
    /// No neurons.
    pub fn empty(settings: &FoldSettings) -> Self {
        Self {
            partition: PartitionSums::new(&settings.grid, settings.largest_radius()),
            small: SmallNeurons::default(),
            dimensions: Vec::new(),
            edgeless: Vec::new(),
            degrees: Vec::new(),
            neurons: 0,
            edges: 0,
            zeros: 0,
            nonfinite: 0,
        }
    }

    /// Adds the neurons that follow.
    pub fn append(&mut self, other: Self) {
        self.partition.add(&other.partition);
        self.small.append(other.small);
        self.dimensions.extend_from_slice(&other.dimensions);
        // A group has fewer than 2^32 neurons: their histograms would not fit.
        let before = self.neurons as u32;
        self.edgeless.extend(other.edgeless.iter().map(|neuron| before + neuron));
        self.degrees.extend_from_slice(&other.degrees);
        self.neurons += other.neurons;
        self.edges += other.edges;
        self.zeros += other.zeros;
        self.nonfinite += other.nonfinite;
    }

    /// The partition function of this group alone, neurons with few edges included: the bits that a network of nothing
    /// but this group has.
    pub fn sums(&self, grid: &QGrid, tables: &NumberTables) -> PartitionSums {
        let mut sums = self.partition.clone();
        self.small.add_to(grid, tables, &mut sums);
        sums
    }
}

/// Folds all neurons of a group, in order. `tables` must reach the entries of every neuron.
pub fn fold_group(
    histograms: &GroupHistograms,
    binning: &Binning,
    settings: &FoldSettings,
    tables: &NumberTables,
) -> GroupFold {
    let fold = |block: usize| {
        let mut folder = Folder::new(binning, settings, tables);
        let mut counts = Vec::new();
        let first = block * NEURONS_PER_BLOCK;
        for neuron in first..histograms.neurons().min(first + NEURONS_PER_BLOCK) {
            histograms.counts_into(neuron, &mut counts);
            folder.push(&counts, histograms.entries()[neuron].into());
        }
        folder.finish()
    };
    let blocks = histograms.neurons().div_ceil(NEURONS_PER_BLOCK);
    let folds: Vec<GroupFold> = match blocks {
        0 => Vec::new(),
        1 => return fold(0),
        _ => (0..blocks).into_par_iter().map(fold).collect(),
    };
    let total = folds.into_iter().reduce(|mut total, fold| {
        total.append(fold);
        total
    });
    total.unwrap_or_else(|| GroupFold::empty(settings))
}

/// n^step, n^-step and ln n for the counts that occur, and ln r: no power and no logarithm in the loops.
#[derive(Debug, Clone)]
pub struct NumberTables {
    step: f64,
    roots: Vec<f64>,
    inverse_roots: Vec<f64>,
    logarithms: Vec<f64>,
    log_radius: Vec<f64>,
}

impl NumberTables {
    /// Empty tables.
    pub fn new(settings: &FoldSettings) -> Self {
        let radii = 0..=settings.nfd_threshold as u32 + 1;
        Self {
            step: settings.grid.step(),
            roots: Vec::new(),
            inverse_roots: Vec::new(),
            logarithms: Vec::new(),
            log_radius: radii.map(|radius| libm::log(radius.into())).collect(),
        }
    }

    /// Extends the tables to all counts of neurons with so many entries. Larger ones are computed each time.
    pub fn reach(&mut self, entries: u64) {
        for number in self.roots.len() as u64..=LARGEST_TABLE.min(entries + 1) {
            let root = libm::pow(number as f64, self.step);
            self.roots.push(root);
            self.inverse_roots.push(1.0 / root);
            self.logarithms.push(libm::log(number as f64));
        }
    }

    /// p^step and p^-step of the mass p = number / total.
    #[inline]
    pub(super) fn mass(&self, number: u64, total: u64) -> (f64, f64) {
        (self.root(number) * self.inverse_root(total), self.inverse_root(number) * self.root(total))
    }

    fn root(&self, number: u64) -> f64 {
        self.roots.get(number as usize).copied().unwrap_or_else(|| libm::pow(number as f64, self.step))
    }

    fn inverse_root(&self, number: u64) -> f64 {
        self.inverse_roots
            .get(number as usize)
            .copied()
            .unwrap_or_else(|| 1.0 / libm::pow(number as f64, self.step))
    }

    fn logarithm(&self, number: u64) -> f64 {
        self.logarithms.get(number as usize).copied().unwrap_or_else(|| libm::log(number as f64))
    }
}

/// Takes neurons one by one.
pub(super) struct Folder<'a> {
    binning: &'a Binning,
    settings: &'a FoldSettings,
    tables: &'a NumberTables,
    /// N(r) = 1 + edges up to radius r, for r = 0, 1, ..., of the neuron at hand.
    numbers: Vec<u32>,
    /// Distinct radii of the neuron at hand, with N(r).
    points: Vec<(u32, u32)>,
    block: MassBlock,
    fold: GroupFold,
}

impl<'a> Folder<'a> {
    pub(super) fn new(binning: &'a Binning, settings: &'a FoldSettings, tables: &'a NumberTables) -> Self {
        let block = MassBlock::new(settings.largest_radius());
        let fold = GroupFold::empty(settings);
        Self { binning, settings, tables, numbers: Vec::new(), points: Vec::new(), block, fold }
    }

    /// Folds the histogram of the next neuron.
    #[cfg_attr(small, optimize(speed), inline(never))]
    pub(super) fn push(&mut self, counts: &[u32], entries: u64) {
        let zeros = u64::from(counts[self.binning.zeros()]);
        let nonfinite = u64::from(counts[self.binning.nonfinite()]);
        let edges = entries - zeros - nonfinite;
        if edges == 0 {
            self.fold.edgeless.push(self.fold.neurons as u32);
        }
        self.fold.neurons += 1;
        self.fold.edges += edges;
        self.fold.zeros += zeros;
        self.fold.nonfinite += nonfinite;
        if edges > 0 {
            numbers(counts, self.settings.nfd_threshold, 0, &mut self.numbers);
            let tables = self.tables;
            let logarithm = |number| tables.logarithm(u64::from(number));
            let dimension = dimension(&self.numbers, &tables.log_radius, logarithm, &mut self.points);
            self.fold.dimensions.push(dimension);
        }
        self.push_mass(counts);
    }

    #[cfg_attr(small, optimize(speed))]
    fn push_mass(&mut self, counts: &[u32]) {
        mass_numbers(counts, self.settings, &mut self.numbers);
        let number = u64::from(self.numbers.last().copied().unwrap_or(1));
        // A neuron has fewer than 2^32 entries.
        self.fold.degrees.push((number - 1) as u32);
        if number <= 1 + self.settings.minimum_degree {
            return;
        }
        self.fold.partition.keep(&self.numbers);
        // Radius 0 is no point of the spectrum.
        let numbers = &self.numbers[1..];
        if number <= SmallNeurons::LARGEST_NUMBER {
            return self.fold.small.push(numbers);
        }
        let tables = self.tables;
        let (all, inverse_all) = (tables.root(number), tables.inverse_root(number));
        self.block.push(numbers.iter().map(|&number| {
            let number = u64::from(number);
            (tables.root(number) * inverse_all, tables.inverse_root(number) * all)
        }));
        if self.block.neurons() == NEURONS_PER_BLOCK {
            self.block.flush(&self.settings.grid, &mut self.fold.partition);
        }
    }

    /// The fold of all neurons pushed so far.
    #[cfg_attr(small, optimize(speed))]
    pub(super) fn finish(mut self) -> GroupFold {
        if self.block.neurons() > 0 {
            self.block.flush(&self.settings.grid, &mut self.fold.partition);
        }
        self.fold
    }
}

/// N(r) = 1 + edges of the spectrum up to radius r, for r = 0, 1, ..., into `of_radii`.
#[cfg_attr(small, optimize(speed))]
pub(super) fn mass_numbers(counts: &[u32], settings: &FoldSettings, of_radii: &mut Vec<u32>) {
    // The gate: only edges longer than 1.
    let gate = Binning::lower(1) + 1;
    match settings.rounding {
        Rounding::Nearest => numbers(counts, settings.threshold, gate, of_radii),
        other => rounded_numbers(counts, settings.threshold, (other, gate), of_radii),
    }
}

/// N(r) = 1 + edges up to radius r, for r = 0, 1, ..., up to `threshold`, into `numbers`. Edges in bins before `gate`
/// do not count.
#[cfg_attr(small, optimize(speed))]
fn numbers(counts: &[u32], threshold: f64, gate: usize, numbers: &mut Vec<u32>) {
    let last = threshold.round_ties_even() as usize;
    let (halves, _) = counts.as_chunks::<2>();
    // Modulo 2^32 on the way: what is below the gate is added again before it is looked at.
    let mut number = 1_u32.wrapping_sub(counts[..gate].iter().sum());
    numbers.clear();
    numbers.extend(halves[..last].iter().map(|[lower, upper]| {
        number = number.wrapping_add(lower + upper);
        number
    }));
    numbers.push(number.wrapping_add(halves[last][0]));
    // Radii below the gate.
    numbers[..gate / 2].fill(1);
}

/// The same, with radii of another rounding.
#[cfg_attr(small, optimize(speed))]
fn rounded_numbers(
    counts: &[u32],
    threshold: f64,
    (rounding, gate): (Rounding, usize),
    numbers: &mut Vec<u32>,
) {
    let last = Binning::lower(threshold.round_ties_even() as u32);
    numbers.clear();
    numbers.resize(rounding.radius(last) + 1, 1);
    let mut number = 1;
    for bin in gate..=last {
        number += counts[bin];
        // The last bin of a radius has its number.
        numbers[rounding.radius(bin)] = number;
    }
}
