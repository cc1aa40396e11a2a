//! Published numbers as they were published: the degree of emergence on the left axis, accuracies on the right one. Two
//! axes let any two curves meet; nothing else is drawn this way.

use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

use super::axis::{Chart, Numerals, Scale, Y_DISTANCE, padded};
use super::figure::{Layout, Number};
use super::labels::{EndName, Run, draw_end_names, draw_runs, names_room};
use super::marks;
use super::measure::value;
use super::numbers::percent;
use super::scene::Scene;
use super::series::{capital, metrics, score_line};
use super::sheet::{Drawn, Point, Rect, Sheet, Stroke, Type};
use super::steps::{Steps, draw_values};
use super::text::Face;
use super::theme::{CATEGORIES, CATEGORY_DASHES};
use super::track::TrackLine;

/// Room for the numbers of the right axis.
const RIGHT: f64 = 46.0;

/// Room above for what each axis shows, and below for the steps.
const HEAD: f64 = 24.0;
const FOOT: f64 = 24.0;

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let theme = &sheet.theme;
    let steps = Steps::of(scene);
    let scores = scores(scene, &steps);
    let names: Vec<String> = scores.iter().map(|line| line.name.clone()).collect();
    let room = names_room(names.iter().map(String::as_str), theme.sizes.small, 0.3 * inside.width());
    let left = inside.left + 50.0;
    let rect = Rect {
        left,
        top: inside.top + HEAD,
        right: (inside.right - RIGHT - room).max(left + 1.0),
        bottom: (inside.bottom - FOOT).max(inside.top + HEAD + 1.0),
    };
    let own =
        |&index: &usize| Some((index, *steps.values.get(index)?, value(scene, Number::Emergence, index)?));
    let points: Vec<(usize, f64, f64)> = scene.members(0).iter().filter_map(own).collect();
    let e = padded(points.iter().map(|p| p.2).chain([0.0])).unwrap_or((0.0, 1.0));
    let shares = scores.iter().flat_map(|line| &line.points).filter_map(|mark| mark.value);
    let accuracy = padded(shares.chain([0.0])).unwrap_or((0.0, 1.0));
    let chart = Chart::new(rect, steps.scale, Scale::Linear(e.0, e.1));
    let right = Chart::new(rect, steps.scale, Scale::Linear(accuracy.0, accuracy.1));
    layout.plots.push(chart.place("published"));
    layout.steps = steps.places(&chart);
    chart.draw_grid(sheet, &chart.y_ticks(Y_DISTANCE), Numerals::Plain, theme.sizes.tick)?;
    let axis = Stroke::new(theme.axis, theme.sizes.hair);
    sheet.line(&[(rect.left, rect.bottom), (rect.right, rect.bottom)], axis)?;
    draw_values(sheet, scene, &steps, &chart, rect.bottom + 14.0)?;
    if !is_published(scene) || points.is_empty() {
        layout.nothing =
            ["Two axes are for published numbers only", "See E and scores on one axis of steps instead."]
                .map(String::from)
                .to_vec();
        return Ok(());
    }
    draw_right_axis(sheet, &right)?;
    let style = |face, color| Type { face, size: theme.sizes.label, color };
    let symbol = Type { face: Face::Symbol, size: theme.sizes.label + 2.0, color: theme.ink };
    let title = [Run("Degree of emergence ", style(Face::Semibold, theme.ink)), Run("E", symbol)];
    draw_runs(sheet, (inside.left, inside.top + 8.0), &title, HPos::Left)?;
    let title = [Run("Accuracy", style(Face::Semibold, theme.score))];
    draw_runs(sheet, (rect.right + RIGHT - 8.0, inside.top + 8.0), &title, HPos::Right)?;

    for (line, category) in scores.iter().zip(0..) {
        let places: Vec<Point> =
            line.points.iter().filter_map(|mark| Some(right.at((mark.x, mark.value?)))).collect();
        let color = theme.category(category);
        sheet.line(&places, Stroke::new(color, theme.sizes.other).dash(CATEGORY_DASHES[category]))?;
        places.iter().try_for_each(|at| marks::category(sheet, *at, category, 5.0, color))?;
    }
    let places: Vec<Point> = points.iter().map(|p| chart.at((p.1, p.2))).collect();
    sheet.line(&places, Stroke::new(theme.bg, 2.0 * theme.sizes.current))?;
    sheet.line(&places, Stroke::new(theme.ink2, theme.sizes.null))?;
    for ((index, ..), at) in points.iter().zip(&places) {
        let radius = if *index == scene.current { 5.0 } else { 3.5 };
        marks::dot(sheet, *at, radius, scene.color(theme, *index))?;
    }
    let end = |(line, category): (&TrackLine, usize)| {
        let last = line.points.iter().rev().find_map(|mark| Some((mark.x, mark.value?)))?;
        let color = theme.category(category);
        Some(EndName { text: line.name.clone(), y: right.at(last).1, color, category: Some(category) })
    };
    let names = scores.iter().zip(0..).filter_map(end).collect();
    draw_end_names(sheet, rect, rect.right + RIGHT, names)
}

/// What the figure shows, in a sentence.
pub(super) fn summary(scene: &Scene) -> String {
    let names: Vec<&str> = metrics(scene);
    let change = super::measure::change(scene, Number::Emergence).unwrap_or_default();
    format!("Published numbers on two axes: {change}; accuracy of {}", names.join(", "))
}

/// Published numbers come without spectra.
fn is_published(scene: &Scene) -> bool {
    scene.records().iter().all(|record| record.samples.is_empty())
}

fn scores(scene: &Scene, steps: &Steps) -> Vec<TrackLine> {
    let metrics = metrics(scene);
    let line = |(category, metric): (usize, &&str)| {
        let score = scene.document.scores.iter().find(|score| score.metric == **metric)?;
        Some(TrackLine { name: capital(metric), ..score_line(scene, steps, category, score) })
    };
    metrics.iter().take(CATEGORIES).enumerate().filter_map(line).collect()
}

fn draw_right_axis<DB: DrawingBackend>(sheet: &Sheet<DB>, right: &Chart) -> Drawn {
    let theme = &sheet.theme;
    let rect = right.rect;
    let style = Type { face: Face::Regular, size: theme.sizes.tick, color: theme.score };
    sheet.line(
        &[(rect.right, rect.top), (rect.right, rect.bottom)],
        Stroke::new(theme.axis, theme.sizes.hair),
    )?;
    for tick in right.y_ticks(Y_DISTANCE).values {
        let (_, y) = right.at((0.0, tick));
        sheet.line(&[(rect.right, y), (rect.right + 4.0, y)], Stroke::new(theme.axis, theme.sizes.hair))?;
        sheet.text((rect.right + 8.0, y), &percent(tick), style, HPos::Left, VPos::Center)?;
    }
    Ok(())
}
