//! The reading side of the page, for a dedicated worker: what was dropped, which checkpoints it holds, how they are
//! wired. Headers only; what it found goes to the engine as bytes, and the engine never sees a file.
//!
//! A module of its own, since it is large and runs once for each file, while the engine is built for speed. Values cross
//! as JSON, for which the module has a parser and a writer anyway.

use std::ops::Range;

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Blob;

use super::blob::BlobSource;
use super::network::Network;
use super::value::{Report, thrown};
use crate::WHOLE;
#[cfg(feature = "reader")]
use crate::analysis::{Options, reads_of};
use crate::checkpoint::{
    Candidate, Checkpoint, CheckpointError, Import, Input, OpenOptions, StateDict, collect, open_with,
};
#[cfg(feature = "reader")]
use crate::network::WiringSpec;
use crate::network::{NetworkError, Wiring, recognise};
use crate::report::{SkippedRecord, Warning};
use crate::source::ReadAt;
#[cfg(feature = "reader")]
use crate::source::Sparse;

/// All files that the page was given, and the checkpoints in them.
#[wasm_bindgen]
#[derive(Default)]
pub struct Reader {
    files: Vec<DroppedFile>,
    /// Files before this one have been recognised.
    recognised: usize,
    /// A number of the page stays valid.
    checkpoints: Vec<Known>,
    /// `recognised`, and the number of checkpoints, before the newest call that recognised, until it is known whether
    /// bytes were missing.
    #[cfg(feature = "reader")]
    before: Option<(usize, usize)>,
}

struct DroppedFile {
    path: String,
    place: Place,
}

/// Where a file is.
enum Place {
    Here(BlobSource),
    #[cfg(feature = "reader")]
    Elsewhere(Sparse),
}

impl DroppedFile {
    fn source(&self) -> &dyn ReadAt {
        match &self.place {
            Place::Here(blob) => blob,
            #[cfg(feature = "reader")]
            Place::Elsewhere(sparse) => sparse,
        }
    }

    /// What was read in vain of a file that is elsewhere.
    #[cfg(feature = "reader")]
    fn take_missing(&self) -> Vec<Range<u64>> {
        match &self.place {
            Place::Here(_) => Vec::new(),
            Place::Elsewhere(sparse) => sparse.take_missing(),
        }
    }
}

/// Bytes of a file elsewhere that are needed.
#[cfg(feature = "reader")]
#[derive(Serialize)]
struct Need {
    file: usize,
    offset: u64,
    length: u64,
}

/// What an analysis would read.
#[cfg(feature = "reader")]
#[derive(Serialize)]
struct Cost {
    bytes: u64,
    requests: usize,
}

struct Known {
    candidate: Candidate,
    /// The numbers of all files of its drop: those that the candidate counts.
    dropped: Range<usize>,
    checkpoint: Checkpoint,
    wiring: Wiring,
}

/// What a drop holds.
#[derive(Serialize)]
struct Drop {
    checkpoints: Vec<Found>,
    skipped: Vec<SkippedFile>,
    errors: Vec<Report>,
}

#[derive(Serialize)]
struct SkippedFile {
    path: String,
    why: String,
}

/// A checkpoint that can be analysed.
#[derive(Serialize)]
struct Found {
    id: usize,
    name: String,
    step: Option<u64>,
    /// The folder that it is a series with, also where that is the only one.
    series: Option<String>,
    bytes: u64,
    format: String,
    architecture: String,
    guessed: bool,
    files: Vec<FoundFile>,
    dtypes: Vec<String>,
    groups: usize,
    blocks: usize,
    parameters: u64,
    skipped: Vec<SkippedRecord>,
    warnings: Vec<Warning>,
    imports: Vec<Import>,
    state_dicts: Vec<StateDict>,
}

#[derive(Serialize)]
struct FoundFile {
    name: String,
    bytes: u64,
    /// Tells the file again after a restart.
    identity: String,
}

/// The wiring that the page's editor begins with.
#[cfg(feature = "reader")]
#[derive(Serialize)]
struct EditableWiring {
    spec: WiringSpec,
    edited: bool,
    guessed: bool,
    tensors: Vec<ListedTensor>,
}

#[cfg(feature = "reader")]
#[derive(Serialize)]
struct ListedTensor {
    name: String,
    dtype: &'static str,
    shape: Vec<u64>,
}

#[wasm_bindgen]
impl Reader {
    /// A reader without files.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a dropped file; `path` has its folders before it. Returns its number.
    #[wasm_bindgen(js_name = addFile)]
    pub fn add_file(&mut self, path: String, file: Blob) -> Result<usize, JsValue> {
        self.files.push(DroppedFile { path, place: Place::Here(BlobSource::new(file)?) });
        Ok(self.files.len() - 1)
    }

    /// Registers a file of so many bytes that is elsewhere. What is read of it must be asked for ([`needs`](Self::needs))
    /// and provided, and the reading begun again. Returns its number.
    #[cfg(feature = "reader")]
    #[wasm_bindgen(js_name = addRemote)]
    pub fn add_remote(&mut self, path: String, bytes: f64, validator: String) -> usize {
        let sparse = Sparse::new(bytes as u64, validator);
        self.files.push(DroppedFile { path, place: Place::Elsewhere(sparse) });
        self.files.len() - 1
    }

    /// Takes bytes of a file elsewhere, from `offset` on.
    #[cfg(feature = "reader")]
    pub fn provide(&mut self, file: usize, offset: f64, bytes: Vec<u8>) {
        if let Some(DroppedFile { place: Place::Elsewhere(sparse), .. }) = self.files.get_mut(file) {
            sparse.provide(offset as u64, bytes);
        }
    }

    /// What the calls since the last one have read in vain, as a list of `{file, offset, length}`. Where it is not empty
    /// their answers, or errors, mean nothing: the bytes must be provided, and the same asked again.
    #[cfg(feature = "reader")]
    pub fn needs(&mut self) -> Result<String, JsValue> {
        let needs = |(file, dropped): (usize, &DroppedFile)| {
            let need =
                move |range: Range<u64>| Need { file, offset: range.start, length: range.end - range.start };
            dropped.take_missing().into_iter().map(need).collect::<Vec<_>>()
        };
        let needs: Vec<Need> = self.files.iter().enumerate().flat_map(needs).collect();
        if let Some((recognised, checkpoints)) = self.before.take().filter(|_| !needs.is_empty()) {
            // What was recognised was so for lack of bytes.
            self.recognised = recognised;
            self.checkpoints.truncate(checkpoints);
        }
        to_json(&needs)
    }

    /// Gives up the files that were added and are not recognised.
    #[cfg(feature = "reader")]
    pub fn leave(&mut self) {
        (self.recognised, self.before) = (self.files.len(), None);
    }

    /// What an analysis of a checkpoint would read: bytes, and requests.
    #[cfg(feature = "reader")]
    pub fn cost(&self, checkpoint: usize, options: &str) -> Result<String, JsValue> {
        let Known { checkpoint, wiring, .. } = self.known(checkpoint)?;
        let options: Options = serde_json::from_str(options)
            .map_err(|error| thrown(&Report::new("bad-options", format!("These are no options. {error}"))))?;
        let reads = reads_of(checkpoint, wiring, &options)
            .map_err(|error| super::refused::refused(&error, &checkpoint.name))?;
        to_json(&Cost { bytes: reads.iter().map(|read| read.length).sum(), requests: reads.len() })
    }

    /// Reads the headers of the files added since the last call and returns the `Drop`.
    pub fn recognise(&mut self) -> Result<String, JsValue> {
        let dropped = self.recognised..self.files.len();
        #[cfg(feature = "reader")]
        {
            self.before = Some((self.recognised, self.checkpoints.len()));
        }
        self.recognised = self.files.len();
        let inputs = inputs(&self.files[dropped.clone()]);
        // What is in files beside them is told by the models.
        if !WHOLE && inputs.iter().any(|input| input.path.ends_with(".onnx")) {
            return Err(thrown(&not_plain()));
        }
        let collection = collect(&inputs);
        let mut drop = Drop { checkpoints: Vec::new(), skipped: Vec::new(), errors: Vec::new() };
        for skipped in collection.skipped {
            drop.skipped.push(SkippedFile { path: skipped.path, why: skipped.why });
        }
        for candidate in collection.candidates {
            match know(candidate, &inputs, dropped.clone(), &OpenOptions::default()) {
                Ok(known) => {
                    drop.checkpoints.push(Found::new(self.checkpoints.len(), &known));
                    self.checkpoints.push(known);
                }
                Err(report) if !WHOLE => return Err(thrown(&report)),
                Err(report) => drop.errors.push(report),
            }
        }
        to_json(&drop)
    }

    /// Reads another state dict of a checkpoint's files; returns what was found instead.
    #[wasm_bindgen(js_name = chooseStateDict)]
    pub fn choose_state_dict(&mut self, checkpoint: usize, path: String) -> Result<String, JsValue> {
        let known = self.known(checkpoint)?;
        let (candidate, dropped) = (known.candidate.clone(), known.dropped.clone());
        let inputs = inputs(&self.files[dropped.clone()]);
        let options = OpenOptions { state_dict: Some(path) };
        let known = know(candidate, &inputs, dropped, &options).map_err(|report| thrown(&report))?;
        let found = to_json(&Found::new(checkpoint, &known));
        self.checkpoints[checkpoint] = known;
        found
    }

    /// The wiring of a checkpoint as the user may edit it, and the tensors that could be part of one.
    #[cfg(feature = "reader")]
    pub fn wiring(&self, checkpoint: usize) -> Result<String, JsValue> {
        let Known { checkpoint, wiring, .. } = self.known(checkpoint)?;
        let floats = checkpoint.tensors.iter().filter(|tensor| tensor.dtype.is_float());
        to_json(&EditableWiring {
            spec: wiring.to_spec(checkpoint),
            edited: wiring.edited,
            guessed: wiring.guessed,
            tensors: floats
                .map(|tensor| ListedTensor {
                    name: tensor.name.clone(),
                    dtype: tensor.dtype.name(),
                    shape: tensor.shape.clone(),
                })
                .collect(),
        })
    }

    /// Wires a checkpoint as the user says, or, with null, as it is recognised; returns what was found instead.
    #[cfg(feature = "reader")]
    pub fn rewire(&mut self, checkpoint: usize, spec: &str) -> Result<String, JsValue> {
        let spec: Option<WiringSpec> = serde_json::from_str(spec)
            .map_err(|error| thrown(&Report::new("bad-wiring", format!("This is no wiring: {error}."))))?;
        let known = self.known(checkpoint)?;
        let wiring = match spec {
            Some(spec) => spec.apply(&known.checkpoint),
            None => recognise(&known.checkpoint),
        };
        let wiring = wiring.map_err(|error| thrown(&no_network(&error, known.checkpoint.name.clone())))?;
        self.checkpoints[checkpoint].wiring = wiring;
        to_json(&Found::new(checkpoint, &self.checkpoints[checkpoint]))
    }

    /// A checkpoint and its wiring, for [`Engine::load`](super::Engine::load).
    #[cfg(not(feature = "reader"))]
    pub fn network(&self, checkpoint: usize) -> Result<super::network::Handle, JsValue> {
        let Known { checkpoint, wiring, dropped, .. } = self.known(checkpoint)?;
        let files = checkpoint.files.iter().map(|file| dropped.start + file.input).collect();
        Ok(super::network::Handle(Network { checkpoint: checkpoint.clone(), wiring: wiring.clone(), files }))
    }

    /// A checkpoint and its wiring as bytes, for [`Engine::load`](super::Engine::load).
    #[cfg(feature = "reader")]
    pub fn network(&self, checkpoint: usize) -> Result<Vec<u8>, JsValue> {
        let Known { checkpoint, wiring, dropped, .. } = self.known(checkpoint)?;
        let files = checkpoint.files.iter().map(|file| dropped.start + file.input).collect();
        Network::to_bytes(checkpoint, wiring, files)
            .ok_or_else(|| thrown(&Report::new("too-large", "The list of tensors is too long.")))
    }

    fn known(&self, checkpoint: usize) -> Result<&Known, JsValue> {
        let known = self.checkpoints.get(checkpoint);
        known.ok_or_else(|| {
            thrown(&Report::new("unknown-checkpoint", "This checkpoint's files are not loaded."))
        })
    }
}

fn to_json<T: Serialize>(value: &T) -> Result<String, JsValue> {
    serde_json::to_string(value)
        .map_err(|_| thrown(&Report::new("too-large", "The answer is too large for the page.".to_owned())))
}

fn inputs(files: &[DroppedFile]) -> Vec<Input<'_>> {
    files.iter().map(|file| Input::new(&file.path, file.source())).collect()
}

fn know(
    candidate: Candidate,
    inputs: &[Input<'_>],
    dropped: Range<usize>,
    options: &OpenOptions,
) -> Result<Known, Report> {
    let checkpoint = open_with(&candidate, inputs, options).map_err(|error| unreadable(&error))?;
    let file = candidate.parts.first().map_or_else(|| candidate.name.clone(), |part| part.name.clone());
    let wiring = recognise(&checkpoint).map_err(|error| no_network(&error, file))?;
    Ok(Known { candidate, dropped, checkpoint, wiring })
}

impl Found {
    fn new(id: usize, known: &Known) -> Self {
        let Known { candidate, checkpoint, wiring, .. } = known;
        let tensors = || wiring.groups.iter().flat_map(|group| &group.matrices).map(|matrix| matrix.tensor);
        let mut dtypes: Vec<String> =
            tensors().map(|tensor| checkpoint.tensors[tensor].dtype.to_string()).collect();
        dtypes.sort();
        dtypes.dedup();
        let mut blocks: Vec<u32> = wiring.groups.iter().filter_map(|group| group.block).collect();
        blocks.dedup();
        Self {
            id,
            name: checkpoint.name.clone(),
            step: checkpoint.step,
            series: candidate.series.clone(),
            bytes: checkpoint.files.iter().map(|file| file.bytes).sum(),
            format: checkpoint.format.clone().into_owned(),
            architecture: wiring.architecture.clone(),
            guessed: wiring.guessed,
            files: checkpoint
                .files
                .iter()
                .map(|file| FoundFile {
                    name: file.name.clone(),
                    bytes: file.bytes,
                    identity: file.identity.clone(),
                })
                .collect(),
            dtypes,
            groups: wiring.groups.len(),
            blocks: blocks.len(),
            parameters: checkpoint.parameters(),
            skipped: wiring.skipped.clone(),
            warnings: checkpoint.warnings.clone(),
            imports: checkpoint.imports.clone(),
            state_dicts: checkpoint.state_dicts.clone(),
        }
    }
}

fn unreadable(error: &CheckpointError) -> Report {
    if !WHOLE {
        return not_plain();
    }
    Report { code: error.code().to_owned(), text: error.text(), file: error.file.clone(), hint: error.hint() }
}

fn no_network(error: &NetworkError, file: String) -> Report {
    if !WHOLE {
        return not_plain();
    }
    let hint = error.hint().to_owned();
    Report { code: error.code().to_owned(), text: format!("{error}. {hint}"), file, hint }
}

/// Whatever is wrong: a module with everything finds the words for it.
fn not_plain() -> Report {
    Report::new("not-plain", "")
}
