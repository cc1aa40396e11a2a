//! What null models draw the weights of each group from.

use super::altered::SCALED_SIZE;
use super::initialisation::{InitialShapes, Scheme};
use super::{DistanceKind, NullKind, Options};
use crate::WHOLE;
use crate::multifractal::{Law, Mixture};
use crate::network::Wiring;

/// What the laws of a checkpoint's null models follow from.
#[derive(Debug, Clone, Default)]
pub(super) struct NullLaws {
    /// Nothing where no null sample will be drawn any more.
    shapes: Option<InitialShapes>,
}

/// The laws of one null model.
#[derive(Debug, Clone)]
pub(super) enum GroupLaws {
    /// The entries of each group, permuted.
    Permuted,
    /// Normal, of the size that each group's weights have.
    Normal,
    /// One law for each group of the wiring.
    Given(Vec<Mixture>),
}

impl NullLaws {
    pub(super) fn new(wiring: &Wiring) -> Self {
        Self { shapes: WHOLE.then(|| InitialShapes::new(wiring)) }
    }

    pub(super) fn of(&self, kind: NullKind, options: &Options) -> GroupLaws {
        match kind {
            _ if !WHOLE => GroupLaws::Permuted,
            NullKind::Shuffle | NullKind::Rescale => GroupLaws::Permuted,
            NullKind::Gaussian => GroupLaws::Normal,
            NullKind::Initialisation => {
                let laws = self.shapes.as_ref().map(|shapes| shapes.laws(options.initialisation));
                let laws = laws.unwrap_or_default().into_iter();
                GroupLaws::Given(match options.distance {
                    DistanceKind::Inverse => laws.collect(),
                    DistanceKind::Scaled => laws.map(|law| law.scaled_to(SCALED_SIZE)).collect(),
                })
            }
        }
    }

    /// The scheme by which weights are initialised, as documents name it; none of parts that were merged.
    pub(super) fn scheme(&self, asked: Scheme) -> Option<&'static str> {
        self.shapes.as_ref().map(|shapes| shapes.scheme(asked).name())
    }
}

impl GroupLaws {
    /// The law of a group; `None` where its entries are permuted.
    pub(super) fn of(&self, group: u32, deviation: Option<f64>) -> Option<Mixture> {
        match self {
            _ if !WHOLE => None,
            Self::Permuted => None,
            Self::Normal => Some(Mixture::of(Law::Normal(deviation.unwrap_or(0.0)))),
            Self::Given(laws) => laws.get(group as usize).cloned(),
        }
    }

    /// The word of a random stream's key that tells null models apart.
    pub(super) fn stream(&self) -> u32 {
        match self {
            Self::Permuted => 0,
            Self::Normal => u32::from_be_bytes(*b"gaus"),
            Self::Given(_) => u32::from_be_bytes(*b"init"),
        }
    }
}
