//! The letters of the panels of a printed figure.

use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

use super::figure::{Figure, Kind, Layout};
use super::sheet::{Drawn, Rect, Sheet, Type};
use super::text::Face;
use super::theme::POINT;

/// Room left of the charts, and how far the middle of a title lies above its chart.
const ROOM: f64 = 14.0;
const ABOVE: f64 = 18.0;

const SIZE: f64 = 9.0 * POINT;

/// Whether the figure is a stack of charts with titles, and wants letters for them.
fn wanted(figure: &Figure) -> bool {
    let stack = matches!(figure.kind, Kind::Series | Kind::Sizes | Kind::Damage | Kind::Rivals);
    figure.letters && stack && (figure.kind != Kind::Series || figure.series.len() > 1)
}

/// What is left of the sheet beside the letters.
pub(super) fn inside(figure: &Figure, inside: Rect) -> Rect {
    if wanted(figure) { Rect { left: inside.left + ROOM, ..inside } } else { inside }
}

/// Draws a letter in front of the title of each chart.
pub(super) fn draw<DB: DrawingBackend>(sheet: &Sheet<DB>, figure: &Figure, layout: &Layout) -> Drawn {
    if !wanted(figure) || layout.plots.len() < 2 {
        return Ok(());
    }
    let style = Type { face: Face::Semibold, size: SIZE, color: sheet.theme.ink };
    for (letter, plot) in ('a'..='z').zip(&layout.plots) {
        // The comparison beside the rivals' charts has its heading above itself.
        let x = if plot.left > sheet.frame.middle().0 { plot.left - ROOM } else { sheet.frame.left };
        let at = (x, (plot.top - ABOVE).max(sheet.frame.top + SIZE / 2.0));
        sheet.text(at, &letter.to_string(), style, HPos::Left, VPos::Center)?;
    }
    Ok(())
}
