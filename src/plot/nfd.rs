//! Histogram of the neuron fractal dimension: the null model filled behind, the checkpoint as a line.

use plotters::coord::ranged1d::Ranged as _;
use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axis::{Chart, Scale, X_DISTANCE};
use super::figure::Layout;
use super::labels::{Label, Placer};
use super::scene::{Scene, clean_interval, null_adjective};
use super::sheet::{Drawn, Point, Rect, Sheet, Stroke, Type};
use super::text::Face;
use crate::report::NfdHistogram;

/// More bins than this are no histogram of ours.
const MOST_BINS: usize = 4096;

/// Bars as (from, to, height), without the empty ones at both ends.
pub(super) type Bars = Vec<(f64, f64, f64)>;

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let theme = &sheet.theme;
    let bottom = (inside.bottom - 25.0).max(inside.top + 7.0);
    let rect = Rect { top: inside.top + 6.0, bottom, ..inside };
    let chart = chart(scene, rect);
    layout.plots.push(chart.place("nfd"));
    let (null, own) = (null_bars(scene, scene.current), bars_of(scene, scene.current));
    sheet.chance(&outline(&chart, &null, true), theme.null_fill)?;
    chart.draw_x_axis(sheet, &chart.x_ticks(X_DISTANCE), &[])?;
    let color = scene.color(theme, scene.current);
    let line = outline(&chart, &own, false);
    sheet.line(&line, Stroke::new(color, 2.0))?;

    let mut placer = Placer::new(Rect { bottom: rect.bottom, ..sheet.frame });
    placer.keep_clear_line(line.clone());
    let style = Type { face: Face::Semibold, size: theme.sizes.label, color };
    placer.draw(sheet, &beside(&line, "this checkpoint", style, true))?;
    if let Some(kind) = scene.null(scene.current).filter(|_| !null.is_empty()) {
        let border = outline(&chart, &null, false);
        placer.keep_clear_line(border.clone());
        let style = Type { color: theme.null, ..style };
        placer.draw(sheet, &beside(&border, null_adjective(kind), style, false))?;
    }
    Ok(())
}

/// The small form: the selected checkpoint filled, the first one as a line.
pub(super) fn draw_small<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let theme = &sheet.theme;
    let rect = Rect { top: inside.top + 2.0, bottom: (inside.bottom - 1.0).max(inside.top + 3.0), ..inside };
    let chart = chart(scene, rect);
    layout.plots.push(chart.place("nfd"));
    let color = scene.color(theme, scene.current);
    let own = bars_of(scene, scene.current);
    sheet.fill(&outline(&chart, &own, true), color, 0.28)?;
    if scene.is_series() && scene.current != 0 {
        let first = outline(&chart, &bars_of(scene, 0), false);
        sheet.line(&first, Stroke::new(scene.color(theme, 0), 1.4))?;
    }
    sheet.line(&outline(&chart, &own, false), Stroke::new(color, 1.6))?;
    let base = [(rect.left, rect.bottom), (rect.right, rect.bottom)];
    sheet.line(&base, Stroke::new(theme.axis, theme.sizes.hair))
}

/// A chart that holds the histograms of all checkpoints and null models.
pub(super) fn chart(scene: &Scene, rect: Rect) -> Chart {
    let count = scene.records().len();
    let all = (0..count).flat_map(|i| bars_of(scene, i).into_iter().chain(null_bars(scene, i)));
    let start = (f64::INFINITY, f64::NEG_INFINITY, 0.0_f64);
    let (low, high, top) = all.fold(start, |(l, h, t), bar| (l.min(bar.0), h.max(bar.1), t.max(bar.2)));
    let (x, top) = if low < high { ((low, high), top) } else { ((0.4, 1.6), 1.0) };
    let margin = 0.04 * (x.1 - x.0);
    Chart::new(rect, Scale::Linear(x.0 - margin, x.1 + margin), Scale::Linear(0.0, 1.06 * top))
}

pub(super) fn bars_of(scene: &Scene, index: usize) -> Bars {
    scene.records().get(index).map_or_else(Bars::new, |r| bars(&r.nfd.histogram))
}

pub(super) fn null_bars(scene: &Scene, index: usize) -> Bars {
    scene.null(index).and_then(|n| n.nfd.histogram.as_ref()).map_or_else(Bars::new, bars)
}

fn bars(histogram: &NfdHistogram) -> Bars {
    let counts = &histogram.counts;
    let Some([from, to]) = clean_interval(Some([histogram.from, histogram.to])) else {
        return Bars::new();
    };
    let full = |c: &f64| *c > 0.0 && *c < 1e12;
    let (Some(first), Some(last)) = (counts.iter().position(full), counts.iter().rposition(full)) else {
        return Bars::new();
    };
    if counts.len() > MOST_BINS || from == to {
        return Bars::new();
    }
    let edge = |i: usize| from + (to - from) * i as f64 / counts.len() as f64;
    (first..=last).map(|i| (edge(i), edge(i + 1), if full(&counts[i]) { counts[i] } else { 0.0 })).collect()
}

/// The upper border of the bars as steps, with both feet on the axis: where the bars end, to be filled (`closed`), or at
/// the ends of the axis, to be drawn as a line.
pub(super) fn outline(chart: &Chart, bars: &Bars, closed: bool) -> Vec<Point> {
    let (Some(first), Some(last)) = (bars.first(), bars.last()) else {
        return Vec::new();
    };
    let steps = bars.iter().flat_map(|&(from, to, height)| [(from, height), (to, height)]);
    let axis = chart.x.range();
    let (left, right) = if closed { (first.0, last.1) } else { (axis.start, axis.end) };
    let feet_left = [(left, 0.0), (first.0, 0.0)];
    let feet_right = [(last.1, 0.0), (right, 0.0)];
    feet_left.into_iter().chain(steps).chain(feet_right).map(|p| chart.at(p)).collect()
}

/// A label beside the upper part of a histogram.
fn beside(line: &[Point], text: &str, style: Type, right: bool) -> Label {
    let top = line.iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
    let foot = line.iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
    let at_height = |share: f64| {
        let y = top + share * (foot - top);
        let inside = line.iter().filter(|p| p.1 <= y + 8.0).map(|p| p.0);
        let x = if right {
            inside.fold(f64::NEG_INFINITY, f64::max) + 10.0
        } else {
            inside.fold(f64::INFINITY, f64::min) - 10.0
        };
        ((x, y), if right { HPos::Left } else { HPos::Right })
    };
    let places =
        if line.is_empty() { Vec::new() } else { [0.02, 0.1, 0.2, 0.3, 0.4, 0.5].map(at_height).to_vec() };
    Label { text: text.into(), style, places }
}
