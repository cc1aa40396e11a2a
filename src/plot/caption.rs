//! The caption of a figure: what it shows, of how many neurons, beside which null models, under which options.

use super::figure::{Figure, Kind};
use super::numbers::count;
use super::scene::{Scene, null_name};
use super::words;
use crate::report::{CheckpointRecord, ResultDocument, settings};

/// The caption as one paragraph.
pub fn caption(document: &ResultDocument, figure: &Figure) -> String {
    let scene = Scene::new(document, figure);
    let mut sentences = vec![format!("{}.", words::title(&scene)), words::description(&scene)];
    if let Some(record) = scene.record().filter(|_| figure.kind != Kind::Lesson) {
        sentences.push(neurons(record));
        sentences.push(chance(&scene));
        sentences.push(spread(record));
        sentences.push(settings(&document.options));
        sentences.push(format!("Computed with {} {}.", document.tool.name, document.tool.version));
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

fn neurons(record: &CheckpointRecord) -> String {
    let all = record.network.neurons;
    let kept = record.samples.iter().map(|sample| sample.neurons_kept).min();
    match kept.filter(|kept| *kept < all) {
        Some(kept) => format!("{} of {} neurons have enough edges to count.", count(kept), count(all)),
        None => format!("{} neurons.", count(all)),
    }
}

fn chance(scene: &Scene) -> String {
    let Some(null) = scene.null(scene.current) else {
        return "No null model is drawn.".into();
    };
    let interval = if null.samples > 1 { "their mean and 95% interval" } else { "one sample" };
    format!("Grey: {} of the same weights, {interval}.", null_name(null))
}

fn spread(record: &CheckpointRecord) -> String {
    match record.samples.len() {
        0 | 1 => record.uncertainty.as_ref().map_or(String::new(), |known| {
            format!("Coloured intervals: 95% over {} resamples of the {}.", count(known.count), known.over)
        }),
        samples => format!("Coloured intervals: 95% over {samples} samples."),
    }
}
