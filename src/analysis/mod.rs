//! Options in; plan, feed, finish; the record of a checkpoint out.
//!
//! An [`Analysis`] says which byte ranges it needs ([`Analysis::reads`]); the host reads them, from a file, a Blob or
//! anywhere else, and feeds them in that order; the core folds them into histograms and does no bulk input itself.
//! Finished, it becomes [`Measured`]: histograms, or only their folds where they are too large to keep. Records, other
//! options and null models come from there.

mod altered;
mod badges;
mod compare;
mod count;
mod elements;
mod error;
mod folded;
mod initialisation;
mod laws;
mod layers;
mod matrix;
mod measured;
mod nulls;
mod options;
#[cfg(feature = "parts")]
mod part;
mod paths;
mod plan;
mod quirks;
mod record;
mod rescale;
#[cfg(feature = "rivals")]
mod rivals;
mod sensitivity;
mod sequence;
mod validity;
mod values;

pub use altered::Alteration;
pub use compare::{CompareError, ShuffledPairs, compare};
pub use error::AnalysisError;
pub use initialisation::Scheme;
pub use layers::share_of_layers;
pub use measured::Measured;
pub use nulls::NullSamples;
pub use options::{DistanceKind, InterconnectKind, Mode, NetworkKind, NullKind, Options};
#[cfg(feature = "parts")]
pub use part::{JoinedParts, PartError, layers_of_part};
pub use plan::{Analysis, Read, reads_of};
pub use quirks::quirks;
pub use record::LogLogFit;
pub use rescale::{RescaledNull, rescaling};
#[cfg(feature = "rivals")]
pub use rivals::RivalsReading;
pub use sensitivity::{Axis, Variation, variations};
