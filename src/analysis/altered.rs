//! Weights that are altered between their bytes and their histograms: a group at a time, in memory.

use std::ops::Range;

use super::AnalysisError;
use super::matrix::{Order, Piece, StoredMatrix};
use super::options::{DistanceKind, Options};
use crate::checkpoint::{Checkpoint, DType};
use crate::damage::Damage;
use crate::network::Group;

/// Weights of one group that can be altered: 8 bytes each, and 4 more while they are rewired. Fewer where addresses have
/// 32 bits, since a page shares 4 GB.
const MOST_WEIGHTS: u64 = if cfg!(target_pointer_width = "32") { 1 << 25 } else { 1 << 27 };
/// Root mean square of the weights of every group whose distances are scaled: that of a usual initialisation, for which the
/// default longest edge was chosen.
pub(super) const SCALED_SIZE: f64 = 0.02;

/// What is done to the weights of a checkpoint before they are counted.
#[derive(Debug, Clone, PartialEq)]
pub enum Alteration {
    /// A round of a damage test.
    Damage(Damage),
    /// Every weight is multiplied by the factor of its group, one for each group of the wiring.
    Scale(Vec<f64>),
}

impl Alteration {
    fn changes_nothing(&self) -> bool {
        match self {
            Self::Damage(damage) => damage.is_none(),
            Self::Scale(factors) => factors.iter().all(|&factor| factor == 1.0),
        }
    }

    /// The damage, if it is one.
    pub(super) fn damage(&self) -> Option<&Damage> {
        match self {
            Self::Damage(damage) => Some(damage),
            Self::Scale(_) => None,
        }
    }
}

/// How weights are altered while they are read.
pub(super) enum Altering {
    /// A group at a time, in memory.
    Gathered(Gathering),
    /// Each by itself, by the factor of its group.
    Scaled(Vec<f64>),
}

/// A group that is being read to be altered.
pub(super) struct Gathering {
    alteration: Option<Alteration>,
    /// Whether the size of each group is made the same, after the alteration.
    scaled: bool,
    /// Entries of its matrices, one after the other.
    entries: Vec<f64>,
    /// Where each matrix is among them.
    matrices: Vec<Range<usize>>,
}

impl Altering {
    /// `None` where nothing changes. Refuses groups that must be in memory and do not fit.
    pub(super) fn new<'a>(
        alteration: Option<&Alteration>,
        options: &Options,
        mut groups: impl Iterator<Item = &'a Group>,
    ) -> Result<Option<Self>, AnalysisError> {
        let weights =
            |group: &Group| group.matrices.iter().map(crate::network::Matrix::elements).sum::<u64>();
        let alteration = alteration.filter(|alteration| !alteration.changes_nothing()).cloned();
        let scaled = options.distance == DistanceKind::Scaled;
        if alteration.is_none() && !scaled {
            return Ok(None);
        }
        if let (Some(Alteration::Scale(factors)), false) = (&alteration, scaled) {
            return Ok(Some(Self::Scaled(factors.clone())));
        }
        match groups.find(|group| weights(group) > MOST_WEIGHTS) {
            Some(group) => Err(AnalysisError::TooLargeToAlter {
                group: group.name.clone(),
                weights: weights(group),
                most: MOST_WEIGHTS,
            }),
            None => Ok(Some(Self::Gathered(Gathering {
                alteration,
                scaled,
                entries: Vec::new(),
                matrices: Vec::new(),
            }))),
        }
    }

    /// What gathers whole groups, if that is how it is done.
    pub(super) fn gathering(&mut self) -> Option<&mut Gathering> {
        match self {
            Self::Gathered(gathering) => Some(gathering),
            Self::Scaled(_) => None,
        }
    }
}

/// The bytes of a piece of a matrix times a factor, as [`StoredMatrix::scaled`] has it.
pub(super) fn scaled_bytes(stored: &StoredMatrix, piece: &Piece, bytes: &[u8], factor: f64) -> Vec<u8> {
    let mut values = decoded(stored, piece, bytes);
    scale(&mut values, factor);
    encoded(&values, stored.scaled().dtype)
}

fn encoded(values: &[f64], dtype: DType) -> Vec<u8> {
    match dtype {
        DType::F64 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        _ => values.iter().flat_map(|value| (*value as f32).to_le_bytes()).collect(),
    }
}

impl Gathering {
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

    /// Alters the group, all of which has been taken.
    pub(super) fn apply(&mut self, group: usize) {
        match &self.alteration {
            Some(Alteration::Damage(damage)) => damage.apply(group as u32, &mut self.entries, &self.matrices),
            Some(Alteration::Scale(factors)) => scale(&mut self.entries, factors[group]),
            None => {}
        }
        if self.scaled {
            let size = root_mean_square(&self.entries);
            // Without an edge there is nothing to scale.
            if size > 0.0 {
                scale(&mut self.entries, SCALED_SIZE / size);
            }
        }
    }

    /// The matrix once it was altered. Scaled distances are computed from weights in binary64, as their definition has it.
    pub(super) fn stored(&self, stored: &StoredMatrix) -> StoredMatrix {
        stored.in_memory(if self.scaled { DType::F64 } else { DType::F32 })
    }

    /// The bytes of a piece of an altered matrix, as [`Self::stored`] has it.
    pub(super) fn bytes(&self, matrix: usize, piece: &Piece, dtype: DType) -> Vec<u8> {
        let entries = &self.entries[self.matrices[matrix].clone()];
        encoded(&entries[piece.0.start as usize..piece.0.end as usize], dtype)
    }
}

fn scale(entries: &mut [f64], factor: f64) {
    entries.iter_mut().for_each(|entry| *entry *= factor);
}

/// Of the finite entries; 0 where there are none.
fn root_mean_square(entries: &[f64]) -> f64 {
    let finite = entries.iter().filter(|entry| entry.is_finite());
    let (sum, count) = finite.fold((0.0, 0_u64), |(sum, count), entry| (sum + entry * entry, count + 1));
    if count > 0 { (sum / count as f64).sqrt() } else { 0.0 }
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
