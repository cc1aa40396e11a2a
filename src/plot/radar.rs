//! Scores as axes around a centre, each from its smallest to its largest value, and a polygon for each of a few steps.

use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

use super::figure::{Layout, MarkPlace, PlotPlace};
use super::labels::shortened;
use super::scene::Scene;
use super::series::{capital, is_share, metrics, score_at, score_text};
use super::sheet::{Drawn, Point, Rect, Sheet, Stroke, Type};
use super::text::Face;
use super::theme::{CATEGORIES, CATEGORY_DASHES};
use crate::report::Score;

/// Fewer axes make no polygon, more cannot be read.
const LEAST: usize = 3;
const MOST: usize = 12;

/// Sine and cosine of the turn from one of 3, 4, ... 12 axes to the next: the functions themselves would be much code.
const TURNS: [(f64, f64); MOST - LEAST + 1] = [
    (0.866_025_403_784_438_6, -0.5),
    (1.0, 0.0),
    (0.951_056_516_295_153_5, 0.309_016_994_374_947_45),
    (0.866_025_403_784_438_6, 0.5),
    (0.781_831_482_468_029_8, 0.623_489_801_858_733_6),
    (std::f64::consts::FRAC_1_SQRT_2, std::f64::consts::FRAC_1_SQRT_2),
    (0.642_787_609_686_539_3, 0.766_044_443_118_978),
    (0.587_785_252_292_473_1, 0.809_016_994_374_947_5),
    (0.540_640_817_455_597_6, 0.841_253_532_831_181_2),
    (0.5, 0.866_025_403_784_438_6),
];

/// Steps between the first, the selected and the last.
const BETWEEN: usize = 2;

/// Where the smallest value of an axis lies, as a share of the radius: polygons of small values stay visible.
const INNER: f64 = 0.15;

/// Height of the row that names the steps.
const KEYS: f64 = 22.0;

struct Axis<'a> {
    score: &'a Score,
    low: f64,
    high: f64,
    /// Direction from the centre.
    to: Point,
}

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let theme = &sheet.theme;
    let axes = axes(scene);
    let (middle, _) = inside.middle();
    let names = 3.4 * theme.sizes.label;
    let wide = (inside.width() - if scene.figure.compact { 180.0 } else { 260.0 }) / 2.0;
    let radius = ((inside.height() - KEYS - names) / 2.0 - 8.0).min(wide.max(40.0)).max(1.0);
    let centre = (middle, inside.top + names / 2.0 + radius + 10.0);
    layout.plots.push(PlotPlace {
        name: "radar".into(),
        left: centre.0 - radius,
        top: centre.1 - radius,
        width: 2.0 * radius,
        height: 2.0 * radius,
        x0: -1.0,
        x1: 1.0,
        y0: -1.0,
        y1: 1.0,
        x_scale: "linear",
    });
    if axes.len() < LEAST {
        layout.nothing =
            ["A radar needs three scores", "Add the results of more benchmarks."].map(String::from).to_vec();
        return Ok(());
    }
    let out = |axis: &Axis, share: f64| {
        let far = radius * (INNER + (1.0 - INNER) * share);
        (centre.0 + far * axis.to.0, centre.1 + far * axis.to.1)
    };
    for share in [0.0, 0.5, 1.0] {
        let ring: Vec<Point> = axes.iter().chain(axes.first()).map(|axis| out(axis, share)).collect();
        sheet.line(&ring, Stroke::new(theme.grid, theme.sizes.hair))?;
    }
    for axis in &axes {
        sheet.line(&[centre, out(axis, 1.0)], Stroke::new(theme.axis, theme.sizes.hair).opacity(0.6))?;
        draw_name(sheet, axis, out(axis, 1.0))?;
    }
    let shown = shown(scene);
    let order =
        shown.iter().filter(|i| **i != scene.current).chain(shown.iter().filter(|i| **i == scene.current));
    for &index in order {
        let step = scene.records()[index].step;
        let place = |axis: &Axis| {
            let value = score_at(axis.score, step)?;
            Some(out(
                axis,
                if axis.high > axis.low { (value - axis.low) / (axis.high - axis.low) } else { 0.0 },
            ))
        };
        let places: Vec<Option<Point>> = axes.iter().map(place).collect();
        let color = scene.color(theme, index);
        let current = index == scene.current;
        let width = if current { theme.sizes.current } else { theme.sizes.null };
        for (from, to) in places.iter().zip(places.iter().cycle().skip(1)) {
            if let (Some(from), Some(to)) = (from, to) {
                sheet.line(&[*from, *to], Stroke::new(color, width).dash(dash_of(scene, &shown, index)))?;
            }
        }
        for (x, y) in places.into_iter().flatten() {
            sheet.disc((x, y), if current { 4.0 } else { 2.6 }, color)?;
            layout.marks.push(MarkPlace { checkpoint: index, x, y });
        }
    }
    draw_keys(sheet, scene, &shown, inside)
}

/// What the figure shows, in a sentence.
pub(super) fn summary(scene: &Scene) -> String {
    let ranges = axes(scene).iter().map(range).collect::<Vec<_>>().join(", ");
    let steps: Vec<String> = shown(scene).into_iter().map(|index| scene.long_name(index)).collect();
    format!("Scores at {}; {ranges}", steps.join(", "))
}

fn range(axis: &Axis) -> String {
    let share = is_share(axis.score);
    let [low, high] = [axis.low, axis.high].map(|value| score_text(share, value));
    format!("{} {low} to {high}", capital(&axis.score.metric))
}

/// The asked metrics, or all, clockwise from the top.
fn axes<'a>(scene: &Scene<'a>) -> Vec<Axis<'a>> {
    let series = scene.record().and_then(|record| record.series.as_deref());
    let fits = |score: &&Score| score.series.is_none() || score.series.as_deref() == series;
    let asked: Vec<&str> =
        scene.figure.series.iter().filter_map(|name| name.strip_prefix("score:")).collect();
    let metrics = if asked.is_empty() { metrics(scene) } else { asked };
    let scores = metrics
        .iter()
        .filter_map(|metric| scene.document.scores.iter().filter(fits).find(|score| score.metric == *metric));
    let members = scene.members(scene.series_number(scene.current));
    let mut axes: Vec<Axis> = scores
        .filter_map(|score| {
            let values = members.iter().filter_map(|&i| score_at(score, scene.records()[i].step));
            let none = (f64::INFINITY, f64::NEG_INFINITY);
            let (low, high) = values.fold(none, |(l, h), v| (l.min(v), h.max(v)));
            (low <= high).then_some(Axis { score, low, high, to: (0.0, 0.0) })
        })
        .take(MOST)
        .collect();
    if let Some((sin, cos)) = axes.len().checked_sub(LEAST).and_then(|i| TURNS.get(i)) {
        let mut to = (0.0, -1.0);
        for axis in &mut axes {
            axis.to = to;
            to = (to.0 * cos - to.1 * sin, to.0 * sin + to.1 * cos);
        }
    }
    axes
}

/// The first, the last, the selected and a few between, in order.
fn shown(scene: &Scene) -> Vec<usize> {
    let members = scene.members(scene.series_number(scene.current));
    let Some(last) = members.len().checked_sub(1) else { return Vec::new() };
    let even = (0..=BETWEEN + 1).map(|i| members[i * last / (BETWEEN + 1)]);
    let mut shown: Vec<usize> = even.chain([scene.current]).filter(|i| members.contains(i)).collect();
    shown.sort_unstable();
    shown.dedup();
    shown
}

/// Name and range of an axis at its end, on the side that it points to.
fn draw_name<DB: DrawingBackend>(sheet: &Sheet<DB>, axis: &Axis, end: Point) -> Drawn {
    let theme = &sheet.theme;
    let name = Type { face: Face::Semibold, size: theme.sizes.label, color: theme.ink };
    let small = Type { face: Face::Regular, size: theme.sizes.small, color: theme.ink3 };
    let (x, y) = (end.0 + 8.0 * axis.to.0, end.1 + 12.0 * axis.to.1);
    let h_pos = match axis.to.0 {
        side if side > 0.1 => HPos::Left,
        side if side < -0.1 => HPos::Right,
        _ => HPos::Center,
    };
    let room = match h_pos {
        HPos::Left => sheet.frame.right - x,
        HPos::Right => x - sheet.frame.left,
        HPos::Center => sheet.frame.width(),
    };
    let text = shortened(sheet, &capital(&axis.score.metric), name, room);
    let share = is_share(axis.score);
    let [low, high] = [axis.low, axis.high].map(|value| score_text(share, value));
    // Above a point at the top, below one at the bottom, beside the others.
    let pitch = 1.15 * theme.sizes.label;
    let first = y + pitch * (axis.to.1 - 1.0) / 2.0;
    sheet.text((x, first), &text, name, h_pos, VPos::Center)?;
    let range = shortened(sheet, &format!("{low} to {high}"), small, room);
    sheet.text((x, first + pitch), &range, small, h_pos, VPos::Center)
}

/// Steps are told apart without their colours too; the selected one is solid.
fn dash_of(scene: &Scene, shown: &[usize], index: usize) -> &'static [f64] {
    let place = shown.iter().position(|other| *other == index).unwrap_or(0);
    if index == scene.current { &[] } else { CATEGORY_DASHES[1 + place % (CATEGORIES - 1)] }
}

/// The steps that are shown, each with its line and a dot in its colour.
fn draw_keys<DB: DrawingBackend>(sheet: &Sheet<DB>, scene: &Scene, shown: &[usize], inside: Rect) -> Drawn {
    let theme = &sheet.theme;
    let y = inside.bottom - KEYS / 2.0 + 2.0;
    let name = |i: usize, index: usize| if i == 0 { scene.long_name(index) } else { scene.short_name(index) };
    let style = |index: usize| Type {
        face: if index == scene.current { Face::Semibold } else { Face::Regular },
        size: theme.sizes.label,
        color: scene.text_color(theme, index),
    };
    let keys: Vec<(usize, String)> =
        shown.iter().enumerate().map(|(i, &index)| (index, name(i, index))).collect();
    let widths: Vec<f64> =
        keys.iter().map(|(index, text)| sheet.measure(text, style(*index)) + 48.0).collect();
    let (start, end) = (inside.middle().0 - widths.iter().sum::<f64>() / 2.0, inside.right);
    let mut x = (start + 10.0).max(inside.left + 10.0);
    for ((index, text), width) in keys.iter().zip(widths) {
        if x + width - 24.0 > end {
            break;
        }
        let stroke = Stroke::new(scene.color(theme, *index), theme.sizes.null);
        sheet.line(&[(x - 10.0, y), (x + 18.0, y)], stroke.dash(dash_of(scene, shown, *index)))?;
        sheet.disc((x + 4.0, y), 3.0, scene.color(theme, *index))?;
        sheet.text((x + 24.0, y), text, style(*index), HPos::Left, VPos::Center)?;
        x += width;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_even() {
        for (axes, (sin, cos)) in (LEAST..).zip(TURNS) {
            let turn = std::f64::consts::TAU / axes as f64;
            assert!((sin - libm::sin(turn)).abs() < 1e-15 && (cos - libm::cos(turn)).abs() < 1e-15, "{axes}");
        }
    }
}
