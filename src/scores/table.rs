//! Tables of scores: a line of names, then a line for each step, or one for each value.
//!
//! Separators are tabs, semicolons, commas, bars (as in Markdown) or spaces, whichever the first line has. Columns are
//! told by their names: training steps ([`STEPS`]), names of metrics ([`NAMES`]), and numbers, which are metrics of their
//! own, or values of the named ones. Other texts are passed over.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::error::cut;
use super::number::{Decimal, NoNumber, custom, is_missing, number, step};
use super::{Observation, ScoreProblem, stem, step_of_path};
use crate::checkpoint::step_in;

/// Names of columns of training steps. Of several columns the one named first counts, and the others are no metrics.
const STEPS: [&[&str]; 5] = [
    &["step", "steps", "global_step", "training_step", "training_steps", "train_step", "optimizer_step"],
    &["iteration", "iterations", "iter", "iters"],
    &["checkpoint", "ckpt", "revision"],
    &["epoch", "epochs"],
    &["tokens", "training_tokens", "train_tokens", "tokens_seen", "num_tokens"],
];

/// Names of columns that name the metric; several together make its name.
const NAMES: [&str; 8] =
    ["task", "tasks", "benchmark", "benchmarks", "dataset", "metric", "metrics", "filter"];

/// Names of columns whose numbers are those that the other columns name, and have no name themselves.
const VALUES: [&str; 4] = ["value", "values", "score", "result"];

/// Names of columns of numbers that are no metrics.
const PASSED_OVER: [&str; 8] =
    ["", "version", "n_shot", "num_fewshot", "wall_time", "timestamp", "runtime", "seed"];

/// Most lines and columns.
const MAX_LINES: usize = 1_000_000;
const MAX_COLUMNS: usize = 20_000;

/// All numbers of a table. `path` tells the step where no column does, and names a column of bare values.
pub(super) fn read(path: &str, text: &str) -> Result<Vec<Observation>, ScoreProblem> {
    let lines = lines(text)?;
    let [header, rows @ ..] = lines.as_slice() else { return Err(ScoreProblem::Unrecognised) };
    let columns = Columns::new(&header.fields, rows);
    let step_of_path = step_of_path(path).filter(|_| !columns.names.is_empty());
    if columns.metrics.is_empty() || (columns.step.is_none() && step_of_path.is_none()) {
        return Err(ScoreProblem::Unrecognised);
    }
    let expected = header.fields.len();
    if let Some(row) = rows.iter().find(|row| row.fields.iter().skip(expected).any(|field| !field.is_empty()))
    {
        return Err(ScoreProblem::TooManyFields { line: row.number, found: row.fields.len(), expected });
    }
    columns.observations(rows, step_of_path, stem(path))
}

/// A line of the file with something in it.
struct Line {
    /// Counted from 1.
    number: u64,
    fields: StringRecord,
}

impl Line {
    fn field(&self, column: usize) -> &str {
        self.fields.get(column).unwrap_or_default()
    }
}

fn lines(text: &str) -> Result<Vec<Line>, ScoreProblem> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let (separator, text) = match separator(first) {
        Some('|') => ('|', Cow::Owned(by_line(text, markdown))),
        Some(separator) => (separator, Cow::Borrowed(text)),
        None => {
            ('\t', Cow::Owned(by_line(text, |line| line.split_whitespace().collect::<Vec<_>>().join("\t"))))
        }
    };
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(separator as u8)
        .quoting(separator != '|')
        .from_reader(text.as_bytes());
    let mut lines: Vec<Line> = Vec::new();
    let (mut number, mut counted) = (1, 0);
    for record in reader.records() {
        let fields = record.map_err(|error| ScoreProblem::BadTable { why: error.to_string() })?;
        // The reader tells where the record before ended: empty lines may follow.
        let end = fields.position().map_or(0, |position| position.byte() as usize);
        let rest = text.as_bytes().get(end..).unwrap_or_default();
        let start = end + rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let passed = text.as_bytes().get(counted..start).unwrap_or_default();
        number += passed.iter().filter(|&&byte| byte == b'\n').count() as u64;
        counted = start;
        if lines.len() == MAX_LINES {
            return Err(ScoreProblem::TooMany { of: "lines", limit: MAX_LINES });
        }
        if fields.len() > MAX_COLUMNS {
            return Err(ScoreProblem::TooMany { of: "columns", limit: MAX_COLUMNS });
        }
        if !fields.iter().all(str::is_empty) {
            lines.push(Line { number, fields });
        }
    }
    Ok(lines)
}

/// What separates the fields of a line: of tabs, semicolons, bars and commas outside of quotation marks the most
/// frequent, of equally frequent ones the first; `None` where there are none.
fn separator(line: &str) -> Option<char> {
    let mut inside = false;
    let mut counts = [('\t', 0), (';', 0), ('|', 0), (',', 0)];
    for letter in line.chars() {
        inside ^= letter == '"';
        counts
            .iter_mut()
            .filter(|(separator, _)| *separator == letter && !inside)
            .for_each(|(_, count)| *count += 1);
    }
    let most = counts.iter().map(|(_, count)| *count).max().filter(|most| *most > 0)?;
    counts.iter().find(|(_, count)| *count == most).map(|(separator, _)| *separator)
}

/// The text with every line changed, so that lines keep their numbers.
fn by_line(text: &str, change: impl Fn(&str) -> String) -> String {
    text.lines().map(change).collect::<Vec<_>>().join("\n")
}

/// A line of a Markdown table without the bars around it; nothing for the line under the header.
fn markdown(line: &str) -> String {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    let rule = line.contains('-') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '));
    if rule { String::new() } else { line.to_owned() }
}

/// What the columns hold.
struct Columns {
    step: Option<usize>,
    names: Vec<usize>,
    metrics: Vec<MetricColumn>,
    /// The custom that all numbers follow, if they follow one.
    decimal: Option<Decimal>,
}

struct MetricColumn {
    column: usize,
    /// Without a percent sign; `None` for bare values.
    name: Option<String>,
    /// Whether the column's name says that it holds percent.
    percent: bool,
}

impl Columns {
    fn new(header: &StringRecord, rows: &[Line]) -> Self {
        let names: Vec<String> = header.iter().map(normal).collect();
        let mut steps: Vec<(usize, usize)> = (0..names.len())
            .filter_map(|column| {
                let kind = STEPS.iter().position(|kind| kind.contains(&names[column].as_str()))?;
                Some((kind, column))
            })
            .collect();
        steps.sort_unstable();
        let is_number = |column: &usize| {
            rows.iter().any(|row| {
                let field = row.field(*column);
                !is_missing(field) && number(field, None) != Err(NoNumber::Other)
            })
        };
        let is_named = |column: &usize| NAMES.contains(&names[*column].as_str()) && !is_number(column);
        let is_metric = |column: &usize| {
            let name = names[*column].as_str();
            let passed_over =
                PASSED_OVER.contains(&name) || name.contains("stderr") || name.contains("std_err");
            !passed_over
                && !steps.iter().any(|(_, step)| step == column)
                && !is_named(column)
                && is_number(column)
        };
        let metrics: Vec<MetricColumn> = (0..names.len())
            .filter(is_metric)
            .map(|column| {
                let (name, percent) = percent_of(header.get(column).unwrap_or_default());
                let bare = VALUES.contains(&names[column].as_str());
                MetricColumn { column, name: (!bare).then(|| name.to_owned()), percent }
            })
            .collect();
        let customs = || {
            let fields = rows.iter().flat_map(|row| metrics.iter().map(|metric| row.field(metric.column)));
            fields.filter_map(custom)
        };
        let first = customs().next();
        let decimal = first.filter(|first| customs().all(|other| other == *first));
        let names = (0..names.len()).filter(is_named).collect();
        Self { step: steps.first().map(|(_, column)| *column), names, metrics, decimal }
    }

    fn observations(
        &self,
        rows: &[Line],
        step_of_path: Option<u64>,
        file: &str,
    ) -> Result<Vec<Observation>, ScoreProblem> {
        let mut found = Vec::new();
        let mut named = vec![String::new(); self.names.len()];
        for row in rows {
            self.name(row, &mut named);
            let step = match self.step {
                Some(column) => step_of(row, column)?,
                None => step_of_path.unwrap_or_default(),
            };
            for metric in &self.metrics {
                let field = row.field(metric.column);
                if is_missing(field) {
                    continue;
                }
                let value = number(field, self.decimal).map_err(|why| bad_number(row, metric, why))?;
                let value = if metric.percent && !field.ends_with('%') { value / 100.0 } else { value };
                let parts = named.iter().map(String::as_str).chain(metric.name.as_deref());
                let name = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
                let name = if name.is_empty() { file.to_owned() } else { name };
                found.push(Observation { series: None, metric: name, step, value });
            }
        }
        Ok(found)
    }

    /// Names of the metric in a line. Printed tables leave out a name that is that of the line before.
    fn name(&self, row: &Line, named: &mut [String]) {
        for (name, &column) in named.iter_mut().zip(&self.names) {
            // Groups of tasks are drawn as a tree: `  - anatomy`.
            let field = row.field(column).trim_start_matches(['-', ' ']);
            match field {
                "" => {}
                "none" => name.clear(),
                field => field.clone_into(name),
            }
        }
    }
}

fn step_of(row: &Line, column: usize) -> Result<u64, ScoreProblem> {
    let field = row.field(column);
    match step(field) {
        Ok(step) => Ok(step),
        Err(NoNumber::Ambiguous) => {
            let (line, text) = (row.number, cut(field));
            Err(ScoreProblem::Ambiguous { line, column: "of the steps".to_owned(), text })
        }
        Err(NoNumber::Other) => {
            step_in(field).ok_or_else(|| ScoreProblem::BadStep { line: row.number, text: cut(field) })
        }
    }
}

fn bad_number(row: &Line, metric: &MetricColumn, why: NoNumber) -> ScoreProblem {
    let (line, text) = (row.number, cut(row.field(metric.column)));
    let column = metric.name.as_deref().map_or_else(|| "of values".to_owned(), cut);
    match why {
        NoNumber::Other => ScoreProblem::BadNumber { line, column, text },
        NoNumber::Ambiguous => ScoreProblem::Ambiguous { line, column, text },
    }
}

/// A column's name in small letters, with `_` between its words: `Wall time` and `_step` become `wall_time`, `step`.
fn normal(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_")
}

/// A column's name without `%` or `(%)`, and whether it had it.
fn percent_of(name: &str) -> (&str, bool) {
    let ending = ["(%)", "[%]", "%"].iter().find_map(|ending| name.strip_suffix(ending));
    ending.map_or((name, false), |name| (name.trim_end(), true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(String, u64, f64)> {
        of_path("table.csv", text)
    }

    fn of_path(path: &str, text: &str) -> Vec<(String, u64, f64)> {
        let found = read(path, text).unwrap_or_else(|problem| panic!("{path} {problem}\n{text}"));
        found.into_iter().map(|one| (one.metric, one.step, one.value)).collect()
    }

    fn all(list: &[(&str, u64, f64)]) -> Vec<(String, u64, f64)> {
        list.iter().map(|&(metric, step, value)| (metric.to_owned(), step, value)).collect()
    }

    #[test]
    fn a_column_for_each_metric() {
        let wanted = all(&[("acc", 0, 0.25), ("loss", 0, 4.5), ("acc", 512, 0.5), ("loss", 512, 2.5)]);
        for text in [
            "step,acc,loss\n0,0.25,4.5\n512,0.5,2.5\n",
            "step;acc;loss\r\n0;0,25;4,5\r\n512;0,5;2,5\r\n",
            "Step\tacc\tloss\n0\t25%\t4.5\n512\t50 %\t2.5",
            "step  acc    loss\n0     0.25   4.5\n512   0.5    2.5\n",
            "| step | acc | loss |\n|-----:|:---:|------|\n| 0 | 0.25 | 4.5 |\n| 512 | 0.5 | 2.5 |\n",
            "\n\n\"step\",\"acc\",\"loss\",note\n\"0\",0.25,4.5,\"a, b\"\n\n512,0.5,2.5\n",
            "global_step,epoch,acc (%),loss\n0,0,25,4.5\n512,1,50,2.5\n",
            ",checkpoint,acc,acc_stderr,loss\n0,model-step0,0.25,0.01,4.5\n1,model-step512,0.5,0.01,2.5\n",
        ] {
            assert_eq!(of(text), wanted, "{text}");
        }
    }

    #[test]
    fn epochs_of_image_models() {
        let text =
            "epoch,train_loss,train_acc,val_loss,val_acc,lr\n1,2.1,0.2,2.0,0.25,0.1\n2,1.5,0.5,1.75,,0.1\n";
        let found = of(text);
        assert_eq!(found.iter().filter(|one| one.1 == 2).count(), 4);
        assert!(found.contains(&("val_acc".to_owned(), 1, 0.25)));
    }

    #[test]
    fn a_line_for_each_value() {
        let wanted = all(&[("arc_easy acc", 8, 0.25), ("piqa acc", 8, 0.5), ("arc_easy acc", 16, 0.75)]);
        for text in [
            "step,task,metric,value\n8,arc_easy,acc,0.25\n8,piqa,acc,0.5\n16,arc_easy,acc,0.75\n",
            "step,task,acc\n8,arc_easy,0.25\n8,piqa,0.5\n16,arc_easy,0.75\n",
            "Metric\tStep\tValue\narc_easy acc\t8\t0.25\npiqa acc\t8\t0.5\narc_easy acc\t16\t0.75\n",
        ] {
            assert_eq!(of(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_the_harness_prints() {
        let text = "\
            |    Tasks     |Version|Filter|n-shot| Metric |   |Value |   |Stderr|\n\
            |--------------|------:|------|-----:|--------|---|-----:|---|-----:|\n\
            |arc_easy      |      1|none  |     0|acc     |\u{2191}  |0.5000|\u{b1}  |0.0150|\n\
            |              |       |none  |     0|acc_norm|\u{2191}  |0.2500|\u{b1}  |0.0154|\n\
            |mmlu          |      2|none  |      |acc     |\u{2191}  |0.7500|\u{b1}  |0.0041|\n\
            |  - anatomy   |      1|strict|     0|acc     |\u{2191}  |0.1250|\u{b1}  |0.0041|\n";
        let wanted = all(&[
            ("arc_easy acc", 512, 0.5),
            ("arc_easy acc_norm", 512, 0.25),
            ("mmlu acc", 512, 0.75),
            ("anatomy strict acc", 512, 0.125),
        ]);
        assert_eq!(of_path("run/step512/table.md", text), wanted);
        assert_eq!(read("table.md", text), Err(ScoreProblem::Unrecognised));
    }

    #[test]
    fn a_column_of_bare_values_has_the_name_of_its_file() {
        let text = "Wall time,Step,Value\n1718000000.5,10,0.25\n1718000010.5,20,0.5\n";
        assert_eq!(
            of_path("val_accuracy.csv", text),
            all(&[("val_accuracy", 10, 0.25), ("val_accuracy", 20, 0.5)])
        );
    }

    #[test]
    fn commas_follow_the_custom_of_the_table() {
        assert_eq!(of("step;loss;acc\n1;1,234;0,5\n"), all(&[("loss", 1, 1.234), ("acc", 1, 0.5)]));
        assert_eq!(of("step;ppl;acc\n1;1,234;0.5\n"), all(&[("ppl", 1, 1234.0), ("acc", 1, 0.5)]));
        let wanted = ScoreProblem::Ambiguous { line: 2, column: "loss".to_owned(), text: "1,234".to_owned() };
        assert_eq!(read("a.csv", "step;loss\n1;1,234\n"), Err(wanted.clone()));
        // Two customs in one table settle nothing.
        assert_eq!(read("a.csv", "step;loss;a;b\n1;1,234;0,5;0.5\n"), Err(wanted));
        assert_eq!(of("step,acc\n\"143,000\",0.5\n"), all(&[("acc", 143_000, 0.5)]));
    }

    #[test]
    fn errors_name_the_line() {
        for (text, wanted) in [
            (
                "step,acc\n1,0.5\n\n2,abc\n",
                "has no number in line 4, column acc, where \u{201c}abc\u{201d} stands.",
            ),
            (
                "step,acc\n1,0.5\nlast,0.5\n",
                "has no training step in line 3, where \u{201c}last\u{201d} stands.",
            ),
            ("step,acc\n,0.5\n", "has no training step in line 2, where \u{201c}\u{201d} stands."),
            ("step,acc\n0.5,0.5\n", "has no training step in line 2, where \u{201c}0.5\u{201d} stands."),
            ("step,acc\n1,0.5,7\n", "has more fields in line 2 than in its header: 3 against 2."),
            (
                "step;acc\n53.000;0.5\n",
                "has \u{201c}53.000\u{201d} in line 2, column of the steps, which may be read in two ways.",
            ),
        ] {
            let found = read("a.csv", text).expect_err(text);
            assert_eq!(found.to_string(), wanted);
        }
    }
}
