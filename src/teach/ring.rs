//! A ring lattice and its rewiring (Watts and Strogatz): boxes grow around nodes, by hops (method, section 9).

use std::collections::{BTreeMap, VecDeque};

use rand::RngExt;

use super::TeachError;
use crate::multifractal::{PartitionSums, QGrid, Spectrum, SpectrumMode, spectrum};
use crate::random::stream;

pub(super) const MOST_NODES: usize = 2000;
const NODES: std::ops::RangeInclusive<usize> = 10..=MOST_NODES;
const NEIGHBOURS: std::ops::RangeInclusive<usize> = 2..=20;

/// Nodes on a ring, each joined to its nearest ones; some of the edges have been moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Ring {
    /// The neighbours of each node.
    neighbours: Vec<Vec<usize>>,
}

impl Ring {
    /// A ring of nodes that are joined to `neighbours` of the nearest, half of them on each side. The far end of each edge
    /// moves to some other node with probability `rewired`; one edge after the other, by random numbers of the seed.
    ///
    /// # Errors
    /// [`TeachError::Ring`] for less than 10 or more than 2000 nodes, an odd number of neighbours or one outside of 2 to
    /// 20, or no probability.
    pub fn new(nodes: usize, neighbours: usize, rewired: f64, seed: u32) -> Result<Self, TeachError> {
        let sensible = NODES.contains(&nodes)
            && NEIGHBOURS.contains(&neighbours)
            && neighbours.is_multiple_of(2)
            && neighbours < nodes
            && (0.0..=1.0).contains(&rewired);
        if !sensible {
            return Err(TeachError::Ring);
        }
        let mut ring = Self { neighbours: vec![Vec::new(); nodes] };
        for (node, reach) in edges(nodes, neighbours) {
            ring.join(node, (node + reach) % nodes);
        }
        let mut random = stream([seed, 0, 0, 0, super::noise::STREAMS, 1]);
        for (node, reach) in edges(nodes, neighbours) {
            // Every edge takes two numbers, moved or not: a larger probability moves the same edges, and more of them.
            let (chance, other) = (random.random::<f64>(), random.random_range(0..nodes as u32) as usize);
            if chance < rewired && other != node && !ring.neighbours[node].contains(&other) {
                ring.part(node, (node + reach) % nodes);
                ring.join(node, other);
            }
        }
        Ok(ring)
    }

    fn join(&mut self, one: usize, other: usize) {
        self.neighbours[one].push(other);
        self.neighbours[other].push(one);
    }

    fn part(&mut self, one: usize, other: usize) {
        self.neighbours[one].retain(|node| *node != other);
        self.neighbours[other].retain(|node| *node != one);
    }

    /// N(r) of a node: nodes within r = 0, 1, 2, ... hops, itself included, until there are no more.
    pub fn numbers(&self, node: usize) -> Vec<u32> {
        let mut numbers = Vec::new();
        let mut seen = vec![false; self.neighbours.len()];
        let mut waiting = VecDeque::from([(node % self.neighbours.len(), 0)]);
        seen[node % self.neighbours.len()] = true;
        while let Some((node, hops)) = waiting.pop_front() {
            if numbers.len() == hops {
                numbers.push(numbers.last().copied().unwrap_or(0));
            }
            numbers[hops] += 1;
            for &other in &self.neighbours[node] {
                if !std::mem::replace(&mut seen[other], true) {
                    waiting.push_back((other, hops + 1));
                }
            }
        }
        numbers
    }

    /// The spectrum of the nodes as if they were neurons: p(r) = N(r) / N(d), with all hops from 1 to the diameter d as
    /// radii; the threshold and the gate, which networks of weights need, leave nothing out here.
    pub fn spectrum(&self, grid: &QGrid) -> Option<Spectrum> {
        let nodes = self.neighbours.len();
        let numbers: Vec<Vec<u32>> = (0..nodes).map(|node| self.numbers(node)).collect();
        let diameter = numbers.iter().map(Vec::len).max()? - 1;
        let power = |number: usize| grid.orders().iter().map(move |q| libm::pow(number as f64, *q));
        let powers: Vec<Vec<f64>> = (0..=nodes).map(|number| power(number).collect()).collect();
        let orders = grid.orders().len();
        let mut z = vec![0.0; (diameter + 1) * orders];
        for (hops, z) in z.chunks_exact_mut(orders).enumerate().skip(1) {
            // Most nodes of a ring have the same mass: equal ones are counted, and raised once.
            let mut equal: BTreeMap<(u32, u32), u32> = BTreeMap::new();
            for numbers in &numbers {
                let all = numbers.last().copied()?;
                *equal.entry((numbers.get(hops).copied().unwrap_or(all), all)).or_default() += 1;
            }
            for ((number, all), times) in equal {
                let powers = powers[number as usize].iter().zip(&powers[all as usize]);
                z.iter_mut()
                    .zip(powers)
                    .for_each(|(z, (number, all))| *z += f64::from(times) * (number / all));
            }
        }
        let occupied = (0..=diameter).map(|hops| hops > 0).collect();
        spectrum(&PartitionSums::from_z(z, occupied, nodes as u64), grid, SpectrumMode::EXACT)
    }
}

/// The edges of the lattice: a node, and how far ahead on the ring it is joined.
fn edges(nodes: usize, neighbours: usize) -> impl Iterator<Item = (usize, usize)> {
    (1..=neighbours / 2).flat_map(move |reach| (0..nodes).map(move |node| (node, reach)))
}
