//! Examples with known answers, for the page that teaches how to read the others.

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::super::value::{Report, thrown, write};
use crate::multifractal::{Spectrum, log_partition, log_relative_radii};
use crate::series::emergence;
use crate::teach::{Exponents, Noise, NoiseShape, Ring, SelfSimilar, TeachError, orders};

/// tau, alpha and f over the orders.
#[derive(Serialize)]
struct Curves {
    tau: Vec<f64>,
    alpha: Vec<f64>,
    f: Vec<f64>,
}

impl From<Exponents> for Curves {
    fn from(Exponents { tau, alpha, f }: Exponents) -> Self {
        Self { tau, alpha, f }
    }
}

#[derive(Serialize)]
struct MeasureAnswer {
    q: Vec<f64>,
    counted: Curves,
    exact: Curves,
    /// Masses of the intervals of the first generations.
    generations: Vec<Vec<f64>>,
}

/// Generations that box counting goes through, and those that are drawn.
const COUNTED: u32 = 8;
const DRAWN: u32 = 4;

/// Box counting of a self-similar measure beside its closed form.
#[wasm_bindgen(js_name = lessonMeasure)]
pub fn lesson_measure(weights: &[f64]) -> Result<JsValue, JsValue> {
    let answer = || -> Result<MeasureAnswer, TeachError> {
        let (measure, grid) = (SelfSimilar::new(weights)?, orders()?);
        Ok(MeasureAnswer {
            q: grid.orders().to_vec(),
            counted: measure.counted(COUNTED, grid.orders())?.into(),
            exact: measure.exact(grid.orders()).into(),
            generations: (0..=DRAWN)
                .map(|generation| measure.masses(generation))
                .collect::<Result<_, _>>()?,
        })
    };
    write(&answer().map_err(refused)?)
}

#[derive(Serialize)]
struct RingAnswer {
    alpha0: f64,
    width: f64,
    diameter: u32,
    alpha: Vec<f64>,
    f: Vec<f64>,
    /// N(r) of the first node, for r = 0, 1, 2, ...
    numbers: Vec<u32>,
}

/// A ring of nodes, of whose edges a share is moved, in hops.
#[wasm_bindgen(js_name = lessonRing)]
pub fn lesson_ring(nodes: usize, neighbours: usize, rewired: f64, seed: u32) -> Result<JsValue, JsValue> {
    let ring = Ring::new(nodes, neighbours, rewired, seed).map_err(refused)?;
    let spectrum = ring.spectrum(&orders().map_err(refused)?);
    let answer = spectrum.map(|Spectrum { radii, alpha, f, alpha0, width, .. }| RingAnswer {
        alpha0,
        width,
        diameter: radii.last().copied().unwrap_or(0),
        alpha,
        f,
        numbers: ring.numbers(0),
    });
    write(&answer)
}

/// A network of noise.
#[wasm_bindgen]
pub struct LessonNoise {
    noise: Noise,
}

/// A spectrum as it is drawn.
#[derive(Clone, Serialize)]
struct Drawn {
    alpha0: f64,
    width: f64,
    tau: Vec<f64>,
    r_squared: Vec<Option<f64>>,
    alpha: Vec<f64>,
    f: Vec<f64>,
}

impl From<Spectrum> for Drawn {
    fn from(Spectrum { fits, alpha, f, alpha0, width, .. }: Spectrum) -> Self {
        let (tau, r_squared) = fits.iter().map(|fit| (fit.slope, fit.r_squared)).unzip();
        Self { alpha0, width, tau, r_squared, alpha, f }
    }
}

#[derive(Serialize)]
struct NoiseAnswer {
    q: Vec<f64>,
    kept: u64,
    spectrum: Option<Drawn>,
    shuffled: Vec<Option<Drawn>>,
    /// ln(r/d) of the radii, and ln Z_q(r) at them for each order.
    log_radii: Vec<f64>,
    log_z: Vec<Vec<f64>>,
    /// N(r) of one neuron, for r = 0, 1, 2, ...
    numbers: Vec<u32>,
}

#[wasm_bindgen]
impl LessonNoise {
    /// A network of the shape of GPT-NeoX.
    #[wasm_bindgen(constructor)]
    pub fn new(blocks: u32, width: u32, hidden: u32, seed: u32) -> Result<LessonNoise, JsValue> {
        Ok(Self { noise: Noise::new(NoiseShape { blocks, width, hidden }, seed).map_err(refused)? })
    }

    /// The network with its weights times `scale`, and so many shuffles of it.
    pub fn measure(&self, scale: f64, threshold: u32, shuffles: u32) -> Result<JsValue, JsValue> {
        let answer = || -> Result<NoiseAnswer, TeachError> {
            let measured = self.noise.measure(scale, threshold.into(), shuffles)?;
            let (grid, radii) = (orders()?, measured.sums.radii());
            let log_z = (0..grid.orders().len()).map(|order| match measured.spectrum {
                Some(_) => log_partition(&measured.sums, order, &radii),
                None => Vec::new(),
            });
            Ok(NoiseAnswer {
                q: grid.orders().to_vec(),
                kept: measured.sums.kept(),
                log_radii: log_relative_radii(&radii),
                log_z: log_z.collect(),
                spectrum: measured.spectrum.map(Drawn::from),
                shuffled: measured.shuffled.into_iter().map(|one| one.map(Drawn::from)).collect(),
                numbers: self.noise.numbers(scale, threshold),
            })
        };
        write(&answer().map_err(refused)?)
    }
}

/// E of alpha_0 and w against those at scale 1; `undefined` where it does not exist.
#[wasm_bindgen(js_name = lessonEmergence)]
pub fn lesson_emergence(alpha0: f64, width: f64, alpha0_before: f64, width_before: f64) -> Option<f64> {
    emergence((alpha0_before, width_before), (alpha0, width))
}

fn refused(error: TeachError) -> JsValue {
    thrown(&Report::new("bad-example", error.to_string()))
}
