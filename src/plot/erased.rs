//! One type for all backends, so that the drawing functions are compiled once, whatever they draw on: they are most of
//! the page's drawing module.

use plotters::style::{FontDesc, TextStyle};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use super::PlotError;

type Failure = DrawingErrorKind<PlotError>;

/// A style as plain values.
#[derive(Clone, Copy)]
struct Look {
    color: BackendColor,
    width: u32,
}

impl Look {
    fn of<S: BackendStyle>(style: &S) -> Self {
        Self { color: style.color(), width: style.stroke_width() }
    }
}

impl BackendStyle for Look {
    fn color(&self) -> BackendColor {
        self.color
    }

    fn stroke_width(&self) -> u32 {
        self.width
    }
}

/// What a backend must be able to do, without type parameters.
trait Primitives {
    fn size(&self) -> (u32, u32);
    fn prepare(&mut self) -> Result<(), Failure>;
    fn finish(&mut self) -> Result<(), Failure>;
    fn pixel(&mut self, at: BackendCoord, color: BackendColor) -> Result<(), Failure>;
    fn line(&mut self, from: BackendCoord, to: BackendCoord, look: Look) -> Result<(), Failure>;
    fn rect(&mut self, a: BackendCoord, b: BackendCoord, look: Look, fill: bool) -> Result<(), Failure>;
    fn path(&mut self, points: Vec<BackendCoord>, look: Look) -> Result<(), Failure>;
    fn circle(&mut self, center: BackendCoord, radius: u32, look: Look, fill: bool) -> Result<(), Failure>;
    fn polygon(&mut self, points: Vec<BackendCoord>, look: Look) -> Result<(), Failure>;
    fn text(&mut self, text: &str, style: &TextStyle, at: BackendCoord) -> Result<(), Failure>;
    fn text_size(&self, text: &str, style: &TextStyle) -> Result<(u32, u32), Failure>;
}

fn failed<E: std::error::Error + Send + Sync>(error: DrawingErrorKind<E>) -> Failure {
    DrawingErrorKind::DrawingError(PlotError::Backend(error.to_string()))
}

impl<DB: DrawingBackend> Primitives for DB {
    fn size(&self) -> (u32, u32) {
        self.get_size()
    }

    fn prepare(&mut self) -> Result<(), Failure> {
        self.ensure_prepared().map_err(failed)
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.present().map_err(failed)
    }

    fn pixel(&mut self, at: BackendCoord, color: BackendColor) -> Result<(), Failure> {
        self.draw_pixel(at, color).map_err(failed)
    }

    fn line(&mut self, from: BackendCoord, to: BackendCoord, look: Look) -> Result<(), Failure> {
        self.draw_line(from, to, &look).map_err(failed)
    }

    fn rect(&mut self, a: BackendCoord, b: BackendCoord, look: Look, fill: bool) -> Result<(), Failure> {
        self.draw_rect(a, b, &look, fill).map_err(failed)
    }

    fn path(&mut self, points: Vec<BackendCoord>, look: Look) -> Result<(), Failure> {
        self.draw_path(points, &look).map_err(failed)
    }

    fn circle(&mut self, center: BackendCoord, radius: u32, look: Look, fill: bool) -> Result<(), Failure> {
        self.draw_circle(center, radius, &look, fill).map_err(failed)
    }

    fn polygon(&mut self, points: Vec<BackendCoord>, look: Look) -> Result<(), Failure> {
        self.fill_polygon(points, &look).map_err(failed)
    }

    fn text(&mut self, text: &str, style: &TextStyle, at: BackendCoord) -> Result<(), Failure> {
        self.draw_text(text, style, at).map_err(failed)
    }

    fn text_size(&self, text: &str, style: &TextStyle) -> Result<(u32, u32), Failure> {
        self.estimate_text_size(text, style).map_err(failed)
    }
}

/// Any backend.
pub(super) struct Erased<'a>(Box<dyn Primitives + 'a>);

impl<'a> Erased<'a> {
    pub fn new<DB: DrawingBackend + 'a>(backend: DB) -> Self {
        Self(Box::new(backend))
    }
}

/// The values of a text style that is known by its trait only.
fn plain<S: BackendTextStyle>(style: &S) -> TextStyle<'_> {
    TextStyle {
        font: FontDesc::new(style.family(), style.size(), style.style()).transform(style.transform()),
        color: style.color(),
        pos: style.anchor(),
    }
}

impl DrawingBackend for Erased<'_> {
    type ErrorType = PlotError;

    fn get_size(&self) -> (u32, u32) {
        self.0.size()
    }

    fn ensure_prepared(&mut self) -> Result<(), Failure> {
        self.0.prepare()
    }

    fn present(&mut self) -> Result<(), Failure> {
        self.0.finish()
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Result<(), Failure> {
        self.0.pixel(at, color)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Result<(), Failure> {
        self.0.line(from, to, Look::of(style))
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Result<(), Failure> {
        self.0.rect(a, b, Look::of(style), fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<(), Failure> {
        self.0.path(path.into_iter().collect(), Look::of(style))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Result<(), Failure> {
        self.0.circle(center, radius, Look::of(style), fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Result<(), Failure> {
        self.0.polygon(vert.into_iter().collect(), Look::of(style))
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        at: BackendCoord,
    ) -> Result<(), Failure> {
        self.0.text(text, &plain(style), at)
    }

    fn estimate_text_size<S: BackendTextStyle>(&self, text: &str, style: &S) -> Result<(u32, u32), Failure> {
        self.0.text_size(text, &plain(style))
    }
}
