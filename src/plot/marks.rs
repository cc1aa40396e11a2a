//! Small shapes: dots, rings, markers, arrows.

use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;

use super::sheet::{Drawn, Point, Sheet, Stroke, distance};

/// Dash of the mean of a null model.
pub(super) const NULL_DASH: &[f64] = &[5.0, 4.0];

/// Dots of the cursor's lines.
pub(super) const DOTTED: &[f64] = &[2.0, 3.0];

/// A dot with a ring of the background, so that it stays whole on lines.
pub(super) fn dot<DB: DrawingBackend>(sheet: &Sheet<DB>, at: Point, radius: f64, color: RGBColor) -> Drawn {
    sheet.disc(at, radius + 2.0, sheet.theme.bg)?;
    sheet.disc(at, radius, color)
}

/// An open dot.
pub(super) fn ring<DB: DrawingBackend>(sheet: &Sheet<DB>, at: Point, radius: f64, stroke: Stroke) -> Drawn {
    sheet.disc(at, radius, sheet.theme.bg)?;
    sheet.circle(at, radius, stroke)
}

/// A dashed ring: a checkpoint that is still to come.
pub(super) fn waiting<DB: DrawingBackend>(sheet: &Sheet<DB>, at: Point) -> Drawn {
    let radius = 3.5;
    sheet.disc(at, radius + 1.5, sheet.theme.bg)?;
    // Turned by 15 degrees again and again; sine and cosine themselves would be much code for one small ring.
    let (cos, sin) = (0.965_925_826_289_068_3, 0.258_819_045_102_520_74);
    let turn = |p: &Point| Some((p.0 * cos - p.1 * sin, p.0 * sin + p.1 * cos));
    let around = std::iter::successors(Some((radius, 0.0)), turn).take(25);
    let points: Vec<Point> = around.map(|p| (at.0 + p.0, at.1 + p.1)).collect();
    sheet.line(&points, Stroke::new(sheet.theme.axis, 1.2).dash(&[1.8, 1.8]))
}

/// A cross: a checkpoint that could not be read.
pub(super) fn failed<DB: DrawingBackend>(sheet: &Sheet<DB>, at: Point) -> Drawn {
    let reach = 4.0;
    sheet.disc(at, reach + 2.0, sheet.theme.bg)?;
    let stroke = Stroke::new(sheet.theme.error, 2.0);
    sheet.line(&[(at.0 - reach, at.1 - reach), (at.0 + reach, at.1 + reach)], stroke)?;
    sheet.line(&[(at.0 - reach, at.1 + reach), (at.0 + reach, at.1 - reach)], stroke)
}

/// The marker of a category: square, triangle, diamond, inverted triangle, plus, cross. Circles belong to checkpoints.
pub(super) fn category<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    at: Point,
    category: usize,
    size: f64,
    color: RGBColor,
) -> Drawn {
    let r = size / 2.0;
    let shape = |corners: &[Point], grow: f64| -> Vec<Point> {
        corners.iter().map(|(x, y)| (at.0 + x * (r + grow), at.1 + y * (r + grow))).collect()
    };
    let filled: &[Point] = match category % 6 {
        0 => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        1 => &[(0.0, -1.1), (1.1, 0.9), (-1.1, 0.9)],
        2 => &[(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)],
        3 => &[(0.0, 1.1), (1.1, -0.9), (-1.1, -0.9)],
        _ => &[],
    };
    if !filled.is_empty() {
        sheet.fill(&shape(filled, 1.5), sheet.theme.bg, 1.0)?;
        return sheet.fill(&shape(filled, 0.0), color, 1.0);
    }
    let strokes: [[Point; 2]; 2] = if category % 6 == 4 {
        [[(-1.0, 0.0), (1.0, 0.0)], [(0.0, -1.0), (0.0, 1.0)]]
    } else {
        [[(-0.9, -0.9), (0.9, 0.9)], [(-0.9, 0.9), (0.9, -0.9)]]
    };
    sheet.disc(at, r + 1.5, sheet.theme.bg)?;
    for ends in strokes {
        sheet.line(&shape(&ends, 0.0), Stroke::new(color, 2.0))?;
    }
    Ok(())
}

/// An arrow with an open head.
pub(super) fn arrow<DB: DrawingBackend>(sheet: &Sheet<DB>, from: Point, to: Point, stroke: Stroke) -> Drawn {
    let length = distance(from, to);
    if length < 1.0 {
        return Ok(());
    }
    let (x, y) = ((to.0 - from.0) / length, (to.1 - from.1) / length);
    let side = |turn: f64| (to.0 - 7.0 * x + turn * 4.5 * y, to.1 - 7.0 * y - turn * 4.5 * x);
    sheet.line(&[from, to], stroke)?;
    sheet.line(&[side(1.0), to, side(-1.0)], stroke)
}
