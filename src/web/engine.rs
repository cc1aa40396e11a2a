//! The analysing side of the page, for a dedicated worker.
//!
//! The worker reads the bytes that [`Engine::plan`] lists, several slices in flight, and feeds them in order.

use std::ops::Range;

use js_sys::{Array, Reflect};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Blob;

use super::blob::BlobSource;
use super::value::{Report, read, thrown, write};
use crate::analysis::{Analysis, AnalysisError, Measured, Options};
use crate::checkpoint::{
    Candidate, Checkpoint, CheckpointError, Import, Input, OpenOptions, StateDict, collect, open_with,
};
use crate::network::{Group, NetworkError, Role, Wiring, WiringSpec, recognise};
use crate::report::{SkippedRecord, Warning};
use crate::series::{self, Relation};

/// Bytes of histograms that are kept for changes of options; the oldest go first.
const HISTOGRAM_BUDGET: usize = 64 << 20;

/// All checkpoints that the page holds.
#[wasm_bindgen]
#[derive(Default)]
pub struct Engine {
    files: Vec<DroppedFile>,
    /// Files before this one have been recognised.
    recognised: usize,
    slots: Vec<Slot>,
    running: Option<(usize, Analysis)>,
}

struct DroppedFile {
    path: String,
    source: BlobSource,
}

/// One checkpoint. A number of the page stays valid: forgotten slots stay empty.
#[derive(Default)]
struct Slot {
    found: Option<Known>,
    measured: Option<Measured>,
}

struct Known {
    candidate: Candidate,
    /// The engine's numbers of all files of its drop: those that the candidate counts.
    dropped: Range<usize>,
    checkpoint: Checkpoint,
    wiring: Wiring,
}

impl Known {
    /// The engine's number of a file of the checkpoint.
    fn file(&self, file: usize) -> usize {
        self.dropped.start + self.checkpoint.files[file].input
    }
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
    bytes: u64,
    format: &'static str,
    architecture: String,
    guessed: bool,
    files: Vec<FoundFile>,
    dtypes: Vec<String>,
    groups: usize,
    blocks: usize,
    parameters: u64,
    layers: Vec<FoundLayer>,
    skipped: Vec<SkippedRecord>,
    warnings: Vec<Warning>,
    imports: Vec<Import>,
    state_dicts: Vec<StateDict>,
}

#[derive(Serialize)]
struct FoundFile {
    name: String,
    bytes: u64,
}

#[derive(Serialize)]
struct FoundLayer {
    name: String,
    tensors: Vec<String>,
    neurons: u64,
    edges_per_neuron: u64,
    role: Role,
    block: Option<u32>,
}

/// The wiring that the page's editor begins with.
#[derive(Serialize)]
struct EditableWiring {
    spec: WiringSpec,
    edited: bool,
    guessed: bool,
    tensors: Vec<ListedTensor>,
}

#[derive(Serialize)]
struct ListedTensor {
    name: String,
    dtype: &'static str,
    shape: Vec<u64>,
}

/// What must be read.
#[derive(Serialize)]
struct Plan {
    reads: Vec<PlannedRead>,
    bytes: u64,
}

#[derive(Serialize)]
struct PlannedRead {
    file: usize,
    offset: u64,
    length: u64,
    label: String,
}

#[wasm_bindgen]
impl Engine {
    /// An engine without files.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a dropped file; `path` has its folders before it. Returns its number.
    #[wasm_bindgen(js_name = addFile)]
    pub fn add_file(&mut self, path: String, file: Blob) -> Result<usize, JsValue> {
        self.files.push(DroppedFile { path, source: BlobSource::new(file)? });
        Ok(self.files.len() - 1)
    }

    /// Reads the headers of the files added since the last call and returns the `Drop`.
    pub fn recognise(&mut self) -> Result<JsValue, JsValue> {
        let dropped = self.recognised..self.files.len();
        self.recognised = self.files.len();
        let inputs = inputs(&self.files[dropped.clone()]);
        let collection = collect(&inputs);
        let mut drop = Drop { checkpoints: Vec::new(), skipped: Vec::new(), errors: Vec::new() };
        for skipped in collection.skipped {
            drop.skipped.push(SkippedFile { path: skipped.path, why: skipped.why });
        }
        for candidate in collection.candidates {
            match know(candidate, &inputs, dropped.clone(), &OpenOptions::default()) {
                Ok(known) => {
                    drop.checkpoints.push(Found::new(self.slots.len(), &known));
                    self.slots.push(Slot { found: Some(known), ..Slot::default() });
                }
                Err(report) => drop.errors.push(report),
            }
        }
        write(&drop)
    }

    /// Reads another state dict of a checkpoint's files; returns what was found instead.
    #[wasm_bindgen(js_name = chooseStateDict)]
    pub fn choose_state_dict(&mut self, checkpoint: usize, path: String) -> Result<JsValue, JsValue> {
        let known = self.known(checkpoint)?;
        let (candidate, dropped) = (known.candidate.clone(), known.dropped.clone());
        let inputs = inputs(&self.files[dropped.clone()]);
        let options = OpenOptions { state_dict: Some(path) };
        let known = know(candidate, &inputs, dropped, &options).map_err(|report| thrown(&report))?;
        let found = write(&Found::new(checkpoint, &known));
        self.slots[checkpoint] = Slot { found: Some(known), measured: None };
        found
    }

    /// The wiring of a checkpoint as the user may edit it, and the tensors that could be part of one.
    pub fn wiring(&self, checkpoint: usize) -> Result<JsValue, JsValue> {
        let Known { checkpoint, wiring, .. } = self.known(checkpoint)?;
        let floats = checkpoint.tensors.iter().filter(|tensor| tensor.dtype.is_float());
        write(&EditableWiring {
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
    pub fn rewire(&mut self, checkpoint: usize, spec: JsValue) -> Result<JsValue, JsValue> {
        let spec: Option<WiringSpec> = read(spec, "bad-wiring", "This is no wiring.")?;
        let known = self.known(checkpoint)?;
        let wiring = match spec {
            Some(spec) => spec.apply(&known.checkpoint),
            None => recognise(&known.checkpoint),
        };
        let wiring = wiring.map_err(|error| thrown(&no_network(&error, known.checkpoint.name.clone())))?;
        let slot = &mut self.slots[checkpoint];
        slot.measured = None;
        let known = slot.found.as_mut().ok_or_else(not_running)?;
        known.wiring = wiring;
        write(&Found::new(checkpoint, known))
    }

    /// The reads that the analysis of a checkpoint needs, in the order in which they must be fed.
    pub fn plan(&mut self, checkpoint: usize, options: JsValue) -> Result<JsValue, JsValue> {
        let options: Options = read(options, "bad-options", "These are no options.")?;
        let known = self.known(checkpoint)?;
        let analysis = Analysis::plan(&known.checkpoint, &known.wiring, &options, HISTOGRAM_BUDGET);
        let analysis = analysis.map_err(|error| refused(&error, &known.checkpoint.name))?;
        let plan = Plan::new(&analysis, known);
        self.running = Some((checkpoint, analysis));
        write(&plan)
    }

    /// Takes the bytes of the next read.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        let (checkpoint, analysis) = self.running.as_mut().ok_or_else(not_running)?;
        let name = self.slots[*checkpoint].found.as_ref().map_or("", |known| known.checkpoint.name.as_str());
        analysis.feed(bytes).map_err(|error| refused(&error, name))
    }

    /// After the last read: the record, with the null samples that could not wait.
    pub fn finish(&mut self) -> Result<JsValue, JsValue> {
        let (checkpoint, analysis) = self.running.take().ok_or_else(not_running)?;
        let measured = analysis.finish().map_err(|_| not_running())?;
        self.slots[checkpoint].measured = Some(measured);
        self.evict(checkpoint);
        self.record(checkpoint)
    }

    /// The record under other options, from kept histograms; null where the file must be read again.
    pub fn redo(&mut self, checkpoint: usize, options: JsValue) -> Result<JsValue, JsValue> {
        let options: Options = read(options, "bad-options", "These are no options.")?;
        let measured = self.slots.get_mut(checkpoint).and_then(|slot| slot.measured.as_mut());
        match measured.map(|measured| measured.redo(&options)).transpose() {
            Ok(Some(true)) => self.record(checkpoint),
            Ok(_) => Ok(JsValue::NULL),
            Err(error) => Err(refused(&error, "")),
        }
    }

    /// Computes up to `count` missing null samples. Returns how many are missing after that.
    #[wasm_bindgen(js_name = nullSamples)]
    pub fn null_samples(&mut self, checkpoint: usize, count: usize) -> usize {
        let measured = self.slots.get_mut(checkpoint).and_then(|slot| slot.measured.as_mut());
        measured.map_or(0, |measured| measured.compute_nulls(count))
    }

    /// The record of a checkpoint with the null samples computed so far, or null.
    pub fn record(&self, checkpoint: usize) -> Result<JsValue, JsValue> {
        write(&self.slots.get(checkpoint).and_then(|slot| slot.measured.as_ref()).map(Measured::record))
    }

    /// The log-log fit of the order nearest to `q` for one sample, or null.
    pub fn fit(&self, checkpoint: usize, sample: usize, q: f64) -> Result<JsValue, JsValue> {
        let measured = self.slots.get(checkpoint).and_then(|slot| slot.measured.as_ref());
        write(&measured.and_then(|measured| measured.fit(sample, measured.nearest_order(q)?)))
    }

    /// The result document of these records, in this order, with the degrees of emergence. The records are those of
    /// this engine or of an earlier one: they are completed in place and not copied.
    pub fn document(&self, records: Vec<JsValue>, options: JsValue) -> Result<JsValue, JsValue> {
        let options: Options = read(options, "bad-options", "These are no options.")?;
        let shape = "This is not the record of a checkpoint.";
        let points: Vec<series::Point> = records
            .iter()
            .map(|record| read(record.clone(), "bad-document", shape))
            .collect::<Result<_, _>>()?;
        let document = write(&series::document(options, Vec::new()))?;
        let checkpoints = Array::new();
        for (record, point) in records.iter().zip(&points) {
            let relation = series::relate(&points[0], point);
            complete(record, &relation, series::late_start(&points, point).as_ref())?;
            checkpoints.push(record);
        }
        Reflect::set(&document, &"checkpoints".into(), &checkpoints)?;
        Ok(document)
    }

    /// Frees the memory of a checkpoint.
    pub fn forget(&mut self, checkpoint: usize) {
        if let Some(slot) = self.slots.get_mut(checkpoint) {
            *slot = Slot::default();
        }
    }

    fn known(&self, checkpoint: usize) -> Result<&Known, JsValue> {
        let known = self.slots.get(checkpoint).and_then(|slot| slot.found.as_ref());
        known.ok_or_else(|| {
            thrown(&Report::new("unknown-checkpoint", "This checkpoint's files are not loaded."))
        })
    }

    /// Keeps the histograms of all checkpoints together within the budget.
    fn evict(&mut self, newest: usize) {
        let measured = |slot: &Slot| slot.measured.as_ref().map_or(0, Measured::kept_bytes);
        let mut total: usize = self.slots.iter().map(measured).sum();
        for (index, slot) in self.slots.iter_mut().enumerate() {
            if total <= HISTOGRAM_BUDGET {
                return;
            }
            if let Some(measured) = slot.measured.as_mut().filter(|_| index != newest) {
                total -= measured.kept_bytes();
                measured.drop_histograms();
            }
        }
    }
}

/// Writes the relation to the first checkpoint of the series into a record.
fn complete(record: &JsValue, relation: &Relation, warning: Option<&Warning>) -> Result<(), JsValue> {
    Reflect::set(record, &"emergence".into(), &write(&relation.emergence)?)?;
    let nulls = Array::from(&Reflect::get(record, &"nulls".into())?);
    for (null, relation) in nulls.iter().zip(&relation.nulls) {
        Reflect::set(&null, &"emergence".into(), &write(&relation.emergence)?)?;
        Reflect::set(&null, &"emergence_interval".into(), &write(&relation.interval)?)?;
    }
    let others = Array::from(&Reflect::get(record, &"warnings".into())?).filter(&mut |other, _, _| {
        Reflect::get(&other, &"code".into()).ok().and_then(|code| code.as_string()).as_deref()
            != Some(series::LATE_START)
    });
    if let Some(warning) = warning {
        others.push(&write(warning)?);
    }
    Reflect::set(record, &"warnings".into(), &others)?;
    Ok(())
}

fn inputs(files: &[DroppedFile]) -> Vec<Input<'_>> {
    files.iter().map(|file| Input::new(&file.path, &file.source)).collect()
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
        let Known { checkpoint, wiring, .. } = known;
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
            bytes: checkpoint.files.iter().map(|file| file.bytes).sum(),
            format: checkpoint.format,
            architecture: wiring.architecture.clone(),
            guessed: wiring.guessed,
            files: checkpoint
                .files
                .iter()
                .map(|file| FoundFile { name: file.name.clone(), bytes: file.bytes })
                .collect(),
            dtypes,
            groups: wiring.groups.len(),
            blocks: blocks.len(),
            parameters: checkpoint.parameters(),
            layers: wiring.groups.iter().map(|group| FoundLayer::new(group, checkpoint)).collect(),
            skipped: wiring.skipped.clone(),
            warnings: checkpoint.warnings.clone(),
            imports: checkpoint.imports.clone(),
            state_dicts: checkpoint.state_dicts.clone(),
        }
    }
}

impl FoundLayer {
    fn new(group: &Group, checkpoint: &Checkpoint) -> Self {
        let tensors = group.matrices.iter().map(|matrix| checkpoint.tensors[matrix.tensor].name.clone());
        Self {
            name: group.name.clone(),
            tensors: tensors.collect(),
            neurons: group.neurons,
            edges_per_neuron: group.edges_per_neuron(),
            role: group.role,
            block: group.block,
        }
    }
}

impl Plan {
    fn new(analysis: &Analysis, known: &Known) -> Self {
        let groups = &known.wiring.groups;
        let blocks = groups.iter().filter_map(|group| group.block).max().map_or(0, |last| last + 1);
        let label = |group: usize| match groups[group].block {
            Some(block) => format!("block {} of {blocks}", block + 1),
            None => format!("matrix {} of {}", group + 1, groups.len()),
        };
        let read = |read: &crate::analysis::Read| PlannedRead {
            file: known.file(read.file),
            offset: read.offset,
            length: read.length,
            label: label(read.group),
        };
        Self {
            reads: analysis.reads().iter().map(read).collect(),
            bytes: analysis.reads().iter().map(|read| read.length).sum(),
        }
    }
}

fn unreadable(error: &CheckpointError) -> Report {
    Report { code: error.code().to_owned(), text: error.text(), file: error.file.clone(), hint: error.hint() }
}

fn no_network(error: &NetworkError, file: String) -> Report {
    let hint = error.hint().to_owned();
    Report { code: error.code().to_owned(), text: format!("{error}. {hint}"), file, hint }
}

fn refused(error: &AnalysisError, file: &str) -> JsValue {
    let hint = error.hint().to_owned();
    let text = format!("{error}. {hint}");
    thrown(&Report { code: error.code().to_owned(), text, file: file.to_owned(), hint })
}

fn not_running() -> JsValue {
    thrown(&Report::new("not-running", "No analysis is being read."))
}
