//! A result document to draw: real spectra, invented null models. Nothing in it is a result.

use neuromfa::analysis::Options;
use neuromfa::report::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Source {
    q: Vec<f64>,
    checkpoints: Vec<Spectrum>,
}

#[derive(Deserialize)]
struct Spectrum {
    step: u64,
    tau: Vec<f64>,
    alpha: Vec<f64>,
    f: Vec<f64>,
    alpha0: f64,
    width: f64,
    nfd_mean: f64,
    emergence: f64,
}

fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

/// The series, four checkpoints long.
pub fn series() -> ResultDocument {
    let source: Source =
        serde_json::from_str(include_str!("../data/plot/neox-tiny.json")).expect("test data");
    let first = &source.checkpoints[0];
    let checkpoints = source.checkpoints.iter().map(|s| record(s, first, &source.q)).collect();
    let accuracy = [(0, 0.02), (32, 0.31), (256, 0.48), (1000, 0.57)];
    let values = accuracy.iter().map(|&(step, value)| ScoreValue { step, value }).collect();
    ResultDocument {
        schema: SCHEMA.into(),
        tool: Tool::this(),
        options: Options::default(),
        checkpoints,
        scores: vec![Score { metric: "next-character accuracy".into(), values, series: None }],
        associations: Vec::new(),
        explained: Vec::new(),
    }
}

/// The last checkpoint alone.
pub fn single() -> ResultDocument {
    let mut document = series();
    document.checkpoints.drain(..3);
    document
}

/// The last checkpoint as a sampled network: five invented samples around the real curve.
pub fn sampled() -> ResultDocument {
    let mut document = single();
    let record = &mut document.checkpoints[0];
    let whole = record.samples[0].clone();
    record.samples = (0..5)
        .map(|i| {
            let shift = 0.012 * (f64::from(i) - 2.0);
            let mut sample = whole.clone();
            sample.seed = Some(u64::from(i as u8));
            sample.alpha.iter_mut().flatten().for_each(|a| *a += shift);
            sample.f.iter_mut().flatten().for_each(|f| *f *= 1.0 + shift);
            sample
        })
        .collect();
    document
}

fn record(s: &Spectrum, first: &Spectrum, q: &[f64]) -> CheckpointRecord {
    CheckpointRecord {
        name: format!("step{}", s.step),
        step: Some(s.step),
        format: "safetensors".into(),
        architecture: "gpt-neox".into(),
        guessed: false,
        uncertainty: None,
        validity: None,
        files: vec![FileRecord {
            name: format!("step{}.safetensors", s.step),
            bytes: 670_104,
            identity: "00".into(),
        }],
        parameters: 167_000,
        network: NetworkRecord {
            neurons: 1344,
            edges: 147_456,
            zero_weights: 0,
            nonfinite_weights: 0,
            layers: Vec::new(),
            skipped: Vec::new(),
        },
        samples: vec![sample(s, q)],
        mean: MeanRecord { alpha0: Some(s.alpha0), width: Some(s.width), ..MeanRecord::default() },
        nulls: vec![null(s, first)],
        nfd: nfd(s.nfd_mean),
        baselines: Baselines::default(),
        warnings: Vec::new(),
        emergence: Some(s.emergence),
        series: None,
        groups: Vec::new(),
        damage: None,
        rivals: None,
        sensitivity: Vec::new(),
        quirks: Vec::new(),
        is_baseline: false,
    }
}

fn sample(s: &Spectrum, q: &[f64]) -> SampleRecord {
    let radii: Vec<u32> = (3..=150).step_by(7).collect();
    let orders = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0];
    let near = |order: f64| q.iter().position(|v| (v - order).abs() < 1e-9).unwrap_or(0);
    let row = |order: f64| {
        let tau = s.tau[near(order)];
        let bend = |x: f64| tau * x + 0.04 * order * (x + 2.0) * (x + 2.0);
        radii.iter().map(|r| Some(bend(libm::log(f64::from(*r) / 150.0)))).collect()
    };
    SampleRecord {
        seed: None,
        neurons_kept: 1344,
        diameter: Some(150),
        q: q.to_vec(),
        tau: some(&s.tau),
        intercept: q.iter().map(|_| Some(0.05)).collect(),
        stderr: q.iter().map(|_| Some(0.01)).collect(),
        r_squared: q.iter().map(|q| (*q != 0.0).then_some(0.86)).collect(),
        dimension: q
            .iter()
            .zip(&s.tau)
            .map(|(q, t)| Some(if *q == 0.0 { s.alpha0 } else { t / q }))
            .collect(),
        alpha: some(&s.alpha),
        f: some(&s.f),
        partition: PartitionRecord { q: orders.to_vec(), ln_z: orders.iter().map(|o| row(*o)).collect() },
        alpha0: Some(s.alpha0),
        alpha0_candidates: None,
        width: Some(s.width),
        asymmetry: Some(0.4),
        nfd: NfdSummary { mean: Some(s.nfd_mean), ..NfdSummary::default() },
        radii,
    }
}

/// Invented: the first spectrum, moved to this one's top.
fn null(s: &Spectrum, first: &Spectrum) -> NullRecord {
    let moved: Vec<f64> = first.alpha.iter().map(|a| a - first.alpha0 + s.alpha0).collect();
    let n = moved.len() as f64;
    let spread = |i: usize| 0.002 + 0.010 * (i as f64 / n - 0.5).abs();
    let around = |i: usize| {
        let (a, f, e) = (moved[i], first.f[i], spread(i));
        [a - e, a + e, f - 1.5 * (e - 0.002), f + 1.5 * (e - 0.002)]
    };
    let values: Vec<Option<f64>> = (0..100).map(|i| Some(first.width + 0.0001 * f64::from(i - 50))).collect();
    let emergence = 0.95 * s.emergence;
    NullRecord {
        kind: "shuffle".into(),
        scheme: None,
        difference: Default::default(),
        text: String::new(),
        samples: 100,
        alpha0: Some(s.alpha0),
        alpha0_sd: Some(0.001),
        alpha0_interval: Some([s.alpha0 - 0.002, s.alpha0 + 0.002]),
        width: Some(first.width),
        width_sd: Some(0.003),
        width_interval: Some([first.width - 0.006, first.width + 0.006]),
        emergence: Some(emergence),
        emergence_interval: Some([emergence - 0.002, emergence + 0.002]),
        asymmetry: None,
        asymmetry_interval: None,
        alpha: some(&moved),
        f: some(&first.f),
        envelope: (0..moved.len()).map(around).collect(),
        alpha0_values: values.clone(),
        width_values: values,
        nfd: NullNfd {
            mean: Some(s.nfd_mean + 0.01),
            mean_interval: Some([s.nfd_mean, s.nfd_mean + 0.02]),
            histogram: Some(bell(s.nfd_mean + 0.01, 0.13)),
        },
    }
}

fn nfd(mean: f64) -> NfdRecord {
    let summary = NfdSummary { mean: Some(mean), ..NfdSummary::default() };
    NfdRecord { summary, histogram: bell(mean, 0.14), layers: Vec::new() }
}

fn bell(mean: f64, sd: f64) -> NfdHistogram {
    let counts = (0..40).map(|i| {
        let z = (0.025 + 0.05 * f64::from(i) - mean) / sd;
        (1344.0 * 0.05 * 0.4 / sd * libm::exp(-z * z / 2.0) * (1.0 + 0.12 * libm::sin(3.0 * z))).round()
    });
    NfdHistogram { from: 0.0, to: 2.0, counts: counts.collect() }
}

/// Fifteen checkpoints, invented between the first and the last real one.
pub fn long() -> ResultDocument {
    let source: Source =
        serde_json::from_str(include_str!("../data/plot/neox-tiny.json")).expect("test data");
    let (first, last) = (&source.checkpoints[0], &source.checkpoints[3]);
    let steps = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000, 1500, 2000, 3000];
    let between = |step: u64| {
        // Little happens before step 100.
        let t = (libm::log((step + 1) as f64) / 8.0 - 0.6).max(0.0) / 0.4;
        let mix = |a: f64, b: f64| a + (b - a) * t;
        let mixed = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| mix(*a, *b)).collect();
        Spectrum {
            step,
            tau: mixed(&first.tau, &last.tau),
            alpha: mixed(&first.alpha, &last.alpha),
            f: mixed(&first.f, &last.f),
            alpha0: mix(first.alpha0, last.alpha0),
            width: mix(first.width, last.width),
            nfd_mean: mix(first.nfd_mean, last.nfd_mean),
            emergence: 0.072 * t,
        }
    };
    let mut document = series();
    document.checkpoints = steps.map(|step| record(&between(step), first, &source.q)).to_vec();
    document.scores[0].values =
        steps.map(|step| ScoreValue { step, value: 0.62 * libm::log((step + 1) as f64) / 8.0 }).to_vec();
    document
}

/// More benchmarks, invented, at the steps of the checkpoints.
fn more_scores(document: &mut ResultDocument) {
    let steps: Vec<u64> = document.checkpoints.iter().filter_map(|c| c.step).collect();
    for (metric, from, to) in [
        ("validation loss", 4.42, 1.27),
        ("pronouns", 0.31, 0.74),
        ("spelling", 0.05, 0.52),
        ("arithmetic", 0.1, 0.13),
    ] {
        let last = libm::log1p(steps.last().map_or(1.0, |s| *s as f64));
        let value = |step: &u64| from + (to - from) * libm::log1p(*step as f64) / last.max(1.0);
        let values = steps.iter().map(|step| ScoreValue { step: *step, value: value(step) }).collect();
        document.scores.push(Score { metric: metric.into(), values, series: None });
    }
}

/// The four matrices of each of `blocks` blocks: the whole network's spectrum, made narrower and moved.
fn groups(record: &CheckpointRecord, blocks: usize, shuffles: u64) -> Vec<GroupRecord> {
    let kinds = ["attention in", "attention out", "MLP up", "MLP down"];
    let (sample, middle) = (&record.samples[0], record.mean.alpha0.unwrap_or(1.0));
    let group = |block: usize, kind: usize| {
        let share = 0.3 + 0.15 * ((kind * 2 + block) % 4) as f64;
        let moved = middle + 0.04 * block as f64 - 0.05 * kind as f64;
        let alpha = sample.alpha.iter().map(|a| a.map(|a| moved + share * (a - middle))).collect();
        let width = record.mean.width.map(|w| share * w);
        let chance = width.map(|w| w * (1.0 - 0.08 * ((kind + block) % 5) as f64));
        GroupRecord {
            name: format!("block {block} {}", kinds[kind]),
            neurons_kept: 64,
            diameter: Some(150),
            alpha0: Some(moved),
            width,
            asymmetry: Some(0.2),
            alpha,
            f: sample.f.iter().map(|f| f.map(|f| share * f)).collect(),
            nulls: vec![GroupNull {
                kind: "shuffle".into(),
                samples: shuffles,
                alpha0: Some(moved + 0.004),
                alpha0_interval: Some([moved, moved + 0.008]),
                width: chance,
                width_interval: chance.map(|w| [w - 0.01, w + 0.01]),
                width_values: (0..shuffles)
                    .map(|i| chance.map(|w| w + 0.0001 * i as f64 / shuffles as f64))
                    .collect(),
            }],
        }
    };
    (0..blocks)
        .flat_map(|block| (0..kinds.len()).map(move |kind| (block, kind)))
        .map(|(b, k)| group(b, k))
        .collect()
}

/// A long series with the spectra of its groups, the fractal dimension of its layers, and five benchmarks.
pub fn training(blocks: usize) -> ResultDocument {
    let mut document = long();
    more_scores(&mut document);
    for record in &mut document.checkpoints {
        record.groups = groups(record, blocks, 20 * 4 * blocks as u64);
        let layer = |(i, group): (usize, &GroupRecord)| NfdLayer {
            name: group.name.clone(),
            summary: NfdSummary {
                mean: record.nfd.summary.mean.map(|mean| mean + 0.02 * (i % 7) as f64),
                ..NfdSummary::default()
            },
        };
        record.nfd.layers = record.groups.iter().enumerate().map(layer).collect();
    }
    document
}

/// The long series as several models of different sizes.
pub fn models(count: usize) -> ResultDocument {
    let one = long();
    let mut document = ResultDocument { checkpoints: Vec::new(), ..one.clone() };
    more_scores(&mut document);
    for model in 0..count {
        let scale = 1.0 + 0.12 * model as f64;
        for mut record in one.checkpoints.clone() {
            record.series = Some(format!("model {}", 70 * 3_u64.pow(model as u32)));
            record.parameters = 70_000_000 * 3_u64.pow(model as u32);
            record.emergence = record.emergence.map(|e| e * scale);
            record.mean.width = record.mean.width.map(|w| w * scale);
            document.checkpoints.push(record);
        }
    }
    document
}

/// The last checkpoint, damaged in two ways over six rounds.
pub fn damaged() -> ResultDocument {
    let mut document = single();
    let whole = document.checkpoints[0].clone();
    for (kind, amount, fall) in [("noise", 0.02, 0.8), ("pruning", 0.1, 0.9)] {
        for round in 1..=6 {
            let mut record = whole.clone();
            let left = libm::pow(fall, f64::from(round));
            record.name = format!("{} {kind} {round}", record.name);
            record.emergence = record.emergence.map(|e| e * left);
            record.mean.width = record.mean.width.map(|w| w * (0.5 + 0.5 * left));
            record.damage = Some(DamageRecord { kind: kind.into(), amount, round, seed: 0 });
            document.checkpoints.push(record);
        }
    }
    document
}

/// A training whose matrices were measured, and the comparison of E with them; of one number there is none.
pub fn rivals() -> ResultDocument {
    let mut document = training(6);
    measure(&mut document);
    document
}

/// Gives every checkpoint the numbers of its matrices, and the document a comparison.
fn measure(document: &mut ResultDocument) {
    for (at, record) in document.checkpoints.iter_mut().enumerate() {
        let number = at as f64;
        record.baselines = Baselines {
            mean_abs_weight: Some(0.02 + 0.001 * number),
            mean_weighted_degree: Some(8.0 + 0.5 * number),
        };
        record.rivals = Some(RivalsRecord {
            mean: SpectralMeans {
                spectral_norm: Some(1.0 + 0.5 * number),
                stable_rank: Some(30.0 - number),
                alpha: Some(6.0 - 0.2 * number),
            },
            shuffles: 4,
            shuffled: SpectralMeans { spectral_norm: Some(1.5), stable_rank: Some(29.0), alpha: Some(6.0) },
            shuffled_range: SpectralRanges {
                spectral_norm: Some([1.4, 1.6]),
                stable_rank: Some([28.5, 29.5]),
                alpha: Some([5.5, 6.5]),
            },
            largest_matrix: 512,
            ..RivalsRecord::default()
        });
    }
    let row = |rival: &str, share: Option<f64>, shuffled| Explained {
        series: document.checkpoints[0].series.clone(),
        rival: rival.into(),
        n: 15,
        r_squared: share,
        residual: share.map(|share| 1.0 - share),
        pearson: share.map(f64::sqrt),
        chance: share.map(|_| 0.27),
        shuffled,
        ..Explained::default()
    };
    document.explained = vec![
        row("log_step", Some(0.96), None),
        row("shuffled_emergence", Some(0.99), None),
        row("mean_abs_weight", None, None),
        row("spectral_norm", Some(0.875), Some(0.5)),
        row("alpha", Some(0.125), Some(0.25)),
    ];
}

/// A series whose last checkpoint has sensitivities: numbers and choices, with and without shuffles.
pub fn sensitive() -> ResultDocument {
    let mut document = training(2);
    let numbers = |values: &[f64]| values.iter().copied().map(AxisValue::Number).collect::<Vec<_>>();
    let names = |names: &[&str]| names.iter().map(|name| AxisValue::Name((*name).into())).collect();
    let mut samples = numbers(&[16.0, 24.0, 32.0, 48.0, 64.0]);
    samples.push(AxisValue::Name("whole network".into()));
    let axes = [
        ("threshold", numbers(&[50.0, 75.0, 100.0, 125.0, 150.0, 200.0, 250.0, 300.0]), 4),
        ("layer-sample", samples, 5),
        ("q", numbers(&[1.0, 2.0, 3.0, 4.0, 5.0]), 2),
        ("minimum-degree", numbers(&[1.0, 5.0, 10.0, 20.0, 50.0]), 2),
        ("rounding", names(&["halves", "nearest", "up", "twos"]), 1),
        ("scale", numbers(&[0.5, 0.5_f64.sqrt(), 1.0, 2.0_f64.sqrt(), 2.0]), 2),
        ("distance", names(&["inverse", "scaled"]), 0),
    ];
    let last = document.checkpoints.len() - 1;
    document.checkpoints[last].sensitivity = axes
        .into_iter()
        .map(|(axis, values, present)| SensitivityAxis {
            axis: axis.into(),
            points: values
                .into_iter()
                .enumerate()
                .map(|(place, value)| sensitive_point(value, place as f64 - present as f64))
                .collect(),
        })
        .collect();
    document
}

fn sensitive_point(value: AxisValue, from_present: f64) -> SensitivityPoint {
    let (alpha0, width) = (1.2 - 0.08 * from_present, 0.8 + 0.02 * from_present);
    SensitivityPoint {
        value,
        text: None,
        is_present: from_present == 0.0,
        alpha0: Some(alpha0),
        width: Some(width),
        emergence: Some(0.1 - 0.03 * from_present),
        neurons_kept: 1344,
        null: Some(SensitivityNull {
            samples: 20,
            alpha0: Some(alpha0 - 0.02),
            alpha0_interval: Some([alpha0 - 0.03, alpha0 - 0.01]),
            width: Some(0.6),
            width_interval: Some([0.57, 0.63]),
            emergence: Some(0.05),
            emergence_interval: Some([0.04, 0.06]),
        }),
    }
}

/// Published numbers: E and accuracies without spectra.
pub fn published() -> ResultDocument {
    let mut document = long();
    more_scores(&mut document);
    document.scores.retain(|score| score.metric != "validation loss");
    for record in &mut document.checkpoints {
        record.samples.clear();
        record.nulls.clear();
    }
    document
}

/// Something of all that a document can hold.
pub fn everything() -> ResultDocument {
    let mut document = training(2);
    document.checkpoints.truncate(4);
    document.checkpoints[3].series = Some("other".into());
    let mut hurt = document.checkpoints[2].clone();
    hurt.damage = Some(DamageRecord { kind: "noise".into(), amount: 0.1, round: 1, seed: 0 });
    document.checkpoints.push(hurt);
    measure(&mut document);
    let last = document.checkpoints.len() - 1;
    document.checkpoints[last].sensitivity = sensitive().checkpoints.pop().expect("a record").sensitivity;
    document
}
