//! The command line: files in, one result document out.
//!
//! Exit status: 0 done; 1 the output could not be written; 2 bad arguments; 3 a file could not be read as a
//! checkpoint, a document or scores; 4 nothing to analyse;
//! 5 documents that do not fit together.

mod analyze;
mod args;
mod compare;
mod cost;
mod damage;
mod diff;
mod failures;
mod inputs;
mod inspect;
mod merge;
mod options;
mod output;
mod rescaled;
mod scores;
mod sensitivity;
mod web;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Analyze(arguments) => analyze::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Damage(arguments) => damage::run(&arguments),
        Command::Merge(arguments) => merge::run(&arguments),
        Command::Sensitivity(arguments) => sensitivity::run(&arguments),
        Command::Scores(arguments) => scores::run(&arguments),
    }
}
