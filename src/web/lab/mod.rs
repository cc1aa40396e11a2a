//! What is asked for now and then, for a worker of its own, so that neither the first analysis waits for it nor its
//! download.
//!
//! The bytes that a plan lists are read by the page's reading worker and fed in order, as those of the engine are.

mod rivals;
mod sensitivity;
mod teach;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

pub use sensitivity::Sensitivity;
pub use teach::{LessonNoise, lesson_emergence, lesson_measure, lesson_ring};

use super::network::Network;
use super::plan::{Plan, refused};
use super::value::{Report, read, thrown, write};
use crate::analysis::{Analysis, Measured, Options};

/// Bytes of histograms that are kept for changes of options.
const HISTOGRAM_BUDGET: u64 = 64 << 20;

/// One checkpoint, and what was read of it.
#[wasm_bindgen]
#[derive(Default)]
pub struct Lab {
    network: Option<Network>,
    running: Option<Analysis>,
    measured: Option<Measured>,
}

#[wasm_bindgen]
impl Lab {
    /// A laboratory without a checkpoint.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what [`Reader::network`](super::Reader::network) gave of a checkpoint; what was known of another one is forgotten.
    pub fn load(&mut self, network: &[u8]) -> Result<(), JsValue> {
        let network = Network::from_bytes(network);
        let network = network.ok_or_else(|| thrown(&Report::new("bad-network", "This is no checkpoint.")))?;
        *self = Self { network: Some(network), running: None, measured: None };
        Ok(())
    }

    /// The reads that an analysis under these options needs, in the order in which they must be fed.
    pub fn plan(&mut self, options: JsValue) -> Result<JsValue, JsValue> {
        let options: Options = read(options, "bad-options", "These are no options.")?;
        let network = self.network()?;
        let analysis = Analysis::plan(&network.checkpoint, &network.wiring, &options, HISTOGRAM_BUDGET);
        let analysis = analysis.map_err(|error| refused(&error, &network.checkpoint.name))?;
        let plan = Plan::new(&analysis, network);
        self.running = Some(analysis);
        write(&plan)
    }

    /// Takes the bytes of the next read.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        let name = self.network.as_ref().map_or("", |network| network.checkpoint.name.as_str());
        let analysis = self.running.as_mut().ok_or_else(not_running)?;
        analysis.feed(bytes).map_err(|error| refused(&error, name))
    }

    /// After the last read: the record, without null samples.
    pub fn finish(&mut self) -> Result<JsValue, JsValue> {
        let measured = self.running.take().ok_or_else(not_running)?.finish().map_err(|_| not_running())?;
        let record = write(&measured.record());
        self.measured = Some(measured);
        record
    }

    fn network(&self) -> Result<&Network, JsValue> {
        self.network.as_ref().ok_or_else(|| {
            thrown(&Report::new("unknown-checkpoint", "This checkpoint's files are not loaded."))
        })
    }
}

fn not_running() -> JsValue {
    thrown(&Report::new("not-running", "Nothing is being read."))
}
