//! Weights that are damaged as they are read.

use crate::common;

use std::fs;
use std::path::Path;

use neuromfa::analysis::{Alteration, Analysis, NetworkKind, NullKind, Options};
use neuromfa::checkpoint::{Input, collect, open, read_values};
use neuromfa::damage::{Damage, DamageKind};
use neuromfa::network::recognise;
use neuromfa::report::CheckpointRecord;

fn data(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path)).expect("test data")
}

const KINDS: [(DamageKind, f64); 4] = [
    (DamageKind::Noise, 0.5),
    (DamageKind::Prune, 0.3),
    (DamageKind::Rewire, 0.4),
    (DamageKind::Quantise, 5.0),
];

fn one(kind: DamageKind, amount: f64) -> Damage {
    Damage::rounds(kind, amount, 1, 3).expect("possible")[1]
}

/// The record of a checkpoint; `None` leaves it as it is.
fn record(name: &str, file: &[u8], options: &Options, damage: Option<Damage>) -> CheckpointRecord {
    let inputs = [Input::new(name, &file)];
    let checkpoint =
        open(&collect(&inputs).candidates[0], &inputs).unwrap_or_else(|error| panic!("{}", error.text()));
    let wiring = recognise(&checkpoint).expect("a network");
    let analysis = match &damage {
        None => Analysis::plan(&checkpoint, &wiring, options, 0),
        Some(damage) => {
            Analysis::plan_altered(&checkpoint, &wiring, options, &Alteration::Damage(*damage), 0)
        }
    };
    let mut analysis = analysis.expect("a plan");
    for read in analysis.reads().to_vec() {
        let (start, end) = (read.offset as usize, (read.offset + read.length) as usize);
        analysis.feed(&file[start..end]).expect("fed");
    }
    let mut measured = analysis.finish().ok().expect("complete");
    assert_eq!(measured.compute_nulls(usize::MAX), 0);
    measured.record()
}

/// The record but for what names the damage.
fn numbers(record: CheckpointRecord) -> CheckpointRecord {
    CheckpointRecord { name: String::new(), step: None, damage: None, ..record }
}

fn kinds_of_analysis() -> [Options; 3] {
    let whole = Options { null: vec![NullKind::Shuffle], null_samples: 2, ..Options::default() };
    let sampled = Options { network: NetworkKind::Sampled, samples: 2, ..whole.clone() };
    [whole.clone(), sampled.clone(), Options { hops: 2, ..sampled }]
}

#[test]
fn no_damage_changes_no_bit() {
    let file = data("neox-tiny/step256.safetensors");
    for options in kinds_of_analysis() {
        let plain = record("step256.safetensors", &file, &options, None);
        for (kind, amount) in KINDS {
            let rounds = Damage::rounds(kind, amount, 1, 3).expect("possible");
            let none = record("step256.safetensors", &file, &options, Some(rounds[0]));
            assert_eq!((none.name.as_str(), none.step), ("step256 round 0", None));
            let damage = none.damage.clone().expect("named");
            assert_eq!(
                (damage.kind.as_str(), damage.amount, damage.round, damage.seed),
                (kind.name(), 0.0, 0, 3)
            );
            assert_eq!(numbers(none), numbers(plain.clone()));
            let some = record("step256.safetensors", &file, &options, Some(rounds[1]));
            assert_ne!(some.mean, plain.mean, "{kind:?}");
        }
    }
}

/// Through memory, but with nothing done there: as if the weights were counted where they lie, whatever their type and
/// container.
#[test]
fn decoding_for_damage_changes_no_bit() {
    // A share of which no entry is.
    let nothing = Damage { kind: DamageKind::Prune, amount: 1e-12, round: 1, seed: 0 };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats");
    let files = fs::read_dir(folder).expect("test data").map(|entry| entry.expect("an entry").path());
    let is_form =
        |path: &std::path::PathBuf| path.is_file() && path.extension().is_some_and(|end| end != "json");
    for path in files.filter(is_form) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let file = fs::read(&path).expect("readable");
        for options in kinds_of_analysis() {
            let plain = record(&name, &file, &options, None);
            let through = record(&name, &file, &options, Some(nothing));
            let [mut plain, mut through] = [numbers(plain), numbers(through)];
            // The sum of |w| of elements at strides runs in their order in memory.
            for (left, right) in [
                (plain.baselines.mean_abs_weight, through.baselines.mean_abs_weight),
                (plain.baselines.mean_weighted_degree, through.baselines.mean_weighted_degree),
            ] {
                let (left, right) = (left.expect("a mean"), right.expect("a mean"));
                assert!((left - right).abs() <= 1e-14 * left, "{name}: {left} against {right}");
            }
            for record in [&mut plain, &mut through] {
                record.baselines = Default::default();
                record.network.layers.iter_mut().for_each(|layer| layer.mean_abs_weight = None);
                // What is looked at for repeated values lies together in memory, and not in every file.
                record.validity.as_mut().expect("measured").repeated = None;
            }
            assert_eq!(plain, through, "{name}");
        }
    }
}

/// The oracle: a file whose weights were damaged beforehand.
#[test]
fn damage_is_that_of_the_weights_in_memory() {
    let file = data("neox-tiny/step256.safetensors");
    let inputs = [Input::new("step256.safetensors", &file)];
    let checkpoint =
        open(&collect(&inputs).candidates[0], &inputs).unwrap_or_else(|error| panic!("{}", error.text()));
    let wiring = recognise(&checkpoint).expect("a network");
    for (kind, amount) in KINDS {
        let damage = one(kind, amount);
        let mut damaged = file.clone();
        for (number, group) in (0..).zip(&wiring.groups) {
            let mut entries = Vec::new();
            let mut matrices = Vec::new();
            for matrix in &group.matrices {
                let values = read_values(&file, &checkpoint.tensors[matrix.tensor]).expect("values");
                matrices.push(entries.len()..entries.len() + values.len());
                entries.extend(values);
            }
            damage.apply(number, &mut entries, &matrices);
            for (matrix, range) in group.matrices.iter().zip(matrices) {
                let mut at = checkpoint.tensors[matrix.tensor].storage.offset as usize;
                for &entry in &entries[range] {
                    damaged[at..at + 4].copy_from_slice(&(entry as f32).to_le_bytes());
                    at += 4;
                }
            }
        }
        for options in kinds_of_analysis() {
            let found = record("step256.safetensors", &file, &options, Some(damage));
            let expected = record("step256.safetensors", &damaged, &options, None);
            let [mut found, mut expected] = [numbers(found), numbers(expected)];
            (found.files, expected.files) = (Vec::new(), Vec::new());
            assert_eq!(found, expected, "{kind:?}");
        }
    }
}

#[test]
fn threads_and_pieces_change_no_bit() {
    // 4100 x 1100 entries are read in two pieces.
    let file = common::model("w.weight", 4100, 1100, |output, input| {
        0.02 * ((output * 31 + input * 17) % 101) as f32 - 1.0
    });
    let options = Options::default();
    for (kind, amount) in KINDS {
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| record("m.safetensors", &file, &options, Some(one(kind, amount))))
        };
        assert_eq!(on(1), on(3), "{kind:?}");
    }
}

#[test]
fn what_is_pruned_is_zero_and_a_rewired_network_is_its_own_shuffle() {
    let file = data("neox-tiny/step1000.safetensors");
    let options = Options { null: vec![NullKind::Shuffle], null_samples: 20, ..Options::default() };
    let plain = record("step1000.safetensors", &file, &options, None);
    let pruned = record("step1000.safetensors", &file, &options, Some(one(DamageKind::Prune, 0.25)));
    assert_eq!(pruned.network.zero_weights, plain.network.edges / 4);
    let rewired = record("step1000.safetensors", &file, &options, Some(one(DamageKind::Rewire, 1.0)));
    let width = |record: &CheckpointRecord| record.mean.width.expect("a width");
    let [low, high] = plain.nulls[0].width_interval.expect("an interval");
    let margin = high - low;
    assert!((low - margin..high + margin).contains(&width(&rewired)), "{} {low} {high}", width(&rewired));
    assert!(width(&plain) > high, "which it was not before");
}
