//! Every family of architectures, by the names and shapes of models that their own libraries made
//! (`tests/data/families/make.py`).

use std::fs;
use std::path::Path;

use neuromfa::checkpoint::{Checkpoint, ModelConfig};
use neuromfa::network::{Wiring, recognise};
use serde::Deserialize;

use crate::common;

#[derive(Deserialize)]
struct Model {
    model: String,
    architecture: String,
    guessed: bool,
    config: Option<ModelConfig>,
    tensors: Vec<(String, Vec<u64>)>,
    /// Name, neurons, edges of each, tensors.
    groups: Vec<(String, u64, u64, Vec<String>)>,
}

fn models() -> Vec<Model> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/families");
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    let read = |path| serde_json::from_str(&fs::read_to_string(path).expect("text")).expect("a model");
    files.iter().map(read).collect()
}

fn checkpoint(model: &Model, prefix: &str) -> Checkpoint {
    let tensors: Vec<(String, Vec<u64>)> =
        model.tensors.iter().map(|(name, shape)| (format!("{prefix}{name}"), shape.clone())).collect();
    let described = common::described(&model.model, &tensors);
    Checkpoint { config: model.config.clone(), ..described }
}

/// Groups as the tables write them, without the prefix.
fn groups(wiring: &Wiring, checkpoint: &Checkpoint, prefix: &str) -> Vec<(String, u64, u64, Vec<String>)> {
    let plain = |name: &str| name.strip_prefix(prefix).unwrap_or(name).to_owned();
    let group = |group: &neuromfa::network::Group| {
        let tensors = group.matrices.iter().map(|matrix| plain(&checkpoint.tensors[matrix.tensor].name));
        (plain(&group.name), group.neurons, group.edges_per_neuron(), tensors.collect())
    };
    wiring.groups.iter().map(group).collect()
}

#[test]
fn every_family_has_its_groups_under_every_prefix() {
    let models = models();
    assert!(models.len() >= 90, "{}", models.len());
    let mut wrong = Vec::new();
    for model in &models {
        for prefix in ["", "module.", "_orig_mod.", "model.", "model.module.backbone."] {
            let checkpoint = checkpoint(model, prefix);
            wrong.extend(
                difference(model, &checkpoint, prefix).map(|what| format!("{prefix}{}: {what}", model.model)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is not as the table says.
fn difference(model: &Model, checkpoint: &Checkpoint, prefix: &str) -> Option<String> {
    let wiring = match recognise(checkpoint) {
        Ok(wiring) => wiring,
        Err(error) => return Some(error.to_string()),
    };
    if (wiring.architecture.as_str(), wiring.guessed) != (model.architecture.as_str(), model.guessed) {
        return Some(format!("is {}, guessed {}", wiring.architecture, wiring.guessed));
    }
    let found = groups(&wiring, checkpoint, prefix);
    if let Some(pair) = found.iter().zip(&model.groups).find(|(found, expected)| found != expected) {
        return Some(format!("{pair:?}"));
    }
    if found.len() != model.groups.len() {
        return Some(format!("{} groups of {}", found.len(), model.groups.len()));
    }
    let left = wiring.warnings.into_iter().find(|warning| warning.code == "matrices-left-out");
    left.map(|warning| warning.text)
}

#[test]
fn the_order_of_the_tensors_does_not_matter_where_blocks_are_numbered() {
    for model in models().iter().filter(|model| model.groups[0].0.contains("block ")) {
        let sorted = checkpoint(model, "");
        let mut reversed = sorted.clone();
        reversed.tensors.reverse();
        let (a, b) = (recognise(&sorted).expect("a network"), recognise(&reversed).expect("a network"));
        assert_eq!(groups(&a, &sorted, ""), groups(&b, &reversed, ""), "{}", model.model);
    }
}

#[test]
fn every_wiring_survives_being_written_and_applied() {
    for model in models() {
        let checkpoint = checkpoint(&model, "");
        let wiring = recognise(&checkpoint).expect("a network");
        let spec = wiring.to_spec(&checkpoint);
        let text = serde_json::to_string(&spec).expect("JSON");
        let read: neuromfa::network::WiringSpec = serde_json::from_str(&text).expect("a wiring");
        assert_eq!(read, spec);
        let applied = spec.apply(&checkpoint).expect(&model.model);
        assert_eq!(applied.groups, wiring.groups, "{}", model.model);
        assert_eq!(applied.head_width, wiring.head_width);
        assert!(applied.edited && !wiring.edited);
        assert_eq!(applied.warnings[0].code, "wiring-edited");
    }
}
