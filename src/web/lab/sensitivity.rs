//! Sensitivities of one checkpoint, point by point, so that each is drawn as it arrives.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{HISTOGRAM_BUDGET, not_running};
use crate::analysis::{Analysis, Axis, Measured, Options, Variation, variations};
use crate::report::{SensitivityAxis, SensitivityPoint};
use crate::series::{Varied, sensitivity};
use crate::web::network::Network;
use crate::web::plan::Plan;
use crate::web::refused::refused;
use crate::web::value::{Report, read, thrown, write};

/// The points of one checkpoint. Of each, in order: [`begin`](Self::begin), the reads that it gives, [`finish`](Self::finish),
/// and [`shuffle`](Self::shuffle) until nothing is missing.
#[wasm_bindgen]
pub struct Sensitivity {
    network: Network,
    /// Those that are still to come.
    next: std::vec::IntoIter<Variation>,
    points: usize,
    varied: Vec<Varied>,
    /// Histograms that serve several points.
    kept: Option<Measured>,
    running: Option<Analysis>,
    /// The point that is being computed, and what was read for it alone.
    current: Option<(Variation, Option<Measured>)>,
}

#[wasm_bindgen]
impl Sensitivity {
    /// A checkpoint, as [`Reader::network`](crate::web::Reader::network) gave it, the present options, the names of the axes,
    /// and the shuffles of each point.
    #[wasm_bindgen(constructor)]
    pub fn new(network: &[u8], options: JsValue, axes: JsValue, null_samples: u32) -> Result<Self, JsValue> {
        let network = Network::from_bytes(network);
        let network = network.ok_or_else(|| thrown(&Report::new("bad-network", "This is no checkpoint.")))?;
        let options: Options = read(options, "bad-options", "These are no options.")?;
        let axes: Vec<Axis> = read(axes, "bad-options", "These are no axes.")?;
        let of_axis = |&axis: &Axis| variations(axis, &options, &network.wiring, null_samples);
        let points: Vec<Variation> = axes.iter().flat_map(of_axis).collect();
        Ok(Self {
            points: points.len(),
            next: points.into_iter(),
            network,
            varied: Vec::new(),
            kept: None,
            running: None,
            current: None,
        })
    }

    /// Number of points.
    pub fn points(&self) -> usize {
        self.points
    }

    /// Points that are there, or were left out.
    pub fn done(&self) -> usize {
        self.points - self.next.len() - usize::from(self.current.is_some())
    }

    /// Begins the next point: what must be read for it, in order; null where nothing is.
    pub fn begin(&mut self) -> Result<JsValue, JsValue> {
        let Some(variation) = self.next.next() else { return Ok(JsValue::NULL) };
        if let Some(same) = self.varied.iter().find(|other| other.variation.is_same(&variation)) {
            let same = Varied { variation, ..same.clone() };
            self.varied.push(same);
            return Ok(JsValue::NULL);
        }
        let Network { checkpoint, wiring, .. } = &self.network;
        let refuse = |error| refused(&error, &checkpoint.name);
        let again = variation.reads_again();
        if !again
            && let Some(kept) = &mut self.kept
            && kept.redo(&variation.options).map_err(refuse)?
        {
            self.current = Some((variation, None));
            return Ok(JsValue::NULL);
        }
        let budget = if again { 0 } else { HISTOGRAM_BUDGET };
        let alteration = variation.alteration(wiring);
        let analysis = Analysis::plan_altered(checkpoint, wiring, &variation.options, &alteration, budget);
        match analysis {
            Ok(analysis) => {
                let plan = write(&Plan::new(&analysis, &self.network))?;
                (self.running, self.current) = (Some(analysis), Some((variation, None)));
                Ok(plan)
            }
            // This network cannot be analysed so: the point is left out.
            Err(_) if again => Ok(JsValue::NULL),
            Err(error) => Err(refuse(error)),
        }
    }

    /// Takes the bytes of the next read.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        let analysis = self.running.as_mut().ok_or_else(not_running)?;
        analysis.feed(bytes).map_err(|error| refused(&error, &self.network.checkpoint.name))
    }

    /// After the last read, if there were any.
    pub fn finish(&mut self) -> Result<(), JsValue> {
        let Some(running) = self.running.take() else { return Ok(()) };
        let measured = running.finish().map_err(|_| not_running())?;
        match &mut self.current {
            Some((variation, own)) if variation.reads_again() => *own = Some(measured),
            _ => self.kept = Some(measured),
        }
        Ok(())
    }

    /// Computes up to so many shuffles of the point; gives how many are missing after that. At 0 the point is there.
    pub fn shuffle(&mut self, count: usize) -> Result<usize, JsValue> {
        let Some((variation, own)) = &mut self.current else { return Ok(0) };
        let measured = own.as_mut().or(self.kept.as_mut()).ok_or_else(not_running)?;
        let missing = measured.compute_nulls(count);
        if missing == 0 {
            self.varied.push(Varied::new(variation.clone(), &measured.record()));
            self.current = None;
        }
        Ok(missing)
    }

    /// The axes and the quirks so far, without E.
    pub fn axes(&self) -> Result<JsValue, JsValue> {
        self.written(None)
    }

    /// The same with E against the points of the baseline.
    #[wasm_bindgen(js_name = axesAgainst)]
    pub fn axes_against(&self, baseline: &Self) -> Result<JsValue, JsValue> {
        self.written(Some(&baseline.varied))
    }

    fn written(&self, baseline: Option<&[Varied]>) -> Result<JsValue, JsValue> {
        #[derive(serde::Serialize)]
        struct Found {
            sensitivity: Vec<SensitivityAxis>,
            quirks: Vec<SensitivityPoint>,
        }
        let (sensitivity, quirks) = sensitivity(&self.varied, baseline);
        write(&Found { sensitivity, quirks })
    }
}
