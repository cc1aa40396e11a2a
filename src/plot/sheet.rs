//! The sheet that figures are drawn on: CSS pixels in front, any plotters backend behind.
//!
//! plotters counts in whole units; eight of them to a CSS pixel keep curves smooth and hairlines thin.

use std::cell::RefCell;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, RGBAColor, RGBColor, ShapeStyle, TextStyle};
use plotters_backend::DrawingBackend;

use super::text::Face;
use super::theme::{POINT, Theme};

/// Backend units in a CSS pixel.
pub(crate) const UNITS: f64 = 8.0;

/// The backend failed; the sheet knows why. Nothing but a sign, because every drawing step hands it on.
#[derive(Debug)]
pub(super) struct Halt;

/// Result of a drawing step.
pub(super) type Drawn<T = ()> = Result<T, Halt>;

/// A place in CSS pixels from the upper left corner.
pub(super) type Point = (f64, f64);

/// A rectangle in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub fn middle(&self) -> Point {
        ((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }

    pub fn overlaps(&self, other: &Rect) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    pub fn holds(&self, other: &Rect) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && self.right >= other.right
            && self.bottom >= other.bottom
    }

    /// The smallest rectangle that holds the points.
    pub fn around(points: impl Iterator<Item = Point>) -> Rect {
        let none = Rect {
            left: f64::INFINITY,
            top: f64::INFINITY,
            right: f64::NEG_INFINITY,
            bottom: f64::NEG_INFINITY,
        };
        points.fold(none, |r, (x, y)| Rect {
            left: r.left.min(x),
            top: r.top.min(y),
            right: r.right.max(x),
            bottom: r.bottom.max(y),
        })
    }

    pub fn grown(&self, by: f64) -> Rect {
        Rect { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    pub color: RGBColor,
    pub opacity: f64,
    pub width: f64,
    pub dash: &'static [f64],
}

impl Stroke {
    pub fn new(color: RGBColor, width: f64) -> Self {
        Self { color, opacity: 1.0, width, dash: &[] }
    }

    pub fn opacity(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }

    pub fn dash(self, dash: &'static [f64]) -> Self {
        Self { dash, ..self }
    }
}

/// How text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub face: Face,
    pub size: f64,
    pub color: RGBColor,
}

/// A sheet of paper of a given size in CSS pixels.
pub(super) struct Sheet<DB: DrawingBackend> {
    area: DrawingArea<DB, Shift>,
    /// Why the first step failed that did.
    failure: RefCell<Option<String>>,
    pub theme: Theme,
    pub frame: Rect,
}

impl<DB: DrawingBackend> Sheet<DB> {
    /// A sheet over all of the backend, painted with the background unless its ground stays clear.
    pub fn new(
        backend: DB,
        theme: Theme,
        transparent: bool,
    ) -> Result<Self, DrawingAreaErrorKind<DB::ErrorType>> {
        let area = backend.into_drawing_area();
        let (width, height) = area.dim_in_pixel();
        if !transparent {
            area.fill(&theme.bg)?;
        }
        let frame =
            Rect { left: 0.0, top: 0.0, right: f64::from(width) / UNITS, bottom: f64::from(height) / UNITS };
        Ok(Self { area, failure: RefCell::default(), theme, frame })
    }

    pub fn present(&self) -> Drawn {
        self.done(self.area.present())
    }

    /// Why a step failed.
    pub fn failure(&self) -> String {
        self.failure.take().unwrap_or_default()
    }

    fn done(&self, step: Result<(), DrawingAreaErrorKind<DB::ErrorType>>) -> Drawn {
        step.map_err(|error| {
            self.failure.borrow_mut().get_or_insert_with(|| error.to_string());
            Halt
        })
    }

    /// A line through the points.
    pub fn line(&self, points: &[Point], stroke: Stroke) -> Drawn {
        let pieces = dashes(points, stroke.dash);
        for piece in pieces.iter().map(Vec::as_slice).chain(stroke.dash.is_empty().then_some(points)) {
            if piece.len() > 1 {
                self.done(self.area.draw(&PathElement::new(units(piece), self.stroke_style(stroke))))?;
            }
        }
        Ok(())
    }

    /// A filled polygon.
    pub fn fill(&self, points: &[Point], color: RGBColor, opacity: f64) -> Drawn {
        if points.len() < 3 {
            return Ok(());
        }
        self.done(self.area.draw(&Polygon::new(units(points), self.tint(color, opacity).filled())))
    }

    /// A filled rectangle.
    pub fn block(&self, rect: Rect, color: RGBColor, opacity: f64) -> Drawn {
        let corners = [unit((rect.left, rect.top)), unit((rect.right, rect.bottom))];
        self.done(self.area.draw(&Rectangle::new(corners, self.tint(color, opacity).filled())))
    }

    /// An interval of a null model: a fill of this opacity, or an outline where nothing may depend on fills.
    pub fn chance(&self, border: &[Point], opacity: f64) -> Drawn {
        if !self.theme.outlined {
            return self.fill(border, self.theme.null, opacity);
        }
        let closed: Vec<Point> = border.iter().chain(border.first()).copied().collect();
        self.line(&closed, Stroke::new(self.theme.null, self.theme.sizes.hair))
    }

    /// As [`Sheet::chance`], a bar.
    pub fn chance_bar(&self, bar: Rect, opacity: f64) -> Drawn {
        let Rect { left, top, right, bottom } = bar;
        if self.theme.outlined {
            return self.chance(&[(left, top), (right, top), (right, bottom), (left, bottom)], opacity);
        }
        self.block(bar, self.theme.null, opacity)
    }

    /// A filled circle.
    pub fn disc(&self, middle: Point, radius: f64, color: RGBColor) -> Drawn {
        self.done(self.area.draw(&Circle::new(unit(middle), (radius * UNITS).round(), color.filled())))
    }

    /// The outline of a circle.
    pub fn circle(&self, middle: Point, radius: f64, stroke: Stroke) -> Drawn {
        self.done(self.area.draw(&Circle::new(
            unit(middle),
            (radius * UNITS).round(),
            self.stroke_style(stroke),
        )))
    }

    /// Text, anchored at `at`. `VPos::Bottom` is the baseline.
    pub fn text(&self, at: Point, text: &str, style: Type, h_pos: HPos, v_pos: VPos) -> Drawn {
        self.done(self.area.draw(&Text::new(text, unit(at), self.style(style, Pos::new(h_pos, v_pos)))))
    }

    /// Width of text as this backend will draw it.
    pub fn measure(&self, text: &str, style: Type) -> f64 {
        let style = self.style(style, Pos::new(HPos::Left, VPos::Bottom));
        // A backend that cannot measure still draws; its labels may then be placed less well.
        self.area.estimate_text_size(text, &style).map_or(0.0, |(width, _)| f64::from(width) / UNITS)
    }

    /// A see-through colour; on paper the opaque one that looks alike on the background, because not every printer and
    /// not every file format knows transparency.
    fn tint(&self, color: RGBColor, opacity: f64) -> RGBAColor {
        if !self.theme.outlined {
            return color.mix(opacity);
        }
        let flat = |over: u8, under: u8| {
            (f64::from(under) + (f64::from(over) - f64::from(under)) * opacity).round() as u8
        };
        let bg = self.theme.bg;
        RGBColor(flat(color.0, bg.0), flat(color.1, bg.1), flat(color.2, bg.2)).mix(1.0)
    }

    fn stroke_style(&self, stroke: Stroke) -> ShapeStyle {
        let paper = self.theme.print && stroke.color != self.theme.bg;
        let width = if paper { printed(stroke.width) } else { stroke.width };
        let width = (width * UNITS).round().max(1.0) as u32;
        // Of few colours each is as strong as it can be.
        let opacity = if self.theme.selected.is_some() { 1.0 } else { stroke.opacity };
        ShapeStyle { color: self.tint(stroke.color, opacity), filled: false, stroke_width: width }
    }

    fn style(&self, style: Type, pos: Pos) -> TextStyle<'static> {
        let (family, slant) = style.face.font();
        let font = FontDesc::new(family, style.size * UNITS, slant);
        TextStyle { font, color: style.color.to_backend_color(), pos }
    }
}

/// The nearest of the strokes of a printed figure: 0.5, 1 and 1.5 pt. Thicker ones are bars.
fn printed(width: f64) -> f64 {
    let points = (2.0 * width / POINT).round().max(1.0) / 2.0;
    if points <= 2.0 { points.min(1.5) * POINT } else { width }
}

/// To backend units. Far outside of any sheet is as good as farther, and sums of two must not overflow.
fn unit((x, y): Point) -> (i32, i32) {
    let unit = |v: f64| (v * UNITS).round().clamp(-1e6, 1e6) as i32;
    (unit(x), unit(y))
}

fn units(points: &[Point]) -> Vec<(i32, i32)> {
    points.iter().copied().map(unit).collect()
}

/// Longest line, in CSS pixels, that is cut into dashes; a document's numbers must not decide how much is drawn.
const LONGEST_DASHED: f64 = 20_000.0;

/// Cuts a line into dashes (`on, off, on, off, ...` in CSS pixels), because plotters' strokes carry no pattern. Nothing
/// for an empty pattern.
fn dashes(points: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    let length: f64 = points.windows(2).map(|w| distance(w[0], w[1])).sum();
    if pattern.is_empty() || points.is_empty() {
        return Vec::new();
    }
    if length.is_nan() || length >= LONGEST_DASHED {
        return vec![points.to_vec()];
    }
    let mut pieces = vec![vec![points[0]]];
    let (mut phase, mut left) = (0, pattern[0]);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut rest = distance(from, to);
        while rest >= left {
            from = towards(from, to, left / rest);
            rest -= left;
            let drawing = phase % 2 == 0;
            phase += 1;
            left = pattern[phase % pattern.len()].max(0.5);
            match pieces.last_mut() {
                Some(piece) if drawing => piece.push(from),
                _ => pieces.push(vec![from]),
            }
        }
        left -= rest;
        if phase % 2 == 0
            && let Some(piece) = pieces.last_mut()
        {
            piece.push(to);
        }
    }
    pieces
}

pub(super) fn distance(a: Point, b: Point) -> f64 {
    libm::hypot(b.0 - a.0, b.1 - a.1)
}

/// The point at share `t` of the way from `a` to `b`.
pub(super) fn towards(a: Point, b: Point, t: f64) -> Point {
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_follow_the_line_around_corners() {
        let pieces = dashes(&[(0.0, 0.0), (6.0, 0.0), (6.0, 10.0)], &[5.0, 4.0]);
        let want = [vec![(0.0, 0.0), (5.0, 0.0)], vec![(6.0, 3.0), (6.0, 8.0)]];
        assert_eq!(pieces, want);
    }

    #[test]
    fn very_long_lines_are_not_dashed() {
        let far = [(0.0, 0.0), (1e30, 0.0)];
        assert_eq!(dashes(&far, &[1.0, 1.0]), vec![far.to_vec()]);
        assert_eq!(dashes(&[(0.0, 0.0), (f64::NAN, 0.0)], &[1.0, 1.0]).len(), 1);
        assert!(dashes(&[], &[1.0]).is_empty());
    }
}
