//! The method: from weights to histograms of distances, and from histograms to spectra and null models.
//!
//! Everything follows from one small histogram per neuron ([`Binning`]): bytes are read once, and options that the
//! bins resolve can change afterwards. Floating-point results are the same bits on every target and for any number
//! of threads: transcendental functions come from `libm`, sums run in fixed order over fixed blocks.

mod binning;
mod bootstrap;
mod exact;
mod fold;
mod histogram;
mod lanes;
mod law;
mod network_fold;
mod nfd;
mod null;
mod outline;
mod partition;
mod paths;
mod ranks;
mod rounding;
mod small;
mod spectrum;
pub mod statistics;
mod urn;

pub use binning::{Binning, BinningError, PatternBins};
pub use bootstrap::Resamples;
pub use exact::ExactSums;
pub use fold::{FoldSettings, GroupFold, NumberTables, fold_group};
pub use histogram::{BlockShape, Entries, GroupHistograms, GroupTotals, Weights};
pub use lanes::LANES;
pub use law::{Law, Mixture};
pub use network_fold::{ExactPartition, NetworkFold};
pub use nfd::NeuronDimensions;
pub use null::{draw_group, draw_lengths, shuffle_entries, shuffle_group};
pub use outline::{OutlineTables, outline};
pub use partition::{PartitionSums, QGrid, QGridError};
pub use paths::{Distances, PathGraph, PathStep};
pub use ranks::spearman;
pub use rounding::Rounding;
pub use small::SmallNeurons;
pub use spectrum::{
    Curve, Differences, Fit, Spectrum, SpectrumMode, Tie, fit_line, log_partition, log_relative_radii,
    mass_exponent, spectrum,
};

/// A neuron is kept when it has more edges of length in (1, T] than this, unless another number is asked for; one with
/// no more edges than this has a fractal dimension of 0, always.
pub const MINIMUM_DEGREE: u64 = 10;
