//! Models in memory, read and analysed as files are.

// Each test uses a part of this.
#![allow(dead_code)]

use std::collections::BTreeMap;

use neuromfa::analysis::{Alteration, Analysis, Measured, Options};
use neuromfa::checkpoint::{Checkpoint, DType, Input, Storage, TensorEntry, collect, natural_order, open};
use neuromfa::network::recognise;
use neuromfa::report::CheckpointRecord;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A safetensors file with one matrix `[outputs, inputs]` of binary32.
pub fn model(name: &str, outputs: usize, inputs: usize, weight: impl Fn(usize, usize) -> f32) -> Vec<u8> {
    let bytes = 4 * outputs * inputs;
    let header =
        format!(r#"{{"{name}":{{"dtype":"F32","shape":[{outputs},{inputs}],"data_offsets":[0,{bytes}]}}}}"#);
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    for output in 0..outputs {
        (0..inputs).for_each(|input| file.extend(weight(output, input).to_le_bytes()));
    }
    file
}

/// A checkpoint of which only names and shapes are known, in the order of [`open`].
pub fn described(name: &str, tensors: &[(String, Vec<u64>)]) -> Checkpoint {
    let entry = |(name, shape): &(String, Vec<u64>)| TensorEntry {
        name: name.clone(),
        dtype: DType::F32,
        shape: shape.clone(),
        file: 0,
        storage: Storage::plain(0, 0),
        usage: None,
    };
    let mut tensors: Vec<TensorEntry> = tensors.iter().map(entry).collect();
    tensors.sort_by(|a, b| natural_order(&a.name, &b.name));
    Checkpoint {
        name: name.to_owned(),
        step: None,
        format: "safetensors".into(),
        files: Vec::new(),
        tensors,
        config: None,
        metadata: BTreeMap::new(),
        skipped: Vec::new(),
        warnings: Vec::new(),
        imports: Vec::new(),
        state_dicts: Vec::new(),
    }
}

/// Weights like those of a trained layer: most edges shorter than 150.
pub struct Weights(u64);

impl Weights {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Sum of three uniform numbers, scaled to a standard deviation of 0.03.
    pub fn at(&self, output: usize, input: usize) -> f32 {
        let mut random = ChaCha8Rng::seed_from_u64(self.0 ^ ((output as u64) << 32 | input as u64));
        let sum: f32 = (0..3).map(|_| random.random_range(-1.0_f32..1.0)).sum();
        0.03 * sum
    }
}

/// Reads a checkpoint whole; `budget` bytes of histograms are kept.
pub fn measure(name: &str, file: &[u8], options: &Options, budget: u64) -> Measured {
    let inputs = [Input::new(name, &file)];
    measure_inputs(&inputs, options, budget)
}

/// The same of weights that are altered as they are read.
pub fn measure_altered(name: &str, file: &[u8], options: &Options, alteration: &Alteration) -> Measured {
    let inputs = [Input::new(name, &file)];
    let checkpoint =
        open(&collect(&inputs).candidates[0], &inputs).unwrap_or_else(|error| panic!("{}", error.text()));
    let wiring = recognise(&checkpoint).expect("a network");
    let mut analysis =
        Analysis::plan_altered(&checkpoint, &wiring, options, alteration, u64::MAX).expect("a plan");
    for read in analysis.reads().to_vec() {
        let (start, end) = (read.offset as usize, (read.offset + read.length) as usize);
        analysis.feed(&file[start..end]).expect("fed");
    }
    analysis.finish().ok().expect("complete")
}

/// Reads the only checkpoint of several files.
pub fn measure_files(files: &[(String, Vec<u8>)], options: &Options) -> Measured {
    let inputs: Vec<Input<'_>> = files.iter().map(|(name, bytes)| Input::new(name, bytes)).collect();
    measure_inputs(&inputs, options, u64::MAX)
}

fn measure_inputs(inputs: &[Input<'_>], options: &Options, budget: u64) -> Measured {
    let checkpoint =
        open(&collect(inputs).candidates[0], inputs).unwrap_or_else(|error| panic!("{}", error.text()));
    let wiring = recognise(&checkpoint).expect("a network");
    let mut analysis = Analysis::plan(&checkpoint, &wiring, options, budget).expect("a plan");
    for read in analysis.reads().to_vec() {
        let mut bytes = vec![0; read.length as usize];
        let source = inputs[checkpoint.files[read.file].input].source;
        source.read_exact_at(read.offset, &mut bytes).expect("inside the file");
        analysis.feed(&bytes).expect("fed");
    }
    analysis.finish().ok().expect("complete")
}

/// The record of a checkpoint with all null samples.
pub fn record(name: &str, file: &[u8], options: &Options) -> CheckpointRecord {
    let mut measured = measure(name, file, options, u64::MAX);
    assert_eq!(measured.compute_nulls(usize::MAX), 0);
    measured.record()
}

/// The record of [`model`]'s file.
pub fn analyse(file: &[u8], options: &Options) -> CheckpointRecord {
    record("model.safetensors", file, options)
}
