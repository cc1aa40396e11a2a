//! The types of a comparison of two checkpoints, `neuromfa-comparison/1`. As in the result document, a number that does
//! not exist is `null`.

use serde::{Deserialize, Serialize};

use super::Tool;
use crate::analysis::Options;

/// The value of [`Comparison::schema`].
pub const COMPARISON_SCHEMA: &str = "neuromfa-comparison/1";

/// Two checkpoints of the same wiring, group by group and neuron by neuron.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Always [`COMPARISON_SCHEMA`].
    pub schema: String,
    /// The program that computed it.
    pub tool: Tool,
    /// The options of both analyses.
    pub options: Options,
    /// The checkpoint that changes are counted from.
    pub before: ComparedCheckpoint,
    /// The other one.
    pub after: ComparedCheckpoint,
    /// Pairs of shuffles that [`Measure::shuffled`] is over: both checkpoints shuffled, each by itself.
    pub shuffled_pairs: u64,
    /// All groups together.
    pub whole: Difference,
    /// Every group alone, in order.
    pub groups: Vec<Difference>,
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedCheckpoint {
    /// Its name.
    pub name: String,
    /// Training step read from the name.
    pub step: Option<u64>,
}

/// What changed in a group, or in all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Name of the group; null for all of them together.
    pub name: Option<String>,
    /// Neurons with an edge in both checkpoints: those that are compared one by one.
    pub neurons: u64,
    /// Regularity.
    pub alpha0: Change,
    /// Heterogeneity.
    pub width: Change,
    /// Distance of the spectra: the root mean square of alpha_after(q) - alpha_before(q) over the orders q.
    pub distance: Measure,
    /// How far the spectrum moved: the mean of alpha_after(q) - alpha_before(q).
    pub shift: Measure,
    /// How much its shape changed: the root mean square of what the shift leaves, so that distance^2 = shift^2 + shape^2.
    pub shape: Measure,
    /// Mean neuron fractal dimension, over the neurons with an edge.
    pub nfd: Change,
    /// Spearman's correlation of the fractal dimensions, neuron by neuron.
    pub rank_correlation: Measure,
    /// Neurons whose fractal dimension rose most, the first the most.
    pub gains: Vec<NeuronChange>,
    /// Neurons whose fractal dimension fell most.
    pub losses: Vec<NeuronChange>,
}

/// A number, and the same of both checkpoints shuffled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// The number.
    pub value: Option<f64>,
    /// Mean over the shuffled pairs.
    pub shuffled: Option<f64>,
    /// 2.5 % and 97.5 % points.
    pub shuffled_interval: Option<[f64; 2]>,
}

/// A number before and after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// In the first checkpoint.
    pub before: Option<f64>,
    /// In the second.
    pub after: Option<f64>,
    /// After minus before.
    pub change: Measure,
}

/// One neuron.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NeuronChange {
    /// Name of its group.
    pub group: String,
    /// Its number among the input neurons of the group, from 0.
    pub neuron: u64,
    /// Fractal dimension before.
    pub before: f64,
    /// After.
    pub after: f64,
    /// After minus before; shuffled: the change at the same place of the list of a shuffled pair, the largest beside the
    /// largest.
    pub change: Measure,
    /// Edges of length in (1, T] before: N(T) - 1.
    pub edges_before: u64,
    /// After.
    pub edges_after: u64,
}
