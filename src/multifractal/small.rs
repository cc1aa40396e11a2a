//! Neurons of few edges, whose numbers take few values.
//!
//! Two neurons with the same N(r) and N(d) have the same mass, and so are all its powers. In a sampled network 142,080
//! masses are 2,244 different ones: they are counted first, and each is raised once. Counts are integers, so that
//! neurons may come in any order, and from any part of a network, and the sums are the same bits.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use super::fold::NumberTables;
use super::partition::{PartitionSums, PowerSums, QGrid};

/// Numbers that a byte holds.
const NUMBERS: usize = u8::MAX as usize + 1;
/// Bytes of neurons that are kept one by one before their numbers are counted.
const MOST_BYTES: usize = 10 << 20;
/// No number is had by more neurons: those of many parts add up without passing 64 bits.
const MOST_COUNTED: u64 = 1 << 49;
/// Radii of one task.
const RADII_PER_TASK: usize = 16;

/// Numbers N(r) = 1 + edges up to radius r, for r = 1 to T, of neurons with N(d) up to 255.
#[derive(Debug, Clone, Default)]
pub struct SmallNeurons {
    /// N(d) of each.
    totals: Vec<u8>,
    /// `[neurons, radii]`.
    numbers: Vec<u8>,
    /// How many neurons have which number, of those that are no longer kept one by one.
    counted: BTreeMap<Number, u64>,
}

/// A number N(r) that occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Number {
    radius: u32,
    /// N(d) of its neuron.
    total: u8,
    /// N(r).
    number: u8,
}

impl SmallNeurons {
    /// Largest N(d) of such a neuron.
    pub const LARGEST_NUMBER: u64 = u8::MAX as u64;

    /// Adds a neuron: its numbers at the radii 1, 2, ..., T, of which the last is N(d), at most 255.
    #[cfg_attr(small, optimize(speed))]
    pub(super) fn push(&mut self, numbers: &[u32]) {
        self.numbers.extend(numbers.iter().map(|&number| number as u8));
        self.totals.push(numbers.last().map_or(0, |&total| total as u8));
    }

    /// Adds the neurons of another, of the same radii.
    pub fn append(&mut self, mut other: Self) {
        self.totals.append(&mut other.totals);
        self.numbers.append(&mut other.numbers);
        other.counted.into_iter().for_each(|(number, count)| self.add(number, count));
        if self.numbers.len() > MOST_BYTES {
            self.count();
        }
    }

    fn add(&mut self, number: Number, neurons: u64) {
        *self.counted.entry(number).or_default() += neurons;
    }

    /// Of the neurons that are kept one by one, N(r) at r = 1, 2, ..., T, a byte each.
    pub fn numbers(&self) -> &[u8] {
        &self.numbers
    }

    /// N(d) and, at r = 1, 2, ..., T, N(r) of each of them.
    pub(super) fn each(&self) -> impl Iterator<Item = (u8, &[u8])> {
        self.totals.iter().copied().zip(self.numbers.chunks_exact(self.radii().max(1)))
    }

    /// Of the others, r, N(d), N(r), and how many neurons have these.
    pub fn counted(&self) -> impl Iterator<Item = (u32, u8, u8, u64)> + '_ {
        let tuple = |(number, &count): (&Number, &u64)| (number.radius, number.total, number.number, count);
        self.counted.iter().map(tuple)
    }

    /// Neurons that [`Self::numbers`] and [`Self::counted`] listed; `None` for numbers that cannot be.
    pub fn from_parts(radii: usize, numbers: &[u8], counted: &[(u32, u8, u8, u64)]) -> Option<Self> {
        let grows = |row: &[u8]| row[0] > 0 && row.windows(2).all(|pair| pair[0] <= pair[1]);
        let rows = numbers.chunks(radii);
        if !numbers.len().is_multiple_of(radii) || !rows.clone().all(grows) {
            return None;
        }
        let mut neurons = Self { numbers: numbers.to_vec(), ..Self::default() };
        neurons.totals.extend(rows.filter_map(<[u8]>::last));
        for &(radius, total, number, count) in counted {
            let sound = (1..=radii).contains(&(radius as usize)) && (1..=total).contains(&number);
            // A number that is listed twice could add up to anything.
            let before = neurons.counted.insert(Number { radius, total, number }, count);
            if !sound || count > MOST_COUNTED || before.is_some() {
                return None;
            }
        }
        Some(neurons)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.totals.is_empty() && self.counted.is_empty()
    }

    fn count(&mut self) {
        let largest = self.largest_radius();
        let mut counted = BTreeMap::new();
        for first in (1..=largest).step_by(RADII_PER_TASK) {
            let mut tally = Tally::new(self, first..largest.min(first + RADII_PER_TASK - 1) + 1);
            while let Some(found) = tally.next_radius() {
                counted.extend(found.iter().copied());
            }
        }
        *self = Self { counted, ..Self::default() };
    }

    /// Radii of the neurons that are kept one by one.
    fn radii(&self) -> usize {
        self.numbers.len().checked_div(self.totals.len()).unwrap_or(0)
    }

    fn largest_radius(&self) -> usize {
        let counted = self.counted.last_key_value().map_or(0, |(number, _)| number.radius as usize);
        self.radii().max(counted)
    }

    /// Adds the powers of the masses of all neurons to `sums`.
    pub(super) fn add_to(&self, grid: &QGrid, tables: &NumberTables, sums: &mut PartitionSums) {
        if self.is_empty() {
            return;
        }
        let orders = grid.orders().len();
        // Radius 0 is no point of the spectrum.
        let z = &mut sums.z_mut()[orders..(self.largest_radius() + 1) * orders];
        z.par_chunks_mut(RADII_PER_TASK * orders).enumerate().for_each(|(task, z)| {
            let first = 1 + task * RADII_PER_TASK;
            let mut tally = Tally::new(self, first..first + z.len() / orders);
            let mut powers = PowerSums::new(grid);
            for z in z.chunks_exact_mut(orders) {
                for &(Number { total, number, .. }, neurons) in tally.next_radius().unwrap_or_default() {
                    powers.push(tables.mass(number.into(), total.into()), neurons as f64);
                }
                powers.add_to(z);
            }
        });
    }
}

/// Counts the numbers of one radius after the other.
struct Tally<'a> {
    neurons: &'a SmallNeurons,
    /// Radii that are still to come.
    radii: Range<usize>,
    /// `[radii, neurons]`, from radius `first` on.
    numbers: Vec<u8>,
    first: usize,
    /// N(d) that occur, ascending.
    totals: Vec<u8>,
    /// Where the numbers of each neuron are counted.
    places: Vec<u16>,
    /// `[totals, numbers]`; all zero between two radii.
    counts: Vec<u32>,
    found: Vec<(Number, u64)>,
}

impl<'a> Tally<'a> {
    fn new(neurons: &'a SmallNeurons, radii: Range<usize>) -> Self {
        let mut occurs = [false; NUMBERS];
        neurons.totals.iter().for_each(|&total| occurs[usize::from(total)] = true);
        let totals: Vec<u8> = (0..=u8::MAX).filter(|&total| occurs[usize::from(total)]).collect();
        let mut place_of = [0; NUMBERS];
        (0..).zip(&totals).for_each(|(place, &total)| place_of[usize::from(total)] = place * NUMBERS as u16);
        Self {
            numbers: numbers_by_radius(neurons, &radii),
            neurons,
            first: radii.start,
            radii,
            places: neurons.totals.iter().map(|&total| place_of[usize::from(total)]).collect(),
            counts: vec![0; totals.len() * NUMBERS],
            totals,
            found: Vec::new(),
        }
    }

    /// The numbers that occur at the next radius and how many neurons have each, by ascending N(d) and N(r).
    #[cfg_attr(small, optimize(speed), inline(never))]
    fn next_radius(&mut self) -> Option<&[(Number, u64)]> {
        let radius = self.radii.next()?;
        let row = (radius - self.first) * self.places.len();
        let numbers = self.numbers.get(row..row + self.places.len()).unwrap_or_default();
        for (&number, &place) in numbers.iter().zip(&self.places) {
            self.counts[usize::from(place) + usize::from(number)] += 1;
        }
        let least = numbers.iter().copied().fold(u8::MAX, u8::min);
        let most = numbers.iter().copied().fold(0, u8::max);
        let found = self.collect(radius as u32, (least.min(most), most));
        Some(self.with_counted(radius as u32, found))
    }

    /// Moves the counts of numbers within a range to those that were found; returns how many these are.
    #[cfg_attr(small, optimize(speed))]
    fn collect(&mut self, radius: u32, (least, most): (u8, u8)) -> usize {
        /// Most counts are 0: so many are passed over at once.
        const STRIDE: usize = 4;
        let first = usize::from(least) / STRIDE * STRIDE;
        // Every count of a stride is written, and written over if it is 0: branches would be guessed wrong too often.
        let none = (Number { radius, total: 0, number: 0 }, 0);
        self.found.resize(self.found.len().max(self.places.len() + STRIDE), none);
        let mut found = 0;
        for (&total, counts) in self.totals.iter().zip(self.counts.chunks_exact_mut(NUMBERS)) {
            let (strides, _) = counts[first..].as_chunks_mut::<STRIDE>();
            for (start, stride) in (first..=usize::from(most)).step_by(STRIDE).zip(strides) {
                if *stride == [0; STRIDE] {
                    continue;
                }
                for (number, count) in (start..).zip(std::mem::take(stride)) {
                    self.found[found] = (Number { radius, total, number: number as u8 }, count.into());
                    found += usize::from(count > 0);
                }
            }
        }
        found
    }

    /// The first of those that were found, and the counted ones.
    #[cfg_attr(small, optimize(speed))]
    fn with_counted(&mut self, radius: u32, found: usize) -> &[(Number, u64)] {
        let first = |radius| Number { radius, total: 0, number: 0 };
        let mut counted = self.neurons.counted.range(first(radius)..first(radius + 1)).peekable();
        if counted.peek().is_none() {
            return &self.found[..found];
        }
        let mut all: BTreeMap<Number, u64> = self.found.drain(..).take(found).collect();
        counted.for_each(|(&number, &count)| *all.entry(number).or_default() += count);
        self.found.extend(all);
        &self.found
    }
}

/// `[radii, neurons]`, from `[neurons, radii]`.
#[cfg_attr(small, optimize(speed), inline(never))]
fn numbers_by_radius(neurons: &SmallNeurons, radii: &Range<usize>) -> Vec<u8> {
    let count = neurons.totals.len();
    let columns = radii.start - 1..(radii.end - 1).min(neurons.radii());
    let mut numbers = vec![0; columns.len() * count];
    for (neuron, row) in neurons.numbers.chunks_exact(neurons.radii().max(1)).enumerate() {
        let places = numbers[neuron..].iter_mut().step_by(count);
        places.zip(&row[columns.clone()]).for_each(|(place, &number)| *place = number);
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multifractal::FoldSettings;
    use proptest::prelude::*;

    const RADII: usize = 20;

    /// Ascending numbers from steps.
    fn numbers(steps: &[u8]) -> Vec<u32> {
        let mut number = 1;
        let next = |&step: &u8| {
            number += u32::from(step % 12);
            number
        };
        steps.iter().map(next).collect()
    }

    fn settings() -> FoldSettings {
        let grid = QGrid::new(-3.0, 3.0, 0.1).unwrap();
        FoldSettings::usual(RADII as f64, 20.0, grid)
    }

    fn sums(neurons: &SmallNeurons) -> PartitionSums {
        let settings = settings();
        let mut tables = NumberTables::new(&settings);
        tables.reach(SmallNeurons::LARGEST_NUMBER);
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
            let neurons: Vec<Vec<u32>> = steps.iter().map(|steps| numbers(steps)).collect();
            let together = |neurons: &mut dyn Iterator<Item = &Vec<u32>>| {
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
                    let power = |n: &Vec<u32>| libm::pow(f64::from(n[radius - 1]) / f64::from(n[RADII - 1]), q);
                    let plain: f64 = neurons.iter().map(power).sum();
                    let sum = all.order(index)[radius];
                    prop_assert!((sum / plain - 1.0).abs() < 1e-13, "q {q}, r {radius}: {sum} against {plain}");
                }
            }
        }
    }
}
