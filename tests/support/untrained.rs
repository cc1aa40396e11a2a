//! Networks as they are before training: blocks of a GPT-NeoX with the weights of its initialisation, in memory.

use neuromfa::analysis::{Analysis, Measured, Options};
use neuromfa::checkpoint::{Input, collect, open};
use neuromfa::network::recognise;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Blocks of the whole network, which the initialisation scales by: those of Pythia models of these widths.
pub const DEPTH: u32 = 6;

/// How the weights are drawn: from normal distributions about 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initialisation {
    /// Standard deviation 0.02; 0.02 / sqrt(2 depth) in the layers that write to the residual stream.
    Normal,
    /// sqrt(2 / 5d), and 2 / (depth sqrt(d)): "small" and "wang".
    SmallAndWang,
}

impl Initialisation {
    fn deviations(self, width: usize) -> [f64; 2] {
        let (width, depth) = (width as f64, f64::from(DEPTH));
        match self {
            Self::Normal => [0.02, 0.02 / (2.0 * depth).sqrt()],
            Self::SmallAndWang => [(2.0 / (5.0 * width)).sqrt(), 2.0 / (depth * width.sqrt())],
        }
    }
}

/// An untrained network.
#[derive(Debug, Clone, Copy)]
pub struct Untrained {
    pub width: usize,
    /// Blocks that are there.
    pub blocks: usize,
    pub initialisation: Initialisation,
    pub seed: u64,
}

impl Untrained {
    /// The file of it, safetensors of binary32.
    pub fn file(&self) -> Vec<u8> {
        let d = self.width;
        let [inner, outer] = self.initialisation.deviations(d);
        let matrices = [
            ("attention.query_key_value", 3 * d, d, inner),
            ("attention.dense", d, d, outer),
            ("mlp.dense_h_to_4h", 4 * d, d, inner),
            ("mlp.dense_4h_to_h", d, 4 * d, outer),
        ];
        let mut random = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        let (mut entries, mut data) = (Vec::new(), Vec::new());
        for block in 0..self.blocks {
            for (name, outputs, inputs, deviation) in matrices {
                let begin = data.len();
                for _ in 0..outputs * inputs / 2 {
                    for normal in two_normals(&mut random) {
                        data.extend(((deviation * normal) as f32).to_le_bytes());
                    }
                }
                let end = data.len();
                entries.push(format!(
                    r#""gpt_neox.layers.{block}.{name}.weight":{{"dtype":"F32","shape":[{outputs},{inputs}],"data_offsets":[{begin},{end}]}}"#
                ));
            }
        }
        let header = format!("{{{}}}", entries.join(","));
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &data].concat()
    }

    /// The network with all null samples.
    pub fn measure(&self, step: u64, options: &Options) -> Measured {
        let file = self.file();
        let name = format!("step{step}.safetensors");
        let inputs = [Input::new(&name, &file)];
        let checkpoint = open(&collect(&inputs).candidates[0], &inputs).expect("a checkpoint");
        let wiring = recognise(&checkpoint).expect("a network");
        let mut analysis = Analysis::plan(&checkpoint, &wiring, options, 0).expect("a plan");
        for read in analysis.reads().to_vec() {
            analysis.feed(&file[read.offset as usize..][..read.length as usize]).expect("fed");
        }
        let mut measured = analysis.finish().ok().expect("complete");
        measured.compute_nulls(usize::MAX);
        measured
    }
}

/// Box and Muller.
fn two_normals(random: &mut Xoshiro256PlusPlus) -> [f64; 2] {
    const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
    let mut uniform = || (random.next_u64() >> 11) as f64;
    let radius = (-2.0 * libm::log((uniform() + 1.0) * UNIT)).sqrt();
    let (sine, cosine) = libm::sincos(2.0 * std::f64::consts::PI * uniform() * UNIT);
    [radius * cosine, radius * sine]
}
