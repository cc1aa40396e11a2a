//! `neuromfa inspect`: what the headers tell.

use std::io::{self, Write};
use std::process::ExitCode;

use neuromfa::checkpoint::{Checkpoint, Import, OpenOptions, Skipped, StateDict, collect, open_with};
use neuromfa::network::{Role, Wiring, WiringSpec, recognise};
use neuromfa::report::{SkippedRecord, Warning};
use serde::Serialize;

use crate::args::InspectArguments;
use crate::failures::{Failures, OUTPUT, stop};
use crate::inputs::{Files, Unread};

/// Runs the command.
pub fn run(arguments: &InspectArguments) -> ExitCode {
    if arguments.diff {
        return crate::diff::run(arguments);
    }
    let mut failures = Failures::default();
    let files = Files::gather(&arguments.paths, &arguments.web, &mut failures);
    let wishes = OpenOptions { state_dict: arguments.state_dict.clone() };
    if arguments.wiring {
        return write_wiring(&files, &wishes, failures);
    }
    let report = inspect(&files, &wishes, &mut failures);
    if report.checkpoints.is_empty() && report.errors.is_empty() && failures.is_empty() {
        failures.nothing("there is nothing to analyse: no weight file among the paths.");
    }
    let output = io::stdout().lock();
    let written = if arguments.json { write_json(&report, output) } else { write_text(&report, output) };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            stop(OUTPUT, format!("the listing cannot be written: {error}."))
        }
        _ => failures.status(report.checkpoints.len()),
    }
}

/// The wiring of the first checkpoint that has one.
fn write_wiring(files: &Files, wishes: &OpenOptions, mut failures: Failures) -> ExitCode {
    let inputs = files.inputs();
    for candidate in &collect(&inputs).candidates {
        let checkpoint = match open_with(candidate, &inputs, wishes) {
            Ok(checkpoint) => checkpoint,
            Err(error) => {
                failures.unreadable(files.explained(error));
                continue;
            }
        };
        match recognise(&checkpoint) {
            Ok(wiring) => return write_spec(&wiring.to_spec(&checkpoint), failures),
            Err(error) => failures.nothing(format_args!("{error}. {}", error.hint())),
        }
    }
    if failures.is_empty() {
        failures.nothing("there is nothing to wire: no weight file among the paths.");
    }
    failures.status(0)
}

fn write_spec(spec: &WiringSpec, failures: Failures) -> ExitCode {
    let mut output = io::stdout().lock();
    let written = serde_json::to_writer_pretty(&mut output, spec).map_err(io::Error::from);
    match written.and_then(|()| writeln!(output)) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            stop(OUTPUT, format!("the wiring cannot be written: {error}."))
        }
        _ => failures.status(1),
    }
}

#[derive(Serialize)]
struct Report {
    checkpoints: Vec<Found>,
    skipped: Vec<SkippedFile>,
    errors: Vec<ErrorRecord>,
}

#[derive(Serialize)]
struct SkippedFile {
    path: String,
    why: String,
}

#[derive(Serialize)]
struct ErrorRecord {
    code: &'static str,
    text: String,
    file: String,
    hint: String,
}

#[derive(Serialize)]
struct Found {
    name: String,
    step: Option<u64>,
    format: String,
    /// `null` where no matrix was found.
    architecture: Option<String>,
    guessed: bool,
    parameters: u64,
    files: Vec<FoundFile>,
    groups: Vec<FoundGroup>,
    tensors: Vec<FoundTensor>,
    skipped: Vec<SkippedRecord>,
    warnings: Vec<Warning>,
    /// The sets of weights to choose from, if there are several.
    state_dicts: Vec<StateDict>,
    /// What unpickling the files would import.
    imports: Vec<Import>,
}

#[derive(Serialize)]
struct FoundFile {
    name: String,
    bytes: u64,
    identity: String,
}

#[derive(Serialize)]
struct FoundGroup {
    name: String,
    role: Role,
    block: Option<u32>,
    neurons: u64,
    edges_per_neuron: u64,
    tensors: Vec<String>,
}

#[derive(Serialize)]
struct FoundTensor {
    name: String,
    dtype: &'static str,
    shape: Vec<u64>,
    bytes: u64,
    file: String,
}

fn inspect(files: &Files, wishes: &OpenOptions, failures: &mut Failures) -> Report {
    let inputs = files.inputs();
    let collection = collect(&inputs);
    let skipped = |Skipped { path, why }| SkippedFile { path, why };
    let mut report = Report {
        checkpoints: Vec::new(),
        skipped: collection.skipped.into_iter().map(skipped).collect(),
        errors: Vec::new(),
    };
    for candidate in &collection.candidates {
        match open_with(candidate, &inputs, wishes) {
            Ok(checkpoint) => report.checkpoints.push(found(checkpoint)),
            Err(error) => {
                let unread = files.explained(error);
                report.errors.push(record(&unread));
                failures.unreadable(unread);
            }
        }
    }
    report
}

fn record(unread: &Unread) -> ErrorRecord {
    let text = unread.to_string();
    match unread {
        Unread::Local(error) => {
            ErrorRecord { code: error.code(), text, file: error.file.clone(), hint: error.hint() }
        }
        Unread::Web(error) => {
            ErrorRecord { code: error.code(), text, file: error.file.clone(), hint: error.hint() }
        }
    }
}

fn found(checkpoint: Checkpoint) -> Found {
    let wiring = recognise(&checkpoint);
    let mut warnings = checkpoint.warnings.clone();
    let mut skipped = checkpoint.skipped.clone();
    let (mut groups, mut architecture, mut guessed) = (Vec::new(), None, false);
    match wiring {
        Ok(wiring) => {
            groups = found_groups(&wiring, &checkpoint);
            warnings.extend(wiring.head_width_warning());
            warnings.extend(wiring.warnings);
            // Those of the checkpoint are among them.
            skipped = wiring.skipped;
            (architecture, guessed) = (Some(wiring.architecture), wiring.guessed);
        }
        Err(error) => warnings.push(Warning::new(error.code(), format!("{error}. {}", error.hint()))),
    }
    let tensors = checkpoint.tensors.iter().map(|tensor| FoundTensor {
        name: tensor.name.clone(),
        dtype: tensor.dtype.name(),
        shape: tensor.shape.clone(),
        bytes: tensor.storage.bytes,
        file: checkpoint.files[tensor.file].name.clone(),
    });
    let file = |file: &neuromfa::checkpoint::FileInfo| FoundFile {
        name: file.name.clone(),
        bytes: file.bytes,
        identity: file.identity.clone(),
    };
    Found {
        step: checkpoint.step,
        format: checkpoint.format.clone().into_owned(),
        architecture,
        guessed,
        parameters: checkpoint.parameters(),
        files: checkpoint.files.iter().map(file).collect(),
        groups,
        tensors: tensors.collect(),
        skipped,
        warnings,
        state_dicts: checkpoint.state_dicts,
        imports: checkpoint.imports,
        name: checkpoint.name,
    }
}

fn found_groups(wiring: &Wiring, checkpoint: &Checkpoint) -> Vec<FoundGroup> {
    let group = |group: &neuromfa::network::Group| FoundGroup {
        name: group.name.clone(),
        role: group.role,
        block: group.block,
        neurons: group.neurons,
        edges_per_neuron: group.edges_per_neuron(),
        tensors: group.matrices.iter().map(|matrix| checkpoint.tensors[matrix.tensor].name.clone()).collect(),
    };
    wiring.groups.iter().map(group).collect()
}

fn write_json(report: &Report, mut output: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut output, report)?;
    writeln!(output)
}

fn write_text(report: &Report, output: impl Write) -> io::Result<()> {
    let mut output = io::BufWriter::new(output);
    for (index, checkpoint) in report.checkpoints.iter().enumerate() {
        if index > 0 {
            writeln!(output)?;
        }
        write_checkpoint(checkpoint, &mut output)?;
    }
    for file in &report.skipped {
        writeln!(output, "skipped {}: {}", file.path, file.why)?;
    }
    output.flush()
}

fn write_checkpoint(checkpoint: &Found, output: &mut impl Write) -> io::Result<()> {
    let bytes: u64 = checkpoint.files.iter().map(|file| file.bytes).sum();
    let step = checkpoint.step.map_or_else(String::new, |step| format!(", step {step}"));
    let files = checkpoint.files.len();
    writeln!(output, "{}: {}, {bytes} bytes in {files} file(s){step}", checkpoint.name, checkpoint.format)?;
    let guess = if checkpoint.guessed { " (the wiring is a guess)" } else { "" };
    let architecture = checkpoint.architecture.as_deref().unwrap_or("none");
    writeln!(output, "  architecture: {architecture}{guess}, {} parameters", checkpoint.parameters)?;
    writeln!(output, "  groups: {}", checkpoint.groups.len())?;
    // Numbered as `--layers` counts them.
    for (number, group) in checkpoint.groups.iter().enumerate() {
        let (neurons, edges) = (group.neurons, group.edges_per_neuron);
        writeln!(
            output,
            "    {number} {}: {neurons} neurons x {edges} edges, {}",
            group.name,
            group.tensors.join(" + ")
        )?;
    }
    writeln!(output, "  tensors: {}", checkpoint.tensors.len())?;
    for tensor in &checkpoint.tensors {
        writeln!(output, "    {} {} {:?}", tensor.name, tensor.dtype, tensor.shape)?;
    }
    write_state_dicts(&checkpoint.state_dicts, output)?;
    write_imports(&checkpoint.imports, output)?;
    for record in &checkpoint.skipped {
        writeln!(output, "  skipped, {}: {}", record.reason, record.tensors.join(", "))?;
    }
    for warning in &checkpoint.warnings {
        writeln!(output, "  warning: {}", warning.text)?;
    }
    Ok(())
}

fn write_state_dicts(state_dicts: &[StateDict], output: &mut impl Write) -> io::Result<()> {
    if state_dicts.is_empty() {
        return Ok(());
    }
    writeln!(output, "  state dicts: {} (--state-dict PATH reads another)", state_dicts.len())?;
    for StateDict { path, tensors, parameters, chosen } in state_dicts {
        let read = if *chosen { ", read" } else { "" };
        writeln!(output, "    “{path}”: {tensors} tensors, {parameters} parameters{read}")?;
    }
    Ok(())
}

/// The pickle report: those that no weights need come first.
fn write_imports(imports: &[Import], output: &mut impl Write) -> io::Result<()> {
    if imports.is_empty() {
        return Ok(());
    }
    let (known, unknown): (Vec<&Import>, Vec<&Import>) = imports.iter().partition(|import| import.known);
    writeln!(
        output,
        "  imports of its pickle: {} (none was made), {} unknown",
        imports.len(),
        unknown.len()
    )?;
    for import in unknown {
        writeln!(output, "    unknown: {}", import.name)?;
    }
    for import in known {
        writeln!(output, "    {}", import.name)?;
    }
    Ok(())
}
