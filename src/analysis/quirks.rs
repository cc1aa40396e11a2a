//! What the published code does otherwise than the exact mode, one difference at a time (docs/sensitivity.md).

use super::sensitivity::{Axis, Variation, plain};
use super::{DistanceKind, InterconnectKind, Mode, NetworkKind, Options};
use crate::multifractal::{Differences, MINIMUM_DEGREE, Rounding, Tie};
use crate::network::{PathNetwork, Wiring};
use crate::report::AxisValue;

/// Samples of the published code.
const SAMPLES: u32 = 10;
/// Neurons that it draws of each layer now, and that it drew at first.
const DRAWN: [u32; 2] = [32, 64];

/// The exact mode of the whole network, every difference by itself, and all of them together. Thresholds, orders and layers
/// are those of the options. Rows of two hops are there where paths can be followed; they count from each other.
pub fn quirks(options: &Options, wiring: &Wiring, null_samples: u32) -> Vec<Variation> {
    let present = plain(options, null_samples);
    let exact = Options {
        network: NetworkKind::Full,
        mode: Mode::Exact,
        differences: None,
        tie: None,
        filter: 0,
        minimum_degree: MINIMUM_DEGREE as u32,
        rounding: Rounding::Nearest,
        hops: 1,
        interconnect: InterconnectKind::Original,
        distance: DistanceKind::Inverse,
        ..present.clone()
    };
    let mut rows = one_hop(&exact);
    if PathNetwork::check(wiring).is_ok() && options.layers.is_none() {
        rows.extend(two_hops(&exact));
    }
    let row = |(name, text, options): Row| Variation {
        axis: Axis::Quirks,
        value: AxisValue::Name(name.to_owned()),
        text: Some(text),
        is_present: options == present,
        options,
        scale: 1.0,
    };
    rows.into_iter().filter(|row| row.2.check().is_ok()).map(row).collect()
}

/// A name, a sentence and the options.
type Row = (&'static str, &'static str, Options);

fn one_hop(exact: &Options) -> Vec<Row> {
    let forward = Some(Differences::Forward);
    let [tie_first, tie_second] = [Some(Tie::First), Some(Tie::Second)];
    let filter = |filter| Options { filter, ..exact.clone() };
    let sampled = |layer_sample| Options {
        network: NetworkKind::Sampled,
        samples: SAMPLES,
        layer_sample,
        ..exact.clone()
    };
    let reference = |layer_sample| Options { mode: Mode::Reference, ..sampled(layer_sample) };
    vec![
        (
            "exact",
            "Central differences, \u{3b1}\u{2080} = \u{3c4}\u{2032}(0), the whole network: nothing of what follows.",
            exact.clone(),
        ),
        (
            "forward differences",
            "\u{3b1} is the difference to the next order, which belongs half a step of q higher; \u{3b1}\u{2080} is taken at q = 0.",
            Options { differences: forward, tie: tie_second, ..exact.clone() },
        ),
        (
            "tie, first candidate",
            "\u{3b1}\u{2080} is taken one step of q below 0, the first of the two orders at which forward differences put f = 0.",
            Options { tie: tie_first, ..exact.clone() },
        ),
        (
            "tie, second candidate",
            "\u{3b1}\u{2080} is taken at q = 0, the second of the two: with central differences this is exact.",
            Options { tie: tie_second, ..exact.clone() },
        ),
        ("filter 1", "Samples with f above 0 anywhere are dropped.", filter(1)),
        ("filter 2", "Samples in which \u{3b1} exceeds that of the smallest q are dropped.", filter(2)),
        ("filter 3", "Samples that either filter drops are dropped.", filter(3)),
        (
            "ten samples of 32",
            "32 neurons of each layer, drawn with ten seeds, stand for the network: the present code.",
            sampled(DRAWN[0]),
        ),
        ("ten samples of 64", "64 neurons of each layer: the first code.", sampled(DRAWN[1])),
        (
            "all together, 32",
            "The reference mode: forward differences, the first candidate, ten samples of 32.",
            reference(DRAWN[0]),
        ),
        ("all together, 64", "The same with ten samples of 64.", reference(DRAWN[1])),
    ]
}

/// What tells only where paths are followed.
fn two_hops(exact: &Options) -> Vec<Row> {
    let paths = |interconnect| Options {
        network: NetworkKind::Sampled,
        samples: SAMPLES,
        layer_sample: DRAWN[0],
        hops: 2,
        interconnect,
        ..exact.clone()
    };
    vec![
        (
            "two hops",
            "Shortest paths to the next two layers, in ten samples of 32, wired as the model computes: what the two rows below count from.",
            paths(InterconnectKind::True),
        ),
        (
            "two hops, serial wiring",
            "The feed-forward part follows the attention although the model lets both leave the same neurons. The same where it does not.",
            paths(InterconnectKind::Serial),
        ),
        (
            "two hops, interconnect edges",
            "Serial too; queries, keys and values lie one behind the other, and every key and value joins every input of the attention's output at distance 1.",
            paths(InterconnectKind::Original),
        ),
    ]
}
