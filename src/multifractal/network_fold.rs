//! Totals over groups, exact: whoever folded which group, and when, does not change a bit.

use super::{ExactSums, FoldSettings, GroupFold, NeuronDimensions, PartitionSums};

/// The partition function of many groups.
#[derive(Debug, Clone, PartialEq)]
pub struct ExactPartition {
    /// Z_q(r), order after order.
    pub sums: ExactSums,
    /// Whether some kept neuron has an edge of this rounded radius.
    pub occupied: Vec<bool>,
    /// Neurons in the sums.
    pub kept: u64,
}

impl ExactPartition {
    /// No neurons.
    pub fn new(settings: &FoldSettings) -> Self {
        let radii = settings.largest_radius() as usize + 1;
        let cells = settings.grid.orders().len() * radii;
        Self { sums: ExactSums::new(cells), occupied: vec![false; radii], kept: 0 }
    }

    /// Adds the neurons of a group.
    pub fn add(&mut self, group: &PartitionSums) {
        self.sums.add(group.cells());
        for radius in group.radii() {
            self.occupied[radius as usize] = true;
        }
        self.kept += group.kept();
    }

    /// Adds the neurons of other groups.
    pub fn merge(&mut self, other: &Self) {
        self.sums.merge(&other.sums);
        self.occupied.iter_mut().zip(&other.occupied).for_each(|(mine, theirs)| *mine |= theirs);
        self.kept += other.kept;
    }

    /// Every Z rounded once.
    pub fn rounded(&self) -> PartitionSums {
        PartitionSums::from_cells(self.sums.rounded(), self.occupied.clone(), self.kept)
    }
}

/// What the results of a whole network need to know of its groups.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkFold {
    /// Partition function of the kept neurons.
    pub partition: ExactPartition,
    /// Fractal dimension of every neuron with at least one edge, group after group.
    pub dimensions: NeuronDimensions,
    /// Neurons, with or without edges.
    pub neurons: u64,
    /// Non-zero finite weights.
    pub edges: u64,
    /// Exact zeros.
    pub zeros: u64,
    /// NaN and infinite weights.
    pub nonfinite: u64,
}

impl NetworkFold {
    /// No groups.
    pub fn new(settings: &FoldSettings) -> Self {
        Self {
            partition: ExactPartition::new(settings),
            dimensions: Vec::new(),
            neurons: 0,
            edges: 0,
            zeros: 0,
            nonfinite: 0,
        }
    }

    /// Adds the group that follows.
    pub fn add(&mut self, group: &GroupFold) {
        self.partition.add(&group.partition);
        self.dimensions.extend_from_slice(&group.dimensions);
        self.neurons += group.neurons;
        self.edges += group.edges;
        self.zeros += group.zeros;
        self.nonfinite += group.nonfinite;
    }

    /// Adds the groups of another fold, but not the dimensions of their neurons: these have an order.
    pub fn merge_sums(&mut self, other: &Self) {
        self.partition.merge(&other.partition);
        self.neurons += other.neurons;
        self.edges += other.edges;
        self.zeros += other.zeros;
        self.nonfinite += other.nonfinite;
    }

    /// The network as if it were one group.
    pub fn rounded(&self) -> GroupFold {
        GroupFold {
            partition: self.partition.rounded(),
            dimensions: self.dimensions.clone(),
            neurons: self.neurons,
            edges: self.edges,
            zeros: self.zeros,
            nonfinite: self.nonfinite,
        }
    }
}
