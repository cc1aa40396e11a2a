//! The document as tables: of the spectra, of the scores, and of how they go together.

use std::io;

use super::{Association, CheckpointRecord, LateAssociation, ResultDocument, SampleRecord, Score};

const HEADER: &str = "checkpoint,step,seed,q,tau,stderr,r_squared,alpha,f\n";
const SCORES_HEADER: &str = "series,metric,step,value,checkpoint\n";
const ASSOCIATIONS_HEADER: &str = "series,metric,quantity,phase,from_step,n,pearson,pearson_low,pearson_high,spearman,\
                                   spearman_low,spearman_high,partial_pearson,partial_pearson_low,partial_pearson_high,\
                                   log_step_pearson,log_step_spearman,shuffled_pearson,shuffled_spearman\n";

/// Writes a row for each checkpoint, sample and q, after a header line. Numbers have as many digits as it takes to read
/// the same bits back.
///
/// # Errors
/// When `output` cannot be written.
pub fn write_csv(document: &ResultDocument, mut output: impl io::Write) -> io::Result<()> {
    output.write_all(HEADER.as_bytes())?;
    for checkpoint in &document.checkpoints {
        for row in checkpoint.samples.iter().flat_map(|sample| rows(checkpoint, sample)) {
            output.write_all((row.join(",") + "\n").as_bytes())?;
        }
    }
    output.flush()
}

/// Writes a row for each score, with the name of the checkpoint at its step, if there is one.
///
/// # Errors
/// When `output` cannot be written.
pub fn write_scores_csv(document: &ResultDocument, mut output: impl io::Write) -> io::Result<()> {
    output.write_all(SCORES_HEADER.as_bytes())?;
    for score in &document.scores {
        for value in &score.values {
            let series = field(score.series.as_deref().unwrap_or_default());
            let checkpoint = checkpoint_of(document, score, value.step).map_or_else(String::new, field);
            let row =
                [series, field(&score.metric), value.step.to_string(), number(Some(value.value)), checkpoint];
            output.write_all((row.join(",") + "\n").as_bytes())?;
        }
    }
    output.flush()
}

/// Writes a row for each association over all steps, and one over the late steps where there are any.
///
/// # Errors
/// When `output` cannot be written.
pub fn write_associations_csv(document: &ResultDocument, mut output: impl io::Write) -> io::Result<()> {
    output.write_all(ASSOCIATIONS_HEADER.as_bytes())?;
    for association in &document.associations {
        let all = (String::new(), "all", all_steps(association));
        let late = association.late.clone().map(|late| (late.from_step.to_string(), "late", late));
        for (from_step, phase, numbers) in [all].into_iter().chain(late) {
            let series = field(association.series.as_deref().unwrap_or_default());
            let first = [
                series,
                field(&association.metric),
                field(&association.quantity),
                phase.to_owned(),
                from_step,
            ];
            let row: Vec<String> = first.into_iter().chain(coefficients(&numbers)).collect();
            output.write_all((row.join(",") + "\n").as_bytes())?;
        }
    }
    output.flush()
}

fn checkpoint_of<'a>(document: &'a ResultDocument, score: &Score, step: u64) -> Option<&'a str> {
    let of = |record: &&CheckpointRecord| {
        record.step == Some(step) && (score.series.is_none() || score.series == record.series)
    };
    document.checkpoints.iter().find(of).map(|record| record.name.as_str())
}

/// An association in the form of its late part.
fn all_steps(association: &Association) -> LateAssociation {
    LateAssociation {
        from_step: 0,
        n: association.n,
        pearson: association.pearson,
        pearson_interval: association.pearson_interval,
        spearman: association.spearman,
        spearman_interval: association.spearman_interval,
        partial_pearson: association.partial_pearson,
        partial_pearson_interval: association.partial_pearson_interval,
        log_step: association.log_step,
        shuffled: association.shuffled,
    }
}

fn coefficients(numbers: &LateAssociation) -> impl Iterator<Item = String> {
    let with = |value: Option<f64>, interval: Option<[f64; 2]>| {
        [value, interval.map(|ends| ends[0]), interval.map(|ends| ends[1])].map(number)
    };
    let shuffled = numbers.shuffled.unwrap_or_default();
    let beside = [numbers.log_step.pearson, numbers.log_step.spearman, shuffled.pearson, shuffled.spearman];
    [numbers.n.to_string()]
        .into_iter()
        .chain(with(numbers.pearson, numbers.pearson_interval))
        .chain(with(numbers.spearman, numbers.spearman_interval))
        .chain(with(numbers.partial_pearson, numbers.partial_pearson_interval))
        .chain(beside.map(number))
}

/// The shortest text that reads back as the same bits; nothing where there is no number.
fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{value:?}"))
}

/// Text as a field: in quotation marks where it holds a separator (RFC 4180).
///
/// The `csv` crate would be a fifth of the page's drawing module, for this one rule; the tests read the table with it.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// The rows of a sample. Values that do not exist are empty.
fn rows<'a>(
    checkpoint: &'a CheckpointRecord,
    sample: &'a SampleRecord,
) -> impl Iterator<Item = [String; 9]> + 'a {
    let whole = |value: Option<u64>| value.map_or_else(String::new, |v| v.to_string());
    // In reference mode alpha and f have one value fewer than q.
    let at = move |values: &[Option<f64>], index: usize| number(values.get(index).copied().flatten());
    sample.q.iter().enumerate().map(move |(index, &q)| {
        [
            field(&checkpoint.name),
            whole(checkpoint.step),
            whole(sample.seed),
            number(Some(q)),
            at(&sample.tau, index),
            at(&sample.stderr, index),
            at(&sample.r_squared, index),
            at(&sample.alpha, index),
            at(&sample.f, index),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ScoreValue;

    fn rows_of(csv: &[u8]) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv);
        let rows = reader.records().map(|row| row.expect("valid CSV, with rows of one length"));
        rows.map(|row| row.iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn scores_and_associations_have_a_row_each() {
        let association = Association {
            metric: "acc, norm".to_owned(),
            quantity: "emergence".to_owned(),
            n: 3,
            pearson: Some(0.1),
            pearson_interval: Some([-0.5, 0.5]),
            late: Some(LateAssociation { from_step: 8, n: 2, ..LateAssociation::default() }),
            ..Association::default()
        };
        let values = vec![ScoreValue { step: 8, value: 0.25 }];
        let document = ResultDocument {
            schema: String::new(),
            tool: crate::report::Tool::this(),
            options: crate::analysis::Options::default(),
            checkpoints: Vec::new(),
            scores: vec![Score { metric: "acc, norm".to_owned(), values, series: None }],
            associations: vec![association],
            explained: Vec::new(),
        };
        let mut csv = Vec::new();
        write_scores_csv(&document, &mut csv).expect("written");
        assert_eq!(rows_of(&csv)[1], ["", "acc, norm", "8", "0.25", ""]);
        let mut csv = Vec::new();
        write_associations_csv(&document, &mut csv).expect("written");
        let rows = rows_of(&csv);
        assert_eq!(rows[1][..9], ["", "acc, norm", "emergence", "all", "", "3", "0.1", "-0.5", "0.5"]);
        assert_eq!(rows[2][2..7], ["emergence", "late", "8", "2", ""]);
    }

    #[test]
    fn fields_with_separators_come_back_whole() {
        for text in ["plain", "a,b", "say \"a\"", "two\nlines", ""] {
            let line = format!("{},1\n", field(text));
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let record = reader.records().next().expect("a record").expect("valid CSV");
            assert_eq!((&record[0], &record[1]), (text, "1"));
        }
    }
}
