//! A checkpoint of more than 9 GB on the command line: both networks have a known answer.

use crate::huge_file as huge;

use std::path::Path;
use std::process::Command;

use neuromfa::report::{ResultDocument, SampleRecord};

fn analyze(path: &Path, options: &[&str]) -> Vec<SampleRecord> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neuromfa"));
    let output = command.arg("analyze").arg(path).args(options).output().expect("the command line runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut document: ResultDocument = serde_json::from_slice(&output.stdout).expect("a document");
    document.checkpoints.remove(0).samples
}

#[test]
fn nine_gigabytes_give_the_known_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("huge.safetensors");
    let expected = huge::write(&path).expect("written");
    assert!(std::fs::metadata(&path).expect("a file").len() > 9_000_000_000);
    assert_eq!(analyze(&path, &[]), [expected.whole]);
    assert_eq!(analyze(&path, &["--network", "sampled", "--samples", "2"]), expected.samples);
}
