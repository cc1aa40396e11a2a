//! The jobs of `npm run bench -- kernels threads`, once for `benches/kernels.rs` and for the Wasm modules: the same data, the
//! same work, and a digest by which the answers are compared.
//!
//! A new one is one entry of [`jobs`]: `prepare` makes the data, the closure that it returns is what is timed.

use std::ops::Range;

use crate::analysis::{Analysis, Measured, NetworkKind, NullKind, Options};
use crate::checkpoint::{Checkpoint, Input, collect, open};
use crate::multifractal::{
    Binning, BlockShape, ExactPartition, FoldSettings, GroupFold, GroupHistograms, GroupTotals, LANES,
    NumberTables, QGrid, Weights, fold_group, shuffle_group,
};
use crate::network::{Axes, GroupSpec, MatrixSpec, Role, Wiring, WiringSpec, recognise};
use crate::report::CheckpointRecord;
use crate::source::ReadAt;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// One thing that is measured.
pub struct Job {
    /// Names it in the report.
    pub name: &'static str,
    /// `kernels` (one thread, Wasm against native) or `threads` (two threads against one).
    pub subject: &'static str,
    /// Work of one run, in units.
    pub items: u64,
    /// What the items are, such as `weights`.
    pub unit: &'static str,
    /// Makes the data.
    pub prepare: fn() -> Work,
}

/// What is timed; it can be repeated. Its answer is looked at when the clock has stopped.
pub type Work = Box<dyn FnMut() -> Box<dyn Answer>>;

/// A result that can be compared.
pub trait Answer {
    /// Differs, most likely, where any bit of the result does.
    fn digest(&self) -> u64;
}

const OUTPUTS: usize = 4096;
const INPUTS: usize = 1024;
const WEIGHTS: u64 = (OUTPUTS * INPUTS) as u64;

/// All jobs.
pub fn jobs() -> Vec<Job> {
    let kernel = |name, items, unit, prepare| Job { name, subject: "kernels", items, unit, prepare };
    let scaling = |name, items, unit, prepare| Job { name, subject: "threads", items, unit, prepare };
    vec![
        kernel("count f32 [out, in]", WEIGHTS, "weights", || count(Stored::F32, Axes::OutputsFirst)),
        kernel("count f32 [in, out]", WEIGHTS, "weights", || count(Stored::F32, Axes::InputsFirst)),
        kernel("count bf16 [out, in]", WEIGHTS, "weights", || count(Stored::Bf16, Axes::OutputsFirst)),
        kernel("count bf16 [in, out]", WEIGHTS, "weights", || count(Stored::Bf16, Axes::InputsFirst)),
        kernel("count f16 [out, in]", WEIGHTS, "weights", || count(Stored::F16, Axes::OutputsFirst)),
        kernel("count f16 [in, out]", WEIGHTS, "weights", || count(Stored::F16, Axes::InputsFirst)),
        kernel("count q8_0 [out, in]", WEIGHTS, "weights", || count(Stored::Q8_0, Axes::OutputsFirst)),
        kernel("count q8_0 [in, out]", WEIGHTS, "weights", || count(Stored::Q8_0, Axes::InputsFirst)),
        kernel("bin f32 plainly, by division in f64", 1 << 20, "weights", bin_plainly),
        kernel("bin f32 by table", 1 << 20, "weights", bin_by_table),
        kernel("bin f32, sixteen at once", 1 << 20, "weights", bin_at_once),
        kernel("powers plainly, a pow for each", NEURONS_FOR_POWERS as u64, "neurons", powers_plainly),
        kernel("fold a group", INPUTS as u64, "neurons", || fold(INPUTS, OUTPUTS)),
        kernel("fold a group of few edges", 4096, "neurons", || fold(4096, 96)),
        kernel("shuffle a group", 1 << 20, "weights", || shuffle(1024, 1024)),
        scaling("shuffle null, 20 samples of a model of 1.2 million weights", 20, "samples", nulls),
        scaling("ten samples of a network, K = 256", 10, "samples", samples),
        scaling("fold a group of 65,536 neurons", 1 << 16, "neurons", || fold(1 << 16, 256)),
    ]
}

/// How weights are stored.
#[derive(Clone, Copy)]
enum Stored {
    F32,
    Bf16,
    F16,
    Q8_0,
}

/// Decodes, bins and counts a matrix, as the page does. Three orders only, so that hardly any time goes into the fold.
fn count(stored: Stored, axes: Axes) -> Work {
    let (outputs, inputs) = (OUTPUTS as u64, INPUTS as u64);
    let shape = if axes == Axes::OutputsFirst { [outputs, inputs] } else { [inputs, outputs] };
    let file = stored_file(&[("layer.weight".to_owned(), shape)], stored);
    let (checkpoint, _) = opened(&file, stored);
    let matrix = MatrixSpec { tensor: "layer.weight".to_owned(), axes, groups: 1, rows: None };
    let group = GroupSpec {
        name: "layer".to_owned(),
        role: Role::Other,
        block: None,
        stack: 0,
        matrices: vec![matrix],
    };
    let spec = WiringSpec { architecture: "matrix".to_owned(), groups: vec![group] };
    let wiring = spec.apply(&checkpoint).expect("one matrix");
    let options = Options { q_min: -0.1, q_max: 0.1, ..Options::default() };
    Box::new(move || Box::new(analysed(&file, &checkpoint, &wiring, &options)))
}

fn fold(neurons: usize, edges: usize) -> Work {
    let setting = Setting::new(edges);
    let histograms = histograms(neurons, edges, &setting.binning);
    Box::new(move || {
        let Setting { binning, settings, tables } = &setting;
        Box::new(Folded::new(fold_group(&histograms, binning, settings, tables), &setting))
    })
}

fn shuffle(neurons: usize, edges: usize) -> Work {
    let setting = Setting::new(edges);
    let totals: GroupTotals = histograms(neurons, edges, &setting.binning).totals();
    Box::new(move || {
        let Setting { binning, settings, tables } = &setting;
        Box::new(Folded::new(shuffle_group(&totals, binning, settings, tables, (0, 0, 0)), &setting))
    })
}

/// Bins of weights, one after the other by the definition.
fn bin_plainly() -> Work {
    let (binning, weights) = weights_to_bin();
    Box::new(move || Box::new(Bins(weights.iter().map(|&weight| binning.bin_f64(weight.into())).collect())))
}

/// Bins of the same weights by table, one after the other.
fn bin_by_table() -> Work {
    let (binning, weights) = weights_to_bin();
    Box::new(move || Box::new(Bins(weights.iter().map(|&weight| binning.bin_f32(weight)).collect())))
}

/// Bins of the same weights, sixteen at once.
fn bin_at_once() -> Work {
    let (binning, weights) = weights_to_bin();
    Box::new(move || {
        let (weights, _) = weights.as_chunks::<LANES>();
        Box::new(Bins(weights.iter().flat_map(|weights| binning.bins_f32(weights)).collect()))
    })
}

fn weights_to_bin() -> (Binning, Vec<f32>) {
    let mut random = RandomWeights::new();
    (Setting::new(0).binning, (0..1 << 20).map(|_| random.next()).collect())
}

/// Z_q(r) of a group's neurons with a power for every mass and order.
fn powers_plainly() -> Work {
    let setting = Setting::new(EDGES_FOR_POWERS);
    let masses = masses(&setting.binning);
    Box::new(move || {
        let orders = setting.settings.grid.orders();
        let z = |&q: &f64| -> Vec<f64> {
            let powers = |masses: &Vec<f64>| masses.iter().map(|&mass| libm::pow(mass, q)).sum();
            masses.iter().map(powers).collect()
        };
        Box::new(Sums(orders.iter().flat_map(z).collect()))
    })
}

const NEURONS_FOR_POWERS: usize = 64;
const EDGES_FOR_POWERS: usize = 4096;

/// p(r) of neurons, `[radii, neurons]`.
fn masses(binning: &Binning) -> Vec<Vec<f64>> {
    let histograms = histograms(NEURONS_FOR_POWERS, EDGES_FOR_POWERS, binning);
    let mut masses = vec![Vec::new(); 150];
    let mut counts = Vec::new();
    for neuron in 0..NEURONS_FOR_POWERS {
        histograms.counts_into(neuron, &mut counts);
        let total: u32 = 1 + counts[..300].iter().sum::<u32>();
        let mut number = 1;
        for (masses, pair) in masses.iter_mut().zip(counts.chunks(2)) {
            number += pair.iter().sum::<u32>();
            masses.push(f64::from(number) / f64::from(total));
        }
    }
    masses
}

/// Null samples of a GPT-NeoX of the size of the demo's.
fn nulls() -> Work {
    let (file, plain) = (model(6, 128), Options::default());
    let (checkpoint, wiring) = opened(&file, Stored::F32);
    let wiring = wiring.expect("a GPT-NeoX");
    let with = Options { null: vec![NullKind::Shuffle], null_samples: 20, ..plain.clone() };
    let mut measured = analysed(&file, &checkpoint, &wiring, &plain);
    Box::new(move || {
        // Forgets the samples of the last run.
        for options in [&plain, &with] {
            assert_eq!(measured.redo(options), Ok(true));
        }
        assert_eq!(measured.compute_nulls(20), 0);
        Box::new(Record(measured.record()))
    })
}

/// Ten sampled networks of a GPT-NeoX, from one reading of their rows.
fn samples() -> Work {
    let file = model(4, 512);
    let (checkpoint, wiring) = opened(&file, Stored::F32);
    let wiring = wiring.expect("a GPT-NeoX");
    let options = Options { network: NetworkKind::Sampled, layer_sample: 256, ..Options::default() };
    Box::new(move || Box::new(analysed(&file, &checkpoint, &wiring, &options)))
}

/// What folding needs, for neurons of so many edges.
struct Setting {
    binning: Binning,
    settings: FoldSettings,
    tables: NumberTables,
}

impl Setting {
    fn new(edges: usize) -> Self {
        let options = Options::default();
        let settings = options.fold_settings().expect("default orders");
        let mut tables = NumberTables::new(&settings);
        tables.reach(edges as u64);
        Self { binning: options.binning().expect("default thresholds"), settings, tables }
    }
}

/// Weights in memory, binned by table.
struct Plain<'a>(&'a [f32], &'a Binning);

impl Weights for Plain<'_> {
    fn bin(&self, run: Range<usize>, bins: &mut [u16]) -> f64 {
        bins.iter_mut().zip(&self.0[run]).for_each(|(bin, &weight)| *bin = self.1.bin_f32(weight));
        0.0
    }
}

fn histograms(neurons: usize, edges: usize, binning: &Binning) -> GroupHistograms {
    let mut histograms = GroupHistograms::new(neurons, binning);
    let mut random = RandomWeights::new();
    let (shape, mut scratch) = (BlockShape { rows: 1, neurons: 1, tail: edges }, Vec::new());
    for first in 0..neurons {
        let weights: Vec<f32> = (0..edges).map(|_| random.next()).collect();
        histograms.count(&Plain(&weights, binning), 0, shape, first, &mut scratch);
    }
    histograms
}

fn analysed(file: &[u8], checkpoint: &Checkpoint, wiring: &Wiring, options: &Options) -> Measured {
    let mut analysis = Analysis::plan(checkpoint, wiring, options, 64 << 20).expect("a plan");
    for index in 0..analysis.reads().len() {
        let read = &analysis.reads()[index];
        let range = read.offset as usize..(read.offset + read.length) as usize;
        analysis.feed(&file[range]).expect("fed");
    }
    analysis.finish().ok().expect("all of it was fed")
}

fn opened(file: &dyn ReadAt, stored: Stored) -> (Checkpoint, Option<Wiring>) {
    let name = if matches!(stored, Stored::Q8_0) { "model.gguf" } else { "model.safetensors" };
    let inputs = [Input::new(name, file)];
    let checkpoint = open(&collect(&inputs).candidates[0], &inputs).expect("a checkpoint");
    let wiring = recognise(&checkpoint).ok();
    (checkpoint, wiring)
}

/// A GPT-NeoX of so many blocks and neurons, in f32.
fn model(blocks: u64, width: u64) -> Vec<u8> {
    let of_block = |block| {
        [
            ("attention.query_key_value", [3 * width, width]),
            ("attention.dense", [width, width]),
            ("mlp.dense_h_to_4h", [4 * width, width]),
            ("mlp.dense_4h_to_h", [width, 4 * width]),
        ]
        .map(|(name, shape)| (format!("gpt_neox.layers.{block}.{name}.weight"), shape))
    };
    stored_file(&(0..blocks).flat_map(of_block).collect::<Vec<_>>(), Stored::F32)
}

/// A file of random weights: GGUF for quantised ones, else safetensors.
fn stored_file(tensors: &[(String, [u64; 2])], stored: Stored) -> Vec<u8> {
    let weights: u64 = tensors.iter().map(|(_, [rows, columns])| rows * columns).sum();
    let (mut file, dtype, bytes) = match stored {
        Stored::Q8_0 => (gguf_header(tensors), "", 0),
        Stored::F32 => (Vec::new(), "F32", 4),
        Stored::Bf16 => (Vec::new(), "BF16", 2),
        Stored::F16 => (Vec::new(), "F16", 2),
    };
    if bytes > 0 {
        let mut end = 0;
        let entries = tensors.iter().map(|(name, [rows, columns])| {
            let begin = end;
            end += bytes * rows * columns;
            format!(
                r#""{name}":{{"dtype":"{dtype}","shape":[{rows},{columns}],"data_offsets":[{begin},{end}]}}"#
            )
        });
        let header = format!("{{{}}}", entries.collect::<Vec<_>>().join(","));
        file.extend_from_slice(&(header.len() as u64).to_le_bytes());
        file.extend_from_slice(header.as_bytes());
    }
    let mut random = RandomWeights::new();
    match stored {
        Stored::F32 => (0..weights).for_each(|_| file.extend_from_slice(&random.next().to_le_bytes())),
        Stored::Bf16 => (0..weights).for_each(|_| file.extend_from_slice(&bf16(random.next()).to_le_bytes())),
        Stored::F16 => (0..weights).for_each(|_| file.extend_from_slice(&f16(random.next()).to_le_bytes())),
        Stored::Q8_0 => (0..weights / 32).for_each(|_| {
            const STEP: f32 = 0.001;
            file.extend_from_slice(&f16(STEP).to_le_bytes());
            file.extend((0..32).map(|_| (random.next() / STEP) as i8 as u8));
        }),
    }
    file
}

/// Version 3, no metadata, Q8_0 tensors; sizes of axes are written the fastest first.
fn gguf_header(tensors: &[(String, [u64; 2])]) -> Vec<u8> {
    const Q8_0: u32 = 8;
    let mut header = b"GGUF\x03\0\0\0".to_vec();
    header.extend_from_slice(&(tensors.len() as u64).to_le_bytes());
    header.extend_from_slice(&0_u64.to_le_bytes());
    let mut offset = 0;
    for (name, [rows, columns]) in tensors {
        header.extend_from_slice(&(name.len() as u64).to_le_bytes());
        header.extend_from_slice(name.as_bytes());
        header.extend_from_slice(&2_u32.to_le_bytes());
        header.extend([columns, rows].into_iter().flat_map(|size| size.to_le_bytes()));
        header.extend_from_slice(&Q8_0.to_le_bytes());
        header.extend_from_slice(&u64::to_le_bytes(offset));
        offset += rows * columns / 32 * 34;
    }
    header.resize(header.len().next_multiple_of(32), 0);
    header
}

/// The upper half, cut.
fn bf16(weight: f32) -> u16 {
    (weight.to_bits() >> 16) as u16
}

/// Ten bits of the mantissa, the rest cut; what is below the normal numbers becomes 0. Nothing here is above them.
fn f16(weight: f32) -> u16 {
    let bits = weight.to_bits();
    let sign = (bits >> 16 & 0x8000) as u16;
    match (bits >> 23 & 0xff).checked_sub(112).filter(|&exponent| exponent > 0) {
        Some(exponent) => sign | (exponent << 10) as u16 | (bits >> 13 & 0x3ff) as u16,
        None => sign,
    }
}

/// Nearly normal weights with a standard deviation of 0.02, the same ones every time.
struct RandomWeights(Xoshiro256PlusPlus);

impl RandomWeights {
    fn new() -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(1))
    }

    /// The sum of four uniform numbers of 16 bits has a standard deviation of 65536 / sqrt(3).
    fn next(&mut self) -> f32 {
        let bits = self.0.next_u64();
        let sum: i64 = (0..4).map(|part| (bits >> (16 * part) & 0xffff) as i64).sum();
        (sum - 2 * 65_535) as f32 * (0.02 * 1.732_050_8 / 65_536.0)
    }
}

/// FNV-1a over whole words.
fn digest(words: impl IntoIterator<Item = u64>) -> u64 {
    words
        .into_iter()
        .fold(0xcbf2_9ce4_8422_2325, |digest, word| (digest ^ word).wrapping_mul(0x0100_0000_01b3))
}

struct Folded {
    fold: GroupFold,
    /// What the sums of the neurons with few edges need.
    grid: QGrid,
    tables: NumberTables,
    settings: FoldSettings,
}

impl Folded {
    fn new(fold: GroupFold, Setting { settings, tables, .. }: &Setting) -> Self {
        Self { fold, grid: settings.grid.clone(), tables: tables.clone(), settings: settings.clone() }
    }
}

impl Answer for Folded {
    fn digest(&self) -> u64 {
        let GroupFold { partition, small, dimensions, neurons, edges, zeros, nonfinite, .. } = &self.fold;
        let mut exact = ExactPartition::new(&self.settings);
        exact.add(partition.clone(), small.clone());
        let sums = exact.rounded(&self.grid, &self.tables);
        let sums = (0..self.grid.orders().len()).flat_map(|order| sums.order(order).to_vec());
        let numbers = sums.chain(dimensions.iter().copied()).map(f64::to_bits);
        digest(numbers.chain([*neurons, *edges, *zeros, *nonfinite]))
    }
}

struct Bins(Vec<u16>);

impl Answer for Bins {
    fn digest(&self) -> u64 {
        digest(self.0.iter().copied().map(u64::from))
    }
}

struct Sums(Vec<f64>);

impl Answer for Sums {
    fn digest(&self) -> u64 {
        digest(self.0.iter().copied().map(f64::to_bits))
    }
}

struct Record(CheckpointRecord);

impl Answer for Record {
    fn digest(&self) -> u64 {
        let text = serde_json::to_vec(&self.0).expect("a record is plain");
        digest(text.into_iter().map(u64::from))
    }
}

impl Answer for Measured {
    fn digest(&self) -> u64 {
        Record(self.record()).digest()
    }
}
