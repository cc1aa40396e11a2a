//! The authors' own job, natively: one sampled network of 6 blocks with K = 32 (960 neurons, 49,152 edges), from weights in
//! memory to histograms, spectrum and fractal dimension. `npm run bench` writes the file and compares with the browser.
//!
//! Prints one line of JSON: milliseconds of the best, the median and the worst run, and alpha_0 to compare.

use std::time::Instant;

use neuromfa::analysis::{Analysis, Options};
use neuromfa::checkpoint::{Input, collect, open};
use neuromfa::network::recognise;

const RUNS: usize = 200;

fn main() {
    let Some(path) = std::env::args().nth(1).filter(|path| !path.starts_with("--")) else {
        println!("run `npm run bench`, which writes the checkpoint that this needs");
        return;
    };
    let file = std::fs::read(&path).expect("a readable file");
    let inputs = [Input::new("model.safetensors", &file)];
    let checkpoint = open(&collect(&inputs).candidates[0], &inputs).expect("a checkpoint");
    let wiring = recognise(&checkpoint).expect("a network");
    let mut alpha0 = None;
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            let mut analysis =
                Analysis::plan(&checkpoint, &wiring, &Options::default(), 64 << 20).expect("a plan");
            for read in analysis.reads().to_vec() {
                let range = read.offset as usize..(read.offset + read.length) as usize;
                analysis.feed(&file[range]).expect("fed");
            }
            let record = analysis.finish().ok().expect("complete").record();
            let elapsed = start.elapsed().as_secs_f64() * 1e3;
            assert_eq!((record.network.neurons, record.network.edges), (960, 49_152));
            alpha0 = record.mean.alpha0;
            elapsed
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let (best, median, worst) = (times[0], times[RUNS / 2], times[RUNS - 1]);
    println!(
        r#"{{"best":{best},"median":{median},"worst":{worst},"alpha0":{}}}"#,
        alpha0.expect("a spectrum")
    );
}
