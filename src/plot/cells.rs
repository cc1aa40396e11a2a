//! Cells of a heat map and the scale of their colours.

use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

use super::numbers::{decimal, signed};
use super::sheet::{Drawn, Rect, Sheet, Stroke, Type};
use super::steps::draw_row;
use super::text::Face;

/// Steps of the drawn scale.
const STEPS: u32 = 24;

/// Which value has which colour, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shades {
    pub low: f64,
    pub high: f64,
    pub signed: bool,
}

impl Shades {
    /// From the smallest to the largest value; differences hold 0.
    pub fn over(values: impl Iterator<Item = f64>, signed: bool) -> Self {
        let none = (f64::INFINITY, f64::NEG_INFINITY);
        let (low, high) = values.fold(none, |(l, h), v| (l.min(v), h.max(v)));
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        if signed {
            Self { low: low.min(0.0), high: high.max(0.0), signed }
        } else {
            Self { low, high, signed }
        }
    }

    pub fn share(&self, value: f64) -> f64 {
        if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 0.5 }
    }

    pub fn text(&self, value: f64, decimals: usize) -> String {
        if self.signed { signed(value, decimals) } else { decimal(value, decimals) }
    }

    /// With how many decimals the values of cells of this size are written; `None` where they have no room.
    pub fn decimals<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        width: f64,
        height: f64,
        values: impl Iterator<Item = f64> + Clone,
    ) -> Option<usize> {
        let style = Type { face: Face::Semibold, size: sheet.theme.sizes.small, color: sheet.theme.ink };
        let fits = |decimals: &usize| {
            let widest = values.clone().map(|value| sheet.measure(&self.text(value, *decimals), style));
            widest.fold(0.0, f64::max) + 4.0 <= width
        };
        [3, 2].into_iter().filter(|_| height >= 1.1 * style.size).find(fits)
    }

    /// A cell, with its value to so many decimals, bold where it is certain. A missing value is an outline.
    pub fn draw_cell<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        cell: Rect,
        value: Option<f64>,
        decimals: Option<usize>,
        bold: bool,
    ) -> Drawn {
        let theme = &sheet.theme;
        let Some(value) = value else {
            let box_ = cell.grown(-0.5);
            let (a, c) = ((box_.left, box_.top), (box_.right, box_.bottom));
            let outline = [a, (c.0, a.1), c, (a.0, c.1), a];
            return sheet.line(&outline, Stroke::new(theme.line, theme.sizes.hair));
        };
        let share = self.share(value);
        sheet.block(cell, theme.heat(share), 1.0)?;
        let face = if bold { Face::Semibold } else { Face::Regular };
        let style = Type { face, size: theme.sizes.small, color: theme.on_heat(share) };
        match decimals {
            Some(decimals) => {
                let text = self.text(value, decimals);
                sheet.text(cell.middle(), &text, style, HPos::Center, VPos::Center)
            }
            None => Ok(()),
        }
    }

    /// The scale in a row: name, then the colours with the values at their ends, and 0 where it lies between.
    pub fn draw_scale<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, row: Rect, name: &str) -> Drawn {
        let theme = &sheet.theme;
        let style = Type { face: Face::Regular, size: theme.sizes.tick, color: theme.ink3 };
        let y = row.top + 6.0;
        let room = row.width() - 20.0 - sheet.measure(name, style);
        let half = sheet.measure(&self.text(self.high, 3), style) / 2.0;
        let width = (room - 2.0 * half).min(160.0);
        if width < 40.0 {
            return Ok(());
        }
        sheet.text((row.left, y), name, style, HPos::Left, VPos::Center)?;
        let left = row.left + sheet.measure(name, style) + 14.0;
        let piece = width / f64::from(STEPS);
        for i in 0..STEPS {
            let from = left + piece * f64::from(i);
            let part = Rect { left: from, top: y - 5.0, right: from + piece + 0.2, bottom: y + 5.0 };
            sheet.block(part, theme.heat(f64::from(i) / f64::from(STEPS - 1)), 1.0)?;
        }
        let x = |value: f64| left + width * self.share(value);
        let zero = self.signed && self.low < 0.0 && self.high > 0.0;
        if zero {
            let tick = [(x(0.0), y - 7.0), (x(0.0), y + 7.0)];
            sheet.line(&tick, Stroke::new(theme.ink, theme.sizes.hair))?;
        }
        let ends = [self.low, self.high].map(|value| (x(value), self.text(value, 3)));
        let zero = zero.then(|| (x(0.0), "0".to_owned()));
        let values: Vec<(f64, String)> = ends.into_iter().chain(zero).collect();
        draw_row(sheet, y + 14.0, values.iter().map(|(x, text)| (*x, text.as_str(), false)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_hold_zero() {
        assert_eq!(Shades::over([0.2, 0.4].into_iter(), true), Shades { low: 0.0, high: 0.4, signed: true });
        assert_eq!(Shades::over([0.25, 0.75].into_iter(), false).share(0.5), 0.5);
        assert_eq!(Shades::over([0.3].into_iter(), false).share(0.3), 0.5);
    }
}
