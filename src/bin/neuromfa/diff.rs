//! `neuromfa inspect --diff`: two checkpoints tensor by tensor.

use std::io::{self, Write};
use std::process::ExitCode;

use neuromfa::checkpoint::{
    Checkpoint, CheckpointDiff, DiffError, Input, OpenOptions, Opened, TensorDiff, TensorKind, ValuesDiff,
    collect, diff, open_with,
};

use crate::analyze::progress;
use crate::args::InspectArguments;
use crate::failures::{ARGUMENTS, Failures, NOTHING, OUTPUT, UNREADABLE, stop};
use crate::inputs::Files;

/// Runs the command.
pub fn run(arguments: &InspectArguments) -> ExitCode {
    let [before, after] = &arguments.paths[..] else {
        let text = "--diff compares two checkpoints. Name two files, or folders of one checkpoint each.";
        return stop(ARGUMENTS, text);
    };
    let mut failures = Failures::default();
    let files =
        [before, after].map(|path| Files::gather(std::slice::from_ref(path), &arguments.web, &mut failures));
    if !failures.is_empty() {
        return failures.status(0);
    }
    let inputs = files.each_ref().map(Files::inputs);
    let wishes = OpenOptions { state_dict: arguments.state_dict.clone() };
    let opened = [0, 1]
        .map(|side: usize| only(&files[side], &inputs[side], &arguments.paths[side].display(), &wishes));
    let [before, after] = match opened {
        [Ok(before), Ok(after)] => [before, after],
        [Err(status), _] | [_, Err(status)] => return status,
    };
    let found = match compared(&before, &after, &inputs) {
        Ok(found) => found,
        Err(error) => return stop(UNREADABLE, error),
    };
    let output = io::stdout().lock();
    let written = if arguments.json { write_json(&found, output) } else { write_text(&found, output) };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            stop(OUTPUT, format!("the comparison cannot be written: {error}."))
        }
        _ => ExitCode::SUCCESS,
    }
}

/// The only checkpoint at a path, or the exit status.
fn only(
    files: &Files,
    inputs: &[Input<'_>],
    path: &dyn std::fmt::Display,
    wishes: &OpenOptions,
) -> Result<Checkpoint, ExitCode> {
    let candidates = collect(inputs).candidates;
    match &candidates[..] {
        [candidate] => {
            open_with(candidate, inputs, wishes).map_err(|error| stop(UNREADABLE, files.explained(error)))
        }
        [] => Err(stop(NOTHING, format_args!("there is no weight file in {path}."))),
        _ => {
            let found = candidates.len();
            Err(stop(ARGUMENTS, format_args!("{path} holds {found} checkpoints. Name one of them.")))
        }
    }
}

fn compared(
    before: &Checkpoint,
    after: &Checkpoint,
    inputs: &[Vec<Input<'_>>; 2],
) -> Result<CheckpointDiff, DiffError> {
    let elements = before.tensors.iter().map(neuromfa::checkpoint::TensorEntry::elements);
    let bar = progress(&after.name, elements.fold(0, u64::saturating_add), "{human_pos} values");
    let [before, after] =
        [(before, &inputs[0]), (after, &inputs[1])].map(|(checkpoint, inputs)| Opened { checkpoint, inputs });
    let found = diff(before, after, |count| bar.inc(count));
    bar.finish_and_clear();
    found
}

fn write_json(found: &CheckpointDiff, mut output: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut output, found)?;
    writeln!(output)
}

fn write_text(found: &CheckpointDiff, output: impl Write) -> io::Result<()> {
    let mut output = io::BufWriter::new(output);
    let CheckpointDiff { before, after, only_before, only_after, both } = found;
    let identical = both.iter().filter(|tensor| tensor.values.is_some_and(|values| values.identical()));
    writeln!(
        output,
        "{before} and {after}: {} tensors in both, {} of them with the same values",
        both.len(),
        identical.count()
    )?;
    for (name, tensors) in [(before, only_before), (after, only_after)] {
        if !tensors.is_empty() {
            writeln!(output, "  only in {name}: {}", tensors.len())?;
        }
        for TensorKind { name, dtype, shape } in tensors {
            writeln!(output, "    {name} {dtype} {shape:?}")?;
        }
    }
    for tensor in both.iter().filter(|tensor| differs(tensor)) {
        write_tensor(tensor, &mut output)?;
    }
    output.flush()
}

/// Whether there is anything to say of a tensor.
fn differs(TensorDiff { before, after, values, .. }: &TensorDiff) -> bool {
    before != after || values.is_none_or(|values| !values.identical())
}

fn write_tensor(tensor: &TensorDiff, output: &mut impl Write) -> io::Result<()> {
    let TensorDiff { before, after, values, not_compared } = tensor;
    write!(output, "  {} {} {:?}", before.name, before.dtype, before.shape)?;
    if before != after {
        write!(output, " against {} {:?}", after.dtype, after.shape)?;
    }
    match (values, not_compared) {
        (Some(values), _) => writeln!(output, ": {}", sentence(values)),
        (None, why) => writeln!(output, ": not compared, {}", why.as_deref().unwrap_or_default()),
    }
}

fn sentence(values: &ValuesDiff) -> String {
    let ValuesDiff { elements, changed, changed_share, nonfinite, largest_change, relative_change } = values;
    if values.identical() {
        return "the same values".to_owned();
    }
    let share = 100.0 * changed_share.unwrap_or(0.0);
    let mut text = format!("{changed} of {elements} values changed ({share:.2}%)");
    if let Some(largest) = largest_change {
        text += &format!(", by {largest:.3e} at most");
    }
    if let Some(relative) = relative_change {
        text += &format!(", {relative:.3e} of their norm");
    }
    if *nonfinite > 0 {
        text += &format!(", {nonfinite} not finite");
    }
    text
}
