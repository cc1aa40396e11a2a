//! The matrices of a checkpoint by linear algebra, and how much of E simple numbers explain.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::super::network::Network;
use super::super::plan::Plan;
use super::super::refused::refused;
use super::super::value::{Report, read, thrown, write};
use super::not_running;
use crate::analysis::{Options, RivalsReading};
use crate::series::{self, Contender};

/// The matrices of one checkpoint, which are read and measured.
#[wasm_bindgen]
pub struct Rivals {
    network: Network,
    reading: Option<RivalsReading>,
}

#[wasm_bindgen]
impl Rivals {
    /// Takes what [`Reader::network`](super::super::Reader::network) gave of a checkpoint.
    #[wasm_bindgen(constructor)]
    pub fn new(network: &[u8]) -> Result<Self, JsValue> {
        let network = Network::from_bytes(network);
        let network = network.ok_or_else(|| thrown(&Report::new("bad-network", "This is no checkpoint.")))?;
        Ok(Self { network, reading: None })
    }

    /// The reads that the matrices need whose smaller side is at most `largest`, in the order in which they must be fed.
    pub fn plan(&mut self, options: JsValue, largest: u32) -> Result<JsValue, JsValue> {
        let options: Options = read(options, "bad-options", "These are no options.")?;
        let Network { checkpoint, wiring, .. } = &self.network;
        let reading = RivalsReading::plan(checkpoint, wiring, &options, largest.into());
        let reading = reading.map_err(|error| refused(&error, &checkpoint.name))?;
        let plan = Plan::of(reading.reads(), &self.network);
        self.reading = Some(reading);
        write(&plan)
    }

    /// Takes the bytes of the next read, and measures the matrices that they complete.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        let reading = self.reading.as_mut().ok_or_else(not_running)?;
        reading.feed(bytes).map_err(|error| refused(&error, &self.network.checkpoint.name))
    }

    /// After the last read: the `rivals` of the checkpoint's record.
    pub fn finish(&mut self) -> Result<JsValue, JsValue> {
        let reading = self.reading.take().ok_or_else(not_running)?;
        write(&reading.finish().map_err(|_| not_running())?)
    }
}

/// How much of E each simple number explains: `explained` of a document with these records, or what is needed of them.
#[wasm_bindgen]
pub fn explain(checkpoints: JsValue) -> Result<JsValue, JsValue> {
    let checkpoints: Vec<Contender> =
        read(checkpoints, "bad-document", "These are not the records of checkpoints.")?;
    write(&series::explain(&checkpoints))
}
