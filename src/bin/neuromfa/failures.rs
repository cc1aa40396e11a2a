//! What failed, and the exit status that follows from it.

use std::fmt::Display;
use std::process::ExitCode;

/// The output could not be written.
pub const OUTPUT: u8 = 1;
/// Bad arguments, as clap has it.
pub const ARGUMENTS: u8 = 2;
/// A file could not be read as a checkpoint, a document or scores.
pub const UNREADABLE: u8 = 3;
/// Nothing to analyse.
pub const NOTHING: u8 = 4;
/// Documents that do not fit together.
pub const CONFLICT: u8 = 5;

/// Prints errors, one line for each file, and remembers the gravest.
#[derive(Debug, Default)]
pub struct Failures {
    arguments: bool,
    unreadable: bool,
    nothing: bool,
}

impl Failures {
    /// An argument that does not suit a checkpoint.
    pub fn arguments(&mut self, text: impl Display) {
        self.arguments = true;
        error(text);
    }

    /// A file that could not be read as a checkpoint.
    pub fn unreadable(&mut self, text: impl Display) {
        self.unreadable = true;
        error(text);
    }

    /// A checkpoint in which there is nothing to analyse.
    pub fn nothing(&mut self, text: impl Display) {
        self.nothing = true;
        error(text);
    }

    /// Whether nothing has failed.
    pub fn is_empty(&self) -> bool {
        !self.arguments && !self.unreadable && !self.nothing
    }

    /// The exit status of a run that read `done` checkpoints.
    pub fn status(&self, done: usize) -> ExitCode {
        let status = match (done, self.arguments, self.unreadable, self.nothing) {
            (_, _, true, _) => UNREADABLE,
            (_, true, _, _) => ARGUMENTS,
            (1.., _, _, true) => UNREADABLE,
            (0, ..) => NOTHING,
            _ => return ExitCode::SUCCESS,
        };
        ExitCode::from(status)
    }
}

/// One line on standard error.
pub fn error(text: impl Display) {
    line("error", text);
}

/// One line on standard error that changes no exit status.
pub fn warning(text: impl Display) {
    line("warning", text);
}

/// One line on standard error of what is being done.
pub fn note(text: impl Display) {
    line("note", text);
}

fn line(kind: &str, text: impl Display) {
    // File names may hold line breaks and control sequences of terminals.
    let text: String = text.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    eprintln!("{kind}: {text}");
}

/// Prints an error and makes its exit status.
pub fn stop(status: u8, text: impl Display) -> ExitCode {
    error(text);
    ExitCode::from(status)
}
