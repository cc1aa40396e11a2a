//! Sampled networks, with NumPy's legacy generator so that seeds mean what they mean to the authors (method,
//! section 2).

use std::collections::BTreeMap;

use rand_mt::Mt;
use serde::{Deserialize, Serialize};

use super::heads::Projections;
use super::paths::Interconnect;
use super::{Group, Matrix, Role, Wiring};

/// The sub-matrices of one group in a sampled network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampledGroup {
    /// Sampled input neurons, ascending.
    pub inputs: Vec<u64>,
    /// Sampled outputs of each matrix of the group, ascending.
    pub outputs: Vec<Vec<u64>>,
}

/// The neurons drawn for one block of four groups, in the order of the draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draws {
    /// A: inputs of the attention.
    pub attention_in: Vec<u64>,
    /// H: outputs of the heads.
    pub head: Vec<u64>,
    /// M: inputs of the feed-forward part.
    pub mlp_in: Vec<u64>,
    /// F: hidden neurons, twice as many.
    pub ffn: Vec<u64>,
}

/// Where the drawn neurons of a layer lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rows {
    /// Anywhere, as the authors draw them.
    #[default]
    Random,
    /// In [`STRIPS`] runs of neighbours, one in each equal part of the layer: a file elsewhere is read with few requests.
    Strips,
}

impl Rows {
    /// Whether neurons are drawn as the authors draw them.
    pub fn is_random(&self) -> bool {
        *self == Self::Random
    }
}

/// Runs of neighbours that the drawn neurons of a layer lie in, if they lie in strips. A fused matrix of queries, keys
/// and values then takes nine requests and the other three of a block three each: 576 of 32 blocks.
const STRIPS: u64 = 3;

/// Draws neurons for one seed.
#[derive(Debug, Clone)]
pub struct Sampler {
    random: Mt,
    k: usize,
    rows: Rows,
}

impl Sampler {
    /// `k` neurons of each layer.
    pub fn new(seed: u32, k: u32) -> Self {
        Self { random: Mt::new(seed), k: k as usize, rows: Rows::Random }
    }

    /// The same, with the drawn neurons lying so.
    pub fn with_rows(self, rows: Rows) -> Self {
        Self { rows, ..self }
    }

    /// The sampled sub-matrices of every group: block by block where all groups are of blocks of four, stack after
    /// stack; else along the chain of groups.
    pub fn sample(&mut self, wiring: &Wiring) -> Vec<SampledGroup> {
        self.sample_with(wiring, Interconnect::Original)
    }

    /// The same draws, as the layers of blocks of four are joined: other rows of queries, keys and values are those of
    /// the drawn heads, and parallel parts of a block leave the same neurons.
    pub fn sample_with(&mut self, wiring: &Wiring, interconnect: Interconnect) -> Vec<SampledGroup> {
        let shapes: Option<BTreeMap<u32, BlockShape>> = wiring
            .groups
            .chunk_by(|a, b| a.stack == b.stack)
            .map(|groups| Some((groups[0].stack, BlockShape::of(groups)?)))
            .collect();
        let stacks = wiring.groups.chunk_by(|a, b| a.stack == b.stack).count();
        match shapes.filter(|shapes| shapes.len() == stacks && stacks > 0) {
            Some(shapes) => self.sample_blocks(wiring, &shapes, interconnect),
            None => self.sample_chain(&wiring.groups),
        }
    }

    /// The draws for `blocks` blocks, in order, and O, the outputs of the last: `width` neurons enter a block,
    /// `queries` leave its queries, `hidden` its first feed-forward layer.
    pub fn draw_blocks(
        &mut self,
        blocks: u32,
        width: u64,
        queries: u64,
        hidden: u64,
    ) -> (Vec<Draws>, Vec<u64>) {
        let draws = (0..blocks)
            .map(|_| Draws {
                attention_in: self.draw(width, self.k),
                head: self.draw(queries, self.k),
                mlp_in: self.draw(width, self.k),
                ffn: self.draw(hidden, self.k.saturating_mul(2)),
            })
            .collect();
        (draws, self.draw(width, self.k))
    }

    fn sample_blocks(
        &mut self,
        wiring: &Wiring,
        shapes: &BTreeMap<u32, BlockShape>,
        interconnect: Interconnect,
    ) -> Vec<SampledGroup> {
        let drawn: BTreeMap<u32, (Vec<Draws>, Vec<u64>)> = shapes
            .iter()
            .map(|(&stack, shape)| {
                (stack, self.draw_blocks(shape.blocks, shape.width, shape.queries, shape.hidden))
            })
            .collect();
        let head_width = wiring.head_width.map_or(1, |width| width.neurons);
        let sample = |group: &Group| {
            let (shape, (draws, last)) = (shapes[&group.stack], &drawn[&group.stack]);
            let block = group.block.unwrap_or(0) as usize;
            let Draws { attention_in, head, mlp_in, ffn } = &draws[block];
            let next = draws.get(block + 1).map_or(last, |draws| &draws.attention_in);
            let parallel = interconnect.is_parallel();
            let (inputs, outputs) = match group.role {
                Role::AttentionIn => (attention_in, shape.projected(group, head, head_width, interconnect)),
                Role::AttentionOut if parallel => (head, vec![next.clone()]),
                Role::AttentionOut => (head, vec![mlp_in.clone()]),
                Role::MlpUp if parallel => (attention_in, shape.hidden_rows(group, ffn)),
                Role::MlpUp => (mlp_in, shape.hidden_rows(group, ffn)),
                _ => (ffn, vec![next.clone()]),
            };
            SampledGroup {
                inputs: sorted(inputs.clone()),
                outputs: outputs.into_iter().map(sorted).collect(),
            }
        };
        wiring.groups.iter().map(sample).collect()
    }

    /// Any other wiring: the outputs drawn of one group are the inputs of the next where the sizes agree.
    fn sample_chain(&mut self, groups: &[Group]) -> Vec<SampledGroup> {
        let mut carried: Option<(u64, Vec<u64>)> = None;
        let mut sample = |group: &Group| {
            let inputs = match carried.take() {
                Some((size, drawn)) if size == group.neurons => drawn,
                _ => self.draw(group.neurons, self.k),
            };
            let drawn = self.draw(group.outputs(), self.k);
            let outputs = split_outputs(group, &drawn);
            carried = Some((group.outputs(), drawn));
            SampledGroup { inputs: sorted(inputs), outputs }
        };
        groups.iter().map(&mut sample).collect()
    }

    /// `count` of `n` neurons, or all where there are fewer.
    fn draw(&mut self, n: u64, count: usize) -> Vec<u64> {
        match self.rows {
            Rows::Random => self.permutation(n, count),
            Rows::Strips => self.strips(n, count as u64),
        }
    }

    /// A run of neighbours in each of [`STRIPS`] equal parts of the layer, at a random place of it.
    fn strips(&mut self, n: u64, count: u64) -> Vec<u64> {
        let strips = STRIPS.min(n);
        let share = |all: u64, strip: u64| all * strip / strips.max(1);
        let mut drawn = Vec::new();
        for strip in 0..strips {
            let part = share(n, strip)..share(n, strip + 1);
            let length =
                (share(count.min(n), strip + 1) - share(count.min(n), strip)).min(part.end - part.start);
            let start = part.start + self.below_or_equal(part.end - part.start - length);
            drawn.extend(start..start + length);
        }
        drawn
    }

    /// The first `count` entries of NumPy's `RandomState.permutation(n)`.
    fn permutation(&mut self, n: u64, count: usize) -> Vec<u64> {
        let mut permutation: Vec<u64> = (0..n).collect();
        for last in (1..permutation.len()).rev() {
            let other = self.below_or_equal(last as u64);
            permutation.swap(last, other as usize);
        }
        permutation.truncate(count);
        permutation
    }

    /// A uniform integer from 0 to `largest`, by masked rejection as NumPy's legacy generator does.
    fn below_or_equal(&mut self, largest: u64) -> u64 {
        if largest == 0 {
            return 0;
        }
        let mask = u64::MAX >> largest.leading_zeros();
        loop {
            let candidate = match largest {
                0..=0xffff_ffff => u64::from(self.random.next_u32()),
                _ => u64::from(self.random.next_u32()) << 32 | u64::from(self.random.next_u32()),
            };
            if candidate & mask <= largest {
                return candidate & mask;
            }
        }
    }
}

/// Sizes of blocks of four groups, the same in every block.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockShape {
    /// One more than the largest number: blocks that are missing (a lost shard) are drawn all the same, so that the
    /// others get the neurons they always get.
    blocks: u32,
    width: u64,
    pub(super) queries: u64,
    pub(super) hidden: u64,
}

impl BlockShape {
    /// Of the groups of one stack; `None` where some are not of such blocks.
    pub(super) fn of(groups: &[Group]) -> Option<Self> {
        let first = |role: Role| groups.iter().find(|group| group.role == role);
        let attention = first(Role::AttentionIn)?;
        let width = attention.neurons;
        let queries = match (first(Role::AttentionOut), attention.matrices.as_slice()) {
            (Some(out), _) => out.neurons,
            (None, [fused]) => fused.outputs() / 3,
            (None, [queries, ..]) => queries.outputs(),
            (None, []) => return None,
        };
        let up = first(Role::MlpUp)?;
        let hidden = first(Role::MlpDown).map_or(up.matrices.first()?.outputs(), |down| down.neurons);
        let blocks = groups.iter().filter_map(|group| group.block).max()?.checked_add(1)?;
        let shape = Self { blocks, width, queries, hidden };
        groups.iter().all(|group| shape.fits(group)).then_some(shape)
    }

    fn fits(&self, group: &Group) -> bool {
        let Self { width, queries, hidden, .. } = *self;
        let one = |outputs: u64| group.matrices.len() == 1 && group.outputs() == outputs;
        let sizes = match group.role {
            Role::AttentionIn => group.neurons == width && Projections::of(group, queries).is_some(),
            Role::AttentionOut => group.neurons == queries && one(width),
            Role::MlpUp => {
                let gated = group.matrices.len() <= 2 && group.outputs() == 2 * hidden;
                let even = group.matrices.iter().all(|matrix| matrix.outputs() % hidden.max(1) == 0);
                group.neurons == width && (one(hidden) || (gated && even))
            }
            Role::MlpDown => group.neurons == hidden && one(width),
            _ => false,
        };
        let plain = |matrix: &Matrix| matrix.splits == 1 && matrix.positions == 1;
        sizes && group.block.is_some() && group.matrices.iter().all(plain)
    }

    /// The sampled outputs of queries, keys and values: those of `head`, and of the keys and values that they share.
    fn projected(
        &self,
        group: &Group,
        head: &[u64],
        head_width: u64,
        interconnect: Interconnect,
    ) -> Vec<Vec<u64>> {
        let Some(projections) = Projections::of(group, self.queries) else {
            return vec![Vec::new(); group.matrices.len()];
        };
        let Projections { queries, keys, fused } = projections;
        if let Some(rows) = interconnect.rows_of_heads(head).filter(|_| fused && queries == keys) {
            return vec![rows];
        }
        let key = |row: &u64| projections.key_of(*row, head_width);
        let mut key_rows = sorted(head.iter().map(key).collect());
        key_rows.dedup();
        if !fused {
            return vec![head.to_vec(), key_rows.clone(), key_rows];
        }
        let behind = |first: u64| key_rows.iter().map(move |row| row + first);
        vec![head.iter().copied().chain(behind(queries)).chain(behind(queries + keys)).collect()]
    }

    /// The sampled hidden neurons of every matrix; gate and up in one matrix lie one behind the other.
    fn hidden_rows(&self, group: &Group, ffn: &[u64]) -> Vec<Vec<u64>> {
        let rows = |matrix: &Matrix| {
            let parts = matrix.outputs() / self.hidden;
            (0..parts).flat_map(|part| ffn.iter().map(move |row| row + part * self.hidden)).collect()
        };
        group.matrices.iter().map(rows).collect()
    }
}

/// Outputs of the whole group to outputs of each matrix.
fn split_outputs(group: &Group, drawn: &[u64]) -> Vec<Vec<u64>> {
    let mut start = 0;
    let of_matrix = |outputs: u64| {
        let range = start..start + outputs;
        start = range.end;
        sorted(
            drawn.iter().filter(|output| range.contains(output)).map(|output| output - range.start).collect(),
        )
    };
    group.matrices.iter().map(Matrix::outputs).map(of_matrix).collect()
}

fn sorted(mut indices: Vec<u64>) -> Vec<u64> {
    indices.sort_unstable();
    indices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_are_runs_spread_over_the_layer() {
        for (n, count) in [(4096, 32), (16_384, 64), (64, 32), (7, 32), (2, 1), (3, 3), (1, 1), (10, 10)] {
            let drawn = Sampler::new(3, 32).with_rows(Rows::Strips).draw(n, count);
            assert_eq!(drawn.len() as u64, n.min(count as u64), "{count} of {n}");
            assert!(drawn.iter().all(|&neuron| neuron < n));
            assert!(drawn.is_sorted_by(|a, b| a < b), "each once");
            let runs = 1 + drawn.windows(2).filter(|pair| pair[1] != pair[0] + 1).count();
            assert!(runs <= STRIPS as usize, "{runs} runs");
        }
        let draw = |seed| Sampler::new(seed, 32).with_rows(Rows::Strips).draw(4096, 32);
        assert_ne!(draw(0), draw(1), "the seed chooses");
        let thirds: Vec<u64> = draw(0).iter().map(|neuron| neuron * 3 / 4096).collect();
        assert_eq!([0, 1, 2].map(|third| thirds.iter().filter(|&&one| one == third).count()), [10, 11, 11]);
    }

    #[test]
    fn permutations_are_those_of_numpy() {
        // numpy.random.RandomState(0).permutation(10) and, from the same state, .permutation(5).
        let mut sampler = Sampler::new(0, 32);
        assert_eq!(sampler.draw(10, 10), [2, 8, 4, 9, 1, 6, 7, 3, 0, 5]);
        assert_eq!(sampler.draw(5, 5), [1, 0, 2, 3, 4]);
    }
}
