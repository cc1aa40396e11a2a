//! Charts over training steps, stacked on one axis: scores, and the numbers of the method beside their null models.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axis::{Chart, Numerals, Scale, padded};
use super::figure::{Layout, Number, PendingState};
use super::labels::{Label, Placer, Run, draw_runs, runs_width};
use super::marks::{self, DOTTED};
use super::numbers::{decimal, percent, signed};
use super::scene::{Scene, clean, null_adjective};
use super::sheet::{Drawn, Point, Rect, Sheet, Stroke, Type};
use super::steps::{Steps, draw_values};
use super::strip::{interval_of, mean_of, value_of};
use super::text::Face;
use super::theme::CATEGORY_DASHES;
use crate::report::Score;

/// Height of a title, and of the space between two charts.
const TITLE: f64 = 20.0;
const BETWEEN: f64 = 7.0;

/// Least distance of ticks on the y axis.
const Y_DISTANCE: f64 = 24.0;

/// Thinnest null interval that is still seen.
const LEAST: f64 = 3.0;

/// One chart of the stack.
struct Track {
    name: String,
    title: String,
    symbol: &'static str,
    look: Look,
    numerals: Numerals,
    /// Whether the chart always shows 0, as a line of its own.
    zero: bool,
    /// (step, value); the checkpoint's index where the value is one of a checkpoint.
    points: Vec<(Option<usize>, f64, f64)>,
    /// (step, low, high) of the null model.
    band: Vec<(f64, [f64; 2])>,
    /// The selected checkpoint's value and its null model's.
    now: String,
    chance: String,
    /// A word about the null model, written where there is room.
    note: Option<String>,
}

/// How the values are drawn.
#[derive(Clone, Copy, PartialEq)]
enum Look {
    /// Dots in the colours of the steps.
    Checkpoints,
    /// A line with a category's colour, dash and marker.
    Category(usize),
}

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn<DB> {
    let steps = Steps::of(scene);
    let tracks: Vec<Track> =
        scene.figure.series.iter().filter_map(|name| track(scene, &steps, name)).collect();
    let count = tracks.len().max(1) as f64;
    // In a figure that stands alone the steps are written under the last chart.
    let values = if scene.figure.title { 22.0 } else { 0.0 };
    let height = (inside.height() - values - (count - 1.0) * BETWEEN) / count;
    for (i, track) in tracks.iter().enumerate() {
        let top = inside.top + i as f64 * (height + BETWEEN);
        let block = Rect { top, bottom: top + height, ..inside };
        let chart = track_chart(scene, &steps, track, block);
        draw_title(sheet, track, block)?;
        draw_track(sheet, scene, &steps, track, &chart)?;
        layout.plots.push(chart.place(&track.name));
        layout.steps = steps.places(&chart);
        if scene.figure.title && i + 1 == tracks.len() {
            draw_values(sheet, scene, &steps, &chart, inside.bottom - 9.0)?;
        }
    }
    Ok(())
}

fn track(scene: &Scene, steps: &Steps, name: &str) -> Option<Track> {
    if let Some(metric) = name.strip_prefix("score:") {
        let index = scene.document.scores.iter().position(|s| s.metric == metric)?;
        return Some(score_track(scene, steps, name, &scene.document.scores[index], index));
    }
    match name {
        "emergence" => Some(number_track(scene, steps, name, Number::Emergence, "Degree of emergence ", "E")),
        "alpha0" => Some(number_track(scene, steps, name, Number::Alpha0, "Regularity ", "α")),
        "width" => Some(number_track(scene, steps, name, Number::Width, "Width ", "w")),
        "nfd" => Some(number_track(scene, steps, name, Number::Nfd, "Mean neuron fractal dimension", "")),
        "excess_width" => Some(excess_track(scene, steps, name)),
        _ => None,
    }
}

fn score_track(scene: &Scene, steps: &Steps, name: &str, score: &Score, index: usize) -> Track {
    let values = || score.values.iter().filter_map(|v| Some((v.step as f64, clean(Some(v.value))?)));
    let (first, last) =
        steps.values.iter().fold((f64::INFINITY, 0.0_f64), |(l, h), s| (l.min(*s), h.max(*s)));
    let share = values().all(|(_, v)| (0.0..=1.0).contains(&v));
    let text = |v: f64| if share { percent(v) } else { decimal(v, 2) };
    let selected = steps.values.get(scene.current).copied().filter(|_| !steps.ordinal);
    let checkpoint = |step: f64| (Some(step) == selected).then_some(scene.current);
    let inside = values().filter(|(step, _)| !steps.ordinal && (first..=last).contains(step));
    let mut letters = score.metric.chars();
    let title = letters.next().map_or(String::new(), |c| c.to_uppercase().chain(letters).collect());
    Track {
        name: name.into(),
        title,
        symbol: "",
        look: Look::Category(index),
        numerals: if share { Numerals::Percent } else { Numerals::Plain },
        zero: false,
        points: inside.map(|(step, value)| (checkpoint(step), step, value)).collect(),
        band: Vec::new(),
        now: values().find(|(step, _)| Some(*step) == selected).map_or(String::new(), |(_, v)| text(v)),
        chance: String::new(),
        note: None,
    }
}

fn number_track(
    scene: &Scene,
    steps: &Steps,
    name: &str,
    number: Number,
    title: &str,
    symbol: &'static str,
) -> Track {
    let records = || scene.records().iter().zip(&steps.values).enumerate();
    let null = scene.null(scene.current);
    let band = |(i, (_, step)): (usize, (_, &f64))| {
        let null = scene.null(i)?;
        let mean = mean_of(number, null);
        Some((*step, interval_of(number, null).or(mean.map(|m| [m, m]))?))
    };
    let now = scene.record().and_then(|r| value_of(number, r));
    let chance = null.and_then(|null| mean_of(number, null));
    // The page's warning about E, where it holds: most of it comes without structure.
    let rises = number == Number::Emergence && now > Some(0.0) && chance > now.map(|now| 0.5 * now);
    Track {
        name: name.into(),
        title: title.into(),
        symbol,
        look: Look::Checkpoints,
        numerals: Numerals::Plain,
        zero: number == Number::Emergence,
        points: records().filter_map(|(i, (r, step))| Some((Some(i), *step, value_of(number, r)?))).collect(),
        band: records().filter_map(band).collect(),
        now: now.map_or(String::new(), |v| decimal(v, 3)),
        chance: null
            .zip(chance)
            .map_or(String::new(), |(n, v)| format!(" {} {}", null_adjective(n), decimal(v, 3))),
        note: null.filter(|_| rises).map(|null| format!("{} weights rise too", null_adjective(null))),
    }
}

fn excess_track(scene: &Scene, steps: &Steps, name: &str) -> Track {
    let excess = |i: usize| {
        let (record, null) = (scene.records().get(i)?, scene.null(i)?);
        let mean = mean_of(Number::Width, null)?;
        Some((
            value_of(Number::Width, record)? - mean,
            interval_of(Number::Width, null).map(|e| e.map(|v| v - mean)),
        ))
    };
    let all =
        || (0..scene.records().len()).zip(&steps.values).filter_map(|(i, step)| Some((i, *step, excess(i)?)));
    let null = scene.null(scene.current);
    let adjective = null.map_or("shuffled", null_adjective);
    Track {
        name: name.into(),
        title: format!("Width above {adjective}"),
        symbol: "",
        look: Look::Checkpoints,
        numerals: Numerals::Signed,
        zero: true,
        points: all().map(|(i, step, (value, _))| (Some(i), step, value)).collect(),
        band: all().filter_map(|(_, step, (_, interval))| Some((step, interval?))).collect(),
        now: excess(scene.current).map_or(String::new(), |(v, _)| signed(v, 3)),
        chance: String::new(),
        note: null.filter(|n| n.kind == "shuffle").map(|_| "95% of shuffles".into()),
    }
}

/// The chart under the title, on the axis of steps that all share.
fn track_chart(scene: &Scene, steps: &Steps, track: &Track, block: Rect) -> Chart {
    let top = block.top + TITLE + 8.0;
    let rect = Rect { top, bottom: (block.bottom - 8.0).max(top + 1.0), ..Steps::rect(scene, block) };
    let values = track.points.iter().map(|p| p.2);
    let band = track.band.iter().flat_map(|(_, interval)| *interval);
    let zero = (track.zero || track.look != Look::Checkpoints).then_some(0.0);
    let (low, high) = padded(values.chain(band).chain(zero)).unwrap_or((-0.01, 0.1));
    Chart::new(rect, steps.scale, Scale::Linear(low, high))
}

fn draw_title<DB: DrawingBackend>(sheet: &Sheet<DB>, track: &Track, block: Rect) -> Drawn<DB> {
    let theme = &sheet.theme;
    let (size, y) = (theme.sizes.title, block.top + TITLE / 2.0);
    let color = match track.look {
        Look::Category(index) => theme.categories[index % 6],
        Look::Checkpoints => theme.ink,
    };
    let now = Type { face: Face::Semibold, size, color };
    let chance = Type { face: Face::Regular, size, color: theme.null };
    let numbers = [Run(&track.now, now), Run(&track.chance, chance)];
    draw_runs(sheet, (block.right, y), &numbers, HPos::Right)?;
    let room = block.width() - runs_width(sheet, &numbers) - 12.0;
    let style = Type { face: Face::Semibold, size, color: theme.ink };
    let title = shortened(sheet, &track.title, style, room);
    let symbol = Type { face: Face::Symbol, size: size + 1.0, color: theme.ink };
    draw_runs(sheet, (block.left, y), &[Run(&title, style), Run(track.symbol, symbol)], HPos::Left)
}

/// Text that fits into `room`, with an ellipsis where it is cut.
fn shortened<DB: DrawingBackend>(sheet: &Sheet<DB>, text: &str, style: Type, room: f64) -> String {
    // No title that fits has more letters than this.
    let mut kept: Vec<char> = text.chars().take(200).collect();
    let whole = kept.len() == text.chars().count();
    if whole && sheet.measure(text, style) <= room {
        return text.into();
    }
    while !kept.is_empty() {
        let cut: String = kept.iter().chain(&['…']).collect();
        if sheet.measure(&cut, style) <= room {
            return cut;
        }
        kept.pop();
    }
    String::new()
}

fn draw_track<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    steps: &Steps,
    track: &Track,
    chart: &Chart,
) -> Drawn<DB> {
    let theme = &sheet.theme;
    let wide = Rect { left: chart.rect.left - 6.0, right: chart.rect.right + 10.0, ..chart.rect };
    let grid = Chart::new(wide, chart.x, chart.y);
    grid.draw_grid(sheet, &chart.y_ticks(Y_DISTANCE), track.numerals, theme.sizes.small)?;
    draw_band(sheet, track, chart)?;
    if track.zero {
        let (_, zero) = chart.at((0.0, 0.0));
        sheet.line(&[(wide.left, zero), (wide.right, zero)], Stroke::new(theme.axis, theme.sizes.hair))?;
    }
    if let Some(x) = steps.x(chart, scene.current) {
        let cursor = Stroke::new(theme.ink3, theme.sizes.hair).dash(DOTTED);
        sheet.line(&[(x, chart.rect.top - 6.0), (x, chart.rect.bottom + 6.0)], cursor)?;
    }
    draw_points(sheet, scene, track, chart)?;
    draw_pending(sheet, scene, steps, chart)?;
    draw_note(sheet, track, chart)
}

/// The null model's 95 % interval over steps.
fn draw_band<DB: DrawingBackend>(sheet: &Sheet<DB>, track: &Track, chart: &Chart) -> Drawn<DB> {
    let theme = &sheet.theme;
    let edges = track.band.iter().map(|(step, [low, high])| {
        let ((x, bottom), (_, top)) = (chart.at((*step, *low)), chart.at((*step, *high)));
        let grow = ((LEAST - (bottom - top)) / 2.0).max(0.0);
        (x, top - grow, bottom + grow)
    });
    let edges: Vec<(f64, f64, f64)> = edges.collect();
    let upper = edges.iter().map(|e| (e.0, e.1));
    let lower = edges.iter().rev().map(|e| (e.0, e.2));
    let border: Vec<Point> = upper.chain(lower).collect();
    if theme.print {
        let closed: Vec<Point> = border.iter().chain(border.first()).copied().collect();
        return sheet.line(&closed, Stroke::new(theme.null, theme.sizes.hair));
    }
    sheet.fill(&border, theme.null, theme.null_fill)
}

fn draw_points<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    track: &Track,
    chart: &Chart,
) -> Drawn<DB> {
    let theme = &sheet.theme;
    let at: Vec<Point> = track.points.iter().map(|(_, step, value)| chart.at((*step, *value))).collect();
    match track.look {
        Look::Category(index) => {
            let color: RGBColor = theme.categories[index % 6];
            let width = if theme.print { 1.0 } else { 2.0 };
            sheet.line(&at, Stroke::new(color, width).dash(CATEGORY_DASHES[index % 6]))?;
            for (place, (checkpoint, ..)) in at.iter().zip(&track.points) {
                marks::category(sheet, *place, index, if checkpoint.is_some() { 9.0 } else { 6.0 }, color)?;
            }
            Ok(())
        }
        Look::Checkpoints => {
            sheet.line(&at, Stroke::new(theme.ink3, theme.sizes.other))?;
            let selected = |i: &Option<usize>| *i == Some(scene.current);
            let marked = || at.iter().zip(&track.points).filter_map(|(at, (i, ..))| Some((at, (*i)?)));
            for (place, index) in marked().filter(|(_, i)| !selected(&Some(*i))) {
                sheet.disc(*place, 4.5, theme.bg)?;
                sheet.disc(*place, 3.3, scene.color(theme, index))?;
            }
            for (place, index) in marked().filter(|(_, i)| selected(&Some(*i))) {
                marks::dot(sheet, *place, 5.0, scene.color(theme, index))?;
            }
            Ok(())
        }
    }
}

/// Rings and crosses where checkpoints are not read yet, on the line of 0 or at the foot of the chart.
fn draw_pending<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    steps: &Steps,
    chart: &Chart,
) -> Drawn<DB> {
    for pending in scene.figure.pending.iter().filter(|_| !steps.ordinal) {
        let (x, zero) = chart.at((pending.step as f64, 0.0));
        let at = (x, zero.clamp(chart.rect.top, chart.rect.bottom));
        match pending.state {
            PendingState::Waiting => marks::waiting(sheet, at)?,
            PendingState::Failed => marks::failed(sheet, at)?,
        }
    }
    Ok(())
}

/// The note about the null model, where neither the band nor the values are.
fn draw_note<DB: DrawingBackend>(sheet: &Sheet<DB>, track: &Track, chart: &Chart) -> Drawn<DB> {
    let theme = &sheet.theme;
    let Some(note) = track.note.clone().filter(|_| !track.band.is_empty()) else {
        return Ok(());
    };
    let mut placer = Placer::new(chart.rect.grown(6.0));
    placer.keep_clear_line(track.points.iter().map(|p| chart.at((p.1, p.2))).collect());
    for pair in track.band.windows(2) {
        let corners = pair.iter().flat_map(|(step, edge)| edge.map(|value| chart.at((*step, value))));
        let start = Rect {
            left: f64::INFINITY,
            top: f64::INFINITY,
            right: f64::NEG_INFINITY,
            bottom: f64::NEG_INFINITY,
        };
        placer.keep_clear(corners.fold(start, |r, (x, y)| Rect {
            left: r.left.min(x),
            top: r.top.min(y),
            right: r.right.max(x),
            bottom: r.bottom.max(y),
        }));
    }
    let (rect, mut places) = (chart.rect, Vec::new());
    if track.numerals == Numerals::Signed {
        let highest =
            track.band.iter().take(track.band.len().div_ceil(2)).map(|(s, e)| chart.at((*s, e[1])).1);
        let above = highest.fold(rect.bottom, f64::min) - 10.0;
        places.extend([0.0, -6.0, -14.0].map(|dy| ((rect.left + 24.0, above + dy), HPos::Left)));
    }
    for y in [0.35, 0.25, 0.5, 0.12] {
        places.extend(
            [0.45, 0.3, 0.6]
                .map(|x| ((rect.left + x * rect.width(), rect.top + y * rect.height()), HPos::Center)),
        );
    }
    let style = Type { face: Face::Regular, size: theme.sizes.label, color: theme.null };
    placer.draw(sheet, &Label { text: note, style, places }).map(|_| ())
}
