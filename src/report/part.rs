//! A result document whose records can be joined with others: every record has one field more, `part`.
//!
//! Readers that do not join need not know the field. The types are apart from those of the document, since the page has
//! no use for them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::{Association, CheckpointRecord, ResultDocument, Score, Tool, Warning};
use crate::analysis::{NullKind, Options};

/// A [`ResultDocument`] whose records may be parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartDocument {
    /// As in [`ResultDocument`], likewise the others.
    pub schema: String,
    /// The program that computed the document.
    pub tool: Tool,
    /// Every option. `layers` says which layers the parts hold.
    pub options: Options,
    /// The checkpoints, in the order of the series.
    pub checkpoints: Vec<PartCheckpoint>,
    /// Benchmark scores by training step.
    #[serde(default)]
    pub scores: Vec<Score>,
    /// How the quantities go with the scores.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub associations: Vec<Association>,
}

/// The record of some layers of a checkpoint, and what it takes to join it with those of the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartCheckpoint {
    /// The results of these layers by themselves.
    #[serde(flatten)]
    pub record: CheckpointRecord,
    /// `None` for results that are whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<PartRecord>,
}

impl PartDocument {
    /// The document with the part of each of its records, in their order.
    pub fn new(document: ResultDocument, parts: impl IntoIterator<Item = Option<PartRecord>>) -> Self {
        let ResultDocument { schema, tool, options, checkpoints, scores, associations } = document;
        let pairs = checkpoints.into_iter().zip(parts);
        let checkpoints = pairs.map(|(record, part)| PartCheckpoint { record, part }).collect();
        Self { schema, tool, options, checkpoints, scores, associations }
    }
}

/// What the record of the whole network needs of some of its layers. All sums are exact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartRecord {
    /// Layers of the whole network.
    pub layers_of_all: u64,
    /// SHA-256 (hex) of the wiring of all layers, and of the places of its tensors in the files.
    pub wiring: String,
    /// The warnings of the record that follow from the files and the wiring, and not from numbers.
    pub warnings: Vec<Warning>,
    /// One entry for each sample, whatever filter drops some of them.
    pub samples: Vec<PartSample>,
    /// Null models, in the order of the options.
    pub nulls: Vec<PartNull>,
}

/// Sums over the layers of one sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartSample {
    /// Seed of the sample, `None` for the whole network.
    pub seed: Option<u64>,
    /// Non-zero finite weights.
    pub edges: u64,
    /// Exact zeros.
    pub zero_weights: u64,
    /// NaN and infinite weights.
    pub nonfinite_weights: u64,
    /// Sum of |w|: a sum of numbers, one in each array.
    pub absolute_sum: Vec<Numbers>,
    /// Partition function.
    pub partition: PartPartition,
    /// The layers, in order.
    pub layers: Vec<PartLayer>,
}

/// A partition function that is not rounded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartPartition {
    /// Neurons in the sums.
    pub kept: u64,
    /// Rounded radii that occur.
    pub radii: Vec<u32>,
    /// Z_q(r) for each r = 0, 1, ..., T and in it for each q: the sum of these arrays. Neurons with N(T) up to 255 are
    /// not in them.
    pub sums: Vec<Numbers>,
    /// N(r) at r = 1, 2, ..., T of every neuron with N(T) up to 255, one byte each.
    pub small: Bytes,
    /// The same where there are too many to list: r, N(T), N(r), and how many neurons have them.
    pub small_counted: Vec<(u32, u8, u8, u64)>,
}

/// One layer of one sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartLayer {
    /// Input neurons.
    pub neurons: u64,
    /// Weights, zeros and non-finite ones included.
    pub entries: u64,
    /// Neurons in the partition function.
    pub kept: u64,
    /// Sum of |w|.
    pub absolute_sum: f64,
    /// Fractal dimension of every neuron with an edge, in order.
    pub dimensions: Numbers,
    /// The spectrum of the layer alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spectrum: Option<PartSpectrum>,
}

/// What the spectrum of one layer alone follows from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartSpectrum {
    /// Largest radius.
    pub diameter: Option<u32>,
    /// tau at each q; none where there is no spectrum.
    pub tau: Numbers,
}

/// One null model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartNull {
    /// Its kind.
    pub kind: NullKind,
    /// Its samples.
    pub samples: Vec<PartNullSample>,
}

/// Sums over the layers of one null sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartNullSample {
    /// Partition function.
    pub partition: PartPartition,
    /// Neurons in each bin of fractal dimensions; bins are 0.05 wide, the first from 0 on.
    pub dimension_counts: Vec<u64>,
    /// Sum of the fractal dimensions: a sum of numbers, one in each array.
    pub dimension_sum: Vec<Numbers>,
    /// alpha_0 and width of each layer alone, one after the other; NaN where there is no spectrum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<Numbers>,
}

/// Bytes, written as base64.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bytes(pub Vec<u8>);

impl From<Bytes> for String {
    fn from(bytes: Bytes) -> Self {
        BASE64_STANDARD.encode(bytes.0)
    }
}

impl TryFrom<String> for Bytes {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        BASE64_STANDARD.decode(text).map(Self).map_err(|_| "bytes must be base64")
    }
}

/// Doubles, written as base64 of their little-endian bytes: exact, and half as long as in digits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Numbers(pub Vec<f64>);

impl From<Numbers> for String {
    fn from(numbers: Numbers) -> Self {
        let bytes: Vec<u8> = numbers.0.iter().flat_map(|number| number.to_le_bytes()).collect();
        BASE64_STANDARD.encode(bytes)
    }
}

impl TryFrom<String> for Numbers {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "numbers must be base64 of 8 bytes each";
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| WRONG)?;
        let (numbers, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(WRONG);
        }
        Ok(Self(numbers.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect()))
    }
}
