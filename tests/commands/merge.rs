//! Parts of checkpoints, joined: the bytes of the whole, or one sentence.

use std::fs;
use std::path::Path;

use neuromfa::analysis::{Analysis, NetworkKind, NullKind, Options};
use neuromfa::checkpoint::{Input, collect, open};
use neuromfa::network::recognise;
use neuromfa::report::{PartDocument, ResultDocument};
use neuromfa::series::{self, Merge, MergeError};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::schema;

/// Layers of the golden checkpoints.
const LAYERS: u32 = 12;

fn options(network: NetworkKind) -> Options {
    Options {
        network,
        samples: 2,
        layer_sample: 24,
        null: vec![NullKind::Shuffle],
        null_samples: 3,
        ..Options::default()
    }
}

fn with_layers(options: &Options, layers: &[u32]) -> Options {
    Options { layers: Some(layers.iter().map(|&layer| [layer, layer]).collect()), ..options.clone() }
}

fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/neox-tiny");
    fs::read(folder.join(name)).expect("golden data")
}

/// What `analyze` writes, with `--part` or without.
fn analyze(names: &[&str], options: &Options, part: bool) -> String {
    let mut records = Vec::new();
    let mut parts = Vec::new();
    for name in names {
        let file = golden(name);
        let inputs = [Input::new(name, &file)];
        let checkpoint = open(&collect(&inputs).candidates[0], &inputs).expect("a checkpoint");
        let wiring = recognise(&checkpoint).expect("a wiring");
        let mut analysis = Analysis::plan(&checkpoint, &wiring, options, 0).expect("a plan");
        if part {
            analysis.for_part();
        }
        for read in analysis.reads().to_vec() {
            analysis.feed(&file[read.offset as usize..][..read.length as usize]).expect("fed");
        }
        let mut measured = analysis.finish().ok().expect("complete");
        measured.compute_nulls(usize::MAX);
        records.push(measured.record());
        parts.push(measured.part(&checkpoint, &wiring));
    }
    let document = series::document(options.clone(), records);
    serde_json::to_string_pretty(&PartDocument::new(document, parts)).expect("JSON")
}

fn merge(documents: &[impl AsRef<str>]) -> Result<String, MergeError> {
    let mut merge = Merge::default();
    for (number, document) in documents.iter().enumerate() {
        merge.add(&format!("{number}.json"), document.as_ref().as_bytes())?;
    }
    Ok(serde_json::to_string_pretty(&merge.finish()?).expect("JSON"))
}

fn refusal(documents: &[impl AsRef<str>]) -> String {
    merge(documents).expect_err("a refusal").to_string()
}

/// The layers of each part that is not empty.
fn split(assignment: &[usize]) -> Vec<Vec<u32>> {
    let layers = |part| (0..LAYERS).zip(assignment).filter(move |&(_, &p)| p == part).map(|(l, _)| l);
    (0..4).map(|part| layers(part).collect::<Vec<u32>>()).filter(|layers| !layers.is_empty()).collect()
}

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn parts_in_any_order_give_the_bytes_of_the_whole(
        assignments in prop::collection::vec(prop::collection::vec(0_usize..4, LAYERS as usize), 2),
        order in Just((0_usize..8).collect::<Vec<_>>()).prop_shuffle(),
        sampled in any::<bool>(),
    ) {
        let options = options(if sampled { NetworkKind::Sampled } else { NetworkKind::Full });
        let options = Options { group_spectra: order[0] > 0, ..options };
        let names = ["step0.safetensors", "step1000.safetensors"];
        let whole = with_threads(1, || analyze(&names, &options, false));
        let mut parts: Vec<String> = Vec::new();
        for (name, assignment) in names.iter().zip(&assignments) {
            for (number, layers) in split(assignment).iter().enumerate() {
                let options = with_layers(&options, layers);
                parts.push(with_threads(1 + number % 2, || analyze(&[name], &options, true)));
            }
        }
        let parts: Vec<&String> = order.iter().filter_map(|&at| parts.get(at)).collect();
        prop_assert!(merge(&parts).expect("a document") == whole);
    }
}

#[test]
fn a_part_is_a_document_and_the_merged_one_has_no_trace_of_it() {
    let options = options(NetworkKind::Full);
    let part = analyze(&["step32.safetensors"], &with_layers(&options, &[2, 3, 4]), true);
    let value: Value = serde_json::from_str(&part).expect("JSON");
    schema::assert_valid(&value);
    assert_eq!(value["checkpoints"][0]["part"]["layers_of_all"], 12);
    let document: ResultDocument =
        serde_json::from_str(&part).expect("readers pass over what they do not know");
    assert_eq!(document.checkpoints[0].network.layers.len(), 3);
    // One part of all layers, and several checkpoints in one document.
    let names = ["step0.safetensors", "step32.safetensors"];
    assert!(
        merge(&[analyze(&names, &options, true)]).expect("a document") == analyze(&names, &options, false)
    );
    let parts = [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]];
    let parts = parts.map(|layers| analyze(&names, &with_layers(&options, &layers), true));
    assert!(merge(&parts).expect("a document") == analyze(&names, &options, false));
}

#[test]
fn whole_documents_join_to_their_series() {
    let options = Options { null_samples: 2, ..options(NetworkKind::Full) };
    let names = ["step0.safetensors", "step256.safetensors", "step1000.safetensors"];
    let alone = |name| analyze(&[name], &options, false);
    let first = analyze(&names[..2], &options, false);
    let series = analyze(&names, &options, false);
    assert!(merge(&[alone(names[2]), alone(names[0]), alone(names[1])]).expect("a document") == series);
    assert!(
        merge(&[alone(names[2]), first]).expect("a document") == series,
        "late, and a part of the series"
    );
    let later = [alone(names[2]), alone(names[1])];
    assert!(merge(&later).expect("a document") == analyze(&names[1..], &options, false));
    let chosen = with_layers(&options, &[1, 2]);
    let alone = |name| analyze(&[name], &chosen, false);
    let documents = [alone(names[1]), alone(names[0])];
    assert!(
        merge(&documents).expect("a document") == analyze(&names[..2], &chosen, false),
        "some layers only"
    );
}

#[test]
fn what_does_not_fit_together_is_refused_with_a_sentence() {
    let options = options(NetworkKind::Full);
    let part = |name: &str, layers: &[u32]| analyze(&[name], &with_layers(&options, layers), true);
    let name = "step0.safetensors";
    let (some, rest) = (part(name, &[0, 1, 2, 3]), part(name, &[4, 5, 6, 7, 8, 9, 10, 11]));
    assert!(merge(&[&some, &rest]).is_ok());
    assert_eq!(
        refusal(&[&some, &part(name, &[3, 4, 5]), &rest]),
        "layer 3 of step0 is in 0.json and in 1.json. Leave one of them out."
    );
    assert_eq!(
        refusal(&[&some, &rest, &some]),
        "layer 0 of step0 is in 0.json and in 2.json. Leave one of them out."
    );
    let whole = analyze(&[name], &options, false);
    for documents in [[&whole, &whole], [&whole, &some]] {
        assert_eq!(
            refusal(&documents),
            "everything of step0 is in 0.json and in 1.json. Leave one of them out."
        );
    }
    assert_eq!(
        refusal(&[&some, &part(name, &[5, 6, 8])]),
        "step0 has 12 layers, of which 4,7,9-11 are missing. Analyse them with --layers 4,7,9-11 --part."
    );
    let other = Options { threshold: 149.0, ..options.clone() };
    let other = analyze(&[name], &with_layers(&other, &[4, 5, 6, 7, 8, 9, 10, 11]), true);
    assert_eq!(
        refusal(&[&some, &other]),
        "0.json and 1.json have different options (threshold). Analyse them with the same ones."
    );
    let plain = |layers: &[u32]| analyze(&[name], &with_layers(&options, layers), false);
    assert_eq!(
        refusal(&[plain(&[0, 1]), plain(&[2, 3])]),
        "0.json and 1.json are results of different layers. Analyse them with --part."
    );
    let changed = |pointer: &str, value: Value| {
        let mut document: Value = serde_json::from_str(&rest).expect("JSON");
        *document.pointer_mut(pointer).expect(pointer) = value;
        document.to_string()
    };
    assert_eq!(
        refusal(&[&some, &changed("/checkpoints/0/files/0/identity", json!("f".repeat(64)))]),
        "0.json and 1.json hold parts of two models that are both called step0: their files differ. \
         Merge parts of the same files, wired alike."
    );
    let wired = refusal(&[&some, &changed("/checkpoints/0/part/wiring", json!("0"))]);
    assert!(wired.contains("their wirings differ"), "{wired}");
    let version = refusal(&[&some, &changed("/tool/version", json!("0.0.1"))]);
    assert!(version.starts_with("1.json was written by neuromfa 0.0.1, and this is"), "{version}");
    for text in ["", "{}", "[]", "nothing", &changed("/schema", json!("neuromfa-result/2"))] {
        let refusal = refusal(&[text]);
        assert!(refusal.starts_with("0.json is no result document: "), "{refusal}");
    }
    assert_eq!(merge(&[changed("/checkpoints", json!([]))]), Err(MergeError::Nothing));
}

/// Doubles as a part holds them.
fn numbers(count: usize, value: f64) -> Value {
    let text: String = neuromfa::report::Numbers(vec![value; count]).into();
    json!(text)
}

fn base64(bytes: &[u8]) -> String {
    neuromfa::report::Bytes(bytes.to_vec()).into()
}

#[test]
fn damaged_parts_are_refused_with_a_sentence() {
    let options = options(NetworkKind::Sampled);
    let layers: Vec<u32> = (4..LAYERS).collect();
    let good = analyze(&["step0.safetensors"], &with_layers(&options, &layers), true);
    let good: Value = serde_json::from_str(&good).expect("JSON");
    let cells = 61 * 151;
    let huge = json!(1_u64 << 60);
    for (pointer, value) in [
        ("layers_of_all", json!(0)),
        ("layers_of_all", json!(11)),
        ("layers_of_all", json!(u64::MAX)),
        ("samples", json!([])),
        ("samples/1/seed", json!(null)),
        ("samples/0/edges", huge.clone()),
        ("samples/0/zero_weights", json!(1)),
        ("samples/0/layers", json!([])),
        ("samples/0/layers/2/neurons", json!(3)),
        ("samples/0/layers/2/neurons", json!(u64::MAX)),
        ("samples/0/layers/2/kept", huge.clone()),
        ("samples/0/layers/2/entries", json!(u64::MAX)),
        ("samples/0/layers/2/dimensions", numbers(9999, 1.0)),
        ("samples/0/layers/2/dimensions", numbers(2, f64::INFINITY)),
        ("samples/0/layers/2/dimensions", json!("AAAA")),
        ("samples/0/layers/2/dimensions", json!("not base64")),
        ("samples/0/layers/2/dimensions", json!([1.0])),
        ("samples/0/layers/2/spectrum", json!(null)),
        ("samples/0/layers/2/spectrum/diameter", json!(151)),
        ("samples/0/layers/2/spectrum/diameter", json!(0)),
        ("samples/0/layers/2/spectrum/tau", numbers(60, 1.0)),
        ("samples/0/layers/2/spectrum/tau", numbers(61, f64::NAN)),
        ("samples/0/absolute_sum", json!([numbers(1, f64::NAN)])),
        ("samples/0/absolute_sum", json!([numbers(2, 1.0)])),
        ("samples/0/partition/kept", json!(1)),
        ("samples/0/partition/radii", json!([151])),
        ("samples/0/partition/radii", json!([0])),
        ("samples/0/partition/sums", json!([numbers(cells - 1, 1.0)])),
        ("samples/0/partition/sums", json!([numbers(cells, f64::NAN)])),
        ("samples/0/partition/sums", json!(vec![numbers(cells, 1.0); 65])),
        ("samples/0/partition/small", json!("AQI=")),
        ("samples/0/partition/small", json!(base64(&[0; 150]))),
        ("samples/0/partition/small", json!(base64(&std::array::from_fn::<u8, 150, _>(|r| 255 - r as u8)))),
        ("samples/0/partition/small_counted", json!([[0, 20, 1, 1]])),
        ("samples/0/partition/small_counted", json!([[151, 20, 1, 1]])),
        ("samples/0/partition/small_counted", json!([[1, 20, 0, 1]])),
        ("samples/0/partition/small_counted", json!([[1, 20, 21, 1]])),
        ("samples/0/partition/small_counted", json!([[1, 20, 1, huge]])),
        ("samples/0/partition/small_counted", json!([[1, 256, 1, 1]])),
        ("samples/0/partition/small_counted", json!([[1, 20, 1, 1], [1, 20, 1, 1]])),
        ("nulls", json!([])),
        ("nulls/0/kind", json!("none")),
        ("nulls/0/samples", json!([])),
        ("nulls/0/samples/1/dimension_counts", json!(vec![1; 401])),
        ("nulls/0/samples/1/dimension_counts", json!([huge, huge])),
        ("nulls/0/samples/1/dimension_sum", json!([numbers(3, 1.0)])),
        ("nulls/0/samples/1/partition/kept", huge.clone()),
        ("nulls/0/samples/1/layers", json!(null)),
        ("nulls/0/samples/1/layers", numbers(15, 1.0)),
        ("nulls/0/samples/1/layers", numbers(18, 1.0)),
    ] {
        let mut bad = good.clone();
        *bad["checkpoints"][0]["part"].pointer_mut(&format!("/{pointer}")).expect(pointer) = value.clone();
        let shown = value.to_string();
        let refusal = refusal(&[bad.to_string()]);
        let expected = refusal.starts_with("0.json: the part of step0 is damaged: ")
            || refusal.starts_with("0.json is no result document: ");
        assert!(expected, "{pointer} = {}: {refusal}", &shown[..shown.len().min(80)]);
    }
}

/// Paths of all values below one.
fn pointers(value: &Value, at: &str, list: &mut Vec<String>) {
    list.push(at.to_owned());
    match value {
        Value::Array(values) => {
            values
                .iter()
                .enumerate()
                .for_each(|(index, value)| pointers(value, &format!("{at}/{index}"), list));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), list));
        }
        _ => {}
    }
}

#[test]
fn no_change_of_a_part_makes_merging_panic() {
    let options = Options { null_samples: 1, q_step: 1.0, threshold: 20.0, ..options(NetworkKind::Full) };
    let part = |layers: &[u32]| analyze(&["step0.safetensors"], &with_layers(&options, layers), true);
    let (some, rest) = (part(&[0, 1, 2]), part(&[3, 4, 5, 6, 7, 8, 9, 10, 11]));
    let good: Value = serde_json::from_str(&rest).expect("JSON");
    let mut places = Vec::new();
    pointers(&good["options"], "/options", &mut places);
    pointers(&good["checkpoints"][0]["part"], "/checkpoints/0/part", &mut places);
    pointers(&good["checkpoints"][0]["network"], "/checkpoints/0/network", &mut places);
    let cells = 7 * 21;
    let values = [
        json!(null),
        json!(0),
        json!(-1),
        json!(1),
        json!(u64::MAX),
        json!(1_u64 << 48),
        json!(1e308),
        json!("x"),
        json!([]),
        json!({}),
        json!([0, u32::MAX]),
        json!([[0, u32::MAX]]),
        json!([numbers(cells, f64::INFINITY), numbers(cells, f64::NEG_INFINITY)]),
        json!([numbers(cells, f64::MAX), numbers(cells, f64::MAX), numbers(cells, -f64::MAX)]),
        json!([numbers(cells, -1.0)]),
        json!([numbers(1, f64::INFINITY)]),
    ];
    let mut accepted = 0;
    // A third of the values at each place, another third at the next: all of them take minutes.
    for (index, place) in places.iter().enumerate() {
        for value in values.iter().skip(index % 3).step_by(3) {
            let mut changed = good.clone();
            *changed.pointer_mut(place).expect("a place") = value.clone();
            accepted += usize::from(merge(&[some.clone(), changed.to_string()]).is_ok());
        }
    }
    // Infinite sums are numbers that a checkpoint can have.
    assert!(accepted > 0);
}
