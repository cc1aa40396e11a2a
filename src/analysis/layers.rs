//! Which groups of a network are analysed.

use super::{AnalysisError, Options};
use crate::checkpoint::Checkpoint;
use crate::network::{Group, Wiring};

impl Options {
    /// Ascending indices of the chosen groups of a wiring that has so many.
    pub(super) fn groups(&self, groups: usize) -> Result<Vec<usize>, AnalysisError> {
        let Some(ranges) = &self.layers else { return Ok((0..groups).collect()) };
        match ranges.iter().map(|&[_, last]| last).find(|&last| last as usize >= groups) {
            Some(layer) => Err(AnalysisError::NoSuchLayer { layer, layers: groups }),
            None => Ok(ranges.iter().flat_map(|&[first, last]| first as usize..=last as usize).collect()),
        }
    }

    /// Refuses ranges that are empty, overlap or do not ascend.
    pub(super) fn check_layers(&self) -> Result<(), AnalysisError> {
        let Some(ranges) = &self.layers else { return Ok(()) };
        let forward = ranges.iter().all(|[first, last]| first <= last);
        let apart = ranges.windows(2).all(|pair| pair[0][1] < pair[1][0]);
        if ranges.is_empty() || !forward || !apart {
            return Err(AnalysisError::LayerRanges);
        }
        Ok(())
    }
}

/// The first and the last group of one of several contiguous shares of a network, counted from 1. The shares have about
/// equal stored bytes, each has at least one group, and together they have every group once.
pub fn share_of_layers(
    checkpoint: &Checkpoint,
    wiring: &Wiring,
    share: u32,
    shares: u32,
) -> Result<[u32; 2], AnalysisError> {
    let layers = wiring.groups.len();
    if !(1..=shares).contains(&share) || shares as usize > layers {
        return Err(AnalysisError::Shares { share, shares, layers });
    }
    let bytes: Vec<u64> = wiring.groups.iter().map(|group| group_bytes(group, checkpoint)).collect();
    let starts = share_starts(&bytes, shares as usize);
    Ok([starts[share as usize - 1] as u32, starts[share as usize] as u32 - 1])
}

/// Bytes of a group's elements as they are encoded, before any compression.
fn group_bytes(group: &Group, checkpoint: &Checkpoint) -> u64 {
    let bytes = |matrix: &crate::network::Matrix| {
        let block = checkpoint.tensors[matrix.tensor].dtype.block();
        matrix.elements().div_ceil(block.elements).saturating_mul(block.bytes)
    };
    group.matrices.iter().map(bytes).fold(0, u64::saturating_add)
}

/// Where each share starts, and where the last one ends: a group belongs to the share in which its middle byte lies,
/// unless a share would have none.
fn share_starts(bytes: &[u64], shares: usize) -> Vec<usize> {
    let total: u128 = bytes.iter().map(|&bytes| u128::from(bytes)).sum();
    let mut before = 0_u128;
    // Twice the middle, so that it is an integer.
    let middles: Vec<u128> = bytes
        .iter()
        .map(|&bytes| {
            let middle = 2 * before + u128::from(bytes);
            before += u128::from(bytes);
            middle
        })
        .collect();
    let mut starts = vec![0];
    for share in 1..shares {
        let start = middles.partition_point(|middle| middle * (shares as u128) < 2 * total * share as u128);
        starts.push(start.clamp(starts[share - 1] + 1, bytes.len() - (shares - share)));
    }
    starts.push(bytes.len());
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_even_and_leave_nothing_out() {
        assert_eq!(share_starts(&[1; 8], 4), [0, 2, 4, 6, 8]);
        assert_eq!(share_starts(&[9, 1, 1, 1], 2), [0, 1, 4]);
        assert_eq!(share_starts(&[1, 1, 1, 9], 2), [0, 3, 4]);
        assert_eq!(share_starts(&[0, 0, 100, 0, 0], 5), [0, 1, 2, 3, 4, 5]);
        assert_eq!(share_starts(&[u64::MAX; 3], 2), [0, 1, 3]);
        assert_eq!(share_starts(&[5], 1), [0, 1]);
    }

    #[test]
    fn ranges_choose_groups() {
        let options = |layers: &[[u32; 2]]| Options { layers: Some(layers.to_vec()), ..Options::default() };
        assert_eq!(options(&[[0, 1], [4, 4]]).groups(5), Ok(vec![0, 1, 4]));
        assert_eq!(Options::default().groups(2), Ok(vec![0, 1]));
        let beyond = AnalysisError::NoSuchLayer { layer: u32::MAX, layers: 5 };
        assert_eq!(options(&[[0, u32::MAX]]).groups(5), Err(beyond));
        for wrong in [&[][..], &[[1, 0]], &[[0, 2], [2, 3]], &[[4, 5], [0, 1]]] {
            assert_eq!(options(wrong).check(), Err(AnalysisError::LayerRanges), "{wrong:?}");
        }
        assert_eq!(options(&[[0, 1], [2, 3]]).check(), Ok(()));
    }
}
