//! A chart of one number against another.

use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axis::{Chart, Numerals, Scale, X_DISTANCE, Y_DISTANCE};
use super::labels::{Run, draw_runs};
use super::sheet::{Drawn, Point, Rect, Sheet, Type};
use super::text::Face;

/// One side of the chart: its ends, and the symbol of its number.
pub(super) struct Side {
    pub ends: (f64, f64),
    pub symbol: &'static [&'static str],
    pub numerals: Numerals,
}

/// Draws the axes and gives the chart. The symbol of y stands above its axis, that of x right of its axis.
pub(super) fn draw_axes<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    inside: Rect,
    x: &Side,
    y: &Side,
) -> Drawn<Chart> {
    let (left, top) = (inside.left + 38.0, inside.top + 26.0);
    let rect = Rect {
        left,
        top,
        right: (inside.right - 34.0).max(left + 1.0),
        bottom: (inside.bottom - 25.0).max(top + 1.0),
    };
    let scale = |side: &Side| Scale::Linear(side.ends.0, side.ends.1);
    let chart = Chart::fitted(sheet, rect, scale(x), scale(y));
    chart.draw_grid(sheet, &chart.y_ticks(Y_DISTANCE), y.numerals, sheet.theme.sizes.tick)?;
    let style = Type { face: Face::Symbol, size: sheet.theme.sizes.symbol, color: sheet.theme.ink };
    let runs = |side: &Side| side.symbol.iter().map(|text| Run(text, style)).collect::<Vec<_>>();
    chart.draw_x_axis(sheet, &chart.x_ticks(X_DISTANCE), &runs(x))?;
    draw_runs(sheet, (chart.rect.left - 8.0, chart.rect.top - 16.0), &runs(y), HPos::Right)?;
    Ok(chart)
}

/// Places for a label around a point: right, left, above, below, then farther off.
pub(super) fn around((x, y): Point) -> Vec<(Point, HPos)> {
    let ring = |far: f64| {
        [
            ((x + 10.0 * far, y), HPos::Left),
            ((x - 10.0 * far, y), HPos::Right),
            ((x + 6.0 * far, y - 12.0 * far), HPos::Left),
            ((x + 6.0 * far, y + 12.0 * far), HPos::Left),
            ((x - 6.0 * far, y - 12.0 * far), HPos::Right),
            ((x - 6.0 * far, y + 12.0 * far), HPos::Right),
        ]
    };
    [1.0, 1.6, 2.4].into_iter().flat_map(ring).collect()
}
