//! How lengths of edges become the radii of the fit.
//!
//! The method rounds to the nearest integer; ln(r/d) does not know the unit, so that other grids are as good. All of them
//! follow from the bins of half an integer, and the gate 1 < r and the threshold r <= T hold for the lengths themselves.

use serde::{Deserialize, Serialize};

use super::Binning;

/// How lengths become radii. Only [`Rounding::Nearest`] has an exact meaning where a threshold is no integer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rounding {
    /// Up to the next multiple of 1/2: the radius is their number, the largest 2T.
    Halves,
    /// To the nearest integer, half to even, as the authors have it.
    #[default]
    Nearest,
    /// Up to the next integer.
    Up,
    /// To the nearest even integer, 3 to 2, 5 to 4 and so on: the radius is the half of it, the largest about T/2.
    Twos,
}

impl Rounding {
    /// All of them, from the finest on.
    pub const ALL: [Self; 4] = [Self::Halves, Self::Nearest, Self::Up, Self::Twos];

    /// The name in options and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Halves => "halves",
            Self::Nearest => "nearest",
            Self::Up => "up",
            Self::Twos => "twos",
        }
    }

    /// Whether it is the method's own.
    pub fn is_nearest(&self) -> bool {
        *self == Self::Nearest
    }

    /// The radius of the lengths in a bin of a regular binning, which holds ((bin - 1)/2, bin/2].
    pub(super) fn radius(self, bin: usize) -> usize {
        match self {
            Self::Halves => bin,
            Self::Nearest => bin / 2,
            Self::Up => bin.div_ceil(2),
            // (2j - 1, 2j + 1] are the bins 4j - 1 to 4j + 2.
            Self::Twos => (bin + 1) / 4,
        }
    }

    /// The radius of the longest edge up to `threshold`.
    pub(super) fn largest(self, threshold: f64) -> usize {
        self.radius(Binning::lower(threshold.round_ties_even() as u32))
    }
}
