//! tau(q) and D(q).

use plotters_backend::DrawingBackend;

use super::axis::{Chart, Numerals, X_DISTANCE, Y_DISTANCE};
use super::curves::{Curves, scales};
use super::figure::Layout;
use super::labels::Run;
use super::scene::{Quantity, Scene};
use super::sheet::{Drawn, Rect, Sheet, Type};
use super::text::Face;

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let quantity = Quantity::of(scene.figure.kind);
    let curves = Curves::new(scene, quantity);
    let usual = if quantity == Quantity::Tau { (-5.0, 3.0) } else { (0.5, 2.0) };
    let [x, y] = scales(&curves, scene.figure.domain, [(-3.2, 3.2), usual]);
    let right = if scene.is_series() { 56.0 } else { 30.0 };
    let rect = inside_of(inside, 36.0, right);
    let chart = Chart::fitted(sheet, rect, x, y);
    chart.draw_grid(sheet, &chart.y_ticks(Y_DISTANCE), Numerals::Plain, sheet.theme.sizes.tick)?;
    let symbol = Type { face: Face::Symbol, size: sheet.theme.sizes.symbol, color: sheet.theme.ink };
    chart.draw_x_axis(sheet, &chart.x_ticks(X_DISTANCE), &[Run("q", symbol)])?;
    curves.draw(sheet, &chart)?;
    let mut placer = curves.placer(sheet, &chart);
    curves.draw_labels(sheet, &chart, &mut placer)?;
    curves.draw_cursor(sheet, &chart)?;
    layout.points = curves.places(&chart);
    layout.plots.push(chart.place(quantity.name()));
    Ok(())
}

/// The data rectangle of a figure with an axis below.
pub(super) fn inside_of(inside: Rect, left: f64, right: f64) -> Rect {
    let (left, top) = (inside.left + left, inside.top + 12.0);
    Rect {
        left,
        top,
        right: (inside.right - right).max(left + 1.0),
        bottom: (inside.bottom - 25.0).max(top + 1.0),
    }
}
