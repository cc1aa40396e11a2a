//! The step axis: shared by the charts of a series and the track of the slider.

use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

use super::axis::{Chart, Scale, StepAxis, draw_break};
use super::figure::{Layout, PendingState, StepPlace, StepScale};
use super::labels::names_room;
use super::marks;
use super::numbers::count;
use super::scene::{Line, Scene};
use super::sheet::{Drawn, Rect, Sheet, Stroke, Type};
use super::text::Face;
use super::theme::{CATEGORIES, Theme};

/// Where the checkpoints of a document stand on a step axis.
pub(super) struct Steps {
    /// One for each checkpoint; their places in order where some checkpoint has no step.
    pub values: Vec<f64>,
    /// The values are places in order, not steps.
    pub ordinal: bool,
    pub scale: Scale,
}

impl Steps {
    pub fn of(scene: &Scene) -> Self {
        let records = &scene.document.checkpoints;
        let known: Option<Vec<f64>> = records.iter().map(|r| r.step.map(|s| s as f64)).collect();
        let ordinal = known.is_none();
        let values = known.unwrap_or_else(|| (0..records.len()).map(|i| i as f64).collect());
        let pending = scene.figure.pending.iter().filter(|_| !ordinal).map(|p| p.step as f64);
        let scale = if ordinal { StepScale::Linear } else { scene.figure.x };
        let axis = StepAxis::over(values.iter().copied().chain(pending), scale);
        Self { values, ordinal, scale: Scale::Steps(axis) }
    }

    /// The rectangle from the first step to the last: the same in every figure over steps, so that charts and slider
    /// stand exactly above each other.
    pub fn rect(scene: &Scene, inside: Rect) -> Rect {
        let names: Vec<String> =
            (0..CATEGORIES).map(|i| scene.series_name(i)).filter(|n| !n.is_empty()).collect();
        Self::rect_with(scene, inside, &names)
    }

    /// As [`Steps::rect`], with room for names of lines at the right.
    pub fn rect_with(scene: &Scene, inside: Rect, names: &[String]) -> Rect {
        let (left, right) = if scene.figure.compact { (44.0, 14.0) } else { (50.0, 18.0) };
        let size = Theme::of(scene.figure).sizes.small;
        let room = names_room(names.iter().map(String::as_str), size, 0.3 * inside.width());
        let left = inside.left + left;
        Rect { left, right: (inside.right - right - room).max(left + 1.0), ..inside }
    }

    /// The series on this axis.
    pub fn lines(&self, scene: &Scene) -> Vec<Line> {
        scene.lines(|index| self.values.get(index).copied())
    }

    /// Checkpoints that are not in the document yet.
    pub fn pending(&self, scene: &Scene) -> impl Iterator<Item = (f64, PendingState)> {
        scene.figure.pending.iter().filter(|_| !self.ordinal).map(|p| (p.step as f64, p.state))
    }

    pub fn x(&self, chart: &Chart, index: usize) -> Option<f64> {
        self.values.get(index).map(|step| chart.at((*step, 0.0)).0)
    }

    pub fn places(&self, chart: &Chart) -> Vec<StepPlace> {
        (0..self.values.len())
            .filter_map(|checkpoint| Some(StepPlace { checkpoint, x: self.x(chart, checkpoint)? }))
            .collect()
    }
}

/// The slider's track: a segment between neighbouring steps, the break, the thumb, the values below.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let theme = &sheet.theme;
    let steps = Steps::of(scene);
    let chart = Chart::new(Steps::rect(scene, inside), steps.scale, Scale::Linear(0.0, 1.0));
    layout.plots.push(chart.place("steps"));
    layout.steps = steps.places(&chart);
    // In a box of 60: the track at 26, the values at 47.
    let y = inside.top + inside.height() * 26.0 / 60.0;
    let values_y = (y + 21.0).min(inside.bottom - 7.0);
    draw_track(sheet, scene, &steps, &chart, y)?;
    if !steps.ordinal {
        draw_break(sheet, &chart, y, 6.0)?;
    }
    if let Some(x) = steps.x(&chart, scene.current) {
        let color = scene.color(theme, scene.current);
        marks::ring(sheet, (x, y), 9.0, Stroke::new(color, 3.5))?;
    }
    draw_values(sheet, scene, &steps, &chart, values_y)?;
    let style = Type { face: Face::Regular, size: theme.sizes.label, color: theme.ink3 };
    let word = if steps.ordinal { "" } else { "step" };
    sheet.text((inside.left, values_y), word, style, HPos::Left, VPos::Center)
}

fn draw_track<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    steps: &Steps,
    chart: &Chart,
    y: f64,
) -> Drawn {
    let theme = &sheet.theme;
    let done = (0..steps.values.len()).filter_map(|i| Some((steps.x(chart, i)?, Some(i))));
    let pending = scene.figure.pending.iter().filter(|_| !steps.ordinal);
    let pending = pending.map(|p| (chart.at((p.step as f64, 0.0)).0, None));
    let mut stops: Vec<(f64, Option<usize>)> = done.chain(pending).collect();
    stops.sort_by(|a, b| a.0.total_cmp(&b.0));
    for pair in stops.windows(2) {
        let (color, opacity) = match (pair[0].1, pair[1].1) {
            (Some(a), Some(b)) => (theme.step((scene.rank(a) + scene.rank(b)) / 2.0), 1.0),
            _ => (theme.axis, 0.35),
        };
        let segment = Rect { left: pair[0].0 + 1.0, top: y - 2.5, right: pair[1].0 - 1.0, bottom: y + 2.5 };
        if segment.width() > 0.0 {
            sheet.block(segment, color, opacity)?;
        }
    }
    Ok(())
}

/// The values under the axis, the selected one in bold. Those that would touch another are left out: first of all the
/// powers of ten, never the selected step.
pub(super) fn draw_values<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    steps: &Steps,
    chart: &Chart,
    y: f64,
) -> Drawn {
    let selected = steps.values.get(scene.current).copied();
    let mut wanted: Vec<(f64, String)> = Vec::new();
    wanted.extend(selected.map(|step| (step, scene.short_name(scene.current))));
    if !steps.ordinal {
        let ticks = plotters::coord::ranged1d::Ranged::key_points(&steps.scale, 8usize);
        let ends = ticks.last().into_iter().chain(ticks.first()).copied();
        let values: Vec<f64> = ends.chain(ticks.iter().copied()).collect();
        wanted.extend(values.into_iter().map(|step| (step, count(step as u64))));
    }
    let values =
        wanted.iter().enumerate().map(|(i, (step, text))| (chart.at((*step, 0.0)).0, text.as_str(), i == 0));
    draw_row(sheet, y, values)
}

/// Texts in a row, the bold one first; those that would touch an earlier one are left out.
pub(super) fn draw_row<'a, DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    y: f64,
    texts: impl Iterator<Item = (f64, &'a str, bool)>,
) -> Drawn {
    let theme = &sheet.theme;
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for (x, text, bold) in texts {
        let (face, color) = if bold { (Face::Semibold, theme.ink) } else { (Face::Regular, theme.ink3) };
        let style = Type { face, size: theme.sizes.tick, color };
        let half = sheet.measure(text, style) / 2.0;
        // A value must not run out of the sheet.
        let x = x.min(sheet.frame.right - half).max(sheet.frame.left + half);
        if taken.iter().any(|(from, to)| x - half < to + 6.0 && from - 6.0 < x + half) {
            continue;
        }
        taken.push((x - half, x + half));
        sheet.text((x, y), text, style, HPos::Center, VPos::Center)?;
    }
    Ok(())
}
