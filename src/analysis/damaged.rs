//! Weights that are damaged between their bytes and their histograms: a group at a time, in memory.

use std::ops::Range;

use super::AnalysisError;
use super::matrix::{Order, Piece, StoredMatrix};
use crate::checkpoint::{Checkpoint, DType};
use crate::damage::Damage;
use crate::network::Group;

/// Weights of one group that can be damaged: 8 bytes each, and 4 more while they are rewired. Fewer where addresses have
/// 32 bits, since a page shares 4 GB.
const MOST_WEIGHTS: u64 = if cfg!(target_pointer_width = "32") { 1 << 25 } else { 1 << 27 };

/// A group that is being read to be damaged.
pub(super) struct Damaging {
    damage: Damage,
    /// Entries of its matrices, one after the other.
    entries: Vec<f64>,
    /// Where each matrix is among them.
    matrices: Vec<Range<usize>>,
}

impl Damaging {
    /// `None` where the damage changes nothing. Refuses groups that do not fit memory.
    pub(super) fn new<'a>(
        damage: &Damage,
        mut groups: impl Iterator<Item = &'a Group>,
    ) -> Result<Option<Self>, AnalysisError> {
        let weights =
            |group: &Group| group.matrices.iter().map(crate::network::Matrix::elements).sum::<u64>();
        if damage.is_none() {
            return Ok(None);
        }
        match groups.find(|group| weights(group) > MOST_WEIGHTS) {
            Some(group) => Err(AnalysisError::TooLargeToDamage {
                group: group.name.clone(),
                weights: weights(group),
                most: MOST_WEIGHTS,
            }),
            None => Ok(Some(Self { damage: *damage, entries: Vec::new(), matrices: Vec::new() })),
        }
    }

    /// Makes room for a group.
    pub(super) fn begin(&mut self, matrices: &[StoredMatrix]) {
        let mut end = 0;
        let range = |stored: &StoredMatrix| {
            let start = end;
            end += stored.matrix.elements() as usize;
            start..end
        };
        self.matrices = matrices.iter().map(range).collect();
        self.entries.clear();
        self.entries.resize(end, 0.0);
    }

    /// Takes the bytes of a piece of a matrix.
    pub(super) fn take(&mut self, stored: &StoredMatrix, matrix: usize, piece: &Piece, bytes: &[u8]) {
        let entries = &mut self.entries[self.matrices[matrix].clone()];
        let values = decoded(stored, piece, bytes);
        match &stored.order {
            Order::Rows { first } => {
                let start = (piece.0.start - first) as usize;
                entries[start..start + values.len()].copy_from_slice(&values);
            }
            Order::Scattered(scatter) => {
                let range = stored.matrix.skip..stored.matrix.skip + stored.matrix.elements();
                scatter.visit(&piece.0, |place, element| {
                    if range.contains(&element) {
                        entries[(element - range.start) as usize] = values[place];
                    }
                });
            }
        }
    }

    /// Damages the group, all of which has been taken.
    pub(super) fn apply(&mut self, group: usize) {
        self.damage.apply(group as u32, &mut self.entries, &self.matrices);
    }

    /// The bytes of a piece of a damaged matrix, as [`StoredMatrix::in_memory`] has it.
    pub(super) fn bytes(&self, matrix: usize, piece: &Piece, dtype: DType) -> Vec<u8> {
        let entries = &self.entries[self.matrices[matrix].clone()];
        let entries = &entries[piece.0.start as usize..piece.0.end as usize];
        match dtype {
            DType::F64 => entries.iter().flat_map(|entry| entry.to_le_bytes()).collect(),
            _ => entries.iter().flat_map(|entry| (*entry as f32).to_le_bytes()).collect(),
        }
    }
}

/// The values of a piece.
fn decoded(stored: &StoredMatrix, piece: &Piece, bytes: &[u8]) -> Vec<f64> {
    let lead = stored.lead(piece);
    let mut values = vec![0.0; lead + (piece.0.end - piece.0.start) as usize];
    stored.dtype.decode_f64(bytes, &mut values);
    values.drain(..lead);
    values
}

/// The damage as documents tell it.
pub(super) fn record(damage: &Damage) -> crate::report::DamageRecord {
    crate::report::DamageRecord {
        kind: damage.kind.name().to_owned(),
        amount: damage.amount,
        round: damage.round,
        seed: damage.seed.into(),
    }
}

/// What a damaged checkpoint is called: rounds stand beside one another.
pub(super) fn name(checkpoint: &Checkpoint, damage: &Damage) -> String {
    format!("{} round {}", checkpoint.name, damage.round)
}
