//! Rows under a series' spectrum: the range of alpha of every checkpoint, with its null model's mean range behind.

use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axis::{Chart, Scale, X_DISTANCE};
use super::figure::{Layout, RowPlace};
use super::labels::{Run, draw_runs, runs_width};
use super::marks;
use super::numbers::decimal;
use super::scene::{Points, Quantity, Scene, clean};
use super::sheet::{Drawn, Rect, Sheet, Stroke, Type};
use super::spectrum::row_text;
use super::text::Face;

/// Largest share of the figure's height that the rows take, their caption included.
const HEIGHT_SHARE: f64 = 0.355;

/// More checkpoints than this are thinned out.
const MOST_ROWS: usize = 40;

/// Distance of the rows: of a few, and where there is room.
const WIDE_PITCH: f64 = 18.0;
const PITCH: f64 = 8.73;

/// Height of the rows that a long series takes where there is room.
const ROWS: f64 = 122.2;

/// Room above the first row, for the caption, and below the last.
const ABOVE: f64 = 28.0;
const BELOW: f64 = 13.0;

/// Height of the rows with their caption: a few rows leave more to the spectrum.
pub(super) fn height(scene: &Scene, inside: Rect) -> f64 {
    let rows = chosen(scene).len().max(2) as f64;
    (ABOVE + BELOW + ((rows - 1.0) * WIDE_PITCH).min(ROWS)).min(HEIGHT_SHARE * inside.height())
}

/// The chart under the spectrum; it shares the x axis.
pub(super) fn chart(spectrum: &Chart, inside: Rect) -> Chart {
    let rect = Rect {
        top: spectrum.rect.bottom,
        bottom: (inside.bottom - 30.0).max(spectrum.rect.bottom + 1.0),
        ..spectrum.rect
    };
    Chart::new(rect, spectrum.x, Scale::Linear(0.0, 1.0))
}

/// Draws the rows.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    spectrum: &Chart,
    chart: &Chart,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let theme = &sheet.theme;
    let rect = chart.rect;
    let rows = chosen(scene);
    let grid = Stroke::new(theme.grid, theme.sizes.hair);
    for value in chart.x_ticks(X_DISTANCE).values {
        let (x, _) = chart.at((value, 0.0));
        sheet.line(&[(x, rect.top), (x, rect.bottom)], grid)?;
    }
    let border = Stroke::new(theme.axis, theme.sizes.hair);
    sheet.line(&[(rect.left, rect.top), (rect.right, rect.top)], border)?;
    draw_caption(sheet, scene, rect, inside)?;

    let room = rect.height() - ABOVE - BELOW;
    let pitch = (room / (rows.len().max(2) - 1) as f64).clamp(0.5, WIDE_PITCH);
    let y_of = |row: usize| rect.top + ABOVE + pitch * row as f64;
    layout.rows =
        rows.iter().enumerate().map(|(row, &checkpoint)| RowPlace { checkpoint, y: y_of(row) }).collect();
    layout.plots.push(chart.place("rulers"));

    let band = (pitch + 5.0).max(13.0) / 2.0;
    for place in layout.rows.iter().filter(|place| place.checkpoint == scene.current) {
        let highlight =
            Rect { left: inside.left, top: place.y - band, right: inside.right, bottom: place.y + band };
        sheet.block(highlight, theme.soft, 1.0)?;
    }
    for place in &layout.rows {
        draw_row(sheet, scene, spectrum, place, pitch.min(PITCH))?;
    }
    draw_numbers(sheet, scene, layout, rect, inside)
}

fn chosen(scene: &Scene) -> Vec<usize> {
    let all: Vec<usize> = (0..scene.records().len()).collect();
    thinned(&all, scene.current)
}

/// All checkpoints, or every n-th with the last and the selected one.
pub(super) fn thinned(all: &[usize], current: usize) -> Vec<usize> {
    let every = all.len().div_ceil(MOST_ROWS).max(1);
    let kept = all.iter().enumerate();
    let kept = kept.filter(|(i, index)| i % every == 0 || i + 1 == all.len() || **index == current);
    kept.map(|(_, index)| *index).collect()
}

fn draw_caption<DB: DrawingBackend>(sheet: &Sheet<DB>, scene: &Scene, rect: Rect, inside: Rect) -> Drawn {
    let theme = &sheet.theme;
    let text = Type { face: Face::Regular, size: theme.sizes.label, color: theme.ink3 };
    let symbol = Type { face: Face::Symbol, size: theme.sizes.label + 2.0, color: theme.ink3 };
    let y = rect.top + 13.5;
    let mut caption =
        vec![Run("Range of ", text), Run("α", symbol), Run(" and its centre at every step.", text)];
    if scene.null(scene.current).is_some() {
        caption.push(Run(" Colour beyond the grey bar is what shuffling removes.", text));
        if runs_width(sheet, &caption) > rect.width() {
            caption.pop();
        }
    }
    if runs_width(sheet, &caption) <= rect.width() {
        draw_runs(sheet, (rect.left, y), &caption, HPos::Left)?;
    }
    draw_runs(sheet, (inside.right - 2.0, y), &[Run("w", Type { color: theme.ink, ..symbol })], HPos::Right)
}

fn range(points: &Points) -> Option<(f64, f64)> {
    let alphas = || points.iter().flatten().map(|p| p.0);
    let (low, high) = (alphas().fold(f64::INFINITY, f64::min), alphas().fold(f64::NEG_INFINITY, f64::max));
    (low <= high).then_some((low, high))
}

fn draw_row<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    spectrum: &Chart,
    place: &RowPlace,
    pitch: f64,
) -> Drawn {
    let (theme, index, y) = (&sheet.theme, place.checkpoint, place.y);
    let (left, right) = (spectrum.rect.left, spectrum.rect.right);
    // Fixed axes may leave out a part of the row, or all of it.
    let across = |(low, high): (f64, f64)| {
        let ends = [low, high].map(|alpha| spectrum.at((alpha, 0.0)).0);
        (ends[0] < right && ends[1] > left).then(|| ends.map(|x| (x.clamp(left, right), y)))
    };
    if let Some(null) = scene.null(index)
        && let Some(span) = range(&Quantity::Spectrum.of_null(null, scene.q(index)))
        && let Some([(left, _), (right, _)]) = across(span)
    {
        let half = (0.28 * pitch).max(1.0);
        let bar = Rect { left, top: y - half, right, bottom: y + half };
        sheet.chance_bar(bar, 0.38)?;
    }
    let current = index == scene.current;
    let color = scene.color(theme, index);
    let thick = if current { 2.6 } else { (0.23 * pitch).max(0.8) };
    if let Some(ends) = range(&scene.curve(Quantity::Spectrum, index)).and_then(across) {
        sheet.line(&ends, Stroke::new(color, thick))?;
    }
    let sample = scene.figure.sample.and_then(|s| scene.records()[index].samples.get(s));
    let alpha0 = clean(sample.map_or(scene.records()[index].mean.alpha0, |s| s.alpha0));
    let place = alpha0.map(|alpha0| (spectrum.at((alpha0, 0.0)).0, y));
    match place.filter(|(x, _)| (left..=right).contains(x)) {
        Some(at) if current => marks::dot(sheet, at, 4.0, color),
        Some(at) => sheet.disc(at, (0.3 * pitch).max(1.2), color),
        None => Ok(()),
    }
}

/// Step and width of the rows that have room for text: the selected one, the last, the first, then the others.
fn draw_numbers<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    layout: &Layout,
    rect: Rect,
    inside: Rect,
) -> Drawn {
    let current = layout.rows.iter().filter(|r| r.checkpoint == scene.current);
    let order = current.chain(layout.rows.last()).chain(&layout.rows);
    let mut taken: Vec<f64> = Vec::new();
    for place in order {
        if taken.iter().any(|y| (y - place.y).abs() < 2.4 * sheet.theme.sizes.small) {
            continue;
        }
        taken.push(place.y);
        let bold = place.checkpoint == scene.current;
        let name = scene.short_name(place.checkpoint);
        row_text(sheet, (rect.left - 8.0, place.y), &name, bold)?;
        if let Some(width) = clean(scene.records()[place.checkpoint].mean.width) {
            row_text(sheet, (inside.right - 2.0, place.y), &decimal(width, 3), bold)?;
        }
    }
    Ok(())
}
