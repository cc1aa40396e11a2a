//! `neuromfa analyze`: one result document over all checkpoints.

use std::fmt::Display;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use neuromfa::analysis::{
    Alteration, Analysis, AnalysisError, Measured, NullKind, Options, Read, RivalsReading, share_of_layers,
};
use neuromfa::checkpoint::{Checkpoint, OpenOptions, collect, open_with};
use neuromfa::damage::Damage;
use neuromfa::network::{NetworkError, Wiring, WiringSpec, recognise};
use neuromfa::report::{CheckpointRecord, PartRecord, RivalsRecord};
use neuromfa::scores::Scores;
use neuromfa::series::{self, Placed, Varied};

use crate::args::{AnalyzeArguments, Layers};
use crate::failures::{ARGUMENTS, Failures, OUTPUT, note, stop, warning};
use crate::inputs::{Files, Unread};
use crate::options::options;
use crate::output::Outputs;
use crate::rescaled::{Rescaling, add_rescaled_nulls, rescaled};
use crate::scores;
use crate::web::{AT_A_TIME, in_order};
use crate::{cost, cost::Cost};

/// Bytes of histograms that are kept for the bootstrap; nothing else needs them, since options do not change.
const BOOTSTRAP_BUDGET: u64 = 4 << 30;
/// Reads that wait to be fed.
const READS_AHEAD: usize = 2;
/// Null samples between two steps of the progress bar.
const NULLS_AT_ONCE: usize = 4;

/// Runs the command.
pub fn run(arguments: &AnalyzeArguments) -> ExitCode {
    let (wishes, outputs) = match prepare(arguments) {
        Ok(prepared) => prepared,
        Err(text) => return stop(ARGUMENTS, text),
    };
    // Before the long work, so that a wrong file is told at once.
    let scores = match scores::read(&arguments.scores.scores, Scores::default()) {
        Ok(scores) => scores,
        Err(status) => return status,
    };
    if arguments.plan {
        return cost::run(arguments, &wishes);
    }
    let mut failures = Failures::default();
    let one = |checkpoint: &Checkpoint, files: &Files| analyze(checkpoint, files, &wishes, None);
    let analyzed = analyze_all(arguments, &wishes, one, &mut failures);
    let done = analyzed.len();
    if let Some(options) = analyzed.first().map(|first| first.options.clone())
        && let Err(text) = write(options, analyzed, scores, arguments, &outputs)
    {
        return stop(OUTPUT, text);
    }
    failures.status(done)
}

/// What the arguments ask for, and where it goes; or a sentence that says which of them cannot be. Starts the threads.
pub fn prepare(arguments: &AnalyzeArguments) -> Result<(Wishes<'_>, Outputs<'_>), String> {
    let options = options(arguments)?;
    let outputs = Outputs::new(&arguments.output)?;
    use_threads(arguments.threads)?;
    let wiring = arguments.wiring.as_deref().map(read_wiring).transpose()?;
    if arguments.rivals && arguments.part {
        return Err("The matrices of parts are not merged. Leave --rivals or --part out.".to_owned());
    }
    let largest_matrix = arguments.rivals.then_some(arguments.largest_matrix);
    let layers = arguments.layers.as_ref();
    Ok((Wishes { options, layers, wiring, part: arguments.part, largest_matrix }, outputs))
}

/// Starts so many threads for everything that follows, or says why not.
pub fn use_threads(threads: Option<u16>) -> Result<(), String> {
    let Some(threads) = threads else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global();
    pool.map_err(|error| format!("{threads} threads cannot be started: {error}."))
}

fn write(
    options: Options,
    analyzed: Vec<Analyzed>,
    scores: Scores,
    arguments: &AnalyzeArguments,
    outputs: &Outputs<'_>,
) -> Result<(), String> {
    let (records, parts): (_, Vec<Option<PartRecord>>) =
        analyzed.into_iter().map(|analyzed| (analyzed.record, analyzed.part)).unzip();
    let mut document = series::document(options, records);
    scores::join(&mut document, scores, &arguments.scores)?;
    outputs.write(document, parts.into_iter().collect())
}

/// What came out of one checkpoint.
pub struct Analyzed {
    /// Its place among those that were found.
    pub candidate: usize,
    pub options: Options,
    pub record: CheckpointRecord,
    part: Option<PartRecord>,
    /// The same under other options, where they were asked for.
    pub varied: Vec<Varied>,
}

impl Analyzed {
    /// With results under other options.
    pub fn varied(options: Options, record: CheckpointRecord, varied: Vec<Varied>) -> Self {
        Self { candidate: 0, options, record, part: None, varied }
    }
}

impl Placed for Analyzed {
    fn series(&self) -> Option<&str> {
        self.record.series()
    }

    fn step(&self) -> Option<u64> {
        self.record.step
    }
}

/// What is asked of every checkpoint.
pub struct Wishes<'a> {
    /// All options but the layers.
    pub options: Options,
    layers: Option<&'a Layers>,
    wiring: Option<WiringSpec>,
    /// Whether the results will be joined with those of other layers.
    part: bool,
    /// Largest matrix that is measured; `None` where none are.
    largest_matrix: Option<u64>,
}

impl Wishes<'_> {
    /// The wiring of a checkpoint and the options for it; `says` whether warnings are said.
    pub fn of(&self, checkpoint: &Checkpoint, says: bool) -> Result<(Wiring, Options), Failure> {
        for notice in checkpoint.warnings.iter().filter(|_| says) {
            warning(format_args!("{}: {}", checkpoint.name, notice.text));
        }
        let wiring = self.wiring(checkpoint)?;
        for notice in wiring.warnings.iter().filter(|_| says && !wiring.edited) {
            warning(format_args!("{}: {}", checkpoint.name, notice.text));
        }
        let options = self.options(checkpoint, &wiring);
        let options = options.map_err(|error| Failure::Analysis { name: checkpoint.name.clone(), error })?;
        Ok((wiring, options))
    }

    /// The user's wiring, or the recognised one.
    pub fn wiring(&self, checkpoint: &Checkpoint) -> Result<Wiring, NetworkError> {
        self.wiring.as_ref().map_or_else(|| recognise(checkpoint), |wiring| wiring.apply(checkpoint))
    }

    /// The options for a checkpoint, with its layers.
    pub fn options(&self, checkpoint: &Checkpoint, wiring: &Wiring) -> Result<Options, AnalysisError> {
        let layers = match self.layers {
            None => None,
            Some(Layers::Ranges(ranges)) => Some(ranges.clone()),
            Some(&Layers::Share { share, shares }) => {
                Some(vec![share_of_layers(checkpoint, wiring, share, shares)?])
            }
        };
        Ok(Options { layers, ..self.options.clone() })
    }
}

/// The record of every checkpoint, by `one`, in the order of the series; the options are the same for all.
pub fn analyze_all(
    arguments: &AnalyzeArguments,
    wishes: &Wishes<'_>,
    one: impl Fn(&Checkpoint, &Files) -> Result<Analyzed, Failure>,
    failures: &mut Failures,
) -> Vec<Analyzed> {
    let files = Files::gather(arguments.places(), &arguments.web, failures);
    let inputs = files.inputs();
    let collection = collect(&inputs);
    for skipped in &collection.skipped {
        warning(format_args!("{} is skipped: {}", skipped.path, skipped.why));
    }
    if collection.candidates.is_empty() && failures.is_empty() {
        failures.nothing("there is nothing to analyse: no weight file among the paths.");
    }
    let mut all: Vec<Analyzed> = Vec::new();
    let open_options = OpenOptions { state_dict: arguments.state_dict.clone() };
    for (place, candidate) in collection.candidates.iter().enumerate() {
        let opened = open_with(candidate, &inputs, &open_options)
            .map_err(|error| Failure::Unread(files.explained(error)));
        let analyzed = opened.and_then(|checkpoint| one(&checkpoint, &files));
        match analyzed {
            Ok(next) if all.first().is_some_and(|first| first.options != next.options) => {
                failures.arguments(Failure::OtherShare { name: next.record.name });
            }
            Ok(mut next) => {
                next.candidate = place;
                next.record.series = collection.series_of(candidate).map(str::to_owned);
                all.push(next);
            }
            Err(failure) => failure.report(failures),
        }
    }
    series::sort(&mut all);
    if wishes.options.null.contains(&NullKind::Rescale) {
        let again = |candidate: usize, rescaling: Rescaling<'_>| {
            let checkpoint = open_with(&collection.candidates[candidate], &inputs, &open_options)
                .map_err(|error| files.explained(error))?;
            rescaled(&checkpoint, &files, wishes, rescaling)
        };
        if let Err(failure) = add_rescaled_nulls(&mut all, again) {
            failure.report(failures);
        }
    }
    all
}

/// Longest file of a wiring: a thousand bytes for each of sixty thousand matrices.
const MAX_WIRING_BYTES: u64 = 64 << 20;

/// The wiring in a file, or why there is none.
pub fn read_wiring(path: &Path) -> Result<WiringSpec, String> {
    let unreadable = |why: &dyn Display| format!("{} is no wiring: {why}.", path.display());
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    serde_json::from_reader(BufReader::new(file.take(MAX_WIRING_BYTES))).map_err(|error| unreadable(&error))
}

/// Why one checkpoint has no record.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Unread(#[from] Unread),
    #[error("{}. {}", .0, .0.hint())]
    Network(#[from] NetworkError),
    #[error("{name}: {error}. {}", .error.hint())]
    Analysis { name: String, error: AnalysisError },
    #[error(
        "{name}: its share has other layers than that of the checkpoints before it. Analyse it by itself, or name the layers."
    )]
    OtherShare { name: String },
}

impl Failure {
    /// One line, and the exit status that follows from it.
    pub fn report(self, failures: &mut Failures) {
        match self {
            Self::Network(NetworkError::NoMatrix { .. }) => failures.nothing(self),
            Self::Analysis { ref error, .. } if ["bad-layers", "bad-hops"].contains(&error.code()) => {
                failures.arguments(self)
            }
            _ => failures.unreadable(self),
        }
    }
}

/// Analyses a checkpoint, or what a round of damage leaves of it.
pub fn analyze(
    checkpoint: &Checkpoint,
    files: &Files,
    wishes: &Wishes<'_>,
    damage: Option<&Damage>,
) -> Result<Analyzed, Failure> {
    // Said once for all rounds.
    let (wiring, options) = wishes.of(checkpoint, damage.is_none_or(Damage::is_none))?;
    let failed = |error| Failure::Analysis { name: checkpoint.name.clone(), error };
    let budget = if options.bootstrap > 0 { BOOTSTRAP_BUDGET } else { 0 };
    let analysis = match damage {
        None => Analysis::plan(checkpoint, &wiring, &options, budget),
        Some(damage) => {
            let alteration = Alteration::Damage(*damage);
            Analysis::plan_altered(checkpoint, &wiring, &options, &alteration, budget)
        }
    };
    let mut analysis = analysis.map_err(failed)?;
    if wishes.part {
        analysis.for_part();
    }
    let mut measured = read(analysis, checkpoint, files)?;
    compute_nulls(&mut measured, &checkpoint.name);
    if options.bootstrap > 0 && !measured.bootstrap() {
        warning(format_args!(
            "{}: its histograms take more than {} GB, so that its neurons are not drawn anew.",
            checkpoint.name,
            BOOTSTRAP_BUDGET >> 30
        ));
    }
    let part = measured.part(checkpoint, &wiring);
    let mut record = measured.record();
    if let Some(largest) = wishes.largest_matrix {
        let reading = RivalsReading::plan(checkpoint, &wiring, &options, largest).map_err(failed)?;
        record.rivals = Some(measure(reading, checkpoint, files)?);
    }
    Ok(Analyzed { candidate: 0, options, record, part, varied: Vec::new() })
}

/// Reads all that an analysis needs.
pub fn read(mut analysis: Analysis, checkpoint: &Checkpoint, files: &Files) -> Result<Measured, Failure> {
    let reads = analysis.reads().to_vec();
    feed(&reads, checkpoint, files, |bytes| analysis.feed(bytes))?;
    analysis.finish().map_err(|_| unfinished(checkpoint))
}

/// Measures the matrices, and tells what is left out.
fn measure(
    mut reading: RivalsReading,
    checkpoint: &Checkpoint,
    files: &Files,
) -> Result<RivalsRecord, Failure> {
    let reads = reading.reads().to_vec();
    feed(&reads, checkpoint, files, |bytes| reading.feed(bytes))?;
    let rivals = reading.finish().map_err(|_| unfinished(checkpoint))?;
    if !rivals.text.is_empty() {
        warning(format_args!("{}: {}", checkpoint.name, rivals.text));
    }
    Ok(rivals)
}

fn unfinished(checkpoint: &Checkpoint) -> Failure {
    let error = AnalysisError::WrongLength { expected: 0, found: 0 };
    Failure::Analysis { name: checkpoint.name.clone(), error }
}

/// Reads in threads of its own, so that the disk or the sites and the processors work at the same time.
fn feed(
    reads: &[Read],
    checkpoint: &Checkpoint,
    files: &Files,
    mut take: impl FnMut(&[u8]) -> Result<(), AnalysisError>,
) -> Result<(), Failure> {
    let cost = Cost::new(reads, checkpoint, files);
    if cost.host.is_some() {
        note(format_args!("{}: {cost}", checkpoint.name));
    }
    let bar = progress(&checkpoint.name, cost.bytes, "{bytes}/{total_bytes}");
    // A disk answers at once; a site answers several at a time.
    let (threads, ahead) = if cost.host.is_some() { (AT_A_TIME, 1) } else { (1, READS_AHEAD) };
    let mut result = Ok(());
    let work = |read| read_bytes(read, checkpoint, files);
    in_order(reads, threads, ahead, &work, |read, bytes| {
        let failed = |error| Failure::Analysis { name: checkpoint.name.clone(), error };
        result = bytes.map_err(Failure::from).and_then(|bytes| take(&bytes).map_err(failed));
        bar.inc(read.length);
        result.is_ok()
    });
    bar.finish_and_clear();
    result
}

fn read_bytes(read: &Read, checkpoint: &Checkpoint, files: &Files) -> Result<Vec<u8>, Unread> {
    let mut bytes = vec![0; read.length as usize];
    files.read(checkpoint.files[read.file].input, read.offset, &mut bytes)?;
    Ok(bytes)
}

pub fn compute_nulls(measured: &mut Measured, name: &str) {
    let mut missing = measured.compute_nulls(0);
    let bar = progress(name, missing as u64, "{pos}/{len} null samples");
    while missing > 0 {
        let left = measured.compute_nulls(NULLS_AT_ONCE);
        if left == missing {
            break;
        }
        bar.inc((missing - left) as u64);
        missing = left;
    }
    bar.finish_and_clear();
}

/// A bar on standard error; nothing is drawn where that is no terminal.
pub fn progress(name: &str, length: u64, count: &str) -> ProgressBar {
    let template = format!("{{msg}} [{{bar:30}}] {count}");
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_message(name.to_owned())
}
