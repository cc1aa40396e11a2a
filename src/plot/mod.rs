//! The result document, drawn.
//!
//! One set of drawing functions draws on any plotters backend whose units are eighths of a CSS pixel: [`svg`] for files,
//! `png` (native) for pictures, and a canvas in the page. [`Figure`] says what is drawn, [`Layout`] where.

#[cfg(feature = "cli")]
mod alone;
mod axis;
#[cfg(feature = "print")]
mod caption;
mod cells;
mod clip;
mod curves;
mod damage;
mod erased;
mod figure;
mod fit;
mod groups;
mod heat;
mod labels;
mod lesson;
mod letters;
mod marks;
mod measure;
mod nfd;
mod nfd_steps;
mod normalised;
mod numbers;
mod overq;
mod path;
#[cfg(feature = "print")]
mod pgfplots;
mod places;
mod plane;
#[cfg(feature = "cli")]
mod png;
#[cfg(feature = "print")]
mod print;
#[cfg(feature = "print")]
mod print_density;
#[cfg(feature = "print")]
mod print_glyphs;
mod published;
mod radar;
mod rivals;
mod rulers;
mod scatter;
mod scene;
mod sensitivity;
mod series;
mod sheet;
mod sizes;
mod spectrum;
mod steps;
mod story;
mod strip;
mod svg;
mod text;
mod theme;
mod title;
mod track;
mod widths;
mod words;

use std::fmt::Write as _;

use plotters_backend::DrawingBackend;

pub use figure::{
    CellPlace, Cursor, Domain, Figure, Fit, Kind, Layout, Lesson, LessonLine, LineStyle, MarkPlace, Motion,
    Number, Pending, PendingState, PlotPlace, PointPlace, RowPlace, Rows, StepPlace, StepScale, SystemColors,
    ThemeName,
};

#[cfg(feature = "print")]
pub use caption::caption;
#[cfg(feature = "print")]
pub use pgfplots::{has_pgfplots, pgfplots};
#[cfg(feature = "cli")]
pub use png::{png, print_png, print_svg};
#[cfg(feature = "print")]
pub use print::{FontFiles, Fonts, Lettering, Print, print_svg as print_svg_with, printed};
#[cfg(feature = "print")]
pub use print_density::with_density;

use crate::report::ResultDocument;
use erased::Erased;
use scene::Scene;
use sheet::{Drawn, Sheet};
use theme::Theme;

// What a backend outside of this module needs.
pub(crate) use sheet::UNITS;
#[cfg(feature = "view")]
pub(crate) use text::{Face, baseline};

/// Smallest and largest side of a figure in CSS pixels.
const SIDES: (f64, f64) = (16.0, 8192.0);

/// Why a figure could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// The backend failed.
    #[error("the figure could not be drawn: {0}")]
    Backend(String),
}

/// Size of a backend for this figure, in eighths of a CSS pixel. Sides that are no lengths become the smallest.
pub fn backend_size(figure: &Figure) -> (u32, u32) {
    let side = |length: f64| (length.max(SIDES.0).min(SIDES.1) * UNITS).round() as u32;
    (side(figure.width), side(figure.height))
}

/// Draws a figure. The backend has [`backend_size`] units, eight to a CSS pixel.
///
/// # Errors
/// When the backend fails; never for what the document holds.
pub fn draw<DB: DrawingBackend>(
    backend: DB,
    document: &ResultDocument,
    figure: &Figure,
) -> Result<Layout, PlotError> {
    let mut layout = Layout::default();
    let sheet = Sheet::new(Erased::new(backend), Theme::of(figure), figure.transparent);
    let sheet = sheet.map_err(|error| PlotError::Backend(error.to_string()))?;
    let drawn = draw_on(&sheet, document, figure, &mut layout);
    drawn.map_err(|_| PlotError::Backend(sheet.failure()))?;
    Ok(layout)
}

fn draw_on<'a>(
    sheet: &Sheet<Erased<'a>>,
    document: &ResultDocument,
    figure: &Figure,
    layout: &mut Layout,
) -> Drawn {
    let scene = Scene::new(document, figure);
    let inside = title::draw(sheet, &scene)?;
    let inside = letters::inside(figure, inside);
    match figure.kind {
        Kind::Spectrum => spectrum::draw(sheet, &scene, inside, layout)?,
        Kind::Tau | Kind::Dimension => overq::draw(sheet, &scene, inside, layout)?,
        Kind::Fit => fit::draw(sheet, &scene, inside, layout)?,
        Kind::Nfd => nfd::draw(sheet, &scene, inside, layout)?,
        Kind::Strip => strip::draw(sheet, &scene, inside, layout)?,
        Kind::Series => series::draw(sheet, &scene, inside, layout)?,
        Kind::Steps => steps::draw(sheet, &scene, inside, layout)?,
        Kind::Path => path::draw(sheet, &scene, inside, layout)?,
        Kind::ScoresNormalised => normalised::draw(sheet, &scene, inside, layout)?,
        Kind::Radar => radar::draw(sheet, &scene, inside, layout)?,
        Kind::Scatter => scatter::draw(sheet, &scene, inside, layout)?,
        Kind::Groups => groups::draw(sheet, &scene, inside, layout)?,
        Kind::Heat => heat::draw(sheet, &scene, inside, layout)?,
        Kind::NfdSteps => nfd_steps::draw(sheet, &scene, inside, layout)?,
        Kind::Sizes => sizes::draw(sheet, &scene, inside, layout)?,
        Kind::Damage => damage::draw(sheet, &scene, inside, layout)?,
        Kind::Rivals => rivals::draw(sheet, &scene, inside, layout)?,
        Kind::Sensitivity => sensitivity::draw(sheet, &scene, inside, layout)?,
        Kind::Published => published::draw(sheet, &scene, inside, layout)?,
        Kind::Lesson => lesson::draw(sheet, &scene, inside, layout)?,
    }
    layout.summary = words::description(&scene);
    title::draw_message(sheet, &scene, layout)?;
    letters::draw(sheet, figure, layout)?;
    sheet.present()
}

/// Where everything would be drawn in an SVG document of this figure.
pub fn layout(document: &ResultDocument, figure: &Figure) -> Result<Layout, PlotError> {
    draw(svg::SvgBackend::new(&mut String::new(), backend_size(figure)), document, figure)
}

/// The figure as an SVG document.
pub fn svg(document: &ResultDocument, figure: &Figure) -> Result<String, PlotError> {
    let size = backend_size(figure);
    let mut body = String::new();
    draw(svg::SvgBackend::new(&mut body, size), document, figure)?;
    let (width, height) = (f64::from(size.0) / UNITS, f64::from(size.1) / UNITS);
    let mut out = String::with_capacity(body.len() + 500);
    let scene = Scene::new(document, figure);
    // Writing to a string cannot fail.
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" role=\"img\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">\n<title>{}</title>\n<desc>{}</desc>\n\
         <metadata>{}</metadata>\n<g stroke-linejoin=\"round\" font-kerning=\"none\">\n{body}</g>\n</svg>\n",
        words::title(&scene),
        svg::escape(&words::description(&scene)),
        svg::escape(&words::receipt(&scene)),
    )
    .ok();
    Ok(out)
}
