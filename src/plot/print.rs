//! Figures at publication size: millimetres and points, nothing see-through, and with the receipt of what they show.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::print_glyphs::Glyphs;
use super::scene::Scene;
use super::svg::{Outline, SvgBackend, escape};
use super::text::Face;
use super::{Figure, Kind, PlotError, ThemeName, UNITS, backend_size, draw, words};
use crate::report::{ResultDocument, receipt};

/// CSS pixels in a millimetre.
pub(super) const MILLIMETRE: f64 = 96.0 / 25.4;

/// Figures narrower than this have the form for narrow places.
const COMPACT: f64 = 480.0;

/// Height of a chart in a stack.
const CHART: f64 = 132.0;

/// Height of a group in the narrow form, and of the tallest figure: a page.
const GROUP: f64 = 22.0;
const TALLEST: f64 = 1000.0;

/// How a figure becomes a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Print {
    /// Width in millimetres; the natural one of the figure by default.
    pub width: Option<f64>,
    /// What becomes of text.
    pub text: Lettering,
    /// Whether the ground is left clear, instead of white.
    pub transparent: bool,
}

/// What becomes of the text of a figure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lettering {
    /// Outlines of its glyphs: alike in every program.
    #[default]
    Outlines,
    /// Text that can be searched and edited, with the fonts in the file.
    Text,
}

/// A face of the figures' fonts in two forms.
#[derive(Debug, Clone, Copy)]
pub struct FontFiles<'a> {
    /// TrueType: glyphs are taken from here.
    pub ttf: &'a [u8],
    /// WOFF2: goes into files whose text stays text.
    pub woff2: &'a [u8],
}

/// The figures' fonts: regular, semibold, and the symbols' italic.
pub type Fonts<'a> = [FontFiles<'a>; 3];

/// The usual size of a figure in CSS pixels, with so many charts where they are stacked.
pub(super) fn natural_size(kind: Kind, document: &ResultDocument, stacked: usize) -> (f64, f64) {
    let groups = document.checkpoints.iter().map(|c| c.groups.len().max(c.network.layers.len())).max();
    let rows = groups.unwrap_or(0) as f64;
    match kind {
        Kind::Series => (640.0, 22.0 + CHART * stacked.max(1) as f64),
        Kind::Sizes | Kind::Damage => (640.0, 22.0 + 2.0 * CHART),
        Kind::Rivals => (900.0, 620.0),
        Kind::Groups => (900.0, 420.0),
        Kind::Sensitivity => (984.0, 460.0),
        Kind::Heat => (744.0, (130.0 + 13.0 * rows).clamp(260.0, 1200.0)),
        Kind::Radar | Kind::NfdSteps => (640.0, 420.0),
        Kind::ScoresNormalised | Kind::Published => (744.0, 330.0),
        _ => (540.0, 330.0),
    }
}

/// The figure as it is printed: light, titled, in its narrow form where the width asks for it. Height follows width more
/// slowly, because text keeps its size.
pub fn printed(document: &ResultDocument, figure: &Figure, print: &Print) -> Figure {
    let (natural, height) = natural_size(figure.kind, document, figure.series.len());
    let width = print.width.map_or(natural, |width| width * MILLIMETRE);
    let compact = width < COMPACT;
    // Charts that are stacked when there is no room for them side by side.
    let stacked = matches!(figure.kind, Kind::Rivals | Kind::Sensitivity) && compact;
    let share = if stacked { (natural / width).sqrt() } else { (width / natural).sqrt() };
    // In the narrow form every group has a row.
    let groups = document.checkpoints.iter().map(|record| record.groups.len()).max().unwrap_or(0);
    let height = match figure.kind {
        Kind::Groups if compact && groups > 0 => (64.0 + GROUP * groups as f64).min(TALLEST),
        _ => height * share,
    };
    Figure {
        width,
        height,
        scale: 1.0,
        theme: ThemeName::Print,
        transparent: print.transparent,
        letters: true,
        compact,
        title: true,
        cursor: None,
        from: None,
        ..figure.clone()
    }
}

/// The figure as an SVG file, at the size and in the look of [`printed`].
///
/// # Errors
/// When the fonts cannot be read.
pub fn print_svg(
    document: &ResultDocument,
    figure: &Figure,
    print: &Print,
    fonts: &Fonts,
) -> Result<String, PlotError> {
    let figure = printed(document, figure, print);
    let size = backend_size(&figure);
    let mut body = String::new();
    let glyphs = match print.text {
        Lettering::Text => None,
        Lettering::Outlines => {
            let glyphs = Glyphs::new([fonts[0].ttf, fonts[1].ttf, fonts[2].ttf]);
            Some(glyphs.ok_or_else(|| PlotError::Backend("the fonts of the figures cannot be read".into()))?)
        }
    };
    let outline =
        |text: &str, face: Face, size: f64, at: (f64, f64)| glyphs.as_ref()?.path(text, face, size, at);
    let outline: Option<&Outline<'_>> = glyphs.is_some().then_some(&outline);
    draw(SvgBackend::outlined(&mut body, size, outline), document, &figure)?;
    let scene = Scene::new(document, &figure);
    let [width, height] = [size.0, size.1].map(|side| f64::from(side) / UNITS);
    // As asked for: the drawing has whole units, a few micrometres off.
    let [wide, high] =
        [figure.width, figure.height].map(|side| (side / MILLIMETRE * 1000.0).round() / 1000.0);
    let style = if glyphs.is_none() { font_faces(&body, fonts) } else { String::new() };
    let mut out = String::with_capacity(body.len() + style.len() + 2000);
    // Writing to a string cannot fail.
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" role=\"img\" width=\"{wide}mm\" \
         height=\"{high}mm\" viewBox=\"0 0 {width} {height}\">\n<title>{}</title>\n<desc>{}</desc>\n\
         <metadata>{}</metadata>\n{style}<g stroke-linejoin=\"round\" font-kerning=\"none\">\n{body}</g>\n</svg>\n",
        words::title(&scene),
        escape(&words::description(&scene)),
        escape(&receipt(document)),
    )
    .ok();
    Ok(out)
}

/// A style sheet that holds the fonts which the text asks for.
fn font_faces(body: &str, fonts: &Fonts) -> String {
    let mut sheet = String::from("<style>\n");
    for (face, font) in [Face::Regular, Face::Semibold, Face::Symbol].into_iter().zip(fonts) {
        let wanted = match face {
            Face::Regular => "<text",
            Face::Semibold => "font-weight=\"600\"",
            Face::Symbol => "font-style=\"italic\"",
        };
        if !body.contains(wanted) {
            continue;
        }
        let family = face.family().split(',').next().unwrap_or_default();
        let (weight, slant, data) = (face.weight(), face.slant(), BASE64_STANDARD.encode(font.woff2));
        writeln!(
            sheet,
            "@font-face{{font-family:{family};font-weight:{weight};font-style:{slant};\
             src:url(data:font/woff2;base64,{data}) format('woff2')}}"
        )
        .ok();
    }
    sheet + "</style>\n"
}
