//! `neuromfa compare`: two checkpoints of one wiring, group by group and neuron by neuron.

use std::io::{self, Write};
use std::process::ExitCode;

use neuromfa::analysis::{Analysis, Measured, Options, ShuffledPairs, compare};
use neuromfa::checkpoint::{Candidate, Input, OpenOptions, collect, open_with};
use neuromfa::network::{WiringSpec, recognise};
use neuromfa::report::{ComparedCheckpoint, Comparison, Difference, Measure, NeuronChange};

use crate::analyze::{Failure, progress, read, read_wiring, use_threads};
use crate::args::CompareArguments;
use crate::failures::{ARGUMENTS, CONFLICT, Failures, OUTPUT, stop};
use crate::inputs::Files;

/// Shuffled pairs between two steps of the progress bar.
const PAIRS_AT_ONCE: usize = 2;

/// Runs the command.
pub fn run(arguments: &CompareArguments) -> ExitCode {
    let options = match options(arguments) {
        Ok(options) => options,
        Err(text) => return stop(ARGUMENTS, text),
    };
    let wiring = match arguments.wiring.as_deref().map(read_wiring).transpose() {
        Ok(wiring) => wiring,
        Err(text) => return stop(ARGUMENTS, text),
    };
    let mut failures = Failures::default();
    // Each path by itself: the first is the earlier one, whatever the names say.
    let files: Vec<Files> = arguments
        .paths
        .iter()
        .map(|path| Files::gather(std::slice::from_ref(path), &arguments.web, &mut failures))
        .collect();
    if !failures.is_empty() {
        return failures.status(0);
    }
    let mut measured = Vec::new();
    for (files, path) in files.iter().zip(&arguments.paths) {
        let inputs = files.inputs();
        match &collect(&inputs).candidates[..] {
            [candidate] => match measure(candidate, &inputs, files, wiring.as_ref(), &options) {
                Ok(found) => measured.push(found),
                Err(failure) => failure.report(&mut failures),
            },
            [] => failures.nothing(format_args!("there is no weight file in {}.", path.display())),
            several => {
                let (path, found) = (path.display(), several.len());
                failures.arguments(format_args!("{path} holds {found} checkpoints. Name one of them."));
            }
        }
    }
    let [before, after] = &measured[..] else { return failures.status(measured.len()) };
    let comparison = match compared(before, after, arguments) {
        Ok(comparison) => comparison,
        Err(text) => return stop(CONFLICT, text),
    };
    let output = io::stdout().lock();
    let written =
        if arguments.json { write_json(&comparison, output) } else { write_text(&comparison, output) };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            stop(OUTPUT, format!("the comparison cannot be written: {error}."))
        }
        _ => failures.status(2),
    }
}

fn options(arguments: &CompareArguments) -> Result<Options, String> {
    let options = Options {
        layers: arguments.layers.clone(),
        seed: arguments.seed,
        threshold: arguments.threshold,
        nfd_threshold: arguments.nfd_threshold,
        ..Options::default()
    };
    options.check().map_err(|error| format!("{error}. {}", error.hint()))?;
    use_threads(arguments.threads)?;
    Ok(options)
}

fn measure(
    candidate: &Candidate,
    inputs: &[Input<'_>],
    files: &Files,
    wiring: Option<&WiringSpec>,
    options: &Options,
) -> Result<Measured, Failure> {
    let opened = open_with(candidate, inputs, &OpenOptions::default());
    let checkpoint = opened.map_err(|error| files.explained(error))?;
    let wiring = wiring.map_or_else(|| recognise(&checkpoint), |wiring| wiring.apply(&checkpoint))?;
    let analysis = Analysis::plan(&checkpoint, &wiring, options, 0)
        .map_err(|error| Failure::Analysis { name: checkpoint.name.clone(), error })?;
    read(analysis, &checkpoint, files)
}

fn compared(before: &Measured, after: &Measured, arguments: &CompareArguments) -> Result<Comparison, String> {
    let (top, count) = (usize::from(arguments.top), arguments.null_samples as usize);
    let mut shuffled = ShuffledPairs::default();
    let bar = progress("shuffled pairs", count as u64, "{pos}/{len}");
    let failed = |error| format!("{error}.");
    while shuffled.len() < count {
        let next = count.min(shuffled.len() + PAIRS_AT_ONCE);
        shuffled.compute(before, after, next, top).map_err(failed)?;
        bar.set_position(next as u64);
    }
    bar.finish_and_clear();
    compare(before, after, &shuffled, top).map_err(failed)
}

fn write_json(comparison: &Comparison, mut output: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut output, comparison)?;
    writeln!(output)
}

fn write_text(comparison: &Comparison, output: impl Write) -> io::Result<()> {
    let mut output = io::BufWriter::new(output);
    let Comparison { before, after, shuffled_pairs, whole, groups, .. } = comparison;
    writeln!(
        output,
        "{} against {}: {} neurons in {} groups; in brackets the mean of {shuffled_pairs} shuffled pairs",
        label(after),
        label(before),
        whole.neurons,
        groups.len()
    )?;
    let names = groups.iter().map(|group| name(group).chars().count()).chain([ALL.len()]);
    let widest = names.max().unwrap_or(0);
    let head = ["distance", "change of alpha0", "change of width", "change of NFD", "rank correlation"];
    writeln!(output, "{:widest$}  {}", "", head.map(|title| format!("{title:>18}")).join(" "))?;
    for difference in std::iter::once(whole).chain(groups) {
        let columns = [
            (difference.distance, false),
            (difference.alpha0.change, true),
            (difference.width.change, true),
            (difference.nfd.change, true),
            (difference.rank_correlation, false),
        ];
        let columns = columns.map(|(measure, signed)| format!("{:>18}", beside(&measure, signed)));
        writeln!(output, "{:widest$}  {}", name(difference), columns.join(" "))?;
    }
    write_neurons("rose", &whole.gains, &mut output)?;
    write_neurons("fell", &whole.losses, &mut output)?;
    output.flush()
}

/// Stands for the name that all groups together have not.
const ALL: &str = "all groups";

fn name(difference: &Difference) -> &str {
    difference.name.as_deref().unwrap_or(ALL)
}

fn label(checkpoint: &ComparedCheckpoint) -> String {
    match checkpoint.step {
        Some(step) => format!("{} (step {step})", checkpoint.name),
        None => checkpoint.name.clone(),
    }
}

/// Three decimals, and those of chance.
fn beside(measure: &Measure, signed: bool) -> String {
    let number = |value: Option<f64>| match value {
        None => "-".to_owned(),
        Some(value) if signed => format!("{value:+.3}"),
        Some(value) => format!("{value:.3}"),
    };
    format!("{} ({})", number(measure.value), number(measure.shuffled))
}

fn write_neurons(verb: &str, neurons: &[NeuronChange], output: &mut impl Write) -> io::Result<()> {
    if neurons.is_empty() {
        return Ok(());
    }
    writeln!(output, "neurons whose fractal dimension {verb} most")?;
    for neuron in neurons {
        writeln!(
            output,
            "  {}, neuron {}: {:.3} to {:.3}, {}; edges {} to {}",
            neuron.group,
            neuron.neuron,
            neuron.before,
            neuron.after,
            beside(&neuron.change, true),
            neuron.edges_before,
            neuron.edges_after
        )?;
    }
    Ok(())
}
