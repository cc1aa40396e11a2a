//! From the files of a checkpoint to its tensors; headers only.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::collect::are_slices;
use super::contents::{Contents, RawTensor, RawType, unread_type};
use super::error::{CheckpointError, Problem, short};
use super::identity::identity;
use super::index::Index;
use super::natural::natural_order;
use super::sniff::{Container, sniff};
use super::zip::Archive;
use super::{
    Candidate, Checkpoint, DType, FileInfo, Input, TensorEntry, config, gguf, npy, npz, onnx, pytorch,
    safetensors,
};
use crate::WHOLE;
use crate::report::{SkippedRecord, Warning};
use crate::source::ReadAt;

/// Most names of unknown types that are told of one file.
const MAX_NAMED_TYPES: usize = 16;

/// What a file that holds several things is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// Path of the state dict to read ([`StateDict::path`](super::StateDict::path)); `None` chooses: the model's own
    /// before averages, and the largest.
    pub state_dict: Option<String>,
}

/// [`open_with`] no wishes.
pub fn open(candidate: &Candidate, inputs: &[Input<'_>]) -> Result<Checkpoint, CheckpointError> {
    open_with(candidate, inputs, &OpenOptions::default())
}

/// Reads the headers of all files of a checkpoint. `inputs` are those that were collected.
///
/// # Errors
/// When a file that is here is no checkpoint, or contradicts itself or another one, or is a slice of a model. A missing file is a warning of
/// the checkpoint, and what the others hold is read.
pub fn open_with(
    candidate: &Candidate,
    inputs: &[Input<'_>],
    options: &OpenOptions,
) -> Result<Checkpoint, CheckpointError> {
    refuse_slices(candidate, inputs)?;
    let mut checkpoint = Checkpoint {
        name: candidate.name.clone(),
        step: candidate.step,
        format: "".into(),
        files: Vec::new(),
        tensors: Vec::new(),
        config: None,
        metadata: BTreeMap::new(),
        skipped: Vec::new(),
        warnings: Vec::new(),
        imports: Vec::new(),
        state_dicts: Vec::new(),
    };
    for (position, input) in present(candidate, inputs) {
        let failed = |problem| CheckpointError::new(input.path, problem);
        let (format, mut contents) = read(input, options).map_err(failed)?;
        let identity = identity(input.source, &contents.header).map_err(|error| failed(error.into()))?;
        checkpoint.format = format.into();
        let elsewhere = contents.tensors.extract_if(.., |tensor| tensor.external.is_some()).collect();
        add_file(&mut checkpoint, position, input, identity, contents);
        add_external(&mut checkpoint, input, inputs, elsewhere)?;
    }
    checkpoint.skipped = by_reason(checkpoint.skipped);
    checkpoint.imports.sort();
    checkpoint.imports.dedup();
    if checkpoint.files.is_empty() {
        return Err(no_part(candidate, inputs));
    }
    checkpoint.tensors.sort_by(|a, b| natural_order(&a.name, &b.name));
    refuse_shared_names(&checkpoint, inputs)?;
    read_config(&mut checkpoint, candidate, inputs);
    warn_of_types(&mut checkpoint);
    warn_of_missing(&mut checkpoint, candidate, inputs);
    Ok(checkpoint)
}

/// The format's name, and what the file holds.
fn read(input: &Input<'_>, options: &OpenOptions) -> Result<(&'static str, Contents), Problem> {
    let source = input.source;
    let state_dict = options.state_dict.as_deref();
    Ok(match sniff(input.file_name(), source)? {
        Container::Safetensors => ("safetensors", safetensors::read(source)?),
        Container::Zip => read_archive(source, state_dict)?,
        _ if !WHOLE => return Err(Problem::NotPlain),
        Container::Pickle => ("PyTorch", pytorch::read_stream(source, state_dict)?),
        Container::Tar => ("PyTorch", pytorch::read_tar(source, state_dict)?),
        Container::Npy => ("NumPy", npy::read(source)?),
        Container::Gguf => ("GGUF", gguf::read(source)?),
        Container::Onnx => ("ONNX", onnx::read(source)?),
    })
}

/// PyTorch, NumPy and Keras write zip archives; what is in them tells which.
fn read_archive(source: &dyn ReadAt, state_dict: Option<&str>) -> Result<(&'static str, Contents), Problem> {
    let archive = Archive::read(source)?;
    let holds = |ending: &str| archive.entries.iter().any(|entry| entry.name.ends_with(ending));
    if !WHOLE && (holds(".npy") || archive.entries.iter().any(|entry| entry.deflated)) {
        return Err(Problem::NotPlain);
    }
    if holds(".weights.h5") {
        return Err(Problem::Hdf5);
    }
    Ok(match WHOLE && holds(".npy") {
        true => ("NumPy", npz::read(source, &archive)?),
        false => ("PyTorch", pytorch::read_zip(source, &archive, state_dict)?),
    })
}

fn present<'c, 'i>(
    candidate: &'c Candidate,
    inputs: &'c [Input<'i>],
) -> impl Iterator<Item = (usize, &'c Input<'i>)> {
    candidate.parts.iter().filter_map(|part| Some((part.input?, inputs.get(part.input?)?)))
}

/// An index says itself which tensors are where; without one, the names of the files tell slices.
fn refuse_slices(candidate: &Candidate, inputs: &[Input<'_>]) -> Result<(), CheckpointError> {
    match present(candidate, inputs).next() {
        Some((_, first)) if candidate.index.is_none() && are_slices(&candidate.parts) => {
            Err(CheckpointError::new(first.path, Problem::Slices))
        }
        _ => Ok(()),
    }
}

fn no_part(candidate: &Candidate, inputs: &[Input<'_>]) -> CheckpointError {
    let first = candidate.parts.first().map_or_else(String::new, |part| part.name.clone());
    let index = candidate.index.and_then(|position| inputs.get(position));
    let file = index.map_or(candidate.name.as_str(), |input| input.path);
    CheckpointError::new(file, Problem::NoPart { first, parts: candidate.parts.len() as u64 })
}

fn add_file(
    checkpoint: &mut Checkpoint,
    position: usize,
    input: &Input<'_>,
    identity: String,
    mut contents: Contents,
) {
    let file = checkpoint.files.len();
    checkpoint.files.push(FileInfo {
        name: input.file_name().to_owned(),
        bytes: input.source.len(),
        identity,
        input: position,
    });
    for (key, value) in contents.metadata {
        checkpoint.metadata.entry(key).or_insert(value);
    }
    let mut types = Vec::new();
    for tensor in contents.tensors {
        match tensor.dtype {
            RawType::Known(dtype) => checkpoint.tensors.push(entry(tensor, dtype, file)),
            RawType::Unknown(name) => {
                let reason = unknown_type(&mut types, name);
                contents.skipped.entry(reason).or_default().push(tensor.name);
            }
        }
    }
    checkpoint.warnings.extend(contents.warnings);
    checkpoint.imports.extend(contents.imports);
    checkpoint.state_dicts.extend(contents.state_dicts);
    checkpoint.config = checkpoint.config.take().or(contents.config);
    let records = contents.skipped.into_iter().map(|(reason, tensors)| SkippedRecord { reason, tensors });
    checkpoint.skipped.extend(records);
}

/// Why a tensor of the type called `name` is skipped. The files choose these names: only the first are told.
fn unknown_type(types: &mut Vec<String>, name: String) -> String {
    let reason = unread_type(&name);
    if !types.contains(&name) {
        if types.len() == MAX_NAMED_TYPES {
            return "another type, which is not read".to_owned();
        }
        types.push(name);
    }
    reason
}

/// One record for each reason, whichever files gave it.
fn by_reason(records: Vec<SkippedRecord>) -> Vec<SkippedRecord> {
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for SkippedRecord { reason, tensors } in records {
        reasons.entry(reason).or_default().extend(tensors);
    }
    reasons.into_iter().map(|(reason, tensors)| SkippedRecord { reason, tensors }).collect()
}

fn entry(tensor: RawTensor, dtype: DType, file: usize) -> TensorEntry {
    let RawTensor { name, shape, storage, usage, .. } = tensor;
    TensorEntry { name, dtype, shape, file, storage, usage }
}

/// Tensors of `input` that lie in files beside it. Those of a file that is not here are left out, which is a warning.
fn add_external(
    checkpoint: &mut Checkpoint,
    input: &Input<'_>,
    inputs: &[Input<'_>],
    tensors: Vec<RawTensor>,
) -> Result<(), CheckpointError> {
    if tensors.is_empty() || !WHOLE {
        return Ok(());
    }
    let mut files: BTreeMap<String, Vec<RawTensor>> = BTreeMap::new();
    for mut tensor in tensors {
        let location = tensor.external.take().unwrap_or_default();
        files.entry(location).or_default().push(tensor);
    }
    let places = positions(inputs);
    let mut missing = Vec::new();
    for (location, tensors) in &mut files {
        let Some(&position) = places.get(&(input.folder, beside(input.path, location).as_str())) else {
            missing.push(location.as_str());
            continue;
        };
        let Input { path, source, .. } = inputs[position];
        let failed = |problem| CheckpointError::new(path, problem);
        onnx::check_external(source.len(), tensors).map_err(failed)?;
        let identity = identity(source, &(0..0)).map_err(|error| failed(error.into()))?;
        let contents = Contents { tensors: std::mem::take(tensors), ..Contents::default() };
        add_file(checkpoint, position, &inputs[position], identity, contents);
    }
    if !missing.is_empty() {
        checkpoint.warnings.push(missing_parts(&missing, "what it holds"));
    }
    Ok(())
}

/// Where each input is, by its folder and path.
fn positions<'a>(inputs: &[Input<'a>]) -> HashMap<(Option<usize>, &'a str), usize> {
    inputs.iter().enumerate().map(|(position, input)| ((input.folder, input.path), position)).collect()
}

/// Path of a file that is named relative to the folder of another.
fn beside(path: &str, name: &str) -> String {
    path.rsplit_once('/').map_or_else(|| name.to_owned(), |(folder, _)| format!("{folder}/{name}"))
}

/// Two files may not hold the same tensor: which of them would be analysed?
fn refuse_shared_names(checkpoint: &Checkpoint, inputs: &[Input<'_>]) -> Result<(), CheckpointError> {
    let skipped = checkpoint.skipped.iter().flat_map(|record| &record.tensors);
    let mut names: HashMap<&str, usize> = HashMap::new();
    for tensor in &checkpoint.tensors {
        if let Some(first) = names.insert(&tensor.name, tensor.file) {
            let path = |file: usize| inputs[checkpoint.files[file].input].path;
            let (file, other) = (path(tensor.file), path(first));
            let problem = Problem::TensorInTwoFiles { tensor: short(&tensor.name), other: other.to_owned() };
            return Err(CheckpointError::new(file, problem));
        }
    }
    for name in skipped {
        if names.insert(name, 0).is_some() {
            let problem = Problem::DuplicateTensor { tensor: short(name) };
            return Err(CheckpointError::new(&checkpoint.name, problem));
        }
    }
    Ok(())
}

fn read_config(checkpoint: &mut Checkpoint, candidate: &Candidate, inputs: &[Input<'_>]) {
    let Some(input) = candidate.config.and_then(|position| inputs.get(position)) else {
        return;
    };
    match config::read(input.source) {
        Ok(config) => checkpoint.config = Some(config),
        Err(reason) => checkpoint.warnings.push(Warning::new(
            "config-unreadable",
            format!("config.json cannot be read: {reason}. The wiring is found without it."),
        )),
    }
}

fn warn_of_types(checkpoint: &mut Checkpoint) {
    for record in &checkpoint.skipped {
        let count = record.tensors.len();
        let example = record.tensors.first().map_or_else(String::new, |name| short(name));
        let tensors = if count == 1 { "1 tensor is".to_owned() } else { format!("{count} tensors are") };
        checkpoint.warnings.push(Warning::new(
            "unknown-type",
            format!("{tensors} left out, the first is {example}: {}.", record.reason),
        ));
    }
}

fn warn_of_missing(checkpoint: &mut Checkpoint, candidate: &Candidate, inputs: &[Input<'_>]) {
    let missing: Vec<&str> =
        candidate.parts.iter().filter(|part| part.input.is_none()).map(|part| part.name.as_str()).collect();
    let index = candidate.index.and_then(|position| inputs.get(position));
    let index = index.and_then(|input| Index::read(input.source).ok());
    // An index may list very many tensors and files: one pass over it, and a look-up for each.
    let names: HashSet<&str> = missing.iter().copied().collect();
    if !missing.is_empty() {
        let left_out =
            index.as_ref().map_or_else(|| "what it holds".to_owned(), |index| blocks(index, &names));
        checkpoint.warnings.push(missing_parts(&missing, &left_out));
    }
    if let Some(index) = index {
        warn_of_unkept_promises(checkpoint, &index, &names);
    }
}

fn missing_parts(missing: &[&str], left_out: &str) -> Warning {
    const NAMED: usize = 3;
    let named = missing.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = missing.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let text = match missing.len() {
        1 => format!(
            "One part is missing. {named} is not among the files; {left_out} is left out. Drop it to complete the result."
        ),
        count => format!(
            "{count} parts are missing. {named}{more} are not among the files; {left_out} is left out. \
             Drop them to complete the result."
        ),
    };
    Warning::new("missing-shard", text)
}

/// What the missing files hold, in words: the blocks that their tensors name.
fn blocks(index: &Index, missing: &HashSet<&str>) -> String {
    let lost = index.weight_map.iter().filter(|(_, file)| missing.contains(file.as_str()));
    let numbers = || lost.clone().filter_map(|(tensor, _)| block_of(tensor));
    match (numbers().min(), numbers().max()) {
        (Some(first), Some(last)) if first == last => format!("of block {first} what it holds"),
        (Some(first), Some(last)) => format!("what it holds of blocks {first} to {last}"),
        _ => "what it holds".to_owned(),
    }
}

/// The first number among the pieces of a name.
fn block_of(tensor: &str) -> Option<u64> {
    tensor.split('.').find_map(|piece| piece.parse().ok())
}

/// Tensors that the index promises in files that are here, but that are not in them.
fn warn_of_unkept_promises(checkpoint: &mut Checkpoint, index: &Index, missing: &HashSet<&str>) {
    let skipped = checkpoint.skipped.iter().flat_map(|record| record.tensors.iter().map(String::as_str));
    let here: HashSet<&str> =
        checkpoint.tensors.iter().map(|tensor| tensor.name.as_str()).chain(skipped).collect();
    let mut broken = index
        .weight_map
        .iter()
        .filter(|(tensor, file)| !here.contains(tensor.as_str()) && !missing.contains(file.as_str()));
    if let Some((tensor, file)) = broken.next() {
        let count = 1 + broken.count();
        let (tensor, file) = (short(tensor), short(file));
        checkpoint.warnings.push(Warning::new(
            "index-mismatch",
            format!(
                "The index lists {count} tensors that the files do not hold; the first is {tensor} in {file}."
            ),
        ));
    }
}
