//! Two checkpoints of one wiring: distance of their spectra, and what became of each neuron. Beside every number stands
//! that of both checkpoints shuffled, each by itself (method, section 7).

use rayon::prelude::*;
use thiserror::Error;

use super::folded::{LayerFold, SampleFold};
use super::nulls::Summary;
use super::record::finite;
use super::{Measured, NetworkKind, Options};
use crate::multifractal::statistics::mean;
use crate::multifractal::{
    Curve, ExactPartition, FoldSettings, GroupFold, PartitionSums, mass_exponent, shuffle_group, spearman,
};
use crate::report::{
    COMPARISON_SCHEMA, Change, ComparedCheckpoint, Comparison, Difference, Measure, NeuronChange, Tool,
};

/// Checkpoints that cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CompareError {
    /// Samples of two networks.
    #[error("neurons are compared in whole networks: analyse both checkpoints with \"full\"")]
    Sampled,
    /// Two analyses.
    #[error("{before} and {after} were analysed with different options")]
    Options {
        /// Name of a checkpoint.
        before: String,
        /// The other one.
        after: String,
    },
    /// Two wirings.
    #[error(
        "{before} and {after} have different groups, first \"{group}\": they are no checkpoints of one model"
    )]
    Groups {
        /// Name of a checkpoint.
        before: String,
        /// The other one.
        after: String,
        /// The first group that differs.
        group: String,
    },
}

/// What shuffled pairs gave so far. Every pair is the same whatever the number of calls.
#[derive(Debug, Clone, Default)]
pub struct ShuffledPairs {
    pairs: Vec<PairNumbers>,
}

/// The numbers of a pair of checkpoints, real or shuffled.
#[derive(Debug, Clone)]
struct PairNumbers {
    whole: Numbers,
    groups: Vec<Numbers>,
}

/// Of a group, or of all of them; NaN where there is none.
#[derive(Debug, Clone)]
struct Numbers {
    /// Before and after, likewise the others.
    alpha0: [f64; 2],
    width: [f64; 2],
    nfd: [f64; 2],
    distance: f64,
    shift: f64,
    shape: f64,
    rank_correlation: f64,
    /// The largest changes of fractal dimensions, descending, and the smallest, ascending.
    gains: Vec<f64>,
    losses: Vec<f64>,
}

/// Fractal dimensions of a neuron that has edges in both checkpoints.
#[derive(Debug, Clone, Copy)]
struct Neuron {
    /// Place of its group among the chosen ones.
    group: usize,
    /// Number within the group.
    number: usize,
    before: f64,
    after: f64,
}

impl Neuron {
    fn change(&self) -> f64 {
        self.after - self.before
    }
}

impl ShuffledPairs {
    /// Pairs that are there.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Computes further pairs until there are `count`; `top` changes of either sign are kept of each.
    pub fn compute(
        &mut self,
        before: &Measured,
        after: &Measured,
        count: usize,
        top: usize,
    ) -> Result<(), CompareError> {
        check(before, after)?;
        let pair = |index: usize| shuffled_pair(before, after, index as u32, top);
        self.pairs.par_extend((self.pairs.len()..count).into_par_iter().map(pair));
        Ok(())
    }
}

/// The comparison of two whole networks of the same groups, with `top` neurons of either sign for each group. Spectra of
/// groups are compared where both analyses have them.
pub fn compare(
    before: &Measured,
    after: &Measured,
    shuffled: &ShuffledPairs,
    top: usize,
) -> Result<Comparison, CompareError> {
    check(before, after)?;
    let sides = [before, after].map(Side::new);
    let neurons: Vec<Vec<Neuron>> = sides[0].neurons(&sides[1]);
    let all: Vec<Neuron> = neurons.concat();
    let group = |place: usize| {
        let curves = sides.each_ref().map(|side| side.curve_of(place));
        let numbers = Numbers::new(
            curves,
            sides.each_ref().map(|side| side.dimensions_of(place)),
            &neurons[place],
            top,
        );
        let pairs = shuffled.pairs.iter().map(|pair| &pair.groups[place]);
        difference(Some(sides[0].name(place)), &numbers, pairs.collect(), &sides, &neurons[place], top)
    };
    let whole = Numbers::new(
        sides.each_ref().map(|side| side.curve_of_all(&side.fold.total.partition)),
        sides.each_ref().map(|side| side.fold.total.dimensions.as_slice()),
        &all,
        top,
    );
    let pairs = shuffled.pairs.iter().map(|pair| &pair.whole).collect();
    Ok(Comparison {
        schema: COMPARISON_SCHEMA.to_owned(),
        tool: Tool::this(),
        options: compared_options(before),
        before: sides[0].checkpoint(),
        after: sides[1].checkpoint(),
        shuffled_pairs: shuffled.len() as u64,
        whole: difference(None, &whole, pairs, &sides, &all, top),
        groups: (0..neurons.len()).map(group).collect(),
    })
}

/// Those that a comparison depends on: it has null models of its own.
fn compared_options(measured: &Measured) -> Options {
    Options { null: Vec::new(), ..measured.options().clone() }
}

fn check(before: &Measured, after: &Measured) -> Result<(), CompareError> {
    let names = || {
        let name = |measured: &Measured| measured.folded.identity.name().to_owned();
        (name(before), name(after))
    };
    if before.options().network == NetworkKind::Sampled || after.options().network == NetworkKind::Sampled {
        return Err(CompareError::Sampled);
    }
    let options = |measured| Options { null_samples: 0, ..compared_options(measured) };
    if options(before) != options(after) {
        let (before, after) = names();
        return Err(CompareError::Options { before, after });
    }
    let sides = [before, after].map(Side::new);
    let groups = |side: &Side| side.fold.layers.len();
    let differs = |&place: &usize| {
        let group = |side: &Side| {
            let layer = side.fold.layers.get(place)?;
            Some((side.name(place).to_owned(), layer.neurons))
        };
        group(&sides[0]) != group(&sides[1])
    };
    match (0..groups(&sides[0]).max(groups(&sides[1]))).find(differs) {
        None => Ok(()),
        Some(place) => {
            let (before, after) = names();
            let group = sides.iter().find(|side| place < groups(side)).map_or("", |side| side.name(place));
            Err(CompareError::Groups { before, after, group: group.to_owned() })
        }
    }
}

/// One of the two networks.
struct Side<'a> {
    measured: &'a Measured,
    fold: &'a SampleFold,
}

impl<'a> Side<'a> {
    fn new(measured: &'a Measured) -> Self {
        Self { measured, fold: &measured.folded.samples[0] }
    }

    fn checkpoint(&self) -> ComparedCheckpoint {
        let identity = &self.measured.folded.identity;
        ComparedCheckpoint { name: identity.name().to_owned(), step: identity.step() }
    }

    /// Name of a chosen group.
    fn name(&self, place: usize) -> &'a str {
        let folded = &self.measured.folded;
        &folded.identity.groups[folded.groups[place]].0
    }

    /// That of all groups together.
    fn curve_of_all(&self, partition: &ExactPartition) -> Option<Curve> {
        let folded = &self.measured.folded;
        self.curve_of_sums(&partition.rounded(&folded.settings.grid, &folded.tables))
    }

    /// That of a group alone.
    fn curve_of(&self, place: usize) -> Option<Curve> {
        let spectrum = self.fold.layers[place].spectrum.as_ref()?;
        (!spectrum.tau.is_empty()).then(|| self.curve_of_tau(&spectrum.tau))
    }

    /// That of a shuffled group, where the group itself has one.
    fn curve_of_fold(&self, place: usize, fold: &GroupFold) -> Option<Curve> {
        let folded = &self.measured.folded;
        let wanted = self.fold.layers[place].spectrum.is_some();
        wanted
            .then(|| fold.sums(&folded.settings.grid, &folded.tables))
            .and_then(|sums| self.curve_of_sums(&sums))
    }

    fn curve_of_sums(&self, sums: &PartitionSums) -> Option<Curve> {
        let grid = &self.measured.folded.settings.grid;
        Some(self.curve_of_tau(&mass_exponent(sums, grid)?))
    }

    fn curve_of_tau(&self, tau: &[f64]) -> Curve {
        let folded = &self.measured.folded;
        Curve::of_tau(tau, &folded.settings.grid, folded.options.spectrum_mode())
    }

    /// Fractal dimensions of the neurons of a group that have edges.
    fn dimensions_of(&self, place: usize) -> &'a [f64] {
        let layers = &self.fold.layers;
        let start: usize = layers[..place].iter().map(|layer| layer.with_edges).sum();
        &self.fold.total.dimensions[start..start + layers[place].with_edges]
    }

    /// The neurons of every group that have edges on both sides.
    fn neurons(&self, after: &Self) -> Vec<Vec<Neuron>> {
        let places = 0..self.fold.layers.len();
        let all = |side: &Self, place: usize| {
            let LayerFold { neurons, marks, .. } = &side.fold.layers[place];
            aligned(side.dimensions_of(place), &marks.edgeless, *neurons)
        };
        places.map(|place| paired(place, &all(self, place), &all(after, place))).collect()
    }

    /// A chosen group, shuffled.
    fn shuffled(&self, place: usize, sample: u32) -> GroupFold {
        let folded = &self.measured.folded;
        let (group, totals) = self.measured.group_totals(place);
        let stream = (folded.options.seed, sample, group);
        shuffle_group(totals, self.measured.binning(), &folded.settings, &folded.tables, stream)
    }
}

/// One fractal dimension for each neuron; `None` for those without an edge, which have none.
fn aligned(dimensions: &[f64], edgeless: &[u32], neurons: u64) -> Vec<Option<f64>> {
    let mut all = vec![None; neurons as usize];
    let mut missing = edgeless.iter().map(|&neuron| neuron as usize).peekable();
    let there = (0..all.len()).filter(|neuron| missing.next_if_eq(neuron).is_none());
    let there: Vec<usize> = there.collect();
    there.into_iter().zip(dimensions).for_each(|(neuron, &dimension)| all[neuron] = Some(dimension));
    all
}

fn paired(group: usize, before: &[Option<f64>], after: &[Option<f64>]) -> Vec<Neuron> {
    let pairs = before.iter().zip(after).enumerate();
    pairs
        .filter_map(|(number, (&before, &after))| {
            Some(Neuron { group, number, before: before?, after: after? })
        })
        .collect()
}

/// Both checkpoints shuffled, with streams of their own: with the same one, they would be shuffled nearly alike.
fn shuffled_pair(before: &Measured, after: &Measured, index: u32, top: usize) -> PairNumbers {
    let sides = [before, after].map(Side::new);
    let mut all = ShuffledGroups::new(&before.folded.settings);
    let groups = (0..sides[0].fold.layers.len())
        .map(|place| {
            let folds = [sides[0].shuffled(place, 2 * index), sides[1].shuffled(place, 2 * index + 1)];
            let neurons = paired(place, &every_dimension(&folds[0]), &every_dimension(&folds[1]));
            let dimensions = folds.each_ref().map(|fold| fold.dimensions.as_slice());
            let curves = [0, 1].map(|side: usize| sides[side].curve_of_fold(place, &folds[side]));
            let numbers = Numbers::new(curves, dimensions, &neurons, top);
            all.add(folds, neurons);
            numbers
        })
        .collect();
    let curves = [0, 1].map(|side: usize| sides[side].curve_of_all(&all.partitions[side]));
    let dimensions = all.dimensions.each_ref().map(Vec::as_slice);
    PairNumbers { whole: Numbers::new(curves, dimensions, &all.neurons, top), groups }
}

fn every_dimension(fold: &GroupFold) -> Vec<Option<f64>> {
    aligned(&fold.dimensions, &fold.edgeless, fold.neurons)
}

/// What the whole of a shuffled pair needs of its groups.
struct ShuffledGroups {
    /// Before and after, likewise the dimensions.
    partitions: [ExactPartition; 2],
    dimensions: [Vec<f64>; 2],
    neurons: Vec<Neuron>,
}

impl ShuffledGroups {
    fn new(settings: &FoldSettings) -> Self {
        let partitions = [ExactPartition::new(settings), ExactPartition::new(settings)];
        Self { partitions, dimensions: [Vec::new(), Vec::new()], neurons: Vec::new() }
    }

    fn add(&mut self, folds: [GroupFold; 2], neurons: Vec<Neuron>) {
        self.neurons.extend(neurons);
        let sides = self.partitions.iter_mut().zip(&mut self.dimensions);
        for ((partition, dimensions), fold) in sides.zip(folds) {
            partition.add(fold.partition, fold.small);
            dimensions.extend(fold.dimensions);
        }
    }
}

impl Numbers {
    fn new(curves: [Option<Curve>; 2], dimensions: [&[f64]; 2], neurons: &[Neuron], top: usize) -> Self {
        let of_curves =
            |value: fn(&Curve) -> f64| curves.each_ref().map(|c| c.as_ref().map_or(f64::NAN, value));
        let (distance, shift, shape) = match &curves {
            [Some(before), Some(after)] => distance(&before.alpha, &after.alpha),
            _ => (f64::NAN, f64::NAN, f64::NAN),
        };
        let columns: [Vec<f64>; 2] = [
            neurons.iter().map(|neuron| neuron.before).collect(),
            neurons.iter().map(|neuron| neuron.after).collect(),
        ];
        let changes = |sign| largest(neurons, sign, top).map(Neuron::change).collect();
        Self {
            alpha0: of_curves(|curve| curve.alpha0),
            width: of_curves(|curve| curve.width),
            nfd: dimensions.map(|dimensions| mean(dimensions).unwrap_or(f64::NAN)),
            distance,
            shift,
            shape,
            rank_correlation: spearman(&columns[0], &columns[1]).unwrap_or(f64::NAN),
            gains: changes(1.0),
            losses: changes(-1.0),
        }
    }
}

/// Distance, shift and shape of two curves over the same orders.
fn distance(before: &[f64], after: &[f64]) -> (f64, f64, f64) {
    let orders = before.len() as f64;
    let differences = || before.iter().zip(after).map(|(before, after)| after - before);
    let root_mean_square =
        |away: f64| (differences().map(|d| (d - away) * (d - away)).sum::<f64>() / orders).sqrt();
    let shift = differences().sum::<f64>() / orders;
    (root_mean_square(0.0), shift, root_mean_square(shift))
}

/// The neurons with the largest changes of this sign, the largest first; of equal ones the first neuron first.
fn largest(neurons: &[Neuron], sign: f64, top: usize) -> impl Iterator<Item = &Neuron> {
    let mut found: Vec<&Neuron> = Vec::new();
    // Lists are short, and few neurons come into them: no sort of all, whose code every visitor would download.
    for neuron in neurons.iter().filter(|neuron| sign * neuron.change() > 0.0) {
        let place = found.partition_point(|other| sign * other.change() >= sign * neuron.change());
        if place < top {
            found.truncate(top - 1);
            found.insert(place, neuron);
        }
    }
    found.into_iter()
}

fn difference(
    name: Option<&str>,
    numbers: &Numbers,
    pairs: Vec<&Numbers>,
    sides: &[Side; 2],
    neurons: &[Neuron],
    top: usize,
) -> Difference {
    let measure = |value: &dyn Fn(&Numbers) -> f64| {
        let shuffled: Vec<Option<f64>> = pairs.iter().map(|pair| finite(value(pair))).collect();
        let Summary { mean, interval, .. } = Summary::of(&shuffled);
        Measure { value: finite(value(numbers)), shuffled: mean, shuffled_interval: interval }
    };
    let change = |values: fn(&Numbers) -> [f64; 2]| {
        let [before, after] = values(numbers).map(finite);
        Change { before, after, change: measure(&|numbers| values(numbers)[1] - values(numbers)[0]) }
    };
    let list = |sign: f64, changes: fn(&Numbers) -> &[f64]| -> Vec<NeuronChange> {
        let at = |(place, neuron): (usize, &Neuron)| {
            let of_list = measure(&|numbers| changes(numbers).get(place).copied().unwrap_or(f64::NAN));
            neuron.record(of_list, sides)
        };
        largest(neurons, sign, top).enumerate().map(at).collect()
    };
    Difference {
        name: name.map(str::to_owned),
        neurons: neurons.len() as u64,
        alpha0: change(|numbers| numbers.alpha0),
        width: change(|numbers| numbers.width),
        distance: measure(&|numbers| numbers.distance),
        shift: measure(&|numbers| numbers.shift),
        shape: measure(&|numbers| numbers.shape),
        nfd: change(|numbers| numbers.nfd),
        rank_correlation: measure(&|numbers| numbers.rank_correlation),
        gains: list(1.0, |numbers| &numbers.gains),
        losses: list(-1.0, |numbers| &numbers.losses),
    }
}

impl Neuron {
    fn record(&self, change: Measure, sides: &[Side; 2]) -> NeuronChange {
        let edges = |side: &Side| side.fold.layers[self.group].marks.degrees[self.number].into();
        NeuronChange {
            group: sides[0].name(self.group).to_owned(),
            neuron: self.number as u64,
            before: self.before,
            after: self.after,
            change,
            edges_before: edges(&sides[0]),
            edges_after: edges(&sides[1]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_by_hand() {
        // Differences 1, 3: mean 2, root mean square sqrt(5), around the mean 1.
        let (distance, shift, shape) = distance(&[1.0, 0.0], &[2.0, 3.0]);
        assert_eq!((shift, shape), (2.0, 1.0));
        assert!((distance - 5.0_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn neurons_without_edges_are_passed_over() {
        assert_eq!(aligned(&[0.5, 0.7], &[0, 2], 4), [None, Some(0.5), None, Some(0.7)]);
        let pairs = paired(3, &[None, Some(1.0), Some(2.0)], &[Some(1.0), None, Some(5.0)]);
        assert_eq!(pairs.len(), 1);
        assert_eq!((pairs[0].group, pairs[0].number, pairs[0].change()), (3, 2, 3.0));
    }

    #[test]
    fn the_largest_changes_come_first_and_ties_in_order() {
        let neuron = |number, after| Neuron { group: 0, number, before: 1.0, after };
        let neurons = [neuron(0, 1.5), neuron(1, 2.0), neuron(2, 0.0), neuron(3, 2.0), neuron(4, 1.0)];
        let numbers = |sign, top| largest(&neurons, sign, top).map(|n| n.number).collect::<Vec<_>>();
        assert_eq!(numbers(1.0, 2), [1, 3]);
        assert_eq!(numbers(1.0, 9), [1, 3, 0]);
        assert_eq!(numbers(-1.0, 9), [2]);
        assert!(numbers(1.0, 0).is_empty());
    }
}
