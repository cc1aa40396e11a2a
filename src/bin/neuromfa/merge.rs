//! `neuromfa merge`: documents of parts and of checkpoints, joined to one.

use std::fs;
use std::process::ExitCode;

use neuromfa::series::{Merge, MergeError};

use crate::args::MergeArguments;
use crate::failures::{ARGUMENTS, CONFLICT, NOTHING, OUTPUT, UNREADABLE, stop};
use crate::output::Outputs;

/// Runs the command.
pub fn run(arguments: &MergeArguments) -> ExitCode {
    let outputs = match Outputs::new(&arguments.out, &arguments.figure) {
        Ok(outputs) => outputs,
        Err(text) => return stop(ARGUMENTS, text),
    };
    let mut merge = Merge::default();
    for path in &arguments.documents {
        let shown = path.display();
        let json = match fs::read(path) {
            Ok(json) => json,
            Err(error) => return stop(UNREADABLE, format!("{shown} cannot be read: {error}.")),
        };
        if let Err(error) = merge.add(&shown.to_string(), &json) {
            return stop(status(&error), error);
        }
    }
    let document = match merge.finish() {
        Ok(document) => document,
        Err(error) => return stop(status(&error), error),
    };
    match outputs.write(document, None) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => stop(OUTPUT, text),
    }
}

fn status(error: &MergeError) -> u8 {
    match error {
        MergeError::NoDocument { .. } | MergeError::Damaged { .. } | MergeError::Version { .. } => UNREADABLE,
        MergeError::Nothing => NOTHING,
        _ => CONFLICT,
    }
}
