//! The null model that reads the first checkpoint of a series again, scaled to the later ones.

use neuromfa::analysis::{Alteration, Analysis, AnalysisError, Options, RescaledNull, rescaling};
use neuromfa::checkpoint::Checkpoint;
use neuromfa::network::Wiring;
use neuromfa::report::CheckpointRecord;

use crate::analyze::{Analyzed, Failure, Wishes, read};
use crate::failures::warning;
use crate::inputs::Files;

/// What is done to the weights of a checkpoint with this wiring; `None` where it cannot be.
pub type Rescaling<'a> = &'a dyn Fn(&Wiring) -> Result<Option<Alteration>, AnalysisError>;

/// Adds the first checkpoint of each series as a null model, scaled to the weights of every checkpoint. `again` analyses a
/// candidate once more, with its weights altered.
pub fn add_rescaled_nulls(
    all: &mut [Analyzed],
    again: impl Fn(usize, Rescaling<'_>) -> Result<Option<CheckpointRecord>, Failure>,
) -> Result<(), Failure> {
    for series in all.chunk_by_mut(|a, b| a.record.series == b.record.series) {
        let Some(first) = series.first().map(|first| (first.candidate, first.record.clone())) else {
            continue;
        };
        for Analyzed { record, options, .. } in series {
            let alteration = |wiring: &Wiring| {
                rescaling(&first.1.network.layers, &record.network.layers, options, wiring.groups.len())
            };
            match again(first.0, &alteration)? {
                Some(scaled) => RescaledNull::new(&scaled).add_to(record),
                None => warning(format_args!(
                    "{}: its layers are not those of {}, which cannot be rescaled to them.",
                    record.name, first.1.name
                )),
            }
        }
    }
    Ok(())
}

/// The record of a checkpoint whose weights were altered, without null models; `None` where they cannot be.
pub fn rescaled(
    checkpoint: &Checkpoint,
    files: &Files,
    wishes: &Wishes<'_>,
    alteration: Rescaling<'_>,
) -> Result<Option<CheckpointRecord>, Failure> {
    let wiring = wishes.wiring(checkpoint)?;
    let failed = |error| Failure::Analysis { name: checkpoint.name.clone(), error };
    let options = wishes.options(checkpoint, &wiring).map_err(failed)?;
    let options = Options { null: Vec::new(), ..options };
    let Some(alteration) = alteration(&wiring).map_err(failed)? else { return Ok(None) };
    let analysis = Analysis::plan_altered(checkpoint, &wiring, &options, &alteration, 0).map_err(failed)?;
    Ok(Some(read(analysis, checkpoint, files)?.record()))
}
