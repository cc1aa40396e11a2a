//! One number on a line: the checkpoint, its null model's 95 % interval, and the baseline of its series.

use plotters_backend::DrawingBackend;

use super::axis::{Chart, Scale, padded};
use super::figure::{Layout, Number};
use super::marks;
use super::measure::{chance_interval, value};
use super::scene::Scene;
use super::sheet::{Drawn, Rect, Sheet, Stroke};

/// Thinnest interval that is still seen.
const LEAST: f64 = 3.0;

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let number = scene.figure.number.unwrap_or(Number::Width);
    if number == Number::Nfd {
        return super::nfd::draw_small(sheet, scene, inside, layout);
    }
    let theme = &sheet.theme;
    let count = scene.records().len();
    let nulls = (0..count).filter_map(|i| chance_interval(scene, number, i)).flatten();
    let values = (0..count).filter_map(|i| value(scene, number, i));
    let (low, high) = padded(values.chain(nulls)).unwrap_or((0.0, 1.0));
    let rect = Rect { left: inside.left + 7.0, right: (inside.right - 7.0).max(inside.left + 8.0), ..inside };
    let chart = Chart::new(rect, Scale::Linear(low, high), Scale::Linear(0.0, 1.0));
    let x_of = |value: f64| chart.at((value, 0.5)).0;
    let y = inside.middle().1;
    layout.plots.push(chart.place("strip"));

    sheet.line(&[(inside.left, y), (inside.right, y)], Stroke::new(theme.grid, 1.5))?;
    if let Some([from, to]) = chance_interval(scene, number, scene.current) {
        let (left, right) = (x_of(from), x_of(to));
        let grow = ((LEAST - (right - left)) / 2.0).max(0.0);
        let bar = Rect { left: left - grow, top: y - 6.0, right: right + grow, bottom: y + 6.0 };
        sheet.block(bar, theme.bg, 1.0)?;
        sheet.chance_bar(bar, 0.45)?;
    }
    if let Some(baseline) = scene.document.baseline_of(scene.current).filter(|_| scene.is_series())
        && let Some(x) = value(scene, number, baseline).map(x_of)
    {
        sheet.line(&[(x, y - 6.0), (x, y + 6.0)], Stroke::new(scene.color(theme, baseline), 2.0))?;
    }
    match value(scene, number, scene.current) {
        Some(value) => marks::dot(sheet, (x_of(value), y), 4.5, scene.color(theme, scene.current)),
        None => Ok(()),
    }
}
