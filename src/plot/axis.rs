//! Scales, ticks and the lines of a chart.

use std::ops::Range;

use plotters::coord::CoordTranslate;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged};
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

use super::figure::{PlotPlace, StepScale};
use super::labels::{Run, draw_runs};
use super::numbers::{decimal, percent, signed};
use super::sheet::{Drawn, Point, Rect, Sheet, Stroke, Type, UNITS};
use super::text::Face;

/// How values become places along an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// Evenly, from the first value to the second.
    Linear(f64, f64),
    /// By the logarithm, from the first value to the second, both positive.
    Log(f64, f64),
    /// Training steps.
    Steps(StepAxis),
}

/// Training steps: logarithmic, with 0 as a place of its own left of a break, or even.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct StepAxis {
    pub scale: StepScale,
    /// Share of the axis between 0 and the first positive step; 0 without a step 0.
    pub gap: f64,
    /// First step of the even or logarithmic part.
    pub first: f64,
    pub last: f64,
}

/// Share of the step axis that lies left of the first positive step.
const GAP: f64 = 0.078;

impl StepAxis {
    /// An axis that holds all the steps.
    pub fn over(steps: impl Iterator<Item = f64> + Clone, scale: StepScale) -> Self {
        let last = steps.clone().fold(0.0, f64::max);
        if scale == StepScale::Linear {
            let first = steps.fold(last, f64::min);
            return Self { scale, gap: 0.0, first, last };
        }
        let first = steps.clone().filter(|s| *s > 0.0).fold(last, f64::min).max(1.0);
        let zero = steps.into_iter().any(|s| s == 0.0);
        Self { scale, gap: if zero { GAP } else { 0.0 }, first, last: last.max(first) }
    }

    fn share(&self, step: f64) -> f64 {
        if self.scale == StepScale::Linear {
            return share(step, self.first, self.last);
        }
        if step < self.first && self.gap > 0.0 {
            return self.gap * (step / self.first).max(0.0);
        }
        let part = share(libm::log(step.max(self.first)), libm::log(self.first), libm::log(self.last));
        self.gap + (1.0 - self.gap) * if self.first == self.last { 1.0 } else { part }
    }

    /// 0, the powers of ten and the last step; the first positive step where too few powers lie between.
    fn ticks(&self, most: usize) -> Vec<f64> {
        if self.scale == StepScale::Linear {
            return Ticks::over(self.first, self.last, most).values;
        }
        let mut ticks = if self.gap > 0.0 { vec![0.0] } else { Vec::new() };
        let powers = (0..16).map(|k| libm::pow(10.0, f64::from(k)));
        let inside: Vec<f64> = powers.filter(|p| (self.first..=self.last).contains(p)).collect();
        if inside.len() < 2 && inside.first() != Some(&self.first) {
            ticks.push(self.first);
        }
        ticks.extend(inside);
        if ticks.last() != Some(&self.last) {
            ticks.push(self.last);
        }
        ticks
    }
}

fn share(value: f64, from: f64, to: f64) -> f64 {
    if to == from { 0.5 } else { (value - from) / (to - from) }
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = match self {
            Self::Linear(from, to) => share(*value, *from, *to),
            Self::Log(from, to) => share(libm::log(value.max(*from)), libm::log(*from), libm::log(*to)),
            Self::Steps(axis) => axis.share(*value),
        };
        let place = f64::from(limit.0) + share * f64::from(limit.1 - limit.0);
        // Values far outside of a fixed domain stay far outside; a cast of NaN is 0.
        place.round().clamp(-1e6, 1e6) as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        match self {
            Self::Linear(from, to) => Ticks::over(*from, *to, hint.max_num_points()).values,
            Self::Log(from, to) => log_ticks(*from, *to, hint.max_num_points()),
            Self::Steps(axis) => axis.ticks(hint.max_num_points()),
        }
    }

    fn range(&self) -> Range<f64> {
        match self {
            Self::Linear(from, to) | Self::Log(from, to) => *from..*to,
            Self::Steps(axis) => (if axis.gap > 0.0 { 0.0 } else { axis.first })..axis.last,
        }
    }
}

/// Powers of ten, with 2 and 5 times these where there is room.
fn log_ticks(from: f64, to: f64, most: usize) -> Vec<f64> {
    let inside = |factors: &[f64]| -> Vec<f64> {
        let powers = (0..16).map(|k| libm::pow(10.0, f64::from(k)));
        let all = powers.flat_map(|power| factors.iter().map(move |factor| factor * power));
        all.filter(|tick| (from..=to).contains(tick)).collect()
    };
    let fine = [&[1.0, 2.0, 5.0][..], &[1.0, 3.0]].map(inside);
    fine.into_iter().find(|ticks| ticks.len() <= most).unwrap_or_else(|| inside(&[1.0]))
}

/// Ticks at multiples of 1, 2 or 5 times a power of ten.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ticks {
    pub values: Vec<f64>,
    /// Decimals that tell neighbours apart.
    pub decimals: usize,
}

impl Ticks {
    /// At most `most` ticks between the two values.
    pub fn over(from: f64, to: f64, most: usize) -> Self {
        let none = Self { values: Vec::new(), decimals: 0 };
        let span = to - from;
        if !(span > 0.0 && span.is_finite()) || most == 0 {
            return none;
        }
        let power = libm::floor(libm::log10(span / most as f64)) as i32;
        for k in power..power + 3 {
            for factor in [1.0, 2.0, 5.0] {
                // 10^-k is exact, 10^k is not: divide.
                let unit = libm::pow(10.0, f64::from(k.abs()));
                let tick = |i: f64| {
                    if k < 0 { i * factor / unit } else { i * factor * unit }
                };
                let step = tick(1.0);
                // A tick at the very end counts although rounding may put it outside.
                let first = libm::ceil(from / step - 1e-9);
                let last = libm::floor(to / step + 1e-9);
                if last - first + 1.0 <= most as f64 {
                    let values = (0..=(last - first) as usize).map(|i| tick(first + i as f64));
                    let values = if last < first { Vec::new() } else { values.collect() };
                    return Self { values, decimals: k.min(0).unsigned_abs() as usize };
                }
            }
        }
        none
    }
}

/// How tick labels are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Numerals {
    #[default]
    Plain,
    Signed,
    Percent,
}

impl Numerals {
    fn tick(self, value: f64, decimals: usize) -> String {
        match self {
            Self::Percent => percent(value),
            _ if value == 0.0 => "0".into(),
            Self::Plain => decimal(value, decimals),
            Self::Signed => signed(value, decimals),
        }
    }
}

/// The smallest and the largest of the values, with 4 % of their distance added on both sides.
pub(super) fn padded(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    if low > high {
        return None;
    }
    let margin = if high > low { 0.04 * (high - low) } else { (0.1 * high.abs()).max(0.05) };
    Some((low - margin, high + margin))
}

/// Least distances of ticks in CSS pixels: on the y axis of a large chart, and on the x axis.
pub(super) const Y_DISTANCE: f64 = 30.0;
pub(super) const X_DISTANCE: f64 = 50.0;

/// A rectangle with a scale on each side.
pub(super) struct Chart {
    pub rect: Rect,
    pub x: Scale,
    pub y: Scale,
    coordinates: Cartesian2d<Scale, Scale>,
}

impl Chart {
    pub fn new(rect: Rect, x: Scale, y: Scale) -> Self {
        let unit = |v: f64| (v * UNITS).round().clamp(-1e6, 1e6) as i32;
        let sides = (unit(rect.left)..unit(rect.right), unit(rect.bottom)..unit(rect.top));
        Self { rect, x, y, coordinates: Cartesian2d::new(x, y, sides) }
    }

    /// As [`Chart::new`], its left edge moved to the right where the values of the y axis need more room.
    pub fn fitted<DB: DrawingBackend>(sheet: &Sheet<DB>, rect: Rect, x: Scale, y: Scale) -> Self {
        let chart = Self::new(rect, x, y);
        let ticks = chart.y_ticks(Y_DISTANCE);
        let style = Type { face: Face::Regular, size: sheet.theme.sizes.tick, color: sheet.theme.ink3 };
        let texts = ticks.values.iter().map(|v| Numerals::Plain.tick(*v, ticks.decimals));
        let widest = texts.map(|text| sheet.measure(&text, style)).fold(0.0, f64::max);
        let left = rect.left.max(sheet.frame.left + widest + 10.0).min(rect.right - 1.0);
        Self::new(Rect { left, ..rect }, x, y)
    }

    /// Where a pair of values lies.
    pub fn at(&self, value: Point) -> Point {
        let (x, y) = self.coordinates.translate(&value);
        (f64::from(x) / UNITS, f64::from(y) / UNITS)
    }

    /// The unbroken parts of a curve.
    pub fn runs(&self, points: &[Option<Point>]) -> Vec<Vec<Point>> {
        let mut runs = vec![Vec::new()];
        for point in points {
            match (point, runs.last_mut()) {
                (Some(value), Some(run)) => run.push(self.at(*value)),
                (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
                _ => {}
            }
        }
        runs.retain(|run| !run.is_empty());
        runs
    }

    pub fn place(&self, name: &str) -> PlotPlace {
        let (x, y) = (self.x.range(), self.y.range());
        PlotPlace {
            name: name.into(),
            left: self.rect.left,
            top: self.rect.top,
            width: self.rect.width(),
            height: self.rect.height(),
            x0: x.start,
            x1: x.end,
            y0: y.start,
            y1: y.end,
            x_scale: match self.x {
                Scale::Linear(..) => "linear",
                Scale::Log(..) => "log",
                Scale::Steps(_) => "step",
            },
        }
    }

    pub fn y_ticks(&self, least_distance: f64) -> Ticks {
        let most = ((self.rect.height() / least_distance) as usize + 1).min(5);
        let y = self.y.range();
        Ticks::over(y.start, y.end, most)
    }

    pub fn x_ticks(&self, least_distance: f64) -> Ticks {
        let most = ((self.rect.width() / least_distance) as usize + 1).min(12);
        if let Scale::Log(from, to) = self.x {
            return Ticks { values: log_ticks(from, to, most), decimals: 0 };
        }
        let x = self.x.range();
        Ticks::over(x.start, x.end, most)
    }

    /// Horizontal grid lines with their values at the left.
    pub fn draw_grid<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        ticks: &Ticks,
        numerals: Numerals,
        size: f64,
    ) -> Drawn {
        let theme = &sheet.theme;
        let style = Type { face: Face::Regular, size, color: theme.ink3 };
        for value in &ticks.values {
            let (_, y) = self.at((0.0, *value));
            let stroke = Stroke::new(theme.grid, theme.sizes.hair);
            sheet.line(&[(self.rect.left, y), (self.rect.right, y)], stroke)?;
            let text = numerals.tick(*value, ticks.decimals);
            // A long number comes nearer to the axis rather than out of the sheet.
            let right = (self.rect.left - 8.0).max(sheet.frame.left + sheet.measure(&text, style));
            sheet.text((right, y), &text, style, HPos::Right, VPos::Center)?;
        }
        Ok(())
    }

    /// The lower axis with ticks, their values, and the symbol of x right of the last tick.
    pub fn draw_x_axis<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, ticks: &Ticks, symbol: &[Run]) -> Drawn {
        let theme = &sheet.theme;
        let style = Type { face: Face::Regular, size: theme.sizes.tick, color: theme.ink3 };
        let y = self.rect.bottom;
        let stroke = Stroke::new(theme.axis, theme.sizes.hair);
        let mut end = self.rect.right + 6.0;
        sheet.line(&[(self.rect.left, y), (self.rect.right, y)], stroke)?;
        for value in &ticks.values {
            let (x, _) = self.at((*value, 0.0));
            sheet.line(&[(x, y), (x, y + 5.0)], stroke)?;
            let text = Numerals::Plain.tick(*value, ticks.decimals);
            let half = sheet.measure(&text, style) / 2.0;
            // Half a number at the sheet's edge would be another number.
            if x - half >= sheet.frame.left && x + half <= sheet.frame.right {
                sheet.text((x, y + 14.5), &text, style, HPos::Center, VPos::Center)?;
                end = end.max(x + half);
            }
        }
        draw_runs(sheet, (end + 6.0, y + 14.5), symbol, HPos::Left)
    }
}

/// The break between step 0 and the first positive step, drawn over a line at `y`.
pub(super) fn draw_break<DB: DrawingBackend>(sheet: &Sheet<DB>, chart: &Chart, y: f64, reach: f64) -> Drawn {
    let Scale::Steps(axis) = chart.x else {
        return Ok(());
    };
    if axis.gap == 0.0 {
        return Ok(());
    }
    let middle = (chart.at((0.0, 0.0)).0 + chart.at((axis.first, 0.0)).0) / 2.0;
    let gap = Rect { left: middle - 3.5, top: y - reach, right: middle + 3.5, bottom: y + reach };
    sheet.block(gap, sheet.theme.bg, 1.0)?;
    for x in [middle - 2.5, middle + 2.5] {
        let stroke = Stroke::new(sheet.theme.axis, sheet.theme.sizes.hair.max(1.2));
        sheet.line(&[(x - 2.0, y + reach), (x + 2.0, y - reach)], stroke)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(from: f64, to: f64, most: usize) -> Vec<String> {
        let ticks = Ticks::over(from, to, most);
        ticks.values.iter().map(|v| Numerals::Plain.tick(*v, ticks.decimals)).collect()
    }

    #[test]
    fn ticks_are_multiples_of_one_two_five() {
        assert_eq!(written(-0.64, 0.026, 5), ["\u{2212}0.6", "\u{2212}0.4", "\u{2212}0.2", "0"]);
        assert_eq!(written(0.86, 1.67, 12), ["0.9", "1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6"]);
        assert_eq!(written(0.0, 50.0, 6), ["0", "10", "20", "30", "40", "50"]);
        assert_eq!(written(0.0, 0.075, 4), ["0", "0.02", "0.04", "0.06"]);
        assert_eq!(written(0.0, 0.075, 3), ["0", "0.05"]);
        assert_eq!(written(0.0, 143000.0, 4), ["0", "50,000", "100,000"]);
        assert_eq!(written(-3.0, 3.0, 7), ["\u{2212}3", "\u{2212}2", "\u{2212}1", "0", "1", "2", "3"]);
    }

    #[test]
    fn ticks_of_nothing_are_none() {
        for (from, to) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
            assert!(Ticks::over(from, to, 5).values.is_empty());
        }
        assert!(Ticks::over(0.0, 1.0, 0).values.is_empty());
        // Steps finer than what f64 resolves there.
        assert!(Ticks::over(1e9, 1e9 + 1e-7, 5).values.len() <= 5);
    }

    #[test]
    fn domains_are_padded_by_four_percent() {
        assert_eq!(padded([1.0, 2.0].into_iter()), Some((0.96, 2.04)));
        assert_eq!(padded(std::iter::empty()), None);
        assert!(padded([3.0].into_iter()).is_some_and(|(low, high)| low < 3.0 && high > 3.0));
    }

    #[test]
    fn zero_has_a_place_of_its_own() {
        let axis = StepAxis::over([0.0, 1.0, 10.0, 100.0].into_iter(), StepScale::Log);
        assert_eq!((axis.share(0.0), axis.share(1.0), axis.share(100.0)), (0.0, GAP, 1.0));
        assert!((axis.share(10.0) - (GAP + (1.0 - GAP) / 2.0)).abs() < 1e-12);
        let late = StepAxis::over([512.0, 1000.0, 143000.0].into_iter(), StepScale::Log);
        assert_eq!((late.gap, late.share(512.0), late.share(143000.0)), (0.0, 0.0, 1.0));
        assert_eq!(late.ticks(8), [1000.0, 10000.0, 100000.0, 143000.0]);
    }

    #[test]
    fn log_axes_have_powers_of_ten() {
        assert_eq!(log_ticks(1e6, 1e8, 8), [1e6, 2e6, 5e6, 1e7, 2e7, 5e7, 1e8]);
        assert_eq!(log_ticks(1e6, 1e10, 9), [1e6, 3e6, 1e7, 3e7, 1e8, 3e8, 1e9, 3e9, 1e10]);
        assert_eq!(log_ticks(1e6, 1e10, 5), [1e6, 1e7, 1e8, 1e9, 1e10]);
        let rect = Rect { left: 0.0, top: 0.0, right: 100.0, bottom: 10.0 };
        let chart = Chart::new(rect, Scale::Log(1e6, 1e8), Scale::Linear(0.0, 1.0));
        assert_eq!(chart.at((1e7, 0.0)).0, 50.0);
    }

    #[test]
    fn charts_map_corners_to_corners() {
        let rect = Rect { left: 10.0, top: 20.0, right: 110.0, bottom: 70.0 };
        let chart = Chart::new(rect, Scale::Linear(0.0, 1.0), Scale::Linear(-1.0, 0.0));
        assert_eq!(chart.at((0.0, -1.0)), (10.0, 70.0));
        assert_eq!(chart.at((1.0, 0.0)), (110.0, 20.0));
        assert_eq!(chart.runs(&[None, Some((0.0, 0.0)), None, None, Some((1.0, 0.0))]).len(), 2);
    }
}
