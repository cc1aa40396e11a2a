//! Comparison of two checkpoints: against plain computations, against a checkpoint's own copies, and what is refused.

use crate::common;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{Weights, measure, model};
use neuromfa::analysis::{Measured, NetworkKind, Options, ShuffledPairs, compare};
use neuromfa::report::{Comparison, NeuronChange};
use serde_json::Value;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/neox-tiny").join(name)
}

fn measured(name: &str) -> Measured {
    let file = std::fs::read(golden(name)).expect("golden data");
    measure(name, &file, &Options::default(), 0)
}

fn compared(before: &Measured, after: &Measured, pairs: usize, top: usize) -> Comparison {
    let mut shuffled = ShuffledPairs::default();
    shuffled.compute(before, after, pairs, top).expect("one model");
    compare(before, after, &shuffled, top).expect("one model")
}

/// The matrix `[outputs, inputs]` of a tensor in a safetensors file of f32.
fn matrix(file: &[u8], name: &str) -> Vec<Vec<f32>> {
    let length = u64::from_le_bytes(file[..8].try_into().expect("eight bytes")) as usize;
    let header: Value = serde_json::from_slice(&file[8..8 + length]).expect("JSON");
    let number = |value: &Value| value.as_u64().expect("a number") as usize;
    let offsets = &header[name]["data_offsets"];
    let bytes = &file[8 + length..][number(&offsets[0])..number(&offsets[1])];
    let values: Vec<f32> =
        bytes.chunks(4).map(|b| f32::from_le_bytes(b.try_into().expect("four bytes"))).collect();
    values.chunks(number(&header[name]["shape"][1])).map(<[f32]>::to_vec).collect()
}

/// Section 5 of the method, as it is written: the fractal dimension of each neuron, and its edges within T.
fn plainly(matrix: &[Vec<f32>]) -> Vec<(f64, u64)> {
    let neuron = |input: usize| {
        let lengths: Vec<f64> = matrix.iter().map(|row| 1.0 / f64::from(row[input].abs())).collect();
        let rounded: Vec<u32> =
            lengths.iter().filter(|&&r| r <= 200.0).map(|r| r.round_ties_even() as u32).collect();
        let mut radii: Vec<u32> = rounded.iter().copied().filter(|&radius| radius > 0).collect();
        radii.sort_unstable();
        radii.dedup();
        let points = radii.iter().map(|&radius| {
            let number = 1 + rounded.iter().filter(|&&length| length <= radius).count();
            (libm::log(radius.into()), libm::log(number as f64))
        });
        let (x, y): (Vec<f64>, Vec<f64>) = points.unzip();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let (mean_x, mean_y) = (mean(&x), mean(&y));
        let xy: f64 = x.iter().zip(&y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        let xx: f64 = x.iter().map(|x| (x - mean_x) * (x - mean_x)).sum();
        let dimension = if rounded.len() > 10 && radii.len() > 1 { xy / xx } else { 0.0 };
        (dimension, lengths.iter().filter(|&&r| 1.0 < r && r <= 150.0).count() as u64)
    };
    (0..matrix[0].len()).map(neuron).collect()
}

/// 1 - 6 sum d^2 / (n (n^2 - 1)): values without ties.
fn rank_correlation(pairs: &[(f64, f64)]) -> f64 {
    let rank = |value: f64, of: &dyn Fn(&(f64, f64)) -> f64| {
        pairs.iter().filter(|pair| of(pair) < value).count() as f64
    };
    let squares: f64 = pairs
        .iter()
        .map(|&(before, after)| rank(before, &|pair| pair.0) - rank(after, &|pair| pair.1))
        .map(|difference| difference * difference)
        .sum();
    let n = pairs.len() as f64;
    1.0 - 6.0 * squares / (n * (n * n - 1.0))
}

#[test]
fn groups_and_neurons_equal_a_plain_computation() {
    const TOP: usize = 5;
    let names = ["step32.safetensors", "step1000.safetensors"];
    let [before, after] = names.map(measured);
    let comparison = compared(&before, &after, 3, TOP);
    let files = names.map(|name| std::fs::read(golden(name)).expect("golden data"));
    let records = [&before, &after].map(Measured::record);
    let mut all = Vec::new();
    for (place, group) in comparison.groups.iter().enumerate() {
        let layer = &records[0].network.layers[place];
        assert_eq!(group.name.as_ref(), Some(&layer.name));
        let sides = files.each_ref().map(|file| plainly(&matrix(file, &layer.tensors[0])));
        assert_eq!(group.neurons, layer.neurons);
        let close = |found: Option<f64>, expected: f64| {
            let found = found.expect("a number");
            assert!((found - expected).abs() < 1e-9, "{}: {found} against {expected}", layer.name);
        };
        let mean = |side: &[(f64, u64)]| side.iter().map(|neuron| neuron.0).sum::<f64>() / side.len() as f64;
        close(group.nfd.before, mean(&sides[0]));
        close(group.nfd.change.value, mean(&sides[1]) - mean(&sides[0]));
        let pairs: Vec<(f64, f64)> = sides[0].iter().zip(&sides[1]).map(|(b, a)| (b.0, a.0)).collect();
        close(group.rank_correlation.value, rank_correlation(&pairs));
        // alpha of the records has six decimals, its differences five.
        let alphas = records.each_ref().map(|record| &record.groups[place].alpha);
        let differences: Vec<f64> = alphas[0]
            .iter()
            .zip(alphas[1])
            .map(|(b, a)| a.expect("a number") - b.expect("a number"))
            .collect();
        let orders = differences.len() as f64;
        let shift = differences.iter().sum::<f64>() / orders;
        let square = differences.iter().map(|d| d * d).sum::<f64>() / orders;
        assert!((group.shift.value.expect("a number") - shift).abs() < 2e-6);
        assert!((group.distance.value.expect("a number") - square.sqrt()).abs() < 2e-6);
        assert!((group.shape.value.expect("a number") - (square - shift * shift).sqrt()).abs() < 1e-4);
        for (found, field) in [(group.alpha0, 0), (group.width, 1)] {
            let number = |side: usize| {
                let group = &records[side].groups[place];
                [group.alpha0, group.width][field].expect("a number")
            };
            assert_eq!((found.before, found.after), (Some(number(0)), Some(number(1))));
            close(found.change.value, number(1) - number(0));
        }
        for (number, (b, a)) in sides[0].iter().zip(&sides[1]).enumerate() {
            all.push((layer.name.clone(), number as u64, *b, *a));
        }
    }
    for (list, sign) in [(&comparison.whole.gains, -1.0), (&comparison.whole.losses, 1.0)] {
        all.sort_by(|l, r| (sign * (l.3.0 - l.2.0)).total_cmp(&(sign * (r.3.0 - r.2.0))));
        assert_eq!(list.len(), TOP);
        for (NeuronChange { group, neuron, before, after, change, edges_before, edges_after }, expected) in
            list.iter().zip(&all)
        {
            assert_eq!((group, *neuron), (&expected.0, expected.1));
            assert_eq!((*edges_before, *edges_after), (expected.2.1, expected.3.1));
            assert!((before - expected.2.0).abs() < 1e-9 && (after - expected.3.0).abs() < 1e-9);
            assert_eq!(change.value, Some(after - before));
            assert!(change.shuffled.is_some() && change.shuffled_interval.is_some());
        }
    }
}

#[test]
fn a_checkpoint_does_not_differ_from_itself_but_its_shuffles_do() {
    let measured = measured("step1000.safetensors");
    let comparison = compared(&measured, &measured, 6, 10);
    for difference in std::iter::once(&comparison.whole).chain(&comparison.groups) {
        let zero = [difference.distance, difference.shift, difference.shape, difference.nfd.change];
        assert!(zero.iter().all(|measure| measure.value == Some(0.0)), "{:?}", difference.name);
        assert!((difference.rank_correlation.value.expect("a number") - 1.0).abs() < 1e-12);
        assert!(difference.gains.is_empty() && difference.losses.is_empty());
        // Two shuffles of one group are two: they have no neuron in common, and hardly any order.
        assert!(difference.distance.shuffled.expect("a number") > 0.0);
        assert!(difference.rank_correlation.shuffled.expect("a number") < 0.9);
    }
    let first = &comparison.groups[0].rank_correlation;
    assert!(first.shuffled.expect("a number").abs() < 0.3, "{first:?}");
}

#[test]
fn pairs_are_the_same_on_any_number_of_threads_and_calls() {
    let [before, after] = ["step0.safetensors", "step256.safetensors"].map(measured);
    let with_threads = |threads: usize, at_once: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            let mut shuffled = ShuffledPairs::default();
            for count in (0..=4).step_by(at_once) {
                shuffled.compute(&before, &after, count, 3).expect("one model");
            }
            compare(&before, &after, &shuffled, 3).expect("one model")
        })
    };
    let comparison = with_threads(1, 4);
    assert_eq!(comparison.shuffled_pairs, 4);
    assert_eq!(comparison, with_threads(2, 1));
    let json = serde_json::to_string(&comparison).expect("JSON");
    assert_eq!(serde_json::from_str::<Comparison>(&json).expect("the same"), comparison);
}

#[test]
fn neurons_without_edges_take_no_part() {
    let weights = Weights::new(5);
    let with_dead = |dead: usize| {
        let file = model("0.weight", 40, 12, |output, input| {
            if input == dead { 0.0 } else { weights.at(output, input) * if input == 7 { 2.0 } else { 1.0 } }
        });
        measure("m.safetensors", &file, &Options::default(), 0)
    };
    let comparison = compared(&with_dead(2), &with_dead(5), 0, 4);
    assert_eq!(comparison.whole.neurons, 10);
    assert!(comparison.whole.gains.is_empty(), "all others are the same, at their own places");
    assert_eq!(comparison.whole.rank_correlation.value, Some(1.0));
    assert_eq!(comparison.whole.distance.shuffled, None);
}

#[test]
fn what_cannot_be_compared_is_refused_with_a_sentence() {
    let file = std::fs::read(golden("step0.safetensors")).expect("golden data");
    let plain = measure("step0.safetensors", &file, &Options::default(), 0);
    let refusal = |other: &Measured| {
        compare(&plain, other, &ShuffledPairs::default(), 3).expect_err("a refusal").to_string()
    };
    let sampled = Options { network: NetworkKind::Sampled, samples: 1, ..Options::default() };
    assert_eq!(
        refusal(&measure("a.safetensors", &file, &sampled, 0)),
        "neurons are compared in whole networks: analyse both checkpoints with \"full\""
    );
    let other = Options { threshold: 140.0, ..Options::default() };
    assert_eq!(
        refusal(&measure("a.safetensors", &file, &other, 0)),
        "step0 and a were analysed with different options"
    );
    let model = model("0.weight", 40, 12, |_, _| 0.1);
    assert_eq!(
        refusal(&measure("b.safetensors", &model, &Options::default(), 0)),
        "step0 and b have different groups, first \"block 0 attention in\": they are no checkpoints of one model"
    );
}

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neuromfa"));
    command.arg("compare").args(arguments).output().expect("the program runs")
}

#[test]
fn the_command_line_compares_in_the_order_given() {
    let paths = ["step256.safetensors", "step0.safetensors"].map(|name| golden(name).display().to_string());
    let arguments = [&paths[0], &paths[1], "--top", "2", "--null-samples", "2"];
    let json = run(&[&arguments[..], &["--json"]].concat());
    assert_eq!(json.status.code(), Some(0));
    let found: Comparison = serde_json::from_slice(&json.stdout).expect("a comparison");
    assert_eq!((found.before.step, found.after.step, found.shuffled_pairs), (Some(256), Some(0), 2));
    let [before, after] = ["step256.safetensors", "step0.safetensors"].map(measured);
    assert_eq!(found, compared(&before, &after, 2, 2), "the bits of the library");
    let text = run(&arguments);
    let text = String::from_utf8(text.stdout).expect("UTF-8");
    assert!(
        text.starts_with("step0 (step 0) against step256 (step 256): 1344 neurons in 12 groups"),
        "{text}"
    );
    assert_eq!(text.lines().filter(|line| line.contains(", neuron ")).count(), 4);
}

#[test]
fn the_command_line_tells_what_it_cannot_compare() {
    let [one, folder] =
        [golden("step0.safetensors"), golden("")].map(|path| path.to_string_lossy().into_owned());
    let mlp = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/architectures/mlp/model.safetensors");
    let mlp = mlp.to_string_lossy();
    for (arguments, status, said) in [
        (&[one.as_str()][..], 2, "2 values required"),
        (&[&one, &folder], 2, "holds 4 checkpoints"),
        (&[&one, "/nowhere"], 3, "/nowhere cannot be read"),
        (&[&one, &mlp], 5, "have different groups"),
        (&[&one, &one, "--layers", "99"], 2, "12"),
    ] {
        let output = run(arguments);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {error}");
        assert!(error.contains(said), "{arguments:?}: {error}");
    }
}
