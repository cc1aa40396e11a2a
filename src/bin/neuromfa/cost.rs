//! What an analysis reads, before it does.

use std::collections::BTreeSet;
use std::fmt;
use std::process::ExitCode;

use indicatif::{DecimalBytes, HumanCount};
use neuromfa::analysis::{Read, reads_of};
use neuromfa::checkpoint::{Checkpoint, OpenOptions, collect, open_with};

use crate::analyze::{Failure, Wishes};
use crate::args::AnalyzeArguments;
use crate::failures::Failures;
use crate::inputs::Files;

/// Bytes and requests of one checkpoint, or of several.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// What is read, beyond the headers.
    pub bytes: u64,
    /// Of all weight files.
    pub of: u64,
    pub requests: u64,
    /// Who is asked; `None` where all is on this computer.
    pub host: Option<String>,
}

impl Cost {
    /// Of these reads of a checkpoint.
    pub fn new(reads: &[Read], checkpoint: &Checkpoint, files: &Files) -> Self {
        let hosts: BTreeSet<&str> =
            checkpoint.files.iter().filter_map(|file| files.host(file.input)).collect();
        Self {
            bytes: reads.iter().map(|read| read.length).sum(),
            of: checkpoint.files.iter().map(|file| file.bytes).sum(),
            requests: reads.len() as u64,
            host: (!hosts.is_empty()).then(|| hosts.into_iter().collect::<Vec<_>>().join(", ")),
        }
    }

    fn add(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.of += other.of;
        self.requests += other.requests;
        if self.host != other.host {
            self.host = self.host.take().or(other.host);
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (bytes, of) = (DecimalBytes(self.bytes), DecimalBytes(self.of));
        write!(formatter, "reads {bytes} of {of} in {} ", HumanCount(self.requests))?;
        match &self.host {
            Some(host) => write!(formatter, "requests to {host}"),
            None => write!(formatter, "reads"),
        }
    }
}

/// `analyze --plan`: tells what would be read.
pub fn run(arguments: &AnalyzeArguments, wishes: &Wishes<'_>) -> ExitCode {
    let mut failures = Failures::default();
    let files = Files::gather(arguments.places(), &arguments.web, &mut failures);
    let inputs = files.inputs();
    let candidates = collect(&inputs).candidates;
    if candidates.is_empty() && failures.is_empty() {
        failures.nothing("there is nothing to analyse: no weight file among the paths.");
    }
    let options = OpenOptions { state_dict: arguments.state_dict.clone() };
    let mut all = Cost::default();
    let mut done = 0;
    for candidate in &candidates {
        let opened =
            open_with(candidate, &inputs, &options).map_err(|error| Failure::Unread(files.explained(error)));
        match opened.and_then(|checkpoint| Ok((cost(&checkpoint, &files, wishes)?, checkpoint.name))) {
            Ok((cost, name)) => {
                println!("{name}: {cost}");
                all.add(cost);
                done += 1;
            }
            Err(failure) => failure.report(&mut failures),
        }
    }
    if done > 1 {
        println!("all {done}: {all}");
    }
    failures.status(done)
}

fn cost(checkpoint: &Checkpoint, files: &Files, wishes: &Wishes<'_>) -> Result<Cost, Failure> {
    let (wiring, options) = wishes.of(checkpoint, true)?;
    let reads = reads_of(checkpoint, &wiring, &options)
        .map_err(|error| Failure::Analysis { name: checkpoint.name.clone(), error })?;
    Ok(Cost::new(&reads, checkpoint, files))
}
