//! Examples whose answers are known, computed with the code that analyses networks: for the page "How to read this" and
//! its lessons.
//!
//! A measure on the line that is divided again and again ([`SelfSimilar`]) and a ring of nodes ([`Ring`]) have exact
//! answers (method, section 9). A network of Gaussian noise ([`Noise`]) shows what chance alone gives, and how it follows
//! the size of the weights (method, section 7).

mod noise;
mod ring;
mod self_similar;

pub use noise::{Noise, NoiseMeasure, NoiseShape};
pub use ring::Ring;
pub use self_similar::{Exponents, SelfSimilar};
use thiserror::Error;

use crate::multifractal::{BinningError, QGrid, QGridError};

/// An example that cannot be computed.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TeachError {
    /// Weights that divide nothing, or too many intervals.
    #[error(
        "a measure needs 2 to 5 weights of 0 or more, two of them above 0, and at most {} intervals",
        self_similar::MOST_INTERVALS
    )]
    Measure,
    /// A ring that cannot be built.
    #[error(
        "a ring needs 10 to {} nodes, an even number of neighbours from 2 to 20 that is below the nodes, and a share from 0 to 1",
        ring::MOST_NODES
    )]
    Ring,
    /// A network that is too large to answer at once, or weights without a size.
    #[error(
        "noise needs 1 to {} weights, a scale above 0 and at most {} shuffles",
        noise::MOST_WEIGHTS,
        noise::MOST_SHUFFLES
    )]
    Noise,
    /// A threshold that cannot be resolved.
    #[error(transparent)]
    Threshold(#[from] BinningError),
    /// Orders that are no grid.
    #[error(transparent)]
    Orders(#[from] QGridError),
}

/// The orders of the page's own results: -3, -2.9, ... 3.
pub fn orders() -> Result<QGrid, TeachError> {
    Ok(QGrid::new(-3.0, 3.0, 0.1)?)
}
