//! Scores as a document has them: a list of metrics, each with its values by step.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Observation, ScoreProblem, number, reason};

#[derive(Deserialize)]
struct Listed<'a> {
    metric: String,
    #[serde(default)]
    series: Option<String>,
    #[serde(borrow)]
    values: Vec<ListedValue<'a>>,
}

#[derive(Deserialize)]
struct ListedValue<'a> {
    step: u64,
    #[serde(borrow)]
    value: &'a RawValue,
}

/// Every value that is a number.
pub(super) fn read(list: &RawValue) -> Result<Vec<Observation>, ScoreProblem> {
    let listed: Vec<Listed<'_>> =
        serde_json::from_str(list.get()).map_err(|error| ScoreProblem::BadList { why: reason(&error) })?;
    let of = |Listed { metric, series, values }: Listed<'_>| {
        let one = move |ListedValue { step, value }: ListedValue<'_>| {
            let (series, metric) = (series.clone(), metric.clone());
            Some(Observation { series, metric, step, value: number(value)? })
        };
        values.into_iter().filter_map(one).collect::<Vec<_>>()
    };
    Ok(listed.into_iter().flat_map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<Observation>, ScoreProblem> {
        super::super::read("scores.json", text.as_bytes())
    }

    #[test]
    fn lists_are_read_to_the_last_bit() {
        let text = r#"{"metrics": [{"metric": "acc", "values": [{"step": 0, "value": 0.1}, {"step": 8, "value": null},
            {"step": 9, "value": 0.30000000000000004}]}]}"#;
        let found = read_text(text).expect("scores");
        let values: Vec<(u64, f64)> = found.iter().map(|one| (one.step, one.value)).collect();
        assert_eq!(values, [(0, 0.1), (9, 0.1 + 0.2)]);
    }

    #[test]
    fn a_result_document_gives_its_scores() {
        let text = r#"{"schema": "neuromfa-result/1", "checkpoints": [],
            "scores": [{"metric": "acc", "series": "a", "values": [{"step": 1, "value": 1}]}]}"#;
        let found = read_text(text).expect("scores");
        assert_eq!(found[0].series.as_deref(), Some("a"));
    }

    #[test]
    fn another_list_is_refused() {
        let found = read_text(r#"{"metrics": [{"name": "acc"}]}"#);
        assert!(matches!(found, Err(ScoreProblem::BadList { .. })), "{found:?}");
        assert!(matches!(read_text(r#"{"metrics": 5}"#), Err(ScoreProblem::BadList { .. })));
    }
}
