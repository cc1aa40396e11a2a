//! What the headline of a series says, as far as it is written on the chart.

use super::scene::{Scene, clean, clean_interval};
use crate::report::{CheckpointRecord, NullRecord};

/// The headline's verbs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Story {
    /// alpha_0 moved from the first checkpoint to the last.
    pub moved: bool,
    /// The last width lies above all null samples.
    pub widened: bool,
}

impl Story {
    /// The verbs of the series' headline; none without null models.
    pub fn of(scene: &Scene) -> Self {
        let told = scene.ends().filter(|(first, last)| first != last).and_then(|(first, last)| {
            let nulls = (scene.null(first)?, scene.null(last)?);
            Self::between(&scene.records()[first], &scene.records()[last], nulls)
        });
        told.unwrap_or_default()
    }

    fn between(
        first: &CheckpointRecord,
        last: &CheckpointRecord,
        (first_null, last_null): (&NullRecord, &NullRecord),
    ) -> Option<Self> {
        let moved_by = clean(last.mean.alpha0)? - clean(first.mean.alpha0)?;
        let width = clean(last.mean.width)?;
        let widened_by = width - clean(first.mean.width)?;
        let still = moved_by.abs() <= half(first_null.alpha0_interval)?
            && widened_by.abs() <= half(first_null.width_interval)?;
        if still {
            return Some(Self::default());
        }
        let mut values = last_null.width_values.iter().copied().filter_map(clean).peekable();
        values.peek()?;
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        let null_moved_by = clean(last_null.alpha0)? - clean(first_null.alpha0)?;
        let as_far = (0.8..=1.2).contains(&(null_moved_by / moved_by));
        Some(match width {
            w if w > high => Self { moved: as_far, widened: true },
            w if w < low => Self::default(),
            _ => Self { moved: true, widened: false },
        })
    }
}

/// Half the length of an interval.
fn half(interval: Option<[f64; 2]>) -> Option<f64> {
    let [low, high] = clean_interval(interval)?;
    Some((high - low) / 2.0)
}
