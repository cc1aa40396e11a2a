//! Results of EleutherAI's lm-evaluation-harness: one JSON file for each evaluated checkpoint.
//!
//! Until version 0.3 `results.{task}.{metric}` is a number; since 0.4 `results.{task}."{metric},{filter}"` is, beside
//! fields that are none, and `groups` repeats the means over tasks. Standard errors end in `_stderr`.

use serde_json::value::RawValue;

use super::{Fields, Observation, ScoreProblem, number, step_of_path};
use crate::checkpoint::step_in;

/// Every metric of every task: `arc_easy acc`, `gsm8k exact_match (strict-match)`.
pub(super) fn read(path: &str, fields: &Fields<'_>) -> Result<Vec<Observation>, ScoreProblem> {
    let results = object(fields, "results").ok_or(ScoreProblem::Unrecognised)?;
    let step = step(path, fields)?;
    let groups = object(fields, "groups").unwrap_or_default();
    let more = groups.into_iter().filter(|(group, _)| !results.contains_key(group)).collect::<Vec<_>>();
    let mut found = Vec::new();
    for (task, metrics) in
        results.iter().map(|(task, metrics)| (task, *metrics)).chain(more.iter().map(|(g, m)| (g, *m)))
    {
        let metrics = numbers(metrics).into_iter();
        found.extend(metrics.map(|(metric, value)| Observation {
            series: None,
            metric: format!("{task} {metric}"),
            step,
            value,
        }));
    }
    if found.is_empty() { Err(ScoreProblem::NoNumber) } else { Ok(found) }
}

/// The metrics of one task.
fn numbers(task: &RawValue) -> Vec<(String, f64)> {
    let fields: Fields<'_> = serde_json::from_str(task.get()).unwrap_or_default();
    let filtered = fields.keys().any(|key| key.contains(','));
    let metric = |(key, value): (&String, &&RawValue)| {
        let (name, filter) = key.split_once(',').unwrap_or((key, "none"));
        let passed_over = name.ends_with("_stderr") || (filtered && !key.contains(','));
        let name = if filter == "none" { name.to_owned() } else { format!("{name} ({filter})") };
        (!passed_over).then_some(())?;
        Some((name, number(value)?))
    };
    fields.iter().filter_map(metric).collect()
}

/// The step of the evaluated checkpoint, by the names of the file and its folders and by what was evaluated.
fn step(path: &str, fields: &Fields<'_>) -> Result<u64, ScoreProblem> {
    match (step_of_path(path), step_of_config(fields)) {
        (Some(by_name), Some(by_config)) if by_name != by_config => {
            Err(ScoreProblem::TwoSteps { by_name, by_config })
        }
        (by_name, by_config) => by_name.or(by_config).ok_or(ScoreProblem::NoStep),
    }
}

/// `revision=step1000` of `config.model_args`, which newer versions write as an object, or the name of the model.
fn step_of_config(fields: &Fields<'_>) -> Option<u64> {
    let config = object(fields, "config").unwrap_or_default();
    let arguments = text(&config, "model_args").unwrap_or_default();
    let pairs = arguments.split(',').filter_map(|pair| pair.trim().split_once('='));
    let mut pairs: Vec<(String, String)> =
        pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let listed = object(&config, "model_args").unwrap_or_default();
    pairs.extend(listed.keys().filter_map(|key| Some((key.clone(), text(&listed, key)?))));
    let argument = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let names = [
        argument("revision"),
        text(&config, "model_revision"),
        argument("peft"),
        argument("pretrained"),
        text(fields, "model_name"),
    ];
    // The last part of a path names the checkpoint.
    names.into_iter().flatten().find_map(|name| name.rsplit('/').find_map(step_in))
}

fn object<'a>(fields: &Fields<'a>, name: &str) -> Option<Fields<'a>> {
    serde_json::from_str(fields.get(name)?.get()).ok()
}

fn text(fields: &Fields<'_>, name: &str) -> Option<String> {
    serde_json::from_str(fields.get(name)?.get()).ok()
}

#[cfg(test)]
mod tests {
    use super::super::read as read_file;
    use super::*;

    const OLD: &str = r#"{
        "results": {
            "lambada_openai": {"ppl": 3.5e6, "ppl_stderr": 2.1e5, "acc": 0.25, "acc_stderr": 0.01},
            "arc_easy": {"acc": 0.5, "acc_stderr": 0.01, "acc_norm": 0.4375, "acc_norm_stderr": 0.01}
        },
        "versions": {"lambada_openai": 0, "arc_easy": 0},
        "config": {"model": "hf-causal", "model_args": "use_accelerate=True,pretrained=EleutherAI/pythia-14m,revision=step3000"}
    }"#;

    const NEW: &str = r#"{
        "results": {
            "mmlu": {"acc,none": 0.25, "acc_stderr,none": 0.003, "alias": "mmlu"},
            "mmlu_anatomy": {"alias": "  - anatomy", "acc,none": 0.3125, "acc_stderr,none": "N/A", "sample_len": 135},
            "gsm8k": {"alias": "gsm8k", "exact_match,strict-match": 0.0625, "exact_match_stderr,strict-match": 0.01,
                      "exact_match,flexible-extract": 0.125, "exact_match_stderr,flexible-extract": 0.01}
        },
        "groups": {"mmlu": {"acc,none": 0.25, "alias": "mmlu"}, "mmlu_stem": {"acc,none": 0.1875, "alias": " - stem"}},
        "group_subtasks": {"mmlu": ["mmlu_anatomy"]},
        "n-shot": {"mmlu_anatomy": 0},
        "higher_is_better": {"mmlu": {"acc": true}},
        "config": {"model": "hf", "model_args": "pretrained=EleutherAI/pythia-14m,revision=step512", "model_revision": "step512"},
        "model_source": "hf", "model_name": "EleutherAI/pythia-14m", "model_name_sanitized": "EleutherAI__pythia-14m"
    }"#;

    fn names(found: &[Observation]) -> Vec<(&str, f64)> {
        found.iter().map(|one| (one.metric.as_str(), one.value)).collect()
    }

    #[test]
    fn the_older_layout() {
        let found = read_file("pythia-14m/14m_step3000.json", OLD.as_bytes()).expect("scores");
        assert_eq!(
            names(&found),
            [
                ("arc_easy acc", 0.5),
                ("arc_easy acc_norm", 0.4375),
                ("lambada_openai acc", 0.25),
                ("lambada_openai ppl", 3.5e6)
            ]
        );
        assert!(found.iter().all(|one| one.step == 3000));
    }

    #[test]
    fn the_newer_layout() {
        let found = read_file("EleutherAI__pythia-14m/results_2024-05-01T12-00-00.123.json", NEW.as_bytes());
        let found = found.expect("scores");
        assert_eq!(
            names(&found),
            [
                ("gsm8k exact_match (flexible-extract)", 0.125),
                ("gsm8k exact_match (strict-match)", 0.0625),
                ("mmlu acc", 0.25),
                ("mmlu_anatomy acc", 0.3125),
                ("mmlu_stem acc", 0.1875)
            ]
        );
        assert!(found.iter().all(|one| one.step == 512));
    }

    #[test]
    fn the_step_is_that_of_the_name_or_of_what_was_evaluated() {
        let step = |path: &str, config: &str| {
            let text = format!(r#"{{"results": {{"a": {{"acc": 0.5}}}}, {config}}}"#);
            read_file(path, text.as_bytes()).map(|found| found[0].step)
        };
        let revision = r#""config": {"model_args": "pretrained=a/b,revision=step64"}"#;
        assert_eq!(step("results.json", revision), Ok(64));
        assert_eq!(step("run/step64/results.json", revision), Ok(64));
        assert_eq!(step("run/step64/results.json", r#""config": {}"#), Ok(64));
        assert_eq!(
            step("results.json", r#""config": {"model_args": "pretrained=out/checkpoint-500"}"#),
            Ok(500)
        );
        let object = r#""config": {"model_args": {"pretrained": "a/b", "revision": "step8", "dtype": 1}}"#;
        assert_eq!(step("results.json", object), Ok(8));
        assert_eq!(step("results.json", r#""model_name": "out/epoch_3/""#), Ok(3));
        assert_eq!(step("step32.json", revision), Err(ScoreProblem::TwoSteps { by_name: 32, by_config: 64 }));
        assert_eq!(
            step("results.json", r#""config": {"model_args": "revision=main"}"#),
            Err(ScoreProblem::NoStep)
        );
    }

    #[test]
    fn results_that_are_none_are_refused() {
        let read = |text: &str| read_file("step1.json", text.as_bytes());
        assert_eq!(read(r#"{"results": {"a": {"acc": "N/A"}, "b": 5}}"#), Err(ScoreProblem::NoNumber));
        assert_eq!(read(r#"{"results": [1, 2]}"#), Err(ScoreProblem::Unrecognised));
        assert_eq!(read(r#"{"config": {}}"#), Err(ScoreProblem::Unrecognised));
    }
}
