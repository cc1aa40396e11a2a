//! `neuromfa damage`: one checkpoint, undamaged and after every round of damage.

use std::path::PathBuf;
use std::process::ExitCode;

use neuromfa::analysis::NullKind;
use neuromfa::checkpoint::{OpenOptions, collect, open_with};
use neuromfa::damage::{Damage, DamageKind};
use neuromfa::series;

use crate::analyze::{Analyzed, Failure, Wishes, analyze, prepare};
use crate::args::{DamageArguments, DamageName, WebArguments};
use crate::failures::{ARGUMENTS, Failures, OUTPUT, stop};
use crate::inputs::Files;

/// Runs the command.
pub fn run(arguments: &DamageArguments) -> ExitCode {
    let (mut wishes, outputs, rounds) = match prepared(arguments) {
        Ok(prepared) => prepared,
        Err(text) => return stop(ARGUMENTS, text),
    };
    if wishes.options.null.is_empty() {
        wishes.options.null = vec![NullKind::Shuffle];
    }
    let mut failures = Failures::default();
    let mut analyzed = Vec::new();
    let state_dict = &arguments.analysis.state_dict;
    if let Some(baseline) = &arguments.baseline {
        analyzed.extend(analyze_one(
            (std::slice::from_ref(baseline), &arguments.analysis.web),
            &[None],
            state_dict,
            &wishes,
            &mut failures,
        ));
    }
    if failures.is_empty() {
        let rounds: Vec<Option<Damage>> = rounds.into_iter().map(Some).collect();
        let places = (arguments.analysis.places(), &arguments.analysis.web);
        analyzed.extend(analyze_one(places, &rounds, state_dict, &wishes, &mut failures));
    }
    if !failures.is_empty() {
        return failures.status(0);
    }
    let Some(options) = analyzed.first().map(|first| first.options.clone()) else {
        return failures.status(0);
    };
    if let Some(other) = analyzed.iter().find(|other| other.options != options) {
        Failure::OtherShare { name: other.record.name.clone() }.report(&mut failures);
        return failures.status(0);
    }
    let records = analyzed.into_iter().map(|analyzed| analyzed.record).collect();
    match outputs.write(series::document(options, records), None) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => stop(OUTPUT, text),
    }
}

/// What the arguments ask for, or a sentence that says which of them cannot be.
fn prepared(
    arguments: &DamageArguments,
) -> Result<(Wishes<'_>, crate::output::Outputs<'_>, Vec<Damage>), String> {
    if arguments.analysis.part {
        return Err("Damage has no parts to merge. Leave --part out.".to_owned());
    }
    if arguments.analysis.plan {
        return Err("--plan belongs to analyze. Leave it out.".to_owned());
    }
    if arguments.analysis.rivals {
        return Err("The matrices of damaged weights are not measured. Leave --rivals out.".to_owned());
    }
    let kind = match arguments.kind {
        DamageName::Noise => DamageKind::Noise,
        DamageName::Prune => DamageKind::Prune,
        DamageName::Rewire => DamageKind::Rewire,
        DamageName::Quantise => DamageKind::Quantise,
    };
    let rounds = Damage::rounds(kind, arguments.amount, arguments.rounds, arguments.analysis.seed);
    let rounds = rounds.map_err(|error| format!("{error}."))?;
    let (wishes, outputs) = prepare(&arguments.analysis)?;
    Ok((wishes, outputs, rounds))
}

/// The only checkpoint among the paths, after each round of damage.
fn analyze_one(
    (paths, web): (&[PathBuf], &WebArguments),
    rounds: &[Option<Damage>],
    state_dict: &Option<String>,
    wishes: &Wishes<'_>,
    failures: &mut Failures,
) -> Vec<Analyzed> {
    let files = Files::gather(paths, web, failures);
    let inputs = files.inputs();
    let collection = collect(&inputs);
    let candidate = match collection.candidates.as_slice() {
        [only] => only,
        [] if !failures.is_empty() => return Vec::new(),
        [] => {
            failures.nothing("there is nothing to damage: no weight file among the paths.");
            return Vec::new();
        }
        several => {
            let count = several.len();
            failures
                .arguments(format_args!("there are {count} checkpoints among the paths. Name one of them."));
            return Vec::new();
        }
    };
    let open_options = OpenOptions { state_dict: state_dict.clone() };
    let opened =
        open_with(candidate, &inputs, &open_options).map_err(|error| Failure::Unread(files.explained(error)));
    let analyzed = opened.and_then(|checkpoint| {
        let analyze = |damage: &Option<Damage>| analyze(&checkpoint, &files, wishes, damage.as_ref());
        rounds.iter().map(analyze).collect::<Result<Vec<_>, _>>()
    });
    analyzed.unwrap_or_else(|failure| {
        failure.report(failures);
        Vec::new()
    })
}
