//! The analysing side of the page, for a dedicated worker.
//!
//! What is asked of it after a first analysis is in `more`. The bytes that [`Engine::plan`] lists are read by a worker of their own, several slices in flight, and fed in order.

#[cfg(feature = "engine")]
mod more;

use js_sys::Reflect;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::network::Network;
use super::plan::Plan;
use super::refused::refused;
use super::series::arranged;
use super::value::{Report, read, thrown, write};
use crate::analysis::{Analysis, Measured, Options};
use crate::report::{SCHEMA, Tool};

/// Bytes of histograms that are kept for changes of options; the oldest go first.
const HISTOGRAM_BUDGET: u64 = 64 << 20;

/// All checkpoints that the page holds.
#[wasm_bindgen]
#[derive(Default)]
pub struct Engine {
    slots: Vec<Slot>,
    running: Option<Running>,
    #[cfg(feature = "engine")]
    more: more::More,
}

/// What is being read.
struct Running {
    checkpoint: usize,
    analysis: Analysis,
}

/// A result document without checkpoints; the records are added as they are.
#[derive(Serialize)]
struct EmptyDocument {
    schema: &'static str,
    tool: Tool,
    options: Options,
    checkpoints: [(); 0],
    scores: [(); 0],
}

impl EmptyDocument {
    fn new(options: Options) -> Self {
        Self { schema: SCHEMA, tool: Tool::this(), options, checkpoints: [], scores: [] }
    }
}

/// One checkpoint. A number of the page stays valid: forgotten slots stay empty.
#[derive(Default)]
struct Slot {
    network: Option<Network>,
    measured: Option<Measured>,
}

#[wasm_bindgen]
impl Engine {
    /// An engine without files.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what [`Reader::network`](super::Reader::network) gave of the checkpoint with this number; what was known of it is
    /// forgotten.
    #[cfg(feature = "engine")]
    pub fn load(&mut self, checkpoint: usize, network: &[u8]) -> Result<(), JsValue> {
        let network = Network::from_bytes(network);
        self.take(
            checkpoint,
            network.ok_or_else(|| thrown(&Report::new("bad-network", "This is no checkpoint.")))?,
        );
        Ok(())
    }

    /// Takes what [`Reader::network`](super::Reader::network) gave of the checkpoint with this number; what was known of it is
    /// forgotten.
    #[cfg(not(feature = "engine"))]
    pub fn load(&mut self, checkpoint: usize, network: super::network::Handle) {
        self.take(checkpoint, network.0);
    }

    /// The reads that the analysis of a checkpoint needs, in the order in which they must be fed.
    pub fn plan(&mut self, checkpoint: usize, options: JsValue) -> Result<JsValue, JsValue> {
        let options: Options = read(options, "bad-options", "These are no options.")?;
        let network = self.network(checkpoint)?;
        let analysis = Analysis::plan(&network.checkpoint, &network.wiring, &options, HISTOGRAM_BUDGET);
        let analysis = analysis.map_err(|error| refused(&error, &network.checkpoint.name))?;
        let plan = Plan::new(&analysis, network);
        self.running = Some(Running { checkpoint, analysis });
        write(&plan)
    }

    /// Takes the bytes of the next read.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        let Running { checkpoint, analysis, .. } = self.running.as_mut().ok_or_else(not_running)?;
        let name =
            self.slots[*checkpoint].network.as_ref().map_or("", |network| network.checkpoint.name.as_str());
        analysis.feed(bytes).map_err(|error| refused(&error, name))
    }

    /// After the last read: the record, with the null samples that could not wait.
    pub fn finish(&mut self) -> Result<JsValue, JsValue> {
        let Running { checkpoint, analysis } = self.running.take().ok_or_else(not_running)?;
        let measured = analysis.finish().map_err(|_| not_running())?;
        self.slots[checkpoint].measured = Some(measured);
        self.forget_pair();
        self.evict(checkpoint);
        self.record(checkpoint)
    }

    /// The record under other options, from kept histograms; null where the file must be read again.
    pub fn redo(&mut self, checkpoint: usize, options: JsValue) -> Result<JsValue, JsValue> {
        let options: Options = read(options, "bad-options", "These are no options.")?;
        self.forget_pair();
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

    /// The result document of these records, in the order of their series, with the degrees of emergence. The records
    /// are those of this engine or of an earlier one: they are completed in place and not copied.
    pub fn document(&self, records: Vec<JsValue>, options: JsValue) -> Result<JsValue, JsValue> {
        let options: Options = read(options, "bad-options", "These are no options.")?;
        let document = write(&EmptyDocument::new(options))?;
        Reflect::set(&document, &"checkpoints".into(), &arranged(records)?.into())?;
        Ok(document)
    }

    /// Frees the memory of a checkpoint.
    pub fn forget(&mut self, checkpoint: usize) {
        self.forget_pair();
        if let Some(slot) = self.slots.get_mut(checkpoint) {
            *slot = Slot::default();
        }
    }

    fn take(&mut self, checkpoint: usize, network: Network) {
        if checkpoint >= self.slots.len() {
            self.slots.resize_with(checkpoint + 1, Slot::default);
        }
        self.slots[checkpoint] = Slot { network: Some(network), measured: None };
        self.forget_pair();
    }

    fn network(&self, checkpoint: usize) -> Result<&Network, JsValue> {
        let network = self.slots.get(checkpoint).and_then(|slot| slot.network.as_ref());
        network.ok_or_else(|| {
            thrown(&Report::new("unknown-checkpoint", "This checkpoint's files are not loaded."))
        })
    }

    /// What two checkpoints were compared by no longer holds.
    fn forget_pair(&mut self) {
        #[cfg(feature = "engine")]
        self.more.forget_pair();
    }

    /// Keeps the histograms of all checkpoints together within the budget.
    fn evict(&mut self, newest: usize) {
        let measured = |slot: &Slot| slot.measured.as_ref().map_or(0, Measured::kept_bytes);
        let mut total: u64 = self.slots.iter().map(measured).sum();
        for (index, slot) in self.slots.iter_mut().enumerate() {
            if total <= HISTOGRAM_BUDGET {
                return;
            }
            if let Some(measured) = slot.measured.as_mut().filter(|_| index != newest) {
                let before = measured.kept_bytes();
                measured.drop_histograms();
                total -= before - measured.kept_bytes();
            }
        }
    }
}

fn not_running() -> JsValue {
    thrown(&Report::new("not-running", "No analysis is being read."))
}
