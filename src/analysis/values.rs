//! Whether weights repeat: a look at a few runs of consecutive ones of every group, beside their counting.

use super::elements::Elements;
use crate::checkpoint::DType;

/// Weights of one run. Quantised weights share their values with their neighbours, in a row or a block of a row, so that
/// consecutive ones show it where scattered ones would not.
const WEIGHTS_PER_RUN: usize = 1024;
/// Runs of one group, of as many pieces: to sort them costs less than to read a piece.
const RUNS_PER_GROUP: u32 = 4;

/// Whether the type has so few bits an element, the scales of its blocks apart, that weights must repeat.
pub(super) fn has_few_values(dtype: DType) -> bool {
    const FEW_BITS: u64 = 8;
    8 * dtype.block().bytes < (FEW_BITS + 1) * dtype.block().elements
}

/// Distinct values among weights, counted run by run; exact zeros and non-finite weights are none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ValueCount {
    pub(super) values: u64,
    pub(super) distinct: u64,
    runs: u32,
}

impl ValueCount {
    /// What a part holds of one; `None` for counts that cannot be.
    #[cfg(feature = "parts")]
    pub(super) fn of_part([values, distinct]: [u64; 2]) -> Option<Self> {
        let most = WEIGHTS_PER_RUN as u64 * u64::from(RUNS_PER_GROUP);
        (distinct <= values && values <= most).then_some(Self { values, distinct, runs: 0 })
    }

    /// Looks at the middle of a piece of so many elements.
    #[cfg_attr(small, optimize(speed))]
    pub(super) fn look(&mut self, elements: &Elements<'_>, length: usize) {
        if self.runs == RUNS_PER_GROUP || has_few_values(elements.dtype()) {
            return;
        }
        let run = length.min(WEIGHTS_PER_RUN);
        let start = (length - run) / 2;
        let values = (start..start + run).map(|place| elements.value(place));
        let mut bits: Vec<u64> =
            values.filter(|value| *value != 0.0 && value.is_finite()).map(f64::to_bits).collect();
        self.runs += 1;
        self.values += bits.len() as u64;
        bits.sort_unstable();
        bits.dedup();
        self.distinct += bits.len() as u64;
    }
}
