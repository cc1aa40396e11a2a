//! Charts over training steps, stacked on one axis: scores, and the numbers of the method beside their null models.

use plotters_backend::DrawingBackend;

use super::axis::Numerals;
use super::figure::{Layout, Number};
use super::measure::change;
use super::numbers::{decimal, percent};
use super::scene::{Scene, clean, cut};
use super::sheet::{Drawn, Rect, Sheet};
use super::steps::{Steps, draw_values};
use super::theme::CATEGORIES;
use super::track::{Look, Mark, Track, TrackLine, area, blocks};
use crate::report::Score;

/// Room for the steps under the last chart of a figure that stands alone.
const VALUES: f64 = 22.0;

/// Longest name of a line.
const NAME: usize = 32;

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let steps = Steps::of(scene);
    let tracks: Vec<Track> =
        scene.figure.series.iter().filter_map(|name| track(scene, &steps, name)).collect();
    draw_tracks(sheet, scene, &steps, &tracks, inside, Steps::rect(scene, inside), layout)?;
    if scene.figure.axes_only || tracks.iter().all(Track::is_empty) {
        layout.nothing = ["Nothing to draw yet", "Analyse two or more checkpoints of a training."]
            .map(String::from)
            .to_vec();
    }
    Ok(())
}

/// What the figure shows, in a sentence.
pub(super) fn summary(scene: &Scene) -> String {
    let part = |name: &String| match name.strip_prefix("score:") {
        None => change(scene, Number::named(name)?),
        Some(metric) => {
            let score = scene.document.scores.iter().find(|score| score.metric == metric)?;
            let share = is_share(score);
            let members = scene.members(scene.series_number(scene.current));
            let mut known = members.iter().filter_map(|&i| score_at(score, scene.records()[i].step));
            let first = score_text(share, known.next()?);
            Some(match known.next_back() {
                Some(last) => format!("{metric} from {first} to {}", score_text(share, last)),
                None => format!("{metric} {first}"),
            })
        }
    };
    let parts: Vec<String> = scene.figure.series.iter().filter_map(part).collect();
    parts.join("; ")
}

/// Draws charts over steps on top of each other.
pub(super) fn draw_tracks<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    steps: &Steps,
    tracks: &[Track],
    inside: Rect,
    across: Rect,
    layout: &mut Layout,
) -> Drawn {
    let foot = if scene.figure.title { VALUES } else { 0.0 };
    for (i, (track, block)) in tracks.iter().zip(blocks(inside, tracks.len(), foot)).enumerate() {
        let chart = track.chart(area(block, across), steps.scale);
        track.draw(sheet, scene, &chart, block, steps.x(&chart, scene.current), layout)?;
        layout.plots.push(chart.place(&track.name));
        layout.steps = steps.places(&chart);
        if scene.figure.title && i + 1 == tracks.len() {
            draw_values(sheet, scene, steps, &chart, inside.bottom - 9.0)?;
        }
    }
    Ok(())
}

fn track(scene: &Scene, steps: &Steps, name: &str) -> Option<Track> {
    let mut track = match name.strip_prefix("score:") {
        Some(metric) => score_track(scene, steps, metric)?,
        None => Track::number(scene, &steps.lines(scene), Number::named(name)?),
    };
    track.pending = steps.pending(scene).collect();
    Some(track)
}

/// Scores of a metric, each with the number of its category: of the series where there are several, else of the metric.
fn scores_of<'a>(scene: &'a Scene, metric: &str) -> Vec<(usize, &'a Score)> {
    let scores = scene.document.scores.iter().filter(|score| score.metric == metric);
    let number = metrics(scene).iter().position(|other| *other == metric).unwrap_or(0);
    if !scene.is_many() {
        return scores.take(1).map(|score| (number, score)).collect();
    }
    let of_series = |score: &'a Score| match &score.series {
        Some(name) => Some((scene.series_named(name)?, score)),
        // Of no series: the last category, which the fewest documents need for one.
        None => Some((CATEGORIES - 1, score)),
    };
    scores.filter_map(of_series).take(CATEGORIES).collect()
}

/// The score of the selected checkpoint's series.
#[cfg(feature = "print")]
pub(super) fn series_scores<'a>(scene: &'a Scene, metric: &str) -> Option<&'a Score> {
    let own = scene.series_number(scene.current);
    let scores = scores_of(scene, metric);
    let found = scores.iter().find(|(number, _)| scene.is_many() && *number == own).or(scores.first());
    found.map(|(_, score)| *score)
}

/// The metrics of the document in their first order.
pub(super) fn metrics<'a>(scene: &Scene<'a>) -> Vec<&'a str> {
    let mut metrics: Vec<&str> = Vec::new();
    // More than these no figure can show.
    for score in scene.document.scores.iter().take(1000) {
        if !metrics.contains(&score.metric.as_str()) {
            metrics.push(&score.metric);
        }
    }
    metrics
}

/// Whether all values are shares, written as percent.
pub(super) fn is_share(score: &Score) -> bool {
    score.values.iter().all(|v| (0.0..=1.0).contains(&v.value))
}

/// A score at a checkpoint's step.
pub(super) fn score_at(score: &Score, step: Option<u64>) -> Option<f64> {
    let found = score.values.iter().find(|value| Some(value.step) == step);
    clean(found.map(|value| value.value))
}

/// As the figures write a value of a metric.
pub(super) fn score_text(share: bool, value: f64) -> String {
    if share { percent(value) } else { decimal(value, 2) }
}

/// The name of a metric, as a title begins.
pub(super) fn capital(metric: &str) -> String {
    let mut letters = metric.chars();
    letters.next().map_or(String::new(), |c| c.to_uppercase().chain(letters).collect())
}

fn score_track(scene: &Scene, steps: &Steps, metric: &str) -> Option<Track> {
    let scores = scores_of(scene, metric);
    let own = scene.series_number(scene.current);
    let (category, shown) =
        *scores.iter().find(|(number, _)| scene.is_many() && *number == own).or(scores.first())?;
    let share = scores.iter().all(|(_, score)| is_share(score));
    let step = scene.record().and_then(|record| record.step);
    Some(Track {
        name: format!("score:{metric}"),
        title: capital(metric),
        numerals: if share { Numerals::Percent } else { Numerals::Plain },
        from_zero: true,
        category: Some(category),
        lines: scores.iter().map(|(number, score)| score_line(scene, steps, *number, score)).collect(),
        now: score_at(shown, step).map_or(String::new(), |value| score_text(share, value)),
        ..Track::default()
    })
}

/// The values of a score between the first and the last step of the checkpoints.
pub(super) fn score_line(scene: &Scene, steps: &Steps, category: usize, score: &Score) -> TrackLine {
    let ends = steps.values.iter().fold((f64::INFINITY, 0.0_f64), |(l, h), s| (l.min(*s), h.max(*s)));
    let selected = scene.record().and_then(|record| record.step);
    let values =
        score.values.iter().filter(|v| !steps.ordinal && (ends.0..=ends.1).contains(&(v.step as f64)));
    let mark = |value: &crate::report::ScoreValue| Mark {
        checkpoint: (Some(value.step) == selected).then_some(scene.current),
        x: value.step as f64,
        value: clean(Some(value.value)),
        spread: None,
    };
    TrackLine {
        name: cut(score.series.as_deref().unwrap_or(&score.metric), NAME),
        look: Look::Category(category),
        points: values.map(mark).collect(),
        band: Vec::new(),
    }
}
