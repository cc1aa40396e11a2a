//! Neurons of few edges, whose numbers take few values.
//!
//! Two neurons with the same N(r) and N(d) have the same mass, and so are all its powers. In a sampled network 142,080
//! masses are 2,244 different ones: they are counted first, and each is raised once. Counts are integers, so that
//! neurons may come in any order, and from any part of a network, and the sums are the same bits.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::fold::NumberTables;
use super::partition::{PartitionSums, PowerSums, QGrid};

/// Largest N(d) of such a neuron.
pub(super) const LARGEST_NUMBER: u64 = u8::MAX as u64;
/// Numbers below this, the largest and 0 included.
const NUMBERS: usize = LARGEST_NUMBER as usize + 1;
/// Neurons whose numbers at one radius lie side by side.
const NEURONS_PER_BLOCK: usize = 64;
/// Blocks that are kept before their numbers are counted: 10 MB for radii up to 150.
const MOST_BLOCKS: usize = 1024;

/// Numbers N(r) = 1 + edges up to radius r, for r = 1 to T, of neurons with N(d) up to 255.
#[derive(Debug, Clone, Default)]
pub struct SmallNeurons {
    blocks: Vec<Block>,
    /// How many neurons have which number, of those that are no longer kept one by one.
    counted: BTreeMap<Number, u64>,
}

/// Up to 64 neurons.
#[derive(Debug, Clone)]
struct Block {
    /// N(d) of each.
    totals: Vec<u8>,
    /// `[radii, 64]`.
    numbers: Vec<u8>,
}

/// A number N(r) that occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number {
    /// The radius r.
    pub radius: u32,
    /// N(d) of its neuron.
    pub total: u8,
    /// N(r).
    pub number: u8,
}

impl SmallNeurons {
    /// Adds a neuron: its numbers at the radii 1, 2, ..., T, of which the last is N(d), at most 255.
    pub(super) fn push(&mut self, numbers: &[u64]) {
        if self.blocks.last().is_none_or(|block| block.totals.len() == NEURONS_PER_BLOCK) {
            self.blocks
                .push(Block { totals: Vec::new(), numbers: vec![0; numbers.len() * NEURONS_PER_BLOCK] });
        }
        let Some(Block { totals, numbers: places }) = self.blocks.last_mut() else { return };
        let places = places[totals.len()..].iter_mut().step_by(NEURONS_PER_BLOCK);
        places.zip(numbers).for_each(|(place, &number)| *place = number as u8);
        totals.push(numbers.last().map_or(0, |&total| total as u8));
    }

    /// Adds the neurons of another.
    pub fn append(&mut self, mut other: Self) {
        self.blocks.append(&mut other.blocks);
        other.counted.into_iter().for_each(|(number, count)| self.add(number, count));
        if self.blocks.len() > MOST_BLOCKS {
            self.count();
        }
    }

    /// Adds neurons by a number that they have.
    pub fn add(&mut self, number: Number, neurons: u64) {
        *self.counted.entry(number).or_default() += neurons;
    }

    /// How many neurons have which number, ascending: all there is to know of them.
    pub fn numbers(&mut self) -> impl Iterator<Item = (Number, u64)> + '_ {
        self.count();
        self.counted.iter().map(|(&number, &count)| (number, count))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.counted.is_empty()
    }

    fn count(&mut self) {
        let mut tally = Tally::new(self);
        let mut counted = BTreeMap::new();
        for radius in 1..=self.largest_radius() {
            counted.extend(tally.of(self, radius));
        }
        *self = Self { blocks: Vec::new(), counted };
    }

    fn largest_radius(&self) -> u32 {
        let of_blocks =
            self.blocks.iter().map(|block| (block.numbers.len() / NEURONS_PER_BLOCK) as u32).max();
        let counted = self.counted.last_key_value().map(|(number, _)| number.radius);
        of_blocks.max(counted).unwrap_or(0)
    }

    /// Adds the powers of the masses of all neurons to `sums`.
    pub(super) fn add_to(&self, grid: &QGrid, tables: &NumberTables, sums: &mut PartitionSums) {
        /// Radii of one task.
        const RADII: usize = 16;
        if self.is_empty() {
            return;
        }
        let orders = grid.orders().len();
        // Radius 0 is no point of the spectrum.
        let largest = self.largest_radius() as usize;
        let z = &mut sums.z_mut()[orders..(largest + 1) * orders];
        z.par_chunks_mut(RADII * orders).enumerate().for_each(|(task, z)| {
            let mut tally = Tally::new(self);
            let mut powers = PowerSums::new(grid);
            for (radius, z) in (1 + (task * RADII) as u32..).zip(z.chunks_exact_mut(orders)) {
                for (Number { total, number, .. }, neurons) in tally.of(self, radius) {
                    powers.push(tables.mass(number.into(), total.into()), neurons as f64);
                }
                powers.add_to(z);
            }
        });
    }
}

/// Counts the numbers of one radius after the other.
struct Tally {
    /// N(d) that occur, ascending.
    totals: Vec<u8>,
    /// The place of each among them.
    places: [u16; NUMBERS],
    /// `[totals, numbers]`; all zero between two radii.
    counts: Vec<u32>,
    found: Vec<(Number, u64)>,
}

impl Tally {
    fn new(neurons: &SmallNeurons) -> Self {
        let mut occurs = [false; NUMBERS];
        let totals = neurons.blocks.iter().flat_map(|block| &block.totals);
        totals.for_each(|&total| occurs[usize::from(total)] = true);
        let totals: Vec<u8> = (0..=u8::MAX).filter(|&total| occurs[usize::from(total)]).collect();
        let mut places = [0; NUMBERS];
        (0..).zip(&totals).for_each(|(place, &total)| places[usize::from(total)] = place);
        let counts = vec![0; totals.len() * NUMBERS];
        Self { totals, places, counts, found: Vec::new() }
    }

    /// The numbers that occur at a radius and how many neurons have each, by ascending N(d) and N(r).
    fn of(&mut self, neurons: &SmallNeurons, radius: u32) -> impl Iterator<Item = (Number, u64)> + '_ {
        let (mut least, mut most) = (u8::MAX, 0);
        let start = (radius as usize - 1) * NEURONS_PER_BLOCK;
        for Block { totals, numbers } in &neurons.blocks {
            let Some(numbers) = numbers.get(start..start + totals.len()) else { continue };
            least = numbers.iter().copied().fold(least, u8::min);
            most = numbers.iter().copied().fold(most, u8::max);
            for (&number, &total) in numbers.iter().zip(totals) {
                self.counts[usize::from(self.places[usize::from(total)]) * NUMBERS + usize::from(number)] +=
                    1;
            }
        }
        self.found.clear();
        for (&total, counts) in self.totals.iter().zip(self.counts.chunks_exact_mut(NUMBERS)) {
            for number in least..=most.min(total) {
                let count = std::mem::take(&mut counts[usize::from(number)]);
                if count > 0 {
                    self.found.push((Number { radius, total, number }, count.into()));
                }
            }
        }
        self.merge_counted(neurons, radius);
        self.found.iter().copied()
    }

    fn merge_counted(&mut self, neurons: &SmallNeurons, radius: u32) {
        let first = |radius| Number { radius, total: 0, number: 0 };
        let mut counted = neurons.counted.range(first(radius)..first(radius + 1)).peekable();
        if counted.peek().is_some() {
            let mut all: BTreeMap<Number, u64> = self.found.drain(..).collect();
            counted.for_each(|(&number, &count)| *all.entry(number).or_default() += count);
            self.found.extend(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multifractal::FoldSettings;
    use proptest::prelude::*;

    const RADII: usize = 20;

    /// Ascending numbers from steps.
    fn numbers(steps: &[u8]) -> Vec<u64> {
        let mut number = 1;
        let next = |&step: &u8| {
            number += u64::from(step % 12);
            number
        };
        steps.iter().map(next).collect()
    }

    fn settings() -> FoldSettings {
        let grid = QGrid::new(-3.0, 3.0, 0.1).unwrap();
        FoldSettings { threshold: RADII as f64, nfd_threshold: 20.0, grid }
    }

    fn sums(neurons: &SmallNeurons) -> PartitionSums {
        let settings = settings();
        let mut tables = NumberTables::new(&settings);
        tables.reach(LARGEST_NUMBER);
        let mut sums = PartitionSums::new(&settings.grid, RADII as u32);
        neurons.add_to(&settings.grid, &tables, &mut sums);
        sums
    }

    proptest! {
        #[test]
        fn any_order_and_any_parts_give_the_same_bits_and_the_plain_sums(
            steps in prop::collection::vec(prop::array::uniform20(any::<u8>()), 1..150),
            cut in 0_usize..150,
        ) {
            let neurons: Vec<Vec<u64>> = steps.iter().map(|steps| numbers(steps)).collect();
            let together = |neurons: &mut dyn Iterator<Item = &Vec<u64>>| {
                let mut small = SmallNeurons::default();
                neurons.for_each(|numbers| small.push(numbers));
                small
            };
            let all = sums(&together(&mut neurons.iter()));
            prop_assert_eq!(&sums(&together(&mut neurons.iter().rev())), &all);

            let (first, second) = neurons.split_at(cut.min(neurons.len()));
            let mut counted = together(&mut second.iter());
            counted.count();
            counted.append(together(&mut first.iter()));
            prop_assert_eq!(&sums(&counted), &all);

            for (index, &q) in settings().grid.orders().iter().enumerate() {
                for radius in 1..=RADII {
                    let power = |n: &Vec<u64>| libm::pow(n[radius - 1] as f64 / n[RADII - 1] as f64, q);
                    let plain: f64 = neurons.iter().map(power).sum();
                    let sum = all.order(index)[radius];
                    prop_assert!((sum / plain - 1.0).abs() < 1e-13, "q {q}, r {radius}: {sum} against {plain}");
                }
            }
        }
    }
}
