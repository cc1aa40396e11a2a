//! A plotters backend on a canvas' 2D context.
//!
//! Units are eighths of a CSS pixel; the context's transform scales them to device pixels, so that text and curves are
//! as sharp as the screen allows. Lines along an axis are moved onto device pixels: a hairline is then one crisp row,
//! not two pale ones. Text is measured with the same table as in files, and set without kerning, so that a figure is laid
//! out alike wherever it is drawn.

use std::cell::RefCell;

use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::plot::{Face, UNITS, baseline};

/// What the browser refused.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct CanvasError(String);

type Failure = DrawingErrorKind<CanvasError>;

fn failure(value: JsValue) -> Failure {
    let text = value.as_string().unwrap_or_else(|| format!("{value:?}"));
    DrawingErrorKind::DrawingError(CanvasError(text))
}

/// Draws on a canvas of `size` units.
pub(super) struct CanvasBackend {
    context: CanvasRenderingContext2d,
    size: (u32, u32),
    /// Device pixels per unit.
    scale: f64,
    /// The font that the context has; setting one is slow.
    font: RefCell<String>,
}

impl CanvasBackend {
    /// Sets the canvas' resolution (not its CSS size) for `ratio` device pixels to a CSS pixel.
    pub fn new(canvas: &HtmlCanvasElement, size: (u32, u32), ratio: f64) -> Result<Self, CanvasError> {
        let scale = ratio / UNITS;
        let context = canvas.get_context("2d").ok().flatten();
        let context = context.and_then(|c| c.dyn_into::<CanvasRenderingContext2d>().ok());
        let context = context.ok_or_else(|| CanvasError("this browser gives no 2D canvas".into()))?;
        canvas.set_width((f64::from(size.0) * scale).round() as u32);
        canvas.set_height((f64::from(size.1) * scale).round() as u32);
        let refused = |_| CanvasError("the canvas refuses a transform".into());
        context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0).map_err(refused)?;
        context.set_line_join("round");
        context.set_text_baseline("alphabetic");
        context.set_text_align("left");
        // Where it cannot be set the text is a hair narrower than measured.
        js_sys::Reflect::set(&context, &"fontKerning".into(), &"none".into()).ok();
        Ok(Self { context, size, scale, font: RefCell::default() })
    }

    /// The middle of a line `width` units wide that covers whole device pixels, as near to `at` as possible.
    fn snapped(&self, at: f64, width: f64) -> f64 {
        let pixels = (width * self.scale).round().max(1.0);
        let place = at * self.scale;
        let place = if pixels % 2.0 == 1.0 { place.floor() + 0.5 } else { place.round() };
        place / self.scale
    }

    /// The nearest border between device pixels.
    fn edge(&self, at: i32) -> f64 {
        (f64::from(at) * self.scale).round() / self.scale
    }

    fn set_stroke<S: BackendStyle>(&self, style: &S) {
        self.context.set_stroke_style_str(&css_color(style.color()));
        self.context.set_line_width(f64::from(style.stroke_width()));
    }

    fn trace(&self, points: impl IntoIterator<Item = (f64, f64)>) {
        self.context.begin_path();
        for (i, (x, y)) in points.into_iter().enumerate() {
            if i == 0 { self.context.move_to(x, y) } else { self.context.line_to(x, y) }
        }
    }

    fn set_font<S: BackendTextStyle>(&self, style: &S) {
        let face = Face::of(style);
        let font = format!("{} {} {}px {}", face.slant(), face.weight(), style.size(), face.family());
        if *self.font.borrow() != font {
            self.context.set_font(&font);
            self.font.replace(font);
        }
    }
}

impl DrawingBackend for CanvasBackend {
    type ErrorType = CanvasError;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn present(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Result<(), Failure> {
        self.context.set_fill_style_str(&css_color(color));
        self.context.fill_rect(f64::from(x), f64::from(y), 1.0, 1.0);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Result<(), Failure> {
        self.draw_path([from, to], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<(), Failure> {
        let mut points: Vec<(f64, f64)> = path.into_iter().map(float).collect();
        let width = f64::from(style.stroke_width());
        if let [from, to] = &mut points[..] {
            if from.0 == to.0 {
                from.0 = self.snapped(from.0, width);
                to.0 = from.0;
            } else if from.1 == to.1 {
                from.1 = self.snapped(from.1, width);
                to.1 = from.1;
            }
        }
        self.set_stroke(style);
        self.trace(points);
        self.context.stroke();
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Result<(), Failure> {
        if !fill {
            return self.draw_path([a, (b.0, a.1), b, (a.0, b.1), a], style);
        }
        let (left, right) = (self.edge(a.0.min(b.0)), self.edge(a.0.max(b.0)));
        let (top, bottom) = (self.edge(a.1.min(b.1)), self.edge(a.1.max(b.1)));
        self.context.set_fill_style_str(&css_color(style.color()));
        self.context.fill_rect(left, top, right - left, bottom - top);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Result<(), Failure> {
        let (x, y) = float(center);
        self.context.begin_path();
        self.context.arc(x, y, f64::from(radius), 0.0, std::f64::consts::TAU).map_err(failure)?;
        if fill {
            self.context.set_fill_style_str(&css_color(style.color()));
            self.context.fill();
        } else {
            self.set_stroke(style);
            self.context.stroke();
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Result<(), Failure> {
        self.trace(vert.into_iter().map(float));
        self.context.set_fill_style_str(&css_color(style.color()));
        self.context.fill();
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        at: BackendCoord,
    ) -> Result<(), Failure> {
        self.set_font(style);
        let anchor = style.anchor();
        let (x, y) = float(at);
        let x = match anchor.h_pos {
            HPos::Left => x,
            HPos::Center => x - width(text, style) / 2.0,
            HPos::Right => x - width(text, style),
        };
        self.context.set_fill_style_str(&css_color(style.color()));
        self.context.fill_text(text, x, y + baseline(anchor.v_pos, style.size())).map_err(failure)
    }

    fn estimate_text_size<S: BackendTextStyle>(&self, text: &str, style: &S) -> Result<(u32, u32), Failure> {
        Ok((width(text, style).ceil() as u32, style.size().ceil() as u32))
    }
}

fn width<S: BackendTextStyle>(text: &str, style: &S) -> f64 {
    Face::of(style).width(text, style.size())
}

fn float((x, y): BackendCoord) -> (f64, f64) {
    (f64::from(x), f64::from(y))
}

fn css_color(color: BackendColor) -> String {
    let (r, g, b) = color.rgb;
    format!("rgb({r} {g} {b} / {})", color.alpha)
}
