//! The analysing side of the page, for a dedicated worker.
//!
//! The bytes that [`Engine::plan`] lists are read by a worker of their own, several slices in flight, and fed in order.

use js_sys::Reflect;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::network::Network;
use super::plan::{Plan, refused};
use super::series::arranged;
use super::value::{Report, read, thrown, write};
use crate::analysis::{
    Alteration, Analysis, Measured, Options, RescaledNull, ShuffledPairs, compare, rescaling,
};
use crate::damage::{Damage, DamageKind};
use crate::report::{LayerRecord, SCHEMA, Tool};

/// Bytes of histograms that are kept for changes of options; the oldest go first.
const HISTOGRAM_BUDGET: u64 = 64 << 20;

/// All checkpoints that the page holds.
#[wasm_bindgen]
#[derive(Default)]
pub struct Engine {
    slots: Vec<Slot>,
    running: Option<Running>,
    /// The checkpoint that was damaged last, after its damage.
    damaged: Option<Measured>,
    /// The two checkpoints that were compared last, as long as they stay what they are.
    compared: Option<Pair>,
}

/// What is being read.
struct Running {
    checkpoint: usize,
    analysis: Analysis,
    /// Whether the weights are damaged: the results of the checkpoint itself stay.
    damaged: bool,
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

/// Two checkpoints and what their shuffles gave so far.
struct Pair {
    /// Before, after, and how many neurons are listed.
    of: (usize, usize, usize),
    shuffled: ShuffledPairs,
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
    pub fn load(&mut self, checkpoint: usize, network: &[u8]) -> Result<(), JsValue> {
        let network = Network::from_bytes(network);
        let network = network.ok_or_else(|| thrown(&Report::new("bad-network", "This is no checkpoint.")))?;
        if checkpoint >= self.slots.len() {
            self.slots.resize_with(checkpoint + 1, Slot::default);
        }
        self.slots[checkpoint] = Slot { network: Some(network), measured: None };
        self.compared = None;
        Ok(())
    }

    /// The reads that the analysis of a checkpoint needs, in the order in which they must be fed.
    pub fn plan(&mut self, checkpoint: usize, options: JsValue) -> Result<JsValue, JsValue> {
        let options: Options = read(options, "bad-options", "These are no options.")?;
        let network = self.network(checkpoint)?;
        let analysis = Analysis::plan(&network.checkpoint, &network.wiring, &options, HISTOGRAM_BUDGET);
        let analysis = analysis.map_err(|error| refused(&error, &network.checkpoint.name))?;
        let plan = Plan::new(&analysis, network);
        self.running = Some(Running { checkpoint, analysis, damaged: false });
        write(&plan)
    }

    /// Round 0 and the rounds of a damage test: `[{kind, amount, round, seed}]`.
    #[wasm_bindgen(js_name = damageRounds)]
    pub fn damage_rounds(
        &self,
        kind: JsValue,
        amount: f64,
        rounds: u32,
        seed: u32,
    ) -> Result<JsValue, JsValue> {
        let kind: DamageKind = read(kind, "bad-damage", "This is no kind of damage.")?;
        let rounds = Damage::rounds(kind, amount, rounds, seed);
        write(&rounds.map_err(|error| thrown(&Report::new("bad-damage", format!("{error}."))))?)
    }

    /// The reads that the analysis of a checkpoint in a round of a damage test needs. [`finish`](Self::finish) gives its
    /// record; its results take the place of those of the round before it.
    #[wasm_bindgen(js_name = planDamaged)]
    pub fn plan_damaged(
        &mut self,
        checkpoint: usize,
        options: JsValue,
        damage: JsValue,
    ) -> Result<JsValue, JsValue> {
        let options: Options = read(options, "bad-options", "These are no options.")?;
        let damage: Damage = read(damage, "bad-damage", "This is no damage.")?;
        self.damaged = None;
        let network = self.network(checkpoint)?;
        let analysis = Analysis::plan_altered(
            &network.checkpoint,
            &network.wiring,
            &options,
            &Alteration::Damage(damage),
            0,
        );
        let analysis = analysis.map_err(|error| refused(&error, &network.checkpoint.name))?;
        let plan = Plan::new(&analysis, network);
        self.running = Some(Running { checkpoint, analysis, damaged: true });
        write(&plan)
    }

    /// The reads that the first checkpoint of a series needs once more to be scaled to the weights of a later one; both are
    /// given by their records. [`finish_rescaled`](Self::finish_rescaled) gives the null model; nothing else changes. Null where the
    /// two have other layers.
    #[wasm_bindgen(js_name = planRescaled)]
    pub fn plan_rescaled(
        &mut self,
        first: usize,
        options: JsValue,
        record: JsValue,
        later: JsValue,
    ) -> Result<JsValue, JsValue> {
        let options: Options = read(options, "bad-options", "These are no options.")?;
        let options = Options { null: Vec::new(), ..options };
        let layers = |record: JsValue| -> Result<Vec<LayerRecord>, JsValue> {
            let network = Reflect::get(&record, &"network".into())?;
            read(Reflect::get(&network, &"layers".into())?, "bad-document", "This is no record.")
        };
        let (record, later) = (layers(record)?, layers(later)?);
        let network = self.network(first)?;
        let refused = |error| refused(&error, &network.checkpoint.name);
        let groups = network.wiring.groups.len();
        let Some(alteration) = rescaling(&record, &later, &options, groups).map_err(refused)? else {
            return Ok(JsValue::NULL);
        };
        let Network { checkpoint, wiring, .. } = network;
        let analysis = Analysis::plan_altered(checkpoint, wiring, &options, &alteration, 0);
        let analysis = analysis.map_err(refused)?;
        let plan = Plan::new(&analysis, network);
        self.running = Some(Running { checkpoint: first, analysis, damaged: false });
        write(&plan)
    }

    /// After the last read of the first checkpoint: it as a null model, `{null, groups}`.
    #[wasm_bindgen(js_name = finishRescaled)]
    pub fn finish_rescaled(&mut self) -> Result<JsValue, JsValue> {
        let Running { analysis, .. } = self.running.take().ok_or_else(not_running)?;
        let measured = analysis.finish().map_err(|_| not_running())?;
        write(&RescaledNull::new(&measured.record()))
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
        let Running { checkpoint, analysis, damaged } = self.running.take().ok_or_else(not_running)?;
        let measured = analysis.finish().map_err(|_| not_running())?;
        if damaged {
            let record = write(&measured.record());
            self.damaged = Some(measured);
            return record;
        }
        self.slots[checkpoint].measured = Some(measured);
        self.compared = None;
        self.evict(checkpoint);
        self.record(checkpoint)
    }

    /// The record under other options, from kept histograms; null where the file must be read again.
    pub fn redo(&mut self, checkpoint: usize, options: JsValue) -> Result<JsValue, JsValue> {
        let options: Options = read(options, "bad-options", "These are no options.")?;
        self.compared = None;
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

    /// Draws the neurons of a checkpoint anew, if its options ask for it; false where its histograms are gone.
    pub fn bootstrap(&mut self, checkpoint: usize) -> bool {
        let measured = self.slots.get_mut(checkpoint).and_then(|slot| slot.measured.as_mut());
        measured.is_some_and(Measured::bootstrap)
    }

    /// Computes up to `count` missing null samples of what was damaged last. Returns how many are missing after that.
    #[wasm_bindgen(js_name = damagedNullSamples)]
    pub fn damaged_null_samples(&mut self, count: usize) -> usize {
        self.damaged.as_mut().map_or(0, |measured| measured.compute_nulls(count))
    }

    /// The record of what was damaged last, with the null samples computed so far, or null.
    #[wasm_bindgen(js_name = damagedRecord)]
    pub fn damaged_record(&self) -> Result<JsValue, JsValue> {
        write(&self.damaged.as_ref().map(Measured::record))
    }

    /// Frees the memory of a damage test.
    #[wasm_bindgen(js_name = endDamage)]
    pub fn end_damage(&mut self) {
        self.damaged = None;
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

    /// The comparison of two checkpoints that were read, with `top` neurons of either sign and beside so many shuffled
    /// pairs: those of earlier calls are kept. Null where one of them was not read.
    pub fn compare(
        &mut self,
        before: usize,
        after: usize,
        top: usize,
        pairs: usize,
    ) -> Result<JsValue, JsValue> {
        let measured = |checkpoint: usize| self.slots.get(checkpoint)?.measured.as_ref();
        let (Some(left), Some(right)) = (measured(before), measured(after)) else { return Ok(JsValue::NULL) };
        let of = (before, after, top);
        let mut pair = self.compared.take().filter(|pair| pair.of == of);
        let shuffled =
            &mut pair.get_or_insert_with(|| Pair { of, shuffled: ShuffledPairs::default() }).shuffled;
        let found =
            shuffled.compute(left, right, pairs, top).and_then(|()| compare(left, right, shuffled, top));
        self.compared = pair;
        match found {
            Ok(comparison) => write(&comparison),
            Err(error) => Err(thrown(&Report::new("not-comparable", format!("{error}.")))),
        }
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
        self.compared = None;
        if let Some(slot) = self.slots.get_mut(checkpoint) {
            *slot = Slot::default();
        }
    }

    fn network(&self, checkpoint: usize) -> Result<&Network, JsValue> {
        let network = self.slots.get(checkpoint).and_then(|slot| slot.network.as_ref());
        network.ok_or_else(|| {
            thrown(&Report::new("unknown-checkpoint", "This checkpoint's files are not loaded."))
        })
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
