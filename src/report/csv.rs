//! The document as a table: one row for each checkpoint, sample and q.

use std::io;

use super::{CheckpointRecord, ResultDocument, SampleRecord};

const HEADER: &str = "checkpoint,step,seed,q,tau,stderr,r_squared,alpha,f\n";

/// Writes the table, with a header line. Numbers have as many digits as it takes to read the same bits back.
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
    // The shortest text that reads back as the same bits.
    let number = |value: Option<f64>| value.map_or_else(String::new, |v| format!("{v:?}"));
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
