//! Shortest paths through layers of neurons (method, section 8).
//!
//! Layers follow one another, so the shortest paths of so many hops are min-plus products of matrices of lengths. Each
//! length is added to the path before it, from the first on: the sums that a search from the neuron would make.

use std::collections::BTreeMap;
use std::ops::Range;

use ndarray::{Array2, Zip, s};

use super::Binning;
use super::histogram::{BlockShape, GroupHistograms, Weights};

/// Layers of neurons and the steps between them. No step leads back.
#[derive(Debug, Clone, PartialEq)]
pub struct PathGraph {
    /// Neurons of each layer.
    pub neurons: Vec<usize>,
    /// All of them, in any order.
    pub steps: Vec<PathStep>,
}

/// Edges from one layer to another.
#[derive(Debug, Clone, PartialEq)]
pub struct PathStep {
    /// Index of the layer that the edges leave.
    pub from: usize,
    /// Index of the layer that they reach.
    pub to: usize,
    /// `[neurons of from, neurons of to]`, in units of r; infinite where there is no edge.
    pub lengths: Array2<f64>,
}

impl PathGraph {
    /// The shortest distances from every neuron of a layer to all neurons that `hops` steps or fewer lead to.
    pub fn distances(&self, layer: usize, hops: u8) -> Distances {
        let mut shortest: BTreeMap<usize, Array2<f64>> = BTreeMap::new();
        let mut reached = self.first_hop(layer);
        for hop in 1..=hops {
            for (&to, lengths) in &reached {
                shorten(&mut shortest, to, lengths);
            }
            if hop < hops {
                reached = self.next_hop(&reached);
            }
        }
        let targets = shortest.values().map(Array2::ncols).sum();
        let mut lists = Array2::from_elem((self.neurons[layer], targets), f64::INFINITY);
        let mut start = 0;
        for lengths in shortest.values() {
            lists.slice_mut(s![.., start..start + lengths.ncols()]).assign(lengths);
            start += lengths.ncols();
        }
        Distances(lists)
    }

    /// Lengths of single steps, by the layer that they lead to.
    fn first_hop(&self, layer: usize) -> BTreeMap<usize, Array2<f64>> {
        let mut reached = BTreeMap::new();
        for step in self.steps.iter().filter(|step| step.from == layer) {
            shorten(&mut reached, step.to, &step.lengths);
        }
        reached
    }

    /// Lengths of the paths with one step more.
    fn next_hop(&self, reached: &BTreeMap<usize, Array2<f64>>) -> BTreeMap<usize, Array2<f64>> {
        let mut next = BTreeMap::new();
        for step in &self.steps {
            if let Some(before) = reached.get(&step.from) {
                let infinite = || Array2::from_elem((before.nrows(), step.lengths.ncols()), f64::INFINITY);
                add_paths(before, &step.lengths, next.entry(step.to).or_insert_with(infinite));
            }
        }
        next
    }
}

/// Takes the shorter of two ways to a layer.
fn shorten(shortest: &mut BTreeMap<usize, Array2<f64>>, to: usize, lengths: &Array2<f64>) {
    match shortest.get_mut(&to) {
        Some(known) => {
            Zip::from(known).and(lengths).for_each(|known, &length| *known = smaller(*known, length))
        }
        None => {
            shortest.insert(to, lengths.clone());
        }
    }
}

/// The min-plus product of `before` and `lengths`, where it is shorter than what `paths` holds.
fn add_paths(before: &Array2<f64>, lengths: &Array2<f64>, paths: &mut Array2<f64>) {
    for (before, mut paths) in before.rows().into_iter().zip(paths.rows_mut()) {
        for (&before, lengths) in before.iter().zip(lengths.rows()).filter(|(before, _)| before.is_finite()) {
            Zip::from(&mut paths)
                .and(lengths)
                .for_each(|path, &length| *path = smaller(before + length, *path));
        }
    }
}

/// A vector minimum, unlike `f64::min`, which must treat NaN in another way.
#[inline(always)]
fn smaller(left: f64, right: f64) -> f64 {
    if left < right { left } else { right }
}

/// Lists of distances `[neurons, neurons that they reach]`; infinite where no path leads.
#[derive(Debug, Clone, PartialEq)]
pub struct Distances(pub Array2<f64>);

impl Distances {
    /// One histogram for each neuron, which sections 3 to 5 of the method take as they take those of edges. A neuron that
    /// is not reached counts as an exact zero does.
    pub fn histograms(&self, binning: &Binning) -> GroupHistograms {
        let mut histograms = GroupHistograms::new(self.0.nrows(), binning);
        let lists = self.0.as_standard_layout();
        if let Some(distances) = lists.as_slice().filter(|distances| !distances.is_empty()) {
            let shape = BlockShape { rows: 1, neurons: self.0.nrows(), tail: self.0.ncols() };
            histograms.count(&Binned { distances, binning }, 0, shape, 0, &mut Vec::new());
        }
        histograms
    }
}

/// Distances as the histograms count them.
struct Binned<'a> {
    distances: &'a [f64],
    binning: &'a Binning,
}

impl Weights for Binned<'_> {
    /// Distances have no sum of |w|.
    fn bin(&self, run: Range<usize>, bins: &mut [u16]) -> f64 {
        for (bin, &distance) in bins.iter_mut().zip(&self.distances[run]) {
            *bin = self.binning.bin_distance(distance);
        }
        0.0
    }
}

#[cfg(test)]
mod tests {
    use petgraph::algo::dijkstra;
    use petgraph::graph::{DiGraph, NodeIndex};
    use proptest::prelude::*;

    use super::*;

    const NONE: f64 = f64::INFINITY;

    #[test]
    fn a_detour_may_be_shorter_and_a_hop_may_be_too_many() {
        // Two neurons, two neurons, one neuron; and a step that leaves out the layer between.
        let graph = PathGraph {
            neurons: vec![2, 2, 1],
            steps: vec![
                PathStep { from: 0, to: 1, lengths: ndarray::array![[2.0, 5.0], [NONE, NONE]] },
                PathStep { from: 1, to: 2, lengths: ndarray::array![[4.0], [0.5]] },
                PathStep { from: 0, to: 2, lengths: ndarray::array![[9.0], [3.0]] },
            ],
        };
        assert_eq!(graph.distances(0, 1).0, ndarray::array![[2.0, 5.0, 9.0], [NONE, NONE, 3.0]]);
        assert_eq!(graph.distances(0, 2).0, ndarray::array![[2.0, 5.0, 5.5], [NONE, NONE, 3.0]]);
        assert_eq!(graph.distances(0, 3), graph.distances(0, 2));
        assert_eq!(graph.distances(2, 3).0.dim(), (1, 0));

        let binning = Binning::new(&[150.0]).unwrap();
        let histograms = graph.distances(0, 2).histograms(&binning);
        let mut counts = Vec::new();
        histograms.counts_into(0, &mut counts);
        assert_eq!((counts[Binning::lower(2)], counts[Binning::lower(5)]), (1, 1));
        assert_eq!(counts[usize::from(binning.bin_f64(1.0 / 5.5))], 1);
        histograms.counts_into(1, &mut counts);
        assert_eq!((counts[Binning::lower(3)], counts[binning.zeros()]), (1, 2));
    }

    /// Layers of up to four neurons, with steps to the next layer and some that pass one over.
    fn graphs() -> impl Strategy<Value = PathGraph> {
        let neurons = prop::collection::vec(1_usize..5, 2..6);
        let length = prop_oneof![1 => Just(NONE), 4 => 0.5..40.0_f64];
        neurons.prop_flat_map(move |neurons| {
            let pairs: Vec<(usize, usize)> = (0..neurons.len())
                .flat_map(|from| [(from, from + 1), (from, from + 2)])
                .filter(|(_, to)| *to < neurons.len())
                .collect();
            let lengths: Vec<_> = pairs
                .iter()
                .map(|&(from, to)| {
                    let shape = (neurons[from], neurons[to]);
                    prop::collection::vec(length.clone(), shape.0 * shape.1)
                        .prop_map(move |lengths| Array2::from_shape_vec(shape, lengths).expect("the shape"))
                })
                .collect();
            (Just(neurons), Just(pairs), lengths).prop_map(|(neurons, pairs, lengths)| {
                let step = |((from, to), lengths)| PathStep { from, to, lengths };
                PathGraph { neurons, steps: pairs.into_iter().zip(lengths).map(step).collect() }
            })
        })
    }

    /// Shortest distances by Dijkstra's algorithm, over copies of every neuron: one for each number of steps.
    fn by_dijkstra(graph: &PathGraph, layer: usize, hops: usize, neuron: usize) -> Vec<(usize, Vec<f64>)> {
        let mut plain: DiGraph<(), f64> = DiGraph::new();
        let node = |plain: &mut DiGraph<(), f64>, nodes: &mut BTreeMap<_, NodeIndex>, key| {
            *nodes.entry(key).or_insert_with(|| plain.add_node(()))
        };
        let mut nodes = BTreeMap::new();
        let start = node(&mut plain, &mut nodes, (layer, neuron, 0));
        for hop in 0..hops {
            for step in &graph.steps {
                for ((i, j), &length) in step.lengths.indexed_iter().filter(|(_, length)| length.is_finite())
                {
                    let from = node(&mut plain, &mut nodes, (step.from, i, hop));
                    let to = node(&mut plain, &mut nodes, (step.to, j, hop + 1));
                    plain.add_edge(from, to, length);
                }
            }
        }
        let found = dijkstra(&plain, start, None, |edge| *edge.weight());
        let mut layers: std::collections::BTreeSet<usize> = [layer].into();
        let mut reached = std::collections::BTreeSet::new();
        for _ in 0..hops {
            layers = graph.steps.iter().filter(|s| layers.contains(&s.from)).map(|s| s.to).collect();
            reached.extend(layers.iter().copied());
        }
        let distance = |to: usize, j: usize| {
            (1..=hops)
                .filter_map(|hop| found.get(nodes.get(&(to, j, hop))?).copied())
                .fold(f64::INFINITY, f64::min)
        };
        reached
            .into_iter()
            .map(|to| (to, (0..graph.neurons[to]).map(|j| distance(to, j)).collect()))
            .collect()
    }

    proptest! {
        /// To the bit: both add the lengths of a path from its start on.
        #[test]
        fn distances_are_those_of_dijkstra(graph in graphs(), hops in 1_u8..=3) {
            for layer in 0..graph.neurons.len() {
                let Distances(found) = graph.distances(layer, hops);
                for neuron in 0..graph.neurons[layer] {
                    let expected = by_dijkstra(&graph, layer, hops.into(), neuron);
                    let expected: Vec<f64> = expected.into_iter().flat_map(|(_, list)| list).collect();
                    prop_assert_eq!(found.row(neuron).to_vec(), expected, "layer {} neuron {}", layer, neuron);
                }
            }
        }
    }
}
