//! The words inside an SVG file: title, description, and where the figure comes from.

use super::figure::{Kind, Number};
use super::numbers::decimal;
use super::scene::{Quantity, Scene, clean, clean_interval, null_adjective};
use super::series::capital;
use super::{
    damage, groups, heat, nfd_steps, normalised, path, published, radar, rivals, scatter, sensitivity,
    series, sizes,
};
use crate::analysis::{Mode, NetworkKind};
use crate::report::CheckpointRecord;

/// More files than this are not listed.
const MOST_FILES: usize = 200;

/// What the figure is.
pub(super) fn title(scene: &Scene) -> &'static str {
    match (scene.figure.kind, scene.figure.number) {
        (Kind::Spectrum, _) => "Multifractal spectrum",
        (Kind::Tau, _) => "Mass exponent",
        (Kind::Fit, _) => "Fit of the partition function",
        (Kind::Dimension, _) => "Generalised dimension",
        (Kind::Nfd, _) | (Kind::Strip, Some(Number::Nfd)) => "Neuron fractal dimension",
        (Kind::Strip, Some(Number::Alpha0)) => "Regularity",
        (Kind::Strip, Some(Number::Emergence)) => "Degree of emergence",
        (Kind::Strip, Some(Number::ExcessWidth)) => "Width above shuffled",
        (Kind::Strip, Some(Number::Asymmetry)) => "Asymmetry",
        (Kind::Strip, _) => "Width",
        (Kind::Series, _) => "Change over training",
        (Kind::Steps, _) => "Training steps",
        (Kind::Path, _) => "Width against regularity",
        (Kind::ScoresNormalised, _) => "Emergence and scores, normalised",
        (Kind::Radar, _) => "Scores by step",
        (Kind::Scatter, _) => "A score against a number",
        (Kind::Groups, _) => "Spectra of the groups",
        (Kind::Heat, _) => "Groups over training",
        (Kind::NfdSteps, _) => "Neuron fractal dimension over training",
        (Kind::Sizes, _) => "Emergence against model size",
        (Kind::Damage, _) => "Emergence and width under damage",
        (Kind::Rivals, _) => "Emergence and simple numbers",
        (Kind::Sensitivity, _) => "Sensitivity to options",
        (Kind::Published, _) => "Published emergence and accuracies",
        (Kind::Lesson, _) => "How to read this",
    }
}

/// The figure in a sentence; of a figure of one checkpoint, its spectrum as the page reads it out.
pub(super) fn description(scene: &Scene) -> String {
    let Some(record) = scene.record() else {
        return scene.figure.message.join(" ");
    };
    let text = match scene.figure.kind {
        Kind::Series => series::summary(scene),
        Kind::Path => path::summary(scene),
        Kind::ScoresNormalised => normalised::summary(scene),
        Kind::Radar => radar::summary(scene),
        Kind::Scatter => scatter::summary(scene),
        Kind::Groups => groups::summary(scene),
        Kind::Heat => heat::summary(scene),
        Kind::NfdSteps => nfd_steps::summary(scene),
        Kind::Sizes => sizes::summary(scene),
        Kind::Damage => damage::summary(scene),
        Kind::Rivals => rivals::summary(scene),
        Kind::Sensitivity => sensitivity::summary(scene),
        Kind::Published => published::summary(scene),
        // The request brought the data, and knows what it is.
        Kind::Lesson => String::new(),
        _ => return spectrum(scene, record),
    };
    if text.is_empty() { text } else { capital(&text) + "." }
}

fn spectrum(scene: &Scene, record: &CheckpointRecord) -> String {
    let step = record.step.map_or("", |_| "step ");
    let mut text = format!("Spectrum at {step}{}", scene.short_name(scene.current));
    let curve = scene.curve(Quantity::Spectrum, scene.current);
    let alphas = || curve.iter().flatten().map(|p| p.0);
    let (low, high) = (alphas().fold(f64::INFINITY, f64::min), alphas().fold(f64::NEG_INFINITY, f64::max));
    if low <= high {
        text += &format!(": α from {} to {}", decimal(low, 3), decimal(high, 3));
    }
    if let Some(alpha0) = clean(record.mean.alpha0) {
        text += &format!(", centre {}", decimal(alpha0, 3));
    }
    if let Some(width) = clean(record.mean.width) {
        text += &format!(", width {}", decimal(width, 3));
    }
    if let Some(null) = scene.null(scene.current)
        && let Some(width) = clean(null.width)
    {
        text += &format!("; {} width {}", null_adjective(null), decimal(width, 3));
        if let Some([low, high]) = clean_interval(null.width_interval) {
            text += &format!(", {} to {}", decimal(low, 3), decimal(high, 3));
        }
    }
    text + "."
}

/// The program, its options and the files: what is needed to compute the figure again.
pub(super) fn receipt(scene: &Scene) -> String {
    let document = scene.document;
    let (tool, o) = (&document.tool, &document.options);
    let network = match o.network {
        NetworkKind::Full => "whole network".into(),
        NetworkKind::Sampled => format!("{} samples of {} from seed {}", o.samples, o.layer_sample, o.seed),
    };
    let mode = if o.mode == Mode::Exact { "exact" } else { "reference" };
    let mut text = format!(
        "{} {}; {network}; {mode} mode; T {}; q {} to {} by {}",
        tool.name, tool.version, o.threshold, o.q_min, o.q_max, o.q_step
    );
    let files = document.checkpoints.iter().flat_map(|c| &c.files).take(MOST_FILES);
    for file in files {
        text += &format!("; {} {} bytes {}", file.name, file.bytes, file.identity);
    }
    text
}
