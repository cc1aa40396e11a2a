//! The authors' own job, natively: one sampled network of 6 blocks with K = 32 (960 neurons, 49,152 edges), from weights in
//! memory to histograms, spectrum and fractal dimension. `npm run bench -- job` writes the file and compares with the
//! browser and with NumPy.
//!
//! `authors_job FILE`; each line of the standard input is `{"runs": n}`, each answer the milliseconds of the runs and the
//! numbers to compare.

#[path = "support/lines.rs"]
mod lines;

use std::time::Instant;

use neuromfa::analysis::{Analysis, Options};
use neuromfa::checkpoint::{Input, collect, open};
use neuromfa::network::recognise;
use neuromfa::report::CheckpointRecord;
use serde_json::{Value, json};

fn main() {
    let Some(path) = std::env::args().nth(1).filter(|path| !path.starts_with("--")) else {
        println!("run `npm run bench -- job`, which writes the checkpoint that this needs");
        return;
    };
    let file = std::fs::read(&path).expect("a readable file");
    let inputs = [Input::new("model.safetensors", &file)];
    let checkpoint = open(&collect(&inputs).candidates[0], &inputs).expect("a checkpoint");
    let wiring = recognise(&checkpoint).expect("a network");
    // The spectra of single groups are no part of the job.
    let options = Options { group_spectra: false, ..Options::default() };
    let run = || -> (f64, CheckpointRecord) {
        let start = Instant::now();
        let mut analysis = Analysis::plan(&checkpoint, &wiring, &options, 64 << 20).expect("a plan");
        for read in analysis.reads().to_vec() {
            let range = read.offset as usize..(read.offset + read.length) as usize;
            analysis.feed(&file[range]).expect("fed");
        }
        let record = analysis.finish().ok().expect("complete").record();
        (start.elapsed().as_secs_f64() * 1e3, record)
    };
    lines::serve(|order| -> Value {
        let (times, mut records): (Vec<f64>, Vec<_>) = (0..lines::runs(order)).map(|_| run()).unzip();
        json!({ "times": times, "record": records.pop().expect("one run or more") })
    });
}
