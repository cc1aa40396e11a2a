//! Benchmark scores: `neuromfa scores`, and `--scores` of `analyze`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use neuromfa::checkpoint::{Input, natural_order};
use neuromfa::report::{PartDocument, ResultDocument, SCHEMA, write_associations_csv, write_scores_csv};
use neuromfa::scores::{MAX_BYTES, ScoreError, ScoreProblem, Scores};
use neuromfa::series;

use crate::args::{ScoreOptions, ScoresArguments, WebArguments};
use crate::failures::{ARGUMENTS, CONFLICT, Failures, OUTPUT, UNREADABLE, stop, warning};
use crate::inputs::Files;
use crate::output::{self, Outputs};

/// Runs the command.
pub fn run(arguments: &ScoresArguments) -> ExitCode {
    let outputs = match Outputs::new(&arguments.output) {
        Ok(outputs) => outputs,
        Err(text) => return stop(ARGUMENTS, text),
    };
    let mut document = match read_document(&arguments.document) {
        Ok(document) => document,
        Err((status, text)) => return stop(status, text),
    };
    let name = arguments.document.file_name().unwrap_or_default().to_string_lossy();
    let own = Scores::of_document(&name, std::mem::take(&mut document.scores));
    let scores = match read(&arguments.scores.scores, own) {
        Ok(scores) => scores,
        Err(status) => return status,
    };
    let written = join(&mut document, scores, &arguments.scores).and_then(|()| outputs.write(document, None));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => stop(OUTPUT, text),
    }
}

fn read_document(path: &Path) -> Result<ResultDocument, (u8, String)> {
    let shown = path.display();
    let json = fs::read(path).map_err(|error| (UNREADABLE, format!("{shown} cannot be read: {error}.")))?;
    let none = |why: String| {
        (UNREADABLE, format!("{shown} is no result document: {why}. Give what \"neuromfa analyze\" wrote."))
    };
    let document: PartDocument = serde_json::from_slice(&json).map_err(|error| none(error.to_string()))?;
    if document.schema != SCHEMA {
        return Err(none(format!("its schema is not {SCHEMA}")));
    }
    let PartDocument { schema, tool, options, checkpoints, scores, associations, explained } = document;
    if checkpoints.iter().any(|checkpoint| checkpoint.part.is_some()) {
        return Err((
            CONFLICT,
            format!("{shown} has results of some layers only. Merge it with the others first."),
        ));
    }
    let checkpoints = checkpoints.into_iter().map(|checkpoint| checkpoint.record).collect();
    Ok(ResultDocument { schema, tool, options, checkpoints, scores, associations, explained })
}

/// Adds the scores of files and folders to others. A file that was named itself must hold scores; those of a folder that
/// hold none are passed over.
pub fn read(paths: &[PathBuf], mut scores: Scores) -> Result<Scores, ExitCode> {
    let mut failures = Failures::default();
    let files = Files::gather(paths, &WebArguments::default(), &mut failures);
    let mut inputs = files.inputs();
    inputs.sort_by(|a, b| natural_order(a.path, b.path));
    for input in &inputs {
        match add(&mut scores, input) {
            Err(error) if error.problem == ScoreProblem::Unrecognised && input.folder.is_some() => {}
            Err(error) => failures.unreadable(error.text()),
            Ok(()) => {}
        }
    }
    if failures.is_empty() { Ok(scores) } else { Err(failures.status(0)) }
}

fn add(scores: &mut Scores, input: &Input<'_>) -> Result<(), ScoreError> {
    let file = || input.path.rsplit('/').next().unwrap_or(input.path).to_owned();
    let bytes = input.source.len();
    if bytes > MAX_BYTES {
        // Weights beside scores in a folder are no scores.
        let problem = match input.folder {
            Some(_) => ScoreProblem::Unrecognised,
            None => ScoreProblem::TooLarge { bytes, limit: MAX_BYTES },
        };
        return Err(ScoreError { file: file(), problem });
    }
    let mut text = vec![0; bytes as usize];
    let read = input.source.read_exact_at(0, &mut text);
    read.map_err(|_| ScoreError { file: file(), problem: ScoreProblem::Unreadable })?;
    scores.add(input.path, &text, None)
}

/// Puts scores into a document, warns of what has no counterpart, and writes the tables that are asked for.
pub fn join(document: &mut ResultDocument, scores: Scores, options: &ScoreOptions) -> Result<(), String> {
    series::score(document, scores.finish(), options.late_from);
    warn(document);
    if let Some(path) = &options.scores_csv {
        output::file(path, |file| write_scores_csv(document, file))?;
    }
    if let Some(path) = &options.associations_csv {
        output::file(path, |file| write_associations_csv(document, file))?;
    }
    Ok(())
}

/// Tells of steps without a checkpoint and of checkpoints without a score, metrics that lack the same together.
fn warn(document: &ResultDocument) {
    if document.associations.is_empty() && !document.scores.is_empty() {
        warning(
            "the scores belong to no checkpoint: no checkpoint has a step. Name the files like step1000.",
        );
    }
    let mut alike: BTreeMap<(&Option<String>, u64, u64), Vec<&str>> = BTreeMap::new();
    for one in &document.associations {
        let metrics = alike.entry((&one.series, one.steps_without_checkpoint, one.checkpoints_without_score));
        let metrics = metrics.or_default();
        if metrics.last() != Some(&one.metric.as_str()) {
            metrics.push(&one.metric);
        }
    }
    for ((series, steps, checkpoints), metrics) in alike {
        let of = series.as_ref().map_or_else(String::new, |series| format!("{series}: "));
        let others = metrics.len() - 1;
        let more = if others > 0 { format!(" (and {others} more)") } else { String::new() };
        if steps > 0 {
            warning(format_args!(
                "{of}{}{more}: {} without a checkpoint.",
                metrics[0],
                count(steps, "score")
            ));
        }
        if checkpoints > 0 {
            warning(format_args!(
                "{of}{}{more}: {} without a score.",
                metrics[0],
                count(checkpoints, "checkpoint")
            ));
        }
    }
}

fn count(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
