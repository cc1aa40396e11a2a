//! A file of more than 9 GB with a known answer, which takes little space on disk: a GPT-NeoX of 23 blocks and
//! 4096 neurons in bf16. Sampled rows and every 64th row besides carry random weights, the rest is a hole, which reads
//! as zeros; zeros are no edges.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use neuromfa::analysis::{Analysis, NetworkKind, Options};
use neuromfa::checkpoint::{Checkpoint, Input, collect, open};
use neuromfa::network::{
    Axes, GroupSpec, MatrixSpec, Role, SampledGroup, Sampler, Wiring, WiringSpec, recognise,
};
use neuromfa::report::SampleRecord;
use neuromfa::source::LocalFile;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::Serialize;

pub const BLOCKS: u64 = 23;
pub const WIDTH: u64 = 4096;
/// Samples whose rows carry weights; seeds from 0 on.
pub const SAMPLES: u32 = 2;
/// Beside the sampled rows, each of this many.
const EVERY: u64 = 64;

/// What analyses of the file must give.
#[derive(Serialize)]
pub struct Expected {
    /// The whole network.
    pub whole: SampleRecord,
    /// The sampled ones, by seed.
    pub samples: Vec<SampleRecord>,
}

/// Name, outputs and inputs of every tensor, in the order of the file.
fn tensors() -> Vec<(String, u64, u64)> {
    let of_block = |block| {
        [
            ("attention.query_key_value", 3 * WIDTH, WIDTH),
            ("attention.dense", WIDTH, WIDTH),
            ("mlp.dense_h_to_4h", 4 * WIDTH, WIDTH),
            ("mlp.dense_4h_to_h", WIDTH, 4 * WIDTH),
        ]
        .map(|(name, outputs, inputs)| (format!("gpt_neox.layers.{block}.{name}.weight"), outputs, inputs))
    };
    (0..BLOCKS).flat_map(of_block).collect()
}

fn header(tensors: &[(String, u64, u64)]) -> Vec<u8> {
    let mut offset = 0;
    let entries = tensors.iter().map(|(name, outputs, inputs)| {
        let begin = offset;
        offset += 2 * outputs * inputs;
        format!(
            r#""{name}":{{"dtype":"BF16","shape":[{outputs},{inputs}],"data_offsets":[{begin},{offset}]}}"#
        )
    });
    let json = format!("{{{}}}", entries.collect::<Vec<_>>().join(","));
    [&(json.len() as u64).to_le_bytes()[..], json.as_bytes()].concat()
}

/// One row of weights: sums of three uniform numbers, most edges shorter than 150.
fn row(tensor: usize, output: u64, inputs: u64) -> Vec<u8> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64((tensor as u64) << 32 | output);
    let mut weight = || {
        let bits = random.next_u64();
        let sum: f32 = (0..3).map(|part| ((bits >> (20 * part)) & 0xf_ffff) as f32 / 524_288.0 - 1.0).sum();
        ((0.02 * sum).to_bits() >> 16) as u16
    };
    (0..inputs).flat_map(|_| weight().to_le_bytes()).collect()
}

/// Writes the file and computes what must come out, from its rows alone.
pub fn write(path: &Path) -> io::Result<Expected> {
    let tensors = tensors();
    let header = header(&tensors);
    let data: u64 = tensors.iter().map(|(_, outputs, inputs)| 2 * outputs * inputs).sum();
    let mut file = File::create(path)?;
    file.write_all(&header)?;
    file.set_len(header.len() as u64 + data)?;
    let (checkpoint, wiring) = recognised(path);
    let samples: Vec<Vec<SampledGroup>> = (0..SAMPLES)
        .map(|seed| Sampler::new(seed, Options::default().layer_sample).sample(&wiring))
        .collect();
    let mut whole = Compact::default();
    let mut sampled: Vec<Compact> = samples.iter().map(|_| Compact::default()).collect();
    for (group, wired) in wiring.groups.iter().enumerate() {
        let entry = &checkpoint.tensors[wired.matrices[0].tensor];
        let tensor = tensors.iter().position(|(name, ..)| *name == entry.name).expect("a tensor of the file");
        let (name, outputs, inputs) = &tensors[tensor];
        let mut rows: BTreeMap<u64, Vec<u8>> =
            (0..*outputs).step_by(EVERY as usize).map(|at| (at, Vec::new())).collect();
        samples
            .iter()
            .for_each(|sample| rows.extend(sample[group].outputs[0].iter().map(|&at| (at, Vec::new()))));
        for (&output, bytes) in &mut rows {
            *bytes = row(tensor, output, *inputs);
            file.seek(SeekFrom::Start(entry.storage.offset + output * inputs * 2))?;
            file.write_all(bytes)?;
        }
        for (compact, sample) in sampled.iter_mut().zip(&samples) {
            let SampledGroup { inputs: columns, outputs } = &sample[group];
            let picked = |output: &u64| {
                columns
                    .iter()
                    .flat_map(|&column| rows[output][2 * column as usize..][..2].to_vec())
                    .collect::<Vec<u8>>()
            };
            compact.add(
                name,
                outputs[0].len() as u64,
                columns.len() as u64,
                outputs[0].iter().flat_map(picked).collect(),
            );
        }
        whole.add(name, rows.len() as u64, *inputs, rows.into_values().flatten().collect());
    }
    let samples =
        (0..).zip(sampled).map(|(seed, compact)| SampleRecord { seed: Some(seed), ..compact.analyse() });
    Ok(Expected { samples: samples.collect(), whole: whole.analyse() })
}

fn recognised(path: &Path) -> (Checkpoint, Wiring) {
    let file = LocalFile::new(path).expect("a file");
    let inputs = [Input::new("huge.safetensors", &file)];
    let checkpoint = open(&collect(&inputs).candidates[0], &inputs).expect("a checkpoint");
    let wiring = recognise(&checkpoint).expect("a network");
    (checkpoint, wiring)
}

/// The rows that carry weights, and nothing else, as a model in memory, wired by hand.
#[derive(Default)]
struct Compact {
    groups: Vec<GroupSpec>,
    entries: Vec<String>,
    data: Vec<u8>,
}

impl Compact {
    fn add(&mut self, name: &str, outputs: u64, inputs: u64, bytes: Vec<u8>) {
        let begin = self.data.len();
        self.data.extend(bytes);
        let end = self.data.len();
        let matrix = MatrixSpec { tensor: name.to_owned(), axes: Axes::OutputsFirst, groups: 1, rows: None };
        let (group, role) = (name.to_owned(), Role::Other);
        self.groups.push(GroupSpec { name: group, role, block: None, stack: 0, matrices: vec![matrix] });
        self.entries.push(format!(
            r#""{name}":{{"dtype":"BF16","shape":[{outputs},{inputs}],"data_offsets":[{begin},{end}]}}"#
        ));
    }

    fn analyse(self) -> SampleRecord {
        let json = format!("{{{}}}", self.entries.join(","));
        let file = [&(json.len() as u64).to_le_bytes()[..], json.as_bytes(), &self.data].concat();
        let inputs = [Input::new("compact.safetensors", &file)];
        let checkpoint = open(&collect(&inputs).candidates[0], &inputs).expect("a checkpoint");
        let spec = WiringSpec { architecture: "compact".to_owned(), groups: self.groups };
        let wiring = spec.apply(&checkpoint).expect("a network");
        let options = Options { network: NetworkKind::Full, ..Options::default() };
        let mut analysis = Analysis::plan(&checkpoint, &wiring, &options, 0).expect("a plan");
        for read in analysis.reads().to_vec() {
            analysis.feed(&file[read.offset as usize..(read.offset + read.length) as usize]).expect("fed");
        }
        analysis.finish().ok().expect("complete").record().samples.remove(0)
    }
}
