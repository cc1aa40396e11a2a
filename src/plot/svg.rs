//! A plotters backend that writes SVG.
//!
//! plotters' own SVG backend ignores the stroke width of rectangles, sets text smaller than asked for and writes whole
//! units; this one writes CSS pixels with fractions, measures text with the figures' fonts, and joins neighbouring lines
//! of one style.

use std::convert::Infallible;
use std::fmt::Write as _;

use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use super::sheet::UNITS;
use super::text::{Face, baseline};

type Done = Result<(), DrawingErrorKind<Infallible>>;

/// The glyphs of a text in a face and size as the data of a path that begins at a place on the baseline; none where a
/// glyph is missing.
pub(super) type Outline<'a> = dyn Fn(&str, Face, f64, (f64, f64)) -> Option<String> + 'a;

/// Writes SVG elements into a string.
pub(super) struct SvgBackend<'a> {
    out: &'a mut String,
    size: (u32, u32),
    /// How glyphs become outlines, where text does not stay text.
    outline: Option<&'a Outline<'a>>,
    /// Attributes of the `<path>` whose `d` is still open.
    open: Option<String>,
}

impl<'a> SvgBackend<'a> {
    /// A backend of `size` units that appends to `out`.
    pub fn new(out: &'a mut String, size: (u32, u32)) -> Self {
        Self { out, size, outline: None, open: None }
    }

    /// As [`SvgBackend::new`], with outlines for text.
    #[cfg(feature = "print")]
    pub fn outlined(out: &'a mut String, size: (u32, u32), outline: Option<&'a Outline<'a>>) -> Self {
        Self { out, size, outline, open: None }
    }

    fn close_path(&mut self) {
        if let Some(attributes) = self.open.take() {
            self.push(format_args!("\"{attributes}/>\n"));
        }
    }

    fn push(&mut self, text: std::fmt::Arguments) {
        // Writing to a string cannot fail.
        self.out.write_fmt(text).ok();
    }

    /// Starts an element that is not part of the open path.
    fn element(&mut self, text: std::fmt::Arguments) -> Done {
        self.close_path();
        self.push(text);
        Ok(())
    }

    fn points(&mut self, points: impl IntoIterator<Item = BackendCoord>) {
        for (i, (x, y)) in points.into_iter().enumerate() {
            let letter = if i == 0 {
                "M"
            } else if i == 1 {
                "L"
            } else {
                " "
            };
            self.push(format_args!("{letter}{} {}", css(x), css(y)));
        }
    }
}

impl DrawingBackend for SvgBackend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        self.close_path();
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Done {
        let side = 1.0 / UNITS;
        self.element(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{side}\" height=\"{side}\"{}/>\n",
            css(x),
            css(y),
            paint("fill", color)
        ))
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Done {
        if !fill {
            return self.draw_path([a, (b.0, a.1), b, (a.0, b.1), a], style);
        }
        let (left, right) = (a.0.min(b.0), a.0.max(b.0));
        let (top, bottom) = (a.1.min(b.1), a.1.max(b.1));
        self.element(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}/>\n",
            css(left),
            css(top),
            css(right - left),
            css(bottom - top),
            paint("fill", style.color())
        ))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Done {
        let color = style.color();
        let attributes = format!(" fill=\"none\"{}", stroke(style));
        // See-through lines must not be joined: where two cross, both show.
        let joins = color.alpha >= 1.0 && self.open.as_ref() == Some(&attributes);
        if !joins {
            self.close_path();
            self.push(format_args!("<path d=\""));
        }
        self.points(path);
        self.open = Some(attributes);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Done {
        let look =
            if fill { paint("fill", style.color()) } else { format!(" fill=\"none\"{}", stroke(style)) };
        self.element(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{look}/>\n",
            css(x),
            css(y),
            f64::from(radius) / UNITS
        ))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Done {
        self.element(format_args!("<path d=\""))?;
        self.points(vert);
        self.push(format_args!("Z\"{}/>\n", paint("fill", style.color())));
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Done {
        let face = Face::of(style);
        let size = style.size() / UNITS;
        let anchor = style.anchor();
        let y = css(y) + baseline(anchor.v_pos, size);
        if let Some(outline) = self.outline {
            let share = match anchor.h_pos {
                HPos::Left => 0.0,
                HPos::Center => 0.5,
                HPos::Right => 1.0,
            };
            let from = (css(x) - share * face.width(text, size), y);
            if let Some(path) = outline(text, face, size, from) {
                let fill = paint("fill", style.color());
                return self
                    .element(format_args!("<path aria-label=\"{}\" d=\"{path}\"{fill}/>\n", escape(text)));
            }
        }
        let hang = match anchor.h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let weight = if face.weight() == 400 { "" } else { " font-weight=\"600\"" };
        let slant = if face.slant() == "normal" { "" } else { " font-style=\"italic\"" };
        self.element(format_args!(
            "<text x=\"{}\" y=\"{}\" font-family=\"{}\" font-size=\"{}\"{weight}{slant}{hang}{}>{}</text>\n",
            css(x),
            rounded(y),
            face.family(),
            rounded(size),
            paint("fill", style.color()),
            escape(text)
        ))
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let width = Face::of(style).width(text, style.size());
        Ok((width.ceil() as u32, style.size().ceil() as u32))
    }
}

fn css(units: i32) -> f64 {
    f64::from(units) / UNITS
}

pub(super) fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn paint(attribute: &str, color: BackendColor) -> String {
    let (r, g, b) = color.rgb;
    let opacity = if color.alpha < 1.0 {
        format!(" {attribute}-opacity=\"{}\"", rounded(color.alpha))
    } else {
        String::new()
    };
    format!(" {attribute}=\"#{r:02x}{g:02x}{b:02x}\"{opacity}")
}

fn stroke<S: BackendStyle>(style: &S) -> String {
    format!("{} stroke-width=\"{}\"", paint("stroke", style.color()), f64::from(style.stroke_width()) / UNITS)
}

/// Text as XML character data; characters that XML does not allow are left out.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use plotters::style::{Color, RED};

    fn drawn(draw: impl FnOnce(&mut SvgBackend)) -> String {
        let mut out = String::new();
        let mut backend = SvgBackend::new(&mut out, (80, 80));
        draw(&mut backend);
        backend.present().ok();
        out
    }

    #[test]
    fn neighbouring_lines_of_one_style_are_one_path() {
        let out = drawn(|b| {
            b.draw_line((0, 4), (8, 4), &RED).ok();
            b.draw_line((0, 8), (8, 8), &RED).ok();
        });
        assert_eq!(
            out,
            "<path d=\"M0 0.5L1 0.5M0 1L1 1\" fill=\"none\" stroke=\"#ff0000\" stroke-width=\"0.125\"/>\n"
        );
    }

    #[test]
    fn see_through_lines_stay_apart() {
        let faint = RED.mix(0.5);
        let out = drawn(|b| {
            b.draw_line((0, 4), (8, 4), &faint).ok();
            b.draw_line((0, 8), (8, 8), &faint).ok();
        });
        assert_eq!(out.matches("<path").count(), 2);
        assert_eq!(out.matches("stroke-opacity=\"0.5\"").count(), 2);
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escape("a<b & \"c\"\u{1}\n"), "a&lt;b &amp; &quot;c&quot; ");
    }
}
