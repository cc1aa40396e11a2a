//! PNG: the SVG, rasterised with the figures' own fonts and no others, so that every machine gives the same picture.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

use super::print::print_svg as print_svg_with;
use super::{Figure, FontFiles, Fonts, Lettering, PlotError, Print, svg, with_density};
use crate::report::ResultDocument;

macro_rules! font {
    ($name:literal) => {
        FontFiles {
            ttf: include_bytes!(concat!("../../assets/fonts/neuromfa-", $name, ".ttf")),
            woff2: include_bytes!(concat!("../../assets/fonts/neuromfa-", $name, ".woff2")),
        }
    };
}

/// The figures' fonts.
const FILES: Fonts = [font!("sans-400"), font!("sans-600"), font!("serif-italic")];

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    FILES.iter().for_each(|file| fonts.load_font_data(file.ttf.to_vec()));
    Arc::new(fonts)
});

/// CSS pixels in an inch.
const CSS_INCH: f64 = 96.0;

/// Most pixels for each CSS pixel.
const LARGEST_SCALE: f64 = 8.0;

/// The figure as a PNG file with [`Figure::scale`] pixels to a CSS pixel.
pub fn png(document: &ResultDocument, figure: &Figure) -> Result<Vec<u8>, PlotError> {
    rasterised(&svg(document, figure)?, figure.scale)
}

/// [`print_svg_with`] these fonts.
pub fn print_svg(document: &ResultDocument, figure: &Figure, print: &Print) -> Result<String, PlotError> {
    print_svg_with(document, figure, print, &FILES)
}

/// The figure as a PNG file at the size and in the look of [`printed`](super::printed), with so many pixels to an inch.
pub fn print_png(
    document: &ResultDocument,
    figure: &Figure,
    print: &Print,
    per_inch: f64,
) -> Result<Vec<u8>, PlotError> {
    let outlines = Print { text: Lettering::Outlines, ..*print };
    let picture = rasterised(&print_svg(document, figure, &outlines)?, per_inch / CSS_INCH)?;
    with_density(&picture, per_inch).ok_or_else(|| PlotError::Backend("the picture is no PNG file".into()))
}

fn rasterised(text: &str, scale: f64) -> Result<Vec<u8>, PlotError> {
    let failed = |error: &dyn std::fmt::Display| PlotError::Backend(error.to_string());
    let options =
        Options { fontdb: FONTS.clone(), font_family: "NeuroMFA Sans".into(), ..Options::default() };
    let tree = Tree::from_str(text, &options).map_err(|e| failed(&e))?;
    let scale = if scale.is_nan() { 1.0 } else { scale.clamp(0.1, LARGEST_SCALE) as f32 };
    let pixels = |side: f32| (side * scale).round().max(1.0) as u32;
    let size = tree.size();
    let pixmap = Pixmap::new(pixels(size.width()), pixels(size.height()));
    let mut pixmap = pixmap.ok_or_else(|| failed(&"too large"))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|e| failed(&e))
}
