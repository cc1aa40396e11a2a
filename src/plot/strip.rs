//! One number on a line: the checkpoint, its null model's 95 % interval, and the baseline of its series.

use plotters_backend::DrawingBackend;

use super::axis::{Chart, Scale, padded};
use super::figure::{Layout, Number};
use super::marks;
use super::scene::{Scene, clean, clean_interval};
use super::sheet::{Drawn, Rect, Sheet, Stroke};
use crate::report::{CheckpointRecord, NullRecord};

/// Thinnest interval that is still seen.
const LEAST: f64 = 3.0;

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn<DB> {
    let number = scene.figure.number.unwrap_or(Number::Width);
    if number == Number::Nfd {
        return super::nfd::draw_small(sheet, scene, inside, layout);
    }
    let theme = &sheet.theme;
    let count = scene.records().len();
    let nulls = (0..count).filter_map(|i| interval_of(number, scene.null(i)?)).flatten();
    let values = scene.records().iter().filter_map(|r| value_of(number, r));
    let (low, high) = padded(values.chain(nulls)).unwrap_or((0.0, 1.0));
    let rect = Rect { left: inside.left + 7.0, right: (inside.right - 7.0).max(inside.left + 8.0), ..inside };
    let chart = Chart::new(rect, Scale::Linear(low, high), Scale::Linear(0.0, 1.0));
    let x_of = |value: f64| chart.at((value, 0.5)).0;
    let y = inside.middle().1;
    layout.plots.push(chart.place("strip"));

    sheet.line(&[(inside.left, y), (inside.right, y)], Stroke::new(theme.grid, 1.5))?;
    if let Some([from, to]) = scene.null(scene.current).and_then(|null| interval_of(number, null)) {
        let (left, right) = (x_of(from), x_of(to));
        let grow = ((LEAST - (right - left)) / 2.0).max(0.0);
        let bar = Rect { left: left - grow, top: y - 6.0, right: right + grow, bottom: y + 6.0 };
        sheet.block(bar, theme.bg, 1.0)?;
        sheet.block(bar, theme.null, 0.45)?;
    }
    let baseline = scene.document.baseline_of(scene.current).filter(|_| scene.is_series());
    let value = |place: usize| value_of(number, scene.records().get(place)?);
    if let Some((place, value)) = baseline.and_then(|place| Some((place, value(place)?))) {
        let x = x_of(value);
        sheet.line(&[(x, y - 6.0), (x, y + 6.0)], Stroke::new(scene.color(theme, place), 2.0))?;
    }
    match scene.record().and_then(|r| value_of(number, r)) {
        Some(value) => marks::dot(sheet, (x_of(value), y), 4.5, scene.color(theme, scene.current)),
        None => Ok(()),
    }
}

/// A number of a checkpoint.
pub(super) fn value_of(number: Number, record: &CheckpointRecord) -> Option<f64> {
    clean(match number {
        Number::Alpha0 => record.mean.alpha0,
        Number::Width => record.mean.width,
        Number::Emergence => record.emergence,
        Number::Nfd => record.nfd.summary.mean,
    })
}

/// The same number of a null model: mean.
pub(super) fn mean_of(number: Number, null: &NullRecord) -> Option<f64> {
    clean(match number {
        Number::Alpha0 => null.alpha0,
        Number::Width => null.width,
        Number::Emergence => null.emergence,
        Number::Nfd => null.nfd.mean,
    })
}

/// The same number of a null model: 2.5 % and 97.5 % points.
pub(super) fn interval_of(number: Number, null: &NullRecord) -> Option<[f64; 2]> {
    clean_interval(match number {
        Number::Alpha0 => null.alpha0_interval,
        Number::Width => null.width_interval,
        Number::Emergence => null.emergence_interval,
        Number::Nfd => null.nfd.mean_interval,
    })
}
