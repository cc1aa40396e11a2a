//! Damage tests, the rescaled first checkpoint, comparisons, and draws of the neurons.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Engine, Running, not_running};
use crate::analysis::{
    Alteration, Analysis, Measured, Options, RescaledNull, ShuffledPairs, compare, rescaling,
};
use crate::damage::{Damage, DamageKind};
use crate::report::LayerRecord;
use crate::web::network::Network;
use crate::web::plan::Plan;
use crate::web::refused::refused;
use crate::web::value::{Report, read, thrown, write};

/// What is kept between calls.
#[derive(Default)]
pub(super) struct More {
    /// The checkpoint that was damaged last, after its damage.
    pub(super) damaged: Option<Measured>,
    /// The two checkpoints that were compared last, as long as they stay what they are.
    compared: Option<Pair>,
}

impl More {
    pub(super) fn forget_pair(&mut self) {
        self.compared = None;
    }
}

/// Two checkpoints and what their shuffles gave so far.
struct Pair {
    /// Before, after, and how many neurons are listed.
    of: (usize, usize, usize),
    shuffled: ShuffledPairs,
}

#[wasm_bindgen]
impl Engine {
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

    /// The reads that the analysis of a checkpoint in a round of a damage test needs.
    /// [`finish_damaged`](Self::finish_damaged) gives its record; its results take the place of those of the round before it.
    #[wasm_bindgen(js_name = planDamaged)]
    pub fn plan_damaged(
        &mut self,
        checkpoint: usize,
        options: JsValue,
        damage: JsValue,
    ) -> Result<JsValue, JsValue> {
        let options: Options = read(options, "bad-options", "These are no options.")?;
        let damage: Damage = read(damage, "bad-damage", "This is no damage.")?;
        self.more.damaged = None;
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
        self.running = Some(Running { checkpoint, analysis });
        write(&plan)
    }

    /// After the last read: the record of the damaged checkpoint. The results of the checkpoint itself stay.
    #[wasm_bindgen(js_name = finishDamaged)]
    pub fn finish_damaged(&mut self) -> Result<JsValue, JsValue> {
        let Running { analysis, .. } = self.running.take().ok_or_else(not_running)?;
        self.more.damaged = Some(analysis.finish().map_err(|_| not_running())?);
        self.damaged_record()
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
        self.running = Some(Running { checkpoint: first, analysis });
        write(&plan)
    }

    /// After the last read of the first checkpoint: it as a null model, `{null, groups}`.
    #[wasm_bindgen(js_name = finishRescaled)]
    pub fn finish_rescaled(&mut self) -> Result<JsValue, JsValue> {
        let Running { analysis, .. } = self.running.take().ok_or_else(not_running)?;
        let measured = analysis.finish().map_err(|_| not_running())?;
        write(&RescaledNull::new(&measured.record()))
    }

    /// Draws the neurons of a checkpoint anew, if its options ask for it; false where its histograms are gone.
    pub fn bootstrap(&mut self, checkpoint: usize) -> bool {
        let measured = self.slots.get_mut(checkpoint).and_then(|slot| slot.measured.as_mut());
        measured.is_some_and(Measured::bootstrap)
    }

    /// Computes up to `count` missing null samples of what was damaged last. Returns how many are missing after that.
    #[wasm_bindgen(js_name = damagedNullSamples)]
    pub fn damaged_null_samples(&mut self, count: usize) -> usize {
        self.more.damaged.as_mut().map_or(0, |measured| measured.compute_nulls(count))
    }

    /// The record of what was damaged last, with the null samples computed so far, or null.
    #[wasm_bindgen(js_name = damagedRecord)]
    pub fn damaged_record(&self) -> Result<JsValue, JsValue> {
        write(&self.more.damaged.as_ref().map(Measured::record))
    }

    /// Frees the memory of a damage test.
    #[wasm_bindgen(js_name = endDamage)]
    pub fn end_damage(&mut self) {
        self.more.damaged = None;
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
        let mut pair = self.more.compared.take().filter(|pair| pair.of == of);
        let shuffled =
            &mut pair.get_or_insert_with(|| Pair { of, shuffled: ShuffledPairs::default() }).shuffled;
        let found =
            shuffled.compute(left, right, pairs, top).and_then(|()| compare(left, right, shuffled, top));
        self.more.compared = pair;
        match found {
            Ok(comparison) => write(&comparison),
            Err(error) => Err(thrown(&Report::new("not-comparable", format!("{error}.")))),
        }
    }
}
