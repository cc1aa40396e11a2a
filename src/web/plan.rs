//! Which bytes the host must feed.

use serde::Serialize;

use super::network::Network;
use crate::analysis::{Analysis, Read};

/// What must be read.
#[derive(Serialize)]
pub(super) struct Plan {
    reads: Vec<PlannedRead>,
    bytes: u64,
}

#[derive(Serialize)]
struct PlannedRead {
    file: usize,
    offset: u64,
    length: u64,
    label: String,
}

impl Plan {
    pub(super) fn new(analysis: &Analysis, network: &Network) -> Self {
        Self::of(analysis.reads(), network)
    }

    /// Of reads for another purpose.
    pub(super) fn of(reads: &[Read], network: &Network) -> Self {
        let groups = &network.wiring.groups;
        let blocks = groups.iter().filter_map(|group| group.block).max().map_or(0, |last| last + 1);
        let label = |group: usize| match groups[group].block {
            Some(block) => format!("block {} of {blocks}", block + 1),
            None => format!("matrix {} of {}", group + 1, groups.len()),
        };
        let read = |read: &Read| PlannedRead {
            file: network.files[read.file],
            offset: read.offset,
            length: read.length,
            label: label(read.group),
        };
        Self { reads: reads.iter().map(read).collect(), bytes: reads.iter().map(|read| read.length).sum() }
    }
}
