//! What untrained networks are told: `false_alarms NETWORKS SHUFFLES` analyses so many, of widths from 64 to 512, and prints
//! a line of JSON for each: its badges, what they were decided by, and where its width stands among those of its shuffles.
//! Two and two have one shape and form a series. For `npm run bench -- false-alarms`.

use std::error::Error;

use neuromfa::analysis::{NullKind, Options};
use neuromfa::report::CheckpointRecord;
use neuromfa::series;
use serde_json::json;

#[path = "../tests/support/untrained.rs"]
mod untrained;

use untrained::{Initialisation, Untrained};

/// Widths of the networks, evenly spread on a logarithmic scale, and what they are multiples of.
const WIDTHS: [f64; 2] = [64.0, 512.0];
const MULTIPLE: f64 = 8.0;
/// As many blocks as have so many weights, between one and all.
const WEIGHTS: usize = 1_200_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [networks, shuffles] = arguments.as_slice() else {
        return Err("usage: false_alarms NETWORKS SHUFFLES".into());
    };
    let (pairs, shuffles): (u32, u32) = (networks.parse::<u32>()? / 2, shuffles.parse()?);
    for pair in 0..pairs {
        let shape = shape(pair, pairs);
        let record = |step: u32| {
            let seed = 2 * pair + step;
            let null = if shuffles > 0 { vec![NullKind::Shuffle] } else { Vec::new() };
            let options = Options { null, null_samples: shuffles.max(1), seed, ..Options::default() };
            Untrained { seed: seed.into(), ..shape }.measure(step.into(), &options).record()
        };
        let document = series::document(Options::default(), vec![record(0), record(1)]);
        for checkpoint in &document.checkpoints {
            println!("{}", line(&shape, checkpoint));
        }
    }
    Ok(())
}

fn shape(pair: u32, pairs: u32) -> Untrained {
    let share = f64::from(pair) / f64::from(pairs.saturating_sub(1).max(1));
    let width = WIDTHS[0] * libm::pow(WIDTHS[1] / WIDTHS[0], share);
    let width = ((width / MULTIPLE).round() * MULTIPLE) as usize;
    let initialisation = match pair % 2 {
        0 => Initialisation::Normal,
        _ => Initialisation::SmallAndWang,
    };
    let blocks = (WEIGHTS / (12 * width * width)).clamp(1, untrained::DEPTH as usize);
    Untrained { width, blocks, initialisation, seed: 0 }
}

fn line(shape: &Untrained, record: &CheckpointRecord) -> serde_json::Value {
    let groups: Vec<_> = record
        .groups
        .iter()
        .filter_map(|group| stand(group.width, &group.nulls.first()?.width_values))
        .collect();
    json!({
        "width": shape.width,
        "blocks": shape.blocks,
        "initialisation": format!("{:?}", shape.initialisation),
        "badges": record.warnings.iter().map(|warning| &warning.code).collect::<Vec<_>>(),
        "validity": record.validity,
        "network": record.nulls.first().and_then(|null| stand(record.mean.width, &null.width_values)),
        "groups": groups,
    })
}

/// How many of the shuffles are narrower, how many wider.
fn stand(width: Option<f64>, shuffled: &[Option<f64>]) -> Option<[usize; 2]> {
    let width = width?;
    let count =
        |is: fn(&f64, &f64) -> bool| shuffled.iter().flatten().filter(|value| is(value, &width)).count();
    Some([count(f64::lt), count(f64::gt)])
}
