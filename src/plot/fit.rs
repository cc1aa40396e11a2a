//! The straight line behind one tau: ln Z_q(r) against ln(r/d).

use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axis::{Chart, Numerals, Scale, X_DISTANCE, Y_DISTANCE, padded};
use super::figure::{Fit, Layout};
use super::labels::{Run, draw_runs};
use super::numbers::decimal;
use super::overq::inside_of;
use super::scene::{Scene, clean};
use super::sheet::{Drawn, Point, Rect, Sheet, Stroke, Type};
use super::text::Face;
use crate::report::SampleRecord;

/// The order that is drawn where none is asked for.
const USUAL_Q: f64 = 2.0;

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let theme = &sheet.theme;
    let fit = chosen(scene).unwrap_or_default();
    let points = points(&fit);
    let slope = slope(&fit, &points);
    let line = line(&fit, &points);
    let all = || points.iter().chain(&line);
    let x = padded(all().map(|p| p.0)).unwrap_or((-4.0, 0.2));
    let y = padded(all().map(|p| p.1)).unwrap_or((-1.0, 5.0));
    let rect = inside_of(inside, 36.0, 58.0);
    let chart = Chart::fitted(sheet, rect, Scale::Linear(x.0, x.1), Scale::Linear(y.0, y.1));
    chart.draw_grid(sheet, &chart.y_ticks(Y_DISTANCE), Numerals::Plain, theme.sizes.tick)?;
    let text = Type { face: Face::Regular, size: theme.sizes.label, color: theme.ink };
    let symbol = Type { face: Face::Symbol, size: theme.sizes.label + 2.0, color: theme.ink };
    let name = [Run("ln(", text), Run("r/d", symbol), Run(")", text)];
    chart.draw_x_axis(sheet, &chart.x_ticks(X_DISTANCE), &name)?;
    layout.plots.push(chart.place("fit"));

    let color = scene.color(theme, scene.current);
    for point in &points {
        sheet.disc(chart.at(*point), 2.6, color)?;
    }
    let line: Vec<Point> = line.into_iter().map(|p| chart.at(p)).collect();
    sheet.line(&line, Stroke::new(theme.bg, 4.0).opacity(0.7))?;
    sheet.line(&line, Stroke::new(theme.ink, 1.6))?;
    slope.map_or(Ok(()), |(slope, _)| draw_words(sheet, &chart, &fit, slope))
}

/// Slope and R squared, in the corner that the line leaves free.
fn draw_words<DB: DrawingBackend>(sheet: &Sheet<DB>, chart: &Chart, fit: &Fit, slope: f64) -> Drawn {
    let theme = &sheet.theme;
    let text = Type { face: Face::Regular, size: theme.sizes.label, color: theme.ink };
    let symbol = Type { face: Face::Symbol, size: theme.sizes.label + 2.0, color: theme.ink };
    let slope_text = format!(" {}", decimal(slope, 3));
    let r_text = clean(fit.r_squared).map(|r| format!("² {}", decimal(r, 2)));
    let mut runs = vec![Run("slope ", text), Run("τ", symbol), Run(&slope_text, text)];
    if let Some(r_text) = &r_text {
        runs.extend([Run(", ", text), Run("R", symbol), Run(r_text, text)]);
    }
    let rect = chart.rect;
    let (x, h_pos) =
        if slope < 0.0 { (rect.right - 8.0, HPos::Right) } else { (rect.left + 8.0, HPos::Left) };
    draw_runs(sheet, (x, rect.top + 10.0), &runs, h_pos)
}

/// Slope and height at the diameter of the line through these points.
fn slope(fit: &Fit, points: &[Point]) -> Option<(f64, f64)> {
    clean(fit.slope).zip(clean(fit.intercept)).filter(|_| !points.is_empty())
}

/// The line from the smallest radius to the diameter, where ln(r/d) = 0.
fn line(fit: &Fit, points: &[Point]) -> Vec<Point> {
    let start = points.iter().map(|p| p.0).fold(0.0, f64::min);
    slope(fit, points).map_or(Vec::new(), |(slope, at_diameter)| {
        [start, 0.0].map(|x| (x, at_diameter + slope * x)).to_vec()
    })
}

/// The points, the ends of the line, and the order.
#[cfg(feature = "print")]
pub(super) fn data(scene: &Scene) -> Option<(Vec<Point>, Vec<Point>, f64)> {
    let fit = chosen(scene)?;
    let points = points(&fit);
    let line = line(&fit, &points);
    Some((points, line, order(scene)?))
}

/// The points (ln(r/d), ln Z).
fn points(fit: &Fit) -> Vec<Point> {
    let diameter = fit.radii.iter().copied().fold(0.0, f64::max);
    let point = |(r, z): (&f64, &Option<f64>)| {
        let x = clean(Some(libm::log(r / diameter)))?;
        Some((x, clean(*z)?))
    };
    fit.radii.iter().zip(&fit.ln_z).filter_map(point).collect()
}

/// The fit that the figure brings, or the stored one at the order nearest to the asked one.
fn chosen(scene: &Scene) -> Option<Fit> {
    if scene.figure.axes_only {
        return None;
    }
    if let Some(fit) = &scene.figure.fit {
        return Some(fit.clone());
    }
    let sample = selected_sample(scene)?;
    let (row, q) = nearest(scene, sample)?;
    let index = sample.q.iter().position(|other| (other - q).abs() < 1e-6)?;
    Some(Fit {
        radii: sample.radii.iter().copied().map(f64::from).collect(),
        ln_z: sample.partition.ln_z.get(row)?.clone(),
        slope: sample.tau.get(index).copied().flatten(),
        intercept: sample.intercept.get(index).copied().flatten(),
        r_squared: sample.r_squared.get(index).copied().flatten(),
    })
}

/// The stored order that is nearest to the asked one, with its row.
fn nearest(scene: &Scene, sample: &SampleRecord) -> Option<(usize, f64)> {
    let asked = clean(scene.figure.q).unwrap_or(USUAL_Q);
    let orders = sample.partition.q.iter().copied().enumerate();
    let orders = orders.filter(|(_, q)| clean(Some(*q)).is_some());
    orders.min_by(|a, b| (a.1 - asked).abs().total_cmp(&(b.1 - asked).abs()))
}

fn selected_sample<'a>(scene: &Scene<'a>) -> Option<&'a SampleRecord> {
    scene.record()?.samples.get(scene.figure.sample.unwrap_or(0))
}

/// The order of the drawn fit, for titles.
pub(super) fn order(scene: &Scene) -> Option<f64> {
    match &scene.figure.fit {
        Some(_) => clean(scene.figure.q),
        None => Some(nearest(scene, selected_sample(scene)?)?.1),
    }
}
