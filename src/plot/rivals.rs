//! Simple numbers beside E over the steps of a series, and how much of E each of them explains.

use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axis::{Chart, Numerals, Scale};
use super::figure::{Layout, Number};
use super::labels::{Run, draw_runs, runs_width, shortened};
use super::numbers::{decimal, percent};
use super::scene::{Line, Scene, clean, clean_interval};
use super::series::draw_tracks;
use super::sheet::{Drawn, Rect, Sheet, Stroke, Type};
use super::steps::Steps;
use super::text::Face;
use super::theme::CATEGORIES;
use super::track::{Look, Mark, Track, TrackLine};
use crate::report::{CheckpointRecord, Explained, RivalsRecord};

/// Height of a row of the comparison, and of the line above the first.
const ROW: f64 = 34.0;
const HEAD: f64 = 26.0;
/// Thickness of a bar, and of the grey one behind it.
const BAR: f64 = 4.0;
const CHANCE: f64 = 10.0;
/// Room between charts and comparison where they stand side by side.
const GUTTER: f64 = 40.0;
/// Share of the width that the charts have there.
const CHARTS: f64 = 0.58;
/// Rows of a document that are drawn: a document of ours has no more of one series.
const MOST_ROWS: usize = 7;

/// A number of a checkpoint, and the range of its shuffles.
#[derive(Clone, Copy)]
struct Measured {
    value: Option<f64>,
    shuffled: Option<f64>,
    range: Option<[f64; 2]>,
}

/// A chart: its name in [`Explained::rival`], its title, and what it shows.
type Rival = (&'static str, &'static str, fn(&CheckpointRecord) -> Measured);

const RIVALS: [Rival; 5] = [
    ("mean_abs_weight", "Mean |w|", |record| same(record.baselines.mean_abs_weight)),
    ("mean_weighted_degree", "Mean weighted degree", |record| same(record.baselines.mean_weighted_degree)),
    ("spectral_norm", "Spectral norm", |record| {
        of_matrices(record, |rivals| Measured {
            value: rivals.mean.spectral_norm,
            shuffled: rivals.shuffled.spectral_norm,
            range: rivals.shuffled_range.spectral_norm,
        })
    }),
    ("stable_rank", "Stable rank", |record| {
        of_matrices(record, |rivals| Measured {
            value: rivals.mean.stable_rank,
            shuffled: rivals.shuffled.stable_rank,
            range: rivals.shuffled_range.stable_rank,
        })
    }),
    ("alpha", "Power-law exponent", |record| {
        of_matrices(record, |rivals| Measured {
            value: rivals.mean.alpha,
            shuffled: rivals.shuffled.alpha,
            range: rivals.shuffled_range.alpha,
        })
    }),
];

/// Of a number that no shuffle changes.
fn same(value: Option<f64>) -> Measured {
    Measured { value: clean(value), shuffled: None, range: None }
}

fn of_matrices(record: &CheckpointRecord, number: fn(&RivalsRecord) -> Measured) -> Measured {
    let nothing = Measured { value: None, shuffled: None, range: None };
    let Measured { value, shuffled, range } = record.rivals.as_ref().map_or(nothing, number);
    Measured { value: clean(value), shuffled: clean(shuffled), range: clean_interval(range) }
}

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let rows = rows(scene);
    let steps = Steps::of(scene);
    let lines = steps.lines(scene);
    if rows.is_empty() {
        let why = ["Nothing to compare E with yet", "Compute the rivals of a series of checkpoints."];
        layout.nothing = why.map(String::from).to_vec();
        let alone = [Track::number(scene, &lines, Number::Emergence)];
        return draw_tracks(sheet, scene, &steps, &alone, inside, Steps::rect(scene, inside), layout);
    }
    let (charts, comparison) = parts(scene, inside, rows.len());
    let rivals = RIVALS.iter().map(|rival| track(scene, &lines, rival)).filter(|track| !track.is_empty());
    let tracks: Vec<Track> =
        std::iter::once(Track::number(scene, &lines, Number::Emergence)).chain(rivals).collect();
    draw_tracks(sheet, scene, &steps, &tracks, charts, Steps::rect(scene, charts), layout)?;
    draw_comparison(sheet, scene, &rows, comparison, layout)
}

/// What the figure shows, in a sentence.
pub(super) fn summary(scene: &Scene) -> String {
    let part = |row: &&Explained| {
        let share = share(row.r_squared)?;
        let chance = share_text(row.chance).map_or(String::new(), |text| format!(" (chance up to {text})"));
        Some(format!("{} alone explains {} of E{chance}", name(row), percent(share)))
    };
    rows(scene).iter().filter_map(part).collect::<Vec<_>>().join("; ")
}

/// The comparison of the series of the selected checkpoint.
fn rows<'a>(scene: &Scene<'a>) -> Vec<&'a Explained> {
    let series = scene.record().and_then(|record| record.series.as_ref());
    let rows = scene.document.explained.iter().filter(|row| row.series.as_ref() == series);
    rows.take(MOST_ROWS).collect()
}

/// Where the charts are, and the comparison: beside or, in narrow places, below them.
fn parts(scene: &Scene, inside: Rect, rows: usize) -> (Rect, Rect) {
    let height = (HEAD + ROW * rows as f64).min(0.6 * inside.height());
    if scene.figure.compact {
        let middle = inside.bottom - height;
        let charts = Rect { bottom: (middle - 16.0).max(inside.top + 1.0), ..inside };
        return (charts, Rect { top: middle, ..inside });
    }
    let middle = inside.left + CHARTS * inside.width();
    let left = (middle + GUTTER).min(inside.right - 1.0);
    (Rect { right: middle, ..inside }, Rect { left, bottom: inside.top + height, ..inside })
}

fn track(scene: &Scene, lines: &[Line], (key, title, number): &Rival) -> Track {
    let many = lines.len() > 1;
    let of = |index: usize| scene.records().get(index).map(number);
    let line = |(category, line): (usize, &Line)| TrackLine {
        name: line.name.clone(),
        look: if many { Look::Category(category) } else { Look::Checkpoints },
        points: line
            .members
            .iter()
            .map(|&(index, x)| Mark {
                checkpoint: Some(index),
                x,
                value: of(index).and_then(|number| number.value),
                spread: None,
            })
            .collect(),
        band: line
            .members
            .iter()
            .filter_map(|&(index, x)| Some((x, of(index).and_then(|number| number.range)?)))
            .collect(),
    };
    let now = of(scene.current);
    let chance = match now {
        Some(Measured { shuffled: Some(value), .. }) => format!(" shuffled {}", short(value)),
        Some(Measured { value: Some(_), .. }) => " shuffled the same".to_owned(),
        _ => String::new(),
    };
    Track {
        name: (*key).to_owned(),
        title: (*title).to_owned(),
        numerals: Numerals::Plain,
        category: many.then(|| scene.series_number(scene.current)),
        lines: lines.iter().take(CATEGORIES).enumerate().map(line).collect(),
        now: now.and_then(|number| number.value).map_or(String::new(), short),
        chance,
        ..Track::default()
    }
}

/// Three digits that count.
fn short(value: f64) -> String {
    let decimals = match value.abs() {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        v if v >= 0.1 => 3,
        _ => 4,
    };
    decimal(value, decimals)
}

/// A bar for each number: the share of E that it explains, before what chance and shuffled matrices reach.
fn draw_comparison<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    rows: &[&Explained],
    rect: Rect,
    layout: &mut Layout,
) -> Drawn {
    let theme = &sheet.theme;
    let head = Type { face: Face::Semibold, size: theme.sizes.title, color: theme.ink };
    let grey = Type { face: Face::Regular, size: theme.sizes.small, color: theme.null };
    let ends = [Run("grey: chance", grey)];
    let room = rect.width() - runs_width(sheet, &ends) - 12.0;
    let title = shortened(sheet, "Share of E that each explains alone", head, room);
    draw_runs(sheet, (rect.left, rect.top + 10.0), &[Run(&title, head)], HPos::Left)?;
    draw_runs(sheet, (rect.right, rect.top + 10.0), &ends, HPos::Right)?;
    let pitch = (rect.height() - HEAD) / rows.len() as f64;
    for (at, row) in rows.iter().enumerate() {
        let top = rect.top + HEAD + at as f64 * pitch;
        draw_row(sheet, scene, row, Rect { top, bottom: top + pitch, ..rect })?;
    }
    let bars = Rect { top: rect.top + HEAD, ..rect };
    let chart = Chart::new(bars, Scale::Linear(0.0, 1.0), Scale::Linear(0.0, rows.len() as f64));
    layout.plots.push(chart.place("explained"));
    Ok(())
}

fn draw_row<DB: DrawingBackend>(sheet: &Sheet<DB>, scene: &Scene, row: &Explained, rect: Rect) -> Drawn {
    let theme = &sheet.theme;
    let style = |face, color| Type { face, size: theme.sizes.small, color };
    let (text_y, bar_y) = (rect.top + 0.3 * rect.height(), rect.top + 0.75 * rect.height());
    let share = share(row.r_squared);
    let value = share.map_or_else(|| "no share".to_owned(), percent);
    let chance = share_text(row.chance).map_or(String::new(), |text| format!("  chance {text}"));
    let shuffled = share_text(row.shuffled).map_or(String::new(), |text| format!("  shuffled {text}"));
    let numbers = [
        Run(&value, style(Face::Semibold, theme.ink)),
        Run(&shuffled, style(Face::Regular, theme.null)),
        Run(&chance, style(Face::Regular, theme.null)),
    ];
    draw_runs(sheet, (rect.right, text_y), &numbers, HPos::Right)?;
    let plain = style(Face::Regular, theme.ink2);
    let title = shortened(sheet, name(row), plain, rect.width() - runs_width(sheet, &numbers) - 8.0);
    draw_runs(sheet, (rect.left, text_y), &[Run(&title, plain)], HPos::Left)?;
    let x = |share: f64| rect.left + share * rect.width();
    let bar = |share: f64, thickness: f64| Rect {
        left: rect.left,
        right: x(share),
        top: bar_y - thickness / 2.0,
        bottom: bar_y + thickness / 2.0,
    };
    sheet.line(&[(rect.left, bar_y), (rect.right, bar_y)], Stroke::new(theme.grid, theme.sizes.hair))?;
    if let Some(chance) = self::share(row.chance) {
        sheet.chance_bar(bar(chance, CHANCE), theme.null_fill)?;
    }
    if let Some(share) = share {
        sheet.block(bar(share, BAR), scene.color(theme, scene.current), 1.0)?;
    }
    if let Some(x) = self::share(row.shuffled).map(x) {
        let ends = [(x, bar_y - CHANCE / 2.0 - 1.0), (x, bar_y + CHANCE / 2.0 + 1.0)];
        sheet.line(&ends, Stroke::new(theme.null, 2.0))?;
    }
    Ok(())
}

/// A share from 0 to 1.
fn share(value: Option<f64>) -> Option<f64> {
    value.filter(|share| (0.0..=1.0).contains(share))
}

fn share_text(value: Option<f64>) -> Option<String> {
    share(value).map(percent)
}

fn name(row: &Explained) -> &'static str {
    match row.rival.as_str() {
        "log_step" => "log(1 + step)",
        "shuffled_emergence" => "E of shuffled weights",
        other => RIVALS.iter().find(|(key, ..)| *key == other).map_or("Other", |(_, title, _)| title),
    }
}
