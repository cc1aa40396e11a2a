//! The multifractal spectrum f(alpha), alone or as a series with rulers on the same axis.

use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

use super::axis::{Chart, Numerals, Scale, X_DISTANCE, Y_DISTANCE};
use super::curves::{Curves, scales};
use super::figure::Layout;
use super::labels::{Label, Placer, Run};
use super::marks;
use super::numbers::decimal;
use super::rulers;
use super::scene::{Quantity, Scene, clean};
use super::sheet::{Drawn, Point, Rect, Sheet, Stroke, Type};
use super::story::Story;
use super::text::Face;

/// Axes without data.
const USUAL: [(f64, f64); 2] = [(0.75, 1.7), (-0.64, 0.026)];

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let rows = scene.figure.rulers && scene.is_series() && !scene.figure.compact;
    let curves = Curves::new(scene, Quantity::Spectrum);
    let [x, y] = scales(&curves, scene.figure.domain, USUAL);
    // The curve's top lies at 0; the axis ends just above it also where a document says otherwise.
    let Scale::Linear(low, high) = y else {
        return Ok(());
    };
    let y = if scene.figure.domain.is_some_and(|d| d.y.is_some()) {
        y
    } else {
        Scale::Linear(low, high.max(-0.04 * low))
    };
    let chart = Chart::fitted(sheet, area(scene, inside, rows), x, y);
    // Arrows between what may lie outside would mislead.
    let story = if scene.is_last() && !curves.is_cut() { Story::of(scene) } else { Story::default() };

    chart.draw_grid(sheet, &chart.y_ticks(Y_DISTANCE), Numerals::Plain, sheet.theme.sizes.tick)?;
    let axis = if rows {
        let axis = rulers::chart(&chart, inside);
        rulers::draw(sheet, scene, &chart, &axis, inside, layout)?;
        axis
    } else {
        Chart::new(chart.rect, chart.x, chart.y)
    };
    let symbol = Type { face: Face::Symbol, size: sheet.theme.sizes.symbol, color: sheet.theme.ink };
    axis.draw_x_axis(sheet, &axis.x_ticks(X_DISTANCE), &[Run("α", symbol)])?;

    curves.draw(sheet, &chart)?;
    if scene.records().is_empty() {
        layout.plots.insert(0, chart.place("spectrum"));
        return Ok(());
    }
    let mut placer = curves.placer(sheet, &chart);
    draw_tops(sheet, scene, &curves, &chart)?;
    if !scene.is_series() && !scene.figure.compact && !curves.is_cut() {
        draw_width(sheet, scene, &curves, &chart, &mut placer)?;
    }
    if story.moved {
        draw_moved(sheet, scene, &chart, &mut placer)?;
    }
    curves.draw_labels(sheet, &chart, &mut placer)?;
    if story.widened {
        draw_widened(sheet, &curves, &chart, &mut placer)?;
    }
    curves.draw_cursor(sheet, &chart)?;
    layout.points = curves.places(&chart);
    layout.plots.insert(0, chart.place("spectrum"));
    Ok(())
}

/// The data rectangle inside of the figure.
fn area(scene: &Scene, inside: Rect, rows: bool) -> Rect {
    let series = scene.is_series();
    let left = if rows {
        48.0
    } else if scene.figure.compact {
        30.0
    } else {
        36.0
    };
    // Names of the curves stand right of the chart where there are several.
    let right = if rows {
        56.0
    } else if series {
        46.0
    } else {
        30.0
    };
    let top = if series { 28.0 } else { 12.0 };
    let bottom = if rows { rulers::height(scene, inside) + 30.0 } else { 25.0 };
    Rect {
        left: inside.left + left,
        top: inside.top + top,
        right: (inside.right - right).max(inside.left + left + 1.0),
        bottom: (inside.bottom - bottom).max(inside.top + top + 1.0),
    }
}

/// The top of the curve of a checkpoint: (alpha_0, 0).
fn top(scene: &Scene, curves: &Curves, index: usize) -> Option<Point> {
    let record = scene.records().get(index)?;
    let sample = scene.figure.sample.and_then(|s| record.samples.get(s));
    let alpha0 = clean(sample.map_or(record.mean.alpha0, |s| s.alpha0))?;
    if index != scene.current || scene.figure.from.is_none() {
        return Some((alpha0, 0.0));
    }
    // While it moves, the dot stays on the curve.
    curves.current.iter().flatten().copied().max_by(|a, b| a.1.total_cmp(&b.1))
}

fn draw_tops<DB: DrawingBackend>(sheet: &Sheet<DB>, scene: &Scene, curves: &Curves, chart: &Chart) -> Drawn {
    let theme = &sheet.theme;
    if let Some((first, _)) = scene.ends().filter(|(first, _)| *first != scene.current)
        && let Some(at) = top(scene, curves, first).filter(|at| curves.shows(chart, chart.at(*at)))
    {
        let stroke = Stroke::new(scene.color(theme, first), 2.0);
        marks::ring(sheet, chart.at(at), 4.0, stroke)?;
    }
    match top(scene, curves, scene.current).filter(|at| curves.shows(chart, chart.at(*at))) {
        Some(current) => marks::dot(sheet, chart.at(current), 4.5, scene.color(theme, scene.current)),
        None => Ok(()),
    }
}

/// The width of a single spectrum: a span just above the axis with its number.
fn draw_width<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    curves: &Curves,
    chart: &Chart,
    placer: &mut Placer,
) -> Drawn {
    let theme = &sheet.theme;
    let alphas = || curves.current.iter().flatten().map(|p| p.0);
    let (low, high) = (alphas().fold(f64::INFINITY, f64::min), alphas().fold(f64::NEG_INFINITY, f64::max));
    if low >= high {
        return Ok(());
    }
    let (color, y) = (scene.color(theme, scene.current), chart.rect.bottom - 9.0);
    let (left, right) = (chart.at((low, 0.0)).0, chart.at((high, 0.0)).0);
    let symbol = Type { face: Face::Symbol, size: theme.sizes.label + 2.0, color: theme.ink };
    let number = Type { face: Face::Semibold, size: theme.sizes.label, color: theme.ink };
    let text = format!(" {}", decimal(high - low, 3));
    let runs = [Run("w", symbol), Run(&text, number)];
    let half = super::labels::runs_width(sheet, &runs) / 2.0 + 6.0;
    let stroke = Stroke::new(color, 1.4);
    for x in [left, right] {
        sheet.line(&[(x, y - 4.0), (x, y + 4.0)], stroke)?;
    }
    let middle = (left + right) / 2.0;
    placer.keep_clear(Rect { left, top: y - 8.0, right, bottom: y + 8.0 });
    if right - left < 2.0 * half + 12.0 {
        return sheet.line(&[(left, y), (right, y)], stroke);
    }
    sheet.line(&[(left, y), (middle - half, y)], stroke)?;
    sheet.line(&[(middle + half, y), (right, y)], stroke)?;
    super::labels::draw_runs(sheet, (middle, y), &runs, HPos::Center)
}

/// The arrow from the first top to the last.
fn draw_moved<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    chart: &Chart,
    placer: &mut Placer,
) -> Drawn {
    let theme = &sheet.theme;
    let alpha0 = |i: usize| scene.records().get(i).and_then(|r| clean(r.mean.alpha0));
    let (Some(first), Some(last)) = (scene.ends().and_then(|ends| alpha0(ends.0)), alpha0(scene.current))
    else {
        return Ok(());
    };
    let ((from, zero), (to, _)) = (chart.at((first, 0.0)), chart.at((last, 0.0)));
    if (to - from).abs() < 20.0 {
        return Ok(());
    }
    let y = zero - 13.0;
    marks::arrow(sheet, (from, y), (to, y), Stroke::new(theme.ink2, 1.6))?;
    placer.keep_clear(Rect { left: from.min(to), top: y - 5.0, right: from.max(to), bottom: y + 5.0 });
    let style = Type { face: Face::Semibold, size: theme.sizes.label, color: theme.ink2 };
    let place = if to < from { ((from + 8.0, y), HPos::Left) } else { ((from - 8.0, y), HPos::Right) };
    placer.draw(sheet, &Label { text: "moved".into(), style, places: vec![place] }).map(|_| ())
}

/// The arrow from the end of the null model to the end of the curve, on the side that grew more, inside of the arch.
fn draw_widened<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    curves: &Curves,
    chart: &Chart,
    placer: &mut Placer,
) -> Drawn {
    let theme = &sheet.theme;
    let ends = |points: &super::scene::Points| {
        let all = points.iter().flatten().map(|p| chart.at(*p));
        let left = all.clone().min_by(|a, b| a.0.total_cmp(&b.0));
        left.zip(all.max_by(|a, b| a.0.total_cmp(&b.0)))
    };
    let Some((null, this)) = ends(&curves.null).zip(ends(&curves.current)) else {
        return Ok(());
    };
    let rightwards = this.1.0 - null.1.0 >= null.0.0 - this.0.0;
    let (from, to, inwards) = if rightwards { (null.1, this.1, -1.0) } else { (null.0, this.0, 1.0) };
    if (to.0 - from.0) * -inwards < 14.0 {
        return Ok(());
    }
    let tail = (from.0 + 16.0 * inwards, from.1 + 2.0);
    let head = (to.0 + 12.0 * inwards, to.1 + 1.0);
    marks::arrow(sheet, tail, head, Stroke::new(theme.ink2, 1.6))?;
    placer.keep_clear_line(vec![tail, head]);
    let style = Type { face: Face::Semibold, size: theme.sizes.label, color: theme.ink2 };
    let h_pos = if rightwards { HPos::Right } else { HPos::Left };
    // Beside the arrow, never farther down than its head.
    let low = (head.1 - tail.1).min(26.0);
    let places =
        [low, low + 8.0, low - 10.0].map(|dy| ((tail.0 + 8.0 * inwards, tail.1 + dy), h_pos)).to_vec();
    placer.draw(sheet, &Label { text: "widened".into(), style, places }).map(|_| ())
}

/// Text of a row of the rulers.
pub(super) fn row_text<DB: DrawingBackend>(sheet: &Sheet<DB>, at: Point, text: &str, bold: bool) -> Drawn {
    let theme = &sheet.theme;
    let (face, color) = if bold { (Face::Semibold, theme.ink) } else { (Face::Regular, theme.ink3) };
    sheet.text(at, text, Type { face, size: theme.sizes.small, color }, HPos::Right, VPos::Center)
}
