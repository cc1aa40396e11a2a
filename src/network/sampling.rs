//! Sampled networks, with NumPy's legacy generator so that seeds mean what they mean to the authors (method,
//! section 2).

use rand_mt::Mt;

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

/// Draws neurons for one seed.
#[derive(Debug, Clone)]
pub struct Sampler {
    random: Mt,
    k: usize,
}

impl Sampler {
    /// `k` neurons of each layer.
    pub fn new(seed: u32, k: u32) -> Self {
        Self { random: Mt::new(seed), k: k as usize }
    }

    /// The sampled sub-matrices of every group.
    pub fn sample(&mut self, wiring: &Wiring) -> Vec<SampledGroup> {
        match fused_blocks(wiring) {
            Some(shape) => self.sample_blocks(wiring, shape),
            None => self.sample_chain(&wiring.groups),
        }
    }

    /// The draws for `blocks` blocks of width `d`, in order, and O, the outputs of the last.
    pub fn draw_blocks(&mut self, blocks: u32, width: u64, hidden: u64) -> (Vec<Draws>, Vec<u64>) {
        let draws = (0..blocks)
            .map(|_| Draws {
                attention_in: self.draw(width, self.k),
                head: self.draw(width, self.k),
                mlp_in: self.draw(width, self.k),
                ffn: self.draw(hidden, 2 * self.k),
            })
            .collect();
        (draws, self.draw(width, self.k))
    }

    fn sample_blocks(&mut self, wiring: &Wiring, shape: BlockShape) -> Vec<SampledGroup> {
        let (draws, last) = self.draw_blocks(shape.blocks, shape.width, shape.hidden);
        let group = |inputs: &[u64], outputs: Vec<u64>| SampledGroup {
            inputs: sorted(inputs.to_vec()),
            outputs: vec![sorted(outputs)],
        };
        let sample = |of: &Group| {
            let block = of.block.unwrap_or(0) as usize;
            let Draws { attention_in, head, mlp_in, ffn } = &draws[block];
            let next = draws.get(block + 1).map_or(&last, |draws| &draws.attention_in);
            match of.role {
                Role::AttentionIn => {
                    let thirds =
                        (0..3).flat_map(|third| head.iter().map(move |row| row + third * shape.width));
                    group(attention_in, thirds.collect())
                }
                Role::AttentionOut => group(head, mlp_in.clone()),
                Role::MlpUp => group(mlp_in, ffn.clone()),
                Role::MlpDown | Role::Other => group(ffn, next.clone()),
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

    /// The first `count` entries of NumPy's `RandomState.permutation(n)`.
    fn draw(&mut self, n: u64, count: usize) -> Vec<u64> {
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

#[derive(Debug, Clone, Copy)]
struct BlockShape {
    blocks: u32,
    width: u64,
    hidden: u64,
}

/// The shape of a network whose groups are all of blocks of four with a fused q|k|v; `None` for any other.
/// Blocks that are missing (a lost shard) are drawn all the same, so that the others get the neurons they always get.
fn fused_blocks(wiring: &Wiring) -> Option<BlockShape> {
    let first = |role: Role| wiring.groups.iter().find(|group| group.role == role);
    let width = first(Role::AttentionIn)?.neurons;
    let hidden = first(Role::MlpUp)?.outputs();
    let fits = |group: &Group| {
        let (inputs, outputs) = match group.role {
            Role::AttentionIn => (width, 3 * width),
            Role::AttentionOut => (width, width),
            Role::MlpUp => (width, hidden),
            Role::MlpDown => (hidden, width),
            Role::Other => return false,
        };
        let plain = |matrix: &Matrix| *matrix == Matrix::outputs_first(matrix.tensor, outputs, inputs);
        group.matrices.len() == 1 && plain(&group.matrices[0])
    };
    let blocks = wiring.groups.iter().filter_map(|group| group.block).max()? + 1;
    wiring.groups.iter().all(fits).then_some(BlockShape { blocks, width, hidden })
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
    fn permutations_are_those_of_numpy() {
        // numpy.random.RandomState(0).permutation(10) and, from the same state, .permutation(5).
        let mut sampler = Sampler::new(0, 32);
        assert_eq!(sampler.draw(10, 10), [2, 8, 4, 9, 1, 6, 7, 3, 0, 5]);
        assert_eq!(sampler.draw(5, 5), [1, 0, 2, 3, 4]);
    }
}
