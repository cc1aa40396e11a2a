//! The document as a table: one row for each checkpoint, sample and q.

use std::io;

use serde::Serialize;

use super::{CheckpointRecord, ResultDocument, SampleRecord};

/// One row. Values that do not exist are empty.
#[derive(Serialize)]
struct Row<'a> {
    checkpoint: &'a str,
    step: Option<u64>,
    seed: Option<u64>,
    q: f64,
    tau: Option<f64>,
    stderr: Option<f64>,
    r_squared: Option<f64>,
    alpha: Option<f64>,
    f: Option<f64>,
}

/// Writes the table, with a header line. Numbers have as many digits as it takes to read the same bits back.
///
/// # Errors
/// When `output` cannot be written.
pub fn write_csv(document: &ResultDocument, output: impl io::Write) -> io::Result<()> {
    let mut table = csv::WriterBuilder::new().has_headers(false).from_writer(output);
    table.write_record(["checkpoint", "step", "seed", "q", "tau", "stderr", "r_squared", "alpha", "f"])?;
    for checkpoint in &document.checkpoints {
        for row in checkpoint.samples.iter().flat_map(|sample| rows(checkpoint, sample)) {
            table.serialize(row)?;
        }
    }
    table.flush()
}

fn rows<'a>(checkpoint: &'a CheckpointRecord, sample: &'a SampleRecord) -> impl Iterator<Item = Row<'a>> {
    // In reference mode alpha and f have one value fewer than q.
    let at = |values: &[Option<f64>], index: usize| values.get(index).copied().flatten();
    sample.q.iter().enumerate().map(move |(index, &q)| Row {
        checkpoint: &checkpoint.name,
        step: checkpoint.step,
        seed: sample.seed,
        q,
        tau: at(&sample.tau, index),
        stderr: at(&sample.stderr, index),
        r_squared: at(&sample.r_squared, index),
        alpha: at(&sample.alpha, index),
        f: at(&sample.f, index),
    })
}
