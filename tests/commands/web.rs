//! Checkpoints on other sites, read by the command line. The sites are on this computer.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::common::Weights;
use crate::schema;
use crate::site::{Reply, Request, Site};

struct Ran {
    status: Option<i32>,
    json: Option<Value>,
    text: String,
    errors: String,
}

fn run(arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neuromfa"));
    let output = command.args(arguments).env("NEUROMFA_TOKEN", "good").output().expect("the program runs");
    let text = String::from_utf8(output.stdout).expect("text");
    let errors = String::from_utf8(output.stderr).expect("text");
    Ran { status: output.status.code(), json: serde_json::from_str(&text).ok(), text, errors }
}

fn data(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path)).expect("a file")
}

/// Two blocks of GPT-NeoX, 256 wide: 6.3 MB.
fn model() -> Vec<u8> {
    const WIDTH: usize = 256;
    let (mut header, mut data) = (serde_json::Map::new(), Vec::<u8>::new());
    for block in 0..2 {
        for (name, outputs, inputs) in [
            ("attention.query_key_value", 3 * WIDTH, WIDTH),
            ("attention.dense", WIDTH, WIDTH),
            ("mlp.dense_h_to_4h", 4 * WIDTH, WIDTH),
            ("mlp.dense_4h_to_h", WIDTH, 4 * WIDTH),
        ] {
            let begin = data.len();
            let weights = Weights::new(block * 10 + outputs as u64);
            for at in 0..outputs * inputs {
                data.extend(weights.at(at / inputs, at % inputs).to_le_bytes());
            }
            let entry =
                json!({ "dtype": "F32", "shape": [outputs, inputs], "data_offsets": [begin, data.len()] });
            header.insert(format!("gpt_neox.layers.{block}.{name}.weight"), entry);
        }
    }
    let header = Value::Object(header).to_string();
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend(data);
    file
}

/// A document without what tells files apart.
fn numbers(document: &Value) -> Value {
    let mut document = document.clone();
    for checkpoint in document["checkpoints"].as_array_mut().expect("checkpoints") {
        for file in checkpoint["files"].as_array_mut().expect("files") {
            file["identity"] = Value::Null;
        }
    }
    document
}

/// What the same arguments give of files on disk, `(path, bytes)`.
fn on_disk(files: &[(&str, Vec<u8>)], path: &str, arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        fs::write(path, bytes).expect("written");
    }
    let path = folder.path().join(path);
    let mut all = vec!["analyze", path.to_str().expect("text")];
    all.extend(arguments);
    let ran = run(&all);
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
    numbers(&ran.json.expect("a document"))
}

/// A site with one file, which `answer` may answer for otherwise.
fn site_of(
    bytes: Vec<u8>,
    answer: impl Fn(&Request, &[u8]) -> Option<Reply> + Send + Sync + 'static,
) -> Site {
    Site::new(move |request| match request.path.as_str() {
        "/model.safetensors" => {
            answer(request, &bytes).unwrap_or_else(|| Reply::file(&bytes, request, "one"))
        }
        _ => Reply::of(404, ""),
    })
}

const SAMPLED: [&str; 6] = ["--network", "sampled", "--samples", "2", "--layer-sample", "8"];

fn analyze(address: &str, more: &[&str]) -> Ran {
    let mut arguments = vec!["analyze", address];
    arguments.extend(more);
    run(&arguments)
}

#[test]
fn a_sampled_run_reads_what_the_plan_says_and_the_numbers_are_those_of_the_file() {
    let bytes = model();
    let total = bytes.len();
    let expected = on_disk(&[("model.safetensors", bytes.clone())], "model.safetensors", &SAMPLED);
    let site = site_of(bytes, |_, _| None);
    let address = format!("{}/model.safetensors", site.origin);
    let ran = analyze(&address, &SAMPLED);
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
    let document = ran.json.expect("a document");
    schema::assert_valid(&document);
    assert_eq!(numbers(&document), expected);
    let identity = document["checkpoints"][0]["files"][0]["identity"].as_str().expect("an identity");
    assert!(identity.starts_with("remote:"), "{identity}");

    let log = site.log();
    let asked: Vec<_> = log.iter().filter(|(request, ..)| request.path == "/model.safetensors").collect();
    let sent: usize = asked.iter().map(|(.., bytes)| bytes).sum();
    assert_eq!(asked[0].0.range, Some(0..65_536), "the header, in one request");
    assert!(asked.iter().all(|(request, status, _)| request.range.is_some() && *status == 206));
    assert!(sent * 5 < total, "{sent} of {total} bytes");
    let note = ran.errors.lines().find(|line| line.starts_with("note: ")).expect("a note").to_owned();
    let requests = asked.len() - 1;
    assert!(note.contains(&format!("in {requests} requests to 127.0.0.1:")), "{requests}: {note}");

    let before = site.log().len();
    let planned = analyze(&address, &[&SAMPLED[..], &["--plan"]].concat());
    assert_eq!(planned.status, Some(0), "{}", planned.errors);
    assert_eq!(format!("note: {}", planned.text.trim()), note);
    assert_eq!(site.log().len(), before + 2, "the header, and whether there is a config");
}

#[test]
fn what_passes_changes_no_number() {
    let bytes = model();
    let expected = on_disk(&[("model.safetensors", bytes.clone())], "model.safetensors", &SAMPLED);
    type Fault = fn(&Request, &[u8]) -> Option<Reply>;
    let faults: [(&str, Fault); 4] = [
        ("429", |request, _| (request.before < 2).then(|| Reply::of(429, "").with("Retry-After", "0"))),
        ("503", |request, _| (request.before % 9 == 1).then(|| Reply::of(503, ""))),
        ("cut", |request, bytes| {
            let cut = Reply { cut: Some(7), ..Reply::file(bytes, request, "one") };
            (request.before % 7 == 2).then_some(cut)
        }),
        ("silent", |request, bytes| {
            let cut = Reply { cut: Some(0), ..Reply::file(bytes, request, "one") };
            (request.before == 3).then_some(cut)
        }),
    ];
    for (name, fault) in faults {
        let site = site_of(bytes.clone(), fault);
        let ran = analyze(&format!("{}/model.safetensors", site.origin), &SAMPLED);
        assert_eq!(ran.status, Some(0), "{name}: {}", ran.errors);
        assert_eq!(numbers(&ran.json.expect("a document")), expected, "{name}");
    }
}

#[test]
fn what_stays_ends_in_a_sentence() {
    type Fault = fn(&Request, &[u8]) -> Option<Reply>;
    let faults: [(&str, Fault); 12] = [
        ("changed while it was read", |request, bytes| {
            (request.before > 2).then(|| Reply::file(bytes, request, "two"))
        }),
        ("changed while it was read", |request, bytes| {
            (request.before > 2).then(|| Reply::file(&bytes[..bytes.len() - 1], request, "one"))
        }),
        ("refuses a part", |request, _| (request.before > 2).then(|| Reply::of(416, ""))),
        ("cannot be read in parts", |_, bytes| Some(Reply::of(200, bytes))),
        ("cannot be read in parts", |request, bytes| (request.before > 2).then(|| Reply::of(200, bytes))),
        ("broke off", |request, bytes| {
            Some(Reply { cut: Some(9), ..Reply::file(bytes, request, "one") }).filter(|_| request.before > 2)
        }),
        ("has a fault of its own", |_, _| Some(Reply::of(500, ""))),
        ("no more requests for now: for 10 minutes", |_, _| {
            Some(Reply::of(429, "").with("Retry-After", "600"))
        }),
        ("sends other bytes", |request, bytes| {
            let range = request.range.clone().map(|range| range.start + 1..range.end + 1);
            Some(Reply::file(bytes, &Request { range, ..request.clone() }, "one"))
                .filter(|_| request.before > 2)
        }),
        ("sends other bytes", |request, bytes| {
            let mut reply = Reply::file(bytes, request, "one");
            reply.body.pop();
            Some(reply).filter(|_| request.before > 2)
        }),
        ("is sent compressed", |request, bytes| {
            Some(Reply::file(bytes, request, "one").with("Content-Encoding", "gzip"))
        }),
        ("is a Git LFS pointer", |request, _| {
            let oid = "0".repeat(64);
            let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 9\n");
            Some(Reply::file(pointer.as_bytes(), request, "one"))
        }),
    ];
    let bytes = model();
    for (sentence, fault) in faults {
        let site = site_of(bytes.clone(), fault);
        let ran = analyze(&format!("{}/model.safetensors", site.origin), &SAMPLED);
        assert_eq!(ran.status, Some(3), "{sentence}: {}", ran.errors);
        assert!(ran.json.is_none(), "{sentence}: no number comes of it");
        let errors: Vec<&str> = ran.errors.lines().filter(|line| line.starts_with("error: ")).collect();
        assert!(errors.len() == 1 && errors[0].contains(sentence), "{sentence}: {}", ran.errors);
        assert!(errors[0].contains("127.0.0.1"), "{sentence}: {}", ran.errors);
    }
}

#[test]
fn addresses_that_expire_are_asked_for_again() {
    let bytes = model();
    let expected = on_disk(&[("model.safetensors", bytes.clone())], "model.safetensors", &SAMPLED);
    let stored = Arc::new(Site::new(move |request| match request.before {
        5.. => Reply::of(403, ""),
        _ => Reply::file(&bytes, request, "one"),
    }));
    let (to, turns) = (stored.origin.clone(), std::sync::atomic::AtomicUsize::new(0));
    let site = site_of(Vec::new(), move |_, _| {
        let turn = turns.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Some(Reply::redirect(format!("{to}/signed?turn={turn}")))
    });
    let ran = analyze(&format!("{}/model.safetensors", site.origin), &SAMPLED);
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
    assert_eq!(numbers(&ran.json.expect("a document")), expected);
    assert!(site.count("/model.safetensors") > 1, "it was asked again");
    assert!(stored.count("/signed?turn=0") >= 5, "and its answer was used until it expired");
}

/// A hub with one model of three revisions: whole, in two parts, and for people with a token. Files lie on another site.
fn hub(private: bool) -> (Site, Arc<Site>) {
    let file = |path: &str| match path {
        "step0/model.safetensors" => Some(data("neox-tiny/step0.safetensors")),
        "step1000/model.safetensors" => Some(data("neox-tiny/step1000.safetensors")),
        "step0/config.json" | "step1000/config.json" => Some(data("neox-tiny/config.json")),
        other => other.strip_prefix("parts/").map(|name| data(&format!("formats/sharded/{name}"))),
    };
    let stored =
        Arc::new(Site::new(move |request| match file(request.path.trim_start_matches("/stored/")) {
            Some(bytes) => Reply::file(&bytes, request, "x"),
            None => Reply::of(404, ""),
        }));
    let to = stored.origin.clone();
    let entry = |path: &str, bytes: usize| json!({ "type": "file", "path": path, "size": bytes });
    let listed = move |revision: &str| -> Option<Value> {
        let names: Vec<String> = match revision {
            "step0" | "step1000" => vec!["config.json".to_owned(), "model.safetensors".to_owned()],
            "parts" => {
                let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats/sharded");
                let entries = fs::read_dir(folder).expect("a folder");
                entries
                    .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
                    .collect()
            }
            _ => return None,
        };
        let bytes = |name: &String| file(&format!("{revision}/{name}")).map_or(0, |bytes| bytes.len());
        Some(names.iter().map(|name| entry(name, bytes(name))).collect())
    };
    let site = Site::new(move |request| {
        if private && request.authorization.as_deref() != Some("Bearer good") {
            return Reply::of(401, "").with("X-Error-Code", "GatedRepo");
        }
        if let Some(rest) = request.path.strip_prefix("/api/models/some/model/tree/") {
            let listed = listed(rest.trim_end_matches("?recursive=true"));
            return match listed {
                Some(listed) => Reply::of(200, listed.to_string()),
                None => Reply::of(404, "").with("X-Error-Code", "RevisionNotFound"),
            };
        }
        match request.path.strip_prefix("/some/model/resolve/") {
            Some(path) => Reply::redirect(format!("{to}/stored/{path}")),
            None => Reply::of(401, "").with("X-Error-Code", "RepoNotFound"),
        }
    });
    (site, stored)
}

#[test]
fn revisions_of_a_model_are_a_series() {
    let (site, _) = hub(false);
    let files = [
        ("model/step0/config.json", data("neox-tiny/config.json")),
        ("model/step0/model.safetensors", data("neox-tiny/step0.safetensors")),
        ("model/step1000/config.json", data("neox-tiny/config.json")),
        ("model/step1000/model.safetensors", data("neox-tiny/step1000.safetensors")),
    ];
    let expected = on_disk(&files, "model", &[]);
    let address = format!("hub+{}/some/model", site.origin);
    for more in [&["--revisions", "step1000, step0"][..], &["--revisions", "step{0,1000}"]] {
        let ran = analyze(&address, more);
        assert_eq!(ran.status, Some(0), "{}", ran.errors);
        assert_eq!(numbers(&ran.json.expect("a document")), expected);
    }
    let ran = analyze(&format!("{address}@step0,step7,step1000"), &[]);
    assert_eq!(ran.status, Some(3));
    assert!(ran.errors.contains("some/model@step7 on 127.0.0.1"), "{}", ran.errors);
    assert!(ran.errors.contains("has no revision of this name"), "{}", ran.errors);
    assert_eq!(numbers(&ran.json.expect("a document")), expected, "the others are read");
}

#[test]
fn parts_of_a_model_are_found_by_its_list() {
    let (site, _) = hub(false);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats/sharded");
    let local = run(&["analyze", folder.to_str().expect("text")]).json.expect("a document");
    let ran = analyze(&format!("hub+{}/some/model/tree/parts", site.origin), &[]);
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
    let (mut here, mut there) = (numbers(&local), numbers(&ran.json.expect("a document")));
    for document in [&mut here, &mut there] {
        document["checkpoints"][0]["name"] = Value::Null;
    }
    assert_eq!(there, here);
}

#[test]
fn a_token_goes_to_its_site_only() {
    let (site, stored) = hub(true);
    let address = format!("hub+{}/some/model@step0", site.origin);
    let refused = analyze(&address, &[]);
    assert_eq!(refused.status, Some(3));
    assert!(refused.errors.contains("accepted its terms"), "{}", refused.errors);
    let ran = analyze(&address, &["--token-env", "NEUROMFA_TOKEN"]);
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
    assert!(stored.log().iter().all(|(request, ..)| request.authorization.is_none()));
    assert!(!stored.log().is_empty());
    let none = analyze(&address, &["--token-env", "NEUROMFA_NO_SUCH_TOKEN"]);
    assert_eq!(none.status, Some(2), "{}", none.errors);
    let other = format!("hub+{}/other/model", site.origin);
    let missing = analyze(&other, &["--token-env", "NEUROMFA_TOKEN"]);
    assert!(missing.errors.contains("is not there, or is private"), "{}", missing.errors);
}

#[test]
fn folders_of_static_hosts_are_read_as_folders_are() {
    let page = "<a href='../'>up</a><a href='step0.safetensors'>x</a><a href='config.json'>x</a><a href='step1000/'>x</a>";
    let site = Site::new(move |request| match request.path.as_str() {
        "/runs/" => Reply::of(200, page),
        "/runs/step1000/" | "/plain/" => Reply::of(404, ""),
        "/runs/step0.safetensors" => Reply::file(&data("neox-tiny/step0.safetensors"), request, "0"),
        "/runs/step1000/model.safetensors" | "/plain/model.safetensors" => {
            Reply::file(&data("neox-tiny/step1000.safetensors"), request, "1")
        }
        "/runs/config.json" => Reply::of(200, data("neox-tiny/config.json")),
        _ => Reply::of(404, ""),
    });
    let ran = analyze(&format!("{}/runs/", site.origin), &[]);
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
    let document = ran.json.expect("a document");
    let names: Vec<&Value> = (0..2).map(|at| &document["checkpoints"][at]["name"]).collect();
    assert_eq!(names, ["step0", "step1000"]);
    let ran = analyze(&format!("{}/plain/", site.origin), &[]);
    assert_eq!(ran.json.expect("a document")["checkpoints"][0]["name"], "plain", "{}", ran.errors);
    let ran = analyze(&format!("{}/empty/", site.origin), &[]);
    assert_eq!(ran.status, Some(3));
    assert!(ran.errors.contains("is not there"), "{}", ran.errors);
}

#[test]
fn headers_of_pytorch_take_few_requests() {
    let bytes = data("formats/pytorch_model.bin");
    let site = Site::new(move |request| match request.path.as_str() {
        "/pytorch_model.bin" => Reply::file(&bytes, request, "one"),
        _ => Reply::of(404, ""),
    });
    let ran = run(&["inspect", "--json", &format!("{}/pytorch_model.bin", site.origin)]);
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
    // Each of its 46 entries has a header of its own; those that lie close together are asked for at once.
    let asked = site.count("/pytorch_model.bin");
    assert!(asked <= 12, "{asked} requests");
}

#[test]
fn arguments_that_fit_no_address_are_told() {
    for (arguments, sentence) in [
        (&["analyze", "hf:a/b/c/d"][..], "is no address"),
        (&["analyze", "hf:a/b", "--revisions", "../x"], "is no list of revisions"),
        (&["analyze", "x.safetensors", "--revisions", "step0"], "there is none"),
        (&["analyze", "--preset", "gpt-5"], "there is no such preset"),
        (&["sensitivity", "x.safetensors", "--plan"], "--plan belongs to analyze"),
    ] {
        let ran = run(arguments);
        assert_eq!(ran.status, Some(2), "{arguments:?}: {}", ran.errors);
        assert!(ran.errors.contains(sentence), "{arguments:?}: {}", ran.errors);
    }
    let gone = analyze("http://127.0.0.1:1/x.safetensors", &[]);
    assert_eq!(gone.status, Some(3));
    assert!(gone.errors.contains("cannot be reached"), "{}", gone.errors);
}
