//! alpha_0, w and E of one checkpoint along axes, one option varied at a time, beside their shuffles.

use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

use super::axis::{Chart, Scale, padded};
use super::figure::{Layout, Number};
use super::labels::{Run, draw_runs, shortened};
use super::marks::{self, DOTTED, NULL_DASH};
use super::numbers::decimal;
use super::scene::{Scene, clean, clean_interval, cut};
use super::sheet::{Drawn, Point, Rect, Sheet, Stroke, Type};
use super::steps::draw_row;
use super::text::Face;
use super::track::draw_fill;
use crate::report::{AxisValue, SensitivityAxis, SensitivityPoint};

/// The numbers.
const NUMBERS: [Number; 3] = [Number::Alpha0, Number::Width, Number::Emergence];

/// Most axes and points that are drawn.
const MOST_AXES: usize = 12;
const MOST_POINTS: usize = 40;

/// Room for a title, and for the settings below a chart.
const TITLE: f64 = 20.0;
const FOOT: f64 = 22.0;
/// Room for the values of the y axes, wide and compact.
const VALUES: [f64; 2] = [46.0, 38.0];
/// Space between charts.
const BETWEEN: f64 = 12.0;
/// Half the width of an interval that stands by itself.
const ALONE: f64 = 4.0;
/// Thinnest interval that is still seen.
const LEAST: f64 = 3.0;

/// What is read of a point: the value, the mean of its shuffles, and their interval.
type Read = (Option<f64>, Option<f64>, Option<[f64; 2]>);

fn read(number: Number, point: &SensitivityPoint) -> Read {
    let null = point.null.as_ref();
    let (value, mean, interval) = match number {
        Number::Alpha0 => (point.alpha0, null.map(|null| null.alpha0), null.map(|null| null.alpha0_interval)),
        Number::Width => (point.width, null.map(|null| null.width), null.map(|null| null.width_interval)),
        _ => (point.emergence, null.map(|null| null.emergence), null.map(|null| null.emergence_interval)),
    };
    (clean(value), clean(mean.flatten()), clean_interval(interval.flatten()))
}

/// The axes of the selected checkpoint.
fn axes<'a>(scene: &'a Scene) -> &'a [SensitivityAxis] {
    let axes = scene.record().map_or(&[][..], |record| &record.sensitivity);
    &axes[..axes.len().min(MOST_AXES)]
}

fn points(axis: &SensitivityAxis) -> &[SensitivityPoint] {
    &axis.points[..axis.points.len().min(MOST_POINTS)]
}

/// The numbers that any point has.
fn numbers(axes: &[SensitivityAxis]) -> Vec<Number> {
    let all = || axes.iter().flat_map(points);
    NUMBERS.into_iter().filter(|number| all().any(|point| read(*number, point).0.is_some())).collect()
}

/// Draws the figure and says where. Wide, axes stand side by side and numbers one above the other; compact, the other way
/// round. All charts of a number have the same y axis.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let (axes, compact) = (axes(scene), scene.figure.compact);
    let numbers = numbers(axes);
    if numbers.is_empty() {
        let chart = Chart::new(inside, Scale::Linear(0.0, 1.0), Scale::Linear(0.0, 1.0));
        layout.plots.push(chart.place("sensitivity"));
        layout.nothing = ["Not computed yet", "Every option is varied by itself, all others as chosen."]
            .map(String::from)
            .to_vec();
        return Ok(());
    }
    for (row, number) in numbers.iter().enumerate() {
        let all = axes.iter().flat_map(points).map(|point| read(*number, point));
        let values = all.flat_map(|(value, mean, interval)| {
            value.into_iter().chain(mean).chain(interval.into_iter().flatten())
        });
        let zero = (*number == Number::Emergence).then_some(0.0);
        let (low, high) = padded(values.chain(zero)).unwrap_or((0.0, 1.0));
        for (column, axis) in axes.iter().enumerate() {
            let grid = if compact {
                Grid { at: (row, column), of: (numbers.len(), axes.len()), each: true }
            } else {
                Grid { at: (column, row), of: (axes.len(), numbers.len()), each: false }
            };
            let cell = Cell {
                axis,
                number: *number,
                chart: Chart::new(
                    grid.rect(inside, compact),
                    Scale::Linear(-0.6, points(axis).len() as f64 - 0.4),
                    Scale::Linear(low, high),
                ),
            };
            cell.draw(sheet, scene, grid.at.0 == 0 || compact)?;
            if compact || row + 1 == numbers.len() {
                cell.draw_settings(sheet)?;
            }
            layout.plots.push(cell.chart.place(&format!("{}:{}", axis.axis, number.name())));
            // A title over each column, and one over each row.
            if row == 0 {
                let y =
                    if compact { cell.chart.rect.top - 8.0 - 1.5 * TITLE } else { inside.top + TITLE / 2.0 };
                let room = if compact { inside.right - inside.left } else { cell.chart.rect.width() + 8.0 };
                let left = if compact { inside.left } else { cell.chart.rect.left };
                draw_axis_title(sheet, axis, (left, y), room)?;
            }
            if compact || column == 0 {
                let (left, top) = if compact {
                    (cell.chart.rect.left - VALUES[1] + 8.0, cell.chart.rect.top)
                } else {
                    (inside.left, cell.chart.rect.top)
                };
                draw_number_title(sheet, *number, (left, top - 8.0 - TITLE / 2.0), compact)?;
            }
        }
    }
    Ok(())
}

/// A chart among the others: column and row, and how many there are.
struct Grid {
    at: (usize, usize),
    of: (usize, usize),
    /// Whether every chart has values and settings of its own.
    each: bool,
}

impl Grid {
    fn rect(&self, inside: Rect, compact: bool) -> Rect {
        let values = VALUES[usize::from(compact)];
        let (columns, rows) = (self.of.0 as f64, self.of.1 as f64);
        let (column, row) = (self.at.0 as f64, self.at.1 as f64);
        if self.each {
            let (width, height) = (inside.width() / columns, inside.height() / rows);
            let (left, top) = (inside.left + column * width, inside.top + row * height);
            let top = top + 2.0 * TITLE + 8.0;
            let bottom = (inside.top + (row + 1.0) * height - FOOT - 6.0).max(top + 1.0);
            let right = (left + width - 4.0).max(left + values + 1.0);
            return Rect { left: left + values, top, right, bottom };
        }
        let width = ((inside.width() - values) / columns - BETWEEN).max(1.0);
        let height = (inside.height() - TITLE - FOOT) / rows;
        let left = inside.left + values + column * (width + BETWEEN);
        let top = inside.top + TITLE + row * height + TITLE + 8.0;
        let bottom = (inside.top + TITLE + (row + 1.0) * height - 8.0).max(top + 1.0);
        Rect { left, top, right: left + width, bottom }
    }
}

/// One number along one axis.
struct Cell<'a> {
    axis: &'a SensitivityAxis,
    number: Number,
    chart: Chart,
}

impl Cell<'_> {
    fn points(&self) -> impl Iterator<Item = (f64, &SensitivityPoint)> {
        points(self.axis).iter().enumerate().map(|(place, point)| (place as f64, point))
    }

    fn draw<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, scene: &Scene, values: bool) -> Drawn {
        let theme = &sheet.theme;
        self.draw_grid(sheet, values)?;
        for (x, _) in self.points().filter(|(_, point)| point.is_present) {
            let (x, rect) = (self.chart.at((x, 0.0)).0, self.chart.rect);
            let stroke = Stroke::new(theme.ink3, theme.sizes.hair).dash(DOTTED);
            sheet.line(&[(x, rect.top - 4.0), (x, rect.bottom + 4.0)], stroke)?;
        }
        self.draw_null(sheet)?;
        let color = scene.color(theme, scene.current);
        let at = |x: f64, value: Option<f64>| Some(self.chart.at((x, value?)));
        let stroke = Stroke::new(color, theme.sizes.other);
        self.draw_line(sheet, |point| read(self.number, point).0, stroke)?;
        for (x, point) in self.points() {
            let Some(at) = at(x, read(self.number, point).0) else { continue };
            match point.is_present {
                true => marks::dot(sheet, at, 5.0, color)?,
                false => sheet.disc(at, 3.0, color)?,
            }
        }
        Ok(())
    }

    /// Joins neighbours whose settings are numbers.
    fn draw_line<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        value: impl Fn(&SensitivityPoint) -> Option<f64>,
        stroke: Stroke,
    ) -> Drawn {
        let place =
            |(x, point): (f64, &SensitivityPoint)| Some((x, value(point).filter(|_| is_number(point))?));
        let line: Vec<Option<Point>> = self.points().map(place).collect();
        self.chart.runs(&line).iter().try_for_each(|run| sheet.line(run, stroke))
    }

    fn draw_grid<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, values: bool) -> Drawn {
        let theme = &sheet.theme;
        let ticks = self.chart.y_ticks(26.0);
        if values {
            self.chart.draw_grid(sheet, &ticks, super::axis::Numerals::Plain, theme.sizes.small)?;
        }
        let rect = self.chart.rect;
        for tick in ticks.values {
            let (_, y) = self.chart.at((0.0, tick));
            let color = if tick == 0.0 { theme.axis } else { theme.grid };
            sheet.line(&[(rect.left, y), (rect.right, y)], Stroke::new(color, theme.sizes.hair))?;
        }
        Ok(())
    }

    /// Interval and mean of the shuffles: a band over numbers, bars over choices.
    fn draw_null<DB: DrawingBackend>(&self, sheet: &Sheet<DB>) -> Drawn {
        let theme = &sheet.theme;
        let edges = self.points().filter_map(|(x, point)| {
            let (_, mean, interval) = read(self.number, point);
            let [low, high] = interval.or(mean.map(|mean| [mean, mean]))?;
            let ((x, bottom), (_, top)) = (self.chart.at((x, low)), self.chart.at((x, high)));
            let grow = ((LEAST - (bottom - top)) / 2.0).max(0.0);
            Some((is_number(point), (x, top - grow, bottom + grow)))
        });
        let (numbers, choices): (Vec<_>, Vec<_>) = edges.partition(|(number, _)| *number);
        let numbers: Vec<(f64, f64, f64)> = numbers.into_iter().map(|(_, edge)| edge).collect();
        let mut alone: Vec<(f64, f64, f64)> = choices.into_iter().map(|(_, edge)| edge).collect();
        match numbers.len() {
            0 | 1 => alone.extend(numbers),
            _ => draw_fill(sheet, &numbers, theme.null, theme.null_fill)?,
        }
        for (x, top, bottom) in alone {
            let bar = Rect { left: x - ALONE, top, right: x + ALONE, bottom };
            sheet.chance_bar(bar, theme.null_fill)?;
        }
        let stroke = Stroke::new(theme.null, theme.sizes.null).dash(NULL_DASH);
        self.draw_line(sheet, |point| read(self.number, point).1, stroke)
    }

    /// The settings below the chart: the present one in bold, and as many of the others as have room.
    fn draw_settings<DB: DrawingBackend>(&self, sheet: &Sheet<DB>) -> Drawn {
        let count = points(self.axis).len();
        let rank = |(place, point): &(usize, &SensitivityPoint)| {
            (!point.is_present, *place != 0 && place + 1 != count, *place)
        };
        let mut order: Vec<(usize, &SensitivityPoint)> = points(self.axis).iter().enumerate().collect();
        order.sort_by_key(rank);
        let texts = order.into_iter().map(|(place, point)| {
            (self.chart.at((place as f64, 0.0)).0, setting(&point.value), point.is_present)
        });
        let texts: Vec<(f64, String, bool)> = texts.collect();
        let texts = texts.iter().map(|(x, text, bold)| (*x, text.as_str(), *bold));
        draw_row(sheet, self.chart.rect.bottom + 14.0, texts)
    }
}

fn is_number(point: &SensitivityPoint) -> bool {
    matches!(point.value, AxisValue::Number(_))
}

/// A setting, as it is written.
fn setting(value: &AxisValue) -> String {
    match value {
        AxisValue::Number(number) if number.fract() == 0.0 => decimal(*number, 0),
        AxisValue::Number(number) => decimal(*number, 2),
        AxisValue::Name(name) if name == "whole network" => "all".to_owned(),
        AxisValue::Name(name) => cut(name, 20),
    }
}

/// The name of an axis, as the figure and the page write it.
fn name(axis: &str) -> &str {
    match axis {
        "threshold" => "Longest edge T",
        "layer-sample" => "Neurons drawn K",
        "q" => "Range of q, ±",
        "minimum-degree" => "Least degree",
        "rounding" => "Rounding",
        "scale" => "Weights times",
        "distance" => "Distance",
        other => other,
    }
}

fn draw_axis_title<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    axis: &SensitivityAxis,
    at: Point,
    room: f64,
) -> Drawn {
    let style = Type { face: Face::Semibold, size: sheet.theme.sizes.label, color: sheet.theme.ink };
    let text = shortened(sheet, &cut(name(&axis.axis), 40), style, room);
    sheet.text(at, &text, style, HPos::Left, VPos::Center)
}

fn draw_number_title<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    number: Number,
    at: Point,
    compact: bool,
) -> Drawn {
    let theme = &sheet.theme;
    let (words, symbols) = number.title();
    let words = format!("{words} ");
    let size = if compact { theme.sizes.small } else { theme.sizes.label };
    let style = Type { face: Face::Regular, size, color: theme.ink2 };
    let symbol = Type { face: Face::Symbol, size: size + 1.0, color: theme.ink2 };
    let first = (!compact || symbols.is_empty()).then_some(Run(&words, style));
    let runs: Vec<Run> = first.into_iter().chain(symbols.iter().map(|text| Run(text, symbol))).collect();
    draw_runs(sheet, at, &runs, HPos::Left)
}

/// What the figure shows, in a sentence.
pub(super) fn summary(scene: &Scene) -> String {
    let range = |axis: &SensitivityAxis, number: Number| {
        let values = || points(axis).iter().filter_map(|point| read(number, point).0);
        let (low, high) = (values().reduce(f64::min)?, values().reduce(f64::max)?);
        Some(format!("{} {} to {}", number.title().0.to_lowercase(), decimal(low, 3), decimal(high, 3)))
    };
    let axes = axes(scene).iter().filter_map(|axis| {
        let numbers: Vec<String> = NUMBERS.iter().filter_map(|number| range(axis, *number)).collect();
        let name = cut(name(&axis.axis), 40);
        (!numbers.is_empty())
            .then(|| format!("over {} settings of {name}: {}", axis.points.len(), numbers.join(", ")))
    });
    let axes: Vec<String> = axes.collect();
    match axes.is_empty() {
        true => String::new(),
        false => format!("Sensitivity at {}, {}", scene.long_name(scene.current), axes.join("; ")),
    }
}
