//! Totals over groups, exact: whoever folded which group, and when, does not change a bit.

use super::{
    ExactSums, FoldSettings, GroupFold, NeuronDimensions, NumberTables, PartitionSums, QGrid, SmallNeurons,
};

/// The partition function of many groups.
#[derive(Debug, Clone)]
pub struct ExactPartition {
    /// Z_q(r), `[radii, orders]`, without the neurons of `small`.
    pub sums: ExactSums,
    /// Neurons with few edges, whose powers are added last: equal ones of all groups are raised together.
    pub small: SmallNeurons,
    /// Whether some kept neuron has an edge of this rounded radius.
    pub occupied: Vec<bool>,
    /// Kept neurons.
    pub kept: u64,
}

impl ExactPartition {
    /// No neurons.
    pub fn new(settings: &FoldSettings) -> Self {
        let radii = settings.largest_radius() as usize + 1;
        let cells = settings.grid.orders().len() * radii;
        let (sums, small) = (ExactSums::new(cells), SmallNeurons::default());
        Self { sums, small, occupied: vec![false; radii], kept: 0 }
    }

    /// Adds the neurons of a group: its sums, and those that are not in them.
    pub fn add(&mut self, group: PartitionSums, small: SmallNeurons) {
        if !group.z().is_empty() {
            self.sums.add(group.z());
        }
        self.small.append(small);
        for radius in group.radii() {
            self.occupied[radius as usize] = true;
        }
        self.kept += group.kept();
    }

    /// Adds the neurons of other groups.
    pub fn merge(&mut self, other: &Self) {
        self.sums.merge(&other.sums);
        self.small.append(other.small.clone());
        self.occupied.iter_mut().zip(&other.occupied).for_each(|(mine, theirs)| *mine |= theirs);
        self.kept += other.kept;
    }

    /// Adds the powers of the small neurons to the sums. No neurons may be added after that: the bits would depend on
    /// when it was done.
    pub fn settle(&mut self, grid: &QGrid, tables: &NumberTables) {
        let small = std::mem::take(&mut self.small);
        if !small.is_empty() {
            let mut sums = PartitionSums::new(grid, self.occupied.len() as u32 - 1);
            small.add_to(grid, tables, &mut sums);
            self.sums.add(sums.z());
        }
    }

    /// Z of all neurons, every one rounded once.
    pub fn rounded(&self, grid: &QGrid, tables: &NumberTables) -> PartitionSums {
        let rounded =
            |sums: &ExactSums| PartitionSums::from_z(sums.rounded(), self.occupied.clone(), self.kept);
        if self.small.is_empty() {
            return rounded(&self.sums);
        }
        let mut settled = self.clone();
        settled.settle(grid, tables);
        rounded(&settled.sums)
    }
}

/// What the results of a whole network need to know of its groups.
#[derive(Debug, Clone)]
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
    pub fn add(&mut self, group: GroupFold) {
        self.partition.add(group.partition, group.small);
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
}
