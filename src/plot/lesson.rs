//! A chart of plain data that the request brings: for the page that teaches how to read the others.

use plotters_backend::DrawingBackend;

use super::axis::{Chart, Numerals, Scale, X_DISTANCE, Y_DISTANCE, padded};
use super::figure::{Domain, Layout, LessonLine, LineStyle};
use super::labels::{EndName, Run, draw_end_names, names_room, runs_width};
use super::marks::NULL_DASH;
use super::overq::inside_of;
use super::scene::{Scene, clean};
use super::sheet::{Drawn, Point, Rect, Sheet, Stroke, Type};
use super::text::Face;

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let theme = &sheet.theme;
    let lesson = &scene.figure.lesson;
    let lines: Vec<(&LessonLine, Vec<Point>)> =
        lesson.lines.iter().map(|line| (line, points(line))).collect();
    let values = |of: fn(&Point) -> f64| padded(lines.iter().flat_map(|(_, points)| points).map(of));
    let Domain { x, y } = scene.figure.domain.unwrap_or_default();
    let side = |given: Option<[f64; 2]>, own: Option<(f64, f64)>| match given {
        Some([from, to]) if from < to => Scale::Linear(from, to),
        _ => own.map_or(Scale::Linear(0.0, 1.0), |(from, to)| Scale::Linear(from, to)),
    };
    let names = || lines.iter().map(|(line, _)| line.name.as_str()).filter(|name| !name.is_empty());
    let names: Vec<&str> = names().collect();
    let room = names_room(names.into_iter(), theme.sizes.small, 0.4 * inside.width());
    let symbol = [Run(&lesson.x, Type { face: Face::Symbol, size: theme.sizes.symbol, color: theme.ink })];
    let rect = inside_of(inside, 36.0, (room + 6.0).max(runs_width(sheet, &symbol) + 20.0));
    let chart = Chart::fitted(sheet, rect, side(x, values(|p| p.0)), side(y, values(|p| p.1)));
    // Bars stand for themselves.
    if lines.iter().all(|(line, _)| line.style != LineStyle::Bars) {
        chart.draw_grid(sheet, &chart.y_ticks(Y_DISTANCE), Numerals::Plain, theme.sizes.tick)?;
    }
    chart.draw_x_axis(sheet, &chart.x_ticks(X_DISTANCE), &symbol)?;
    layout.plots.push(chart.place("lesson"));
    let mut ends = Vec::new();
    for (line, points) in &lines {
        let places: Vec<Point> = points.iter().map(|point| chart.at(*point)).collect();
        draw_line(sheet, line.style, &places)?;
        let end = places.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, y)) = end.filter(|_| !line.name.is_empty()) {
            let color = match line.style {
                LineStyle::Exact => theme.ink,
                LineStyle::Chance => theme.null,
                LineStyle::Before => theme.first,
                _ => theme.step(1.0),
            };
            ends.push(EndName { text: line.name.clone(), y, color, category: None });
        }
    }
    // One line alone is what the title says.
    ends.truncate(if room > 0.0 { ends.len() } else { 0 });
    draw_end_names(sheet, chart.rect, chart.rect.right + 6.0, ends)
}

/// Values that are none are left out.
fn points(line: &LessonLine) -> Vec<Point> {
    line.x.iter().zip(&line.y).filter_map(|(x, y)| Some((clean(Some(*x))?, clean(Some(*y))?))).collect()
}

fn draw_line<DB: DrawingBackend>(sheet: &Sheet<DB>, style: LineStyle, places: &[Point]) -> Drawn {
    let theme = &sheet.theme;
    let data = theme.step(1.0);
    match style {
        LineStyle::Dots => places.iter().try_for_each(|at| sheet.disc(*at, 2.6, data)),
        LineStyle::Curve => {
            sheet.line(places, Stroke::new(theme.bg, 2.0 * theme.sizes.current))?;
            sheet.line(places, Stroke::new(data, theme.sizes.current))
        }
        LineStyle::Exact => sheet.line(places, Stroke::new(theme.ink, 1.4)),
        LineStyle::Before => sheet.line(places, Stroke::new(theme.step(0.0), 2.0)),
        LineStyle::Chance => sheet.line(places, Stroke::new(theme.null, theme.sizes.null).dash(NULL_DASH)),
        LineStyle::Bars => places
            .chunks_exact(2)
            .try_for_each(|corners| sheet.block(Rect::around(corners.iter().copied()), data, 1.0)),
    }
}
