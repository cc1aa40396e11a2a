//! The command line, run as a process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::schema;

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path)
}

/// Runs in `folder`, so that paths in messages are the ones that were typed.
fn neuromfa(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neuromfa"));
    command.current_dir(folder).args(arguments).output().expect("the program runs")
}

struct Ran {
    status: Option<i32>,
    json: Option<Value>,
    errors: Vec<String>,
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let output = neuromfa(folder, arguments);
    let errors = String::from_utf8(output.stderr).expect("text");
    Ran {
        status: output.status.code(),
        json: serde_json::from_slice(&output.stdout).ok(),
        errors: errors.lines().map(str::to_owned).collect(),
    }
}

fn names(document: &Value) -> Vec<&str> {
    let checkpoints = document["checkpoints"].as_array().expect("checkpoints");
    checkpoints.iter().map(|checkpoint| checkpoint["name"].as_str().expect("a name")).collect()
}

/// A folder with copies of golden files: `(from, to)`.
fn folder_of(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (from, to) in files {
        let to = folder.path().join(to);
        fs::create_dir_all(to.parent().expect("a parent")).expect("created");
        fs::copy(data(from), to).expect("copied");
    }
    folder
}

#[test]
fn a_folder_is_a_series_in_the_order_of_its_steps() {
    let ran = run(&data(""), &["analyze", "neox-tiny"]);
    let document = ran.json.expect("a document");
    schema::assert_valid(&document);
    assert_eq!((ran.status, ran.errors), (Some(0), vec![]));
    assert_eq!(names(&document), ["step0", "step32", "step256", "step1000"]);
    assert_eq!(document["checkpoints"][0]["emergence"], 0.0);
    let width = &document["checkpoints"][3]["mean"]["width"];
    assert!((width.as_f64().expect("a width") - 0.312_958_030_707_350_73).abs() < 1e-9, "{width}");
}

#[test]
fn two_folders_are_two_series_named_after_them() {
    let copies = [
        ("neox-tiny/step0.safetensors", "seed1/step0.safetensors"),
        ("neox-tiny/step256.safetensors", "seed1/step256.safetensors"),
        ("neox-tiny/step32.safetensors", "seed0/step32.safetensors"),
        ("neox-tiny/step1000.safetensors", "seed0/step1000.safetensors"),
    ];
    let folder = folder_of(&copies);
    let ran = run(folder.path(), &["analyze", "seed1", "seed0"]);
    assert_eq!((ran.status, ran.errors), (Some(0), vec![]));
    let document = ran.json.expect("a document");
    schema::assert_valid(&document);
    assert_eq!(names(&document), ["step0", "step256", "step32", "step1000"]);
    let series: Vec<&Value> = (0..4).map(|at| &document["checkpoints"][at]["series"]).collect();
    assert_eq!(series, ["seed1", "seed1", "seed0", "seed0"]);
    // Each has the numbers that it has alone.
    for (name, at) in [("seed1", 0), ("seed0", 2)] {
        let alone = run(folder.path(), &["analyze", name]).json.expect("a document");
        for place in 0..2 {
            let mut beside = document["checkpoints"][at + place].clone();
            beside.as_object_mut().expect("an object").remove("series");
            assert_eq!(beside, alone["checkpoints"][place], "{name}");
        }
    }
    // Folders with one checkpoint each are one series, as files are.
    let steps = [
        ("neox-tiny/step0.safetensors", "step0/m.safetensors"),
        ("neox-tiny/step32.safetensors", "step32/m.safetensors"),
    ];
    let ran = run(folder_of(&steps).path(), &["analyze", "step32", "step0"]);
    let document = ran.json.expect("a document");
    assert_eq!(document["checkpoints"][0]["step"], 0);
    assert!(document["checkpoints"][1].get("series").is_none());
}

#[test]
fn a_document_that_was_changed_is_arranged_anew_by_merge() {
    let ran = run(&data(""), &["analyze", "neox-tiny", "--null", "shuffle", "--null-samples", "2"]);
    let mut document = ran.json.expect("a document");
    let checkpoints = document["checkpoints"].as_array_mut().expect("checkpoints");
    checkpoints.swap(0, 3);
    checkpoints[0]["step"] = 5.into();
    checkpoints[1]["series"] = "apart".into();
    checkpoints[3]["is_baseline"] = true.into();
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("changed.json"), document.to_string()).expect("written");
    let merged = run(folder.path(), &["merge", "changed.json"]).json.expect("a document");
    schema::assert_valid(&merged);
    assert_eq!(names(&merged), ["step0", "step1000", "step256", "step32"]);
    let of = |at: usize, field: &str| merged["checkpoints"][at][field].clone();
    assert_eq!((of(0, "emergence"), of(3, "emergence")), (0.0.into(), 0.0.into()));
    assert_eq!((of(1, "step"), of(0, "is_baseline")), (5.into(), true.into()));
    assert_eq!(of(3, "series"), "apart");
}

#[test]
fn sampled_runs_and_nulls_follow_the_schema() {
    let reference = ["--network", "sampled", "--mode", "reference", "--samples", "2", "--layer-sample", "16"];
    for options in [&reference[..], &["--null", "shuffle", "--null-samples", "2", "--threshold", "2"]] {
        let ran = run(&data("neox-tiny"), &[&["analyze", "step0.safetensors"], options].concat());
        assert_eq!(ran.status, Some(0), "{:?}", ran.errors);
        schema::assert_valid(&ran.json.expect("a document"));
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let document = |threads| {
        let arguments = [
            "analyze",
            "step32.safetensors",
            "--null",
            "shuffle",
            "--null-samples",
            "3",
            "--threads",
            threads,
        ];
        neuromfa(&data("neox-tiny"), &arguments).stdout
    };
    let one = document("1");
    assert!(!one.is_empty());
    assert_eq!(one, document("3"));
}

#[test]
fn files_are_written_beside_the_standard_output() {
    let folder = folder_of(&[("neox-tiny/step0.safetensors", "step0.safetensors")]);
    let outs = ["--out", "r.json", "--out", "r.csv", "--out", "r.svg", "--out", "r.png"];
    let ran = run(folder.path(), &[&["analyze", "step0.safetensors"], &outs[..]].concat());
    assert_eq!(ran.status, Some(0), "{:?}", ran.errors);
    let read = |name: &str| fs::read(folder.path().join(name)).expect(name);
    let document = ran.json.expect("a document");
    assert_eq!(serde_json::from_slice::<Value>(&read("r.json")).expect("JSON"), document);
    let table = String::from_utf8(read("r.csv")).expect("text");
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("checkpoint,step,seed,q,tau,stderr,r_squared,alpha,f"));
    let first: Vec<&str> = lines.next().expect("a row").split(',').collect();
    assert_eq!(&first[..4], ["step0", "0", "", "-3.0"]);
    assert_eq!(first[4], document["checkpoints"][0]["samples"][0]["tau"][0].to_string());
    assert_eq!(lines.count(), 60);
    assert!(read("r.svg").starts_with(b"<svg"));
    assert!(read("r.png").starts_with(b"\x89PNG"));
}

#[test]
fn every_figure_is_drawn_on_demand() {
    let files = ["neox-tiny/step0.safetensors", "neox-tiny/step1000.safetensors"];
    let folder = folder_of(&files.map(|file| (file, &file["neox-tiny/".len()..])));
    let outs = [
        "--out",
        "a.svg",
        "--out",
        "r.csv",
        "--out",
        "b.svg",
        "--out",
        "c.svg",
        "--figure",
        "path,nfd-steps",
    ];
    let ran = run(folder.path(), &[&["analyze", "."], &outs[..]].concat());
    assert_eq!(ran.status, Some(0), "{:?}", ran.errors);
    for (name, title) in [
        ("a.svg", "Width against regularity"),
        ("b.svg", "Neuron fractal dimension over training"),
        ("c.svg", "Neuron fractal dimension over training"),
    ] {
        let drawn = fs::read_to_string(folder.path().join(name)).expect(name);
        assert!(drawn.contains(&format!("<title>{title}</title>")), "{name}");
    }
    let wrong = run(folder.path(), &["analyze", ".", "--out", "a.svg", "--figure", "pie"]);
    assert_eq!(wrong.status, Some(2));
    assert!(wrong.errors.concat().contains("there are spectrum, tau,"), "{:?}", wrong.errors);
    let many = run(folder.path(), &["analyze", ".", "--out", "a.csv", "--figure", "path"]);
    assert_eq!(many.status, Some(2));
}

#[test]
fn layers_are_chosen_by_number_or_share() {
    let layers = |layers: &str| {
        let ran = run(&data("neox-tiny"), &["analyze", "step32.safetensors", "--layers", layers]);
        assert_eq!((ran.status, ran.errors), (Some(0), vec![]));
        let document = ran.json.expect("a document");
        schema::assert_valid(&document);
        let names = document["checkpoints"][0]["network"]["layers"].as_array().expect("layers").clone();
        (document["options"]["layers"].to_string(), names.len())
    };
    assert_eq!(layers("5,0-1,2"), ("[[0,2],[5,5]]".to_owned(), 4));
    // The groups of a block have 3, 1, 4 and 4 times 64 x 64 weights.
    assert_eq!(layers("2/3"), ("[[4,7]]".to_owned(), 4));
    let shares: Vec<String> = (1..=5).map(|share| layers(&format!("{share}/5")).0).collect();
    assert_eq!(shares, ["[[0,2]]", "[[3,4]]", "[[5,6]]", "[[7,9]]", "[[10,11]]"]);
    for (layers, sentence) in [
        ("12", "there is no layer 12: the network has 12, counted from 0."),
        ("1/13", "there is no share 1 of 13: the network has 12 layers, and a share has at least one."),
        ("0/3", "there is no share 0 of 3"),
    ] {
        let ran = run(&data("neox-tiny"), &["analyze", "step32.safetensors", "--layers", layers]);
        assert_eq!((ran.status, ran.json), (Some(2), None), "{layers}");
        assert!(ran.errors.len() == 1 && ran.errors[0].contains(sentence), "{:?}", ran.errors);
    }
}

#[test]
fn parts_are_merged_to_the_bytes_of_one_run() {
    let files = ["step0.safetensors", "step32.safetensors"].map(|name| (format!("neox-tiny/{name}"), name));
    let files: Vec<(&str, &str)> = files.iter().map(|(from, to)| (from.as_str(), *to)).collect();
    let folder = folder_of(&files);
    let options = ["--null", "shuffle", "--null-samples", "2"];
    let whole = neuromfa(folder.path(), &[&["analyze", "."], &options[..]].concat()).stdout;
    let mut parts = Vec::new();
    for step in ["step32", "step0"] {
        for share in ["3/3", "1/3", "2/3"] {
            let out = format!("{step}-{}.json", share.replace('/', "-of-"));
            let path = format!("{step}.safetensors");
            let threads = if share == "1/3" { "1" } else { "2" };
            let own = ["analyze", &path, "--layers", share, "--part", "--threads", threads, "--out", &out];
            let ran = run(folder.path(), &[&own, &options[..]].concat());
            assert_eq!((ran.status, ran.errors), (Some(0), vec![]));
            schema::assert_valid(&ran.json.expect("a document"));
            parts.push(out);
        }
    }
    let merge: Vec<&str> = ["merge"].into_iter().chain(parts.iter().map(String::as_str)).collect();
    let outs = ["--out", "whole.json", "--out", "whole.csv"];
    let merged = neuromfa(folder.path(), &[&merge[..], &outs].concat());
    assert_eq!(String::from_utf8(merged.stderr).expect("text"), "");
    assert!(merged.stdout == whole);
    assert!(fs::read(folder.path().join("whole.json")).expect("written") == whole);
    assert!(folder.path().join("whole.csv").exists());
    for (documents, status, sentence) in [
        (&merge[..3], 5, "step32 has 12 layers, of which 4-7 are missing."),
        (
            &["merge", "whole.json", &parts[0]],
            5,
            "everything of step32 is in whole.json and in step32-3-of-3.json",
        ),
        (&["merge", "step0.safetensors"], 3, "step0.safetensors is no result document: "),
        (&["merge", "none.json"], 3, "none.json cannot be read: "),
        (
            &["merge", "whole.json", "--out", "x.pdf"],
            2,
            "x.pdf must end in .json, .csv, .svg, .png, .tex, .txt or .bib.",
        ),
    ] {
        let ran = run(folder.path(), documents);
        assert_eq!((ran.status, ran.json), (Some(status), None), "{documents:?}");
        assert!(ran.errors.len() == 1 && ran.errors[0].contains(sentence), "{:?}", ran.errors);
    }
    let left: Vec<String> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
        .filter(|name| name.starts_with('.'))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "nothing half written stays");
}

#[test]
fn arguments_that_cannot_be() {
    let refused: [&[&str]; 20] = [
        &["analyze", "x", "--null", "rescale", "--part"],
        &[],
        &["analyze"],
        &["analyze", "x", "--mode", "fast"],
        &["analyze", "x", "--threshold", "NaN"],
        &["analyze", "x", "--threshold", "0.5"],
        &["analyze", "x", "--q-step", "0"],
        &["analyze", "x", "--filter", "1"],
        &["analyze", "x", "--hops", "2"],
        &["analyze", "x", "--network", "sampled", "--hops", "4"],
        &["analyze", "x", "--interconnect", "true"],
        &["analyze", "x", "--network", "sampled", "--hops", "2", "--part"],
        &["damage", "x"],
        &["damage", "x", "--kind", "noise", "--amount", "-1"],
        &["damage", "x", "--kind", "prune", "--amount", "0.5", "--rounds", "3"],
        &["damage", "x", "--kind", "quantise", "--amount", "8", "--rounds", "8"],
        &["damage", "x", "--kind", "noise", "--amount", "1", "--part"],
        &["analyze", "x", "--samples", "0"],
        &["analyze", "x", "--threads", "0"],
        &["analyze", "x", "--out", "x.pdf"],
    ];
    for arguments in refused {
        let ran = run(&data(""), arguments);
        assert_eq!((ran.status, ran.json), (Some(2), None), "{arguments:?}");
        assert!(!ran.errors.is_empty(), "{arguments:?}");
    }
}

#[test]
fn paths_of_several_hops_are_followed_and_merged_and_refused() {
    let files = [
        ("neox-tiny/step0.safetensors", "step0.safetensors"),
        ("neox-tiny/step32.safetensors", "step32.safetensors"),
    ];
    let folder = folder_of(&files);
    let options =
        ["--network", "sampled", "--samples", "2", "--hops", "2", "--null", "shuffle", "--null-samples", "2"];
    let document = |path: &str, more: &[&str]| {
        let ran = run(folder.path(), &[&["analyze", path], &options[..], more].concat());
        assert_eq!((ran.status, ran.errors), (Some(0), vec![]));
        let document = ran.json.expect("a document");
        schema::assert_valid(&document);
        document
    };
    let both = document(".", &[]);
    assert_eq!((&both["options"]["hops"], &both["options"]["interconnect"]), (&2.into(), &Value::Null));
    assert_eq!(both["checkpoints"][1]["network"]["layers"].as_array().map(Vec::len), Some(15));
    document("step32.safetensors", &["--out", "b.json"]);
    document("step0.safetensors", &["--out", "a.json"]);
    assert_eq!(run(folder.path(), &["merge", "b.json", "a.json"]).json.expect("a document"), both);
    let as_computed = document("step32.safetensors", &["--interconnect", "true"]);
    assert_eq!(as_computed["options"]["interconnect"], "true");
    assert_ne!(as_computed["checkpoints"][0]["mean"], both["checkpoints"][1]["mean"]);

    let mlp = data("architectures/mlp/model.safetensors");
    let mlp = mlp.to_str().expect("text");
    for (path, more, sentence) in [
        (mlp, &[][..], "paths run through whole blocks of four layers"),
        (
            "step0.safetensors",
            &["--layers", "0-3"],
            "paths run through all layers; they cannot be followed in some of them.",
        ),
    ] {
        let ran = run(folder.path(), &[&["analyze", path], &options[..], more].concat());
        assert_eq!((ran.status, ran.json), (Some(2), None), "{more:?}");
        assert!(ran.errors.len() == 1 && ran.errors[0].contains(sentence), "{:?}", ran.errors);
    }
}

#[test]
fn damage_is_a_document_of_rounds_and_alters_no_file() {
    let files = [
        ("neox-tiny/step0.safetensors", "step0.safetensors"),
        ("neox-tiny/step1000.safetensors", "step1000.safetensors"),
    ];
    let folder = folder_of(&files);
    let path = folder.path().join("step1000.safetensors");
    let before = fs::read(&path).expect("readable");
    let options =
        ["--kind", "prune", "--amount", "0.25", "--rounds", "2", "--null-samples", "3", "--seed", "7"];
    let damage = |more: &[&str]| {
        let ran = run(folder.path(), &[&["damage", "step1000.safetensors"], &options[..], more].concat());
        assert_eq!((ran.status, ran.errors), (Some(0), vec![]));
        let document = ran.json.expect("a document");
        schema::assert_valid(&document);
        document
    };
    let document = damage(&["--figure", "damage", "--out", "damage.svg"]);
    assert!(fs::read(folder.path().join("damage.svg")).expect("drawn").starts_with(b"<svg"));
    assert_eq!(names(&document), ["step1000 round 0", "step1000 round 1", "step1000 round 2"]);
    let rounds = document["checkpoints"].as_array().expect("rounds");
    for (round, amount) in [0.0, 0.25, 0.5].into_iter().enumerate() {
        let record = &rounds[round];
        let expected = serde_json::json!({"kind": "prune", "amount": amount, "round": round, "seed": 7});
        assert_eq!((&record["damage"], &record["step"]), (&expected, &Value::Null));
        assert_eq!(record["network"]["zero_weights"], (147_456.0 * amount) as u64);
        assert_eq!(
            (&record["nulls"][0]["kind"], &record["nulls"][0]["samples"]),
            (&"shuffle".into(), &3.into())
        );
    }
    assert_eq!(rounds[0]["emergence"], 0.0);
    let plain = run(folder.path(), &["analyze", "step1000.safetensors"]).json.expect("a document");
    assert_eq!(rounds[0]["samples"], plain["checkpoints"][0]["samples"]);
    assert_eq!(plain["checkpoints"][0]["damage"], Value::Null);

    let against = damage(&["--baseline", "step0.safetensors"]);
    assert_eq!(names(&against), ["step0", "step1000 round 0", "step1000 round 1", "step1000 round 2"]);
    let series = run(folder.path(), &["analyze", "."]).json.expect("a document");
    assert_eq!(against["checkpoints"][1]["emergence"], series["checkpoints"][1]["emergence"]);
    assert_eq!(against["checkpoints"][3]["samples"], rounds[2]["samples"]);

    assert_eq!(damage(&["--threads", "1"]), damage(&["--threads", "3"]));
    let several = run(folder.path(), &[&["damage", "."], &options[..]].concat());
    assert_eq!((several.status, several.json), (Some(2), None));
    assert!(several.errors[0].contains("there are 2 checkpoints among the paths"), "{:?}", several.errors);
    let none = run(folder.path(), &[&["damage", "nowhere"], &options[..]].concat());
    assert_eq!((none.status, none.errors.len()), (Some(3), 1), "{:?}", none.errors);
    assert_eq!(fs::read(&path).expect("readable"), before);
}

#[test]
fn a_file_that_is_no_checkpoint_is_one_line_and_status_3() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("thesis.pdf"), "%PDF-1.7\n").expect("written");
    let line = "error: thesis.pdf is not a checkpoint. It begins with “%PDF”. Drop the weights instead: safetensors, PyTorch, GGUF, ONNX or NumPy.";
    for command in ["analyze", "inspect"] {
        let ran = run(folder.path(), &[command, "thesis.pdf"]);
        assert_eq!((ran.status, ran.errors), (Some(3), vec![line.to_owned()]));
    }
    let ran = run(folder.path(), &["analyze", "nowhere.safetensors"]);
    assert_eq!((ran.status, ran.errors.len()), (Some(3), 1));
    assert!(ran.errors[0].starts_with("error: nowhere.safetensors cannot be read."), "{:?}", ran.errors);
}

#[test]
fn the_others_are_written_when_some_fail() {
    let folder = folder_of(&[
        ("neox-tiny/step0.safetensors", "step0.safetensors"),
        ("neox-tiny/step32.safetensors", "step32.safetensors"),
    ]);
    let whole = fs::read(data("neox-tiny/step256.safetensors")).expect("readable");
    fs::write(folder.path().join("step256.safetensors"), &whole[..500_000]).expect("written");
    let ran =
        run(folder.path(), &["analyze", "step256.safetensors", "step32.safetensors", "step0.safetensors"]);
    let document = ran.json.expect("a document");
    schema::assert_valid(&document);
    assert_eq!(names(&document), ["step0", "step32"]);
    let line = "error: step256.safetensors ends early. The header promises 670,104 bytes; the file has 500,000. \
                Copy or download it again.";
    assert_eq!((ran.status, ran.errors), (Some(3), vec![line.to_owned()]));
}

#[test]
fn nothing_to_analyse_is_status_4() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("config.json"), "{}").expect("written");
    fs::create_dir(folder.path().join("empty")).expect("created");
    for arguments in [["analyze", "."], ["analyze", "empty"], ["inspect", "."]] {
        let ran = run(folder.path(), &arguments);
        assert_eq!((ran.status, ran.errors.len()), (Some(4), 1), "{arguments:?}");
    }
    let header = br#"{"step":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}"#;
    let optimizer = [&(header.len() as u64).to_le_bytes()[..], header, &[0; 8]].concat();
    fs::write(folder.path().join("optimizer.safetensors"), optimizer).expect("written");
    let ran = run(folder.path(), &["analyze", "optimizer.safetensors"]);
    assert_eq!((ran.status, ran.errors.len()), (Some(4), 1), "{:?}", ran.errors);
    assert!(ran.errors[0].contains("optimizer"), "{:?}", ran.errors);
}

#[test]
fn a_missing_shard_is_a_warning_and_the_rest_is_analysed() {
    let shard = ("formats/sharded/model-00001-of-00002.safetensors", "m/model-00001-of-00002.safetensors");
    let index = ("formats/sharded/model.safetensors.index.json", "m/model.safetensors.index.json");
    let folder = folder_of(&[shard, index]);
    for path in ["m", "m/model.safetensors.index.json", "m/model-00001-of-00002.safetensors"] {
        let ran = run(folder.path(), &["analyze", path]);
        assert_eq!((ran.status, ran.errors.len()), (Some(0), 1), "{path}: {:?}", ran.errors);
        assert!(ran.errors[0].contains("model-00002-of-00002.safetensors"), "{:?}", ran.errors);
        let document = ran.json.expect("a document");
        schema::assert_valid(&document);
        let warnings = document["checkpoints"][0]["warnings"].as_array().expect("warnings");
        assert!(warnings.iter().any(|warning| warning["code"] == "missing-shard"), "{path}: {warnings:?}");
    }
}

#[test]
fn an_index_leads_to_its_shards() {
    let ran = run(&data("formats/sharded"), &["analyze", "model.safetensors.index.json"]);
    assert_eq!((ran.status, ran.errors), (Some(0), vec![]));
    let document = ran.json.expect("a document");
    assert_eq!(document["checkpoints"][0]["files"].as_array().map(Vec::len), Some(2));
}

#[test]
fn inspect_tells_tensors_groups_and_what_is_skipped() {
    let ran = run(&data(""), &["inspect", "neox-tiny/step0.safetensors", "--json"]);
    assert_eq!(ran.status, Some(0));
    let report = ran.json.expect("JSON");
    let checkpoint = &report["checkpoints"][0];
    assert_eq!(checkpoint["architecture"], "GPT-NeoX");
    assert_eq!(checkpoint["groups"].as_array().map(Vec::len), Some(12));
    assert_eq!(checkpoint["tensors"].as_array().map(Vec::len), Some(40));
    assert!(!checkpoint["skipped"].as_array().expect("an array").is_empty());
    let text = neuromfa(&data(""), &["inspect", "neox-tiny/step0.safetensors"]);
    let text = String::from_utf8(text.stdout).expect("text");
    assert!(text.contains("gpt_neox.embed_in.weight F32 [128, 64]"), "{text}");
    assert!(
        text.contains("\n    11 block 2 MLP down: 256 neurons"),
        "layers have the numbers of --layers: {text}"
    );
}

#[test]
fn a_wiring_is_printed_changed_and_applied() {
    let folder = folder_of(&[
        ("neox-tiny/step0.safetensors", "step0.safetensors"),
        ("neox-tiny/step32.safetensors", "step32.safetensors"),
    ]);
    let ran = run(folder.path(), &["inspect", "step0.safetensors", "--wiring"]);
    assert_eq!((ran.status, ran.errors), (Some(0), vec![]));
    let mut wiring = ran.json.expect("a wiring");
    assert_eq!(wiring["groups"].as_array().map(Vec::len), Some(12));
    let write =
        |wiring: &Value| fs::write(folder.path().join("w.json"), wiring.to_string()).expect("written");
    let analyze = ["analyze", ".", "--wiring", "w.json"];
    write(&wiring);
    let same = run(folder.path(), &analyze);
    let recognised = run(folder.path(), &["analyze", "."]).json.expect("a document");
    let applied = same.json.expect("a document");
    schema::assert_valid(&applied);
    assert_eq!(applied["checkpoints"][1]["samples"], recognised["checkpoints"][1]["samples"]);
    assert_eq!(applied["checkpoints"][1]["warnings"][0]["code"], "wiring-edited");
    wiring["groups"].as_array_mut().expect("groups").truncate(4);
    write(&wiring);
    let part = run(folder.path(), &analyze).json.expect("a document");
    let layers = &part["checkpoints"][0]["network"]["layers"];
    assert_eq!(layers.as_array().map(Vec::len), Some(4));
    wiring["groups"][0]["matrices"][0]["tensor"] = "nothing".into();
    write(&wiring);
    let wrong = run(folder.path(), &analyze);
    assert_eq!((wrong.status, wrong.errors.len()), (Some(3), 2), "{:?}", wrong.errors);
    assert!(wrong.errors[0].contains("`nothing`, which step0 does not hold"), "{:?}", wrong.errors);
    fs::write(folder.path().join("w.json"), "{").expect("written");
    assert_eq!(run(folder.path(), &analyze).status, Some(2));
}

#[test]
fn the_state_dict_can_be_chosen() {
    let folder = data("pytorch");
    let ran = run(&folder, &["inspect", "two.pt", "--json"]);
    let report = ran.json.expect("JSON");
    let dicts = &report["checkpoints"][0]["state_dicts"];
    assert_eq!((dicts[0]["path"].as_str(), dicts[0]["chosen"].as_bool()), (Some("G"), Some(false)));
    assert_eq!((dicts[1]["path"].as_str(), dicts[1]["chosen"].as_bool()), (Some("D"), Some(true)));
    let ran = run(&folder, &["inspect", "two.pt", "--json", "--state-dict", "G"]);
    let report = ran.json.expect("JSON");
    assert_eq!(report["checkpoints"][0]["tensors"][0]["name"], "a.weight");
    for command in ["inspect", "analyze"] {
        let ran = run(&folder, &[command, "two.pt", "--state-dict", "H"]);
        let line = "error: two.pt holds no state dict “H”. It has “G”, “D”. Name one of these.";
        assert_eq!((ran.status, ran.errors), (Some(3), vec![line.to_owned()]));
    }
    let ran =
        run(&data("formats"), &["analyze", "trainer_checkpoint.pt", "--state-dict", "model_state_dict"]);
    assert_eq!((ran.status, ran.errors), (Some(0), vec![]));
    assert_eq!(ran.json.expect("a document")["checkpoints"][0]["architecture"], "GPT-NeoX");
}

#[test]
fn inspect_tells_what_a_pickle_would_import() {
    let text = neuromfa(&data("pytorch"), &["inspect", "module.pt"]);
    let text = String::from_utf8(text.stdout).expect("text");
    assert!(text.contains("  imports of its pickle: "), "{text}");
    assert!(text.contains("    unknown: __main__.Net\n"), "{text}");
    assert!(text.contains("    torch._utils._rebuild_parameter\n"), "{text}");
    let report = run(&data("pytorch"), &["inspect", "module.pt", "--json"]).json.expect("JSON");
    let imports = report["checkpoints"][0]["imports"].as_array().expect("imports");
    assert!(imports.contains(&serde_json::json!({"name": "__main__.Net", "known": false})), "{imports:?}");
}

#[test]
fn an_empty_document_follows_the_schema_and_a_wrong_one_does_not() {
    let empty = serde_json::json!({
        "schema": "neuromfa-result/1", "tool": {"name": "neuromfa", "version": "0.1.0"}, "checkpoints": [], "scores": [],
        "options": serde_json::to_value(neuromfa::analysis::Options::default()).expect("JSON"), "more": 1,
    });
    schema::assert_valid(&empty);
    let mut wrong = empty;
    wrong["options"]["threshold"] = "150".into();
    assert!(std::panic::catch_unwind(|| schema::assert_valid(&wrong)).is_err());
}

#[test]
fn a_lone_onnx_model_brings_the_file_of_its_weights() {
    let ran = run(&data("onnx"), &["inspect", "external.onnx", "--json"]);
    assert_eq!(ran.status, Some(0), "{:?}", ran.errors);
    let inspected = ran.json.expect("a document").to_string();
    assert!(inspected.contains("external.data") && inspected.contains("fc1.weight"), "{inspected}");
}
