//! The stored demo is what its checkpoints give: the result document, its cut form and the figures of the first view.
//!
//! After a change that is meant to move them: `UPDATE_DEMO=1 cargo test --release --test analysis demo`.

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{measure_altered, record};
use neuromfa::analysis::{NullKind, Options, RescaledNull, rescaling};
use neuromfa::plot::{self, Figure, Kind, Number, ThemeName};
use neuromfa::report::{CheckpointRecord, Excesses, ResultDocument};
use neuromfa::scores::Scores;
use neuromfa::series;
use serde_json::{Value, json};

/// Decimals of the cut form: more than any figure shows.
const CUT_DECIMALS: f64 = 1e4;

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("demo")
}

fn read(name: &str) -> Vec<u8> {
    fs::read(demo().join(name)).unwrap_or_else(|error| panic!("demo/{name}: {error}"))
}

/// Compares with the stored file, or writes it.
fn check(name: &str, text: &str) {
    if std::env::var_os("UPDATE_DEMO").is_some() {
        fs::write(demo().join(name), text).expect("a writable demo folder");
    }
    let stored = String::from_utf8(read(name)).expect("UTF-8");
    assert!(
        stored == text,
        "demo/{name} is not what the checkpoints give; see the top of tests/analysis/demo.rs"
    );
}

fn document() -> ResultDocument {
    let options = Options { null: NullKind::ALL.to_vec(), ..Options::default() };
    let mut names: Vec<String> = fs::read_dir(demo().join("checkpoints"))
        .expect("checkpoints")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    let file = |name: &str| read(&format!("checkpoints/{name}"));
    let mut records: Vec<CheckpointRecord> =
        names.iter().map(|name| record(name, &file(name), &options)).collect();
    series::sort(&mut records);
    let first = records[0].clone();
    let first_file = file(&format!("{}.safetensors", first.name));
    for record in &mut records {
        let groups = first.network.layers.len();
        let alteration = rescaling(&first.network.layers, &record.network.layers, &options, groups);
        let alteration = alteration.expect("options").expect("the same layers");
        let plain = Options { null: Vec::new(), ..options.clone() };
        let scaled = measure_altered("step0.safetensors", &first_file, &plain, &alteration).record();
        RescaledNull::new(&scaled).add_to(record);
    }
    let mut document = series::document(options.clone(), records);
    let mut scores = Scores::default();
    scores.add("scores.json", &read("scores.json"), None).unwrap_or_else(|error| panic!("{}", error.text()));
    series::score(&mut document, scores.finish(), None);
    document
}

/// What the first view shows, and nothing else; still a document that every reader accepts.
fn cut(document: &ResultDocument) -> Value {
    let mut cut = document.clone();
    for checkpoint in &mut cut.checkpoints {
        checkpoint.network.layers.clear();
        checkpoint.network.skipped.clear();
        checkpoint.nfd.layers.clear();
        checkpoint.groups.clear();
        checkpoint.validity = None;
        for sample in &mut checkpoint.samples {
            sample.radii.clear();
            sample.partition.q.clear();
            sample.partition.ln_z.clear();
            for curve in [&mut sample.tau, &mut sample.intercept, &mut sample.stderr, &mut sample.r_squared] {
                curve.clear();
            }
            sample.dimension.clear();
        }
        checkpoint.nulls.retain(|null| null.kind == NullKind::Shuffle.name());
        for null in &mut checkpoint.nulls {
            null.text.clear();
            null.difference = Excesses::default();
            null.envelope.clear();
            null.alpha0_values.clear();
        }
    }
    let mut value = serde_json::to_value(&cut).expect("JSON");
    round(&mut value);
    let accuracy = document.scores[0].values.last().expect("a score").value;
    let percent = format!("{:.0}%", 100.0 * accuracy);
    let of = |quantity: &str| {
        let mut all = document.associations.iter();
        all.find(|one| one.quantity == quantity && one.metric == document.scores[0].metric)
            .expect("an association")
    };
    let emergence = of("emergence");
    let [e, time] = [emergence.pearson, emergence.log_step.pearson].map(|r| r.expect("a correlation"));
    value["demo"] = json!({ "deck": {
        "wide": format!(
            "A language model of 1.2 million weights, from noise to {percent} of next characters right.\n\
             From its weights alone, E follows that accuracy with r = {e:.2}; log(step) alone gives {time:.2}."
        ),
        "phone": format!("A small language model, from noise to {percent} of next characters right."),
    }});
    value
}

fn round(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(round),
        Value::Object(fields) => fields.values_mut().for_each(round),
        Value::Number(number) if number.is_f64() => {
            let rounded = (number.as_f64().expect("a double") * CUT_DECIMALS).round() / CUT_DECIMALS;
            *value = json!(if rounded == 0.0 { 0.0 } else { rounded });
        }
        _ => {}
    }
}

/// The figures of the first view as one SVG, each an `svg` element with its name; sizes as in www/styles.
fn figures(document: &ResultDocument, phone: bool, theme: ThemeName) -> String {
    let pick = |wide: f64, narrow: f64| if phone { narrow } else { wide };
    let width = pick(488.0, 328.0);
    let base = Figure { theme, compact: phone, ..Figure::default() };
    let series = vec![
        format!("score:{}", document.scores[0].metric),
        "emergence".to_owned(),
        "excess_width".to_owned(),
    ];
    let strip = |number| Figure {
        kind: Kind::Strip,
        number: Some(number),
        width: pick(156.0, 116.0),
        height: 32.0,
        ..base.clone()
    };
    let figures = [
        (
            "spectrum",
            Figure { rulers: !phone, width: pick(744.0, 328.0), height: pick(462.0, 222.0), ..base.clone() },
        ),
        ("series", Figure { kind: Kind::Series, series, width, height: pick(422.0, 400.0), ..base.clone() }),
        ("steps", Figure { kind: Kind::Steps, width, height: 60.0, ..base.clone() }),
        ("strip-alpha0", strip(Number::Alpha0)),
        ("strip-width", strip(Number::Width)),
        ("strip-emergence", strip(Number::Emergence)),
        ("strip-nfd", strip(Number::Nfd)),
    ];
    let parts: String = figures
        .iter()
        .map(|(name, figure)| {
            let svg = plot::svg(document, figure).expect("a figure");
            svg.replacen("<svg ", &format!("<svg data-figure=\"{name}\" "), 1)
        })
        .collect();
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\">\n{parts}</svg>\n")
}

#[test]
fn the_stored_demo_is_what_its_checkpoints_give() {
    let document = document();
    check("result.json", &(serde_json::to_string(&document).expect("JSON") + "\n"));
    let cut = cut(&document);
    check("first-view.json", &(cut.to_string() + "\n"));
    let cut: ResultDocument = serde_json::from_value(cut).expect("the cut form is a document");
    for (form, phone) in [("wide", false), ("phone", true)] {
        for (name, theme) in [("light", ThemeName::Light), ("dark", ThemeName::Dark)] {
            check(&format!("first-view-{form}-{name}.svg"), &figures(&cut, phone, theme));
        }
    }
}

/// The finding of the first view: at step 0 the width is that of the shuffles, at the end it is wider than all of them. The
/// untrained network is also as its initialisation has it, and a rescaled one explains no more than a part of the end.
#[test]
fn only_training_brought_width_above_chance() {
    let document: ResultDocument = serde_json::from_slice(&read("result.json")).expect("a document");
    let width = |checkpoint: usize, kind: NullKind| {
        let nulls = &document.checkpoints[checkpoint].nulls;
        let null = nulls.iter().find(|null| null.kind == kind.name()).expect("the null model");
        null.difference.width.expect("a difference")
    };
    let last = document.checkpoints.len() - 1;
    for kind in [NullKind::Shuffle, NullKind::Gaussian, NullKind::Initialisation] {
        let [low, high] = width(0, kind).interval;
        assert!(low <= 0.0 && 0.0 <= high, "{kind:?} at step 0: {low} to {high}");
        let [low, _] = width(last, kind).interval;
        assert!(low > 0.0, "{kind:?} at the end: from {low}");
    }
    assert!(width(last, NullKind::Rescale).value > 0.5);
}
