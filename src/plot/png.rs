//! PNG: the SVG, rasterised with the figures' own fonts and no others, so that every machine gives the same picture.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

use super::{Figure, PlotError, svg};
use crate::report::ResultDocument;

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(include_bytes!("../../assets/fonts/neuromfa-sans-400.ttf").to_vec());
    fonts.load_font_data(include_bytes!("../../assets/fonts/neuromfa-sans-600.ttf").to_vec());
    fonts.load_font_data(include_bytes!("../../assets/fonts/neuromfa-serif-italic.ttf").to_vec());
    Arc::new(fonts)
});

/// Most pixels for each CSS pixel.
const LARGEST_SCALE: f64 = 8.0;

/// The figure as a PNG file with [`Figure::scale`] pixels to a CSS pixel.
pub fn png(document: &ResultDocument, figure: &Figure) -> Result<Vec<u8>, PlotError> {
    let failed = |error: &dyn std::fmt::Display| PlotError::Backend(error.to_string());
    let text = svg(document, figure)?;
    let options =
        Options { fontdb: FONTS.clone(), font_family: "NeuroMFA Sans".into(), ..Options::default() };
    let tree = Tree::from_str(&text, &options).map_err(|e| failed(&e))?;
    let scale = figure.scale.clamp(0.1, LARGEST_SCALE) as f32;
    let scale = if scale.is_nan() { 1.0 } else { scale };
    let size = tree.size().to_int_size().scale_by(scale).ok_or_else(|| failed(&"no size"))?;
    let mut pixmap = Pixmap::new(size.width(), size.height()).ok_or_else(|| failed(&"too large"))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|e| failed(&e))
}
