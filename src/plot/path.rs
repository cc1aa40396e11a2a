//! Width against alpha_0: training as a path, and the path that the null model takes.

use plotters_backend::DrawingBackend;

use super::axis::{Chart, Numerals, padded};
use super::figure::{Layout, MarkPlace, Number};
use super::labels::{Label, Placer};
use super::marks;
use super::measure::{chance, chance_interval, change, value};
use super::plane::{Side, around, draw_axes};
use super::scene::{Line, Scene, null_adjective};
use super::sheet::{Drawn, Point, Rect, Sheet, Stroke, Type};
use super::text::Face;
use super::theme::{CATEGORIES, CATEGORY_DASHES};
use super::track::{SEVERAL, draw_fill};

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let mut lines = scene.lines(|index| Some(index as f64));
    lines.truncate(CATEGORIES);
    let all = || lines.iter().flat_map(|line| &line.members).map(|member| member.0);
    let points = || all().flat_map(|i| [at(scene, i), null_at(scene, i)]).flatten();
    let ends = all().filter_map(|i| chance_interval(scene, Number::Width, i)).flatten();
    let side = |ends: Option<(f64, f64)>, symbol| Side {
        ends: ends.unwrap_or((0.5, 1.5)),
        symbol,
        numerals: Numerals::Plain,
    };
    let x = side(padded(points().map(|p| p.0)), Number::Alpha0.title().1);
    let y = side(padded(points().map(|p| p.1).chain(ends)), Number::Width.title().1);
    let chart = draw_axes(sheet, inside, &x, &y)?;
    layout.plots.push(chart.place("path"));

    let mut placer = Placer::new(Rect { top: inside.top, ..chart.rect }.grown(4.0));
    for (number, line) in lines.iter().enumerate() {
        draw_null(sheet, scene, &chart, line, number, &mut placer)?;
    }
    for (number, line) in lines.iter().enumerate() {
        draw_path(sheet, scene, &chart, line, number, layout, &mut placer)?;
    }
    draw_labels(sheet, scene, &chart, &lines, &mut placer)?;
    if layout.marks.is_empty() {
        layout.nothing = ["No path yet", "It needs checkpoints with a spectrum."].map(String::from).to_vec();
    }
    Ok(())
}

/// What the figure shows, in a sentence.
pub(super) fn summary(scene: &Scene) -> String {
    let parts: Vec<String> =
        [Number::Alpha0, Number::Width].into_iter().filter_map(|number| change(scene, number)).collect();
    parts.join("; ")
}

fn at(scene: &Scene, index: usize) -> Option<Point> {
    Some((value(scene, Number::Alpha0, index)?, value(scene, Number::Width, index)?))
}

fn null_at(scene: &Scene, index: usize) -> Option<Point> {
    Some((chance(scene, Number::Alpha0, index)?, chance(scene, Number::Width, index)?))
}

/// The places of a line on the sheet, and its unbroken parts.
fn runs(chart: &Chart, line: &Line, at: impl Fn(usize) -> Option<Point>) -> Vec<Vec<Point>> {
    let points: Vec<Option<Point>> = line.members.iter().map(|&(index, _)| at(index)).collect();
    chart.runs(&points)
}

/// The null model's path with the 95 % interval of its width.
fn draw_null<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    chart: &Chart,
    line: &Line,
    number: usize,
    placer: &mut Placer,
) -> Drawn {
    let theme = &sheet.theme;
    let edge = |&(index, _): &(usize, f64)| {
        let (alpha0, _) = null_at(scene, index)?;
        let [low, high] = chance_interval(scene, Number::Width, index)?;
        let ((x, bottom), (_, top)) = (chart.at((alpha0, low)), chart.at((alpha0, high)));
        Some((x, top, bottom))
    };
    let edges: Vec<(f64, f64, f64)> = line.members.iter().filter_map(edge).collect();
    let opacity = if scene.is_many() { SEVERAL } else { 0.6 };
    draw_fill(sheet, &edges, theme.null, opacity * theme.null_fill)?;
    let dash = if scene.is_many() { CATEGORY_DASHES[number] } else { marks::NULL_DASH };
    for run in runs(chart, line, |index| null_at(scene, index)) {
        sheet.line(&run, Stroke::new(theme.null, theme.sizes.null).dash(dash))?;
        run.iter().try_for_each(|at| sheet.disc(*at, 2.2, theme.null))?;
        placer.keep_clear_line(run);
    }
    Ok(())
}

fn draw_path<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    chart: &Chart,
    line: &Line,
    number: usize,
    layout: &mut Layout,
    placer: &mut Placer,
) -> Drawn {
    let theme = &sheet.theme;
    let color = |index: usize| {
        if scene.is_many() { theme.category(number) } else { scene.color(theme, index) }
    };
    let place = |&(index, _): &(usize, f64)| Some((index, chart.at(at(scene, index)?)));
    let places: Vec<Option<(usize, Point)>> = line.members.iter().map(place).collect();
    let dash = if scene.is_many() { CATEGORY_DASHES[number] } else { &[] };
    for pair in places.windows(2) {
        if let [Some((_, from)), Some((later, to))] = pair {
            sheet.line(&[*from, *to], Stroke::new(theme.bg, theme.sizes.null + 2.6))?;
            sheet.line(&[*from, *to], Stroke::new(color(*later), theme.sizes.null).dash(dash))?;
            placer.keep_clear_line(vec![*from, *to]);
        }
    }
    let places: Vec<(usize, Point)> = places.into_iter().flatten().collect();
    // The early ones last, so that the start stays visible.
    for &(index, at) in places.iter().rev().filter(|(i, _)| *i != scene.current) {
        if scene.is_many() {
            marks::category(sheet, at, number, 7.0, color(index))?;
        } else {
            sheet.disc(at, 4.5, theme.bg)?;
            sheet.disc(at, 3.5, color(index))?;
        }
    }
    for &(index, at) in places.iter().filter(|(i, _)| *i == scene.current) {
        if scene.is_many() {
            marks::category(sheet, at, number, 10.0, color(index))?;
        } else {
            marks::dot(sheet, at, 5.0, color(index))?;
        }
    }
    layout.marks.extend(places.into_iter().map(|(checkpoint, (x, y))| MarkPlace { checkpoint, x, y }));
    Ok(())
}

/// Names the selected checkpoint, the first and the last of its series, and the null model; of several series each at
/// its end.
fn draw_labels<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    chart: &Chart,
    lines: &[Line],
    placer: &mut Placer,
) -> Drawn {
    let theme = &sheet.theme;
    let style = |color| Type { face: Face::Semibold, size: theme.sizes.label, color };
    let members: Vec<usize> = scene.members(scene.series_number(scene.current)).to_vec();
    let there = |i: &&usize| at(scene, **i).is_some();
    let ends = [members.iter().find(there).copied(), members.iter().rev().find(there).copied()];
    for index in &members {
        let Some(at) = at(scene, *index) else { continue };
        placer.keep_clear(Rect::around(std::iter::once(chart.at(at))).grown(4.0));
    }
    let mut named: Vec<usize> = Vec::new();
    let ends = ends.into_iter().filter(|_| !scene.is_many());
    for index in [Some(scene.current)].into_iter().chain(ends.rev()).flatten() {
        let Some(value) = at(scene, index).filter(|_| !named.contains(&index)) else { continue };
        named.push(index);
        let color = if scene.is_many() {
            theme.category(scene.series_number(index))
        } else {
            scene.text_color(theme, index)
        };
        let label =
            Label { text: scene.long_name(index), style: style(color), places: around(chart.at(value)) };
        placer.draw(sheet, &label)?;
    }
    for (number, line) in lines.iter().enumerate().filter(|_| scene.is_many()) {
        let ends = line.members.iter().rev().filter_map(|&(index, _)| at(scene, index));
        let places = ends.take(3).flat_map(|value| around(chart.at(value))).collect();
        let label = Label { text: line.name.clone(), style: style(theme.category(number)), places };
        placer.draw(sheet, &label)?;
    }
    let Some(null) = scene.null(scene.current) else { return Ok(()) };
    let nulls = members.iter().rev().filter_map(|&index| null_at(scene, index));
    let places = nulls.flat_map(|value| around(chart.at(value))).collect();
    let label = Label { text: null_adjective(null).into(), style: style(theme.null), places };
    placer.draw(sheet, &label).map(|_| ())
}
