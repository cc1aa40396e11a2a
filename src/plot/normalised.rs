//! The degree of emergence and scores in one chart, each from 0 at its smallest to 1 at its largest.

use plotters_backend::DrawingBackend;

use super::axis::{Chart, Scale};
use super::figure::{Layout, Number};
use super::scene::Scene;
use super::series::{capital, metrics, score_line};
use super::sheet::{Drawn, Rect, Sheet};
use super::steps::{Steps, draw_values};
use super::theme::CATEGORIES;
use super::track::{Look, Mark, Track, TrackLine, area};

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let steps = Steps::of(scene);
    let lines = lines(scene, &steps);
    let names: Vec<String> = lines.iter().map(|line| line.name.clone()).collect();
    let title = if scene.figure.compact {
        "E and scores, each from 0 to 1"
    } else {
        "E and scores, each from 0 at its smallest to 1 at its largest"
    };
    let track = Track { name: "scores-normalised".into(), title: title.into(), lines, ..Track::default() };
    let foot = if scene.figure.title { 22.0 } else { 0.0 };
    let block = Rect { bottom: (inside.bottom - foot).max(inside.top + 1.0), ..inside };
    let rect = area(block, Steps::rect_with(scene, block, &names));
    let chart = Chart::new(rect, steps.scale, Scale::Linear(-0.04, 1.04));
    track.draw(sheet, scene, &chart, block, steps.x(&chart, scene.current), layout)?;
    layout.plots.push(chart.place(&track.name));
    layout.steps = steps.places(&chart);
    if track.is_empty() {
        layout.nothing = ["No scores yet", "Add benchmark scores of these steps."].map(String::from).to_vec();
    }
    if scene.figure.title { draw_values(sheet, scene, &steps, &chart, inside.bottom - 9.0) } else { Ok(()) }
}

/// What the figure shows, in a sentence.
pub(super) fn summary(scene: &Scene) -> String {
    let names: Vec<String> = lines(scene, &Steps::of(scene)).into_iter().map(|line| line.name).collect();
    format!("{} over training steps, each from 0 at its smallest to 1 at its largest", names.join(", "))
}

/// The asked lines; by default E and the first metrics.
fn lines(scene: &Scene, steps: &Steps) -> Vec<TrackLine> {
    let metrics = metrics(scene);
    let usual = || {
        let scores = metrics.iter().take(CATEGORIES - 1).map(|metric| format!("score:{metric}"));
        std::iter::once("emergence".to_owned()).chain(scores).collect()
    };
    let asked = if scene.figure.series.is_empty() { usual() } else { scene.figure.series.clone() };
    asked.iter().take(CATEGORIES).filter_map(|name| line(scene, steps, &metrics, name)).collect()
}

fn line(scene: &Scene, steps: &Steps, metrics: &[&str], name: &str) -> Option<TrackLine> {
    let Some(metric) = name.strip_prefix("score:") else {
        let number = Number::named(name)?;
        let own = scene.series_number(scene.current);
        let lines = steps.lines(scene);
        let track = Track::number(scene, lines.get(own..own + 1)?, number);
        let line = track.lines.into_iter().next()?;
        let short = scene.figure.compact && !track.symbol.is_empty();
        let name = if short { track.symbol.concat() } else { track.title.trim_end().to_owned() };
        return Some(scaled(TrackLine { name, look: Look::Checkpoints, ..line }));
    };
    let series = scene.record().and_then(|record| record.series.as_deref());
    let mut scores = scene.document.scores.iter();
    let score =
        scores.find(|s| s.metric == metric && (s.series.is_none() || s.series.as_deref() == series))?;
    let category = metrics.iter().position(|other| *other == metric)?;
    Some(scaled(TrackLine { name: capital(metric), ..score_line(scene, steps, category, score) }))
}

/// The values moved and stretched to 0 to 1, and the null model's with them.
fn scaled(line: TrackLine) -> TrackLine {
    let values = || line.points.iter().filter_map(|mark| mark.value);
    let (low, high) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    let share = |value: f64| if high > low { (value - low) / (high - low) } else { 0.0 };
    let mark = |mark: &Mark| Mark {
        checkpoint: mark.checkpoint,
        x: mark.x,
        value: mark.value.map(share),
        spread: mark.spread.map(|ends| ends.map(share)),
    };
    // A null model that leaves the chart would be drawn over its title.
    let inside = |value: f64| share(value).clamp(-0.04, 1.04);
    TrackLine {
        points: line.points.iter().map(mark).collect(),
        band: line.band.iter().map(|(x, ends)| (*x, ends.map(inside))).collect(),
        name: line.name.clone(),
        look: line.look,
    }
}
