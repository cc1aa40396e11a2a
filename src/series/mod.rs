//! Several checkpoints of one training: order, and the degree of emergence (method, section 6).

use crate::analysis::Options;
use crate::multifractal::statistics::{interval95, mean};
use crate::report::{CheckpointRecord, NullRecord, ResultDocument, SCHEMA, Tool, Warning};

/// E = (w / w_0) ln(alpha_0(0) / alpha_0) of a spectrum `(alpha_0, w)` against that of the first checkpoint. `None`
/// where an alpha_0 is not positive or a width is 0.
pub fn emergence(first: (f64, f64), later: (f64, f64)) -> Option<f64> {
    let positive = [first.0, first.1, later.0, later.1].iter().all(|&value| value > 0.0);
    positive.then(|| later.1 / first.1 * libm::log(first.0 / later.0))
}

/// The document of a series: records in order of their steps (those without a step, or all, where a step is missing,
/// stay as given), each with its degree of emergence and that of its null models.
pub fn document(options: Options, mut records: Vec<CheckpointRecord>) -> ResultDocument {
    if records.iter().all(|record| record.step.is_some()) {
        records.sort_by_key(|record| record.step);
    }
    if let Some((first, _)) = records.split_first() {
        let first = first.clone();
        records.iter_mut().for_each(|record| relate(record, &first));
    }
    warn_of_late_start(&mut records);
    ResultDocument {
        schema: SCHEMA.to_owned(),
        tool: Tool::this(),
        options,
        checkpoints: records,
        scores: Vec::new(),
    }
}

fn relate(record: &mut CheckpointRecord, first: &CheckpointRecord) {
    let spectrum = |record: &CheckpointRecord| record.mean.alpha0.zip(record.mean.width);
    record.emergence = spectrum(first).zip(spectrum(record)).and_then(|(first, later)| emergence(first, later));
    for null in &mut record.nulls {
        match first.nulls.iter().find(|other| other.kind == null.kind) {
            Some(of_first) => relate_null(null, of_first),
            None => (null.emergence, null.emergence_interval) = (None, None),
        }
    }
}

/// The null's own alpha_0 and width at both checkpoints, sample i against sample i.
fn relate_null(null: &mut NullRecord, first: &NullRecord) {
    let values: Vec<f64> = spectra(first)
        .zip(spectra(null))
        .filter_map(|(first, later)| first.zip(later).and_then(|(first, later)| emergence(first, later)))
        .collect();
    null.emergence = mean(&values);
    null.emergence_interval = interval95(&values);
}

fn spectra(null: &NullRecord) -> impl Iterator<Item = Option<(f64, f64)>> {
    null.alpha0_values.iter().zip(&null.width_values).map(|(alpha0, width)| alpha0.zip(*width))
}

/// E counts from the first checkpoint, wherever in training that is.
fn warn_of_late_start(records: &mut [CheckpointRecord]) {
    const CODE: &str = "late-first-checkpoint";
    records.iter_mut().for_each(|record| record.warnings.retain(|warning| warning.code != CODE));
    if let [first, _, ..] = records
        && let Some(step) = first.step.filter(|&step| step > 0)
    {
        let text = format!("The first checkpoint is step {step}, not the start of training: E counts from there.");
        first.warnings.push(Warning { code: CODE.to_owned(), text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emergence_by_hand() {
        assert_eq!(emergence((1.5, 0.4), (1.5, 0.4)), Some(0.0));
        let e = emergence((std::f64::consts::E, 0.5), (1.0, 1.0)).unwrap();
        assert!((e - 2.0).abs() < 1e-15, "{e}");
        assert_eq!(emergence((0.0, 0.5), (1.0, 1.0)), None);
        assert_eq!(emergence((1.0, 0.0), (1.0, 1.0)), None);
        assert_eq!(emergence((1.0, 0.5), (-1.0, 1.0)), None);
    }
}
